"""The engine: Value, the recorded graph, the backward pass, and the public view of a graph."""

from autograd.engine import comparing as comparing  # comparisons of Values, which it sets
from autograd.engine import given as given  # Value.node, which it sets
from autograd.engine import inline as inline  # the methods of Value on plain floats, which it sets
from autograd.engine.differentiating import gradients
from autograd.engine.groups import group
from autograd.engine.recording import no_grad
from autograd.engine.value import Value

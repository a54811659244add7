"""The engine: Value, the recorded graph, the backward pass, and the public view of a graph."""

from autograd.engine import comparing as comparing  # the import sets the comparisons of Values
from autograd.engine import given as given  # the import sets Value.node
from autograd.engine import inline as inline  # the import sets the methods of Value on plain floats
from autograd.engine.differentiating import gradients
from autograd.engine.groups import group
from autograd.engine.recording import no_grad
from autograd.engine.value import Value

"""The engine: Value, the recorded graph, the backward pass, and the public view of a graph."""

from autograd.engine.differentiating import gradients
from autograd.engine.groups import group
from autograd.engine.recording import no_grad
from autograd.engine.value import Value

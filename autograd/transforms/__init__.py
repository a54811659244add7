"""Transforms of Python functions: from f to its derivatives."""

from autograd.transforms.curvature import hessian, hvp, jacobian
from autograd.transforms.detaching import detach
from autograd.transforms.forward import jvp
from autograd.transforms.reverse import grad, value_and_grad, vjp

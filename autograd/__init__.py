"""A scalar automatic differentiation engine: write scalars, read the chain rule, trust the gradient.

>>> from autograd import Value
>>> w, x = Value(3.0, label="w"), Value(0.5, label="x")
>>> C = (w * x).tanh()
>>> C.backward()
>>> f"{w.grad:.4f} = {C.grad * C.partials[0]:.4f} × {x.data}"
'0.0904 = 0.1807 × 0.5'
"""

from autograd.compiler import compile
from autograd.control import cond, fori_loop, scan, while_loop
from autograd.drawing import draw, draw_dot
from autograd.engine import Value, gradients, group, no_grad
from autograd.explanation import explain
from autograd.lifting import lift
from autograd.primitives import PUBLIC, primitive
from autograd.refusals import TraceError
from autograd.transforms import detach, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from autograd.operations import *  # the same functions, with their types
else:
    from autograd.primitives.activations import *
    from autograd.primitives.arithmetic import *
    from autograd.primitives.bessel import *
    from autograd.primitives.exponential import *
    from autograd.primitives.gamma_functions import *
    from autograd.primitives.powers import *
    from autograd.primitives.probability import *
    from autograd.primitives.selection import *
    from autograd.primitives.sequences import *
    from autograd.primitives.trigonometric import *

__version__ = "0.1.0"

__all__ = [
    "TraceError",
    "Value",
    "compile",
    "cond",
    "detach",
    "draw",
    "draw_dot",
    "explain",
    "fori_loop",
    "grad",
    "gradients",
    "group",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "lift",
    "no_grad",
    "primitive",
    "scan",
    "value_and_grad",
    "vjp",
    "while_loop",
]
__all__ += PUBLIC

"""`detach`: makes a number a constant to every derivative."""

from __future__ import annotations

from autograd.primitives.operators import Scalar
from autograd.symbols import Symbol
from autograd.trees import map_tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    T = TypeVar("T")


def detach(x: T) -> T:
    """Return x as a constant to every derivative, in every mode and order and in compiled code.

    x is a number, an array, or a nested list, tuple or dict of them; anything else raises TypeError. The result may be
    kept and used in later calls, which treat it as a plain number.

    >>> from autograd import grad
    >>> grad(lambda x: detach(x) * x)(3.0)
    3.0
    """
    detached: T = map_tree(_fixed, x, "detach: x")
    return detached


def _fixed(x: Any) -> Any:
    """A number as a constant; a Symbol, on which a rule runs, becomes an operation of the program."""
    return x.fixed() if isinstance(x, Scalar) else Symbol(op="detach", operands=(x,)) if type(x) is Symbol else x

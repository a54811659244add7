"""Numbers: float kernels, the kinds of number that rules run on, and the building blocks of rules."""

from __future__ import annotations

import math
from collections.abc import Sequence

from autograd.numbers.kinds import CONSTANTS, FLOAT_RANK, KINDS, LAZY_KINDS, Kind, join, kind_of

TYPE_CHECKING = False  # importing typing would double the time to import autograd
if TYPE_CHECKING:
    from fractions import Fraction
    from typing import Any, TypeAlias

    import numpy
    from numpy.typing import NDArray

    Number = Any  # a float, Fraction, mpf, Symbol, Value, Dual: any kind that has joined
    Vector = Sequence[Number]
    Plain: TypeAlias = float | Fraction | numpy.floating[Any] | numpy.integer[Any] | numpy.bool_  # no derivative in it
    Array: TypeAlias = NDArray[Any]
else:
    Number = Vector = object


join(float, Kind("float", FLOAT_RANK, lambda row: row.kernel, coerce=float))
for _plain in (int, bool):
    join(_plain, KINDS[float])
LAZY_KINDS.update(fractions="autograd.numbers.exact", mpmath="autograd.numbers.precise.mpf", numpy="autograd.arrays")


def constant(name: str, x: Number) -> Number:
    """The mathematical constant with this name, in the precision of x."""
    return CONSTANTS[name] if type(x) is float else kind_of(x).constant(name, x)


def select(condition: Any, a: Any, b: Any) -> Any:
    """`a` if the condition holds, otherwise `b`; either may be None, an absent edge. Rules branch in no other way."""
    if condition is True:
        return a
    if condition is False:
        return b
    if hasattr(condition, "dtype"):  # a NumPy bool
        return a if condition else b
    choose = getattr(condition, "choose", None)
    if choose is not None:
        return choose(a, b)
    return a if condition else b


def unit(x: Number) -> Number:
    """1, or NaN at NaN: the slope of an identity piece."""
    return select(x == x, 1.0, x * math.nan)


def flat(x: Number) -> Number:
    """0, or NaN at NaN: the slope of a constant piece."""
    return select(x == x, 0.0, x * math.nan)

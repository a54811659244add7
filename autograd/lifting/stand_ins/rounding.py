"""Rounding as Python does it: to an int, or to the float that is nearest to a decimal number."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import numpy

from autograd import primitives as p
from autograd.arrays import lists, scalars
from autograd.arrays.indexing import fail_where
from autograd.arrays.scalars import choose
from autograd.numbers.kernels.floats import product_error
from autograd.primitives.operators import core
from autograd.refusals import refuse
from autograd.symbols import answering, is_whole
from autograd.symbols.expressions import OF_PYTHON
from autograd.symbols.text import brief

# The plain numbers to which a lifted call has rounded its numbers; None outside of a call.
roundings: ContextVar[set[float] | None] = ContextVar("autograd roundings", default=None)
MOST_DIGITS = 22  # 10.0**22 is exact, and the next power is not


def is_traced_whole(x: Any) -> bool:
    """Whether x is an int where f runs on floats: a plain int, or a traced whole number."""
    return type(x) is int or (lists.is_traced([x]) and is_whole(core(x)))


def counted(x: Any) -> Any:
    """Return x; along a path, the int of a traced whole number."""
    return operator.index(core(x)) if answering.get() is not None and is_traced_whole(x) else x


def to_int(exact: Callable[[Any], int], traced: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function that rounds to an int, as Python does, so that it can be an index; its derivative is 0."""

    def whole(x: Any) -> Any:
        if not lists.is_traced([x]):
            return exact(core(x))
        if is_whole(core(x)):
            return x
        fail_where(abs(x) == math.inf, OverflowError("cannot convert float infinity to integer"))
        fail_where(x != x, ValueError("cannot convert float NaN to integer"))
        made = traced(x) + 0.0  # an int has no -0.0
        core(made).name = OF_PYTHON
        return made

    return whole


TO_INT = to_int(int, scalars.trunc)
_TO_NEAREST = to_int(round, p.round)


def remainder(x: Any, y: Any) -> Any:
    """The exact difference of x and the nearest multiple of y, as in C; at a tie the quotient is even."""
    sign, whole = p.copysign(1.0, x), abs(y)
    size = x * sign  # abs has a kink at 0
    below = p.fmod(size, whole)
    above = whole - below
    even = below - 2 * p.fmod(0.5 * (size - below), whole)
    left = choose(below < above, below, choose(below > above, -above, even))
    return left * sign


def rounded(number: Any, ndigits: int | None = None) -> Any:
    """Python's own `round`, to the bit: a plain number, since the derivative is 0; in a trace, its operations."""
    if ndigits is None:
        return _TO_NEAREST(number)
    if not lists.is_traced([number]):
        found = round(core(number), ndigits)
        found = numpy.float64(found) if getattr(number, "follows_numpy", False) else found
        if (known := roundings.get()) is not None:
            known.add(found)
        return found
    if abs(ndigits) > MOST_DIGITS:
        raise refuse(
            lambda most: f"round({brief(core(number), most - 32)}, {ndigits})", f"round to at most {MOST_DIGITS} digits"
        )
    return _to_digits(core(number), ndigits) if ndigits > 0 else _to_power(core(number), 10.0**-ndigits)


def _to_power(x: Any, power: float) -> Any:
    """The float nearest to the nearest multiple of a power of ten; the remainder that is subtracted is exact."""
    return choose(abs(x) < math.inf, p.copysign(x - remainder(x, power), x), x)


def _to_digits(x: Any, digits: int) -> Any:
    """The float nearest to the nearest decimal number of this many digits.

    A product that seems halfway between two whole numbers may have been rounded; its error decides. The quotient of two
    exact numbers is rounded once. From 2**53 on, no other decimal number is nearer to x than x is.
    """
    power = 10.0**digits
    product = x * power
    error = product_error(x, power, product)
    whole = p.round(product)
    off = product - whole
    whole += choose(scalars.both(off == 0.5, error > 0), 1.0, 0.0)
    whole -= choose(scalars.both(off == -0.5, error < 0), 1.0, 0.0)
    return choose(abs(product) < 2.0**53, p.copysign(whole / power, x), x)

"""Operations made of pieces: absolute value, rounding, the greater and the lesser, clipping, choosing.

The side that is not selected has no edge: its local derivative is None.
"""

from __future__ import annotations

import builtins
import math

from autograd import numbers
from autograd.numbers import Number, flat, select, unit
from autograd.primitives.arithmetic import Result
from autograd.primitives.table import Kink, primitive


@primitive(symbol="|·|", kinks=(Kink("x = 0", lambda x: x == 0, (0.0,), (0.0,), sides="partials"),))
def abs(x: Number) -> Result:
    """|x|.

    >>> abs(-2.0)
    2.0
    """
    return builtins.abs(x), (numbers.side(x),)


@primitive(kinks=(Kink("x = 0", lambda x: x == 0, (0.0,), (0.0,)),))
def sign(x: Number) -> Result:
    """-1, 0 or 1, as x is negative, zero or positive.

    >>> sign(-2.0)
    -1.0
    """
    return numbers.sign(x), (flat(x),)


@primitive(symbol="sign", kinks=(Kink("x = 0", lambda x: x == 0, (0.0,), (0.0,), sides="value"),))
def side(x: Number) -> Result:
    """The slope of |x|: at 0 the mean of its sides, which it keeps.

    >>> side(-2.0)
    -1.0
    """
    return numbers.side(x), (flat(x),)


@primitive(kinks=(Kink("x is whole", lambda x: x == numbers.floor(x), (1.0,), (0.0,)),))
def floor(x: Number) -> Result:
    """The greatest whole number not above x.

    >>> floor(-1.5)
    -2.0
    """
    return numbers.floor(x), (flat(x),)


@primitive(kinks=(Kink("x is whole", lambda x: x == numbers.floor(x), (1.0,), (0.0,)),))
def ceil(x: Number) -> Result:
    """The least whole number not below x.

    >>> ceil(-1.5)
    -1.0
    """
    return numbers.ceil(x), (flat(x),)


@primitive(kinks=(Kink("x is halfway", lambda x: x - numbers.floor(x) == 0.5, (0.5,), (0.0,)),))
def round(x: Number) -> Result:
    """The nearest whole number, the even one of two.

    >>> round(2.5)
    2.0
    """
    return numbers.round(x), (flat(x),)


@primitive(kinks=(Kink("x = y", lambda x, y: x == y, (1.0, 1.0), (0.5, 0.5), sides="greater"),))
def maximum(x: Number, y: Number) -> Result:
    """The greater of x and y; NaN if either is.

    >>> maximum(2.0, 3.0)
    3.0
    """
    return _chosen(x > y, y > x, x, y)


@primitive(kinks=(Kink("x = y", lambda x, y: x == y, (1.0, 1.0), (0.5, 0.5), sides="lesser"),))
def minimum(x: Number, y: Number) -> Result:
    """The lesser of x and y; NaN if either is.

    >>> minimum(2.0, 3.0)
    2.0
    """
    return _chosen(x < y, y < x, x, y)


def _chosen(x_wins: Number, y_wins: Number, x: Number, y: Number) -> Result:
    """The winner; else both, at half weight, in a tie; else one is a NaN, and so is their sum."""
    neither = select(x == y, 0.5, (x + y) * math.nan)
    value = select(x_wins, x, select(y_wins, y, select(x == y, x, x + y)))
    return value, (
        select(x_wins, 1.0, select(y_wins, None, neither)),
        select(y_wins, 1.0, select(x_wins, None, neither)),
    )


@primitive(
    kinks=(
        Kink("x = low", lambda x, low, high: x == low, (0.0, 0.0, 1.0), (0.0, 1.0, None)),
        Kink("x = high", lambda x, low, high: x == high, (1.0, 0.0, 1.0), (0.0, None, 1.0)),
    )
)
def clip(x: Number, low: Number, high: Number) -> Result:
    """x held between low and high; where low > high, high; NaN if any is.

    >>> clip(5.0, 0.0, 1.0)
    1.0
    """
    below = x <= low
    raised = select(below, low, select(x > low, x, x + low))
    above = raised >= high
    z = select(above, high, select(raised < high, raised, raised + high))
    elsewhere = select(z == z, None, z * math.nan)
    return z, (
        select(above, select(x == high, 0.0, None), select(below, select(x == low, 0.0, None), unit(z))),
        select(above, None, select(below, 1.0, elsewhere)),
        select(above, 1.0, elsewhere),
    )


@primitive(kinks=(Kink("condition = 0", lambda condition, a, b: condition == 0, (0.0, 5.0, 7.0), (None, None, 1.0)),))
def where(condition: Number, a: Number, b: Number) -> Result:
    """a where the condition holds, else b; the other one has no edge.

    >>> where(2.0 > 1.0, 5.0, 7.0)
    5.0
    """
    return select(condition, a, b), (None, select(condition, 1.0, None), select(condition, None, 1.0))

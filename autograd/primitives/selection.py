"""Piecewise operations: absolute value, rounding, maximum and minimum, clipping, selection.

An operand that is not selected has no edge: its local derivative is None.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable

from autograd.numbers import Number, flat, select, unit
from autograd.numbers.kernels import floats
from autograd.primitives.arithmetic import Partials, Result
from autograd.primitives.calling import OTHERWISE
from autograd.primitives.domains import Kink
from autograd.primitives.table import primitive
from autograd.symbols import texts

__all__ = ["abs", "ceil", "clip", "floor", "maximum", "minimum", "round", "sign", "where"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _sign(x: Number) -> Number:
    return type(x)((x > 0) - (x < 0))


def _is_whole(x: Number) -> Any:
    return x == floor(x)


def _whole(name: str) -> Callable[[Number], Number]:
    """mpmath's rounding function of that name, extended to infinities."""
    return lambda x: getattr(x.context, name)(x) if x.context.isfinite(x) else x


@primitive(
    text="|{}|",
    symbol="|·|",
    kinks=(Kink("x = 0", lambda x: x == 0, (0.0,), (0.0,), sides="partials"),),
    spellings="numpy.absolute numpy.fabs",
)
def abs(x: Number) -> Result:
    """|x|.

    >>> abs(-2.0)
    2.0
    """
    return builtins.abs(x), (side(x),)


@primitive(
    kernel=floats.sign,
    precise="sign",
    rational=_sign,
    kinks=(Kink("x = 0", lambda x: x == 0, (0.0,), (0.0,)),),
    spellings="numpy",
)
def sign(x: Number) -> Partials:
    """-1, 0 or 1 for negative, zero or positive x.

    >>> sign(-2.0)
    -1.0
    """
    return (flat(x),)


@primitive(
    text="sign({})",
    kernel=floats.sign,
    precise="sign",
    rational=_sign,
    symbol="sign",
    kinks=(Kink("x = 0", lambda x: x == 0, (0.0,), (0.0,), sides="value"),),
    arrays="numpy.sign",
)
def side(x: Number) -> Partials:
    """The slope of |x|; at 0 the mean of its sides, which are kept.

    >>> side(-2.0)
    -1.0
    """
    return (flat(x),)


@primitive(
    kernel=floats.floor,
    precise=_whole("floor"),
    rational=lambda x: type(x)(math.floor(x)),
    kinks=(Kink("x is whole", _is_whole, (1.0,), (0.0,)),),
    spellings="numpy",
)
def floor(x: Number) -> Partials:
    """The greatest whole number not above x.

    >>> floor(-1.5)
    -2.0
    """
    return (flat(x),)


@primitive(
    kernel=floats.ceil,
    precise=_whole("ceil"),
    rational=lambda x: type(x)(math.ceil(x)),
    kinks=(Kink("x is whole", _is_whole, (1.0,), (0.0,)),),
    spellings="numpy",
)
def ceil(x: Number) -> Partials:
    """The least whole number not below x.

    >>> ceil(-1.5)
    -1.0
    """
    return (flat(x),)


OTHERWISE["round"] = builtins.round


@primitive(
    kernel=floats.round,
    precise=_whole("nint"),
    rational=lambda x: type(x)(builtins.round(x)),
    kinks=(Kink("x is halfway", lambda x: x - floor(x) == 0.5, (0.5,), (0.0,)),),
    spellings="numpy.rint",
)
def round(x: Number) -> Partials:
    """The nearest whole number, ties to even; with digits, as Python's own.

    >>> round(2.5), round(2.567, 1)
    (2.0, 2.6)
    """
    return (flat(x),)


@primitive(
    kinks=(Kink("x = y", lambda x, y: x == y, (1.0, 1.0), (0.5, 0.5), sides="greater"),),
    arrays="kernels.greater_of",
    spellings="numpy",
)
def maximum(x: Number, y: Number) -> Result:
    """The greater of x and y; NaN if either is.

    >>> maximum(2.0, 3.0)
    3.0
    """
    return _chosen(x > y, y > x, x, y)


@primitive(
    kinks=(Kink("x = y", lambda x, y: x == y, (1.0, 1.0), (0.5, 0.5), sides="lesser"),),
    arrays="kernels.lesser_of",
    spellings="numpy",
)
def minimum(x: Number, y: Number) -> Result:
    """The lesser of x and y; NaN if either is.

    >>> minimum(2.0, 3.0)
    2.0
    """
    return _chosen(x < y, y < x, x, y)


def _chosen(x_wins: Number, y_wins: Number, x: Number, y: Number) -> Result:
    """The winner; in a tie both, with weight ½; otherwise one is NaN, and so is their sum."""
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
    ),
    arrays="kernels.clip",
)
def clip(x: Number, low: Number, high: Number) -> Result:
    """x limited to [low, high]; high if low > high; NaN if any operand is.

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


@primitive(
    text=texts.select_text,
    kinks=(Kink("condition = 0", lambda condition, a, b: condition == 0, (0.0, 5.0, 7.0), (None, None, 1.0)),),
    arrays="kernels.where",
)
def where(condition: Number, a: Number, b: Number) -> Result:
    """a where the condition holds, else b; the other operand has no edge.

    >>> where(2.0 > 1.0, 5.0, 7.0)
    5.0
    """
    return select(condition, a, b), (None, select(condition, 1.0, None), select(condition, None, 1.0))

"""Python's arithmetic, + - * / // ** %, with the values and exceptions of Python's floats."""

from __future__ import annotations

import math

from autograd.numbers import Number, flat, unit
from autograd.numbers.kernels import elementary, floats, powers
from autograd.primitives.domains import Kink
from autograd.primitives.table import primitive
from autograd.symbols import texts

__all__ = ["add", "copysign", "divide", "floor_divide", "fmod", "mod", "multiply", "negative", "positive", "subtract"]

Partials = tuple[Number | None, ...]
Result = tuple[Number, Partials]


@primitive(symbol="+", spellings="numpy")
def add(x: Number, y: Number) -> Result:
    """x + y.

    >>> add(2.0, 3.0)
    5.0
    """
    return x + y, (1.0, 1.0)


@primitive(symbol="-", spellings="numpy")
def subtract(x: Number, y: Number) -> Result:
    """x - y.

    >>> subtract(2.0, 3.0)
    -1.0
    """
    return x - y, (1.0, -1.0)


@primitive(symbol="*", spellings="numpy")
def multiply(x: Number, y: Number) -> Result:
    """x · y.

    >>> multiply(2.0, 3.0)
    6.0
    """
    return x * y, (y, x)


@primitive(symbol="/", spellings="numpy")
def divide(x: Number, y: Number) -> Result:
    """x / y; ZeroDivisionError at y = 0.

    >>> divide(3.0, 2.0)
    1.5
    """
    z = x / y
    return z, (ratio(1.0, y), -ratio_slope(z, x, y))


def _rational_ratio(x: Number, y: Number) -> Number:
    from fractions import Fraction

    return Fraction(x) / y


def _ratio(x: Number, y: Number) -> Number:
    return x / y if y != 0 else (x + y) * (math.inf if x != 0 else math.nan)  # mpmath has no negative zero


@primitive(kernel=floats.ratio, precise=_ratio, rational=_rational_ratio, symbol="/", arrays="numpy.divide")
def ratio(x: Number, y: Number, *, z: Number) -> Partials:
    """x / y as in IEEE arithmetic, infinite or NaN at y = 0; for local derivatives.

    >>> ratio(1.0, 0.0)
    inf
    """
    return (ratio(1.0, y), -ratio_slope(z, x, y))


@primitive(text=texts.ratio_slope_text, kernel=powers.ratio_slope, precise=lambda z, x, y: ratio(z, y), rational=True)
def ratio_slope(z: Number, x: Number, y: Number) -> Partials:
    """x / y², given z = x / y, which may have lost digits by underflow.

    >>> ratio_slope(1.5, 3.0, 2.0)
    0.75
    """
    return (
        None,
        quotient(1.0, 1.0, y, 2.0),
        -2 * quotient(x, 1.0, y, 3.0),
    )


def _quotient(x: Number, y: Number, z: Number, n: Number) -> Number:
    """Divide by z repeatedly: zⁿ may overflow or underflow where the result does not."""
    if type(y) is float and y == 1.0:
        return _divided(x, z, int(n))
    return _divided(x, z, int(n) // 2) * _divided(y, z, int(n) - int(n) // 2)


def _divided(x: Number, z: Number, n: int) -> Number:
    for _ in range(n):
        x = ratio(x, z)
    return x


@primitive(kernel=powers.quotient, precise=_quotient, rational=True, count="n")
def quotient(x: Number, y: Number, z: Number, n: Number) -> Partials:
    """x · y / zⁿ for a plain whole n, without intermediate overflow or underflow.

    >>> quotient(1e200, 1e200, 1e200, 2.0)
    1.0
    """
    return (
        quotient(y, 1.0, z, n),
        quotient(x, 1.0, z, n),
        -int(n) * quotient(x, y, z, n + 1),
        None,
    )


WHOLE_QUOTIENT = "x / y is whole"


@primitive(
    symbol="//", kinks=(Kink(WHOLE_QUOTIENT, lambda x, y: x % y == 0, (6.0, 3.0), (0.0, 0.0)),), spellings="numpy"
)
def floor_divide(x: Number, y: Number) -> Result:
    """x // y, the floor of the quotient; ZeroDivisionError at y = 0.

    >>> floor_divide(7.0, 2.0)
    3.0
    """
    return x // y, (flat(x), flat(y))


@primitive(
    symbol="%",
    kinks=(Kink(WHOLE_QUOTIENT, lambda x, y: x % y == 0, (6.0, 3.0), (1.0, -2.0)),),
    spellings="numpy.remainder",
)
def mod(x: Number, y: Number) -> Result:
    """x % y, with the sign of y, as in Python; ZeroDivisionError at y = 0.

    >>> mod(-7.0, 3.0)
    2.0
    """
    quotient = x // y
    return x % y, (unit(quotient), -quotient)


@primitive(symbol="-", spellings="numpy")
def negative(x: Number) -> Result:
    """-x.

    >>> negative(2.0)
    -2.0
    """
    return -x, (-1.0,)


@primitive(symbol="+", spellings="numpy")
def positive(x: Number) -> Result:
    """+x.

    >>> positive(2.0)
    2.0
    """
    return +x, (1.0,)


def _whole_quotient(x: Number, y: Number) -> Number:
    return x // y if (x < 0) == (y < 0) else -(-x // y)


@primitive(kernel=elementary.whole_quotient, precise=_whole_quotient, rational=True)
def whole_quotient(x: Number, y: Number) -> Partials:
    """x / y, truncated to a whole number.

    >>> whole_quotient(-7.0, 3.0)
    -2.0
    """
    return (flat(x), flat(y))


@primitive(
    kernel=elementary.fmod,
    precise=lambda x, y: x - y * _whole_quotient(x, y),
    rational=True,
    domain=("[-inf, inf]", "[-inf, inf]"),
    native=math.fmod,
    kinks=(Kink(WHOLE_QUOTIENT, lambda x, y: x % y == 0, (6.0, 3.0), (1.0, -2.0)),),
    spellings="math numpy",
)
def fmod(x: Number, y: Number) -> Partials:
    """The remainder of x / y with the sign of x, as in C; ValueError at y = 0.

    >>> fmod(-7.0, 3.0)
    -1.0
    """
    quotient = whole_quotient(x, y)
    return (unit(quotient), -quotient)


@primitive(
    kernel=elementary.copysign,
    precise=lambda x, y: abs(x) * (1 if y >= 0 else -1),
    rational=True,
    kinks=(
        Kink("x = 0", lambda x, y: x == 0, (0.0, 1.0), (1.0, 0.0)),
        Kink("y = 0", lambda x, y: y == 0, (1.0, 0.0), (1.0, 0.0)),
    ),
    arrays=None,  # NumPy's ignores a NaN in y
    spellings="math numpy",
)
def copysign(x: Number, y: Number) -> Partials:
    """|x| with the sign of y.

    >>> copysign(3.0, -0.0)
    -3.0
    """
    return (copysign(1.0, x) * copysign(1.0, y), flat(y))

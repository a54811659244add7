"""Trigonometric functions, hyperbolic functions, and the inverses of both."""

from __future__ import annotations

from autograd import numbers
from autograd.numbers import Number, select
from autograd.primitives.arithmetic import Result
from autograd.primitives.table import Kink, primitive


@primitive(domain="(-inf, inf)")
def sin(x: Number) -> Result:
    """Sine of x radians; ValueError at an infinity.

    >>> sin(0.0)
    0.0
    """
    return numbers.sin(x), (numbers.cos(x),)


@primitive(domain="(-inf, inf)")
def cos(x: Number) -> Result:
    """Cosine of x radians; ValueError at an infinity.

    >>> cos(0.0)
    1.0
    """
    return numbers.cos(x), (-numbers.sin(x),)


@primitive(domain="(-inf, inf)")
def tan(x: Number) -> Result:
    """Tangent of x radians; ValueError at an infinity.

    >>> tan(0.0)
    0.0
    """
    z = numbers.tan(x)
    return z, (1 + z * z,)


@primitive(domain="[-1, 1]")
def asin(x: Number) -> Result:
    """Angle in radians whose sine is x, for x in [-1, 1]; ValueError elsewhere.

    >>> asin(0.0)
    0.0
    """
    return numbers.asin(x), (numbers.ratio(1.0, numbers.root_one_minus_square(x)),)


@primitive(domain="[-1, 1]")
def acos(x: Number) -> Result:
    """Angle in radians whose cosine is x, for x in [-1, 1]; ValueError elsewhere.

    >>> acos(1.0)
    0.0
    """
    return numbers.acos(x), (numbers.ratio(-1.0, numbers.root_one_minus_square(x)),)


@primitive
def atan(x: Number) -> Result:
    """Angle in radians, in [-π/2, π/2], whose tangent is x.

    >>> atan(0.0)
    0.0
    """
    return numbers.atan(x), (numbers.witch(x),)


@primitive(kinks=(Kink("y = x = 0", lambda y, x: y == 0 and x == 0, (0.0, 0.0), (0.0, 0.0)),))
def atan2(y: Number, x: Number) -> Result:
    """Angle in radians, in [-π, π], of the point (x, y).

    >>> atan2(0.0, 1.0)
    0.0
    """
    return numbers.atan2(y, x), (numbers.inverse_square_slope(x, y), -numbers.inverse_square_slope(y, x))


@primitive(domain="[-inf, inf]")
def sinh(x: Number) -> Result:
    """Hyperbolic sine; OverflowError beyond ±710.47.

    >>> sinh(0.0)
    0.0
    """
    return numbers.sinh(x), (numbers.cosh(x),)


@primitive(domain="[-inf, inf]")
def cosh(x: Number) -> Result:
    """Hyperbolic cosine; OverflowError beyond ±710.47.

    >>> cosh(0.0)
    1.0
    """
    return numbers.cosh(x), (numbers.sinh(x),)


@primitive
def tanh(x: Number) -> Result:
    """Hyperbolic tangent.

    >>> tanh(0.0)
    0.0
    """
    return numbers.tanh(x), (numbers.sech2(x),)


@primitive
def asinh(x: Number) -> Result:
    """Inverse of the hyperbolic sine.

    >>> asinh(0.0)
    0.0
    """
    return numbers.asinh(x), (numbers.ratio(1.0, numbers.hypot(1.0, x)),)


@primitive(domain="[1, inf]")
def acosh(x: Number) -> Result:
    """Inverse of the hyperbolic cosine, for x ≥ 1; ValueError elsewhere.

    >>> acosh(1.0)
    0.0
    """
    return numbers.acosh(x), (numbers.ratio(1.0, numbers.root_square_minus_one(x)),)


@primitive(domain="(-1, 1)")
def atanh(x: Number) -> Result:
    """Inverse of the hyperbolic tangent, for x in (-1, 1); ValueError elsewhere.

    >>> atanh(0.0)
    0.0
    """
    return numbers.atanh(x), (numbers.ratio(1.0, numbers.one_minus_square(x)),)


@primitive(kinks=(Kink("x = y = 0", lambda x, y: x == 0 and y == 0, (0.0, 0.0), (0.0, 0.0), sides="partials"),))
def hypot(x: Number, y: Number) -> Result:
    """√(x² + y²) without overflow on the way.

    >>> hypot(3.0, 4.0)
    5.0
    """
    return numbers.hypot(x, y), (numbers.cosine(x, y), numbers.cosine(y, x))


# --- the local derivatives above, where a product or quotient of other operations would lose digits


@primitive(kinks=(Kink("x = y = 0", lambda x, y: x == 0 and y == 0, (0.0, 0.0), (0.0, 0.0), sides="value"),))
def cosine(x: Number, y: Number) -> Result:
    """x / hypot(x, y): the cosine of the angle between (x, y) and the first axis.

    >>> cosine(3.0, 4.0)
    0.6
    """
    z = numbers.hypot(x, y)
    partials = numbers.quotient(y, y, z, 3.0), -numbers.quotient(x, y, z, 3.0)
    return numbers.cosine(x, y), tuple(select(z == 0, 0.0, p) for p in partials)


@primitive
def inverse_square_slope(x: Number, y: Number) -> Result:
    """x / (x² + y²), and 0 at the origin.

    >>> inverse_square_slope(1.0, 1.0)
    0.5
    """
    return numbers.inverse_square_slope(x, y), (numbers.inverse_square_xx(x, y), numbers.inverse_square_xy(x, y))


@primitive
def inverse_square_xx(x: Number, y: Number) -> Result:
    """(y² - x²) / (x² + y²)².

    >>> inverse_square_xx(1.0, 1.0)
    0.0
    """
    w, v = numbers.inverse_square_slope(x, y), numbers.inverse_square_slope(y, x)
    return numbers.inverse_square_xx(x, y), (2 * w * (w * w - 3 * v * v), 2 * v * (3 * w * w - v * v))


@primitive
def inverse_square_xy(x: Number, y: Number) -> Result:
    """-2xy / (x² + y²)².

    >>> inverse_square_xy(1.0, 1.0)
    -0.5
    """
    w, v = numbers.inverse_square_slope(x, y), numbers.inverse_square_slope(y, x)
    return numbers.inverse_square_xy(x, y), (2 * v * (3 * w * w - v * v), 2 * w * (3 * v * v - w * w))


@primitive
def sech2(x: Number) -> Result:
    """1 / cosh²(x), the derivative of tanh.

    >>> sech2(0.0)
    1.0
    """
    z = numbers.sech2(x)
    return z, (-2 * numbers.tanh(x) * z,)


@primitive
def witch(x: Number) -> Result:
    """1 / (1 + x²), the witch of Agnesi, the derivative of atan.

    >>> witch(1.0)
    0.5
    """
    z = numbers.witch(x)
    return z, (-2 * (x * z) * z,)


@primitive
def one_minus_square(x: Number) -> Result:
    """1 - x², accurate near ±1.

    >>> one_minus_square(0.5)
    0.75
    """
    return numbers.one_minus_square(x), (-2 * x,)


@primitive
def root_one_minus_square(x: Number) -> Result:
    """√(1 - x²), accurate near ±1.

    >>> root_one_minus_square(0.0)
    1.0
    """
    z = numbers.root_one_minus_square(x)
    return z, (-numbers.ratio(x, z),)


@primitive
def root_square_minus_one(x: Number) -> Result:
    """√(x² - 1), accurate near 1.

    >>> root_square_minus_one(1.0)
    0.0
    """
    z = numbers.root_square_minus_one(x)
    return z, (numbers.ratio(x, z),)

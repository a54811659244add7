"""Trigonometric functions, hyperbolic functions, and the inverses of both."""

from __future__ import annotations

from autograd.numbers import Number, constant, select
from autograd.numbers.kernels import elementary, floats, slopes
from autograd.numbers.kernels import sinc as kernels_of_sinc
from autograd.numbers.precise import derivatives as precise_derivatives
from autograd.primitives.arithmetic import Partials, quotient, ratio
from autograd.primitives.domains import Kink
from autograd.primitives.exponential import sqrt
from autograd.primitives.table import primitive
from autograd.symbols import texts

__all__ = [
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cos",
    "cosh", "degrees", "hypot", "radians", "sin", "sinc", "sinh", "tan", "tanh",
]  # fmt: skip


@primitive(kernel=floats.sin, precise="sin", domain="(-inf, inf)", spellings="math numpy")
def sin(x: Number) -> Partials:
    """Sine of x radians; ValueError at an infinity.

    >>> sin(0.0)
    0.0
    """
    return (cos(x),)


@primitive(kernel=floats.cos, precise="cos", domain="(-inf, inf)", spellings="math numpy")
def cos(x: Number) -> Partials:
    """Cosine of x radians; ValueError at an infinity.

    >>> cos(0.0)
    1.0
    """
    return (-sin(x),)


@primitive(kernel=floats.tan, precise="tan", domain="(-inf, inf)", spellings="math numpy")
def tan(x: Number, *, z: Number) -> Partials:
    """Tangent of x radians; ValueError at an infinity.

    >>> tan(0.0)
    0.0
    """
    return (1 + z * z,)


@primitive(kernel=floats.asin, precise="asin", domain="[-1, 1]", spellings="math numpy.arcsin")
def asin(x: Number) -> Partials:
    """Angle in radians whose sine is x, for x in [-1, 1]; ValueError elsewhere.

    >>> asin(0.0)
    0.0
    """
    return (ratio(1.0, root_one_minus_square(x)),)


@primitive(kernel=floats.acos, precise="acos", domain="[-1, 1]", spellings="math numpy.arccos")
def acos(x: Number) -> Partials:
    """Angle in radians whose cosine is x, for x in [-1, 1]; ValueError elsewhere.

    >>> acos(1.0)
    0.0
    """
    return (ratio(-1.0, root_one_minus_square(x)),)


@primitive(kernel=floats.atan, precise="atan", spellings="math numpy.arctan")
def atan(x: Number) -> Partials:
    """Angle in radians, in [-π/2, π/2], whose tangent is x.

    >>> atan(0.0)
    0.0
    """
    return (inverse_one_plus_square(x),)


@primitive(
    kernel=floats.atan2,
    precise="atan2",
    kinks=(Kink("y = x = 0", lambda y, x: y == 0 and x == 0, (0.0, 0.0), (0.0, 0.0)),),
    spellings="math numpy.arctan2",
)
def atan2(y: Number, x: Number) -> Partials:
    """Angle in radians, in [-π, π], of the point (x, y).

    >>> atan2(0.0, 1.0)
    0.0
    """
    return (inverse_square_slope(x, y), -inverse_square_slope(y, x))


@primitive(kernel=floats.sinh, precise="sinh", domain="[-inf, inf]", spellings="math numpy")
def sinh(x: Number) -> Partials:
    """Hyperbolic sine; OverflowError beyond ±710.47.

    >>> sinh(0.0)
    0.0
    """
    return (cosh(x),)


@primitive(kernel=floats.cosh, precise="cosh", domain="[-inf, inf]", spellings="math numpy")
def cosh(x: Number) -> Partials:
    """Hyperbolic cosine; OverflowError beyond ±710.47.

    >>> cosh(0.0)
    1.0
    """
    return (sinh(x),)


@primitive(kernel=floats.tanh, precise="tanh", spellings="math numpy")
def tanh(x: Number) -> Partials:
    """Hyperbolic tangent.

    >>> tanh(0.0)
    0.0
    """
    return (sech2(x),)


@primitive(kernel=floats.asinh, precise="asinh", spellings="math numpy.arcsinh")
def asinh(x: Number) -> Partials:
    """Inverse of the hyperbolic sine.

    >>> asinh(0.0)
    0.0
    """
    return (ratio(1.0, hypot(1.0, x)),)


@primitive(kernel=floats.acosh, precise="acosh", domain="[1, inf]", spellings="math numpy.arccosh")
def acosh(x: Number) -> Partials:
    """Inverse of the hyperbolic cosine, for x ≥ 1; ValueError elsewhere.

    >>> acosh(1.0)
    0.0
    """
    return (ratio(1.0, root_square_minus_one(x)),)


@primitive(kernel=floats.atanh, precise="atanh", domain="(-1, 1)", spellings="math numpy.arctanh")
def atanh(x: Number) -> Partials:
    """Inverse of the hyperbolic tangent, for x in (-1, 1); ValueError elsewhere.

    >>> atanh(0.0)
    0.0
    """
    return (ratio(1.0, one_minus_square(x)),)


@primitive(
    kernel=floats.hypot,
    precise="hypot",
    kinks=(Kink("x = y = 0", lambda x, y: x == 0 and y == 0, (0.0, 0.0), (0.0, 0.0), sides="partials"),),
    spellings="math numpy",
)
def hypot(x: Number, y: Number) -> Partials:
    """√(x² + y²), without intermediate overflow; of more numbers, their norm.

    >>> hypot(3.0, 4.0), hypot(2.0, 3.0, 6.0)
    (5.0, 7.0)
    """
    return (cosine(x, y), cosine(y, x))


@primitive(kernel=elementary.degrees, precise=lambda x: x * constant("180/π", x), spellings="math numpy numpy.rad2deg")
def degrees(x: Number) -> Partials:
    """An angle of x radians in degrees.

    >>> degrees(0.5)
    28.64788975654116
    """
    return (constant("180/π", x),)


@primitive(kernel=elementary.radians, precise=lambda x: x * constant("π/180", x), spellings="math numpy numpy.deg2rad")
def radians(x: Number) -> Partials:
    """An angle of x degrees in radians.

    >>> radians(180.0)
    3.141592653589793
    """
    return (constant("π/180", x),)


@primitive(kernel=kernels_of_sinc.sinc, precise="sincpi")
def sinc(x: Number) -> Partials:
    """sin(πx) / (πx), and 1 at 0: the normalised cardinal sine, as in NumPy.

    >>> sinc(0.5)
    0.6366197723675814
    """
    return (sinc_derivative(x, 1.0),)


@primitive(kernel=kernels_of_sinc.sinc_derivative, precise=precise_derivatives.sinc_derivative, count="n")
def sinc_derivative(x: Number, n: Number) -> Partials:
    """The n-th derivative of sinc, for a plain whole n up to 200.

    >>> sinc_derivative(1.0, 1.0)
    -1.0
    """
    return (sinc_derivative(x, n + 1), None)


# --- the local derivatives above, where a product or quotient of other operations would lose digits


def _cosine(x: Number, y: Number) -> Number:
    z = hypot(x, y)
    return select(z == 0, 0.0, ratio(x, z))


@primitive(
    text=texts.cosine_text,
    kernel=slopes.cosine,
    precise=_cosine,
    kinks=(Kink("x = y = 0", lambda x, y: x == 0 and y == 0, (0.0, 0.0), (0.0, 0.0), sides="value"),),
    arrays="kernels.cosine",
)
def cosine(x: Number, y: Number) -> Partials:
    """x / hypot(x, y): the cosine of the angle between (x, y) and the first axis.

    >>> cosine(3.0, 4.0)
    0.6
    """
    z = hypot(x, y)
    partials = quotient(y, y, z, 3.0), -quotient(x, y, z, 3.0)
    return tuple(select(z == 0, 0.0, p) for p in partials)


@primitive(
    text="{0}/({0}² + {1}²)",
    kernel=slopes.inverse_square_slope,
    precise=lambda x, y: select(x == 0, 0 * y, ratio(x, x * x + y * y)),
    rational=True,
    arrays="kernels.inverse_square_slope",
)
def inverse_square_slope(x: Number, y: Number) -> Partials:
    """x / (x² + y²), and 0 at the origin.

    >>> inverse_square_slope(1.0, 1.0)
    0.5
    """
    return (inverse_square_xx(x, y), inverse_square_xy(x, y))


@primitive(
    text="({1}² - {0}²)/({0}² + {1}²)²",
    kernel=slopes.inverse_square_xx,
    precise=lambda x, y: ratio((y - x) * (y + x), (x * x + y * y) ** 2),
    rational=True,
    arrays="kernels.inverse_square_xx",
)
def inverse_square_xx(x: Number, y: Number) -> Partials:
    """(y² - x²) / (x² + y²)².

    >>> inverse_square_xx(1.0, 1.0)
    0.0
    """
    w, v = inverse_square_slope(x, y), inverse_square_slope(y, x)
    return (2 * w * (w * w - 3 * v * v), 2 * v * (3 * w * w - v * v))


@primitive(
    text="-2·{0}·{1}/({0}² + {1}²)²",
    kernel=slopes.inverse_square_xy,
    precise=lambda x, y: ratio(-2 * x * y, (x * x + y * y) ** 2),
    rational=True,
    arrays="kernels.inverse_square_xy",
)
def inverse_square_xy(x: Number, y: Number) -> Partials:
    """-2xy / (x² + y²)².

    >>> inverse_square_xy(1.0, 1.0)
    -0.5
    """
    w, v = inverse_square_slope(x, y), inverse_square_slope(y, x)
    return (2 * v * (3 * w * w - v * v), 2 * w * (3 * v * v - w * w))


@primitive(text="sech²({})", kernel=slopes.sech2, precise=lambda x: 1 / cosh(x) ** 2, arrays="kernels.sech2")
def sech2(x: Number, *, z: Number) -> Partials:
    """1 / cosh²(x), the derivative of tanh.

    >>> sech2(0.0)
    1.0
    """
    return (-2 * tanh(x) * z,)


@primitive(
    text="1/(1 + {}²)",
    kernel=slopes.inverse_one_plus_square,
    precise=lambda x: 1 / (1 + x * x),
    rational=True,
    arrays="kernels.inverse_one_plus_square",
)
def inverse_one_plus_square(x: Number, *, z: Number) -> Partials:
    """1 / (1 + x²), the witch of Agnesi, the derivative of atan.

    >>> inverse_one_plus_square(1.0)
    0.5
    """
    return (-2 * (x * z) * z,)


@primitive(
    text="1 - {}²",
    kernel=slopes.one_minus_square,
    precise=lambda x: (1 - x) * (1 + x),
    rational=True,
    arrays="kernels.one_minus_square",
)
def one_minus_square(x: Number) -> Partials:
    """1 - x², accurate near ±1.

    >>> one_minus_square(0.5)
    0.75
    """
    return (-2 * x,)


@primitive(
    text="√(1 - {}²)",
    kernel=slopes.root_one_minus_square,
    precise=lambda x: sqrt((1 - x) * (1 + x)),
    arrays="kernels.root_one_minus_square",
)
def root_one_minus_square(x: Number, *, z: Number) -> Partials:
    """√(1 - x²), accurate near ±1.

    >>> root_one_minus_square(0.0)
    1.0
    """
    return (-ratio(x, z),)


@primitive(
    text="√({}² - 1)",
    kernel=slopes.root_square_minus_one,
    precise=lambda x: sqrt((x - 1) * (x + 1)),
    arrays="kernels.root_square_minus_one",
)
def root_square_minus_one(x: Number, *, z: Number) -> Partials:
    """√(x² - 1), accurate near 1.

    >>> root_square_minus_one(1.0)
    0.0
    """
    return (ratio(x, z),)

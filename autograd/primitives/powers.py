"""Powers, and their local derivatives of any order."""

from __future__ import annotations

import math
import operator
from functools import partial

from autograd.numbers import Number, select
from autograd.numbers.kernels import elementary, floats, powers
from autograd.numbers.kinds import leading_kind
from autograd.primitives.arithmetic import Partials, ratio
from autograd.primitives.table import primitive
from autograd.symbols import texts

__all__ = ["entropy", "power", "xlog1py", "xlogy"]


def falling_factorial(y: Number, n: Number) -> Number:
    """y(y-1)...(y-n+1)."""
    product: Number = 1
    for k in range(int(n)):
        product = product * (y - k)
    return product


def falling_slope(y: Number, n: Number) -> Number:
    """The derivative in y of y(y-1)...(y-n+1), by the product rule."""
    product, slope = 1.0, 0.0
    for k in range(int(n)):
        product, slope = product * (y - k), slope * (y - k) + product
    return slope


# --- textbook formulas, for numbers with practically no limit of range or precision -----------------------------------


def _like(x: Number, other: Number) -> Number:
    """x as the higher kind of the two: as a plain float, it would limit the precision of a textbook formula."""
    return leading_kind((x, other)).coerce(x)


def _pow(x: Number, y: Number) -> Number:
    z = x**y
    if type(z) is float:
        raise TypeError(f"power: {x}**{y} is not a Fraction")
    return z


def _falling_power(x: Number, y: Number, n: Number) -> Number:
    y = _like(y, x)
    coefficient = falling_factorial(y, n)
    return coefficient if coefficient == 0 else coefficient * _pow(x, y - int(n))


def _total_falling_power(x: Number, y: Number, n: Number) -> Number:
    """Infinite at x = 0, where the formula divides by zero."""
    try:
        return _falling_power(x, y, n)
    except ZeroDivisionError:
        return falling_factorial(y, n) * (x + math.inf)


def _power_log(z: Number, x: Number, y: Number, n: Number) -> Number:
    for _ in range(int(n)):
        z = xlogy(z, x)
    return z


def _scaled_power(c: Number, x: Number, y: Number, n: Number) -> Number:
    return c * _pow(x, _like(y, x) - n)


def _xlogy(z: Number, x: Number) -> Number:
    x = _like(x, z)
    return x * math.nan if x < 0 else z if z == 0 else z * x.context.log(x)


# --- the rows ---------------------------------------------------------------------------------------------------------

# Six rows, where c · x**(y-n) · log(x)ᵐ alone could serve, at a price:
# - With n as an operand, a power would take 2.3 times as long to record.
# - Without `constant_power` and `monomial`, every x ** 2 would take a logarithm for the derivative in its exponent. A
#   Fraction has none.
# - Without `falling_power`, the coefficient would be rounded at each order: a sixth derivative would be off by 7.6
#   units of 2**-53, not by 2.6.
# - Without `power_log`, which is given z, the derivative in y would take another power, and 3.3 times as long.

as_power = partial(
    primitive,
    text=texts.power_text,
    kernel=floats.power,
    precise=_pow,
    rational=True,
    symbol="**",
    domain=("[-inf, inf]", "[-inf, inf]"),
    native=operator.pow,
    arrays="powers.power",
)
as_falling_power = partial(
    primitive,
    text=texts.falling_power_text,
    kernel=floats.falling_power,
    precise=_total_falling_power,
    rational=_falling_power,
    arrays="powers.falling_power",
)


@as_power(spellings="numpy numpy.float_power")
def power(x: Number, y: Number, *, z: Number) -> Partials:
    """x ** y; ZeroDivisionError and OverflowError as for floats, ValueError where Python returns a complex number.

    >>> power(2.0, 3.0)
    8.0
    """
    return (falling_power(x, y, 1.0), power_log(z, x, y, 1.0))


@as_power(title="power")
def constant_power(x: Number, n: Number) -> Partials:
    """x ** n for a plain number n, by the power rule alone, which is exact on Fractions.

    >>> constant_power(3.0, 2.0)
    9.0
    """
    return (monomial(x, n, 1.0), None)


@as_falling_power(count="n")
def monomial(x: Number, y: Number, n: Number) -> Partials:
    """The n-th derivative of x ** y in x, for a plain number y.

    >>> monomial(3.0, 2.0, 1.0)
    6.0
    """
    return (monomial(x, y, n + 1), None, None)


@as_falling_power(count="n")
def falling_power(x: Number, y: Number, n: Number) -> Partials:
    """The n-th derivative of x ** y in x, y(y-1)…(y-n+1) x**(y-n), differentiable in y too.

    >>> falling_power(3.0, 2.0, 1.0)
    6.0
    """
    coefficient = falling_slope(y, n) + xlogy(falling_factorial(y, n), x)
    return (
        falling_power(x, y, n + 1),
        scaled_power(coefficient, x, y, n),
        None,
    )


@primitive(text=texts.power_log_text, kernel=powers.power_log, precise=_power_log, rational=True, count="n")
def power_log(z: Number, x: Number, y: Number, n: Number) -> Partials:
    """x**y · log(x)ⁿ, the n-th derivative of x ** y in y, given z = x ** y.

    >>> power_log(1.0, 1.0, 5.0, 1.0)
    0.0
    """
    coefficient = n + xlogy(y, x)
    for _ in range(int(n) - 1):
        coefficient = xlogy(coefficient, x)
    return (
        None,
        scaled_power(coefficient, x, y, 1.0),
        power_log(z, x, y, n + 1),
        None,
    )


@primitive(kernel=powers.scaled_power, precise=_scaled_power, rational=True, count="n", arrays="powers.scaled_power")
def scaled_power(c: Number, x: Number, y: Number, n: Number) -> Partials:
    """c · x**(y-n) for a plain n, even where the power alone would overflow or underflow.

    >>> scaled_power(3.0, 2.0, 3.0, 1.0)
    12.0
    """
    return (
        scaled_power(1.0, x, y, n),
        scaled_power(c * (y - n), x, y, n + 1),
        scaled_power(xlogy(c, x), x, y, n),
        None,
    )


@primitive(text=texts.xlogy_text, kernel=floats.xlogy, precise=_xlogy, arrays="powers.xlogy", spellings="scipy.special")
def xlogy(x: Number, y: Number) -> Partials:
    """x · log(y), and 0 where x is 0.

    >>> xlogy(0.0, 0.0)
    0.0
    """
    return (xlogy(1.0, y), _ratio_or_zero(x, y))  # log(y), but total


def _ratio_or_zero(x: Number, y: Number) -> Number:
    """x / y, and 0 where both are 0."""
    return select(y == 0, select(x == 0, 0.0, ratio(x, y)), ratio(x, y))


def _xlog1py(z: Number, x: Number) -> Number:
    x = _like(x, z)
    return x * math.nan if x < -1 else z if z == 0 else z * x.context.log1p(x)


@primitive(kernel=elementary.xlog1py, precise=_xlog1py, spellings="scipy.special")
def xlog1py(x: Number, y: Number) -> Partials:
    """x · log(1 + y), accurate near y = 0, and 0 where x is 0.

    >>> xlog1py(0.0, -1.0)
    0.0
    """
    return (xlog1py(1.0, y), _ratio_or_zero(x, 1 + y))


@primitive(
    kernel=elementary.entropy, precise=lambda x: -_xlogy(x, x), domain="[0, inf]", spellings="scipy.special.entr"
)
def entropy(x: Number) -> Partials:
    """-x · log(x), and 0 at 0: the share of an event of probability x in an entropy; ValueError for negative x.

    >>> entropy(1.0), entropy(0.0)
    (-0.0, 0.0)
    """
    return (-xlogy(1.0, x) - 1,)

"""Exponentials, logarithms and roots."""

from __future__ import annotations

from autograd.numbers import Number, constant
from autograd.numbers.kernels import elementary, floats
from autograd.primitives.arithmetic import Partials, ratio
from autograd.primitives.calling import OTHERWISE
from autograd.primitives.table import primitive
from autograd.symbols import texts

__all__ = ["cbrt", "exp", "exp2", "expm1", "log", "log10", "log1p", "log2", "sqrt"]


def _exp(x: Number) -> Number:
    """mpmath raises e to a whole power by squaring, which takes a tenth of a second at 1e308."""
    mp = x.context
    return mp.exp(x) if abs(x) < 1e9 else mp.exp(x - mp.mpf(0.5)) * mp.exp(mp.mpf(0.5))


@primitive(kernel=floats.exp, precise=_exp, domain="[-inf, inf]", spellings="math numpy")
def exp(x: Number, *, z: Number) -> Partials:
    """e to the power x; OverflowError above 709.78.

    >>> exp(0.0)
    1.0
    """
    return (z,)


@primitive(
    kernel=elementary.exp2,
    precise=lambda x: exp(x * constant("log 2", x)),
    domain="[-inf, inf]",
    spellings="math numpy",
)
def exp2(x: Number, *, z: Number) -> Partials:
    """2 to the power x; OverflowError from 1024 on.

    >>> exp2(3.0)
    8.0
    """
    return (z * constant("log 2", x),)


@primitive(kernel=floats.expm1, precise="expm1", domain="[-inf, inf]", spellings="math numpy")
def expm1(x: Number) -> Partials:
    """exp(x) - 1, accurate near 0.

    >>> expm1(1e-20)
    1e-20
    """
    return (exp(x),)


def _to_base(x: Number, base: Number) -> Number:
    return log(x) / log(base)


OTHERWISE["log"] = _to_base


@primitive(kernel=floats.log, precise="log", domain="(0, inf]", spellings="math numpy")
def log(x: Number) -> Partials:
    """Natural logarithm of x > 0, or log(x, base); ValueError elsewhere.

    >>> log(1.0), log(8.0, 2.0)
    (0.0, 3.0)
    """
    return (ratio(1.0, x),)


@primitive(kernel=floats.log1p, precise="log1p", domain="(-1, inf]", spellings="math numpy")
def log1p(x: Number) -> Partials:
    """log(1 + x) for x > -1, accurate near 0; ValueError elsewhere.

    >>> log1p(1e-20)
    1e-20
    """
    return (ratio(1.0, 1 + x),)


@primitive(
    kernel=floats.log2, precise=lambda x: x.context.log(x) / x.context.log(2), domain="(0, inf]", spellings="math numpy"
)
def log2(x: Number) -> Partials:
    """Logarithm to base 2 of x > 0; ValueError elsewhere.

    >>> log2(8.0)
    3.0
    """
    return (ratio(constant("log₂e", x), x),)


@primitive(kernel=floats.log10, precise="log10", domain="(0, inf]", spellings="math numpy")
def log10(x: Number) -> Partials:
    """Logarithm to base 10 of x > 0; ValueError elsewhere.

    >>> log10(1000.0)
    3.0
    """
    return (ratio(constant("log₁₀e", x), x),)


@primitive(kernel=floats.sqrt, precise="sqrt", symbol="√", domain="[0, inf]", spellings="math numpy")
def sqrt(x: Number, *, z: Number) -> Partials:
    """Square root of x ≥ 0, with an infinite derivative at 0; ValueError elsewhere.

    >>> sqrt(9.0)
    3.0
    """
    return (ratio(0.5, z),)


def _cbrt(x: Number) -> Number:
    cbrt = x.context.cbrt
    return cbrt(x) if x >= 0 else -cbrt(-x)


@primitive(kernel=floats.cbrt, precise=_cbrt, symbol="∛", spellings="math numpy")
def cbrt(x: Number, *, z: Number) -> Partials:
    """Cube root, real for negative x too, with an infinite derivative at 0.

    >>> cbrt(-27.0)
    -3.0
    """
    return (ratio(1.0, 3 * z * z),)


@primitive(
    text=texts.scaled_exp_text,
    kernel=floats.scaled_exp,
    precise=lambda c, x, y: c * exp(x * y),
    arrays="powers.scaled_exp",
)
def scaled_exp(c: Number, x: Number, y: Number) -> Partials:
    """c · exp(x·y) with an exact product x·y, for derivatives of Gaussians.

    >>> scaled_exp(2.0, 0.0, 1.0)
    2.0
    """
    one = scaled_exp(1.0, x, y)
    return (one, scaled_exp(c * y, x, y), scaled_exp(c * x, x, y))

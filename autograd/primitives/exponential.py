"""Exponentials, logarithms and roots."""

from __future__ import annotations

from autograd import numbers
from autograd.numbers import Number
from autograd.primitives.arithmetic import Result
from autograd.primitives.table import primitive


@primitive(domain="[-inf, inf]")
def exp(x: Number) -> Result:
    """e to the power x; OverflowError above 709.78.

    >>> exp(0.0)
    1.0
    """
    z = numbers.exp(x)
    return z, (z,)


@primitive(domain="[-inf, inf]")
def expm1(x: Number) -> Result:
    """exp(x) - 1, accurate near 0.

    >>> expm1(1e-20)
    1e-20
    """
    return numbers.expm1(x), (numbers.exp(x),)


@primitive(domain="(0, inf]")
def log(x: Number) -> Result:
    """Natural logarithm of x > 0; ValueError elsewhere.

    >>> log(1.0)
    0.0
    """
    return numbers.log(x), (numbers.ratio(1.0, x),)


@primitive(domain="(-1, inf]")
def log1p(x: Number) -> Result:
    """log(1 + x) for x > -1, accurate near 0; ValueError elsewhere.

    >>> log1p(1e-20)
    1e-20
    """
    return numbers.log1p(x), (numbers.ratio(1.0, 1 + x),)


@primitive(domain="(0, inf]")
def log2(x: Number) -> Result:
    """Logarithm to base 2 of x > 0; ValueError elsewhere.

    >>> log2(8.0)
    3.0
    """
    return numbers.log2(x), (numbers.ratio(numbers.constant("log₂e", x), x),)


@primitive(domain="(0, inf]")
def log10(x: Number) -> Result:
    """Logarithm to base 10 of x > 0; ValueError elsewhere.

    >>> log10(1000.0)
    3.0
    """
    return numbers.log10(x), (numbers.ratio(numbers.constant("log₁₀e", x), x),)


@primitive(symbol="√", domain="[0, inf]")
def sqrt(x: Number) -> Result:
    """Square root of x ≥ 0, whose derivative at 0 is infinite; ValueError elsewhere.

    >>> sqrt(9.0)
    3.0
    """
    z = numbers.sqrt(x)
    return z, (numbers.ratio(0.5, z),)


@primitive(symbol="∛")
def cbrt(x: Number) -> Result:
    """Cube root, real for negative x too; its derivative at 0 is infinite.

    >>> cbrt(-27.0)
    -3.0
    """
    z = numbers.cbrt(x)
    return z, (numbers.ratio(1.0, 3 * z * z),)


@primitive
def scaled_exp(c: Number, x: Number, y: Number) -> Result:
    """c · exp(x·y) with the product carried exactly: derivatives of Gaussians are made of it.

    >>> scaled_exp(2.0, 0.0, 1.0)
    2.0
    """
    one = numbers.scaled_exp(1.0, x, y)
    return numbers.scaled_exp(c, x, y), (one, numbers.scaled_exp(c * y, x, y), numbers.scaled_exp(c * x, x, y))

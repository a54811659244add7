"""The error function and the normal distribution."""

from __future__ import annotations

from autograd import numbers
from autograd.numbers import Number
from autograd.primitives.arithmetic import Result
from autograd.primitives.table import primitive


@primitive
def erf(x: Number) -> Result:
    """The error function, 2/√π times the integral of exp(-t²) from 0 to x.

    >>> erf(0.0)
    0.0
    """
    return numbers.erf(x), (numbers.scaled_exp(numbers.constant("2/√π", x), -x, x),)


@primitive
def erfc(x: Number) -> Result:
    """1 - erf(x), accurate in the far tail.

    >>> erfc(0.0)
    1.0
    """
    return numbers.erfc(x), (-numbers.scaled_exp(numbers.constant("2/√π", x), -x, x),)


@primitive(symbol="Φ")
def normal_cdf(x: Number) -> Result:
    """Φ(x), the probability that a standard normal variable is below x.

    >>> normal_cdf(0.0)
    0.5
    """
    return numbers.normal_cdf(x), (numbers.scaled_exp(numbers.constant("1/√2π", x), -0.5 * x, x),)


@primitive
def gelu(x: Number) -> Result:
    """x · Φ(x), the Gaussian error linear unit (Hendrycks and Gimpel, 2016), in its exact form.

    >>> gelu(0.0)
    0.0
    """
    return numbers.gelu(x), (numbers.gelu_slope(x),)


@primitive(symbol="gelu′")
def gelu_slope(x: Number) -> Result:
    """Φ(x) + x φ(x), the derivative of gelu.

    >>> gelu_slope(0.0)
    0.5
    """
    scale = numbers.constant("1/√2π", x)
    return numbers.gelu_slope(x), (numbers.scaled_exp(scale * (2 - x * x), -0.5 * x, x),)

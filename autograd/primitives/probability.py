"""The error function and the normal distribution."""

from __future__ import annotations

from autograd.numbers import Number, constant, special
from autograd.primitives.arithmetic import Partials
from autograd.primitives.exponential import exp, scaled_exp
from autograd.primitives.table import primitive

__all__ = ["erf", "erfc", "gelu", "normal_cdf"]


@primitive(kernel=special.erf, precise="erf")
def erf(x: Number) -> Partials:
    """The error function, 2/√π times the integral of exp(-t²) from 0 to x.

    >>> erf(0.0)
    0.0
    """
    return (scaled_exp(constant("2/√π", x), -x, x),)


@primitive(kernel=special.erfc, precise="erfc")
def erfc(x: Number) -> Partials:
    """1 - erf(x), accurate in the far tail.

    >>> erfc(0.0)
    1.0
    """
    return (-scaled_exp(constant("2/√π", x), -x, x),)


@primitive(text="Φ({})", kernel=special.normal_cdf, precise=lambda x: erfc(-x * constant("√½", x)) / 2, symbol="Φ")
def normal_cdf(x: Number) -> Partials:
    """Φ(x), the probability that a standard normal variable is below x.

    >>> normal_cdf(0.0)
    0.5
    """
    return (scaled_exp(constant("1/√2π", x), -0.5 * x, x),)


@primitive(kernel=special.gelu, precise=lambda x: x * normal_cdf(x))
def gelu(x: Number) -> Partials:
    """x · Φ(x), the Gaussian error linear unit (Hendrycks and Gimpel, 2016), in its exact form.

    >>> gelu(0.0)
    0.0
    """
    return (gelu_slope(x),)


@primitive(
    text="gelu′({})",
    kernel=special.gelu_slope,
    precise=lambda x: normal_cdf(x) + constant("1/√2π", x) * x * exp(-x * x / 2),
    symbol="gelu′",
)
def gelu_slope(x: Number) -> Partials:
    """Φ(x) + x φ(x), the derivative of gelu.

    >>> gelu_slope(0.0)
    0.5
    """
    scale = constant("1/√2π", x)
    return (scaled_exp(scale * (2 - x * x), -0.5 * x, x),)

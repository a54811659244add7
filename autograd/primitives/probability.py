"""The error function and the normal distribution."""

from __future__ import annotations

from autograd.numbers import Number, constant
from autograd.numbers.kernels import elementary
from autograd.numbers.precise import derivatives as precise_derivatives
from autograd.numbers.special import error_functions, inverse_erf, normal_derivatives
from autograd.primitives.arithmetic import Partials
from autograd.primitives.exponential import exp, log, log1p, scaled_exp
from autograd.primitives.table import primitive

__all__ = [
    "erf", "erfc", "erfcinv", "erfinv", "gelu", "log_normal_cdf", "logit", "normal_cdf", "normal_icdf"
]  # fmt: skip


@primitive(kernel=error_functions.erf, precise="erf", arrays="kernels.erf", spellings="math scipy.special")
def erf(x: Number) -> Partials:
    """The error function, 2/√π times the integral of exp(-t²) from 0 to x.

    >>> erf(0.0)
    0.0
    """
    return (scaled_exp(constant("2/√π", x), -x, x),)


@primitive(kernel=error_functions.erfc, precise="erfc", arrays="kernels.erfc", spellings="math scipy.special")
def erfc(x: Number) -> Partials:
    """1 - erf(x), accurate in the far tail.

    >>> erfc(0.0)
    1.0
    """
    return (-scaled_exp(constant("2/√π", x), -x, x),)


@primitive(
    text="Φ({})",
    kernel=error_functions.normal_cdf,
    precise=lambda x: erfc(-x * constant("√½", x)) / 2,
    symbol="Φ",
    arrays="kernels.normal_cdf",
    spellings="scipy.special.ndtr",
)
def normal_cdf(x: Number) -> Partials:
    """Φ(x), the probability that a standard normal variable is below x.

    >>> normal_cdf(0.0)
    0.5
    """
    return (scaled_exp(constant("1/√2π", x), -0.5 * x, x),)


@primitive(kernel=error_functions.gelu, precise=lambda x: x * normal_cdf(x), arrays="kernels.gelu")
def gelu(x: Number) -> Partials:
    """x · Φ(x), the Gaussian error linear unit (Hendrycks and Gimpel, 2016), in its exact form.

    >>> gelu(0.0)
    0.0
    """
    return (gelu_slope(x),)


@primitive(
    text="gelu′({})",
    kernel=error_functions.gelu_slope,
    precise=lambda x: normal_cdf(x) + constant("1/√2π", x) * x * exp(-x * x / 2),
    symbol="gelu′",
    arrays="kernels.gelu_slope",
)
def gelu_slope(x: Number) -> Partials:
    """Φ(x) + x φ(x), the derivative of gelu.

    >>> gelu_slope(0.0)
    0.5
    """
    scale = constant("1/√2π", x)
    return (scaled_exp(scale * (2 - x * x), -0.5 * x, x),)


# --- inverses, and the logarithm of a probability -----------------------------------------------


@primitive(kernel=inverse_erf.erfinv, precise="erfinv", domain="(-1, 1)", spellings="scipy.special")
def erfinv(x: Number) -> Partials:
    """The inverse of erf, for x in (-1, 1); ValueError elsewhere.

    >>> erfinv(0.5)
    0.4769362762044699
    """
    return (erfinv_slope(x),)


@primitive(
    kernel=inverse_erf.erfinv_slope, precise=lambda x: exp(erfinv(x) ** 2) / constant("2/√π", x), text="erfinv′({})"
)
def erfinv_slope(x: Number, *, z: Number) -> Partials:
    """½√π · exp(erfinv(x)²), the derivative of erfinv.

    >>> erfinv_slope(0.0)
    0.886226925452758
    """
    return (2 * erfinv(x) * z * z,)


@primitive(kernel=inverse_erf.erfcinv, precise=inverse_erf.precise_erfcinv, domain="(0, 2)", spellings="scipy.special")
def erfcinv(x: Number) -> Partials:
    """The inverse of erfc, accurate near 0, for x in (0, 2); ValueError elsewhere.

    >>> erfcinv(1.0)
    0.0
    """
    return (erfcinv_slope(x),)


@primitive(
    kernel=inverse_erf.erfcinv_slope, precise=lambda x: -exp(erfcinv(x) ** 2) / constant("2/√π", x), text="erfcinv′({})"
)
def erfcinv_slope(x: Number, *, z: Number) -> Partials:
    """-½√π · exp(erfcinv(x)²), the derivative of erfcinv.

    >>> erfcinv_slope(1.0)
    -0.886226925452758
    """
    return (2 * erfcinv(x) * z * z,)


@primitive(
    text="Φ⁻¹({})", kernel=inverse_erf.normal_icdf, precise=lambda p: -erfcinv(2 * p) / constant("√½", p),
    domain="(0, 1)", symbol="Φ⁻¹",
spellings="scipy.special.ndtri")  # fmt: skip
def normal_icdf(p: Number) -> Partials:
    """Φ⁻¹(p), the p-quantile of the standard normal distribution, for p in (0, 1); ValueError elsewhere.

    >>> normal_icdf(0.5)
    0.0
    """
    return (normal_icdf_slope(p),)


@primitive(
    text="Φ⁻¹′({})", kernel=inverse_erf.normal_icdf_slope,
    precise=lambda p: exp(normal_icdf(p) ** 2 / 2) / constant("1/√2π", p),
)  # fmt: skip
def normal_icdf_slope(p: Number, *, z: Number) -> Partials:
    """1 / φ(Φ⁻¹(p)), the derivative of normal_icdf.

    >>> normal_icdf_slope(0.5)
    2.5066282746310007
    """
    return (normal_icdf(p) * z * z,)


def _log_normal_cdf(x: Number) -> Number:
    tail = constant("√½", x)
    return log1p(-erfc(x * tail) / 2) if x > 0 else log(erfc(-x * tail) / 2)


@primitive(
    kernel=inverse_erf.log_normal_cdf, precise=_log_normal_cdf, text="log Φ({})", spellings="scipy.special.log_ndtr"
)
def log_normal_cdf(x: Number) -> Partials:
    """log Φ(x), without underflow.

    >>> log_normal_cdf(0.0)
    -0.6931471805599453
    """
    return (log_normal_cdf_slope(x),)


@primitive(
    kernel=inverse_erf.log_normal_cdf_slope,
    precise=lambda x: constant("1/√2π", x) * exp(-x * x / 2) / normal_cdf(x),
    text="φ({0})/Φ({0})",
)
def log_normal_cdf_slope(x: Number) -> Partials:
    """φ(x) / Φ(x), the derivative of log Φ.

    >>> log_normal_cdf_slope(0.0)
    0.7978845608028654
    """
    return (log_normal_cdf_derivative(x, 2.0),)


@primitive(
    kernel=normal_derivatives.log_normal_cdf_derivative,
    precise=precise_derivatives.log_normal_cdf_derivative,
    count="n",
)
def log_normal_cdf_derivative(x: Number, n: Number) -> Partials:
    """The n-th derivative of log Φ, for a plain whole n up to 36.

    >>> log_normal_cdf_derivative(0.0, 2.0)
    -0.6366197723675814
    """
    return (log_normal_cdf_derivative(x, n + 1), None)


@primitive(kernel=elementary.logit, precise=lambda x: log(x / (1 - x)), domain="(0, 1)", spellings="scipy.special")
def logit(x: Number) -> Partials:
    """log(x / (1 - x)), the inverse of sigmoid, for x in (0, 1); ValueError elsewhere.

    >>> logit(0.5)
    0.0
    """
    return (logit_slope(x),)


@primitive(
    kernel=elementary.logit_slope, precise=lambda x: 1 / (x * (1 - x)), symbol="logit′", arrays="kernels.logit_slope"
)
def logit_slope(x: Number, *, z: Number) -> Partials:
    """1 / (x (1 - x)), the derivative of logit.

    >>> logit_slope(0.5)
    4.0
    """
    return ((2 * x - 1) * z * z,)

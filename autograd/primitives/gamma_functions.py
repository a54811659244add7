"""The gamma function and its relatives."""

from __future__ import annotations

import math
from operator import index

from autograd.numbers import Number, select
from autograd.numbers.precise import derivatives as precise_derivatives
from autograd.numbers.precise import gammainc as precise_gammainc
from autograd.numbers.precise import polygamma as precise
from autograd.numbers.special import beta as kernels_of_beta
from autograd.numbers.special import gamma as kernels_of_gamma
from autograd.numbers.special import incomplete_gamma
from autograd.numbers.special import polygamma as kernels_of_polygamma
from autograd.numbers.special.beta_derivative import beta_derivative as kernel_of_beta_derivative
from autograd.numbers.special.polygamma_difference import polygamma_difference as kernel_of_difference
from autograd.primitives.arithmetic import Partials, ratio
from autograd.primitives.table import primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["beta", "digamma", "gamma", "gammainc", "gammaincc", "lbeta", "lgamma", "polygamma"]


@primitive(
    kernel=kernels_of_gamma.gamma,
    precise="gamma",
    domain="[-inf, inf]",
    native=math.gamma,
    text="Γ({})",
    spellings="math scipy.special",
)
def gamma(x: Number, *, z: Number) -> Partials:
    """Γ(x), which is (x - 1)! for whole x; ValueError at 0 and the negative whole numbers, OverflowError above 171.6.

    >>> gamma(5.0)
    24.0
    """
    return (z * digamma(x),)


def _log_gamma(x: Number) -> Number:
    mp = x.context
    return mp.loggamma(x) if x > 0 else mp.log(abs(mp.gamma(x)))


@primitive(
    kernel=kernels_of_gamma.lgamma,
    precise=_log_gamma,
    domain="[-inf, inf]",
    native=math.lgamma,
    text="log Γ({})",
    spellings="math scipy.special.gammaln",
)
def lgamma(x: Number) -> Partials:
    """log |Γ(x)|; ValueError at 0 and the negative whole numbers.

    >>> lgamma(3.0)
    0.6931471805599453
    """
    return (digamma(x),)


def _pole(x: float, n: float = 0.0) -> float:
    """Raise what Python would raise where digamma, or its n-th derivative, is infinite."""
    if x == 0.0 or x % 1.0 == 0.0:
        raise ValueError("a pole")
    raise OverflowError("the result is too large for a float")


@primitive(
    kernel=kernels_of_polygamma.digamma, precise=lambda x: precise.polygamma(x, 0), domain="[-inf, inf]", native=_pole,
    text="ψ({})", spellings="scipy.special.psi",
)  # fmt: skip
def digamma(x: Number) -> Partials:
    """ψ(x), the derivative of log Γ; ValueError at 0 and the negative whole numbers.

    >>> digamma(1.0)
    -0.5772156649015329
    """
    return (polygamma_of(x, 1.0),)


def polygamma(x: Any, n: int) -> Any:
    """The n-th derivative of digamma at x; ValueError at its poles, TypeError unless n is an int ≥ 0.

    Two ints are refused, too: in SciPy's order they would mean another number.

    >>> polygamma(1.0, 1)
    1.6449340668482264
    """
    told = "polygamma(x, n): n counts derivatives, and comes second, unlike SciPy's"
    try:
        count = index(n)
    except TypeError:
        count = -1
    if count < 0:
        raise TypeError(f"{told}; got {n!r:.60}")
    if type(x) is int:
        raise TypeError(f"{told}: got two ints, so write x as a float, polygamma({x}.0, {count})")
    return digamma(x) if count == 0 else polygamma_of(x, float(count))


@primitive(
    kernel=kernels_of_polygamma.polygamma, precise=precise.polygamma, domain=("[-inf, inf]", "[-inf, inf]"),
    native=_pole, title="polygamma", count="n",
)  # fmt: skip
def polygamma_of(x: Number, n: Number) -> Partials:
    """The n-th derivative of digamma, for a plain whole n.

    >>> polygamma_of(1.0, 1.0)
    1.6449340668482264
    """
    return (polygamma_of(x, n + 1), None)


# --- the beta function --------------------------------------------------------------------------


@primitive(
    kernel=kernels_of_beta.beta,
    precise="beta",
    domain=("(0, inf]", "(0, inf]"),
    text="B({})",
    spellings="scipy.special",
)
def beta(x: Number, y: Number) -> Partials:
    """Γ(x) Γ(y) / Γ(x + y), for positive x and y; ValueError elsewhere.

    >>> beta(2.0, 3.0)
    0.08333333333333333
    """
    return (beta_derivative(x, y, 1.0, 0.0), beta_derivative(x, y, 0.0, 1.0))


@primitive(kernel=kernel_of_beta_derivative, precise=precise_derivatives.beta_derivative, count=("m", "n"))
def beta_derivative(x: Number, y: Number, m: Number, n: Number) -> Partials:
    """The m-th derivative in x and n-th in y of beta, for plain whole m and n, up to 10 in all if both are positive.

    >>> beta_derivative(1.0, 1.0, 1.0, 0.0)
    -1.0
    """
    return (beta_derivative(x, y, m + 1, n), beta_derivative(x, y, m, n + 1), None, None)


@primitive(
    kernel=kernels_of_beta.lbeta,
    precise=lambda x, y: lgamma(x) + lgamma(y) - lgamma(x + y),
    domain=("(0, inf]", "(0, inf]"),
    text="log B({})",
    spellings="scipy.special.betaln",
)
def lbeta(x: Number, y: Number) -> Partials:
    """The logarithm of the beta function, without underflow, for positive x and y; ValueError elsewhere.

    >>> lbeta(1.0, 1.0)
    0.0
    """
    return (-polygamma_difference(x, y, 0.0), -polygamma_difference(y, x, 0.0))


def _polygamma_difference(x: Number, y: Number, n: Number) -> Number:
    total = x + y
    return precise.polygamma(total, n) - precise.polygamma(total.context.mpf(x), n)


@primitive(kernel=kernel_of_difference, precise=_polygamma_difference, count="n")
def polygamma_difference(x: Number, y: Number, n: Number) -> Partials:
    """polygamma(x + y, n) - polygamma(x, n) for positive operands and a plain whole n.

    >>> polygamma_difference(1.0, 1.0, 0.0)
    1.0
    """
    return (polygamma_difference(x, y, n + 1), polygamma_of(x + y, n + 1), None)


# --- incomplete gamma functions -----------------------------------------------------------------


@primitive(
    kernel=incomplete_gamma.gammainc,
    precise=precise_gammainc.gammainc,
    domain=("[0, inf]", "[0, inf]"),
    plain="a",
    spellings="scipy.special",
)
def gammainc(a: Number, x: Number) -> Partials:
    """P(a, x), the regularised lower incomplete gamma function, differentiable in x only.

    Raises TypeError if a carries a derivative, and ValueError if a or x is negative.

    >>> gammainc(1.0, 0.0)
    0.0
    """
    return (None, gammainc_slope(a, x))


@primitive(
    kernel=incomplete_gamma.gammaincc,
    precise=precise_gammainc.gammaincc,
    domain=("[0, inf]", "[0, inf]"),
    plain="a",
    spellings="scipy.special",
)
def gammaincc(a: Number, x: Number) -> Partials:
    """1 - gammainc(a, x), accurate in the far tail.

    >>> gammaincc(1.0, 0.0)
    1.0
    """
    return (None, -gammainc_slope(a, x))


@primitive(kernel=incomplete_gamma.gammainc_slope, precise=precise_gammainc.gammainc_slope, plain="a")
def gammainc_slope(a: Number, x: Number) -> Partials:
    """x^(a - 1) · exp(-x) / Γ(a), the density of the gamma distribution, for a plain a.

    >>> gammainc_slope(1.0, 0.0)
    1.0
    """
    return (None, gammainc_curvature(a, x))


@primitive(kernel=incomplete_gamma.gammainc_curvature, precise=precise_gammainc.gammainc_curvature, plain="a")
def gammainc_curvature(a: Number, x: Number) -> Partials:
    """The derivative of gammainc_slope in x, for a plain a.

    >>> gammainc_curvature(1.0, 0.0)
    -1.0
    """
    slope, rate = gammainc_slope(a, x), ratio(a - 1, x) - 1
    at_zero = select(a <= 1, slope, gammainc_curvature(a - 1, x) - gammainc_curvature(a, x))  # no 0 · inf
    return (None, select(x == 0, at_zero, slope * (rate * rate - ratio(a - 1, x * x))))

"""Float kernels of the inverses of the error functions and of the logarithm of the normal distribution.

Total like those of `floats`. The slopes of the inverses do not compute exp(y**2), which would cost two ulp for every
unit of its exponent: it is erfcx(y) / erfc(y), and erfc(y) is given.
"""

from __future__ import annotations

import math
from math import copysign, frexp, inf, isnan, nan

from autograd.numbers.kernels.floats import LN2_HIGH, LN2_LOW, product_error, times_exp
from autograd.numbers.kernels.pieces import ROOT_HALF, horner
from autograd.numbers.special.error_functions import PHI0, erfcx, normal_cdf, normal_tail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_exp, _log, _log1p, _sqrt = math.exp, math.log, math.log1p, math.sqrt

_ROOT_2 = 1.4142135623730951
_ROOT_2_LOW = -9.667293313452913e-17
_HALF_ROOT_PI = 0.886226925452758
_TWO_OVER_ROOT_PI = 1.1283791670955126
_ROOT_HALF_PI = 1.2533141373155003
_ROOT_2_OVER_PI = 0.7978845608028654

# erfinv(x) / x in x**2 for |x| <= 1/2. Relative error 4e-18.
_CENTRE: tuple[float, ...] = (
    0.11314166859, -0.0760736077633, 0.0734502053952, 0.00844601158422, 0.03159332043375, 0.031145242581417,
    0.036522988083139, 0.0428325784821606, 0.05173148498700453, 0.06495961132717862, 0.08655212936268364,
    0.1275561753044084, 0.23201366653465907, 0.886226925452758,
)  # fmt: skip
# The inverse of erfc at exp(-s**2), as the start of one third-order step. Relative errors 2e-7.
_START: tuple[float, ...] = (  # s in [0.83, 1.6]
    -0.001821993497, 0.01635918005, -0.05355833697, 0.0413959145, 0.2307820376, -0.8539898856, 1.394188939,
    -0.1570866709, 0.02044695143,
)  # fmt: skip
_ON: tuple[float, ...] = (  # s in [1.6, 4]
    2.49263346e-05, -0.0006337177093, 0.007081463488, -0.0455831456, 0.1856598248, -0.4919636669,
    0.8251324299, 0.2568665203, -0.1007406419,
)  # fmt: skip
_OUT: tuple[float, ...] = (  # s in [4, 27.4]: the inverse over s, in 1/s
    139.4795052, -172.0354313, 92.81797957, -29.78496291, 7.186788523, -1.774499068, -0.01793154234,
    1.000128037,
)  # fmt: skip

# The normal density over its distribution function at -a, minus a. Relative errors 4e-18.
_GAP_NEAR: tuple[float, ...] = (  # a in [1/2, 2]: in a - 5/4
    1.302648e-10, -2.6502534e-11, -2.480000569e-09, 1.4459120189e-08, -4.68493586448e-08, 3.69116801738e-08,
    6.269534418781e-07, -4.7513484130588e-06, 1.91941430593502e-05, -3.49665291107597e-05,
    -0.0001532910032147666, 0.0018854992398921406, -0.011228348031830612, 0.04931579901626288,
    -0.17221385322749713, 0.47881662733105396,
)  # fmt: skip
_GAP_FAR: tuple[float, ...] = (  # a in [2, 5]: in a - 7/2
    -4.2129263e-16, 2.83120983e-15, -1.027200195e-14, 2.53781309e-14, 8.657927339e-14, -1.9978088237e-12,
    1.86787475525e-11, -1.291892438948e-10, 7.120939190169e-10, -2.9251995391843e-09, 4.9310365856469e-09,
    6.06205468817654e-08, -9.019321198689223e-07, 8.114456147872272e-06, -5.9479371722048146e-05,
    0.0003824707305594259, -0.00221909582483384, 0.011750413637224299, -0.05693300495129681,
    0.25139126485769975,
)  # fmt: skip
_GAP_TAIL: tuple[float, ...] = (  # a >= 5: times a, in 1/a**2
    -7.124670318093e16, 2.8512921910986e16, -5385999790483860.0, 644065577698985.0, -55479505316766.73,
    3746418336991.414, -213376707747.1053, 11039353887.31493, -559128596.8185003, 29572138.6597054,
    -1706938.661136076, 110401.31970512877, -8161.963325721149, 705.9998963026904, -73.99999981997877,
    9.999999999833886, -1.9999999999999387, 1.0,
)  # fmt: skip


# --- the inverses ----------------------------------------------------------------------------------------------------


def _inverse_tail(q: float) -> float:
    """The y > 0 at which erfc(y) is q, for q in (0, 1/2]."""
    m, k = frexp(q)
    s = _sqrt(-_log(q))
    if s < 1.6:
        y = horner(_START, s)
    elif s < 4.0:
        y = horner(_ON, s)
    else:
        y = s * horner(_OUT, 1.0 / s)
    # One step on log erfc, whose slope -f changes slowly. The exponent of q is taken out of both parts of erfc(y) / q,
    # since q may be subnormal.
    r, r_low = erfcx(y)
    p = y * y
    e = _exp((-p - k * LN2_HIGH) - (k * LN2_LOW + product_error(y, y, p)))
    v = e * r
    f = _TWO_OVER_ROOT_PI / r
    h = _log1p(((v - m) + (product_error(e, r, v) + e * r_low)) / m) / f
    return y + h / (1.0 + h * (0.5 * f - y))


def erfinv(x: float) -> float:
    """The inverse of erf; nan outside [-1, 1]."""
    a = abs(x)
    if a <= 0.5:
        return x * horner(_CENTRE, x * x)
    if a < 1.0:
        return copysign(_inverse_tail(1.0 - a), x)
    return copysign(inf, x) if a == 1.0 else nan


def erfcinv(x: float) -> float:
    """The inverse of erfc; nan outside [0, 2]."""
    if x <= 0.5:
        if x > 0.0:
            return _inverse_tail(x)
        return inf if x == 0.0 else nan
    return -erfcinv(2.0 - x) if x >= 1.5 else erfinv(1.0 - x)


def precise_erfcinv(x: Any) -> Any:
    """The same on mpmath numbers, which have erfinv, with the extra digits that 1 - x needs near 0."""
    mp = x.context
    with mp.workprec(mp.prec + max(0, -mp.mag(x))):
        return mp.erfinv(1 - x)


def normal_icdf(p: float) -> float:
    """The inverse of the normal distribution function; nan outside [0, 1]."""
    if p < 0.25:
        return -_times_root_2(_inverse_tail(2.0 * p)) if p > 0.0 else -inf if p == 0.0 else nan
    if p <= 0.75:
        return _times_root_2(erfinv(2.0 * p - 1.0))
    return _times_root_2(_inverse_tail(2.0 * (1.0 - p))) if p < 1.0 else inf if p == 1.0 else nan


def _times_root_2(y: float) -> float:
    return y * _ROOT_2 + y * _ROOT_2_LOW


def erfinv_slope(x: float) -> float:
    """The derivative of erfinv."""
    a = abs(x)
    if a <= 0.5:
        return _HALF_ROOT_PI * _exp(erfinv(x) ** 2)
    return _slope(1.0 - a)


def erfcinv_slope(x: float) -> float:
    """The derivative of erfcinv."""
    if 0.5 < x < 1.5:
        return -erfinv_slope(1.0 - x)
    return -_slope(x if x <= 0.5 else 2.0 - x)


def normal_icdf_slope(p: float) -> float:
    """The derivative of normal_icdf: one over the normal density there."""
    if 0.25 < p < 0.75:
        return 2.0 * _ROOT_HALF_PI * _exp(erfinv(2.0 * p - 1.0) ** 2)
    q = p if p <= 0.25 else 1.0 - p
    if q > 0.0:
        return _ROOT_HALF_PI * erfcx(_inverse_tail(2.0 * q))[0] / q
    return inf if q == 0.0 else nan


def _slope(q: float) -> float:
    """The magnitude of the derivative of erfcinv at q in [0, 1/2]."""
    if q > 0.0:
        return _HALF_ROOT_PI * erfcx(_inverse_tail(q))[0] / q
    return inf if q == 0.0 else nan


# --- the logarithm of the normal distribution ------------------------------------------------------------------------


def log_normal_cdf(x: float) -> float:
    """log Φ(x), for the normal distribution function Φ."""
    if x >= -0.66:
        if x > 0.66:
            return _log1p(-normal_tail(1.0, -x)) if x < 39.0 else -0.0
        return _log(normal_cdf(x)) if x < 0.0 else _log1p(-normal_cdf(-x))
    if x < -1e150:
        return -0.5 * x * x
    return x if isnan(x) else _log(0.5 * erfcx(-ROOT_HALF * x)[0]) - 0.5 * x * x


def log_normal_cdf_slope(x: float) -> float:
    """The derivative of log Φ: the normal density over Φ."""
    if x >= -0.66:
        c = PHI0 / normal_cdf(x)
        p = x * x
        return times_exp(c, -0.5 * p, -0.5 * product_error(x, x, p)) if x < 39.0 else 0.0
    if x < -1e17:
        return -x
    return x if isnan(x) else _ROOT_2_OVER_PI / erfcx(-ROOT_HALF * x)[0]


def log_normal_cdf_gap(x: float) -> float:
    """x plus log_normal_cdf_slope(x), which is about -1/x for very negative x."""
    if x > -0.5:
        return x + log_normal_cdf_slope(x)
    if x > -2.0:
        return horner(_GAP_NEAR, -x - 1.25)
    if x > -5.0:
        return horner(_GAP_FAR, -x - 3.5)
    if x == -inf:
        return 0.0
    u = 1.0 / x
    return -u * horner(_GAP_TAIL, u * u)


def log_normal_cdf_curvature(x: float) -> float:
    """The second derivative of log Φ."""
    if x < 0.0:
        return -log_normal_cdf_slope(x) * log_normal_cdf_gap(x) if x > -1e9 else -1.0
    c = PHI0 / normal_cdf(x) * log_normal_cdf_gap(x)
    p = x * x
    return times_exp(-c, -0.5 * p, -0.5 * product_error(x, x, p)) if not x >= 39.0 else -0.0

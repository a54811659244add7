"""Float kernels of functions related to the elementary ones, total like those of `floats`."""

from __future__ import annotations

import math
from math import copysign as _copysign
from math import frexp, inf, isnan, nan

from autograd.numbers.kernels import fixed
from autograd.numbers.kernels.floats import log, log1p, ratio
from autograd.numbers.kernels.pieces import two_sum

_exp, _log1p = math.exp, math.log1p

_DEGREES = 57.29577951308232  # 180/π
_RADIANS = 0.017453292519943295  # π/180


# --- logarithms and exponentials -------------------------------------------------------------------------------------


def xlog1py(z: float, x: float) -> float:
    """z * log1p(x), 0 where z is 0."""
    if z == 0.0:
        return 0.0 if x >= -1.0 else nan
    if x > -1.0:
        return z * _log1p(x)
    return z * -inf if x == -1.0 else nan


def entropy(x: float) -> float:
    """-x * log(x): 0 at 0, and -inf for negative x."""
    if x > 0.0:
        return -x * log(x)
    if x == 0.0:
        return 0.0
    return x if isnan(x) else -inf


def logit_slope(x: float) -> float:
    """1 / (x * (1 - x))."""
    return ratio(ratio(1.0, x), 1.0 - x)


def logaddexp(x: float, y: float) -> float:
    """log(exp(x) + exp(y))."""
    if x < y:
        x, y = y, x
    d = y - x
    e = _exp(d) if d <= 0.0 else d  # nan if both are the same infinity, or one is nan
    if e == 0.0:
        return x
    if isnan(e):
        return x if x == y else nan
    v = _log1p(e + e * two_sum(y, -x)[1])
    z = x + v
    return _logaddexp_near_zero(x, y) if z < -0.5 * x and z > 0.5 * x else z


def _logaddexp_near_zero(x: float, y: float) -> float:
    """log(exp(x) + exp(y)) for -log 2 <= x < 0, where the sum of the exponentials may be nearly 1."""
    size = -frexp(x)[1]
    bits = 160 + min(size, 150)
    m, k = fixed.exp(fixed.fixed(y, bits), bits)
    if size > 150:
        # exp(x) - 1 is x; exp(y) is about as large, with digits below the last bit kept of 1.
        n, d = x.as_integer_ratio()
        return fixed.quotient((n << (bits - k)) + m * d, d << (bits - k))
    if k < 0:
        m >>= -k
    n, k = fixed.exp(fixed.fixed(x, bits), bits)
    return fixed.real(fixed.log(m + (n >> -k), bits), bits)


def exp2(x: float) -> float:
    """2**x."""
    try:
        return math.exp2(x)
    except OverflowError:
        return inf


# --- angles ----------------------------------------------------------------------------------------------------------


def degrees(x: float) -> float:
    return x * _DEGREES


def radians(x: float) -> float:
    return x * _RADIANS


# --- parts -----------------------------------------------------------------------------------------------------------


def copysign(x: float, y: float) -> float:
    """|x| with the sign of y; nan if either is."""
    return y if isnan(y) else _copysign(x, y)


def whole_quotient(x: float, y: float) -> float:
    """x / y, truncated to a whole number; a plain division might round it up to the next one."""
    q = (x - fmod(x, y)) / y if y else nan
    return float(round(q)) if -(2.0**52) < q < 2.0**52 else q


def fmod(x: float, y: float) -> float:
    """The remainder with the sign of x; exact."""
    try:
        return math.fmod(x, y)
    except ValueError:
        return nan


# --- odds ------------------------------------------------------------------------------------------------------------


def logit(x: float) -> float:
    """log(x / (1 - x)); nan outside [0, 1]."""
    if 0.25 < x < 0.75:
        return 2.0 * math.atanh(2.0 * x - 1.0)  # the difference is exact
    return log(x) - log(1.0 - x) if x > 0.5 else log(x) - log1p(-x)

"""Float kernels: the elementary functions and related ones, made total.

Every function takes floats, returns a float and never raises: where `math` raises, it returns the IEEE value (an
infinity, a signed zero or nan). Errors are a few ulp over the whole domain, even for subnormal results, which are
therefore rounded only once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from math import copysign, frexp, inf, isfinite, isinf, isnan, ldexp, nan

_exp, _expm1, _log1p, _sqrt, _tanh = math.exp, math.expm1, math.log1p, math.sqrt, math.tanh

_SPLITTER = 2.0**27 + 1.0  # splits a mantissa into halves whose products are exact
WHOLE = 2.0**52  # from here on every float is a whole number
_LOG2E = 1.4426950408889634
LN2_HIGH = 0.6931471805582987  # ln 2 to 38 bits: multiples below 2**15 are exact
LN2_LOW = 1.6465949582897082e-12


# --- exact pieces ----------------------------------------------------------------------------------------------------


def scale(x: float, k: int) -> float:
    """x * 2**k, rounded once: `math.ldexp`, but total."""
    try:
        return ldexp(x, k)
    except OverflowError:
        return copysign(inf, x)


def without_size(x: float) -> float:
    """x without its magnitude: ±1, or x itself if it is 0, infinite or nan."""
    return copysign(1.0, x) if x and isfinite(x) else x


def product_error(x: float, y: float, p: float) -> float:
    """x*y - p exactly, for p = x*y the rounded product, all far from overflow and underflow (Dekker)."""
    t = _SPLITTER * x
    xh = t - (t - x)
    xl = x - xh
    t = _SPLITTER * y
    yh = t - (t - y)
    yl = y - yh
    return ((xh * yh - p) + xh * yl + xl * yh) + xl * yl


def times_exp(c: float, p: float, low: float) -> float:
    """c * exp(p + low) for a tiny `low`: no spurious overflow, and one rounding where the result is subnormal."""
    if -700.0 < p < 700.0:
        e = _exp(p)
        return c * (e + e * low)
    if isnan(p) or isnan(c):
        return nan
    if p < -1500.0:  # 0 for any finite c; an infinite c is treated as one that overflowed
        return copysign(0.0, c)
    if c == 0.0:
        return c
    if p > 1500.0:
        return copysign(inf, c)
    if isinf(c):
        return c if p > -745.2 else copysign(0.0, c)
    k = round(p * _LOG2E)
    m, s = frexp(c)
    return scale(m * _exp((p - k * LN2_HIGH) + (low - k * LN2_LOW)), int(k) + s)


# --- the elementary functions ----------------------------------------------------------------------------------------


def _within(function: Callable[[float], float]) -> Callable[[float], float]:
    """`function` with nan outside its domain."""

    def total(x: float) -> float:
        try:
            return function(x)
        except ValueError:
            return nan

    return total


def _above(pole: float, function: Callable[[float], float]) -> Callable[[float], float]:
    """A logarithm that is -inf at its pole and nan below it."""

    def total(x: float) -> float:
        try:
            return function(x)
        except ValueError:
            return -inf if x == pole else nan

    return total


def _unbounded(function: Callable[[float], float]) -> Callable[[float], float]:
    """`function` with an infinity of the sign of x where it overflows."""

    def total(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return copysign(inf, x)

    return total


exp = _unbounded(math.exp)
expm1 = _unbounded(math.expm1)
sinh = _unbounded(math.sinh)
log = _above(0.0, math.log)
log2 = _above(0.0, math.log2)
log10 = _above(0.0, math.log10)
log1p = _above(-1.0, math.log1p)
sqrt = _within(math.sqrt)
sin = _within(math.sin)
cos = _within(math.cos)
tan = _within(math.tan)
asin = _within(math.asin)
acos = _within(math.acos)
atan = _within(math.atan)
asinh = _within(math.asinh)


def atan2(y: float, x: float) -> float:
    return math.atan2(y, x)


def hypot(x: float, y: float) -> float:
    return math.hypot(x, y)


def cosh(x: float) -> float:
    try:
        return math.cosh(x)
    except OverflowError:
        return inf


def tanh(x: float) -> float:
    if -0.56 < x < 0.56:
        a = abs(x)
        if a > 0.3:  # from 0.17 on glibc is up to 2.2 ulp off
            t = _expm1(2.0 * a)
            return copysign(t / (t + 2.0), x)
        if a > 0.17:
            t = _expm1(-2.0 * a)
            h = 0.5 * t
            return copysign(h - h * (t / (t + 2.0)), x)
    return _tanh(x)


def acosh(x: float) -> float:
    if 1.0 < x < 1.1:  # where glibc is up to 2.3 ulp off
        t = x - 1.0
        s = t + 2.0
        p = t * s
        r = _sqrt(p)
        u = r + t
        # The sum of the rounding errors of s, p, r and u.
        low = (product_error(t, s, p) + t * (t - (s - 2.0)) - product_error(r, r, p)) / (r + r) + ((r - u) + t)
        return _log1p(u) + low / (1.0 + u)
    try:
        return math.acosh(x)
    except ValueError:
        return nan


def atanh(x: float) -> float:
    try:
        return math.atanh(x)
    except ValueError:
        return copysign(inf, x) if abs(x) == 1.0 else nan


# --- powers and quotients --------------------------------------------------------------------------------------------


def cbrt(x: float) -> float:
    y = math.cbrt(x)  # up to 4 ulp off in glibc: one Newton step, which can neither overflow nor underflow
    try:
        z = y - (y - x / (y * y)) / 3.0
    except ZeroDivisionError:
        return x
    return x if isnan(z) else z


def ratio(a: float, b: float) -> float:
    try:
        return a / b
    except ZeroDivisionError:
        return copysign(inf, a) * copysign(1.0, b) if a < 0.0 or a > 0.0 else nan


def power(x: float, y: float) -> float:
    try:
        return math.pow(x, y)
    except OverflowError:
        return -inf if x < 0.0 and y % 2.0 == 1.0 else inf
    except ValueError:
        if x == 0.0:
            return copysign(inf, x) if y % 2.0 == 1.0 else inf
        return nan


def falling_power(x: float, y: float, n: float) -> float:
    """The n-th derivative of x**y in x: y(y-1)...(y-n+1) * x**(y-n)."""
    if y == 2.0 and n == 1.0:  # a square, the most frequent power
        return 2.0 * x
    if n == 0.0:
        return power(x, y)
    if n == 1.0:  # by far the most frequent order, and mostly this simple
        e = y - 1.0
        t = e - y
        if y - (e - t) == 1.0 + t:  # no rounding in y - 1
            p = power(x, e)
            z = y * p
            if 1e-300 < abs(p) < 1e300 and abs(z) > 1e-300:
                return z
    if isnan(x) or isnan(y):
        return nan
    if 0.0 <= y < n and y % 1.0 == 0.0:
        return 0.0
    whole = y % 1.0 == 0.0 or isinf(y)
    if x < 0.0 and not whole:
        return nan
    # The coefficient as m * 2**k * (1 + low).
    m, k, low, i = 1.0, 0, 0.0, 0.0
    while i < n:
        f = y - i
        low += _difference_error(y, i, f) / f if f - f == 0.0 else 0.0
        f, s = frexp(f)
        p = m * f
        low += product_error(m, f, p) / p if p - p == 0.0 else 0.0
        m, t = frexp(p)
        k += s + t
        i += 1.0
    if copysign(1.0, x) < 0.0 and whole and (y % 2.0 + n) % 2.0 == 1.0:
        m = -m
    base = abs(x)
    e = y - n
    if 0.0 < base < inf and e - e == 0.0:
        low += _difference_error(y, n, e) * math.log(base)
    p = power(base, e)
    if 1e-300 < p < 1e300:
        return scale(m * (p + p * low), k)
    if base == 0.0 or base == inf or isinf(y):
        return copysign(p, m)
    # The power itself overflows or underflows, but its product with the coefficient may not.
    h, s = frexp(power(base, 0.5 * e))
    if h == 0.0 or h == inf:
        return copysign(h, m)
    return scale((m + m * low) * h * h, k + 2 * s)


def _difference_error(x: float, y: float, d: float) -> float:
    """(x - y) - d exactly, for d = x - y the rounded difference (Knuth)."""
    t = d - x
    return (x - (d - t)) - (y + t)


def xlogy(z: float, x: float) -> float:
    """z * log(x), 0 where z is 0."""
    if z == 0.0:
        return 0.0 if x >= 0.0 else nan
    return z * log(x)


def scaled_exp(c: float, x: float, y: float) -> float:
    """c * exp(x*y), with an exact product x*y."""
    p = x * y
    if -1500.0 < p < 1500.0:
        if abs(x) > 1e290:  # splitting x would overflow
            x *= 2.0**-60
            y *= 2.0**60
        elif abs(y) > 1e290:
            x *= 2.0**60
            y *= 2.0**-60
        return times_exp(c, p, product_error(x, y, p))
    if c == 0.0 and p == inf and (isinf(x) or isinf(y)):
        return nan
    return times_exp(c, p, 0.0)


# --- steps -----------------------------------------------------------------------------------------------------------


def floor(x: float) -> float:
    y = x // 1.0
    return x if isnan(y) else y  # x // 1.0 is nan for an infinity


def ceil(x: float) -> float:
    y = -(-x // 1.0)
    return x if isnan(y) else y


def round(x: float) -> float:
    """The nearest whole number, ties to even."""
    if -WHOLE < x < WHOLE:
        return copysign((abs(x) + WHOLE) - WHOLE, x)
    return x


def sign(x: float) -> float:
    if x > 0.0:
        return 1.0
    if x < 0.0:
        return -1.0
    return x if isnan(x) else 0.0

"""Float kernels of quotients and powers whose parts may overflow or underflow where the result does not."""

from __future__ import annotations

from math import copysign, frexp, inf, isfinite, isnan, log, nan

from autograd.numbers.kernels.floats import power, ratio, scale, without_size, xlogy


def ratio_slope(z: float, x: float, y: float) -> float:
    """x / y**2, for z = x / y."""
    return z / y if 1e-290 < abs(z) < inf else quotient(x, 1.0, y, 2.0)


def quotient(x: float, y: float, z: float, n: float) -> float:
    """x * y / z**n for a whole n, rounded once where it is subnormal."""
    p = x * y
    q = z if n == 1.0 else power(z, n)
    if 1e-290 < abs(p) < 1e290 and 1e-290 < abs(q) < 1e290:
        return p / q
    if x and y and z and isfinite(x) and isfinite(y) and isfinite(z):
        x, i = frexp(x)
        y, j = frexp(y)
        z, k = frexp(z)
        return scale(x * y / z**n, i + j - int(n) * k)
    return ratio(without_size(x) * without_size(y), power(without_size(z), n))


def power_log(z: float, x: float, y: float, n: float) -> float:
    """x**y * log(x)**n, for z = x**y."""
    if 1e-290 < z < 1e290 and x > 0.0:
        return z * log(x) if n == 1.0 else z * log(x) ** n
    return scaled_power(xlogy(1.0, x) ** n, x, y, 0.0)


def scaled_power(c: float, x: float, y: float, n: float) -> float:
    """c * x**(y-n), and 0 where either factor is 0."""
    e = y - n
    p = power(x, e)
    if isnan(c) or isnan(p):
        return nan
    if c == 0.0 or (x == 0.0 and e > 0.0) or (x == inf and e < 0.0):
        return 0.0
    if not isfinite(c):
        return c * p if p else 0.0
    if x == 0.0 or not isfinite(x) or not isfinite(y):
        return c * p
    base = abs(x)
    t = e - y
    low = ((y - (e - t)) - (n + t)) * log(base)  # for the rounding error of y - n
    if 1e-290 < abs(p) < 1e290:
        return c * (p + p * low)
    h = power(base, 0.5 * e)  # the root of a power that overflows or underflows, though c times it may not
    if h == 0.0 or h == inf:
        return copysign(h, c) * copysign(1.0, p)
    c, i = frexp(c)
    h, j = frexp(h)
    return scale((c + c * low) * h * copysign(h, p), i + 2 * j)

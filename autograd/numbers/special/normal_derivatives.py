"""Float kernel of the derivatives of log Φ, the logarithm of the normal distribution function, up to order 36.

For very negative x they are about (n - 1)! / |x|**n, from terms of size |x|**n: in floats all digits would cancel.
"""

from __future__ import annotations

import math
from math import copysign, isnan, nan

from autograd.numbers.kernels import fixed
from autograd.numbers.special.inverse_erf import log_normal_cdf, log_normal_cdf_curvature, log_normal_cdf_slope

_HIGHEST = 36  # the highest order for which the constants of `fixed` have enough digits


def log_normal_cdf_derivative(x: float, n: float) -> float:
    """The n-th derivative of log Φ at x; nan unless n is a whole number from 0 to 36."""
    if isnan(x) or not (0.0 <= n <= _HIGHEST and n % 1.0 == 0.0):
        return nan
    order = int(n)
    if order < 3:
        return (log_normal_cdf, log_normal_cdf_slope, log_normal_cdf_curvature)[order](x)
    if x < -1e8:
        u = -1.0 / x
        return math.pow(u, n) * math.factorial(order - 1) * (1.0 - n * (n + 1.0) * u * u)
    if x > 40.0:
        return copysign(0.0, 1.0 if order % 2 else -1.0)
    return _by_fraction(x, order) if x < -5.0 else _by_series(x, order)


def _by_fraction(x: float, n: int) -> float:
    """From h = φ/Φ = a + 1/(a + 2/(a + 3/...)) for a = -x."""
    bits = 170 + int(2.0 * n * math.log2(-x))  # plus the bits that cancel
    a = fixed.fixed(-x, bits)
    f = a
    for k in range(20 + int((0.25 * bits / x) ** 2), 0, -1):
        f = a + (k << 2 * bits) // f
    return fixed.real(_derivative(f, 1 << bits, -a, n, bits), bits)


def _by_series(x: float, n: int) -> float:
    """From Φ = 1/2 + φ * (x + x**3/3 + x**5/15 + ...), with φ factored out, since it may be tiny."""
    wide = 0.75 * x * x
    bits = 170 + 4 * n + int(wide if x < 15.0 else 0.0)
    v = fixed.fixed(x, bits)
    square = (v * v) >> bits
    m, k = fixed.exp(-square // 2, bits)
    m = m * math.isqrt((1 << 3 * bits) // (2 * fixed.pi(bits))) >> bits
    density = m >> -k if k < 0 else m
    one = 1 << bits
    below = one  # 1 - Φ is below 2**-160 from x = 15 on
    if x < 15.0:
        s, t, i = 0, v, 1
        while t not in (0, -1):
            s += t
            i += 2
            t = ((t * square) >> bits) // i
        below = (one >> 1) + ((density * s) >> bits)
    c = _derivative((one << bits) // below, density, v, n, bits)
    return fixed.quotient(c * m, 1 << (2 * bits - k))


def _derivative(c: int, density: int, v: int, n: int, bits: int) -> int:
    """From derivatives of h' = -h * (x + h): each derivative of h is `density` times a number here."""
    cs = [c]
    for k in range(n - 1):
        total = sum(math.comb(k, j) * cs[j] * cs[k - j] for j in range(k + 1))
        following = -((total >> bits) * density >> bits) - (v * cs[k] >> bits)
        cs.append(following - k * cs[k - 1] if k else following)
    return cs[n - 1]

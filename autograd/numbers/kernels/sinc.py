"""Float kernels of sin(πx) / (πx) and its derivatives, total like those of `floats`."""

from __future__ import annotations

import math
from math import inf, isnan, nan

from autograd.numbers.kernels import fixed
from autograd.numbers.kernels.floats import WHOLE
from autograd.numbers.kernels.pieces import PI, sin_pi

_BITS = 160
_HIGHEST = 200  # the highest order of a derivative: from 620 on they overflow everywhere


def sinc(x: float) -> float:
    """sin(πx) / (πx); 0, its limit, at the infinities."""
    if not -WHOLE < x < WHOLE:
        return x if isnan(x) else 0.0
    if x == 0.0:
        return 1.0
    n = round(x)
    y = sin_pi(x - n) / (PI * x)
    return (-y if n % 2 else y) + 0.0


def sinc_derivative(x: float, n: float) -> float:
    """The n-th derivative of sinc; nan unless n is a whole number from 0 to 200.

    Computed in `fixed` for n > 0.
    """
    if isnan(x) or not (0.0 <= n <= _HIGHEST and n % 1.0 == 0.0):
        return nan
    if abs(x) == inf:
        return 0.0
    n = int(n)
    if n == 0:
        return sinc(x)
    if abs(x) < 1e-10 and n % 2:
        # The first term: π**(n+1) * x / (n + 2), with a sign.
        over, under = x.as_integer_ratio()
        power = fixed.pi(_BITS) ** (n + 1)
        y = fixed.quotient(power * over, (under * (n + 2)) << (_BITS * (n + 1)))
        return -y if n % 4 == 1 else y
    if abs(x) > 2.0**60:
        # The leading term: the next is smaller by (n / x)**2. Such an x is even.
        power = fixed.pi(_BITS) ** (n - 1 if n % 2 else n - 2)
        whole = int(x)
        y = fixed.quotient(power, abs(whole) << (_BITS * (n - 1))) if n % 2 else 0.0
        if n % 2 == 0:
            y = fixed.quotient(n * power, whole * whole << (_BITS * (n - 2)))
        elif x < 0.0:
            y = -y
        return -y if n % 4 > 1 else y
    return _in_integers(x, n)


def _in_integers(x: float, n: int) -> float:
    """π**n times the integral of t**n * cos(πxt + nπ/2) over t from 0 to 1."""
    size = math.pi * abs(x)
    if size < max(8.0, n):
        bits = _BITS + int(1.5 * size)  # plus what the series loses
        g = _series(x, n, bits)
    else:
        bits = _BITS + 3 * math.frexp(x)[1]  # results may be as small as 1 / x**2
        g = _recurrence(x, n, bits)
    return fixed.quotient(g * fixed.pi(bits) ** n, 1 << (bits * (n + 1)))


def _series(x: float, n: int, bits: int) -> int:
    """By integrating the cosine series term by term: cos((n + j) π/2) * (πx)**j / (j! (n + j + 1))."""
    a = (fixed.fixed(x, bits) * fixed.pi(bits)) >> bits
    total = 0
    t = 1 << bits
    j = 0
    while t not in (0, -1):
        if (n + j) % 2 == 0:
            term = t // (n + j + 1)
            total += term if (n + j) % 4 == 0 else -term
        j += 1
        t = ((t * a) >> bits) // j
    return total


def _recurrence(x: float, n: int, bits: int) -> int:
    """By πx * g(k) = sin(πx + kπ/2) - k * g(k - 1), which is stable while k <= π|x|."""
    whole = round(x)
    s, c = fixed.sin_cos_pi(fixed.fixed(x - whole, bits), bits)
    if whole % 2:
        s, c = -s, -c
    a = (fixed.fixed(x, bits) * fixed.pi(bits)) >> bits
    g = 0
    for k in range(n + 1):
        g = (((s, c, -s, -c)[k % 4] - k * g) << bits) // a
    return g

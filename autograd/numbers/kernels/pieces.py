"""Building blocks shared by several kernels of special functions."""

from __future__ import annotations

import math

from autograd.numbers.kernels.floats import product_error

_sin, _cos, _log1p = math.sin, math.cos, math.log1p

PI = 3.141592653589793
PI_LOW = 1.2246467991473532e-16
ROOT_TWO_PI = 2.5066282746310007
ROOT_HALF = 0.7071067811865476


def horner(coefficients: tuple[float, ...], t: float) -> float:
    p = 0.0
    for c in coefficients:
        p = p * t + c
    return p


def sin_pi(r: float) -> float:
    """sin(πr) for r in [-1/2, 1/2]."""
    p = PI * r
    if -1e-280 < p < 1e-280:
        return p
    return _sin(p) + _cos(p) * (product_error(PI, r, p) + PI_LOW * r)


def cos_pi(r: float) -> float:
    """cos(πr) for r in [-1/2, 1/2]."""
    a = abs(r)
    return sin_pi(0.5 - a) if a > 0.25 else _cos(PI * a)


def falling_product(x: float, n: int) -> float:
    """(x-1)(x-2)...(x-n), rounded once, for x in [1, 64); in floats each factor would cost half an ulp."""
    v = int(x * 4503599627370496.0)
    product = 1
    for k in range(1, n + 1):
        product *= v - (k << 52)
    return product / (1 << 52 * n)


def stirling(x: float) -> float:
    """log Γ(x) minus Stirling's formula, for x >= 10: 1/(12 x) - ..., to 3e-17 with 8 terms."""
    u = 1.0 / x
    return u * horner(_STIRLING, u * u)


_STIRLING = (
    -3617.0 / 122400.0,
    1.0 / 156.0,
    -691.0 / 360360.0,
    1.0 / 1188.0,
    -1.0 / 1680.0,
    1.0 / 1260.0,
    -1.0 / 360.0,
    1.0 / 12.0,
)


def less_log1p(x: float) -> float:
    """x - log1p(x) for x > -1, which is x**2 / 2 near 0."""
    if -0.55 < x < 1.0:
        r = x / (2.0 + x)  # log1p(x) is 2 artanh(r)
        w = r * r
        if w < 1e-3:
            return r * (x - w * (2.0 / 3.0 + w * (0.4 + w * (2.0 / 7.0 + w * (2.0 / 9.0 + w * (2.0 / 11.0))))))
        return r * (x - w * horner(_ARTANH, w))
    return x - _log1p(x)


_ARTANH = tuple(2.0 / k for k in range(41, 1, -2))  # to 1e-18 for r**2 up to 0.144


def two_sum(x: float, y: float) -> tuple[float, float]:
    """x + y, and its rounding error (Knuth)."""
    s = x + y
    t = s - x
    return s, (x - (s - t)) + (y - t)

"""Float kernels of the beta function and its logarithm, total like those of `floats`, for positive operands.

Gamma functions of large numbers would cancel, so their quotients have a separate formula.
"""

from __future__ import annotations

import math
from math import inf, isnan, nan

from autograd.numbers.kernels import fixed
from autograd.numbers.kernels.floats import product_error
from autograd.numbers.kernels.pieces import ROOT_TWO_PI, less_log1p, stirling, two_sum
from autograd.numbers.special.gamma import gamma, lgamma
from autograd.numbers.special.polygamma import digamma

_log, _log1p, _exp, _pow, _sqrt = math.log, math.log1p, math.exp, math.pow, math.sqrt

_HALF_LOG_TWO_PI = 0.9189385332046728


def _at_the_edge(x: float, y: float) -> float | None:
    """The beta function where an operand is 0, infinite, negative or nan."""
    if isnan(x) or isnan(y) or x < 0.0 or y < 0.0:
        return nan
    if x == 0.0 or y == 0.0:
        return nan if inf in (x, y) else inf
    return 0.0 if inf in (x, y) else None


def beta(x: float, y: float) -> float:
    """Γ(x) Γ(y) / Γ(x + y); nan for negative operands."""
    edge = _at_the_edge(x, y)
    if edge is not None:
        return edge
    a, b = (x, y) if x <= y else (y, x)
    if b < 1e-17:
        return 1.0 / a + 1.0 / b
    s, low = two_sum(a, b)
    if b < 10.0:
        quotient = gamma(b) / gamma(s)
        if low:
            quotient -= quotient * low * digamma(s)
        return gamma(a) * quotient
    r = a / b
    if a < 10.0:
        if a > 2.5 and r > 0.01:
            return _smaller(a, b)
        # Γ(b) / Γ(a + b) = (a + b)**-a * exp(b * (r - log1p(r)) + log1p(r) / 2 + ...)
        u = b * less_log1p(r) + 0.5 * _log1p(r) + _stirling_difference(b, s) - a * low / s
        p = _pow(s, -a)
        if p > 1e-290:
            return gamma(a) * (p * _exp(u))
        p = _pow(s, -0.5 * a)
        return gamma(a) * (p * _exp(u)) * p
    # sqrt(2π / a) * (1 + r)**(1/2 - b) * (a / (a + b))**a
    if s == inf or (r > 0.0 and a * _log(1.0 / r) > 800.0):
        return 0.0
    q = a / s
    error = _residual(a, q, s, low)
    c = ROOT_TWO_PI / _sqrt(a) * _exp(stirling(a) + _stirling_difference(b, s))
    if a * r < 2.0:
        # (1 + r)**-b is exp(-a) times the exponential of a small number.
        c *= _sqrt(1.0 + r) * _exp(b * less_log1p(r) + a * error) * _exp(-a)
        return c * _pow(q, a) if a < 100.0 else (c * (p := _pow(q, 0.5 * a))) * p
    t = b / s
    c *= (1.0 + (a * error + b * _residual(b, t, s, low))) / _sqrt(t)
    p = _pow(q, a) * _pow(t, b)
    if p > 1e-280:
        return c * p
    p = _pow(q, 0.5 * a) * _pow(t, 0.5 * b)  # a subnormal result must be rounded only once
    return c * p * p


def _smaller(a: float, b: float) -> float:
    """beta for a in (2.5, 10), from beta for an a near 2; their quotient is computed exactly and rounded once."""
    n = round(a - 2.0)
    v = int(a * 4503599627370496.0)
    w = v + int(b * 4503599627370496.0)
    top = below = 1
    for k in range(1, n + 1):
        top *= v - (k << 52)
        below *= w - (k << 52)
    return beta(a - n, b) * (top / below)


def _residual(a: float, q: float, s: float, low: float) -> float:
    """The relative correction that turns q = a / s into a / (s + low)."""
    p = q * s
    if s > 1e290:  # splitting s would overflow; beta is 0 there anyway
        return 0.0
    return ((a - p) - product_error(q, s, p) - q * low) / a


def _stirling_difference(b: float, s: float) -> float:
    return stirling(b) - stirling(s)


def lbeta(x: float, y: float) -> float:
    """The logarithm of the beta function."""
    edge = _at_the_edge(x, y)
    if edge is not None:
        return -inf if edge == 0.0 else edge
    a, b = (x, y) if x <= y else (y, x)
    if a == 1.0 or b == 1.0:
        return 0.0 - _log(a * b)
    r = a / b
    if a < 1e-17:
        return _log1p(r) - _log(a)
    if a >= 10.0:
        # All large terms have one sign.
        return (
            _HALF_LOG_TWO_PI
            + stirling(a)
            + _stirling_difference(b, a + b)
            + (0.5 * (_log1p(r) - _log(a)))
            - b * _log1p(r)
            - a * _log1p(b / a)
        )
    if b < 10.0:
        v = beta(a, b)
        y = _log(v)
        if abs(y) > 1.0:
            return y
        first, second = lgamma(a), lgamma(b)
        s, low = two_sum(a, b)
        third = lgamma(s)
        y = first + second - (third + low * digamma(s))
        size = abs(first) + abs(second) + abs(third)
    else:
        first = lgamma(a)
        second = a * _log(a + b)
        y = (first - second) + (b * less_log1p(r) + 0.5 * _log1p(r) + _stirling_difference(b, a + b))
        size = abs(first) + second
    if abs(y) > 0.7 * size:
        return y
    return _near_zero(a, b)


def _near_zero(a: float, b: float) -> float:
    """lbeta for a < 10, where it may be nearly 0."""
    bits = 208  # 144, as near a zero of log Γ, plus 64 for the magnitude of log Γ(b)
    v = fixed.fixed(a, bits)
    w = fixed.fixed(b, bits)
    if b < 2.0**60:
        return fixed.real(fixed.lgamma(v, bits) + fixed.lgamma(w, bits) - fixed.lgamma(v + w, bits), bits)
    y = fixed.lgamma(v, bits) - (v * fixed.log(w, bits) >> bits)
    return fixed.real(y + fixed.fixed(0.5 * a * (1.0 - a) / b, bits), bits)

"""Float kernels of the regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 - P, total like `floats`.

Each is computed from the one that is at most about 1/2, by a formula whose terms have one sign:
P by its series for x <= a, Q by its continued fraction for x > a, and both by Temme's uniform expansion if a is large
and x is near it. Their common factor x**a exp(-x) / Γ(a + 1) is computed without logarithms that cancel.
"""

from __future__ import annotations

import math
from math import inf, isnan, nan

from autograd.numbers.kernels import fixed
from autograd.numbers.kernels.floats import product_error, times_exp
from autograd.numbers.kernels.pieces import ROOT_TWO_PI, less_log1p, stirling, two_sum
from autograd.numbers.special.error_functions import erfcx
from autograd.numbers.special.gamma import gamma, lgamma_after, one_over_gamma_after

_exp, _expm1, _log, _pow, _sqrt = math.exp, math.expm1, math.log, math.pow, math.sqrt

_TINY = 2.0**-64
_TEMME_FROM = 60.0
_FAR = 25000.0  # from here on P and Q are 0 and 1 to all digits outside Temme's expansion

# Temme's expansion: the coefficients of 1/a**k as Taylor polynomials in η, for |η| <= 0.36 and a >= 60 to 3e-18.
_TEMME: tuple[tuple[float, ...], ...] = (
    (
        -5.83e-11, -2.55e-11, 9.148e-10, -4.382e-09, 1.02618e-08, 6.70785e-09, -1.7665953e-07, 8.29671134e-07,
        -1.854062211e-06, -2.185448511e-06, 3.91926317852e-05, -0.0001787551440329, 0.00035273368606702,
        0.00115740740740741, -0.01481481481481481, 0.08333333333333333, -0.3333333333333333,
    ),
    (
        -1.01e-09, -1.75e-11, 1.195e-08, -5.7525e-08, 1.37863e-07, 4.6471e-09, -1.6120901e-06, 7.64916092e-06,
        -1.809855033e-05, -4.01877572e-07, 0.000205761316872, -0.0009902263374486, 0.0026455026455026,
        -0.0034722222222222, -0.00185185185185185,
    ),
    (
        -1.41e-08, -2.05e-10, 1.428e-07, -6.299e-07, 1.3722e-06, 3.4236e-08, -1.2760635e-05, 5.29234488e-05,
        -0.0001073665323, 2.0093879e-06, 0.00077160493827, -0.00268132716049, 0.004133597883598,
    ),
    (
        8.1e-08, -1.7e-07, -2.79e-11, 1.423e-06, -5.675e-06, 1.10827e-05, -2.3965e-07, -7.5618017e-05,
        0.000267720632, -0.000469189494, 0.0002294720936, 0.00064943415638,
    ),
    (
        8.91e-07, -1.7e-06, 2.51e-10, 1.138e-05, -3.9684e-05, 6.6415e-05, -1.4638e-06, -0.0002990725,
        0.00078403922, -0.000861888291,
    ),
    (
        8.02e-06, -1.36e-05, 1.42e-07, 6.798e-05, -0.00019933, 0.000277275, -6.97281e-05, -0.0003367986,
    ),
    (
        5.61e-05, -8.15e-05, 7.9e-07, 0.0002709, -0.00059217, 0.00053131,
    ),
    (
        0.000281, -0.000335, 5.17e-05, 0.000344,
    ),
)  # fmt: skip


# --- the common factor -----------------------------------------------------------------------------------------------


def _power(c: float, a: float, x: float) -> float:
    """c * (x/a)**a * exp(a - x), which is at most c, for a >= 10 and x > 0."""
    d, low = two_sum(x, -a)
    q = x / a
    if abs(d) > 600.0 or a > 1e6:
        return _power_by_integers(c, a, x, q)
    error = ((x - q * a) - product_error(q, a, q * a)) / x if x > 1e-250 else 0.0
    e = _exp(-d)
    e -= e * (low - a * error)
    p = _pow(q, a)
    if p > 1e-270:
        return c * (p * e)
    p = _pow(q, 0.5 * a)  # the result may be subnormal and must be rounded only once
    return p * (c * e) * p


def _power_by_integers(c: float, a: float, x: float, q: float) -> float:
    """The same where the exponent is the small difference of large numbers."""
    if x == a:
        return c
    if a > 1e30:
        return 0.0  # two floats differ by far more than √a
    if q < 1e-10:
        return 0.0
    rough = a * (less_log1p(q - 1.0) if q > 0.5 else -_log(q) - 1.0)
    if rough > 1600.0 or x - a > 1e5 * (1.0 + _sqrt(a)):
        return 0.0
    bits = 150 + max(0, math.frexp(a)[1])
    v, w = fixed.fixed(a, bits), fixed.fixed(x, bits)
    t = v * (fixed.log(w, bits) - fixed.log(v, bits)) // (1 << bits) + v - w
    high = fixed.real(t, bits)
    return times_exp(c, high, fixed.real(t - fixed.fixed(high, bits), bits))


def _front(c: float, a: float, x: float) -> float:
    """c * x**a * exp(-x) / Γ(a + 1) for a > 0 and 0 < x < inf."""
    if a >= 10.0:
        return _power(c / (ROOT_TWO_PI * _sqrt(a)) * _exp(-stirling(a)), a, x)
    if x > 1500.0:
        return 0.0
    c *= one_over_gamma_after(a) if a < 0.5 else 1.0 / (a * gamma(a))
    if x > 600.0:
        h = _exp(-0.5 * x)
        return c * _pow(x, a) * h * h
    p = _pow(x, a)
    if p > 1e-290:
        return c * p * _exp(-x)
    p = _pow(x, 0.5 * a)
    return c * p * _exp(-x) * p


def gammainc_slope(a: float, x: float) -> float:
    """The derivative of P(a, x) in x: x**(a - 1) * exp(-x) / Γ(a)."""
    edge = _at_the_edge(a, x)
    if edge is None:
        return _slope(1.0, a, x)
    if isnan(edge) or x > 0.0 or a == 0.0:
        return edge * 0.0
    return inf if a < 1.0 else 1.0 if a == 1.0 else 0.0


def _slope(c: float, a: float, x: float) -> float:
    """c * x**(a - 1) * exp(-x) / Γ(a) for a > 0 and 0 < x < inf."""
    if a < 0.5 or a >= 10.0:
        return _front(c * a / x, a, x) if x > 1e-290 else _front(c * a, a, x) / x
    if x > 600.0:
        if x > 1500.0:
            return 0.0
        h = _exp(-0.5 * x)
        return c / gamma(a) * _pow(x, a - 1.0) * h * h
    p = _pow(x, a - 1.0)  # the exponent is exact
    if p > 1e-290:
        return c / gamma(a) * p * _exp(-x)
    p = _pow(x, 0.5 * (a - 1.0))
    return c / gamma(a) * _exp(-x) * p * p


def gammainc_curvature(a: float, x: float) -> float:
    """The second derivative of P(a, x) in x: its slope times (a - 1 - x) / x."""
    if x == 0.0 or x == inf:
        if x == inf or a == 0.0 or a == inf or not a > 0.0:
            return gammainc_slope(a, x) * 0.0
        return -inf if a < 1.0 else -1.0 if a == 1.0 else inf if a < 2.0 else 1.0 if a == 2.0 else 0.0
    d = (a - 1.0) - x if 0.5 <= a <= 2.0 else (a - x) - 1.0  # exact where it is nearly 0
    c = d / x
    y = gammainc_slope(a, x)
    if y < 1e-290 and abs(c) < inf:
        return _slope(c, a, x)
    return c * y if y else 0.0


# --- P and Q ---------------------------------------------------------------------------------------------------------


def _at_the_edge(a: float, x: float) -> float | None:
    """P at the ends of the domain, and nan outside it."""
    if isnan(a) or isnan(x) or a < 0.0 or x < 0.0:
        return nan
    if a == 0.0 or x == inf:
        return nan if a in (x, inf) else 1.0
    return 0.0 if x == 0.0 or a == inf else None


def gammainc(a: float, x: float) -> float:
    """P(a, x): the integral of t**(a - 1) * exp(-t) / Γ(a) from 0 to x."""
    edge = _at_the_edge(a, x)
    if edge is not None:
        return edge
    if a >= _TEMME_FROM and abs(x - a) <= 0.3 * a:
        y = _temme(a, x)
        return y if x < a else 1.0 - y
    if x <= a or x < 1.1:
        return _lower(a, x)
    return 1.0 - _upper(a, x)


def gammaincc(a: float, x: float) -> float:
    """Q(a, x): the same integral from x to infinity."""
    edge = _at_the_edge(a, x)
    if edge is not None:
        return 1.0 - edge
    if a >= _TEMME_FROM and abs(x - a) <= 0.3 * a:
        y = _temme(a, x)
        return 1.0 - y if x < a else y
    if x > a and x >= 1.1:
        return _upper(a, x)
    p = _lower(a, x)
    return _small(a, x) if a < 1.0 and p > 0.5 else 1.0 - p


def _lower(a: float, x: float) -> float:
    """P by its series 1 + x/(a+1) + x**2/((a+1)(a+2)) + ..., summed from its last term."""
    if a > _FAR:
        return 0.0
    count = 1
    t = 1.0
    while t > 1e-18:
        t *= x / (a + count)
        count += 1
    s = 1.0
    for k in range(count, 0, -1):
        s = 1.0 + x / (a + k) * s
    return _front(s, a, x)


def _upper(a: float, x: float) -> float:
    """Q by its continued fraction, started so deep that more terms would change nothing."""
    if a > _FAR:
        return 0.0
    d = x - a
    count = int(12.0 + 90.0 / x + 6.0 * _sqrt(min(a, _TEMME_FROM)))
    f = d + (2.0 * count + 1.0)
    for k in range(count, 0, -1):
        f = d + (2.0 * k - 1.0) + k * (a - k) / f
    return _front(a / f, a, x)


def _small(a: float, x: float) -> float:
    """Q for a < 1 and x < 1.1, where P is above 1/2 and may be nearly 1."""
    if x >= 0.2:
        # The terms have different signs from x = 0.56 on.
        return _small_by_integers(a, x) if a > _TINY else a * (_small_by_integers(_TINY, x) / _TINY)
    w = a * _log(x) - lgamma_after(a)
    q = -_expm1(w)
    s, t = 0.0, -1.0
    k = 1
    while abs(t) > 1e-18:
        t *= -x / k
        s += t / (a + k)
        k += 1
    return q + a * (1.0 - q) * s


def _small_by_integers(a: float, x: float) -> float:
    bits = 240  # 64 for the magnitude of Q, the rest as in `gamma`
    v, w = fixed.fixed(a, bits), fixed.fixed(x, bits)
    t = total = one = 1 << bits
    k = 1
    while t:
        t = t * w // (v + k * one)
        total += t
        k += 1
    m, e = fixed.exp((v * fixed.log(w, bits) >> bits) - w - fixed.lgamma(v + one, bits), bits)
    return fixed.real(one - (total * m >> (bits - e)), bits)


def _temme(a: float, x: float) -> float:
    """P for x < a, otherwise Q."""
    m = (x - a) / a
    root = _sqrt(2.0 * less_log1p(m))  # |η|; η has the sign of m
    z = root * _sqrt(0.5 * a)
    e = root if m >= 0.0 else -root
    s = 0.0
    u = 1.0 / a
    for row in reversed(_TEMME):
        p = 0.0
        for c in row:
            p = p * e + c
        s = s * u + p
    half = 0.5 * (erfcx(z)[0] if z > 0.46 else _exp(z * z) * math.erfc(z))
    s /= ROOT_TWO_PI * _sqrt(a)
    return _power(half + s if m >= 0.0 else half - s, a, x)

"""Float kernels of digamma, the derivative of log Γ, and of its derivatives, total like those of `floats`.

On the negative axis digamma and its even derivatives have a zero between any two poles: there `fixed` takes over.
"""

from __future__ import annotations

import math
from math import copysign, frexp, inf, isnan, nan

from autograd.numbers.kernels import fixed
from autograd.numbers.kernels.floats import scale, times_exp
from autograd.numbers.kernels.pieces import PI, ROOT_HALF, cos_pi, horner, sin_pi, two_sum
from autograd.numbers.special.gamma import lgamma

_log, _pow = math.log, math.pow

_BITS = 144  # results may be as small as 2**-57, with 57 correct bits; the rest covers intermediate losses
_ZERO = 1.4616321449683622  # the zero of digamma, as a sum of two floats
_ZERO_LOW = 9.549995429965697e-17
_ZERO_LESS_1 = 0.46163214496836236
_ZERO_LESS_1_LOW = -1.5522348162858677e-17

# (digamma(x + 1) - digamma(zero + 1)) / (x - zero) in x - 3/2, for x in [1, 2]. Relative error 9e-18.
_SLOPE: tuple[float, ...] = (
    8.31186732e-08, -2.07978187e-07, 4.32271186e-07, -1.0827412494e-06, 2.7527931293e-06, -6.90800477118e-06,
    1.735389055346e-05, -4.371805900003e-05, 0.00011050324231503, -0.000280679061430395,
    0.0007181572168033181, -0.001858118188859778, 0.004892701830759204, -0.013260889120694248,
    0.03782643334091441, -0.11955334493165168, 0.49494476150711986,
)  # fmt: skip
_EVEN_BERNOULLI = [n / d / math.factorial(2 * i) for i, (n, d) in enumerate(fixed.BERNOULLI[:24], 1)]
_C6 = 691.0 / 32760.0
_C8 = 3617.0 / 8160.0


# --- digamma ---------------------------------------------------------------------------------------------------------


def digamma(x: float) -> float:
    """The derivative of log Γ; nan at the negative whole numbers, an infinity at 0."""
    if x > 2.0:
        if x >= 10.0:
            return _far(x) if x < 1e17 else _log(x)
        n = math.ceil(x - 2.0)
        s = 0.0
        for k in range(n, 0, -1):
            s += 1.0 / (x - k)
        return _near(x - n) + s
    if x >= 1.0:
        return _near(x)
    if x > 0.0:
        return _after(x) - 1.0 / x
    if x == 0.0:
        return copysign(inf, -x)
    if isnan(x) or x % 1.0 == 0.0 or x == -inf:
        return nan
    a = -x
    if a < 1e-17:
        return 1.0 / a
    r = a - round(a)
    c = PI * cos_pi(r) / sin_pi(r)
    d = _after(a) if a < 1.0 else digamma(a) + 1.0 / a
    y = c + d
    if abs(y) < 0.5 * max(abs(c), d):
        v = fixed.fixed(a, _BITS)
        s_v, c_v = fixed.sin_cos_pi(fixed.fixed(r, _BITS), _BITS)
        return fixed.real(fixed.digamma(v, _BITS) + (1 << 2 * _BITS) // v + fixed.pi(_BITS) * c_v // s_v, _BITS)
    return y


def _near(x: float) -> float:
    """digamma on [1, 2]: its distance to the zero times a sum of one sign."""
    return ((x - _ZERO) - _ZERO_LOW) * (1.0 / (x * _ZERO) + horner(_SLOPE, x - 1.5))


def _after(x: float) -> float:
    """digamma(1 + x) for x in [0, 1], without rounding 1 + x."""
    return ((x - _ZERO_LESS_1) - _ZERO_LESS_1_LOW) * (1.0 / ((1.0 + x) * _ZERO) + horner(_SLOPE, x - 0.5))


def _far(x: float) -> float:
    """digamma for x >= 10 by its asymptotic series, to 4e-17 with 8 terms."""
    u = 1.0 / x
    w = u * u
    s = w * (
        1.0 / 12.0
        - w
        * (
            1.0 / 120.0
            - w * (1.0 / 252.0 - w * (1.0 / 240.0 - w * (1.0 / 132.0 - w * (_C6 - w * (1.0 / 12.0 - w * _C8)))))
        )
    )
    return _log(x) - (0.5 * u + s)


# --- its derivatives -------------------------------------------------------------------------------------------------


def polygamma(x: float, n: float) -> float:
    """The n-th derivative of digamma; nan unless n is a whole number >= 0.

    Errors are at most 5 ulp for n up to 100, then about n / 10 ulp, and about 40 ulp near a zero.
    """
    if n == 0.0:
        return digamma(x)
    if isnan(x) or not (n > 0.0 and n % 1.0 == 0.0):
        return nan
    odd = n % 2.0 == 1.0
    if x > 0.0:
        y = _derivative(x, n)
        return y if odd else -y
    if x % 1.0 == 0.0 or x == -inf:
        if odd:
            return inf if x > -inf else nan
        return copysign(inf, -x) if x == 0.0 else nan
    return _reflected(-x, n, odd)


def _derivative(x: float, n: float) -> float:
    """n! times the sum of (x + k)**-(n+1)."""
    s = n + 1.0
    if x == inf:
        return 0.0
    if n <= 100.0 and 1e-2 < x < 10.0 + 0.5 * n:
        return math.factorial(int(n)) * _zeta(s, x, 0.0)
    return _scaled_power(x, n, _zeta_over_first(s, x))


def _zeta(s: float, x: float, low: float) -> float:
    """The sum of (x + low + k)**-s for x in [0, 10 + s/2] and s <= 101, corrected for the rounding of each base."""
    count = max(0, math.ceil(10.0 + 0.5 * s - x))
    y, low_y = two_sum(x, count)
    low_y += low
    p = _pow(y, -s)
    total = _euler_maclaurin(s, y) * p
    total -= total * (s - 1.0) * low_y / y
    for k in range(count - 1, -1, -1):
        y, low_y = two_sum(x, k)
        low_y += low
        p = _pow(y, -s)
        total += p - p * (s * low_y / y)
    return total


def _euler_maclaurin(s: float, y: float) -> float:
    """The sum of (y + k)**-s divided by y**-s, for y >= 10 + s/2."""
    u = 1.0 / y
    w = u * u
    t = s * u
    total = 0.0
    i = 1.0
    for b in _EVEN_BERNOULLI:
        term = b * t
        total += term
        if -1e-18 < term < 1e-18:
            break
        t *= w * (s + 2.0 * i - 1.0) * (s + 2.0 * i)
        i += 1.0
    return y / (s - 1.0) + (0.5 + total)


def _zeta_over_first(s: float, x: float) -> float:
    """The sum of (x / (x + k))**s; 1 for tiny x."""
    if x >= 10.0 + 0.5 * s:
        return _euler_maclaurin(s, x)
    total = 1.0
    k = 1.0
    while k < 10.0 + 0.5 * s - x:
        t = math.exp(-s * math.log1p(k / x)) if k < 1e300 * x else 0.0
        if t < 1e-18:  # soon true for large s, since x is at most about s/2
            return total
        total += t
        k += 1.0
    return total + _euler_maclaurin(s, x + k) * math.exp(-s * math.log1p(k / x))


def _scaled_power(x: float, n: float, h: float) -> float:
    """n! * x**-(n+1) * h, rounded once into the subnormal range."""
    if n > 1000.0:  # the exponent alone costs digits
        s = n + 1.0
        return times_exp(
            h, lgamma(s) - s * _log(x) if n < 1e15 else s * (_log(s / x) - 1.0) if s / x < inf else inf, 0.0
        )
    f = math.factorial(int(n))
    bits = max(0, f.bit_length() - 64)
    m, e = frexp(x)
    if m < ROOT_HALF:
        m *= 2.0
        e -= 1
    fm, fe = frexp(float(f >> bits))
    hm, he = frexp(h)
    return scale(fm * _pow(m, -(n + 1.0)) * hm, fe + bits + he - e * (int(n) + 1))


def _reflected(a: float, n: float, odd: bool) -> float:
    """The derivative at -a < 0: n! times signed sums over the poles on both sides.

    The poles between -a and 0 are at distances left, left + 1, ..., a; those below -a at right, right + 1, ...
    """
    whole = math.floor(a)
    left = a - whole  # exact
    right = 1.0 - left
    low = (1.0 - right) - left
    s = n + 1.0
    if left == right and not odd:
        return -_derivative(1.0 + a, n)  # the other poles cancel in pairs
    nearest, next_one = min(left, right), max(left, right)
    share = _pow(nearest / next_one, s)
    if not odd and share > 0.4 and 100.0 < n <= 300.0:
        return _near_zero(a, int(n), whole)
    if n > 100.0 or _pow(nearest, s) < 1e-200:
        y = _scaled_power(nearest, n, 1.0 + share if odd else 1.0 - share)  # the other poles are negligible
        return -y if right < left and not odd else y
    f = math.factorial(int(n))
    after, low_after = two_sum(1.0, a)
    beyond = _zeta(s, after, low_after) if a < 10.0 + 0.5 * n else _pow(after, -s) * _euler_maclaurin(s, after)
    near = _zeta(s, left, 0.0)
    far = _zeta(s, right, low)
    if odd:
        return f * (near - beyond + far)
    y = near - beyond - far
    if abs(y) < 0.6 * far:
        return _near_zero(a, int(n), whole)
    return f * y


def _near_zero(a: float, n: int, whole: int) -> float:
    bits = _BITS + 2 * n
    v = fixed.fixed(a, bits)
    left = v - (whole << bits)
    right = (1 << bits) - left
    y = fixed.zeta(n + 1, left, bits) - fixed.zeta(n + 1, right, bits) - fixed.zeta(n + 1, v + (1 << bits), bits)
    return fixed.quotient(math.factorial(n) * y, 1 << bits)

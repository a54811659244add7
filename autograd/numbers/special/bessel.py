"""Float kernels of the modified Bessel functions of the first kind and of their derivatives, total like `floats`.

The derivatives of I(n, x) are sums of its neighbours, all of one sign. In the derivatives of the scaled functions
exp(-|x|) I(n, x) such sums cancel; they are computed from
    K(n, x), the integral of v**n * exp(-xv) / π over θ from 0 to π, for v = 1 - cos θ,
whose integrand has one sign: K(0, x) is the scaled I(0, x), and the derivative of K(n, x) is -K(n + 1, x).
"""

from __future__ import annotations

import math
from math import copysign, frexp, inf, isnan, nan

from autograd.numbers.kernels import fixed
from autograd.numbers.kernels.floats import scale, times_exp
from autograd.numbers.kernels.pieces import ROOT_TWO_PI, horner

_exp, _sqrt = math.exp, math.sqrt

_BITS = 160
_HIGHEST = 150  # the highest order of a derivative of a scaled function
_LN2 = 0.6931471805599453

# I(0, x) and 2 I(1, x) / x as Taylor polynomials in x**2 / 4: for |x| <= 8 to 1e-18.
_SMALL0 = tuple(1.0 / math.factorial(k) ** 2 for k in range(27, -1, -1))
_SMALL1 = tuple(1.0 / (math.factorial(k) * math.factorial(k + 1)) for k in range(27, -1, -1))

# sqrt(x) * exp(-x) * I(n, x) in 1/x for x >= 16, in 1/x - 3/32 for x in [8, 16]. Relative errors 2e-18 and 5e-18.
_FAR0: tuple[float, ...] = (
    642133.82532, -203849.6562, 30548.476047, -2615.39808917, 161.891657047, -3.5022595203, 0.848577567316,
    0.225451555796, 0.09063952049509, 0.044741922857736, 0.0292194066873982, 0.028050629087312085,
    0.049867785050182384, 0.3989422804014327,
)  # fmt: skip
_NEAR0: tuple[float, ...] = (
    306469540.0, -11632522.0, -3855483.11, 197137.39, 41051.9457, -1527.820954, -510.24071635, -19.106836508,
    3.76818473752, 0.8871473640974, 0.18367424850236, 0.0622389681100396, 0.03984538506616587,
    0.056095719280591545, 0.4038923361468227,
)  # fmt: skip
_FAR1: tuple[float, ...] = (
    -679626.91899, 215686.34556, -32346.0493229, 2767.63548354, -172.074055821, 3.5334490173, -0.964200896075,
    -0.2667999329818, -0.11077573628426, -0.05752539490534, -0.04090716889318281, -0.046751048480920133,
    -0.14960335515054077, 0.3989422804014327,
)  # fmt: skip
_NEAR1: tuple[float, ...] = (
    -315226440.0, 13488998.0, 3941746.04, -225176.759, -42250.53897, 1839.792032, 543.11457828, 18.253191801,
    -4.35142760515, -1.011385857141, -0.21951352744914, -0.0817586635133803, -0.06274903222136421,
    -0.15969829015857506, 0.38446685410720083,
)  # fmt: skip


def _large(x: float, near: tuple[float, ...], far: tuple[float, ...]) -> float:
    """exp(-x) * I(n, x) for x >= 8."""
    u = 1.0 / x
    return (horner(far, u) if x >= 16.0 else horner(near, u - 0.09375)) / _sqrt(x)


def i0(x: float) -> float:
    """I(0, x)."""
    a = abs(x)
    if a < 8.0:
        return horner(_SMALL0, 0.25 * x * x)
    return times_exp(_large(a, _NEAR0, _FAR0), a, 0.0) if a < inf else a


def i1(x: float) -> float:
    """I(1, x)."""
    a = abs(x)
    if a < 8.0:
        return x * (0.5 * horner(_SMALL1, 0.25 * x * x))
    return copysign(times_exp(_large(a, _NEAR1, _FAR1), a, 0.0), x) if a < inf else x


def i0e(x: float) -> float:
    """exp(-|x|) * I(0, x)."""
    a = abs(x)
    if a < 8.0:
        return _exp(-a) * horner(_SMALL0, 0.25 * x * x)
    return _large(a, _NEAR0, _FAR0)


def i1e(x: float) -> float:
    """exp(-|x|) * I(1, x)."""
    a = abs(x)
    if a < 8.0:
        return x * (0.5 * _exp(-a) * horner(_SMALL1, 0.25 * x * x))
    return copysign(_large(a, _NEAR1, _FAR1), x)


# --- any whole order -------------------------------------------------------------------------------------------------


def bessel_i(x: float, n: float) -> float:
    """I(n, x) for whole n, otherwise nan; its derivative is (I(n - 1, x) + I(n + 1, x)) / 2."""
    n = abs(n)
    if isnan(x) or n % 1.0 != 0.0:
        return nan
    a = abs(x)
    if n < 2.0 or a == inf:
        y = i1(a) if n == 1.0 else i0(a)
    elif a == 0.0:
        y = 0.0
    else:
        y = _of_order(a, int(n))
    return -y if x < 0.0 and n % 2.0 == 1.0 else y


def _of_order(a: float, n: int) -> float:
    if a > 500.0 and a > 8.0 * n * n:
        # The asymptotic series, whose terms fall fast here.
        s = t = 1.0
        k = 1
        while abs(t) > 1e-18:
            t *= -(4.0 * n * n - (2.0 * k - 1.0) ** 2) / (8.0 * k * a)
            s += t
            k += 1
        return times_exp(s / (ROOT_TWO_PI * _sqrt(a)), a, 0.0)
    if a * a < n:
        return _by_series(a, n)
    if n > 5000:
        return _by_debye(a, float(n))
    # I(n) / I(n - 1) is 1 / (2n/x + I(n + 1) / I(n)), started so high that the starting value does not matter.
    r = 0.0
    for k in range(n + 10 + int(_sqrt(45.0 * a + 2.0 * n)), n, -1):
        r = 1.0 / (2.0 * k / a + r)
    y, e = frexp(i0e(a))
    for k in range(n, 0, -1):
        r = 1.0 / (2.0 * k / a + r)
        y, shift = frexp(y * r)
        e += shift
    if a > 1400.0:
        return times_exp(y, a + e * _LN2, 0.0)
    h, shift = frexp(_exp(0.5 * a))
    return scale(y * h * h, e + 2 * shift)


def _by_series(a: float, n: int) -> float:
    """I(n, a) as (a/2)**n / n! times a sum close to 1."""
    if n > 1000:
        return 0.0
    s = t = 1.0
    k = 1
    w = 0.25 * a * a
    while t > 1e-18:
        t *= w / (k * (n + k))
        s += t
        k += 1
    f = math.factorial(n)
    bits = max(0, f.bit_length() - 64)
    m, e = frexp(a)
    fm, fe = frexp(float(f >> bits))
    return scale(m**n * s / fm, (e - 1) * n - fe - bits)


def _by_debye(a: float, n: float) -> float:
    """I(n, a) by Debye's expansion for large orders: to 1e-12, or to the digits that its large exponent leaves."""
    z = a / n
    root = math.hypot(1.0, z)
    t = 1.0 / root
    w = t * t
    u1 = t * (3.0 - 5.0 * w) / 24.0
    u2 = w * (81.0 + w * (-462.0 + w * 385.0)) / 1152.0
    c = (1.0 + (u1 + u2 / n) / n) / _sqrt(root * n) / ROOT_TWO_PI
    return times_exp(c, n * (root + math.log(z / (1.0 + root))), 0.0)


# --- derivatives of the scaled functions -----------------------------------------------------------------------------


def i0e_derivative(x: float, n: float) -> float:
    """The n-th derivative of exp(-|x|) I(0, x); 0 for odd n at 0, where its two sides differ in sign."""
    if isnan(x) or not (0.0 <= n <= _HIGHEST and n % 1.0 == 0.0):
        return nan
    if n == 0.0:
        return i0e(x)
    if x == 0.0 and n % 2.0 == 1.0:
        return 0.0
    y = _k(abs(x), int(n))
    return -y if n % 2.0 == 1.0 and x > 0.0 else y


def i1e_derivative(x: float, n: float) -> float:
    """The n-th derivative of exp(-|x|) I(1, x); 0 for even n at 0, where its two sides differ in sign."""
    if isnan(x) or not (0.0 <= n <= _HIGHEST and n % 1.0 == 0.0):
        return nan
    if n == 0.0:
        return i1e(x)
    odd = n % 2.0 == 1.0
    if x == 0.0 and not odd:
        return 0.0
    a, k = abs(x), int(n)
    first, second = _k(a, k), _k(a, k + 1)
    y = first - second
    if abs(y) < 0.65 * first and a < _far(k):
        bits = _BITS + 2 * k
        v = fixed.fixed(a, bits)
        m, e = fixed.exp(-2 * v, bits)
        y = fixed.real((_k_in_integers(v, k, bits) - _k_in_integers(v, k + 1, bits)) * m, 2 * bits - e)
    return -y if odd or x < 0.0 else y


def _far(n: int) -> float:
    return 24.0 + 2.0 * n


def _k(a: float, n: int) -> float:
    """K(n, a) for a >= 0."""
    if a > _far(n):
        return _k_far(a, n)
    if a < 1e-17:
        return fixed.quotient(math.factorial(2 * n), math.factorial(n) ** 2 << n)
    count = 40 + n
    terms = []
    for j in range(1, count):
        v = math.sin(j * (0.5 * math.pi / count))
        v *= 2.0 * v
        terms.append(v**n * _exp(-a * v))
    terms.append(0.5 * 2.0**n * _exp(-2.0 * a))
    return math.fsum(terms) / count  # the trapezoidal rule, accurate to the last digit for periodic functions


def _k_far(a: float, n: int) -> float:
    """K(n, a) by its asymptotic series, whose terms have one sign."""
    u = 1.0 / a
    t = 1.0
    terms = [t]
    j = 0
    while t > 1e-18:
        t *= u * (j + 0.5) * (n + j + 0.5) / (2.0 * (j + 1))
        terms.append(t)
        j += 1
    c = math.fsum(terms) / (ROOT_TWO_PI * _sqrt(a))
    if n < 8:
        return c * _ODD_FACTORIALS[n] * u**n if a > 1e30 else c * (_ODD_FACTORIALS[n] / a**n)
    for i in range(n):
        c *= (i + 0.5) * u
    return c


_ODD_FACTORIALS = tuple(math.prod(i + 0.5 for i in range(n)) for n in range(8))


def _k_in_integers(v: int, n: int, bits: int) -> int:
    """exp(2a) * K(n, a) by Kummer's series: K(n, 0) times the sum of (1/2)_j (2a)**j / ((n+1)_j j!)."""
    s = t = 1 << bits
    j = 0
    while t:
        t = ((t * v) >> bits) * (2 * j + 1) // ((n + 1 + j) * (j + 1))
        s += t
        j += 1
    return s * math.factorial(2 * n) // (math.factorial(n) ** 2 << n)

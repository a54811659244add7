"""The exact values of the special-function kernels, computed with mpmath's numbers.

The formulas differ from those of the kernels, and are chosen or given digits so that nothing cancels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mpmath import mp, mpf


def with_digits(digits: int, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with extra digits: for arguments next to a zero, or large ones that cancel."""

    def calculated(*xs: Any) -> Any:
        with mp.workdps(digits):
            return function(*xs)

    return calculated


# --- gamma -----------------------------------------------------------------------------------------------------------


def gamma(x: Any) -> Any:
    return mp.gamma(x) if x > -200 else mpf(0)


def lgamma(x: Any) -> Any:
    if x > 0:
        return mp.loggamma(x)
    return mp.log(mp.pi / abs(x * mp.sinpi(x))) - mp.loggamma(-x)


def digamma(x: Any) -> Any:
    return mp.psi(0, x) if x > 0 else mp.psi(0, -x) - 1 / x - mp.pi * mp.cot(mp.pi * x)


def polygamma(x: Any, n: Any) -> Any:
    """polygamma from the distances of the poles on either side."""
    if n == 0:
        return digamma(x)
    s = n + 1
    with mp.workdps(60 + int(s * max(0, mp.log10(abs(x))))):
        if x > 0:
            total = mp.zeta(s, x)
        else:
            left = -x - mp.floor(-x)
            total = mp.zeta(s, 1 - left) + (-1) ** s * (mp.zeta(s, left) - mp.zeta(s, 1 - x))
        return (-1) ** s * mp.factorial(n) * total


def lbeta(x: Any, y: Any) -> Any:
    """lbeta with enough digits for all three logarithms, whose large terms cancel."""
    with mp.workdps(60 + int(max(0, mp.log10(max(x, y))))):
        return mp.loggamma(x) + mp.loggamma(y) - mp.loggamma(x + y)


def beta(x: Any, y: Any) -> Any:
    return mp.exp(max(-2000, lbeta(x, y)))


def beta_derivative(x: Any, y: Any, m: Any, n: Any) -> Any:
    """By the derivatives of its logarithm, with the digits that they lose; below 1e-30, an operand is as good as 0."""
    m, n = int(m), int(n)
    x, y = max(x, mpf("1e-30")) if n else x, max(y, mpf("1e-30")) if m else y

    def of_log(i: int, j: int) -> Any:
        return (0 if i and j else mp.psi(i + j - 1, x if i else y)) - mp.psi(i + j - 1, x + y)

    def derivative(i: int, j: int) -> Any:
        if i == j == 0:
            return mp.beta(x, y)
        if i == 0:
            return sum(mp.binomial(j - 1, b) * of_log(0, b + 1) * derivative(0, j - 1 - b) for b in range(j))
        orders = [(a, b) for a in range(i) for b in range(j + 1)]
        return sum(mp.binomial(i - 1, a) * mp.binomial(j, b) * of_log(a + 1, b) * derivative(i - 1 - a, j - b)
                   for a, b in orders)  # fmt: skip

    with mp.workdps(mp.dps + 45 + int((m + n + 1) * max(abs(mp.log10(x)), abs(mp.log10(y))))):
        return derivative(m, n)


# --- relatives of the elementary functions ---------------------------------------------------------------------------


def logaddexp(x: Any, y: Any) -> Any:
    x, y = max(x, y), min(x, y)
    return x + mp.log1p(mp.exp(y - x)) if y - x > -10000 else x


def sinc_derivative(x: Any, n: Any) -> Any:
    """By the series where that loses fewer than πx digits, else by Leibniz' rule for πx * sinc(x) = sin(πx)."""
    with mp.workdps(100 + 4 * int(n) + 3 * int(max(0, mp.log10(abs(x))))):
        a, n = mp.pi * x, int(n)
        if abs(a) < n + 8:
            terms = (a**j / mp.factorial(j) / (n + j + 1) * (1, 0, -1, 0)[(n + j) % 4] for j in range(150))
            return mp.pi**n * mp.fsum(terms)
        g, waves = mpf(0), (mp.sinpi(x), mp.cospi(x), -mp.sinpi(x), -mp.cospi(x))
        for k in range(n + 1):
            g = (waves[k % 4] - k * g) / a
        return mp.pi**n * g


# --- the inverse error functions and the normal distribution ----------------------------------------------------------


def erfcinv(q: Any) -> Any:
    """By Newton's method from the asymptotic formula in the tail, else by mpmath."""
    if q > 1:
        return -erfcinv(2 - q)
    if q > 0.25:
        return mp.erfinv(1 - q)
    size = -mp.log(q)
    y = mp.sqrt(size - mp.log(mp.pi * size) / 2) if q < 0.1 else mp.mpf(1)
    for _ in range(12):
        error = mp.erfc(y) / q - 1
        step = error * mp.sqrt(mp.pi) / 2 * mp.erfc(y) * mp.exp(y * y)
        y += step / (1 + step * y)
        if abs(error) < mpf(10) ** -45:
            break
    return y


def erfinv(x: Any) -> Any:
    return mp.erfinv(x) if abs(x) < 0.5 else mp.sign(x) * erfcinv(1 - abs(x))


def normal_icdf(p: Any) -> Any:
    return -mp.sqrt(2) * erfcinv(2 * p)


def erf_slope(y: Any) -> Any:
    """The slope of the inverse of erf, as a function of its value."""
    return mp.sqrt(mp.pi) / 2 * mp.exp(y * y)


def log_normal_cdf(x: Any) -> Any:
    if x < -1e5:
        return -x * x / 2 - mp.log(-x) - mp.log(2 * mp.pi) / 2 + mp.log1p(-1 / x**2 + 3 / x**4 - 15 / x**6)
    if x < 0:
        return mp.log(mp.erfc(-x / mp.sqrt(2)) / 2)
    return mp.log1p(-mp.erfc(min(x, 100) / mp.sqrt(2)) / 2)


def log_normal_cdf_gap(x: Any) -> Any:
    if x < -1e4:
        return -1 / x + 2 / x**3 - 10 / x**5 + 74 / x**7 - 706 / x**9
    if x > 100:
        return x
    with mp.workdps(90):
        return mp.npdf(x) / (mp.erfc(-x / mp.sqrt(2)) / 2) + x


def log_normal_cdf_slope(x: Any) -> Any:
    return mp.npdf(min(x, 100)) / mp.ncdf(x) if x > -1 else log_normal_cdf_gap(x) - x


def log_normal_cdf_derivative(x: Any, n: Any) -> Any:
    """By h' = -h * (x + h), differentiated, with digits for cancellation; far below 0, 1/h by a continued fraction."""
    n = int(n)
    with mp.workdps(100 + int(2 * n * mp.log10(abs(x) + 1))):
        if x < -30:
            h = -x
            for k in range(20 + int(40000 / x**2), 0, -1):
                h = -x + k / h
        else:
            h = mp.npdf(x) / (mp.erfc(-x / mp.sqrt(2)) / 2)
        hs = [h]
        for k in range(n - 1):
            products = (mp.binomial(k, j) * hs[j] * hs[k - j] for j in range(k + 1))
            hs.append(-mp.fsum(products) - x * hs[k] - (k * hs[k - 1] if k else 0))
        return hs[n - 1]


# --- Bessel functions ------------------------------------------------------------------------------------------------


def scaled_bessel(x: Any, n: Any) -> Any:
    """exp(-|x|) I(n, x), by the asymptotic series where it is accurate enough."""
    a = abs(x)
    if a > 3000:
        s = t = mpf(1)
        for k in range(1, 40):
            t *= -(4 * n * n - (2 * k - 1) ** 2) / (8 * k * a)
            s += t
        y = s / mp.sqrt(2 * mp.pi * a)
    else:
        y = mp.exp(-a) * mp.besseli(n, a)
    return -y if x < 0 and n % 2 == 1 else y


def bessel(x: Any, n: Any) -> Any:
    return mp.exp(min(abs(x), 5000)) * scaled_bessel(x, n)


def bessel_k(x: Any, n: Any) -> Any:
    """(-1)**n times the n-th derivative of the scaled I(0, x) for x > 0, by Kummer's function."""
    n = int(n)
    c = mpf(2) ** n * mp.rf(mpf(0.5), n) / mp.factorial(n)
    if x < 1000:
        return c * mp.exp(-2 * x) * mp.hyp1f1(mpf(0.5), n + 1, 2 * x)
    terms = [mp.rf(mpf(0.5), j) * mp.rf(n + mpf(0.5), j) / mp.factorial(j) / (2 * x) ** j for j in range(20)]
    return mp.fsum(terms) / mp.sqrt(2 * mp.pi * x) * mp.rf(mpf(0.5), n) / x**n


def i0e_derivative(x: Any, n: Any) -> Any:
    return bessel_k(abs(x), n) * (-1 if n % 2 and x > 0 else 1)


def i1e_derivative(x: Any, n: Any) -> Any:
    y = bessel_k(abs(x), n) - bessel_k(abs(x), n + 1)
    return -y if n % 2 or x < 0 else y


# --- the incomplete gamma functions ----------------------------------------------------------------------------------


def gammainc_slope(a: Any, x: Any) -> Any:
    with mp.workdps(mp.dps + int(max(0, mp.log10(a)))):
        size = (a - 1) * mp.log(x) - x - mp.loggamma(a)
        return mp.exp(size) if size > -5000 else mpf(0)


def gammainc_curvature(a: Any, x: Any) -> Any:
    return gammainc_slope(a, x) * (mp.fsub(a, 1, exact=True) - x) / x


def gammainc(a: Any, x: Any) -> Any:
    """By the series, whose terms have one sign, except in the tail."""
    if x > a + 30 * mp.sqrt(a) + 30:
        return 1 - gammaincc(a, x)
    c = gammainc_slope(a, x) * x / a
    s, t, k = mpf(0), mpf(1), 0
    while t > s * mpf(10) ** -mp.dps and c > mpf(10) ** -400:
        s += t
        k += 1
        t *= x / (a + k)
    return c * s


def gammaincc(a: Any, x: Any) -> Any:
    """By the continued fraction in the tail, else with extra digits, since it is 1 minus nearly 1."""
    if x <= a + 30 * mp.sqrt(a) + 30 or x < 2:
        with mp.workdps(130 + int(max(0, -mp.log10(a)))):
            return 1 - gammainc(a, x)
    f, n = mpf(1), 150
    for k in range(n, 0, -1):
        f = x - a + 2 * k - 1 + k * (a - k) / f
    return gammainc_slope(a, x) * x / f

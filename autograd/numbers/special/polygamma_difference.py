"""Float kernel of differences of polygamma functions, for the derivatives of the beta function."""

from __future__ import annotations

from math import expm1, fsum, inf, isnan, log1p, nan

from autograd.numbers.kernels.floats import falling_power

_FROM = 12.0  # where the asymptotic series has a relative error below 1e-17
_HIGHEST = 100.0  # the highest order: beyond it factorials overflow
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)


def polygamma_difference(x: float, y: float, n: float) -> float:
    """polygamma(x + y, n) - polygamma(x, n) for positive operands and a whole n up to 100, without cancellation.

    The recurrence raises x to where the asymptotic series holds. Both are sums of differences 1/a**m - 1/(a + y)**m,
    which have one sign.
    """
    if isnan(x) or isnan(y) or not (x > 0.0 and y >= 0.0) or not 0.0 <= n <= _HIGHEST or n % 1.0:
        return nan
    if y == 0.0 or x == inf:
        return 0.0
    order, terms = int(n), []
    factorial = 1.0
    for k in range(2, order + 1):
        factorial *= k
    while x < _FROM + order:
        terms.append(factorial * _difference(x, y, order + 1))
        x += 1.0
    if order == 0:
        terms.append(log1p(y / x) if y < inf else inf)
        terms.append(_difference(x, y, 1) / 2.0)
    else:
        terms.append(factorial / order * _difference(x, y, order))
        terms.append(factorial / 2.0 * _difference(x, y, order + 1))
    rising = factorial  # (2k + n - 1)! / (2k)!, from k = 1 on
    for k, b in enumerate(_BERNOULLI, 1):
        rising = factorial * (order + 1) / 2.0 if k == 1 else rising * _step(k, order)
        terms.append(b * rising * _difference(x, y, 2 * k + order))
    total = fsum(terms)
    return -total if order % 2 else total


def _step(k: int, n: int) -> float:
    """The ratio of (2k + n - 1)! / (2k)! to the same for k - 1."""
    return (2 * k + n - 1) * (2 * k + n - 2) / ((2 * k) * (2 * k - 1))


def _difference(x: float, y: float, m: int) -> float:
    """1/x**m - 1/(x + y)**m."""
    share = -expm1(-m * log1p(y / x))
    power = falling_power(x, -float(m), 0.0)
    if power < inf:
        return share * power
    half = m // 2  # the share may be small enough
    return share * falling_power(x, -float(half), 0.0) * falling_power(x, -float(m - half), 0.0)

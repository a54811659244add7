"""Float kernel of the derivatives of the beta function, of any orders in both operands.

Γ(1 + x) Γ(1 + y) / Γ(1 + x + y), the regular part, is the beta function without its poles. The mixed derivatives are
finite at x = 0 and y = 0, where differences of polygamma functions would cancel: they come from the regular part and
from sums of positive terms.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from math import comb, factorial, fsum, inf, isnan, log1p, nan

from autograd.numbers.special.beta import beta
from autograd.numbers.special.polygamma import polygamma
from autograd.numbers.special.polygamma_difference import polygamma_difference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Table = dict[tuple[int, int], Any]

_FROM = 12.0  # where the Euler-Maclaurin series has a relative error below 1e-17
_HIGHEST = 100.0  # the highest order in one operand: beyond it factorials overflow
_HIGHEST_MIXED = 10.0  # the highest of mixed derivatives, where half of the digits are left near 0
_TINY = 1e-20  # too small to change a digit of the regular part
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)
_TERMS = 2 * len(_BERNOULLI)


def beta_derivative(x: float, y: float, m: float, n: float) -> float:
    """The m-th derivative in x and n-th in y of the beta function, for positive operands and whole m and n.

    The order m + n goes up to 100, or 10 in both operands.
    """
    if isnan(x) or isnan(y) or x < 0.0 or y < 0.0 or not (m >= 0.0 and n >= 0.0 and m + n <= _HIGHEST):
        return nan
    if m % 1.0 or n % 1.0:
        return nan
    if m == 0.0 and n == 0.0:
        return beta(x, y)
    if inf in (x, y):
        return nan if 0.0 in (x, y) else 0.0
    if m == 0.0:
        return _in_one(y, x, int(n))
    if n == 0.0:
        return _in_one(x, y, int(m))
    return _mixed(x, y, int(m), int(n)) if m + n <= _HIGHEST_MIXED else nan


def derivatives_of_exp(slope: Callable[[int, int], Any], m: int, n: int) -> Table:
    """The derivatives of exp(f) up to the orders m and n, divided by exp(f); slope(i, j) is that of f."""
    slope, found = cache(slope), {(0, 0): 1}
    for i in range(m + 1):
        for j in range(1 - min(i, 1), n + 1):
            if i:
                places = [(a, b, comb(i - 1, a) * comb(j, b)) for a in range(i) for b in range(j + 1)]
                found[i, j] = sum(c * slope(a + 1, b) * found[i - 1 - a, j - b] for a, b, c in places)
            else:
                found[0, j] = sum(comb(j - 1, b) * slope(0, b + 1) * found[0, j - 1 - b] for b in range(j))
    return found


def _in_one(x: float, y: float, n: int) -> float:
    """The n-th derivative in x. The derivatives of the logarithm have alternating signs, so nothing cancels.

    Each is y times a finite number where y is small, so one factor y goes to the pole of the beta function at y = 0.
    """
    if x < 1e-160:
        return -inf if n % 2 else inf
    y = max(y, 5e-324)
    size, step = min(1.0, y), max(y, 1e-17 * x)  # below that, a difference is proportional to the step
    unit = step / (y / size)
    slopes = [abs(polygamma_difference(x, step, float(j))) / unit for j in range(n)]
    found: list[float] = []
    for i in range(n):
        found.append(slopes[i] + sum(comb(i, j) * size * slopes[j] * found[i - 1 - j] for j in range(i)))
    pole = 1.0 + y / x if y < _TINY else size * beta(x, y)
    return (-pole if n % 2 else pole) * found[-1]


def _mixed(x: float, y: float, m: int, n: int) -> float:
    """The derivative of orders m and n, both at least 1.

    The derivative of orders 1 and 1 is the regular part times the sum over k from 1 on of 1/((k+x)(k+s)²) +
    1/((k+y)(k+s)²), plus s times the sums of 1/((k+x)(k+s)) and of 1/((k+y)(k+s)), with s = x + y. Leibniz' rule gives
    the others.
    """
    s, m, n = x + y, m - 1, n - 1
    if s == inf:
        return 0.0

    def slope(i: int, j: int) -> float:
        if i and j:
            return -polygamma(1.0 + s, float(i + j - 1))
        return -(polygamma_difference(1.0 + x, y, i - 1.0) if i else polygamma_difference(1.0 + y, x, j - 1.0))

    orders = [(i, j) for i in range(m + 1) for j in range(n + 1)]
    at_x, at_y = cache(partial(_positive_sum, 1.0 + x, y)), cache(partial(_positive_sum, 1.0 + y, x))
    of_x = {(i, j): _sum(at_x, 1, i, j) for i, j in orders}
    of_y = {(i, j): _sum(at_y, 1, j, i) for i, j in orders}
    times_s = {
        (i, j): s * of_x[i, j] + (i * of_x[i - 1, j] if i else 0.0) + (j * of_x[i, j - 1] if j else 0.0)
        for i, j in orders
    }
    product = _product(times_s, of_y, orders)
    rest = {(i, j): _sum(at_x, 2, i, j) + _sum(at_y, 2, j, i) + product[i, j] for i, j in orders}
    small, large = (x, y) if x <= y else (y, x)
    regular = 1.0 if small < _TINY else small * (large / s) * beta(x, y)
    found: float = regular * _product(derivatives_of_exp(slope, m, n), rest, [(m, n)])[m, n]
    return found


def _product(f: Table, g: Table, orders: list[tuple[int, int]]) -> Table:
    """The derivatives of f·g, by Leibniz' rule."""
    return {
        (i, j): sum(comb(i, a) * comb(j, b) * f[a, b] * g[i - a, j - b] for a in range(i + 1) for b in range(j + 1))
        for i, j in orders
    }


def _sum(positive_sum: Callable[[int, int], float], q: int, i: int, j: int) -> float:
    """The derivative of orders i in x and j in y of positive_sum(1, q)."""
    terms = []
    for a in range(i + 1):
        b = i + j - a  # derivatives of the factor with x + y, in addition to a of that with x
        rising = factorial(q + b - 1) // factorial(q - 1)
        terms.append(comb(i, a) * factorial(a) * rising * positive_sum(1 + a, q + b))
    return -fsum(terms) if (i + j) % 2 else fsum(terms)


def _positive_sum(x: float, y: float, p: int, q: int) -> float:
    """The sum over k ≥ 0 of (k + x)**-p * (k + x + y)**-q, for x ≥ 1 and y ≥ 0."""
    terms = []
    while x < _FROM + p + q:
        terms.append(x**-p * (x + y) ** -q)
        x += 1.0
    s = x + y
    first = x**-p * s**-q
    terms += [_integral(x, y, p, q), 0.5 * first]
    of_x, of_s = [x**-a for a in range(_TERMS)], [s**-b for b in range(_TERMS)]
    terms += [c * first * of_x[a] * of_s[b] for c, a, b in _series(p, q)]
    return fsum(terms)


@cache
def _series(p: int, q: int) -> list[tuple[float, int, int]]:
    """The terms of the Euler-Maclaurin series: a factor, and the powers of 1/x and 1/(x + y)."""
    return [
        (_BERNOULLI[(a + b) // 2] / (a + b + 1) * comb(p + a - 1, a) * comb(q + b - 1, b), a, b)
        for a in range(_TERMS)
        for b in range(_TERMS - a)
        if (a + b) % 2
    ]


def _integral(x: float, y: float, p: int, q: int) -> float:
    """The integral of u**-p * (u + y)**-q from x to infinity, for p, q ≥ 1."""
    s = x + y
    if y < x:  # a series of positive terms in y / s
        c = term = x ** (1 - p) * s**-q / (p + q - 1)
        j = 0
        while term > 1e-17 * c:
            term *= (q + j) / (p + q + j) * (y / s)
            c += term
            j += 1
        return c
    found = {(1, 1): log1p(y / x) / y}
    found |= {(i, 0): x ** (1 - i) / (i - 1) for i in range(2, p + 1)}
    found |= {(0, j): s ** (1 - j) / (j - 1) for j in range(2, q + 1)}
    for i in range(1, p + 1):
        for j in range(1 + (i == 1), q + 1):
            found[i, j] = (found[i, j - 1] - found[i - 1, j]) / y
    return found[p, q]

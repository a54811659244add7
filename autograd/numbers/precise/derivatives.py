"""Derivatives of any order on mpmath numbers, of functions whose kernel computes them on floats."""

from __future__ import annotations

from autograd.numbers.precise.polygamma import polygamma
from autograd.numbers.special.beta_derivative import derivatives_of_exp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def sinc_derivative(x: Any, order: Any) -> Any:
    """The derivative of sin(πx) / (πx), from x·s⁽ⁿ⁾ + n·s⁽ⁿ⁻¹⁾ = (sin(πx)/π)⁽ⁿ⁾, with extra digits for the loss."""
    mp, n = x.context, int(order)
    if x == 0:
        return mp.mpf(0) if n % 2 else (-1) ** (n // 2) * mp.pi**n / (n + 1)
    with mp.workprec(mp.prec + 64 + (n + 2) * (16 + max(0, -mp.mag(x)))):
        s = mp.sincpi(x)
        for k in range(1, n + 1):
            s = (mp.pi ** (k - 1) * mp.sin(mp.pi * x + k * mp.pi / 2) - k * s) / x
    return +s


def scaled_bessel_derivative(x: Any, order: Any, degree: int) -> Any:
    """The derivative of exp(-|x|)·I(x) of a degree, by Leibniz' rule; at 0 the mean of its sides.

    2I′(m) = I(m-1) + I(m+1).
    """
    mp, n = x.context, int(order)
    with mp.workprec(mp.prec + 64 + 16 * n):
        of_degree = [mp.besseli(m, x) for m in range(degree + n + 1)]
        bessel = [
            sum(mp.binomial(k, j) * of_degree[abs(degree - k + 2 * j)] for j in range(k + 1)) / 2**k
            for k in range(n + 1)
        ]
        sides = (1, -1) if x == 0 else (mp.sign(x),)
        found = [sum(mp.binomial(n, k) * (-s) ** (n - k) * bessel[k] for k in range(n + 1)) for s in sides]
        total = mp.exp(-abs(x)) * sum(found) / len(sides)
    return +total


def log_normal_cdf_derivative(x: Any, order: Any) -> Any:
    """The derivative of log Φ, by h′ = -h·(x + h) for its slope h, with extra digits for those that these sums lose."""
    mp, n = x.context, int(order)
    with mp.workprec(mp.prec + 64 + 2 * n * (8 + max(0, mp.mag(x)))):
        h = mp.sqrt(2 / mp.pi) * mp.exp(-x * x / 2) / mp.erfc(-x / mp.sqrt(2))
        found = [h]
        for k in range(n - 1):
            products = sum(mp.binomial(k, j) * found[j] * found[k - j] for j in range(k + 1))
            found.append(-products - x * found[k] - k * found[k - 1])
    return +found[n - 1]


def beta_derivative(x: Any, y: Any, in_x: Any, in_y: Any) -> Any:
    """The derivative of the beta function, from those of its logarithm, with extra digits for those lost near 0."""
    mp, m, n = (x + y).context, int(in_x), int(in_y)
    x, y = mp.mpf(x), mp.mpf(y)
    with mp.workprec(mp.prec + 64 + (m + n + 1) * (16 + 2 * max(abs(mp.mag(x)), abs(mp.mag(y))))):

        def slope(i: int, j: int) -> Any:
            z = y if i == 0 else x
            return (0 if i and j else polygamma(z, i + j - 1)) - polygamma(x + y, i + j - 1)

        total = mp.beta(x, y) * derivatives_of_exp(slope, m, n)[m, n]
    return +total

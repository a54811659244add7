"""The kernels of special functions that no operation calls yet: their exact values, over mpmath's numbers.

Formulas are not those of the kernels, and are chosen or given digits so that nothing cancels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mpmath import mp, mpf


def with_digits(digits: int, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with more digits: for arguments next to a zero, or for large ones that cancel."""

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
    """By the distances of the poles on either side."""
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
    """The large terms of three logarithms cancel, if there are not digits for all of them."""
    with mp.workdps(60 + int(max(0, mp.log10(max(x, y))))):
        return mp.loggamma(x) + mp.loggamma(y) - mp.loggamma(x + y)


def beta(x: Any, y: Any) -> Any:
    return mp.exp(max(-2000, lbeta(x, y)))


# --- relatives of the elementary functions ---------------------------------------------------------------------------


def logaddexp(x: Any, y: Any) -> Any:
    x, y = max(x, y), min(x, y)
    return x + mp.log1p(mp.exp(y - x)) if y - x > -10000 else x


def sinc_derivative(x: Any, n: Any) -> Any:
    """By the series where that loses less than πx digits, else by Leibniz' rule for πx * sinc(x) = sin(πx)."""
    with mp.workdps(100 + 4 * int(n) + 3 * int(max(0, mp.log10(abs(x))))):
        a, n = mp.pi * x, int(n)
        if abs(a) < n + 8:
            terms = (a**j / mp.factorial(j) / (n + j + 1) * (1, 0, -1, 0)[(n + j) % 4] for j in range(150))
            return mp.pi**n * mp.fsum(terms)
        g, waves = mpf(0), (mp.sinpi(x), mp.cospi(x), -mp.sinpi(x), -mp.cospi(x))
        for k in range(n + 1):
            g = (waves[k % 4] - k * g) / a
        return mp.pi**n * g

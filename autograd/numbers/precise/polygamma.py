"""The polygamma functions in hundreds of digits; mpmath's own take seconds for their Bernoulli numbers.

A recurrence moves x up to where the asymptotic series reaches the working precision (DLMF 5.11.2, 5.15.8, 5.15.9).
"""

from __future__ import annotations

from functools import cache
from math import factorial, gcd

from autograd.numbers.kernels.fixed import bernoulli

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FARTHEST = 10_000  # steps of the recurrence, beyond which mpmath's reflection is faster


@cache
def _bernoulli(count: int) -> list[tuple[int, int]]:
    """B₂, B₄, … in lowest terms: mpmath is slow to convert a large even integer, and to divide by one."""
    return [(p // common, q // common) for p, q in bernoulli(count) for common in (gcd(p, q),)]


def polygamma(x: Any, n: Any) -> Any:
    """The n-th derivative of ψ at x, an mpf, in the working precision of its context.

    >>> import mpmath
    >>> abs(polygamma(mpmath.mpf(1), 0) + mpmath.euler) < 1e-14
    True
    """
    mp, n = x.context, int(n)
    if not -FARTHEST < x < mp.inf or (x <= 0 and mp.isint(x)):
        return mp.psi(n, x)
    bits = mp.prec + 32
    while True:
        z, largest = _series(mp, x, n, bits)
        lost = mp.mag(largest) - mp.mag(z) if z else bits
        if lost <= bits - mp.prec - 16:
            return +z
        bits = mp.prec + lost + 32


def _series(mp: Any, x: Any, n: int, bits: int) -> tuple[Any, Any]:
    """The n-th derivative of ψ, with an error of 2**-bits times the second result, the largest term."""
    with mp.workprec(bits + n):
        far = max(bits // 6, int(120 * 2 ** (bits / 2048)))  # where 256, 512 or 1024 terms reach 2**-bits
        steps = max(0, int(mp.ceil(far + n - x)))
        shifted, numerator = x + steps, mp.mpf(factorial(n))
        z = mp.log(shifted) if n == 0 else -mp.mpf(factorial(n - 1)) / shifted**n
        z -= numerator / (2 * shifted ** (n + 1))
        smallest, largest = mp.ldexp(z, -bits), abs(z)
        square = shifted**-2
        factor = factorial(n + 1) * square / (2 * shifted**n)  # (2k + n - 1)! / (2k)! / shifted^(2k + n)
        for k, (p, q) in enumerate(_bernoulli(256 << (bits > 1536) << (bits > 3072)), 1):
            term = p * factor / q
            z -= term
            if abs(term) < abs(smallest):
                break
            factor *= square * ((2 * k + n) * (2 * k + n + 1)) / ((2 * k + 1) * (2 * k + 2))
        terms = [numerator / (x + i) ** (n + 1) for i in range(steps)]
        largest = max([largest, *map(abs, terms)])
        return (-1) ** n * (z - mp.fsum(terms)), largest

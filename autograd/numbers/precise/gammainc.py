"""The incomplete gamma functions in hundreds of digits, for which mpmath's own take minutes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST_TERMS = 30_000
GUARD = 64  # bits


def gammainc(a: Any, x: Any) -> Any:
    """P(a, x) on mpmath numbers; ArithmeticError where it takes too many terms.

    >>> import mpmath
    >>> abs(gammainc(1.0, mpmath.mpf(2)) - (1 - mpmath.exp(-2))) < 1e-14
    True
    """
    mp = x.context
    with mp.workprec(mp.prec + GUARD):
        lower = 1 - _tail(a, x) if _is_in_tail(a, x) else _series(a, x)
    return +lower


def gammaincc(a: Any, x: Any) -> Any:
    """1 - P(a, x), with as many digits.

    >>> import mpmath
    >>> abs(gammaincc(1.0, mpmath.mpf(20)) * mpmath.exp(20) - 1) < 1e-14
    True
    """
    mp, lost = x.context, GUARD
    while True:
        with mp.workprec(mp.prec + lost):
            upper = _tail(a, x) if _is_in_tail(a, x) else 1 - _series(a, x)
            missing = -mp.mag(upper) - lost // 2 if upper else lost
            if missing <= 0 or _is_in_tail(a, x):
                break
        lost += missing + GUARD
    return +upper


def gammainc_slope(a: Any, x: Any) -> Any:
    """x^(a - 1) · exp(-x) / Γ(a)."""
    return x ** (a - 1) * x.context.exp(-x) / x.context.gamma(a)


def gammainc_curvature(a: Any, x: Any) -> Any:
    """The derivative of gammainc_slope in x."""
    rising = (a - 1) * x ** (a - 2) if a != 1 else 0
    return (rising - x ** (a - 1)) * x.context.exp(-x) / x.context.gamma(a)


def _is_in_tail(a: Any, x: Any) -> bool:
    """Whether the continued fraction has few terms."""
    return bool(x > 2 * a + x.context.prec // 4)


def _tail(a: Any, x: Any) -> Any:
    """1 - P by a continued fraction (DLMF 8.9.2)."""
    mp = x.context
    return (
        mp.exp(a * mp.log(x) - x) / mp.gamma(a) / _fraction(a, x, int(mp.prec**2 / (30 * x)) + 40) if a else mp.mpf(0)
    )


def _series(a: Any, x: Any) -> Any:
    """P by a series of one sign (DLMF 8.7.1)."""
    mp, a = x.context, x.context.mpf(a)
    if x == 0 or a == 0:
        return mp.mpf(x != 0)
    term = total = 1 / a
    for k in range(1, MOST_TERMS):
        term *= x / (a + k)
        total += term
        if term <= mp.ldexp(total, -mp.prec):
            return mp.exp(a * mp.log(x) - x) / mp.gamma(a) * total
    raise ArithmeticError("the series has too many terms")


def _fraction(a: Any, x: Any, terms: int) -> Any:
    """x^a exp(-x) / Γ(a, x), with the number of terms doubled until the result does not change."""
    before, bits = None, x.context.prec
    while True:
        f = x + 2 * terms + 1 - a
        for k in range(terms, 0, -1):
            f = x + 2 * k - 1 - a - k * (k - a) / f
        if before is not None and abs(f - before) <= x.context.ldexp(abs(f), 8 - bits):
            return f
        before, terms = f, 2 * terms
        if terms > MOST_TERMS:
            raise ArithmeticError("the continued fraction has too many terms")

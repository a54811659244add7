"""Fraction: exact rational arithmetic; a transcendental function of a Fraction raises TypeError."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from autograd.numbers.kinds import FRACTION_RANK, Kind, join

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _value(row: Any) -> Callable[..., Any]:
    if row.rational is None:
        raise TypeError(f"{row.name} of a Fraction is not a Fraction: convert it with float(...) or mpmath.mpf(...)")
    value: Callable[..., Any] = row.rational
    return value


def _constant(name: str, x: Any) -> Any:
    if name in ("0", "1"):
        return Fraction(name)
    raise TypeError(f"{name} is not a Fraction: convert x with float(...) or mpmath.mpf(...)")


def enter() -> None:
    """Register Fractions as a kind of number."""
    join(Fraction, Kind("Fraction", FRACTION_RANK, _value, coerce=Fraction, constant=_constant))

"""Fraction: exact rational arithmetic; a transcendental of a Fraction is a TypeError."""

from __future__ import annotations

import math
from fractions import Fraction

from autograd.numbers import TEXTBOOK
from autograd.numbers.kinds import FRACTION_RANK, Kind, join

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def _power(x: Any, y: Any) -> Any:
    z = x**y
    if not isinstance(z, (Fraction, int)):
        raise TypeError(f"power: {x}**{y} is not a Fraction")
    return z


def _sign(x: Any) -> Any:
    return Fraction((x > 0) - (x < 0))


RATIONAL: dict[str, Callable[..., Any]] = {
    "power": _power,
    "constant_power": _power,
    "ratio": lambda x, y: Fraction(x) / y,
    "sign": _sign,
    "side": _sign,
    "floor": lambda x: Fraction(math.floor(x)),
    "ceil": lambda x: Fraction(math.ceil(x)),
    "round": lambda x: Fraction(round(x)),
    # The slopes of the rational operations; their textbook formulas are rational too.
    **{name: TEXTBOOK[name] for name in ("falling_power", "monomial", "witch", "one_minus_square")},
    **{name: TEXTBOOK[name] for name in ("sum", "mean", "prod", "dot")},
    **{name: TEXTBOOK[name] for name in ("ratio_slope", "quotient", "scaled_power", "power_log")},
    **{name: TEXTBOOK[name] for name in ("inverse_square_slope", "inverse_square_xx", "inverse_square_xy")},
}


def _atom(name: str) -> Callable[..., Any]:
    if name not in RATIONAL:
        raise TypeError(f"{name} of a Fraction is not a Fraction: convert it with float(...) or mpmath.mpf(...)")
    return RATIONAL[name]


def _constant(name: str, x: Any) -> Any:
    if name in ("0", "1"):
        return Fraction(name)
    raise TypeError(f"{name} is not a Fraction: convert x with float(...) or mpmath.mpf(...)")


def enter() -> None:
    """Let Fractions take part."""
    join(Fraction, Kind("Fraction", FRACTION_RANK, _atom, normal=Fraction, constant=_constant))

"""mpmath's mpf: every atom in the working precision, elementary ones from mpmath, derived ones by their textbook."""

from __future__ import annotations

import mpmath

from autograd.numbers import TEXTBOOK
from autograd.numbers.kinds import MPF_RANK, Kind, join

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def _round(x: Any) -> Any:
    return mpmath.nint(x)


def _no_rounding(function: Callable[..., Any]) -> Callable[..., Any]:
    """Infinities and NaN are their own floor, ceil and round, as for floats."""
    return lambda x: function(x) if mpmath.isfinite(x) else x


OWN_NAMES: dict[str, Callable[..., Any]] = {
    "log2": lambda x: mpmath.log(x) / mpmath.log(2),
    "round": _no_rounding(_round),
    "floor": _no_rounding(mpmath.floor),
    "ceil": _no_rounding(mpmath.ceil),
    "cbrt": lambda x: mpmath.cbrt(x) if x >= 0 else -mpmath.cbrt(-x),
}

CONSTANTS: dict[str, Callable[[], Any]] = {
    "2/√π": lambda: 2 / mpmath.sqrt(mpmath.pi),
    "1/√2π": lambda: 1 / mpmath.sqrt(2 * mpmath.pi),
    "log₂e": lambda: 1 / mpmath.log(2),
    "log₁₀e": lambda: 1 / mpmath.log(10),
    "√½": lambda: mpmath.sqrt(mpmath.mpf(1) / 2),
    "0": lambda: mpmath.mpf(0),
    "1": lambda: mpmath.mpf(1),
}


def _atom(name: str) -> Callable[..., Any]:
    function = OWN_NAMES.get(name) or TEXTBOOK.get(name) or getattr(mpmath, name)

    def real_valued(*operands: Any) -> Any:
        z = function(*operands)
        if isinstance(z, mpmath.mpc):
            raise ValueError(f"{name}: leaves the real numbers")
        return z

    return real_valued


def _kept(x: Any) -> Any:
    """An mpf as it is, whatever the working precision now; any other number as an mpf."""
    return x if isinstance(x, mpmath.mpf) else mpmath.mpf(x)


def enter() -> None:
    """Let mpmath's numbers take part."""
    kind = Kind("mpf", MPF_RANK, _atom, normal=_kept, constant=lambda name, x: CONSTANTS[name]())
    join(mpmath.mpf, kind)
    join(type(mpmath.pi), kind)

"""mpmath's mpf: every atom in the working precision, elementary ones from mpmath, derived ones by their textbook."""

from __future__ import annotations

from functools import partial

import mpmath

from autograd.numbers import TEXTBOOK, falling_factorial
from autograd.numbers.kinds import MPF_RANK, Kind, join

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

# A context of mpmath is a working precision, with a type of numbers of its own: mpmath.mp has mpmath.mpf.

OWN_NAMES: dict[str, Callable[..., Any]] = {
    "side": lambda mp, x: mp.sign(x),
    "log2": lambda mp, x: mp.log(x) / mp.log(2),
    "round": lambda mp, x: mp.nint(x) if mp.isfinite(x) else x,
    "floor": lambda mp, x: mp.floor(x) if mp.isfinite(x) else x,
    "ceil": lambda mp, x: mp.ceil(x) if mp.isfinite(x) else x,
    "cbrt": lambda mp, x: mp.cbrt(x) if x >= 0 else -mp.cbrt(-x),
    "ratio": lambda mp, x, y: x / y if y != 0 else mp.sign(x) * mp.inf if x != 0 else mp.nan,  # no zero is negative
    "falling_power": lambda mp, x, y, n: _total_at_zero(mp, "falling_power", x, y, n),
    "monomial": lambda mp, x, y, n: _total_at_zero(mp, "monomial", x, y, n),
}

CONSTANTS: dict[str, Callable[[Any], Any]] = {
    "2/√π": lambda mp: 2 / mp.sqrt(mp.pi),
    "1/√2π": lambda mp: 1 / mp.sqrt(2 * mp.pi),
    "log₂e": lambda mp: 1 / mp.log(2),
    "log₁₀e": lambda mp: 1 / mp.log(10),
    "√½": lambda mp: mp.sqrt(mp.mpf(1) / 2),
    "0": lambda mp: mp.mpf(0),
    "1": lambda mp: mp.mpf(1),
}


def _total_at_zero(mp: Any, name: str, x: Any, y: Any, n: Any) -> Any:
    """A local derivative of a power, infinite at zero where its textbook divides by it."""
    try:
        return TEXTBOOK[name](x, y, n)
    except ZeroDivisionError:
        return falling_factorial(y, n) * mp.inf


def _atom(mp: Any, name: str) -> Callable[..., Any]:
    own = OWN_NAMES.get(name)
    function = partial(own, mp) if own else TEXTBOOK.get(name) or getattr(mp, name)

    def real_valued(*operands: Any) -> Any:
        z = function(*operands)
        if isinstance(z, mp.mpc):
            raise ValueError(f"{name}: leaves the real numbers")
        return z

    return real_valued


def join_context(mp: Any) -> None:
    """Let the numbers of a context of mpmath take part."""

    def kept(x: Any) -> Any:
        """An mpf as it is, whatever the working precision now; any other number as an mpf."""
        return x if isinstance(x, mp.mpf) else mp.mpf(x)

    kind = Kind(
        "mpf", MPF_RANK, lambda name: _atom(mp, name), normal=kept, constant=lambda name, x: CONSTANTS[name](mp)
    )
    join(mp.mpf, kind)
    join(type(mp.pi), kind)


def enter() -> None:
    """Let mpmath's numbers take part."""
    join_context(mpmath.mp)

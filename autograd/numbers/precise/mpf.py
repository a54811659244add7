"""mpmath's mpf: every operation in the working precision, by mpmath or by a textbook formula."""

from __future__ import annotations

from collections.abc import Callable

import mpmath

from autograd.numbers.kinds import MPF_RANK, Kind, join

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# A context of mpmath has its own working precision and its own number type: mpmath.mp has mpmath.mpf.

CONSTANTS: dict[str, Callable[[Any], Any]] = {
    "2/√π": lambda mp: 2 / mp.sqrt(mp.pi),
    "1/√2π": lambda mp: 1 / mp.sqrt(2 * mp.pi),
    "log₂e": lambda mp: 1 / mp.log(2),
    "log₁₀e": lambda mp: 1 / mp.log(10),
    "√½": lambda mp: mp.sqrt(mp.mpf(1) / 2),
    "log 2": lambda mp: mp.log(2),
    "180/π": lambda mp: 180 / mp.pi,
    "π/180": lambda mp: mp.pi / 180,
    "0": lambda mp: mp.mpf(0),
    "1": lambda mp: mp.mpf(1),
}


def _value(mp: Any, row: Any) -> Callable[..., Any]:
    precise = row.precise
    if precise is None:
        raise TypeError(f"{row.name} is computed by a kernel for floats: precise= says what computes it on mpmath's")
    function = getattr(mp, precise) if isinstance(precise, str) else precise

    def real_valued(*operands: Any) -> Any:
        z = function(*operands)
        if isinstance(z, mp.mpc):
            raise ValueError(f"{row.name}: leaves the real numbers")
        return z

    return real_valued


def join_context(mp: Any) -> None:
    """Register the numbers of an mpmath context as a kind of number."""

    def kept(x: Any) -> Any:
        """An mpf unchanged, whatever the working precision; any other number as an mpf."""
        return x if isinstance(x, mp.mpf) else mp.mpf(x)

    kind = Kind("mpf", MPF_RANK, lambda row: _value(mp, row), coerce=kept, constant=lambda name, x: CONSTANTS[name](mp))
    join(mp.mpf, kind)
    join(type(mp.pi), kind)


def enter() -> None:
    """Register mpmath's numbers as a kind of number."""
    join_context(mpmath.mp)

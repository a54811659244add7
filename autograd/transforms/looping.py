"""Looping: while a function is traced, `scan` and `fori_loop` may become a loop made from one traced step."""

from __future__ import annotations

from _contextvars import ContextVar
from collections.abc import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Makes such a loop; it returns None where each step is to be traced.
looping: ContextVar[Callable[..., tuple[Any, Any] | None] | None] = ContextVar("autograd loops", default=None)


def one_loop(step: Callable[[Any, Any], Any], carry: Any, xs: Any, times: int, reverse: bool) -> Any:
    """The last carry and the outputs of all steps if a program loop is made of them; otherwise None."""
    make = looping.get()
    return None if make is None else make(step, carry, xs, times, reverse)

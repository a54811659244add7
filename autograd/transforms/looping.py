"""Looping: while a function is traced, a loop of `scan` or `fori_loop` may be made of one step."""

from __future__ import annotations

from _contextvars import ContextVar
from collections.abc import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# What makes such a loop; it returns None where each step is to be traced.
looping: ContextVar[Callable[..., tuple[Any, Any] | None] | None] = ContextVar("autograd loops", default=None)


def one_loop(step: Callable[[Any, Any], Any], carry: Any, xs: Any, times: int, reverse: bool) -> Any:
    """The state after all steps and their outputs, if a loop is made of them; else None."""
    make = looping.get()
    return None if make is None else make(step, carry, xs, times, reverse)

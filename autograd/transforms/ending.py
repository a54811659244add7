"""The end of a transform's call: an input that somebody kept is a constant from then on, which a later call refuses."""

from __future__ import annotations

from _weakref import ref
from collections import deque

from autograd.engine.value import KEPT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from autograd.engine import Value


class _End(ref):  # type: ignore[type-arg]  # subscripts would import typing
    """A weak reference to a call, and weak references to its inputs."""

    __slots__ = ("inputs",)

    inputs: list[Any]


_running: set[_End] = set()
_ended: deque[_End] = deque()  # filled by C alone: a finalizer in Python would swallow a Ctrl-C that comes inside it


def close(inputs: list[Value]) -> None:
    """A call is over."""
    for v in inputs:
        if not v.inputs:
            v.index = min(v.index, KEPT - v.index)


def close_at_death(call: Any, inputs: list[Value]) -> None:
    """A call is over when nobody has it any more."""
    end = _End(call, _ended.append)
    end.inputs = [ref(v) for v in inputs]
    _running.add(end)


def close_ended() -> None:
    """Close the inputs of calls that have died; each transform begins with it."""
    while _ended:
        try:
            end = _ended.popleft()
        except IndexError:  # another thread was faster
            return
        close([v for reference in end.inputs if (v := reference()) is not None])
        _running.discard(end)

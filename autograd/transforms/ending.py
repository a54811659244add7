"""The end of a transform's call: inputs that outlive it become constants, which later calls refuse."""

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
_ended: deque[_End] = deque()  # filled by C code: a finalizer written in Python would swallow a Ctrl-C


def close(inputs: list[Value]) -> None:
    """End a call: its inputs become constants, unless they are nodes."""
    for v in inputs:
        if not v.inputs:
            v.index = min(v.index, KEPT - v.index)


def close_at_death(call: Any, inputs: list[Value]) -> None:
    """End a call once nothing refers to it."""
    end = _End(call, _ended.append)
    end.inputs = [ref(v) for v in inputs]
    _running.add(end)


def close_ended() -> None:
    """Close the inputs of calls that were freed; every transform calls this first."""
    while _ended:
        try:
            end = _ended.popleft()
        except IndexError:  # another thread took it
            return
        close([v for reference in end.inputs if (v := reference()) is not None])
        _running.discard(end)

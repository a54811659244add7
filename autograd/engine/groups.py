"""Groups: which nodes a call of a function made, so that a picture can show the call as one box.

Nothing is stored on a Value. A call notes the clock before and after, and owns the nodes made in between.
"""

from __future__ import annotations

from _weakref import ref
from collections import deque
from collections.abc import Callable, Container

from autograd.engine.value import Value, clock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ParamSpec, TypeVar

    P = ParamSpec("P")
    R = TypeVar("R")

# The latest calls; older ones are dropped, so that hours of training cost a few megabytes at most.
_calls: deque[tuple[int, int, Any, Any, type]] = deque(maxlen=1 << 16)


class MarkedCall:
    """One call: its owner (None if it was freed), the owner's class name, and the range of its nodes' indices."""

    __slots__ = ("owner", "kind", "start", "end")

    def __init__(self, start: int, end: int, owner: Any, kind: type) -> None:
        self.owner = owner
        self.kind = kind.__name__
        self.start = start
        self.end = end


def group(method: Callable[P, R]) -> Callable[P, R]:
    """Decorate a method so that a picture shows the nodes of each call as one group, named after its object.

    It costs a quarter of a microsecond per call, and nothing per Value.

    >>> from autograd import Value, draw
    >>> class Square:
    ...     @group
    ...     def __call__(self, x):
    ...         return x * x
    >>> C = Square()(Value(3.0)) * 2
    >>> [cluster.title for cluster in draw(C).picture.clusters]
    ['Square']
    """

    def called(*args: Any, **kwargs: Any) -> Any:
        start = next(clock)
        result = method(*args, **kwargs)
        owner = args[0] if args else method
        _calls.append((start, next(clock), _weak(owner), _weak(_first_value(result)), type(owner)))
        return result

    called.__name__, called.__qualname__, called.__doc__ = method.__name__, method.__qualname__, method.__doc__
    called.__module__, called.__wrapped__ = method.__module__, method  # type: ignore[attr-defined]  # a function takes attributes
    return called


def _weak(x: Any) -> Any:
    try:
        return ref(x)
    except TypeError:  # the class has __slots__ without __weakref__
        return lambda: None


def _first_value(result: Any) -> Any:
    """The first Value of the result: a graph that contains it contains the call."""
    while isinstance(result, (list, tuple)) and result:
        result = result[0]
    return result


def calls_below(nodes: Container[Value], first: int, last: int) -> list[MarkedCall]:
    """The remembered calls that made nodes of a graph with indices `first` to `last`, inner calls before outer ones.

    Another thread's nodes may have indices in the same range, so a call counts only if its result is among `nodes`.
    """
    return [
        MarkedCall(start, end, owner(), kind)
        for start, end, owner, result, kind in tuple(_calls)
        if start <= last and end >= first and result() in nodes
    ]

"""Groups: which nodes the calls of a function made, so that a picture can show a call as one thing.

Nothing is kept on a Value. A call notes the clock before and after it, and the nodes made in between are its own.
"""

from __future__ import annotations

from _weakref import ref
from collections import deque

from autograd.engine.value import Value, clock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from typing import Any, ParamSpec, TypeVar

    P = ParamSpec("P")
    R = TypeVar("R")

# The latest calls; older ones are forgotten, so that training for hours costs a few megabytes and no more.
_calls: deque[tuple[int, int, Any, Any, type]] = deque(maxlen=1 << 16)


class Call:
    """One call: its owner, None if it is gone, the owner's class, and the span of indices of the nodes that it made."""

    __slots__ = ("owner", "kind", "start", "end")

    def __init__(self, start: int, end: int, owner: Any, kind: type) -> None:
        self.owner = owner
        self.kind = kind.__name__
        self.start = start
        self.end = end


def group(method: Callable[P, R]) -> Callable[P, R]:
    """Mark a method: the nodes that a call of it makes are one group in a picture, named after its object.

    The price is a quarter of a microsecond a call, and nothing per Value.

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
        start = clock()
        result = method(*args, **kwargs)
        owner = args[0] if args else method
        _calls.append((start, clock(), _weak(owner), _weak(_first_value(result)), type(owner)))
        return result

    called.__name__, called.__qualname__, called.__doc__ = method.__name__, method.__qualname__, method.__doc__
    called.__module__, called.__wrapped__ = method.__module__, method  # type: ignore[attr-defined]
    return called


def _weak(x: Any) -> Any:
    try:
        return ref(x)
    except TypeError:  # an object whose class has slots and none for this
        return lambda: None


def _first_value(result: Any) -> Any:
    """A Value of the result, by which a graph knows the call as its own."""
    while isinstance(result, (list, tuple)) and result:
        result = result[0]
    return result


def calls_below(nodes: Container[Value], first: int, last: int) -> list[Call]:
    """The calls still remembered that made nodes of a graph, indices `first` to `last`; an inner one before its outer.

    Another thread's nodes have indices in the same span: a call counts only if its result is among `nodes`.
    """
    return [
        Call(start, end, owner(), kind)
        for start, end, owner, result, kind in tuple(_calls)
        if start <= last and end >= first and result() in nodes
    ]

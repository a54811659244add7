"""Groups: records which nodes a function call made, so that a picture can show the call as one box.

Nothing is stored on a Value. A call reads the clock before and after, and owns the nodes made in between.
"""

from __future__ import annotations

from _weakref import ref
from collections import deque
from collections.abc import Callable, Collection

from autograd.engine.value import Value, clock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ParamSpec, TypeVar

    P = ParamSpec("P")
    R = TypeVar("R")

ITEMS = 5
MOST_RESULTS = 100  # the most results of a call that are examined

# The latest calls, five items each: the index of the result, the ticks from the call's start to it and from it to the
# end, a weak reference to the owner, and its class. Older calls are dropped, so that hours of training cost a few
# megabytes at most. Tuples, or the ticks themselves, would be objects that are no longer in the cache when they are
# dropped.
_calls: deque[Any] = deque(maxlen=ITEMS << 16)


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
        result: Any = method(*args, **kwargs)
        made = result.index if type(result) is Value else _first_index(result)
        if made >= 0:
            owner = args[0] if args else method
            try:
                weak: Any = ref(owner)
            except TypeError:  # the class has __slots__ without __weakref__
                weak = _freed
            _calls.extend((made, made - start, next(clock) - made, weak, type(owner)))
        return result

    called.__name__, called.__qualname__, called.__doc__ = method.__name__, method.__qualname__, method.__doc__
    called.__module__, called.__wrapped__ = method.__module__, method  # type: ignore[attr-defined]  # a function takes attributes
    return called


def _freed() -> None:
    """Return None, in place of a weak reference: the owner cannot be found."""


def _first_index(result: Any) -> int:
    """The index of the first node among the results, or -1: a graph that contains that node contains the call."""
    if isinstance(result, Value):
        return -1 if result.op is None else result.index
    found = map(_first_index, result[:MOST_RESULTS] if isinstance(result, (list, tuple)) else ())
    return next((index for index in found if index >= 0), -1)


def calls_below(indices: Collection[int]) -> list[MarkedCall]:
    """The remembered calls that made nodes of a graph whose nodes have these indices, inner calls before outer ones.

    Another thread's nodes may have indices in the same range, so a call counts only if its result is among the nodes.
    """
    first, last, of_graph = min(indices), max(indices), set(indices)
    return [
        MarkedCall(made - before, made + after, owner(), kind)
        for made, before, after, owner, kind in zip(*[iter(tuple(_calls))] * ITEMS)
        if made - before <= last and made + after >= first and made in of_graph
    ]

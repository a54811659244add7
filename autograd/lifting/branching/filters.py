"""Filters of comprehensions: each row keeps its own items."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from autograd.lifting.branching.apart import Apart
from autograd.lifting.branching.merging import either


class Perhaps(NamedTuple):
    """An item, and the condition that it is present."""

    here: Any
    item: Any


class Filtered(Apart):
    """A list whose length depends on the row: functions that choose or add may use it, any other use is refused."""

    __slots__ = ("_items", "_pick")
    _items: list[Any]
    _pick: Callable[..., Any]

    def __init__(self, items: list[Any], pick: Callable[..., Any]) -> None:
        super().__init__("how many items a filter leaves")
        object.__setattr__(self, "_items", items)
        object.__setattr__(self, "_pick", pick)

    def truth(self) -> Any:
        """Whether an item is present."""
        found: Any = False
        for here, _ in placed(self):
            found = either(found, here)
        return found


def filtered(items: Iterable[Any], pick: Callable[..., Any]) -> Any:
    """The items that are present: a list if that is known, otherwise a Filtered, which makes branches by `pick`."""
    found = [x for x in items if type(x) is not Perhaps or x.here is not False]
    return Filtered(found, pick) if any(type(x) is Perhaps for x in found) else found


def placed(xs: Any) -> Iterator[tuple[Any, Any]]:
    """The items of xs, each with the condition that it is present."""
    for x in xs._items if type(xs) is Filtered else xs:
        yield x if type(x) is Perhaps else (True, x)

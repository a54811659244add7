"""Lists, tuples, dicts and sets of functions or objects in lifted code: copies that hold what stands for their items.

What lifted code writes into such a list, dict or set is written into the user's as well, but not in a trace that reads
branches, which takes back what a side has written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

CONTAINERS = (list, tuple, dict, set, frozenset)
PLAIN = {float, int, bool, str, bytes, type(None)}
WRITING = {
    list: "__setitem__ __delitem__ __iadd__ __imul__ append extend insert pop remove clear sort reverse",
    dict: "__setitem__ __delitem__ __ior__ pop popitem setdefault update clear",
    set: "add discard remove pop clear update __ior__ __iand__ __isub__ __ixor__ difference_update "
    "intersection_update symmetric_difference_update",
}


def container_in(stand_in: Callable[[Any], Any], x: Any, writes_through: bool) -> Any:
    """A copy of a container in which something stands for an item; most often the container itself."""
    items = list(x.values()) if type(x) is dict else x
    if PLAIN.issuperset(map(type, items)):
        return x
    found = [stand_in(item) for item in items]
    if all(a is b for a, b in zip(items, found)):
        return x
    kind = COPIES[type(x)] if writes_through and type(x) in COPIES else type(x)
    made = kind(zip(x, found) if type(x) is dict else found)
    if kind is not type(x):
        made.original = x
    return made


def _writing_through(kind: type, name: str) -> Callable[..., Any]:
    own = getattr(kind, name)

    def write(self: Any, *args: Any, **kwargs: Any) -> Any:
        if hasattr(self, "original"):
            own(self.original, *args, **kwargs)
        return own(self, *args, **kwargs)

    return write


COPIES: dict[type, Any] = {
    kind: type(kind.__name__, (kind,), {name: _writing_through(kind, name) for name in names.split()})
    for kind, names in WRITING.items()
}

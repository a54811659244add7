"""Containers of functions or objects in lifted code: copies that hold the replacements for their items.

Whatever lifted code writes into such a copy is also written into the user's container, except in a trace that reads
branches, which undoes the writes of each side.
"""

from __future__ import annotations

from collections import ChainMap, OrderedDict, UserDict, UserList, defaultdict, deque
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

WRITTEN_IN_PYTHON = (ChainMap, UserDict, UserList)
CONTAINERS = (list, tuple, dict, set, frozenset, deque, OrderedDict, defaultdict, MappingProxyType, *WRITTEN_IN_PYTHON)
PLAIN = {float, int, bool, str, bytes, type(None)}
OF_DICTS = "__setitem__ __delitem__ __ior__ pop popitem setdefault update clear"
WRITING = {
    list: "__setitem__ __delitem__ __iadd__ __imul__ append extend insert pop remove clear sort reverse",
    deque: "__setitem__ __delitem__ __iadd__ __imul__ append appendleft extend extendleft insert pop popleft remove "
    "clear reverse rotate",
    dict: OF_DICTS,
    defaultdict: OF_DICTS,
    OrderedDict: f"{OF_DICTS} move_to_end",
    set: "add discard remove pop clear update __ior__ __iand__ __isub__ __ixor__ difference_update "
    "intersection_update symmetric_difference_update",
}


def container_in(stand_in: Callable[[Any], Any], x: Any, users: Callable[[Any], Any] | None) -> Any:
    """A copy of a container, with replacements for its items; most often the container itself.

    If `users` is given, which finds the user's items, writes into the copy also go into the user's container.
    """
    if isinstance(x, WRITTEN_IN_PYTHON):
        return _with_parts(stand_in, x)
    is_dict = isinstance(x, (dict, MappingProxyType))
    items = list(x.values() if is_dict else x)
    if type(x) is defaultdict:
        items.append(x.default_factory)
    if PLAIN.issuperset(map(type, items)):
        return x
    found = [stand_in(item) for item in items]
    if all(a is b for a, b in zip(items, found)):
        return x
    kind = COPIES[type(x)] if users is not None and type(x) in COPIES else type(x)
    first = [found.pop()] if type(x) is defaultdict else []
    made = kind(*first, dict(zip(x, found)) if is_dict else found, *([x.maxlen] if type(x) is deque else []))
    if kind is not type(x):
        made.original = x, users
    return made


def _with_parts(stand_in: Callable[[Any], Any], x: Any) -> Any:
    """A copy of a container whose class is written in Python, on copies of the containers that it keeps."""
    parts = {name: stand_in(part) for name, part in vars(x).items()}
    if all(parts[name] is part for name, part in vars(x).items()):
        return x
    made = object.__new__(type(x))
    vars(made).update(parts)
    return made


def _writing_through(kind: type, name: str) -> Callable[..., Any]:
    own = getattr(kind, name)

    def write(self: Any, *args: Any, **kwargs: Any) -> Any:
        original = vars(self).pop("original", None)  # a method may call others
        if original is None:
            return own(self, *args, **kwargs)
        args = tuple([list(x) if hasattr(x, "__next__") else x for x in args])  # an iterator gives its items once
        seen, users = original
        try:
            own(seen, *(_of_users(users, x) for x in args), **{key: _of_users(users, x) for key, x in kwargs.items()})
            return own(self, *args, **kwargs)
        finally:
            self.original = original

    return write


def _of_users(users: Callable[[Any], Any], x: Any) -> Any:
    """An argument with the user's items in place of their replacements."""
    if type(x) in (list, tuple, set):
        return type(x)(map(users, x))
    return {key: users(item) for key, item in x.items()} if type(x) is dict else users(x)


COPIES: dict[type, Any] = {
    kind: type(kind.__name__, (kind,), {name: _writing_through(kind, name) for name in names.split()})
    for kind, names in WRITING.items()
}

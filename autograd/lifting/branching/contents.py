"""The contents of objects that code can change in place: items and attributes are copied, and put back.

The methods called are those of the builtin class, since a user's subclass may have its own.
"""

from __future__ import annotations

import re
from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterator
from types import CellType, MemberDescriptorType, SimpleNamespace
from typing import Any

import numpy

from autograd.lifting.branching.apart import UNASSIGNED
from autograd.lifting.stand_ins.classes import FROM_PYTHON, NamespaceView, seen_by
from autograd.lifting.stand_ins.python_names import is_lifted
from autograd.refusals import is_library
from autograd.trees import parts_of

CONTAINERS = (list, dict, set, deque, bytearray, numpy.ndarray)
BUILTIN = {OrderedDict, defaultdict, tuple, *CONTAINERS}
IMMUTABLE = (int, float, str, bytes, tuple, frozenset, type(None), re.Match)
POINTER = tuple.__itemsize__


class PlainObject:
    """An object with nothing but attributes."""


def layout(kind: type) -> tuple[int, ...]:
    """The layout in memory of the instances of a class."""
    return kind.__basicsize__, kind.__itemsize__, kind.__dictoffset__, kind.__weakrefoffset__


PLAIN = layout(PlainObject)


def builtin_of(x: Any) -> Any:
    """The builtin class of a container, whose own class may be a subclass; None for other objects."""
    return next((kind for kind in type(x).__mro__ if kind in BUILTIN), None)  # `isinstance` would ask x for its class


def slots(x: Any) -> list[str]:
    """The names of an object's attributes that are not in its dict."""
    if layout(type(x)) == PLAIN:
        return []
    members = (member for base in type(x).__mro__[:-1] for member in vars(base).items())
    found = {member: name for name, member in members if type(member) is MemberDescriptorType}
    return list(found.values())  # a lifted class also has the members of the user's class


def holds_attributes_alone(x: Any) -> bool:
    """Whether an object holds nothing but attributes, and no state that its class keeps in C."""
    kind = type(x)
    if kind is SimpleNamespace or layout(kind) == PLAIN:
        return True
    if not kind.__flags__ & FROM_PYTHON or kind.__itemsize__:
        return False
    return kind.__basicsize__ - POINTER * len(slots(x)) in (object.__basicsize__, PlainObject.__basicsize__)


def is_changeable(x: Any) -> bool:
    """Whether x has contents that code can change in place and that we can put back."""
    kind = builtin_of(x)
    if kind is not None or type(x) is CellType:
        return kind is not tuple
    if is_lifted(x):  # asked first: most often x is a number
        return False
    return holds_attributes_alone(x) or isinstance(x, BaseException)


def is_value(x: Any) -> bool:
    """Whether code cannot change x, even by `x += y`: it is immutable, or a library object that is hashed by value."""
    kind: Any = type(x)
    compares = kind.__hash__ not in (None, object.__hash__) and kind.__eq__ is not object.__eq__
    return isinstance(x, IMMUTABLE) or (compares and is_library(kind.__module__))


def holder(x: Any) -> Any:
    """The object that holds the contents of x: for a view, its array or its namespace; otherwise x itself."""
    if type(x) is NamespaceView:
        return seen_by(x)
    while isinstance(x, numpy.ndarray) and isinstance(x.base, numpy.ndarray):
        x = x.base
    return x


def holders(x: Any, seen: set[int]) -> Iterator[Any]:
    """x and, if it inherits from a library class, whose methods are not read, the containers in its attributes."""
    x = holder(x)
    if not is_changeable(x) or id(x) in seen:
        return
    seen.add(id(x))
    yield x
    if type(x) in CONTAINERS or not any(
        is_library(k.__module__) and "__init__" in vars(k) for k in type(x).__mro__[:-1]
    ):
        return
    waiting = list((dict_of(x) or {}).values())
    for part in waiting:
        if type(part) in (list, tuple, dict):
            waiting += parts_of(part)
        yield from holders(part, seen)


def dict_of(x: Any) -> dict[str, Any] | None:
    """The dict of an object's attributes, if it has one; a `__getattribute__` in the user's class is bypassed."""
    try:
        found: dict[str, Any] = object.__getattribute__(x, "__dict__")
    except AttributeError:
        return None
    return found


def attributes(x: Any) -> dict[str, Any]:
    """The attributes of an object, including those that a builtin class keeps in addition to its items."""
    held = {} if isinstance(x, BaseException) else {name: getattr(x, name) for name in slots(x) if hasattr(x, name)}
    return held | (dict_of(x) or {})


def alike(kind: type, one: dict[str, Any], other: dict[str, Any]) -> list[dict[str, Any]]:
    """The attributes of an object on two sides, in one order; where a side has assigned none, its class's value."""
    found: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        found |= {name: vars(base)[name] for name in vars(base).keys() & (one.keys() ^ other.keys())}
    values = {name: x for name, x in found.items() if not hasattr(type(x), "__get__")}
    names = dict.fromkeys([*one, *other])
    return [{name: (values | side)[name] for name in names if name in values | side} for side in (one, other)]


def items(x: Any) -> Any:
    """A copy of a container's items."""
    kind = builtin_of(x)
    if kind is OrderedDict:
        return dict(OrderedDict.items(x))
    return list(deque.__iter__(x)) if kind is deque else set(set.__iter__(x)) if kind is set else kind.copy(x)


def contents(x: Any) -> Any:
    """A copy of what x holds now."""
    if isinstance(x, CellType):
        return held_by(x)
    kind = builtin_of(x)
    if kind is None:
        return attributes(x)
    return items(x) if type(x) in CONTAINERS or kind is numpy.ndarray else (items(x), attributes(x))


def held_by(cell: CellType) -> Any:
    """The value of a variable that inner functions share; UNASSIGNED if it has none yet."""
    try:
        return cell.cell_contents
    except ValueError:  # it is not assigned yet
        return UNASSIGNED


def refill(x: Any, held: Any) -> None:
    """Restore the contents of x."""
    kind = builtin_of(x)
    if isinstance(x, CellType):
        x.cell_contents = held
    elif kind is None:
        give(x, held)
    elif kind is numpy.ndarray:
        x[...] = held
    else:
        if type(x) not in CONTAINERS:
            held, beside = held
            give(x, beside)
        kind.clear(x)
        (kind.extend if kind in (list, deque, bytearray) else kind.update)(x, held)


def give(x: Any, held: dict[str, Any]) -> None:
    """Give an object exactly these attributes."""
    names = [] if isinstance(x, BaseException) else slots(x)
    for name in names:
        if name in held:
            object.__setattr__(x, name, held[name])
        elif hasattr(x, name):
            object.__delattr__(x, name)
    own = dict_of(x)
    if own is not None:
        own.clear()
        own.update((name, value) for name, value in held.items() if name not in names)

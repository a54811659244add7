"""Arguments that an earlier call has kept: lifted code sees None instead, or infinity, which is near no number.

A cache of one entry then computes anew, since the result kept with that argument has no derivative for this call.
"""

from __future__ import annotations

import copy
import math
from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterable, Iterator
from types import CodeType, SimpleNamespace
from typing import Any

import numpy

from autograd.lifting.rewriting.places import ANY
from autograd.lifting.rewriting.single_entry_caches import Place
from autograd.lifting.stand_ins.attributes import Attributes
from autograd.lifting.stand_ins.python_names import is_lifted
from autograd.trees import CONTAINERS, items_of, map_parts, parts_of

PUT: Any = object.__setattr__  # bypasses the user's `__setattr__`
MUTABLE = (dict, list, deque, OrderedDict, defaultdict)  # containers in which caches are kept


def reached(x: Any, keys: tuple[Any, ...]) -> Iterator[Any]:
    """The objects under keys in x; a key may be ANY."""
    if not keys:
        yield x
    elif type(x) in (*MUTABLE, tuple):
        for key, item in items_of(x):
            if keys[0] is ANY or keys[0] == key:
                yield from reached(item, keys[1:])


def without_items(x: Any, keys: tuple[Any, ...], is_near: bool) -> Any:
    """A copy of x in which None or infinity replaces the objects under keys."""
    if not keys:
        return distant(x) if is_near else None
    if type(x) not in (*MUTABLE, tuple):
        return x
    made = list(x) if type(x) is tuple else copy.copy(x)
    for key, item in items_of(x):
        if keys[0] is ANY or keys[0] == key:
            made[key] = without_items(item, keys[1:], is_near)
    return tuple(made) if type(x) is tuple else made


def distant(x: Any) -> Any:
    """An object of the form of x, with numbers that are near no other number."""
    if isinstance(x, numpy.ndarray):
        return numpy.full(x.shape, math.inf) if x.dtype.kind in "fiuO" else x
    if type(x) in CONTAINERS:
        return map_parts(distant, x)
    return math.inf if is_lifted(x) or (isinstance(x, (int, float)) and type(x) is not bool) else x


def is_of_this_call(x: Any) -> bool:
    """Whether x holds a lifted number."""
    if type(x) in (*MUTABLE, tuple):
        return any(map(is_of_this_call, parts_of(x)))
    return is_lifted(x) or (isinstance(x, numpy.ndarray) and x.dtype == object)


class Leftovers:
    """The arguments that places had kept when this call first read them, by the name of the place."""

    def __init__(self, is_traced: bool) -> None:
        self.is_traced = is_traced  # if so, no result outlives the call
        self.attributes = Attributes()
        self.variables: set[str] = set()  # of a module, or of enclosing functions
        # By name: the keys of arguments, and whether they are compared within a tolerance.
        self.keys: dict[str, dict[tuple[Any, ...], bool]] = {}
        self.results: set[str] = set()  # names
        self.met: dict[tuple[int, str], tuple[Any, Any]] = {}  # the holder of a name, and what it held

    def add(self, places: Iterable[Place], code: CodeType) -> None:
        """Record the names, of variables and attributes, in which code keeps such arguments and results."""
        for place in places:
            if not place.is_result and len(place.names) == 1:
                self.variables.add(place.names[0])
            elif not place.is_result:
                self.attributes.add(place.names, code)
            if place.is_result:
                self.results.add(place.names[-1])
            else:
                keys = self.keys.setdefault(place.names[-1], {})
                keys[place.keys] = place.is_near or keys.get(place.keys, False)

    def is_apart(self, name: str) -> bool:
        """Whether this call has its own copy of a variable that inner functions share."""
        return name in self.variables or (self.is_traced and name in self.results)

    def outside(self, name: str, x: Any) -> Any:
        """The value of such a variable for the user, at the end of the call."""
        return self.without(name, x) if name in self.variables else x

    def hidden(self, holder: Any, name: str, found: Any) -> Any:
        """The value of the name in this call."""
        _, first = self.met.setdefault((id(holder), name), (holder, found))
        return self.without(name, found) if found is first else found

    def without(self, name: str, found: Any) -> Any:
        """The value found under a name, without the arguments that it keeps."""
        for keys, is_near in self.keys[name].items():
            found = without_items(found, keys, is_near)
        return found

    def meet(self, holder: Any) -> None:
        """Record a user's object that may keep an argument now, where it kept none before."""
        for name, methods in self.attributes.methods.items():
            is_known = (id(holder), name) in self.met or not (methods or type(holder) is SimpleNamespace)
            if not is_known and self.attributes.has(holder, name) and is_of_this_call(getattr(holder, name, None)):
                self.met[id(holder), name] = holder, None

    def settle(self) -> None:
        """Remove the arguments of this call from all places: code on floats would find its own equal to them.

        Results stay, since they may be used outside of lifted code, except those of a trace.
        """
        for (_, name), (holder, first) in list(self.met.items()):
            if isinstance(holder, type):
                continue  # it replaces the user's class, and takes what is stored there
            get, put = (dict.get, dict.__setitem__) if type(holder) is dict else (getattr, PUT)
            if (found := get(holder, name, None)) is not first:
                put(holder, name, self.without(name, found))
            for kept in self.results - self.keys.keys() if self.is_traced else ():
                if is_of_this_call(found := get(holder, kept, None)):
                    put(holder, kept, distant(found))

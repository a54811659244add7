"""What an earlier call has kept of its argument, in lifted code: None, or infinity, which is near no number.

A cache of one entry then computes anew, as what it has kept beside that argument has no derivative for this call.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from types import CodeType
from typing import Any

import numpy

from autograd.lifting.rewriting.single_entries import Place
from autograd.lifting.stand_ins.attributes import Attributes
from autograd.lifting.stand_ins.python_names import is_lifted

PUT: Any = object.__setattr__  # past what a class of the user's does


def distant(x: Any) -> Any:
    """What has the form of x, with numbers that no other is near."""
    if isinstance(x, numpy.ndarray):
        return numpy.full(x.shape, math.inf) if x.dtype.kind in "fiuO" else x
    if type(x) in (list, tuple):
        return type(x)(map(distant, x))
    return math.inf if is_lifted(x) or (isinstance(x, (int, float)) and type(x) is not bool) else x


def is_of_this_call(x: Any) -> bool:
    """Whether there is a lifted number in x."""
    if type(x) in (list, tuple):
        return any(map(is_of_this_call, x))
    return is_lifted(x) or (isinstance(x, numpy.ndarray) and x.dtype == object)


class Leftovers:
    """The last arguments that places had kept when this call first met them, by the name of the place."""

    def __init__(self, is_traced: bool) -> None:
        self.is_traced = is_traced  # then nothing that is computed outlives the call
        self.attributes = Attributes()
        self.variables: set[str] = set()  # of a module, or of functions around one
        self.keys: dict[str, dict[Any, bool]] = {}  # by name, the items that are arguments, and if they are near
        self.results: set[str] = set()  # names
        self.met: dict[tuple[int, str], tuple[Any, Any]] = {}  # the holder of a name, and what it held

    def add(self, places: Iterable[Place], code: CodeType) -> None:
        """Names, of variables and attributes, in which code keeps such arguments and results."""
        for place in places:
            if not place.is_result and len(place.names) == 1:
                self.variables.add(place.names[0])
            elif not place.is_result:
                self.attributes.add(place.names, code)
            if place.is_result:
                self.results.add(place.names[-1])
            else:
                keys = self.keys.setdefault(place.names[-1], {})
                keys[place.key] = place.is_near or keys.get(place.key, False)

    def is_apart(self, name: str) -> bool:
        """Whether a variable that inner functions share is one for this call."""
        return name in self.variables or (self.is_traced and name in self.results)

    def outside(self, name: str, x: Any) -> Any:
        """What such a variable is for the user, at the end of the call."""
        return self.without(name, x) if name in self.variables and is_of_this_call(x) else x

    def hidden(self, holder: Any, name: str, found: Any) -> Any:
        """What the name stands for in this call."""
        _, first = self.met.setdefault((id(holder), name), (holder, found))
        return self.without(name, found) if found is first else found

    def without(self, name: str, found: Any) -> Any:
        """What is found under a name, with nothing in the place of an argument."""
        keys = self.keys[name]
        if None in keys:
            return distant(found) if keys[None] else None
        if type(found) not in (dict, list, tuple):
            return found
        items = found if type(found) is dict else dict(enumerate(found))
        items = items | {key: distant(items[key]) if near else None for key, near in keys.items() if key in items}
        return items if type(found) is dict else type(found)(items.values())

    def settle(self) -> None:
        """Let no place keep an argument of this call: code on floats would find its own equal to it.

        Results stay, as they may be used outside of lifted code, but for those of a trace.
        """
        for (_, name), (holder, _) in list(self.met.items()):
            if isinstance(holder, type):
                continue  # one that stands for the user's class, and takes what is put there
            get, put = (dict.get, dict.__setitem__) if type(holder) is dict else (getattr, PUT)
            for kept in [name, *self.results] if self.is_traced else [name]:
                if is_of_this_call(found := get(holder, kept, None)):
                    put(holder, kept, self.without(kept, found) if kept in self.keys else distant(found))

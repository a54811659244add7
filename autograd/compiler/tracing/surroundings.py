"""Surroundings: a snapshot of what a function reaches, to see whether a call has changed something there."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy

from autograd.lifting.branching.handlers import held
from autograd.lifting.stand_ins.plain import closed_over
from autograd.primitives.operators import Scalar
from autograd.refusals import is_library

MOST_EXAMINED = 100_000  # objects
LEAVES = (float, int, str, bytes, complex, type(None), ModuleType, BuiltinFunctionType, Scalar, numpy.generic)
SEQUENCES = (list, tuple, set, frozenset, deque)


class Surroundings:
    """All objects that a function reaches through its names, closure, defaults and self, and through their contents."""

    def __init__(self, f: Any) -> None:
        self.found: list[Any] = []  # kept alive, so that no new object takes the id of an old one
        self.numbers: list[bytes] = []  # of arrays of plain numbers
        self.complete = True
        waiting, seen = [f], {id(f)}
        while waiting:
            x = waiting.pop()
            if isinstance(x, numpy.ndarray) and x.dtype != object:
                self.numbers.append(x.tobytes())
                continue
            for y in _inside(x):
                self.found.append(y)
                if not isinstance(y, LEAVES) and id(y) not in seen:
                    seen.add(id(y))
                    waiting.append(y)
            if len(seen) > MOST_EXAMINED:
                self.complete = False
                return

    def are(self, others: Surroundings) -> bool:
        """Whether these are the same objects and numbers; False if there are too many to compare."""
        same = self.complete and others.complete and len(self.found) == len(others.found)
        return same and self.numbers == others.numbers and all(x is y for x, y in zip(self.found, others.found))


def _inside(x: Any) -> Iterator[Any]:
    """The contents of an object."""
    if isinstance(x, FunctionType):
        if not is_library(x.__module__):
            yield from held(x)
            yield from (x.__kwdefaults__ or {}).values()
        elif x.__module__ == "autograd.control":  # other library functions hold only caches
            yield from closed_over(x)
    elif isinstance(x, MethodType):
        yield from (x.__self__, x.__func__)
    elif isinstance(x, partial):
        yield from (x.func, *x.args, *x.keywords.values())
    elif isinstance(x, SEQUENCES):
        yield from x
    elif isinstance(x, dict):
        yield from x
        yield from x.values()
    elif isinstance(x, numpy.ndarray):
        yield from x.view(numpy.ndarray).ravel().tolist()
    elif not is_library(x.__module__ if isinstance(x, type) else type(x).__module__):
        if not isinstance(x, type):
            yield type(x)
        yield from getattr(x, "__dict__", {}).values()
        for name in getattr(type(x), "__slots__", ()):
            yield getattr(x, name, None)

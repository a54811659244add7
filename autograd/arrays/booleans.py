"""Arithmetic of two traced booleans that are NumPy bools where f runs on floats: + is `or`, and there is no minus.

Python's own booleans count as numbers and add up to a number. So do NumPy bools in NumPy's loops or ours.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy

from autograd.arrays.origins import is_of_numpy
from autograd.refusals import is_library
from autograd.symbols import Condition, Symbol

TRUE: Any = numpy.True_  # its minus raises NumPy's error


def is_numpys(condition: Condition) -> bool:
    """Whether a condition compares NumPy numbers, or combines such comparisons."""
    waiting: list[Any] = [condition]
    seen = set[int]()  # parts may be shared, many times over
    for x in waiting:
        if type(x) is Condition and id(x) not in seen:
            seen.add(id(x))
            waiting += (x.left, *x.right) if x.op == "where" else (x.left, x.right)
        elif type(x) is Symbol and is_of_numpy(x) is True:
            return True
    return False


def _by_user(frame: FrameType) -> bool:
    """Whether the frame is the user's code, not one of NumPy's loops over objects."""
    return not is_library(frame.f_globals.get("__name__"))


def _as_numpys(name: str, of_numpys: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    of_numbers = getattr(Condition, name)

    def method(x: Condition, y: Any) -> Any:
        if type(y) is Condition and _by_user(sys._getframe(1)) and is_numpys(x) and is_numpys(y):
            return of_numpys(x, y)
        return of_numbers(x, y)

    return method


for _name, _method in {
    "__add__": _as_numpys("__add__", lambda x, y: x | y),
    "__sub__": _as_numpys("__sub__", lambda x, y: TRUE - TRUE),
    "__neg__": lambda x: -TRUE if is_numpys(x) else -x.number,
}.items():
    setattr(Condition, _name, _method)

"""Missing numbers of pandas: a plain NaN in a column that also holds Values, which its sums and means skip."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from functools import cache
from types import FrameType
from typing import Any

import numpy

from autograd.arrays.axes import mapped
from autograd.arrays.ufuncs import on_numbers
from autograd.numbers.operand import is_of_pandas
from autograd.primitives.operators import core

# Functions that keep a missing number of pandas missing.
KEEPING = (
    "add subtract multiply divide floor_divide remainder fmod power float_power maximum minimum arctan2 hypot "
    "logaddexp logaddexp2"
)
KEEPING_NAN = {getattr(numpy, name) for name in KEEPING.split()}


def asked_by_pandas(ufunc: Any, above: int) -> bool:
    """Whether pandas calls, from the frame `above` this one, for arithmetic that keeps a missing number missing."""
    if "pandas" not in sys.modules or ufunc not in KEEPING_NAN:
        return False
    asking: FrameType | None = sys._getframe(above + 1)
    while asking is not None and _home(asking).startswith("autograd.arrays."):  # an operator of ours asks another
        asking = asking.f_back
    return asking is not None and _home(asking).startswith("pandas.")


def _home(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def with_missing(ufunc: Any, *inputs: Any) -> Any:
    """Arithmetic on bare arrays of pandas: a plain NaN gives a plain NaN, which pandas skips, and no Value."""
    return mapped(of_present(ufunc), *inputs)


@cache
def of_present(ufunc: Any) -> Callable[..., Any]:
    """A ufunc as a function of single numbers, some missing: then NaN, unless NumPy gives a number, as for nan**0."""
    function = on_numbers(ufunc)
    if ufunc not in KEEPING_NAN:
        return function

    def of_numbers(*numbers: Any) -> Any:
        found = function(*numbers)
        if not any(isinstance(x, float) and x != x for x in numbers):
            return found
        data = core(found)
        return found if isinstance(data, float) and data == data else math.nan

    return of_numbers


class OfPresent:
    """A ufunc on arrays, as pandas calls it. A NumPy loop would report the flags of floats again."""

    def __init__(self, ufunc: Any, held: Callable[[Any], Any]) -> None:
        self.ufunc, self.held = ufunc, held
        self.nin, self.nout, self.__name__ = ufunc.nin, ufunc.nout, ufunc.__name__

    def __call__(self, *arrays: Any) -> Any:
        return self.held(with_missing(self.ufunc, *arrays))


def on_tables(ufunc: Any, inputs: tuple[Any, ...], held: Callable[[Any], Any]) -> Any:
    """A ufunc of pandas columns and frames with arrays of ours: pandas takes the numbers and keeps the names."""
    function = OfPresent(ufunc, held)
    answers = (x.__array_ufunc__(function, "__call__", *inputs) for x in inputs if is_of_pandas(x))
    return next((found for found in answers if found is not NotImplemented), NotImplemented)

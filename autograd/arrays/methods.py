"""The operators of a ScalarArray, and the methods that NumPy writes for its own numbers.

NumPy's operators would call `__array_ufunc__`, which does the same but takes a microsecond more.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from itertools import compress
from typing import Any

import numpy

from autograd.arrays.axes import is_mask
from autograd.arrays.missing import KEEPING_NAN, asked_by_pandas, with_missing
from autograd.arrays.scalar_array import (
    CARRIED,
    FALLS,
    OF_MASKS,
    ScalarArray,
    TracedArray,
    apply_function,
    each_part,
    held,
)
from autograd.arrays.views import require_own
from autograd.primitives.operators import Scalar, core
from autograd.refusals import is_tracing
from autograd.symbols import Condition, Symbol

METHODS = "all any argmax argmin argsort clip cumprod cumsum dot max mean min prod round searchsorted std sum trace var"

PASSING_NAN = "pandas.core.nanops"  # calls these methods where NaNs are skipped


def _method(function: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        from_pandas = sys._getframe(1).f_globals.get("__name__") == PASSING_NAN
        if from_pandas and any(isinstance(x, float) and x != x for x in map(core, self.flat)):
            raise TypeError(
                "pandas passes over a NaN among floats, but not among Values: drop it before, as in frame.dropna()"
            )
        return apply_function(function, (self, *args), kwargs)

    method.__name__ = function.__name__
    method.__doc__ = function.__doc__
    return method


def _sort(self: Any, axis: int = -1, kind: Any = None, order: None = None) -> None:
    """Sort in place."""
    self[...] = numpy.sort(self, axis)


def _partition(self: Any, kth: Any, axis: int = -1, kind: Any = None, order: None = None) -> None:
    """Partition in place by sorting: a sorted array is partitioned at every place."""
    _sort(self, axis)


def _tobytes(self: Any, order: Any = "C") -> bytes:
    """The bytes of the numbers as floats, for use as a key; a traced number becomes a NaN whose bits identify it."""
    numbers = [core(x) for x in ndarray.flatten(self.view(ndarray), order)]
    traced = [type(x) in (Symbol, Condition) for x in numbers]
    found = numpy.array([math.nan if is_traced else x for x, is_traced in zip(numbers, traced)], dtype=float)
    found.view(numpy.uint64)[traced] |= numpy.array([id(x) for x in compress(numbers, traced)], dtype=numpy.uint64)
    return found.tobytes()


def _tolist(self: Any) -> Any:
    """The array as nested lists of Python numbers."""
    return each_part(_pythons, self.view(ndarray).tolist())


def _item(self: Any, *index: Any) -> Any:
    """One number of the array as a Python number."""
    return _pythons(ndarray.item(self, *index))


def _pythons(x: Any) -> Any:
    return x.pythons() if isinstance(x, Scalar) else x


# --- operators ----------------------------------------------------------------------------------

ndarray = numpy.ndarray


def _binary(ufunc: Any, by_numpy: Any, swapped: bool = False) -> Callable[[Any, Any], Any]:
    """An operator that uses NumPy's loop over objects for frequent operands, and NumPy's operator for all others."""
    keeps_nan, modules = ufunc in KEEPING_NAN, sys.modules  # a call to ask would cost 5 % of a short array's arithmetic

    def method(self: Any, other: Any) -> Any:
        kind = type(other)
        if kind is type(self):
            other = other.view(ndarray)
        elif kind not in CARRIED:
            return by_numpy(self, other)
        x = self.view(ndarray)
        if keeps_nan and "pandas" in modules and asked_by_pandas(ufunc, 1):
            return held(with_missing(ufunc, *((other, x) if swapped else (x, other))))
        try:
            result = ufunc(other, x) if swapped else ufunc(x, other)
        except FALLS:
            return by_numpy(self, other)
        return result.view(type(self)) if type(result) is ndarray else result

    return method


def _of_masks(ufunc: Any, by_numbers: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """An operator of a trace; for two masks, it does NumPy's arithmetic on bools."""

    def method(self: Any, other: Any) -> Any:
        return OF_MASKS[ufunc](self, other) if is_mask(self) and is_mask(other) else by_numbers(self, other)

    return method


def _in_place(operator: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def method(self: Any, other: Any) -> Any:
        if isinstance(self, TracedArray):
            require_own(self)
        self.view(ndarray)[...] = operator(self, other)
        return self

    return method


def _unary(ufunc: Any, by_numpy: Any) -> Callable[[Any], Any]:
    def method(self: Any) -> Any:
        try:
            result = ufunc(self.view(ndarray))
        except FALLS:
            return by_numpy(self)
        return result.view(type(self)) if type(result) is ndarray else result

    return method


def _power(self: Any, other: Any) -> Any:
    """Raise to a power; only a power of a float may leave the real numbers."""
    return _power_of_whole(self, other) if type(other) is int else ndarray.__pow__(self, other)


_power_of_whole = _binary(numpy.power, ndarray.__pow__)


def _comparison(ufunc: Any, by_numpy: Any) -> Callable[[Any, Any], Any]:
    """A comparison that returns an array of bools, unless a function is traced."""

    def method(self: Any, other: Any) -> Any:
        kind = type(other)
        if is_tracing() or not (kind is type(self) or kind in CARRIED):
            return by_numpy(self, other)
        try:
            return ufunc(self.view(ndarray), other if kind in CARRIED else other.view(ndarray))
        except FALLS:
            return by_numpy(self, other)

    return method


def _own(name: str) -> Any:
    return getattr(ndarray, f"__{name}__")


ARITHMETIC: dict[str, Any] = {
    "add": numpy.add, "sub": numpy.subtract, "mul": numpy.multiply, "truediv": numpy.divide,
}  # fmt: skip
UNARY: dict[str, Any] = {"neg": numpy.negative, "pos": numpy.positive, "abs": numpy.absolute}
COMPARISONS: dict[str, Any] = {
    "lt": numpy.less, "le": numpy.less_equal, "gt": numpy.greater, "ge": numpy.greater_equal, "eq": numpy.equal,
    "ne": numpy.not_equal,
}  # fmt: skip
OPERATORS: dict[str, Callable[..., Any]] = {
    **{name: _binary(ufunc, _own(name)) for name, ufunc in ARITHMETIC.items()},
    **{f"r{name}": _binary(ufunc, _own(f"r{name}"), swapped=True) for name, ufunc in ARITHMETIC.items()},
    **{name: _unary(ufunc, _own(name)) for name, ufunc in UNARY.items()},
    **{name: _comparison(ufunc, _own(name)) for name, ufunc in COMPARISONS.items()},
    "pow": _power,
}
OPERATORS |= {f"i{name}": _in_place(OPERATORS[name]) for name in (*ARITHMETIC, "pow")}

# --- methods ------------------------------------------------------------------------------------

for _name, _operator in OPERATORS.items():
    setattr(ScalarArray, f"__{_name}__", _operator)
for _name, _ufunc in (("add", numpy.add), ("mul", numpy.multiply)):
    of_masks = _of_masks(_ufunc, OPERATORS[_name])
    setattr(TracedArray, f"__{_name}__", of_masks)
    setattr(TracedArray, f"__r{_name}__", _of_masks(_ufunc, OPERATORS[f"r{_name}"]))
    setattr(TracedArray, f"__i{_name}__", _in_place(of_masks))
for _name in METHODS.split():
    setattr(ScalarArray, _name, _method(getattr(numpy, _name)))
OWN = {"sort": _sort, "partition": _partition, "tolist": _tolist, "tobytes": _tobytes, "item": _item}
for _name, _own_method in OWN.items():
    setattr(ScalarArray, _name, _own_method)

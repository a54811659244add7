"""NumPy and SciPy functions in lifted code: lists of Values are arrays, and arrays that f makes can hold Values."""

from __future__ import annotations

import functools
import importlib
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy

from autograd import primitives as p
from autograd.arrays import ScalarArray, holding
from autograd.arrays.axes import along, each_row, filled, mapped
from autograd.arrays.indexing import kind_of_index
from autograd.arrays.origins import of_numpy, require_one_type
from autograd.arrays.scalar_array import held
from autograd.engine.value import Value
from autograd.lifting.stand_ins.plain import are_plain
from autograd.lifting.stand_ins.python_names import is_lifted
from autograd.lifting.stand_ins.rounding import counted
from autograd.numbers.operand import NumPyOperand, is_of_pandas
from autograd.primitives.operators import core
from autograd.symbols import Symbol

MADE = (
    "array asarray asanyarray ascontiguousarray asfortranarray zeros ones empty full eye identity zeros_like ones_like "
    "empty_like full_like copy fromiter isscalar"
)
MAKERS = {getattr(numpy, name) for name in MADE.split()}


AS_THE_FIRST = {numpy.piecewise, numpy.pad, numpy.full_like}  # they return an array of the type of their first argument

METHODS = "sum prod mean std var max min amax amin cumsum cumprod"
OF_SERIES = {getattr(numpy, name) for name in METHODS.split()}  # NumPy calls its method, which skips missing numbers


class NumPyFunction:
    """A NumPy function in lifted code."""

    def __init__(self, function: Any) -> None:
        functools.update_wrapper(self, function)
        self.function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if any(map(is_of_pandas, args)) and self.asks_pandas(args, kwargs):
            return self.function(*map(as_given, args), **kwargs)
        enter = ENTRANCES.get(self.__name__, entered)
        args, kwargs = tuple(map(enter, args)), {name: enter(x) for name, x in kwargs.items()}
        if self.function is numpy.arange and any(map(is_lifted, (*args, *kwargs.values()))):
            return _arange(*args, **kwargs)
        if self.function is numpy.take and kind_of_index(passed(args, kwargs, 1, "indices")):
            args = (holding(args[0]), *args[1:])  # NumPy dispatches on the first alone
        if self.function in AS_THE_FIRST and args:
            args = (taking(args[0]), *args[1:])
        if not isinstance(self.function, numpy.ufunc):
            args = tuple(map(counted, args))
        if self.function in MAKERS:
            return made(self.function, args, kwargs)
        found = self.function(*args, **kwargs)
        return of_numpy(found, args) if type(found) is Value and type(found._number) is Symbol else found

    def asks_pandas(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        """Whether NumPy's function gets columns and frames unchanged, and dispatches to pandas."""
        if isinstance(self.function, numpy.ufunc) or (self.function in OF_SERIES and is_of_pandas(args[0])):
            return True
        return self.function not in MAKERS and are_plain([*args, *kwargs.values()])

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.function, name)
        return NumPyFunction(found) if name in ("at", "reduce", "accumulate", "outer", "reduceat") else found

    def __eq__(self, other: Any) -> bool:
        return bool(self.function == getattr(other, "function", other))

    def __hash__(self) -> int:
        return hash(self.function)


function = functools.cache(NumPyFunction)


def entered(x: Any) -> Any:
    """Convert an argument of a NumPy function: a list or object array that holds a Value becomes an array of ours."""
    if is_of_pandas(x):
        x = numpy.asarray(x)
    if type(x) in (list, tuple):
        return _stacked(x) if _holds_lifted(x) else x
    if is_lifted(x) and not isinstance(x, NumPyOperand):  # such as one of mpmath, which does not know NumPy
        return holding(x)
    return holding(x) if type(x) is numpy.ndarray and x.dtype == object and any(map(is_lifted, x.flat)) else x


def taking(x: Any) -> Any:
    """Convert an array of floats, or a list of them, to an array whose copies can hold Values."""
    found = numpy.asarray(x)
    return holding(found) if found.dtype.kind == "f" else x


def as_given(x: Any) -> Any:
    """Convert an argument of the user's function: an array of objects becomes ours; lists, columns and frames stay."""
    return x if type(x) in (list, tuple) or is_of_pandas(x) else entered(x)


def blocks(x: Any) -> Any:
    """The argument of `numpy.block`, whose lists say where each block is."""
    return list(map(blocks, x)) if type(x) is list else entered(x)


# Functions for which a list or tuple of arrays is not one array: it arranges blocks, or is an index of several axes.
ENTRANCES: dict[str, Callable[[Any], Any]] = {"block": blocks, "at": as_given}


def _stacked(xs: Any) -> Any:
    """Convert a list to an array, or to a list of arrays if their shapes differ."""
    try:
        found = numpy.array(xs, dtype=object)
    except ValueError:  # some of their axes are alike
        return type(xs)(map(entered, xs))
    is_ragged = any(isinstance(x, (numpy.ndarray, list, tuple)) for x in found.flat)
    return type(xs)(map(entered, xs)) if is_ragged else holding(found)


def _holds_lifted(x: Any) -> bool:
    return any(_holds_lifted(v) if type(v) in (list, tuple) else isinstance(v, ScalarArray) or is_lifted(v) for v in x)


def made(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a function that makes an array: one of floats can hold Values; of any other type, it is NumPy's own."""
    name = function.__name__
    if name == "fromiter":
        return made(numpy.array, (entered(list(args[0])),), {"dtype": kwargs.get("dtype", args[-1])})
    if any(isinstance(x, ScalarArray) or is_lifted(x) for x in (*args, *kwargs.values())):
        if name == "isscalar":
            return is_lifted(args[0])
        if name in ("array", "copy"):
            found = numpy.array(args[0], dtype=object, ndmin=kwargs.get("ndmin", 0))
            dtype = kwargs.get("dtype", args[1] if name == "array" and len(args) > 1 else None)
            return holding(found).astype(object if dtype is None else dtype)
        if name.startswith("as"):
            found = args[0] if isinstance(args[0], ScalarArray) else holding(args[0])
            return of_type(found, passed(args, kwargs, 1, "dtype"))
        if name == "full":
            value = numpy.asarray(passed(args, kwargs, 1, "fill_value"), dtype=object)
            found = holding(numpy.broadcast_to(value, passed(args, kwargs, 0, "shape")).copy())
            return of_type(found, passed(args, kwargs, 2, "dtype"))
    found = function(*args, **kwargs)
    return holding(found) if type(found) is numpy.ndarray and found.dtype.kind == "f" else found


def passed(args: tuple[Any, ...], kwargs: dict[str, Any], place: int, name: str) -> Any:
    """An argument of a call, or None."""
    return args[place] if len(args) > place else kwargs.get(name)


def of_type(x: Any, dtype: Any) -> Any:
    """Convert an array of Values to this type, if one is given: NumPy truncates numbers where ints are asked for."""
    return x if dtype is None or numpy.dtype(dtype).kind in "fO" else x.astype(dtype)


def _arange(start: Any, stop: Any = None, step: Any = 1, **named: Any) -> Any:
    """`numpy.arange` of Values: their data determine how many numbers there are."""
    if named:
        raise TypeError(f"np.arange of Values takes no {', '.join(named)}=")
    if stop is None:
        start, stop = 0.0, start
    count = core(p.ceil((stop - start) / step))
    step = (start + step) - start  # as NumPy rounds it
    numbers = [start + k * step for k in range(int(count) if isinstance(count, float) else operator.index(count))]
    return holding(numpy.array(numbers, dtype=object))


class Vectorized(numpy.vectorize):
    """`numpy.vectorize` in lifted code: its results may be Values if the first of them is one."""

    def __init__(
        self, pyfunc: Any, otypes: Any = None, doc: Any = None, excluded: Any = None, cache: bool = False,
        signature: str | None = None,
    ) -> None:  # fmt: skip
        count = len(otypes or "O") if signature is None else signature.partition("->")[2].count("(")
        super().__init__(pyfunc, "O" * count, doc, excluded, cache, signature)
        self.types: list[Any] = [None] * count if otypes is None else list(map(numpy.dtype, otypes))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        found = super().__call__(*args, **kwargs)
        if isinstance(found, tuple):
            return tuple(map(settled, found, self.types))
        if found.size and all(type(x) is tuple for x in found.flat):
            return tuple(settled(filled(found.shape, part), None) for part in zip(*found.flat))
        return settled(found, self.types[0])


def settled(found: Any, dtype: Any) -> Any:
    """Convert an array of objects to this type or, without one, to the type of its first number, as NumPy does."""
    first = found.flat[0] if found.size else None
    if dtype is None and first is not None and not isinstance(first, numpy.ndarray):
        require_one_type(first)
        dtype = None if is_lifted(first) else numpy.asarray(first).dtype
    if any(map(is_lifted, found.flat)):
        return of_type(holding(found), dtype)
    return numpy.array(found.tolist()).reshape(found.shape).astype(dtype or found.dtype)


def finfo(dtype: Any) -> Any:
    """`numpy.finfo`, where an array of Values is one of floats."""
    return numpy.finfo(float if dtype is numpy.dtype(object) else dtype)


# --- SciPy's functions other than ufuncs -----------------------------------------------------------


def _over_axis(ours: Callable[[list[Any]], Any]) -> Callable[..., Any]:
    """`softmax` and `log_softmax`, which keep the shape of their argument."""

    def function(x: Any, axis: int | None = None) -> Any:
        x = numpy.asarray(x)
        return holding(each_row(ours, x, axis).reshape(x.shape))

    return function


def logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False) -> Any:
    """The logarithm of the sum of exp(a), each times its weight b, as SciPy's."""
    if return_sign:
        raise TypeError("logsumexp of Values takes no return_sign=: write np.log(np.sum(b * np.exp(a)))")
    if b is None:
        return held(along(p.logsumexp, numpy.asarray(a), axis, keepdims))
    weights = holding(b)
    a = holding(mapped(lambda x, weight: x if is_lifted(weight) or weight else -math.inf, a, weights))
    scale = held(along(p.logsumexp, a, axis, keepdims=True))
    scale = numpy.where(numpy.isfinite(scale), scale, 0.0)
    found = scale + numpy.log(numpy.sum(weights * numpy.exp(a - scale), axis=axis, keepdims=True))
    return found if keepdims else numpy.squeeze(found, axis)


SPECIAL: dict[str, Callable[..., Any]] = {
    "logsumexp": logsumexp, "softmax": _over_axis(p.softmax), "log_softmax": _over_axis(p.log_softmax),
    "polygamma": lambda n, x: p.polygamma(float(x) if type(x) is int else x, n),
}  # fmt: skip


class _Norm:
    """`scipy.stats.norm` in lifted code, or frozen with a mean and a deviation."""

    def __init__(self, loc: Any = 0.0, scale: Any = 1.0) -> None:
        self.loc, self.scale = loc, scale

    def __call__(self, loc: Any = 0.0, scale: Any = 1.0) -> _Norm:
        return _Norm(loc, scale)

    def __getattr__(self, name: str) -> Any:
        """SciPy's own attribute, for methods that need plain numbers, such as `rvs`."""
        stats = importlib.import_module("scipy.stats")
        own = stats.norm if self is NORM else stats.norm(self.loc, self.scale)
        return getattr(own, name)

    def _of(self, standard: Callable[[Any], Any], x: Any, loc: Any, scale: Any) -> Any:
        return standard((entered(x) - self._loc(loc)) / self._scale(scale))

    def _loc(self, loc: Any) -> Any:
        return self.loc if loc is None else entered(loc)

    def _scale(self, scale: Any) -> Any:
        return self.scale if scale is None else entered(scale)

    def cdf(self, x: Any, loc: Any = None, scale: Any = None) -> Any:
        return self._of(p.normal_cdf, x, loc, scale)

    def sf(self, x: Any, loc: Any = None, scale: Any = None) -> Any:
        return self._of(lambda z: p.normal_cdf(-z), x, loc, scale)

    def logcdf(self, x: Any, loc: Any = None, scale: Any = None) -> Any:
        return self._of(p.log_normal_cdf, x, loc, scale)

    def logsf(self, x: Any, loc: Any = None, scale: Any = None) -> Any:
        return self._of(lambda z: p.log_normal_cdf(-z), x, loc, scale)

    def pdf(self, x: Any, loc: Any = None, scale: Any = None) -> Any:
        return self._of(lambda z: p.exp(-z * z / 2), x, loc, scale) / (self._scale(scale) * math.sqrt(2 * math.pi))

    def logpdf(self, x: Any, loc: Any = None, scale: Any = None) -> Any:
        shift = math.log(2 * math.pi) / 2 + numpy.log(self._scale(scale))
        return self._of(lambda z: -z * z / 2, x, loc, scale) - shift

    def ppf(self, q: Any, loc: Any = None, scale: Any = None) -> Any:
        return p.normal_icdf(entered(q)) * self._scale(scale) + self._loc(loc)

    def isf(self, q: Any, loc: Any = None, scale: Any = None) -> Any:
        return p.normal_icdf(1 - entered(q)) * self._scale(scale) + self._loc(loc)

    def mean(self, loc: Any = None, scale: Any = None) -> Any:
        return self._loc(loc)

    def std(self, loc: Any = None, scale: Any = None) -> Any:
        return self._scale(scale)

    def var(self, loc: Any = None, scale: Any = None) -> Any:
        return self._scale(scale) ** 2

    def entropy(self, loc: Any = None, scale: Any = None) -> Any:
        return math.log(2 * math.pi * math.e) / 2 + numpy.log(self._scale(scale))


NORM = _Norm()

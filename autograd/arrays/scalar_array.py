"""ScalarArray: the array of Values, or of traced numbers, that a differentiated function sees.

Inside this package arrays are bare: plain NumPy arrays of objects. ScalarArrays are made only where results leave it.
"""

from __future__ import annotations

from _contextvars import ContextVar
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy

from autograd.arrays.axes import as_bools, as_plain, is_mask, objects, plain, types_in
from autograd.arrays.chosen import Chosen, is_same
from autograd.arrays.indexing import along_path, kind_of_index, put, put_where, taken
from autograd.arrays.missing import KEEPING_NAN, asked_by_pandas, on_tables, with_missing
from autograd.arrays.origins import is_of_numpy, of_numpy
from autograd.arrays.scalars import BOOLS
from autograd.arrays.table import IMPLEMENTATIONS, refused
from autograd.arrays.ufuncs import NATIVE, applied, of_values, written
from autograd.arrays.views import is_list, require_own, stands_for_view
from autograd.engine.value import Value
from autograd.numbers.operand import NumPyOperand, is_of_pandas, no_attribute, numpys_bool
from autograd.primitives.operators import core
from autograd.refusals import is_tracing, lifting, refuse
from autograd.symbols import Condition, Symbol, answering
from autograd.trees import CONTAINERS, map_parts

ndarray = numpy.ndarray
# A function that returns x[i] for a traced number i; None where there are no row indices.
choosing: ContextVar[Callable[[Any, Any], Any] | None] = ContextVar("autograd choosing", default=None)
SINGLE = (NumPyOperand, float, int)
CARRIED = {float, int, bool, ndarray}  # operands that NumPy's loops over objects take unchanged
# The exceptions that such a loop raises for a plain number among the Values, or where NumPy answers with inf or NaN:
# the function is then applied number by number.
FALLS = (TypeError, ValueError, ArithmeticError)


OF_MASKS = {  # the equivalents of NumPy functions on bools
    numpy.add: numpy.logical_or, numpy.maximum: numpy.logical_or, numpy.multiply: numpy.logical_and,
    numpy.minimum: numpy.logical_and,
}  # fmt: skip


class ScalarArray(ndarray):
    """An array of objects whose numbers may be Values: NumPy functions of it are differentiated and traced.

    Plain numbers among the Values are constants. Functions that choose treat ties as autograd does and NaN as NumPy
    does.

    >>> import numpy
    >>> from autograd import grad
    >>> grad(lambda x: numpy.sum(numpy.exp(numpy.maximum(x, 0.0))))(numpy.array([-1.0, 0.0]))
    array([0., 0.])
    """

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        is_call = method == "__call__" and not options
        if is_call and asked_by_pandas(ufunc, 1):
            return held(with_missing(ufunc, *map(bare, inputs)))
        if is_call and ufunc in NATIVE:
            try:
                if len(inputs) == 1:
                    result = ufunc(self.view(ndarray))
                elif any(map(is_guest, inputs)):
                    return _applied(ufunc, method, inputs, options)
                else:
                    result = ufunc(*[x if type(x) in CARRIED else bare(x) for x in inputs], **NATIVE[ufunc])
            except FALLS:
                pass
            else:
                if type(result) is not ndarray:
                    return result
                if NATIVE[ufunc]:
                    return held(as_bools(result))
                if ufunc is not numpy.power or type(inputs[1]) is int or complex not in types_in(result):
                    return result.view(type(self))
        return _applied(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return apply_function(function, args, kwargs)

    def __setitem__(self, index: Any, value: Any) -> None:
        super().__setitem__(index, fitting(value, self))

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Any:
        """A copy with the same numbers if `dtype` is a type of real numbers; integer types are refused."""
        kind = numpy.dtype(dtype).kind
        if kind in "iu" and lifting.get() and not is_tracing():  # whole numbers have derivative 0
            return as_plain(numpy.array([core(x) for x in self.flat], dtype=object)).astype(dtype).reshape(self.shape)
        if kind == "b":
            return self != 0
        return self.copy() if kind in "fO" else self.view(ndarray).astype(dtype, *args, **kwargs)


class TracedArray(ScalarArray):
    """A ScalarArray while a function is traced, when a mask or an index is not known."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if ufunc in OF_MASKS and method == "__call__" and all(map(is_mask, inputs)):
            ufunc = OF_MASKS[ufunc]
        for x in options.get("out") or ():
            require_own(x)
        return super().__array_ufunc__(ufunc, method, *inputs, **options)

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Any:
        """A copy, with conditions converted to numbers if `dtype` is a float type."""
        made = super().astype(dtype, *args, **kwargs)
        return as_numbers(made) if numpy.dtype(dtype).kind == "f" else made

    def fill(self, value: Any) -> None:
        self[...] = value

    def __getitem__(self, index: Any) -> Any:
        if type(index) is int:
            return ndarray.__getitem__(self, index)
        kind = kind_of_index(index)
        if kind is Symbol and answering.get() is not None:
            index = along_path(index)
            kind = kind_of_index(index)
        if kind is Condition and type(index) is not tuple and numpy.shape(index) == self.shape:
            return Chosen(self.view(ndarray), bare(index))
        if kind is Condition:
            raise refuse(lambda most: "which rows a mask chooses", "write np.where(mask, x, 0.0), or multiply by it")
        choose, parts = choosing.get(), index if type(index) is tuple else (index,)
        if choose is not None and any(map(is_traced_index, parts)):
            found = choose(self, index)
        elif kind is Symbol:
            found = held(taken(self.view(ndarray), bare_index(index)))
        else:
            return super().__getitem__(index)
        if isinstance(found, ndarray) and not any(map(is_list, parts)):
            stands_for_view(found, self)
        return found

    def __setitem__(self, index: Any, value: Any) -> None:
        require_own(self)
        kind = kind_of_index(index)
        if kind is Symbol:
            return put(self.view(ndarray), bare_index(index), bare(fitting(value, self)))
        if kind is Condition and isinstance(value, Chosen):
            if not all(map(is_same, value.chosen_by, numpy.ravel(index))):
                raise refuse(lambda most: "the length of x[mask]", "choose both sides by the same mask")
            value = numpy.reshape(numpy.array([*value.numbers, None], dtype=object)[:-1], self.shape)
            index, value = ..., numpy.where(index, value, self)
        elif kind is Condition:
            return put_where(self.view(ndarray), bare_index(index), bare(fitting(value, self)))
        super().__setitem__(index, value)


def holds_bools(x: Any) -> bool:
    """Whether x is or holds a condition or a bool."""
    if type(x) in (list, tuple):
        return any(map(holds_bools, x))
    if not isinstance(x, ndarray) or x.dtype != object:
        return is_mask(x)
    return not BOOLS.isdisjoint(map(type, x.view(ndarray).flat))


def fitting(value: Any, x: Any) -> Any:
    """The value as it is written into an array: truths become numbers, unless the array holds truths."""
    return as_numbers(numpy.array(value, dtype=object)) if holds_bools(value) and not is_mask(x) else value


def as_numbers(x: Any) -> Any:
    """Replace the conditions and bools of an array of objects by numbers, in place; return the array."""
    for at, number in numpy.ndenumerate(x.view(ndarray)):
        if type(number) in BOOLS:
            ndarray.__setitem__(x, at, number.number if type(number) is Condition else float(number))
    return x


def bare_index(index: Any) -> Any:
    """The index with bare arrays."""
    return tuple(map(bare_index, index)) if type(index) is tuple else bare(index)


def is_traced_index(index: Any) -> bool:
    """Whether an index is a number that is not known while a function is traced, or an array of such numbers."""
    if isinstance(index, list) and index:
        index = index[0]
    if isinstance(index, ndarray) and index.dtype == object and index.size:
        index = index.flat[0]
    return isinstance(index, NumPyOperand)


# --- the door -----------------------------------------------------------------------------------


def bare(x: Any) -> Any:
    """A bare array, as NumPy's loops over objects take it; a Scalar becomes an array of no dimensions."""
    if isinstance(x, ScalarArray):
        return x.view(ndarray)
    if isinstance(x, NumPyOperand):
        made = numpy.empty((), dtype=object)
        made[()] = x
        return made
    if is_of_pandas(x):
        return bare(numpy.asarray(x))
    return x


def is_guest(x: Any) -> bool:
    """Whether x is of another class that takes part in NumPy functions, such as a column or a quantity with its unit.

    As an element of an array of objects, it would be asked for its operator, which calls the NumPy function again.
    """
    kind = type(x)
    if kind in CARRIED or isinstance(x, (ScalarArray, NumPyOperand)):
        return False
    return getattr(kind, "__array_ufunc__", None) not in (None, ndarray.__array_ufunc__)


def attribute_of(x: Any, name: str) -> Any:
    """An attribute of a number, as NumPy's numbers have it: that of an array of no dimensions; Python's have none."""
    if is_tracing() and is_of_numpy(x) is False and not (name == "astype" and lifting.get()):
        raise no_attribute(x, name)
    found = getattr(holding(x), name)
    return (lambda *args, **options: held(found(*args, **options))) if callable(found) else held(found)


def bare_options(options: dict[str, Any]) -> dict[str, Any]:
    found = {name: bare(x) for name, x in options.items()}
    if "out" in found:
        found["out"] = tuple(map(bare, found["out"]))
    return found


def each_part(function: Callable[[Any], Any], x: Any) -> Any:
    """Apply a function to each array in the lists, tuples and dicts of a call or a result."""
    return map_parts(partial(each_part, function), x) if type(x) in CONTAINERS else function(x)


def _bare_argument(x: Any) -> Any:
    """An argument with bare arrays. A number in a list stays itself, so that an array of the list holds the number."""
    if type(x) not in (list, tuple):
        return bare(x)
    return each_part(lambda part: part if is_alone(part) else bare(part), x)


def is_alone(x: Any) -> bool:
    """Whether x is a Value or a traced number outside an array."""
    return isinstance(x, NumPyOperand) and not isinstance(x, ndarray)


def all_plain(x: Any) -> bool:
    """Whether these lists of arrays hold only constants."""
    if type(x) in (list, tuple):
        return all(map(all_plain, x))
    return plain(x) if isinstance(x, ndarray) else not is_alone(x)


def held(result: Any) -> Any:
    """A result as it leaves the package: arrays of objects become ScalarArrays, arrays of no dimensions numbers."""
    if isinstance(result, (list, tuple)):
        return map_parts(held, result)
    if type(result) is ndarray and not result.ndim:
        result = result[()]
    if type(result) is bool:
        return numpys_bool(result)
    if type(result) is Symbol:
        return Value(result)  # type: ignore[arg-type]  # a traced whole number takes part in NumPy functions
    if type(result) is not ndarray or result.dtype != object:
        return result
    return result.view(TracedArray if is_tracing() else ScalarArray)


def holding(numbers: Any, traced: bool = False) -> Any:
    """These numbers in an array of objects, as a differentiated or traced function sees them."""
    return numpy.asarray(numbers, dtype=object).view(TracedArray if traced or is_tracing() else ScalarArray)


def apply_ufunc(ufunc: Any, method: str, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Apply a ufunc to numbers and arrays, among them a Value or a traced number outside an array."""
    if asked_by_pandas(ufunc, 2):
        return held(with_missing(ufunc, *map(bare, inputs)))
    if method == "__call__" and not options and ufunc.signature is None and ufunc.ntypes > 1:
        numbers = []
        for x in inputs:
            if isinstance(x, numpy.generic):
                x = x.item()
            elif not isinstance(x, SINGLE):
                break
            numbers.append(x)
        else:
            if ufunc in OF_MASKS and all(map(is_mask, numbers)):
                ufunc = OF_MASKS[ufunc]
            found = held(of_values(ufunc)(*numbers))
            return of_numpy(found, inputs) if type(found) is Value and type(found._number) is Symbol else found
    return _applied(ufunc, method, inputs, options)


def _applied(ufunc: Any, method: str, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    guests = list(filter(is_guest, inputs))
    if not all(map(is_of_pandas, guests)):  # they answer for themselves
        return NotImplemented
    if guests and ufunc in KEEPING_NAN and method == "__call__" and not options:
        return on_tables(ufunc, tuple(x if is_of_pandas(x) else holding(x) for x in inputs), held)
    return held(applied(ufunc, method, tuple(map(bare, inputs)), bare_options(options)))


def _is_out(function: Any, place: int) -> bool:
    """Whether a function's argument at this place is the array for the result, `out`."""
    code = getattr(function, "__code__", None)
    return code is not None and "out" in code.co_varnames[place : min(place + 1, code.co_argcount)]


def apply_function(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Apply a NumPy function other than a ufunc: its replacement, or NumPy's own on constants; others are refused."""
    args, kwargs = tuple(map(_bare_argument, args)), {name: _bare_argument(x) for name, x in kwargs.items()}
    ours = IMPLEMENTATIONS.get(function)
    if ours is not None:
        into = kwargs.pop("out", None)
        if into is None and len(args) > 2 and _is_out(ours, len(args) - 1):
            args, into = args[:-1], args[-1]
        return held(written(into, ours(*args, **kwargs)))
    if not all_plain([*args, *kwargs.values()]):
        raise refused(function)
    return held(each_part(objects, function(*each_part(as_plain, args), **each_part(as_plain, kwargs))))

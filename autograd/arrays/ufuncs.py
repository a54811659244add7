"""NumPy's ufuncs on bare arrays of objects: calls, reductions, accumulations, outer products, updates in place."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, reduce
from operator import itemgetter
from typing import Any

import numpy

from autograd.arrays import lists, scalars
from autograd.arrays.axes import along, as_bools, as_plain, each_row, mapped, no_whole_numbers, objects, plain
from autograd.arrays.indexing import among_slices, has_slices, kind_of_index, places_of_axes, put, taken
from autograd.arrays.products import PRODUCTS
from autograd.arrays.scalars import COMPARISONS, CONDITIONS, choose, function_of, is_native
from autograd.arrays.table import no_value, refused
from autograd.primitives import ADDED
from autograd.refusals import refuse
from autograd.symbols import Condition, Symbol

ndarray = numpy.ndarray

# Ufuncs whose loops over objects call the operator or method of each Value, with these options. The others make
# choices, and so have rules of their own. Comparisons return objects, since a traced condition is not a bool.
CALLED = (
    "add subtract multiply divide negative positive square reciprocal absolute power exp exp2 expm1 log log1p log2 "
    "log10 sqrt cbrt sin cos tan sinh cosh tanh arcsin arccos arctan arcsinh arccosh arctanh arctan2 hypot degrees "
    "radians deg2rad rad2deg"
)
NATIVE: dict[Any, dict[str, Any]] = {getattr(numpy, name): {} for name in CALLED.split()}
NATIVE |= {getattr(numpy, name): {"dtype": object} for name in COMPARISONS}


def applied(ufunc: Any, method: str, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """ufunc.method(*inputs, **options) on bare arrays."""
    if any(hasattr(x, "chosen_by") for x in inputs):  # they answer for themselves
        return NotImplemented
    if ufunc.signature is not None:
        if method != "__call__" or ufunc not in PRODUCTS:
            raise refused(ufunc)
        return PRODUCTS[ufunc](*inputs)
    if set("".join(ufunc.types)) == set("O->"):  # the user's own, from `np.vectorize` or `np.frompyfunc`
        return getattr(ufunc, method)(*inputs, **options)
    if method in ("__call__", "at"):
        return METHODS[method](ufunc, *inputs, **options)
    (into,) = options.pop("out", None) or (None,)
    return written(into, METHODS[method](ufunc, *inputs, **options))


@cache
def of_values(ufunc: Any) -> Callable[..., Any]:
    """The replacement for a ufunc, as a function of single numbers, some of them Values."""
    name = ufunc.__name__
    if name in CONDITIONS:
        return CONDITIONS[name]
    function = function_of(name)
    if function is None:
        raise refused(ufunc)
    return lambda *numbers: function(*map(scalars.number, numbers))


@cache
def on_numbers(ufunc: Any) -> Callable[..., Any]:
    """A ufunc as a function of single numbers: the replacement on Values, NumPy's own on plain numbers."""
    ours = of_values(ufunc)

    def at(*numbers: Any) -> Any:
        for x in numbers:
            if not is_native(x):
                return ours(*numbers)
        return ufunc(*numbers)

    return at


def _forget(_: Any) -> None:
    """Clear the caches: a user's new operation may have the name of a ufunc that was looked up before."""
    of_values.cache_clear()
    on_numbers.cache_clear()


ADDED.append(_forget)


def _call(ufunc: Any, *inputs: Any, out: Any = None, where: Any = True, dtype: Any = None, **ignored: Any) -> Any:
    if out is not None and any(x.dtype != object for x in out):
        raise no_value(out[0])
    if dtype is not None:
        no_whole_numbers(dtype, *inputs)
    if plain(*inputs) and out is None:
        result = ufunc(*map(as_plain, inputs), where=where)
        return tuple(map(objects, result)) if ufunc.nout > 1 else objects(result)
    function = on_numbers(ufunc)
    if where is not True:  # where the mask does not hold, nothing is computed
        result = mapped(lambda inside, *numbers: function(*numbers) if inside is not False else 0.0, where, *inputs)
    else:
        result = mapped(function, *inputs)
    if ufunc.nout > 1:
        return tuple(mapped(itemgetter(i), result) for i in range(ufunc.nout))
    result = as_bools(result) if ufunc.__name__ in CONDITIONS else result
    if out is None:
        return result
    out[0][...] = result if where is True else mapped(choose, where, result, out[0])
    return out[0]


def written(out: Any, found: Any) -> Any:
    """The result, written into the array `out` if there is one."""
    if out is None:
        return found
    if out.dtype != object:
        raise no_value(out)
    out[...] = found
    return out


# --- the methods of a ufunc -----------------------------------------------------------------------

REDUCTIONS: dict[str, Callable[[list[Any]], Any]] = {
    "add": lists.total, "multiply": lists.product, "maximum": lists.greatest, "minimum": lists.least,
    "fmax": lists.without_nan(lists.greatest), "fmin": lists.without_nan(lists.least),
    "logical_and": lists.all_of, "logical_or": lists.any_of, "bitwise_and": lists.all_of, "bitwise_or": lists.any_of,
}  # fmt: skip


def _reduce(ufunc: Any, x: Any, axis: Any = 0, keepdims: bool = False, **options: Any) -> Any:
    function = REDUCTIONS.get(ufunc.__name__) or (lambda xs: reduce(on_numbers(ufunc), xs))
    return along(function, x, axis, keepdims, native=ufunc.reduce, **options)


def _accumulate(ufunc: Any, x: Any, axis: int = 0, dtype: Any = None) -> Any:
    return each_row(lists.running(on_numbers(ufunc)), x, axis)


def _outer(ufunc: Any, x: Any, y: Any, **options: Any) -> Any:
    x, y = numpy.asarray(x), numpy.asarray(y)
    return _call(ufunc, x.reshape(x.shape + (1,) * y.ndim), y, **options)


def _at(ufunc: Any, x: Any, index: Any, *others: Any) -> None:
    """Set x[index] = ufunc(x[index], other), repeatedly for an index that occurs repeatedly."""
    if x.dtype != object:
        raise no_value(x)
    function = on_numbers(ufunc)
    kind = kind_of_index(index)
    if kind is Condition:
        raise refuse(lambda most: "which places a mask chooses", "write x[mask] += y")
    if kind is Symbol:
        return _at_traced(function, x, index, *others)
    places = numpy.arange(x.size).reshape(x.shape)[index]
    flat = x.reshape(-1) if x.flags.c_contiguous else None
    for where, *operands in zip(places.flat, *[numpy.broadcast_to(y, places.shape).flat for y in others]):
        at = numpy.unravel_index(where, x.shape)
        if flat is not None:
            flat[where] = function(flat[where], *operands)
        else:
            x[at] = function(x[at], *operands)


def _at_traced(function: Callable[..., Any], x: Any, index: Any, *others: Any) -> None:
    """The same at places that are not known, one after the other."""
    parts = index if type(index) is tuple else (index,)
    if has_slices(parts):
        raise among_slices()
    parts = places_of_axes(parts)
    shape = parts[0].shape + x.shape[len(parts) :]
    operands = [numpy.broadcast_to(y, shape) for y in others]
    for k in numpy.ndindex(parts[0].shape):
        place = tuple(part[k] for part in parts)
        put(x, place, mapped(function, taken(x, place), *[y[k] for y in operands]))


def _reduceat(ufunc: Any, x: Any, indices: Any, axis: int = 0, dtype: Any = None) -> Any:
    """Reduce each part from one index to the next; a single number where the next index is no greater."""
    numpy.add.reduceat(numpy.zeros(x.shape[axis]), indices)  # an index out of bounds is an error
    rows = numpy.moveaxis(x, axis, 0)
    made = numpy.empty((len(indices), *rows.shape[1:]), dtype=object)
    for k, (start, end) in enumerate(zip(indices, [*indices[1:], len(rows)])):
        made[k] = _reduce(ufunc, rows[start : max(start + 1, end)])
    return numpy.moveaxis(made, 0, axis)


METHODS: dict[str, Callable[..., Any]] = {
    "__call__": _call, "reduce": _reduce, "accumulate": _accumulate, "outer": _outer, "at": _at, "reduceat": _reduceat,
}  # fmt: skip

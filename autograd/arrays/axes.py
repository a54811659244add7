"""Bare arrays of objects: finds constants among them, and applies functions of lists along their axes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy

from autograd.arrays import scalars
from autograd.arrays.scalars import is_native
from autograd.primitives.operators import Scalar
from autograd.refusals import refuse
from autograd.symbols import Condition

ndarray = numpy.ndarray
BOOLS = {bool, numpy.bool_}
# For a function of a list: a function of the numbers, of a mask that is not known, and of an initial number.
WHERE: dict[Callable[[list[Any]], Any], Callable[[list[Any], list[Any], Any], Any]] = {}


def plain(*arrays: Any) -> bool:
    """Whether these hold only constants."""
    for x in arrays:
        if isinstance(x, ndarray):
            if x.dtype == object and not all(map(is_native, x.flat)):
                return False
        elif not is_native(x):
            return isinstance(x, (list, tuple)) and plain(*x)
    return True


def as_plain(x: Any) -> Any:
    """An array of constants with the dtype that NumPy gives them."""
    return numpy.array(x.tolist()).reshape(x.shape) if isinstance(x, ndarray) and x.dtype == object else x


def objects(result: Any) -> Any:
    """A result that NumPy computed on constants, as an array that can hold a Value; bools and whole numbers stay."""
    return result.astype(object) if isinstance(result, ndarray) and result.dtype.kind == "f" else result


def is_mask(x: Any) -> bool:
    """Whether x is an array of conditions and bools, or one of them; where f runs on floats, it holds only bools."""
    if not isinstance(x, ndarray):
        return type(x) in scalars.BOOLS
    if x.dtype != object:
        return bool(x.dtype == bool)
    numbers = x.view(ndarray).flat
    return x.size > 0 and type(numbers[0]) in scalars.BOOLS and all(type(number) in scalars.BOOLS for number in numbers)


def types_in(x: Any) -> set[type]:
    """The types of the objects in an array."""
    return set(map(type, x.reshape(-1).tolist()))


def as_bools(x: Any) -> Any:
    """The array as NumPy bools, unless some elements are traced conditions."""
    return x.astype(bool) if isinstance(x, ndarray) and x.dtype == object and types_in(x) <= BOOLS else x


def as_indices(x: Any) -> Any:
    """The array as NumPy ints, unless some elements are traced."""
    return x.astype(int) if isinstance(x, ndarray) and x.dtype == object and types_in(x) <= {int} else x


def no_whole_numbers(dtype: Any, *arrays: Any) -> None:
    """Refuse an integer dtype, if one is given, for arrays of Values: NumPy would truncate them."""
    if (
        dtype is not None
        and numpy.dtype(dtype).kind in "iub"
        and any(isinstance(x, Scalar) for a in arrays for x in numpy.ravel(a))
    ):
        raise TypeError(
            f"Values are no whole numbers: leave out dtype={numpy.dtype(dtype)}, and cut them by np.trunc or .astype"
        )


def as_objects(x: Any) -> Any:
    """Convert an array, a nested list or a number to a bare array of objects."""
    if type(x) is ndarray:
        return x if x.dtype == object else x.astype(object)
    return numpy.asarray(x, dtype=object)


def filled(shape: tuple[int, ...], numbers: Iterable[Any]) -> Any:
    """A bare array of this shape with these numbers, in order; a bool array if it holds only bools."""
    flat = list(numbers)
    if flat and BOOLS.issuperset(map(type, flat)):
        return numpy.array(flat, dtype=bool).reshape(shape)
    made = numpy.empty(len(flat), dtype=object)
    made[:] = flat
    return made.reshape(shape)


def mapped(function: Callable[..., Any], *arrays: Any) -> Any:
    """Apply a function of numbers to broadcast arrays. NumPy's own loop would report the flags of floats again."""
    parts = [numpy.asarray(x) for x in arrays]
    shape = numpy.broadcast_shapes(*[x.shape for x in parts])
    columns = [(x if x.shape == shape else numpy.broadcast_to(x, shape)).reshape(-1).tolist() for x in parts]
    made = numpy.empty(len(columns[0]), dtype=object)
    made[:] = [function(*numbers) for numbers in zip(*columns)]
    return made.reshape(shape) if shape else made[0]


def along(
    function: Callable[[list[Any]], Any],
    x: Any,
    axis: Any = None,
    keepdims: Any = False,
    *,
    native: Callable[..., Any] | None = None,
    initial: Any = None,
    where: Any = True,
    dtype: Any = None,
) -> Any:
    """Apply a function of a list of numbers to the numbers along the axes; None means all axes."""
    x = numpy.asarray(x)
    if native is not None and initial is None and where is True and plain(x):
        return objects(native(as_plain(x), axis=axis, keepdims=bool(keepdims)))
    x = x.astype(object) if x.dtype != object else x
    if (axis is None or (x.ndim < 2 and axis in (0, -1))) and not keepdims and where is True:
        numbers = x.reshape(-1).tolist()
        return function(numbers if initial is None else [initial, *numbers])
    axes = tuple(range(x.ndim)) if axis is None else numpy.lib.array_utils.normalize_axis_tuple(axis, x.ndim)
    kept = [n for i, n in enumerate(x.shape) if i not in axes]
    order = [i for i in range(x.ndim) if i not in axes] + sorted(axes)
    size = math.prod(x.shape[i] for i in axes)
    rows = x.transpose(order).reshape(*kept, size)
    chosen = None if where is True else numpy.broadcast_to(where, x.shape).transpose(order).reshape(rows.shape)
    made = numpy.empty(kept, dtype=object)
    for index in numpy.ndindex(*kept):
        row = rows[index].tolist()
        if chosen is not None:
            mask = chosen[index].tolist()
            if Condition in map(type, mask):
                if function not in WHERE:
                    raise refuse(lambda most: "what where= chooses", "write a mask, as in x[mask].var()")
                made[index] = WHERE[function](row, mask, initial)
                continue
            row = [v for v, is_in in zip(row, mask) if is_in]
        made[index] = function(row if initial is None else [initial, *row])
    if keepdims:
        made = made.reshape([1 if i in axes else n for i, n in enumerate(x.shape)])
    made = as_bools(made)
    return made if made.ndim else made[()]


def each_row(function: Callable[[list[Any]], Any], x: Any, axis: int | None = -1) -> Any:
    """Apply a function from a list of numbers to a list along one axis; None flattens the array first."""
    x = numpy.asarray(x, dtype=object)
    if axis is None:
        x, axis = x.reshape(-1), 0
    rows = numpy.moveaxis(x, axis, -1)
    made = None
    for index in numpy.ndindex(*rows.shape[:-1]):
        row = function(rows[index].tolist())
        if made is None:
            made = numpy.empty((*rows.shape[:-1], len(row)), dtype=object)
        made[index] = row
    return numpy.moveaxis(rows if made is None else made, -1, axis)

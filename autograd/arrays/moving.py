"""NumPy functions that move numbers and compute none: NumPy's own implementations serve."""

from __future__ import annotations

import math
from typing import Any

import numpy

from autograd.arrays.axes import as_objects, mapped
from autograd.arrays.indexing import BRIEF, kind_of_index, put, require_between, taken
from autograd.arrays.origins import require_one_type
from autograd.arrays.scalars import choose
from autograd.arrays.table import IMPLEMENTATIONS, implements, no_value
from autograd.arrays.views import require_own
from autograd.primitives import floor, mod
from autograd.primitives.operators import core
from autograd.refusals import is_tracing
from autograd.symbols.text import brief

MOVING = (
    "append array2string array_repr array_split array_str atleast_1d atleast_2d atleast_3d block broadcast_arrays "
    "broadcast_to column_stack compress concat concatenate copy delete diag diag_indices_from diagflat diagonal dsplit "
    "dstack expand_dims extract flatnonzero flip fliplr flipud hsplit hstack ix_ matrix_transpose may_share_memory "
    "meshgrid moveaxis ndim nonzero pad permute_dims ravel repeat reshape resize roll "
    "rollaxis rot90 shape shares_memory size split squeeze stack swapaxes tile transpose tril "
    "tril_indices_from trim_zeros triu triu_indices_from unstack vsplit vstack real_if_close "
    "array_equiv iscomplexobj isrealobj common_type result_type can_cast"
)
INTO = "copyto fill_diagonal place put putmask"  # they write into their first argument


def _native(function: Any) -> Any:
    return function._implementation


def _writing(function: Any) -> Any:
    def written(target: Any, *args: Any, **kwargs: Any) -> Any:
        if target.dtype != object:
            raise no_value(target, f"np.{function.__name__}: ")
        if is_tracing():
            require_own(target)
        return function._implementation(target, *args, **kwargs)

    return written


for _name in MOVING.split():
    if hasattr(numpy, _name):
        IMPLEMENTATIONS[getattr(numpy, _name)] = _native(getattr(numpy, _name))
for _name in ("fftshift", "ifftshift"):
    IMPLEMENTATIONS[getattr(numpy.fft, _name)] = _native(getattr(numpy.fft, _name))
for _name in INTO.split():
    IMPLEMENTATIONS[getattr(numpy, _name)] = _writing(getattr(numpy, _name))
IMPLEMENTATIONS[numpy.lib.stride_tricks.sliding_window_view] = _native(numpy.lib.stride_tricks.sliding_window_view)
for _name in ("diagonal", "matrix_transpose"):
    IMPLEMENTATIONS[getattr(numpy.linalg, _name)] = getattr(numpy.linalg, _name)._implementation


_copied = IMPLEMENTATIONS[numpy.copyto]


@implements(numpy.take)
def take(a: Any, indices: Any, axis: int | None = None, out: None = None, mode: Any = "raise") -> Any:
    """np.take: the numbers at these places, which may be traced."""
    a = as_objects(a)
    if kind_of_index(indices) is None:
        return numpy.take(a, indices, axis, mode=mode)
    a, axis = (a.reshape(-1), 0) if axis is None else (a, axis % a.ndim)
    return taken(a, (slice(None),) * axis + (indices,)) if axis else taken(a, indices)


@implements(numpy.take_along_axis)
def take_along_axis(arr: Any, indices: Any, axis: int | None = -1) -> Any:
    if kind_of_index(indices) is None:
        return numpy.take_along_axis(as_objects(arr), indices, axis)
    return taken(*_places_along(as_objects(arr), indices, axis))


def _places_along(x: Any, indices: Any, axis: int | None) -> tuple[Any, tuple[Any, ...]]:
    """The array, flattened if axis is None, and the places along all axes that indices along one axis mean."""
    x, axis = (x.reshape(-1), 0) if axis is None else (x, axis % x.ndim)
    grid = numpy.ogrid[tuple(slice(n) for n in x.shape)]
    return x, tuple(indices if i == axis else part for i, part in enumerate(grid))


@implements(numpy.copyto)
def copyto(dst: Any, src: Any, casting: Any = "same_kind", where: Any = True) -> None:
    if kind_of_index(where) is None:
        _copied(dst, src, casting, where)
        return
    dst[...] = mapped(choose, where, src, dst)


@implements(numpy.put_along_axis)
def put_along_axis(arr: Any, indices: Any, values: Any, axis: int | None) -> None:
    if kind_of_index(indices) is None:
        numpy.put_along_axis(arr, indices, values, axis)
        return
    put(*_places_along(arr, indices, axis), values)


@implements(numpy.unravel_index)
def unravel_index(indices: Any, shape: Any, order: Any = "C") -> Any:
    """np.unravel_index: the places along each axis of a traced place."""
    if order != "C":
        raise TypeError("np.unravel_index of a traced place counts by rows: leave out order=")
    sizes = shape if isinstance(shape, tuple) else (shape,)
    count = math.prod(sizes)
    outside = f"index {{}} is out of bounds for array with size {count}"
    for place in numpy.asarray(indices, dtype=object).flat:
        require_between(place, 0, count, ValueError(outside.format(brief(core(place), BRIEF))))
    found, rest = [], indices
    for size in reversed(sizes):
        found.append(mapped(lambda v, n: mod(v, n), rest, size))
        rest = mapped(lambda v, n: floor(v / n), rest, size)
    return tuple(found[::-1])


@implements(numpy.insert)
def insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    if numpy.asarray(arr).dtype.kind in "iub":  # NumPy truncates the inserted numbers here
        return numpy.insert(arr, obj, values, axis)
    return numpy.insert(as_objects(arr), obj, as_objects(values), axis)


@implements(numpy.apply_along_axis)
def apply_along_axis(func1d: Any, axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """np.apply_along_axis as NumPy does it, with the type of the first result for all."""
    results: list[Any] = []

    def of_row(*given: Any, **named: Any) -> Any:
        results.append(func1d(*given, **named))
        require_one_type(results[0])
        return results[-1]

    return _native(numpy.apply_along_axis)(of_row, axis, arr, *args, **kwargs)


@implements(numpy.zeros_like)
def zeros_like(
    a: Any, dtype: Any = None, order: Any = None, subok: Any = None, shape: Any = None, **options: Any
) -> Any:
    return full_like(a, 0.0, dtype, shape=shape)


@implements(numpy.ones_like)
def ones_like(
    a: Any, dtype: Any = None, order: Any = None, subok: Any = None, shape: Any = None, **options: Any
) -> Any:
    return full_like(a, 1.0, dtype, shape=shape)


@implements(numpy.empty_like)
def empty_like(
    a: Any, dtype: Any = None, order: Any = None, subok: Any = None, shape: Any = None, **options: Any
) -> Any:
    return full_like(a, 0.0, dtype, shape=shape)


@implements(numpy.full_like)
def full_like(
    a: Any, fill_value: Any, dtype: Any = None, order: Any = None, subok: Any = None, shape: Any = None
) -> Any:
    """np.full_like: an array that can hold Values; NumPy's own for a dtype that is not of real numbers."""
    if dtype is not None and numpy.dtype(dtype).kind not in "fO":
        return numpy.full(numpy.shape(a) if shape is None else shape, fill_value, dtype)
    return numpy.full(numpy.shape(a) if shape is None else shape, fill_value, object)


@implements(numpy.real)
def real(val: Any) -> Any:
    return as_objects(val)


@implements(numpy.imag)
def imag(val: Any) -> Any:
    return numpy.zeros(numpy.shape(val))

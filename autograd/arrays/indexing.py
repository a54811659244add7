"""Indices that are not known while a function is traced: conditions on the index select each number."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import numpy

from autograd.arrays import scalars
from autograd.arrays.axes import filled, mapped
from autograd.arrays.scalars import choose
from autograd.primitives import floor
from autograd.primitives.operators import core
from autograd.refusals import TraceError, no_index, refuse
from autograd.symbols import Condition, Symbol, answering, is_whole
from autograd.symbols.text import brief
from autograd.symbols.whole import known_whole, span

# How a trace handles rows that raise an error; called with the condition and the error.
failing: ContextVar[Callable[[Any, Exception], None] | None] = ContextVar("autograd failing", default=None)


def kind_of_index(index: Any) -> type | None:
    """Symbol for an index that is not known, Condition for a mask that is not known, None for any other index."""
    if isinstance(index, numpy.ndarray):
        if index.dtype != object:
            return None
        kinds = {type(core(x)) for x in index.flat}
        return next((kind for kind in (Symbol, Condition) if kind in kinds), None)
    if type(index) in (tuple, list):
        return next((kind for kind in map(kind_of_index, index) if kind is not None), None)
    kind = type(core(index))
    return kind if kind in (Symbol, Condition) else None


def means(place: Any, i: int, size: int) -> Any:
    """Whether a traced index refers to place i."""
    return scalars.either(place == i, place == i - size)


def fail_where(condition: Any, error: Exception) -> None:
    """Make the rows of a trace raise an error where a condition holds, which is decided at once along a path."""
    fails = failing.get()
    if fails is not None and condition is not False:
        if answering.get() is None:
            fails(condition, error)
        elif condition:
            raise error


def within(place: Any, size: int, error: str) -> Any:
    """Check a place: traced rows with a place outside the axis raise an IndexError. Along a path the place is known."""
    x = core(place)
    if type(x) is not Symbol:
        return place
    if answering.get() is not None and is_whole(x):
        return known_whole(x)
    if size > MOST_PLACES:
        raise no_index()
    if not is_whole(x):
        fail_where(place != floor(place), IndexError(f"only whole numbers are indices: {brief(x, BRIEF)} is none"))
    require_between(place, -size, size, IndexError(error.format(brief(x, BRIEF), size)))
    return place


def require_between(place: Any, first: int, end: int, error: Exception) -> None:
    """Make the rows fail whose traced place is not at least `first` and less than `end`."""
    least, most = span(core(place))
    if not (first <= least and most < end):  # also where a bound is NaN
        fail_where(place != place, ValueError("cannot convert float NaN to integer"))
        fail_where(scalars.either(place < first, place >= end), error)


def along_path(index: Any) -> Any:
    """An index with its places known, as whole numbers are along a path."""
    if type(index) is tuple:
        return tuple(map(along_path, index))
    x = core(index)
    return known_whole(x) if type(x) is Symbol and is_whole(x) else index


MOST_PLACES = 10_000  # the most places along an axis that a traced place may choose from
BRIEF = 40  # the most characters of an index in an error
OUTSIDE = "index {} is out of bounds for an axis with size {}"


def _within(x: Any, places: Any) -> list[Any]:
    """The places along the first axes of an array, checked against their sizes."""
    made = []
    for size, part in zip(x.shape, places):
        known = {id(place): within(place, size, OUTSIDE) for place in part.flat}
        made.append(filled(part.shape, [known[id(place)] for place in part.flat]))
    return made


def taken(x: Any, index: Any) -> Any:
    """x[index] of a bare array; the rows of a trace fail where a place is out of bounds."""
    parts = index if type(index) is tuple else (index,)
    if has_slices(parts):
        return _along_axis(x, parts)
    arrays = _within(x, places_of_axes(parts))
    rows = [_picked(x, places) for places in zip(*[part.ravel().tolist() for part in arrays])]
    rest = x.shape[len(arrays) :]
    flat = filled((len(rows), *rest), [v for row in rows for v in numpy.ravel(numpy.asarray(row, dtype=object))])
    found = flat.reshape(arrays[0].shape + rest)
    return found if found.ndim else found[()]


def has_slices(parts: tuple[Any, ...]) -> bool:
    """Whether an index contains more than places and masks."""
    return any(isinstance(part, slice) or part is None or part is Ellipsis for part in parts)


def places_of_axes(parts: tuple[Any, ...]) -> Any:
    """The places along each of the first axes, in arrays of one shape."""
    return numpy.broadcast_arrays(*[place for part in parts for place in _places(part)])


def _places(part: Any) -> list[Any]:
    """The places that one part of an index means; for a known mask, those where it holds."""
    if kind_of_index(part) is Condition:
        raise refuse(lambda most: "which places a mask chooses", "write np.where(mask, x, 0.0), or multiply by it")
    part = numpy.asarray(part)
    return [place.astype(object) for place in part.nonzero()] if part.dtype == bool else [part.astype(object)]


def _along_axis(x: Any, parts: tuple[Any, ...]) -> Any:
    """x[index] for one traced place, or list of places, among slices."""
    if not all(isinstance(part, slice) or kind_of_index(part) is not None for part in parts):
        raise among_slices()
    known, axis, index = _behind(x, parts)
    places = numpy.asarray(index, dtype=object)
    found = numpy.asarray(taken(known, places), dtype=object)
    return numpy.moveaxis(found, range(places.ndim), range(axis, axis + places.ndim))


def among_slices() -> TraceError:
    """The error for traced places among slices."""
    return refuse(lambda most: "an index among slices", "take the slices first, then the index")


def _behind(x: Any, parts: tuple[Any, ...]) -> tuple[Any, int, Any]:
    """A view of what the known places and slices choose, traced axis first; that axis; and the traced part."""
    at = [i for i, part in enumerate(parts) if kind_of_index(part) is not None]
    if len(at) != 1 or not all(isinstance(part, (int, slice)) for i, part in enumerate(parts) if i not in at):
        raise among_slices()
    axis = sum(1 for part in parts[: at[0]] if isinstance(part, slice))
    known = x[tuple(slice(None) if i in at else part for i, part in enumerate(parts))]
    return numpy.moveaxis(known, axis, 0), axis, parts[at[0]]


def _picked(x: Any, places: tuple[Any, ...]) -> Any:
    """The number, or the array of numbers, at one place for each of the first axes."""
    if not places:
        return x
    first, rest = places[0], places[1:]
    if kind_of_index(first) is None:
        return _picked(x[first], rest)
    found = _picked(x[-1], rest)
    found = mapped(_or_nan(means(first, len(x) - 1, len(x))), found)
    for i in reversed(range(len(x) - 1)):
        found = mapped(_selecting(means(first, i, len(x))), _picked(x[i], rest), found)
    return found


def _or_nan(condition: Any) -> Callable[[Any], Any]:
    return lambda v: choose(condition, v, math.nan)


def _selecting(condition: Any) -> Callable[[Any, Any], Any]:
    return lambda a, b: choose(condition, a, b)


def put(x: Any, index: Any, value: Any) -> None:
    """Set x[index] = value at a traced place, or at each of a list of places in turn."""
    parts = index if type(index) is tuple else (index,)
    if len(parts) > 1 and not has_slices(parts):
        arrays = _within(x, places_of_axes(parts))
        shape = arrays[0].shape + x.shape[len(arrays) :]
        values = numpy.broadcast_to(_fitted(value, len(shape)), shape)
        for at in numpy.ndindex(arrays[0].shape):
            _put_at(x, [places[at] for places in arrays], values[at], True)
        return
    x, axis, index = _behind(x, parts)
    (places,), rest = _within(x, [numpy.asarray(index, dtype=object)]), x.shape[1:]
    shape = rest[:axis] + places.shape + rest[axis:]
    values = numpy.broadcast_to(_fitted(value, len(shape)), shape)
    values = numpy.moveaxis(values, range(axis, axis + places.ndim), range(places.ndim))
    for at in numpy.ndindex(places.shape):
        for i in range(len(x)):
            x[i] = mapped(_selecting(means(places[at], i, len(x))), values[at], x[i])


def _fitted(value: Any, ndim: int) -> Any:
    """A value with at most `ndim` axes: as in NumPy, leading axes of length one are dropped."""
    value = numpy.asarray(value, dtype=object)
    while value.ndim > ndim and len(value) == 1:
        value = value[0, ...]
    return value


def _put_at(x: Any, places: list[Any], value: Any, holds: Any) -> None:
    """Set the number or array at one place for each of the first axes to the value where a condition holds."""
    if not places:
        x[...] = value if holds is True else mapped(_selecting(holds), value, x)
        return
    first, rest = places[0], places[1:]
    if kind_of_index(first) is None:
        return _put_at(x[first, ...], rest, value, holds)
    for i in range(len(x)):
        here = means(first, i, len(x))
        _put_at(x[i, ...], rest, value, here if holds is True else scalars.both(holds, here))


def put_where(x: Any, index: Any, value: Any) -> None:
    """Set x[mask] = value at the numbers, rows or columns where the conditions of a mask hold."""
    axis, mask = 0, index
    if type(index) is tuple:
        x, axis, mask = _behind(x, index)
    mask, value = numpy.asarray(mask, dtype=object), numpy.asarray(value, dtype=object)
    if mask.shape != x.shape[: mask.ndim]:
        raise IndexError(f"boolean index did not match: a mask of shape {mask.shape} for an array of shape {x.shape}")
    rest = x.ndim - mask.ndim
    if value.size == 1:
        value = value.reshape(())
    elif axis or value.size != math.prod(value.shape[value.ndim - rest :]):  # a value for each place of the mask
        raise refuse(lambda most: "how many a mask chooses", "write np.where(mask, x, y), or choose both by one mask")
    else:
        value = value.reshape(value.shape[value.ndim - rest :])
    x[...] = mapped(choose, mask.reshape(mask.shape + (1,) * rest), value, x)

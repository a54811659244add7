"""Sums, means, extremes and their kin along axes."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy

from autograd.arrays import lists
from autograd.arrays.axes import along, as_indices, as_objects, each_row, filled, no_whole_numbers
from autograd.arrays.products import matmul
from autograd.arrays.scalars import choose, isnan
from autograd.arrays.table import IMPLEMENTATIONS, implements

if TYPE_CHECKING:
    OfList = Callable[[list[Any]], Any]


def _reduction(function: OfList, native: Any) -> Callable[..., Any]:
    def reduced(
        a: Any, axis: Any = None, dtype: Any = None, out: None = None, keepdims: Any = False, **options: Any
    ) -> Any:
        no_whole_numbers(dtype, a)
        return along(function, a, axis, keepdims, native=native, **options)

    return reduced


def _extreme(function: OfList, native: Any) -> Callable[..., Any]:
    """The same for functions that take no dtype=."""

    def reduced(a: Any, axis: Any = None, out: None = None, keepdims: Any = False, **options: Any) -> Any:
        return along(function, a, axis, keepdims, native=native, **options)

    return reduced


for _function, _of_list in {
    numpy.sum: lists.total, numpy.prod: lists.product, numpy.mean: lists.mean,
    numpy.nansum: lists.without_nan(lists.total), numpy.nanprod: lists.without_nan(lists.product),
    numpy.nanmean: lists.without_nan(lists.mean),
}.items():  # fmt: skip
    IMPLEMENTATIONS[_function] = _reduction(_of_list, _function)
for _function, _of_list in {
    numpy.max: lists.greatest, numpy.amax: lists.greatest, numpy.min: lists.least, numpy.amin: lists.least,
    numpy.nanmax: lists.without_nan(lists.greatest), numpy.nanmin: lists.without_nan(lists.least),
    numpy.all: lists.all_of, numpy.any: lists.any_of,
    numpy.ptp: lambda xs: lists.greatest(xs) - lists.least(xs),
}.items():  # fmt: skip
    IMPLEMENTATIONS[_function] = _extreme(_of_list, _function)


def _place(extreme: OfList, native: Any) -> Callable[..., Any]:
    """A function that returns an index, or an array of indices."""
    reduced = _extreme(lists.place_of(extreme), native)

    def place(a: Any, axis: Any = None, out: None = None, *, keepdims: Any = False) -> Any:
        return as_indices(reduced(a, None if axis is None else operator.index(axis), out, keepdims))

    return place


for _function, _of_list in {
    numpy.argmax: lists.greatest, numpy.argmin: lists.least, numpy.nanargmax: lists.without_nan(lists.greatest),
    numpy.nanargmin: lists.without_nan(lists.least),
}.items():  # fmt: skip
    IMPLEMENTATIONS[_function] = _place(_of_list, _function)


@implements(numpy.count_nonzero)
def count_nonzero(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return along(lists.count_nonzero, a, axis, keepdims)


def _spread(measure: Callable[[float], OfList], native: Any, clean: Callable[[OfList], OfList]) -> Callable[..., Any]:
    def reduced(
        a: Any,
        axis: Any = None,
        dtype: Any = None,
        out: None = None,
        ddof: float = 0,
        keepdims: Any = False,
        *,
        correction: float | None = None,
        mean: None = None,
        **options: Any,
    ) -> Any:
        if mean is not None:
            raise TypeError(f"np.{native.__name__} of Values computes the mean itself: leave out mean=")
        free = ddof if correction is None else correction
        return along(clean(measure(free)), a, axis, keepdims, **options)

    return reduced


for _function, _measure in {numpy.var: lists.variance, numpy.std: lists.deviation}.items():
    IMPLEMENTATIONS[_function] = _spread(_measure, _function, lambda function: function)
for _function, _measure in {numpy.nanvar: lists.variance, numpy.nanstd: lists.deviation}.items():
    IMPLEMENTATIONS[_function] = _spread(_measure, _function, lists.without_nan)


def _middle(clean: Callable[[OfList], OfList]) -> Callable[..., Any]:
    def reduced(
        a: Any, axis: Any = None, out: None = None, overwrite_input: bool = False, keepdims: Any = False
    ) -> Any:
        return along(clean(lists.median), a, axis, keepdims)

    return reduced


IMPLEMENTATIONS[numpy.median] = _middle(lambda function: function)
IMPLEMENTATIONS[numpy.nanmedian] = _middle(lists.without_nan)


def _quantiles(name: str, unit: float, clean: Callable[[OfList], OfList]) -> Callable[..., Any]:
    def reduced(
        a: Any,
        q: Any,
        axis: Any = None,
        out: None = None,
        overwrite_input: bool = False,
        method: str = "linear",
        keepdims: Any = False,
        *,
        weights: None = None,
    ) -> Any:
        if method != "linear" or weights is not None:
            raise TypeError(f"np.{name} of Values interpolates linearly: leave out method={method!r} and weights=")
        parts = [along(clean(lists.quantile(float(v) / unit)), a, axis, keepdims) for v in numpy.ravel(q)]
        return (
            numpy.asarray(parts, dtype=object).reshape(numpy.shape(q) + numpy.shape(parts[0]))
            if numpy.ndim(q)
            else parts[0]
        )

    return reduced


IMPLEMENTATIONS[numpy.percentile] = _quantiles("percentile", 100.0, lambda function: function)
IMPLEMENTATIONS[numpy.quantile] = _quantiles("quantile", 1.0, lambda function: function)
IMPLEMENTATIONS[numpy.nanpercentile] = _quantiles("nanpercentile", 100.0, lists.without_nan)
IMPLEMENTATIONS[numpy.nanquantile] = _quantiles("nanquantile", 1.0, lists.without_nan)


@implements(numpy.average)
def average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = False) -> Any:
    a = as_objects(a)
    if weights is None:
        found, scale = along(lists.mean, a, axis, keepdims), a.size / max(1, numpy.size(along(lists.total, a, axis)))
        return (found, scale) if returned else found
    weights = as_objects(weights)
    if weights.shape != a.shape and axis is not None:
        weights = numpy.moveaxis(numpy.broadcast_to(weights, numpy.moveaxis(a, axis, -1).shape), -1, axis)
    scale = along(lists.total, weights, axis, keepdims)
    if numpy.ndim(scale) == 0 and scale == 0:
        raise ZeroDivisionError("Weights sum to zero, can't be normalized")
    found = along(lists.total, a * weights, axis, keepdims) / scale
    return (found, scale) if returned else found


@implements(numpy.cov)
def cov(
    m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None, fweights: Any = None,
    aweights: Any = None, *, dtype: Any = None,
) -> Any:  # fmt: skip
    """np.cov: the matrix of covariances."""
    if fweights is not None or aweights is not None:
        raise TypeError("np.cov of Values takes no weights: repeat the observations, or write the sum")
    rows = _variables(m, rowvar) if y is None else numpy.concatenate([_variables(m, rowvar), _variables(y, rowvar)])
    free = rows.shape[1] - ((0 if bias else 1) if ddof is None else ddof)
    centred = each_row(lists.deviations, rows)
    found = matmul(centred, centred.T) / free
    return found if found.size > 1 else found.reshape(-1)[0]


def _variables(x: Any, rowvar: bool) -> Any:
    x = numpy.atleast_2d(as_objects(x))
    return x if rowvar or x.shape[0] == 1 else x.T


@implements(numpy.corrcoef)
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    found = numpy.atleast_2d(as_objects(cov(x, y, rowvar)))
    scale = filled((len(found),), [v**0.5 for v in found.diagonal()])
    found = found / scale[:, None] / scale[None, :]
    return found if found.size > 1 else found.reshape(-1)[0]


# --- running ------------------------------------------------------------------------------------


def _running(name: str, first: Any, clean: bool) -> Callable[..., Any]:
    function = lists.running({"sum": lambda x, y: x + y, "prod": lambda x, y: x * y}[name])

    def cleaned(xs: list[Any]) -> list[Any]:
        return function([choose(isnan(x), first, x) for x in xs] if clean else xs)

    def run(a: Any, axis: int | None = None, dtype: Any = None, out: None = None) -> Any:
        no_whole_numbers(dtype, a)
        return each_row(cleaned, a, axis)

    return run


IMPLEMENTATIONS[numpy.cumsum] = _running("sum", 0.0, False)
IMPLEMENTATIONS[numpy.cumprod] = _running("prod", 1.0, False)
IMPLEMENTATIONS[numpy.nancumsum] = _running("sum", 0.0, True)
IMPLEMENTATIONS[numpy.nancumprod] = _running("prod", 1.0, True)


def _array_api(of: Any) -> Callable[..., Any]:
    def run(
        x: Any, /, *, axis: int | None = None, dtype: Any = None, out: None = None, include_initial: bool = False
    ) -> Any:
        x = as_objects(x)
        if axis is None and x.ndim > 1:
            raise ValueError("For arrays which have more than one dimension ``axis`` argument is required.")
        at = 0 if axis is None else axis
        found = IMPLEMENTATIONS[of](x, at)
        if not include_initial:
            return found
        start = 0.0 if of is numpy.cumsum else 1.0
        first = numpy.full_like(numpy.take(found, [0], at), start)
        return numpy.concatenate([first, found], axis=at)

    return run


if hasattr(numpy, "cumulative_sum"):  # since NumPy 2.1
    IMPLEMENTATIONS[numpy.cumulative_sum] = _array_api(numpy.cumsum)
    IMPLEMENTATIONS[numpy.cumulative_prod] = _array_api(numpy.cumprod)


@implements(numpy.trace, numpy.linalg.trace)
def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: None = None) -> Any:
    a = as_objects(a)
    no_whole_numbers(dtype, a)
    return along(lists.total, a.diagonal(offset, axis1, axis2), -1)

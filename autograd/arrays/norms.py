"""The norms and condition numbers of np.linalg, for vectors and matrices of Values."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy

from autograd import primitives as p
from autograd.arrays import lists
from autograd.arrays.axes import along, as_objects
from autograd.arrays.linalg import each_matrix, inv
from autograd.arrays.scalars import choose
from autograd.arrays.singular import singular_values, svdvals
from autograd.arrays.table import implements

linalg = numpy.linalg


@implements(linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    x = as_objects(x)
    if axis is None and ord is None:
        return along(p.norm, x, None, keepdims)
    if (
        (axis is None and x.ndim <= 1)
        or (numpy.ndim(axis) == 0 and axis is not None)
        or (numpy.size(axis) == 1 and axis is not None)
    ):
        return along(_vector_norm(ord), x, axis, keepdims)
    axes = (0, 1) if axis is None else tuple(axis)
    if ord in (None, "fro"):
        return along(p.norm, x, axes, keepdims)
    return _matrix_norm(numpy.moveaxis(x, axes, (-2, -1)), ord, axes if keepdims else None)


def _vector_norm(ord: Any) -> Callable[[list[Any]], Any]:
    if ord in (None, 2):
        return p.norm
    if ord == math.inf:
        return lambda xs: lists.greatest([abs(x) for x in xs])
    if ord == -math.inf:
        return lambda xs: lists.least([abs(x) for x in xs])
    if ord == 0:
        return lambda xs: lists.total([choose(x != 0, 1.0, 0.0) for x in xs])
    if ord == 1:
        return lambda xs: lists.total([abs(x) for x in xs])
    if isinstance(ord, str):
        raise ValueError(f"Invalid norm order {ord!r} for vectors")
    return lambda xs: lists.total([abs(x) ** ord for x in xs]) ** (1.0 / ord)


def _matrix_norm(x: Any, ord: Any, kept: Any) -> Any:
    sums = {1: -2, -1: -2, math.inf: -1, -math.inf: -1}
    if ord in sums:
        rows = along(lists.total, numpy.abs(x), sums[ord])
        found = along(lists.greatest if ord > 0 else lists.least, rows, -1)
    elif ord == 2:
        found = _greatest(x)
    elif ord == -2:
        found = svdvals(x)[..., -1]
    elif ord == "nuc":
        found = along(lists.total, svdvals(x), -1)
    else:
        raise ValueError(f"Invalid norm order {ord!r} for matrices")
    if kept is not None:
        for axis in sorted(kept):
            found = numpy.expand_dims(as_objects(found), axis)
    return found


@each_matrix
def _greatest(x: Any) -> Any:
    """The greatest singular value."""
    return singular_values(x)[0]


@implements(linalg.vector_norm)
def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    return along(_vector_norm(ord), x, axis, keepdims)


@implements(linalg.matrix_norm)
def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    return norm(x, ord, (-2, -1), keepdims)


@implements(linalg.cond)
def cond(x: Any, p: Any = None) -> Any:
    if p in (None, 2, -2):
        values = svdvals(x)
        return values[..., -1] / values[..., 0] if p == -2 else values[..., 0] / values[..., -1]
    return norm(x, p, (-2, -1)) * norm(inv(x), p, (-2, -1))

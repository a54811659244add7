"""The engine's functions on arrays: an operation on an array applies to each of its elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from autograd.arrays.axes import along, as_objects, each_row, mapped
from autograd.arrays.scalar_array import bare, held


def elementwise(primitive: Any) -> Callable[..., Any]:
    """A function that applies a primitive to each number of its operands, after broadcasting them."""
    function = primitive.function

    def on_arrays(*operands: Any) -> Any:
        if primitive.vectors:
            raise TypeError(f"{primitive.name} takes one-dimensional sequences of numbers")
        return _as_floats(mapped(function, *map(bare, operands)))

    return on_arrays


def over_axes(function: Callable[..., Any], xs: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Apply a function of a sequence of numbers along the axes of an array; None means all axes."""
    return _as_floats(along(function, bare(xs), axis, keepdims))


def over_rows(function: Callable[..., Any], xs: Any, axis: int | None) -> Any:
    """Apply a function that keeps the length of a sequence along one axis of an array; None flattens it first."""
    xs = as_objects(bare(xs))
    return _as_floats(each_row(function, xs, axis).reshape(xs.shape))


def _as_floats(result: Any) -> Any:
    """Convert a result that holds only floats to an array of floats."""
    kinds = {type(x) for x in numpy.ravel(result)}
    return numpy.asarray(result, dtype=float)[()] if kinds <= {float} else held(result)

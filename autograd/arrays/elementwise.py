"""Our functions on arrays: an operation on an array applies to each of its elements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from autograd.arrays.scalar_array import bare, held

if TYPE_CHECKING:
    from collections.abc import Callable


def elementwise(primitive: Any) -> Callable[..., Any]:
    """The function that applies a primitive to each number of its operands, which are broadcast."""
    function = primitive.function

    def on_arrays(*operands: Any) -> Any:
        if primitive.vectors:
            raise TypeError(f"{primitive.name} takes one-dimensional sequences of numbers")
        result = numpy.frompyfunc(function, len(operands), 1)(*map(bare, operands))
        kinds = {type(x) for x in numpy.ravel(result)}
        return numpy.asarray(result, dtype=float) if kinds <= {float} else held(result)

    return on_arrays

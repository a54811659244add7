"""NumPy arrays: an operation on an array applies to each of its elements."""

from __future__ import annotations

import numpy

from autograd.numbers.kinds import ARRAY_RANK, Kind, join

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def _elementwise(primitive: Any) -> Callable[..., Any]:
    function = primitive.function

    def on_arrays(*operands: Any) -> Any:
        if primitive.vectors:
            raise TypeError(f"{primitive.name} takes one-dimensional sequences of numbers")
        result = numpy.frompyfunc(function, len(operands), 1)(*operands)
        kinds = {type(x) for x in numpy.ravel(result)}
        return numpy.asarray(result, dtype=float) if kinds <= {float} else result

    return on_arrays


def enter() -> None:
    """Join the kind of arrays."""
    join(numpy.ndarray, Kind("ndarray", ARRAY_RANK, lift=_elementwise))

"""Row by row: f itself runs on each row, for numbers that arrays of floats cannot hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy

from autograd.compiler.inputs.parameters import Parameters
from autograd.trees import holding, is_array, like, map_parts, parts_of


def row_by_row(parameters: Parameters, f: Callable[..., Any], reduce: str | None) -> Callable[..., Any]:
    """A function that computes what the compiled f does, on Values, too."""

    def run(*args: Any, **kwargs: Any) -> Any:
        passed, values = parameters.bound(args, kwargs)
        roles = [parameters.role(passed, i) for i in range(len(values))]
        counts = {_count(x) for x, role in zip(values, roles) if role != "shared"}
        if len(counts) != 1 or counts == {0}:
            raise ValueError(f"{parameters.name}: arguments with rows have {sorted(counts)} rows")
        results = []
        for k in range(counts.pop()):
            given = [x if role == "shared" else _row(x, k) for x, role in zip(values, roles)]
            results.append(passed.call(parameters.signature, f, given))
        if reduce is None:
            return _together(results)
        return sum(results[1:], results[0]) / (len(results) if reduce == "mean" else 1)

    return run


def at_places(
    f: Callable[..., Any], args: Sequence[Any], places: Sequence[int], kwargs: Any = None
) -> Callable[..., Any]:
    """A function of the arguments at these places; the others are fixed."""

    def of_places(*given: Any) -> Any:
        every = list(args)
        for i, x in zip(places, given):
            every[i] = x
        return f(*every, **(kwargs or {}))

    return of_places


def _count(x: Any) -> int:
    """The number of rows in an argument; a tuple or dict contains arrays with rows."""
    while isinstance(x, (dict, tuple)):
        x = next(iter(parts_of(x)))
    return len(x)


def _row(x: Any, k: int) -> Any:
    """Row k of an argument; a NumPy number becomes a Python number."""
    if isinstance(x, (dict, tuple)):
        return map_parts(lambda part: _row(part, k), x)
    return x[k].item() if isinstance(x[k], numpy.generic) else x[k]


def _together(results: Sequence[Any]) -> Any:
    """The results of all rows put together; sequences of numbers become arrays with rows first."""
    first = results[0]
    if isinstance(first, dict):
        return map_parts(lambda *parts: _together(parts), *results)
    if isinstance(first, (list, tuple)) or is_array(first):
        parts = [_together(column) for column in zip(*results, strict=True)]
        return holding(numpy.stack(parts, 1)) if all(map(is_array, parts)) else like(first, parts)
    return holding(results)

"""Read the arguments of one call as arrays, and find which have rows, are static, or are indices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.compiler.calls.call import Call
from autograd.compiler.calls.plans import Asked
from autograd.compiler.inputs.layout import ArgumentReader, IndexReader, as_arrays, conformed
from autograd.compiler.inputs.parameters import Parameters

REDUCTIONS = (None, "sum", "mean")


def read(parameters: Parameters, args: tuple[Any, ...], kwargs: dict[str, Any], reduce: str | None) -> Call:
    """The call: its arrays and their specs; TypeError and ValueError name the argument that does not fit."""
    if reduce not in REDUCTIONS:
        raise ValueError(f"{parameters.name}: reduce must be 'sum', 'mean' or None, got {reduce!r}")
    if reduce is not None and not parameters.rows:
        raise ValueError(f"{parameters.name}: nothing to reduce, since no argument has rows")
    passed, values = parameters.bound(args, kwargs)
    specs: list[Any] = []
    arrays: list[Any] = []
    static: list[Any] = []
    indices: list[Any] = []
    is_index: list[bool] = []
    rows: int | None = None
    first = ""
    for i, (name, x) in enumerate(zip(passed.names, values)):
        if parameters.is_static(passed, i):
            static.append((name, parameters.static_key(name, x), x))
            continue
        role = parameters.role(passed, i)
        reader = IndexReader(name) if role == "index" else ArgumentReader(name, role == "rows")
        if role == "index":
            indices.append((name, reader.spec(x)))
        else:
            specs.append(reader.spec(x))
        arrays += reader.arrays
        is_index += [role == "index"] * len(reader.arrays)
        if reader.rows is not None:
            if rows is not None and rows != reader.rows:
                raise ValueError(f"{parameters.name}: {name} has {reader.rows} rows, {first} has {rows}")
            rows, first = reader.rows, name
    if parameters.rows and rows is None:
        raise ValueError(f"{parameters.name}: there is no array in {', '.join(parameters.rows)} that could have rows")
    return Call(passed, tuple(specs), tuple(static), tuple(indices), arrays, tuple(is_index), rows, reduce)


def tangents_beside(parameters: Parameters, asked: Asked, rows: int | None, vectors: Sequence[Any]) -> list[Any]:
    """The arrays of tangents of the arguments that are differentiated."""
    arrays: list[Any] = []
    for i, vector in zip(asked.chosen, vectors, strict=True):
        name = asked.names[i]
        arrays += beside(
            parameters, f"{asked.kind}: tangents", vector, name, asked.specs[i], rows, name in parameters.rows
        )
    return arrays


def beside(
    parameters: Parameters, what: str, vector: Any, model: str, spec: Any, rows: int | None, by_row: bool
) -> list[Any]:
    """The arrays of a tangent or cotangent for a model of this spec; ValueError if it has another structure."""
    reader = ArgumentReader(f"{what} of {model}", by_row)
    if as_arrays(reader.spec(conformed(vector, spec))) != as_arrays(spec) or reader.rows not in (None, rows):
        raise ValueError(f"{parameters.name}.{what} must have the structure of {model}")
    return reader.arrays

"""Layout: how the arguments of a call lie in memory, and how results are put back into the same structure.

An argument is a number, an array, or a list, tuple or dict of them. Its *spec* is what a traced program depends on:
kinds, lengths, keys and shapes, but neither the numbers nor the number of rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from enum import Enum
from typing import Any, NamedTuple

import numpy

from autograd.numbers.kinds import KINDS, kind_of
from autograd.numbers.operand import fields_of
from autograd.primitives.operators import Scalar
from autograd.trees import CONTAINERS, PYTHON_NUMBERS, Keys, flatten, items_of, make_of, map_parts, parts_of


def fixing(name: str) -> str:
    """Advice for a fixed argument that static= cannot take."""
    return f"compile a function that has it from outside, as in compile(lambda w: f(w, {name}))"


class NumberSpec(NamedTuple):
    """One number; a bool is a mask."""

    is_mask: bool = False


class ArraySpec(NamedTuple):
    """An array; for an argument with rows, `shape` is that of one row.

    A list whose rows are lists, tuples or named tuples is an array, too: `makes` rebuild a row, from the outside in.
    An array of bools is a mask.
    """

    shape: tuple[int, ...]
    makes: tuple[Any, ...] = ()
    is_mask: bool = False


class NumbersSpec(NamedTuple):
    """A list or tuple of plain numbers, kept as one array; `make` rebuilds it from its items."""

    length: int
    make: Any


class ContainerSpec(NamedTuple):
    """A list, tuple or dict of anything; `make` rebuilds it from its parts, and knows its keys."""

    parts: tuple[Any, ...]
    make: Any


NUMBER, TRUTH = NumberSpec(), NumberSpec(True)
FLOAT64 = numpy.dtype(float)
WHOLE_NUMBERS = "whole"  # marks the shape of an array of whole numbers


def shapes_in(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The shapes of arrays of float64 or of whole numbers, and the types of all other arguments.

    Most calls pass arrays and numbers; this takes a third of the time that reading each argument would.
    """
    return tuple([x.shape if x.__class__ is numpy.ndarray and x.dtype is FLOAT64 else _told(x) for x in args])


def _told(x: Any) -> Any:
    """The shape of an array of whole numbers, with a mark; the type of anything else."""
    return (WHOLE_NUMBERS, *x.shape) if x.__class__ is numpy.ndarray and x.dtype.kind in "iu" else x.__class__


def tells_all(shapes: tuple[Any, ...]) -> bool:
    """Whether these shapes determine the specs of the arguments."""
    return all(type(shape) is tuple or shape in PYTHON_NUMBERS for shape in shapes)


class UnfitNumber(TypeError):
    """A number, such as a Value, that arrays of floats cannot hold: the function itself is called on it."""


class ArgumentReader:
    """Takes one argument apart: its spec, and one array for each leaf, rows first if it has rows."""

    def __init__(self, name: str, by_row: bool) -> None:
        self.name, self.by_row = name, by_row
        self.rows: int | None = None
        self.arrays: list[Any] = []

    def spec(self, x: Any, where: str = "") -> Any:
        """The spec of x; its arrays are appended to `arrays`."""
        if isinstance(x, numpy.ndarray):
            if numpy.any(getattr(x, "mask", False)):
                raise TypeError(f"{self.name}{where} has masked entries, which would count: pass x.filled(number)")
            return self._array(numpy.asarray(x), where)
        if self.by_row and type(x) is list:
            spec = self._array(self._converted(x, where), where)
            return spec._replace(makes=self._makes(x, where)) if type(spec) is ArraySpec else spec
        if not isinstance(x, CONTAINERS):
            return self._number(x, where)
        if not self.by_row and len(x) and not isinstance(x, dict) and PYTHON_NUMBERS.issuperset(map(type, x)):
            self.arrays.append(numpy.array(x, dtype=float))
            return NumbersSpec(len(x), make_of(x))
        return ContainerSpec(tuple([self.spec(part, f"{where}[{key!r}]") for key, part in items_of(x)]), make_of(x))

    def _makes(self, x: Any, where: str) -> tuple[Any, ...]:
        try:
            return makes_of(x)
        except ValueError as error:
            raise ValueError(f"{self.name}{where}: {error}") from None

    def _converted(self, x: Any, where: str) -> Any:
        try:
            return as_rows(x)
        except (ValueError, TypeError) as error:
            if any(isinstance(v, Scalar) for v in flatten(x)):
                raise UnfitNumber(f"{self.name}{where} holds Values; compiled code runs on floats and arrays") from None
            raise ValueError(f"{self.name}{where}: rows must be numbers, all rows of one shape: {error}") from None

    def _array(self, x: Any, where: str) -> Any:
        if x.dtype == object:
            for item in x.flat:
                self._check(item, where)
            x = x.astype(float)
        if x.dtype.kind not in "fiub":
            raise TypeError(f"{self.name}{where} must be an array of real numbers, got dtype {x.dtype}{fields_of(x)}")
        if not self.by_row:
            self.arrays.append(x)
            return _of_kind(x, x.shape)
        if x.ndim == 0:
            raise TypeError(f"{self.name}{where} carries rows: an array with a leading axis is needed, got one number")
        if self.rows is not None and self.rows != len(x):
            raise ValueError(f"{self.name}{where} has {len(x)} rows, other parts of {self.name} have {self.rows}")
        self.rows = len(x)
        self.arrays.append(x)
        return _of_kind(x, x.shape[1:])

    def _number(self, x: Any, where: str) -> Any:
        self._check(x, where)
        if self.by_row:
            raise TypeError(f"{self.name}{where} carries rows: an array with a leading axis is needed, got one number")
        self.arrays.append(x)
        return TRUTH if isinstance(x, (bool, numpy.bool_)) else NUMBER

    def _check(self, x: Any, where: str) -> None:
        if type(x) in PYTHON_NUMBERS:
            return
        try:
            if isinstance(x, Enum) and isinstance(x, int):
                raise TypeError(
                    f"{x!r} is more than a number, which `is` and `.name` tell: pass int({self.name}{where})"
                )
            kind = kind_of(x)
        except TypeError as error:
            remedy = f"name it in static=({self.name!r},)" if isinstance(x, Hashable) else fixing(self.name)
            advice = "" if where else f"; or {remedy}"
            raise TypeError(f"{self.name}{where}: {error}{advice}") from None
        if kind is not KINDS[float]:
            raise UnfitNumber(f"{self.name}{where} is a {type(x).__name__}; compiled code runs on floats and arrays")


class IndexReader(ArgumentReader):
    """Takes apart an argument whose numbers are indices."""

    def __init__(self, name: str) -> None:
        super().__init__(name, True)

    def _converted(self, x: Any, where: str) -> Any:
        return as_indices(x)

    def _array(self, x: Any, where: str) -> Any:
        if x.dtype.kind not in "iu":
            raise TypeError(f"{self.name}{where} is an index: whole numbers are needed, got dtype {x.dtype}")
        return super()._array(x, where)


def as_rows(x: Any) -> Any:
    """A list of rows as an array of floats or of bools; ValueError or TypeError if it is not one."""
    found = numpy.array(x)
    return found if found.dtype == bool else numpy.asarray(found, dtype=float)


def _of_kind(x: Any, shape: tuple[int, ...]) -> Any:
    """The spec of a mask, a number or an array of this shape, whose dtype is that of x."""
    if not shape:
        return TRUTH if x.dtype == bool else NUMBER
    return ArraySpec(shape, (), x.dtype == bool)


def makes_of(rows: Any) -> tuple[Any, ...]:
    """The functions that rebuild these rows, if they are lists or tuples, their items, and so on.

    ValueError if they are of several kinds.
    """
    found: list[Any] = []
    while len(rows) and isinstance(rows[0], (list, tuple)):
        kinds = sorted({kind.__name__ for kind in map(type, rows)})
        if len(kinds) > 1:
            raise ValueError(f"rows must be of one kind, but some are a {kinds[0]} and some a {kinds[1]}")
        found.append(make_of(rows[0]))
        rows = [x for row in rows for x in row]
    return tuple(found)


def _nested(x: Any, makes: Sequence[Any]) -> Any:
    """An array as nested sequences of these kinds."""
    return x if not makes else makes[0]([_nested(row, makes[1:]) for row in x] if x.ndim > 1 else x.tolist())


def as_indices(x: Any) -> Any:
    """A list of rows of indices as an array."""
    return numpy.array(x) if len(x) else numpy.zeros(0, int)


def conformed(x: Any, spec: Any) -> Any:
    """A structure in the form of this spec, if they differ only in the order of keys, in lists for tuples, or in
    whether the numbers in a list are Python's or NumPy's; otherwise unchanged.
    """
    if isinstance(spec, NumbersSpec):
        is_alike = isinstance(x, (list, tuple)) and len(x) == spec.length
        return spec.make([_pythons(v) for v in x]) if is_alike else x
    if not isinstance(spec, ContainerSpec):
        return x
    if isinstance(spec.make, Keys):
        keys, has_keys = spec.make.names, isinstance(x, dict) and x.keys() == set(spec.make.names)
        return spec.make([conformed(x[key], part) for key, part in zip(keys, spec.parts)]) if has_keys else x
    if not isinstance(x, (list, tuple)) or len(x) != len(spec.parts):
        return x
    return spec.make([_numpys(v) if type(part) is NumberSpec else conformed(v, part) for v, part in zip(x, spec.parts)])


def _pythons(x: Any) -> Any:
    """A real NumPy number or a bool as a float; anything else unchanged."""
    return float(x) if isinstance(x, (numpy.generic, bool)) and numpy.asarray(x).dtype.kind in "fiub" else x


def _numpys(x: Any) -> Any:
    """A Python number as a NumPy number, lists of which do not become a `NumbersSpec`; anything else unchanged."""
    return numpy.float64(x) if type(x) in (float, int, bool) else x


def template(spec: Any) -> Any:
    """Placeholder numbers of this spec, to trace a function on."""
    if isinstance(spec, NumberSpec):
        return False if spec.is_mask else 0.0
    if isinstance(spec, ArraySpec):
        return _nested(numpy.zeros(spec.shape, bool if spec.is_mask else float), spec.makes)
    if isinstance(spec, NumbersSpec):
        return spec.make([0.0] * spec.length)
    return spec.make([template(part) for part in spec.parts])


def with_masks(x: Any, spec: Any) -> Any:
    """A structure of this spec, with the numbers in its masks replaced by bools."""
    if isinstance(spec, ContainerSpec):
        return spec.make(list(map(with_masks, parts_of(x), spec.parts)))
    if isinstance(spec, NumberSpec):
        return x != 0 if spec.is_mask else x
    return x.astype(bool) if isinstance(spec, ArraySpec) and spec.is_mask else x


def without_masks(spec: Any) -> Any:
    """The spec of the same structure with numbers in place of bools."""
    return _map_leaves(lambda leaf: leaf if isinstance(leaf, NumbersSpec) else leaf._replace(is_mask=False), spec)


def as_arrays(spec: Any) -> Any:
    """The spec of the same structure with arrays in place of lists of rows."""
    return _map_leaves(lambda x: x._replace(makes=()) if isinstance(x, ArraySpec) else x, without_masks(spec))


def _map_leaves(function: Callable[[Any], Any], spec: Any) -> Any:
    """The same spec with `function` applied to each leaf."""
    if isinstance(spec, ContainerSpec):
        return spec._replace(parts=tuple([_map_leaves(function, part) for part in spec.parts]))
    return function(spec)


def leaves_in(spec: Any) -> Iterator[Any]:
    """The numbers, arrays, and lists of plain numbers in a spec, in order."""
    if isinstance(spec, ContainerSpec):
        for part in spec.parts:
            yield from leaves_in(part)
    else:
        yield spec


def shapes_of(spec: Any) -> Iterator[tuple[int, ...]]:
    """The shape of each leaf array, in order."""
    for leaf in leaves_in(spec):
        yield leaf.shape if isinstance(leaf, ArraySpec) else (leaf.length,) if isinstance(leaf, NumbersSpec) else ()


def size_of(spec: Any) -> int:
    """The number of numbers in a spec."""
    return sum(map(math.prod, shapes_of(spec)))


def stacked(tree: Any) -> Any:
    """A structure with an array in place of each sequence of numbers, or of arrays of one shape."""
    if isinstance(tree, dict):
        return map_parts(stacked, tree)
    if not isinstance(tree, (list, tuple)):
        return tree
    parts = tuple(map(stacked, tree))
    shapes = {numpy.shape(part) if isinstance(part, (float, numpy.ndarray)) else None for part in parts}
    return parts if len(shapes) != 1 or None in shapes else numpy.array(parts)


def result_spec(template: Any, is_stacked: bool) -> Any:
    """The spec of a result, as the function returned it or with arrays in place of sequences of numbers."""
    return ArgumentReader("result", False).spec(stacked(template) if is_stacked else template)


def of_arrays(specs: Sequence[Any], by_row: Sequence[bool]) -> list[bool]:
    """For each array of the arguments, whether it has rows."""
    return [moves for spec, moves in zip(specs, by_row) for _ in shapes_of(spec)]


def numbers_of(arrays: Sequence[Any], by_row: Sequence[bool], row: Any) -> list[float]:
    """The numbers that one row sees, as NumPy numbers, whose arithmetic follows IEEE."""
    seen = [x[row] if moves and row is not None else x for x, moves in zip(arrays, by_row)]
    return [v for x in seen for v in numpy.asarray(x, dtype=float).reshape(-1)]

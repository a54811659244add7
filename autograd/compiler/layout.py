"""Layout: how the arguments of a call lie in memory, and how results return to the same structure.

An argument is a number, an array, or a list, tuple or dict of them. Its *spec* is what a traced program depends on:
kinds, lengths, keys and shapes, but neither the numbers nor the number of rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy

from autograd.compiler.program import Keyed
from autograd.numbers.kinds import KINDS, kind_of
from autograd.transforms.curvature import assembled


class NumberSpec(NamedTuple):
    """One number."""


class ArraySpec(NamedTuple):
    """An array; for an argument with rows, `shape` is that of one row."""

    shape: tuple[int, ...]


class NumbersSpec(NamedTuple):
    """A list or tuple of plain numbers, kept as one array; `make` rebuilds it from its items."""

    length: int
    make: Any


class SequenceSpec(NamedTuple):
    """A list or tuple of anything; `make` rebuilds it from its items."""

    parts: tuple[Any, ...]
    make: Any


class DictSpec(NamedTuple):
    """A dict, with its keys in order."""

    keys: tuple[Any, ...]
    parts: tuple[Any, ...]


NUMBER = NumberSpec()
PLAIN = {float, int}
FLOAT64 = numpy.dtype(float)


def shapes_in(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The shapes of float64 arrays, and the types of all other arguments.

    Most calls pass arrays and numbers, and this takes a third of the time of reading each argument.
    """
    return tuple([x.shape if x.__class__ is numpy.ndarray and x.dtype is FLOAT64 else x.__class__ for x in args])


def tells_all(shapes: tuple[Any, ...]) -> bool:
    """Whether these shapes determine the specs of the arguments."""
    return all(type(shape) is tuple or shape in PLAIN for shape in shapes)


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
            return self._array(numpy.asarray(x), where)
        if self.by_row and type(x) is list:
            return self._array(self._converted(x, where), where)
        if isinstance(x, dict):
            return DictSpec(tuple(x), tuple([self.spec(part, f"{where}[{key!r}]") for key, part in x.items()]))
        if isinstance(x, (list, tuple)):
            return self._sequence(x, where)
        return self._number(x, where)

    def _sequence(self, x: Any, where: str) -> Any:
        make = type(x)._make if hasattr(x, "_fields") else list if isinstance(x, list) else tuple
        if not self.by_row and len(x) and PLAIN.issuperset(map(type, x)):
            self.arrays.append(numpy.array(x, dtype=float))
            return NumbersSpec(len(x), make)
        return SequenceSpec(tuple([self.spec(part, f"{where}[{i}]") for i, part in enumerate(x)]), make)

    def _converted(self, x: Any, where: str) -> Any:
        try:
            return numpy.array(x, dtype=float)
        except (ValueError, TypeError) as error:
            raise ValueError(f"{self.name}{where}: rows must be numbers, all rows of one shape: {error}") from None

    def _array(self, x: Any, where: str) -> Any:
        if x.dtype == object:
            for item in x.flat:
                self._check(item, where)
            x = x.astype(float)
        if x.dtype.kind not in "fiub":
            raise TypeError(f"{self.name}{where} must be an array of real numbers, got dtype {x.dtype}")
        if not self.by_row:
            self.arrays.append(x)
            return ArraySpec(x.shape) if x.ndim else NUMBER
        if x.ndim == 0:
            raise TypeError(f"{self.name}{where} carries rows: an array with a leading axis is needed, got one number")
        if self.rows is not None and self.rows != len(x):
            raise ValueError(f"{self.name}{where} has {len(x)} rows, other parts of {self.name} have {self.rows}")
        self.rows = len(x)
        self.arrays.append(x)
        return ArraySpec(x.shape[1:]) if x.ndim > 1 else NUMBER

    def _number(self, x: Any, where: str) -> Any:
        self._check(x, where)
        if self.by_row:
            raise TypeError(f"{self.name}{where} carries rows: an array with a leading axis is needed, got one number")
        self.arrays.append(x)
        return NUMBER

    def _check(self, x: Any, where: str) -> None:
        if type(x) in PLAIN:
            return
        try:
            kind = kind_of(x)
        except TypeError as error:
            raise TypeError(f"{self.name}{where}: {error}") from None
        if kind is not KINDS[float]:
            raise UnfitNumber(f"{self.name}{where} is a {type(x).__name__}; compiled code runs on floats and arrays")


def template(spec: Any) -> Any:
    """Placeholder numbers of this spec, to trace a function on."""
    if isinstance(spec, NumberSpec):
        return 0.0
    if isinstance(spec, ArraySpec):
        return numpy.zeros(spec.shape)
    if isinstance(spec, NumbersSpec):
        return spec.make([0.0] * spec.length)
    if isinstance(spec, DictSpec):
        return dict(zip(spec.keys, map(template, spec.parts)))
    return spec.make([template(part) for part in spec.parts])


def shapes_of(spec: Any) -> Iterator[tuple[int, ...]]:
    """The shape of each leaf array, in order."""
    if isinstance(spec, NumberSpec):
        yield ()
    elif isinstance(spec, ArraySpec):
        yield spec.shape
    elif isinstance(spec, NumbersSpec):
        yield (spec.length,)
    else:
        for part in spec.parts:
            yield from shapes_of(part)


def restored(spec: Any, arrays: Iterator[Any], by_row: bool) -> Any:
    """Results in the structure of a spec, from one array for each leaf, rows first if `by_row`."""
    if isinstance(spec, DictSpec):
        return {key: restored(part, arrays, by_row) for key, part in zip(spec.keys, spec.parts)}
    if isinstance(spec, SequenceSpec):
        return spec.make([restored(part, arrays, by_row) for part in spec.parts])
    array = next(arrays)
    if isinstance(spec, NumberSpec):
        return array if by_row else float(array)
    if isinstance(spec, NumbersSpec):
        return spec.make(list(array.T) if by_row else array.tolist())
    return array


def value_of(tree: Any, results: Iterator[Any], by_row: bool) -> Any:
    """The result of a function, with arrays in place of sequences of numbers."""
    if isinstance(tree, int):
        number = next(results)
        return number if by_row else float(number)
    if isinstance(tree, Keyed):
        return {key: value_of(part, results, by_row) for key, part in zip(tree.keys, tree.items)}
    parts = [value_of(part, results, by_row) for part in tree]
    shapes = {numpy.shape(part) if isinstance(part, (float, numpy.ndarray)) else None for part in parts}
    if len(shapes) != 1 or None in shapes:
        return tuple(parts)
    return numpy.stack(parts, axis=1) if by_row else numpy.array(parts)


def nested(spec: Any, second: Any, by_row: bool) -> Any:
    """The n² second derivatives, for each row if `by_row`, nested twice in the structure of the argument."""
    shapes = list(shapes_of(spec))
    n = sum(map(math.prod, shapes))
    if by_row:
        if len(shapes) > 1:
            raise TypeError("a Hessian for each row needs one number or one array; reduce the rows, or use one array")
        return second.reshape(len(second), *shapes[0], *shapes[0])
    ends = numpy.cumsum([math.prod(shape) for shape in shapes])[:-1]
    parts = [
        [part.reshape(shape) for part, shape in zip(numpy.split(row, ends), shapes)] for row in second.reshape(n, n)
    ]
    gradients = [restored(spec, iter(part), False) for part in parts]
    return assembled(template(spec), iter(gradients), gradients[0])

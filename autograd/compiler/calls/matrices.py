"""Matrices of derivatives: dense, in the structures of the result and of the arguments, or sparse."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy

from autograd.compiler.calls.gathering import Gathering
from autograd.compiler.derivatives.jacobians import Entry
from autograd.compiler.inputs.forms import restorer
from autograd.compiler.inputs.layout import ArraySpec, ContainerSpec, NumbersSpec, shapes_of, size_of
from autograd.forks import at_work


def jacobian_of(result: Any, argument: Any, matrix: Any, by_row: bool) -> Any:
    """A result with each number replaced by its gradient in the structure of the argument, as in `autograd.jacobian`.

    The last two axes of `matrix` are the numbers of the result and those of the argument; before them, if `by_row`, are
    the rows.

    >>> jacobian_of(NumbersSpec(2, list), NumbersSpec(2, tuple), numpy.eye(2), False)
    [(1.0, 0.0), (0.0, 1.0)]
    """
    inner = list(shapes_of(argument))
    ends = numpy.cumsum([math.prod(shape) for shape in inner])[:-1]
    columns = numpy.split(matrix, ends, -1)
    row = 0

    def filled(spec: Any) -> Any:
        nonlocal row
        if isinstance(spec, ContainerSpec):
            return spec.make([filled(part) for part in spec.parts])
        start, row = row, row + size_of(spec)
        if isinstance(spec, NumbersSpec):
            one = restorer((argument,), (False,))
            lines = ([x[i].reshape(shape) for x, shape in zip(columns, inner)] for i in range(start, row))
            return spec.make([one(line)[0] for line in lines])
        (outer,) = shapes_of(spec)
        arrays = [
            x[..., start:row, :].reshape((*matrix.shape[:-2], *outer, *shape)) for x, shape in zip(columns, inner)
        ]
        return restorer((argument,), (by_row or isinstance(spec, ArraySpec),))(arrays)[0]

    return filled(result)


class Numbers:
    """The numbers of some arguments of a program, in order, then those that the rows gather from them."""

    def __init__(
        self, specs: Sequence[Any], by_row: Sequence[bool], gathering: Gathering | None, chosen: Sequence[int]
    ) -> None:
        """`specs` are those of the chosen arguments; `by_row` says which of them have rows."""
        self.sizes, self.by_row, self.gathering = list(map(size_of, specs)), by_row, gathering
        self.width = sum(self.sizes)
        self.gathers: list[tuple[int, int, int]] = []  # each, its argument among those chosen, and its first number
        low = self.width
        if gathering is not None:
            for q in gathering.below(chosen):
                gather = gathering.gathers.inputs[q]
                self.gathers.append((q, list(chosen).index(gather.argument), low))
                low += gather.places.shape[1]

    def places(self, numbers: Any, items: Sequence[Any], rows: int, apart: bool) -> Any:
        """The places of `numbers` among those of the arguments, for each row.

        `items` are the rows' choices. If `apart`, arguments with rows hold the numbers of one row after the other;
        otherwise all rows have the same places.
        """
        found = numpy.repeat(numbers[None], rows, 0)
        start = low = 0
        for size, by_row in zip(self.sizes, self.by_row):
            inside = (numbers >= low) & (numbers < low + size)
            found[:, inside] += start - low
            if by_row and apart:
                found[:, inside] += size * numpy.arange(rows)[:, None]
            start += size * rows if by_row and apart else size
            low += size
        starts = self.starts(rows, apart)
        for q, k, low in self.gathers:
            assert self.gathering is not None
            chosen = self.gathering.places(q, items)
            inside = (numbers >= low) & (numbers < low + chosen.shape[1])
            found[:, inside] = starts[k] + chosen[:, numbers[inside] - low]
        return found

    def starts(self, rows: int, apart: bool) -> Any:
        """The place where each argument starts, then the end of the last one."""
        sizes = [size * rows if by_row and apart else size for size, by_row in zip(self.sizes, self.by_row)]
        return numpy.cumsum([0, *sizes])


class Matrix:
    """The places of the entries of a matrix of derivatives; if there are rows, each row has its own entries."""

    def __init__(self, places: Sequence[Entry], height: int, numbers: Numbers) -> None:
        """`height` is the number of lines in the matrix of a row."""
        self.lines, self.columns = numpy.array(places, dtype=int).reshape(-1, 2).T
        self.height, self.numbers = height, numbers

    def dense(self, found: Any, items: Sequence[Any]) -> Any:
        """The matrix of each row, or the only one; its columns for an argument with rows are the row's own numbers."""
        shape = (*found.shape[:-1], self.height, self.numbers.width)
        if found.size == math.prod(shape) and not self.numbers.gathers:
            return found.reshape(shape)
        matrix = numpy.zeros(shape)
        if not self.numbers.gathers:
            matrix[..., self.lines, self.columns] = found
            return matrix
        columns = self.numbers.places(self.columns, items, len(found), False)
        every = numpy.arange(len(found))
        for e, line in enumerate(self.lines):  # one entry at a time: two may have the same place
            matrix[every, line, columns[:, e]] += found[:, e]
        return matrix

    def sparse(self, found: Any, items: Sequence[Any]) -> Any:
        """One sparse matrix: a line for each number of the results, row by row; a column for each argument number."""
        with at_work:
            from scipy.sparse import csr_array  # type: ignore[import-untyped]  # SciPy has no types
        found = numpy.atleast_2d(found)
        rows = len(found)
        columns = self.numbers.places(self.columns, items, rows, True)
        counts = numpy.bincount(self.lines, minlength=self.height)
        ends = numpy.concatenate([[0], numpy.cumsum(numpy.tile(counts, rows))])
        shape = (rows * self.height, int(self.numbers.starts(rows, True)[-1]))
        made = csr_array((found.ravel(), columns.ravel(), ends), shape=shape)
        made.sum_duplicates()
        return made

    def second(self, found: Any, items: Sequence[Any], each: bool) -> Any:
        """The symmetric matrix of second derivatives of each row, or the sum over rows, from entries by row."""
        rows, width = len(found), self.numbers.width
        lines, columns = (self.numbers.places(x, items, rows, False) for x in (self.lines, self.columns))
        places = lines * width + columns
        if each:
            places += width * width * numpy.arange(rows)[:, None]
        shape = (rows, width, width) if each else (width, width)
        return numpy.bincount(places.ravel(), found.ravel(), math.prod(shape)).reshape(shape)


def hessian_of(argument: Any, matrix: Any, by_row: bool) -> Any:
    """The second derivatives in the structure of the argument, as in `autograd.hessian`; rows are the first axis."""
    if not by_row:
        return jacobian_of(argument, argument, matrix, False)
    shapes = list(shapes_of(argument))
    if len(shapes) > 1:
        raise TypeError("a Hessian for each row needs one number or one array; reduce the rows, or use one array")
    return matrix.reshape(len(matrix), *shapes[0], *shapes[0])

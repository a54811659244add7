"""Indices of rows, at a call: what they choose is gathered into arrays by row, and its derivatives are scattered back.

Derivatives of one number are added up row by row, in order, so the same call gives the same bits.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy

from autograd.compiler.indexing import Choice, ChosenInputs, Column, Gathers
from autograd.compiler.layout import NUMBER, ArraySpec, shapes_of, size_of

OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "floor_divide": operator.floordiv,
    "mod": operator.mod,
    "negative": operator.neg,
    "positive": operator.pos,
}


class Gathered(NamedTuple):
    """The arrays of a program's arguments, and the item that each row chose, for each gather."""

    arrays: list[Any]
    chosen: list[Any]


class Table(NamedTuple):
    """Items whose numbers lie side by side in an argument, from `start` on, and the gathers from them, made at once."""

    argument: int
    start: int
    shape: tuple[int, ...]
    gathers: list[int]

    def items(self, chosen: Sequence[Any]) -> Any:
        """The items that rows chose, one array for all gathers."""
        return numpy.array([chosen[q] for q in self.gathers])

    def places(self, items: Any) -> Any:
        """The places in the argument of the numbers of items."""
        return (items * self.shape[1] + self.start)[..., None] + numpy.arange(self.shape[1])


class Gathering:
    """What calls of a program gather and scatter."""

    def __init__(self, name: str, gathers: Gathers, specs: Sequence[Any], is_index: Sequence[bool]) -> None:
        """`specs` are those of the arguments other than indices; `is_index` says which arrays of a call are."""
        self.name, self.gathers, self.is_index = name, gathers, is_index
        self.sizes = list(map(size_of, specs))
        self.shapes = [list(shapes_of(spec)) for spec in specs]
        inputs = [ArraySpec((gather.places.shape[1],)) for gather in gathers.inputs]
        self.specs = [*specs, *inputs, *[NUMBER] * len(gathers.numbers)]  # of the program's arguments
        self.tables = _tables(gathers.inputs)
        self.together = {q: table for table in self.tables for q in table.gathers}
        self.first = len(specs)  # the first argument that is gathered

    def below(self, chosen: Sequence[int]) -> list[int]:
        """The gathers from some arguments."""
        return [q for q, gather in enumerate(self.gathers.inputs) if gather.argument in chosen]

    def fed(self, arrays: Sequence[Any]) -> Gathered:
        """The arrays of the arguments, then what their indices gather from them; IndexError out of bounds."""
        own = [x for x, is_index in zip(arrays, self.is_index) if not is_index]
        columns = [
            column
            for x, is_index in zip(arrays, self.is_index)
            if is_index
            for column in x.astype(numpy.intp, copy=False).reshape(len(x), math.prod(x.shape[1:])).T
        ]
        found: dict[Choice, Any] = {}
        for choice in (*self.gathers.choices, *[gather.choice for gather in self.gathers.inputs]):
            if choice not in found:
                found[choice] = self._items(choice, columns)
        chosen = [found[gather.choice] for gather in self.gathers.inputs]
        numbers = [columns[k].astype(float) for k in self.gathers.numbers]
        return Gathered([*self.vectors(own, range(self.first), chosen), *numbers], chosen)

    def _by_argument(self, arrays: Sequence[Any], arguments: Sequence[int]) -> dict[int, list[Any]]:
        """The arrays of each of some arguments."""
        rest = iter(arrays)
        return {k: [next(rest) for _ in self.shapes[k]] for k in arguments}

    def _items(self, choice: Choice, columns: Sequence[Any]) -> Any:
        """The item that each row chooses."""
        item: Any = None
        for index, count in choice.axes:
            i = _evaluated(index, columns)
            if numpy.maximum.reduce(i.view(numpy.uintp), axis=None, initial=0) >= count:  # or below 0
                wrong = numpy.flatnonzero((i < -count) | (i >= count))
                if len(wrong):
                    row = wrong[0]
                    given = ", ".join(str(columns[k][row]) for k in _columns(index)) if type(index) is tuple else ""
                    told = f"{i.flat[row]}{f' (from {given})' * bool(given)} in row {row}, and there are {count}"
                    raise IndexError(f"{self.name}: the index {choice.text} is {told}")
                i = numpy.where(i < 0, i + count, i)
            item = i if item is None else item * count + i
        return item

    def vectors(self, arrays: Sequence[Any], arguments: Sequence[int], chosen: Sequence[Any]) -> list[Any]:
        """Arrays like those of some arguments, such as their tangents, then what is gathered from them."""
        found, below = self._by_argument(arrays, arguments), self.below(arguments)
        flat: dict[int, Any] = {}
        for k in {self.gathers.inputs[q].argument for q in below}:
            parts = [numpy.ravel(x) for x in found[k]]
            flat[k] = parts[0] if len(parts) == 1 else numpy.concatenate(parts)
        gathered: dict[int, Any] = {}
        for table in self.tables:
            if table.argument in flat:
                numbers = flat[table.argument][table.start :][: math.prod(table.shape)].reshape(table.shape)
                gathered.update(zip(table.gathers, numbers.take(table.items(chosen), 0)))
        for q in below:
            if q not in gathered:
                gather = self.gathers.inputs[q]
                gathered[q] = flat[gather.argument][gather.places[chosen[q]]]
        return [*arrays, *map(gathered.__getitem__, below)]

    def scattered(self, arrays: list[Any], arguments: Sequence[int], chosen: Sequence[Any], each: bool) -> list[Any]:
        """The derivatives of some arguments, from those and the ones of what was gathered, all added up.

        With `each`, every row has its own.
        """
        below = self.below(arguments)
        own = arrays[: len(arrays) - len(below)]
        found = self._by_argument(own, arguments)
        given = dict(zip(below, arrays[len(own) :]))
        slopes: dict[int, list[tuple[Any, Any]]] = {}  # and their places, of each argument
        for table in self.tables:
            if table.gathers[0] in given:
                places = table.places(table.items(chosen).T)
                numbers = numpy.stack([given.pop(q) for q in table.gathers], axis=1)
                slopes.setdefault(table.argument, []).append((_rows(places), _rows(numbers)))
        for q, x in given.items():
            gather = self.gathers.inputs[q]
            slopes.setdefault(gather.argument, []).append((_rows(gather.places[chosen[q]]), _rows(x)))
        for k, pairs in slopes.items():
            size = self.sizes[k]
            places, numbers = pairs[0] if len(pairs) == 1 else [numpy.concatenate(side, axis=1) for side in zip(*pairs)]
            if each:
                places = places + size * numpy.arange(len(places))[:, None]
            total = numpy.bincount(places.ravel(), numbers.ravel(), size * (len(places) if each else 1))
            _add(found[k], total.reshape(len(places), size) if each else total, each)
        return own

    def places(self, q: int, chosen: Any) -> Any:
        """The places in their argument of the numbers of the chosen items."""
        table = self.together.get(q)
        return self.gathers.inputs[q].places[chosen] if table is None else table.places(chosen)


def _evaluated(index: Any, columns: Sequence[Any]) -> Any:
    """An index for each row."""
    if type(index) is Column:
        return columns[index.number]
    if type(index) is int:
        return numpy.array(index)
    op, *operands = index
    return OPERATORS[op](*[_evaluated(x, columns) for x in operands])


def _columns(index: Any) -> list[int]:
    """The columns that an index is computed from."""
    if type(index) is Column:
        return [index.number]
    return [] if type(index) is int else [k for operand in index[1:] for k in _columns(operand)]


def _tables(gathers: Sequence[ChosenInputs]) -> list[Table]:
    """The tables of the gathers whose items have their numbers side by side, in order."""
    found: dict[Any, Table] = {}
    for q, (_, argument, places) in enumerate(gathers):
        start = int(places[0, 0]) if places.size else 0
        if numpy.array_equal(places.ravel(), numpy.arange(start, start + places.size)):
            key = argument, start, places.shape
            found.setdefault(key, Table(*key, [])).gathers.append(q)
    return list(found.values())


def _rows(x: Any) -> Any:
    """An array with one axis for what a row has."""
    return x.reshape(len(x), math.prod(x.shape[1:]))


def _add(arrays: Sequence[Any], total: Any, each: bool) -> None:
    """Add numbers, all in one array, to several arrays; rows come first with `each`."""
    start = 0
    for array in arrays:
        end = start + (math.prod(array.shape[1:]) if each else array.size)
        numpy.add(array, total[..., start:end].reshape(array.shape), array)
        start = end

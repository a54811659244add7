"""Indices of rows, at a call: what they choose is gathered into arrays by row, and its derivatives are scattered back.

Derivatives of one number are added up in a fixed order, so the same call gives the same bits.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy

from autograd.compiler.inputs.layout import NUMBER, ArraySpec, shapes_of, size_of
from autograd.compiler.tracing.indexing import Choice, ChosenInputs, Column, Gathers

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
    """Items of an argument, and the gathers from them, which are made at once.

    `places` are those of every item's numbers in the argument; `start` is the first, if all lie side by side.
    """

    argument: int
    places: Any
    start: int | None
    gathers: list[int]

    def items(self, chosen: Sequence[Any]) -> Any:
        """The items that rows chose, one array for all gathers."""
        return numpy.array([chosen[q] for q in self.gathers])

    def numbers(self, flat: Any, items: Any) -> Any:
        """The numbers of these items, from all of the argument's."""
        if self.start is None:
            return flat.take(self.places.take(items, 0))
        return flat[self.start : self.start + self.places.size].reshape(self.places.shape).take(items, 0)


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
        self.choices = list(dict.fromkeys((*gathers.choices, *[gather.choice for gather in gathers.inputs])))
        number = {choice: k for k, choice in enumerate(self.choices)}
        self.choice_of = [number[gather.choice] for gather in gathers.inputs]
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
        found = [self._items(choice, columns) for choice in self.choices]
        chosen = [found[k] for k in self.choice_of]
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
                gathered.update(zip(table.gathers, table.numbers(flat[table.argument], table.items(chosen))))
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
            if table.gathers[0] not in given:
                continue
            places = table.places.take(table.items(chosen), 0)
            if each:  # every row has places of its own
                places += self.sizes[table.argument] * numpy.arange(places.shape[1])[:, None]
            numbers = numpy.concatenate([given[q] for q in table.gathers])
            slopes.setdefault(table.argument, []).append((places.ravel(), numbers.ravel()))
        for k, pairs in slopes.items():
            places, numbers = pairs[0] if len(pairs) == 1 else map(numpy.concatenate, zip(*pairs))
            rows = len(chosen[0]) if each else 1
            total = numpy.bincount(places, numbers, self.sizes[k] * rows)
            _add(found[k], total.reshape(rows, self.sizes[k]) if each else total, each)
        return own

    def places(self, q: int, chosen: Any) -> Any:
        """The places in their argument of the numbers of the chosen items."""
        return self.gathers.inputs[q].places.take(chosen, 0)


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
    """The gathers, by the items that they choose from."""
    found: dict[Any, Table] = {}
    for q, (_, argument, places) in enumerate(gathers):
        first = int(places[0, 0]) if places.size else 0
        is_whole = numpy.array_equal(places.ravel(), numpy.arange(first, first + places.size))
        key = argument, places.shape, first if is_whole else places.tobytes()
        found.setdefault(key, Table(argument, places, first if is_whole else None, [])).gathers.append(q)
    return list(found.values())


def _add(arrays: Sequence[Any], total: Any, each: bool) -> None:
    """Add numbers, all in one array, to several arrays; rows come first with `each`."""
    start = 0
    for array in arrays:
        end = start + (math.prod(array.shape[1:]) if each else array.size)
        numpy.add(array, total[..., start:end].reshape(array.shape), array)
        start = end

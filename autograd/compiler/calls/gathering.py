"""The indices of rows, at a call: gather the items that they choose into arrays by row, and scatter derivatives back.

Derivatives of one number are added up in a fixed order, so the same call gives the same bits.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import numpy

from autograd.compiler.inputs.layout import NUMBER, ArraySpec, shapes_of
from autograd.compiler.tracing.indexing import ARITHMETIC, ChosenInputs, Gathers, IndexChoice, IndexColumn


class Gathered(NamedTuple):
    """The arrays of a program's arguments, and the items that the rows chose, for each block of choices."""

    arrays: list[Any]
    chosen: list[Any]


class ChoiceBlock(NamedTuple):
    """Choices for gathers from one table; `first` is the first column, if they are by consecutive columns alone."""

    choices: tuple[IndexChoice, ...]
    first: int | None
    bound: int  # of the indices

    @classmethod
    def of(cls, choices: Sequence[IndexChoice]) -> ChoiceBlock:
        """The block of these choices."""
        index, count = choices[0].axes[0]
        first = index.number if type(index) is IndexColumn else 0
        follow = [((IndexColumn(first + k), count),) for k in range(len(choices))]
        return cls(tuple(choices), first if follow == [choice.axes for choice in choices] else None, count)

    def items(self, indices: Sequence[Any]) -> Any:
        """The chosen items, if they are columns of one array of indices and none is out of bounds; else None."""
        first = self.first
        if first is None:
            return None
        for columns in indices:
            if first < len(columns):
                found = columns[first : first + len(self.choices)]
                inside = numpy.maximum.reduce(found.view(numpy.uintp), axis=None, initial=0) < self.bound
                return found if inside and len(found) == len(self.choices) else None
            first -= len(columns)
        return None


class GatherTable(NamedTuple):
    """Items of an argument, and the gathers from them, which run together.

    The items are in the arrays of the argument from `low` to `high`; `places` are those of every item's numbers there,
    and `start` is the first of them, if all are contiguous.
    """

    argument: int
    low: int
    high: int
    places: Any
    start: int | None
    gathers: list[int]

    @property
    def span(self) -> tuple[int, int, int]:
        """The argument, and the range of its arrays."""
        return self[:3]

    def numbers(self, flat: Any, items: Any) -> Any:
        """The numbers of these items, taken from `flat`, all numbers of the arrays."""
        if self.start is None:
            return flat.take(self.places.take(items, 0))
        return flat[self.start : self.start + self.places.size].reshape(self.places.shape).take(items, 0)


class Gathering:
    """The gathers and scatters of a program's calls."""

    def __init__(self, name: str, gathers: Gathers, specs: Sequence[Any], is_index: Sequence[bool]) -> None:
        """`specs` are those of the arguments other than indices; `is_index` says which arrays of a call are indices."""
        self.name, self.gathers, self.is_index = name, gathers, is_index
        self.shapes = [list(shapes_of(spec)) for spec in specs]
        inputs = [ArraySpec((gather.places.shape[1],)) for gather in gathers.inputs]
        self.specs = [*specs, *inputs, *[NUMBER] * len(gathers.numbers)]  # of the program's arguments
        self.tables = _tables(gathers.inputs, self.shapes)
        self.choices = list(dict.fromkeys((*gathers.choices, *[gather.choice for gather in gathers.inputs])))
        self.blocks = [ChoiceBlock.of([gathers.inputs[q].choice for q in table.gathers]) for table in self.tables]
        gathered = {choice for block in self.blocks for choice in block.choices}
        self.blocks += [ChoiceBlock.of([choice]) for choice in self.choices if choice not in gathered]
        self.place = {q: (t, k) for t, table in enumerate(self.tables) for k, q in enumerate(table.gathers)}
        self.first = len(specs)  # the first argument that is gathered

    def below(self, chosen: Sequence[int]) -> list[int]:
        """The gathers from the chosen arguments."""
        return [q for q, gather in enumerate(self.gathers.inputs) if gather.argument in chosen]

    def fed(self, arrays: Sequence[Any]) -> Gathered:
        """The arrays of the arguments, then what their indices gather; IndexError if one is out of bounds."""
        own = [x for x, is_index in zip(arrays, self.is_index) if not is_index]
        indices = [
            x.astype(numpy.intp, copy=False).reshape(len(x), math.prod(x.shape[1:])).T
            for x, is_index in zip(arrays, self.is_index)
            if is_index
        ]
        chosen = [block.items(indices) for block in self.blocks]
        all_alike = all(items is not None for items in chosen)
        columns = [] if all_alike and not self.gathers.numbers else [column for x in indices for column in x]
        if not all_alike:
            found = {choice: self._items(choice, columns) for choice in self.choices}
            chosen = [numpy.array([found[choice] for choice in block.choices]) for block in self.blocks]
        numbers = [columns[k].astype(float) for k in self.gathers.numbers]
        return Gathered([*self.vectors(own, range(self.first), chosen), *numbers], chosen)

    def _by_argument(self, arrays: Sequence[Any], arguments: Sequence[int]) -> dict[int, list[Any]]:
        """The arrays of each of some arguments."""
        rest = iter(arrays)
        return {k: [next(rest) for _ in self.shapes[k]] for k in arguments}

    def _items(self, choice: IndexChoice, columns: Sequence[Any]) -> Any:
        """The item that each row chooses; IndexError names the first row whose index is out of bounds."""
        item: Any = None
        for index, count in choice.axes:
            i = _evaluated(index, columns)
            if numpy.maximum.reduce(i.view(numpy.uintp), axis=None, initial=0) >= count:  # or below 0
                wrong = numpy.flatnonzero((i < -count) | (i >= count))
                if len(wrong) and choice.is_bounded:
                    row = wrong[0]
                    given = ", ".join(str(columns[k][row]) for k in _columns(index)) if type(index) is tuple else ""
                    told = f"{i.flat[row]}{f' (from {given})' * bool(given)} in row {row}, and there are {count}"
                    raise IndexError(f"{self.name}: the index {choice.text} is {told}")
                i = numpy.where(i < 0, i + count, i)
                i = numpy.where((i < 0) | (i >= count), 0, i)  # in rows that do not read the item
            item = i if item is None else item * count + i
        return item

    def vectors(self, arrays: Sequence[Any], arguments: Sequence[int], chosen: Sequence[Any]) -> list[Any]:
        """Arrays like those of some arguments, such as their tangents, then the items gathered from them."""
        found = self._by_argument(arrays, arguments)
        flat: dict[Any, Any] = {}
        gathered: dict[int, Any] = {}
        for table, items in zip(self.tables, chosen):
            if table.argument in found:
                if table.span not in flat:
                    parts = [numpy.ravel(x) for x in found[table.argument][table.low : table.high]]
                    flat[table.span] = parts[0] if len(parts) == 1 else numpy.concatenate(parts)
                gathered.update(zip(table.gathers, table.numbers(flat[table.span], items)))
        return [*arrays, *[gathered[q] for q in sorted(gathered)]]

    def scattered(self, arrays: list[Any], arguments: Sequence[int], chosen: Sequence[Any], each: bool) -> list[Any]:
        """The derivatives of some arguments, to which those of the numbers gathered from them are added.

        With `each`, every row has its own derivatives.
        """
        below = self.below(arguments)
        own = arrays[: len(arrays) - len(below)]
        found = self._by_argument(own, arguments)
        given = dict(zip(below, arrays[len(own) :]))
        slopes: dict[Any, list[tuple[Any, Any]]] = {}  # places in some arrays of an argument, with their derivatives
        for table, items in zip(self.tables, chosen):
            if table.argument in found:
                numbers = numpy.concatenate([given[q] for q in table.gathers])
                slopes.setdefault(table.span, []).append((table.places.take(items, 0), numbers))
        for (k, low, high), pairs in slopes.items():
            size = sum(map(math.prod, self.shapes[k][low:high]))
            rows = pairs[0][0].shape[1] if each else 1
            if each:  # every row has places of its own
                pairs = [(places + size * numpy.arange(rows)[:, None], x) for places, x in pairs]
            flat = [(places.ravel(), x.ravel()) for places, x in pairs]
            places, numbers = flat[0] if len(flat) == 1 else map(numpy.concatenate, zip(*flat))
            total = numpy.bincount(places, numbers, size * rows)
            _add(found[k][low:high], total.reshape(rows, size) if each else total, each)
        return own

    def places(self, q: int, chosen: Sequence[Any]) -> Any:
        """The places in their argument of the numbers that a gather chose."""
        block, k = self.place[q]
        return self.gathers.inputs[q].places.take(chosen[block][k], 0)


def _evaluated(index: Any, columns: Sequence[Any]) -> Any:
    """The value of an index, for each row."""
    if type(index) is IndexColumn:
        return columns[index.number]
    if type(index) is int:
        return numpy.array(index)
    op, *operands = index
    return ARITHMETIC[op](*[_evaluated(x, columns) for x in operands])


def _columns(index: Any) -> list[int]:
    """The columns that an index is computed from."""
    if type(index) is IndexColumn:
        return [index.number]
    return [] if type(index) is int else [k for operand in index[1:] for k in _columns(operand)]


def _tables(gathers: Sequence[ChosenInputs], shapes: Sequence[Sequence[tuple[int, ...]]]) -> list[GatherTable]:
    """The gathers, grouped by the items that they choose from; `shapes` are those of the arrays of each argument."""
    found: dict[Any, GatherTable] = {}
    for q, (_, argument, places) in enumerate(gathers):
        ends = list(accumulate(map(math.prod, shapes[argument]), initial=0))
        first, last = (int(places.min()), int(places.max())) if places.size else (0, 0)
        low, high = bisect_right(ends, first, hi=len(ends) - 1) - 1, bisect_right(ends, last, hi=len(ends) - 1)
        is_whole = numpy.array_equal(places.ravel(), numpy.arange(first, first + places.size))
        key = argument, places.shape, first if is_whole else places.tobytes()
        table = GatherTable(argument, low, high, places - ends[low], first - ends[low] if is_whole else None, [])
        found.setdefault(key, table).gathers.append(q)
    return list(found.values())


def _add(arrays: Sequence[Any], total: Any, each: bool) -> None:
    """Add the numbers of one array to several arrays in place; with `each`, rows come first."""
    start = 0
    for array in arrays:
        end = start + (math.prod(array.shape[1:]) if each else array.size)
        numpy.add(array, total[..., start:end].reshape(array.shape), array)
        start = end

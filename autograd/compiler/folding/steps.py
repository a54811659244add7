"""Steps: a stretch of operations as the steps of a loop, and how operands move from step to step."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, product
from typing import Any, NamedTuple

import numpy

from autograd.compiler.folding.periods import LEAST_REPETITIONS, Stretch
from autograd.compiler.programs.loops import CARRIED, LISTED, SHARED
from autograd.compiler.programs.operation import CONSTANT, Operation
from autograd.primitives import ROWS

PEELED = 4  # the most first steps that may differ from the others
LEFT = 2  # the most last steps that may
NUMBER = numpy.int32  # of a value
LAG = 8  # the most steps that a carried number may wait for its use


class Input(NamedTuple):
    """An operand that is not from the same step.

    `first` are its values from outside the loop: of a listed input, those in every step; of a shared one, the only one;
    of a carried one, those in the first `len(first)` steps. After these it is the value of `slot` that many steps ago.
    """

    kind: str
    first: tuple[int, ...]
    slot: int = -1

    @property
    def before(self) -> Input | None:
        """The carried input whose present value this one takes in the next step, if it waits for several steps."""
        waits = self.kind == CARRIED and len(self.first) > 1
        return self._replace(first=self.first[1:]) if waits else None


class Steps(NamedTuple):
    """Operations from `start` on as `times` steps of `period` operations; `operands` are slots or inputs, by slot."""

    start: int
    period: int
    times: int
    operands: list[list[int | Input]]

    @property
    def end(self) -> int:
        """The first operation after the last step."""
        return self.start + self.period * self.times

    def inputs(self) -> list[Input]:
        """The inputs of a step, each once, ordered by kind; one that waits comes with those that wait less."""
        found: dict[Input, None] = {}
        for operands in self.operands:
            for operand in operands:
                needed = operand if isinstance(operand, Input) else None
                while needed is not None:
                    found[needed] = None
                    needed = needed.before
        return sorted(found, key=lambda x: (CARRIED, LISTED, SHARED).index(x.kind))


class Operands:
    """The operands of all operations in one array, and the last use of each value.

    A long program takes most of the memory of a first call, so the numbers of values take four bytes here.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations
        self.counts = numpy.fromiter((len(operation.operands) for operation in operations), NUMBER, len(operations))
        self.first = numpy.cumsum(self.counts, dtype=NUMBER) - self.counts  # the first operand of each operation
        given = chain.from_iterable(operation.operands for operation in operations)
        self.all = numpy.fromiter(given, NUMBER, int(self.counts.sum()))
        self.last = numpy.arange(len(operations), dtype=NUMBER)
        numpy.maximum.at(self.last, self.all, self.users())

    def users(self) -> Any:
        """The operation that takes each operand."""
        return numpy.repeat(numpy.arange(len(self.counts), dtype=NUMBER), self.counts)

    def columns(self, here: Any) -> Any:
        """The operands of like operations: a row for each operand, with a column for each operation."""
        places = numpy.arange(len(self.operations[here[0]].operands))
        return self.all[self.first[here] + places[:, None]]


class Uneven(NamedTuple):
    """An operand that does not move evenly from step to step: its distance in each, or -1 if it is from outside."""

    distances: Any


def steps_of(operands: Operands, stretch: Stretch) -> Steps | None:
    """A stretch as steps, cut where few values cross, without first and last steps that differ; None if others differ.

    The same operations may take their operands from elsewhere in every second step, or in every hundredth, as in a loop
    within a loop: then that many steps become one.
    """
    start, end, period = stretch
    found = _cut(operands, start, end, period)
    while isinstance(found, Uneven):
        together = _repeating(found.distances, period)
        if together is None:
            return None
        period *= together
        found = _cut(operands, start, end, period)
    return found


def _repeating(distances: Any, period: int) -> int | None:
    """The number of steps, at least two, after which distances repeat, apart from first steps; None if they do not."""
    tail = distances[len(distances) // 2 :]
    if (tail == tail[0]).all():  # a constant distance: in steps of that length, the operand is from the previous one
        return max(int(tail[0]) // period, 2)
    for k in numpy.flatnonzero(tail[::-1] == tail[-1])[1:].tolist():
        if k > 1 and (tail[k:] == tail[:-k]).all():
            return int(k)
    return None


def _cut(operands: Operands, start: int, end: int, period: int) -> Steps | Uneven | None:
    """Steps of this period; an uneven operand if there is one; None if there are too few steps."""
    if (end - start) // period < LEAST_REPETITIONS:
        return None
    start += quietest(start + period, period, operands.last)
    uneven = None
    for before, after in product(range(PEELED + 1), range(LEFT + 1)):
        first = start + before * period
        count = (end - first) // period - after
        if count < LEAST_REPETITIONS:
            continue
        found = _moving(operands, first, period, count)
        if not isinstance(found, Uneven):
            return Steps(first, period, count, found)
        uneven = found
    return uneven


def quietest(start: int, period: int, last: Any) -> int:
    """The place in the period from `start` on where the fewest values of it and the previous one await their last use.

    Values that wait for two periods or more do not count: they cross any place.
    """
    made = numpy.arange(start - period, start + period)
    used = numpy.minimum(last[made], start + period - 1)
    crossing = (used >= start) & (last[made] - made < 2 * period)
    changes = numpy.zeros(period + 1, int)
    numpy.add.at(changes, numpy.maximum(made + 1 - start, 0)[crossing], 1)
    numpy.add.at(changes, (used + 1 - start)[crossing], -1)
    return int(numpy.argmin(numpy.cumsum(changes[:period])))


def _moving(operands: Operands, start: int, period: int, count: int) -> list[list[int | Input]] | Uneven:
    """The operands of each slot; or else the first that does not move evenly, or must be one constant and is not."""
    operations = operands.operations
    moving: list[list[int | Input]] = []
    for slot in range(period):
        here = numpy.arange(start + slot, start + slot + period * count, period)
        row = ROWS.get(operations[start + slot].op)
        plain = () if row is None else [row.parameters.index(parameter) for parameter in row.plain]
        moving.append([])
        for k, column in enumerate(operands.columns(here)):
            found = _operand(start, period, here, column)
            if found is None:
                return Uneven(numpy.where(column >= start, here - column, -1))
            if k in plain and not _is_constant(operations, found):
                return Uneven(column)
            moving[-1].append(found)
    return moving


def _is_constant(operations: Sequence[Operation], operand: int | Input) -> bool:
    return type(operand) is Input and operand.kind == SHARED and operations[operand.first[0]].op == CONSTANT


def _operand(start: int, period: int, here: Any, values: Any) -> int | Input | None:
    """One operand of a slot, from its values in all steps; None if they do not move evenly."""
    inside = values >= start
    waits = int(numpy.argmax(inside)) if inside.any() else len(values)  # steps before it comes from the loop itself
    if waits == len(values):
        if (values == values[0]).all():
            return Input(SHARED, (int(values[0]),))
        return Input(LISTED, tuple(values.tolist()))
    distance = (here - values)[waits:]
    if not inside[waits:].all() or (distance != distance[0]).any() or waits > LAG:
        return None
    back, slot = divmod(int(values[waits]) - start, period)
    if back != 0:  # its first value from the loop would be of a later step
        return None
    return slot if waits == 0 else Input(CARRIED, tuple(values[:waits].tolist()), slot)

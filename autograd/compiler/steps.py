"""Steps: a stretch of operations as the steps of a loop, and how the operands move from step to step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy

from autograd.compiler.loops import CARRIED, LISTED, SHARED
from autograd.compiler.periods import LEAST, Stretch
from autograd.compiler.program import CONSTANT, Operation
from autograd.primitives import ROWS

PEELED = 4  # first steps that may differ from the others
MULTIPLES = 4  # steps that may differ in turn
LAG = 8  # steps that a carried number may wait for its use


class Input(NamedTuple):
    """What an operand is, if it is not from the same step.

    `first` are its values before the loop: those of a listed one in every step, of a shared one its only one, and of a
    carried one the values in the first `len(first)` steps, before it becomes the value of `slot` that many steps ago.
    """

    kind: str
    first: tuple[int, ...]
    slot: int = -1

    @property
    def before(self) -> Input | None:
        """The carried input that this one is a step later."""
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
        """The inputs of a step, each once, in the order of their kinds; one that waits needs those that wait less."""
        found: dict[Input, None] = {}
        for operands in self.operands:
            for operand in operands:
                needed = operand if isinstance(operand, Input) else None
                while needed is not None:
                    found[needed] = None
                    needed = needed.before
        return sorted(found, key=lambda x: (CARRIED, LISTED, SHARED).index(x.kind))


def steps_of(operations: Sequence[Operation], stretch: Stretch, last: Any) -> Steps | None:
    """A stretch as steps, cut where few values cross and after first steps that differ; None if the others differ too.

    `last` is the last use of each value. The same operations may take their operands from elsewhere in every second
    step, or in every third: then such steps together are one.
    """
    start, end, period = stretch
    for together in range(1, MULTIPLES + 1):
        if (end - start) // (together * period) >= LEAST:
            found = _cut(operations, start, end, together * period, last)
            if found is not None:
                return found
    return None


def _cut(operations: Sequence[Operation], start: int, end: int, period: int, last: Any) -> Steps | None:
    start += _quietest(start + period, period, last)
    for first in range(start, start + (PEELED + 1) * period, period):
        count = (end - first) // period
        if count < LEAST:
            return None
        operands = list(_operands(operations, first, period, count))
        if len(operands) == period:
            return Steps(first, period, count, operands)
    return None


def _quietest(start: int, period: int, last: Any) -> int:
    """Where in a period from `start` on the fewest values of this period and the one before wait for their last use."""
    made = numpy.arange(start - period, start + period)
    used = numpy.minimum(last[made], start + period - 1)
    crossing = used >= start
    changes = numpy.zeros(period + 1, int)
    numpy.add.at(changes, numpy.maximum(made + 1 - start, 0)[crossing], 1)
    numpy.add.at(changes, (used + 1 - start)[crossing], -1)
    return int(numpy.argmin(numpy.cumsum(changes[:period])))


def _operands(operations: Sequence[Operation], start: int, period: int, count: int) -> Iterator[list[int | Input]]:
    """The operands of each slot, up to the first slot with one that does not move evenly."""
    for slot in range(period):
        here = numpy.arange(start + slot, start + slot + period * count, period)
        columns = numpy.array([operations[i].operands for i in here.tolist()]).reshape(count, -1).T
        found = [_operand(operations, start, period, here, column) for column in columns]
        row = ROWS.get(operations[start + slot].op)
        plain = () if row is None else [row.parameters.index(parameter) for parameter in row.plain]
        moving = [operand for operand in found if operand is not None]
        if len(moving) < len(found) or any(not _is_constant(operations, moving[k]) for k in plain):
            return
        yield moving


def _is_constant(operations: Sequence[Operation], operand: int | Input) -> bool:
    return type(operand) is Input and operand.kind == SHARED and operations[operand.first[0]].op == CONSTANT


def _operand(operations: Sequence[Operation], start: int, period: int, here: Any, values: Any) -> int | Input | None:
    """One operand of a slot, whose values in all steps are given; None if they do not move evenly."""
    inside = values >= start
    waits = int(numpy.argmax(inside)) if inside.any() else len(values)  # steps until it comes from the loop itself
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

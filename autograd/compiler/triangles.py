"""Triangles: rows of like segments that become shorter with every step, as in the sweeps over a tree.

The missing segments are added, as copies that nobody uses, and then such rows are the steps of a loop like any other.
What an added segment computes is thrown away: it costs the time of one that counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any, NamedTuple

import numpy

from autograd.compiler.periods import Stretch
from autograd.compiler.program import Operation, Program, renumbered
from autograd.compiler.steps import Operands, quietest

LEAST_ROWS = 6


class Triangle(NamedTuple):
    """Rows of segments of `period` operations from `start` on; `firsts` are the first segments of the rows."""

    start: int
    period: int
    firsts: Any
    widths: Any

    @property
    def width(self) -> int:
        """How many segments every row will have."""
        return int(self.widths[0])

    def places(self, row: int, slot: int) -> tuple[int, int]:
        """The operations in a slot of a row's last segment, and one after the row."""
        after = self.start + int(self.firsts[row] + self.widths[row]) * self.period
        return after - self.period + slot, after


def triangle_of(operands: Operands, stretch: Stretch) -> Triangle | None:
    """The rows in a stretch, if each is shorter than the one before by as many segments.

    A row begins where every operand that comes from an earlier segment is suddenly nearer, or farther.
    """
    start, end, period = stretch
    start += quietest(start + period, period, operands.last)
    count = (end - start) // period
    breaks = list(_breaks(operands, start, period, count))
    if not breaks:
        return None
    firsts = reduce(numpy.intersect1d, breaks)
    widths = numpy.diff(firsts, append=count)
    fewer = numpy.flatnonzero(numpy.diff(widths) >= 0)
    if len(fewer):
        firsts, widths = firsts[: fewer[0] + 1], widths[: fewer[0] + 1]
    if len(widths) < LEAST_ROWS or len(set(numpy.diff(widths)[:-1].tolist())) > 1:
        return None
    return Triangle(start + int(firsts[0]) * period, period, firsts - firsts[0], widths)


def _breaks(operands: Operands, start: int, period: int, count: int) -> Iterator[Any]:
    """For each operand from other segments, the segments at which its distance changes."""
    for slot in range(period):
        here = numpy.arange(start + slot, start + slot + period * count, period)
        for column in operands.columns(here):
            distances = numpy.where(column >= start, here - column, -1)
            if distances.max(initial=-1) > slot:
                yield numpy.flatnonzero(numpy.diff(distances)) + 1


def completed(program: Program, triangles: Sequence[Triangle]) -> Program:
    """The same program with the missing segments of triangles added."""
    operations = program.operations
    added = numpy.zeros(len(operations) + 1, int)
    for triangle in triangles:
        for row, width in enumerate(triangle.widths.tolist()):
            added[triangle.places(row, 0)[1]] += (triangle.width - width) * triangle.period
    number = (numpy.arange(len(added)) + numpy.cumsum(added)).tolist()
    made: list[Any] = [None] * (number[-1])
    names = [""] * len(made)
    for i, (op, operands, value) in enumerate(operations):
        made[number[i]] = Operation(op, tuple([number[j] for j in operands]), value)
        names[number[i]] = program.names[i]
    for triangle in triangles:
        _complete(made, operations, triangle, number)
    outputs = renumbered(program.outputs, number.__getitem__)
    return replace(program, operations=tuple(made), names=tuple(names), outputs=outputs, forward=len(made))


def _complete(made: list[Any], operations: Sequence[Operation], triangle: Triangle, number: Sequence[int]) -> None:
    """Add what is missing: a segment takes its operands from where the last one of its row does, moved along."""
    first, period, width = number[triangle.start], triangle.period, triangle.width

    def of(row: int, lanes: Any, slot: int) -> Any:
        return first + (row * width + lanes) * period + slot

    for row, there in enumerate(triangle.widths.tolist()):
        lanes = numpy.arange(there, width)
        for slot in range(period):
            op, given, value = operations[triangle.places(row, slot)[0]]
            columns = []
            for j in given:
                source = _source(triangle, j)
                if source is None:
                    columns.append([number[j]] * len(lanes))
                    continue
                there_row, lane, there_slot = source
                moved = numpy.clip(lanes + lane - (there - 1), 0, width - 1)
                columns.append(of(there_row, moved, there_slot).tolist())
            for i, operands in zip(of(row, lanes, slot).tolist(), zip(*columns)):
                made[i] = Operation(op, operands, value)


def _source(triangle: Triangle, i: int) -> tuple[int, int, int] | None:
    """The row, lane and slot of an operation; None if it is before the rows."""
    if i < triangle.start:
        return None
    segment, slot = divmod(i - triangle.start, triangle.period)
    row = int(numpy.searchsorted(triangle.firsts, segment, "right")) - 1
    return row, segment - int(triangle.firsts[row]), slot

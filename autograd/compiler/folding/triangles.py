"""Triangles: rows of like segments that become shorter with every step, as in the sweeps over a tree.

The missing segments are added, as copies whose results are not used. Then the rows are the steps of a loop like any
other. An added segment takes as much time as any other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce
from itertools import pairwise
from typing import Any, NamedTuple

import numpy

from autograd.compiler.folding.periods import Stretch
from autograd.compiler.folding.steps import Operands, quietest
from autograd.compiler.programs.operation import Operation
from autograd.compiler.programs.program import Program
from autograd.trees import map_tree

LEAST_ROWS = 6
TOGETHER = 2  # the most periods in one segment


class Triangle(NamedTuple):
    """Rows of segments of `period` operations: the start of each row, and its number of segments."""

    period: int
    starts: Any
    widths: Any

    @property
    def width(self) -> int:
        """The number of segments that every row will have."""
        return int(self.widths[0])

    def after(self, row: int) -> int:
        """The first operation after the segments of a row."""
        return int(self.starts[row] + self.widths[row] * self.period)

    def source(self, i: int) -> tuple[int, int, int] | None:
        """The row, the segment and the slot of an operation; None if it is not in a row."""
        row = int(numpy.searchsorted(self.starts, i, "right")) - 1
        if row < 0 or i >= self.after(row):
            return None
        return row, *divmod(i - int(self.starts[row]), self.period)


def triangles_in(operands: Operands, found: Sequence[Stretch]) -> Iterator[Triangle]:
    """The triangles of a program: within one stretch, or with similar stretches, in order, as rows."""
    alike: dict[Any, list[Stretch]] = defaultdict(list)
    for stretch in found:
        for period in range(stretch.period, (TOGETHER + 1) * stretch.period, stretch.period):
            yield from _shrinking(period, *_rows_of(operands, stretch._replace(period=period)))
        first = operands.operations[stretch.start : stretch.start + stretch.period]
        alike[tuple([operation.op for operation in first])].append(stretch)
    for rows in alike.values():
        period = rows[0].period
        widths = numpy.array([(row.end - row.start) // period for row in rows])
        yield from _shrinking(period, numpy.array([row.start for row in rows]), widths)


def _shrinking(period: int, starts: Any, widths: Any) -> Iterator[Triangle]:
    """The triangles among rows: enough in sequence, each shorter by the same number of segments."""
    fewer = numpy.diff(widths)
    edges = [0, *(numpy.flatnonzero(numpy.diff(fewer)) + 1).tolist(), len(fewer)]
    for low, high in pairwise(edges):
        if high - low >= LEAST_ROWS and fewer[low] < 0:
            yield Triangle(period, starts[low : high + 1], widths[low : high + 1])


def _rows_of(operands: Operands, stretch: Stretch) -> tuple[Any, Any]:
    """The rows of a stretch: their starts, and their numbers of segments.

    A row begins where the distance of every operand from an earlier segment changes.
    """
    start, end, period = stretch
    start += quietest(start + period, period, operands.last)
    count = (end - start) // period
    breaks = list(_breaks(operands, start, period, count))
    firsts = reduce(numpy.intersect1d, breaks) if breaks else numpy.zeros(0, int)
    return start + firsts * period, numpy.diff(firsts, append=count)


def _breaks(operands: Operands, start: int, period: int, count: int) -> Iterator[Any]:
    """For each operand from other segments, the segments at which its distance changes."""
    for slot in range(period):
        here = numpy.arange(start + slot, start + slot + period * count, period)
        for column in operands.columns(here):
            distances = numpy.where(column >= start, here - column, -1)
            if distances.max(initial=-1) > slot:
                yield numpy.flatnonzero(numpy.diff(distances)) + 1


def completed(program: Program, triangles: Sequence[Triangle]) -> tuple[Program, list[Stretch]]:
    """The same program with the missing segments of triangles added, and the rows of each triangle as a stretch."""
    operations = program.operations
    added = numpy.zeros(len(operations) + 1, int)
    for triangle in triangles:
        for row, width in enumerate(triangle.widths.tolist()):
            added[triangle.after(row)] += (triangle.width - width) * triangle.period
    number = (numpy.arange(len(added)) + numpy.cumsum(added)).tolist()
    made: list[Any] = [None] * number[-1]
    names = [""] * len(made)
    for i, (op, operands, value) in enumerate(operations):
        made[number[i]] = Operation(op, tuple([number[j] for j in operands]), value)
        names[number[i]] = program.names[i]
    for triangle in triangles:
        _complete(made, operations, triangle, number)
    outputs = map_tree(number.__getitem__, program.outputs)
    rows = [
        Stretch(number[x.starts[0]], number[x.after(len(x.starts) - 1)], number[x.starts[1]] - number[x.starts[0]])
        for x in triangles
    ]
    return replace(program, operations=tuple(made), names=tuple(names), outputs=outputs, forward=len(made)), rows


def _complete(made: list[Any], operations: Sequence[Operation], triangle: Triangle, number: Sequence[int]) -> None:
    """Add the missing segments, each with the operands of the last one in its row, shifted by the distance from it."""
    period, width = triangle.period, triangle.width
    firsts = [number[start] for start in triangle.starts.tolist()]
    for row, there in enumerate(triangle.widths.tolist()):
        segments = numpy.arange(there, width)
        for slot in range(period):
            op, given, value = operations[triangle.after(row) - period + slot]
            columns = []
            for j in given:
                source = triangle.source(j)
                if source is None:
                    columns.append([number[j]] * len(segments))
                    continue
                from_row, segment, from_slot = source
                moved = numpy.clip(segments + segment - (there - 1), 0, width - 1)
                columns.append((firsts[from_row] + moved * period + from_slot).tolist())
            for i, operands in zip((firsts[row] + segments * period + slot).tolist(), zip(*columns)):
                made[i] = Operation(op, operands, value)

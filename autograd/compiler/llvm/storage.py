"""Storage: the layout of the frame of a call, of shared registers, and of a thread's scratch memory.

A frame is an array of eight-byte words. All registers except those of rows are consecutive in one array, `once`, totals
first, with room for whole vectors unless tables write them. Registers of rows are in a thread's scratch memory: for
each vector of rows, one vector for each number. The sums over rows follow, lane by lane, which start from zero in each
chunk of rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from autograd.compiler.execution.executor import Leaf
from autograd.compiler.execution.memory import planned
from autograd.compiler.execution.tables import pool, tabled
from autograd.compiler.llvm.fusing import Fused, fused
from autograd.compiler.rolling.rolled import (
    ROWS,
    TOTAL,
    Repeat,
    Result,
    Rolled,
    RowProduct,
    RowSum,
    View,
    inside,
    reads,
    written_by,
)

# Words of a frame; arguments follow, as addresses of arrays or as numbers, then results, as addresses of arrays.
ROW_COUNT, CHUNK_ROWS, CHUNKS, NEXT, DIVISOR, FLOAT64, ONCE, PARTIALS, FIRST = range(9)

# The answers of code: some result is not finite, all are, or an array does not consist of contiguous doubles.
NOT_FINITE, FINITE, UNREADABLE = range(3)

SCRATCH = 1 << 17  # bytes that the registers of a block should take at most: a part of the L2 cache
MOST_VECTORS = 8  # in a block: weight gradients are added up in memory once per block
FEWEST_VECTORS = 2  # in a block whose registers are wide, or with loops, which run vector by vector


class Storage(NamedTuple):
    """Sizes and offsets, in doubles."""

    rolled: Rolled
    leaves: Sequence[Leaf]
    results: Sequence[Result]
    lanes: int
    vectors: int  # in a block of rows
    steps: list[Fused]
    inner: set[int]  # registers of loops that need no memory
    once: dict[int, int]  # where a register starts in `once`
    once_size: int
    pool: dict[str, int]  # the place of a known number in `once`, by its bits
    tabled: set[int]  # registers that instructions in a table write
    totals: int  # of a chunk; the last one is NaN if a result by row is not finite
    rows: dict[int, int]  # where a register starts in scratch memory
    rows_size: int
    sums: dict[int, int]  # where the sums over rows of a register of totals start in scratch memory
    scratch_size: int

    @property
    def block(self) -> int:
        """The number of rows in a block."""
        return self.vectors * self.lanes

    @property
    def flag(self) -> int:
        """The offset in scratch memory of a vector that becomes NaN if a result by row is not finite."""
        return self.scratch_size - self.lanes

    def has_rows(self, leaf: Leaf) -> bool:
        """Whether an argument has a number for each row."""
        return self.rolled.registers[self.rolled.inputs[leaf.argument]].scope == ROWS

    def result(self, k: int) -> int:
        """The word of the frame for result k."""
        return FIRST + len(self.leaves) + k


def laid_out(rolled: Rolled, leaves: Sequence[Leaf], results: Sequence[Result], lanes: int) -> Storage:
    """Assign storage to everything."""
    registers = rolled.registers
    kept = [i for i, register in enumerate(registers) if register.scope != ROWS]
    once, size, totals = {}, 0, 0
    short = tabled(rolled)
    for i in sorted(kept, key=lambda i: registers[i].scope != TOTAL):
        once[i] = size
        is_total = registers[i].scope == TOTAL
        size += registers[i].width if i in short and not is_total else _whole(registers[i].width, lanes)
        totals = size if is_total else totals
    places = {bits: size + k for k, bits in enumerate(sorted(pool(rolled, short)))}
    size += len(places)
    steps = fused(rolled.rows, registers, short)
    inner = _inner(rolled, short)
    groups = [[[x] for x in step.instructions] if step.is_tabled else [step.instructions] for step in steps]
    slots = planned(rolled, list(chain.from_iterable(groups)), inner)
    products = any(isinstance(instruction, RowProduct) for instruction in rolled.rows)
    fitting = SCRATCH // (8 * lanes * max(slots.width, 1))
    if any(isinstance(instruction, Repeat) for instruction in rolled.rows):
        fitting = FEWEST_VECTORS  # independently of what a loop keeps, so that memory= changes no sum over rows
    vectors = max(FEWEST_VECTORS, min(MOST_VECTORS if products else MOST_VECTORS // 2, fitting))
    starts, width = [], 0
    for count, _ in slots.sizes:
        starts.append(width * vectors * lanes)
        width += count
    rows_size = end = width * vectors * lanes
    sums = {}
    for instruction in rolled.rows:
        if isinstance(instruction, RowSum):
            sums[instruction.out] = end
            end += registers[instruction.out].width * lanes
    return Storage(
        rolled, leaves, results, lanes, vectors, steps, inner, once, size + lanes, places, short, totals + lanes,
        {i: starts[slot] for i, slot in slots.slot.items()}, rows_size, sums, end + lanes,
    )  # fmt: skip


def rows_at_work(lanes: int) -> int:
    """The number of rows that a thread works on at a time, if there are loops."""
    return FEWEST_VECTORS * lanes


def _inner(rolled: Rolled, short: set[int]) -> set[int]:
    """The registers of loops whose numbers are not read from memory."""
    every = list(inside((*rolled.shared, *rolled.rows, *rolled.after)))
    uses = Counter(i for instruction in every for i in reads(instruction))
    uses.update(view.register for view in rolled.outputs if isinstance(view, View))
    found: set[int] = set()
    for instruction in every:
        if not isinstance(instruction, Repeat):
            continue
        steps = fused(instruction.instructions, rolled.registers, short)
        alone = [x for step in steps if step.width == 1 for x in step.instructions]
        here = Counter(i for x in (*alone, instruction._replace(streams=(), instructions=())) for i in reads(x))
        made = [i for x in alone for i in written_by(x)]
        made += [move.register for move in instruction.streams if move.source.counts[1] == 1]
        found.update(i for i in made if here[i] == uses[i])
        for step in steps:
            if step.width is not None and step.width > 1:
                here = Counter(i for x in step.instructions for i in reads(x))
                found.update(i for x in step.instructions for i in written_by(x) if here[i] == uses[i])
    return found


def _whole(count: int, lanes: int) -> int:
    """`count` rounded up to whole vectors."""
    return -(-count // lanes) * lanes

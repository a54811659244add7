"""Where everything lies: the frame of a call, what is kept once, and what a thread works in.

A frame is an array of words of eight bytes. Registers that are no rows lie one after the other in one array, `once`,
each with room for whole vectors, the totals first. Registers of rows lie in a thread's scratch: for each vector of
rows one vector for each number. Behind them come the sums over rows, lane by lane, which start anew with each chunk of
rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from autograd.compiler.executor import Leaf
from autograd.compiler.llvm.fusing import Fused, fused
from autograd.compiler.memory import planned
from autograd.compiler.rolled import ROWS, TOTAL, Result, Rolled, RowProduct, RowSum

# Words of a frame; then come arguments, as addresses of arrays or as numbers, and results, as addresses of arrays.
ROW_COUNT, CHUNK_ROWS, CHUNKS, NEXT, DIVISOR, FLOAT64, ONCE, PARTIALS, FIRST = range(9)

# What code answers: a result is not finite, all are, or an array is not one of doubles side by side.
NOT_FINITE, FINITE, UNREADABLE = range(3)

SCRATCH = 1 << 17  # bytes that the registers of a block should take at most, a part of the second cache
MOST_VECTORS = 8  # in a block: weight gradients are added up in memory once a block


class Storage(NamedTuple):
    """Numbers of doubles, and where in them things start."""

    rolled: Rolled
    leaves: Sequence[Leaf]
    results: Sequence[Result]
    lanes: int
    vectors: int  # in a block of rows
    steps: list[Fused]
    once: dict[int, int]  # where a register starts in `once`
    once_size: int
    totals: int  # the totals of a chunk; its last number is NaN where a result by row is not finite
    rows: dict[int, int]  # where a register starts in the scratch
    rows_size: int
    sums: dict[int, int]  # where the sum over rows of a register of totals starts in the scratch
    scratch_size: int

    @property
    def block(self) -> int:
        """Rows of a block."""
        return self.vectors * self.lanes

    @property
    def flag(self) -> int:
        """Where in the scratch a vector is that turns NaN with a result by row that is not finite."""
        return self.scratch_size - self.lanes

    def has_rows(self, leaf: Leaf) -> bool:
        """Whether an argument has a number for each row."""
        return self.rolled.registers[self.rolled.inputs[leaf.argument]].scope == ROWS

    def result(self, k: int) -> int:
        """The word of a result."""
        return FIRST + len(self.leaves) + k


def laid_out(rolled: Rolled, leaves: Sequence[Leaf], results: Sequence[Result], lanes: int) -> Storage:
    """A place for everything."""
    registers = rolled.registers
    kept = [i for i, register in enumerate(registers) if register.scope != ROWS]
    once, size, totals = {}, 0, 0
    for i in sorted(kept, key=lambda i: registers[i].scope != TOTAL):
        once[i] = size
        size += _whole(registers[i].width, lanes)
        totals = size if registers[i].scope == TOTAL else totals
    steps = fused(rolled.rows, registers)
    slots = planned(rolled, [step.instructions for step in steps])
    products = any(isinstance(instruction, RowProduct) for instruction in rolled.rows)
    fitting = SCRATCH // (8 * lanes * max(slots.width, 1))
    vectors = max(2, min(MOST_VECTORS if products else MOST_VECTORS // 2, fitting))
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
        rolled, leaves, results, lanes, vectors, steps, once, size + lanes, totals + lanes,
        {i: starts[slot] for i, slot in slots.slot.items()}, rows_size, sums, end + lanes,
    )  # fmt: skip


def _whole(count: int, lanes: int) -> int:
    """So many numbers in whole vectors."""
    return -(-count // lanes) * lanes

"""The NumPy executor: a rolled program bound to memory, so that a block makes one NumPy call per instruction.

Rows are processed in blocks that fit in the cache. Every operand is sliced once for each block size, when the program
is bound; a block then only copies its rows in, makes the listed calls, and copies its results out.

It runs on one thread, except for matrix products, which BLAS parallelises: two threads that make many short NumPy calls
mostly wait for the interpreter (measured: they take 1.5 times as long as one).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy
from numpy.lib.stride_tricks import as_strided

from autograd.compiler.execution.array_kernels import FOLD_KERNELS, bound
from autograd.compiler.execution.memory import Slots, planned
from autograd.compiler.rolling.rolled import (
    ROWS,
    TOTAL,
    Apply,
    Count,
    Fold,
    Gather,
    Instruction,
    Move,
    Number,
    Operand,
    Product,
    Repeat,
    Result,
    Rolled,
    RowProduct,
    RowSum,
    Stream,
    View,
)

# Bytes that the registers of a block may take: smaller blocks cost more in calls than they gain in cache.
CACHE = 1 << 23
LEAST_ROWS, MOST_ROWS = 64, 1 << 15  # rows in a block

Code = list[tuple[Callable[..., Any], tuple[Any, ...]]]


class Leaf(NamedTuple):
    """An array or a number in an argument: the argument, the offset in its register, and the shape."""

    argument: int
    start: int
    shape: tuple[int, ...]


@dataclass
class BoundProgram:
    """A rolled program bound to a number of rows: where to copy rows in, the calls, and where to copy results from."""

    entrances: list[tuple[int, Any]]
    code: Code
    totals: Any
    exits: list[Any]


class NumpyExecutor:
    """A rolled program and the memory it runs in, for one call at a time: each thread has its own executor."""

    def __init__(self, rolled: Rolled, leaves: Sequence[Leaf], results: Sequence[Result], width: int = 0) -> None:
        """`leaves` are the arrays that a call passes, in order; `results` are those that it wants.

        A block has as many rows as fit in the cache if each takes `width` numbers, by default those of the program.
        """
        self.rolled, self.leaves = rolled, leaves
        self.by_row = [result.by_row for result in results]
        self.shapes = [result.shape for result in results]
        self.widths = [len(result.outputs) for result in results]
        self.slots: Slots = planned(rolled)
        self.once = [self._once(register.width, register.booleans, register.scope) for register in rolled.registers]
        for i, number in rolled.constants:
            self.once[i][...] = number
        self.starts, self.length = self._starts()
        self.totals, views = self._totals()
        for i, view in views.items():
            self.once[i] = view
        self.most = min(max(CACHE // (8 * max(width or self.slots.width, 1)), LEAST_ROWS), MOST_ROWS)
        self.shared = self._bound(rolled.shared, self.once)
        self.after = self._bound(rolled.after, self.once)
        self.entrances = [
            (k, self._part(leaf, self.once).reshape(leaf.shape))
            for k, leaf in enumerate(leaves)
            if not self._is_by_row(leaf)
        ]
        self.results = self._found()
        self.blocks: dict[int, BoundProgram] = {}
        self.capacity = 0
        self.memory: list[Any] = []  # used by all blocks, one at a time

    @staticmethod
    def _once(width: int, booleans: bool, scope: str) -> Any:
        return None if scope in (ROWS, TOTAL) else numpy.zeros((width, 1), bool if booleans else float)

    def _is_by_row(self, leaf: Leaf) -> bool:
        return self.rolled.registers[self.rolled.inputs[leaf.argument]].scope == ROWS

    def _starts(self) -> tuple[dict[int, int], int]:
        """The offset of each register of totals in their common array, and the length of that array."""
        starts, length = {}, 0
        for i, register in enumerate(self.rolled.registers):
            if register.scope == TOTAL:
                starts[i], length = length, length + register.width
        return starts, length

    def _totals(self) -> tuple[Any, dict[int, Any]]:
        """One array for all registers of totals, so that one call adds up those of two blocks; and a view of each."""
        flat, registers = numpy.zeros(self.length), self.rolled.registers
        return flat, {i: flat[start : start + registers[i].width, None] for i, start in self.starts.items()}

    def _part(self, leaf: Leaf, arrays: Sequence[Any]) -> Any:
        """The part of a register into which an array is copied."""
        return arrays[self.rolled.inputs[leaf.argument]][leaf.start : leaf.start + math.prod(leaf.shape)]

    def _entrance(self, leaf: Leaf, arrays: Sequence[Any], rows: int) -> Any:
        """The part of a register into which an array is copied, in the shape of an array of `rows` rows, rows first."""
        return numpy.moveaxis(self._part(leaf, arrays).reshape(*leaf.shape, rows), -1, 0)

    # --- a call

    def run(self, arrays: Sequence[Any], rows: int | None, mean: bool) -> tuple[list[Any], bool]:
        """The results for these arrays, divided by the number of rows if `mean`, and whether all are finite."""
        with numpy.errstate(all="ignore"):
            results, finite = self._run(arrays, rows)
            if mean and rows is not None:
                for result in results:
                    numpy.divide(result, rows, result)
        return results, finite

    def _run(self, arrays: Sequence[Any], rows: int | None) -> tuple[list[Any], bool]:
        for k, entrance in self.entrances:
            entrance[...] = arrays[k]
        if self.rolled.count is not None:
            self.once[self.rolled.count][...] = rows
        for function, operands in self.shared:
            function(*operands)
        each: list[Any] = []
        sum_of_rows = 0.0
        if rows is not None:
            widths = [width for width, by_row in zip(self.widths, self.by_row) if by_row]
            each = [numpy.empty((rows, width)) for width in widths]  # filled block by block
            sum_of_rows = self._run_blocks(arrays, rows, each)
        for function, operands in self.after:
            function(*operands)
        return self._collected(iter(each), sum_of_rows)

    def _found(self) -> list[Any]:
        """The place of each result: a slice of the totals that no other result uses, an array, or None if by row."""
        found: list[Any] = []
        taken: set[int] = set()
        for operand, by_row, width in zip(self.rolled.outputs, self.by_row, self.widths):
            if by_row:
                found.append(None)
                continue
            if isinstance(operand, View) and operand.register in self.starts and operand.steps == (1,):
                first = self.starts[operand.register] + operand.start
                places = range(first, first + operand.counts[0])
                if taken.isdisjoint(places):
                    taken.update(places)
                    found.append(slice(places.start, places.stop))
                    continue
            array = self._array(operand, self.once)
            found.append(numpy.broadcast_to(array if isinstance(operand, Number) else array[:, 0], width))
        return found

    def _collected(self, each: Iterator[Any], total: float) -> tuple[list[Any], bool]:
        """The results, most of them cut from one copy of all totals, and whether all are finite, as their sum shows."""
        totals = self.totals.copy()
        total += numpy.add.reduce(totals)
        results = []
        for found, shape in zip(self.results, self.shapes):
            if type(found) is slice:
                results.append(totals[found].reshape(shape))
            elif found is None:
                rows = next(each)
                results.append(rows.reshape(len(rows), *shape))
            else:
                results.append(found.copy().reshape(shape))
                total += numpy.add.reduce(found)
        return results, math.isfinite(total)

    def _run_blocks(self, arrays: Sequence[Any], rows: int, each: list[Any]) -> float:
        """Run blocks of nearly equal size in order, and add up their totals in that order.

        Returns the sum of all results by row, taken while they are in the cache.
        """
        total = 0.0
        count = -(-rows // self.most)
        if count == 0:
            self.totals[...] = 0.0
        low = 0
        for k in range(count):
            high = rows * (k + 1) // count
            block = self.blocks.get(high - low) or self._block(high - low)
            for i, entrance in block.entrances:
                entrance[...] = arrays[i][low:high]
            for function, operands in block.code:
                function(*operands)
            if k:
                numpy.add(self.totals, block.totals, self.totals)
            else:
                self.totals[...] = block.totals
            for view, result in zip(block.exits, each):
                result[low:high] = view
                total += numpy.add.reduce(view, None)
            low = high
        return total

    # --- binding

    def _block(self, rows: int) -> BoundProgram:
        """The program bound to blocks of `rows` rows; the latest few sizes are kept."""
        while len(self.blocks) >= 4:
            del self.blocks[next(iter(self.blocks))]
        if rows > self.capacity:
            self.capacity = min(rows + 1, self.most)  # blocks of a call may differ by a row
            self.blocks.clear()
            self.memory = [
                numpy.empty(width * self.capacity, bool if booleans else float) for width, booleans in self.slots.sizes
            ]
        memory = [flat[: width * rows].reshape(width, rows) for flat, (width, _) in zip(self.memory, self.slots.sizes)]
        totals, views = self._totals()
        arrays = list(self.once)
        for i, register in enumerate(self.rolled.registers):
            if register.scope == ROWS and i in self.slots.slot:
                arrays[i] = memory[self.slots.slot[i]][: register.width]
        for i, view in views.items():
            arrays[i] = view
        block = self.blocks[rows] = BoundProgram(
            [(k, self._entrance(leaf, arrays, rows)) for k, leaf in enumerate(self.leaves) if self._is_by_row(leaf)],
            self._bound(self.rolled.rows, arrays),
            totals,
            [self._array(view, arrays).T for view, by_row in zip(self.rolled.outputs, self.by_row) if by_row],
        )
        return block

    def _bound(self, instructions: Sequence[Instruction], arrays: Sequence[Any]) -> Code:
        code: Code = []
        for instruction in instructions:
            code += BINDERS[type(instruction)](instruction, arrays, self._array)
        return code

    @staticmethod
    def _array(operand: Operand, arrays: Sequence[Any]) -> Any:
        """The part of a register that an operand denotes: numbers × rows, or a matrix or a batch of them × rows."""
        if isinstance(operand, Number):
            return numpy.array(operand.value, bool if type(operand.value) is bool else float)
        register = arrays[operand.register]
        if len(operand.counts) == 1:
            (count,), (step,) = operand.counts, operand.steps
            if count == 1 or step == 0:
                return register[operand.start : operand.start + 1]
            end = operand.start + step * count
            return register[operand.start : end if end >= 0 else None : step]
        size = register.strides[0]
        shape = (*operand.counts, register.shape[1])
        strides = (*(step * size for step in operand.steps), register.strides[1])
        return as_strided(register[operand.start :], shape, strides)


def _apply(instruction: Apply, arrays: Sequence[Any], array: Callable[..., Any]) -> Code:
    operands = [array(operand, arrays) for operand in instruction.operands]
    constants = [isinstance(operand, Number) for operand in instruction.operands]
    return [bound(instruction.op, operands, arrays[instruction.out], constants)]


def _product(instruction: Product, arrays: Sequence[Any], array: Callable[..., Any]) -> Code:
    left, right, out = array(instruction.left, arrays), array(instruction.right, arrays), arrays[instruction.out]
    rows = max(left.shape[-1], right.shape[-1])
    product = out if rows == out.shape[1] else numpy.empty((len(out), rows))  # without rows if only `add` has rows
    shaped = product.reshape(left.shape[0], left.shape[1], right.shape[1], rows)
    if left.shape[-1] == 1:
        code: Code = [(numpy.matmul, (left[:, None, :, :, 0], right, shaped.swapaxes(1, 2)))]
    else:
        right = numpy.broadcast_to(right, (*right.shape[:-1], rows))
        code = [(partial(numpy.einsum, "gujr,gvjr->guvr", out=shaped), (left, right))]
    if instruction.add is not None:
        code.append((numpy.add, (product, array(instruction.add, arrays), out)))
    return code


def _fold(instruction: Fold, arrays: Sequence[Any], array: Callable[..., Any]) -> Code:
    operand, out = array(instruction.operand, arrays), arrays[instruction.out]
    operand = numpy.broadcast_to(operand, (*operand.shape[:-1], out.shape[-1]))  # may be shared even if `out` has rows
    return [(FOLD_KERNELS[instruction.op], (operand, out))]


def _gather(instruction: Gather, arrays: Sequence[Any], array: Callable[..., Any]) -> Code:
    code: Code = []
    low, out = 0, arrays[instruction.out]
    for register, columns in instruction.pieces:
        part = out[low : low + len(columns)]
        taken, places = arrays[register], numpy.array(columns)
        if taken.shape[1] == part.shape[1] and taken.dtype == part.dtype:
            code.append((taken.take, (places, 0, part, "clip")))  # unlike "raise", "clip" needs no buffer
        else:
            code.append((_copied, (taken, places, part)))
        low += len(columns)
    return code


def _copied(register: Any, columns: Any, out: Any) -> None:
    out[...] = register[columns]


def _row_sum(instruction: RowSum, arrays: Sequence[Any], array: Callable[..., Any]) -> Code:
    return [(numpy.add.reduce, (array(instruction.operand, arrays), 1, None, arrays[instruction.out][:, 0]))]


def _row_product(instruction: RowProduct, arrays: Sequence[Any], array: Callable[..., Any]) -> Code:
    """A matrix product over the rows for each j, then their sum."""
    left = array(instruction.left, arrays).swapaxes(1, 2)
    right = array(instruction.right, arrays).transpose(0, 2, 3, 1)
    batch, count, height, _ = left.shape
    out = arrays[instruction.out][:, 0].reshape(batch, height, right.shape[-1])
    if count == 1:
        return [(numpy.matmul, (left[:, 0], right[:, 0], out))]
    products = numpy.empty((batch, count, *out.shape[1:]))
    return [(numpy.matmul, (left, right, products)), (numpy.add.reduce, (products, 1, None, out))]


def _repeat(instruction: Repeat, arrays: Sequence[Any], array: Callable[..., Any]) -> Code:
    """A Python loop over the steps, with everything in it bound."""
    times = instruction.times
    streams = [(_part(arrays, x), _each_step(x.source, times, arrays, array)) for x in instruction.streams]
    code = [call for x in instruction.instructions for call in BINDERS[type(x)](x, arrays, array)]
    notes = [(arrays[register], array(view, arrays)) for register, view in instruction.tapes]
    tapes = [(tape.reshape(instruction.times, len(x), -1), x) for tape, x in notes]
    given = [array(x.source, arrays) for x in instruction.carried]
    taken = [_part(arrays, x) for x in instruction.carried]

    def run() -> None:
        for k in range(times):
            for out, source in streams:
                out[...] = source[k]
            for function, operands in code:
                function(*operands)
            for tape, x in tapes:
                tape[k] = x
            for out, x in zip(taken, [x.copy() for x in given]):
                out[...] = x

    return [(run, ())]


def _part(arrays: Sequence[Any], move: Move | Stream) -> Any:
    """The part of a register into which a move or a stream puts its numbers."""
    return arrays[move.register][move.column : move.column + move.source.counts[-1]]


def _each_step(source: View | Count, times: int, arrays: Sequence[Any], array: Callable[..., Any]) -> Any:
    """The numbers that a stream gives in each step."""
    if isinstance(source, Count):
        return numpy.arange(times, dtype=float)[:, None, None] * source.stride + source.first
    return array(source, arrays)


BINDERS: dict[type, Callable[..., Code]] = {
    Apply: _apply,
    Product: _product,
    Fold: _fold,
    Gather: _gather,
    Repeat: _repeat,
    RowProduct: _row_product,
    RowSum: _row_sum,
}

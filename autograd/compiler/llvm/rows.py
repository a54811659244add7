"""Code for a block of rows: `RowBlock` gives access to its numbers, and each kind of step has a function.

Rows are lanes. An operand that all rows share is one number in all lanes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from autograd.compiler.llvm.applying import FOLD_CODE, Accumulator, applied
from autograd.compiler.llvm.carrying import Index, repeated
from autograd.compiler.llvm.fusing import Fused
from autograd.compiler.llvm.lanes import Lanes, add_to, constant, everywhere, known, loaded, present
from autograd.compiler.llvm.records import Records
from autograd.compiler.llvm.text import Body
from autograd.compiler.rolling.rolled import (
    Apply,
    Fold,
    Gather,
    Instruction,
    Number,
    Operand,
    Product,
    Repeat,
    RowSum,
    View,
    places_in,
    written_by,
)

CONTEXT = ("ptr noalias %scratch", "ptr noalias %once", "ptr noalias %partial", "i64 %rows", "i64 %vectors")


class RowBlock:
    """A function over a block of rows: it reads, writes, and loops over vectors of rows."""

    def __init__(self, records: Records, name: str) -> None:
        self.records, self.storage, self.lanes = records, records.storage, records.storage.lanes
        self.body = records.module.functions[name] = Body(records.module, "void", name, CONTEXT, "internal fastcc")
        self.body.flags = "contract "
        self.vector: Index | None = None  # the current one, inside a loop over vectors
        self.known: dict[tuple[int, Index], Lanes] = {}  # numbers of its registers that need not be loaded

    @contextmanager
    def each_vector(self) -> Iterator[Index]:
        """A loop over the vectors; inside such a loop, just the current vector."""
        if self.vector is not None:
            yield self.vector
            return
        with self.body.loop("%vectors") as self.vector:
            yield self.vector
        self.vector = None

    def address(self, register: int, number: Index, v: Index) -> str:
        """The address of the vector of a number in a register of rows."""
        width = self.storage.rolled.registers[register].width
        start = self.storage.rows[register]
        return self.body.address("%scratch", self.body.affine(start, (width * self.lanes, v), (self.lanes, number)))

    def load(self, operand: Operand, v: Index, *indices: Index) -> Lanes:
        """A number of an operand, for every row of a vector."""
        body = self.body
        if isinstance(operand, Number):
            return known(body, operand.value)
        number = body.affine(operand.start, *zip(operand.steps, indices))
        if (operand.register, number) in self.known:
            return self.known[operand.register, number]
        if operand.register in self.storage.once:
            place = body.affine(self.storage.once[operand.register], (1, number))
            return everywhere(body, body.word("%once", place, "double"))
        return loaded(body, self.address(operand.register, number, v))

    def store(self, register: int, number: Index, v: Index, x: Lanes) -> None:
        """Write a number of a register of rows."""
        self.body.do(f"store {x.numbers}, ptr {self.address(register, number, v)}")

    def present(self, v: Index) -> Lanes:
        """A mask of the lanes of a vector that have a row."""
        left = self.body.new(f"sub i64 %rows, {self.body.whole('mul', self.lanes, v)}")
        return present(self.body, left)

    def clear_padding(self, view: View) -> None:
        """Zero the lanes without a row, in numbers about to be multiplied and summed."""
        body = self.body
        full = body.new(f"mul nsw i64 %vectors, {self.lanes}")
        with body.when(body.new(f"icmp ne i64 {full}, %rows")):
            last = body.new("add nsw i64 %vectors, -1")
            there = self.present(last)
            with body.loop(view.counts[0]) as g, body.loop(view.counts[1]) as u, body.loop(view.counts[2]) as j:
                number = body.affine(view.start, *zip(view.steps, (g, u, j)))
                address = self.address(view.register, number, last)
                body.do(f"store {there.select(loaded(body, address), 0.0)}, ptr {address}")

    # --- inside a loop over time

    @property
    def _here(self) -> Index:
        assert self.vector is not None
        return self.vector

    def one(self, view: View, *indices: Index) -> Lanes:
        """A number of a view, for every row of the current vector."""
        return self.load(view, self._here, *indices)

    def put(self, register: int, column: Index, x: Lanes) -> None:
        """Write a number, for every row of the current vector."""
        self.store(register, column, self._here, x)

    def copy(self, register: int, column: Index, source: View, *first: Index) -> None:
        """Put the numbers of a view, or of a row of a matrix, into a register from a column on."""
        with self.body.loop(source.counts[-1]) as k:
            self.put(register, self.body.affine(column, (1, k)), self.one(source, *first, k))

    def keeps(self, register: int) -> bool:
        """Whether a register has memory."""
        return register in self.storage.rows


# --- loops over consecutive numbers


def loop(block: RowBlock, width: int, instructions: Sequence[Instruction]) -> None:
    """Instructions of equal width in one loop; numbers that only they need stay in machine registers."""
    body, inside = block.body, {i for instruction in instructions for i in written_by(instruction)}
    sums = any(isinstance(instruction, RowSum) for instruction in instructions)
    with block.each_vector() as v:
        there = block.present(v) if sums else None
        with body.loop(width) as e:
            made: dict[int, Lanes] = {}

            def operand(x: Operand) -> Lanes:
                return made[x.register] if isinstance(x, View) and x.register in inside else block.load(x, v, e)

            for instruction in instructions:
                if isinstance(instruction, RowSum):
                    assert there is not None
                    _add(block, instruction, e, there.select(operand(instruction.operand), 0.0))
                    continue
                assert isinstance(instruction, Apply)
                register = block.storage.rolled.registers[instruction.out]
                operands = [operand(x) for x in instruction.operands]
                z = made[instruction.out] = applied(body, instruction.op, operands, register.booleans)
                if block.keeps(instruction.out):
                    block.store(instruction.out, e, v, z)
                if width == 1 and block.vector is not None:
                    block.known[instruction.out, 0] = z


def _add(block: RowBlock, instruction: RowSum, number: Index, x: Lanes) -> None:
    """Add x to the sum of a number over rows, lane by lane."""
    body = block.body
    index = body.affine(block.storage.sums[instruction.out], (block.lanes, number))
    add_to(body.address("%scratch", index), x)


# --- other steps


def product(block: RowBlock, instruction: Product) -> None:
    """Products of matrices, a tile of outputs at a time: each vector of an input is loaded once for the whole tile."""
    body, (left, right) = block.body, (instruction.left, instruction.right)
    (batch, rows, count), columns = left.counts, right.counts[1]
    down = min(rows, body.module.native)
    across = min(columns, 2 * body.module.native // down)

    def part(v: Index, g: Index, low: Index, height: int, start: Index, width: int) -> None:
        above = [body.affine(low, (1, k)) for k in range(height)]
        beside = [body.affine(start, (1, k)) for k in range(width)]
        places = [[body.affine(c, (columns, body.affine(r, (rows, g)))) for c in beside] for r in above]
        add = instruction.add
        sums = [
            [
                Accumulator(body, constant(body, 0.0) if add is None else block.load(add, v, place) + 0.0)
                for place in line
            ]
            for line in places
        ]
        with body.loop(count) as j:
            xs = [block.load(right, v, g, c, j) for c in beside]
            for line, r in zip(sums, above):
                w = block.load(left, v, g, r, j)
                for z, x in zip(line, xs):
                    z.set(w.fused(x, z.get()))
        for line, row in zip(sums, places):
            for z, place in zip(line, row):
                block.store(instruction.out, place, v, z.get())

    with block.each_vector() as v, body.loop(batch) as g:
        for low, height in parts(rows, down):
            for start, width in parts(columns, across):
                with (
                    body.loop(low + whole(rows - low, height), low, height) as r,
                    body.loop(start + whole(columns - start, width), start, width) as c,
                ):
                    part(v, g, r, height, c, width)


def parts(count: int, size: int) -> list[tuple[int, int]]:
    """The start and size of whole tiles, and of the rest."""
    found = whole(count, size)
    return ([(0, size)] if found else []) + ([(found, count - found)] if found < count else [])


def whole(count: int, size: int) -> int:
    """How many of `count` numbers fill whole tiles."""
    return count - count % size


def fold(block: RowBlock, instruction: Fold) -> None:
    body, operand = block.body, instruction.operand
    count, width = operand.counts
    with block.each_vector() as v, body.loop(width) as i:
        block.store(
            instruction.out, i, v, FOLD_CODE[instruction.op](body, count, lambda j: block.load(operand, v, j, i))
        )


def gather(block: RowBlock, instruction: Gather) -> None:
    """Copies of numbers by tables of offsets, for numbers by row and for those that the rows share."""
    body, storage, lanes = block.body, block.storage, block.lanes
    by_row: list[tuple[int, int, int]] = []  # index in the result; offset in scratch memory, and step
    shared: list[tuple[int, int]] = []  # index in the result, and offset in `once`
    for k, (register, number) in enumerate(places_in(instruction)):
        if register in storage.once:
            shared.append((k, storage.once[register] + number))
        else:
            width = storage.rolled.registers[register].width
            by_row.append((k, storage.rows[register] + number * lanes, width * lanes))
    if by_row:
        out, start, step = map(body.module.table, zip(*by_row))
        with block.each_vector() as v, body.loop(len(by_row)) as k:
            place = body.affine(body.listed(start, k), (body.listed(step, k), v))
            block.store(instruction.out, body.listed(out, k), v, loaded(body, body.address("%scratch", place)))
    if shared:
        out, start = map(body.module.table, zip(*shared))
        with block.each_vector() as v, body.loop(len(shared)) as k:
            x = everywhere(body, body.word("%once", body.listed(start, k), "double"))
            block.store(instruction.out, body.listed(out, k), v, x)


def repeat(block: RowBlock, instruction: Repeat) -> None:
    """A loop over time: all steps for one vector, then for the next."""
    with block.each_vector():
        repeated(block, instruction, lambda step: run(block, step))


def run(block: RowBlock, step: Fused) -> None:
    """Write the code of one step."""
    if step.is_tabled:
        v = block.vector
        vectors = "i64 0, i64 %vectors" if v is None else f"i64 {v}, i64 {block.body.affine(v, (1, 1))}"
        block.records.run(block.body, step.instructions, f"ptr %scratch, ptr %once, i64 %rows, {vectors}")
    elif step.width is not None:
        loop(block, step.width, step.instructions)
    else:
        STEPS[type(step.instructions[0])](block, step.instructions[0])


STEPS: dict[type, Callable[..., None]] = {Product: product, Fold: fold, Gather: gather, Repeat: repeat}

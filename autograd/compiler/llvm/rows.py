"""What is done for a block of rows: `Block` gives access to its numbers, a function for each kind of step uses it.

Rows are lanes. An operand that all rows share is one number in all lanes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from autograd.compiler.llvm.applying import FOLDS, Running, applied
from autograd.compiler.llvm.lanes import BITS, TRUTH, Lanes, constant
from autograd.compiler.llvm.places import Places
from autograd.compiler.llvm.text import Body, Module
from autograd.compiler.memory import operands_of
from autograd.compiler.rolled import ROWS, Apply, Fold, Gather, Instruction, Number, Operand, Product, RowSum, View

Index = str | int
CONTEXT = ("ptr noalias %scratch", "ptr noalias %once", "ptr noalias %partial", "i64 %rows", "i64 %vectors")


class Block:
    """A function that does something for a block of rows: reading, writing, and loops over its vectors."""

    def __init__(self, module: Module, places: Places, name: str) -> None:
        self.places, self.lanes = places, places.lanes
        self.body = Body(module, "void", name, CONTEXT, "internal fastcc")
        self.body.flags = "contract "
        module.functions[name] = self.body
        self.type = f"<{self.lanes} x double>"

    def address(self, register: int, number: Index, v: Index) -> str:
        """Of the vector of a number of a register of rows."""
        width = self.places.rolled.registers[register].width
        start = self.places.rows[register]
        return self.body.address("%scratch", self.body.affine(start, (width * self.lanes, v), (self.lanes, number)))

    def load(self, operand: Operand, v: Index, *indices: Index) -> Lanes:
        """A number of an operand in every row of a vector."""
        body = self.body
        if isinstance(operand, Number):
            return constant(body, operand.value, TRUTH if type(operand.value) is bool else "double")
        number = body.affine(operand.start, *zip(operand.steps, indices))
        if operand.register in self.places.once:
            return self.splat(body.word("%once", body.affine(self.places.once[operand.register], (1, number)), "double"))
        return Lanes(body, body.new(f"load {self.type}, ptr {self.address(operand.register, number, v)}"))

    def splat(self, one: str) -> Lanes:
        """One number in all lanes."""
        first = self.body.new(f"insertelement {self.type} poison, double {one}, i64 0")
        mask = f"<{self.lanes} x i32> zeroinitializer"
        return Lanes(self.body, self.body.new(f"shufflevector {self.type} {first}, {self.type} poison, {mask}"))

    def store(self, register: int, number: Index, v: Index, x: Lanes) -> None:
        """Write a number of a register of rows."""
        from autograd.compiler.llvm.lanes import like

        self.body.do(f"store {like(x, x)}, ptr {self.address(register, number, v)}")

    def present(self, v: Index) -> Lanes:
        """In which lanes of a vector there is a row."""
        body, kind = self.body, f"<{self.lanes} x i64>"
        lanes = ", ".join(f"i64 {i}" for i in range(self.lanes))
        left = body.new(f"sub i64 %rows, {body.whole('mul', self.lanes, v)}")
        first = body.new(f"insertelement {kind} poison, i64 {left}, i64 0")
        every = body.new(f"shufflevector {kind} {first}, {kind} poison, <{self.lanes} x i32> zeroinitializer")
        return Lanes(body, body.new(f"icmp slt {kind} <{lanes}>, {every}"), TRUTH)

    def clear_padding(self, view: View) -> None:
        """Zeros in the lanes without a row, of numbers that are about to be multiplied and summed."""
        body = self.body
        full = body.new(f"mul nsw i64 %vectors, {self.lanes}")
        with body.when(body.new(f"icmp ne i64 {full}, %rows")):
            last = body.new("add nsw i64 %vectors, -1")
            there = self.present(last)
            with body.loop(view.counts[0]) as i:
                number = body.affine(view.start, (view.steps[0], i))
                address = self.address(view.register, number, last)
                x = Lanes(body, body.new(f"load {self.type}, ptr {address}"))
                body.do(f"store {there.select(x, 0.0)}, ptr {address}")


# --- loops over numbers that lie side by side


def loop(block: Block, width: int, instructions: Sequence[Instruction]) -> None:
    """Instructions on as many numbers each; what only they need is kept in the machine's registers."""
    body, inside = block.body, {instruction.out for instruction in instructions}
    sums = any(isinstance(instruction, RowSum) for instruction in instructions)
    with body.loop("%vectors") as v:
        there = block.present(v) if sums else None
        with body.loop(width) if width > 1 else _once() as e:
            made: dict[int, Lanes] = {}

            def operand(x: Operand) -> Lanes:
                known = isinstance(x, View) and x.register in inside
                return made[x.register] if known else block.load(x, v, e)

            for instruction in instructions:
                if isinstance(instruction, RowSum):
                    assert there is not None
                    _add(block, instruction, e, there.select(operand(instruction.operand), 0.0))
                    continue
                assert isinstance(instruction, Apply)
                register = block.places.rolled.registers[instruction.out]
                operands = [operand(x) for x in instruction.operands]
                z = made[instruction.out] = applied(body, instruction.op, operands, register.truths)
                if instruction.out in block.places.rows:
                    block.store(instruction.out, e, v, z)


@contextmanager
def _once() -> Iterator[int]:
    yield 0


def _add(block: Block, instruction: RowSum, number: Index, x: Lanes) -> None:
    """Add to the sum over rows of a number, lane by lane."""
    body = block.body
    index = body.affine(block.places.sums[instruction.out], (block.lanes, number))
    address = body.address("%scratch", index)
    before = Lanes(body, body.new(f"load {block.type}, ptr {address}"))
    body.do(f"store {before + x}, ptr {address}")


# --- what is no such loop


def product(block: Block, instruction: Product) -> None:
    """Some outputs at a time: one vector of an input goes into all of them."""
    body, matrix = block.body, instruction.matrix
    outputs, inputs = matrix.counts
    tile = body.module.native

    def part(v: Index, first: Index, count: int) -> None:
        places = [body.affine(first, (1, k)) for k in range(count)]
        add = instruction.add
        sums = [
            Running(body, constant(body, 0.0) if add is None else block.load(add, v, place)) for place in places
        ]
        with body.loop(inputs) as j:
            x = block.load(instruction.vector, v, j)
            for z, place in zip(sums, places):
                z.set(block.load(matrix, v, place, j).fused(x, z.get()))
        for z, place in zip(sums, places):
            block.store(instruction.out, place, v, z.get())

    with body.loop("%vectors") as v:
        whole = outputs - outputs % tile
        if whole:
            with body.loop(whole, step=tile) as first:
                part(v, first, tile)
        if whole < outputs:
            part(v, whole, outputs - whole)


def fold(block: Block, instruction: Fold) -> None:
    body, operand = block.body, instruction.operand
    count, width = operand.counts
    with body.loop("%vectors") as v, body.loop(width) as i:
        block.store(instruction.out, i, v, FOLDS[instruction.op](body, count, lambda j: block.load(operand, v, j, i)))


def gather(block: Block, instruction: Gather) -> None:
    """Numbers by a table of their places."""
    body = block.body
    low = 0
    for register, places in instruction.pieces:
        table = body.module.table(places)
        with body.loop("%vectors") as v, body.loop(len(places)) as k:
            number = body.word(table, k)
            x = block.load(View(register, 0, (1,), (1,)), v, number)
            block.store(instruction.out, body.affine(low, (1, k)), v, x)
        low += len(places)


STEPS: dict[type, Callable[..., None]] = {Product: product, Fold: fold, Gather: gather}

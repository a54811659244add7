"""Rolled programs: instructions over registers, each doing the work of many operations of a program.

A register holds `width` numbers: once a call (SHARED), once a row (ROWS), summed over rows (TOTAL), or computed from
such sums (AFTER). An executor keeps a register of ROWS as an array of width × rows of a block, so that an operation on
consecutive numbers runs on consecutive memory, whatever the number of rows.

An operand is a constant or a `View`: numbers of one register, from a start in constant steps, in one dimension, in two
for a matrix, or in three for a batch of matrices. Numbers that lie otherwise go through a `Gather` first. An executor
needs to know only these records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

SHARED, ROWS, TOTAL, AFTER = "shared", "rows", "total", "after"


class Register(NamedTuple):
    """Storage for `width` numbers or booleans; `name` is for people."""

    name: str
    width: int
    scope: str
    booleans: bool = False


class View(NamedTuple):
    """Numbers of a register: counts and steps in one dimension, or in those of a matrix or a batch of matrices."""

    register: int
    start: int
    counts: tuple[int, ...]
    steps: tuple[int, ...]


class Number(NamedTuple):
    """A constant operand, the same for all members."""

    value: Any


class Count(NamedTuple):
    """A number of each step of a loop: `first + k * stride` in step k."""

    first: int
    stride: int

    @property
    def counts(self) -> tuple[int, int]:
        """One number a step, like a matrix of one column."""
        return 1, 1


Operand = View | Number


class Result(NamedTuple):
    """Outputs of a program, by index, that an executor returns as one array of this shape: for each row, or once."""

    outputs: tuple[int, ...]
    by_row: bool
    shape: tuple[int, ...] = ()


class Apply(NamedTuple):
    """out[i] = op(operands[0][i], …): one operation on many numbers."""

    out: int
    op: str
    operands: tuple[Operand, ...]


class Product(NamedTuple):
    """out[g, u, v] = Σⱼ left[g, u, j] · right[g, v, j] (+ add[g, u, v]): products of matrices, in a batch.

    A sum starts at 0.0, and so is never -0.0. The left matrices may be shared by the rows: the weights of neurons on
    the same inputs, which are on the right.
    """

    out: int
    left: View
    right: View
    add: View | None = None


class Fold(NamedTuple):
    """out[i] = op over j of operand[j, i], such as a sum of many terms."""

    out: int
    op: str
    operand: View


class Gather(NamedTuple):
    """out = numbers from anywhere, piece by piece: a register, and positions in it."""

    out: int
    pieces: tuple[tuple[int, tuple[int, ...]], ...]


class RowSum(NamedTuple):
    """out[i] = the sum of operand[i] over all rows."""

    out: int
    operand: View


class RowProduct(NamedTuple):
    """out[g, u, v] = Σⱼ left[g, u, j] · right[g, v, j], summed over all rows: the gradient of weights, Σ ∂C/∂z · x."""

    out: int
    left: View
    right: View


class Move(NamedTuple):
    """Numbers that are put into a register, from a column on."""

    register: int
    column: int
    source: View


class Stream(NamedTuple):
    """What is put into a register in each step, from a column on: a row of a matrix, or a count."""

    register: int
    column: int
    source: View | Count


class Repeat(NamedTuple):
    """Instructions that run `times` times.

    A step first moves its own numbers of `streams` in, each a row of a matrix, then runs, then notes numbers in
    `tapes`, after those of the step before, and at last makes the moves of `carried`, all at once.
    """

    times: int
    streams: tuple[Stream, ...]
    instructions: tuple[Instruction, ...]
    tapes: tuple[tuple[int, View], ...]
    carried: tuple[Move, ...]


Instruction = Apply | Product | Fold | Gather | RowSum | RowProduct | Repeat


def places_in(instruction: Gather) -> list[tuple[int, int]]:
    """The source of each number of a gather: its register, and its position there."""
    return [(register, place) for register, places in instruction.pieces for place in places]


def inside(instructions: Iterable[Instruction]) -> Iterator[Instruction]:
    """Instructions, and those that they repeat."""
    for instruction in instructions:
        yield instruction
        if isinstance(instruction, Repeat):
            yield from inside(instruction.instructions)


def reads(instruction: Instruction) -> Iterator[int]:
    """The registers that an instruction itself reads, apart from what it repeats."""
    if isinstance(instruction, Gather):
        yield from (register for register, _ in instruction.pieces)
    elif isinstance(instruction, Repeat):
        moves: tuple[Move | Stream, ...] = (*instruction.streams, *instruction.carried)
        yield from (move.source.register for move in moves if isinstance(move.source, View))
        yield from (move.register for move in instruction.carried)
        yield from (view.register for _, view in instruction.tapes)
    else:
        fields = instruction.operands if isinstance(instruction, Apply) else instruction
        yield from (field.register for field in fields if isinstance(field, View))


def read_by(instruction: Instruction) -> Iterator[int]:
    """The registers that an instruction reads, with what it repeats."""
    for part in inside([instruction]):
        yield from reads(part)


def written_by(instruction: Instruction) -> Iterator[int]:
    """The registers that an instruction writes."""
    if isinstance(instruction, Repeat):
        moves: tuple[Move | Stream, ...] = (*instruction.streams, *instruction.carried)
        yield from (move.register for move in moves)
        yield from (register for register, _ in instruction.tapes)
        yield from (i for x in instruction.instructions for i in written_by(x))
    else:
        yield instruction.out


@dataclass(frozen=True)
class Rolled:
    """A program over rows, for an executor.

    `inputs` are the registers of the arguments, in order; `constants` are shared registers of one known number each.
    `shared` runs once a call, `rows` once for each block of rows, `after` once when all rows are summed. `outputs` says
    where the numbers of each result are.
    """

    name: str
    registers: tuple[Register, ...]
    inputs: tuple[int, ...]
    constants: tuple[tuple[int, float], ...]
    count: int | None  # the register that the number of rows goes into
    shared: tuple[Instruction, ...]
    rows: tuple[Instruction, ...]
    after: tuple[Instruction, ...]
    outputs: tuple[Operand, ...]

    def __str__(self) -> str:
        inputs = ", ".join(self._declared(i) for i in self.inputs)
        lines = [f"{self.name}: {inputs}"]
        titles = (("once a call", self.shared), ("for each block of rows", self.rows), ("after all rows", self.after))
        for title, instructions in titles:
            lines += [f"  {title}"] if instructions else []
            lines += [line for instruction in instructions for line in self._lines(instruction, "    ")]
        return "\n".join([*lines, f"  results: {', '.join(map(self._operand, self.outputs))}"])

    def _declared(self, i: int) -> str:
        register = self.registers[i]
        return f"{register.name}[{register.width}{' × rows' if register.scope == ROWS else ''}]"

    def _lines(self, instruction: Instruction, indent: str) -> Iterator[str]:
        if not isinstance(instruction, Repeat):
            yield f"{indent}{self._written(instruction)}"
            return
        yield f"{indent}for each of {instruction.times} steps"
        for stream in instruction.streams:
            yield f"{indent}  {self._moved(stream)}, {_numbers(stream.source.counts[1])} a step"
        for inner in instruction.instructions:
            yield from self._lines(inner, f"{indent}  ")
        for register, view in instruction.tapes:
            yield f"{indent}  {self.registers[register].name} notes {self._operand(view)}"
        for move in instruction.carried:
            yield f"{indent}  {self._moved(move)} for the next step"

    def _moved(self, move: Move | Stream) -> str:
        count = move.source.counts[-1]
        return f"{self._operand(View(move.register, move.column, (count,), (1,)))} = {self._operand(move.source)}"

    def _written(self, instruction: Instruction) -> str:
        assert not isinstance(instruction, Repeat)
        left = self._declared(instruction.out)
        if isinstance(instruction, Apply):
            return f"{left} = {instruction.op}({', '.join(map(self._operand, instruction.operands))})"
        if isinstance(instruction, Product):
            add = f" + {self._operand(instruction.add)}" if instruction.add else ""
            return f"{left} = {self._operand(instruction.left)} @ {self._operand(turned(instruction.right))}{add}"
        if isinstance(instruction, Fold):
            return f"{left} = {instruction.op} of each column of {self._operand(instruction.operand)}"
        if isinstance(instruction, Gather):
            pieces = (f"{len(places)} of {self.registers[i].name}" for i, places in instruction.pieces)
            return f"{left} = {', '.join(pieces)}"
        if isinstance(instruction, RowSum):
            return f"{left} += {self._operand(instruction.operand)} summed over rows"
        if instruction.left.counts[-1] == 1:
            return f"{left} += {self._operand(instruction.left)} @ {self._operand(instruction.right)}ᵀ"
        return f"{left} += {self._operand(instruction.left)} @ {self._operand(turned(instruction.right))}"

    def _operand(self, operand: Operand | Count) -> str:
        if isinstance(operand, Number):
            return repr(operand.value)
        if isinstance(operand, Count):
            sign = "+" if operand.stride >= 0 else "-"
            return f"{operand.first} {sign} {abs(operand.stride)} k"
        register, counts, steps = self.registers[operand.register], operand.counts, operand.steps
        if len(counts) == 3 and counts[0] == 1:
            counts, steps = counts[1:], steps[1:]
        if len(counts) > 1 and counts[-1] == 1:  # a column
            counts, steps = counts[:-1], steps[:-1]
        if len(counts) > 1:
            transposed = steps[-2] < steps[-1]
            shape = (*counts[:-2], counts[-1], counts[-2]) if transposed else counts
            return f"{register.name}[{' × '.join(map(str, shape))}]{'ᵀ' if transposed else ''}"
        (count,), (step,) = counts, steps
        if count == register.width and step == 1:
            return register.name
        if count == 1 or step == 0:
            return f"{register.name}[{operand.start}]"
        end = operand.start + step * count
        return f"{register.name}[{operand.start}:{end}{f':{step}' if step != 1 else ''}]"


def _numbers(count: int) -> str:
    return "one number" if count == 1 else f"{count} numbers"


def turned(view: View) -> View:
    """Each matrix of a batch, transposed."""
    (batch, rows, columns), (apart, down, across) = view.counts, view.steps
    return View(view.register, view.start, (batch, columns, rows), (apart, across, down))

"""Rolled programs: instructions over registers, each doing the work of many operations of a program.

A register holds `width` numbers: once a call (SHARED), once a row (ROWS), summed over rows (TOTAL), or computed from
such sums (AFTER). An executor keeps a register of ROWS as an array of width × rows of a block, so that an operation on
consecutive numbers runs on consecutive memory, whatever the number of rows.

An operand is a constant or a `View`: numbers of one register, from a start in constant steps, in one dimension or, for
a matrix, two. Numbers that lie otherwise go through a `Gather` first. An executor needs to know only these records.
"""

from __future__ import annotations

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
    """Numbers of a register: counts and steps for one dimension, or for the rows and columns of a matrix."""

    register: int
    start: int
    counts: tuple[int, ...]
    steps: tuple[int, ...]


class Number(NamedTuple):
    """A constant operand, the same for all members."""

    value: Any


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
    """out[i] = Σⱼ matrix[i, j] · vector[j] (+ add[i]): neurons on the same inputs; the rows share the matrix."""

    out: int
    matrix: View
    vector: View
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
    """out[i, j] = the sum of left[i] · right[j] over all rows: the gradient of weights, Σ ∂C/∂z · x."""

    out: int
    left: View
    right: View


Instruction = Apply | Product | Fold | Gather | RowSum | RowProduct


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
            lines += [f"    {self._written(instruction)}" for instruction in instructions]
        return "\n".join([*lines, f"  results: {', '.join(map(self._operand, self.outputs))}"])

    def _declared(self, i: int) -> str:
        register = self.registers[i]
        return f"{register.name}[{register.width}{' × rows' if register.scope == ROWS else ''}]"

    def _written(self, instruction: Instruction) -> str:
        left = self._declared(instruction.out)
        if isinstance(instruction, Apply):
            return f"{left} = {instruction.op}({', '.join(map(self._operand, instruction.operands))})"
        if isinstance(instruction, Product):
            add = f" + {self._operand(instruction.add)}" if instruction.add else ""
            return f"{left} = {self._operand(instruction.matrix)} @ {self._operand(instruction.vector)}{add}"
        if isinstance(instruction, Fold):
            return f"{left} = {instruction.op} of each column of {self._operand(instruction.operand)}"
        if isinstance(instruction, Gather):
            pieces = (f"{len(places)} of {self.registers[i].name}" for i, places in instruction.pieces)
            return f"{left} = {', '.join(pieces)}"
        if isinstance(instruction, RowSum):
            return f"{left} += {self._operand(instruction.operand)} summed over rows"
        return f"{left} += {self._operand(instruction.left)} @ {self._operand(instruction.right)}ᵀ"

    def _operand(self, operand: Operand) -> str:
        if isinstance(operand, Number):
            return repr(operand.value)
        register = self.registers[operand.register]
        if len(operand.counts) == 2:
            transposed = operand.steps[0] < operand.steps[1]
            rows, columns = operand.counts
            shape = f"{columns} × {rows}" if transposed else f"{rows} × {columns}"
            return f"{register.name}[{shape}]{'ᵀ' if transposed else ''}"
        (count,), (step,) = operand.counts, operand.steps
        if count == register.width and step == 1:
            return register.name
        if count == 1 or step == 0:
            return f"{register.name}[{operand.start}]"
        end = operand.start + step * count
        return f"{register.name}[{operand.start}:{end}{f':{step}' if step != 1 else ''}]"

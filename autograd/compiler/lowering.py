"""Lowering: from symbols to values of a program, and from a program to operations that every executor knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.compiler.array_kernels import ARRAY_KERNELS
from autograd.compiler.building import VARIABLE, ProgramBuilder, rewritten
from autograd.compiler.loops import bodies
from autograd.compiler.program import DETACH, Program
from autograd.primitives import ROWS, Primitive
from autograd.refusals import TraceError
from autograd.symbols import Condition, Symbol

SYMBOLIC = {Symbol, Condition}
LEAK = "a traced function keeps nothing from call to call; make it an argument, and return what is new"


class Lowering:
    """Turns symbols and Values into values of a program; `known` maps the ids of those done to their numbers."""

    def __init__(self, builder: ProgramBuilder, known: dict[int, int] | None = None) -> None:
        self.builder = builder
        self.known = {} if known is None else known
        self.kept: list[Any] = []  # objects in `known`, which are there by id, must not be freed

    def knows(self, symbol: Any, i: int) -> None:
        """Let a symbol stand for value number i, unless it already has a number."""
        self.known.setdefault(id(symbol), i)
        self.kept.append(symbol)

    def number(self, x: Any) -> int:
        """The value number of a symbol, a condition or a plain number."""
        if type(x) not in SYMBOLIC:
            return self.builder.constant(x)
        known, waiting = self.known, [x]
        while waiting:  # no recursion: what no_grad computes is one deep symbol
            y = waiting[-1]
            if type(y) is Symbol and id(y) not in known:
                op, operands = y.op, [v for z in y.operands for v in (z if type(z) is tuple else (z,))]
                if not op:
                    raise TraceError(f"what depends on {y.name:.40} was kept from an earlier trace: {LEAK}")
            elif type(y) is Condition and id(y) not in known:
                op, operands = y.op, [y.left, *(y.right if type(y.right) is tuple else (y.right,))]
            else:
                waiting.pop()
                continue
            missing = [v for v in operands if type(v) in SYMBOLIC and id(v) not in known]
            if missing:
                waiting += missing
            elif op == "constant":
                self.knows(y, self.builder.constant(operands[0]))
            else:
                emitted = tuple([self._at_once(v) for v in operands])
                self.knows(y, self.emit(op, operands, emitted, is_boolean=type(y) is Condition))
        return self._at_once(x)

    def emit(
        self, op: str, operands: Sequence[Any], numbers: Sequence[int], name: str = "", is_boolean: bool = False
    ) -> int:
        """The number of an operation's value; a condition counts as 1 or 0, except where it selects."""
        counted = [
            i if type(x) is not Condition or is_boolean or (op == "where" and k == 0) else self._counted(i)
            for k, (x, i) in enumerate(zip(operands, numbers))
        ]
        return self.builder.emit(op, tuple(counted), name)

    def _counted(self, condition: int) -> int:
        one, zero = self.builder.constant(1.0), self.builder.constant(0.0)
        return self.builder.emit("where", (condition, one, zero))

    def _at_once(self, x: Any) -> int:
        return self.known[id(x)] if type(x) in SYMBOLIC else self.builder.constant(x)

    def detached(self, x: Any) -> int:
        """The same value, but constant to every derivative: what f takes out of a Value is a plain number."""
        i = self.number(x)
        return i if type(x) is Condition else self.builder.emit(DETACH, (i,))


def executable(program: Program) -> Program:
    """The differentiated program, in operations that every executor knows.

    A detached value becomes the value itself, and a user's operation without a kernel is expanded by its rule.
    """
    operations = (operation for part in bodies(program) for operation in part.operations)
    if not any(operation.op == DETACH or _is_written_out(operation.op) for operation in operations):
        return program

    def make(program: Program, builder: ProgramBuilder, i: int, number: list[int]) -> int | None:
        op, operands, _ = program.operations[i]
        if op == DETACH:
            return number[operands[0]]
        return _written_out(builder, ROWS[op], [number[j] for j in operands]) if _is_written_out(op) else None

    return rewritten(program, make)


def _is_written_out(op: str) -> bool:
    """Whether an operation has no kernel of any kind, so that its rule must be expanded."""
    return op in ROWS and op not in ARRAY_KERNELS and ROWS[op].kernel is None


def _written_out(builder: ProgramBuilder, row: Primitive, operands: Sequence[int]) -> int:
    """The value of an operation, by its rule, run on constants where operands are constant and on symbols elsewhere."""
    symbols = [Symbol(f"x{i}") for i in operands]
    of = [s if builder.constants[i] is VARIABLE else builder.constants[i] for s, i in zip(symbols, operands)]
    lowering = Lowering(builder, {id(s): i for s, i in zip(symbols, operands)})
    return lowering.number(row.rule(*row.structured(tuple(of)))[0])

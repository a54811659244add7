"""Kinks in a program: mark the rows that the engine must differentiate, and treat roots of sums of squares as norms.

The slope s of z = |x| at 0 is the mean of its sides, 0, but s² is 1 on both, so the product rule misses a term. The
engine's floats carry the sides along (`autograd.numbers.sides`). A program gives NaN for second derivatives there, and
such rows run on the engine (`autograd.compiler.derivatives.between`).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import nan, sqrt
from typing import TYPE_CHECKING, Any

from autograd.compiler.programs.building import ProgramBuilder, rewritten
from autograd.compiler.programs.loops import bodies, every_operation
from autograd.compiler.programs.operation import CONSTANT, INPUT, LOOP, Operation
from autograd.compiler.programs.program import Program
from autograd.engine.kinks import TERMS, Forms, sum_of_squares
from autograd.primitives import ROWS

if TYPE_CHECKING:
    from autograd.compiler.derivatives.backward import Adjoint, Backward


class Kinks:
    """The operations of a program whose local derivatives at a kink are the mean of the two sides."""

    def __init__(self, backward: Backward, order: int) -> None:
        """A pass of order 1 marks only slopes that f itself takes; a linear pass, of order 0, marks none."""
        self.backward, self.order = backward, order
        operations = backward.program.operations if order else ()
        sided = set(filter(_has_sides, {operation.op for operation in operations}))  # few kinds, of many operations
        self.operations = [i for i, operation in enumerate(operations) if operation.op in sided]
        self.factors: dict[int, int] = {}  # the operation of each local derivative
        self._varies: list[bool] = []  # for each value, whether it depends on an operation with sides

    def prepare(self, is_body: bool = False) -> None:
        """Record the local derivatives that have sides; inputs of a loop's body may depend on any kink."""
        if not self.operations:
            return
        self.factors, self._varies = {}, []
        for operation in self.backward.program.operations:
            varies = is_body if operation.op == INPUT else _has_kinks(operation)
            self._varies.append(varies or any(map(self._varies.__getitem__, operation.operands)))
        for i in self.operations:
            for partial in map(self.backward.factor, self.backward.partials(i)):
                if self.order > 1 or _is_slope(self.backward.builder.operations[partial].op):
                    self.factors[partial] = i

    def marks(self, i: int, adjoint: Adjoint, factors: list[tuple[int, int]]) -> Iterator[tuple[int, Adjoint]]:
        """Marks, NaN at a kink, for operands of value i, if it is a slope with sides, or is multiplied by such a slope.

        `factors` pairs its operands with its local derivatives. If nothing else depends on a kink, the second
        derivative is that of the mean, and there is no mark.
        """
        if i in self.factors:
            here = self.factors[i]
            operands = self.backward.program.operations[here].operands
            if any(map(self._varies.__getitem__, operands)):
                for j in operands:
                    if self.backward.reaching[j]:
                        yield j, self._mark(adjoint, here)
        if self.factors and not _has_sides(self.backward.program.operations[i].op):
            for j, partial in factors:
                if partial in self.factors and self._varies[j]:
                    yield j, self._mark(adjoint, self.factors[partial])

    def _mark(self, adjoint: Adjoint, i: int) -> Adjoint:
        """An adjoint that is NaN at the kink of operation i, where the given one exists, and 0 elsewhere."""
        builder, at_kink = self.backward.builder, self._at_kink(i)
        mask = adjoint.mask
        if self.backward.safe:
            mask = at_kink if mask < 0 else self.backward.both(mask, at_kink)
        missed = builder.emit("where", (at_kink, builder.constant(nan), builder.constant(0.0)))
        value = builder.emit("multiply", (adjoint.value, missed))
        if self.backward.safe:
            value = builder.emit("where", (mask, value, builder.constant(0.0)))
        return adjoint._replace(value=value, mask=mask)

    def _at_kink(self, i: int) -> int:
        """The condition that operation i is at its kink: its value is 0, or its operands are equal."""
        op, operands, _ = self.backward.program.operations[i]
        builder = self.backward.builder
        pair = (i, builder.constant(0.0)) if ROWS[op].sides == "partials" else operands
        return builder.emit("==", pair)


def _has_kinks(operation: Operation) -> bool:
    """Whether an operation, or one inside a loop, has sides."""
    return any(map(_has_sides, _ops(operation.value.body) if operation.op == LOOP else (operation.op,)))


def is_sided(program: Program, order: int) -> bool:
    """Whether derivatives of a program, of this order, may lie between the sides of a kink."""
    if order > 1:
        return any(map(_has_sides, _ops(program))) or _has_roots(program)
    return any(map(_is_slope, _ops(program)))


def _ops(program: Program) -> set[str]:
    """The names of the operations in a program, including those in loops."""
    return {operation.op for operation in every_operation(program)}


def _has_sides(op: str) -> bool:
    row = ROWS.get(op)
    return row is not None and row.sides not in ("", "value")


def _is_slope(op: str) -> bool:
    """Whether an operation is the slope of one with sides."""
    row = ROWS.get(op)
    return row is not None and row.sides == "value"


def _forms(program: Program) -> Forms:
    """The linear forms of the values."""

    def constant(i: int) -> Any:
        op, _, value = program.operations[i]
        return value if op == CONSTANT else None

    def made_by(i: int) -> tuple[int, str, tuple[int, ...]]:
        op, operands, _ = program.operations[i]
        return i, "" if op == INPUT else op, operands

    return Forms(constant, made_by)


# --- roots of sums of squares ---------------------------------------------------------------------------------------


def with_norms(program: Program) -> Program:
    """The same program, with a root of a sum of squares replaced by a norm where all squared values are 0."""
    if not _has_roots(program):
        return program

    def make(program: Program, builder: ProgramBuilder, i: int, number: list[int]) -> int | None:
        op, operands, _ = program.operations[i]
        squares = _squares_below(program, operands[0]) if _is_root(program.operations[i], program) else None
        if not squares:
            return None
        root = builder.emit(op, tuple([number[j] for j in operands]), program.names[i])
        return _norm_at_zero(builder, root, [(number[j], weight) for j, weight in squares])

    return rewritten(program, make)


def with_roots(program: Program) -> Program:
    """The same program, with square roots in place of powers of ½: the engine treats only square roots as norms."""

    def make(program: Program, builder: ProgramBuilder, i: int, number: list[int]) -> int | None:
        is_root = _is_root(program.operations[i], program)
        return builder.emit("sqrt", (number[program.operations[i].operands[0]],)) if is_root else None

    return rewritten(program, make)


def _has_roots(program: Program) -> bool:
    return any(_is_root(operation, part) for part in bodies(program) for operation in part.operations)


def _is_root(operation: Any, program: Program) -> bool:
    op, operands, _ = operation
    return op == "sqrt" or (op in ("constant_power", "power") and program.operations[operands[1]].value == 0.5)


def _norm_at_zero(builder: ProgramBuilder, root: int, squares: list[tuple[int, float]]) -> int:
    """The root, except where the norm of the squared values is 0: there, that norm."""
    scaled = [
        x if weight == 1.0 else builder.emit("multiply", (x, builder.constant(sqrt(weight)))) for x, weight in squares
    ]
    norm = builder.emit("norm", tuple(scaled))
    return builder.emit("where", (builder.emit("==", (norm, builder.constant(0.0))), norm, root))


def _squares_below(program: Program, q: int) -> list[tuple[int, float]] | None:
    """The values whose squares, each times a positive factor, add up to value q; None if q is not such a sum."""
    operations, forms = program.operations, _forms(program)

    def terms(i: int) -> Any:
        step = TERMS.get(operations[i].op)
        return None if step is None else step(*operations[i].operands, forms)

    return sum_of_squares(q, lambda i: operations[i].op == CONSTANT and operations[i].value == 0, terms)

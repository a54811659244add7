"""Kinks in a program: the terms that the product rule misses there, and roots of sums of squares as norms.

The slope s of z = |x| at 0 is the mean of its sides, 0, but s² is 1 on both. So a value that depends on z and is
multiplied by s has a derivative in x there: its own derivative in z. The same holds for a norm and the components of
its direction. The engine's floats carry the sides along (`autograd.numbers.sides`); a program gets the missing terms.
"""

from __future__ import annotations

from bisect import bisect_left
from math import nan, sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.compiler.building import ProgramBuilder, rewritten
from autograd.compiler.loops import bodies
from autograd.compiler.program import CONSTANT, INPUT, Operation, Program
from autograd.engine.kinks import TERMS, Forms, sum_of_squares
from autograd.numbers.sides import SIDES, deviations_of
from autograd.primitives import ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autograd.compiler.backward import Adjoint, Backward


class Place(NamedTuple):
    """Where a sign occurs: in the local derivative of an operation in one of its operands, with which factor."""

    operation: int
    operand: int
    deviation: float


class Kinks:
    """The operations of a program whose local derivatives at a kink are the mean of its sides."""

    def __init__(self, backward: Backward) -> None:
        self.backward = backward
        operations = backward.program.operations
        self.operations = [i for i, operation in enumerate(operations) if _has_sides(operation)]
        self.factors: dict[int, tuple[int, dict[Any, float]]] = {}  # by local derivative: its operation, deviations
        self.places: dict[Any, list[Place]] = {}  # by sign
        self._slopes: dict[tuple[int, int], int | None] = {}
        self._below = self._operations_below()

    def _operations_below(self) -> list[int]:
        """For each value, the set of these operations that it depends on, as bits: one pass instead of one for each."""
        bits = {i: 1 << k for k, i in enumerate(self.operations)}
        below: list[int] = []
        for i, operation in enumerate(self.backward.program.operations if bits else ()):
            found = bits.get(i, 0)
            for j in operation.operands:
                found |= below[j]
            below.append(found)
        return below

    def _depends(self, j: int, z: int) -> bool:
        """Whether value j depends on operation z, which has sides."""
        return bool(self._below[j] & (1 << bisect_left(self.operations, z)))

    def prepare(self, active: list[bool]) -> None:
        """Record the sides of the local derivatives, with inactive values as constants."""
        self.factors, self.places = {}, {}
        operations = self.backward.program.operations
        forms = _forms(self.backward.program, active)
        for i in self.operations:
            op, operands, _ = operations[i]
            sides = SIDES[ROWS[op].sides](list(map(forms.of, operands)))
            for j, p, partial in zip(operands, sides, self.backward.partials(i)):
                deviations = deviations_of(p)
                self.factors[self.backward.factor(partial)] = i, deviations
                for sign, deviation in deviations.items():
                    self.places.setdefault(sign, []).append(Place(i, j, deviation))

    def across(self, adjoint: Adjoint, factors: list[tuple[int, int]]) -> Iterator[tuple[int, Adjoint]]:
        """The terms that an operation adds to adjoints at kinks: the operand of each, and the term.

        `factors` pairs its operands with its local derivatives in them, some of which may have sides.
        """
        for j, partial in factors:
            here, signs = self.factors.get(partial, (0, {}))
            for sign, deviation in signs.items():
                for there, operand, other in self.places[sign]:
                    slope = self._slope(j, there)
                    if slope is not None:
                        yield operand, self._term(adjoint, slope, deviation * other, {here, there})

    def _slope(self, j: int, z: int) -> int | None:
        """∂ value j / ∂ value z as if z were an input, None where it is 0; in the fast program just a marker, z."""
        if not self._depends(j, z):
            return None
        if not self.backward.safe:
            return z
        if (j, z) not in self._slopes:
            found = self.backward.derivative(j, z)
            self._slopes[j, z] = None if self.backward.builder.is_constant(found, 0.0) else found
        return self._slopes[j, z]

    def _term(self, adjoint: Adjoint, slope: int, weight: float, operations: set[int]) -> Adjoint:
        """adjoint · slope · weight at the kinks of the operations; NaN in the fast program, so the safe one runs."""
        builder, zero = self.backward.builder, self.backward.builder.constant(0.0)
        mask = adjoint.mask
        for i in sorted(operations):
            at_kink = self._at_kink(i)
            mask = at_kink if mask < 0 else self.backward.both(mask, at_kink)
        if not self.backward.safe:
            missed = builder.emit("where", (mask, builder.constant(nan), zero))
            return adjoint._replace(value=builder.emit("multiply", (adjoint.value, missed)))
        product = builder.emit("multiply", (builder.constant(weight), builder.emit("multiply", (adjoint.value, slope))))
        return adjoint._replace(value=builder.emit("where", (mask, product, zero)), mask=mask)

    def _at_kink(self, i: int) -> int:
        """The condition that operation i is at its kink: its value is 0, or its operands are equal."""
        op, operands, _ = self.backward.program.operations[i]
        builder = self.backward.builder
        pair = (i, builder.constant(0.0)) if ROWS[op].sides == "partials" else operands
        return builder.emit("==", pair)


def has_kinks_in_loops(program: Program) -> bool:
    """Whether a loop has kinks, which its steps may share: second derivatives there need the program without loops."""
    _, *inner = bodies(program)
    return any(_has_sides(operation) for body in inner for operation in body.operations)


def _has_sides(operation: Operation) -> bool:
    row = ROWS.get(operation.op)
    return row is not None and row.sides not in ("", "value")


def _forms(program: Program, active: list[bool]) -> Forms:
    """The linear forms of the values; an inactive value does not vary, so its form is 0."""

    def constant(i: int) -> Any:
        op, _, value = program.operations[i]
        return value if op == CONSTANT else None if active[i] else 0.0

    def made_by(i: int) -> tuple[int, str, tuple[int, ...]]:
        op, operands, _ = program.operations[i]
        return i, "" if op == INPUT else op, operands

    return Forms(constant, made_by)


# --- roots of sums of squares ---------------------------------------------------------------------------------------


def with_norms(program: Program) -> Program:
    """The same program, with a root of a sum of squares replaced by a norm where all that is squared is 0."""
    if not any(_is_root(operation, part) for part in bodies(program) for operation in part.operations):
        return program

    def make(program: Program, builder: ProgramBuilder, i: int, number: list[int]) -> int | None:
        op, operands, _ = program.operations[i]
        squares = _squares_below(program, operands[0]) if _is_root(program.operations[i], program) else None
        if not squares:
            return None
        root = builder.emit(op, tuple([number[j] for j in operands]), program.names[i])
        return _norm_at_zero(builder, root, [(number[j], weight) for j, weight in squares])

    return rewritten(program, make)


def _is_root(operation: Any, program: Program) -> bool:
    op, operands, _ = operation
    return op == "sqrt" or (op in ("constant_power", "power") and program.operations[operands[1]].value == 0.5)


def _norm_at_zero(builder: ProgramBuilder, root: int, squares: list[tuple[int, float]]) -> int:
    """The root, or the norm of what is squared where that norm is 0."""
    scaled = [
        x if weight == 1.0 else builder.emit("multiply", (x, builder.constant(sqrt(weight)))) for x, weight in squares
    ]
    norm = builder.emit("norm", tuple(scaled))
    return builder.emit("where", (builder.emit("==", (norm, builder.constant(0.0))), norm, root))


def _squares_below(program: Program, q: int) -> list[tuple[int, float]] | None:
    """The values whose squares, each times a positive factor, add up to value q; None where q is not such a sum."""
    operations, forms = program.operations, _forms(program, [True] * len(program.operations))

    def terms(i: int) -> Any:
        step = TERMS.get(operations[i].op)
        return None if step is None else step(*operations[i].operands, forms)

    return sum_of_squares(q, lambda i: operations[i].op == CONSTANT and operations[i].value == 0, terms)

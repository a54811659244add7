"""Long sums as one operation: Σ a·b then takes one operation in place of two for each term, in all later stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import copysign

from autograd.compiler.programs.operation import CONSTANT, Operation
from autograd.compiler.programs.program import Program
from autograd.symbols import COMPARISONS
from autograd.trees import flatten

LEAST_TERMS = 8  # a sum of more becomes one operation
MAY_BE_CONDITIONS = {"where", *COMPARISONS}  # which only `multiply` takes as factors


def uses_of(program: Program) -> list[int]:
    """How often each value is used as an operand; an output counts as 2 more."""
    uses = [0] * len(program.operations)
    for _, operands, _ in program.operations:
        for j in operands:
            uses[j] += 1
    for i in flatten(program.outputs):
        uses[i] += 2
    return uses


def with_long_sums(program: Program, uses: Sequence[int]) -> Program:
    """The same program, with a dot product or a `sum` in place of the last addition of each long sum from 0.

    All values keep their numbers; those of the other additions are no longer used.

    >>> from autograd.compiler.tracing.trace import trace
    >>> program = trace(lambda w, x: sum(a * b for a, b in zip(w, x)), ([1.0] * 8, [2.0] * 8))
    >>> program.operations[-1].op, with_long_sums(program, uses_of(program)).operations[-1].op
    ('add', 'dot')
    """
    operations = list(program.operations)
    inner = bytearray(len(operations))
    conditions = {i for i, operation in enumerate(operations) if operation.op in MAY_BE_CONDITIONS}
    for i in range(len(operations) - 1, -1, -1):
        if operations[i].op == "add" and not inner[i]:
            terms = _terms(program.operations, uses, i, inner)
            made = _sum_of(program.operations, uses, terms, conditions) if len(terms) > LEAST_TERMS else None
            operations[i] = made or operations[i]
    return replace(program, operations=tuple(operations))


def _terms(operations: Sequence[Operation], uses: Sequence[int], i: int, inner: bytearray) -> list[int]:
    """The terms of the sum whose last addition is i, in order; marks its earlier additions in `inner`."""
    terms = []
    while True:
        i, term = operations[i].operands
        terms.append(term)
        if operations[i].op != "add" or uses[i] != 1:
            return [i, *reversed(terms)]
        inner[i] = 1


def _sum_of(
    operations: Sequence[Operation], uses: Sequence[int], terms: Sequence[int], conditions: set[int]
) -> Operation | None:
    """The sum of these terms as one operation, which starts from 0.0; None if they do not, or need several operations.

    Values that may be `conditions` do not become factors.
    """
    zero = next((i for i in terms[:2] if _is_zero(operations[i])), None)
    if zero is None:
        return None
    pairs, singles = list[tuple[int, ...]](), list[int]()
    for i in terms:
        op, operands, _ = operations[i]
        if op == "multiply" and uses[i] == 1 and conditions.isdisjoint(operands):
            pairs.append(operands)
        elif i != zero:
            singles.append(i)
    if not pairs:
        return Operation("sum", tuple(singles))
    if len(singles) > 1:
        return None
    return Operation("dot", (*[a for a, _ in pairs], *[b for _, b in pairs], *(singles or [zero])))


def _is_zero(operation: Operation) -> bool:
    """Whether a value is the constant 0.0, which makes a sum of negative zeros a positive one."""
    return operation.op == CONSTANT and operation.value == 0 and copysign(1.0, operation.value) > 0

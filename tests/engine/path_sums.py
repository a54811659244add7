"""The exact gradients of a generated program, as sums over paths, and the sizes of their terms."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from autograd import Value, gradients
from autograd.primitives import TABLE
from autograd.testing.arguments.functions import applied
from autograd.testing.laws import sizes
from autograd.testing.programs import SampleProgram, arity, names_of

EPSILON = 2.0**-52


class Operation(NamedTuple):
    """A public primitive as a function of a number of operands, and its row of the table."""

    function: Callable[..., Any]
    arity: int
    row: Any


def _operation(name: str) -> Operation:
    row = TABLE[name]
    return Operation(lambda *numbers: applied(row, numbers), arity(row), row)


OPERATIONS = {name: _operation(name) for name in names_of()}
COMMUTATIVE = ("add", "multiply", "maximum", "minimum", "hypot", "sum")


def partials(program: SampleProgram) -> list[tuple[float, ...]]:
    """The local derivatives of every step, by its rule on floats; an absent edge is 0."""
    values = program.values(*program.inputs)
    rules = []
    for name, operands in program.steps:
        row = TABLE[name]
        local = row.rule(*row.structured(tuple(values[i] for i in operands)))[1]
        rules.append(tuple(0.0 if p is None else p for p in local))
    return rules


def path_sums(program: SampleProgram, output: int = -1) -> tuple[list[Fraction], list[float]]:
    """For every input, Σ of products of partials over the paths to a value: exactly, and of absolute values."""
    local = partials(program)
    first = len(program.inputs)
    exact = [Fraction(0)] * (first + len(program.steps))
    exact[output] = Fraction(1)
    size = [float(x) for x in exact]
    for at in reversed(range(len(program.steps))):
        for i, p in zip(program.steps[at][1], local[at]):
            exact[i] += exact[first + at] * Fraction(p)
            size[i] += size[first + at] * abs(p)
    return exact[:first], size[:first]


def second_order_sizes(program: SampleProgram, direction: tuple[float, ...]) -> list[float]:
    """For every input, Σ |products| over the pairs of paths that make up the Hessian of the output times a vector.

    A pair of paths meets in one operation z, which contributes ∂C/∂z · ∂²z/∂x∂y · the tangent of y.
    """
    values, local = program.values(*program.inputs), partials(program)
    first = len(program.inputs)
    tangent = [abs(t) for t in direction]
    for (_, operands), slopes in zip(program.steps, local):
        tangent.append(sum(abs(p) * tangent[i] for i, p in zip(operands, slopes)))
    adjoint, bent = [0.0] * len(values), [0.0] * len(values)
    adjoint[-1] = 1.0
    for at in reversed(range(len(program.steps))):
        name, operands = program.steps[at]
        bends = absolute_second_partials(name, tuple(values[i] for i in operands))
        for i, slope, row in zip(operands, local[at], bends):
            curvature = sum(h * tangent[j] for h, j in zip(row, operands))
            bent[i] += bent[first + at] * abs(slope) + adjoint[first + at] * curvature
            adjoint[i] += adjoint[first + at] * abs(slope)
    return bent[:first]


def absolute_second_partials(name: str, operands: tuple[float, ...]) -> list[list[float]]:
    """Σ |path products| in the graphs of an operation's local derivatives."""
    row = TABLE[name]
    inputs = [Value(x) for x in operands]
    local = row.rule(*row.structured(tuple(inputs)))[1]
    return [[sizes(p).get(v, 0.0) for v in inputs] if isinstance(p, Value) else [0.0] * len(inputs) for p in local]


def bits(x: Any) -> str:
    """A float to the last bit, including the sign of a zero; all NaNs are equal."""
    return float(x).hex()


def reverse(program: SampleProgram) -> tuple[float, ...]:
    """The gradient at the inputs, by one backward pass."""
    values = program.recorded()
    return tuple(gradients(values[-1], values[: len(program.inputs)]))


def is_finite(numbers: Any) -> bool:
    """Whether all numbers are finite."""
    return all(math.isfinite(x) for x in numbers)

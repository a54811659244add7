"""Straight-line programs: a list of operations, each on the values of earlier ones, chosen by index.

Since an index may occur twice, b = a + a; c = b + b is such a program: nodes are shared as they are in no expression.
"""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from hypothesis import strategies as st

import autograd
from autograd import Value, gradients
from autograd.engine.graph import Graph

EPSILON = 2.0**-52
SEQUENCE_LENGTH = 3


class Operation(NamedTuple):
    """A public primitive as a function of so many numbers, and its row of the table."""

    function: Callable[..., Any]
    arity: int
    row: Any


def _flat(function: Callable[..., Any]) -> Operation:
    row = function.primitive
    if not row.vectors:
        return Operation(function, len(row.parameters), row)
    arity = SEQUENCE_LENGTH * len(row.vectors) + len(row.parameters) - len(row.vectors)
    return Operation(lambda *operands: function(*map(list_of, row.structured(operands))), arity, row)


def list_of(x: Any) -> Any:
    return list(x) if isinstance(x, tuple) else x


OPERATIONS = {
    name: _flat(getattr(autograd, name)) for name in autograd.__all__ if hasattr(getattr(autograd, name), "primitive")
}
ARITHMETIC = ("add", "subtract", "multiply", "divide", "power", "negative", "tanh", "maximum")
COMMUTATIVE = ("add", "multiply", "maximum", "minimum", "hypot", "sum")


class Step(NamedTuple):
    """One operation and the indices of its operands."""

    name: str
    operands: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.name}({', '.join(f'v{i}' for i in self.operands)})"


class Program(NamedTuple):
    """The numbers at its leaves, v0, v1, …, and the steps that make the values after them; the last is the output."""

    leaves: tuple[float, ...]
    steps: tuple[Step, ...]

    def __repr__(self) -> str:
        leaves = [f"v{i} = {x!r}" for i, x in enumerate(self.leaves)]
        steps = [f"v{i} = {step}" for i, step in enumerate(self.steps, len(leaves))]
        return "; ".join(leaves + steps)

    def values(self, *inputs: Any) -> list[Any]:
        """Every value, from numbers of any kind at the leaves."""
        values = list(inputs)
        for name, operands in self.steps:
            values.append(OPERATIONS[name].function(*[values[i] for i in operands]))
        return values

    def __call__(self, *inputs: Any) -> Any:
        return self.values(*inputs)[-1]

    def recorded(self) -> list[Value]:
        """Every value of a recorded run."""
        return self.values(*map(Value, self.leaves))

    def partials(self) -> list[tuple[float, ...]]:
        """The local derivatives of every step, by its rule on floats; an absent edge is 0."""
        values = self.values(*self.leaves)
        rules = []
        for name, operands in self.steps:
            row = OPERATIONS[name].row
            partials = row.rule(*row.structured(tuple(values[i] for i in operands)))[1]
            rules.append(tuple(0.0 if p is None else p for p in partials))
        return rules

    def path_sums(self, output: int = -1) -> tuple[list[Fraction], list[float]]:
        """For every leaf, Σ over the paths to a value of the products of partials: exactly, and of absolute values."""
        partials = self.partials()
        exact = [Fraction(0)] * (len(self.leaves) + len(self.steps))
        exact[output] = Fraction(1)
        size = [float(x) for x in exact]
        for at in reversed(range(len(self.steps))):
            target = len(self.leaves) + at
            for i, partial in zip(self.steps[at].operands, partials[at]):
                exact[i] += exact[target] * Fraction(partial)
                size[i] += size[target] * abs(partial)
        return exact[: len(self.leaves)], size[: len(self.leaves)]

    def second_order_sizes(self, direction: tuple[float, ...]) -> list[float]:
        """For every leaf, Σ |products| over the pairs of paths that make up the Hessian of the output times a vector.

        A pair of paths meets in one operation z, which contributes ∂C/∂z · ∂²z/∂x∂y · the tangent of y.
        """
        values, partials = self.values(*self.leaves), self.partials()
        first = len(self.leaves)
        tangent = [abs(t) for t in direction]
        for (_, operands), local in zip(self.steps, partials):
            tangent.append(sum(abs(p) * tangent[i] for i, p in zip(operands, local)))
        adjoint, bent = [0.0] * len(values), [0.0] * len(values)
        adjoint[-1] = 1.0
        for at in reversed(range(len(self.steps))):
            name, operands = self.steps[at]
            bends = absolute_second_partials(name, tuple(values[i] for i in operands))
            for i, partial, row in zip(operands, partials[at], bends):
                curvature = sum(h * tangent[j] for h, j in zip(row, operands))
                bent[i] += bent[first + at] * abs(partial) + adjoint[first + at] * curvature
                adjoint[i] += adjoint[first + at] * abs(partial)
        return bent[:first]


def absolute_second_partials(name: str, operands: tuple[float, ...]) -> list[list[float]]:
    """Σ |path products| in the graphs that the rule of an operation makes of its local derivatives."""
    row = OPERATIONS[name].row
    inputs = [Value(x) for x in operands]
    partials = row.rule(*row.structured(tuple(inputs)))[1]
    return [absolute_gradient(p, inputs) if isinstance(p, Value) else [0.0] * len(inputs) for p in partials]


def absolute_gradient(output: Value, inputs: list[Value]) -> list[float]:
    """Σ |path products| from an output to each input: a sweep of its own, over the public view of the graph."""
    graph = Graph(output)
    size = dict.fromkeys(graph.nodes, 0.0)
    size[output] = 1.0
    for node in reversed(graph.nodes):
        for edge in graph.edges(node):
            if edge.partial is not None:
                size[edge.source] += size[node] * abs(edge.partial)
    return [size.get(v, 0.0) for v in inputs]


def bits(x: Any) -> str:
    """A float to the last bit, the sign of a zero included; every NaN is the same."""
    return float(x).hex()


def reverse(program: Program) -> tuple[float, ...]:
    """The gradient at the leaves, by one backward pass."""
    values = program.recorded()
    return tuple(gradients(values[-1], values[: len(program.leaves)]))


# --- strategies ---------------------------------------------------------------------------------

NUMBERS = st.sampled_from([0.0, 1.0, -1.0, 0.5, 2.0, -2.0]) | st.floats(-3.0, 3.0, allow_subnormal=False)


def is_ordinary(name: str, operands: tuple[float, ...]) -> bool:
    """Whether an operation is defined here, and neither it nor its slopes come near overflow or underflow."""
    row = OPERATIONS[name].row
    try:
        value, partials = row.evaluate(*row.structured(operands))
    except (ValueError, ArithmeticError):
        return False
    return abs(value) < 1e4 and all(p is None or p == 0 or 1e-9 < abs(p) < 1e4 for p in partials)


@st.composite
def programs(draw: Any, names: tuple[str, ...] = tuple(OPERATIONS), most: int = 10) -> Program:
    """Programs that are total: where an operation is not ordinary, σ of its operands takes their place, or tanh its."""
    leaves = draw(st.lists(NUMBERS, min_size=1, max_size=3))
    steps: list[Step] = []
    values = list(leaves)

    def append(name: str, *operands: int) -> None:
        steps.append(Step(name, operands))
        values.append(OPERATIONS[name].function(*[values[i] for i in operands]))

    for _ in range(draw(st.integers(1, most))):
        name = draw(st.sampled_from(names))
        index = st.integers(0, len(values) - 1)
        operands = [draw(index) for _ in range(OPERATIONS[name].arity)]
        if not is_ordinary(name, tuple(values[i] for i in operands)):
            append("sigmoid", operands[0])
            operands = [len(values) - 1] * len(operands)
            if not is_ordinary(name, (values[-1],) * len(operands)):
                name, operands = "tanh", operands[:1]
        append(name, *operands)
    return Program(tuple(leaves), tuple(steps))


def is_finite(numbers: Any) -> bool:
    return all(math.isfinite(x) for x in numbers)

"""Straight-line programs: a list of operations, each on the values of earlier ones, chosen by index.

Since an index may occur twice, b = a + a; c = b + b is such a program: nodes are shared as they are in no expression.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from hypothesis import strategies as st

import autograd.primitives as public
from autograd.engine import Value
from autograd.primitives import TABLE, Primitive
from autograd.testing.functions import applied
from autograd.testing.points import values
from autograd.testing.sources import call, imports, literal

SEQUENCE = 3  # numbers in each sequence that an operation takes
LARGEST = 1e6  # of values and local derivatives in a generated program: beyond it rounding drowns what is tested
TOTAL = {1: "tanh", 2: "hypot"}  # what takes the place of an operation outside its domain, by the number of operands
TOTAL_OF_MANY = "norm"
FIRST = ("add", "multiply", "subtract", "negative", "tanh")  # what shrinking prefers


class SampleStep(NamedTuple):
    """One operation, by its name in the table, and the indices of its operands."""

    op: str
    operands: tuple[int, ...]


class SampleProgram(NamedTuple):
    """The numbers at its inputs, v0, v1, …, and the steps that make the values after them; the last is the output.

    It is a function of as many numbers, of any kind; its `repr` can be evaluated, its `str` is Python that runs.

    >>> program = SampleProgram((2.0,), (("multiply", (0, 0)),))
    >>> program(3.0)
    9.0
    >>> print(program)
    from autograd import Value
    v0 = Value(2.0)
    v1 = v0 * v0
    v1.backward()
    print(v0.grad)
    """

    inputs: tuple[float, ...]
    steps: tuple[Any, ...]

    def values(self, *numbers: Any) -> list[Any]:
        """Every value, from numbers of any kind at the inputs."""
        found = list(numbers)
        for op, operands in self.steps:
            found.append(applied(TABLE[op], [found[i] for i in operands]))
        return found

    def __call__(self, *numbers: Any) -> Any:
        return self.values(*numbers)[-1]

    def recorded(self) -> list[Value]:
        """Every value of a recorded run at its own inputs."""
        return self.values(*map(Value, self.inputs))

    @property
    def __signature__(self) -> inspect.Signature:
        """Its inputs by the names they are printed with."""
        parameters = [inspect.Parameter(f"v{i}", inspect.Parameter.POSITIONAL_ONLY) for i in range(len(self.inputs))]
        return inspect.Signature(parameters)

    def __repr__(self) -> str:
        inputs = "".join(f"{literal(x)}, " for x in self.inputs).rstrip(" " if len(self.inputs) == 1 else ", ")
        steps = ", ".join(f"({op!r}, {operands!r})" for op, operands in self.steps)
        return f"SampleProgram(({inputs}), ({steps}{',' if len(self.steps) == 1 else ''}))"

    def __str__(self) -> str:
        rows = [TABLE[op] for op, _ in self.steps]
        lines = [f"v{i} = Value({literal(x)})" for i, x in enumerate(self.inputs)]
        for i, (row, (_, operands)) in enumerate(zip(rows, self.steps), len(self.inputs)):
            lines.append(f"v{i} = {call(row, [f'v{k}' for k in operands])}")
        leaves = ", ".join(f"v{i}.grad" for i in range(len(self.inputs)))
        last = len(self.inputs) + len(self.steps) - 1
        return "\n".join([*imports(rows), *lines, f"v{last}.backward()", f"print({leaves})"])


def arity(row: Primitive) -> int:
    """How many numbers an operation takes, a sequence being of SEQUENCE of them."""
    return len(row.parameters) + (SEQUENCE - 1) * len(row.vectors)


def pruned(program: SampleProgram) -> SampleProgram:
    """The same function without dead code: only what the output depends on, numbered anew."""
    count = len(program.inputs)
    live = {count + len(program.steps) - 1}
    for i in reversed(range(len(program.steps))):
        if count + i in live:
            live |= set(program.steps[i][1])
    number = {old: new for new, old in enumerate(sorted(live))}
    steps = [
        SampleStep(op, tuple(number[k] for k in operands))
        for i, (op, operands) in enumerate(program.steps, count)
        if i in live
    ]
    return SampleProgram(tuple(x for i, x in enumerate(program.inputs) if i in live), tuple(steps))


def is_regular(row: Primitive, operands: tuple[float, ...]) -> bool:
    """Whether an operation is defined here, and its value and local derivatives are finite and not too large."""
    try:
        value, partials = row.evaluate(*row.structured(operands))
    except (ValueError, ArithmeticError):
        return False
    return abs(value) <= LARGEST and all(p is None or abs(p) <= LARGEST for p in partials)


def assembled(inputs: Iterable[float], steps: Iterable[tuple[str, tuple[int, ...]]]) -> SampleProgram:
    """A program of any indices, each modulo the number of values so far, -1 being the latest, without dead code.

    An operation that is not regular at its operands is replaced by one that is total, of as many.
    """
    inputs = tuple(inputs)
    numbers = list(inputs)
    made = []
    for name, indices in steps:
        row = TABLE[name]
        operands = tuple(k % len(numbers) for k in indices)
        if not is_regular(row, tuple(numbers[k] for k in operands)):
            row = TABLE[TOTAL.get(len(operands), TOTAL_OF_MANY)]
        made.append(SampleStep(row.name, operands))
        numbers.append(applied(row, [numbers[k] for k in operands]))
    return pruned(SampleProgram(inputs, tuple(made)))


def spread(indices: tuple[int, ...]) -> tuple[int, ...]:
    """Indices all different: of many operands drawn alone two are nearly always the same, which hides some faults."""
    return tuple(indices[0] + place for place in range(len(indices)))


def names_of(ops: Iterable[str | Callable[..., Any]] | None = None) -> list[str]:
    """The names of operations, all public ones where none are given, those that are read most easily first."""
    if ops is None:
        ops = [name for name in TABLE if hasattr(public, name)]
    names = [op if isinstance(op, str) else getattr(getattr(op, "primitive", None), "name", repr(op)) for op in ops]
    unknown = [name for name in names if name not in TABLE]
    if unknown:
        raise ValueError(f"programs: no operation {', '.join(unknown)} in the table")
    return sorted(names, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))


def programs(
    ops: Iterable[str | Callable[..., Any]] | None = None,
    inputs: int = 3,
    size: int = 8,
    numbers: st.SearchStrategy[float] | None = None,
) -> st.SearchStrategy[SampleProgram]:
    """Programs of up to `size` of the operations given (names or functions; all public ones), on up to `inputs` inputs.

    `numbers` are what stands at the inputs, everyday ones if not given. An operation outside its domain gives way to
    tanh, hypot or norm; there is no dead code; shrinking reaches the smallest program that fails.

    >>> from hypothesis import find
    >>> find(programs(["add", "multiply"]), lambda program: len(program.steps) == 2)
    SampleProgram((0.0,), (('add', (0, 0)), ('add', (0, 1))))
    """
    names = names_of(ops)
    if inputs < 1 or size < 1:
        raise ValueError(f"programs: inputs and size are 1 or more, got {inputs} and {size}")
    back = inputs + size - 1
    # An operand shrinks to an input, at the head, so that what computes it falls away; often it is one of the latest
    # values, so that little is dead and much is shared.
    index = st.sampled_from((*range(inputs), *range(-1, -size, -1), *(-1, -2) * (back // 2)))

    def operands(count: int) -> st.SearchStrategy[tuple[int, ...]]:
        indices = st.tuples(*[index] * count)
        return indices if count < 3 else indices | indices.map(spread)

    by_name = {name: st.tuples(st.just(name), operands(arity(TABLE[name]))) for name in names}
    step = st.sampled_from(names).flatmap(by_name.__getitem__)
    leaves = st.tuples(*[values() if numbers is None else numbers] * inputs)  # all: an unused one is dropped
    return st.builds(assembled, leaves, st.lists(step, min_size=1, max_size=size))

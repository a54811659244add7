"""Straight-line programs: a list of operations, each on earlier values, chosen by index.

An index may occur twice, as in b = a + a; c = b + b: programs share nodes in ways that expressions cannot.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from hypothesis import strategies as st

import autograd.primitives as public
from autograd.engine import Value
from autograd.primitives import TABLE, Primitive
from autograd.testing.arguments.functions import applied
from autograd.testing.judging.sources import call, imports, literal
from autograd.testing.points import values

SEQUENCE = 3  # numbers in each sequence that an operation takes
LARGEST_NUMBER = 1e6  # bound on values and local derivatives in a generated program: beyond it rounding drowns the test
TOTAL = {1: "tanh", 2: "hypot"}  # replaces an operation outside its domain, by the number of operands
TOTAL_OF_MANY = "norm"
PREFERRED = ("add", "multiply", "subtract", "negative", "tanh")  # shrinking prefers these


class SampleStep(NamedTuple):
    """One operation: its name in the table, and the indices of its operands."""

    op: str
    operands: tuple[int, ...]


class SampleProgram(NamedTuple):
    """The numbers at the inputs, v0, v1, …, and the steps that compute the values after them; the last is the output.

    The program is a function of that many numbers, of any kind. Its `repr` can be evaluated; its `str` is a Python
    program.

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
        """Compute every value, from numbers of any kind at the inputs."""
        found = list(numbers)
        for op, operands in self.steps:
            found.append(applied(TABLE[op], [found[i] for i in operands]))
        return found

    def __call__(self, *numbers: Any) -> Any:
        return self.values(*numbers)[-1]

    def recorded(self) -> list[Value]:
        """Compute every value of a recorded run at the program's own inputs."""
        return self.values(*map(Value, self.inputs))

    @property
    def __signature__(self) -> inspect.Signature:
        """The signature: the inputs under the names they are printed with."""
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
    """How many numbers an operation takes, with SEQUENCE of them for each sequence."""
    return len(row.parameters) + (SEQUENCE - 1) * len(row.vectors)


def pruned(program: SampleProgram) -> SampleProgram:
    """Remove dead code: keep only the values that the output depends on, renumbered."""
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
    """Whether an operation is defined here, with a value and local derivatives that are finite and not too large."""
    try:
        value, partials = row.evaluate(*row.structured(operands))
    except (ValueError, ArithmeticError):
        return False
    return abs(value) <= LARGEST_NUMBER and all(p is None or abs(p) <= LARGEST_NUMBER for p in partials)


def assembled(inputs: Iterable[float], steps: Iterable[tuple[str, tuple[int, ...]]]) -> SampleProgram:
    """Build a program without dead code from any indices, taken modulo the number of values so far; -1 is the latest.

    An operation that is not regular at its operands is replaced by a total one with the same number of operands.
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
    """Make all indices different: many operands drawn separately nearly always repeat, which hides some faults."""
    return tuple(indices[0] + place for place in range(len(indices)))


def names_of(ops: Iterable[str | Callable[..., Any]] | None = None) -> list[str]:
    """The names of operations (default: all public ones), the most readable first."""
    if ops is None:
        ops = [name for name, row in TABLE.items() if hasattr(public, name) and not row.plain]
    names = [op if isinstance(op, str) else getattr(getattr(op, "primitive", None), "name", repr(op)) for op in ops]
    unknown = [name for name in names if name not in TABLE]
    if unknown:
        raise ValueError(f"programs: no operation {', '.join(unknown)} in the table")
    counting = [name for name in names if TABLE[name].plain]
    if counting:
        raise ValueError(f"programs: {', '.join(counting)} has an operand that is plain, and is not drawn")
    return sorted(names, key=lambda name: PREFERRED.index(name) if name in PREFERRED else len(PREFERRED))


def programs(
    ops: Iterable[str | Callable[..., Any]] | None = None,
    inputs: int = 3,
    size: int = 8,
    numbers: st.SearchStrategy[float] | None = None,
) -> st.SearchStrategy[SampleProgram]:
    """Programs of up to `size` operations on up to `inputs` inputs.

    `ops` are names or functions, by default all public ones; `numbers` draws the inputs (default: everyday numbers). An
    operation outside its domain is replaced by tanh, hypot or norm. There is no dead code, and shrinking reaches the
    smallest counterexample.

    >>> from hypothesis import find
    >>> find(programs(["add", "multiply"]), lambda program: len(program.steps) == 2)
    SampleProgram((0.0,), (('add', (0, 0)), ('add', (0, 1))))
    """
    names = names_of(ops)
    if inputs < 1 or size < 1:
        raise ValueError(f"programs: inputs and size must be 1 or more, got {inputs} and {size}")
    back = inputs + size - 1
    # Inputs come first, so that an operand shrinks to an input and the code that computed it disappears. The latest
    # values come often, so that little code is dead and much is shared.
    index = st.sampled_from((*range(inputs), *range(-1, -size, -1), *(-1, -2) * (back // 2)))

    def operands(count: int) -> st.SearchStrategy[tuple[int, ...]]:
        indices = st.tuples(*[index] * count)
        return indices if count < 3 else indices | indices.map(spread)

    by_name = {name: st.tuples(st.just(name), operands(arity(TABLE[name]))) for name in names}
    step = st.sampled_from(names).flatmap(by_name.__getitem__)
    leaves = st.tuples(*[values() if numbers is None else numbers] * inputs)  # always all: an unused one is dropped
    return st.builds(assembled, leaves, st.lists(step, min_size=1, max_size=size))

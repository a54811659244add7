"""Tests the engine against a model of it, with operations in any order, by a hypothesis state machine.

The model is a list of records and one loop. It shares only the local derivatives with the engine, which check_primitive
tests separately.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from autograd.engine import Value, gradients, no_grad
from autograd.primitives import TABLE
from autograd.testing.arguments.functions import applied
from autograd.testing.laws import rounded_alike
from autograd.testing.points import values
from autograd.testing.programs import is_regular
from autograd.testing.verdicts import GradientMismatch

__all__ = ["GraphMachine"]

BINARY = ("add", "subtract", "multiply", "divide", "maximum")
UNARY = ("negative", "tanh", "sin", "relu")

index = st.just(-1) | st.integers(0, 40)  # the latest is as likely as all others together: graphs grow and share nodes


@dataclass(eq=False)
class Record:
    """The model of one Value; the rounding of `grad` is relative to `size`."""

    data: float
    inputs: tuple[Record, ...] = ()
    partials: tuple[Any, ...] = ()
    is_constant: bool = False
    is_recorded: bool = True
    grad: float = 0.0
    has_grad: bool = False
    size: float = 0.0


class GraphMachine(RuleBasedStateMachine):
    """Build, differentiate, zero, change data, stop recording, detach: after every step all Values match the model.

    `GraphMachine.TestCase` is the same test for unittest.

    >>> from hypothesis import settings
    >>> from hypothesis.stateful import run_state_machine_as_test
    >>> run_state_machine_as_test(GraphMachine, settings=settings(max_examples=10))
    """

    def __init__(self) -> None:
        super().__init__()
        self.pairs: list[tuple[Value, Record]] = []

    def pick(self, i: int) -> tuple[Value, Record]:
        return self.pairs[i % len(self.pairs)]

    def keep(self, value: Value, record: Record) -> None:
        self.pairs.append((value, record))

    @initialize(x=values())
    def first_leaf(self, x: float) -> None:
        """Make a first leaf, so that every rule has a node to use."""
        self.keep(Value(x), Record(x))

    @rule(x=values(), is_constant=st.booleans())
    def leaf(self, x: float, is_constant: bool) -> None:
        self.keep(Value.constant(x) if is_constant else Value(x), Record(x, is_constant=is_constant))

    @rule(op=st.sampled_from(BINARY), i=index, j=index)
    def binary(self, op: str, i: int, j: int) -> None:
        """Apply an operation to any two nodes."""
        self.operate(op, self.pick(i), self.pick(j))

    @rule(op=st.sampled_from(BINARY), i=index)
    def shared(self, op: str, i: int) -> None:
        """Apply an operation to one node twice."""
        self.operate(op, self.pick(i), self.pick(i))

    @rule(op=st.sampled_from(UNARY), i=index)
    def unary(self, op: str, i: int) -> None:
        self.operate(op, self.pick(i))

    @rule(op=st.sampled_from(BINARY), i=index, j=index)
    def unrecorded(self, op: str, i: int, j: int) -> None:
        """Apply an operation under no_grad: the result has no history."""
        with no_grad():
            self.operate(op, self.pick(i), self.pick(j), recording=False)

    def operate(self, op: str, *chosen: tuple[Value, Record], recording: bool = True) -> None:
        row, numbers = TABLE[op], tuple(record.data for _, record in chosen)
        assume(is_regular(row, numbers))
        data, partials = row.evaluate(*numbers)
        made = applied(row, [value for value, _ in chosen])
        self.keep(
            made,
            Record(data, tuple(record for _, record in chosen), partials)
            if recording
            else Record(data, is_recorded=False),
        )

    @rule(i=index, x=st.sampled_from([2.0, -3.0, 0.5]), left=st.booleans())
    def plain_operand(self, i: int, x: float, left: bool) -> None:
        """Compute x - v or v - x for a plain number x."""
        value, record = self.pick(i)
        plain = Record(x, is_constant=True)
        operands = (plain, record) if left else (record, plain)
        made = x - value if left else value - x
        self.keep(made, Record(operands[0].data - operands[1].data, operands, (1.0, -1.0)))

    @rule(i=index, seed=st.sampled_from([1.0, -2.0, 0.5]))
    def backward(self, i: int, seed: float) -> None:
        value, record = self.pick(i)
        assume(not record.is_constant)
        if not record.is_recorded:
            try:
                value.backward(seed)
            except RuntimeError:
                return
            raise AssertionError("backward() on a result computed under no_grad() raised no error")
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "this graph grows", RuntimeWarning)  # random steps look like descent
            value.backward(seed)
        for node, (adjoint, size) in sweep(record, seed).items():
            if not node.is_constant:
                node.grad = adjoint + (0.0 if node.inputs else node.grad)
                node.size = size + (0.0 if node.inputs else node.size)
                node.has_grad = True

    @rule(i=index, j=index)
    def gradient(self, i: int, j: int) -> None:
        """Compute ∂output/∂input for any two nodes; no grad changes."""
        (output, record), (value, wanted) = self.pick(i), self.pick(j)
        adjoint, size = sweep(record, 1.0).get(wanted, (0.0, 0.0))
        self.compare("a gradient", gradients(output, value), 0.0 if wanted.is_constant else adjoint, size)

    @rule(i=index)
    def zero_grad(self, i: int) -> None:
        value, record = self.pick(i)
        value.zero_grad()
        record.grad, record.size, record.has_grad = 0.0, 0.0, False

    @rule(i=index, x=values())
    def change_data(self, i: int, x: float) -> None:
        """Change the data of a leaf; graphs made earlier keep their numbers."""
        leaves = [pair for pair in self.pairs if not pair[1].inputs]
        value, record = leaves[i % len(leaves)]
        value.data = x
        record.data = x

    @rule(i=index)
    def detach(self, i: int) -> None:
        value, record = self.pick(i)
        self.keep(value.detach(), Record(record.data))

    @invariant()
    def is_as_modelled(self) -> None:
        for value, record in self.pairs:
            self.compare("data", value.data, record.data, 0.0)
            self.compare("grad", value.grad, record.grad, record.size)
            if value.has_grad != record.has_grad:
                self.fail(f"has_grad is {value.has_grad}, not {record.has_grad}")
            if len(value.inputs) != len(record.inputs):
                self.fail(f"a node has {len(value.inputs)} inputs, not {len(record.inputs)}")

    def compare(self, what: str, got: float, wanted: float, size: float) -> None:
        if not rounded_alike(got, wanted, size):
            self.fail(f"{what} is {got!r}, not {wanted!r}")

    def fail(self, text: str) -> None:
        raise GradientMismatch("machine", f"state machine: {text}", {})


def sweep(output: Record, seed: float) -> dict[Record, tuple[float, float]]:
    """For every record that the output depends on: its adjoint, and the size of the sum."""
    order: list[Record] = []
    seen: set[Record] = set()
    stack = [(output, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack += [(node, True), *((v, False) for v in node.inputs)]
    found = dict.fromkeys(order, (0.0, 0.0))
    found[output] = (seed, abs(seed))
    for node in reversed(order):
        adjoint, size = found[node]
        for v, partial in zip(node.inputs, node.partials):
            if partial is not None:
                found[v] = (found[v][0] + adjoint * partial, found[v][1] + size * abs(partial))
    return found

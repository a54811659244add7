"""Loops of a program: a body, itself a program, that runs a fixed number of times.

A loop is one operation, whose operands feed its body's inputs. Its value is the record of all steps; the operation
`item` takes one number from it. Each input of the body has a role: it is *carried* from the previous step, is *listed*,
with a separate number for each step, is *taped* by another loop, *counts* the steps, or is *shared* by all steps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.compiler.programs.operation import INPUT, ITEM, LOOP, Argument, Operation
from autograd.trees import flatten

if TYPE_CHECKING:
    from autograd.compiler.programs.building import ProgramBuilder
    from autograd.compiler.programs.program import Program

CARRIED, LISTED, TAPED, COUNTED, SHARED = "carried", "listed", "taped", "counted", "shared"


class Role(NamedTuple):
    """The source of an input of a body in each step.

    A carried input is output `output` of the previous step; its operand is its first value. A listed one has an operand
    for each step. A taped one is output `output` of the loop that is its operand, step by step, or `backwards` from its
    last step to its first. A counted one has no operand: it is `first + k * stride` in step k. A shared one has one.
    """

    kind: str
    output: int = 0
    backwards: bool = False
    first: int = 0
    stride: int = 0

    def reversed(self, times: int) -> Role:
        """The role if the steps run from the last to the first."""
        if self.kind == TAPED:
            return self._replace(backwards=not self.backwards)
        return self._replace(first=self.first + (times - 1) * self.stride, stride=-self.stride)


@dataclass(frozen=True)
class Loop:
    """A body that runs `times` times; `roles` are those of its inputs."""

    body: Program
    times: int
    roles: tuple[Role, ...]

    @property
    def outputs(self) -> list[int]:
        """The numbers of the body's outputs."""
        return flatten(self.body.outputs)

    def widths(self) -> Iterator[int]:
        """The number of operands of each input."""
        for role in self.roles:
            yield self.times if role.kind == LISTED else role.kind != COUNTED

    def grouped(self, operands: Sequence[Any]) -> list[Sequence[Any]]:
        """The operands of each input."""
        groups, start = [], 0
        for width in self.widths():
            groups.append(operands[start : start + width])
            start += width
        return groups

    def keeping(self, value: int) -> tuple[Loop, int]:
        """The loop with a value of its body among the outputs, and the index of that output."""
        outputs = self.outputs
        if value in outputs:
            return self, outputs.index(value)
        return replace(self, body=replace(self.body, outputs=(*outputs, value))), len(outputs)

    def extends(self, other: Loop) -> bool:
        """Whether this loop equals the other, apart from further outputs."""
        same = (self.times, self.roles, self.body.operations) == (other.times, other.roles, other.body.operations)
        return same and self.outputs[: len(other.outputs)] == other.outputs

    def is_taped(self, output: int, step: int) -> bool:
        """Whether an output of a step must be recorded: after the loop, only results of the last step remain."""
        return step != self.times - 1 or self.body.operations[self.outputs[output]].op == INPUT

    def run(self, operands: Sequence[Any], run: Callable[[Program, list[Any]], list[Any]]) -> list[Any]:
        """The outputs of each step, for operands of any kind; `run` gives the values of a body."""
        groups, outputs = self.grouped(operands), self.outputs
        steps: list[list[Any]] = []
        for k in range(self.times):
            values = run(self.body, [self._fed(role, group, k, steps) for role, group in zip(self.roles, groups)])
            steps.append([values[i] for i in outputs])
        return steps

    def _fed(self, role: Role, group: Sequence[Any], k: int, steps: list[list[Any]]) -> Any:
        """The number that an input gets in step k."""
        if role.kind == LISTED:
            return group[k]
        if role.kind == COUNTED:
            return role.first + k * role.stride
        if role.kind == TAPED:
            return group[0][self.times - 1 - k if role.backwards else k][role.output]
        return steps[-1][role.output] if role.kind == CARRIED and k else group[0]


def bodies(program: Program) -> Iterator[Program]:
    """A program, and the bodies of its loops at any depth."""
    waiting = [program]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += [operation.value.body for operation in found.operations if operation.op == LOOP]


def every_operation(program: Program) -> Iterator[Operation]:
    """The operations of a program, and of the bodies of its loops."""
    for part in bodies(program):
        yield from part.operations


def needs(operations: Iterable[Operation], loops: Callable[[int], Loop]) -> dict[int, dict[int, bool]]:
    """The outputs of each loop that operations use, and whether they must be taped; `loops` gives a loop by number."""
    found: dict[int, dict[int, bool]] = defaultdict(dict)
    for op, operands, value in operations:
        if op == ITEM:
            output, step = value
            taped = loops(operands[0]).is_taped(output, step)
            found[operands[0]][output] = found[operands[0]].get(output, False) or taped
        elif op == LOOP:
            for role, group in zip(value.roles, value.grouped(operands)):
                if role.kind == TAPED:
                    found[group[0]][role.output] = True
    return found


def body_of(
    builder: ProgramBuilder, inputs: Sequence[int], outputs: Sequence[int], forward: int | None = None
) -> Program:
    """The body that computes these outputs; its inputs are identified only by their order."""
    named = [Argument(builder.names[i] or "x", i) for i in inputs]
    body = builder.program("step", named, tuple(outputs), forward)
    return replace(body, arguments=tuple([Argument(f"x{m}", m) for m in range(len(inputs))]))

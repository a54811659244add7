"""The backward pass through a loop: another loop, over the same steps from the last to the first.

Its body runs a step of the forward loop again, from the numbers that were carried into that step, and then the step's
backward pass. It carries the adjoints of what the forward loop carries, and of what all steps share. Each step adds to
them, the first one to their values before the loop, so a loop cut into segments adds up in the same order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from autograd.compiler.programs.loops import CARRIED, LISTED, SHARED, TAPED, Loop, Role, body_of
from autograd.compiler.programs.operation import reached
from autograd.compiler.programs.program import Program

if TYPE_CHECKING:
    from autograd.compiler.derivatives.backward import Backward

ALWAYS = -1  # the mask of an adjoint that exists for all numbers


class Adjoint(NamedTuple):
    """∂C/∂v or a part of it: the number of its value, and of the condition under which it exists."""

    value: int
    mask: int = ALWAYS


class Waiting(NamedTuple):
    """A part of an adjoint that has yet to be multiplied by `factor`, for the operand at `position` of an operation."""

    value: int
    factor: int
    operation: int
    position: int


Part = Adjoint | Waiting


def crossing(backward: Backward, adjoint: Adjoint | None) -> tuple[int, ...]:
    """An adjoint as numbers that can cross between bodies: its value and, in the safe program, 1 if it exists, or 0."""
    builder = backward.builder
    zero, one = builder.constant(0.0), builder.constant(1.0)
    if adjoint is None:
        return (zero, zero) if backward.safe else (zero,)
    if not backward.safe:
        return (adjoint.value,)
    if adjoint.mask == ALWAYS:
        return adjoint.value, one
    return builder.emit("where", (adjoint.mask, adjoint.value, zero)), builder.emit("where", (adjoint.mask, one, zero))


def arrived(backward: Backward, numbers: Sequence[int]) -> Adjoint:
    """The adjoint that crossed as these numbers."""
    value, *flags = numbers
    return Adjoint(value, *[backward.builder.emit(">", (flag, backward.builder.constant(0.0))) for flag in flags])


class AdjointTape(NamedTuple):
    """Parts of adjoints, one for each step: outputs of a loop, read from its first step on, or `backwards`."""

    loop: int
    outputs: tuple[int, ...]
    backwards: bool


class Pending:
    """The adjoints that have reached the outputs of a loop: of items, and on tapes."""

    def __init__(self) -> None:
        self.items: dict[int, dict[int, Adjoint]] = defaultdict(dict)  # by output and step
        self.tapes: list[tuple[int, AdjointTape]] = []  # with the output of each


class LoopAdjoints:
    """The loops of one backward pass."""

    def __init__(self, backward: Backward, active: Sequence[bool]) -> None:
        self.backward, self.active = backward, active
        self.pending: dict[int, Pending] = defaultdict(Pending)

    def add(self, item: int, adjoint: Adjoint) -> None:
        """Pass an item's adjoint on to its loop."""
        _, (loop,), (output, step) = self.backward.program.operations[item]
        self.pending[loop].items[output][step] = adjoint

    def through(self, i: int, parts: dict[int, list[Part]]) -> Iterator[tuple[int, Adjoint]]:
        """The parts that loop i adds to the adjoints of its operands; it may take over parts that they already have."""
        pending = self.pending.pop(i, None)
        if pending is not None and self.active[i]:
            yield from Reversed(self, i, pending).through(parts)


class Reversed:
    """The reverse of one loop: its body is the forward loop's body, with more inputs, and the body's backward pass."""

    def __init__(self, loops: LoopAdjoints, i: int, pending: Pending) -> None:
        self.loops, self.i, self.pending = loops, i, pending
        self.outer = loops.backward
        _, operands, self.loop = self.outer.program.operations[i]
        self.body, self.roles, self.times = self.loop.body, self.loop.roles, self.loop.times
        self.groups = self.loop.grouped(operands)
        self.active = self._active()
        self.wanted = [m for m in range(self.body.count) if self.active[m]]
        self.inner = type(self.outer)(self.body, self.outer.safe, order=self.outer.order)
        self.fed: dict[int, tuple[Role, Sequence[int]]] = {}  # the new inputs, with their operands
        self.following: dict[int, int] = {}  # the values that carried inputs have in the next step
        self.outputs: list[int] = []

    def _active(self) -> list[bool]:
        """For each value of the body, whether it depends on an active value outside, in any step."""
        inputs = range(self.body.count)
        wanted = {m for m in inputs if any(self.loops.active[j] for j in self.groups[m])}
        while True:
            found = active_values(self.body, wanted)
            carried = {m for m in inputs if self.roles[m].kind == CARRIED and found[self._value(self.roles[m].output)]}
            if carried <= wanted:
                return found
            wanted |= carried

    def _value(self, output: int) -> int:
        """The number, in the body, of an output."""
        value: int = self.loop.outputs[output]
        return value

    def through(self, parts: dict[int, list[Part]]) -> Iterator[tuple[int, Adjoint]]:
        """Make the reversed loop; yield the parts of its operands' adjoints."""
        carried = {m: self._carried(m, self._last(m)) for m in self.wanted if self.roles[m].kind == CARRIED}
        sums = {m: self._carried(m, self._before(m, parts)) for m in self.wanted if self.roles[m].kind == SHARED}
        seeds: dict[int, list[Part]] = defaultdict(list)
        for m, numbers in carried.items():
            seeds[self._value(self.roles[m].output)].append(arrived(self.inner, numbers))
        for output, numbers in self._reaching():
            seeds[self._value(output)].append(arrived(self.inner, numbers))
        for m, numbers in sums.items():
            seeds[m].append(arrived(self.inner, numbers))
        self.inner.kinks.prepare(is_body=True)
        first = max(seeds, default=0)
        found = self.inner.descended(first, seeds, set(self.wanted), self.active)
        results = {m: crossing(self.inner, found.get(m)) for m in self.wanted}
        for m, numbers in (carried | sums).items():
            self.following.update(zip(numbers, results[m]))
        loop = self._made(results)
        for m in self.wanted:
            yield from self._part(m, loop, tuple(map(self.outputs.index, results[m])))

    # --- what reaches the loop

    def _input(self, beside: int, role: Role, operands: Sequence[int]) -> int:
        """A new input for the adjoint of the value `beside`, or for its flag."""
        number = self.inner.builder.input(f"d{self.body.names[beside] or 'c'}")
        self.fed[number] = role, operands
        return number

    def _carried(self, m: int, first: Adjoint | None) -> tuple[int, ...]:
        """Inputs that carry the adjoint of the body's input m from step to step."""
        return tuple([self._input(m, Role(CARRIED), [x]) for x in crossing(self.outer, first)])

    def _last(self, m: int) -> Adjoint | None:
        """The adjoint of the number that input m would have in a step after the last one."""
        return self.pending.items[self.roles[m].output].pop(self.times - 1, None)

    def _before(self, m: int, parts: dict[int, list[Part]]) -> Adjoint | None:
        """The adjoint of shared input m, before the loop adds to it."""
        (j,) = self.groups[m]
        return self.outer.summed(j, parts.pop(j)) if j in parts else None

    def _reaching(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Inputs for the other parts of adjoints, each with the output that it belongs to."""
        for output, steps in self.pending.items.items():
            if steps:
                found = [crossing(self.outer, steps.get(k)) for k in reversed(range(self.times))]
                yield output, tuple([self._input(self._value(output), Role(LISTED), x) for x in zip(*found)])
        for output, (loop, places, backwards) in self.pending.tapes:
            roles = [Role(TAPED, place, backwards) for place in places]
            yield output, tuple([self._input(self._value(output), role, [loop]) for role in roles])

    # --- the loop

    def _made(self, results: dict[int, tuple[int, ...]]) -> int:
        """The number of the reversed loop."""
        builder = self.inner.builder
        self.outputs = list(dict.fromkeys(x for numbers in results.values() for x in numbers))
        used = set(reached(self.outputs, [operation.operands for operation in builder.operations]))
        inputs: dict[int, tuple[Role, Sequence[int]]] = {m: self._again(m) for m in range(self.body.count) if m in used}
        for i, (role, operands) in self.fed.items():
            carried = role.kind == CARRIED
            inputs[i] = role._replace(output=self.outputs.index(self.following[i])) if carried else role, operands
        body = body_of(builder, list(inputs), self.outputs, len(self.body.operations))
        roles = tuple([role for role, _ in inputs.values()])
        return self.outer.builder.loop(Loop(body, self.times, roles), [j for _, x in inputs.values() for j in x])

    def _again(self, m: int) -> tuple[Role, Sequence[int]]:
        """The role and operands of the body's input m, when the steps run from the last to the first."""
        role, operands = self.roles[m], self.groups[m]
        if role.kind == CARRIED:
            return Role(TAPED, self.outer.builder.kept(self.i, m), backwards=True), [self.i]
        return role.reversed(self.times), operands[::-1]

    # --- what leaves it

    def _part(self, m: int, loop: int, outputs: tuple[int, ...]) -> Iterator[tuple[int, Adjoint]]:
        """The parts for the operands of input m; a tape is passed on to the loop that made it."""
        role, operands = self.roles[m], self.groups[m]
        if role.kind == TAPED:
            self.loops.pending[operands[0]].tapes.append((role.output, AdjointTape(loop, outputs, role.backwards)))
            return
        for k, j in enumerate(operands):
            if self.loops.active[j]:
                step = self.times - 1 - k  # the last step for a carried or a shared input
                items = [self.outer.builder.item(loop, output, step) for output in outputs]
                yield j, arrived(self.outer, items)


def active_values(program: Program, wanted: set[int]) -> list[bool]:
    """For each value of a program, whether it depends on a wanted value."""
    active: list[bool] = []
    for i, operation in enumerate(program.operations):
        active.append(i in wanted or any(map(active.__getitem__, operation.operands)))
    return active

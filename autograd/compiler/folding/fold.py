"""Folding: recover the loops from which a traced program was unrolled.

A loop over time leaves the same operations again and again, each on numbers of its own step, of an earlier step, or
from outside. Such a stretch becomes one loop. A poor guess costs only speed: every operation keeps its operands.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy

from autograd.compiler.folding.periods import Stretch, stretches
from autograd.compiler.folding.steps import NUMBER, Operands, Steps, steps_of
from autograd.compiler.folding.triangles import Triangle, completed, triangles_in
from autograd.compiler.programs.building import ProgramBuilder, called_as
from autograd.compiler.programs.loops import CARRIED, SHARED, Loop, Role, body_of
from autograd.compiler.programs.operation import CONSTANT, INPUT, ITEM, LOOP, Argument, Operation
from autograd.compiler.programs.program import Program
from autograd.compiler.rolling.scalar_graph import ADDERS
from autograd.engine.names import NUMBERED
from autograd.symbols import COMPARISONS
from autograd.trees import flatten, map_tree

DEEP = 100  # dependent instructions from which on loops are sought: a shorter program is as fast without them
LONG = 300  # remaining operations from which on another order of them is tried
SHALLOW = 8  # dependent instructions up to a value that rows may share, such as x[j] - a in an inner loop


def folded(program: Program, booleans: Collection[int] = ()) -> Program:
    """The same program with its loops over time folded; `booleans` are the inputs of a loop's body that are conditions.

    >>> from autograd.compiler.tracing.trace import trace
    >>> def f(x, r):
    ...     for _ in range(400):
    ...         x = r * x * (1.0 - x)
    ...     return x
    >>> program = trace(f, (0.5, 3.7))
    >>> program.size, folded(program).size
    (1200, 2)
    """
    if len(program.operations) < DEEP:
        return program
    operands = Operands(program.operations)
    depth = depths(operands)
    if max(depth) < DEEP:
        return program
    folding = _folding(program, operands, depth, booleans)
    found = folding.folded()
    if found.size > LONG and not folding.loops_of_rows:
        sooner = shallow_first(program, numpy.array(depth))
        operands = Operands(sooner.operations)
        other = _folding(sooner, operands, depths(operands), booleans).folded()
        if 2 * other.size < found.size:
            return other
    return found


def _folding(program: Program, operands: Operands, depth: Sequence[int], booleans: Collection[int]) -> Folding:
    """The folding of the loops and triangles in this order of the operations."""
    folding = Folding(program, operands, depth, booleans)
    triangles = _apart(triangles_in(folding.operands, sorted(folding.others)))
    while triangles:
        whole, rows = completed(program, triangles)
        operands = Operands(whole.operations)
        attempt = Folding(whole, operands, depths(operands), booleans, rows)
        if len(attempt.loops_of_rows) == len(rows):
            return attempt
        triangles = [triangles[k] for k in attempt.loops_of_rows]  # completing the others would only add operations
    return folding


def shallow_first(program: Program, depth: Any) -> Program:
    """The same program, with values that depend on few instructions computed first.

    If all rows of a triangle use the same numbers, each row otherwise computes those that no earlier row has needed.
    """
    order = numpy.argsort(depth > SHALLOW, kind="stable")
    number = numpy.argsort(order).tolist()
    operations = (program.operations[i] for i in order.tolist())
    made = [Operation(op, tuple([number[j] for j in operands]), value) for op, operands, value in operations]
    names = [program.names[i] for i in order.tolist()]
    outputs = map_tree(number.__getitem__, program.outputs)
    return replace(program, operations=tuple(made), names=names, outputs=outputs, forward=len(made))


def _apart(triangles: Iterator[Triangle]) -> list[Triangle]:
    """Triangles that do not overlap, in order; the largest are chosen first."""
    found: list[Triangle] = []
    for triangle in sorted(triangles, key=lambda x: -x.period * int(x.widths.sum())):
        if all(triangle.starts[0] >= x.after(-1) or triangle.after(-1) <= x.starts[0] for x in found):
            found.append(triangle)
    return sorted(found, key=lambda x: int(x.starts[0]))


def depths(given: Operands) -> Sequence[int]:
    """The longest chain of instructions up to each value; a sum of sums counts as one instruction."""
    found, summed = array("i"), array("i")  # `summed`: the depth of a sum of only that value
    is_shared = (numpy.bincount(given.all, minlength=len(given.operations)) > 1).tobytes()
    for i, (op, operands, _) in enumerate(given.operations):
        is_sum = op in ADDERS and bool(operands)
        of = summed if is_sum else found
        if len(operands) == 2:  # nearly all: `max` takes three times as long
            x, y = of[operands[0]], of[operands[1]]
            deepest = x if x > y else y
        else:
            deepest = max(map(of.__getitem__, operands), default=0)
        depth = deepest if is_sum else 0 if op in (INPUT, CONSTANT) else 1 + deepest
        summed.append(depth + is_shared[i] if is_sum else depth + 1)
        found.append(depth)
    return found


class Folding:
    """Rewrites one program."""

    def __init__(
        self,
        program: Program,
        operands: Operands,
        depth: Sequence[int],
        booleans: Collection[int],
        rows: Sequence[Stretch] = (),
    ) -> None:
        """`rows` are stretches whose period is known, in order."""
        self.old, self.operations = program, program.operations
        self.is_boolean = _booleans(program, booleans)
        self.builder = ProgramBuilder()
        self.loops_of_rows: list[int] = []  # the indices of the rows that are loops
        self.others: list[Stretch] = []  # stretches that are not loops
        self.number: dict[int, int] = {}  # of each value, in the new program
        self.operands = operands
        self.steps = sorted(self._found(numpy.array(depth), rows), key=lambda steps: steps.start)
        self.home = numpy.full(len(self.operations), -1, NUMBER)  # the loop that an operation is in
        for n, steps in enumerate(self.steps):
            self.home[steps.start : steps.end] = n
        self.wanted = self._wanted()
        self.loops: list[tuple[int, dict[int, int]]] = []  # the number of each loop, and the output of each wanted slot

    def folded(self) -> Program:
        """The program with its loops folded."""
        if not self.steps:
            return self.old
        self._rewrite()
        arguments = [Argument(a.name, map_tree(self.at, a.tree)) for a in self.old.arguments]
        outputs = map_tree(self.at, self.old.outputs)
        return called_as(self.old, self.builder.program(self.old.name, arguments, outputs))

    def _found(self, depth: Any, rows: Sequence[Stretch]) -> Iterator[Steps]:
        """The stretches that are loops: the given rows, then those between them."""
        for k, stretch in enumerate(rows):
            steps = self._growing(stretch, depth)
            if steps is not None:
                self.loops_of_rows.append(k)
                yield steps
        codes: dict[Any, int] = {}
        kinds = (_likeness(operation, self.is_boolean) for operation in self.operations)
        numbers = (codes.setdefault(kind, len(codes)) for kind in kinds)
        sequence = numpy.fromiter(numbers, NUMBER, len(self.operations))
        for low, high in zip([self.old.count, *(x.end for x in rows)], [*(x.start for x in rows), len(sequence)]):
            for start, end, period in stretches(sequence[low:high]):
                stretch = Stretch(low + start, low + end, period)
                steps = self._growing(stretch, depth)
                if steps is None:
                    self.others.append(stretch)
                else:
                    yield steps

    def _growing(self, stretch: Stretch, depth: Any) -> Steps | None:
        """A stretch as steps, if the longest chain of operations grows with every step; else None."""
        steps = steps_of(self.operands, stretch)
        if steps is None:
            return None
        start, end, period = steps.start, steps.end, steps.period
        grown = depth[end - period : end].max() - depth[start : start + period].max()
        return steps if grown >= steps.times - 1 else None

    def _wanted(self) -> dict[int, set[int]]:
        """For each loop, the slots whose values are used outside it."""
        homes = self.home[self.operands.all]
        outside = (homes >= 0) & (homes != self.home[self.operands.users()])
        used = {*self.operands.all[outside].tolist(), *flatten(self.old.outputs)}
        wanted: dict[int, set[int]] = defaultdict(set)
        for i in used:
            n = int(self.home[i])
            if n >= 0:
                wanted[n].add((i - self.steps[n].start) % self.steps[n].period)
        return wanted

    def _rewrite(self) -> None:
        i = 0
        while i < len(self.operations):
            n = int(self.home[i])
            if n >= 0:
                self.loops.append(self._loop(self.steps[n], self.wanted[n]))
                i = self.steps[n].end
                continue
            operation, name = self.operations[i], self._label(i)
            if operation.op == INPUT:
                self.number[i] = self.builder.input(name)
            elif operation.op == CONSTANT:
                self.number[i] = self.builder.constant(operation.value)
            else:
                self.number[i] = self.builder.again(operation, [self.at(j) for j in operation.operands], name)
            i += 1

    def _label(self, i: int) -> str:
        name = self.old.names[i]
        return "" if NUMBERED(name) else name

    def at(self, i: int) -> int:
        """The new number of a value; a value made in a loop becomes an item of it."""
        if i not in self.number:
            n = int(self.home[i])
            loop, outputs = self.loops[n]
            step, slot = divmod(i - self.steps[n].start, self.steps[n].period)
            self.number[i] = self.builder.item(loop, outputs[slot], step, self._label(i))
        return self.number[i]

    def _loop(self, steps: Steps, wanted: set[int]) -> tuple[int, dict[int, int]]:
        """The number of a loop that replaces steps, and the output that holds the value of each wanted slot."""
        body, inputs = ProgramBuilder(), steps.inputs()
        number: dict[Any, int] = {}  # of inputs, and of slots
        for x in inputs:
            operation = self.operations[x.first[0]]
            if x.kind == SHARED and operation.op == CONSTANT:
                number[x] = body.constant(operation.value)
            else:
                named = self._label(steps.start + x.slot) if x.kind == CARRIED else ""
                number[x] = body.input(named or self._label(x.first[0]))
        for slot, operands in enumerate(steps.operands):
            i = steps.start + slot
            number[slot] = body.again(self.operations[i], [number[x] for x in operands], self._label(i))
        inputs = [x for x in inputs if body.operations[number[x]].op == INPUT]
        following = [number[x.slot if len(x.first) == 1 else x.before] for x in inputs if x.kind == CARRIED]
        outputs = list(dict.fromkeys([*following, *(number[slot] for slot in sorted(wanted))]))
        roles = [Role(x.kind, outputs.index(following[k]) if x.kind == CARRIED else 0) for k, x in enumerate(inputs)]
        booleans = {k for k, x in enumerate(inputs) if self.is_boolean[x.first[0]]}
        program = folded(body_of(body, [number[x] for x in inputs], outputs), booleans)
        fed = [self.at(j) for x in inputs for j in (x.first[:1] if x.kind == CARRIED else x.first)]
        loop = self.builder.loop(Loop(program, steps.times, tuple(roles)), fed)
        return loop, {slot: outputs.index(number[slot]) for slot in wanted}


def _booleans(program: Program, inputs: Collection[int]) -> bytearray:
    """For each value, whether it is a condition; an item of a loop counts as a number."""
    found = bytearray()
    for i, (op, operands, value) in enumerate(program.operations):
        chosen = op == "where" and (found[operands[1]] or found[operands[2]])
        found.append(i in inputs or type(value) is bool or op in COMPARISONS or chosen)
    return found


def _likeness(operation: Any, is_boolean: bytearray) -> Any:
    """A key that is equal for operations that may repeat each other; no two loops are alike."""
    op, operands, value = operation
    kinds = tuple([is_boolean[i] for i in operands]) if op == "where" or op in COMPARISONS else len(operands)
    return op, kinds, value if op == ITEM else id(value) if op == LOOP else None

"""Checkpoints: cut long loops into segments, so that a backward pass keeps fewer numbers and recomputes more.

The backward pass of a loop keeps the numbers that are carried into each step. A loop of segments keeps those carried
into each segment; the backward pass runs each segment once more, and then keeps those carried into each of its steps.
A loop of 10⁶ steps thus keeps 2 · 10³ states in place of 10⁶, for one more forward pass. Segments may be cut again. The
operations, and so the bits of all results, are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from autograd.compiler.programs.building import ProgramBuilder, called_as
from autograd.compiler.programs.loops import CARRIED, COUNTED, LISTED, SHARED, TAPED, Loop, Role, bodies, body_of
from autograd.compiler.programs.operation import CONSTANT, INPUT, ITEM, LOOP, Argument, Operation
from autograd.compiler.programs.program import Program
from autograd.trees import map_tree


def bounded(program: Program, most: int) -> Program:
    """The same program, whose backward pass keeps at most `most` numbers for loops; ValueError if it must keep more.

    >>> from autograd import fori_loop, sin
    >>> from autograd.compiler.tracing.stepping import Stepping
    >>> from autograd.compiler.tracing.trace import trace
    >>> program = trace(lambda x: fori_loop(0, 900, lambda k, y: sin(y) + x, x), (0.5,), stepping=Stepping())
    >>> print(bounded(program, 100))
    def f(x):
        x_2 = x
        for k in range(30):
            x_3 = x_2
            for k_2 in range(30):
                v3 = sin(x_3)
                v4 = v3 + x
                x_3 = v4
            x_2 = x_3
        return x_2
    <BLANKLINE>
    """
    every = [operation.value for part in bodies(program) for operation in part.operations if operation.op == LOOP]
    loops = {id(loop): loop for part in bodies(program) for loop in _ending(part)}
    levels = dict.fromkeys(map(id, every), 1)
    while True:
        kept = {id(loop): _kept(loop, levels[id(loop)]) for loop in every}
        total = sum(kept.values())
        if total <= most:
            return program if set(levels.values()) <= {1} else called_as(program, _cut(program, levels))
        smaller = [i for i, loop in loops.items() if _kept(loop, levels[i] + 1) < kept[i]]
        if not smaller:
            raise ValueError(
                f"{program.name}: the loops keep at least {total} numbers a row for its derivatives, and memory= has "
                f"room for {most}"
            )
        levels[max(smaller, key=kept.__getitem__)] += 1


def _ending(program: Program) -> Iterator[Loop]:
    """The loops of which only the last step is used; if all steps are, their results are kept anyway."""
    operations = program.operations
    taped: set[int] = set()
    for op, operands, value in operations:
        if op == ITEM and value[1] != operations[operands[0]].value.times - 1:
            taped.add(operands[0])
        elif op == LOOP:
            taped |= {group[0] for role, group in zip(value.roles, value.grouped(operands)) if role.kind == TAPED}
    for i, (op, _, loop) in enumerate(operations):
        if op == LOOP and i not in taped and all(role.kind != TAPED for role in loop.roles):
            yield loop


def _kept(loop: Loop, levels: int) -> int:
    """The numbers that the backward pass of a loop keeps if it is cut into this many levels."""
    return sum(role.kind == CARRIED for role in loop.roles) * _states(loop.times, levels)


def _states(times: int, levels: int) -> int:
    """The number of states that are kept."""
    if levels == 1:
        return times
    segments = _segments(times, levels)
    steps, rest = divmod(times, segments)
    return segments + _states(steps, levels - 1) + rest


def _segments(times: int, levels: int) -> int:
    """The number of segments that a loop is cut into: near the root, and without a remainder if possible."""
    root = max(1, round(times ** (1.0 / levels)))
    near = sorted(range(max(1, root // 2), 2 * root), key=lambda n: abs(n - root))
    return next((n for n in near if times % n == 0), root)


# --- cutting


def _cut(program: Program, levels: dict[int, int]) -> Program:
    """The program with each loop cut into its levels."""
    builder, number = _rebuilt(program, levels)
    arguments = [Argument(a.name, map_tree(number.__getitem__, a.tree)) for a in program.arguments]
    return builder.program(program.name, arguments, map_tree(number.__getitem__, program.outputs))


def _cut_inside(loop: Loop, levels: dict[int, int]) -> Loop:
    """The loop, with the loops in its body cut."""
    builder, number = _rebuilt(loop.body, levels)
    return replace(loop, body=body_of(builder, number[: loop.body.count], [number[i] for i in loop.outputs]))


def _rebuilt(program: Program, levels: dict[int, int]) -> tuple[ProgramBuilder, list[int]]:
    """The operations of a program or a body, with each loop cut, and the number of each value among them."""
    builder = ProgramBuilder()
    number: list[int] = []
    for (op, operands, value), name in zip(program.operations, program.names):
        placed = [number[j] for j in operands]
        if op == INPUT:
            number.append(builder.input(name))
        elif op == CONSTANT:
            number.append(builder.constant(value))
        elif op == LOOP:
            number.append(_emitted(builder, _cut_inside(value, levels), placed, levels[id(value)]))
        elif op == ITEM and builder.operations[placed[0]].value.times - 1 < value[1]:
            number.append(_last(builder, placed[0], value[0], name))
        else:
            number.append(builder.again(Operation(op, operands, value), placed, name))
    return builder, number


def _last(builder: ProgramBuilder, loop: int, output: int, name: str = "") -> int:
    """An output of the last step of a loop."""
    return builder.item(loop, output, builder.operations[loop].value.times - 1, name)


def _emitted(builder: ProgramBuilder, loop: Loop, operands: Sequence[int], levels: int) -> int:
    """Emit a loop, cut into this many levels; returns the number of the loop with the last step."""
    if levels == 1:
        return builder.loop(loop, operands)
    segments = _segments(loop.times, levels)
    steps, rest = divmod(loop.times, segments)
    groups, done = loop.grouped(operands), segments * steps
    outer, fed = ProgramBuilder(), []
    inner: list[int] = []  # operands of the loop over the steps of a segment
    roles: list[Role] = []
    for role, group, name in zip(loop.roles, groups, loop.body.names):
        parts = [group[k:done:steps] for k in range(steps)] if role.kind == LISTED else [group]
        inner += [outer.input(name) for _ in parts]
        roles += [role._replace(stride=role.stride * steps)] * len(parts)
        fed += [i for part in parts for i in part]
    segment = Loop(_with_counts(loop), steps, tuple(_inside(loop)))
    last = _emitted(outer, segment, inner, levels - 1)
    outputs = [_last(outer, last, output) for output in range(len(loop.outputs))]
    number = builder.loop(Loop(body_of(outer, inner, outputs), segments, tuple(roles)), fed)
    if not rest:
        return number
    left = [group[done:] if role.kind == LISTED else group for role, group in zip(loop.roles, groups)]
    for m, role in enumerate(loop.roles):
        if role.kind == CARRIED:
            left[m] = [_last(builder, number, role.output)]
    moved = tuple([role._replace(first=role.first + done * role.stride) for role in loop.roles])
    return builder.loop(Loop(loop.body, rest, moved), [i for group in left for i in group])


def _inside(loop: Loop) -> Iterator[Role]:
    """The roles of a segment's inputs in a step; a count becomes that of the segment's first step, and one from 0."""
    for role in loop.roles:
        if role.kind == COUNTED:
            yield Role(SHARED)
            yield role._replace(first=0)
        else:
            yield role


def _with_counts(loop: Loop) -> Program:
    """The body, with each count computed as that of the segment's first step plus a count from 0."""
    if all(role.kind != COUNTED for role in loop.roles):
        return loop.body
    builder, body = ProgramBuilder(), loop.body
    inputs: list[int] = []
    number: list[int] = []
    for role, name in zip(loop.roles, body.names):
        made = [builder.input(name) for _ in range(1 + (role.kind == COUNTED))]
        inputs += made
        number.append(made[0])
    for m, role in enumerate(loop.roles):
        if role.kind == COUNTED:
            number[m] = builder.emit("add", (number[m], number[m] + 1))
    for operation, name in zip(body.operations[body.count :], body.names[body.count :]):
        operands = [number[j] for j in operation.operands]
        is_constant = operation.op == CONSTANT
        number.append(builder.constant(operation.value) if is_constant else builder.again(operation, operands, name))
    return body_of(builder, inputs, [number[i] for i in loop.outputs])

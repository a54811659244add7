"""Rolling a loop: its body is rolled once, with registers for what is carried and for what moves with the step.

Numbers that follow each other in a register move together if they are many: a step of a wide loop works on arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from autograd.compiler.programs.loops import CARRIED, COUNTED, LISTED, SHARED, TAPED, needs
from autograd.compiler.programs.operation import Operation
from autograd.compiler.rolling.placing import Location, pieces_of
from autograd.compiler.rolling.rolled import Count, Gather, Move, Number, Repeat, Stream, View
from autograd.compiler.rolling.scalar_graph import EACH_ROW, ScalarGraph

if TYPE_CHECKING:
    from autograd.compiler.programs.loops import Loop
    from autograd.compiler.rolling.roll import Rolling


class Tape(NamedTuple):
    """Where the numbers of an output are: a register, the column of that of the first step, and the columns a step."""

    register: int
    column: int
    width: int


class Ends(NamedTuple):
    """Where the outputs of a loop are: those of all steps in tapes, those of the last step anywhere."""

    tapes: dict[int, Tape]
    last: dict[int, Location]

    def item(self, output: int, step: int) -> Location:
        """Where an output of a step is."""
        if output not in self.tapes:
            return self.last[output]
        register, column, width = self.tapes[output]
        return Location(register, column + step * width)


def needed_in(graph: ScalarGraph, outputs: Sequence[int]) -> dict[int, dict[int, bool]]:
    """The outputs of each loop that live scalars use, and whether in other steps than the last."""
    if not graph.bodies:
        return {}
    live = (Operation(graph.ops[i], graph.operands[i], graph.values[i]) for i in graph.live(outputs))
    return needs(live, graph.values.__getitem__)


def repeat(outer: Rolling, i: int, phase: int) -> Ends:
    """Emit the instruction of loop i."""
    loop, body = outer.graph.values[i], outer.graph.bodies[i]
    groups = loop.grouped(outer.graph.operands[i])
    needed = outer.needs.get(i, {})
    following = {m: role.output for m, role in enumerate(loop.roles) if role.kind == CARRIED}
    scalars = {output: body.number[loop.outputs[output]] for output in {*needed, *following.values()}}
    body.contract(list(scalars.values()), set(scalars.values()))
    inner = outer.within(body, list(scalars.values()), phase)
    columns = _carried(outer, inner, following, groups, phase)
    streams = _streams(outer, inner, loop, groups, phase)
    for m, role in enumerate(loop.roles):
        if role.kind == SHARED:
            inner.locations[body.number[m]] = outer.locate(groups[m][0])
    inner.place()

    taped = [output for output, is_taped in needed.items() if is_taped]
    tapes, notes = _tapes(outer, {output: inner.locate(scalars[output]) for output in taped}, loop.times, phase)
    moves = _moves(columns, {m: inner.locate(scalars[output]) for m, output in following.items()}, inner.alone)
    outer.phases[phase].append(Repeat(loop.times, tuple(streams), tuple(inner.phases[EACH_ROW]), notes, moves))
    last = {output: inner.locate(scalars[output]) for output in needed}
    return Ends(tapes, last | {output: columns[m] for m, output in following.items()})


def _runs(places: Sequence[Location], alone: int) -> list[list[int]]:
    """Indices of numbers, those together that follow each other in one register; few of them stay alone."""
    runs: list[list[int]] = []
    for k, (register, column) in enumerate(places):
        if k and places[k - 1] == (register, column - 1):
            runs[-1].append(k)
        else:
            runs.append([k])
    return [part for run in runs for part in ([run] if len(run) >= alone else [[k] for k in run])]


def _tapes(
    outer: Rolling, places: dict[int, Location], times: int, phase: int
) -> tuple[dict[int, Tape], tuple[tuple[int, View], ...]]:
    """Tapes for outputs, and what is noted in each."""
    tapes: dict[int, Tape] = {}
    notes: list[tuple[int, View]] = []
    ordered = sorted(places, key=lambda output: places[output])
    for run in _runs([places[output] for output in ordered], outer.alone):
        first, width = places[ordered[run[0]]], len(run)
        register = outer.made("tape", width * times, phase, outer.registers[first.register].booleans)
        tapes |= {ordered[k]: Tape(register, column, width) for column, k in enumerate(run)}
        notes.append((register, View(*first, (width,), (1,))))
    return tapes, tuple(notes)


def _moves(columns: dict[int, Location], sources: dict[int, Location], alone: int) -> tuple[Move, ...]:
    """Moves of what is carried; many together only from other registers, which no move changes."""
    moves: list[Move] = []
    registers = {place.register for place in columns.values()}
    ordered = sorted(columns, key=lambda m: columns[m])
    apart = [sources[m].column - columns[m].column for m in ordered]
    for run in _runs([sources[m] for m in ordered], alone):
        runs = [run]
        if sources[ordered[run[0]]].register in registers or any(apart[k] != apart[run[0]] for k in run):
            runs = [[k] for k in run]
        for part in runs:
            moves.append(Move(*columns[ordered[part[0]]], View(*sources[ordered[part[0]]], (len(part),), (1,))))
    return tuple(moves)


def _carried(
    outer: Rolling, inner: Rolling, following: dict[int, int], groups: Sequence[Sequence[int]], phase: int
) -> dict[int, Location]:
    """Registers for what is carried, filled with the first values; the location of each input."""
    found: dict[int, Location] = {}
    for booleans in (False, True):
        inputs = [m for m in following if inner.graph.is_boolean(inner.graph.number[m]) == booleans]
        if inputs:
            register = inner.made("carried", len(inputs), EACH_ROW, booleans)
            first = pieces_of([outer.locate(groups[m][0]) for m in inputs])
            outer.phases[phase].append(Gather(register, first))
            found |= {m: Location(register, column) for column, m in enumerate(inputs)}
    inner.locations.update((inner.graph.number[m], location) for m, location in found.items())
    return found


def _streams(outer: Rolling, inner: Rolling, loop: Loop, groups: Sequence[Sequence[int]], phase: int) -> list[Stream]:
    """The numbers that each step has of its own."""
    listed: dict[bool, list[int]] = {False: [], True: []}
    taped: dict[int, tuple[Tape, bool]] = {}
    moves: list[Stream] = []
    for m, (role, group) in enumerate(zip(loop.roles, groups)):
        if role.kind == COUNTED:
            moves.append(_stream(inner, [m], Count(role.first, role.stride)))
        elif role.kind == TAPED:
            taped[m] = outer.loops[group[0]].tapes[role.output], role.backwards
        elif role.kind == LISTED:
            constant = outer.operand(group, phase) if len(set(group)) == 1 else None
            if isinstance(constant, Number):
                inner.locations[inner.graph.number[m]] = outer.locate(group[0])
            else:
                listed[inner.graph.is_boolean(inner.graph.number[m])].append(m)
    for inputs in listed.values():
        for run in [inputs] if len(inputs) >= inner.alone else [[m] for m in inputs]:
            numbers = [i for row in zip(*[groups[m] for m in run]) for i in row]
            moves.append(_stream(inner, run, outer.block(numbers, (loop.times, len(run)), phase)))
    ordered = sorted(taped, key=lambda m: (taped[m][1], taped[m][0]))
    found = [Location(2 * taped[m][0].register + taped[m][1], taped[m][0].column) for m in ordered]
    for places in _runs(found, inner.alone):
        tape, backwards = taped[ordered[places[0]]]
        first, step = ((loop.times - 1) * tape.width, -tape.width) if backwards else (0, tape.width)
        source = View(tape.register, tape.column + first, (loop.times, len(places)), (step, 1))
        moves.append(_stream(inner, [ordered[k] for k in places], source))
    return moves


def _stream(inner: Rolling, inputs: Sequence[int], source: View | Count) -> Stream:
    """A register for inputs that get a row of a matrix, or a count, in each step."""
    scalars = [inner.graph.number[m] for m in inputs]
    register = inner.made("step", len(inputs), EACH_ROW, inner.graph.is_boolean(scalars[0]))
    inner.locations.update((scalar, Location(register, column)) for column, scalar in enumerate(scalars))
    return Stream(register, 0, source)

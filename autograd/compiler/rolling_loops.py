"""Rolling a loop: its body is rolled once, with registers for what is carried and for what moves with the step."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from autograd.compiler.loops import CARRIED, LISTED, SHARED, needs
from autograd.compiler.placing import Location, pieces_of
from autograd.compiler.program import Operation
from autograd.compiler.rolled import Gather, Move, Number, Operand, Repeat, View
from autograd.compiler.scalar_graph import EACH_ROW, ScalarGraph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.compiler.loops import Loop
    from autograd.compiler.rolling import Rolling


class Ends(NamedTuple):
    """Where the outputs of a loop are: those of all steps in tapes, those of the last step anywhere."""

    tapes: dict[int, int]
    last: dict[int, Location]

    def item(self, output: int, step: int) -> Location:
        """Where an output of a step is."""
        return Location(self.tapes[output], step) if output in self.tapes else self.last[output]


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
    body.contract(list(scalars.values()))
    inner = outer.within(body, list(scalars.values()), phase)
    columns = _carried(outer, inner, following, groups, phase)
    streams = _streams(outer, inner, loop, groups, phase)
    for m, role in enumerate(loop.roles):
        if role.kind == SHARED:
            inner.locations[body.number[m]] = outer.locate(groups[m][0])
    inner.place()

    def one(output: int) -> View:
        register, column = inner.locate(scalars[output])
        return View(register, column, (1,), (1,))

    taped = [output for output, is_taped in needed.items() if is_taped]
    tapes = {o: outer.made("tape", loop.times, phase, body.is_boolean(scalars[o])) for o in taped}
    moves = [Move(*columns[m], one(output)) for m, output in following.items()]
    notes = tuple([(register, one(output)) for output, register in tapes.items()])
    outer.phases[phase].append(Repeat(loop.times, tuple(streams), tuple(inner.phases[EACH_ROW]), notes, tuple(moves)))
    last = {output: inner.locate(scalars[output]) for output in needed}
    return Ends(tapes, last | {output: columns[m] for m, output in following.items()})


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


def _streams(outer: Rolling, inner: Rolling, loop: Loop, groups: Sequence[Sequence[int]], phase: int) -> list[Move]:
    """Moves of the numbers that each step has of its own."""
    moves: list[Move] = []
    for m, (role, group) in enumerate(zip(loop.roles, groups)):
        if role.kind in (CARRIED, SHARED):
            continue
        source: Operand
        if role.kind == LISTED:
            source = outer.operand(group, phase)
        else:
            first, step = (loop.times - 1, -1) if role.backwards else (0, 1)
            source = View(outer.loops[group[0]].tapes[role.output], first, (loop.times,), (step,))
        scalar = inner.graph.number[m]
        if isinstance(source, Number):
            inner.locations[scalar] = outer.locate(group[0])
        else:
            register = inner.made("step", 1, EACH_ROW, inner.graph.is_boolean(scalar))
            inner.locations[scalar] = Location(register, 0)
            moves.append(Move(register, 0, source))
    return moves

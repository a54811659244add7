"""Placing: where scalars are, and operands as views of registers, or gathered into one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import prod
from typing import Any, NamedTuple

from autograd.compiler.programs.operation import CONSTANT
from autograd.compiler.rolling.rolled import AFTER, ROWS, SHARED, Gather, Instruction, Number, Operand, Register, View
from autograd.compiler.rolling.scalar_graph import AT_END, EACH_ROW, ONCE, ScalarGraph

# Fewer numbers than this are computed and moved one by one in a loop: each takes a call of NumPy, but none of machine
# code, where they stay in registers.
ALONE, ALONE_IN_REGISTERS = 8, 32


class Location(NamedTuple):
    """Where a number is: its register, and its column there."""

    register: int
    column: int


class Locations(dict[int, Location]):
    """The location of each scalar by its number; as keys that sort scalars, constants without one come first.

    >>> sorted([7, 3, 5], key=Locations({3: Location(1, 0), 7: Location(0, 4)}).__getitem__)
    [5, 7, 3]
    """

    def __missing__(self, i: int) -> tuple[int, int]:
        return -1, i


class Placement:
    """Registers, the locations of scalars in them, and the instructions of each phase."""

    def __init__(self, graph: ScalarGraph, alone: int) -> None:
        """In a loop, fewer numbers than `alone` are computed and moved one by one."""
        self.graph, self.alone = graph, alone
        self.registers: list[Register] = []
        self.constants: list[tuple[int, float]] = []
        self.names: Counter[str] = Counter()
        self.scopes = {ONCE: SHARED, EACH_ROW: ROWS, AT_END: AFTER}
        self.phases: dict[int, list[Instruction]] = {ONCE: [], EACH_ROW: [], AT_END: []}
        self.varying: set[int] = set()  # registers with other numbers in each step of a loop
        self.locations = Locations()
        self.gathers: dict[Any, int] = {}  # each gather is made once
        self.repeats = False  # whether this is the body of a loop, with EACH_ROW for what each step computes

    def _register(self, name: str, width: int, scope: str, booleans: bool = False) -> int:
        self.registers.append(Register(name, width, scope, booleans))
        return len(self.registers) - 1

    def made(self, name: str, width: int, phase: int, booleans: bool = False) -> int:
        """A register for the results of an instruction."""
        out = self._register(self._named(name), width, self.scopes[phase], booleans)
        if self.repeats and phase == EACH_ROW:
            self.varying.add(out)
        return out

    def _named(self, op: str) -> str:
        name = op if op.isidentifier() else "test"
        self.names[name] += 1
        return f"{name}_{self.names[name]}"

    def _whole(self, register: int) -> View:
        return View(register, 0, (self.registers[register].width,), (1,))

    def operand(self, column: Sequence[int], phase: int) -> Operand:
        """One operand of all members: a constant, a view, or a view of a gathered register."""
        values = [self.graph.values[i] for i in column if self.graph.ops[i] == CONSTANT]
        if len(values) == len(column) and len(set(column)) == 1:
            return Number(values[0])
        places = [self.locate(i) for i in column]
        steps = {b.column - a.column for a, b in pairwise(places)} or {1}
        if len(steps) == 1 and len({place.register for place in places}) == 1:
            return View(places[0].register, places[0].column, (len(places),), (steps.pop(),))
        return self._whole(self._gathered(places, phase))

    def locate(self, i: int) -> Location:
        place = self.locations.get(i)
        if place is None:  # a constant among other operands
            x = self.graph.values[i]
            register = self._register(self._named("constant"), 1, SHARED, type(x) is bool)
            self.constants.append((register, x))
            place = self.locations[i] = Location(register, 0)
        return place

    def block(self, scalars: Sequence[int], counts: tuple[int, ...], phase: int) -> View:
        """Scalars as a matrix, or as a batch of matrices, in the order of its rows."""
        places = [self.locate(i) for i in scalars]
        first, strides = places[0], [prod(counts[k + 1 :]) for k in range(len(counts))]
        steps = [
            places[stride].column - first.column if count > 1 else stride for count, stride in zip(counts, strides)
        ]
        columns = [first.column]
        for count, step in zip(counts, steps):
            columns = [column + k * step for column in columns for k in range(count)]
        if all(place.register == first.register and place.column == c for place, c in zip(places, columns)):
            return View(first.register, first.column, counts, tuple(steps))
        return View(self._gathered(places, phase), 0, counts, tuple(strides))

    def _gathered(self, places: Sequence[Location], phase: int) -> int:
        """A register of numbers from anywhere, gathered before the rows if all of them are shared."""
        key = pieces_of(places)
        if key not in self.gathers:
            scopes = {self.registers[register].scope for register, _ in key}
            if scopes == {SHARED} and self.varying.isdisjoint(register for register, _ in key):
                phase = ONCE
            booleans = {self.registers[register].booleans for register, _ in key} == {True}
            out = self.gathers[key] = self.made("gather", len(places), phase, booleans)
            self.phases[phase].append(Gather(out, key))
        return self.gathers[key]


def pieces_of(places: Sequence[Location]) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Locations, register by register: each register with the columns that follow each other in it."""
    pieces: list[tuple[int, list[int]]] = []
    for register, column in places:
        if pieces and pieces[-1][0] == register:
            pieces[-1][1].append(column)
        else:
            pieces.append((register, [column]))
    return tuple([(register, tuple(columns)) for register, columns in pieces])

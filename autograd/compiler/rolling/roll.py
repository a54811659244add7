"""Rolling: merge scalar operations of one kind and depth, with operands in the same registers, into one instruction.

It works phase by phase and depth by depth, so that the operands of a scalar have locations when its turn comes. The
members of a group are ordered by the locations of their operands, so operands are consecutive wherever possible.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from itertools import chain
from typing import Any

from autograd.compiler.programs.operation import CONSTANT, INPUT, ITEM, LOOP, Argument, reached
from autograd.compiler.programs.program import Program
from autograd.compiler.rolling.contracting import CONSTANT_SOURCE, MOST_ADDED, Contracting
from autograd.compiler.rolling.loops import Ends, needed_in, repeat
from autograd.compiler.rolling.placing import ALONE, Location, Locations
from autograd.compiler.rolling.rolled import ROWS, SHARED, TOTAL, Result, Rolled, RowProduct, RowSum, View
from autograd.compiler.rolling.scalar_graph import (
    AT_END,
    CONTRACTION,
    COUNT,
    EACH_ROW,
    ONCE,
    ROW_DOT,
    ROW_SUM,
    ScalarGraph,
    Terms,
)
from autograd.primitives import ROWS as PRIMITIVES
from autograd.trees import flatten

FOLDED = {"max", "prod", "norm", "logsumexp"}
COMMUTATIVE = {"add", "multiply"}
POSITIVE = {"exp", "sqrt", "abs"}  # what gives a base that no exponent, whole or not, makes a special case
UNGROUPED = {LOOP, ITEM, COUNT, ROW_SUM, ROW_DOT}
MANY_GROUPS = 16  # groups of one operation from which on they are one: an instruction takes long to compile
BY_EXPONENT = {"constant_power", "power", "monomial", "falling_power"}  # grouped by constant exponent


def rolled(program: Program, results: Sequence[Result], limits: bool = False, alone: int = ALONE) -> Rolled:
    """The rolled program; results that are not by row are summed over rows.

    `limits` keeps the engine's limits at infinity, at some cost. Fewer numbers than `alone` stay single in a loop.

    >>> from autograd.compiler.tracing.trace import trace
    >>> import numpy as np
    >>> program = trace(lambda W, x: np.tanh(W @ x).sum(), (np.ones((2, 3)), np.ones(3)), "Wx", ("shared", "rows"))
    >>> print(rolled(program, [Result((0,), by_row=True)]))
    f: W[6], x[3 × rows]
      for each block of rows
        product_1[2 × rows] = W[2 × 3] @ x
        tanh_1[2 × rows] = tanh(product_1)
        add_1[1 × rows] = add(0.0, tanh_1[0])
        add_2[1 × rows] = add(add_1, tanh_1[1])
      results: add_2
    """
    moving = [k for k, has_rows in enumerate(program.by_row) if has_rows]
    graph = ScalarGraph(program, set(program.numbers(moving)), limits)
    leaves = [graph.number[i] for i in flatten(program.outputs)]
    each = {i for result in results if result.by_row for i in result.outputs}
    leaves = graph.totals(leaves, [i not in each for i in range(len(leaves))] if moving else [False] * len(leaves))
    graph.contract(leaves, {leaf for leaf, i in zip(leaves, flatten(program.outputs)) if i < program.forward})
    return Rolling(program, graph, leaves, alone).result(results)


class Rolling(Contracting):
    """Places the scalars of one program in registers."""

    def __init__(self, program: Program, graph: ScalarGraph, outputs: Sequence[int], alone: int) -> None:
        super().__init__(graph, alone)
        self.program, self.outputs = program, outputs
        self.count: int | None = None
        self.loops: dict[int, Ends] = {}
        self.needs: dict[int, dict[int, bool]] = {}
        self.inputs = [self._input(*argument) for argument in zip(program.arguments, program.by_row)]

    def within(self, graph: ScalarGraph, outputs: Sequence[int], phase: int) -> Rolling:
        """The rolling of a loop's body, whose registers are among those of this one; the loop runs in this phase."""
        body = copy(self)
        body.graph, body.outputs, body.repeats = graph, outputs, True
        body.scopes = {ONCE: self.scopes[ONCE], EACH_ROW: self.scopes[phase]}
        body.phases = {ONCE: self.phases[ONCE], EACH_ROW: []}
        body.locations, body.gathers, body.loops = Locations(), {}, {}
        return body

    def _input(self, argument: Argument, by_row: bool) -> int:
        leaves = flatten(argument.tree)
        register = self._register(argument.name, len(leaves), ROWS if by_row else SHARED)
        for column, i in enumerate(leaves):
            self.locations[self.graph.number[i]] = Location(register, column)
        return register

    def place(self) -> None:
        """Place every scalar, group by group, in order of phase and depth."""
        self.needs = needed_in(self.graph, self.outputs)
        for phase, depth in self._depths():
            groups: dict[Any, list[int]] = defaultdict(list)
            for cell in depth:
                groups[self._likeness(cell)].append(cell)
            for (op, *_), members in self._joined(groups).items():
                for part in self._parts(members, phase):
                    self._group(op, part, phase)

    def _parts(self, members: list[int], phase: int) -> list[list[int]]:
        """A group as a whole; in a loop a few numbers singly, which stay in machine registers."""
        alone = self.repeats and phase == EACH_ROW and len(members) < self.alone
        return [[i] for i in members] if alone else [members]

    def result(self, results: Sequence[Result]) -> Rolled:
        """The rolled program."""
        self.place()
        views = [
            self.operand([self.outputs[i] for i in outputs], EACH_ROW if each else AT_END)
            for outputs, each, _ in results
        ]
        return Rolled(
            self.program.name, tuple(self.registers), tuple(self.inputs), tuple(self.constants), self.count,
            tuple(self.phases[ONCE]), tuple(self.phases[EACH_ROW]), tuple(self.phases[AT_END]), tuple(views),
        )  # fmt: skip

    def _depths(self) -> Iterable[tuple[int, list[int]]]:
        """The scalars to compute, grouped by phase and depth; a sum over rows is computed along with the rows."""
        ops, when, parts = self.graph.ops, self.graph.when, self.graph.every_part()
        depth = [0] * len(ops)
        found: dict[tuple[int, int], list[int]] = defaultdict(list)
        for i in reached(self.outputs, parts):
            if ops[i] in (INPUT, CONSTANT):
                continue
            phase = EACH_ROW if ops[i] in (ROW_SUM, ROW_DOT) else when[i]
            depth[i] = 1 + max([depth[j] for j in parts[i] if when[j] == phase], default=0)
            found[phase, depth[i]].append(i)
        return [(phase, found[phase, level]) for phase, level in sorted(found)]

    # --- groups

    def _likeness(self, i: int) -> tuple[Any, ...]:
        """What the members of a group have in common."""
        graph = self.graph
        op, operands = graph.ops[i], graph.operands[i]
        if op in (LOOP, ITEM):
            return op, i
        if op in (CONTRACTION, ROW_DOT):
            terms = self._aligned(graph.terms[i])
            if op == ROW_DOT:  # adjoints on the left, as in the gradient of weights
                terms = Terms(tuple([(b, a) for a, b in terms.pairs]), ())
            graph.terms[i] = terms
            return op, self._sources(chain.from_iterable(terms.pairs)), self._sources(terms.singles)
        if op in FOLDED:
            operands = graph.operands[i] = tuple(sorted(operands, key=self._order))
        elif op in COMMUTATIVE:
            operands = graph.operands[i] = tuple(sorted(operands, key=self._order, reverse=True))
        special = [graph.values[j] for j in operands if graph.ops[j] == CONSTANT] if op in BY_EXPONENT else []
        return op, self._sources(operands), graph.is_boolean(i), tuple(map(repr, special))

    def _joined(self, groups: dict[Any, list[int]]) -> dict[Any, list[int]]:
        """Many small groups of one operation as one group, whose operands are gathered.

        In a loop they stay apart, in machine registers, but for powers of one base.
        """
        for kin in (self._kinship, self._distant_kinship):
            alike = defaultdict(list)
            for key, members in groups.items():
                alike[kin(key, members[0])].append(key)
            for kinship, keys in alike.items():
                if kinship is not None and len(keys) >= MANY_GROUPS:
                    groups[kinship] = [i for key in keys for i in groups.pop(key)]
        return groups

    def _kinship(self, key: Any, i: int) -> Any:
        """What groups have in common that may be one; None for a group that stays as it is."""
        graph, (op, operands, *_) = self.graph, key
        if op in BY_EXPONENT:
            base, exponent, *order = graph.operands[i]
            fixed = graph.ops[base] in POSITIVE and graph.ops[exponent] == CONSTANT
            return (op, operands, *map(graph.values.__getitem__, order)) if fixed else None
        if self.repeats or op in UNGROUPED or op in FOLDED:
            return None
        if op == CONTRACTION:
            return op, len(graph.terms[i].pairs), len(graph.terms[i].singles)
        plain = self._plain_operands(i)
        if any(graph.ops[j] != CONSTANT for j in plain):
            return None
        orders = tuple([graph.values[j] for j in plain])
        return op, tuple([j == CONSTANT_SOURCE for j in operands]), graph.is_boolean(i), orders

    def _plain_operands(self, i: int) -> list[int]:
        """The operands that the operation's row declares plain, such as the order of a derivative."""
        row = PRIMITIVES.get(self.graph.ops[i])
        if row is None or not row.plain:
            return []
        groups = zip(row.parameters, row.structured(tuple(self.graph.operands[i])))
        plain = [x for name, x in groups if name in row.plain]
        return [j for x in plain for j in (x if isinstance(x, tuple) else (x,))]

    def _distant_kinship(self, key: Any, i: int) -> Any:
        """What sums of other lengths have in common, if they are long: they are filled up, to twice their length."""
        if key[0] != CONTRACTION or self.repeats:
            return None
        counts = [len(part) for part in self.graph.terms[i]]
        if max(counts) <= MOST_ADDED:
            return None
        return CONTRACTION, *[n if n <= MOST_ADDED else f"2^{n.bit_length()}" for n in counts]

    def _group(self, op: str, members: list[int], phase: int) -> None:
        graph = self.graph
        if op == CONTRACTION:
            self._contractions(members, phase)
        elif op == ROW_DOT:
            self._row_products(members)
        elif op == ROW_SUM:
            self._row_sums(members)
        elif op == LOOP:
            self.loops[members[0]] = repeat(self, members[0], phase)
        elif op == ITEM:
            (loop,), (output, step) = graph.operands[members[0]], graph.values[members[0]]
            self.locations[members[0]] = self.loops[loop].item(output, step)
        elif op == COUNT:
            self.count = self._register("rows", 1, SHARED)
            self.locations[members[0]] = Location(self.count, 0)
        elif op in FOLDED:
            members.sort(key=lambda i: list(map(self._order, graph.operands[i])))
            self._assign(members, self._fold(op, [graph.operands[i] for i in members], phase))
        else:
            members.sort(key=lambda i: list(map(self._order, graph.operands[i])))
            columns = list(zip(*[graph.operands[i] for i in members]))
            self._assign(members, self._apply(op, columns, phase, graph.is_boolean(members[0])))

    # --- sums over rows

    def _row_sums(self, members: list[int]) -> None:
        members.sort(key=lambda i: self._order(self.graph.operands[i][0]))
        operand = self.operand([self.graph.operands[i][0] for i in members], EACH_ROW)
        assert isinstance(operand, View)
        self._assign(members, self._summed(operand, len(members)))

    def _summed(self, operand: View, width: int) -> int:
        out = self._register(self._named("total"), width, TOTAL)
        self.phases[EACH_ROW].append(RowSum(out, operand))
        return out

    def _row_products(self, members: list[int]) -> None:
        """Sums over rows of Σ a·b: as matrix products where they share vectors, else number by number."""
        self._side_by_side(members)
        members.sort(key=lambda i: self._key(self.graph.terms[i]))
        found, alone = self._grids(members)
        if alone and len(self.graph.terms[members[0]].pairs) > MOST_ADDED:
            found.append(self._singly(members, alone))
            alone = []
        for grid in found:
            out = self._register(self._named("total"), grid.size, TOTAL)
            self.phases[EACH_ROW].append(RowProduct(out, *self._sides(grid, EACH_ROW)))
            self.locations.update((members[m], Location(out, slot)) for m, slot in zip(grid.members, grid.slots))
        if alone:
            group = [members[m] for m in alone]
            register = self._products([self.graph.terms[i] for i in group], EACH_ROW)
            assert register is not None
            self._assign(group, self._summed(self._whole(register), len(group)))

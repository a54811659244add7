"""Rolling: merge scalar operations of one kind and depth, with operands in the same registers, into one instruction.

It works phase by phase and depth by depth, so that the operands of a scalar have locations when its turn comes. The
members of a group are ordered by the locations of their operands, so operands are consecutive wherever possible.
"""

from __future__ import annotations

from collections import defaultdict
from copy import copy
from typing import TYPE_CHECKING, Any

from autograd.compiler.placing import ALONE, Location, Placement
from autograd.compiler.program import CONSTANT, INPUT, ITEM, LOOP, Program, leaves_of
from autograd.compiler.rolled import (
    ROWS,
    SHARED,
    TOTAL,
    Apply,
    Fold,
    Operand,
    Product,
    Result,
    Rolled,
    RowProduct,
    RowSum,
    View,
)
from autograd.compiler.rolling_loops import Ends, needed_in, repeat
from autograd.compiler.scalar_graph import (
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

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FOLDED = {"max", "prod", "norm", "logsumexp"}
COMMUTATIVE = {"add", "multiply"}
CONSTANT_SOURCE = -1  # in place of a register
BY_EXPONENT = {"constant_power", "power", "monomial", "falling_power"}  # grouped by constant exponent
POSITIVE = {"exp", "sqrt", "abs"}  # what gives a base that no exponent, whole or not, makes a special case
WHOLE = {LOOP, ITEM, COUNT, ROW_SUM, ROW_DOT}
MANY = 16  # groups of one operation from which on they are one: an instruction takes long to compile
FEW = 4  # up to this many terms are added one by one; more are multiplied in one instruction and folded
DENSE = 2  # a matrix product may compute at most this many times the numbers that are wanted


def rolled(program: Program, by_row: Sequence[int], results: Sequence[Result], limits: bool = False) -> Rolled:
    """The rolled program, whose arguments `by_row` vary with the row; results that are not by row are summed over rows.

    `limits` keeps the engine's limits at infinity, at some cost.

    >>> from autograd.compiler.tracing import trace
    >>> import numpy as np
    >>> program = trace(lambda W, x: np.tanh(W @ x).sum(), (np.ones((2, 3)), np.ones(3)))
    >>> print(rolled(program, [1], [Result((0,), by_row=True)]))
    f: W[6], x[3 × rows]
      for each block of rows
        product_1[2 × rows] = W[2 × 3] @ x
        tanh_1[2 × rows] = tanh(product_1)
        add_1[1 × rows] = add(tanh_1[0], tanh_1[1])
      results: add_1
    """
    graph = ScalarGraph(program, {i for k in by_row for i in leaves_of(program.arguments[k].tree)}, limits)
    leaves = [graph.number[i] for i in leaves_of(program.outputs)]
    each = {i for result in results if result.by_row for i in result.outputs}
    leaves = graph.totals(leaves, [i not in each for i in range(len(leaves))] if by_row else [False] * len(leaves))
    graph.contract(leaves)
    return Rolling(program, graph, by_row, leaves).result(results)


class Rolling(Placement):
    """Places the scalars of one program in registers."""

    def __init__(self, program: Program, graph: ScalarGraph, by_row: Sequence[int], outputs: Sequence[int]) -> None:
        super().__init__(graph)
        self.program, self.outputs = program, outputs
        self.count: int | None = None
        self.loops: dict[int, Ends] = {}
        self.needs: dict[int, dict[int, bool]] = {}
        self.inputs = [self._input(k, k in by_row) for k in range(len(program.arguments))]

    def within(self, graph: ScalarGraph, outputs: Sequence[int], phase: int) -> Rolling:
        """The rolling of a loop's body, whose registers are among those of this one; the loop runs in this phase."""
        body = copy(self)
        body.graph, body.outputs, body.repeats = graph, outputs, True
        body.scopes = {ONCE: self.scopes[ONCE], EACH_ROW: self.scopes[phase]}
        body.phases = {ONCE: self.phases[ONCE], EACH_ROW: []}
        body.locations, body.gathers, body.loops = {}, {}, {}
        return body

    def _input(self, k: int, by_row: bool) -> int:
        argument = self.program.arguments[k]
        leaves = leaves_of(argument.tree)
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
        alone = self.repeats and phase == EACH_ROW and len(members) < ALONE
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
        graph = self.graph
        depth: dict[int, int] = {}
        found: dict[tuple[int, int], list[int]] = defaultdict(list)
        for i in graph.live(self.outputs):
            if graph.ops[i] in (INPUT, CONSTANT):
                continue
            phase = EACH_ROW if graph.ops[i] in (ROW_SUM, ROW_DOT) else graph.when[i]
            depth[i] = 1 + max([depth.get(j, 0) for j in graph.parts(i) if graph.when[j] == phase], default=0)
            found[phase, depth[i]].append(i)
        return [(phase, found[phase, level]) for phase, level in sorted(found)]

    # --- groups

    def _source(self, i: int) -> int:
        return CONSTANT_SOURCE if self.graph.ops[i] == CONSTANT else self.locations[i].register

    def _order(self, i: int) -> tuple[int, int]:
        place = self.locations.get(i)
        return (-1, i) if place is None else place

    def _likeness(self, i: int) -> tuple[Any, ...]:
        """What the members of a group have in common."""
        graph = self.graph
        op, operands = graph.ops[i], graph.operands[i]
        if op in (LOOP, ITEM):
            return op, i
        if op == CONTRACTION:
            terms = self._aligned(graph.terms[i])
            graph.terms[i] = terms
            pairs = tuple((self._source(a), self._source(b)) for a, b in terms.pairs)
            return op, pairs, tuple(map(self._source, terms.singles))
        if op in FOLDED:
            operands = graph.operands[i] = tuple(sorted(operands, key=self._order))
        elif op in COMMUTATIVE or op == ROW_DOT:
            operands = graph.operands[i] = tuple(sorted(operands, key=self._order, reverse=True))
        special = [graph.values[j] for j in operands if graph.ops[j] == CONSTANT] if op in BY_EXPONENT else []
        return op, tuple(map(self._source, operands)), graph.is_boolean(i), tuple(map(repr, special))

    def _joined(self, groups: dict[Any, list[int]]) -> dict[Any, list[int]]:
        """Many small groups of one operation as one group, whose operands are gathered.

        In a loop they stay apart, in machine registers, but for powers of one base.
        """
        alike = defaultdict(list)
        for key, members in groups.items():
            alike[self._kinship(key, members[0])].append(key)
        for kinship, keys in alike.items():
            if kinship is not None and len(keys) >= MANY:
                groups[kinship] = [i for key in keys for i in groups.pop(key)]
        return groups

    def _kinship(self, key: Any, i: int) -> Any:
        """What groups have in common that may be one; None for a group that stays as it is."""
        graph, (op, operands, *_) = self.graph, key
        if op in BY_EXPONENT:
            base, exponent, *order = graph.operands[i]
            fixed = graph.ops[base] in POSITIVE and graph.ops[exponent] == CONSTANT
            return (op, operands, *map(graph.values.__getitem__, order)) if fixed else None
        if self.repeats or op in WHOLE or op in FOLDED:
            return None
        if op == CONTRACTION:
            return op, len(graph.terms[i].pairs), len(graph.terms[i].singles)
        if op in PRIMITIVES and PRIMITIVES[op].plain:
            return None
        return op, tuple([j == CONSTANT_SOURCE for j in operands]), graph.is_boolean(i)

    def _aligned(self, terms: Terms) -> Terms:
        """Terms ordered by location; in each pair, the factor of the later phase comes second."""
        by_phase = [
            (a, b) if (self.graph.when[a], self._order(a)) <= (self.graph.when[b], self._order(b)) else (b, a)
            for a, b in terms.pairs
        ]
        pairs = sorted(by_phase, key=lambda pair: (self._order(pair[1]), self._order(pair[0])))
        return Terms(tuple(pairs), tuple(sorted(terms.singles, key=self._order)))

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

    def _assign(self, members: Sequence[int], register: int) -> None:
        for column, i in enumerate(members):
            self.locations[i] = Location(register, column)

    # --- instructions

    def _apply(self, op: str, operands: Sequence[Sequence[int]], phase: int, booleans: bool = False) -> int:
        """One operation on many operands, given as a list of scalars for each operand position."""
        return self._applied(
            op, [self.operand(column, phase) for column in operands], len(operands[0]), phase, booleans
        )

    def _applied(self, op: str, operands: Sequence[Operand], width: int, phase: int, booleans: bool = False) -> int:
        out = self.made(op, width, phase, booleans)
        self.phases[phase].append(Apply(out, op, tuple(operands)))
        return out

    def _fold(self, op: str, rows: Sequence[Sequence[int]], phase: int) -> int:
        """One fold for each row of scalars."""
        operand = self.matrix(list(zip(*rows)), phase)
        out = self.made(op, len(rows), phase)
        self.phases[phase].append(Fold(out, op, operand))
        return out

    # --- contractions

    def _contractions(self, members: list[int], phase: int) -> None:
        """Σ a·b + Σ c for many scalars: as a matrix product where they share one side, else term by term."""
        groups: dict[Any, list[int]] = defaultdict(list)
        for i in members:
            groups[self._vector(self.graph.terms[i])].append(i)
        if len(groups) > max(1, len(members) // 2) or self._one_by_one(members):
            groups = {None: members}  # hardly any share a vector
        for vector, group in groups.items():
            group.sort(key=lambda i: self._key(self.graph.terms[i]))
            terms = [self.graph.terms[i] for i in group]
            result = self._products(terms, phase) if vector is None else self._matrix_product(vector, terms, phase)
            self._assign(group, self._with_singles(result, terms, phase))

    def _one_by_one(self, members: list[int]) -> bool:
        """Whether products are few enough in a loop to stay in machine registers."""
        return self.repeats and len(members) < ALONE and len(self.graph.terms[members[0]].pairs) <= self._few(1)

    def _few(self, width: int) -> int:
        """Up to how many terms of each of so many numbers are added one by one."""
        return 4 * FEW if self.repeats and width < ALONE else FEW

    def _key(self, terms: Terms) -> list[tuple[int, int]]:
        return [self._order(i) for pair in terms.pairs for i in pair] + [self._order(i) for i in terms.singles]

    def _vector(self, terms: Terms) -> tuple[int, ...] | None:
        """The second factors, if the first ones can form a matrix that all rows share, else None."""
        if len(terms.pairs) < 2 or any(self.graph.when[a] == EACH_ROW for a, _ in terms.pairs):
            return None
        if any(self.graph.ops[i] == CONSTANT for pair in terms.pairs for i in pair):
            return None
        vector = tuple(b for _, b in terms.pairs)
        matrix = {self._source(a) for a, _ in terms.pairs}
        return vector if len(set(vector)) == len(vector) and matrix.isdisjoint(map(self._source, vector)) else None

    def _matrix_product(self, vector: tuple[int, ...], terms: list[Terms], phase: int) -> int | None:
        matrix = self.matrix([[a for a, _ in t.pairs] for t in terms], phase)
        column = self.operand(vector, phase)
        assert isinstance(column, View)
        out = self.made("product", len(terms), phase)
        add = None
        if terms[0].singles:
            first = self.operand([t.singles[0] for t in terms], phase)
            add = first if isinstance(first, View) else None
        self.phases[phase].append(Product(out, matrix, column, add))
        if add is not None:
            for i, t in enumerate(terms):
                terms[i] = Terms(t.pairs, t.singles[1:])
        return out

    def _products(self, terms: list[Terms], phase: int) -> int | None:
        """Σ a·b, one product at a time if there are few, else with all products in one register, folded."""
        count, width = len(terms[0].pairs), len(terms)
        if not count:
            return None
        if count > self._few(width):
            sides = [[t.pairs[k][side] for k in range(count) for t in terms] for side in (0, 1)]
            products = self._apply("multiply", sides, phase)
            out = self.made("sum", width, phase)
            self.phases[phase].append(Fold(out, "sum", View(products, 0, (count, width), (width, 1))))
            return out
        total: int | None = None
        for k in range(count):
            product = self._apply("multiply", [[t.pairs[k][side] for t in terms] for side in (0, 1)], phase)
            total = product if total is None else self._sum_of(self._whole(total), self._whole(product), width, phase)
        return total

    def _sum_of(self, x: Operand, y: Operand, width: int, phase: int) -> int:
        return self._applied("add", (x, y), width, phase)

    def _with_singles(self, total: int | None, terms: list[Terms], phase: int) -> int:
        """Add each scalar's single terms to its total so far, if there is one."""
        count, width = len(terms[0].singles), len(terms)
        if count > self._few(width):
            more = self._fold("sum", [t.singles for t in terms], phase)
            return more if total is None else self._sum_of(self._whole(total), self._whole(more), width, phase)
        columns = [self.operand([t.singles[k] for t in terms], phase) for k in range(count)]
        running: Operand | None = None if total is None else self._whole(total)
        for column in columns:
            if running is None:
                running = column
            else:
                total = self._sum_of(running, column, width, phase)
                running = self._whole(total)
        if total is None:  # a lone term
            assert running is not None
            return self._applied("positive", (running,), width, phase)
        return total

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
        """Σ over rows of a·b for pairs from two registers: as one matrix product if most of its entries are wanted."""
        pairs = [self.graph.operands[i] for i in members]
        left, right = (sorted({pair[side] for pair in pairs}, key=self._order) for side in (0, 1))
        if len(left) * len(right) > DENSE * len(pairs):
            members.sort(key=lambda i: list(map(self._order, self.graph.operands[i])))
            register = self._apply("multiply", list(zip(*[self.graph.operands[i] for i in members])), EACH_ROW)
            self._assign(members, self._summed(self._whole(register), len(members)))
            return
        sides = [self.operand(side, EACH_ROW) for side in (left, right)]
        assert isinstance(sides[0], View) and isinstance(sides[1], View)
        out = self._register(self._named("total"), len(left) * len(right), TOTAL)
        self.phases[EACH_ROW].append(RowProduct(out, sides[0], sides[1]))
        row, column = ({i: k for k, i in enumerate(side)} for side in (left, right))
        for i, (a, b) in zip(members, pairs):
            self.locations[i] = Location(out, row[a] * len(right) + column[b])

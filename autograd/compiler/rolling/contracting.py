"""Contracting: instructions for sums of products, as matrix products where they share vectors, else term by term."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from itertools import chain

from autograd.compiler.programs.operation import CONSTANT
from autograd.compiler.rolling.grids import Grid, grids, sided
from autograd.compiler.rolling.placing import Location, Placement
from autograd.compiler.rolling.rolled import Apply, Fold, Operand, Product, View
from autograd.compiler.rolling.scalar_graph import EACH_ROW, Terms
from autograd.compiler.rolling.zeros import is_zero

CONSTANT_SOURCE = -1  # in place of a register
MOST_ADDED = 4  # up to this many terms are added one by one; more are multiplied in one instruction and folded


class Contracting(Placement):
    """Emits operations, folds, and sums of products."""

    def _sources(self, scalars: Iterable[int]) -> tuple[int, ...]:
        """The register of each scalar."""
        ops, at = self.graph.ops, self.locations
        return tuple([CONSTANT_SOURCE if ops[i] == CONSTANT else at[i].register for i in scalars])

    def _sources_by_side(self, pairs: Sequence[tuple[int, int]]) -> list[tuple[int, ...]]:
        return [self._sources([pair[side] for pair in pairs]) for side in (0, 1)]

    @property
    def _order(self) -> Callable[[int], tuple[int, int]]:
        """The key that orders scalars: a method of C, since it is asked for each operand several times."""
        return self.locations.__getitem__

    def _assign(self, members: Sequence[int], register: int) -> None:
        for column, i in enumerate(members):
            self.locations[i] = Location(register, column)

    def _aligned(self, terms: Terms) -> Terms:
        """Terms ordered by location; in each pair, the factor of the later phase comes second."""
        when, at, pairs = self.graph.when, self.locations, []
        for a, b in terms.pairs:
            left, right = at[a], at[b]
            if when[a] < when[b] or (when[a] == when[b] and left <= right):
                pairs.append((right, left, a, b))
            else:
                pairs.append((left, right, b, a))
        ordered = tuple([(a, b) for _, _, a, b in sorted(pairs)])
        return Terms(ordered, tuple(sorted(terms.singles, key=self._order)))

    def _place(self, pair: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
        """The key that orders the pairs of a sum: by their second factors."""
        return self.locations[pair[1]], self.locations[pair[0]]

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
        operand = self.block([i for column in zip(*rows) for i in column], (len(rows[0]), len(rows)), phase)
        out = self.made(op, len(rows), phase)
        self.phases[phase].append(Fold(out, op, operand))
        return out

    # --- contractions

    def _contractions(self, members: list[int], phase: int) -> None:
        """Σ a·b + Σ c for many scalars: as matrix products where they share vectors, else term by term."""
        self._fill_up(members)
        self._side_by_side(members)
        members.sort(key=lambda i: self._key(self.graph.terms[i]))
        found, alone = self._grids(members) if self._multiplies(members) else ([], list(range(len(members))))
        for grid in found:
            self._matrix_product(grid, [members[m] for m in grid.members], phase)
        if alone:
            group = [members[m] for m in alone]
            terms = [self.graph.terms[i] for i in group]
            self._assign(group, self._with_singles(self._products(terms, phase), terms, phase))

    def _fill_up(self, members: list[int]) -> None:
        """Give sums of unequal lengths as many terms as the longest has: -0.0 changes no sum."""
        terms = self.graph.terms
        pairs, singles = (max([len(terms[i][k]) for i in members]) for k in (0, 1))
        for i in members:
            more, added = pairs - len(terms[i].pairs), singles - len(terms[i].singles)
            if more or added:
                nothing, one = self.graph.constant(-0.0), self.graph.constant(1.0)
                terms[i] = Terms(terms[i].pairs + more * ((nothing, one),), terms[i].singles + added * (nothing,))

    def _side_by_side(self, members: list[int]) -> None:
        """Turn pairs so that a number is on the same side in all of these sums."""
        graph = self.graph
        pairs = [pair for i in members for pair in graph.terms[i].pairs]
        if len(members) > 1 and any(map(operator.eq, *self._sources_by_side(pairs))):
            turned = sided([graph.terms[i].pairs for i in members], self._order)
            for i, pairs in zip(members, turned):
                graph.terms[i] = Terms(tuple(sorted(pairs, key=self._place)), graph.terms[i].singles)

    def _grids(self, members: list[int]) -> tuple[list[Grid], list[int]]:
        """The matrix products among sums of products, and the other sums; one sum alone is a product of vectors."""
        if len(members) == 1:
            return [self._singly(members, [0])], []
        terms = [self.graph.terms[i].pairs for i in members]
        return grids([(tuple([a for a, _ in pairs]), tuple([b for _, b in pairs])) for pairs in terms])

    def _singly(self, members: list[int], some: list[int]) -> Grid:
        """Some of the sums as products of two vectors each."""
        terms = [self.graph.terms[members[m]].pairs for m in some]
        lefts, rights = ([(tuple([pair[side] for pair in pairs]),) for pairs in terms] for side in (0, 1))
        return Grid(tuple(lefts), tuple(rights), tuple(some), tuple(range(len(some))))

    def _multiplies(self, members: list[int]) -> bool:
        """Whether matrix products are worthwhile: of neurons, or of enough sums of numbers that vary with the row."""
        graph, pairs = self.graph, [pair for i in members for pair in self.graph.terms[i].pairs]
        count = len(graph.terms[members[0]].pairs)
        few = self.repeats and len(members) < self.alone and count <= self._few(1)
        if count < 2 or few or CONSTANT in map(graph.ops.__getitem__, chain.from_iterable(pairs)):
            return False
        if any(graph.when[a] == EACH_ROW for a, _ in pairs):
            return len(members) >= self.alone
        lefts, rights = self._sources_by_side(pairs)
        return len(members) > 1 or set(lefts).isdisjoint(rights)

    def _few(self, width: int) -> int:
        """Up to how many terms of each of so many numbers are added one by one."""
        return 4 * MOST_ADDED if self.repeats and width < self.alone else MOST_ADDED

    def _key(self, terms: Terms) -> list[tuple[int, int]]:
        return list(map(self._order, (*chain.from_iterable(terms.pairs), *terms.singles)))

    def _matrix_product(self, grid: Grid, members: list[int], phase: int) -> None:
        """A batch of matrix products; each sum's first single term is added along with them where all are wanted."""
        out, whole = self.made("product", grid.size, phase), grid.slots == tuple(range(grid.size))
        terms = self._without_zeros([self.graph.terms[i] for i in members])
        add = None
        if whole and terms[0].singles:
            first = self.operand([t.singles[0] for t in terms], phase)
            add = first if isinstance(first, View) else None
        if add is not None:
            terms = [Terms(t.pairs, t.singles[1:]) for t in terms]
        self.phases[phase].append(Product(out, *self._sides(grid, phase), add))
        places = [Location(out, slot) for slot in grid.slots]
        if terms[0].singles:
            total = out if whole else self._gathered(places, phase)
            self._assign(members, self._with_singles(total, terms, phase))
        else:
            self.locations.update(zip(members, places))

    def _without_zeros(self, terms: list[Terms]) -> list[Terms]:
        """The terms without zeros that all sums have: a product starts at 0.0."""
        columns = list(zip(*(t.singles for t in terms)))
        kept = [k for k, column in enumerate(columns) if not all(is_zero(self.graph, i) for i in column)]
        return [Terms(t.pairs, tuple(t.singles[k] for k in kept)) for t in terms]

    def _sides(self, grid: Grid, phase: int) -> tuple[View, View]:
        """The left and the right vectors of a grid as batches of matrices."""
        left, right = (
            self.block(
                [i for vectors in side for vector in vectors for i in vector],
                (len(side), len(side[0]), len(side[0][0])),
                phase,
            )
            for side in (grid.lefts, grid.rights)
        )
        return left, right

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

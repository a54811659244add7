"""A layout in columns: a node's operands are one column before it or more, and columns keep the order of operands.

Lengths are measured along the direction of the computation (`along`) or across it (`across`), so that the layout serves
both directions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from autograd.drawing.scenes.scene import Point

GAP = 16.0  # between neighbours in a column, and around labels
LEAST_GAP = 26.0  # the least gap between columns
FRAME = 22.0  # between a node and one outside its frame, for each frame between them
SWEEPS = 12
STUB = 4.0  # how far links run straight from their column
LINE = 4.0  # the breadth of a line that passes labels
LEAN = 0.35  # a label's position from its source towards its target: labels of one source stay together


@dataclass(frozen=True)
class Size:
    """The size of a node or a label."""

    along: float
    across: float


@dataclass(frozen=True)
class Link:
    """An arrow between two nodes, and the size of its label."""

    source: str
    target: str
    label: Size | None = None


@dataclass
class Layout:
    """The places of everything: the centres of nodes and labels, and the routes of links as chains of Bézier curves."""

    length: float = 0.0
    breadth: float = 0.0
    nodes: dict[str, Point] = field(default_factory=dict)
    labels: dict[int, Point] = field(default_factory=dict)
    routes: dict[int, tuple[Point, ...]] = field(default_factory=dict)


def layered(
    sizes: Mapping[str, Size], links: Sequence[Link], output: str, frames: Mapping[str, tuple[str, ...]]
) -> Layout:
    """The layout of a graph in which all paths lead to the output.

    The order in a column follows the operands: a node's first operand, and all below it, comes before its second. Nodes
    of one frame stay together; `frames` gives the frames around a node, the outermost first.
    """
    return _Layering(sizes, links, output, frames).layout()


class _Layering:
    """A layout in progress. A link that passes columns has a bend in each, which counts as a node without breadth."""

    def __init__(
        self, sizes: Mapping[str, Size], links: Sequence[Link], output: str, frames: Mapping[str, tuple[str, ...]]
    ) -> None:
        self.sizes: dict[Any, Size] = dict(sizes)
        self.links, self.frames = links, frames
        self.into: dict[str, list[int]] = defaultdict(list)
        for i, link in enumerate(links):
            self.into[link.target].append(i)
        self.order: dict[Any, int] = {}
        self.backward: set[int] = set()  # links that close a cycle, which folding may create
        self._visit(output)
        self.rank = self._ranks()
        self.chains = [self._chain(i, link) for i, link in enumerate(links)]
        first: dict[str, int] = {}
        for item in sorted(self.order, key=self.order.__getitem__):
            for frame in frames.get(item, ()):
                first.setdefault(frame, self.order[item])
        columns: dict[int, list[Any]] = defaultdict(list)
        for item in sorted(self.rank, key=lambda v: [first[f] for f in frames.get(v, ())] + [self.order[v]]):
            columns[self.rank[item]].append(item)
        self.columns = [columns[r] for r in sorted(columns, reverse=True)]
        self.across: dict[Any, float] = {}

    def _visit(self, output: str) -> None:
        """Number nodes and links in reading order, from the output through the operands."""
        open_nodes: set[str] = set()
        waiting: list[tuple[Any, bool]] = [(output, True)]
        while waiting:
            item, entering = waiting.pop()
            if not entering:
                open_nodes.discard(item)
            elif isinstance(item, int):
                self.order[item] = len(self.order)
                source = self.links[item].source
                if source in open_nodes:
                    self.backward.add(item)
                elif source not in self.order:
                    waiting.append((source, True))
            elif item not in self.order:
                self.order[item] = len(self.order)
                open_nodes.add(item)
                waiting.append((item, False))
                waiting += [(i, True) for i in reversed(self.into[item])]

    def _ranks(self) -> dict[Any, int]:
        """The number of columns from each node to the output's: one more than any node that it feeds."""
        waiting = dict.fromkeys(self.sizes, 0)
        forward = [i for i in range(len(self.links)) if i not in self.backward]
        for i in forward:
            waiting[self.links[i].source] += 1
        rank: dict[Any, int] = {key: 0 for key, uses in waiting.items() if not uses}
        ready = list(rank)
        for key in ready:
            for i in self.into[key]:
                source = self.links[i].source
                if i in self.backward:
                    continue
                rank[source] = max(rank.get(source, 0), rank[key] + 1)
                waiting[source] -= 1
                if not waiting[source]:
                    ready.append(source)
        return rank

    def _chain(self, i: int, link: Link) -> list[Any]:
        """The source of a link, its bends, and its target."""
        bends: list[Any] = [(i, r) for r in range(self.rank[link.source] - 1, self.rank[link.target], -1)]
        for bend in bends:
            self.rank[bend] = bend[1]
            self.sizes[bend] = Size(0.0, 0.0)
            self.order[bend] = self.order[i]
        return [link.source, *bends, link.target]

    # --- places across ---------------------------------------------------------------------------

    def _place_across(self) -> None:
        """Move each node towards the middle of its neighbours, column by column, back and forth."""
        before: dict[Any, list[Any]] = defaultdict(list)
        after: dict[Any, list[Any]] = defaultdict(list)
        for chain in self.chains:
            for a, b in pairwise(chain):
                after[a].append(b)
                before[b].append(a)
        for column in self.columns:
            self._settle(column, [0.0] * len(column))
        for sweep in range(SWEEPS):
            neighbours = (before, after)[sweep % 2] if sweep < SWEEPS - 2 else None
            for column in self.columns if sweep % 2 == 0 else reversed(self.columns):
                ideal = []
                for item in column:
                    those = neighbours[item] if neighbours else before[item] + after[item]
                    ideal.append(_mean([self.across[v] for v in those]) if those else self.across[item])
                self._settle(column, ideal)

    def _settle(self, column: list[Any], ideal: list[float]) -> None:
        breadths = [self.sizes[item].across for item in column]
        frames = [{*self.frames.get(item, ())} for item in column]
        gaps = [GAP + FRAME * len(a ^ b) for a, b in pairwise(frames)]
        self.across.update(zip(column, spread(ideal, breadths, gaps)))

    # --- places along ----------------------------------------------------------------------------

    def layout(self) -> Layout:
        """Place everything: across first, then labels in the gaps between columns, then along."""
        self._place_across()
        found = Layout()
        labelled = {self.rank[link.target] for link in self.links if link.label}  # the gaps before targets' columns
        across: dict[tuple[int, int], float] = {}
        for rank in labelled:
            across.update(self._labels_across(rank))
        depth = max(map(len, self.frames.values()), default=0)
        at, along, middle, wide, halves = 0.0, {}, {}, {}, {}
        for column in self.columns:
            rank, width = self.rank[column[0]], max(self.sizes[item].along for item in column)
            labels = [self._label_in(i, rank).along for i, those in across if those == rank]
            wide[rank] = max(labels, default=0.0)
            gap = (wide[rank] + 2.4 * GAP if labels else LEAST_GAP) + FRAME * depth
            if labels or at:  # before the first column there are only the labels of links back to it
                middle[rank] = at + gap / 2 - 0.2 * GAP
                at += gap
            along.update(dict.fromkeys(column, at + width / 2))
            halves[rank] = width / 2 + STUB
            at += width
        self._shift(found, across, at)
        found.nodes = {key: (along[key], self.across[key]) for key in self.sizes if isinstance(key, str)}
        found.labels = {i: (middle[rank], y) for (i, rank), y in across.items() if self._label_in(i, rank).along}
        ports = self._ports()
        for i, chain in enumerate(self.chains):
            beside: dict[int, list[Point]] = {}
            for rank in (self.rank[item] for item in chain[1:]):
                if (i, rank) in across:
                    own, all_labels = self._label_in(i, rank).along / 2, wide[rank] / 2
                    ends = [-all_labels, *([-own, own] if own else []), all_labels]
                    beside[rank] = [(middle[rank] + x, across[i, rank]) for x in ends]
            found.routes[i] = self._route(i, along, ports, halves, beside)
        return found

    def _label_in(self, i: int, rank: int) -> Size:
        """The size of a link's label in the gap before a column; for a link that only passes, the size of its line."""
        label = self.links[i].label
        return label if label and self.rank[self.links[i].target] == rank else Size(0.0, LINE)

    def _labels_across(self, rank: int) -> dict[tuple[int, int], float]:
        """The places of the labels in one gap, and of lines that pass between them, ordered by their ideal places."""
        ends = {
            i: (self.across[a], self.across[b])
            for i, chain in enumerate(self.chains)
            for a, b in pairwise(chain)
            if self.rank[b] == rank
        }
        ideal = {i: a + LEAN * (b - a) for i, (a, b) in ends.items()}
        ordered = sorted(ends, key=lambda i: (ideal[i], self.order[i]))
        breadths = [self._label_in(i, rank).across for i in ordered]
        places = spread([ideal[i] for i in ordered], breadths, [GAP / 3] * len(ordered))
        return {(i, rank): y for i, y in zip(ordered, places)}

    def _shift(self, found: Layout, labels: dict[tuple[int, int], float], length: float) -> None:
        """Move everything so that the least place across is 0."""
        extents = [(self.across[item], self.sizes[item].across) for item in self.across]
        extents += [(y, self._label_in(i, rank).across) for (i, rank), y in labels.items()]
        least = min(y - breadth / 2 for y, breadth in extents)
        self.across = {item: y - least for item, y in self.across.items()}
        labels.update({item: y - least for item, y in labels.items()})
        found.length, found.breadth = length, max(y + breadth / 2 for y, breadth in extents) - least

    def _ports(self) -> dict[tuple[int, bool], float]:
        """The places where each link leaves and enters its boxes, so that links do not share an end."""
        ends: dict[tuple[str, bool], list[tuple[float, int]]] = defaultdict(list)
        for i, chain in enumerate(self.chains):
            ends[chain[0], True].append((self.across[chain[1]], i))
            ends[chain[-1], False].append((self.across[chain[-2]], i))
        found = {}
        for (key, is_source), those in ends.items():
            those.sort(key=lambda pair: (pair[0], self.order[pair[1]]))
            step = min(0.6 * self.sizes[key].across / len(those), 14.0)
            for n, (_, i) in enumerate(those):
                found[i, is_source] = self.across[key] + (n - (len(those) - 1) / 2) * step
        return found

    def _route(
        self,
        i: int,
        along: Mapping[Any, float],
        ports: Mapping[tuple[int, bool], float],
        halves: Mapping[int, float],
        beside: Mapping[int, Sequence[Point]],
    ) -> tuple[Point, ...]:
        """The route from port to port: straight within a column, and past the labels in a gap, its own or others."""
        first, *bends, last = self.chains[i]
        start, end = ports[i, True], ports[i, False]
        points = [(along[first] + self.sizes[first].along / 2, start), (along[first] + halves[self.rank[first]], start)]
        for item in bends:
            half, y = halves[self.rank[item]], self.across[item]
            points += [*beside.get(self.rank[item], ()), (along[item] - half, y), (along[item] + half, y)]
        points += beside.get(self.rank[last], ())
        points += [(along[last] - halves[self.rank[last]], end), (along[last] - self.sizes[last].along / 2, end)]
        found = points[:1]
        for (x, y), (u, v) in pairwise(points):
            found += [((x + u) / 2, y), ((x + u) / 2, v), (u, v)]
        return tuple(found)


def _mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers)


def spread(ideal: Sequence[float], breadths: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """The places nearest to the ideal ones (least squares) for items in this order, at least these gaps apart.

    >>> spread([5.0, 5.0], [2.0, 2.0], [1.0])
    [3.5, 6.5]
    """
    offsets = [0.0]
    for a, b, gap in zip(breadths, breadths[1:], gaps):
        offsets.append(offsets[-1] + (a + b) / 2 + gap)
    blocks: list[list[float]] = []  # [sum, count]: isotonic regression, by pooling neighbours that violate the order
    for wanted, offset in zip(ideal, offsets):
        blocks.append([wanted - offset, 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, count = blocks.pop()
            blocks[-1][0] += total
            blocks[-1][1] += count
    free = [total / count for total, count in blocks for _ in range(int(count))]
    return [place + offset for place, offset in zip(free, offsets)]

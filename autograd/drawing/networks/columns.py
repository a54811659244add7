"""A network as the lecture draws it: inputs on the left, one column per layer, forward or backward, as a scene.

For up to MOST_WITH_NUMBERS neurons in a layer, every number is written. For more, a column is bars, and weights are
heat maps.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import count, pairwise
from typing import Any

from autograd.drawing.boxes.naming import plural
from autograd.drawing.networks.heat import bars, heat_maps
from autograd.drawing.networks.legend import legend
from autograd.drawing.networks.network import Network
from autograd.drawing.networks.neurons import Neuron
from autograd.drawing.networks.nodes import BOX_HEIGHT, FONT, TINY, Nodes
from autograd.drawing.networks.tables import weight_tables
from autograd.drawing.networks.wires import Wire, labelled
from autograd.drawing.networks.words import Words
from autograd.drawing.scenes.scene import (
    LINE,
    Curve,
    Group,
    Line,
    Look,
    Point,
    Run,
    Scene,
    Shape,
    arrowhead,
    line_width,
    stacked,
)

MOST_WITH_NUMBERS = 8  # neurons in a column that shows every number
MOST_SHOWN = 64  # neurons in a column
HEADER, DENSE_HEADER, FOOTER = 58.0, 82.0, 44.0
ROOM, SPACIOUS = 154.0, 190.0  # height of a neuron with its bias above it and its adjoints below
MARGIN = 16.0
WIDE_GAP, LOW = 260.0, 170.0  # with columns this far apart and nodes this close, two numbers share a line
WIDEST_GAP, NARROWEST_GAP, LEAST_GAP, COST_GAP, TIGHT_COST_GAP = 420.0, 104.0, 100.0, 90.0, 60.0


@dataclass(frozen=True)
class Column:
    """The nodes of one column: inputs, a layer, or the cost; `hidden` is the number of further nodes.

    `index` counts all columns, including those not shown.
    """

    index: int
    kind: str  # "inputs", "neurons", "cost"
    title: str
    under: str
    nodes: tuple[Any, ...]
    hidden: int = 0

    @property
    def is_dense(self) -> bool:
        """Whether the column is drawn as bars."""
        return len(self.nodes) > MOST_WITH_NUMBERS

    @cached_property
    def numbered(self) -> list[str]:
        """The number of each neuron; an input among them is "x"."""
        if self.kind != "neurons":
            return [str(n) for n in range(len(self.nodes))]
        counter = count()
        return [str(next(counter)) if isinstance(node, Neuron) else "x" for node in self.nodes]


def network_scene(
    network: Network, direction: str, width: float, height: float, hidden: int = 0, note: str = ""
) -> tuple[Scene, str]:
    """The scene, at this width or as wide as necessary and at most this high; and the caption, which ends with a note.

    `hidden` layers in the middle are left out, and the caption says so.
    """
    return _NetworkScene(network, direction == "backward", width, height, hidden, note).scene()


class _NetworkScene:
    def __init__(
        self, network: Network, is_backward: bool, width: float, height: float, hidden: int, note: str
    ) -> None:
        self.network, self.graph, self.is_backward = network, network.graph, is_backward
        self.note = note
        self.columns = self._columns(hidden)
        self.words = Words(network)
        most = max(len(column.nodes) for column in self.columns)
        dense = any(column.is_dense for column in self.columns)
        self.header = DENSE_HEADER if dense else HEADER
        is_tight = most * ROOM > height - self.header - FOOTER
        longest = 20 if dense or is_tight else 36  # characters of the cost
        self.nodes = Nodes(self.words, is_backward, is_tight, longest)
        room = BOX_HEIGHT + 14 if is_tight else min(max((height - HEADER - FOOTER) / most, ROOM), SPACIOUS)
        wanted = height if dense else HEADER + FOOTER + most * room
        self.width = width * TINY / 11.05 if is_tight and not dense else width  # the smallest text is then just legible
        self.height = min(height, max(wanted, 300.0))
        self.places: list[list[Point]] = []
        dense_half = 62.0 if len(self.columns) > 4 else 90.0
        self.half = [
            [dense_half] * len(column.nodes) if column.is_dense else self.nodes.half_widths(column.nodes)
            for column in self.columns
        ]
        self.halves = [*map(max, self.half)]
        self._place()
        gaps = range(len(self.columns) - 1)
        self.labelled = [self._labelled(i) if self._has_lines(i) else None for i in gaps]

    def _columns(self, hidden: int) -> list[Column]:
        """The columns, without the `hidden` layers in the middle."""
        network, found = self.network, []
        for i, nodes in enumerate(network.columns):
            kind, title, under = "inputs", "inputs", f"{len(nodes)}"
            if i > 0:
                neurons = network.layers[i - 1].neurons
                is_sloped = self.is_backward and neurons[0].activation != "linear"
                activation = neurons[0].activation + ("′(z)" if is_sloped else "")
                kind, title, under = "neurons", network.title(network.layers[i - 1]), f"{len(neurons)} × {activation}"
            found.append(Column(i, kind, title, under, nodes[:MOST_SHOWN], max(0, len(nodes) - MOST_SHOWN)))
        if hidden:
            first = (len(found) - hidden + 1) // 2
            found = found[:first] + found[first + hidden :]
        if network.cost is not None:
            found.append(Column(len(network.columns), "cost", "cost", "", (network.cost,)))
        return found

    # --- places ----------------------------------------------------------------------------------

    def _place(self) -> None:
        """Place the columns in the width that their nodes leave free, and the nodes in the height."""
        to_cost = 0.0 if self.network.cost is None else TIGHT_COST_GAP if self.nodes.is_tight else COST_GAP
        layers = sum(column.kind == "neurons" for column in self.columns)
        to_cost = max(to_cost, self._kept(-2) + 20.0) if to_cost else 0.0
        nodes = 2 * MARGIN + 2 * sum(self.halves) + to_cost
        self.width = max(self.width, nodes + layers * NARROWEST_GAP)
        free = self.width - nodes
        needs = [self._need(i) for i in range(layers)]
        gaps = [min(gap, WIDEST_GAP) for gap in shares(free, needs, LEAST_GAP)]
        self.width -= free - sum(gaps)
        pitch = (self.height - self.header - FOOTER) / max(len(column.nodes) for column in self.columns)
        self.nodes.is_flat = min(gaps) >= WIDE_GAP and pitch < LOW
        x = MARGIN
        top, bottom = self.header, self.height - FOOTER
        for i, (column, half) in enumerate(zip(self.columns, self.halves)):
            x += half
            step = min((bottom - top) / len(column.nodes), SPACIOUS)
            start = (top + bottom) / 2 - step * (len(column.nodes) - 1) / 2
            heights = [start + n * step for n in range(len(column.nodes))]
            self.places.append([(x, y) for y in self._row(i, column) or heights])
            x += half + (gaps[i] if i < layers else to_cost)

    def _need(self, i: int) -> float:
        """The relative width of the gap after a column: heat maps have a cell for each of its nodes."""
        if self._left_out(i):
            return 1.0
        is_heat = self.nodes.is_tight or self.columns[i].is_dense or self.columns[i + 1].is_dense
        least = 1.0 if self.nodes.is_tight and not any(column.is_dense for column in self.columns) else 6.0
        return least + min(len(self.columns[i].nodes) + self._has_biases(i), 12) if is_heat else 1.0

    def _row(self, i: int, column: Column) -> list[float]:
        """The heights of the neurons before if leaves are among them; a cost is placed in the middle of its column."""
        if column.kind == "cost":
            heights = [y for _, y in self.places[i - 1]]
            return [sum(heights) / len(heights)]
        if i == 0 or self.columns[i - 1].kind == "inputs":
            return []
        before = [y for node, (_, y) in zip(self.columns[i - 1].nodes, self.places[i - 1]) if isinstance(node, Neuron)]
        return before if len(before) == len(column.nodes) < len(self.columns[i - 1].nodes) else []

    # --- the whole -------------------------------------------------------------------------------

    def scene(self) -> tuple[Scene, str]:
        """Draw wires, then nodes, then the words about them."""
        scene = Scene(self.width, self.height)
        for i in range(len(self.columns) - 1):
            scene.shapes += self._between(i)
        for i, column in enumerate(self.columns):
            scene.shapes += self._titles(i, column)
            if column.is_dense:
                scene.shapes += self._bars(i, column)
            else:
                scene.shapes += self._nodes(i, column)
        caption = self._caption()
        lines = [self._legend(scene), *([(Run(caption, "ink", bold=True),)] if caption else [])]
        joined = tuple(run for line in lines for run in (*line, Run("     ")))[:-1]
        if line_width(joined, TINY) < self.width - 2 * MARGIN:
            lines = [joined]
        scene.shapes += stacked(lines, self.width / 2, self.height - 9 - LINE * TINY * len(lines), TINY)
        return scene, caption

    def _caption(self) -> str:
        """The caption: what is not shown."""
        said = [
            f"{len(column.nodes)} of {len(column.nodes) + column.hidden:,} in {column.title} shown"
            for column in self.columns
            if column.hidden
        ]
        said += [
            f"{plural(hidden, 'layer')} between {a.title} and {b.title} not shown"
            for i, (a, b) in enumerate(pairwise(self.columns))
            if (hidden := self._left_out(i))
        ]
        if self.network.is_shared:
            is_heat = any(map(self._is_heat, range(len(self.columns) - 1)))
            shown = (
                "maps show sums over all steps" if is_heat else "each shows what it adds to a derivative, and the sum"
            )
            said.insert(0, f"{len(self.network.steps)} steps share their weights; {shown}")
        if self.network.rows > 1:
            said.insert(0, f"row 1 of {self.network.rows:,} shown; derivatives of weights are sums over all rows")
        return "; ".join([*said, self.note] if self.note else said)

    def _legend(self, scene: Scene) -> Line:
        has_maps = any(map(self._is_heat, range(len(self.columns) - 1)))
        has_lines = any(lines is not None for lines in self.labelled)
        has_rings = any(
            isinstance(node, Neuron) and node.slope is None
            for column in self.columns
            if column.is_dense
            for node in column.nodes
        )
        return legend(scene, has_maps, has_lines, has_rings, self.is_backward, self.words.output)

    def _titles(self, i: int, column: Column) -> list[Shape]:
        x = self.places[i][0][0]
        lines = ((Run(column.title, "ink", bold=True),), (Run(column.under, "faint"),))
        return [*stacked(lines, x, 8.0, FONT)]

    # --- nodes -----------------------------------------------------------------------------------

    def _nodes(self, i: int, column: Column) -> list[Shape]:
        return [
            Group(
                f"node-{column.index}-{n}",
                _kind(column, node),
                tuple(self.nodes.shapes(node, at, half)),
                self.words.said(node),
            )
            for n, (node, at, half) in enumerate(zip(column.nodes, self.places[i], self.half[i]))
        ]

    def _bars(self, i: int, column: Column) -> list[Shape]:
        values, adjoints = [], []
        for node in column.nodes:
            values.append(node.a.data if isinstance(node, Neuron) else node.data)
            adjoints.append(self.network.adjoint(node.z if isinstance(node, Neuron) else node))
        names = ("a", f"∂{self.words.output}/∂z") if column.kind == "neurons" else ("x", f"∂{self.words.output}/∂x")
        if all(x is None for x in adjoints):
            adjoints = []
        said = [self.words.said(node) for node in column.nodes]
        closed = [isinstance(node, Neuron) and node.slope is None for node in column.nodes]
        return bars(
            column.index, column.numbered, self.places[i], self.halves[i], names, values, adjoints, said, closed
        )

    # --- between the columns ---------------------------------------------------------------------

    def _has_lines(self, i: int) -> bool:
        """Whether each weight after a column could be a line."""
        after = self.columns[i + 1]
        return not (after.kind == "cost" or self._left_out(i) or self.columns[i].is_dense or after.is_dense)

    def _is_heat(self, i: int) -> bool:
        """Whether weights are a heat map: a column is dense, or the numbers do not fit on the lines."""
        if self.columns[i + 1].kind == "cost" or self._left_out(i):
            return False
        return self.labelled[i] is None

    def _between(self, i: int) -> list[Shape]:
        if hidden := self._left_out(i):
            return self._gap(i, hidden)
        if self.columns[i + 1].kind == "cost":
            return self._to_cost(i)
        return self._heat(i) if self.labelled[i] is None else self.labelled[i] or []

    def _left_out(self, i: int) -> int:
        """The number of columns hidden after one."""
        return self.columns[i + 1].index - self.columns[i].index - 1

    def _gap(self, i: int, hidden: int) -> list[Shape]:
        """Dots where layers are hidden, and their number."""
        left, right = self._span(i)
        lines: list[Line] = [(Run("· · ·", bold=True),), (Run(plural(hidden, "layer"), "faint"),)]
        return [*stacked(lines, (left + right) / 2, (self.header + self.height - FOOTER) / 2 - FONT, FONT)]

    def _span(self, i: int) -> tuple[float, float]:
        """The left and right ends of the gap between two columns."""
        return self.places[i][0][0] + self.halves[i], self.places[i + 1][0][0] - self.halves[i + 1]

    def _labelled(self, i: int) -> list[Shape] | None:
        """The lines with their numbers; None if the numbers do not fit."""
        wires = [
            self._wire(i, n, m)
            for m, neuron in enumerate(self.columns[i + 1].nodes)
            if isinstance(neuron, Neuron)
            for n in range(len(self.columns[i].nodes))
        ]
        kept = (self._kept(i), self._kept(i + 1) + 10)
        return labelled(wires, self.is_backward, kept, f"wires-{self.columns[i].index}")

    def _kept(self, i: int) -> float:
        """How far the words above and below a column's nodes reach into the gap next to it."""
        column = self.columns[i]
        if column.kind != "neurons" or self.nodes.is_tight:
            return 6.0
        neurons = [node for node in column.nodes if isinstance(node, Neuron)]
        lines = [line for neuron in neurons for part in self.nodes.about(neuron) for line in part]
        return max(max(line_width(line, TINY) for line in lines) / 2 - self.halves[i], 0.0) + 6

    def _beside(self, i: int) -> float:
        """The space that a heat map leaves next to a column."""
        return 4.0 if self.columns[i].is_dense else max(self._kept(i) - 2.0, 4.0)

    def _wire(self, i: int, n: int, m: int) -> Wire:
        """The line from node n of column i to node m of the next."""
        source, neuron = self.columns[i].nodes[n], self.columns[i + 1].nodes[m]
        w, said = neuron.weights[n], self.words.wire_said(neuron.weights[n])
        if not self.is_backward:
            words = self.words.forward_wire(w, source, neuron)
        elif isinstance(source, Neuron) or not source.is_constant:
            words = self.words.backward_wire(w, neuron)
        else:
            words, said = [[]], f"{said}; no derivative is needed with respect to a constant input"
        start, end = self.places[i][n], self.places[i + 1][m]
        start, end = (start[0] + self.half[i][n], start[1]), (end[0] - self.half[i + 1][m], end[1])
        return Wire(start, end, self._span(i), w.data, words, said, f"wire-{self.columns[i].index}-{n}-{m}")

    def _to_cost(self, i: int) -> list[Shape]:
        left, right = self._span(i)
        target = self.places[i + 1][0]
        found: list[Shape] = []
        for _, y in self.places[i]:
            ends = ((left, y), (right, target[1]))
            start, end = reversed(ends) if self.is_backward else ends
            middle = (left + right) / 2
            route = (start, (middle, start[1]), (middle, end[1]), end)
            found += [Curve(route, Look(stroke="faint", width=1.4)), arrowhead(end, route[2], "faint")]
        return found

    def _has_biases(self, i: int) -> bool:
        """Whether biases are drawn with the weights, because the neurons after them do not show them."""
        return self.columns[i + 1].is_dense or self.is_backward

    def _heat(self, i: int) -> list[Shape]:
        """W and b, and below them ∂C/∂W and ∂C/∂b."""
        left, right = self._span(i)
        left, right = left + self._beside(i), right - self._beside(i + 1)
        after, sources = self.columns[i + 1], len(self.columns[i].nodes)
        neurons = [node for node in after.nodes if isinstance(node, Neuron)]
        tables = weight_tables(self.words, neurons, sources, self.columns[i].index, self._has_biases(i))
        top, bottom = self.header - 20, self.height - FOOTER - 8
        found: list[Shape] = [*heat_maps(tables, self.columns[i].numbered, left + 4, right - 4, top, bottom)]
        middle = (top + bottom) / 2
        start, end = (right, left) if self.is_backward else (left, right)
        wire = tuple((x, middle - 5) for x in (start, start, end, end))
        found += [Curve(wire, Look(stroke="faint", width=1.4)), arrowhead(wire[3], wire[0], "faint")]
        return found


def _kind(column: Column, node: Any) -> str:
    """The kind of a node for scripts: a leaf may be in a column of neurons."""
    return "inputs" if column.kind == "neurons" and not isinstance(node, Neuron) else column.kind


def shares(whole: float, needs: list[float], least: float) -> list[float]:
    """Divide a whole in proportion to needs, but into parts of at least a given size, if there is room for those.

    >>> shares(100.0, [1.0, 9.0, 10.0], 20.0)
    [20.0, 37.89473684210526, 42.10526315789473]
    """
    least = min(least, whole / len(needs))
    small: set[int] = set()
    while True:
        unit = (whole - least * len(small)) / (sum(need for i, need in enumerate(needs) if i not in small) or 1.0)
        new = {i for i, need in enumerate(needs) if i not in small and need * unit < least}
        if not new:
            return [least if i in small else need * unit for i, need in enumerate(needs)]
        small |= new

"""A network as the lecture draws it: inputs on the left, one column a layer, forward or backward, as a scene.

Up to SMALL neurons a layer, every number is written. Beyond, a column is bars, and weights are heat maps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autograd.drawing.heat import bars, heat_map
from autograd.drawing.network import Network, Neuron, shown_number
from autograd.drawing.scene import (
    LINE,
    Circle,
    Curve,
    Group,
    Line,
    Look,
    Point,
    Polygon,
    Rect,
    Run,
    Scene,
    Shape,
    arrowhead,
    line_width,
    stacked,
)
from autograd.drawing.wires import Wire, labelled
from autograd.drawing.words import Words

SMALL = 8  # neurons in a column with every number
MOST = 64  # neurons in a column
FONT = 12.0
TINY = 11.5
RADIUS = 44.0
HEADER, DENSE_HEADER, FOOTER = 58.0, 82.0, 44.0
ROOM = 154.0  # height of a neuron with its bias above it and its adjoints below
TIGHT = 72.0  # height of a neuron as a box
MARGIN = 16.0
WIDEST_GAP, NARROWEST_GAP, COST_GAP = 330.0, 120.0, 90.0


@dataclass(frozen=True)
class Column:
    """The nodes of one column: inputs, a layer, or the cost; `hidden` is how many more there are."""

    kind: str  # "inputs", "neurons", "cost"
    title: str
    under: str
    nodes: tuple[Any, ...]
    hidden: int = 0

    @property
    def is_dense(self) -> bool:
        """Whether the column is bars."""
        return len(self.nodes) > SMALL


def network_scene(network: Network, direction: str, width: float, height: float, note: str = "") -> tuple[Scene, str]:
    """The scene at a width, or wider if it must be, and at most a height; and the caption, which ends with a note."""
    return _Columns(network, direction == "backward", width, height, note).scene()


class _Columns:
    def __init__(self, network: Network, is_backward: bool, width: float, height: float, note: str) -> None:
        self.network, self.graph, self.is_backward = network, network.graph, is_backward
        self.note = note
        self.columns = self._columns()
        self.words = Words(network)
        self.layer_of = {
            node.z: i for i, column in enumerate(self.columns) for node in column.nodes if isinstance(node, Neuron)
        }
        most = max(len(column.nodes) for column in self.columns)
        dense = any(column.is_dense for column in self.columns)
        self.header = DENSE_HEADER if dense else HEADER
        self.longest = 20 if dense else 36  # characters of the cost
        self.is_tight = most * ROOM > height - self.header - FOOTER
        wanted = height if dense else HEADER + FOOTER + most * (TIGHT + 14 if self.is_tight else ROOM)
        self.width, self.height = width, min(height, max(wanted, 300.0))
        self.places: list[list[Point]] = []
        self.halves = [self._half_width(column) for column in self.columns]
        self._place()

    def _columns(self) -> list[Column]:
        network = self.network
        inputs = network.layers[0].inputs
        found = [Column("inputs", "inputs", f"{len(inputs)}", inputs[:MOST], max(0, len(inputs) - MOST))]
        for layer in network.layers:
            neurons = layer.neurons
            under = f"{len(neurons)} × {neurons[0].activation}"
            hidden = max(0, len(neurons) - MOST)
            found.append(Column("neurons", network.title(layer), under, neurons[:MOST], hidden))
        if network.cost is not None:
            found.append(Column("cost", "cost", "", (network.cost,)))
        return found

    # --- places ----------------------------------------------------------------------------------

    def _half_width(self, column: Column) -> float:
        if column.is_dense:
            return 62.0
        if column.kind == "cost":
            return max(line_width(line, FONT) for line in self.words.cost_lines(self.longest)) / 2 + 12
        if column.kind == "inputs":
            return max(line_width(line, FONT) for v in column.nodes for line in self.words.input_lines(v)) / 2 + 11
        if self.is_backward:
            return 48.0
        if not self.is_tight:
            return RADIUS
        return max(line_width(line, TINY) for n in column.nodes for line in self.words.tight_lines(n)) / 2 + 8

    def _place(self) -> None:
        """Columns share the width that their nodes leave, and nodes the height."""
        to_cost = COST_GAP if self.network.cost is not None else 0.0
        layers = len(self.network.layers)
        nodes = 2 * MARGIN + 2 * sum(self.halves) + to_cost
        self.width = max(self.width, nodes + layers * NARROWEST_GAP)
        free = self.width - nodes
        gap = min(free / layers, WIDEST_GAP)
        self.width -= free - layers * gap
        x = MARGIN
        top, bottom = self.header, self.height - FOOTER
        for i, (column, half) in enumerate(zip(self.columns, self.halves)):
            x += half
            step = min((bottom - top) / len(column.nodes), 164.0)
            start = (top + bottom) / 2 - step * (len(column.nodes) - 1) / 2
            self.places.append([(x, start + i * step) for i in range(len(column.nodes))])
            x += half + (gap if i < layers else to_cost)

    # --- the whole -------------------------------------------------------------------------------

    def scene(self) -> tuple[Scene, str]:
        """Draw wires, then nodes, then words about them."""
        scene = Scene(self.width, self.height)
        for i in range(len(self.columns) - 1):
            scene.shapes += self._between(i)
        for i, column in enumerate(self.columns):
            scene.shapes += self._titles(i, column)
            if column.is_dense:
                scene.shapes += self._bars(i, column)
            else:
                scene.shapes += [
                    Group(f"node-{i}-{n}", column.kind, tuple(self._node(column, node, at)), self.words.said(node))
                    for n, (node, at) in enumerate(zip(column.nodes, self.places[i]))
                ]
        caption = self._caption()
        legend = self._legend()
        if caption:
            legend = ((*legend[0], Run(f"     {caption}", "ink", bold=True)),)
        scene.shapes += stacked(legend, self.width / 2, self.height - 24, TINY)
        return scene, caption

    def _caption(self) -> str:
        """What is not shown."""
        said = [
            f"{len(column.nodes)} of {len(column.nodes) + column.hidden:,} in {column.title} shown"
            for column in self.columns
            if column.hidden
        ]
        if self.network.rows > 1:
            said.insert(0, f"row 1 of {self.network.rows:,} shown; derivatives of weights are sums over all rows")
        return "; ".join([*said, self.note] if self.note else said)

    def _legend(self) -> tuple[Line, ...]:
        told: list[Run] = []
        last = len(self.columns) - (2 if self.network.cost is not None else 1)
        heat = [self._is_heat(i) for i in range(last)]
        if any(heat):
            told += [
                Run("■ positive  ", "positive"),
                Run("■ negative", "negative"),
                Run("; the darker, the larger.  ", "faint"),
            ]
        if not all(heat):
            told += [Run("—— positive w  ", "positive", bold=True), Run("- - - negative w", "negative", bold=True)]
            told += [Run("; the wider, the larger. On a line: ", "faint")]
            if self.is_backward:
                told += [
                    Run("× w", "ink"),
                    Run(" = its contribution to ", "faint"),
                    Run(f"∂{self.words.output}/∂a", "backward"),
                ]
            else:
                told += [Run("w", "forward"), Run(" and ", "faint"), Run(f"∂{self.words.output}/∂w", "ink", bold=True)]
        return (tuple(told),)

    def _titles(self, i: int, column: Column) -> list[Shape]:
        x = self.places[i][0][0]
        lines = ((Run(column.title, "ink", bold=True),), (Run(column.under, "faint"),))
        return [*stacked(lines, x, 8.0, FONT)]

    # --- nodes -----------------------------------------------------------------------------------

    def _node(self, column: Column, node: Any, at: Point) -> list[Shape]:
        if isinstance(node, Neuron):
            return self._amplifier(node, at) if self.is_backward else self._neuron(node, at)
        is_cost = column.kind == "cost"
        lines = self.words.cost_lines(self.longest) if is_cost else self.words.input_lines(node)
        return _boxed(lines, at, 8.0 if is_cost else 14.0)

    def _neuron(self, neuron: Neuron, at: Point) -> list[Shape]:
        closed = neuron.slope is None
        outline = Look("background", "warning" if closed else "ink", 1.8, "dashed" if closed else "")
        if self.is_tight:
            lines = self.words.tight_lines(neuron)
            width = self.halves[self.layer_of[neuron.z]]
            return [
                Rect(at[0] - width, at[1] - TIGHT / 2, 2 * width, TIGHT, outline, 16.0),
                *stacked(lines, at[0], at[1] - len(lines) * 0.65 * TINY, TINY),
            ]
        lines = [*self.words.values(neuron), *([(Run("closed", "warning", bold=True),)] if closed else [])]
        bias = self.words.bias(neuron)
        return [
            Circle(at[0], at[1], RADIUS, RADIUS, outline),
            *stacked(lines, at[0], at[1] - len(lines) * 0.65 * FONT, FONT),
            *stacked(bias, at[0], at[1] - RADIUS - 3.0 - LINE * TINY * len(bias), TINY),
            *stacked(self.words.adjoints(neuron), at[0], at[1] + RADIUS + 2.0, TINY),
        ]

    def _amplifier(self, neuron: Neuron, at: Point) -> list[Shape]:
        """σ′(z) as an amplifier: ∂C/∂a comes in from the right, ∂C/∂z leaves to the left."""
        x, y = at
        height = TIGHT / 2 - 14 if self.is_tight else RADIUS - 6
        closed = neuron.slope is None
        look = Look("background", "warning" if closed else "backward", 1.8, "dashed" if closed else "")
        slope: list[Line] = [(Run(f"× {shown_number(neuron.slope or 0.0)}", "forward", bold=True),)]
        title: list[Line] = [(Run("closed" if closed else self.network.slope_text(neuron), "forward"),)]
        adjoints = self.words.adjoints(neuron)
        shapes: list[Shape] = [
            Polygon(((x - 46, y), (x + 46, y - height), (x + 46, y + height)), look),
            *stacked(slope, x + 14, y - 0.65 * FONT, FONT),
        ]
        if self.is_tight:
            both = [(*adjoints[0], Run("   "), *title[0])]
            return [*shapes, *stacked([*adjoints[1:], *both], x, y + height - 2, TINY)]
        return [
            *shapes,
            *stacked(title, x, y - height - 18.0, TINY),
            *stacked(reversed(adjoints), x, y + height + 3.0, TINY),
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
        return bars(i, self.places[i], self.halves[i], names, values, adjoints, said)

    # --- between the columns ---------------------------------------------------------------------

    def _is_heat(self, i: int) -> bool:
        """Whether weights are a heat map: a column is dense, or the numbers do not fit on the lines."""
        if self.columns[i + 1].kind == "cost":
            return False
        return self.columns[i].is_dense or self.columns[i + 1].is_dense or self._labelled(i) is None

    def _between(self, i: int) -> list[Shape]:
        if self.columns[i + 1].kind == "cost":
            return self._to_cost(i)
        if self._is_heat(i):
            return self._heat(i)
        return self._labelled(i) or []

    def _span(self, i: int) -> tuple[float, float]:
        """The left and right ends of the room between two columns."""
        return self.places[i][0][0] + self.halves[i], self.places[i + 1][0][0] - self.halves[i + 1]

    def _labelled(self, i: int) -> list[Shape] | None:
        """Lines with their numbers; None if those do not fit."""
        left, right = self._span(i)
        wires = [
            self._wire(i, n, m, (left, y), (right, target[1]))
            for m, target in enumerate(self.places[i + 1])
            for n, (_, y) in enumerate(self.places[i])
        ]
        return labelled(wires, self.is_backward, (self._kept(i), self._kept(i + 1) + 10))

    def _kept(self, i: int) -> float:
        """How far the words above and below a column's nodes reach into the room beside it."""
        column = self.columns[i]
        if column.kind != "neurons" or self.is_tight:
            return 6.0
        lines = [line for n in column.nodes for line in (*self.words.bias(n), *self.words.adjoints(n))]
        return max(max(line_width(line, TINY) for line in lines) / 2 - self.halves[i], 0.0) + 6

    def _wire(self, i: int, n: int, m: int, start: Point, end: Point) -> Wire:
        """The line from node n of column i to node m of the next."""
        source, neuron = self.columns[i].nodes[n], self.columns[i + 1].nodes[m]
        w, said = neuron.weights[n], self.words.wire_said(neuron.weights[n])
        if not self.is_backward:
            words = self.words.forward_wire(w)
        elif isinstance(source, Neuron) or not source.is_constant:
            words = self.words.backward_wire(w, neuron)
        else:
            words, said = [[]], f"{said}; no derivative is needed with respect to a constant input"
        return Wire(start, end, w.data, words, said, f"wire-{i}-{n}-{m}")

    def _to_cost(self, i: int) -> list[Shape]:
        left, right = self._span(i)
        target = self.places[i + 1][0]
        found: list[Shape] = []
        for _, y in self.places[i]:
            ends = ((left, y), (right, target[1]))
            start, end = reversed(ends) if self.is_backward else ends
            middle = (left + right) / 2
            route = (start, (middle, start[1]), (middle, end[1]), end)
            found += [Curve(route, Look(stroke="faint", width=1.4)), arrowhead(end, route[2], 9.0, "faint")]
        return found

    def _heat(self, i: int) -> list[Shape]:
        """W and ∂C/∂W, one above the other."""
        left, right = self._span(i)
        neurons, sources = self.columns[i + 1].nodes, len(self.columns[i].nodes)
        weights = [[w.data for w in neuron.weights[:sources]] for neuron in neurons]
        grads = [[self.network.adjoint(w) for w in neuron.weights[:sources]] for neuron in neurons]
        names = [[self.graph.name(w) for w in neuron.weights[:sources]] for neuron in neurons]
        top, bottom = self.header - 20, self.height - FOOTER - 8
        middle = (top + bottom) / 2
        known = any(g is not None for row in grads for g in row)
        found: list[Shape] = []
        for what, table, y, end in [("W", weights, top, middle), (f"∂{self.words.output}/∂W", grads, middle, bottom)]:
            if table is weights or known:
                found.append(heat_map(f"heat-{i}-{what[:1]}", what, table, names, left + 8, right - 8, y, end - 10))
        start, end = (right - 3, left + 3) if self.is_backward else (left + 3, right - 3)
        wire = tuple((x, middle - 5) for x in (start, start, end, end))
        found += [Curve(wire, Look(stroke="faint", width=1.4)), arrowhead(wire[3], wire[0], 9.0, "faint")]
        return found


def _boxed(lines: list[Line], at: Point, radius: float) -> list[Shape]:
    width = max(line_width(line, FONT) for line in lines) + 18
    height = len(lines) * 1.3 * FONT + 10
    box = Rect(at[0] - width / 2, at[1] - height / 2, width, height, Look("background", "ink", 1.4), radius)
    return [box, *stacked(lines, at[0], at[1] - height / 2 + 5, FONT)]

"""A network as the lecture draws it: inputs on the left, one column a layer, forward or backward, as a scene.

Up to SMALL neurons a layer, every number is written. Beyond, a column is bars, and weights are heat maps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autograd.drawing.heat import bars, heat_map
from autograd.drawing.network import Layer, Network, Neuron, shown_number
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
from autograd.engine import Value
from autograd.symbols.text import number

SMALL = 8  # neurons in a column with every number
MOST = 64  # neurons in a column
FONT = 12.0
TINY = 11.5
RADIUS = 40.0
HEADER, DENSE_HEADER, FOOTER = 58.0, 82.0, 44.0
ROOM = 146.0  # height of a neuron with its bias above it and its adjoints below
TIGHT = 72.0  # height of a neuron as a box
MARGIN = 16.0
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
WIDEST_GAP, COST_GAP = 330.0, 90.0


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


def network_scene(network: Network, direction: str, width: float, height: float) -> tuple[Scene, str]:
    """The scene at a width and at most a height, and the caption."""
    return _Columns(network, direction == "backward", width, height).scene()


class _Columns:
    def __init__(self, network: Network, is_backward: bool, width: float, height: float) -> None:
        self.network, self.graph, self.is_backward = network, network.graph, is_backward
        self.output = self.graph.name(self.graph.output)
        self.columns = self._columns()
        self.index = {
            v: str(i).translate(SUBSCRIPTS)
            for column in self.columns
            for i, node in enumerate(column.nodes)
            for v in ((node.z, node.a) if isinstance(node, Neuron) else (node,))
        }
        self.layer_of = {
            node.z: i for i, column in enumerate(self.columns) for node in column.nodes if isinstance(node, Neuron)
        }
        most = max(len(column.nodes) for column in self.columns)
        dense = any(column.is_dense for column in self.columns)
        self.header = DENSE_HEADER if dense else HEADER
        self.longest = 20 if dense else 36  # characters of the cost
        self.is_tight = most * ROOM > height - self.header - FOOTER
        wanted = height if dense else HEADER + FOOTER + most * (TIGHT + 14 if self.is_tight else ROOM + 6)
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
            return max(line_width(line, FONT) for line in self._cost_lines()) / 2 + 12
        if column.kind == "inputs":
            return max(line_width(line, FONT) for v in column.nodes for line in self._input_lines(v)) / 2 + 11
        if self.is_backward:
            return 48.0
        if not self.is_tight:
            return RADIUS
        return max(line_width(line, TINY) for n in column.nodes for line in self._tight_lines(n)) / 2 + 8

    def _place(self) -> None:
        """Columns share the width that their nodes leave, and nodes the height."""
        to_cost = COST_GAP if self.network.cost is not None else 0.0
        layers = len(self.network.layers)
        free = self.width - 2 * MARGIN - 2 * sum(self.halves) - to_cost
        gap = min(free / layers, WIDEST_GAP)
        self.width -= free - layers * gap
        x = MARGIN
        top, bottom = self.header, self.height - FOOTER
        for i, (column, half) in enumerate(zip(self.columns, self.halves)):
            x += half
            step = min((bottom - top) / len(column.nodes), 160.0)
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
                    Group(f"node-{i}-{n}", column.kind, tuple(self._node(column, node, at)), self._said(node))
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
        return "; ".join(said)

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
                    Run(f"∂{self.output}/∂a", "backward"),
                ]
            else:
                told += [Run("w", "forward"), Run(" and ", "faint"), Run(f"∂{self.output}/∂w", "ink", bold=True)]
        return (tuple(told),)

    def _titles(self, i: int, column: Column) -> list[Shape]:
        x = self.places[i][0][0]
        lines = ((Run(column.title, "ink", bold=True),), (Run(column.under, "faint"),))
        return [*stacked(lines, x, 8.0, FONT)]

    def _said(self, node: Any) -> str:
        """Everything about a node in one line."""
        if not isinstance(node, Neuron):
            return f"{self._name(node, 'x')} = {number(node.data)}; {self._adjoint(node, 'x')}"
        linear = node.a is node.z
        pieces = [f"{self._name(node.z, 'z')} = {self.graph.formula(node.z)} = {number(node.z.data)}"]
        pieces += [] if linear else [f"{self._name(node.a, 'a')} = {number(node.a.data)}", self._adjoint(node.a, "a")]
        pieces += [self._adjoint(node.z, "z")]
        pieces += [f"{self.graph.name(v)} = {number(v.data)}, {self._adjoint(v)}" for v in node.weights[:SMALL]]
        if node.bias is not None:
            pieces.append(f"{self.graph.name(node.bias)} = {number(node.bias.data)}, {self._adjoint(node.bias)}")
        return "; ".join(pieces)

    # --- words -----------------------------------------------------------------------------------

    def _name(self, node: Value, letter: str) -> str:
        """The label of a node, else its letter with its place in its column: z₀ belongs to neurons.0."""
        return self.graph.name(node) if node.label else f"{letter}{self.index[node]}"

    def _adjoint(self, node: Value, letter: str = "") -> str:
        """∂C/∂node of a parameter, or of a node with a letter."""
        name = self._name(node, letter) if letter else self.network.short(node)
        return f"∂{self.output}/∂{name} = {shown_number(self.network.adjoint(node))}"

    def _input_lines(self, v: Value) -> list[Line]:
        lines: list[Line] = [(Run(self._name(v, "x"), bold=True),), (Run(number(v.data), "forward"),)]
        if not v.is_constant:
            lines.append((Run(self._adjoint(v, "x"), "backward", italic=True),))
        return lines

    def _cost_lines(self) -> list[Line]:
        cost = self.graph.output
        return [
            (Run(self.output, bold=True), Run(f" = {_shortened(self.network.cost_text(), self.longest)}")),
            (Run(number(cost.data), "forward"),),
            (Run(f"∂{self.output}/∂{self.output} = 1", "backward", italic=True),),
        ]

    def _values(self, neuron: Neuron) -> list[Line]:
        lines: list[Line] = [(Run(f"{self._name(neuron.z, 'z')} = {number(neuron.z.data)}", "forward"),)]
        if neuron.a is not neuron.z:
            lines.append((Run(f"{self._name(neuron.a, 'a')} = {number(neuron.a.data)}", "forward"),))
        return lines

    def _adjoints(self, neuron: Neuron) -> list[Line]:
        letters = [(neuron.z, "z")] if neuron.a is neuron.z else [(neuron.z, "z"), (neuron.a, "a")]
        return [(Run(self._adjoint(node, letter), "backward", italic=True),) for node, letter in letters]

    def _bias(self, neuron: Neuron) -> list[Line]:
        if neuron.bias is None:
            return []
        name = self.network.short(neuron.bias)
        return [
            (Run(f"{name} = {number(neuron.bias.data)}", "forward"),),
            (Run(self._adjoint(neuron.bias), bold=True),),
        ]

    def _tight_lines(self, neuron: Neuron) -> list[Line]:
        values = self._values(neuron)
        joined = (*values[0], *((Run("   "), *values[1]) if len(values) > 1 else ()))
        bias = self._bias(neuron)
        return [joined, *self._adjoints(neuron), *([(*bias[0], Run("  "), *bias[1])] if bias else [])]

    # --- nodes -----------------------------------------------------------------------------------

    def _node(self, column: Column, node: Any, at: Point) -> list[Shape]:
        if isinstance(node, Neuron):
            return self._amplifier(node, at) if self.is_backward else self._neuron(node, at)
        return (
            _boxed(self._cost_lines(), at, 8.0) if column.kind == "cost" else _boxed(self._input_lines(node), at, 14.0)
        )

    def _neuron(self, neuron: Neuron, at: Point) -> list[Shape]:
        closed = neuron.slope is None
        outline = Look("background", "warning" if closed else "ink", 1.8, "dashed" if closed else "")
        if self.is_tight:
            lines = self._tight_lines(neuron)
            width = self.halves[self.layer_of[neuron.z]]
            return [
                Rect(at[0] - width, at[1] - TIGHT / 2, 2 * width, TIGHT, outline, 16.0),
                *stacked(lines, at[0], at[1] - len(lines) * 0.65 * TINY, TINY),
            ]
        lines = [*self._values(neuron), *([(Run("closed", "warning", bold=True),)] if closed else [])]
        bias = self._bias(neuron)
        return [
            Circle(at[0], at[1], RADIUS, RADIUS, outline),
            *stacked(lines, at[0], at[1] - len(lines) * 0.65 * FONT, FONT),
            *stacked(bias, at[0], at[1] - RADIUS - 3.0 - LINE * TINY * len(bias), TINY),
            *stacked(self._adjoints(neuron), at[0], at[1] + RADIUS + 2.0, TINY),
        ]

    def _amplifier(self, neuron: Neuron, at: Point) -> list[Shape]:
        """σ′(z) as an amplifier: ∂C/∂a comes in from the right, ∂C/∂z leaves to the left."""
        x, y = at
        height = TIGHT / 2 - 14 if self.is_tight else RADIUS - 6
        closed = neuron.slope is None
        look = Look("background", "warning" if closed else "backward", 1.8, "dashed" if closed else "")
        slope: list[Line] = [(Run(f"× {shown_number(neuron.slope or 0.0)}", "forward", bold=True),)]
        title: list[Line] = [(Run("closed" if closed else self.network.slope_text(neuron), "forward"),)]
        adjoints = self._adjoints(neuron)
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
        names = ("a", f"∂{self.output}/∂z") if column.kind == "neurons" else ("x", f"∂{self.output}/∂x")
        if all(x is None for x in adjoints):
            adjoints = []
        return bars(i, self.places[i], self.halves[i], names, values, adjoints, [self._said(n) for n in column.nodes])

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
            Wire(
                (left, y),
                (right, target[1]),
                w.data,
                *self._wire_words(i, neuron, n, w),
                key=f"wire-{i}-{n}-{m}",
            )
            for m, (neuron, target) in enumerate(zip(self.columns[i + 1].nodes, self.places[i + 1]))
            for n, (w, (_, y)) in enumerate(zip(neuron.weights, self.places[i]))
        ]
        return labelled(wires, self.is_backward, (self._kept(i), self._kept(i + 1) + 10))

    def _kept(self, i: int) -> float:
        """How far the words above and below a column's nodes reach into the room beside it."""
        column = self.columns[i]
        if column.kind != "neurons" or self.is_tight:
            return 6.0
        lines = [line for n in column.nodes for line in (*self._bias(n), *self._adjoints(n))]
        return max(max(line_width(line, TINY) for line in lines) / 2 - self.halves[i], 0.0) + 6

    def _wire_words(self, i: int, neuron: Neuron, n: int, w: Value) -> tuple[list[list[Line]], str]:
        """The words on a line, from the most telling to the shortest, and all of them for those who point at it."""
        name, value, grad = self.network.short(w), number(w.data), shown_number(self.network.adjoint(w))
        said = f"{self.graph.name(w)} = {value}; {self._adjoint(w)}"
        if self.is_backward:
            delta = self.network.adjoint(neuron.z)
            product = "—" if delta is None else number(delta * w.data)
            source = self.columns[i].nodes[n]
            is_used = isinstance(source, Neuron) or not source.is_constant
            if not is_used:
                return [[]], f"{said}; no derivative is needed with respect to a constant input"
            first: Line = (Run(f"× {name} = {value}"),)
            return [
                [first, (Run(f"= {product}", bold=True),)],
                [(Run(f"× {value} "), Run(f"= {product}", bold=True))],
            ], said
        long: list[Line] = [
            (Run(f"{name} = {value}", "forward"),),
            (Run(f"∂{self.output}/∂{name} = {grad}", bold=True),),
        ]
        short: list[Line] = [(Run(value, "forward"),), (Run(grad, bold=True),)]
        return [long, short, [(Run(f"{value}  ", "forward"), Run(grad, bold=True))]], said

    def _to_cost(self, i: int) -> list[Shape]:
        left, right = self._span(i)
        target = self.places[i + 1][0]
        found: list[Shape] = []
        for source in self.places[i]:
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
        for what, table, y, end in [("W", weights, top, middle), (f"∂{self.output}/∂W", grads, middle, bottom)]:
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


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 2]} …"


__all__ = ["Column", "Layer", "network_scene"]

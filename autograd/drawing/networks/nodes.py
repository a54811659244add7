"""The nodes of a network: neurons as circles, or as boxes if tight; amplifiers on the way back; inputs, cost."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt
from typing import Any

from autograd.drawing.networks.network import shown_number
from autograd.drawing.networks.neurons import Neuron
from autograd.drawing.networks.words import Words
from autograd.drawing.scenes.scene import (
    LINE,
    Circle,
    Line,
    Look,
    Point,
    Polygon,
    Rect,
    Run,
    Shape,
    line_width,
    stacked,
)

FONT, TINY = 12.0, 11.5
RADIUS = 44.0
AMPLIFIER = 46.0  # half the width of an amplifier
BOX_HEIGHT = 72.0  # the height of a neuron drawn as a box


class Nodes:
    """Draws nodes. `is_tight` means few lines, `is_flat` two numbers per line; `longest` limits the cost."""

    def __init__(self, words: Words, is_backward: bool, is_tight: bool, longest: int) -> None:
        self.words, self.network = words, words.network
        self.is_backward, self.is_tight, self.longest = is_backward, is_tight, longest
        self.is_flat = False

    def half_widths(self, nodes: Iterable[Any]) -> list[float]:
        """Half the width of each node of a column."""
        neurons = [node for node in nodes if isinstance(node, Neuron)]
        if self.is_backward:
            of_neuron = AMPLIFIER
        elif self.is_tight:
            lines = [line for neuron in neurons for line in self.words.tight_lines(neuron)]
            of_neuron = max((line_width(line, TINY) for line in lines), default=0.0) / 2 + 8
        else:
            of_neuron = max((_radius(self._inside(neuron)) for neuron in neurons), default=0.0)
        return [
            of_neuron if isinstance(node, Neuron) else max(line_width(line, FONT) for line in self._lines(node)) / 2 + 9
            for node in nodes
        ]

    def shapes(self, node: Any, at: Point, half: float) -> list[Shape]:
        """The shapes of a node at its place."""
        if isinstance(node, Neuron):
            return self._amplifier(node, at) if self.is_backward else self._neuron(node, at, half)
        return _boxed(self._lines(node), at, 8.0 if node is self.network.cost else 14.0)

    def _neuron(self, neuron: Neuron, at: Point, half: float) -> list[Shape]:
        closed = neuron.slope is None
        outline = Look("background", "warning" if closed else "ink", 1.8, "dashed" if closed else "")
        if self.is_tight:
            lines = self.words.tight_lines(neuron)
            return [
                Rect(at[0] - half, at[1] - BOX_HEIGHT / 2, 2 * half, BOX_HEIGHT, outline, 16.0),
                *stacked(lines, at[0], at[1] - len(lines) * 0.65 * TINY, TINY),
            ]
        lines = self._inside(neuron)
        bias, adjoints = self.about(neuron)
        return [
            Circle(at[0], at[1], half, RADIUS, outline),
            *stacked(lines, at[0], at[1] - len(lines) * 0.65 * FONT, FONT),
            *stacked(bias, at[0], at[1] - RADIUS - 3.0 - LINE * TINY * len(bias), TINY),
            *stacked(adjoints, at[0], at[1] + RADIUS + 2.0, TINY),
        ]

    def _inside(self, neuron: Neuron) -> list[Line]:
        """The words in the circle of a neuron."""
        closed: list[Line] = [(Run("closed", "warning", bold=True),)]
        return [*self.words.values(neuron), *(closed if neuron.slope is None else [])]

    def about(self, neuron: Neuron) -> tuple[list[Line], list[Line]]:
        """The words above and below a neuron."""
        found = self.words.bias(neuron), self.words.adjoints(neuron)
        if not self.is_flat:
            return found
        bias, adjoints = ([tuple(run for line in those for run in (*line, Run("   ")))[:-1]] for those in found)
        return bias, adjoints

    def _amplifier(self, neuron: Neuron, at: Point) -> list[Shape]:
        """σ′(z) as an amplifier: ∂C/∂a comes in from the right, ∂C/∂z leaves to the left."""
        x, y = at
        height = BOX_HEIGHT / 2 - 14 if self.is_tight else RADIUS - 6
        closed = neuron.slope is None
        look = Look("background", "warning" if closed else "backward", 1.8, "dashed" if closed else "")
        slope: list[Line] = [(Run(f"× {shown_number(neuron.slope or 0.0)}", "forward", bold=True),)]
        title: list[Line] = [(Run("closed" if closed else self.words.slope_text(neuron), "forward"),)]
        if neuron.a is neuron.z:
            title = []
        adjoints = self.words.adjoints(neuron)
        shapes: list[Shape] = [
            Polygon(((x - AMPLIFIER, y), (x + AMPLIFIER, y - height), (x + AMPLIFIER, y + height)), look),
            *stacked(slope, x + 14, y - 0.65 * FONT, FONT),
        ]
        if self.is_tight:
            return [*shapes, *stacked(reversed(adjoints), x, y + height - 2, TINY)]
        return [
            *shapes,
            *stacked(title, x, y - height - 18.0, TINY),
            *stacked(reversed(adjoints), x, y + height + 3.0, TINY),
        ]

    def _lines(self, node: Any) -> list[Line]:
        """The words of an input or of the cost."""
        is_cost = node is self.network.cost
        return self.words.cost_lines(self.longest) if is_cost else self.words.input_lines(node)


def _radius(lines: list[Line]) -> float:
    """The horizontal radius of an ellipse around lines: that of a circle, unless they are long."""
    high = len(lines) * LINE * FONT / 2
    wide = max(line_width(line, FONT) for line in lines) / 2 + 2
    return max(RADIUS, wide / sqrt(1 - (high / RADIUS) ** 2))


def _boxed(lines: list[Line], at: Point, radius: float) -> list[Shape]:
    width = max(line_width(line, FONT) for line in lines) + 18
    height = len(lines) * 1.3 * FONT + 10
    box = Rect(at[0] - width / 2, at[1] - height / 2, width, height, Look("background", "ink", 1.4), radius)
    return [box, *stacked(lines, at[0], at[1] - height / 2 + 5, FONT)]

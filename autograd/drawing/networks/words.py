"""The words in a network's picture: at its nodes and on its lines."""

from __future__ import annotations

import re
from typing import Any

from autograd.drawing.networks.cost import cost_text
from autograd.drawing.networks.network import Network, shown_number
from autograd.drawing.networks.neurons import Neuron
from autograd.drawing.scenes.scene import Line, Run
from autograd.engine import Value
from autograd.engine.graph import Edge
from autograd.symbols.text import elided, number

MOST_NAMED = 8  # weights that are named when a mouse hovers over their neuron
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class Words:
    """The words of a network."""

    def __init__(self, network: Network) -> None:
        self.network, self.graph = network, network.graph
        self.output = self.graph.name(self.graph.output)
        self.places = {v: i for layer in network.layers for i, v in enumerate(layer.inputs)}
        self.inputs = {neuron.z: layer.inputs for layer in network.layers for neuron in layer.neurons}
        for layer in network.layers:
            self.places |= {v: i for i, neuron in enumerate(layer.neurons) for v in (neuron.z, neuron.a)}
        self.linear = {neuron.z for layer in network.layers for neuron in layer.neurons if neuron.a is neuron.z}

    def said(self, node: Any) -> str:
        """Everything about a node in one line."""
        if node is self.graph.output and not isinstance(node, Neuron):
            return f"{self.output} = {self.cost_text()} = {number(node.data)}"
        if not isinstance(node, Neuron):
            return f"{self.name(node, 'x')} = {number(node.data)}; {self.adjoint(node, 'x')}"
        linear = node.a is node.z
        pieces = [f"{self.name(node.z, 'z')} = {self.formula(node)} = {number(node.z.data)}"]
        pieces += [] if linear else [f"{self.name(node.a, 'a')} = {number(node.a.data)}", self.adjoint(node.a, "a")]
        pieces += [self.adjoint(node.z, "z")]
        pieces += [f"{self.graph.name(v)} = {number(v.data)}, {self.adjoint(v)}" for v in node.weights[:MOST_NAMED]]
        pieces += [f"{self.graph.name(b)} = {number(b.data)}, {self.adjoint(b)}" for b in node.biases]
        return "; ".join(pieces)

    def formula(self, neuron: Neuron) -> str:
        """w·x + b, with the names of this picture."""
        inputs = self.inputs[neuron.z]
        terms = [f"{self.network.short(w)}·{self.name(x, self.letter(x))}" for w, x in zip(neuron.weights, inputs)]
        return elided(" + ", terms + list(map(self.network.short, neuron.biases)))

    def letter(self, node: Value) -> str:
        """x for an input of the network, a for a neuron's result, z for that of a linear neuron."""
        return "z" if node in self.linear else "a" if node.inputs else "x"

    def cost_text(self) -> str:
        """The formula of the cost in the letters of the last layer."""
        return cost_text(self.network, lambda a: self.name(a, self.letter(a)))

    def name(self, node: Value, letter: str) -> str:
        """The label of a node; otherwise its letter and place in its column: z₀ belongs to neurons.0."""
        return self.graph.name(node) if node.label else f"{letter}{str(self.places[node]).translate(SUBSCRIPTS)}"

    def slope_text(self, neuron: Neuron) -> str:
        """The formula of σ′(z), with the names of this picture."""
        if neuron.a is neuron.z:
            return "1"
        return self._renamed(self.graph.local_derivative(Edge(neuron.z, neuron.a, 0)), neuron)

    def activation_text(self, neuron: Neuron) -> str:
        """The formula of σ(z), with the names of this picture."""
        return self._renamed(self.graph.formula(neuron.a), neuron)

    def _renamed(self, formula: str, neuron: Neuron) -> str:
        for node, letter in ((neuron.z, "z"), (neuron.a, "a")):
            name = re.escape(self.graph.name(node))
            formula = re.sub(rf"(?<!\w){name}(?!\w)", self.name(node, letter), formula)
        return formula

    def adjoint(self, node: Value, letter: str = "") -> str:
        """∂C/∂node for a parameter, or for a node with a letter."""
        name = self.name(node, letter) if letter else self.network.short(node)
        return f"∂{self.output}/∂{name} = {shown_number(self.network.adjoint(node))}"

    def input_lines(self, v: Value) -> list[Line]:
        """Name, value and adjoint of an input."""
        lines: list[Line] = [(Run(self.name(v, "x"), bold=True),), (Run(number(v.data), "forward"),)]
        if not v.is_constant:
            lines.append((Run(self.adjoint(v, "x"), "backward", italic=True),))
        return lines

    def cost_lines(self, longest: int) -> list[Line]:
        """Name, formula, cut to `longest` characters, value and adjoint of the cost."""
        return [
            (Run(self.output, bold=True), Run(f" = {_shortened(self.cost_text(), longest)}")),
            (Run(number(self.graph.output.data), "forward"),),
            (Run(f"∂{self.output}/∂{self.output} = 1", "backward", italic=True),),
        ]

    def values(self, neuron: Neuron) -> list[Line]:
        """z and a of a neuron."""
        lines: list[Line] = [(Run(f"{self.name(neuron.z, 'z')} = {number(neuron.z.data)}", "forward"),)]
        if neuron.a is not neuron.z:
            lines.append((Run(f"{self.name(neuron.a, 'a')} = {number(neuron.a.data)}", "forward"),))
        return lines

    def adjoints(self, neuron: Neuron) -> list[Line]:
        """∂C/∂z and ∂C/∂a of a neuron."""
        letters = [(neuron.z, "z")] if neuron.a is neuron.z else [(neuron.z, "z"), (neuron.a, "a")]
        return [(Run(self.adjoint(node, letter), "backward", italic=True),) for node, letter in letters]

    def bias(self, neuron: Neuron) -> list[Line]:
        """b and ∂C/∂b of a neuron, with two biases together; if steps share it, also this step's contribution."""
        if not neuron.biases:
            return []
        (first, *others), delta = neuron.biases, self.network.adjoint(neuron.z)
        name = "biases" if others else self.network.short(first)
        said = {self.adjoint(first): None}
        if others or (self.network.is_shared and self.network.uses[first] > 1 and delta is not None):
            sums = dict.fromkeys(shown_number(self.network.adjoint(b)) for b in neuron.biases)
            said = {x if x == shown_number(delta) else f"{shown_number(delta)} of {x}": None for x in sums}
        values = ", ".join(number(b.data) for b in neuron.biases)
        return [(Run(f"{name} = {values}", "forward"),), (Run(", ".join(said), "product", bold=True),)]

    def tight_lines(self, neuron: Neuron) -> list[Line]:
        """All numbers of a neuron in few lines."""
        values = self.values(neuron)
        joined = (*values[0], *((Run("   "), *values[1]) if len(values) > 1 else ()))
        bias = self.bias(neuron)
        return [joined, *self.adjoints(neuron), *([(*bias[0], Run("  "), *bias[1])] if bias else [])]

    def forward_wire(self, w: Value, x: Any, neuron: Neuron) -> list[list[Line]]:
        """The words on a weight's line, from the most informative to the shortest: w and ∂C/∂w.

        If steps share the weight, they include this step's contribution to ∂C/∂w.
        """
        name, value, grad = self.network.short(w), number(w.data), shown_number(self.network.adjoint(w))
        weight: Line = (Run(f"{name} = {value}", "forward"),)
        delta = self.network.adjoint(neuron.z)
        if self.network.is_shared and delta is not None:
            data = x.a.data if isinstance(x, Neuron) else x.data
            part: Line = (Run(number(data * delta), "product", bold=True),)
            return [[weight, part, (Run(f"of {grad}", "product", bold=True),)]]
        long: Line = (Run(f"∂{self.output}/∂{name} = {grad}", "product", bold=True),)
        derivative = Run(grad, "product", bold=True)
        return [
            [weight, long],
            [(Run(value, "forward"),), (derivative,)],
            [(Run(f"{value}  ", "forward"), derivative)],
        ]

    def backward_wire(self, w: Value, neuron: Neuron) -> list[list[Line]]:
        """The words on a weight's line back from a neuron: w, and its contribution w·∂C/∂z."""
        name, value, delta = self.network.short(w), number(w.data), self.network.adjoint(neuron.z)
        product = Run("= —" if delta is None else f"= {number(delta * w.data)}", "product", bold=True)
        return [[(Run(f"× {name} = {value}"),), (product,)], [(Run(f"× {value} "), product)]]

    def wire_said(self, w: Value) -> str:
        """A weight in one line."""
        return f"{self.graph.name(w)} = {number(w.data)}; {self.adjoint(w)}"


def _shortened(text: str, longest: int) -> str:
    """A text of at most `longest` characters, cut after a whole term if possible.

    >>> _shortened("mean((a - 1)², (b - 1)²)", 20)
    'mean((a - 1)², …)'
    """
    if len(text) <= longest:
        return text
    ends = [match.end() for match in re.finditer(r", | \+ ", text[: longest - 1])]
    cut = text[: ends[-1]] if ends else text[: longest - 2] + " "
    return f"{cut}…" + ")" * (cut.count("(") - cut.count(")") if ends else 0)

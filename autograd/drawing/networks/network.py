"""A network in a graph: layers of neurons a = σ(z) with z = w·x + b, as the lecture draws them.

Letters: x input, w weight, b bias, z pre-activation, a activation, C cost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from autograd.drawing.boxes.naming import Naming
from autograd.drawing.networks.neurons import Neuron, neurons
from autograd.engine import Value
from autograd.engine.graph import Graph
from autograd.symbols.text import number

Node: TypeAlias = "Neuron | Value"


@dataclass(frozen=True, eq=False)
class Layer:
    """Neurons with the same inputs, in the order in which the next layer uses them.

    The inputs are the results of the previous layer, and leaves, such as the input of one step of a recurrent network.
    """

    inputs: tuple[Value, ...]
    neurons: tuple[Neuron, ...]


@dataclass(frozen=True, eq=False)
class Network:
    """Layers, each fed by the one before; `rows` is how often the network was called for this output.

    `adjoint` returns ∂C/∂node, None if it is not known.
    """

    graph: Graph
    layers: tuple[Layer, ...]
    rows: int
    adjoint: Callable[[Value], Any]

    @property
    def cost(self) -> Value | None:
        """The output, unless a neuron of the last layer is the output."""
        output = self.graph.output
        return None if any(neuron.a is output for neuron in self.layers[-1].neurons) else output

    @cached_property
    def columns(self) -> tuple[tuple[Node, ...], ...]:
        """The nodes before each layer, in the order in which it reads them, and then the neurons of the last layer."""
        made = {neuron.a: neuron for layer in self.layers for neuron in layer.neurons}
        fed = [tuple(made.get(v, v) for v in layer.inputs) for layer in self.layers]
        return (*fed, self.layers[-1].neurons)

    @cached_property
    def uses(self) -> Counter[Value]:
        """How often each weight and bias is an operand below the output."""
        parameters = {v for layer in self.layers for neuron in layer.neurons for v in (*neuron.weights, *neuron.biases)}
        return Counter(v for node in self.graph.nodes for v in node.inputs if v in parameters)

    @cached_property
    def steps(self) -> tuple[Layer, ...]:
        """The layers that share their weights with another layer, as the steps of a recurrent network do."""
        uses = Counter(layer.neurons[0].weights[-1:] for layer in self.layers)
        return tuple(layer for layer in self.layers if uses[layer.neurons[0].weights[-1:]] > 1)

    @property
    def is_shared(self) -> bool:
        """Whether layers share their weights."""
        return bool(self.steps)

    def described(self) -> str:
        """The layers in words."""
        layers = (f"{len(layer.neurons)} {layer.neurons[0].activation} neurons" for layer in self.layers)
        return f"{len(self.layers[0].inputs)} inputs through {', '.join(layers)}"

    def title(self, layer: Layer) -> str:
        """The path of a layer's module, or its number; layers that share their weights are numbered as steps."""
        name = self.graph.name(layer.neurons[0].weights[0]) if layer.neurons[0].weights else ""
        path = name.rpartition(".")[0].partition(".neurons")[0]
        if layer in self.steps:
            step = f"step {self.steps.index(layer) + 1}"
            return f"{path}, {step}" if path else step
        return path or f"layer {self.layers.index(layer) + 1}"

    def short(self, node: Value) -> str:
        """The name of a parameter within its neuron."""
        return self.graph.name(node).rpartition(".")[2]


def find_network(graph: Graph, naming: Naming, fresh: bool = False) -> Network | None:
    """The layers of a graph, None if there are none: neurons that are fed by leaves and by one whole layer."""
    adjoints = graph.adjoints() if fresh else None

    def adjoint(node: Value) -> Any:
        return adjoints.get(node) if adjoints is not None else node.grad if node.has_grad else None

    by_inputs: dict[tuple[Value, ...], list[Neuron]] = {}
    for inputs, neuron in neurons(graph, naming):
        by_inputs.setdefault(inputs, []).append(neuron)
    activations = {neuron.a for those in by_inputs.values() for neuron in those}
    firsts = [inputs for inputs in by_inputs if activations.isdisjoint(inputs)]
    if not firsts:
        return None
    layers = tuple(_chain(firsts[0], by_inputs))
    weights = [v for neuron in by_inputs[firsts[0]] for v in neuron.weights]
    rows = sum(_are_same(weights, [v for n in by_inputs[inputs] for v in n.weights]) for inputs in firsts)
    if rows * sum(len(layer.neurons) for layer in layers) < len(activations):
        return None  # there are neurons elsewhere
    return Network(graph, layers, rows, adjoint)


def _are_same(a: list[Value], b: list[Value]) -> bool:
    """Whether two lists have the same nodes; == would compare their data."""
    return len(a) == len(b) and all(v is w for v, w in zip(a, b))


def _chain(inputs: tuple[Value, ...], by_inputs: dict[tuple[Value, ...], list[Neuron]]) -> Iterable[Layer]:
    """The layers from these inputs on, each in the order in which the next one uses it."""
    following = {frozenset(v for v in those if v.inputs): those for those in by_inputs}
    while True:
        those = by_inputs[inputs]
        after = following.get(frozenset(neuron.a for neuron in those))
        place = {a: i for i, a in enumerate(after or ())}
        yield Layer(inputs, tuple(sorted(those, key=lambda n: (place.get(n.a, 0), n.z.index))))
        if after is None or after is inputs:
            return
        inputs = after


def shown_number(x: Any) -> str:
    """A number as text, or a dash if there is none."""
    return "—" if x is None else number(x)

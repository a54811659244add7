"""Both passes over a network in the lecture's steps: z and a layer by layer, then ∂C/∂a, ∂C/∂z and ∂C/∂w back."""

from __future__ import annotations

from collections.abc import Iterable

from autograd.drawing.columns import MOST, SMALL
from autograd.drawing.network import Layer, Network, Neuron, shown_number
from autograd.drawing.picture import Step
from autograd.drawing.words import Words
from autograd.engine import Value
from autograd.symbols.text import number, signed

NAMED = 4  # nodes in a step that are written one by one


def lecture_steps(network: Network) -> Iterable[Step]:
    """The steps of a network."""
    return _Lecture(network).steps()


class _Lecture:
    def __init__(self, network: Network) -> None:
        self.network, self.words = network, Words(network)
        self.cost = len(network.layers) + 1 if network.cost is not None else None

    def steps(self) -> Iterable[Step]:
        """Forward through the layers, the seed, and back."""
        layers = self.network.layers
        inputs = layers[0].inputs[:MOST]
        focus = tuple(f"node-0-{n}" for n in range(len(inputs)))
        yield Step("forward", f"Inputs: {self._listed(inputs, 'x')}", "Given.", focus, _in("forward", focus), "inputs")
        for i, layer in enumerate(layers, 1):
            for n, neuron in enumerate(layer.neurons[:MOST]):
                yield self._forward(i, n, neuron)
        yield self._seed()
        for i in range(len(layers), 0, -1):
            for n, neuron in enumerate(layers[i - 1].neurons[:MOST]):
                yield self._adjoint(i, n, neuron)
                if len(neuron.weights) <= SMALL:
                    yield from self._weights(i, n, neuron, layers[i - 1])
                else:
                    yield self._all_weights(i, n, neuron)

    def _listed(self, nodes: Iterable[Value], letter: str) -> str:
        texts = [f"{self.words.name(v, letter)} = {number(v.data)}" for v in nodes]
        return ", ".join(texts if len(texts) <= NAMED else [*texts[:2], "…", texts[-1]])

    def _wires(self, i: int, n: int, neuron: Neuron) -> tuple[str, ...]:
        return tuple(f"wire-{i - 1}-{m}-{n}-label" for m in range(len(neuron.weights[:MOST])))

    def _forward(self, i: int, n: int, neuron: Neuron) -> Step:
        z, a = self.words.name(neuron.z, "z"), self.words.name(neuron.a, "a")
        what = f"{z} = {self.words.formula(neuron)} = {number(neuron.z.data)}"
        if neuron.a is not neuron.z:
            what += f",  {a} = {neuron.activation}({z}) = {number(neuron.a.data)}"
        focus = (f"node-{i}-{n}", *(key.removesuffix("-label") for key in self._wires(i, n, neuron)))
        reveals = _in("forward", (f"node-{i}-{n}", *self._wires(i, n, neuron)))
        return Step("forward", what, "Forward pass: the weighted sum and its activation.", focus, reveals, focus[0], i)

    def _seed(self) -> Step:
        output = self.words.output
        why = "The backward pass starts at the output."
        what = f"∂{output}/∂{output} = 1"
        if self.cost is None:
            return Step("seed", what, why, (f"node-{len(self.network.layers)}-0",))
        key = f"node-{self.cost}-0"
        formula = f"{output} = {self.network.cost_text()} = {number(self.network.graph.output.data)}; {what}"
        return Step("seed", formula, why, (key,), (*_in("forward", (key,)), *_in("backward", (key,))), key, self.cost)

    def _adjoint(self, i: int, n: int, neuron: Neuron) -> Step:
        """∂C/∂z = σ′(z) × ∂C/∂a, where ∂C/∂a is the sum over the next layer."""
        network, output, key = self.network, self.words.output, f"node-{i}-{n}"
        reveals = _in("backward", (key,))
        incoming = network.adjoint(neuron.a)
        after = network.layers[i].neurons if i < len(network.layers) else ()
        column = [x.weights[self.words.places[neuron.a]] for x in after]
        name = f"∂{output}/∂{self.words.name(neuron.a, 'a')}"
        total = name
        if after and len(after) <= NAMED:
            terms = (f"{signed(w.data)} × {signed(shown_number(network.adjoint(x.z)))}" for w, x in zip(column, after))
            total = f"{name} = Σ w·∂{output}/∂z = {' + '.join(terms)} = {shown_number(incoming)}"
        elif after:
            total = f"{name} = Σ w·∂{output}/∂z over {len(after)} neurons = {shown_number(incoming)}"
        if neuron.a is neuron.z or incoming is None:
            what = f"{total} = {shown_number(incoming)}" if total == name else total
            return Step("backward", what, "", (key,), reveals, key, i)
        slope = 0.0 if neuron.slope is None else neuron.slope
        z = self.words.name(neuron.z, "z")
        product = slope * incoming
        what = f"∂{output}/∂{z} = {signed(slope)} × {signed(incoming)} = {number(product)}"
        closed = ", closed" if neuron.slope is None else f" = {network.slope_text(neuron)}"
        why = f"{total}; ∂{self.words.name(neuron.a, 'a')}/∂{z}{closed} = {number(slope)}"
        return Step("backward", what, why, (key,), reveals, key, i, answer=product)

    def _weights(self, i: int, n: int, neuron: Neuron, layer: Layer) -> Iterable[Step]:
        """∂C/∂w = x × ∂C/∂z, weight by weight, then the bias."""
        network, output, delta = self.network, self.words.output, self.network.adjoint(neuron.z)
        key = f"node-{i}-{n}"
        for m, (w, x) in enumerate(zip(neuron.weights, layer.inputs)):
            wire = f"wire-{i - 1}-{m}-{n}"
            name = f"∂{output}/∂{network.short(w)}"
            what = f"{name} = {signed(x.data)} × {signed(shown_number(delta))} = {shown_number(network.adjoint(w))}"
            known = isinstance(x.data, float) and isinstance(delta, float) and network.rows == 1
            if network.rows > 1:
                what = f"{name} = Σ over {network.rows:,} rows = {shown_number(network.adjoint(w))}"
            why = f"∂{self.words.name(neuron.z, 'z')}/∂{network.short(w)} is its input, {number(x.data)}."
            answer = x.data * delta if known else None
            yield Step("backward", what, why, (wire, key), _in("product", (f"{wire}-label",)), key, i, answer)
        if neuron.bias is not None:
            what = self.words.adjoint(neuron.bias)
            yield Step("backward", what, "∂z/∂b is 1.", (key,), _in("product", (key,)), key, i)

    def _all_weights(self, i: int, n: int, neuron: Neuron) -> Step:
        z, delta = self.words.name(neuron.z, "z"), shown_number(self.network.adjoint(neuron.z))
        what = f"∂{self.words.output}/∂w of {len(neuron.weights)} weights into {z} = its inputs × {delta}"
        key = f"node-{i}-{n}"
        return Step("backward", what, "Point at a cell for its number.", (key, f"heat-{i - 1}-∂"), (), key, i)


def _in(colour: str, keys: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple((key, colour) for key in keys)

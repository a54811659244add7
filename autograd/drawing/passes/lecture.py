"""Both passes over a network in the lecture's steps: z and a layer by layer, then ∂C/∂a, ∂C/∂z and ∂C/∂w back."""

from __future__ import annotations

from collections.abc import Iterable

from autograd.drawing.circuits.picture import Step
from autograd.drawing.networks.columns import MOST_SHOWN, MOST_WITH_NUMBERS
from autograd.drawing.networks.network import Network, shown_number
from autograd.drawing.networks.neurons import Neuron
from autograd.drawing.networks.words import Words
from autograd.engine import Value
from autograd.symbols.text import number, signed

MOST_WRITTEN = 24  # inputs: for more, a heat map has no numbers
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
        columns = [list(enumerate(nodes[:MOST_SHOWN])) for nodes in self.network.columns]
        for i, column in enumerate(columns):
            for n, node in column:
                if isinstance(node, Neuron):
                    yield self._forward(i, n, node)
            given = [(n, node) for n, node in column if not isinstance(node, Neuron)]
            if given:
                yield self._given(i, given)
        yield self._seed()
        for i in range(len(columns) - 1, 0, -1):
            for n, node in columns[i]:
                if isinstance(node, Neuron):
                    yield self._adjoint(i, n, node)
                    yield from self._weights(i, n, node)

    def _given(self, i: int, nodes: list[tuple[int, Value]]) -> Step:
        """The inputs of the network in one column, all at once."""
        focus = tuple(f"node-{i}-{n}" for n, _ in nodes)
        what = f"Inputs: {self._listed((v for _, v in nodes), 'x')}"
        return Step("forward", what, "Given.", focus, _in("forward", focus), f"inputs-{i}", i)

    def _listed(self, nodes: Iterable[Value], letter: str) -> str:
        texts = [f"{self.words.name(v, letter)} = {number(v.data)}" for v in nodes]
        return ", ".join(texts if len(texts) <= NAMED else [*texts[:2], "…", texts[-1]])

    def _wires(self, i: int, n: int, neuron: Neuron) -> tuple[str, ...]:
        return tuple(f"wire-{i - 1}-{m}-{n}-label" for m in range(len(neuron.weights[:MOST_SHOWN])))

    def _forward(self, i: int, n: int, neuron: Neuron) -> Step:
        z, a = self.words.name(neuron.z, "z"), self.words.name(neuron.a, "a")
        what = f"{z} = {self.words.formula(neuron)} = {number(neuron.z.data)}"
        if neuron.a is not neuron.z:
            what += f",  {a} = {self.words.activation_text(neuron)} = {number(neuron.a.data)}"
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
        formula = f"{output} = {self.words.cost_text()} = {number(self.network.graph.output.data)}; {what}"
        return Step("seed", formula, why, (key,), (*_in("forward", (key,)), *_in("backward", (key,))), key, self.cost)

    def _adjoint(self, i: int, n: int, neuron: Neuron) -> Step:
        """∂C/∂z = σ′(z) × ∂C/∂a, where ∂C/∂a is the sum over the next layer."""
        network, output, key = self.network, self.words.output, f"node-{i}-{n}"
        reveals = _in("backward", (key,))
        incoming = network.adjoint(neuron.a)
        after = network.layers[i].neurons if i < len(network.layers) else ()
        column = [x.weights[n] for x in after]
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
        closed = ", closed" if neuron.slope is None else f" = {self.words.slope_text(neuron)}"
        why = f"{total}; ∂{self.words.name(neuron.a, 'a')}/∂{z}{closed} = {number(slope)}"
        return Step("backward", what, why, (key,), reveals, key, i, answer=product)

    def _weights(self, i: int, n: int, neuron: Neuron) -> Iterable[Step]:
        """∂C/∂w = x × ∂C/∂z, weight by weight, then the bias."""
        if len(neuron.weights) > MOST_WITH_NUMBERS:
            yield self._all_weights(i, n, neuron)
            return
        key, heat, z = f"node-{i}-{n}", f"heat-{i - 1}-∂", self.words.name(neuron.z, "z")
        delta = self.network.adjoint(neuron.z)
        for m, (w, x) in enumerate(zip(neuron.weights, self.network.layers[i - 1].inputs)):
            wire, cell = f"wire-{i - 1}-{m}-{n}", f"{heat}W-{n}-{m}"
            answer = x.data * delta if isinstance(x.data, float) and isinstance(delta, float) else None
            why = f"∂{z}/∂{self.network.short(w)} = {self.words.name(x, self.words.letter(x))}, its input."
            what = self._part(w, f"{signed(x.data)} × {signed(shown_number(delta))}", answer)
            reveals = (*_in("product", (f"{wire}-label",)), *_in("ink", (cell,)))
            yield Step("backward", what, why, (wire, cell, key), reveals, key, i, answer)
        for m, b in enumerate(neuron.biases):
            what = self._part(b, "", delta)
            why = f"∂{z}/∂{self.network.short(b)} = 1."
            cell = f"{heat}b-{n}-{m}"
            yield Step("backward", what, why, (cell, key), (*_in("product", (key,)), *_in("ink", (cell,))), key, i)

    def _part(self, w: Value, product: str, part: float | None) -> str:
        """∂C/∂w = x × ∂C/∂z; for a weight that is used more than once, also this use's contribution."""
        total, uses = self.words.adjoint(w), self.network.uses[w]
        name = total.partition(" = ")[0]
        pieces = [piece for piece in (product, shown_number(part)) if piece]
        if uses == 1:
            return " = ".join([name, *pieces])
        return f"{total}, a sum of {uses:,} contributions; this one is {' = '.join(pieces)}"

    def _all_weights(self, i: int, n: int, neuron: Neuron) -> Step:
        z, delta = self.words.name(neuron.z, "z"), shown_number(self.network.adjoint(neuron.z))
        what = f"∂{self.words.output}/∂w of {len(neuron.weights)} weights into {z} = its inputs × {delta}"
        key, heat = f"node-{i}-{n}", f"heat-{i - 1}-∂"
        for b in neuron.biases:
            what += f"; {self._part(b, '', self.network.adjoint(neuron.z))}"
        shown = len(neuron.weights) if len(neuron.weights) <= MOST_WRITTEN else 0
        biases = [f"{heat}b-{n}-{m}" for m in range(len(neuron.biases))]
        row = (*(f"{heat}W-{n}-{m}" for m in range(shown)), *biases)
        return Step("backward", what, "Point at a cell for its number.", (key, *row), _in("ink", row), key, i)


def _in(colour: str, keys: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple((key, colour) for key in keys)

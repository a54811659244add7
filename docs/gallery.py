"""Draws the pictures of the gallery, and the page that shows them: python -m docs.gallery."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import autograd
from autograd import Value, dot, draw
from autograd.drawing.drawing import Drawing
from demos import backprop
from nn import MLP

PAGE = Path(__file__).with_name("gallery.md")
FOLDER = Path(__file__).with_name("gallery")

HEAD = """# Gallery

Each picture fits a slide of 1280 × 720 pixels, and its text is at least 11 pixels high. `python -m docs.gallery` draws
them all. [Tables and pictures](pictures.md) says how to read them.
"""


def one_neuron() -> Drawing:
    """One neuron and its cost as a circuit: `draw(C)`."""
    x = [Value.constant(1.0, label="x1"), Value.constant(0.5, label="x2")]
    z = dot([Value(1.0, label="w1"), Value(-2.0, label="w2")], x, Value(1.0, label="b"))
    z.label = "z"
    a = z.sigmoid()
    a.label = "a"
    return _drawn((a - 1) ** 2)


def repeated_operand() -> Drawing:
    """x as an operand three times, with its places: `draw(x * x + x)`."""
    x = Value(3.0, label="x")
    return _drawn(x * x + x)


def lecture_forward() -> Drawing:
    """The lecture's network, forward: `draw(C, view="network")`."""
    return _drawn(backprop.network(), view="network")


def lecture_backward() -> Drawing:
    """The lecture's network, reversed: `draw(C, view="network", direction="backward")`."""
    return _drawn(backprop.network(), view="network", direction="backward")


def lecture_circuit() -> Drawing:
    """The same computation as a circuit, each neuron with its weights as rows: `draw(C)`."""
    return _drawn(backprop.network())


def four_neurons() -> Drawing:
    """`MLP(2, [4, 1])`: `draw(y, names=model)`."""
    return _network(2, [4, 1], seed=5)


def three_neurons() -> Drawing:
    """`MLP(3, [3, 1])` with tanh: `draw(y, names=model)`."""
    return _network(3, [3, 1], "tanh")


def three_neurons_circuit() -> Drawing:
    """The same as a circuit: `draw(y, names=model, view="circuit")`."""
    return _network(3, [3, 1], "tanh", view="circuit")


def sixteen_neurons() -> Drawing:
    """`MLP(2, [16, 16, 1])`: weights, biases and their derivatives as heat maps, activations and adjoints as bars."""
    return _network(2, [16, 16, 1])


def sixty_four_neurons() -> Drawing:
    """`MLP(64, [64, 64, 10])` and its squared error."""
    return _network(64, [64, 64, 10])


def hundred_rows() -> Drawing:
    """The mean loss of `MLP(2, [16, 16, 1])` over 100 rows; the caption says which row is shown."""
    return _network(2, [16, 16, 1], rows=100)


def cross_entropy() -> Drawing:
    """Softmax with cross entropy, written out."""
    z = [Value(v, label=f"z{i}") for i, v in enumerate([2.0, 1.0, -1.0], 1)]
    e = [v.exp() for v in z]
    for i, v in enumerate(e, 1):
        v.label = f"e{i}"
    p = e[0] / autograd.sum(e)
    p.label = "p1"
    return _drawn(-p.log())


def recurrent() -> Drawing:
    """A recurrent network of one number over five steps: `draw(C, view="network")`."""
    w, u, b = Value(0.5, label="w"), Value(0.8, label="u"), Value(0.1, label="b")
    h = Value.constant(0.0, label="h0")
    for t, x in enumerate([1.0, -0.5, 0.25, 2.0, -1.0], 1):
        h = dot([w, u], [Value.constant(x, label=f"x{t}"), h], b).tanh()
        h.label = f"h{t}"
    return _drawn((h - 1) ** 2, view="network")


def gated_cell() -> Drawing:
    """One step of an LSTM: a box for each gate, with its weights as rows: `draw(C)`."""
    x, h0, c0 = (Value.constant(v, label=name) for name, v in {"x": 1.0, "h0": 0.5, "c0": -0.2}.items())
    numbers = {"f": (0.5, -0.3, 0.1), "i": (0.4, 0.2, 0.0), "o": (-0.6, 0.3, 0.2), "g": (0.9, -0.5, 0.1)}
    gates = {}
    for gate, weights in numbers.items():
        w, u, b = (Value(v, label=f"{name}{gate}") for name, v in zip("wub", weights))
        z = w * x + u * h0 + b
        gates[gate] = z.tanh() if gate == "g" else z.sigmoid()
        gates[gate].label = gate
    c = gates["f"] * c0 + gates["i"] * gates["g"]
    c.label = "c"
    h = gates["o"] * c.tanh()
    h.label = "h"
    return _drawn((h - 1) ** 2)


def long_chain() -> Drawing:
    """A chain of 1,000 operations: its middle is one box, with its exact derivative."""
    y = Value(0.5, label="x")
    for i in range(1000):
        y = y.sin() if i % 2 else y * 1.01
    return _drawn(y)


PICTURES: list[Callable[[], Drawing]] = [
    one_neuron, repeated_operand, lecture_forward, lecture_backward, lecture_circuit, four_neurons, three_neurons,
    three_neurons_circuit, sixteen_neurons, sixty_four_neurons, hundred_rows, cross_entropy, recurrent, gated_cell,
    long_chain,
]  # fmt: skip


def _drawn(C: Value, **options: Any) -> Drawing:
    C.label = "C"
    C.backward()
    return draw(C, **options)


def _network(
    nin: int, nouts: list[int], activation: str = "relu", rows: int = 1, view: str = "auto", seed: int = 3
) -> Drawing:
    model, stream = MLP(nin, nouts, activation=activation, init="xavier", rng=seed), random.Random(2)
    outputs = [model([stream.uniform(-1, 1) for _ in range(nin)]) for _ in range(rows)]
    flat = [v for y in outputs for v in (y if isinstance(y, list) else [y])]
    C = flat[0] if len(flat) == 1 else autograd.mean([(v - 1) ** 2 for v in flat])
    C.label = "C"
    C.backward()
    return draw(C, names=model, view=view)


def main(folder: Path = FOLDER) -> None:
    """Write every picture, and the page."""
    folder.mkdir(exist_ok=True)
    parts = [HEAD]
    for make in PICTURES:
        said = (make.__doc__ or "").rstrip(".")
        make().save(folder / f"{make.__name__}.svg")
        heading, alternative = make.__name__.replace("_", " ").capitalize(), said.partition(": `")[0]
        parts.append(f"## {heading}\n\n{said}.\n\n![{alternative}](gallery/{make.__name__}.svg)\n")
    (folder.parent / PAGE.name).write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()

"""The circuit as a scene: in the order of writing, legible at its size, nothing on top of anything else."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, dot, draw
from autograd.drawing.circuits.layered import Link, Size, layered
from autograd.drawing.drawing import Drawing
from autograd.drawing.scenes.scene import Curve, Group, Rect, Text
from autograd.drawing.scenes.sizes import LEGIBLE, SIZES
from demos import backprop
from nn import MLP


def neuron() -> Value:
    x = [Value.constant(1.0, label="x1"), Value.constant(0.5, label="x2")]
    w = [Value(1.0, label="w1"), Value(-2.0, label="w2")]
    z = dot(w, x, Value(1.0, label="b"))
    z.label = "z"
    return (z.sigmoid() - 1) ** 2


def square_and_sum() -> Value:
    x = Value(3.0, label="x")
    return x * x + x


def chain(length: int = 1000) -> Value:
    y = Value(0.5, label="x")
    for i in range(length):
        y = y.sin() if i % 2 else y * 1.01
    return y


def recurrent() -> Value:
    w, u, b = Value(0.5, label="w"), Value(0.8, label="u"), Value(0.1, label="b")
    h = Value.constant(0.0, label="h0")
    for t, x in enumerate([1.0, -0.5, 0.25, 2.0, -1.0], 1):
        h = (w * Value.constant(x, label=f"x{t}") + u * h + b).tanh()
    return (h - 1) ** 2


def cross_entropy() -> Value:
    z = [Value(v, label=f"z{i}") for i, v in enumerate([2.0, 1.0, -1.0], 1)]
    return autograd.logsumexp(z) - z[0]


def network(nin: int, nouts: list[int], rows: int = 1) -> tuple[Value, MLP]:
    model, stream = MLP(nin, nouts, rng=1), random.Random(2)
    outputs = [model([stream.uniform(-1, 1) for _ in range(nin)]) for _ in range(rows)]
    flat = [v for y in outputs for v in (y if isinstance(y, list) else [y])]
    return (flat[0] if len(flat) == 1 else autograd.mean([v * v for v in flat])), model


PLAIN: dict[str, Callable[[], Value]] = {
    f.__name__: f for f in (neuron, square_and_sum, chain, recurrent, cross_entropy, backprop.network)
}
NETWORKS = {"MLP(2, [4, 1])": (2, [4, 1]), "MLP(3, [3, 1])": (3, [3, 1]), "MLP(2, [16, 16, 1])": (2, [16, 16, 1])}


def drawings(**options: Any) -> dict[str, Drawing]:
    """The circuits of all examples, after a backward pass."""
    found = {}
    for name, make in PLAIN.items():
        output = make()
        output.backward()
        found[name] = draw(output, **options)
    for name, sizes in NETWORKS.items():
        output, model = network(*sizes)
        output.backward()
        found[name] = draw(output, names=model, view="circuit", **options)
    return found


@pytest.mark.parametrize("size", ["slide", "column"])
def test_every_picture_is_legible_at_its_size_and_says_what_it_leaves_out(size: str) -> None:
    for name, drawing in drawings(size=size).items():
        assert SIZES[size].text_height(drawing.scene) >= LEGIBLE, name
        hidden = (
            "nodes shown" in drawing.caption
            or "nodes in" in drawing.caption
            or "without derivatives" in drawing.caption
        )
        assert hidden == bool(drawing.caption), name


def rectangles(drawing: Drawing) -> dict[str, tuple[Rect, list[Text]]]:
    """The rectangle and all texts of every box."""
    (scene,) = [group for group in drawing.scene.shapes if isinstance(group, Group)]
    found = {}
    for group in scene.shapes:
        if isinstance(group, Group) and group.kind == "box":
            waiting, texts = list(group.shapes), []
            for shape in waiting:
                waiting += shape.shapes if isinstance(shape, Group) else ()
                texts += [shape] if isinstance(shape, Text) else []
            found[group.key] = (next(s for s in group.shapes if isinstance(s, Rect)), texts)
    return found


def test_no_text_leaves_its_box_and_no_box_lies_on_another() -> None:
    for name, drawing in drawings().items():
        found = rectangles(drawing)
        for rect, texts in found.values():
            for text in texts:
                assert rect.x <= text.x and text.x + text.width <= rect.x + rect.width, (name, text)
                assert rect.y <= text.y - 0.7 * text.size and text.y <= rect.y + rect.height, (name, text)
        boxes = [rect for rect, _ in found.values()]
        for i, a in enumerate(boxes):
            for b in boxes[:i]:
                apart = a.x >= b.x + b.width or b.x >= a.x + a.width or a.y >= b.y + b.height or b.y >= a.y + a.height
                assert apart, name


def skipping(seed: int) -> Value:
    """A random graph, whose arrows pass columns of boxes of any width."""
    stream = random.Random(seed)
    nodes = [Value(stream.uniform(-1, 1), label=f"x{i}") for i in range(3)]
    for i in range(9):
        operands = stream.sample(nodes, 2) if i % 4 else nodes[-3:]
        nodes.append(autograd.sum(operands) * operands[0])
        nodes[-1].label = "a_long_name_" * stream.randint(0, 2) + f"v{i}"
    return autograd.sum(nodes)


def points(group: Group) -> Iterator[tuple[float, float]]:
    """Points on the curves of an arrow."""
    for shape in group.shapes:
        if isinstance(shape, Curve):
            for i in range(0, len(shape.points) - 1, 3):
                a, b, c, d = shape.points[i : i + 4]
                for t in (0.1, 0.3, 0.5, 0.7, 0.9):
                    parts = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3
                    x, y = (sum(w * p[k] for w, p in zip(parts, (a, b, c, d))) for k in (0, 1))
                    yield x, y


@pytest.mark.parametrize("options", [{}, {"collapse": "none", "size": "natural"}, {"rankdir": "TB"}], ids=str)
def test_no_arrow_passes_behind_a_box_or_a_word(options: dict[str, Any]) -> None:
    found = {f"skipping {seed}": draw(skipping(seed), **options) for seed in range(3)}
    for name, drawing in {**found, **(drawings() if not options else {})}.items():
        (scene,) = [group for group in drawing.scene.shapes if isinstance(group, Group)]
        arrows = [group for group in scene.shapes if isinstance(group, Group) and group.kind == "arrow"]
        areas = [(r.x, r.y, r.x + r.width, r.y + r.height, key) for key, (r, _) in rectangles(drawing).items()]
        for arrow in arrows:
            texts = [text for text in arrow.shapes if isinstance(text, Text)]
            areas += [(t.x, t.y - 0.6 * t.size, t.x + t.width, t.y, t.words) for t in texts]
        for arrow in arrows:
            for x, y in points(arrow):
                behind = [what for a, b, c, d, what in areas if a + 1 < x < c - 1 and b + 1 < y < d - 1]
                assert not behind, (name, arrow.title, behind)


def order(drawing: Drawing) -> list[str]:
    """The names of the boxes, column by column from the left, each from the top."""
    names = {f"box-{box.key}": box.name for box in drawing.picture.boxes}
    places = {names[key]: rect for key, (rect, _) in rectangles(drawing).items()}
    return sorted(places, key=lambda name: (round(places[name].x + places[name].width / 2), places[name].y))


@pytest.mark.parametrize("seed", range(5))
def test_a_column_has_the_order_of_writing(seed: int) -> None:
    names = [f"x{i}" for i in range(1, 13)]
    random.Random(seed).shuffle(names)
    output = autograd.sum([Value(1.0, label=name).exp() for name in names])
    found = [name for name in order(draw(output, size="natural")) if name.startswith("x")]
    assert found == names


def test_neurons_stand_in_the_order_of_the_module() -> None:
    output, model = network(2, [12, 1])
    found = [name for name in order(draw(output, names=model, size="natural", view="circuit")) if "layers.0" in name]
    assert found == [f"layers.0.neurons.{i}: Neuron" for i in range(12)]


def test_weights_are_rows_of_their_neuron_unless_asked_for_and_constants_stand_in_formulas() -> None:
    output = neuron()
    names = {box.key: box.name for box in draw(output).picture.boxes}
    inside = {box.name: names[box.inside] for box in draw(output).picture.boxes if box.inside}
    assert {name: inside[name] for name in ("w1", "w2", "b")} == dict.fromkeys(("w1", "w2", "b"), "z")
    apart = [box.name for box in draw(output, collapse="none", size="natural").picture.boxes if not box.inside]
    assert {"w1", "w2", "b"} <= set(apart)
    assert not {"1", "2"} & set(apart)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8))
def test_every_link_has_a_route_and_a_place_for_its_label_also_where_folds_make_cycles(pairs: list[Any]) -> None:
    names = [f"v{i}" for i in range(6)]
    chained = [(i + 1, i) for i in range(5)]
    links = [Link(names[a], names[b], Size(20.0, 10.0)) for a, b in [*chained, *pairs] if a != b]
    found = layered(dict.fromkeys(names, Size(30.0, 20.0)), links, names[0], {})
    assert found.labels.keys() == found.routes.keys() == set(range(len(links)))
    assert all(0 <= x <= found.length and 0 <= y <= found.breadth for x, y in found.labels.values())

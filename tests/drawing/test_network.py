"""The picture of a network: the module's layers and numbers, in its order, legible; what is left out is said."""

import math
import random
import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, dot, draw
from autograd.drawing.boxes.naming import Naming
from autograd.drawing.drawing import Drawing
from autograd.drawing.networks.network import Network, find_network
from autograd.drawing.passes.lecture import lecture_steps
from autograd.drawing.scenes.scene import Cells, Circle, Curve, Group, Rect, Scene, Shape, Text
from autograd.drawing.scenes.sizes import LEGIBLE, SIZES
from autograd.engine.graph import Graph
from demos import backprop
from nn import MLP, RNN

SHAPES = [(2, [4, 1]), (3, [3, 1]), (2, [2, 2, 2]), (3, [6, 8, 2]), (2, [16, 16, 1]), (64, [64, 64, 10])]


def cost(nin: int, nouts: list[int], rows: int = 1, activation: str = "relu") -> tuple[Value, MLP]:
    model, stream = MLP(nin, nouts, rng=1, activation=activation), random.Random(2)
    C = autograd.sum([Value(0.0)])
    for _ in range(rows):
        y = model([stream.uniform(-1, 1) for _ in range(nin)])
        C = C + autograd.sum([(v - 1) ** 2 for v in (y if isinstance(y, list) else [y])])
    C.label = "C"
    C.backward()
    return C, model


def network_of(C: Value, names: Any, fresh: bool = False) -> Network | None:
    naming = Naming(names)
    return find_network(Graph(C, naming.values), naming, fresh)


def groups(scene: Scene) -> dict[str, Group]:
    found: dict[str, Group] = {}
    waiting: list[Shape] = list(scene.shapes)
    for shape in waiting:
        if isinstance(shape, Group):
            found[shape.key] = shape
            waiting += shape.shapes
    return found


def words(scene: Scene) -> str:
    return "\n".join(text.words for text in scene.texts())


sizes = st.tuples(st.integers(1, 5), st.lists(st.integers(1, 5), min_size=1, max_size=3))


@settings(max_examples=15, deadline=None)
@given(sizes, st.sampled_from(["relu", "tanh", "sigmoid", "leaky_relu"]), st.integers(1, 3))
def test_the_layers_are_the_modules(size: tuple[int, list[int]], activation: str, rows: int) -> None:
    C, model = cost(*size, rows, activation)
    network = network_of(C, model)
    assert network is not None
    assert network.rows == rows
    assert [[list(n.weights) for n in layer.neurons] for layer in network.layers] == [
        [neuron.w for neuron in layer.neurons] for layer in model.layers
    ]
    assert [[n.biases[0] for n in layer.neurons] for layer in network.layers] == [
        [neuron.b for neuron in layer.neurons] for layer in model.layers
    ]


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_nodes_stand_in_the_order_of_the_module_in_one_column_a_layer(shape: Any, direction: str) -> None:
    C, model = cost(*shape)
    found = groups(draw(C, names=model, direction=direction).scene)
    columns: dict[int, list[tuple[float, float]]] = {}
    for key, group in found.items():
        if match := re.fullmatch(r"node-(\d+)-(\d+)", key):
            columns.setdefault(int(match[1]), []).append(middle(group))
    assert [len(columns[i]) for i in sorted(columns)] == [shape[0], *shape[1], 1]
    assert all(a[1] < b[1] for those in columns.values() for a, b in pairwise(those)), "from top to bottom"
    xs = [{round(x) for x, _ in columns[i]} for i in sorted(columns)]
    assert all(len(x) == 1 for x in xs)
    assert xs == sorted(xs, key=min), "from left to right"


def middle(group: Group) -> tuple[float, float]:
    for shape in group.shapes:
        if isinstance(shape, Circle):
            return shape.x, shape.y
        if isinstance(shape, Rect):
            return shape.x + shape.width / 2, shape.y + shape.height / 2
        if hasattr(shape, "points"):
            (x0, y), (x1, _), *_ = shape.points
            return (x0 + x1) / 2, y
    raise AssertionError(group)


def test_lines_are_the_weights() -> None:
    C, model = cost(2, [4, 1])
    found = groups(draw(C, names=model).scene)
    for i, layer in enumerate(model.layers):
        for m, neuron in enumerate(layer.neurons):
            for n, w in enumerate(neuron.w):
                wire = found[f"wire-{i}-{n}-{m}"]
                (curve,) = [shape for shape in wire.shapes if isinstance(shape, Curve)]
                assert (curve.look.dash == "dashed") == (w.data < 0)
                label = words(Scene(0, 0, [found[f"wire-{i}-{n}-{m}-label"]]))
                assert label == f"w[{n}] = {w.data:.4g}\n∂C/∂w[{n}] = {w.grad or 0.0:.4g}"


def test_the_backward_network_carries_sums_of_contributions_through_amplifiers() -> None:
    C = backprop.network()
    C.backward()
    scene = draw(C, view="network", direction="backward").scene
    network = network_of(C, None)
    assert network is not None
    for layer, after in pairwise(network.layers):
        for n, neuron in enumerate(layer.neurons):
            total = sum(other.weights[n].data * other.z.grad for other in after.neurons)
            assert neuron.a.grad == pytest.approx(total)
            assert neuron.z.grad == pytest.approx(neuron.slope * neuron.a.grad)
            assert f"× {neuron.slope:.4g}" in words(scene)
            for other in after.neurons:
                assert f"= {other.weights[n].data * other.z.grad:.4g}" in words(scene)


def legible(drawing: Drawing) -> bool:
    return drawing.size.text_height(drawing.scene) >= LEGIBLE


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("size", ["column", "page"])
def test_a_smaller_page_has_legible_text_or_says_that_it_has_not(shape: Any, size: str) -> None:
    C, model = cost(*shape)
    drawing = draw(C, names=model, size=size)
    assert legible(drawing) != ("px high; size='natural'" in drawing.caption)
    texts = sorted((text for text in drawing.scene.texts() if text.words.strip()), key=lambda text: text.x)
    assert [(a.words, b.words) for a, b in overlaps(texts)] == []


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_text_is_legible_and_none_lies_on_another(shape: Any, direction: str) -> None:
    C, model = cost(*shape)
    drawing = draw(C, names=model, direction=direction)
    assert legible(drawing)
    slide, scale = SIZES["slide"], drawing.size.scale(drawing.scene)
    assert scale * drawing.scene.width < slide.width + 0.1 and scale * drawing.scene.height < slide.height + 0.1
    texts = sorted((text for text in drawing.scene.texts() if text.words.strip()), key=lambda text: text.x)
    assert [(a.words, b.words) for a, b in overlaps(texts)] == []
    for text in texts:
        assert text.x >= 0 and text.x + text.width <= drawing.scene.width, text


def overlaps(texts: list[Text]) -> Iterable[tuple[Text, Text]]:
    for i, a in enumerate(texts):
        for b in texts[i + 1 :]:
            if b.x >= a.x + a.width - 0.5:
                break
            if abs(a.y - b.y) < 0.75 * min(a.size, b.size):
                yield a, b


def test_what_is_left_out_is_said() -> None:
    C, model = cost(2, [3, 1], rows=7)
    drawing = draw(C, names=model)
    assert drawing.caption == "row 1 of 7 shown; derivatives of weights are sums over all rows"
    assert drawing.caption in words(drawing.scene)
    C, model = cost(100, [70, 1])
    assert draw(C, names=model).caption == "64 of 100 in inputs shown; 64 of 70 in layers.0 shown"


def test_a_closed_neuron_can_be_told() -> None:
    C, model = cost(2, [4, 1])
    drawing = draw(C, names=model)
    network = network_of(C, model)
    assert network is not None
    for i, neuron in enumerate(network.layers[0].neurons):
        drawn = words(Scene(0, 0, [groups(drawing.scene)[f"node-1-{i}"]]))
        assert ("closed" in drawn) == (neuron.z.data < 0)


def by_products(weights: list[Value], inputs: list[Value], b: Value) -> Value:
    """A neuron's sum as plain Python writes it."""
    return sum((w * x for w, x in zip(weights, inputs)), b)


def by_products_backwards(weights: list[Value], inputs: list[Value], b: Value) -> Value:
    return sum(x * w for w, x in zip(weights, inputs)) + b


def by_parts(weights: Any, inputs: Any, b: Value) -> Value:
    return dot(weights[:1], inputs[:1], b) + dot(weights[1:], inputs[1:])


WRITTEN = [dot, by_products, by_products_backwards, by_parts]


def recurrent(steps: int, units: int, neuron: Any = dot) -> tuple[Value, list[list[Value]]]:
    """A recurrent network, and the inputs of its steps."""
    w = [[Value(0.3 * i - 0.2 * j, label=f"w{i}{j}") for j in range(units + 1)] for i in range(units)]
    h = [Value.constant(0.0, label=f"h0{i}") for i in range(units)]
    b = Value(0.1, label="b")
    inputs = []
    for t in range(1, steps + 1):
        inputs.append([Value.constant(0.5 * t - 1, label=f"x{t}"), *h])
        h = [neuron(row, inputs[-1], b).tanh() for row in w]
        for i, v in enumerate(h):
            v.label = f"h{t}{i}"
    C = autograd.sum([v**2 for v in h])
    C.label = "C"
    C.backward()
    return C, inputs


@pytest.mark.parametrize("neuron", WRITTEN)
@pytest.mark.parametrize(("steps", "units"), [(5, 1), (3, 2), (12, 1)])
def test_a_recurrent_network_is_its_steps(steps: int, units: int, neuron: Any) -> None:
    C, inputs = recurrent(steps, units, neuron)
    network = network_of(C, None)
    assert network is not None and network.is_shared
    assert [list(layer.inputs) for layer in network.layers] == inputs
    drawing = draw(C, view="network")
    assert legible(drawing)
    assert f"{steps} steps share their weights" in drawing.caption
    hidden = re.search(r"(\d+) layers? between", drawing.caption)
    assert bool(hidden) == (steps == 12)
    shown = [key for key in groups(drawing.scene) if re.fullmatch(rf"node-\d+-{units}", key)]
    assert len(shown) >= steps - int(hidden[1] if hidden else 0)
    for layer in network.layers[-1:]:
        for neuron in layer.neurons:
            for w, x in zip(neuron.weights, layer.inputs):
                part = f"{x.data * neuron.z.grad or 0.0:.4g}"
                assert f"{w.label} = {w.data:.4g}\n{part}\nof {w.grad or 0.0:.4g}" in words(drawing.scene)
            assert f"{neuron.z.grad:.4g} of {neuron.biases[0].grad:.4g}" in words(drawing.scene)


def test_a_layer_of_nn_is_its_steps_with_both_biases() -> None:
    cell = RNN(2, 3, rng=0)
    C = autograd.sum([h**2 for h in cell([[0.5, -1.0], [1.0, 0.25]])[1]])
    C.backward()
    network, drawing = network_of(C, cell), draw(C, names=cell)
    assert network is not None
    assert [network.title(layer) for layer in network.layers] == ["step 1", "step 2"]
    neurons = [neuron for layer in network.layers for neuron in layer.neurons]
    assert all(set(n.biases) == {cell.bias_input[i % 3], cell.bias_state[i % 3]} for i, n in enumerate(neurons))
    assert legible(drawing)
    for b, c, z in [(*neuron.biases, neuron.z) for neuron in neurons]:
        assert f"biases = {b.data:.4g}, {c.data:.4g}" in words(drawing.scene)
        assert f"{z.grad:.4g} of {b.grad:.4g}" in words(drawing.scene)
    found = [step for step in lecture_steps(network) if "/∂bias_state[0] = " in step.what]
    assert len(found) == 2 and all("a sum of 2 contributions" in step.what for step in found)


@pytest.mark.parametrize("neuron", WRITTEN)
def test_a_network_is_found_however_its_sums_are_written(neuron: Any) -> None:
    names = {f"w{k}{i}{j}": Value(0.1 * (i - j + k) + 0.05) for k in range(2) for i in range(3) for j in range(3)}
    biases = {f"b{k}{i}": Value(0.1) for k in range(2) for i in range(3)}
    outputs = []
    row = [0.5, -1.0, 0.25]
    for inputs in (row, list(map(Value, row))):  # a row that repeats stays one of two; an input may be any leaf
        a: list[Any] = inputs
        for k in range(2):
            weights = [[names[f"w{k}{i}{j}"] for j in range(3)] for i in range(3)]
            a = [neuron(w, a, biases[f"b{k}{i}"]).tanh() for i, w in enumerate(weights)]
        outputs += a
    C = autograd.sum([v**2 for v in outputs])
    network = network_of(C, {**names, **biases})
    assert network is not None and network.rows == 2
    assert [len(layer.neurons) for layer in network.layers] == [3, 3]
    assert [v.data for v in network.layers[0].inputs] == row
    weights = [w for layer in network.layers for n in layer.neurons for w in n.weights]
    assert all(v is w for v, w in zip(weights, names.values()))
    squares = autograd.sum([w * w for w in names.values()])
    assert network_of(squares, names) is None


def test_contributions_of_the_steps_of_a_recurrent_network_add_up() -> None:
    C, _ = recurrent(4, 1)
    network = network_of(C, None, fresh=True)
    assert network is not None
    steps = [step for step in lecture_steps(network) if "∂C/∂w00 = " in step.what]
    total = network.layers[0].neurons[0].weights[0].grad
    assert sum(step.answer or 0.0 for step in steps) == pytest.approx(total)
    assert len(steps) == 4 and all("a sum of 4 contributions" in step.what for step in steps)
    given = [step for step in lecture_steps(network) if step.what.startswith("Inputs")]
    assert len(given) == 4


@pytest.mark.parametrize("shape", [(3, [5, 5, 2]), (4, [8, 8, 3]), (2, [8, 1]), (5, [7, 2])], ids=str)
def test_up_to_eight_neurons_every_weight_has_its_number(shape: Any) -> None:
    C, model = cost(*shape, activation="tanh")
    shown = re.split(r"[\s=]+", words(draw(C, names=model).scene))
    numbers = [float(text) for text in shown if re.fullmatch(r"-?[\d.]+(e[+-]\d+)?", text)]
    for p in model.parameters():
        assert any(abs(x - p.data) <= 0.051 for x in numbers), p
        assert any(abs(x - p.grad) <= 0.051 for x in numbers), p


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("shape", [(2, [9, 1]), (3, [3, 12, 2]), (2, [16, 16, 1])], ids=str)
def test_every_number_is_said_where_a_mouse_points(shape: Any, direction: str) -> None:
    C, model = cost(*shape, activation="tanh")
    for i, p in enumerate(model.parameters()):
        p.data, p.grad = 0.25 * i - 1.3, 0.75 * i - 2.2
    scene = draw(C, names=model, direction=direction).scene
    said = "; ".join(group.title for group in groups(scene).values()) + "; ".join(titles(scene.shapes))
    for i, p in enumerate(model.parameters()):
        assert f" = {0.25 * i - 1.3:.4g}" in said and f" = {0.75 * i - 2.2:.4g}" in said, p
    shown = groups(scene)
    dense = [k for k, layer in enumerate(model.layers) if len(layer.neurons) > 8]
    for k in dense:
        assert {f"heat-{k}-W", f"heat-{k}-b", f"heat-{k}-∂W", f"heat-{k}-∂b"} <= shown.keys()
        assert len(list(titles(shown[f"heat-{k}-b"].shapes))) == shape[1][k]
    assert ("On a line" in words(scene)) == any(key.startswith("wire") for key in shown)
    network = network_of(C, model, fresh=True)
    assert network is not None
    steps = [step.what for step in lecture_steps(network)]
    assert sum("∂C/∂b = " in what for what in steps) == sum(shape[1])


def titles(shapes: Iterable[Shape]) -> Iterable[str]:
    """What a mouse finds, in the order of drawing."""
    for shape in shapes:
        if isinstance(shape, Group):
            yield from [shape.title] if shape.title else []
            yield from titles(shape.shapes)


def test_what_is_not_finite_is_marked() -> None:
    model = MLP(2, [12, 1], activation="tanh", rng=1)
    neurons = model.layers[0].neurons
    neurons[3].b.data, neurons[5].w[1].data = math.nan, math.inf
    y = model([0.5, -1.0])
    y.backward()
    scene = draw(y, names=model).scene
    marked = {key: cells(group) for key, group in groups(scene).items() if key.startswith("heat")}
    assert {key: count for key, count in marked.items() if count} == {
        "heat-0-W": 1, "heat-0-b": 1, "heat-0-∂W": 2, "heat-0-∂b": 1, "heat-1-∂W": 1,
    }  # fmt: skip
    assert "■ not finite" in words(scene)
    y = MLP(2, [12, 1], rng=1)([0.5, -1.0])
    assert "not finite" not in words(draw(y, view="network").scene)


def cells(group: Group) -> int:
    """How many cells of a map are marked as not finite."""
    return sum(
        len(shape.corners) for shape in group.shapes if isinstance(shape, Cells) and shape.look.fill == "warning"
    )


def test_an_input_among_neurons_has_no_number() -> None:
    C, _ = recurrent(2, 12)
    scene = draw(C, view="network").scene
    assert "maps show sums over all steps" in words(scene)
    assert groups(scene)["node-1-0"].title.startswith("x: ")
    assert groups(scene)["node-1-1"].title.startswith("0: ")


@pytest.mark.parametrize("layers", [6, 9, 30])
def test_layers_that_do_not_fit_are_left_out_and_counted(layers: int) -> None:
    C, model = cost(2, [3] * layers + [1], activation="tanh")
    drawing = draw(C, names=model)
    assert legible(drawing)
    (hidden,) = re.findall(r"(\d+) layers? between (\S+) and (\S+) not shown", drawing.caption)
    first, last = (int(path.rpartition(".")[2]) for path in hidden[1:])
    assert last - first - 1 == int(hidden[0])
    columns = {int(key.split("-")[1]) for key in groups(drawing.scene) if key.startswith("node-")}
    assert len(columns) == layers + 3 - int(hidden[0])
    assert draw(C, names=model, size="natural").caption == ""


@pytest.mark.parametrize(
    ("cost_of", "text"),
    [
        (lambda m: (m([1.0, 2.0]) - 3) ** 2, "(z₀ - 3)²"),
        (lambda m: autograd.mean([(m([1.0, x]) - 3) ** 2 for x in (1.0, 2.0, 3.0)]), "mean((z₀ - 3)², …)"),
        (lambda m: (m([1.0, 2.0]) - m([2.0, 1.0])) ** 2, "(z₀ - …)²"),
        (lambda m: (m([1.0, 2.0]) - 3) ** 2 + 0.1 * autograd.sum([p * p for p in m.parameters()]), "(z₀ - 3)² + …"),
    ],
)
def test_the_cost_is_written_in_the_letters_of_the_last_layer(cost_of: Any, text: str) -> None:
    model = MLP(2, [3, 1], rng=1)
    C = cost_of(model)
    C.label = "C"
    assert f" = {text}".strip() in words(draw(C, names=model).scene)


def test_no_finite_weight_is_no_finite_width() -> None:
    w = [Value(x, label=f"w{i}") for i, x in enumerate([math.nan, math.inf, -math.inf, -0.0, 1e-300, -1e300])]
    scene = draw(dot(w, [Value.constant(0.5) for _ in w], 0.0).tanh(), view="network").scene
    curves = [shape for group in groups(scene).values() for shape in group.shapes if isinstance(shape, Curve)]
    assert len(curves) == len(w)
    assert all(math.isfinite(curve.look.width) and curve.look.width > 0 for curve in curves)
    assert [curve.look.dash for curve in curves] == ["", "", "dashed", "", "", "dashed"]


def test_a_chain_of_neurons_without_biases_is_a_network_and_its_dashes_wait_for_the_backward_pass() -> None:
    a = Value.constant(0.5)
    for _ in range(3):
        a = (Value(0.8) * a).sigmoid()
    assert all(draw(a, view=view).caption.endswith("— until backward() is called") for view in ("network", "circuit"))
    a.backward()
    assert draw(a, view="network").caption == ""


def test_the_view_is_chosen_by_the_graph() -> None:
    C, model = cost(2, [3, 1])
    assert draw(C, names=model).shown == "network"
    assert draw(C).shown == draw(C, names=model, view="circuit").shown == "circuit"
    x = Value(2.0)
    assert draw(x * x, names=model).shown == "circuit"
    with pytest.raises(ValueError, match="no layers of neurons"):
        draw(x * x, view="network")
    for option in ({"view": "table"}, {"direction": "up"}):
        with pytest.raises(ValueError, match="must be one of"):
            draw(x * x, **option)  # type: ignore[arg-type]

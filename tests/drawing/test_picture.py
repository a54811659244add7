"""The picture against the engine: nothing is lost, and its factors multiply out by the chain rule, folded or not."""

import math
import random
from collections import defaultdict
from functools import partial
from typing import Any

import pytest

import autograd
from autograd import Value, compile, group, relu
from autograd.drawing.circuits.choosing import READABLE, Request
from autograd.drawing.circuits.picture import Picture
from autograd.drawing.drawing import Drawing
from autograd.engine.graph import Graph
from nn import MLP

draw = partial(autograd.draw, size="natural", view="circuit")


def network(nouts: list[int], rows: int, seed: int = 1) -> tuple[Value, MLP]:
    """The hinge loss of a network over some rows."""
    random.seed(seed)
    model = MLP(2, nouts)
    data = [(random.random(), random.random(), random.choice([-1, 1])) for _ in range(rows)]
    losses = [(1 - target * model([a, b])).relu() for a, b, target in data]
    C = sum(losses) * (1 / rows) if rows > 1 else model([0.5, -1.0])
    C.label = "C"
    return C, model


def nodes_below(output: Value) -> set[Value]:
    found, stack = {output}, [output]
    while stack:
        for v in stack.pop().inputs:
            if v not in found:
                found.add(v)
                stack.append(v)
    return found


def flow(picture: Picture) -> dict[str, float]:
    """The contributions that flow back into each box, where every arrow from it states its factors."""
    total: dict[str, float] = defaultdict(float)
    unknown = {arrow.source for arrow in picture.arrows if arrow.product and arrow.factors is None}
    for arrow in picture.arrows:
        if arrow.factors is not None:
            total[arrow.source] += arrow.factors[0] * arrow.factors[1]
    return {key: value for key, value in total.items() if key not in unknown}


def test_a_box_for_each_node_and_an_arrow_for_each_operand() -> None:
    C, model = network([3, 1], rows=1)
    C.backward()
    picture = draw(C, names=model, collapse="none").picture
    nodes = nodes_below(C)
    assert len(picture.boxes) == len(nodes)
    assert len(picture.arrows) == sum(len(node.inputs) for node in nodes)


def test_nothing_flows_back_where_no_live_path_leads() -> None:
    x = Value(0.0, label="x")
    y = autograd.where(True, x * 1, x.sqrt())
    y.backward()
    picture = draw(y).picture
    assert [arrow.product for arrow in picture.arrows if "inf" in arrow.forward] == [""]
    assert {box.name: box.adjoint for box in picture.boxes}["x"] == "∂v3/∂x = 1"
    assert "nan" not in draw(y).html()


def test_many_operands_from_one_fold_are_one_arrow() -> None:
    C, model = network([3, 1], rows=1)
    C = autograd.mean([(model([i / 20, 1.0]) - 1) ** 2 for i in range(20)])
    C.backward()
    picture = draw(C, names=model).picture
    output = picture.boxes[0].key
    assert len([arrow for arrow in picture.arrows if arrow.target == output]) == 1


def test_another_threads_calls_are_not_in_the_picture() -> None:
    model, x = MLP(2, [2, 1]), Value(2.0, label="x")
    y = x * x
    model([0.1, 0.2])
    assert draw(y + x).picture.clusters == ()


def test_an_operand_used_twice_has_two_arrows() -> None:
    x = Value(3.0, label="x")
    y = x * x
    y.backward()
    picture = draw(y).picture
    assert [arrow.factors for arrow in picture.arrows] == [(3.0, 1.0), (3.0, 1.0)]
    (box,) = [box for box in picture.boxes if box.name == "x"]
    assert box.adjoint == "∂v1/∂x = 3 + 3 = 6"


@pytest.mark.parametrize("collapse", ["none", "expressions", "sums", "neuron", "layer", "model"])
def test_contributions_into_a_box_sum_to_its_gradient(collapse: str) -> None:
    C, model = network([4, 3, 1], rows=1)
    C.backward()
    picture = draw(C, names=model, collapse=collapse).picture
    by_name = {name: p.grad for name, p in model.named_parameters()}
    into = flow(picture)
    checked = 0
    for box in picture.boxes:
        if box.key in into and box.count == 1 and "…" not in box.adjoint:
            shown = float(box.adjoint.rsplit("= ", 1)[1])
            assert into[box.key] == pytest.approx(shown, rel=1e-3, abs=1e-12), box
            assert into[box.key] == pytest.approx(by_name.get(box.name, into[box.key]))
            checked += 1
    assert checked >= {"none": 20, "sums": 20, "neuron": 3}.get(collapse, 0)


def test_many_contributions_are_counted() -> None:
    x = Value(3.0, label="x")
    y = autograd.sum([x] * 12)
    y.backward()
    (box,) = [box for box in draw(y).picture.boxes if box.name == "x"]
    assert box.adjoint == "∂v1/∂x = 1 + 1 + 1 + … (12 terms) = 12"


def test_a_fold_tells_what_flows_back_to_each_of_a_few_nodes() -> None:
    C, model = network([3, 2, 1], rows=1)
    C.backward()
    graph = Graph(C, {value: name for name, value in model.named_parameters()})
    grads = {graph.name(node): node.grad for node in graph.nodes}
    picture = draw(C, names=model, collapse="layer").picture
    told = [pair.split(": ") for arrow in picture.arrows if ": " in arrow.product for pair in arrow.product.split(", ")]
    assert len(told) == 5
    for name, contribution in told:
        assert float(contribution) == pytest.approx(grads[name], rel=1e-3)


def test_a_neuron_is_one_box_with_the_exact_derivative_through_it() -> None:
    C, model = network([2, 1], rows=1)
    C.backward()
    picture = draw(C, names=model, collapse="neuron").picture
    boxes = {box.key: box for box in picture.boxes}
    names = {box.name for box in picture.boxes}
    assert {"layers.0.neurons.0: Neuron", "layers.0.neurons.1: Neuron", "layers.1.neurons.0: Neuron"} <= names
    w = {f"layers.0.neurons.{i}: Neuron": v.data for i, v in enumerate(model.layers[1].neurons[0].w)}
    for arrow in picture.arrows:
        name = boxes[arrow.source].name
        if arrow.factors is not None and name in w:
            assert arrow.factors[0] == w[name]


def test_names_come_from_a_mapping_a_module_or_labels() -> None:
    x, y = Value(1.0, label="x"), Value(2.0)
    names = {box.name for box in draw(x * y + x, names={"weights": [y]}).picture.boxes}
    assert names == {"x", "weights[0]", "v1", "v2"}
    C, model = network([3, 1], rows=1)
    names = {box.name for box in draw(C, names=model, collapse="none").picture.boxes}
    assert "layers.0.neurons.2.w[1]" in names


def test_kinds_of_leaves() -> None:
    C, model = network([1], rows=1)
    x = Value(1.0, label="x")
    kinds = {box.name: box.kind for box in draw(C * x * 2 + Value.constant(3.0, label="k"), names=model).picture.boxes}
    assert kinds["layers.0.neurons.0.b"] == "parameter"
    assert (kinds["x"], kinds["k"], kinds["2"]) == ("input", "input", "constant")


def test_open_calls_are_clusters_inside_clusters() -> None:
    C, model = network([2, 1], rows=1)
    picture = draw(C, names=model, collapse="none").picture
    by_key = {cluster.key: cluster for cluster in picture.clusters}
    titles = {cluster.title: by_key[cluster.parent].title if cluster.parent else "" for cluster in picture.clusters}
    assert titles["layers.0.neurons.1: Neuron"] == "layers.0: Layer"
    assert titles["layers.0: Layer"] == "MLP"
    assert titles["MLP"] == ""


def test_a_users_own_callable_can_be_a_group() -> None:
    class Square:
        @group
        def __call__(self, x: Value) -> Value:
            return x * x + 1

    C = Square()(Value(2.0, label="x")) * 3
    assert [cluster.title for cluster in draw(C).picture.clusters] == ["Square"]
    assert "Square" in {box.name for box in draw(C, collapse="neuron").picture.boxes}


class Cell:
    def __init__(self) -> None:
        self.w = Value(0.5)

    @group
    def __call__(self, h: Value, x: Value) -> tuple[Any, ...]:
        return h, [self.w, Value.constant(1.0), Value(2.0)], (self.w * x + h).tanh()


def test_a_call_is_a_group_wherever_its_nodes_are_among_its_results() -> None:
    h, _, z = Cell()(Value(0.25), Value(1.0))
    assert [cluster.title for cluster in draw(h + z).picture.clusters] == ["Cell"]
    assert compile(lambda h, x: Cell()(h, x)[2])(0.25, 1.0) == z.data


# --- size --------------------------------------------------------------------------------------


def test_one_row_of_a_network_is_forty_boxes_or_fewer() -> None:
    C, model = network([16, 16, 1], rows=1)
    C.backward()
    picture = draw(C, names=model).picture
    boxes = [box for box in picture.boxes if not box.inside]
    assert len(boxes) <= 40
    assert picture.caption == f"{len(boxes)} of 404 nodes shown; expand='layers.0.neurons.0'"


def test_a_caption_that_hides_nodes_says_how_to_see_them() -> None:
    outputs = MLP(2, [3, 2], activation="sigmoid", rng=3)([1.0, -1.0])
    C = sum((y - 1) ** 2 for y in outputs)
    C.backward()
    assert draw(C, view="circuit", size="slide").caption.endswith(" nodes shown; size='natural'")
    assert draw(C, view="circuit").caption == ""


@pytest.mark.parametrize("named", [True, False])
def test_rows_over_the_same_parameters_are_drawn_once(named: bool) -> None:
    C, model = network([16, 16, 1], rows=100)
    C.backward()
    picture = draw(C, names=model if named else None).picture
    assert len(picture.boxes) <= READABLE
    assert sum(box.count == 100 for box in picture.boxes) >= 33
    assert "of 7,640 nodes shown" in picture.caption


def test_micrograds_own_loss_can_be_read() -> None:
    C, model = network([16, 16, 1], rows=100)
    L = C + 1e-4 * sum(p * p for p in model.parameters())
    L.backward()
    boxes = {(box.name, box.count): box for box in draw(L, names=model).picture.boxes}
    assert len(boxes) <= READABLE
    assert {("layers.0: Layer", 100), ("layers.1: Layer", 100), ("layers.2: Layer", 100), ("relu", 100)} <= set(boxes)
    assert "a sum of 337 terms" in {box.formula for box in boxes.values()}


def test_rows_over_different_parameters_are_not() -> None:
    x = Value.constant(2.0, label="x")
    terms = [(Value(float(i), label=f"w{i}") * x).tanh() for i in range(30)]
    picture = draw(autograd.sum(terms)).picture
    assert all(box.count == 1 for box in picture.boxes)


def test_a_sum_written_with_plus_is_one_box() -> None:
    C = sum(Value(float(i), label=f"x{i}") ** 2 for i in range(40))
    picture = draw(C, collapse="sums").picture
    assert [box.formula for box in picture.boxes if box.kind == "group"] == ["a sum of 40 terms"]


def test_expand_leaves_a_module_open() -> None:
    C, model = network([16, 16, 1], rows=1)
    for expand, inside in [
        ("layers.2", "layers.2.neurons.0: Neuron"),
        ("layers.2.neurons.0", "layers.2.neurons.0.w[3]"),
    ]:
        names = {box.name for box in draw(C, names=model, collapse="layer", expand=expand).picture.boxes}
        assert {"layers.1: Layer", inside} <= names


def test_what_cannot_be_folded_is_shown_near_the_output() -> None:
    y = Value(0.1)
    for i in range(3000):
        y = y.sin() if i % 2 else y * y
    picture = draw(y).picture
    assert len(picture.boxes) == READABLE
    assert picture.caption.startswith(f"{READABLE} of 3,001 nodes shown; collapse='none'")
    assert len(draw(y, collapse="none", max_nodes=5000).picture.boxes) == 3000


@pytest.mark.parametrize("length", [400, 1000])
def test_the_middle_of_a_long_run_is_one_box_with_its_exact_derivative(length: int) -> None:
    x = Value(0.5, label="x")
    y = first = x.sin()
    for i in range(length):
        y = y.sin() if i % 2 else y * Value(1.01)
    y.label = "C"
    y.backward()
    picture = Drawing(Request(y)).picture
    (run,) = (box for box in picture.boxes if box.formula.endswith(("parameters", "operations")))
    (into,) = (arrow for arrow in picture.arrows if arrow.target == run.key)
    assert into.factors is not None
    assert into.factors[0] * into.factors[1] == pytest.approx(first.grad)
    assert {"x", "C"} <= {box.name for box in picture.boxes}
    assert "nodes shown; collapse='none'" in picture.caption


# --- what is shown -----------------------------------------------------------------------------


def test_before_a_backward_pass_no_adjoint_is_shown() -> None:
    x = Value(2.0, label="x")
    y = x * 3
    assert all(box.adjoint.endswith("= —") for box in draw(y).picture.boxes if box.kind != "constant")
    y.backward()
    assert not any("—" in box.adjoint for box in draw(y).picture.boxes)


def test_show_says_how_much() -> None:
    C, _ = network([2, 1], rows=1)
    C.backward()
    values, structure = draw(C, show="values").picture, draw(C, show="structure").picture
    assert not any(arrow.forward or arrow.product for arrow in values.arrows + structure.arrows)
    assert all(box.value or box.kind == "constant" for box in values.boxes)
    assert not any(box.value or box.adjoint for box in structure.boxes)


def test_drawing_changes_nothing() -> None:
    C, model = network([2, 1], rows=3)
    C.backward()
    before = [(v, v.data, v.grad, v.has_grad) for v in sorted(nodes_below(C), key=lambda v: v.index)]
    drawing = draw(C, names=model)
    drawing.html()
    assert before == [(v, v.data, v.grad, v.has_grad) for v in sorted(nodes_below(C), key=lambda v: v.index)]


def marks(output: Value) -> set[str]:
    return {mark for box in draw(output).picture.boxes for mark in box.marks}


def test_diagnosis() -> None:
    x = Value(-3.0, label="x")
    assert marks(relu(x)) == {"closed"}
    assert marks((x * 10).tanh()) == marks((x * 10).sigmoid()) == {"saturated"}
    assert marks(x * math.inf + 1) == {"first infinity"}
    assert marks((x * math.nan).exp()) == {"first NaN"}
    assert marks(x * 2) == set()


def test_changed_data_and_gradients_that_do_not_add_up_are_marked() -> None:
    x = Value(2.0, label="x")
    y = x * x
    y.backward()
    assert marks(y) == set()
    y.backward()
    assert any("accumulated twice" in mark for mark in marks(y))
    x.zero_grad()
    y.backward()
    x.data = 5.0
    assert marks(y) == {"data changed since"}

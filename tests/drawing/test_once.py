"""What drawing costs: each node's rule runs once, however many pictures are tried, and no picture is made twice.

A rule runs again where a picture folds what an operand is into a number: the rule then simplifies and selects by it.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import autograd
from autograd import Value, dot, draw, explain, mean, primitive
from autograd.drawing.circuits import choosing
from autograd.drawing.circuits.picture import Picture
from autograd.drawing.drawing import Drawing
from autograd.drawing.scenes.sizes import SIZES
from autograd.engine.graph import Graph
from autograd.primitives import ROWS, TABLE
from nn import MLP
from tests.operations import OPERATIONS

Graphed = Callable[[], tuple[Value, Any]]

RUNS: Counter[str] = Counter()


@primitive
def counted_square(x: Any) -> Any:
    RUNS["counted_square"] += 1
    return x * x, (2 * x,)


@primitive(kernel=math.atan)
def counted_atan(x: Any) -> Any:
    RUNS["counted_atan"] += 1
    return (1 / (1 + x * x),)


@primitive
def counted_float(x: Any) -> Any:
    RUNS["counted_float"] += 1
    return math.sin(x), (math.cos(x),)


for made in (counted_square, counted_atan, counted_float):
    del TABLE[made.__name__]  # other tests go over all its rows


@contextmanager
def counting() -> Iterator[Counter[str]]:
    """How often the rule of each operation runs: a user's counts itself, and every row's is wrapped."""
    rules = {row: row.rule for row in ROWS.values()}

    def counter(name: str, rule: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*operands: Any) -> Any:
            RUNS[name] += not name.startswith("counted")
            return rule(*operands)

        return counted

    for row, rule in rules.items():
        row.rule = counter(row.name, rule)
    RUNS.clear()
    try:
        yield RUNS
    finally:
        for row, rule in rules.items():
            row.rule = rule


def nodes_by_operation(C: Value) -> Counter[str]:
    return Counter(node.op.name for node in Graph(C).nodes if node.op is not None)


def users() -> tuple[Value, Any]:
    w, x = Value(0.5, label="w"), Value(-1.5, label="x")
    a = counted_square(counted_atan(w * x) + counted_square(x) * 2.0)
    return sum([a, counted_atan(a) ** 2, counted_square(counted_square(w)), a * x], start=Value.constant(0.0)), None


def network() -> tuple[Value, Any]:
    w, x = [Value(0.1 * i, label=f"w{i}") for i in range(4)], [Value.constant(1.0), Value.constant(-2.0)]
    a = [counted_atan(dot(w[:2], x, 0.5)), counted_atan(dot(w[2:], x, 0.25))]
    return mean([counted_square(v - 1.0) for v in a]), None


def module() -> tuple[Value, Any]:
    model = MLP(3, [5, 4, 1], activation="tanh", rng=1)
    return (counted_square(model([0.5, -1.0, 2.0]) - 1.0)) * counted_atan(0.01 * sum(model.parameters())), model


def long() -> tuple[Value, Any]:
    x = Value(0.3, label="x")
    terms = [counted_atan(counted_square(x + 0.1 * i) * autograd.sin(x * float(i))) for i in range(20)]
    return mean([counted_square(t) for t in terms]), None


def at_kinks() -> tuple[Value, Any]:
    x = Value(0.0, label="x")
    return autograd.relu(x) + abs(x) * counted_square(x) + autograd.maximum(x, 0.0) + autograd.clip(x, 0.0, 1.0), None


GRAPHS = [users, network, module, long, at_kinks]
OPTIONS: list[dict[str, Any]] = [
    *({"view": "circuit", "collapse": collapse} for collapse in choosing.COLLAPSES),
    *({"show": show} for show in ("chain", "short", "values", "structure")),
    *({"size": size} for size in SIZES),
]


def read(drawing: Drawing) -> None:
    """Everything that a drawing can give, pages twice."""
    for write in (drawing.svg, drawing.html, drawing.html, drawing._repr_mimebundle_):
        write()
    assert drawing.source and drawing.picture


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: "-".join(options.values()))
@pytest.mark.parametrize("graph", GRAPHS)
def test_a_rule_runs_once_for_a_node(graph: Graphed, options: dict[str, Any]) -> None:
    C, names = graph()
    with counting() as runs:
        read(draw(C, names, **options))
    assert runs
    assert runs <= nodes_by_operation(C), runs - nodes_by_operation(C)


@pytest.mark.parametrize("graph", GRAPHS)
def test_a_rule_runs_once_after_a_backward_pass(graph: Graphed) -> None:
    C, names = graph()
    C.backward()
    with counting() as runs:
        read(draw(C, names))
    assert runs and runs <= nodes_by_operation(C)


@pytest.mark.parametrize("graph", GRAPHS)
def test_a_table_runs_a_rule_once_for_a_node(graph: Graphed) -> None:
    C, _ = graph()
    with counting() as runs:
        explain(C)
    assert runs and runs <= nodes_by_operation(C)


def test_both_passes_of_a_network_are_drawn_with_one_run() -> None:
    C, _ = network()
    C.backward()
    for direction in ("forward", "backward"):
        with counting() as runs:
            draw(C, view="network", direction=direction).html()
        assert runs["counted_atan"] == 2 and runs <= nodes_by_operation(C)


POINTS = [(0.3, 0.7, 0.2, 0.4, 0.6), (1.5, 2.5, 0.5, 3.5, 1.0), (0.0,) * 5, (-0.5, 0.5, 0.25, -0.75, 2.0)]


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_rule_of_a_builtin_operation_runs_once_for_a_node(name: str) -> None:
    row, drawn = TABLE[name], 0
    for point in POINTS:
        numbers = iter(point)

        def operand(parameter: str, numbers: Iterator[float] = numbers) -> Any:
            return next(numbers) if parameter in row.plain else Value(next(numbers))

        operands = [[operand(p), operand(p)] if p in row.vectors else operand(p) for p in row.parameters]
        try:
            z = row.function(*operands)
        except (ValueError, ArithmeticError):
            continue
        with counting() as runs:
            draw(z)
        assert runs <= nodes_by_operation(z), point
        drawn += 1
    assert drawn


def test_a_rule_that_needs_floats_is_tried_on_symbols_once() -> None:
    x = Value(0.3, label="x")
    C = mean([counted_float(counted_float(x) * i) for i in range(5)])
    with counting() as runs:
        draw(C)
    assert runs["counted_float"] <= nodes_by_operation(C)["counted_float"] + 1


def test_a_rule_runs_a_second_time_on_numbers_of_an_expression() -> None:
    x = Value(0.3, label="x")
    C = counted_square(Value.constant(0.5) + 0.5) * counted_atan(x) + counted_atan(x * 2.0)
    with counting() as runs:
        read(draw(C))
    assert runs - nodes_by_operation(C) == Counter(["counted_square", "multiply"])


def test_changed_data_is_found_by_a_second_run() -> None:
    C, _ = users()
    leaf = next(v for v in Graph(C).nodes if v.label == "x")
    leaf.data += 1.0
    with counting() as runs:
        drawing = draw(C, collapse="none")
    changed = Counter(edge.target.op.name for edge in Graph(C).consumers(leaf) if edge.target.op is not None)
    assert "data changed since" in drawing.source
    assert runs <= nodes_by_operation(C) + changed


@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize("size", ["slide", "page"])
def test_nothing_is_folded_built_or_laid_out_twice(graph: Graphed, size: str, monkeypatch: pytest.MonkeyPatch) -> None:
    C, names = graph()
    C.backward()
    built: list[Picture] = []
    laid: list[Picture] = []
    folded: list[Any] = []
    picture, circuit, builder = choosing.picture, choosing.Circuit, choosing.PictureBuilder

    def folding(*arguments: Any) -> Any:
        folded.append(arguments[3])
        return builder(*arguments)

    def building(*arguments: Any) -> Picture:
        built.append(picture(*arguments))
        return built[-1]

    def laying(drawn: Picture, rankdir: str) -> Any:
        laid.append(drawn)
        return circuit(drawn, rankdir)

    monkeypatch.setattr(choosing, "PictureBuilder", folding)
    monkeypatch.setattr(choosing, "picture", building)
    monkeypatch.setattr(choosing, "Circuit", laying)
    monkeypatch.setattr("autograd.drawing.drawing.Circuit", laying)
    drawing = draw(C, names, "circuit", size=size)
    for write in (drawing.svg, drawing.sketch, drawing._repr_mimebundle_):
        write()
    assert drawing.source and drawing.picture
    for made in folded, built, laid:
        assert made and all(x not in made[:i] for i, x in enumerate(made))


def test_a_circuit_that_fits_nowhere_keeps_its_rows() -> None:
    model = MLP(2, [4, 1], activation="tanh", rng=1)
    y = model([0.3, 0.6])
    C = mean([(y - 1.0) ** 2, 0.01 * y])
    C.backward()
    picture = draw(C, model, "circuit", collapse="expressions").picture
    assert "px high" in picture.caption
    assert sum(bool(box.inside) for box in picture.boxes if box.kind == "parameter") == len(model.parameters())

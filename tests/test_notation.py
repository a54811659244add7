"""One name, one quantity: ∂z/∂x is the same number wherever tables, pictures and pages use the name."""

import re
import sys
from collections import defaultdict
from types import FrameType
from typing import Any

import pytest
from hypothesis import example, given

import autograd
from autograd import Value, draw, explain, group, sin
from autograd.drawing.passes.steps import steps
from autograd.engine import names
from autograd.engine.graph import Graph
from autograd.explanation.tables import Explanation
from autograd.testing.programs import SampleProgram, programs

Names = dict[str, set[str]]

SQUARE = SampleProgram((3.0,), (("multiply", (0, 0)),))
SKIP = SampleProgram((2.0,), (("sin", (0,)), ("multiply", (0, 1)), ("tanh", (2,))))  # x reaches v2 itself and by v1
DIRECT = SampleProgram((2.0,), (("sin", (0,)), ("multiply", (0, 1))))  # the same, with v2 as the output
THRICE = SampleProgram((1.5, 2.0), (("dot", (0, 0, 0, 0, 1, 1, 0)),))


def recorded(program: SampleProgram) -> Value:
    return program.recorded()[-1]


@example(SQUARE)
@example(SKIP)
@example(DIRECT)
@example(THRICE)
@given(programs())
def test_no_two_derivatives_share_a_name(program: SampleProgram) -> None:
    graph = Graph(recorded(program))
    adjoints = graph.adjoints()
    totals = {graph.adjoint_name(node): node for node in adjoints}
    assert len(totals) == len(adjoints)
    edges = [edge for node in graph.nodes for edge in graph.edges(node) if edge.source in adjoints]
    assert len({graph.local_name(edge) for edge in edges}) == len(edges)
    for edge in edges:  # if there is no other path, the local derivative is the total one
        node = totals.get(graph.local_name(edge))
        if node is not None:
            assert node is edge.source
            assert adjoints[node] == pytest.approx(edge.partial or 0.0, nan_ok=True)


def told(found: Names, equation: str) -> None:
    """Record the number at the end of ∂z/∂x = what = number."""
    name, _, value = equation.partition(" = ")
    if name.startswith("∂") and not value.startswith("—"):
        found[name].add(value.rsplit(" = ", 1)[-1].replace("no edge", "0"))


@example(SQUARE)
@example(SKIP)
@example(DIRECT)
@example(THRICE)
@given(programs())
def test_a_name_has_one_number_in_the_picture_and_on_the_page(program: SampleProgram) -> None:
    C = recorded(program)
    C.backward()
    picture = draw(C, collapse="none").picture
    found: Names = defaultdict(set)
    for arrow in picture.arrows:
        told(found, arrow.forward.replace(": no edge", " = 0"))
        told(found, arrow.backward)
    for box in picture.boxes:
        told(found, box.adjoint)
    for step in steps(picture):
        told(found, step.what)
        told(found, step.why.rpartition(", so ")[2].replace(": no edge", " = 0"))
    assert {name: numbers for name, numbers in found.items() if len({float(x) for x in numbers}) > 1} == {}


@example(SQUARE)
@example(SKIP)
@example(DIRECT)
@example(THRICE)
@given(programs())
def test_printed_numbers_obey_printed_equations(program: SampleProgram) -> None:
    explanation = explain(recorded(program))
    values, texts = numbers_of(explanation)
    for name, symbols, _, total in explanation.backward[1:] + explanation.leaves:
        sign = "·" if name in [row[0] for row in explanation.backward] else " × "
        terms = [factors(term, name, sign, texts) for term in symbols.removeprefix("= ").split(" + ∂")]
        products = [values[a] * values[b] for a, b in terms]
        size = sum(map(abs, products))
        assert sum(products) == pytest.approx(float(total.removeprefix("= ")), abs=2e-3 * size + 1e-300, rel=2e-3)


def numbers_of(explanation: Explanation) -> tuple[dict[str, float], dict[str, str]]:
    """The printed number and formula of every name."""
    values: dict[str, float] = {}
    texts: dict[str, str] = {}
    for *_, local in explanation.forward:
        name, what, *value = local.split(" = ")
        values[name] = float((value[-1] if value else what).removesuffix(" (no edge)"))
        texts[name] = what.removesuffix(" (no edge)")
    for name, *_, total in explanation.backward + explanation.leaves:
        number = float(total.removeprefix("= "))
        assert values.setdefault(name, number) == number or values[name] == pytest.approx(number, rel=1e-3), name
    return values, texts


def factors(term: str, name: str, sign: str, texts: dict[str, str]) -> tuple[str, str]:
    """The names of both factors of a term; a local derivative named like the product appears as its formula."""
    adjoint, local = term.split(sign, 1) if sign == "·" else reversed(term.rsplit(sign, 1))
    adjoint, local = ("∂" + x.removeprefix("∂") if x[:1] != "(" else x for x in (adjoint, local))
    if local not in texts:
        assert local.removeprefix("∂").strip("()") == texts[name].strip("()")
        local = name
    return adjoint, local


TWICE = [
    lambda x: x * x,
    lambda x: x + x,
    lambda x: x / x,
    lambda x: x**x,
    lambda x: autograd.hypot(x, x),
    lambda x: autograd.maximum(x, x),
    lambda x: autograd.norm([x, x]),
    lambda x: autograd.dot([x, x], [x, 1.0], x),
    lambda x: autograd.mean([x] * 12),
]


@pytest.mark.parametrize("f", TWICE)
def test_what_is_an_operand_twice_has_its_places_and_their_sum(f: Any) -> None:
    x = Value(3.0, label="x")
    y = f(x)
    y.label = "y"
    y.backward()
    places = [
        f"∂y/∂x⁽{str(i).translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}⁾"
        for i, v in enumerate(y.inputs, 1)
        if v is x
    ]
    assert len(places) > 1
    ((_, symbols, _, total),) = explain(y).leaves
    assert sorted(re.findall(r"∂y/∂x⁽\S+⁾", symbols)) == sorted(places)
    assert float(total.removeprefix("= ")) == pytest.approx(x.grad, rel=1e-3)
    arrows = [arrow.forward.partition(" = ")[0] for arrow in draw(y).picture.arrows if arrow.forward]
    assert sorted(arrows) == sorted(places)


def test_plain_names_stay_where_they_can_mean_one_thing() -> None:
    x, w = Value(3.0, label="x"), Value(2.0, label="w")
    text = str(explain(((w * x).tanh() + 1) ** 2))
    assert "⁽" not in text


def test_a_label_that_looks_like_a_place_is_not_taken_for_one() -> None:
    x, other = Value(3.0, label="x"), Value(2.0, label="x⁽¹⁾")
    graph = Graph(autograd.sum([x, x, other]))
    assert [graph.local_name(edge) for edge in graph.edges(graph.output)] == ["∂v1/∂x⁽⁽¹⁾⁾", "∂v1/∂x⁽²⁾", "∂v1/∂x⁽¹⁾"]


# --- folds -------------------------------------------------------------------------------------


class Scaled:
    @group
    def __call__(self, x: Value) -> Value:
        y = x * 3 + x
        y.label = "C"
        return y


def test_what_leads_through_a_fold_and_past_it_is_told_apart() -> None:
    class Sum:
        @group
        def __call__(self, x: Value, y: Value) -> Value:
            return x * 3 + y

    x = Value(2.0, label="x")
    C = Sum()(x, sin(x))
    C.label = "C"
    C.backward()
    picture = draw(C, collapse="neuron").picture
    assert [a.forward for a in picture.arrows if a.forward.startswith("∂C/∂x")] == ["∂C/∂x through this box = 3"]


def test_what_only_a_fold_uses_needs_no_more_words() -> None:
    x = Value(2.0, label="x")
    C = Scaled()(x * 1.5)
    C.backward()
    assert [a.forward for a in draw(C, collapse="neuron").picture.arrows if "∂C" in a.forward] == ["∂C/∂v1 = 4"]


def test_the_page_adds_up_each_result_of_a_fold_by_itself() -> None:
    class Pair:
        @group
        def __call__(self, x: Value) -> list[Value]:
            return [x * 2, x * 5]

    x = Value(1.0, label="x")
    a, b = Pair()(x)
    a.label, b.label = "a", "b"
    C = a.tanh() + b.sin()
    C.backward()
    whats = [
        step.what for step in steps(draw(C, collapse="neuron").picture) if step.what.startswith(("∂v3/∂a:", "∂v3/∂b:"))
    ]
    assert [what.rsplit(" = ", 1) for what in whats] == [
        ["∂v3/∂b: 0 → 0 + 1 × 0.2837", "0.2837"],
        ["∂v3/∂a: 0 → 0 + 1 × 0.07065", "0.07065"],
    ]
    assert next(step.what for step in steps(draw(C).picture) if step.kind == "seed") == "∂v3/∂v3 = 1"


# --- names -------------------------------------------------------------------------------------


def lines_to_name(n: int) -> int:
    """The number of lines run to name the nodes of a sum of n labelled leaves, with every other node unlabelled."""
    total = Value(0.0)
    for i in range(n):
        total = total + Value(1.0, label=f"v{2 * i}")
    lines = 0

    def count(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return count if frame.f_code.co_filename == names.__file__ else None

    before = sys.gettrace()
    sys.settrace(count)
    try:
        graph = Graph(total)
        found = {graph.name(node) for node in graph.nodes}
    finally:
        sys.settrace(before)
    assert len(found) == len(graph.nodes)
    return lines


def test_names_take_linear_time() -> None:
    """Labels v0, v1, … were once scanned for every unlabelled node."""
    assert lines_to_name(400) < 6 * lines_to_name(100)


def test_names_pass_every_label_that_is_a_number() -> None:
    labels = ["v2", "v3", "v5", "v05", "v0", "v9999999999999999999"]
    leaves = [*(Value(1.0, label=label) for label in labels), *(Value(2.0) for _ in range(3))]
    graph = Graph(autograd.sum(leaves))
    assert [graph.name(v) for v in graph.nodes] == [*labels, "v1", "v4", "v6", "v7"]


@pytest.mark.parametrize("given", ["", "w"])
def test_an_empty_name_is_none(given: str) -> None:
    w = Value(2.0)
    assert {box.name for box in draw(w * 3, names={given: w}).picture.boxes} == {
        given or "v1",
        "3",
        "v2" if not given else "v1",
    }


def test_long_labels_are_shown_by_both_ends_and_stay_apart() -> None:
    a, b = Value(1.0, label="a" * 10_000 + "y"), Value(2.0, label="a" * 10_000 + "y")
    graph = Graph(a * b)
    shown = [graph.name(v) for v in graph.nodes]
    assert shown == ["a" * 32 + "…" + "a" * 15 + "y", "a" * 32 + "…" + "a" * 15 + "y(2)", "v1"]
    assert max(map(len, str(explain(a * b)).splitlines())) < 500

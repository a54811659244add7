"""Expressions: operations without names of their own stand in one formula, through which derivatives flow as before."""

import math
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from autograd import Value, clip, draw, explain, leaky_relu, primitive, sin, tanh, where
from autograd.primitives import TABLE
from autograd.testing.programs import programs
from nn import LSTM, Attention
from tests.drawing.test_picture import flow

number = Value.constant


@primitive
def three(x: Any) -> Any:
    return 3.0, (0.0,)


@primitive
def is_positive(x: Any) -> Any:
    return x > 0, (0.0,)


@primitive
def of_floats(x: Any) -> Any:
    return math.sin(x), (math.cos(x),)


@primitive(plain="n")
def of_floats_above_two(x: Any, n: Any) -> Any:
    return (math.sin(x), (math.cos(x), None)) if n > 2 else (x * x, (2 * x, None))


@primitive
def looked_up(x: Any) -> Any:
    return {0.25: 2.0}[x], (0.0,)


@primitive
def checked(x: Any) -> Any:
    assert isinstance(x, float)
    return 8 * x, (8.0,)


for made in (three, is_positive, of_floats, of_floats_above_two, looked_up, checked):
    del TABLE[made.__name__]  # other tests go over all its rows


@given(programs(size=20), st.data())
def test_what_flows_back_into_each_box_is_its_adjoint(program, data) -> None:
    values = program.recorded()
    for i in data.draw(st.sets(st.integers(0, len(values) - 1), max_size=3)):
        values[i].label = f"named{i}"
    assume(all(math.isfinite(v.data) for v in values))
    values[-1].backward()
    assume(all(math.isfinite(v.grad) for v in values))
    picture = draw(values[-1], collapse="expressions", size="natural", show="chain").picture
    into = flow(picture)
    for box in picture.boxes:
        if box.key in into and "…" not in box.adjoint and box.kind != "group":
            shown = float(box.adjoint.rsplit("= ", 1)[1])
            assert into[box.key] == pytest.approx(shown, rel=2e-3, abs=1e-3 * sum(map(abs, into.values())))


def test_a_node_and_its_operand_of_equal_numbers_keep_their_arrow() -> None:
    x, y = Value(0.0, label="x"), Value(0.0, label="y")
    twice = x + -x
    picture = draw(clip(y, twice, twice), collapse="expressions").picture
    names = {box.key: box.name for box in picture.boxes}
    assert {names[arrow.source] for arrow in picture.arrows} >= {"x", "y"}


def test_formulas_in_names() -> None:
    w, x, b = Value(0.5, label="w"), Value(2.0, label="x"), Value(-1.0, label="b")
    a = tanh(w * x + b)
    a.label = "a"
    C = (a - 1) ** 2 + sum([0.1 * w**2])
    C.label = "C"
    C.backward()
    boxes = {box.name: box for box in draw(C, collapse="expressions").picture.boxes}
    assert boxes.keys() == {"w", "x", "b", "a", "C"}
    assert boxes["a"].formula == "tanh(w·x + b)"
    assert boxes["a"].kind == "operation"
    assert boxes["C"].formula == "(a - 1)² + 0.1·w²"


# Numbers within an expression: what they leave of it, as its rules make it of them.
NUMBERS = [
    (lambda x, y: (number(0.5) + 0.5) * y + 1, "y + 1"),
    (lambda x, y: y / (number(0.5) + 0.5) + 1, "y + 1"),
    (lambda x, y: number(2.0) ** 2 * y / (number(3.0) - 2), "4·y"),
    (lambda x, y: leaky_relu(number(2.0) * 3, y) * 2, "12"),
    (lambda x, y: where(number(2.0) * 1, x, x) * y, "x·y"),
    (lambda x, y: where(where(x > 0, 2.0, x), x, x) * y, "x·y"),
    (lambda x, y: leaky_relu(where(x > 0, 2.0, x), x) * y, "2·y"),
    (lambda x, y: (x / where(number(1.0) * 1, 1.0, x)) * y, "x·y"),
    (lambda x, y: (number(1.0) - 1) * x + (number(-1.0) * 0) * y, "0·x + 0·y"),
    (lambda x, y: sin(number(0.5) - 0.5) + y, "y"),
    (lambda x, y: of_floats(three(x)), "0.1411"),
    (lambda x, y: of_floats(three(x)) * y, "0.1411·y"),
    (lambda x, y: is_positive(x) * y, "(1 if x > 0 else 0)·y"),
]


@pytest.mark.parametrize(("function", "formula"), NUMBERS)
def test_numbers_within_an_expression(function, formula: str) -> None:
    z = function(Value(0.25, label="x"), Value(0.75, label="y"))
    z.label = "z"
    assert {box.name: box.formula for box in draw(z, collapse="expressions").picture.boxes}["z"] == formula


# Rules that run on floats only, or on some floats only: each is a call, whatever it raises, and hides no other.
CALLS = [
    (lambda x, y: of_floats(x) * y, ["of_floats(x)", "v1·y"]),
    (lambda x, y: looked_up(x) * y, ["looked_up(x)", "v1·y"]),
    (lambda x, y: checked(x) * y, ["checked(x)", "v1·y"]),
    (lambda x, y: of_floats_above_two(x, 3.0) * of_floats_above_two(y, 1.0), ["of_floats_above_two(x, 3)", "y²"]),
]


@pytest.mark.parametrize(("function", "formulas"), CALLS)
def test_a_rule_that_needs_floats_is_a_call(function, formulas: list[str]) -> None:
    z = function(Value(0.25, label="x"), Value(0.75, label="y"))
    for shown in str(explain(z)), draw(z, collapse="none").source:
        assert all(formula in shown for formula in formulas)
    assert draw(z, collapse="expressions").svg()


def test_weights_are_rows_of_formulas_where_boxes_for_them_would_not_fit() -> None:
    x, h = Value.constant(1.0, label="x"), Value.constant(0.5, label="h0")
    w = [
        [Value(0.1 * i + 0.3 * k, label=f"{name}{gate}") for i, name in enumerate("wub")]
        for k, gate in enumerate("fiog")
    ]
    f, i, o, g = (tanh(row[0] * x + row[1] * h + row[2]) for row in w)
    for gate, label in zip((f, i, o, g), "fiog"):
        gate.label = label
    C = o * tanh(f * 0.25 + i * g)
    C.label = "C"
    C.backward()
    drawn = draw(C)
    names = {box.key: box.name for box in drawn.picture.boxes}
    within = {box.name: names[box.inside] for box in drawn.picture.boxes if box.inside and box.kind == "parameter"}
    assert within == {f"{name}{gate}": gate for name in "wub" for gate in "fiog"}
    assert drawn.caption == "40 nodes in 7 boxes; size='natural'"


def test_gates_of_recurrent_layers_have_names() -> None:
    outputs, _ = LSTM(1, 1, rng=0)([[1.0]], ([0.5], [-0.2]))
    formulas = {box.name: box.formula for box in draw(outputs[-1][0]).picture.boxes}
    assert {"f[0]", "i[0]", "g[0]", "o[0]"} <= formulas.keys()
    assert formulas["c[0]"] == "f[0]·(-0.2) + i[0]·g[0]"
    cell = LSTM(2, 2, rng=0)
    outputs, _ = cell([[1.0, 0.5]])
    drawn = {box.name for box in draw(outputs[0][0] * outputs[0][1], names=cell).picture.boxes}
    assert {f"{name}[{k}]" for name in "figoch" for k in (0, 1)} <= drawn


def test_an_input_that_several_parts_of_a_fold_take_is_drawn_once() -> None:
    tokens = Attention(2, rng=0)([[1.0, 0.5], [-0.5, 0.2]])
    boxes = draw(sum(x * x for token in tokens for x in token), collapse="model").picture.boxes
    assert sorted(box.name for box in boxes if box.kind == "constant" and not box.inside) == ["-0.5", "0.2", "0.5", "1"]

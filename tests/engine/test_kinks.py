"""Kinks: what the table says of an operation without a derivative is what every mode returns there."""

import pytest

import autograd
from autograd import Value, grad, gradients, jvp
from autograd.primitives import TABLE


def flattened(example):
    """The operands of an example in a row."""
    return tuple(x for group in example for x in (group if isinstance(group, tuple) else (group,)))


LISTED = [(row, flattened(kink.example), kink.partials) for row in TABLE.values() for kink in row.kinks]
ELSEWHERE = [
    (autograd.leaky_relu, (0.0, 2.0), (1.0, 0.0)),
    (autograd.leaky_relu, (0.0, -1.0), (0.0, 0.0)),
    (autograd.maximum, (0.0, -0.0), (0.5, 0.5)),
    (autograd.minimum, (-3.0, -3.0), (0.5, 0.5)),
    (autograd.norm, (0.0,), (0.0,)),
    (autograd.norm, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)),
    (autograd.clip, (2.0, 2.0, 5.0), (0.0, 1.0, None)),
    (autograd.floor, (-2.0,), (0.0,)),
]
ROWS = LISTED + [(function.primitive, point, wanted) for function, point, wanted in ELSEWHERE]


def on_row(row):
    """An operation as a function of its operands in a row."""
    return lambda *x: row.function(*[list(g) if isinstance(g, tuple) else g for g in row.structured(x)])


def units(count):
    return [tuple(float(i == j) for j in range(count)) for i in range(count)]


def recorded(f, point):
    leaves = [Value(x) for x in point]
    return [g.data for g in gradients(f(*leaves), leaves, create_graph=True)]


def accumulated(f, point):
    leaves = [Value(x) for x in point]
    f(*leaves).backward()
    return [v.grad for v in leaves]


# Every way to the gradient of f at a point; an outer transform goes along the first axis.
WAYS = {
    "backward": accumulated,
    "recorded": recorded,
    "reverse": lambda f, point: grad(f, tuple(range(len(point))))(*point),
    "forward": lambda f, point: [jvp(f, point, unit)[1] for unit in units(len(point))],
    "reverse, pushed forward": lambda f, point: jvp(grad(f, tuple(range(len(point)))), point, units(len(point))[0])[0],
    "forward, pulled back": lambda f, point: grad(
        lambda *x: jvp(f, x, units(len(point))[0])[0], tuple(range(len(point)))
    )(*point),
    "forward, pushed forward": lambda f, point: [
        jvp(lambda *x: jvp(f, x, units(len(point))[0])[0], point, unit)[1] for unit in units(len(point))
    ],
}


@pytest.mark.parametrize("row, kink", [(row, kink) for row in TABLE.values() for kink in row.kinks], ids=str)
def test_an_example_is_at_its_kink(row, kink):
    assert kink.at(*kink.example)


@pytest.mark.parametrize("row, point, wanted", ROWS, ids=[f"{row}{point}" for row, point, _ in ROWS])
def test_a_rule_returns_what_the_table_says(row, point, wanted):
    found = row.rule(*row.structured(point))[1]
    assert [p is None for p in found] == [p is None for p in wanted]
    assert [p or 0.0 for p in found] == [p or 0.0 for p in wanted]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("row, point, wanted", ROWS, ids=[f"{row}{point}" for row, point, _ in ROWS])
def test_every_mode_returns_what_the_table_says(row, point, wanted, way):
    assert list(way(on_row(row), point)) == [p or 0.0 for p in wanted]

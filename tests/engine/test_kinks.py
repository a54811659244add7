"""Kinks: every mode returns what the table says for an operation without a derivative."""

import functools
import math

import pytest

import autograd
from autograd import Value, abs, detach, grad, gradients, hessian, hvp, hypot, jvp, maximum, minimum, sign, sqrt
from autograd.primitives import TABLE
from tests.compositions import COMPOSITIONS


def flattened(example):
    """The operands of an example as a flat list."""
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
    """An operation as a function of a flat list of operands."""
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


# Every way to the gradient of f at a point; an outer transform follows the first axis.
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


def along(f, point, unit):
    return lambda *x: jvp(f, x, unit)[1]


def by_gradients(f, point):
    leaves = [Value(x) for x in point]
    slopes = gradients(f(*leaves), leaves, create_graph=True)
    return [gradients(slope, leaves) for slope in slopes]


def accumulated_slopes(f, point):
    lines = []
    for i in range(len(point)):
        leaves = [Value(x) for x in point]
        gradients(f(*leaves), leaves, create_graph=True)[i].backward()
        lines.append([v.grad for v in leaves])
    return lines


# Every way to the Hessian of f at a point.
SECOND = {
    "hessian": lambda f, point: hessian(f, tuple(range(len(point))))(*point),
    "gradients of gradients": by_gradients,
    "backward of gradients": accumulated_slopes,
    "hvp": lambda f, point: [hvp(lambda x: f(*x), (list(point),), (list(unit),)) for unit in units(len(point))],
    "reverse over forward": lambda f, point: [
        grad(along(f, point, unit), tuple(range(len(point))))(*point) for unit in units(len(point))
    ],
    "forward over forward": lambda f, point: [
        [jvp(along(f, point, unit), point, other)[1] for other in units(len(point))] for unit in units(len(point))
    ],
    "forward over reverse": lambda f, point: [
        jvp(grad(f, tuple(range(len(point)))), point, unit)[1] for unit in units(len(point))
    ],
}


@pytest.mark.parametrize("way", SECOND.values(), ids=SECOND)
@pytest.mark.parametrize(
    "f, point, slopes, wanted", [row[1:] for row in COMPOSITIONS], ids=[r[0] for r in COMPOSITIONS]
)
def test_a_second_derivative_at_a_kink_is_the_mean_of_its_sides(f, point, slopes, wanted, way):
    assert [list(line) for line in way(f, point)] == [pytest.approx(line) for line in wanted]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(
    "f, point, slopes, wanted", [row[1:] for row in COMPOSITIONS], ids=[r[0] for r in COMPOSITIONS]
)
def test_the_first_derivative_of_a_composition(f, point, slopes, wanted, way):
    assert list(way(f, point)) == pytest.approx(slopes)


# f(x, y), its point, and its mixed second derivative there.
MIXED = [
    (lambda x, y: maximum(x, y) ** 2, (0.0, 0.0), 0.0),
    (lambda x, y: minimum(x, 2 * y) ** 2, (0.0, 0.0), 0.0),
    (lambda x, y: abs(x - y) ** 2, (1.0, 1.0), -2.0),
    (lambda x, y: hypot(x, y) ** 2, (0.0, 0.0), 0.0),
    (lambda x, y: maximum(x, y) * minimum(x, y), (0.0, 0.0), 1.0),
]


@pytest.mark.parametrize("f, point, wanted", MIXED)
def test_a_mixed_derivative_at_a_kink_takes_each_number_in_another_mode(f, point, wanted):
    a, b = point

    def along(x, y):
        return jvp(lambda x: f(x, y), (x,), (1.0,))[1]

    assert hessian(f, (0, 1))(a, b)[0][1] == wanted
    assert grad(along, 1)(a, b) == wanted
    assert jvp(lambda y: along(a, y), (b,), (1.0,))[1] == wanted
    assert jvp(lambda y: grad(f)(a, y), (b,), (1.0,))[1] == wanted
    assert grad(lambda y: grad(f)(a, y))(b) == wanted


@pytest.mark.parametrize("number", [float, Value, Value.constant])
def test_a_kink_beside_a_number_of_no_transform(number):
    def f(x):
        return maximum(x, number(0.0)) ** 2

    assert jvp(lambda x: jvp(f, (x,), (1.0,))[1], (0.0,), (1.0,))[1] == hessian(f)(0.0) == 1.0


def test_a_slope_that_f_takes_itself_keeps_its_sides():
    def f(x):
        return jvp(abs, (x,), (1.0,))[1] * abs(x)

    assert jvp(f, (0.0,), (1.0,))[1] == grad(f)(0.0) == 1.0
    assert jvp(lambda x: jvp(f, (x,), (1.0,))[1], (0.0,), (1.0,))[1] == hessian(f)(0.0)


def test_derivatives_of_higher_order():
    assert grad(grad(grad(lambda x: x * abs(x) ** 2)))(0.0) == 6.0
    assert grad(grad(grad(grad(lambda x: abs(x) ** 4))))(0.0) == 24.0
    assert grad(grad(grad(lambda x: abs(x) ** 3)))(0.0) == 0.0


def test_no_sides_of_what_is_detached():
    assert grad(lambda x: detach(sign(x)) * abs(x))(0.0) == 0.0
    assert grad(lambda x: detach(sign(x) * 1.0) * abs(x))(0.0) == 0.0


def test_derivatives_are_plain_floats():
    x = Value(0.0)
    abs(x).backward()
    (slope,) = gradients(abs(x), [x])
    found = [x.grad, slope, grad(abs)(0.0), grad(grad(abs))(0.0), *jvp(abs, (0.0,), (1.0,)), *jvp(sign, (0.0,), (1.0,))]
    assert {type(g) for g in found} == {float}


def test_sides_of_exact_numbers_are_not_known():
    """Only floats carry sides: for other kinds the derivative is that of the rules."""
    from fractions import Fraction

    assert grad(grad(lambda x: abs(x) ** 2))(Fraction(0)) == 0


TOO_SMALL = 1e-200


def test_a_root_of_a_square_that_underflows_is_no_norm():
    assert grad(lambda x: sqrt(x * x))(TOO_SMALL) == math.inf


def test_a_chain_of_zeros_takes_no_time():
    def f(x):
        z = x
        for _ in range(3000):
            z = z + abs(x) + x * x
        return sqrt(z * z)

    assert grad(f)(0.0) == jvp(f, (0.0,), (1.0,))[1] == 0.0


def test_a_chain_of_kinks_takes_no_time():
    def f(x):
        for _ in range(300):
            x = abs(x)
        return x * x

    assert hessian(f)(0.0) == 2.0


def test_a_hundred_ties_take_no_time():
    def f(xs):
        return functools.reduce(autograd.maximum, xs) ** 2

    point = [0.0] * 100
    vector = [float(i % 3) for i in range(100)]
    assert jvp(grad(f), (point,), (vector,))[1] == pytest.approx(hvp(f, (point,), (vector,)))


def test_a_product_that_is_no_square():
    def f(x):
        return sqrt(x * (x + 1))

    assert not math.isfinite(grad(f)(0.0))
    assert jvp(f, (0.0,), (1.0,))[1] == math.inf


def test_a_plain_number_below_two_ties_is_shown_while_they_are_swept() -> None:
    def f(x):
        u = autograd.maximum(-1.0, 0.0 - x)
        return autograd.maximum(2.0 * u, u - 1.0)

    assert autograd.value_and_grad(f)(1.0) == autograd.compile(f, backend="numpy").value_and_grad(1.0) == (-2.0, -0.75)

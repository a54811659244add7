"""An operand that is not selected has no edge: its infinite derivative leaks into no mode and no order."""

import math
from itertools import product

import pytest

from autograd import (
    Value,
    acosh,
    asin,
    cbrt,
    clip,
    explain,
    grad,
    gradients,
    hessian,
    hypot,
    jacobian,
    leaky_relu,
    maximum,
    minimum,
    relu,
    sqrt,
    where,
)
from autograd.engine.graph import Graph
from tests.modes import by_columns, by_vjp, forward

MODES = {"reverse": grad, "forward": forward, "vjp": by_vjp, "jacobian": jacobian, "columns": by_columns}
ORDERS = [modes for order in (1, 2, 3) for modes in product(["reverse", "forward"], repeat=order)]
ORDERS += [("vjp",), ("jacobian",), ("columns",), ("columns", "columns"), ("vjp", "jacobian")]

# The first, second and third derivatives of f at x.
SELECTED = [
    ("where: the root is not chosen", lambda x: where(x > 0, sqrt(x), 3 * x), 0.0, (3.0, 0.0, 0.0)),
    ("where: the root is chosen last", lambda x: where(x == 0, x * x, cbrt(x)), 0.0, (0.0, 2.0, 0.0)),
    ("relu closed above a root", lambda x: relu(sqrt(x) - 1), 0.0, (0.0, 0.0, 0.0)),
    ("relu closed below a root", lambda x: sqrt(relu(x)), -1.0, (0.0, 0.0, 0.0)),
    ("relu closed below a power", lambda x: relu(x) ** 0.5, -1.0, (0.0, 0.0, 0.0)),
    ("leaky_relu chooses x", lambda x: leaky_relu(x, sqrt(x - 1)), 1.0, (1.0, 0.0, 0.0)),
    ("maximum", lambda x: maximum(sqrt(x), 1 + x * x), 0.0, (0.0, 2.0, 0.0)),
    ("minimum", lambda x: minimum(x**3, sqrt(x) + 1), 0.0, (0.0, 0.0, 6.0)),
    ("clip above", lambda x: clip(asin(x), -1.0, 1.0), 1.0, (0.0, 0.0, 0.0)),
    ("clip below", lambda x: clip(acosh(x), 0.5, 1.0), 1.0, (0.0, 0.0, 0.0)),
    ("clip at a moving bound", lambda x: clip(cbrt(x), x - 2, x * x - 1), 0.0, (0.0, 2.0, 0.0)),
    ("where under a root", lambda x: sqrt(where(x > 0, x, 0.0)), -1.0, (0.0, 0.0, 0.0)),
    ("Python's own choice", lambda x: sqrt(x) if x > 0 else x * x, 0.0, (0.0, 2.0, 0.0)),
    ("a root beside an absent edge", lambda x: x * x + relu(sqrt(x) - 1), 0.0, (0.0, 2.0, 0.0)),
]


@pytest.mark.parametrize("modes", ORDERS, ids="-".join)
@pytest.mark.parametrize("f, x, wanted", [row[1:] for row in SELECTED], ids=[row[0] for row in SELECTED])
def test_nothing_leaks_from_the_side_that_was_not_selected(f, x, wanted, modes):
    derivative = f
    for mode in reversed(modes):
        derivative = MODES[mode](derivative)
    assert derivative(x) == wanted[len(modes) - 1]


@pytest.mark.parametrize("f, x, wanted", [row[1:] for row in SELECTED], ids=[row[0] for row in SELECTED])
def test_nothing_leaks_into_a_recorded_graph(f, x, wanted):
    v = Value(x)
    y = f(v)
    y.backward()
    assert v.grad == wanted[0]
    for order in range(3):
        y = gradients(y, v, create_graph=True)
        assert y == wanted[order]


NOT_ABSENT = [
    ("sqrt(x)²", lambda x: sqrt(x) ** 2, 0.0),
    ("sqrt(x)·sqrt(x)", lambda x: sqrt(x) * sqrt(x), 0.0),
    ("0·sqrt(x)", lambda x: 0.0 * sqrt(x), 0.0),
    ("sqrt(x³)", lambda x: sqrt(x * x * x), 0.0),
    ("sqrt(|x|)", lambda x: sqrt(abs(x)), 0.0),
    ("hypot below a root", lambda x: sqrt(hypot(x, x)), 0.0),
    ("where chooses the product", lambda x: where(x == 0, sqrt(x) * 0.0, 1.0), 0.0),
]


@pytest.mark.parametrize("modes", [m for m in ORDERS if len(m) < 3], ids="-".join)
@pytest.mark.parametrize("f, x", [row[1:] for row in NOT_ABSENT], ids=[row[0] for row in NOT_ABSENT])
def test_a_computed_zero_times_infinity_stays_nan(f, x, modes):
    derivative = f
    for mode in reversed(modes):
        derivative = MODES[mode](derivative)
    assert math.isnan(derivative(x))


@pytest.mark.parametrize("inner", MODES)
@pytest.mark.parametrize("outer", MODES)
def test_nothing_leaks_through_a_derivative_that_is_absent(outer, inner):
    """The derivative of relu at -1 is 0 and stays 0 nearby: no edge leads from it to x, whatever depends on it."""
    slope = MODES[inner](relu)
    assert MODES[outer](lambda x: sqrt(slope(x)))(-1.0) == 0.0


def test_an_absent_edge_is_none_and_shown():
    x, y = Value(0.0, label="x"), Value(1.0, label="y")
    C = maximum(sqrt(x), y)
    assert C.partials == (None, 1.0)
    edge = Graph(C).edges(C)[0]
    assert edge.partial is None
    assert "no edge" in str(explain(C))


def test_the_unselected_side_of_a_hessian():
    assert hessian(lambda p: where(p[0] > 0, sqrt(p[0]), p[1] * p[1]))([0.0, 3.0]) == [[0.0, 0.0], [0.0, 2.0]]

"""Transforms inside transforms, and over Values from outside: every order is right, without perturbation confusion."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, grad, gradients, hessian, hvp, jacobian, jvp, no_grad, value_and_grad, vjp
from autograd.testing.programs import programs
from tests.modes import by_columns, by_vjp, forward
from tests.transforms.structures import same

MODES = {
    "grad": grad,
    "jvp": forward,
    "vjp": by_vjp,
    "value_and_grad": lambda f: lambda x: value_and_grad(f)(x)[1],
    "jacobian": jacobian,
    "columns": by_columns,
}
MAIN = {name: MODES[name] for name in ("grad", "jvp")}


def number(x):
    return x.data if isinstance(x, Value) else x


# f, and its first to fourth derivatives at x.
KNOWN = [
    ("x⁴", lambda x: x**4, 2.0, [32.0, 48.0, 48.0, 24.0]),
    ("x·x·x", lambda x: x * x * x, 2.0, [12.0, 12.0, 6.0, 0.0]),
    ("1/x", lambda x: 1 / x, 0.5, [-4.0, 16.0, -96.0, 768.0]),
    ("exp", lambda x: autograd.exp(2 * x), 0.0, [2.0, 4.0, 8.0, 16.0]),
    ("sin", autograd.sin, 0.0, [1.0, 0.0, -1.0, 0.0]),
    ("tanh", autograd.tanh, 0.0, [1.0, 0.0, -2.0, 0.0]),
    ("log", autograd.log, 0.5, [2.0, -4.0, 16.0, -96.0]),
    ("Python's branches", lambda x: x**3 if x > 0 else -x, 1.0, [3.0, 6.0, 6.0, 0.0]),
    ("a list", lambda x: autograd.dot([x, x], [x, 3.0]), 2.0, [7.0, 2.0, 0.0, 0.0]),
    ("NumPy", lambda x: np.sum(np.array([x, 2.0]) ** 2), 3.0, [6.0, 2.0, 0.0, 0.0]),
]
STACKS = [modes for order in (1, 2) for modes in product(MODES, repeat=order)]
STACKS += [modes for order in (3, 4) for modes in product(MAIN, repeat=order)]


@pytest.mark.parametrize("modes", STACKS, ids="-".join)
def test_every_stack_of_transforms_gives_the_known_derivative(modes):
    for name, f, x, wanted in KNOWN:
        derivative = f
        for mode in modes:
            derivative = MODES[mode](derivative)
        found = number(derivative(x))
        assert type(found) is float
        assert found == pytest.approx(wanted[len(modes) - 1], rel=1e-13, abs=1e-13), name


# Functions of x that use a derivative at x, and their own derivative at x = 3. D is the inner transform.
CONFUSIONS = [
    ("x·d(x+y)/dy", lambda D: lambda x: x * D(lambda y: x + y)(1.0), 1.0),
    ("x·d(x·y)/dy", lambda D: lambda x: x * D(lambda y: x * y)(2.0), 6.0),
    ("d(x·y²)/dy at x", lambda D: lambda x: D(lambda y: x * y * y)(x), 12.0),
    ("d(y³)/dy at x", lambda D: lambda x: D(lambda y: y**3)(x), 18.0),
    ("d(y³)/dy at x²", lambda D: lambda x: D(lambda y: y**3)(x * x), 12.0 * 27.0),
    ("d(x)/dy", lambda D: lambda x: D(lambda y: x)(1.0), 0.0),
    ("x·d(x²)/dy", lambda D: lambda x: x * D(lambda y: x * x)(1.0), 0.0),
    ("d(x²)/dy, and x", lambda D: lambda x: D(lambda y: x * x)(1.0) + x, 1.0),
    ("two levels", lambda D: lambda x: D(lambda y: D(lambda z: x * y * z)(1.0) * y)(2.0), 4.0),
    ("two levels at x", lambda D: lambda x: D(lambda y: D(lambda z: x * y * z * z)(x))(x), 12.0),
    ("inner level at the middle one", lambda D: lambda x: D(lambda y: D(lambda z: z**3 * x)(y))(x), 6.0 * 6.0),
    ("side by side", lambda D: lambda x: D(lambda y: x * y)(1.0) * D(lambda y: x * y * y)(1.0), 12.0),
    ("transcendental", lambda D: lambda x: x * D(lambda y: autograd.exp(x * y))(0.0), 6.0),
    ("a maximum of both", lambda D: lambda x: x * D(lambda y: autograd.maximum(x, y) * y)(1.0), 6.0),
    ("one chosen", lambda D: lambda x: D(lambda y: autograd.where(x > y, x * y, y))(1.0), 1.0),
]


@pytest.mark.parametrize("inner", MODES)
@pytest.mark.parametrize("outer", MODES)
@pytest.mark.parametrize("use, wanted", [row[1:] for row in CONFUSIONS], ids=[row[0] for row in CONFUSIONS])
def test_the_derivatives_of_nested_transforms_are_not_confused(outer, inner, use, wanted):
    assert number(MODES[outer](use(MODES[inner]))(3.0)) == pytest.approx(wanted, rel=1e-14)


@pytest.mark.parametrize("inner", MODES)
@pytest.mark.parametrize("use, wanted", [row[1:] for row in CONFUSIONS], ids=[row[0] for row in CONFUSIONS])
def test_a_transform_over_an_outer_value_is_recorded(inner, use, wanted):
    x = Value(3.0)
    C = use(MODES[inner])(x)
    if wanted == 0.0:
        assert gradients(C, x) == 0.0 if isinstance(C, Value) else C == 0.0
        return
    C.backward()
    assert x.grad == pytest.approx(wanted, rel=1e-14)


def test_an_argument_is_told_from_the_same_value_closed_over():
    x = Value(3.0)
    for derivative in MODES.values():
        assert derivative(lambda y: y * x)(x).data == 3.0
        assert derivative(lambda y: y * x * x)(x).data == 9.0


RETURNS = [
    ("grad", lambda x: grad(lambda y: x * y)(2.0), 3.0),
    ("value_and_grad", lambda x: value_and_grad(lambda y: x * y)(2.0)[0], 6.0),
    ("the outer Value itself", lambda x: value_and_grad(lambda y: x)(2.0)[0], 3.0),
    ("grad of an array", lambda x: grad(lambda y: x * y[0] * y[1])(np.array([1.0, 2.0])).item(0), 6.0),
    ("aux", lambda x: grad(lambda y: (y, {"aux": x * y}), has_aux=True)(2.0)[1]["aux"], 6.0),
    ("jvp", lambda x: jvp(lambda y: x * y, (2.0,), (1.0,))[1], 3.0),
    ("jvp along a Value", lambda x: jvp(lambda y: 2 * y, (2.0,), (x,))[1], 6.0),
    ("vjp", lambda x: vjp(lambda y: x * y, 2.0)[1](1.0)[0], 3.0),
    ("vjp with a Value", lambda x: vjp(lambda y: 2 * y, 2.0)[1](x)[0], 6.0),
    ("vjp's value", lambda x: vjp(lambda y: x * y, 2.0)[0], 6.0),
    ("jacobian", lambda x: jacobian(lambda y: [x * y, y])(2.0)[0], 3.0),
    ("jacobian by rows", lambda x: jacobian(lambda y: [x * y[0] * y[1]])([1.0, 2.0])[0][0], 6.0),
    ("hessian", lambda x: hessian(lambda y: x * y * y)(2.0), 6.0),
    ("hvp", lambda x: hvp(lambda y: x * y * y, (2.0,), (1.0,)), 6.0),
    ("hvp along a Value", lambda x: hvp(lambda y: y * y, (2.0,), (x,)), 6.0),
]


@pytest.mark.parametrize("use, wanted", [row[1:] for row in RETURNS], ids=[row[0] for row in RETURNS])
def test_a_transform_on_values_records_and_on_floats_does_not(use, wanted):
    x = Value(3.0)
    C = use(x)
    assert isinstance(C, Value) and C.data == wanted
    C.backward()
    assert x.grad == wanted / 3.0
    assert same(use(3.0), wanted)
    with no_grad():
        assert same(number(use(x)), wanted)
    assert grad(use)(3.0) == jvp(use, (3.0,), (1.0,))[1] == wanted / 3.0


def test_a_cotangent_made_after_the_call_is_recorded_over_too():
    _, pull = vjp(lambda y: 2 * y, 2.0)
    x = Value(3.0)
    (C,) = pull(x)
    C.backward()
    assert (C.data, x.grad) == (6.0, 2.0)


def test_the_cost_of_the_issue():
    x = Value(3.0)
    C = x * grad(lambda y: x * y)(2.0)
    C.backward()
    assert x.grad == 6.0


def test_a_transform_leaves_no_grad_behind():
    x = Value(3.0)
    for use in [row[1] for row in RETURNS]:
        use(x)
    assert not x.has_grad


@given(programs(("add", "multiply", "sin", "tanh", "subtract", "divide", "maximum"), size=5), st.floats(0.5, 2.0))
def test_a_program_inside_a_transform_inside_a_transform(program, scale):
    """d/dx of x·∂f(x·v)/∂v is the same for any inner and outer mode."""
    first, *others = program.inputs

    def use(D):
        return lambda x: x * D(lambda y: program(x * y, *others))(first)

    found = [number(outer(use(inner))(scale)) for outer in MAIN.values() for inner in MAIN.values()]
    assert found == pytest.approx([found[0]] * 4, rel=1e-9, abs=1e-9)


def test_a_polynomial_of_high_order():
    derivative = lambda x: x**8  # noqa: E731
    for order in range(1, 9):
        derivative = list(MAIN.values())[order % 2](derivative)
        assert derivative(1.0) == math.perm(8, order)

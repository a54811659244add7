"""grad and related transforms take functions of any structure of numbers, and return floats in the same structure."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, grad, hvp, jvp, value_and_grad, vjp
from autograd.arrays import ScalarArray
from tests.transforms.structures import NUMBERS, STRUCTURES, filled, flat, same


def weighted(tree):
    """Σ i·xᵢ²/2: its gradient is i·xᵢ, and its Hessian diagonal, i."""
    total = 0.0
    for i, x in enumerate(flat(tree), 1):
        total = total + 0.5 * i * x * x
    return total


def slopes(tree):
    return [0.5 * i * float(x) + 0.5 * i * float(x) for i, x in enumerate(flat(tree), 1)]


@given(STRUCTURES)
def test_a_gradient_has_the_structure_of_its_argument(tree):
    wanted = filled(tree, iter(slopes(tree)))
    assert same(grad(weighted)(tree), wanted)
    value, gradient = value_and_grad(weighted)(tree)
    assert type(value) is float and value == weighted(tree)
    assert same(gradient, wanted)
    value, pull = vjp(weighted, tree)
    assert same(pull(1.0), (wanted,)) and value == weighted(tree)


@given(STRUCTURES, st.data())
def test_forward_mode_along_a_structure(tree, data):
    direction = filled(tree, iter(lambda: data.draw(NUMBERS), None))
    value, tangent = jvp(weighted, (tree,), (direction,))
    assert type(value) is type(tangent) is float
    assert value == weighted(tree)
    assert tangent == pytest.approx(np.dot(slopes(tree), [float(t) for t in flat(direction)]), abs=1e-13)
    bent = filled(tree, iter([i * float(t) for i, t in enumerate(flat(direction), 1)]))
    assert [float(x) for x in flat(hvp(weighted, (tree,), (direction,)))] == pytest.approx(flat(bent))


@given(STRUCTURES)
def test_a_result_of_any_structure(tree):
    """vjp and jvp of the identity return what f is given."""
    primals = filled(tree, iter([float(x) for x in flat(tree)]), seen=True)
    value, pull = vjp(lambda x: x, tree)
    assert same(value, primals)
    numbers = [float(i) for i in range(len(flat(tree)))]
    cotangents = filled(tree, iter(numbers))
    assert same(pull(cotangents), (cotangents,))
    value, tangents = jvp(lambda x: x, (tree,), (cotangents,))
    assert same(value, primals) and same(tangents, filled(tree, iter(numbers), seen=True))


@pytest.mark.parametrize("f", [lambda x: np.array([x, 1.0]).sum() * 2 + x, lambda x: np.where(x > 0, x * 3, [x]).sum()])
def test_an_array_of_no_dimensions_is_a_number_to_f(f):
    assert same(grad(f)(np.array(0.7)), np.array(3.0))


@given(STRUCTURES)
def test_f_sees_values_and_arrays_of_values(tree):
    def check(x):
        assert all(isinstance(v, Value) for v in flat(x))
        assert not any(isinstance(v, np.ndarray) for v in flat(x))
        return 0.0

    assert same(grad(check)(tree), filled(tree, iter([0.0] * len(flat(tree)))))


def test_f_sees_arrays_of_objects():
    def check(x):
        assert type(x) is ScalarArray and x.dtype == object
        x = x.copy()
        x[0] = x[0] * x[1]
        return x[0] + 0.0

    for derivative in (grad(check), lambda x: jvp(check, (x,), (x,)), autograd.jacobian(check)):
        derivative(np.array([2.0, 3.0]))


def f(x, y, *, scale=1.0, name=None):
    assert name in (None, "kept")
    return scale * x * x * y


SELECTIONS = [
    (0, 12.0),
    (1, 4.0),
    (-1, 4.0),
    ((0,), (12.0,)),
    ((0, 1), (12.0, 4.0)),
    ((1, 0), (4.0, 12.0)),
    ([0, -1], (12.0, 4.0)),
    ((), ()),
]


@pytest.mark.parametrize("argnums, wanted", SELECTIONS, ids=repr)
def test_argnums_select_arguments(argnums, wanted):
    assert same(grad(f, argnums)(2.0, 3.0), wanted)
    assert same(value_and_grad(f, argnums=argnums)(2.0, 3.0), (12.0, wanted))
    assert same(autograd.jacobian(f, argnums)(2.0, 3.0), wanted)


def test_keyword_arguments_and_other_arguments_pass_through():
    assert grad(f)(2.0, 3.0, scale=10.0, name="kept") == 120.0
    assert value_and_grad(f, 1)(2.0, 3.0, scale=10.0) == (120.0, 40.0)
    assert autograd.jacobian(f)(2.0, 3.0, scale=10.0) == 120.0
    assert autograd.hessian(f)(2.0, 3.0, scale=10.0) == 60.0
    assert grad(lambda x, how: x * x if how == "square" else x)(3.0, "square") == 6.0
    assert autograd.jacobian(lambda x, how: [x * x, x] if how == "square" else x)(3.0, "square") == [6.0, 1.0]


def test_has_aux():
    def with_aux(x):
        return x * x, {"twice": 2 * x, "text": "as it is", "array": np.array([x, 1.0])}

    gradient, aux = grad(with_aux, has_aux=True)(3.0)
    (value, same_aux), same_gradient = value_and_grad(with_aux, has_aux=True)(3.0)
    assert (value, gradient, same_gradient) == (9.0, 6.0, 6.0)
    for a in (aux, same_aux):
        assert (type(a["twice"]), a["twice"], a["text"]) == (float, 6.0, "as it is")
        assert list(a["array"]) == [3.0, 1.0]


def square(x):
    return x * x


POINTS = [3, 3.0, True, np.float64(3.0), np.float32(3.0), np.int64(3), np.bool_(True)]


@pytest.mark.parametrize("x", POINTS, ids=lambda x: type(x).__name__)
def test_derivatives_of_numbers_of_any_type_are_floats(x):
    wanted = 2.0 * float(x)
    assert same(grad(square)(x), wanted)
    assert same(jvp(square, (x,), (x,)), (float(x) ** 2, wanted * float(x)))
    assert same(vjp(square, x)[1](x), (wanted * float(x),))
    assert same(autograd.jacobian(square)(x), wanted)
    assert same(autograd.jacobian(lambda x: [x, square(x)])(x), [1.0, wanted])
    assert same(autograd.hessian(square)(x), 2.0)
    assert same(hvp(square, (x,), (x,)), wanted)


def test_derivatives_of_fractions_are_fractions():
    x = Fraction(1, 3)
    found = [grad(lambda x: x**3)(x), jvp(lambda x: x**3, (x,), (1,))[1], autograd.jacobian(lambda x: x**3)(x)]
    found += autograd.jacobian(lambda x: [x**3, x])(x)[:1]
    assert [(type(g), g) for g in found] == [(Fraction, Fraction(1, 3))] * 4
    assert grad(grad(lambda x: x**3))(x) == autograd.hvp(lambda x: x**3, (x,), (1,)) == 2


CONSTANTS = [2.0, 2, np.float64(2.0), np.int64(2), Value.constant(2.0)]


@pytest.mark.parametrize("result", CONSTANTS, ids=lambda x: type(x).__name__)
def test_a_result_that_does_not_depend_has_derivative_0(result):
    def constant(x):
        return result

    zeros = {"w": [0.0], "b": 0.0}
    assert same(value_and_grad(constant)({"w": [3.0], "b": 1.0}), (2.0, zeros))
    assert same(jvp(constant, (3.0,), (1.0,))[1], 0.0)
    assert same(autograd.hessian(constant)(3.0), 0.0)
    assert same(autograd.jacobian(lambda x: [result, x])(3.0), [0.0, 1.0])
    assert same(vjp(constant, 3.0)[1](1.0), (0.0,))


def test_a_result_in_an_array_without_dimensions_is_a_number():
    assert grad(lambda x: np.asarray(x * x))(3.0) == 6.0
    assert value_and_grad(lambda x: np.asarray(x * x))(3.0) == (9.0, 6.0)


def test_a_vjp_may_be_pulled_more_than_once():
    value, pull = vjp(lambda x, y: {"sum": x + y, "rest": (x * y, 1.0)}, 2.0, 3.0)
    assert value == {"sum": 5.0, "rest": (6.0, 1.0)}
    for _ in range(2):
        assert pull({"sum": 1.0, "rest": (0.0, 0.0)}) == (1.0, 1.0)
        assert pull({"sum": 0.0, "rest": (1.0, 7.0)}) == (3.0, 2.0)


def test_a_method_of_the_value_is_there_in_every_mode():
    """A function written with methods runs wherever one written with functions runs."""

    def by_methods(x):
        return [x[0].tanh() * x[1].exp(), x[1].sin(), x[0].relu()]

    for derivative in (autograd.jacobian(by_methods), lambda x: vjp(by_methods, x)[1]([1.0, 0.0, 0.0])[0]):
        assert flat(derivative([0.5, 0.25]))[0] == pytest.approx((1 - np.tanh(0.5) ** 2) * np.exp(0.25))
    assert grad(lambda x: by_methods(x)[0])([0.5, 0.25]) == pytest.approx(autograd.jacobian(by_methods)([0.5, 0.25])[0])


def test_a_transform_is_named_after_its_function():
    assert grad(square).__name__ == "grad(square)"
    assert value_and_grad(square).__name__ == "value_and_grad(square)"
    assert "square" in grad(square).__doc__

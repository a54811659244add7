"""scan, fori_loop, while_loop and cond: what the loops that they stand for compute, with every transform."""

from typing import Any

import numpy as np
import pytest

import autograd
from autograd import cond, fori_loop, grad, hessian, jacobian, jvp, scan, sin, tanh, while_loop
from tests.compiler.backends import both

X = np.linspace(0.1, 1.0, 40)


def filtered(w, xs):
    last, ys = scan(lambda h, x: (tanh(w * h + x), {"h": h, "pair": (h * x, x)}), 0.1, xs)
    return last + (ys["h"] * ys["pair"][0]).sum() + ys["pair"][1][3]


def filtered_by_hand(w, xs):
    h, total = 0.1, 0.0
    for x in xs:
        h, total = tanh(w * h + x), total + h * h * x
    return h + total + xs[3]


def iterated(x, c):
    return fori_loop(0, 30, lambda k, y: y - 0.1 * sin(y * c + k), x)


def iterated_by_hand(x, c):
    for k in range(30):
        x = x - 0.1 * sin(x * c + k)
    return x


CASES = [(filtered, filtered_by_hand, (0.7, X)), (iterated, iterated_by_hand, (0.5, 1.3))]


@pytest.mark.parametrize(("f", "by_hand", "args"), CASES)
def test_derivatives_are_those_of_the_loop(f: Any, by_hand: Any, args: Any) -> None:
    assert f(*args) == pytest.approx(float(by_hand(*args)), rel=1e-14)
    for argnum in (0, 1):
        np.testing.assert_allclose(grad(f, argnum)(*args), grad(by_hand, argnum)(*args), rtol=1e-13)
    np.testing.assert_allclose(hessian(f)(*args), hessian(by_hand)(*args), rtol=1e-12)
    tangents = (1.0, np.ones(40) if f is filtered else 0.5)
    np.testing.assert_allclose(jvp(f, args, tangents), jvp(by_hand, args, tangents), rtol=1e-13)


@both
@pytest.mark.parametrize(("f", "by_hand", "args"), CASES)
def test_they_are_compiled(compile: Any, f: Any, by_hand: Any, args: Any) -> None:
    value, slopes = compile(f).value_and_grad(*args, argnums=(0, 1))
    wanted, others = autograd.value_and_grad(by_hand, (0, 1))(*args)
    assert value == pytest.approx(float(wanted), rel=1e-12)
    for slope, other in zip(slopes, others):
        np.testing.assert_allclose(slope, other, rtol=1e-11)


def test_a_loop_that_ends_by_a_condition_and_a_branch() -> None:
    root = lambda a: while_loop(lambda x: abs(x * x - a) > 1e-14, lambda x: 0.5 * (x + a / x), a)  # noqa: E731
    assert grad(root)(2.0) == pytest.approx(0.5 / 2**0.5)
    assert grad(lambda x: cond(x > 1, lambda y: y * y, lambda y: -y, x))(3.0) == 6.0
    assert grad(lambda x: cond(x > 1, lambda y: y * y, lambda y: -y, x))(0.5) == -1.0


def test_outputs_are_stacked_in_their_structure() -> None:
    _, ys = scan(lambda c, x: (c, [x["a"], x["b"][0]]), 0.0, {"a": [1.0, 2.0], "b": np.ones((2, 3))})
    assert [y.tolist() for y in ys] == [[1.0, 2.0], [1.0, 1.0]]
    assert scan(lambda c, x: (c + 1, None), 0, length=5) == (5, None)
    matrix = jacobian(lambda x: scan(lambda c, k: (c * x, c * x), 1.0, length=3)[1])(2.0)
    assert np.asarray(matrix, float).tolist() == [1.0, 4.0, 12.0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: scan(lambda c, x: c, 0.0, [1.0]), "returns the next state and an output"),
        (lambda: scan(lambda c, x: (c, x), 0.0), "number of steps"),
        (lambda: scan(lambda c, x: (c, x), 0.0, ([1.0], [1.0, 2.0])), "one item for each step"),
        (lambda: scan(lambda c, x: (c, x), 0.0, [1.0], length=2), "one item for each step"),
        (lambda: scan(lambda c, x: (c, x), 0.0, 3.0), "arrays or lists"),
        (
            lambda: scan(lambda c, x: (c, {"a": x} if x < 2 else {"a": x, "b": x}), 0.0, [1, 2]),
            "step 1 has another",
        ),
        (lambda: scan(lambda c, x: (c, [x] if x > 1 else [x, x]), 0.0, [1.0, 2.0]), "step 1 has another"),
        (lambda: scan(lambda c, x: (c, None if x > 1 else x), 0.0, [1.0, 2.0]), "step 1 has another"),
    ],
)
def test_what_cannot_be_scanned_is_named(call: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        call()

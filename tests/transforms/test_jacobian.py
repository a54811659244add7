"""jacobian, in the cheaper mode, and hessian and hvp."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import grad, hessian, hvp, jacobian, sin
from tests.transforms.structures import NUMBERS, Point, same


def wide(x):
    return [x[0] * x[1]]


def tall(x):
    return [x[0] * x[1], sin(x[0]), x[1], 2.0]


SHAPES = [
    (lambda x: x * x, np.arange(3.0), (3, 3)),
    (lambda x: np.sum(x), np.ones((2, 3)), (2, 3)),
    (lambda x: np.outer(x, x), np.arange(2.0), (2, 2, 2)),
    (lambda x: x @ x, np.eye(2), (2, 2, 2, 2)),
    (lambda x: x * np.ones((2, 2)), 3.0, (2, 2)),
    (lambda x: x[:0], np.ones(2), (0, 2)),
    (lambda x: np.ones(2), np.ones(0), (2, 0)),
]


@pytest.mark.parametrize("f, x, shape", SHAPES)
def test_a_jacobian_has_the_shape_of_the_result_and_then_of_the_argument(f, x, shape):
    found = jacobian(f)(x)
    assert (type(found), found.dtype, found.shape) == (np.ndarray, float, shape)


@given(st.lists(NUMBERS, min_size=2, max_size=2))
def test_a_jacobian_is_the_same_by_rows_and_by_columns(x):
    calls = []

    def counted(g):
        def call(x):
            calls.append(type(x[0]).__name__)
            return g(x)

        return call

    rows = [grad(lambda x, i=i: tall(x)[i])(x) for i in range(4)]
    assert jacobian(counted(tall))(x) == rows
    assert calls[1:] == ["Dual"] * 2  # after one call to count the results
    calls.clear()
    assert jacobian(counted(wide))(x) == rows[:1]
    assert calls == ["Value"]


def test_a_jacobian_with_respect_to_nothing():
    assert same(jacobian(lambda x: [2.0, 3.0])([]), [[], []])
    assert same(jacobian(lambda x: {"y": x}, ())(1.0), {"y": ()})


def test_a_jacobian_of_structures():
    def g(p):
        return {"u": p["a"] * np.array([1.0, 2.0, 3.0]), "v": (p["b"], 5.0)}

    found = jacobian(g)({"a": 2.0, "b": 3.0})
    assert same(found, {"u": {"a": np.array([1.0, 2.0, 3.0]), "b": np.zeros(3)},
                        "v": ({"a": 0.0, "b": 1.0}, {"a": 0.0, "b": 0.0})})  # fmt: skip
    pair = Point(1.0, [2.0])
    for found in (
        jacobian(lambda p: Point(p.x * p.y[0], p.y))(pair),
        jacobian(lambda p: Point(p.x * p.y[0], []))(pair),
    ):
        assert same(found.x, Point(2.0, [1.0]))
    assert same(jacobian(lambda p: np.array([p.x * p.y[0]] * 3))(pair), Point(np.full(3, 2.0), [np.ones(3)]))


def test_hessians():
    assert hessian(lambda x, y: x * x * y, (0, 1))(2.0, 3.0) == ((6.0, 4.0), (4.0, 0.0))
    assert hessian(lambda p: p["x"] ** 2 * p["y"])({"x": 2.0, "y": 3.0}) == {
        "x": {"x": 6.0, "y": 4.0},
        "y": {"x": 4.0, "y": 0.0},
    }
    found = hessian(lambda x: np.prod(x))(np.array([2.0, 3.0, 5.0]))
    assert same(found, np.array([[0.0, 5.0, 3.0], [5.0, 0.0, 2.0], [3.0, 2.0, 0.0]]))
    assert hvp(lambda x, y: x * x * y, (2.0, 3.0), (1.0, 10.0)) == (46.0, 4.0)

"""Arrays of bools that are arguments: f sees masks, as on floats."""

from typing import Any

import numpy as np
import pytest

import autograd
from tests.arrays.calls import calls
from tests.compiler.backends import both

X = np.array([[0.5, -1.0, 2.0, 0.3], [1.5, 0.4, -0.2, -3.0], [0.1, 0.2, 0.3, 0.4]])
M = np.array([[True, False, True, False], [False, True, True, True], [True, True, True, True]])
USES = calls(
    """
    x[m].sum(); x[~m].sum(); x[m].mean() * x; np.where(m, x, 0.0); x * m; (1 - m) * x; np.mean(x, where=m); x @ m
    m.sum() * x; m.mean() * x; np.sum(x**2 * (m & (x > 0))); (m == 1) * x; m.astype(float) * x; x[0] if m[0] else x[1]
    np.add(x[0] > 0, x[2] > 0) * x; np.multiply(x[0] > 0, x[3] > 0) * x; np.maximum(x[0] > 0, m[1]) * x
    np.sum([x[0] > 0, x[2] > 0]) * x; ((x[0] > 0) + (x[2] > 0)) * x; (m[0] + m[2]) * x; (m[0] + (x[2] > 0) + m[1]) * x
    (1 + (x[0] > 0) + (x[2] > 0)) * x; (float(x[0] > 0) + float(m[2])) * x; sum([x[0] > 0, m[2], m[3]]) * x
    (((x[0] > 0) | m[1]) + (x[2] > 0)) * x; ((x.tolist()[0] > 0) + (x.tolist()[2] > 0)) * x; (m[0] * m[2] + 1) * x
    ((x[0] > 0 and x[1] > -2) + (x[2] > 0)) * x; (bool(x[0] > 0) + bool(m[2])) * x; np.diff(x > 0).sum() * x
    np.diff(m, 2).sum() * x; np.einsum('i,i->', x > 0, m) * x; (np.einsum('i,j->ij', m, x > 0) + m).sum() * x
    """
)


@both
@pytest.mark.parametrize("text", USES)
def test_a_mask_is_a_mask(compile: Any, text: str) -> None:
    f = eval(f"lambda x, m: np.sum({text} * np.array([1.0, 2.0, 3.0, 4.0]))", {"np": np})
    wanted = [f(x, m) for x, m in zip(X, M)]
    slopes = [autograd.grad(autograd.lift(f))(x, m) for x, m in zip(X, M)]
    one, all_rows = compile(f), compile(f, rows=("x", "m"))
    assert [one(x, m) for x, m in zip(X, M)] == pytest.approx(wanted, rel=1e-13)
    np.testing.assert_allclose(all_rows(X, M), wanted, rtol=1e-13)
    np.testing.assert_allclose(all_rows.value_and_grad(X, M)[1], slopes, rtol=1e-13)
    np.testing.assert_allclose(compile(f, rows=("x",))(X, M[0]), [f(x, M[0]) for x in X], rtol=1e-13)


@both
def test_masks_in_structures_and_numbers_in_their_place(compile: Any) -> None:
    fast = compile(lambda x, d: x[d["m"][0]].sum() if d["m"][0].shape == (4,) else x[0])
    for m in M:
        assert fast(X[0], {"m": (m, 1.0)}) == pytest.approx(X[0][m].sum(), rel=1e-13)
    fast = compile(lambda x, m: x[m].sum())
    for places in (np.array([3, 0, 0, 1]), M[0], np.array([1, 0, 1, 0]), M[1]):
        assert fast(X[0], places) == pytest.approx(X[0][places].sum(), rel=1e-13)
    fast = compile(lambda x, m: (x * m).sum())
    assert [fast(X[0], m) for m in (M[0], M[0] * 2.0, M[1], M[1] * 3)] == pytest.approx(
        [(X[0] * m).sum() for m in (M[0], M[0] * 2.0, M[1], M[1] * 3)], rel=1e-13
    )


@both
def test_what_is_differentiated_is_numbers(compile: Any) -> None:
    value, slopes = compile(lambda x, m: (x * m * m).sum()).value_and_grad(X[0], M[0], argnums=(0, 1))
    assert value == pytest.approx(X[0][M[0]].sum(), rel=1e-13)
    np.testing.assert_allclose(slopes, [M[0], 2 * X[0] * M[0]], rtol=1e-13)


def parity(a: float, b: float) -> float:
    found = a > 0
    for k in range(30):
        found = (b > k) ^ found
    return (found + (a > 1)) * a


@both
def test_conditions_that_share_their_parts_are_asked_once(compile: Any) -> None:
    fast = compile(parity, rows=("a", "b"))
    points = [(2.0, 3.5), (2.0, 4.5), (0.5, 0.5), (-1.0, 7.5)]
    assert fast(*np.array(points).T).tolist() == [parity(*point) for point in points]

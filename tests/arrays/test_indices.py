"""Indices that are not known in a trace: each way to write one gives what floats give, or is refused."""

from typing import Any

import numpy as np
import pytest

import autograd
from tests.arrays.calls import calls
from tests.compiler.backends import both

A = np.array([[0.3, -1.2, 0.8], [1.7, 0.4, -0.5], [-0.9, 2.1, 0.6]])  # square, so that no axis can pass for another
WEIGHTS = np.cos(np.arange(1.0, 28.0))
INDICES = calls(
    """
    A[0] > 0; A[:, 0] > 0; A > 0; (A[0] > 0, 1); (1, A[0] > 0); (slice(None), A[0] > 0); (A[0] > 0, slice(0, 2))
    (A > 0).any(axis=0); A.sum(axis=0) > A.sum(axis=1); (..., A[0] > 0); (None, A[0] > 0); (A[0] > 0, None)
    np.argmax(A[0]); -1 - np.argmax(A[0]); np.argmax(A, axis=1); (np.arange(3), np.argmax(A, axis=1))
    (np.argmax(A[0]), np.argmin(A[1])); (slice(None), np.argsort(A[0])); np.argsort(A[0])[:2]; [0, np.argmax(A[0])]
    (np.argmax(A[0]), slice(1, 3)); np.unravel_index(np.argmax(A), A.shape); (np.argmax(A[:, 0]), A[0] > 0)
    (np.array([True, False, True]), np.argmax(A[0])); (np.argmax(A, axis=0), np.argmax(A, axis=1))
    (np.argmax(A, axis=0), 0); (0, np.argmax(A, axis=0)); (A[0] > 0, A[1] > 0); ([[0], [1]], np.argmax(A[0]))
    """
)


def taken(A: Any, index: Any) -> Any:
    found = A[index]
    return np.sum(found) if hasattr(found, "chosen_by") else np.ravel(found * 1.0)


def put(A: Any, index: Any) -> Any:
    A = A.copy()
    A[index] = 0.0
    return A.ravel()


def put_and_add(A: Any, index: Any) -> Any:
    A = A.copy()
    A[index] = A[0, 0]
    A[index] += 1.0
    return A.ravel()


def added_at(A: Any, index: Any) -> Any:
    A = A.copy()
    np.add.at(A, index, A[0, 0])
    np.multiply.at(A, index, A[1, 0])
    return A.ravel()


@pytest.mark.parametrize("program", [taken, put, put_and_add, added_at])
@pytest.mark.parametrize("text", INDICES)
def test_an_index_means_what_it_means_for_floats(text: str, program: Any) -> None:
    def f(A: Any) -> Any:
        found = program(A, eval(text, {"np": np, "A": A}))
        return found if np.ndim(found) == 0 else found @ WEIGHTS[: len(found)]

    fast = autograd.compile(f, backend="numpy", paths=0)
    for x in (A, 0.05 - A.T):
        try:
            found = fast(x)
        except autograd.TraceError:
            return
        wanted = f(x) if text != "A > 0" or program is not taken else x[x > 0].sum()  # in an order that is not known
        assert found == pytest.approx(wanted, rel=1e-13)


@both
def test_places_that_are_arguments(compile: Any) -> None:
    def f(w: Any, i: Any, j: Any) -> Any:
        found = np.zeros((3, 2))
        np.add.at(found, (i, j), w)
        np.maximum.at(found, (i, 0), w)
        np.add.at(found, i, np.ones(2))
        return found

    w, i, j = np.array([1.0, 2.0, 4.0, -1.0]), np.array([0, 2, 2, 0]), np.array([1, 0, 0, 0])
    for places in ((i, j), (2 - i, j), (j, 1 - j)):
        assert np.array_equal(compile(autograd.lift(f))(w, *places), f(w, *places))


TABLE = np.array([0.5, -1.0, 2.0, 3.0])


def masked(x: Any) -> Any:
    return TABLE[x > 0.5].sum() * x[0]


def added(x: Any) -> Any:
    m, y = x > 0.5, np.ones(4)
    y[~m] += TABLE[~m]
    return (y * x).sum()


def ordered(x: Any) -> Any:
    return TABLE[np.argsort(x)] @ x


def largest(x: Any) -> Any:
    return TABLE[np.argmax(x)] * x[0] + TABLE.reshape(2, 2)[np.argmax(x[:2]), 1] * x[1]


def counted(x: Any) -> Any:
    return np.arange(4)[x > 0.5].sum() * x[1]


def changed_mask(x: Any) -> Any:
    m = x > 0.15
    m[x > 0.8] = False
    m[1] = True
    m *= x != 0.2
    return x[m].sum() * x[0]


def truths_among_numbers(x: Any) -> Any:
    y, z = np.zeros(4), np.zeros_like(x)
    y[:] = x > 0.15
    z[:] = x > 0.8
    z[0] = x[1] > 0.1
    w = np.array([x[0] > 0.5, x[1] > 0.1, x[2] > 0.1, False], dtype=float)
    return (y + z) @ x + (w + w) @ x + (np.array(x > 0.15, dtype=float) + y) @ x


@both
@pytest.mark.parametrize("f", [masked, added, ordered, largest, counted, changed_mask, truths_among_numbers])
def test_traced_places_of_an_array_that_f_did_not_make(compile: Any, f: Any) -> None:
    rows = np.array([[1.0, 0.2, 3.0, 0.1], [0.1, 0.2, 0.3, 0.9], [-1.0, 2.0, 0.7, 0.6]])
    values, slopes = compile(autograd.lift(f), rows=("x",)).value_and_grad(rows)
    for row, value, slope in zip(rows, values, slopes, strict=True):
        assert value == pytest.approx(f(row), rel=1e-14)
        np.testing.assert_allclose(slope, autograd.grad(autograd.lift(f))(row), rtol=1e-14)

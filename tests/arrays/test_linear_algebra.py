"""np.linalg on matrices of Values: second derivatives, factors of the matrices of rows, and where there are none."""

from typing import Any

import numpy as np
import pytest

import autograd
from autograd import grad
from tests.arrays.test_calls import M, agree
from tests.compiler.backends import both


def test_second_derivatives_of_linear_algebra() -> None:
    def f(a: Any) -> Any:
        A = np.reshape(a, (3, 3)) + M
        found = np.linalg.inv(A)[0, 1] + np.linalg.slogdet(A)[1] + np.linalg.eigvalsh(A + A.T)[1] + np.linalg.det(A)
        return found + np.linalg.svd(A)[0][1, 0] + np.linalg.cond(A) + np.linalg.pinv(A[:2])[0, 1]

    a = np.linspace(-0.1, 0.1, 9)
    for i in range(9):
        e = np.eye(9)[i] * 1e-5
        agree(autograd.hessian(f)(a)[i], (grad(f)(a + e) - grad(f)(a - e)) / 2e-5) if i % 4 == 0 else None


@both
def test_factors_of_the_matrices_of_rows(compile: Any) -> None:
    def f(a: Any) -> Any:
        values, vectors = np.linalg.eigh(a @ a.T)
        left, sizes, right = np.linalg.svd(a)
        return np.sum(values * vectors[0] ** 3) + np.sum(sizes * left[1] * right[2])

    rows = np.random.default_rng(0).normal(size=(30, 3, 3))
    rows[7] = np.eye(3)
    fast = compile(f, rows="a")
    values, slopes = fast.value_and_grad(rows)
    assert np.isnan(values[7])  # eagerly LinAlgError
    for i in {*range(30)} - {7}:
        agree(values[i], f(rows[i]))
        agree(slopes[i], grad(f)(rows[i]))
    agree(compile(f).hessian(rows[0]), autograd.hessian(f)(rows[0]))


@pytest.mark.parametrize("name", ["eigvalsh", "svdvals"])
def test_equal_eigenvalues_are_nan_in_programs(name: str) -> None:
    fast = autograd.compile(lambda a: getattr(np.linalg, name)(a)[0])
    value, slopes = fast.value_and_grad(np.eye(3))
    assert np.isnan(value) and np.isnan(slopes).any()
    agree(fast(np.diag([1.0, 3.0, 2.0])), getattr(np.linalg, name)(np.diag([1.0, 3.0, 2.0]))[0])


@pytest.mark.parametrize(
    ("text", "message"),
    [("np.linalg.inv(np.outer(x, x))", "Singular"), ("np.linalg.cholesky(-np.diag(x))", "not positive definite"),
     ("np.linalg.eigh(np.eye(2) * x[0])", "equal"), ("np.linalg.svdvals(np.eye(2) * x[0])", "equal"),
     ("np.linalg.cond(np.outer(x, x))", "full rank"), ("np.linalg.pinv(np.outer(x, x))", "full rank"),
     ("np.linalg.lstsq(np.diag(x), x, rcond=0.6)[0]", "full rank"), ("np.linalg.det(x)", "two-dimensional")],
)  # fmt: skip
def test_singular_cases_raise_what_numpy_raises(text: str, message: str) -> None:
    with pytest.raises(np.linalg.LinAlgError, match=message):
        grad(lambda x: np.sum(eval(text, {"np": np, "x": x})))(np.array([1.0, 2.0]))

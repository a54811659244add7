"""Products of matrices that both vary with the row: few instructions, whatever their size, and the engine's numbers."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd import dot, grad, softmax, tanh, value_and_grad
from autograd.compiler.derivatives.backward import differentiated
from autograd.compiler.rolling.roll import rolled
from autograd.compiler.rolling.rolled import Result, inside
from autograd.compiler.tracing.lowering import executable
from autograd.compiler.tracing.trace import trace
from autograd.trees import flatten
from tests.compiler.backends import both
from tests.profiles import costly


def sums(A, B):
    """Every aᵢ·bⱼ, as people write it with loops."""
    return np.array([[sum(x * y for x, y in zip(a, b)) for b in B] for a in A])


def attention(P, X):
    """One head: P stacks the three matrices of weights."""
    q, k, v = (X @ W.T for W in np.split(P, 3))
    weights = [softmax(list(line)) for line in q @ k.T]
    return sum(tanh(sum(a * x for a, x in zip(line, column))) for line in weights for column in v.T)


def split(X):
    return X[:, : X.shape[1] // 2], X[:, X.shape[1] // 2 :]


def local(P, X):
    """Only neighbours meet."""
    return sum(tanh(dot(list(X[i]), list(P[j]))) for i in range(len(X)) for j in range(len(P)) if abs(i - j) < 3)


# Of a matrix P, which the rows share or not, and a matrix X of each row; P has three rows more.
PRODUCTS = {
    "@": lambda P, X: np.tanh(X @ P.T).sum(),
    "loops": lambda P, X: np.tanh(sums(P, X)).sum(),
    "loops the other way": lambda P, X: np.tanh(sums(X, P[:8])).sum(),
    "with a bias": lambda P, X: np.tanh(X @ P.T + P[:, 0]).sum(),
    "two halves of one array": lambda P, X: np.tanh(split(X)[0] @ split(X)[1].T).sum() + P[0, 0],
    "with itself": lambda P, X: np.tanh(X @ X.T).sum() + P[0, 0],
    "a chain": lambda P, X: np.tanh(P @ X.T @ X).sum(),
    "two heads": lambda P, X: sum(np.tanh(p @ x.T).sum() for p, x in zip(split(P), split(X))),
    "neighbours": local,
    "attention": lambda P, X: attention(P[: len(P) // 3 * 3], X),
}


def instructions(f, rows, *arguments) -> int:
    """How many instructions the value and the gradient in all arguments take."""
    traced = trace(f, arguments, "PX", ["rows" if name in rows else "shared" for name in "PX"])
    program = executable(differentiated(traced, range(len(arguments)), False))
    results = [Result((i,), False) for i in range(len(flatten(program.outputs)))]
    every = rolled(program, results)
    return sum(1 for _ in inside((*every.shared, *every.rows, *every.after)))


@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize("rows", ["X", "PX"])
def test_instructions_do_not_follow_the_size(name: str, rows: str) -> None:
    def count(n: int) -> int:
        return instructions(PRODUCTS[name], rows, np.ones((n + 3, 8)), np.ones((n, 8)))

    small, large = count(8), count(9)
    assert large <= small <= 70


@both
@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize("rows", ["X", "PX"])
def test_products_are_those_of_the_engine(compile, name: str, rows: str) -> None:
    rng = np.random.default_rng(7)
    f, n, size = PRODUCTS[name], 8, 2
    P = rng.normal(size=(size, n + 3, n)[0 if "P" in rows else 1 :])
    X = rng.normal(size=(size, n, n))
    value, (dP, dX) = compile(f, rows=list(rows)).value_and_grad(P, X, argnums=(0, 1), reduce="sum")
    each = [value_and_grad(f, (0, 1))(P[i] if "P" in rows else P, X[i]) for i in range(size)]
    np.testing.assert_allclose(value, sum(v for v, _ in each), rtol=1e-12)
    slopes = [slope for _, (slope, _) in each]
    np.testing.assert_allclose(dP, slopes if "P" in rows else sum(slopes), rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(dX, [slope for _, (_, slope) in each], rtol=1e-10, atol=1e-13)


@both
@costly(3)
@example(seed=0, scale=40.0, others=1.0)
@given(seed=st.integers(0, 99), scale=st.sampled_from([0.1, 3.0, 40.0]), others=st.sampled_from([0.0, 1.0, 1e9]))
def test_a_confident_softmax_keeps_small_derivatives(compile, seed: int, scale: float, others: float) -> None:
    rng = np.random.default_rng(seed)
    c = rng.normal(size=9) + others

    def weighted(x):
        return dot(list(c), softmax(list(x)))

    x = scale * rng.normal(size=9)
    p = np.exp(x - x.max()) / np.exp(x - x.max()).sum()
    _, got = compile(weighted).value_and_grad(x)
    rest = (1.0 - np.eye(9)) @ p  # 1 - p keeps nothing of it where p is nearly 1
    terms = p * (np.abs(c) * rest + (1.0 - np.eye(9)) @ (np.abs(c) * p))
    np.testing.assert_array_less(np.abs(got - grad(weighted)(x)), 1e-15 * terms * 40 + 1e-300)

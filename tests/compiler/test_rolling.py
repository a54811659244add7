"""Rolling: how many array instructions scalar code becomes, however it was written, and that they are right."""

import inspect
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import dot, logsumexp, softmax, tanh, value_and_grad
from autograd.compiler.rolling.rolled import Gather, Product, RowProduct
from autograd.testing.programs import programs
from tests.compiler.backends import both, needs_llvm
from tests.compiler.bounds import assert_within, bounds
from tests.operations import OPERATIONS
from tests.profiles import costly


def agrees_with_the_engine(compile, op: str, data: st.DataObject) -> None:
    program = data.draw(programs([op], size=2))
    every = tuple(range(len(program.inputs)))
    fast = compile(program, rows=list(inspect.signature(program).parameters))
    value, gradients = fast.value_and_grad(*[np.full(2, x) for x in program.inputs], argnums=every)
    wanted, slopes = value_and_grad(program, every)(*program.inputs)
    bound, *others = bounds(program, program.inputs, every)
    assert_within(value, wanted, bound)
    for got, slope, other in zip(gradients, slopes, others):
        assert_within(got, slope, other)


@pytest.mark.parametrize("op", OPERATIONS)
@costly(20)  # test_array_kernels has thousands of points
@given(data=st.data())
def test_every_operation_compiles_to_what_the_engine_computes(op: str, data: st.DataObject) -> None:
    agrees_with_the_engine(partial(autograd.compile, backend="numpy"), op, data)


@needs_llvm
@pytest.mark.parametrize("op", OPERATIONS)
@costly(4)  # each costs LLVM 50 ms
@given(data=st.data())
def test_every_operation_becomes_machine_code(op: str, data: st.DataObject) -> None:
    agrees_with_the_engine(partial(autograd.compile, backend="llvm"), op, data)


WAYS = {
    "sum": lambda W, x: [sum(w * v for w, v in zip(row, x)) for row in W],
    "sum, factors the other way": lambda W, x: [sum(v * w for w, v in zip(row, x)) for row in W],
    "dot": lambda W, x: [dot(list(row), list(x)) for row in W],
    "@": lambda W, x: list(W @ x),
    "np.dot": lambda W, x: [np.dot(row, x) for row in W],
    "np.sum": lambda W, x: list(np.sum(W * x, axis=1)),
}


@both
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("n", [3, 8, 20])
def test_neurons_are_one_product_and_their_gradients_two(compile, way: str, n: int) -> None:
    def loss(W, V, x):
        a = [tanh(z) for z in WAYS[way](W, x)]
        return sum(tanh(z) for z in WAYS[way](V, np.array(a)))

    fast = compile(loss, rows=("x",))
    rng = np.random.default_rng(0)
    W, V, X = rng.normal(size=(n, n)), rng.normal(size=(n, n)), rng.normal(size=(11, n))
    value, (dW, dV) = fast.value_and_grad(W, V, X, argnums=(0, 1), reduce="sum")
    A = np.tanh(X @ W.T)
    B = np.tanh(A @ V.T)
    dz = 1 - B * B
    np.testing.assert_allclose(value, B.sum(), rtol=1e-12)
    np.testing.assert_allclose(dV, dz.T @ A, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(dW, ((dz @ V) * (1 - A * A)).T @ X, rtol=1e-11, atol=1e-13)
    instructions = fast.rolled().rows
    assert sum(isinstance(x, Product) for x in instructions) == 3, fast.rolled()
    assert sum(isinstance(x, RowProduct) for x in instructions) == 2
    assert not any(isinstance(x, Gather) for x in instructions)
    assert len(instructions) <= 12


def cross_entropy(W, x, y):
    z = list(W @ x)
    return logsumexp(z) - sum(a * b for a, b in zip(y, z))


@both
def test_softmax_and_cross_entropy_take_one_pass_each(compile) -> None:
    fast = compile(cross_entropy, rows=("x", "y"))
    rng = np.random.default_rng(1)
    W, X = rng.normal(size=(10, 4)), rng.normal(size=(50, 4))
    Y = np.eye(10)[rng.integers(0, 10, 50)]
    _, gradient = fast.value_and_grad(W, X, Y, reduce="mean")
    e = np.exp(X @ W.T)
    p = e / e.sum(1, keepdims=True)
    np.testing.assert_allclose(gradient, (p - Y).T @ X / 50, rtol=1e-11, atol=1e-14)
    assert len(fast.rolled().rows) < 20
    probabilities = compile(lambda W, x: softmax(list(W @ x)), rows=("x",))(W, X)
    np.testing.assert_allclose(probabilities, p, rtol=1e-12)


FUNCTIONS = [np.exp, np.tanh, np.sqrt, np.log1p, np.arctan, np.abs, np.square, np.negative]
REDUCTIONS = [np.sum, np.mean, np.var, np.prod, np.linalg.norm]


@both
@costly(30, deep=1000)
@given(
    shape=st.lists(st.integers(1, 4), min_size=1, max_size=2).map(tuple),
    rows=st.sampled_from([None, 1, 2, 5]),
    function=st.sampled_from(FUNCTIONS),
    reduction=st.sampled_from(REDUCTIONS),
    seed=st.integers(0, 5),
)
def test_arrays_of_any_shape(compile, shape, rows, function, reduction, seed) -> None:
    rng = np.random.default_rng(seed)
    w = rng.uniform(0.5, 1.5, shape)
    x = rng.uniform(0.5, 1.5, shape if rows is None else (rows, *shape))

    def f(w, x):
        z = function(w * x + 0.5) + x[..., ::-1] * w
        return autograd.norm(list(z.ravel())) if reduction is np.linalg.norm else reduction(z)

    fast = compile(f, rows=() if rows is None else ("x",))
    value, (dw, dx) = fast.value_and_grad(w, x, argnums=(0, 1), **({} if rows is None else {"reduce": "sum"}))
    per_row = [value_and_grad(f, (0, 1))(w, row) for row in ([x] if rows is None else x)]
    np.testing.assert_allclose(value, sum(v for v, _ in per_row), rtol=1e-12)
    np.testing.assert_allclose(dw, sum(g[0] for _, g in per_row), rtol=1e-10, atol=1e-13)
    slopes = np.array([g[1] for _, g in per_row])
    np.testing.assert_allclose(dx, slopes[0] if rows is None else slopes, rtol=1e-10, atol=1e-13)


@both
def test_traced_once_for_each_form_of_the_arguments(compile) -> None:
    calls = []

    def f(w, x):
        calls.append(len(w))
        return w[0] * x

    fast = compile(f, rows=("x",))
    for w, x in ((np.ones(2), np.ones(3)), (np.zeros(2), np.ones(900)), (np.ones(2), [1.0]), (np.ones(3), np.ones(3))):
        fast(w, x)
        fast.value_and_grad(w, x, reduce="mean")
        fast.value_and_grad(w, x)
    assert calls == [2, 3]
    fast([1.0, 2.0], np.ones(3))
    assert calls == [2, 3, 2]


@both
def test_instructions_do_not_follow_the_number_of_scalars(compile) -> None:
    def cost(w, x):
        return sum(tanh(a * b) ** 2 for a, b in zip(w, x))

    counts = set()
    for n in (5, 50, 500):
        fast = compile(cost, rows=("x",))
        fast.value_and_grad(np.ones(n), np.ones((2, n)), reduce="sum")
        counts.add(len(fast.rolled().rows))
    assert len(counts) == 1
    assert counts.pop() < 12


@both
def test_sums_of_many_lengths_take_few_instructions(compile) -> None:
    def f(x):
        return [sum(0.01 * k * v**2 for v in x[k::-1]) for k in range(80)]

    fast, x = compile(f), np.linspace(-1, 1, 80)
    np.testing.assert_allclose(fast(x), 0.01 * np.arange(80) * (x * x).cumsum(), rtol=1e-12)
    assert len(fast.rolled().shared) < 60, fast.rolled()

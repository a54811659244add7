"""Compiled first and second derivatives at kinks equal the engine's."""

import builtins
import itertools
import math
import random

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import autograd
from autograd import (
    abs,
    asin,
    clip,
    dot,
    fori_loop,
    grad,
    gradients,
    hessian,
    hvp,
    hypot,
    jvp,
    maximum,
    minimum,
    norm,
    relu,
    sin,
    sqrt,
    tan,
    value_and_grad,
    where,
)
from autograd.compiler.folding import fold
from tests.compiler.backends import both
from tests.compositions import COMPOSITIONS
from tests.profiles import costly

COUNTS = [len(point) for _, _, point, _, _ in COMPOSITIONS]
PARTS = [slice(sum(COUNTS[:k]), sum(COUNTS[: k + 1])) for k in range(len(COUNTS))]
POINT = [x for _, _, point, _, _ in COMPOSITIONS for x in point]


def together(x):
    """The sum of all compositions, each on its own numbers: one program is compiled instead of a hundred."""
    total = 0.0
    for part, (_, f, _, _, _) in zip(PARTS, COMPOSITIONS):
        total = total + f(*x[part])
    return total


def hold(found, wanted_of):
    """Require each composition's part of a result to be as wanted."""
    for part, (name, _, _, slopes, matrix) in zip(PARTS, COMPOSITIONS):
        wanted = wanted_of(np.array(slopes), np.array(matrix), part)
        np.testing.assert_allclose(np.asarray(found)[part], wanted, rtol=1e-14, atol=1e-300, err_msg=name)


@both
def test_a_gradient_is_the_mean_of_both_sides(compile):
    hold(compile(together).value_and_grad(POINT)[1], lambda slopes, matrix, part: slopes)


def test_a_hessian_is_the_mean_of_both_sides():
    found = np.array(autograd.compile(together, backend="numpy").hessian(POINT))
    for part, (name, _, _, _, matrix) in zip(PARTS, COMPOSITIONS):
        np.testing.assert_allclose(found[part, part], matrix, rtol=1e-14, atol=1e-300, err_msg=name)
        found[part, part] = 0.0
    assert not found.any()


@both
def test_a_row_at_a_kink_beside_others(compile):
    away = [x + 0.25 + 0.1 * (k % 7) for k, x in enumerate(POINT)]
    found = compile(together, rows="x").hvp(np.array([away, POINT, away]), tangents=np.array([VECTOR] * 3))
    expected = hvp(together, (away,), (VECTOR.tolist(),))
    np.testing.assert_allclose(found[::2], [expected] * 2, rtol=1e-10, atol=1e-12)
    hold(found[1], lambda slopes, matrix, part: matrix @ VECTOR[part])


VECTOR = np.linspace(-2.0, 3.0, len(POINT))
TAKEN = {  # the product of the Hessian and a vector, of which f takes one derivative or both
    "hvp": lambda compile: compile(lambda x, v: hvp(together, (x,), (v,)))(POINT, VECTOR.tolist()),
    "vjp": lambda compile: compile(grad(together)).vjp(POINT)[1](VECTOR.tolist())[0],
    "grad of grad": lambda compile: compile(
        grad(lambda x: sum(v * slope for v, slope in zip(VECTOR.tolist(), grad(together)(x))))
    )(POINT),
    "grad of jvp": lambda compile: compile(grad(lambda x: jvp(together, (x,), (VECTOR.tolist(),))[1]))(POINT),
    "graph": lambda compile: compile(through_graphs)(POINT),
}


def through_graphs(x):
    x = [xi + 0.0 for xi in x]
    slopes = gradients(together(x), x, create_graph=True)
    return gradients(dot(slopes, VECTOR.tolist()), x)


@pytest.mark.parametrize("taken", TAKEN.values(), ids=TAKEN)
def test_second_derivatives_that_f_takes(taken):
    found = taken(lambda f: autograd.compile(f, backend="numpy"))
    hold(found, lambda slopes, matrix, part: matrix @ VECTOR[part])


@both
def test_a_row_at_a_kink_of_what_f_differentiates(compile):
    def f(k, x):
        return k * hessian(lambda t: abs(t) ** 2 * t + maximum(t, 0.0) ** 2)(x) + (x if x < 2 else x * x)

    fast, rows = compile(f, rows=("x",)), [0.0, 1.0, -2.0, 0.0, 3.0]
    values, slopes = zip(*(value_and_grad(f, argnums=(0, 1))(2.0, x) for x in rows))
    for reduce, total in ((None, list), ("sum", sum), ("mean", np.mean)):
        np.testing.assert_allclose(fast(2.0, rows, reduce=reduce), total(values), rtol=1e-14)
        value, (dk, dx) = fast.value_and_grad(2.0, rows, argnums=(0, 1), reduce=reduce)
        np.testing.assert_allclose(value, total(values), rtol=1e-14)
        np.testing.assert_allclose(dk, total([k for k, _ in slopes]), rtol=1e-14)
        np.testing.assert_allclose(dx, np.array([x for _, x in slopes]) / (5 if reduce == "mean" else 1), rtol=1e-14)


def test_a_derivative_in_a_step_of_a_loop_at_a_kink():
    def f(x):
        return fori_loop(0, 30, lambda k, y: y - 0.01 * hessian(lambda t: maximum(t, 0.0) ** 2)(y), x)

    fast = autograd.compile(f)
    assert [fast(x) for x in (0.0, 0.2)] == pytest.approx([f(x) for x in (0.0, 0.2)], rel=1e-14)


@both
def test_a_network_of_kinks(compile):
    def f(w, x):
        hidden = [abs(dot([w[i], w[i + 1]], x, w[i + 2])) for i in (0, 3, 6)]
        hidden = [maximum(dot(hidden, [w[i], w[i + 1], w[i + 2]]), w[9]) for i in (0, 3, 6)]
        return (norm(hidden) - 1.0) ** 2 + norm(hidden)

    w = [0.5, -1.0, 0.0, 2.0, 1.0, 0.0, -0.5, 0.25, 0.0, 0.0]
    vector = [1.0, 2.0, -1.0, 0.5, -0.25, 3.0, 1.0, -2.0, 0.75, 0.5]
    fast = compile(f)
    for x in ([0.0, 0.0], [1.0, 0.5], [1.0, -2.0]):
        wanted = hvp(lambda w, x=x: f(w, x), (w,), (vector,))
        np.testing.assert_allclose(fast.hvp(w, x, tangents=vector), wanted, rtol=1e-12, atol=1e-13)


LENGTHS = {
    "norm": np.linalg.norm,
    "std": np.std,
    "root": lambda x: np.sqrt(np.sum(x**2)),
    "half": lambda x: (x @ x) ** 0.5,
}


@both
@pytest.mark.parametrize("f", LENGTHS.values(), ids=LENGTHS)
def test_lengths_of_numpy_are_norms_at_zero(compile, f):
    fast, square = compile(lambda x: f(x)), compile(lambda x: f(x) ** 2)
    for point in (np.zeros(3), np.full(3, 2.0)):
        wanted, slopes = value_and_grad(f)(point)
        assert np.isfinite(slopes).all()
        found = fast.value_and_grad(point)
        np.testing.assert_allclose([found[0], *found[1]], [wanted, *slopes], rtol=1e-12, atol=1e-12)
        expected = autograd.hessian(lambda x, f=f: f(x) ** 2)(point)
        np.testing.assert_allclose(square.hessian(point), expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(
        autograd.hessian(lambda x: np.std(x) ** 2)(np.zeros(3)), autograd.hessian(np.var)(np.zeros(3))
    )


def nearest(x):
    return maximum(x / 0.0, 1.0)


def lens(curvature, index):
    """Where a ray that two spherical surfaces have bent meets the axis."""
    y, u = 0.2, 0.0
    for c, before, after in ((curvature, 1.0, index), (-curvature, index, 1.0)):
        a = asin(y * c)
        u = a - asin(before * sin(a - u) / after)
        y = y - u * 0.05 + 0.01 * hypot(y, u)
    return y / tan(u)


@both
def test_a_division_by_a_constant_zero_is_no_linear_operation(compile):
    assert compile(nearest).value_and_grad(2.0) == (math.inf, math.inf)


@both
@pytest.mark.parametrize("i", [0, 1])
def test_a_ray_through_a_lens(compile, i):
    point, fast = (0.5, 1.52), compile(lens)
    value, slopes = value_and_grad(lens, (0, 1))(*point)
    assert fast.value_and_grad(*point, argnums=(0, 1)) == (pytest.approx(value), pytest.approx(slopes))
    assert fast.hessian(*point, argnums=i) == pytest.approx(grad(grad(lens, i), i)(*point))


WHOLE = np.array(list(itertools.product([-1.0, 0.0, 1.0], repeat=3)))[::2]  # points where ties and zeros are common

STEPS = [
    lambda x, y: abs(x),
    maximum,
    minimum,
    hypot,
    lambda x, y: norm([x, y, x - y]),
    lambda x, y: sqrt(x * x + y * y),
    lambda x, y: relu(x),
    lambda x, y: clip(x, -1.0, 0 * y + 1.0),
    lambda x, y: where(x > 0, x, y * y),
    lambda x, y: x + y,
    lambda x, y: x - y,
    lambda x, y: x * y,
]


def with_kinks(seed, turns=5, see=lambda y: None):
    """A function of three numbers, whose steps run several times with one program in two; `see` gets each result."""
    chosen = random.Random(seed)
    steps = [(chosen.choice(STEPS), chosen.random(), chosen.random()) for _ in range(chosen.randint(2, 5))]

    def f(w):
        x, y = w[0], w[1]
        for _ in range(turns if seed % 2 else 1):
            values = [x, y, w[2]]
            for step, i, j in steps:
                values.append(step(values[int(i * len(values))], values[int(j * len(values))]))
                see(values[-1])
            x, y = values[-1], values[-2]
        return x * x + x * w[2] + y

    return f


@costly(5, deep=10_000)
@given(seed=st.integers(0, 2000), w=st.sampled_from(WHOLE.tolist()))
@example(15, [0.0, 0.0, -1.0])  # products of thousands of signs
def test_a_hessian_at_kinks_is_one_matrix_in_every_mode(seed, w):
    seen = []
    with_kinks(seed, turns=8, see=seen.append)(w)
    assume(all(y == 0 or builtins.abs(y) > 1e-9 for y in seen))  # near a kink rounding decides what a norm curves
    f, vector = with_kinks(seed, turns=8), [1.0, -2.0, 0.5]
    matrix = np.array(hessian(f)(w))
    assume(np.isfinite(matrix).all())
    products = {
        "symmetric": matrix.T @ vector,
        "hvp": hvp(f, (w,), (vector,)),
        "reverse over reverse": grad(lambda w: dot(grad(f)(w), vector))(w),
        "reverse over forward": grad(lambda w: jvp(f, (w,), (vector,))[1])(w),
        "forward over reverse": jvp(grad(f), (w,), (vector,))[1],
    }
    scale = 1e-12 * max(1.0, np.abs(matrix).max())  # where the terms of one cancel, rounding is left
    for name, product in products.items():
        np.testing.assert_allclose(product, matrix @ vector, rtol=1e-10, atol=scale, err_msg=name)


@both
@pytest.mark.parametrize("seed", range(4))
def test_second_derivatives_at_kinks_are_the_engines(compile, seed, monkeypatch):
    monkeypatch.setattr(fold, "DEEP", 4)
    f, vector = with_kinks(seed), [1.0, -2.0, 0.5]
    products = [hvp(f, (w,), (vector,)) for w in WHOLE.tolist()]
    found = compile(f, rows="w").hvp(WHOLE, tangents=np.array([vector] * len(WHOLE)))
    np.testing.assert_allclose(found, products, rtol=1e-9, atol=1e-9)
    beside = compile(lambda w, x: f([w[0] + x[0], w[1] + x[1], w[2] + x[2]]), rows="x")
    matrices = [hessian(f)(w) for w in WHOLE.tolist()]
    np.testing.assert_allclose(beside.hessian([0.0] * 3, WHOLE), matrices, rtol=1e-9, atol=1e-9)
    total = beside.hvp([0.0] * 3, WHOLE, tangents=vector, reduce="mean")
    np.testing.assert_allclose(total, np.mean(products, 0), rtol=1e-9, atol=1e-9)


@both
def test_sides_may_be_related_by_their_numbers_alone(compile):
    def f(x, y):
        return abs(x) * abs(x + y * x)

    assert hessian(f)(0.0, 1.0) == compile(f).hessian(0.0, 1.0) == 4.0


def test_rows_on_a_kink_may_choose_what_they_share():
    def f(b, x, group):
        return (abs(b[group]) * abs(b[group] * 2 + 0 * x) + maximum(b[0], x)) ** 2

    def total(b):
        return f(b, 0.0, 0) + f(b, 1.0, 1) + f(b, 2.0, 2) + f(b, 0.0, 0)

    b, x, group = [0.0, 1.0, 0.0], np.array([0.0, 1.0, 2.0, 0.0]), np.array([0, 1, 2, 0])
    fast = autograd.compile(f, rows=("x", "group"), index=("group",), backend="numpy")
    np.testing.assert_allclose(fast.hessian(b, x, group, reduce="sum"), hessian(total)(b), rtol=1e-12)
    vector = [1.0, 2.0, 3.0]
    found = fast.hvp(b, x, group, tangents=vector, reduce="sum")
    np.testing.assert_allclose(found, hvp(total, (b,), (vector,)), rtol=1e-12)


def tariff(r, tier):
    """A dict's key is a text, so that rows take paths."""
    return {"1": 1.0, "2": 2.0}[str(int(tier))] * abs(r) ** 2


def handled(a, b):
    """Python's numbers raise at a pole, at which f also has a kink."""
    try:
        t = 1 / a
    except ZeroDivisionError:
        t = 5.0
    return t * b + abs(a) ** 2


def picked(a, b):
    return [a, b][a > b] + abs(a) ** 2


@both
@pytest.mark.parametrize(("f", "b"), [(tariff, 2.0), (tariff, 1.0), (handled, -1.0), (picked, -1.0)])
def test_a_hessian_that_is_compiled_runs_f_as_it_is_at_a_kink(compile, f, b):
    second = hessian(autograd.lift(f))
    rows = np.array([0.0, 1.0, -2.0])
    fast = compile(second, rows=("a" if f is not tariff else "r",))
    np.testing.assert_allclose(fast(rows, b), [second(x, b) for x in rows.tolist()])
    assert compile(second)(0.0, b) == second(0.0, b)

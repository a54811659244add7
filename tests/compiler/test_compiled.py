"""Compiled functions: the same numbers as the engine's, over rows, in the structure of the arguments."""

import inspect
import math
import pickle
import sys
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, grad, hessian, hvp, maximum, relu, value_and_grad, where
from autograd.refusals import TraceError
from autograd.testing.programs import SampleProgram, programs
from tests.compiler.backends import both
from tests.compiler.bounds import assert_close, assert_within, bounds
from tests.profiles import costly
from tests.threads import together


@both
@costly(30)
@given(programs(), st.data())
def test_a_program_compiles_to_what_the_engine_computes(compile, program: SampleProgram, data: st.DataObject) -> None:
    names = list(inspect.signature(program).parameters)
    by_row = data.draw(st.sets(st.sampled_from(names)))
    every = tuple(range(len(names)))
    fast = compile(program, rows=[name for name in names if name in by_row])
    args = [np.full(3, x) if name in by_row else x for name, x in zip(names, program.inputs)]
    value, gradients = value_and_grad(program, every)(*program.inputs)
    bound, *slopes = bounds(program, program.inputs, every)
    found, derivatives = fast.value_and_grad(*args, argnums=every)
    assert_within(found, value, bound)
    assert_within(fast(*args), value, bound)
    for _ in range(2):  # now directly
        assert repr(fast.value_and_grad(*args, argnums=every)) == repr((found, derivatives))
    for got, wanted, slope in zip(derivatives, gradients, slopes):
        assert_within(got, wanted, slope)
    if by_row:
        total, totals = fast.value_and_grad(*args, argnums=every, reduce="mean")
        assert_within(total, value, 2 * bound)
        for name, got, wanted, slope in zip(names, totals, gradients, slopes):
            assert_within(got, wanted / 3 if name in by_row else wanted, 2 * slope)


def network(W1, b1, W2, b2, x, y):
    a = [relu(sum(w * v for w, v in zip(row, x)) + c) for row, c in zip(W1, b1)]
    (p,) = W2 @ np.array(a) + b2
    return (p - y) ** 2


def network_arguments(n=7, seed=0):
    rng = np.random.default_rng(seed)
    shapes = ((5, 3), 5, (1, 5), 1, (n, 3), n)
    return [rng.normal(size=shape) for shape in shapes]


def by_hand(W1, b1, W2, b2, X, Y):
    z = X @ W1.T + b1
    a = np.maximum(z, 0)
    e = (a @ W2.T + b2)[:, 0] - Y
    dp = (2 * e)[:, None]
    dz = (dp @ W2) * (z > 0)
    return np.sum(e * e), (dz.T @ X, dz.sum(0), dp.T @ a, dp.sum(0))


@both
def test_a_network_written_as_scalars_is_one_product_of_matrices_a_layer(compile) -> None:
    fast = compile(network, rows=("x", "y"))
    args = network_arguments()
    value, gradients = fast.value_and_grad(*args, argnums=(0, 1, 2, 3), reduce="sum")
    wanted, by_arrays = by_hand(*args)
    assert_close(value, wanted)
    for got, expected in zip(gradients, by_arrays):
        assert got.shape == expected.shape
        assert_close(got, expected)
    written = str(fast.program.rolled())
    assert written.count(" @ ") == 4, (
        written
    )  # forward twice, backward once for the weights of each layer; the first has K = 1
    assert len(fast.program.rolled().rows) < 20


@both
@pytest.mark.parametrize("n", [0, 1, 2, 63, 1000, 20_000])
def test_blocks_of_rows_add_up(compile, n: int) -> None:
    fast = compile(network, rows=("x", "y"))
    args = network_arguments(n)
    value, gradients = fast.value_and_grad(*args, argnums=(0, 1, 2, 3), reduce="sum")
    wanted, by_arrays = by_hand(*args)
    assert_close(value, wanted, rtol=1e-11)
    for got, expected in zip(gradients, by_arrays):
        assert_close(got, expected, rtol=1e-11, atol=1e-11)
    assert fast(*args).shape == (n,)
    each, rows = fast.value_and_grad(*args, argnums=(0, 4))
    assert each.shape == (n,)
    assert rows[0].shape == (n, 5, 3)
    assert rows[1].shape == (n, 3)
    assert_close(rows[0].sum(0), gradients[0], rtol=1e-9, atol=1e-9)


@both
def test_results_share_no_memory(compile) -> None:
    fast = compile(lambda w, b, x: (w[0] + b[0]) * x, rows=("x",))
    x = np.array([1.0, 2.0])
    value, (dw, db) = fast.value_and_grad(np.ones(1), np.ones(1), x, argnums=(0, 1), reduce="mean")
    assert (dw[0], db[0]) == (1.5, 1.5)
    dw += 1.0
    assert db[0] == 1.5
    again, _ = fast.value_and_grad(np.ones(1), np.ones(1), x, argnums=(0, 1), reduce="mean")
    assert (value, again) == (3.0, 3.0)


@both
def test_the_same_call_gives_the_same_bits(compile) -> None:
    fast, args = compile(network, rows=("x", "y")), network_arguments(5000)
    first, second = (fast.value_and_grad(*args, argnums=(0, 4), reduce="mean") for _ in range(2))
    assert first[0] == second[0]
    assert all(np.array_equal(a, b) for a, b in zip(first[1], second[1]))


KINDS_OF_ARRAYS = {
    "float32": lambda x: x.astype(np.float32),
    "integers": lambda x: (10 * x).astype(int),
    "booleans": lambda x: x > 0,
    "not contiguous": lambda x: np.repeat(x, 2, axis=0)[::2],
    "reversed": lambda x: x[::-1].copy()[::-1],
    "columns first": np.asfortranarray,
    "a dtype of its own": lambda x: x.astype(np.dtype(float, metadata={"unit": "m"})),
    "read only": lambda x: (x.setflags(write=False), x)[1],
    "lists": lambda x: x.tolist(),
    "objects": lambda x: x.astype(object),
}


@both
@pytest.mark.parametrize("kind", KINDS_OF_ARRAYS)
def test_arrays_of_every_kind(compile, kind: str) -> None:
    made = [KINDS_OF_ARRAYS[kind](x) for x in network_arguments()]
    fast = compile(network, rows=("x", "y"))
    if kind == "lists":
        made[:4] = network_arguments()[:4]
    value, gradients = fast.value_and_grad(*made, argnums=(0, 1, 2, 3), reduce="sum")
    wanted, by_arrays = by_hand(*(np.asarray(x, float) for x in made))
    assert_close(value, wanted)
    for got, expected in zip(gradients, by_arrays):
        assert got.dtype == float
        assert_close(got, expected)


class Line(NamedTuple):
    w: float
    b: float


@both
def test_structures_come_back_as_they_went_in(compile) -> None:
    def f(line, p, q, x):
        return (line.w * x["a"] + line.b + p["k"][0] * p["k"][1]) * q[0][0] + q[1] * x["b"]

    fast = compile(f, rows=("x",))
    args = (Line(2.0, 1.0), {"k": (3.0, 4.0)}, [np.array([2.0]), 1.0], {"a": np.ones(2), "b": np.zeros(2)})
    value, (line, p, q, x) = fast.value_and_grad(*args, argnums=(0, 1, 2, 3), reduce="sum")
    assert value == 2 * 15 * 2
    assert line == Line(4.0, 4.0)
    assert isinstance(line, Line)
    assert p == {"k": (16.0, 12.0)}
    assert q[0].tolist() == [30.0]
    assert q[1] == 0.0
    assert x["a"].tolist() == [4.0, 4.0]
    assert x["b"].tolist() == [1.0, 1.0]


@both
def test_results_of_any_structure(compile) -> None:
    fast = compile(lambda x, w: {"sum": x + w, "pair": [x * w, x - w]}, rows=("x",))
    found = fast(np.array([1.0, 2.0, 3.0]), 2.0)
    assert found["sum"].tolist() == [3.0, 4.0, 5.0]
    assert found["pair"].tolist() == [[2.0, -1.0], [4.0, 0.0], [6.0, 1.0]]
    assert compile(lambda x: [x, 2 * x])(3.0).tolist() == [3.0, 6.0]
    assert compile(lambda x: x)(3.0) == 3.0
    assert compile(lambda x: 7.0, rows=("x",))([1.0, 2.0]).tolist() == [7.0, 7.0]


ERRORS = {
    "ragged rows": (ValueError, "x", lambda f: f(1.0, [[1.0, 2.0], [3.0]], [1.0, 2.0])),
    "rows that differ": (ValueError, "y has 2 rows, x has 3", lambda f: f(1.0, [1.0, 2.0, 3.0], [1.0, 2.0])),
    "no rows": (TypeError, "x carries rows", lambda f: f(1.0, 2.0, [1.0])),
    "text": (ValueError, "x: rows must be numbers", lambda f: f(1.0, ["a"], [1.0])),
    "complex": (TypeError, "x", lambda f: f(1.0, np.array([1j]), [1.0])),
    "None": (TypeError, "w", lambda f: f(None, [1.0], [1.0])),
    "a Value": (TypeError, "w is a Value", lambda f: f(Value(1.0), [1.0], [1.0])),
    "a missing argument": (TypeError, "missing a required argument: 'y'", lambda f: f(1.0, [1.0])),
    "an unknown reduction": (ValueError, "'max'", lambda f: f(1.0, [1.0], [1.0], reduce="max")),
    "argnums": (ValueError, "argnums=5", lambda f: f.value_and_grad(1.0, [1.0], [1.0], argnums=5)),
    "argnums twice": (ValueError, "twice", lambda f: f.value_and_grad(1.0, [1.0], [1.0], argnums=(0, 0))),
    "argnums of a float": (TypeError, "argnums", lambda f: f.value_and_grad(1.0, [1.0], [1.0], argnums=1.0)),
    "a Hessian of rows": (ValueError, "x has rows", lambda f: f.hessian(1.0, [1.0], [1.0], argnums=1)),
    "other tangents": (ValueError, "structure of w", lambda f: f.hvp(1.0, [1.0], [1.0], tangents=[1.0])),
}


@both
@pytest.mark.parametrize("case", ERRORS)
def test_errors_name_the_argument(compile, case: str) -> None:
    error, message, call = ERRORS[case]
    fast = compile(lambda w, x, y: w * x + y, rows=("x", "y"))
    with pytest.raises(error, match=message):
        call(fast)
    assert fast(2.0, [1.0], [1.0]).tolist() == [3.0]  # and nothing is lost


@both
def test_an_error_inside_f_says_which_shapes_it_was_given(compile) -> None:
    fast = compile(lambda W, x: (W @ x).sum(), rows=("x",))
    with pytest.raises(ValueError, match="matmul") as caught:
        fast(np.ones((2, 3)), np.ones((5, 4)))
    assert caught.value.__notes__ == [
        "<lambda> was traced on arguments (of rows, on one row) of shapes W (2, 3); x (4,)"
    ]


@both
def test_parameters_that_do_not_exist(compile) -> None:
    with pytest.raises(ValueError, match=r"has no parameter 'z'"):
        compile(lambda x: x, rows=("z",))
    with pytest.raises(TypeError, match="must be a function"):
        compile(3)
    with pytest.raises(ValueError, match="nothing to reduce"):
        compile(lambda x: x)(1.0, reduce="sum")


@both
def test_static_arguments_choose_the_program(compile) -> None:
    def polynomial(w, x, degree, scale=1.0):
        return scale * sum(w[k] * x**k for k in range(degree + 1))

    fast = compile(polynomial, rows=("x",), static=("degree",))
    w, x = np.array([1.0, 2.0, 3.0]), np.array([0.5, 1.5])
    assert_close(fast(w, x, 1), 1 + 2 * x)
    assert_close(fast(w, x, degree=2, scale=2.0), 2 * (1 + 2 * x + 3 * x * x))
    _, gradient = fast.value_and_grad(w, x, 2, reduce="sum")
    assert_close(gradient, [2, x.sum(), (x * x).sum()])
    with pytest.raises(ValueError, match="degree is static"):
        fast.value_and_grad(w, x, 2, argnums=2)
    with pytest.raises(TypeError, match="hashable: degree"):
        fast(w, x, [1])


@both
def test_choices_by_a_search_are_refused_by_line(compile) -> None:
    def f(x):
        return [x, -x][x > 0]  # the line that is named

    line = f.__code__.co_firstlineno + 1
    with pytest.raises(TraceError, match=rf"test_compiled\.py, line {line}.*where\(condition, a, b\)"):
        compile(f, rows=("x",))([1.0])
    with pytest.raises(TraceError, match="where"):
        compile(lambda x: [1.0, 2.0].index(x), paths=0)(1.0)
    for g in (lambda x: math.floor(float(x)), lambda x: math.sin(x)):
        with pytest.raises(TypeError):
            compile(g)(1.0)


@both
def test_a_value_from_outside_is_refused(compile) -> None:
    outside = Value(3.0, label="k")
    with pytest.raises(TraceError, match="'k' from outside"):
        compile(lambda x: x * outside)(2.0)


@both
def test_an_infinite_derivative_on_the_side_not_taken_stays_there(compile) -> None:
    def f(x):
        return where(x > 0, autograd.sqrt(abs(x)), x * 2) + autograd.maximum(x, 1.0) + autograd.clip(x, -1.0, 1.0)

    fast = compile(f, rows=("x",))
    points = np.array([0.0, -0.0, 1.0, 4.0, -3.0, 1e-320])
    value, gradient = fast.value_and_grad(points)
    for x, got, slope in zip(points.tolist(), value, gradient):
        assert_close(got, f(x))
        assert_close(slope, grad(f)(x))
    assert gradient[0] == 3.0


IEEE = {
    "log of 0": (autograd.log, 0.0, -math.inf, math.inf),
    "log of -1": (autograd.log, -1.0, math.nan, -1.0),
    "1/0": (lambda x: 1 / x, 0.0, math.inf, -math.inf),
    "overflow": (autograd.exp, 1000.0, math.inf, math.inf),
    "the root of -1": (autograd.sqrt, -1.0, math.nan, math.nan),
    "nan": (relu, math.nan, math.nan, math.nan),
}


@both
@pytest.mark.parametrize("case", IEEE)
def test_what_raises_eagerly_is_ieee_arithmetic_here(compile, case: str) -> None:
    f, x, value, slope = IEEE[case]
    found, derivative = compile(lambda x: f(x)).value_and_grad(x)
    np.testing.assert_equal((found, derivative), (value, slope))
    found, derivative = compile(lambda x: f(x), rows=("x",)).value_and_grad(np.array([x, x]))
    np.testing.assert_equal((found, derivative), ([value] * 2, [slope] * 2))


def rosenbrock(x):
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in pairwise(x))


@both
def test_second_derivatives_are_compiled_too(compile) -> None:
    fast = compile(rosenbrock)
    x, v = np.array([0.5, -1.0, 2.0, 0.1]), np.array([1.0, 0.0, -1.0, 2.0])
    wanted = hessian(rosenbrock)(x)
    assert_close(fast.hessian(x), wanted)
    assert_close(hessian(fast)(x), wanted)
    assert_close(fast.hvp(x, tangents=v), wanted @ v)
    assert_close(hvp(fast, (x,), (v,)), wanted @ v)
    assert_close(grad(fast)(x), grad(rosenbrock)(x))
    assert_close(grad(lambda x: fast(x) ** 2)(x), 2 * rosenbrock(x) * grad(rosenbrock)(x))
    assert fast.hessian([1.0, 2.0]) == hessian(rosenbrock)([1.0, 2.0])


@both
def test_second_derivatives_over_rows(compile) -> None:
    def cost(w, x, y):
        return autograd.log1p(autograd.exp(-y * autograd.dot(w, x)))

    fast = compile(cost, rows=("x", "y"))
    rng = np.random.default_rng(2)
    w, X, Y = rng.normal(size=3), rng.normal(size=(50, 3)), np.sign(rng.normal(size=50))
    margins = Y * (X @ w)
    weights = 1 / (1 + np.exp(margins)) / (1 + np.exp(-margins))
    wanted = (X * weights[:, None]).T @ X
    assert_close(fast.hessian(w, X, Y, reduce="sum"), wanted, rtol=1e-10)
    assert_close(fast.hvp(w, X, Y, tangents=np.ones(3), reduce="mean"), wanted @ np.ones(3) / 50, rtol=1e-10)
    assert_close(fast.hessian(w, X, Y).sum(0), wanted, rtol=1e-10)


@both
def test_on_other_numbers_it_is_the_function_itself(compile) -> None:
    fast = compile(lambda x: x * x / 3)
    assert fast(Fraction(1, 2)) == Fraction(1, 12)
    assert fast(mpmath.mpf(2)) == mpmath.mpf(4) / 3
    assert fast(Value(3.0)).data == 3.0
    assert grad(grad(fast))(2.0) == pytest.approx(2 / 3)


@both
def test_its_second_derivatives_are_differentiated_like_its_value(compile) -> None:
    def f(x, y):
        return x**3 * y**2

    fast = compile(f)
    for transform in (lambda g, x: grad(g)(x), lambda g, x: compile(g).value_and_grad(x)[1]):
        assert transform(lambda x: fast.hessian(x, 2.0), 3.0) == 24.0
        assert transform(lambda x: fast.hvp(x, 2.0, tangents=x), 3.0) == 2 * 72.0
        assert transform(lambda x: fast.hvp(x, 2.0, tangents=1.0, argnums=1), 3.0) == 54.0
        assert transform(lambda x: sum(fast.hvp(x, 2.0, tangents=(1.0, 1.0), argnums=(0, 1))), 3.0) == 222.0


@both
def test_it_can_be_pickled(compile, monkeypatch) -> None:
    monkeypatch.delitem(sys.modules, "cloudpickle", raising=False)
    fast = compile(network, rows=("x", "y"))
    args = network_arguments()
    wanted = fast(*args)
    again = pickle.loads(pickle.dumps(fast))
    assert np.array_equal(again(*args), wanted)
    assert again(*network_arguments(3)).shape == (3,)

    local = compile(lambda w, x: w * x, rows=("x",))
    assert local(2.0, [1.0]).tolist() == [2.0]
    again = pickle.loads(pickle.dumps(local))
    assert again(3.0, [1.0, 2.0]).tolist() == [3.0, 6.0]
    with pytest.raises(TypeError, match="cannot trace other shapes"):
        again(2.0, [[1.0]])


@both
def test_cloudpickle_carries_functions_that_pickle_cannot_name(compile) -> None:
    import cloudpickle

    factor = 3.0
    again = cloudpickle.loads(cloudpickle.dumps(compile(lambda w, x: factor * w * x, rows=("x",))))
    assert again(2.0, [1.0, 2.0]).tolist() == [6.0, 12.0]
    twice = pickle.loads(pickle.dumps(again))
    assert twice(2.0, [[1.0]]).tolist() == [[6.0]], "it can trace other shapes"


@both
def test_calls_from_many_threads(compile) -> None:
    fast = compile(network, rows=("x", "y"))
    sizes = [10, 500, 3000, 10, 77, 3000, 1, 500]
    results: dict[int, float] = {}

    def work(k: int) -> None:
        for _ in range(5):
            value, _ = fast.value_and_grad(*network_arguments(sizes[k], k), reduce="sum")
            assert results.setdefault(k, value) == value

    together(*[partial(work, k) for k in range(len(sizes))])
    for k, value in results.items():
        assert_close(value, by_hand(*network_arguments(sizes[k], k))[0], rtol=1e-11)


@both
def test_scipy_can_minimize_it(compile) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    result = optimize.minimize(compile(rosenbrock).value_and_grad, np.zeros(4), jac=True)
    assert_close(result.x, np.ones(4), rtol=1e-4)


@both
def test_a_long_chain_compiles_without_recursion(compile) -> None:
    def chain(x):
        for _ in range(3000):
            x = autograd.sin(x) + 0.5
        return x

    value, slope = compile(chain).value_and_grad(0.3)
    assert (value, slope) == pytest.approx(value_and_grad(chain)(0.3))


@both
@pytest.mark.parametrize("rows", [(), ("x",)])
@pytest.mark.parametrize("reduce", [None, "sum", "mean"])
@pytest.mark.parametrize(
    "flat",
    [
        lambda x: where(x[0] > 0, 1.0, 0.0),
        lambda x: x[0] - x[0] + 1.0,
        lambda x: 3.0,
        lambda x: x[1] * 2.0,
        lambda x: x[0] + x[1] + x[2],
    ],
)
def test_derivatives_that_are_all_one_constant_have_the_shape_of_the_argument(compile, flat, reduce, rows) -> None:
    if reduce is not None and not rows:
        return
    x = np.array([1.0, 2.0, 3.0])
    X = np.tile(x, (4, 1)) if rows else x
    _, got = compile(flat, rows=rows).value_and_grad(X, reduce=reduce)
    share = 0.25 if reduce == "mean" else 1.0
    wanted = share * np.broadcast_to(grad(flat)(x), X.shape)
    np.testing.assert_array_equal(got, wanted)
    shared = compile(lambda w, x: flat(w) + 0 * x, rows=("x",))
    _, got = shared.value_and_grad(x, np.ones(4), reduce=reduce)
    per_row = np.broadcast_to(grad(flat)(x), (4, 3))
    np.testing.assert_array_equal(got, {"sum": per_row.sum(axis=0), "mean": per_row.mean(axis=0)}.get(reduce, per_row))


@both
@pytest.mark.parametrize(
    "mixed",
    [
        lambda chosen, x: chosen + x,
        lambda chosen, x: x + chosen,
        lambda chosen, x: chosen - x,
        lambda chosen, x: chosen * x,
        lambda chosen, x: chosen / x,
        lambda chosen, x: chosen**x,
        lambda chosen, x: chosen % x,
        lambda chosen, x: chosen // x,
        lambda chosen, x: where(chosen > x, x, chosen),
        lambda chosen, x: where(chosen == x, chosen, x),
        lambda chosen, x: sum(chosen * np.array([x, 2.0])),
        lambda chosen, x: sum(chosen + np.array([1.0, 2.0])) * x,
    ],
)
@pytest.mark.parametrize("w", [-1.0, 1.0])
def test_a_choice_between_plain_numbers_is_a_number_like_any_other(compile, mixed, w) -> None:
    def f(w, x):
        return mixed(where(w > 0, 3.0, 2.0), x)

    value, slope = value_and_grad(f, 1)(w, 2.0)
    assert compile(f).value_and_grad(w, 2.0, argnums=1) == (pytest.approx(value, rel=1e-15), pytest.approx(slope))


@both
def test_a_product_without_rows_to_which_something_by_row_is_added(compile) -> None:
    W, x = np.arange(12.0).reshape(3, 4), np.arange(4.0)
    fast = compile(lambda W, x, y: [autograd.dot(row, x, y) for row in W], rows=("y",))
    assert_close(fast(W, x, [1.0, 2.0]), W @ x + np.array([[1.0], [2.0]]))


@both
def test_the_errors_that_numpy_is_to_raise_are_none_of_ours(compile) -> None:
    x = np.array([1e-310, 1e200, np.inf, 3.0])
    with np.errstate(all="raise"):
        fast = compile(lambda w, x: w * x / 7.0, rows=("x",))
        value, slope = fast.value_and_grad(2.5e-307, x, argnums=1, reduce="mean")
    assert value == np.inf
    assert_close(slope, np.full(4, 2.5e-307 / 7.0 / 4.0))


@both
@pytest.mark.parametrize("terms", range(2, 9))
def test_a_sum_of_which_one_term_has_rows(compile, terms: int) -> None:
    w, y = np.arange(1.0, 10.0), np.arange(3.0)
    fast = compile(lambda w, y: autograd.sum([*w[:terms], w[8] * y]), rows=("y",))
    assert_close(fast(w, y), w[:terms].sum() + 9.0 * y)


@both
@pytest.mark.parametrize(("given", "error"), [((), ValueError), ({}, ValueError), (10**400, TypeError)])
def test_rows_without_an_array_are_refused(compile, given, error) -> None:
    with pytest.raises(error, match=r"no array in x that could have rows|x carries rows: an array"):
        compile(lambda w, x: w + len(x), rows=("x",))(1.0, given, reduce="sum")


@both
def test_an_int_that_is_no_float_is_refused(compile) -> None:
    fast = compile(lambda x, y: x * y)
    assert [fast(2, 3) for _ in range(3)] == [6.0, 6.0, 6.0]
    with pytest.raises(OverflowError, match="int too large to convert to float"):
        fast(2, 10**400)
    assert fast(2, 10**300) == 2e300


@both
@pytest.mark.parametrize("argnums", [0.0, (0.0,), True, (True,), (0, 1.0)])
def test_argnums_are_ints_also_once_such_ints_are_known(compile, argnums) -> None:
    fast = compile(lambda x, y: x * y)
    for known in 3 * (0, (0,), 1, (1,), (0, 1)):
        fast.value_and_grad(2.0, 3.0, argnums=known)
    with pytest.raises(TypeError, match="argnums must be an int"):
        fast.value_and_grad(2.0, 3.0, argnums=argnums)


@both
def test_a_condition_chosen_by_conditions_is_not_overwritten_by_itself(compile) -> None:
    def f(x):
        v = maximum(x, x)
        return maximum(-v, v)

    value, slope = compile(f, rows=("x",)).value_and_grad(np.array([0.0, np.nan]))
    np.testing.assert_array_equal(value, [0.0, np.nan])
    np.testing.assert_array_equal(slope, [0.0, np.nan])

"""Compiled functions: the same numbers as the engine's, over rows, alone, in threads and in other processes."""

import inspect
import math
import pickle
import sys
from functools import partial
from itertools import pairwise

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
from tests.compiler.networks import by_hand, network, network_arguments
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
    written = str(fast.rolled())
    assert written.count(" @ ") == 4, (
        written
    )  # forward twice, backward once for the weights of each layer; the first has K = 1
    assert len(fast.rolled().rows) < 20


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


@both
def test_choices_by_a_search_are_refused_by_line(compile) -> None:
    def f(x):
        return [1.0, -1.0][x]  # the line that is named

    line = f.__code__.co_firstlineno + 1
    with pytest.raises(TraceError, match=rf"test_compiled\.py, line {line}.*np\.choose"):
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
    kept = {}

    def keeping(x):
        y = kept["y"] = autograd.sin(3.0 * x)
        return y * x + y.detach()

    for f in (lambda x: keeping(x) * x, keeping, lambda x: keeping(x) + kept["y"].data):
        wanted = value_and_grad(f)(2.0)
        assert compile(f).value_and_grad(2.0) == pytest.approx(wanted)
        with pytest.raises(TraceError, match="depends on x was kept"):
            compile(lambda x: x * kept["y"])(2.0)


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
    assert twice(2.0, np.array([[1.0]])).tolist() == [[6.0]], "it can trace other shapes"


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
def test_a_condition_chosen_by_conditions_is_not_overwritten_by_itself(compile) -> None:
    def f(x):
        v = maximum(x, x)
        return maximum(-v, v)

    value, slope = compile(f, rows=("x",)).value_and_grad(np.array([0.0, np.nan]))
    np.testing.assert_array_equal(value, [0.0, np.nan])
    np.testing.assert_array_equal(slope, [0.0, np.nan])

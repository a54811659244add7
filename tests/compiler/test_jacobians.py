"""Jacobians of compiled functions, and their products with vectors, are those of the eager transforms."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import least_squares

import autograd
from autograd import Value, abs, exp, grad, jacobian, jvp, log, relu, sin, sqrt, vjp, where
from autograd.compiler.derivatives.jacobians import entries
from autograd.compiler.tracing.trace import trace
from autograd.testing.programs import SampleProgram, programs
from autograd.trees import flatten, unflatten
from tests.compiler.backends import both
from tests.profiles import costly

OPS = ["add", "multiply", "subtract", "tanh", "sin", "exp", "maximum", "abs"]
NUMBERS = st.integers(-8, 8).map(lambda k: k / 4)

# Ways to pass three numbers.
ARGUMENTS = {
    "numbers": lambda x: (x[0], x[1], x[2]),
    "a list": lambda x: (list(x),),
    "an array": lambda x: (np.array(x),),
    "a matrix and a number": lambda x: (np.array([x[:2]]), x[2]),
    "a dict of tuples": lambda x: ({"b": (x[0],), "a": [np.array(x[1:])]},),
}
RESULTS = st.recursive(
    st.integers(-4, -1),
    lambda part: (
        st.lists(part, min_size=1, max_size=3)
        | st.tuples(part, part)
        | st.dictionaries(st.sampled_from("pqr"), part, min_size=1)
        | st.lists(st.integers(-4, -1), min_size=1, max_size=4).map(np.array)
    ),
    max_leaves=6,
)


def filled(tree, values):
    """A structure of indices, with values in their place."""
    if isinstance(tree, np.ndarray):
        return np.array([values[i % len(values)] for i in tree], dtype=object)
    if isinstance(tree, dict):
        return {key: filled(part, values) for key, part in tree.items()}
    if isinstance(tree, (list, tuple)):
        return type(tree)(filled(part, values) for part in tree)
    return values[tree % len(values)]


def turned(tree):
    """The same numbers, with tuples for lists, and dicts in another order."""
    if isinstance(tree, dict):
        return {key: turned(tree[key]) for key in reversed(tree)}
    return tuple(map(turned, tree)) if isinstance(tree, (list, tuple)) else tree


def function(program: SampleProgram, tree):
    def f(*args):
        numbers = flatten(args, "")[: len(program.inputs)]
        return filled(tree, program.values(*numbers))

    return f


def assert_alike(got, wanted) -> None:
    """The same structure, and the same numbers up to rounding."""
    assert type(got) is type(wanted), (got, wanted)
    if isinstance(wanted, dict):
        assert list(got) == list(wanted)
        got, wanted = list(got.values()), list(wanted.values())
    if isinstance(wanted, (list, tuple)):
        assert len(got) == len(wanted)
        for x, y in zip(got, wanted):
            assert_alike(x, y)
    else:
        size = np.max(np.abs(wanted), initial=1.0)
        assert np.shape(got) == np.shape(wanted)
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-9 * size)


@both
@costly(12)
@given(programs(OPS, numbers=NUMBERS), RESULTS, st.sampled_from(list(ARGUMENTS)), st.data())
def test_the_transforms_of_compiled_functions_are_the_eager_ones(compile, program, tree, form, data) -> None:
    f, args = function(program, tree), ARGUMENTS[form]([*program.inputs, 0.5, 0.25, 0.125][:3])
    fast = compile(f)
    argnums = data.draw(st.sampled_from([0, tuple(range(len(args)))]))
    assert_alike(fast.jacobian(*args, argnums=argnums), jacobian(f, argnums)(*args))
    tangents = unflatten(args, iter([1.0, -0.5, 2.0]))
    got, wanted = jvp(fast, args, tangents), jvp(f, args, tangents)
    assert_alike(got, wanted)
    assert_alike(jvp(fast, args, turned(tangents)), wanted)
    value, pull = vjp(fast, *args)
    cotangents = unflatten(wanted[1], iter([1.0, -1.0, 0.5] * 20))
    assert_alike(value, wanted[0])
    expected = vjp(f, *args)[1](cotangents)
    assert_alike(pull(cotangents), expected)
    assert_alike(pull(turned(cotangents)), expected)


def tall(x):
    return [x[0] * k + exp(-x[1] * k) for k in range(12)]


def wide(x):
    return [sum(v * v for v in x), x[0] / x[-1]]


def three_bands(x):
    return np.array([x[i] * x[(i + 1) % len(x)] - x[i - 1] for i in range(len(x))])


def swinging(x):
    a, b = x[:2]
    for _ in range(200):
        a, b = a + b / 100, b - sin(a) * x[2] / 100
    return [a, b, a * b, a - b]


@both
@pytest.mark.parametrize(("f", "size"), [(swinging, 3), (tall, 2), (wide, 9), (three_bands, 7)])
def test_by_rows_or_by_columns_the_jacobian_is_the_same(compile, f, size: int) -> None:
    x = np.linspace(0.5, 1.5, size)
    fast, wanted = compile(f), np.array(jacobian(f)(x))
    np.testing.assert_allclose(fast(x), f(x), rtol=1e-13)
    forward = fast.program.size
    np.testing.assert_allclose(fast.jacobian(x), wanted, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(fast.jacobian(x, sparse=True).toarray(), wanted, rtol=1e-13, atol=1e-15)
    assert fast.program.size < 4 * forward + 20, "a backward pass for each of twelve rows costs more"


def test_only_what_depends_is_computed() -> None:
    x = np.ones(50)
    fast = autograd.compile(three_bands, backend="numpy")
    assert fast.jacobian(x, sparse=True).nnz == 150
    assert fast.program.size < 300
    assert len(entries(trace(three_bands, [x]), [0])) == 150


# Functions of one row: what the rows share, then their own numbers.
OF_A_ROW = {
    "one number": lambda w, x: w[0] * x + w[1] * x * x,
    "a list": lambda w, x: [w[0] * x, exp(w[1]) * x, x],
    "an array": lambda w, x: np.array([[w[0] * x, x], [w[1], 1.0]]),
    "a constant": lambda w, x: [2.0, x * 0],
}


@both
@pytest.mark.parametrize("name", OF_A_ROW)
def test_every_row_has_its_own_jacobian(compile, name: str) -> None:
    f, w, x = OF_A_ROW[name], np.array([2.0, -1.0]), np.array([1.0, 0.5, -2.0])
    fast = compile(f, rows=("x",))
    of_shared, of_rows = fast.jacobian(w, x), fast.jacobian(w, x, argnums=1)
    values, tangents = fast.jvp((w, x), (np.ones(2), None))
    np.testing.assert_array_equal(values, fast(w, x))
    sparse = fast.jacobian(w, x, argnums=(0, 1), sparse=True).toarray().reshape(3, -1, 5)
    for i, number in enumerate(x):
        by_w, by_x = (np.array(jacobian(f, k)(w, number)) for k in (0, 1))
        np.testing.assert_allclose(of_shared[i], by_w)
        np.testing.assert_allclose(of_rows[i], by_x)
        np.testing.assert_allclose(tangents[i], by_w.sum(-1))
        np.testing.assert_allclose(sparse[i, :, :2], by_w.reshape(-1, 2))
        np.testing.assert_allclose(sparse[i, :, 2 + i], by_x.ravel())
    assert np.count_nonzero(sparse[:, :, 2:]) <= sparse.shape[1] * len(x)
    value, pull = fast.vjp(w, x)
    cotangents = np.ones_like(value)
    by_w, by_x = pull(cotangents)
    np.testing.assert_allclose(by_w, np.reshape(of_shared, (-1, 2)).sum(0))
    np.testing.assert_allclose(by_x, np.reshape(of_rows, (3, -1)).sum(1))


AT_EDGES = {  # the function, a number, and the derivative of each result
    "roots": (lambda x: [sqrt(x), x, where(x > 0, log(x), x)], 0.0, [math.inf, 1.0, 1.0]),
    "kinks": (lambda x: [abs(x) * abs(x), x * abs(x), abs(x), x], 0.0, [0.0, 0.0, 0.0, 1.0]),
    "a slope beside its kink": (lambda x: [grad(abs)(x) * abs(x), x, x * x], 0.0, [1.0, 1.0, 0.0]),
    "what is not selected": (lambda x: (where(x > 1, sqrt(x - 1), x), where(x > 1, x, 2 * x)), 1.0, [1.0, 2.0]),
    "not a number": (lambda x: [relu(x), x], math.nan, [math.nan, 1.0]),
}


@both
@pytest.mark.parametrize("name", AT_EDGES)
def test_no_infinity_leaks_and_kinks_are_the_engines(compile, name: str) -> None:
    """By columns, and, with other numbers beside the one that matters, by rows."""
    f, x, wanted = AT_EDGES[name]
    fast = compile(f)
    np.testing.assert_array_equal(fast.jacobian(x), wanted)
    np.testing.assert_array_equal(fast.jvp((x,), (1.0,))[1], wanted)
    by_rows = compile(lambda x: f(x[0])).jacobian([x, 1.0, 2.0, 3.0, 4.0])
    np.testing.assert_array_equal(by_rows, [[d, 0, 0, 0, 0] for d in wanted])


DATA = [(k / 4, 3.0 * np.exp(-0.7 * k / 4) + 0.01 * (-1) ** k) for k in range(20)]


@both
def test_least_squares_takes_it_as_it_is(compile) -> None:
    def residuals(b):
        return [b[0] * exp(-b[1] * x) - y for x, y in DATA]

    fast = compile(residuals)
    by_row = compile(lambda b, x, y: b[0] * exp(-b[1] * x) - y, rows=("x", "y"))
    x, y = np.array(DATA).T
    found = [
        least_squares(fast, [1.0, 1.0], jac=fast.jacobian),
        least_squares(by_row, [1.0, 1.0], jac=by_row.jacobian, args=(x, y)),
    ]
    for result in found:
        gradient = grad(lambda b: sum(r * r for r in residuals(b)))(result.x)
        assert np.abs(gradient).max() < 1e-6
        assert result.x == pytest.approx([3.0, 0.7], abs=0.02)


@both
def test_it_is_pickled_and_takes_static_arguments(compile) -> None:
    fast = compile(power, static=("n",))
    assert fast.jacobian(2.0, 3) == [12.0, 8.0]
    value, pull = fast.vjp(2.0, 3)
    assert (value, pull([1.0, 0.0])) == ([8.0, 16.0], (12.0, None))
    assert pickle.loads(pickle.dumps(fast)).jvp((2.0, 3), (1.0, None)) == ([8.0, 16.0], [12.0, 8.0])


def power(x, n):
    return [x**n, x * 2**n]


ERRORS = {
    "several outputs": (TypeError, "use jacobian or vjp", lambda f: f.value_and_grad(1.0, 2.0)),
    "other cotangents": (ValueError, "structure of the result", lambda f: f.vjp(1.0, 2.0)[1]([1.0])),
    "other tangents": (ValueError, "structure of x", lambda f: f.jvp((1.0, 2.0), ([1.0], None))),
    "no tangents": (ValueError, "tangent", lambda f: f.jvp((1.0, 2.0), (None, None))),
    "argnums": (ValueError, "argnums=2", lambda f: f.jacobian(1.0, 2.0, argnums=2)),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_say_what_does_not_fit(name: str) -> None:
    error, text, call = ERRORS[name]
    with pytest.raises(error, match=text):
        call(autograd.compile(lambda x, y: [x, x * y], backend="numpy"))


def test_inside_another_transform_the_function_itself_runs() -> None:
    fast = autograd.compile(lambda x: [x * x, x], backend="numpy")
    assert grad(lambda x: jacobian(fast)(x)[0])(3.0) == 2.0
    assert isinstance(jvp(fast, (Value(2.0),), (1.0,))[1][0], Value)


FACTOR = {"k": 2.0}


def test_a_pullback_is_that_of_its_call(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.array([1.0, 2.0])
    _, pull = autograd.compile(lambda x: (x**3).sum(), backend="numpy").vjp(x)
    _, pull_rows = autograd.compile(lambda w, x: (w * x) ** 2, rows="x", backend="numpy").vjp(3.0, x)
    _, pull_factor = autograd.compile(lambda x: FACTOR["k"] * x**3, backend="numpy").vjp(2.0)
    monkeypatch.setitem(FACTOR, "k", 5.0)
    x *= 0
    assert pull(1.0)[0].tolist() == [3.0, 12.0]
    w, rows = pull_rows([1.0, 1.0])
    assert w == 30.0 and rows.tolist() == [18.0, 36.0]
    assert pull_factor(1.0) == (24.0,)


def with_default(x, y, z=2.0):
    return x * x * y * z + y**3


@pytest.mark.parametrize("argnums", [-1, -2, (0, -1), (-1, 0), -3, (0, -2)])
def test_negative_argnums_count_from_the_last_argument_passed(argnums) -> None:
    fast = autograd.compile(with_default, backend="numpy")
    for transform in (autograd.grad, autograd.value_and_grad, autograd.jacobian):
        try:
            wanted = transform(with_default, argnums)(2.0, 3.0)
        except ValueError:
            with pytest.raises(ValueError, match="argnums="):
                transform(fast, argnums)(2.0, 3.0)
        else:
            assert transform(fast, argnums)(2.0, 3.0) == wanted


def test_static_arguments_have_no_derivative_inside_other_transforms() -> None:
    fast = autograd.compile(lambda x, n: x**n, static="n", backend="numpy")

    def pulled(x):
        value, pull = fast.vjp(x, 3)
        of_x, of_n = pull(1.0)
        assert of_n is None
        return value * of_x

    def pushed(x):
        value, slope = fast.jvp((x, 3), (1.0, None))
        return value * slope

    for f in (pulled, pushed):
        assert autograd.grad(f)(2.0) == autograd.compile(autograd.grad(f), backend="numpy")(2.0) == 15 * 2.0**4
        assert f(2.0) == 96.0


@pytest.mark.parametrize("x", [[2.0, 3.0], list(np.array([2.0, 3.0])), [2, 3.0], (2.0, 3.0)], ids=repr)
@pytest.mark.parametrize("v", [[1.0, 0.0], list(np.array([1.0, 0.0])), [1, 0], [True, False]], ids=repr)
def test_tangents_of_lists_hold_numbers_of_any_kind(x, v) -> None:
    fast = autograd.compile(lambda x: x[0] ** 3 * x[1], backend="numpy")
    assert list(fast.hvp(x, tangents=v)) == [36.0, 12.0]
    assert fast.jvp((x,), (v,)) == (24.0, 36.0)
    assert fast.hvp(x, tangents=(), argnums=()) == ()
    for tangents, argnums in ((v, (0, 0, 0)), (1.0, (0,))):
        with pytest.raises(ValueError, match="hvp: tangents must be a tuple, one for each of argnums="):
            fast.hvp(x, tangents=tangents, argnums=argnums)

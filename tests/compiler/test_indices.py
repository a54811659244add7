"""Indices of rows: what a compiled function chooses by them is what an eager loop over the rows chooses."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import hessian, hvp, jacobian, tanh, value_and_grad
from autograd.refusals import TraceError
from autograd.testing.programs import SampleProgram, programs
from tests.compiler.backends import both
from tests.profiles import costly

# What a generated program may be applied to: numbers chosen by indices of a row, i and j, and others.
POOL = {
    "b[i]": lambda b, W, i, j, x: b[i],
    "b[i], then more of b": lambda b, W, i, j, x: b[i] * b[0] + b[-1],
    "b[j - 1]": lambda b, W, i, j, x: b[j % 3 - 1],
    "a row": lambda b, W, i, j, x: sum(W[i]),
    "a column": lambda b, W, i, j, x: W[:, j % 2].sum(),
    "a list of indices": lambda b, W, i, j, x: W[[i, j]].sum() if isinstance(W, np.ndarray) else 0.0,
    "rows in turn": lambda b, W, i, j, x: W[i][0] * W[i][1] - W[j][0],
    "an entry": lambda b, W, i, j, x: W[i, j % 2],
    "computed": lambda b, W, i, j, x: (W * x)[i][0],
    "a list that f makes": lambda b, W, i, j, x: [v * x for v in b][i] + (b[0], x)[j % 2],
    "the index": lambda b, W, i, j, x: i * x / 4,
    "the row": lambda b, W, i, j, x: x,
}
OPS = ["add", "multiply", "subtract", "tanh", "sin"]
NUMBERS = st.integers(-8, 8).map(lambda k: k / 4)


@both
@costly(10)
@given(
    programs(OPS, numbers=NUMBERS),
    st.lists(st.sampled_from(list(POOL)), min_size=3, max_size=3),
    st.lists(st.tuples(st.integers(-3, 2), st.integers(-3, 2), NUMBERS), min_size=1, max_size=5),
    st.booleans(),
)
def test_a_loop_over_rows_gives_the_same(compile, program: SampleProgram, chosen, rows, as_lists) -> None:
    def f(b, W, i, j, x):
        return program(*[POOL[name](b, W, i, j, x) for name in chosen][: len(program.inputs)])

    b, W = [0.5, -1.0, 2.0], np.array([[1.0, 0.25], [-0.5, 1.5], [0.75, -2.0]])
    i, j, x = ([row[k] for row in rows] for k in range(3))

    def total(b, W):
        return sum(f(b, W, *row) for row in rows)

    fast = compile(f, rows=("i", "j", "x"), index=("i", "j"))
    given = (i, j, x) if as_lists else (np.array(i), np.array(j, dtype=np.int32), np.array(x))
    close = {"rtol": 1e-9, "atol": 1e-9}
    np.testing.assert_allclose(fast(b, W, *given), [f(b, W, *row) for row in rows], **close)
    value, gradients = fast.value_and_grad(b, W, *given, argnums=(0, 1), reduce="sum")
    wanted, expected = value_and_grad(total, (0, 1))(b, W)
    np.testing.assert_allclose(value, wanted, **close)
    for got, derivative in zip(gradients, expected):
        np.testing.assert_allclose(got, derivative, **close)
    tangents = ([1.0, -1.0, 0.5], W / 2)
    products = fast.hvp(b, W, *given, tangents=tangents, argnums=(0, 1), reduce="sum")
    for got, product in zip(products, hvp(total, (b, W), tangents)):
        np.testing.assert_allclose(got, product, **close)
    np.testing.assert_allclose(fast.hessian(b, W, *given, reduce="sum"), hessian(total)(b, W), **close)


def reprojected(cameras, points, camera, point, seen):
    """A pin-hole camera that has a place and a focal length."""
    x, y, z = [p - c for p, c in zip(points[point], cameras[camera]["place"])]
    f = cameras[camera]["f"]
    return [f * x / z - seen[0], f * y / z - seen[1]]


@both
def test_the_jacobian_of_observations_is_sparse(compile) -> None:
    rng = np.random.default_rng(0)
    cameras = [{"f": 2.0 + k, "place": rng.normal(size=3)} for k in range(3)]
    points, n = rng.normal(size=(5, 3)) + [0.0, 0.0, 9.0], 8
    rows = (rng.integers(0, 3, n), rng.integers(-5, 5, n), rng.normal(size=(n, 2)))
    fast = compile(reprojected, rows=("camera", "point", "seen"), index=("camera", "point"))
    by_cameras, by_points = (fast.jacobian(cameras, points, *rows, argnums=k) for k in (0, 1))
    sparse = fast.jacobian(cameras, points, *rows, argnums=(0, 1), sparse=True)
    assert sparse.shape == (2 * n, 3 * 4 + 15)
    assert sparse.nnz <= 2 * n * (4 + 3)
    _, pull = fast.vjp(cameras, points, *rows)
    cotangents = rng.normal(size=(n, 2))
    np.testing.assert_allclose(pull(cotangents)[1], np.einsum("rk,rkij->ij", cotangents, by_points))
    tangents = fast.jvp((cameras, points, *rows), (None, np.ones((5, 3)), None, None, None))[1]
    np.testing.assert_allclose(tangents, by_points.sum((2, 3)))
    for r in range(n):
        row = [x[r] for x in rows]
        by_camera, by_point = (jacobian(reprojected, k)(cameras, points, *row) for k in (0, 1))
        for k in range(2):
            np.testing.assert_allclose(by_points[r, k], by_point[k])
            flat = [number for part in by_camera[k] for number in (part["f"], *part["place"])]
            np.testing.assert_allclose([part["f"][r, k] for part in by_cameras], flat[::4])
            np.testing.assert_allclose(sparse[[2 * r + k]].toarray()[0], [*flat, *np.ravel(by_point[k])])


def embedded(p, tokens, x):
    return tanh(p["words"][tokens].sum() * x) + sum(v for t in tokens for v in p["words"][t]) + p["bias"][tokens[0]]


@both
def test_rows_of_several_indices_choose_from_dicts(compile) -> None:
    p = {"words": np.arange(8.0).reshape(4, 2) / 8, "bias": (1.0, 2.0, 3.0, 4.0)}
    tokens, x = np.array([[0, 3, -1], [1, 1, 2]]), np.array([0.5, -0.25])
    fast = compile(embedded, rows=("tokens", "x"), index="tokens")
    value, gradient = fast.value_and_grad(p, tokens, x, reduce="sum")
    wanted, expected = value_and_grad(lambda p: sum(map(lambda t, x: embedded(p, t, x), tokens, x)))(p)
    assert value == pytest.approx(wanted)
    assert gradient["bias"] == expected["bias"] == (1.0, 1.0, 0.0, 0.0)
    np.testing.assert_allclose(gradient["words"], expected["words"])
    each = fast.value_and_grad(p, tokens, x)[1]
    from_start = fast.value_and_grad(p, tokens % 4, x)[1]  # the same, counted from the first one
    np.testing.assert_array_equal(from_start["words"], each["words"])
    for r in range(len(x)):
        alone = fast.value_and_grad(p, tokens[r : r + 1], x[r : r + 1], reduce="sum")[1]
        np.testing.assert_allclose(each["words"][r], alone["words"])


@both
def test_items_have_their_keys_in_any_order(compile) -> None:
    p = [{"f": 1.0, "z": 2.0}, {"z": 5.0, "f": 7.0}]
    fast = compile(lambda p, k: p[k]["f"] * 10 + p[k]["z"], rows=("k",), index=("k",))
    assert fast(p, [0, 1, 1]).tolist() == [12.0, 75.0, 75.0]
    assert fast.value_and_grad(p, [0, 1, 1], reduce="sum")[1] == [{"f": 10.0, "z": 1.0}, {"z": 2.0, "f": 20.0}]


@both
def test_the_same_call_gives_the_same_bits_and_survives_pickling(compile) -> None:
    rng = np.random.default_rng(0)
    args = rng.normal(size=(7, 3)), rng.integers(-7, 7, 5000), rng.normal(size=5000)
    fast = compile(weighted, rows=("group", "x"), index=("group",))
    again = pickle.loads(pickle.dumps(fast))
    wanted = fast.value_and_grad(*args, reduce="mean")[1]
    for function in (fast, again):
        np.testing.assert_array_equal(function.value_and_grad(*args, reduce="mean")[1], wanted)
    assert fast(args[0], [], []).shape == (0,)


@both
def test_f_sees_a_row_of_a_list_of_indices_as_a_list(compile) -> None:
    table, rows = np.arange(8.0) + 0.5, [[1, 2], [3, 1]]
    for f in (
        lambda b, words: sum(b[w] * k for k, w in enumerate(words + [0])),
        lambda b, words: sum(b[w] for w in words) * len(words + words),
        lambda b, words: b[words].sum(),
    ):
        fast = compile(f, rows=("words",), index=("words",))
        for _ in range(2):
            assert fast(table, rows).tolist() == [f(table, row) for row in rows]


def weighted(b, group, x):
    return sum(b[group]) * x * x


def choose(b, i):
    return b[i]


def computed(b, i):
    return [2 * v for v in b][i]


def in_bounds(b, i):
    if i < 2:
        return b[i]
    return 10.0 * i


def beside_bounds(b, i):
    if i < 3:
        return b[i]
    return 10.0 * i


def by_handler(b, i):
    try:
        return b[i] * b[i - 1]
    except IndexError:
        return 10.0 * i


def by_data(b, x, i):
    return b[x]


def hidden(b, x, i):
    try:
        return b[x]
    except TypeError:
        return 0.0


ERRORS = {
    "out of bounds": (IndexError, "i is 3 in row 1, and there are 3", lambda: indexed(choose)([1.0, 2.0, 3.0], [0, 3])),
    "below": (IndexError, "i is -4 in row 0, and there are 3", lambda: indexed(choose)(np.ones(3), [-4])),
    "shifted": (
        IndexError,
        r"i - 1 is -4 \(from -3\) in row 1",
        lambda: indexed(lambda b, i: b[i - 1])(np.ones(3), [0, -3]),
    ),
    "one of many": (
        IndexError,
        r"i_1 is 3 in row 1",
        lambda: indexed(lambda b, i: b[i[0]] + b[i[1]])(np.ones(3), [[2, 2], [0, 3]]),
    ),
    "in a branch": (IndexError, "i is out of bounds: there are 2", lambda: indexed(beside_bounds)([1.0, 4.0], [1, 2])),
    "not whole": (TypeError, "whole numbers", lambda: indexed(choose)([1.0, 2.0], [0.0, 1.0])),
    "not used": (IndexError, "i is 9", lambda: indexed(lambda b, i: 0 * b[i] if b[i] is None else 0.0)([1.0], [9])),
    "a list that f makes": (IndexError, "i is 2 in row 1", lambda: indexed(computed)([1.0, 2.0], [0, 2])),
    "data": (TraceError, "in index=", lambda: indexed(by_data, "x")(np.ones(2), [1.0], [0])),
    "data, hidden": (TraceError, "in index=", lambda: indexed(hidden, "x")(np.ones(2), [1.0], [0])),
    "a whole number": (TraceError, "static=", lambda: indexed(lambda b, i: sum(range(i)))([1.0], [0])),
    "nothing to choose": (TraceError, "items", lambda: indexed(choose)([], [0])),
    "an ellipsis": (TraceError, "slices", lambda: indexed(lambda b, i: b[..., i])(np.ones((2, 2)), [0])),
    "too many computed": (TraceError, "computed", lambda: indexed(lambda b, i: (2 * b)[i])(np.ones(99), [0])),
    "the derivative": (ValueError, "i is an index", lambda: indexed(choose).value_and_grad([1.0], [0], argnums=1)),
    "without rows": (ValueError, "not among rows", lambda: autograd.compile(choose, index=("i",))),
}


def test_int_of_an_index_is_the_index() -> None:
    fast = indexed(autograd.lift(lambda b, i: b[int(i)] + [2 * v for v in b][int(i) - 1]))
    np.testing.assert_array_equal(fast([1.0, 2.0, 4.0], [0, 1, 2, -1]), [9.0, 4.0, 8.0, 8.0])


@both
@pytest.mark.parametrize("f", [in_bounds, by_handler])
@pytest.mark.parametrize("b", [[2.0, 4.0], np.array([2.0, 4.0])])
def test_an_index_need_be_within_bounds_for_rows_that_use_it(compile, f, b) -> None:
    fast = compile(f, rows=("i",), index=("i",))
    rows = np.array([0, 3, 1, 2])
    np.testing.assert_array_equal(fast(b, rows), [f(b, int(i)) for i in rows])
    values, slopes = fast.value_and_grad(b, rows, reduce="sum")
    wanted, expected = value_and_grad(lambda b: sum(f(b, int(i)) for i in rows))(b)
    assert values == wanted
    np.testing.assert_array_equal(slopes, expected)


def indexed(f, *rows: str):
    return autograd.compile(f, rows=(*rows, "i"), index=("i",), backend="numpy")


@pytest.mark.parametrize("name", ERRORS)
def test_errors_name_the_row_or_the_remedy(name: str) -> None:
    error, text, call = ERRORS[name]
    with pytest.raises(error, match=text):
        call()

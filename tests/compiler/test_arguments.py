"""What compiled functions take and return: arrays of every kind, structures, and errors that name the argument."""

import enum
from collections import Counter, OrderedDict, defaultdict
from fractions import Fraction
from typing import NamedTuple

import mpmath
import numpy as np
import pytest

from autograd import Value, grad, hessian, lift, where
from tests.compiler.backends import both
from tests.compiler.bounds import assert_close
from tests.compiler.networks import by_hand, network, network_arguments

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


def by_a_mask(x, m):
    """What code does with an array of bools, which is the data's."""
    y = x.copy()
    y[~m] = 0.5
    y[m] *= 2.0
    truths = x[m & (x > 0)].sum() + x[m | (x > 0)].sum() + x[m ^ (x > 0)].sum() + m.mean() * x[1]
    sums = (m + m) @ x + (m.astype(float) + m.astype(float)) @ x + (1 - m) @ x + x[m * (x < 9)].sum()
    both = (m @ m) * x[0] + (m @ (x > 0)) * x[1]
    return y @ y + truths + sums + x[m].mean() + (x[0] if m[2] else x[1] ** 2) + abs(x[m].sum()) ** 2 + both


def by_a_list_of_bools(x, m):
    sums = (np.array(m) + np.array(m)) @ x + sum(m) * x[0]
    return x[np.array(m)].sum() + x[list(m)].mean() + sums + (x[1] if m[1] is True else x[2] ** 2)


@both
def test_a_list_of_bools_is_one_of_truths(compile) -> None:
    x, fast = np.array([1.0, -2.0, 3.0]), compile(lift(by_a_list_of_bools))
    for m in ([True, False, True], [False, True, False]) * 2:
        assert fast(x, m) == by_a_list_of_bools(x, m)
        assert compile(lift(lambda x, p: by_a_list_of_bools(x, p["seen"])))(x, {"seen": m}) == by_a_list_of_bools(x, m)


@both
def test_a_list_of_numpys_bools_and_rows_of_bools_are_truths(compile) -> None:
    x, fast = np.array([1.0, -2.0, 3.0]), compile(lift(by_a_list_of_bools))
    masks = [[True, False, True], [False, True, False], [False, False, True]]
    chosen = [x[m].sum() for m in masks]
    assert [fast(x, list(np.array(m))) for m in masks] == [by_a_list_of_bools(x, m) for m in masks]
    by_rows = compile(lift(lambda x, m: x[np.array(m)].sum()), rows=("m",))
    for rows in (masks, list(map(tuple, masks)), list(np.array(masks)), np.array(masks)) * 2:
        assert by_rows(x, rows).tolist() == chosen
    assert by_rows(x, [[0, 1, 0], [2, 2, 0]]).tolist() == [0.0, 7.0]


def by_a_flag(x, seen):
    shown = 2.0 if seen is True else 3.0 if isinstance(seen, bool) and type(seen) is bool else 5.0
    either = x[0] if seen & (x[0] > 0) else x[1] if seen | (x[2] < 0) else x[2] ** 2
    return x[seen].sum() + np.where(seen, x, x**2).sum() + shown * either + seen * x[2] + (1 - seen) * x[1]


@both
def test_a_flag_is_a_truth_alone_and_in_rows(compile) -> None:
    x, alone, by_rows = np.array([1.5, -2.0, 3.0]), compile(lift(by_a_flag)), compile(lift(by_a_flag), rows=("seen",))
    each = [by_a_flag(x, True), by_a_flag(x, False)]
    for _ in range(2):
        assert [alone(x, True), alone(x, False)] == each
        for flags in ([True, False], np.array([True, False])):
            assert by_rows(x, flags).tolist() == each
            slopes = by_rows.value_and_grad(x, flags, reduce=None)[1]
            assert_close(slopes, [grad(lift(by_a_flag))(x, flag) for flag in (True, False)])
            assert by_rows.vjp(x, flags)[1]([1.0, 1.0])[1].tolist() == [0.0, 0.0]


def by_the_kind_of_a_key(d):
    return sum((2.0 if type(key) is bool else 3.0 if type(key) is int else 5.0) * x**2 for key, x in d.items())


@both
def test_keys_that_are_equal_are_told_apart_by_their_types(compile) -> None:
    fast = compile(by_the_kind_of_a_key)
    for key in (1, True, 1.0, True, 1):
        assert fast({key: 2.0}) == by_the_kind_of_a_key({key: 2.0})
        slopes = fast.value_and_grad({key: 2.0})[1]
        assert slopes == grad(by_the_kind_of_a_key)({key: 2.0})
        assert list(map(type, slopes)) == [type(key)]


class Named(enum.StrEnum):
    A = "a"


@both
def test_keys_of_an_enum_are_no_plain_text(compile) -> None:
    fast = compile(lambda d: sum(v * (10.0 if isinstance(key, enum.Enum) else 1.0) for key, v in d.items()))
    assert [fast({key: 1.0}) for key in ("a", Named.A, "a", Named.A)] == [1.0, 10.0, 1.0, 10.0]


@both
@pytest.mark.parametrize("kind", [OrderedDict, Counter, lambda d: defaultdict(float, d)])
def test_dicts_of_every_class_with_whole_numbers_as_keys(compile, kind) -> None:
    fast = compile(lambda d: d[0] * 2.0)
    for x in (3, 4, 5):
        assert fast(kind({0: x})) == 2.0 * x == fast({0: x})


@both
@pytest.mark.parametrize("rows", [[[1.0, 2.0], (3.0, 4.0)], [[[1.0], [2.0]], [(3.0,), (4.0,)]]])
def test_rows_are_of_one_kind(compile, rows) -> None:
    fast = compile(lambda d: (10.0 if isinstance(d, tuple) else 1.0) * np.sum(d), rows=("d",))
    with pytest.raises(ValueError, match="d: rows must be of one kind, but some are a list and some a tuple"):
        fast(rows)
    assert fast(rows[:1]).tolist() == [3.0]


def in_a_loop_by_a_mask(x, m):
    total = x[0]
    for value, is_seen in zip(np.tile(x, 60), np.tile(m, 60)):
        total = 0.9 * total + (value if is_seen else 0.1)
    return total + sum(value for value, is_seen in zip(x, m) if is_seen)


@both
@pytest.mark.parametrize("f", [by_a_mask, in_a_loop_by_a_mask])
def test_an_array_of_bools_is_a_mask(compile, f) -> None:
    x, m = np.array([[1.0, -2.0, 3.0], [0.5, 0.25, -1.0]]), np.array([[True, False, True], [False, True, False]])
    values, slopes = compile(f, rows=("x", "m")).value_and_grad(x, m)
    one = compile(f)
    for k in range(len(x)):
        wanted = grad(f)(x[k], m[k])
        assert values[k] == pytest.approx(f(x[k], m[k]), rel=1e-14)
        np.testing.assert_allclose(slopes[k], wanted, rtol=1e-13)
        np.testing.assert_allclose(one.value_and_grad(x[k], m[k])[1], wanted, rtol=1e-13)
        np.testing.assert_allclose(one.hessian(x[k], m[k]), hessian(f)(x[k], m[k]), rtol=1e-13)


@both
def test_a_mask_that_the_rows_share_is_chosen_from_by_their_index(compile) -> None:
    def f(b, m, group, x):
        return b[group] * m[group] * x + (x if m[group] else 0.0)

    fast = compile(f, rows=("group", "x"), index=("group",))
    b, m, group, x = np.arange(100.0), np.arange(100) % 2 == 0, np.array([3, 6, 98, -1]), np.array([1.0, 2.0, 3.0, 4.0])
    assert fast(b, m, group, x).tolist() == [0.0, 14.0, 297.0, 0.0]


class Line(NamedTuple):
    w: float
    b: float


@both
@pytest.mark.parametrize("shape", [(0,), (2, 0), (0, 3)])
def test_empty_arrays_have_empty_gradients_of_floats(compile, shape) -> None:
    fast = compile(lambda x, y: (x * x).sum() + y)
    slope = fast.value_and_grad(np.zeros(shape), 1.0)[1]
    assert (slope.shape, slope.dtype) == (shape, np.dtype(float))
    assert compile(lambda x: 2 * x)(np.zeros(shape)).dtype == np.dtype(float)


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
    "a Value": (TypeError, "w is a Value", lambda f: f.jacobian(Value(1.0), [1.0], [1.0])),
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
    with pytest.raises(TypeError, match=r"hashable: degree .* compile\(lambda w: f\(w, degree\)\)"):
        fast(w, x, [1])


@both
def test_on_other_numbers_it_is_the_function_itself(compile) -> None:
    fast = compile(lambda x: x * x / 3)
    assert fast(Fraction(1, 2)) == Fraction(1, 12)
    assert fast(mpmath.mpf(2)) == mpmath.mpf(4) / 3
    assert fast(Value(3.0)).data == 3.0
    assert grad(grad(fast))(2.0) == pytest.approx(2 / 3)


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

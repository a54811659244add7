"""Values made from NumPy's numbers follow NumPy's arithmetic: on every row, under numpy.errstate, in every mode."""

import copy
import itertools
import math
import pickle
import subprocess
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

import autograd
from autograd import Value, no_grad
from autograd.primitives import TABLE, Primitive

NUMBERS = [-math.inf, -1e308, -800.0, -1.0, -0.0, 0.0, 5e-324, 0.5, 1.0, 3.0, 800.0, 1e308, math.inf, math.nan]
COUNTS = [0.0, 1.0, 2.0]
OTHERWISE = {"sinc", "i0", "copysign"}  # limits at infinity, and NaN, that NumPy has not
ROWS = [row for row in TABLE.values() if not (row.is_foreign or row.vectors) and len(row.parameters) <= 2]


def operands(row: Primitive) -> list[tuple[float, ...]]:
    return list(itertools.product(*[COUNTS if name in row.plain else NUMBERS for name in row.parameters]))


def from_numpy(row: Primitive, numbers: tuple[float, ...]) -> list[Any]:
    return [x if name in row.plain else Value(np.float64(x)) for name, x in zip(row.parameters, numbers, strict=True)]


def same(x: float, y: float) -> bool:
    return x == y or (x != x and y != y)


@pytest.mark.parametrize("row", ROWS, ids=repr)
def test_no_operation_raises(row: Primitive) -> None:
    """The value is that on NumPy's plain numbers, and that of NumPy's own function; derivatives are those of IEEE."""
    spelled = [x.removeprefix("numpy.") for x in row.spellings if x.startswith("numpy.")]
    ufunc: Any = getattr(np, spelled[0]) if spelled and row.name not in OTHERWISE else None
    with np.errstate(all="ignore"):
        for numbers in operands(row):
            z = row.function(*from_numpy(row, numbers))
            assert same(z.data, row.function(*map(np.float64, numbers))), numbers
            if ufunc is not None and numbers != (-math.inf, 0.5):  # a power that C computes differently
                assert np.isclose(z.data, ufunc(*numbers), rtol=1e-13, equal_nan=True), numbers
            z.backward()


@pytest.mark.parametrize("row", ROWS, ids=repr)
def test_forward_mode_gives_the_same(row: Primitive) -> None:
    free = [i for i, name in enumerate(row.parameters) if name not in row.plain]
    with np.errstate(all="ignore"):
        for numbers in operands(row):
            for i in free:

                def f(x: Any, i: int = i, numbers: Any = numbers) -> Any:
                    return row.function(*[x[0] if j == i else number for j, number in enumerate(numbers)])

                x = np.array([numbers[i]])
                value, slope = autograd.value_and_grad(f)(x)
                primal, tangent = autograd.jvp(f, (x,), (np.array([1.0]),))
                assert same(value, primal) and same(slope[0], tangent), numbers


OPERATIONS: list[tuple[str, Callable[[Any], Any], float]] = [
    ("exp", lambda x: np.exp(x), 800.0),
    ("log of 0", lambda x: np.log(x), 0.0),
    ("log of -1", lambda x: np.log(x), -1.0),
    ("a root", lambda x: np.sqrt(x), -1.0),
    ("a product", lambda x: x * x, 1e200),
    ("a sum", lambda x: x + x, 1e308),
    ("a square", lambda x: x**2, 1e200),
    ("a fractional power", lambda x: x ** (1 / 3), -8.0),
    ("a quotient", lambda x: 1.0 / x, 0.0),
    ("0 / 0", lambda x: x / x, 0.0),
    ("∞ - ∞", lambda x: x - x, math.inf),
    ("atanh", lambda x: np.arctanh(x), 1.0),
    ("nothing", lambda x: x * 2.0, 1.0),
    ("NaN", lambda x: x * 2.0, math.nan),
    ("∞", lambda x: x * 2.0, math.inf),
]


@pytest.mark.parametrize("kind", ["divide", "over", "invalid"])
@pytest.mark.parametrize(("f", "x"), [row[1:] for row in OPERATIONS], ids=[row[0] for row in OPERATIONS])
def test_errors_are_reported_as_numpy_reports_them(f: Callable[[Any], Any], x: float, kind: Any) -> None:
    def raises(x: Any) -> bool:
        with np.errstate(all="ignore"), np.errstate(**{kind: "raise"}):
            try:
                f(x)
            except FloatingPointError:
                return True
        return False

    expected = raises(np.float64(x))
    assert raises(Value(np.float64(x))) == expected
    assert autograd.jvp(raises, (np.array(x),), (np.array(1.0),))[0] == expected


def test_a_warning_points_to_the_users_line() -> None:
    x = Value(np.float64(1e200))
    for f in (lambda: x * x, lambda: x**2, lambda: autograd.exp(x), lambda: np.exp(x)):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            f()
        (warning,) = caught
        assert warning.category is RuntimeWarning and "overflow encountered in" in str(warning.message)
        assert warning.filename == __file__


def test_a_handler_is_called() -> None:
    calls = []
    before = np.seterrcall(lambda kind, flag: calls.append((kind, flag)))
    try:
        with np.errstate(over="call"):
            Value(np.float64(800.0)).exp()
            np.exp(np.float64(800.0))
    finally:
        np.seterrcall(before)
    assert calls[0][1] == calls[1][1] and len(calls) == 2


FOLLOW: list[Callable[[], Any]] = [
    lambda: Value(np.float64(1e200)),
    lambda: Value(np.float32(1e38)),
    lambda: Value(np.int64(2)),
    lambda: Value.constant(np.float64(1.0)),
    lambda: autograd.maximum(Value(2.0), Value(np.float64(3.0))),
    lambda: Value(2.0) * Value(np.float64(2.0)),
    lambda: Value(np.float64(2.0)) - Value(3.0),
    lambda: 3.0 / Value(np.float64(2.0)),
    lambda: autograd.sum([Value(2.0), Value(np.float64(2.0))]),
    lambda: -Value(np.float64(2.0)),
    lambda: Value(np.float64(2.0)).detach(),
    lambda: autograd.detach(Value(np.float64(2.0))),
    lambda: copy.deepcopy(Value(np.float64(2.0))),
    lambda: pickle.loads(pickle.dumps(Value(np.float64(2.0)))),
    lambda: no_grad()(lambda: Value(np.float64(2.0)) * 3.0)(),
]


@pytest.mark.parametrize("make", FOLLOW)
def test_what_follows_numpy(make: Callable[[], Any]) -> None:
    with np.errstate(all="ignore"):
        assert abs((make() * 1e200 * 1e200).data) == math.inf
        assert abs((1.0 / (make() * 0.0)).data) == math.inf


def test_data_that_is_set_from_numpy_follows_it() -> None:
    x = Value(800.0)
    with pytest.raises(OverflowError, match="guard the operand"):
        x.exp()
    x.data = np.float64(800.0)
    with np.errstate(over="ignore"):
        assert x.exp().data == math.inf
    x.data = 801.0
    with np.errstate(over="ignore"):
        assert x.exp().data == math.inf


def test_values_from_pythons_floats_raise() -> None:
    for f in (lambda x: x.exp(), lambda x: x**200.5, lambda x: 1 / (x - 800.0), lambda x: (-x).log()):
        with pytest.raises((ArithmeticError, ValueError), match="guard the operand"):
            f(Value(800.0))


def test_where_on_arrays_drops_the_side_that_is_not_selected() -> None:
    def f(x: Any) -> Any:
        with np.errstate(all="ignore"):
            return np.sum(np.where(x > 0, x * np.log(x), 0.0))

    x = np.array([2.0, 0.0, -1.0])
    assert f(x) == autograd.value_and_grad(f)(x)[0]
    assert autograd.grad(f)(x).tolist() == [1.0 + math.log(2.0), 0.0, 0.0]
    g = lambda x: autograd.where(x[0] > 0, x[0] * autograd.log(x[0]), 0.0)  # noqa: E731
    with np.errstate(all="ignore"):
        assert autograd.grad(g)(np.array([-1.0])).tolist() == [0.0]
        assert autograd.hessian(g)(np.array([0.0])).tolist() == [[0.0]]
    with pytest.raises(ValueError, match=r"in a side of `where`, guard the operand: log\(where\(\.\.\., x, 1.0\)\)"):
        autograd.grad(g)([-1.0])


OBJECTIVES: list[tuple[str, Callable[[Any], Any], list[float]]] = [
    ("a step that is too long", lambda x: x[0] - 10.0 * np.log(x[0]) + x[1] ** 2, [0.01, 1.0]),
    ("a steep exponential", lambda x: np.exp(x[0]) + np.exp(-x[0]) + x[1] ** 2, [20.0, 1.0]),
    ("an exponential of a square", lambda x: np.exp(x[0] ** 2) + x[1] ** 2, [3.0, 1.0]),
    ("a fractional power", lambda x: x[0] ** 1.5 - 3.0 * x[0] + x[1] ** 2, [2.0, 1.0]),
    ("a quotient", lambda x: 1.0 / x[0] + x[0] ** 2 + x[1] ** 2, [0.05, 1.0]),
    ("squares of squares", lambda x: (x[0] ** 2) ** 2 + x[1] ** 2, [1e3, 1.0]),
]
OUTSIDE: list[tuple[str, Callable[[Any], Any], list[float]]] = [
    ("a logarithm's barrier", lambda x: -np.log(1.0 - x[0] ** 2 - x[1] ** 2) + 5.0 * x[0], [0.3, 0.2]),
    ("a root's barrier", lambda x: x[0] ** 2 + x[1] ** 2 - np.sqrt(1.0 - x[0]), [0.9, 3.0]),
    ("a logarithm", lambda x: x[0] * np.log(x[0]) + (x[1] - 1.0) ** 2, [-1.0, 3.0]),
    ("a root", lambda x: np.sqrt(x[0] - 1.0) + x[1] ** 2, [0.5, 2.0]),
    ("an exponential that overflows", lambda x: np.exp(x[0] ** 2) + x[1] ** 2, [30.0, 1.0]),
    ("a fractional power of a negative number", lambda x: (x[0] - 2.0) ** 1.5 + x[1] ** 2, [0.0, 1.0]),
    ("squares that overflow", lambda x: x[0] ** 2 * x[1] ** 2 + (x[0] - 1.0) ** 2, [1e160, 1e160]),
    ("a quotient by 0", lambda x: 1.0 / x[0] + x[0] ** 2 + x[1] ** 2, [0.0, 1.0]),
    ("a sigmoid", lambda x: 1.0 / (1.0 + np.exp(-x[0])) + x[1] ** 2, [-800.0, 1.0]),
    ("steps", lambda x: np.floor(x[0]) ** 2 + x[1] ** 2, [1e308, 2.0]),
]
METHODS = ["L-BFGS-B", "BFGS", "CG"]


def minimised(f: Callable[[Any], Any], start: list[float], method: str, jac: Any) -> Any:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return minimize(f, np.array(start), jac=jac, method=method, options={"maxiter": 50})


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("f", "start"), [row[1:] for row in OBJECTIVES], ids=[row[0] for row in OBJECTIVES])
def test_an_optimiser_ends_where_float_code_ends(f: Callable[[Any], Any], start: list[float], method: str) -> None:
    ours, theirs = minimised(autograd.value_and_grad(f), start, method, True), minimised(f, start, method, None)
    assert math.isfinite(theirs.fun)
    assert ours.fun <= theirs.fun + 1e-4 * max(1.0, abs(theirs.fun))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("f", "start"), [row[1:] for row in OUTSIDE], ids=[row[0] for row in OUTSIDE])
def test_an_optimiser_that_starts_outside_ends(f: Callable[[Any], Any], start: list[float], method: str) -> None:
    minimised(autograd.value_and_grad(f), start, method, True)


def test_second_derivatives_where_python_raises() -> None:
    with np.errstate(all="ignore"):
        for f in (
            lambda x: 1 / x,
            lambda x: x // 0.0,
            lambda x: x % 0.0,
            lambda x: x**2 / x,
            lambda x: np.reciprocal(x),
        ):
            autograd.grad(autograd.grad(f))(np.float64(0.0))
            autograd.hessian(lambda x: f(x[0]))(np.array([0.0]))  # noqa: B023
        assert autograd.grad(autograd.grad(lambda x: 1 / x))(np.float64(0.0)) in (math.inf, -math.inf)


def test_whole_numbers_of_infinities() -> None:
    for data in (math.inf, -math.inf, math.nan, 2.5, -2.5):
        x = np.array([Value(np.float64(data))])
        for f in (np.floor, np.ceil, np.trunc):
            assert same(f(x)[0].data, float(f(data)))
    with pytest.raises(OverflowError):
        math.floor(Value(math.inf))


def test_a_node_from_outside_follows_its_inputs() -> None:
    with np.errstate(all="ignore"):
        y = Value.node(math.inf, [Value(np.float64(1.0))], [1.0])
        assert (y - y).data != 0.0


def test_a_pickle_is_read_where_numpy_is_not_loaded_yet() -> None:
    data = pickle.dumps(Value(np.float64(math.nan)))
    script = f"import pickle; print(pickle.loads({data!r}) * 2)"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (result.stdout, result.stderr) == ("Value(data=nan, grad=0.0)\n", "")

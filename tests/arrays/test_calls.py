"""NumPy's functions on arrays of Values: values, derivatives, ties, NaN, traces, refusals; and their page."""

import math
import warnings
from typing import Any

import numpy as np
import pytest
from scipy import special

import autograd
from autograd import Value, grad, jacobian
from docs.calls import PAGE, page
from tests.arrays.calls import ALL, EAGER, NOT, calls

X = np.array([0.73, -1.31, 0.47, 2.2])
C = np.array([2.5, 1.5, 3.0, 2.0])
M = np.array([[2.0, 0.3, -0.4], [0.1, 1.5, 0.6], [-0.7, 0.2, 1.1]])
WEIGHTS = np.cos(np.arange(1.0, 200.0))  # so that no two numbers of a result are alike


def called(text: str) -> Any:
    """The sum of the numbers of a result, each with its weight, as a function of x and A."""
    code = compile(text, text, "eval")

    def f(x: Any, A: Any) -> Any:
        found = np.ravel(eval(code, {"np": np, "special": special, "x": x, "A": A, "c": C.copy()}))
        total = 0.0
        for weight, v in zip(WEIGHTS, found, strict=False):
            total = total + weight * v
        return total

    return f


def differences(f: Any, *args: Any) -> list[Any]:
    """Central differences of f on floats, in the structure of its arguments."""
    found = []
    for k, x in enumerate(args):
        slopes = np.zeros(x.size)
        for i in range(x.size):
            step = np.zeros(x.size)
            step[i] = 1e-6
            ends = [f(*[v + s * step.reshape(v.shape) if j == k else v for j, v in enumerate(args)]) for s in (1, -1)]
            slopes[i] = (ends[0] - ends[1]) / 2e-6
        found.append(slopes.reshape(x.shape))
    return found


def agree(found: Any, wanted: Any) -> None:
    np.testing.assert_allclose(np.asarray(found, float), np.asarray(wanted, float), rtol=2e-6, atol=2e-7)


@pytest.mark.parametrize("text", [text for texts in ALL.values() for text in texts] + EAGER)
def test_a_call_gives_numpys_value_and_its_derivative(text: str) -> None:
    f = called(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted, slopes = f(X, M), differences(f, X, M)
    value, gradients = autograd.value_and_grad(f, (0, 1))(X, M)
    assert value == pytest.approx(wanted, rel=1e-12, abs=1e-13)
    for found, slope in zip(gradients, slopes, strict=True):
        agree(found, slope)


@pytest.mark.parametrize("text", [text for texts in ALL.values() for text in texts])
def test_a_call_is_traced(text: str) -> None:
    f = called(text)
    value, gradients = autograd.compile(f, backend="numpy").value_and_grad(X, M, argnums=(0, 1))
    wanted, slopes = autograd.value_and_grad(f, (0, 1))(X, M)
    assert value == pytest.approx(wanted, rel=1e-11, abs=1e-12)
    for found, slope in zip(gradients, slopes, strict=True):
        np.testing.assert_allclose(found, slope, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("text", EAGER)
def test_what_looks_at_the_numbers_is_refused_in_a_trace(text: str) -> None:
    with pytest.raises(autograd.TraceError, match="is not known while a function is traced: "):
        autograd.compile(called(text), backend="numpy", paths=0)(X, M)


@pytest.mark.parametrize("text", NOT)
def test_a_refusal_says_what_to_do(text: str) -> None:
    with pytest.raises(TypeError, match=r"\b(use|take|write|whole|find|leave|reduce|assign|make|reshape)\b"):
        grad(called(text), (0, 1))(X, M)


def test_the_page_lists_every_call() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m docs.calls"
    assert sum(map(len, ALL.values())) + len(EAGER) + len(NOT) >= 200


# --- ties, NaN, corners -------------------------------------------------------------------------

TIES: list[tuple[str, list[float], list[float]]] = [
    ("np.maximum(x, 0)", [0.0, 1.0], [0.0, 1.0]),
    ("np.minimum(0.0, x)", [0.0, -1.0], [0.0, 1.0]),
    ("np.maximum(x[0], x[1])", [2.0, 2.0], [0.5, 0.5]),
    ("np.max(x)", [2.0, 2.0], [0.5, 0.5]),
    ("np.min(x)", [2.0, 2.0, 2.0, 2.0], [0.25] * 4),
    ("np.max(x)", [2.0, 2.0, 1.0, 2.0], [1 / 3, 1 / 3, 0.0, 1 / 3]),
    ("np.maximum.reduce(x)", [0.0, -0.0, 0.0], [1 / 3] * 3),
    ("np.nanmin(x)", [1.0, 1.0, 1.0, 2.0], [1 / 3, 1 / 3, 1 / 3, 0.0]),
    ("np.linalg.norm(x, np.inf)", [3.0, -3.0, 3.0], [1 / 3, -1 / 3, 1 / 3]),
    ("np.max(x)", [math.inf, 1.0, 1.0], [1.0, 0.0, 0.0]),
    ("np.clip(x, 0.0, 1.0)", [0.0, 1.0], [0.0, 0.0]),
    ("np.abs(x)", [0.0, 0.0], [0.0, 0.0]),
    ("np.std(x)", [3.0, 3.0], [0.0, 0.0]),
    ("np.linalg.norm(x)", [0.0, 0.0], [0.0, 0.0]),
    ("np.linalg.det(np.outer(x, x))", [1.0, 2.0], [0.0, 0.0]),
]


@pytest.mark.parametrize(("text", "x", "wanted"), TIES, ids=[row[0] for row in TIES])
def test_ties_have_the_slope_of_least_norm(text: str, x: list[float], wanted: list[float]) -> None:
    code = compile(text, text, "eval")

    def f(x: Any) -> Any:
        return np.sum(eval(code, {"np": np, "x": x}))

    assert list(grad(f)(np.array(x))) == wanted
    assert list(autograd.compile(f, backend="numpy").value_and_grad(np.array(x))[1]) == wanted


WITH_NAN = calls(
    """
    np.max(x); np.min(x); np.maximum(x, 0); np.minimum(x, 0); np.fmax(x, 0); np.sort(x); np.median(x)
    np.percentile(x, 30); np.sum(x); np.mean(x); np.std(x); np.clip(x, 0, 1); np.sign(x); np.floor(x); np.trunc(x)
    np.heaviside(x, 0.5); np.nan_to_num(x); np.isnan(x); np.isfinite(x); np.where(x > 0, x, 1); np.ptp(x)
    np.cumsum(x); np.interp(x, [0, 1], [0, 1]); np.maximum.accumulate(x); np.nancumsum(x); np.argmax(x); np.nanmax(x)
    np.nansum(x); np.nanmedian(x); np.nanargmax(x); x > 0; np.any(x > 1); np.rint(x); np.fmin(x, 0.5); np.hypot(x, 1)
    np.isinf(x); np.argsort(x)
    """
)
SPECIAL = [[1.0, math.nan, -1.0], [math.nan, 2.0, 3.0], [math.inf, 0.5, -math.inf], [math.nan] * 3, [-0.0, 0.0, 1.0]]


@pytest.mark.parametrize("text", WITH_NAN)
def test_nan_and_infinities_are_numpys(text: str) -> None:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for numbers in SPECIAL:
            x = np.array(numbers)
            try:
                wanted = eval(text, {"np": np, "x": x})
            except ValueError:
                continue
            found = eval(text, {"np": np, "x": _values(x)})
            np.testing.assert_allclose(_plain(found), _plain(wanted), rtol=1e-15, err_msg=str(numbers))


@pytest.mark.parametrize("text", WITH_NAN)
def test_nan_and_infinities_are_numpys_in_a_trace(text: str) -> None:
    fast = autograd.compile(lambda x: eval(text, {"np": np, "x": x}) * 1.0, backend="numpy")
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for numbers in SPECIAL:
            x = np.array(numbers)
            try:
                found = fast(x)
                wanted = eval(text, {"np": np, "x": x})
            except (autograd.TraceError, ValueError):  # it looks at the numbers; all of them are NaN
                continue
            np.testing.assert_allclose(_plain(found), _plain(wanted), rtol=1e-15, err_msg=str(numbers))


def _values(x: Any) -> Any:
    return np.multiply(x, Value(np.float64(1.0)))


def _plain(x: Any) -> Any:
    return np.array([v.data if isinstance(v, Value) else v for v in np.ravel(x)], dtype=float)


# --- assignment ---------------------------------------------------------------------------------


def by_index(x: Any) -> Any:
    y = x.copy()
    y[0] = x[1] * x[2]
    y[1:3] = x[2:] ** 2
    y[[0, 3]] += 1.0
    return y


def in_place(x: Any) -> Any:
    y = x * 1.0
    y += x
    y *= 2.0
    y -= C
    y /= C
    y **= 2
    return y


def by_mask(x: Any) -> Any:
    y = x.copy()
    y[y < 0] = 0.0
    return y * x


def by_the_same_mask(x: Any) -> Any:
    y, z, m = x.copy(), np.zeros_like(x), x > 0
    y[y < 0] *= 0.1
    z[m] = np.exp(x[m])
    z[~m] = -x[~m]
    z[z > 1.8] -= y[z > 1.8]
    return y + z


def by_a_mask_of_rows(x: Any) -> Any:
    a = np.multiply.outer(x, x)
    a[x > 0.5] = 0.0
    a[x < 0] = x * 2.0
    a[:, a[0] < 0.1] = x[0]
    a[x > 1, :2] = x[2:]
    a[1, a[0] > 0] = [3.0]
    return a.ravel()


def at_a_place(x: Any) -> Any:
    y = x.copy()
    y[np.argmax(x)] = x[0] * x[1]
    y[np.argmin(y)] += 1.0
    return y


def with_pivots(x: Any) -> Any:
    """Gaussian elimination: rows change places as the numbers choose."""
    a = np.add.outer(x[:3], [0.3, -1.0, 0.5]) ** 2
    for k in range(3):
        p = k + np.argmax(np.abs(a[k:, k]))
        a[[k, p]] = a[[p, k]]
        for i in range(k + 1, 3):
            a[i, k:] -= a[i, k] / a[k, k] * a[k, k:]
    return a.ravel()


def at_places(x: Any) -> Any:
    a = np.multiply.outer(x, x)
    p = np.argmin(x)
    a[:, [0, p]] = a[:, [p, 0]]
    a[p, 1:] = x[1:] ** 2
    a[1, p] += a[p, p]
    a[-1 - np.argmax(x)] *= 2.0
    b = np.zeros_like(x)
    b[np.argsort(x)] = [1.0, 2.0, 3.0, 4.0]
    a[np.argmax(a, axis=0), np.arange(4)] = x * 3.0
    a[np.argmin(a[0]), np.argmax(a[:, 1])] += 1.0
    a[np.array([True, False, False, False]), p] = x[3]
    np.put_along_axis(a, np.argmin(a, axis=1)[:, None], x[:, None], axis=1)
    np.copyto(a, 0.25, where=x > 2.0)
    return np.concatenate([a.ravel(), b * x])


def at(x: Any) -> Any:
    y = x.copy()
    np.add.at(y, [0, 0, 3], x[:3])
    np.multiply.at(y, [1, 1], 2.0)
    return y * y


def into(x: Any) -> Any:
    y = np.zeros_like(x)
    np.multiply(x, x, out=y)
    y[...] += x[0]
    return y


def objects(x: Any) -> Any:
    y = np.zeros(5, dtype=object)
    y[1:] = x
    y[0] = x[0] * x[1]
    return y**2


@pytest.mark.parametrize(
    "change",
    [
        by_index,
        in_place,
        by_mask,
        by_the_same_mask,
        by_a_mask_of_rows,
        at_a_place,
        with_pivots,
        at_places,
        at,
        into,
        objects,
    ],
    ids=lambda f: f.__name__,
)
def test_assignments(change: Any) -> None:
    def f(x: Any) -> Any:
        return WEIGHTS[: len(change(x))] @ change(x)

    slopes = differences(f, X)[0]
    agree(grad(f)(X), slopes)
    agree(autograd.compile(f, backend="numpy").value_and_grad(X)[1], slopes)


def test_a_jacobian_of_an_array_has_its_shape() -> None:
    assert jacobian(lambda x: np.outer(x, x))(X).shape == (4, 4, 4)


def test_a_number_of_an_array_beside_a_list_is_an_array() -> None:
    def f(x: Any) -> Any:
        return np.sum((x[0] - [1.0, 2.0]) * ([3.0, 4.0] / x[1]) ** x[0])

    agree(grad(f)(X**2), differences(f, X**2)[0])
    agree(autograd.compile(f, backend="numpy").value_and_grad(X**2)[1], differences(f, X**2)[0])
    assert list(autograd.jvp(lambda x: x[0] * [1.0, 2.0], (X,), (X,))[1]) == [X[0], 2 * X[0]]


# --- our functions on arrays --------------------------------------------------------------------

OURS = ["sum", "mean", "prod", "logsumexp", "norm", "softmax", "log_softmax"]


def numpys(name: str, A: Any, axis: Any) -> Any:
    """The same function, written in NumPy."""
    if name == "logsumexp":
        return np.log(np.sum(np.exp(A), axis=axis))
    if name.endswith("softmax"):
        p = np.exp(A) / np.sum(np.exp(A), axis=axis, keepdims=axis is not None)
        return np.log(p) if name == "log_softmax" else p
    return (np.linalg.norm if name == "norm" else getattr(np, name))(A, axis=axis)


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
@pytest.mark.parametrize("name", OURS)
def test_our_functions_take_arrays_and_an_axis(name: str, axis: Any) -> None:
    ours = getattr(autograd, name)
    found = ours(M, axis=axis)
    assert np.shape(found) == np.shape(numpys(name, M, axis))
    np.testing.assert_allclose(found, numpys(name, M, axis), rtol=1e-14)

    def weighted(f: Any) -> Any:
        return lambda A: np.sum(np.reshape(WEIGHTS[: np.size(found)], np.shape(found)) * f(A))

    slopes = differences(weighted(lambda A: numpys(name, A, axis)), M)[0]
    agree(grad(weighted(lambda A: ours(A, axis=axis)))(M), slopes)
    agree(autograd.compile(weighted(lambda A: ours(A, axis=axis)), backend="numpy").value_and_grad(M)[1], slopes)


def test_our_functions_keep_axes_and_select_in_arrays() -> None:
    assert autograd.sum(M, axis=(0, 1), keepdims=True).shape == (1, 1)
    assert autograd.mean(list(X), axis=0) == np.mean(X)
    f = lambda A: autograd.sum(autograd.where(A > 0.25, autograd.maximum(A, 1.2), A**2))  # noqa: E731
    agree(grad(f)(M), differences(f, M)[0])
    agree(autograd.compile(f, backend="numpy").value_and_grad(M)[1], differences(f, M)[0])


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_partition_in_place_is_along_the_last_axis(place: int) -> None:
    def f(x):
        y = x * 1.0
        y.partition(place)
        return np.sum(y[:, place] * np.array([1.0, 10.0]))

    A = np.array([[3.0, 9.0, 2.0], [6.0, 1.0, 4.0]])
    which = np.argsort(A)[:, place]
    wanted = np.zeros((2, 3))
    wanted[[0, 1], which] = [1.0, 10.0]
    assert np.array_equal(grad(f)(A), wanted)

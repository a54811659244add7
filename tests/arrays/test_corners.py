"""NaN, ties, infinities, empty arrays and axes that do not exist: on Values the results and errors of NumPy."""

import builtins
import linecache
import warnings
from typing import Any

import numpy as np
import pytest

from autograd import Value, compile, grad, lift, value_and_grad
from tests.arrays.calls import calls

NAN, INF = np.nan, np.inf
ARRAYS = [
    np.array([1.0, NAN, -2.0, 3.0]), np.array([2.0, 2.0, -1.0, 2.0]), np.array([]), np.array([3.0]),
    np.array([INF, -INF, 0.0]), np.array([[1.0, 2.0, NAN], [0.0, -1.0, 5.0]]), np.zeros((0, 3)),
    np.array([[3.0, 1.0, 2.0], [-1.0, 4.0, 4.0]]),
]  # fmt: skip
REDUCTIONS = (
    "sum prod mean var std max min ptp median argmax argmin all any nansum nanmean nanmax nanmin nanvar nanstd "
    "nanmedian nanprod nanargmax cumsum cumprod nancumsum sort argsort count_nonzero"
)
OPTIONS = ["", "axis=0", "axis=1", "axis=-1", "axis=(0, 1)", "axis=0, keepdims=True", "keepdims=True"]
OTHERS = calls(
    """
    np.sum(x, where=np.isfinite(x)); np.max(x, where=np.isfinite(x), initial=0.5); np.sum(x, initial=2.0)
    x.sum(axis=-1); np.mean(x, dtype=np.float64); np.var(x, ddof=1); np.std(x, ddof=5)
    np.percentile(x, [10, 90], axis=0); x.min(0); np.clip(x, 2.0, 1.0); np.clip(x, NAN, 1.0); np.diff(x)
    np.maximum(x, NAN); np.fmax(x, NAN); np.gradient(x); np.modf(x); np.divmod(x, 0.7); x // 0.7; np.fmod(x, 0.7)
    x / 0; 0 / x; 2.0 ** x; np.log(x); np.sqrt(x); x ** -1; np.round(x * 100 + 0.5, -1); np.rint(x + 0.5)
    np.nan_to_num(x, nan=7.0); np.linalg.norm(x, axis=-1, keepdims=True); np.trapezoid(x)
    np.interp(x, [0.0, 1.0], [0.0, 1.0], left=-5.0, right=9.0); x @ x.T; np.dot(x, x); np.outer(x, x)
    np.isclose(x, x, equal_nan=True); np.searchsorted([0.0, 1.0], x); np.add.reduce(x, axis=0)
    np.sort(x, axis=None); np.maximum.reduce(x, axis=None); np.maximum.accumulate(x); np.average(x, axis=0)
    np.trace(x); np.ediff1d(x)
    """
)


def numbers(result: Any) -> list[Any]:
    """A result as text of its floats, with the shape of each part."""
    if isinstance(result, (tuple, list)):
        return [numbers(part) for part in result]
    found = np.asarray(result)
    return [
        found.shape,
        [f"{float(v.data if isinstance(v, Value) else v) + 0.0:.12g}" for v in found.reshape(-1).tolist()],
    ]


def outcome(text: str, x: Any) -> Any:
    try:
        return numbers(eval(text, {"np": np, "x": x, "NAN": NAN}))
    except Exception:
        return "an error"


def check(text: str) -> None:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for x in ARRAYS:
            wanted = outcome(text, x)
            found = outcome(text, np.multiply(np.asarray(x, object), Value(np.float64(1.0))))
            assert found == wanted, x


@pytest.mark.parametrize("name", REDUCTIONS.split())
def test_reductions_at_corners(name: str) -> None:
    for options in OPTIONS:
        check(f"np.{name}(x, {options})")


def test_other_calls_at_corners() -> None:
    for text in OTHERS:
        check(text)


def test_a_place_of_nan_is_the_last_in_a_trace_too() -> None:
    for f in (lambda x: np.searchsorted([0.0, 1.0], x) * 1.0, lambda x: np.digitize(x, [1.0, 0.0]) * 1.0):
        fast = compile(lift(f), backend="numpy")
        assert [fast(x) for x in (-1.0, 0.0, 0.5, NAN)] == [f(x) for x in (-1.0, 0.0, 0.5, NAN)]


LISTS = calls(
    """
    np.max([x, 1.0]); np.max([1.0, x]); np.min([x, y]); np.min([y, x]); np.array([1.0, x]).max(); np.amin([2.0, x])
    np.maximum([x, y], 0.5)[0]; np.maximum(0.5, [y, x])[1]; np.minimum([y, x], [x, 0.5])[0]; np.fmax([x, y], 0.5)[0]
    np.fmin(0.5, [x, y])[0]; np.maximum.reduce([y, x]); np.maximum.accumulate([y, x])[1]; np.nanmax([x, y])
    np.max([[x, y], [y, y]], axis=0)[0]; np.greater_equal([x, y], 0.0)[0]; np.less_equal(y, [x, y])[0]; max(x, 1.0)
    sorted([y, x])[0]; (x >= 1.0) + (y <= 1.0); greater([x], [y])[0]; greater.reduce([y, x])
    """
)


@pytest.mark.parametrize("text", LISTS)
def test_a_nan_in_a_list_is_not_lost(text: str) -> None:
    names: dict[str, Any] = {"np": np, "greater": np.maximum}
    wanted = eval(text, {**names, "x": np.float64(NAN), "y": np.float64(0.7)})
    sources = f"def f(x, y):\n    return {text}\n"
    linecache.cache[text] = (len(sources), None, sources.splitlines(True), text)
    exec(builtins.compile(sources, text, "exec"), names)
    with np.errstate(invalid="ignore"):
        assert numbers(names["f"](Value(NAN), Value(0.7))) == numbers(wanted)


@pytest.mark.parametrize("text", calls("np.sort([x, y]); np.median([x, y]); np.argmax([x, y]); np.clip([x, y], 0, 1)"))
def test_numpy_cannot_order_a_nan_in_a_list(text: str) -> None:
    with pytest.raises(TypeError, match=r"would lose a NaN .* np\.stack\(values\), or let autograd\.lift"):
        eval(text, {"np": np, "x": Value(NAN), "y": Value(1.0)})


TRUTHS = calls(
    """
    ~(x[0] > 0); ~np.isnan(x[0]); (x[0] < 0) + (x[1] > 0); ~(x.max() > 0); ~np.less(x[0], 0.0); ~np.any(x > 5)
    np.where(~(x[0] > 0), 1.0, 2.0); ~np.isclose(x[0], 1.0); (x[0] < 0).astype(float); ~(x[0] == x[1]); ~(1.0 < x[0])
    """
)


@pytest.mark.parametrize("text", TRUTHS)
def test_a_comparison_of_numpys_numbers_is_numpys(text: str) -> None:
    check(text)
    found = value_and_grad(lambda x: np.where(eval(text, {"np": np, "x": x}), 1.0, 2.0) + x[0])(np.array([-1.0, 2.0]))
    assert found[0] == np.where(eval(text, {"np": np, "x": np.array([-1.0, 2.0])}), 1.0, 2.0) - 1.0


def test_a_masked_array_loses_no_derivative() -> None:
    def masked(of: Any) -> Any:
        return grad(lambda x: of(np.ma.array(x, mask=[0, 1, 0])))(np.array([1.0, 2.0, 4.0]))

    assert list(masked(lambda m: m.sum() ** 2)) == [10.0, 0.0, 10.0]
    assert list(masked(lambda m: np.ma.exp(0.0 * m.sum()) * m.mean())) == [0.5, 0.0, 0.5]
    for of in (lambda m: m.std(), lambda m: m.max()):
        with pytest.raises((TypeError, AttributeError)) as caught:
            masked(of)
        assert "x.sum(where=~mask)" in caught.value.__notes__[0]

"""NaN, ties, infinities, empty arrays and axes that do not exist: on Values the results and errors of NumPy."""

import warnings
from typing import Any

import numpy as np
import pytest

from autograd import Value, compile, lift
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

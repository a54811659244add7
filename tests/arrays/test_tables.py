"""Columns and frames of pandas' beside Values: names are kept, and what is missing stays missing, as on floats."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from autograd import Value, lift, value_and_grad
from autograd import compile as compiled
from tests.arrays.calls import calls

FRAME = pd.DataFrame({"x": [1.0, np.nan, 3.0, 0.5], "y": [1.0, 2.0, 2.0, 0.3], "g": [0, 1, 0, 1], "n": list("abab")})
W = np.array([1.1, 1.2, 1.3, 0.7])  # beside a column; w[0] stands alone

PROGRAMS = calls(
    """
    (w * df.x).sum(); (df.x * w).sum(); np.multiply(w, df.x).sum(); np.multiply(df.x, w).sum(); (w - df.x).mean()
    (w ** df.x).sum(); (df.x ** w).sum(); (w[0] ** df.x).sum(); (df.x ** w[0]).mean(); np.power(w[0], df.x).sum()
    (w[0] * df.x * w[1]).sum(); (w[0] // df.x).sum() + w[0]; (df.x % w[0]).sum()
    (w / df.x).iloc[0]; np.maximum(w, df.x).sum(); np.maximum(df.x, w).sum(); np.minimum(df[["x", "y"]], w[0]).x.sum()
    np.hypot(df.x, w[0]).sum(); np.hypot(w[0], df.x).mean(); np.arctan2(w, df.x).sum()
    (w > df.x).sum() * w[0]; np.fmax(df.x, w[0]).sum(); w @ df.y; np.dot(df.y, w); (df[["y", "g"]].values @ w[:2]).sum()
    np.exp(w[0] * df.x).sum(); np.square(w[0] * df.x - df.y).mean(); np.sum(np.abs(w[0] * df.x - df.y))
    np.exp(df[["x", "y"]] * w[0]).sum().sum(); (w[0] * np.log(df.y)).iloc[1:].to_numpy().sum()
    np.log(df.y).loc[2] * w[0]; w[0] * np.log(df.y).median(); np.exp(-df[["y", "g"]]).sum(axis=1).iloc[0] * w[0]
    np.tanh(df.x).rolling(1).mean().sum() * w[0]; np.round(1.3 * df.x).sum() * w[0]; np.sqrt(df.x).mean() * w[0]
    np.where(df.x > 0, w[0] * df.x, 0.0).sum(); (w[0] * df.x)[np.isfinite(df.x)].sum()
    np.clip(w[0] * df.y, 0.2, 1).sum()
    (np.log(df.y) * w[0] + df.x).sum(); (w[0] * df.y).groupby(df.g).sum().iloc[1]; np.average(df.y * w, weights=df.y)
    df.x.shift(1).sum() * w[0]; df.assign(z=lambda d: np.log(d.y) * w[0]).z.sum(); df.y.max() * w[0]
    """
)


def program(text: str) -> Any:
    return eval(f"lambda w: {text}", {"np": np, "df": FRAME})


WAYS: list[Any] = [
    value_and_grad,
    lambda f: value_and_grad(lift(f)),
    lambda f: compiled(f, backend="numpy").value_and_grad,
    lambda f: compiled(lift(f), backend="numpy").value_and_grad,
]


@pytest.mark.parametrize("way", WAYS, ids=["eager", "lifted", "compiled", "compiled lifted"])
@pytest.mark.parametrize("text", PROGRAMS)
def test_columns_beside_values_are_those_of_floats(text: str, way: Any) -> None:
    f = program(text)
    value, slopes = way(f)(W)
    assert value == pytest.approx(f(W), rel=1e-12)
    ends = [[f(W + step * e) for step in (1e-6, -1e-6)] for e in np.eye(4)]
    np.testing.assert_allclose(slopes, [(high - low) / 2e-6 for high, low in ends], rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("text", [*PROGRAMS, "w[0] * df.x", "np.exp(df.x)", "df[['x']] * 2", "np.clip(df.x, 0, 1)"])
def test_on_floats_a_lifted_function_sees_the_frame_itself(text: str) -> None:
    f: Any = eval(f"lambda w, df: {text}", {"np": np})
    wanted, found = f(W, FRAME), lift(f)(W, FRAME)
    assert type(found) is type(wanted)
    assert getattr(wanted, "equals", wanted.__eq__)(found)


def test_nan_to_the_power_of_0_is_1() -> None:
    assert (FRAME.x ** Value(0.0)).sum() == np.power(Value(1.0), FRAME.x).sum() == (FRAME.x**0.0).sum() == 4.0

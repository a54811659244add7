"""What is said where a float, an array or a keyword of another library was meant: the remedy, by the user's line."""

import dataclasses
import json
import math
import random
import re
import statistics
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import autograd
import nn
from autograd import TraceError, Value, compile, grad, jvp, lift
from nn.errors import OURS

v = Value(2.0)
row = [Value(1.0), Value(2.0)]
rng = np.random.default_rng(0)
FRAME = pd.DataFrame({"x": [1.0, 2.0, 3.0], "y": [2.0, 3.0, 4.0]})


LINE = nn.Objective(lambda line, x, y: nn.squared_error(line(x), y), nn.Linear(1))
RECORDS = FRAME.to_records(index=False)


@dataclasses.dataclass
class Point:
    x: float
    y: float


def assigned() -> None:
    z = np.zeros(3)
    z[0] = v


def plotted() -> None:
    from matplotlib.figure import Figure

    Figure().subplots().plot(row)


ADVICE: list[tuple[Callable[[], Any], str]] = [
    (assigned, r"make it with dtype=object, as in np\.zeros\(n, object\).*autograd\.lift\(f\)"),
    (lambda: np.array(row, dtype=float), r"make it with dtype=object"),
    (lambda: np.asarray(row, float), r"make it with dtype=object"),
    (lambda: np.zeros(3).fill(v), r"make it with dtype=object"),
    (lambda: compile(lambda x: float("%.2f" % x))(2.0), r'as in "%\.2f" % v\.data'),  # noqa: UP031
    (plotted, r"plot the numbers, as in \[v\.data for v in values\]"),
    (lambda: math.isnan(v), r"ask its number, as in math\.isnan\(v\.data\)"),
    (lambda: math.sin(v), r"use autograd\.sin\(v\) in place of math\.sin, or let autograd\.lift\(f\) do so"),
    (lambda: math.fsum(row), r"autograd's functions, as autograd\.sin\(v\), in place of math\.fsum"),
    (lambda: np.random.choice(2, p=[v, v]), r"give np\.random\.choice the numbers, as v\.data: a draw has no"),
    (lambda: rng.normal(v), r"give rng\.normal the numbers.*v \+ w \* rng\.normal\(\)"),
    (lambda: np.vectorize(lambda u: u if u > 2 else 0.0)(np.multiply([1.0, 3.0], v)), r"vectorize\(f, otypes=\[object"),
    (lambda: np.vectorize(math.sin)(np.multiply([1.0, 3.0], v)), r"autograd\.sin\(v\)"),
    (lambda: random.choices([1, 2], weights=row), r"give random\.choices the numbers"),
    (lambda: float(v), r"leave float\(\) out"),
    (lambda: json.dumps(float(v)), r"leave float\(\) out"),
    (lambda: list(map(math.exp, row)), r"autograd\.lift\(f\)"),
    (lambda: jvp(math.sin, (1.0,), (1.0,)), r"a Dual is not a float.*autograd\.lift"),
    (lambda: Value(np.array(2.0)), r"take its number, with x\.item\(\)"),
    (lambda: Value(np.array([2.0])), r"make one Value of each element"),
    (lambda: Value(FRAME.x), r"got Series of 3: take x\.to_numpy\(\)"),
    (lambda: (Value(math.nan) * FRAME.x).mean(), r"drop it before, as in frame\.dropna\(\)"),
    (lambda: grad(lambda x: x.sum())(FRAME.x), r"argument 0 is a Series; expected a number: pass x\.to_numpy\(\)"),
    (lambda: grad(lambda p: p.x)(Point(1.0, 2.0)), r"pass dataclasses\.asdict\(x\).*make Point\(\*\*x\) of it in f"),
    (lambda: grad(lambda x: x * x, 2.0), r"grad\(f\) is a function, call it as grad\(f\)\(2\.0\)"),
    (lambda: nn.MLP(2, [4, 1], rng=0)(np.ones((3, 2))), r"write \[model\(row\) for row in X\]"),
    (lambda: nn.train(LINE, np.ones((3, 1)), np.ones(3), optimiser=nn.SGD(rate=1.0)), r"write train\(objective, o"),
    (lambda: nn.Adam(row, lr=0.1), r"Adam has no lr=: write rate=0\.1"),
    (lambda: nn.SGD(row, learning_rate=0.1), r"SGD has no learning_rate=: write rate=0\.1"),
    (lambda: np.linalg.eig(np.multiply(v, np.eye(2))), r"np\.linalg\.eig is not supported.*use np\.linalg\.eigh"),
    (lambda: grad(lambda s: s["x"].sum())(RECORDS), r"argument 0\[0\] is a record.*: pass a dict of arrays"),
    (lambda: grad(lambda s: s["x"])(RECORDS[0]), r"argument 0 is a record.*: pass a dict of arrays"),
    (lambda: compile(lambda s: s["x"].sum())(RECORDS), r"s must be an array of real numbers.*: pass a dict of arrays"),
    (lambda: nn.LinearRegression().fit(RECORDS, np.ones(3)), r"X has fields: write np\.column_stack\("),
    (lambda: np.add(v, 1.0, out=np.zeros(2)), r"an array of float64 takes no Value.*autograd\.lift"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "advice"), ADVICE)
def test_the_remedy_is_named(call: Callable[[], Any], advice: str) -> None:
    with pytest.raises(TypeError, match=advice):
        call()


@pytest.mark.parametrize("name", OURS)
def test_a_name_of_another_library_is_told_in_ours(name: str) -> None:
    with pytest.raises(AttributeError, match=rf"has no attribute '{name}': write {re.escape(OURS[name])}$"):
        getattr(nn, name)
    assert eval(OURS[name], {"nn": nn, "autograd": autograd}) is not None
    assert not hasattr(nn, "NoSuchName")


def test_the_sizes_of_layers() -> None:
    with pytest.raises(ValueError, match=r"as in MLP\(2, \[4, 1\]\)"):
        nn.MLP(2, 4)  # type: ignore[arg-type]
    assert statistics.mean([1.0, 3.0]) == 2.0


def test_a_refusal_in_numpy_names_the_users_line() -> None:
    def f(x: Any) -> Any:
        return np.median(x[x > 0])  # this line

    with pytest.raises(
        TraceError, match=rf"test_advice\.py, line {f.__code__.co_firstlineno + 1}: the length of x\[mask\]"
    ):
        compile(f)(np.array([1.0, -1.0]))


def loss(w: Any) -> Any:
    return ((w * FRAME.x - FRAME["y"]) ** 2).mean()


@pytest.mark.parametrize("way", [grad, lambda f: grad(lift(f)), lambda f: lambda w: compile(f).value_and_grad(w)[1]])
def test_a_missing_number_stays_missing(way: Any) -> None:
    def missing(w: Any) -> Any:
        column = FRAME.x.shift(1) * w
        mean = ((column - FRAME.y) ** 2 / 2).mean() + np.sum(np.exp(1.0 - w * FRAME.x.shift(1)))
        return mean + column.isna().sum() * w + column.count() + (1.0 + column).fillna(w).max() + (2 % column).sum()

    slope = (missing(1.3 + 1e-6) - missing(1.3 - 1e-6)) / 2e-6
    assert way(missing)(1.3) == pytest.approx(slope, rel=1e-7)


@pytest.mark.parametrize(
    ("of", "error"),
    [
        (lambda s: s.describe()["mean"], KeyError),
        (lambda s: s.to_frame("x").assign(y=1.0).describe().loc["mean", "x"], KeyError),
        (lambda s: pd.DataFrame({"x": s, "y": 1.0}).x.mean(), TypeError),
        (lambda s: s.rolling(2).mean().iloc[-1], pd.errors.DataError),
        (lambda s: s.ewm(alpha=0.5).mean().iloc[-1], pd.errors.DataError),
        (lambda s: s.corr(FRAME.y), TypeError),
        (lambda s: s.skew(), TypeError),
        (lambda s: s.groupby([0, 0, 1]).agg("std")[0], TypeError),
    ],
)
def test_what_pandas_computes_on_floats_alone_is_said(of: Any, error: Any) -> None:
    with pytest.raises(error) as raised:
        grad(lambda x: of(pd.Series(x)))(np.array([1.0, 2.5, 0.5]))
    told = [str(raised.value), *getattr(raised.value, "__notes__", ())]
    assert "take the numbers as an array, with x.to_numpy()" in str(told)


def test_a_column_is_an_array() -> None:
    wanted = np.mean(2 * (2.0 * FRAME.x - FRAME.y) * FRAME.x)
    assert grad(loss)(2.0) == pytest.approx(wanted, rel=1e-14)
    assert compile(loss, backend="numpy").value_and_grad(2.0)[1] == pytest.approx(wanted, rel=1e-14)
    assert list(grad(lambda w: np.sum(FRAME.to_numpy() @ w))(np.ones(2))) == [6.0, 9.0]
    assert list(grad(lambda w: FRAME.x @ w)(np.ones(3))) == [1.0, 2.0, 3.0]
    assert list((Value(2.0) * FRAME.x).index) == [0, 1, 2]
    assert list(grad(lambda w: np.sum(np.where(w > 0.0, FRAME.x * w, w)))(np.ones(3))) == [1.0, 2.0, 3.0]
    assert grad(lift(lambda w: np.percentile(FRAME.x * w, 50) + np.max(FRAME.y * w)))(1.0) == 6.0

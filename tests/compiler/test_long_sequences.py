"""Functions of many numbers: their programs grow with the numbers, not with their square."""

from __future__ import annotations

from itertools import pairwise
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd.arrays import lists
from autograd.compiler.derivatives.backward import differentiated
from autograd.compiler.folding.periods import stretches
from autograd.compiler.tracing.trace import trace

LINEAR = {
    "logsumexp": autograd.logsumexp, "norm": np.linalg.norm, "norm of order 3": lambda x: np.linalg.norm(x, 3),
    "max": np.max, "ptp": np.ptp, "the greatest by its place": lambda x: x[np.argmax(x)], "var": np.var, "std": np.std,
    "prod": np.prod, "cumprod": lambda x: np.sum(np.cumprod(x)),
    "running maximum": lambda x: np.sum(np.maximum.accumulate(x)),
    "differences": lambda x: np.sum(np.gradient(x) ** 2), "correlation": lambda x: np.corrcoef(x, x * x)[0, 1],
    "convolution": lambda x: np.sum(np.convolve(x, [1.0, 2.0])), "clip": lambda x: np.sum(np.clip(x, -1, 1)),
    "a mask": lambda x: np.mean(x[x > 0]), "skewness": lambda x: np.mean(((x - x.mean()) / x.std()) ** 3),
    "logaddexp": np.logaddexp.reduce, "entropy": lambda x: np.sum(np.exp(x) / np.sum(np.exp(x)) * x),
    "drawdown": lambda x: np.max(np.maximum.accumulate(np.cumsum(x)) - np.cumsum(x)), "nansum": np.nansum,
}  # fmt: skip


@pytest.mark.parametrize("safe", [False, True])
@pytest.mark.parametrize("f", LINEAR.values(), ids=LINEAR)
def test_a_gradient_takes_as_many_operands_as_there_are_numbers(f: Any, safe: bool) -> None:
    def size(n: int) -> int:
        program = differentiated(trace(f, (np.linspace(-1.0, 2.0, n),)), [0], safe)
        return sum(1 + len(operation.operands) for operation in program.operations)

    assert size(60) < 2.1 * size(30)


SORTS = {
    "sort": lambda x: np.sum(np.sort(x) * np.arange(len(x)) ** 2), "median": lambda x: np.median(x),
    "percentile": lambda x: np.percentile(x, 30), "argsort": lambda x: np.sum(np.argsort(x) * x),
    "by keys": lambda x: sum(k * v for k, v in enumerate(sorted(x, key=lambda v: -v))),
}  # fmt: skip
ROWS = [
    [0.4, -1.2, 3.0, 0.1, 2.5, 0.3, -0.7, 9.0, 1.1, 0.2, -2.0],
    [1.0, 0.0, 1.0, -0.0, 2.0, 1.0, 0.0, 2.0, 1.0, 1.0, 0.0],
    [nan, inf, 1.0, nan, -inf, 0.0, inf, 2.0, -inf, 1.0, nan],
]


@pytest.mark.filterwarnings("ignore:invalid value")  # of NumPy's sums of infinities
@pytest.mark.parametrize("f", SORTS.values(), ids=SORTS)
def test_many_numbers_are_sorted_by_exchanges(f: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(lists, "MOST_RANKED", 2)
    rows = ROWS[:2] if f is SORTS["by keys"] else ROWS  # where a key is NaN, Python's order is none
    values, slopes = autograd.compile(autograd.lift(f), rows=("x",), backend="numpy").value_and_grad(np.array(rows))
    for row, value, slope in zip(rows, values, slopes):
        wanted, by_number = autograd.value_and_grad(autograd.lift(f))(np.array(row))
        np.testing.assert_allclose([value, *slope], [float(wanted), *map(float, by_number)], rtol=1e-14)


PARTS = st.lists(st.tuples(st.lists(st.integers(0, 5), min_size=1, max_size=6), st.integers(1, 40)), max_size=6)


@given(PARTS)
def test_stretches_repeat_and_are_apart(parts: list[tuple[list[int], int]]) -> None:
    codes = np.array([code for block, times in parts for code in block * times], int)
    found = sorted(stretches(codes))
    assert all(a.end <= b.start for a, b in pairwise(found))
    for start, end, period in found:
        assert list(codes[start + period : end]) == list(codes[start : end - period])
    for i in range(len(parts)):  # a loop that saves enough is found, but perhaps for its ends
        first = sum(len(block) * times for block, times in parts[:i])
        block, times = parts[i]
        covered = sum(max(0, min(end, first + len(block) * times) - max(start, first)) for start, end, _ in found)
        if len(block) * (times - 1) > 200:
            assert covered > len(block) * times / 2

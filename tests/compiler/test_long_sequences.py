"""Functions of many numbers: their programs grow with the numbers, not with their square."""

from __future__ import annotations

import math
from functools import reduce
from itertools import pairwise
from math import inf, nan
from operator import add
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


def products(w: Any, x: Any) -> list[Any]:
    return [a * b for a, b in zip(w, x)]


SUMS = {
    "of products": lambda w, x: sum(products(w, x)), "of numbers": lambda w, x: sum(w) * sum(x),
    "and a bias": lambda w, x: sum(products(w, x)) + w[0], "and two": lambda w, x: sum([*products(w, x), w[0], x[0]]),
    "without a zero": lambda w, x: reduce(add, products(w, x)), "from -0.0": lambda w, x: sum(products(w, x), -0.0),
    "of conditions": lambda w, x: sum(autograd.where(a > 0, 1.0, 0.0) * b for a, b in zip(x, w)),
    "of differences": lambda w, x: sum(-a * b for a, b in zip(w, x)), "of squares": lambda w, x: sum(products(w, w)),
    "used again": lambda w, x: sum(products(w, x)) + sum(autograd.tanh(p) for p in products(w, x)),
    "a layer": lambda w, x: sum(autograd.tanh(sum(products(w, x)) + b) for b in w),
    "shared by rows": lambda w, x: sum(products(map(autograd.exp, w), [sum(x) * a for a in x])),
    "with errors": lambda w, x: sum(products(w, x)) * (1.0 if x[0] < 99.0 else 1 / (x[0] - x[0])),
}  # fmt: skip


@pytest.mark.parametrize("f", SUMS.values(), ids=SUMS)
def test_long_sums_are_those_of_the_engine(f: Any) -> None:
    w, rows = np.linspace(-1.0, 1.0, 9), np.array([np.linspace(2.0, -0.4, 9), np.zeros(9), np.full(9, -0.0)])
    fast = autograd.compile(f, rows=("x",), backend="numpy")
    value, (by_w, by_x) = fast.value_and_grad(w, rows, reduce="mean", argnums=(0, 1))
    wanted = [autograd.value_and_grad(f, argnums=(0, 1))(w, row) for row in rows]
    np.testing.assert_allclose(value, np.mean([float(v) for v, _ in wanted]), rtol=1e-14)
    np.testing.assert_allclose(by_w, np.mean([[float(x) for x in dw] for _, (dw, _) in wanted], axis=0), atol=1e-15)
    np.testing.assert_allclose(by_x, [[float(x) / 3 for x in dx] for _, (_, dx) in wanted], rtol=1e-14, atol=1e-15)
    values = fast.value_and_grad(w, rows)[0]
    assert [math.copysign(1, x) for x in values] == [math.copysign(1, f(list(w), list(row))) for row in rows.tolist()]


@pytest.mark.parametrize("n", [8, 20])
def test_a_long_sum_and_what_it_adds_to_an_adjoint_are_one_operation_each(n: int) -> None:
    def f(W: Any, x: Any) -> Any:
        h = [autograd.tanh(sum(products(w, x))) for w in W]
        return sum(autograd.tanh(sum(products(w, h))) for w in W)

    program = differentiated(trace(f, (np.ones((n, n)), np.ones(n))), [1], safe=False)
    assert len(program.operations) < n * n + 11 * n


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

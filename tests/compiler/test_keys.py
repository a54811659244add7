"""Keys of dicts and sets that are numbers of f: equal ones are one key, as they are for floats."""

from __future__ import annotations

import functools
import math
from collections import Counter, defaultdict
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import TraceError, lift, value_and_grad
from tests.compiler.backends import both
from tests.compiler.branching import function
from tests.profiles import costly

KEYS = st.sampled_from(["a", "b", "a * b", "1.0", "2", "(1, a)", "(b, 1)", "(1, 2.0)"])
POINTS = [(math.nan, 1.0), (1.0, 2.0), (2.0, 1.0), (1.0, 1.0), (0.5, 2.0), (0.5, 0.25), (-0.0, 0.0)]
STATEMENTS = [
    "d[{k}] = {v}", "d[{k}] = d.get({k}, 0.0) + {v}", "y += d.get({k}, {v})", "y += {v} * len(s)",
    "y += d[{k}] if {k} in d else {v}", "y = y * 2 if {k} in s else y + b", "s = {{{k}, {j}}}", "s.add({k})",
    "s.discard({k})", "y += d.setdefault({k}, {v})", "y += d.pop({k}, {v})", "y += sum(d.values()) + len(d)",
    "d |= dict.fromkeys([{k}, {j}], {v})", "y += max(Counter([{k}, {j}, 1.0]).values()) * a",
    "y += a if {{{k}}} <= s else b", "y += {v} if {k} not in d else a", "d = {{{k}: {v}, {j}: a}}",
    "y += len(frozenset([{k}, {j}])) * b", "y += sum(v for k, v in d.items() if k in s)",
    "d = {{k: 2 * v for k, v in d.items()}}", "more[{k}] += {v}", "y += more[{k}] * len(more)",
    "y += d[1.0] if 1 in d else a",
]  # fmt: skip


@st.composite
def sources(draw: Any) -> str:
    values = st.sampled_from(["a", "b", "a * a", "3.0"])
    lines = draw(st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=5))
    body = [line.format(k=draw(KEYS), j=draw(KEYS), v=draw(values)) for line in lines]
    return "\n    ".join(
        ["def f(a, b):", "d, s, y = {1.0: a, 7.0: b}, {2.0}, 0.0 * a", "more = new()", *body, "return y + 0.0 * b\n"]
    )


def agrees(f: Any, points: list[Any], compile: Any) -> None:
    """Lifted, compiled and compiled by row, f has the value that it has on floats, and one derivative."""
    fast, rows = compile(f, paths=1000), compile(f, rows=("a", "b"), paths=1000)
    wanted = [f(*point) for point in points]
    np.testing.assert_allclose(rows(*np.array(points).T), wanted, rtol=1e-14)
    for point, y in zip(points, wanted):
        value, slopes = value_and_grad(lift(f), (0, 1))(*point)
        assert float(value) == pytest.approx(y, rel=1e-14, nan_ok=True)
        value, found = fast.value_and_grad(*point, argnums=(0, 1))
        assert value == pytest.approx(y, rel=1e-14, nan_ok=True)
        assert tuple(found) == pytest.approx(tuple(map(float, slopes)), rel=1e-14, nan_ok=True)


@costly(60)
@given(sources())
def test_generated_programs(source: str) -> None:
    agrees(
        function(source, Counter=Counter, new=lambda: defaultdict(float)),
        POINTS,
        functools.partial(autograd.compile, backend="numpy"),
    )


RATES = {1: 0.1, 2: 0.25, 5: 0.5}


class Grade(NamedTuple):
    rate: float
    years: int


def a_table(a: Any, b: Any) -> Any:
    return RATES[a] * b if a in RATES else RATES.get(b, 0.0) * a


def a_table_by_default(a: Any, b: Any) -> Any:
    table: Any = defaultdict(lambda: 0.75, RATES)
    return table[a] * b


def of_pairs(a: Any, b: Any) -> Any:
    return {(1, 2.0): a, (2, 1): 3 * b, "none": 0.0}.get((a, b), a * b)


def of_tuples(a: Any, b: Any) -> Any:
    return b if Grade(a, 1) in {Grade(1.0, 1), Grade(2.0, 2)} else a


def totals(a: Any, b: Any) -> Any:
    total: dict[float, Any] = {}
    for kind, amount in zip([a, b, 1.0], [2 * a, b, a * b]):
        total[kind] = total.get(kind, 0.0) + amount
    return sum(x * x for x in total.values()) + len(total)


def remembered(a: Any, b: Any) -> Any:
    memo: dict[float, Any] = {}

    def square(x: Any) -> Any:
        if x not in memo:
            memo[x] = x * x
        return memo[x]

    return square(a) + 2 * square(b) + square(a)


@both
@pytest.mark.parametrize("f", [a_table, a_table_by_default, of_pairs, of_tuples, totals, remembered])
def test_what_people_write(f: Any, compile: Any) -> None:
    agrees(f, POINTS, compile)


def test_a_key_that_a_row_lacks_is_its_error() -> None:
    fast = autograd.compile(lambda a, b: RATES[a] * b, rows=("a", "b"), backend="numpy")
    assert fast([1.0, 5.0], [2.0, 2.0]).tolist() == [0.2, 1.0]
    with pytest.raises(KeyError) as caught:
        fast([1.0, 3.0], [2.0, 2.0])
    assert any("row 1" in note for note in caught.value.__notes__)


def test_a_cache_of_calls_is_one_of_each_trace() -> None:
    """A recursion with a cache takes as many calls as it has arguments, also in a lifted function."""
    calls = []

    @functools.lru_cache
    def path(x: Any, n: int) -> Any:
        calls.append(n)
        return x if n < 2 else path(x, n - 1) + x * path(x, n - 2)

    f = lambda x: path(x, 40)  # noqa: E731
    slope = value_and_grad(lift(f))(0.5)[1]
    assert len(calls) == 41
    assert autograd.compile(f).value_and_grad(0.5)[1] == pytest.approx(slope, rel=1e-13)
    assert len(calls) == 82


def test_too_many_keys_are_refused() -> None:
    table = {float(k): k * k for k in range(1000)}
    fast = autograd.compile(lambda x: x * table[x], paths=10)
    assert [fast(float(k)) for k in range(10)] == [k**3 for k in range(10)]
    with pytest.raises(TraceError, match="more than 10 paths"):
        fast(10.0)


def test_code_of_values_finds_them_by_identity() -> None:
    """A walk over a graph has to tell nodes apart that have the same data."""
    x, y = autograd.Value(1.0), autograd.Value(1.0)
    assert len({x, y}) == 2 and {x: 1.0, y: 2.0}[y] == 2.0

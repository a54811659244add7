"""Branches from the source: compiled code takes the branches that f takes on floats, row by row."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import TraceError, exp, lift, log, sqrt, while_loop
from autograd.lifting.rewriting import nesting
from tests.compiler.backends import needs_llvm
from tests.compiler.branching import agrees, function, sources


@settings(max_examples=25)
@given(sources(), st.sampled_from([1, nesting.MOST]))
def test_generated_programs(source: str, most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nesting, "MOST", most)  # blocks inside each other: with 1, every branch is a function of its own
        agrees(function(source), "numpy")


@needs_llvm
@settings(max_examples=2)
@given(sources(size=8))
def test_generated_programs_in_machine_code(source: str) -> None:
    agrees(function(source), "llvm")


# --- what people write ----------------------------------------------------------------------------


def newton(a: Any, b: Any) -> Any:
    x, step = abs(a) + 0.5, 1.0
    while abs(step) > 1e-12:
        step = (x * x - 2 - b * b) / (2 * x)
        x = x - step
    return x * a


def bisection(a: Any, b: Any) -> Any:
    low, high, k = 0.0, 4.0 + a * a, 0
    while k < 60 and high - low > 1e-3:
        middle = (low + high) / 2
        if middle * middle > 2 + b * b:
            high = middle
        else:
            low = middle
        k += 1
    return (low + high) * k


def endless_with_break(a: Any, b: Any) -> Any:
    k = 0
    while True:
        k += 1
        a = a * 0.7
        if abs(a) < 0.3:
            return a * k
        if b > 2:
            break
    return b - k


def with_generators(a: Any, b: Any) -> Any:
    best = max((k * a - k * k * b for k in range(4)), key=lambda x: -abs(x - 1))
    return best + sum(x if x > 0 else b for x in (a, b)) + (a or b) + (a and b) + any([a > 1, b > 1]) * a


def guarded_sides(a: Any, b: Any) -> Any:
    y = sqrt(a) + 1 / a if a > 0 else b
    if b > 0:
        y = y + log(b) * exp(700 * b - 1800)
    return y


def stopping_early(a: Any, b: Any) -> Any:
    layers, x = [[a, b], [b, a], [a, a]], [0.3, b]
    for weights in layers:
        x = [autograd.tanh(sum(w * v for w, v in zip(weights, x)) + i) for i in range(len(x))]
        p = x[0] * x[1]
        if p > 0.4 or p < -0.2:
            break
    return p * len(x) + x[0]


def with_functions_of_control(a: Any, b: Any) -> Any:
    x, count = while_loop(lambda s: s[0] < 50.0, lambda s: (s[0] * s[0] + 2, s[1] + 1), (a, 0))
    return autograd.cond(b > 0, lambda v: v * count, lambda v: v - x, b)


def matching(a: Any, b: Any) -> Any:
    total = 0.0
    for step in [("add", a), ("mul", b), ("cap", 1.0), ("mul", a), [b]]:
        match step:
            case ("add", x) if x > 0:
                total = total + x
            case ("add", x):
                total = total - 2 * x
            case ("mul", x) if total > 0.5:
                total = total * x
            case ("mul", _):
                continue
            case (_, x) if total > x:
                return total
            case [*rest] if len(rest) < 2:
                total += rest[0]
    return total


def filtering(a: Any, b: Any) -> Any:
    xs = [a, b, a * b, a - b]
    high = [x * x for x in xs if x > 0 if x < 1.5]
    mean = sum(high) / len(high) if high else b
    least = min((1 / x for x in xs if not -0.3 < x < 0.3), default=5.0) + max(x for x in [*xs, 4.0] if x > b)
    some = any(x > 1 for x in xs if x != b) or all(x > -1 for x in xs if x < a)
    roots = sum((sqrt(x) for x in xs if x > 0), 1) * sum(1 for k, x in enumerate(xs) if k % 2 and x > 0)
    return mean + least * some + roots + min(x for x in xs if x < 2)


def filtering_none(a: Any, b: Any) -> Any:
    xs = [x if x > 0.5 else None for x in (a, b)]
    place = int(np.searchsorted([0.0, 1.0], a))
    largest = max((x for x in xs if x is not None), default=a)
    return sum(x for x in xs if x is not None) + largest * len([x for x in xs if x]) + [a, b, 2.0][place]


def filtering_nothing(a: Any, b: Any) -> Any:
    return max(x for x in (a, b) if x > 0.5) + a * b


def with_states(a: Any, b: Any) -> Any:
    state, x, hits = "idle", a, 0
    for k in range(4):
        if state == "idle":
            x = x + b
            if x > 0.5:
                state = "hot"
        elif state == "hot":
            x, hits = x * 0.5, hits + 1
            state = "hot" if x > 0.4 else None
        elif state is None and k:
            state = "idle"
    rates = {"idle": 0.5, "hot": a, None: b}
    return x * rates[state] + hits + (2 if state in ("hot", None) else a)


def with_absence(a: Any, b: Any) -> Any:
    def first(xs: Any) -> Any:
        for x in xs:
            if x > 0.3:
                return x
        return None

    best, found = None, first([a, b])
    for x in (a, b, a - b):
        if x > 0 and (best is None or x < best):
            best = x
    for k in range(2, 5):
        if a * k > 3:
            turns = k
            break
    else:
        turns = 1
    if found is not None and best:
        return autograd.tanh(best) + found * 2 - turns
    return 9.0 if best is None else best / turns


def read_too_early(a: Any, b: Any) -> Any:
    if a > 0:
        y = b
    return y * a if b > -2 else a


def assigned_in_expressions(a: Any, b: Any) -> Any:
    y, found = 1.0, False
    if a > 0:
        found = any((y := a * k) > 3 for k in (1.0, 2.0, 5.0))
    return y * b + found


def stopping_in_time(a: Any, b: Any) -> Any:
    seen = []

    def is_large(x: Any) -> Any:
        seen.append(x)
        if x > 6:
            raise ValueError("too large")
        return x > 1

    found = any(is_large(a * k) for k in (1.0, 2.0, 3.0)) + 2 * all(map(is_large, [b, -b, a]))
    return sum(seen) * a + found


class Tank:
    def __init__(self, level: Any) -> None:
        self.level = level

    def __bool__(self) -> bool:
        return self.level > 0.2  # type: ignore[no-any-return]  # traced


def with_truths(a: Any, b: Any) -> Any:
    either = (a > b or 3.5) * a + (True if b > 0 else 0.5) * b
    return sum(bool(tank) for tank in (Tank(a), Tank(b))) * a + (b if bool(a > b) else 1.0) + either


def with_many_branches(a: Any, b: Any) -> Any:
    total, seen, k = 0.0, [a], 0
    while k < 9:
        k += 1
        if k == 1:
            total += a
        elif b > 2:
            total *= b
        elif a > 2:
            seen.append(total)
        elif a + b > 1:
            total -= a * k
        elif a > 1:
            continue
        elif k == 3:
            local = total / b
        elif b < -2:
            break
        elif k == 4:
            seen[0] += local
        elif total > 9:
            return b
        elif b < -1 and k > 6:
            break
        else:
            seen.append(a)
        total += b
    return total + sum(seen) * k


WRITTEN = [
    newton, bisection, endless_with_break, stopping_early, with_functions_of_control, with_many_branches,
    with_generators, filtering, filtering_none, filtering_nothing, stopping_in_time, assigned_in_expressions,
    guarded_sides, read_too_early, matching, with_states, with_absence, with_truths,
]  # fmt: skip


@pytest.mark.parametrize("f", WRITTEN)
def test_what_people_write(f: Callable[..., Any]) -> None:
    agrees(f, "numpy")


@needs_llvm
def test_machine_code() -> None:
    agrees(newton, "llvm")


def test_lifted_code_has_its_own_ties() -> None:
    assert autograd.compile(lift(lambda x: max(x, 1.0) * math.exp(x)), backend="numpy").value_and_grad(1.0)[
        1
    ] == pytest.approx(1.5 * math.e)
    assert autograd.compile(lambda x: max(x, 1.0), backend="numpy").value_and_grad(1.0) == (1.0, 1.0)


def test_no_infinity_leaks_from_an_absent_side() -> None:
    fast = autograd.compile(lambda x: sqrt(x) if x > 0 else 2 * x, rows=("x",), backend="numpy")
    values, slopes = fast.value_and_grad([0.0, -1.0, 4.0])
    assert values.tolist() == [0.0, -2.0, 2.0]
    assert slopes.tolist() == [2.0, 2.0, 0.25]


def halvings(x: Any) -> Any:
    k = 0
    while x > 1:
        x, k = x / 2, k + 1
    return x + k


def counted_halvings(x: Any) -> Any:
    for k in itertools.count():
        if x <= 1:
            return x + k
        x = x / 2


def generated_halvings(x: Any) -> Any:
    def halves(x: Any) -> Any:
        for k in itertools.count():
            yield k, x
            x = x / 2

    for one, (k, half) in zip(itertools.repeat(1), halves(x)):
        if half <= 1:
            return half + one * k


@pytest.mark.parametrize("f", [halvings, counted_halvings, generated_halvings])
def test_more_rows_may_need_more_turns(f: Callable[[Any], Any]) -> None:
    fast = autograd.compile(f, rows=("x",), backend="numpy", paths=0)
    for top in (3.0, 1e4, 0.5, 1e9):
        x = [0.5, top]
        assert fast(x).tolist() == list(map(f, x))
        assert fast.value_and_grad(x)[1].tolist() == [autograd.grad(f)(v) for v in x]


def test_an_absent_side_raises_nothing() -> None:
    def f(x: Any, n: int) -> Any:
        return [1.0, 2.0][n] * x if x > 0 else x

    fast = autograd.compile(f, rows=("x",), static=("n",), backend="numpy")
    assert fast([-1.0, 2.0], 1).tolist() == [-1.0, 4.0]
    assert fast([-1.0, -2.0], 5).tolist() == [-1.0, -2.0]
    with pytest.raises(IndexError, match="out of range") as caught:
        fast([-1.0, 2.0], 5)
    assert caught.value.__notes__[-1] == "f raises this for row 1"


def test_what_code_reads_is_watched() -> None:
    scope = {"limit": 1.0}
    f = function("def f(x):\n    return x if x < limit else limit * 2\n", **scope)
    fast = autograd.compile(f, backend="numpy")
    assert fast(3.0) == 2.0
    f.__globals__["limit"] = 5.0
    assert fast(3.0) == 3.0


@pytest.mark.parametrize(
    "body, why",
    [
        ("try:\n  return log(x)\n except ValueError:\n  return x", "handles an error"),
        ("return x if (x > 0) is True else -x", "is given True"),
    ],
)
def test_code_without_its_source_is_refused_by_line(body: str, why: str) -> None:
    scope: dict[str, Any] = {"log": log}
    exec(compile(f"def f(x):\n {body}", "gone.py", "exec"), scope)
    with pytest.raises(TraceError, match=rf"whether f {why}.*its source cannot be read"):
        autograd.compile(scope["f"], backend="numpy")(1.0)

"""Branches from the source: compiled code takes the branches that f takes on floats, row by row."""

from __future__ import annotations

import itertools
import math
import operator
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import TraceError, exp, lift, log, sqrt, while_loop
from autograd.lifting.rewriting import nesting
from tests.compiler.backends import needs_llvm
from tests.compiler.branching import function, is_close, outcome, sources

POINTS = [(-1.4, 0.6), (0.35, -0.8), (1.9, 1.1), (-0.25, -1.7), (0.95, 0.15), (2.6, -2.3)]


def agrees(f: Callable[..., Any], backend: str, points: list[tuple[float, float]] = POINTS) -> None:
    """Values, gradients and errors of compiled code are those of f, for all rows together and for those that raise."""
    fast = autograd.compile(f, rows=("a", "b"), backend=backend)
    wanted = {point: outcome(f, *point) for point in points}
    right = [point for point, found in wanted.items() if isinstance(found, tuple)]
    for point, found in wanted.items():
        if not isinstance(found, tuple):
            rows = [*right, point]
            with pytest.raises(found) as caught:
                fast(*map(np.array, zip(*rows)))
            assert any(f"for row {len(right)}" in note for note in caught.value.__notes__)
    if right:
        a, b = np.array(right).T
        values, (da, db) = fast.value_and_grad(a, b, argnums=(0, 1))
        for i, point in enumerate(right):
            assert is_close((values[i], da[i], db[i]), wanted[point]), (point, values[i], da[i], db[i], wanted[point])


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


class Account:
    rate = 0.5

    def __init__(self, money: Any) -> None:
        self.money, self.__count = money, 0.0

    def pay(self, amount: Any) -> None:
        if amount > self.money:
            return
        self.money -= amount
        self.__count += 1

    def total(self) -> Any:
        return self.money * self.rate + self.__count


class Savings(Account):
    def pay(self, amount: Any) -> None:
        super().pay(amount if amount > 0 else -amount)


def with_objects(a: Any, b: Any) -> Any:
    account = Savings(2.0 + a)
    for k in range(3):
        account.pay(b * k)
    return account.total()


def with_a_closure(a: Any, b: Any) -> Any:
    total = 0.0

    def add(x: Any) -> None:
        nonlocal total
        if x > 1:
            total += x
        if x < 0:
            return
        total += b

    for k in range(4):
        add(a * k)
    return total


steps, mode = 0, "none"
squares: dict[Any, Any] = {}


def kept_square(a: Any) -> Any:
    if a not in squares:
        squares[a] = a * a
    return squares[a]


def step() -> None:
    global steps
    steps += 1


def with_globals(a: Any, b: Any) -> Any:
    global steps, mode
    steps = 0
    if a > b:
        mode = "up"
        step()
    else:
        mode = "down" if kept_square(b) > 1 else "level"
    return kept_square(a if mode == "up" else b) * steps + kept_square(a) + (b if mode == "level" else 0.0)


NUMBER = re.compile(r"\d+")


@contextmanager
def undone(account: Account) -> Iterator[None]:
    before = account.money
    try:
        yield
    except LookupError:
        account.money = before


def with_contexts(a: Any, b: Any) -> Any:
    account = Account(2.0 + a)
    with undone(account):
        account.money -= b * b
        if account.money < 1:
            raise KeyError("too little")
    found = 0
    try:
        if a > b:
            found = len(NUMBER.findall("1, 2 and 3"))
    except ValueError:
        pass
    return account.total() * a + found


class Late(Exception):
    def __init__(self, who: str, by: Any) -> None:
        super().__init__(f"{who} is late")
        self.who, self.by = who, by


@dataclass(slots=True)
class Clock:
    left: Any
    moves: int = 0

    def press(self, used: Any, who: str) -> None:
        self.left -= max(0.0, used - 0.5) + np.abs(used)
        if used > 0:
            self.moves += 1
        if self.left < 0:
            raise Late(who, used)


class Settings(dict):  # type: ignore[type-arg]  # as people write it
    __getattr__ = dict.__getitem__  # of an unknown name it raises a KeyError

    def __call__(self, x: Any) -> Any:
        return x * self.rate if x > 0 else x


class Tally:
    best, count = 0.0, 0

    def see(self, x: Any) -> Any:
        if x > 1:
            self.best = x
            self.count += 1
        else:
            self.count, self.worst = self.count + 2, x
            del self.worst
        return self


def with_told_errors(a: Any, b: Any) -> Any:
    clock = Clock(0.5)
    try:
        clock, tally, items = Clock(a + 1), Tally().see(a).see(b), iter([a, b])
        clock.press(b * next(items), "first")
        clock.left += tally.best * tally.count
        clock.press(a * b, "second")
    except Late as error:
        return error.by * clock.left + (1.0 if error.who == "first" else a)
    return clock.left * clock.moves + Settings(rate=b)(a)


def with_lists(a: Any, b: Any) -> Any:
    found, table = [a], {"x": b}
    if a > b:
        found.append(a * a)
        table["x"] += 1
    else:
        found.append(b)
        found[0] *= 2
    if b < 0:
        table = {"x": table["x"] * 3}
    return sum(x * k for k, x in enumerate(sorted(found + [0.5]), 1)) + table["x"]


def with_generators(a: Any, b: Any) -> Any:
    best = max((k * a - k * k * b for k in range(4)), key=lambda x: -abs(x - 1))
    return best + sum(x if x > 0 else b for x in (a, b)) + (a or b) + (a and b) + any([a > 1, b > 1]) * a


def guarded_sides(a: Any, b: Any) -> Any:
    y = sqrt(a) + 1 / a if a > 0 else b
    if b > 0:
        y = y + log(b) * exp(700 * b - 1800)
    return y


def with_checks(a: Any, b: Any) -> Any:
    assert a > -1, "a is too small"
    if b < -2:
        raise KeyError("b")
    return sqrt(a + 1) * b


def with_handlers(a: Any, b: Any) -> Any:
    try:
        x = log(a)
        x = x / (b - 1.1)
    except ValueError:
        x = b
    except ZeroDivisionError as error:
        return a * len(error.args)
    else:
        x = x + 1
    finally:
        b = 2 * b
    with suppress(OverflowError):
        x = exp(1000 * a)
        x = a
    return x * b


def raised_further(a: Any, b: Any) -> Any:
    def checked(x: Any) -> Any:
        if x < 0:
            raise ValueError("negative")
        return sqrt(x)

    try:
        return checked(a) + checked(b)
    except ValueError:
        if b > 0.5:
            raise
    return b


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


def with_keys(a: Any, b: Any) -> Any:
    table, counts = {(0, 0): 1, (0, 1): 2, (1, 0): 0, (1, 1): 2, (2, 0): 0, (2, 1): 1}, [0.0] * 3
    state = 0
    for k in range(3):
        bit = 1 if a * (k - 1) > b else 0
        state = table[state, bit]
        counts[state] += a * k if bit in (1, 7) else b
        if state not in {0, 1}:
            counts[state], state = b, state - 1
    return counts[0] + 2 * counts[1] + 3 * counts[state] * (a in [a, b])


def pivoted(a: Any, b: Any) -> Any:
    m, y = [[a, b, 1.0], [b, 1.0, a], [1.0, 2.0, 3.0]], [1.0, a, b]
    for i in range(3):
        p = max(range(i, 3), key=lambda r: abs(m[r][i]))
        m[i], m[p] = m[p][:], m[i][:]
        y[i], y[p] = y[p], y[i]
        for r in range(i + 1, 3):
            f = m[r][i] / m[i][i]
            m[r] = [u - f * v for u, v in zip(m[r], m[i])]
            y[r] -= f * y[i]
    y.sort(reverse=True)
    return y[0] + y[1] * m[1][1]


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


def with_endings(a: Any, b: Any) -> Any:
    seen, turns, total = [0.0, 0.0], 1.0, a

    def first(x: Any) -> Any:
        kind = 0.0
        try:
            try:
                if x > 1:
                    kind = 3.0
                    return 2 * x
                if x > 0:
                    raise KeyError
                kind = 1.0
            finally:
                seen[0] += kind
        finally:
            seen[1] = 2 * seen[1] + seen[0] * x
        return x

    for k in range(4):
        try:
            try:
                if a * k > 1.5:
                    break
                if a * k > b:
                    continue
                b = b + 0.1
                total = first(a + b)
            finally:
                turns = 2 * turns + a
        except KeyError:
            try:
                total = 1 / (turns - 3) if turns > 9 else turns
            except ZeroDivisionError:
                raise
        finally:
            turns += b
    else:
        total = 5.0
    return total * turns + seen[1]


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


def with_chosen_functions(a: Any, b: Any) -> Any:
    f = autograd.sin if a > 0 else (lambda x: x * x if x > 1 else b)
    account = Account(a)
    change = account.pay if b > 0 else account.total
    change(*([b] if b > 0 else []))
    return f(b) * a + account.total()


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
    return sum(bool(tank) for tank in (Tank(a), Tank(b))) * a + (b if bool(a > b) else 1.0)


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
    assigned_in_expressions, stopping_in_time, with_truths, with_many_branches,
    with_states, with_absence, with_chosen_functions, read_too_early,
    filtering, filtering_none, filtering_nothing,
    with_keys, pivoted, matching,
    with_functions_of_control, stopping_early,
    newton, bisection, endless_with_break, with_objects, with_a_closure, with_globals, with_contexts, with_lists,
    with_generators, guarded_sides, with_checks, with_handlers, with_endings, raised_further,
    with_told_errors, lift(with_told_errors),
]  # fmt: skip


@pytest.mark.parametrize("f", WRITTEN)
def test_what_people_write(f: Callable[..., Any]) -> None:
    agrees(f, "numpy")


@needs_llvm
def test_what_people_write_in_machine_code() -> None:
    agrees(newton, "llvm")
    agrees(with_handlers, "llvm")


def trying(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def tried(x: Any) -> Any:
        try:
            return f(x)
        except (ValueError, ArithmeticError):
            return 100 + x

    return tried


def first_of_two_errors(x: Any) -> Any:
    try:
        y = 1 / x
        if y > 3:
            raise ValueError
        return y
    except ZeroDivisionError:
        return 7.0


@pytest.mark.parametrize(
    "f",
    [
        first_of_two_errors,
        lambda x: np.log(x) + np.exp(x), lambda x: np.divide(2, x) * x, lambda x: np.power(x, -1.5) - np.log1p(x),
        lambda x: 1 / (np.abs(x) - 1), lambda x: operator.truediv(x, 2 * np.sqrt(x)), lambda x: np.exp(x - x) / x,
        lambda x: 1 / np.sum([x, 1.0, -1.0]), lambda x: np.mean([x, 2.0]) / np.linalg.norm([x, x]),
        lambda x: 1 / x + np.exp(x), lambda x: math.log(np.abs(x)), lambda x: 1 / (np.sqrt(x) if x > 0 else x),
        lambda x: math.fsum(v * x for v in (1e308, 2.0)), lambda x: math.fsum([x, 1 / x]), lambda x: math.trunc(x) * x,
        lambda x: math.remainder(2.5, x), lambda x: math.ldexp(1e300 * x, 24),
    ],
)  # fmt: skip
def test_inside_of_try_errors_are_those_of_floats(f: Callable[[Any], Any]) -> None:
    tried, xs = trying(f), [0.25, 0.0, -1.5, 2.5, 1.0]
    with np.errstate(all="ignore"):
        wanted = [float(tried(x)) for x in xs]
        found = autograd.compile(lift(tried), rows=("x",), backend="numpy")(np.array(xs))
    np.testing.assert_allclose(found, wanted, rtol=1e-14)


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


def test_a_side_may_change_a_list_of_functions() -> None:
    rules = [math.exp, math.sin]

    def f(x: Any) -> Any:
        if x > 0:
            rules.reverse()
        return rules[0](x)

    assert autograd.compile(lift(f), rows=("x",), backend="numpy")([1.0, -1.0]).tolist() == [
        math.sin(1.0),
        math.exp(-1.0),
    ]
    assert rules == [math.exp, math.sin]


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


def test_a_generator_that_handles_errors_is_refused() -> None:
    def logarithms(x):
        try:
            yield log(x)
        except ValueError:
            yield 0.0

    with pytest.raises(TraceError, match=r"what logarithms yields is not known .*: return a list"):
        autograd.compile(lambda x: sum(logarithms(x)), backend="numpy")(1.0)

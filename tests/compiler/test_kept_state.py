"""State that a compiled function keeps from call to call: no part of its result, or an error that loses nothing."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from autograd import TraceError, compile, lift

KINDS = {"compile": compile, "compile lift": lambda f: compile(lift(f))}
COUNT = 0
TOTAL = 0.0


class Filter:
    """A low pass: what an earlier call gave is part of the next."""

    def __init__(self) -> None:
        self.y = 0.0

    def __call__(self, x: Any) -> Any:
        self.y = 0.9 * self.y + 0.1 * x
        return self.y


class Slots:
    __slots__ = ("best",)

    def __init__(self) -> None:
        self.best = 0.0

    def __call__(self, x: Any) -> Any:
        if x > self.best:
            self.best = x
        return self.best


class Counter:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self, x: Any) -> Any:
        if x > 0:
            self.count += 1
        return x * self.count


def of_a_global() -> Any:
    def f(x: Any) -> Any:
        global TOTAL
        TOTAL = TOTAL + x
        return TOTAL**2

    return f


def of_a_global_in_a_branch() -> Any:
    def f(x: Any) -> Any:
        global COUNT
        if x > 0:
            COUNT += 1
        return x * COUNT

    return f


def of_a_closure() -> Any:
    total = 0.0

    def f(x: Any) -> Any:
        nonlocal total
        total += x
        return total

    return f


def of_a_list() -> Any:
    seen: list[Any] = []

    def f(x: Any) -> Any:
        seen.append(x)
        return sum(seen) / len(seen)

    return f


def of_a_window() -> Any:
    window: deque[Any] = deque([0.0, 0.0], maxlen=2)

    def f(x: Any) -> Any:
        window.append(x)
        return window[0] + window[1]

    return f


def of_a_dict() -> Any:
    state = {"momentum": 0.0}

    def f(x: Any) -> Any:
        state["momentum"] = 0.5 * state["momentum"] + x
        return state["momentum"]

    return f


def of_a_default() -> Any:
    state: dict[str, Any] = {}

    def f(x: Any) -> Any:
        y = x * x + state.get("last", 0.0)
        state["last"] = x
        return y

    return f


def of_a_function() -> Any:
    def f(x: Any) -> Any:
        f.calls += 1  # type: ignore[attr-defined]  # a function takes attributes
        return x * f.calls  # type: ignore[attr-defined]  # as above

    f.calls = 0  # type: ignore[attr-defined]  # as above
    return f


def of_a_namespace() -> Any:
    state = SimpleNamespace(rate=1.0)

    def f(x: Any) -> Any:
        state.rate *= 0.5
        return state.rate * x

    return f


class Delay:
    """What a call gets is part of the result two calls later."""

    def __init__(self) -> None:
        self.now = self.before = 0.0

    def __call__(self, x: Any) -> Any:
        y = x + self.before
        self.before, self.now = self.now, x
        return y


class Deleting:
    """One call of two gives another result, and an attribute is there for one call of two."""

    __slots__ = ("last",)

    def __init__(self) -> None:
        self.last = 1.0

    def __call__(self, x: Any) -> Any:
        try:
            found = self.last * x
            del self.last
        except AttributeError:
            found = x + 1.0
            self.last = 2.0
        return found


class OfAClass:
    total = 0.0

    def __call__(self, x: Any) -> Any:
        type(self).total += x
        return self.total


class ByAMethod:
    count = 0

    @classmethod
    def tick(cls) -> None:
        cls.count += 1

    def __call__(self, x: Any) -> Any:
        self.tick()
        return x * self.count


def of_a_module() -> Any:
    module = ModuleType("settings")
    vars(module)["step"] = 0

    def f(x: Any) -> Any:
        module.step += 1
        return x / module.step

    return f


KEPT: list[Callable[[], Any]] = [
    Filter, Slots, Counter, of_a_global, of_a_global_in_a_branch, of_a_closure, of_a_list, of_a_window, of_a_dict,
    of_a_default, of_a_function, of_a_namespace, OfAClass, of_a_module, Delay, Deleting,
]  # fmt: skip


def reset() -> None:
    globals().update(COUNT=0, TOTAL=0.0)
    OfAClass.total, ByAMethod.count = 0.0, 0


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("make", KEPT)
def test_a_result_that_depends_on_earlier_calls_is_refused_and_nothing_is_lost(make: Any, kind: Any) -> None:
    reset()
    once, twice = make(), make()
    wanted = [once(x) for x in (0.5, 1.5)]
    reset()
    fast = kind(twice)
    for _ in range(2):
        with pytest.raises(TraceError, match="keeps nothing from call to call"):
            fast(0.7)
    assert [twice(x) for x in (0.5, 1.5)] == wanted


class Tracked:
    """Counts, logs and the best value, none of which is part of the result; and a table that is made when needed."""

    def __init__(self) -> None:
        self.calls, self.log, self.best, self.table = 0, [], math.inf, None

    def __call__(self, x: Any) -> Any:
        if self.table is None:
            self.table = [math.sqrt(k) for k in range(3)]
        self.calls += 1
        self.log.append(self.calls)
        if x > 100:
            raise ValueError(f"call {self.calls}")
        halved = x
        while halved > 0.1:
            halved = halved / 2
        value = self.table[2] * halved * x
        if value < self.best:
            self.best = value
        return value


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_is_counted_logged_and_kept_beside_the_result_is_no_reason_to_refuse(kind: Any) -> None:
    f = Tracked()
    fast = kind(f)
    assert [fast(x) for x in (0.7, -0.5, 2.0)] == [Tracked()(x) for x in (0.7, -0.5, 2.0)]
    assert (f.calls, f.log, f.best, len(f.table or ())) == (1, [1], math.inf, 3)
    assert f(3.0) == Tracked()(3.0) == f.best and f.calls == 2


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_more_turns_of_a_loop_are_no_change(kind: Any) -> None:
    f = Tracked()
    fast = kind(f)
    assert [fast(x) for x in (0.7, 90.0, 90.0)] == [Tracked()(x) for x in (0.7, 90.0, 90.0)]
    traces = f.calls
    assert [fast(x) for x in (80.0, 0.3)] == [Tracked()(x) for x in (80.0, 0.3)] and f.calls == traces


@pytest.mark.parametrize("make", [*KEPT, ByAMethod, Tracked])
def test_lifted_code_keeps_what_f_keeps_on_floats(make: Any) -> None:
    calls = []
    for kind in (lambda f: f, lift):
        reset()
        f = make()
        calls.append([kind(f)(x) for x in (0.5, 1.5, -0.5, 2.0)])
    assert calls[0] == calls[1]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_one_method_counts_and_another_reads_is_read_at_every_call(kind: Any) -> None:
    reset()
    fast = kind(ByAMethod())
    assert [fast(x) for x in (0.5, 1.5, 2.0)] == [0.5, 3.0, 6.0]

"""Caches of one entry in lifted code: what an earlier call has kept is computed anew, and state is no cache."""

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from autograd import jvp, lift
from tests.lifting.caching import X, agrees_with_floats, price


class ByEquality:
    def __init__(self) -> None:
        self.last_x: Any = None

    def __call__(self, x: Any) -> Any:
        if x == self.last_x:
            return self.last
        self.last_x, self.last = x, price(x)
        return self.last


class InTwoMethods:
    def __init__(self) -> None:
        self.x: Any = None
        self.updates = 0

    def update(self, x: Any) -> None:
        if self.x is None or x != self.x:
            self.x = x
            self.updates += 1
            self.price = price(x)

    def __call__(self, x: Any) -> Any:
        self.update(x)
        return self.price


class Private:
    def __init__(self) -> None:
        self.__x: Any = None

    def __call__(self, x: Any) -> Any:
        if getattr(*(self, "none", None)) is None and x != self.__x:
            self.__x = x
            self.__price = price(x)
        return self.__price


class WithSlots:
    __slots__ = ("args", "price")

    def __init__(self) -> None:
        self.args: Any = None

    def __call__(self, x: Any) -> Any:
        args = (x,)
        if args == self.args:
            return self.price
        result = price(x)
        self.args = args
        self.price = result
        return result


class AsPair:
    def __init__(self) -> None:
        self.last: Any = None

    def __call__(self, x: Any) -> Any:
        if self.last is not None and self.last[0] == x:
            return self.last[1]
        result = price(x)
        self.last = (x, result)
        return result


class Unpacked:
    def __init__(self) -> None:
        self.last: Any = (None, None)

    def __call__(self, x: Any) -> Any:
        last_x, result = self.last
        if last_x == x:
            return result
        result = price(x)
        self.last = (x, result)
        return result


class WithinATolerance:
    def __init__(self) -> None:
        self.x: Any = None

    def __call__(self, x: Any) -> Any:
        if self.x is None or abs(x - self.x) > 1e-12:
            self.x = x
            self.price = price(x)
        return self.price


class Close:
    def __init__(self) -> None:
        self.x: Any = math.nan

    def __call__(self, x: Any) -> Any:
        if not math.isclose(x, self.x):
            self.x = float(x)
            self.price = price(x)
        return self.price


class OfTheClass:
    x: Any = None
    price: Any = None

    def __call__(self, x: Any) -> Any:
        if OfTheClass.x != x:
            OfTheClass.x = x
            OfTheClass.price = price(x)
        return OfTheClass.price


class Arrays:
    def __init__(self) -> None:
        self.x: Any = None

    def __call__(self, x: Any) -> Any:
        return self.at(np.array([x]))

    def at(self, x: Any) -> Any:
        if self.x is None or not np.array_equal(x, self.x):
            self.x = np.array(x)
            self.price = np.sum(np.sin(x) * x)
        return self.price


class AllOfAnArray(Arrays):
    def at(self, x: Any) -> Any:
        if self.x is not None and (x == self.x).all():
            return self.price
        self.x = x.copy()
        self.price = np.sum(np.sin(x) * x)
        return self.price


global_x: Any = None


global_price: Any = None


def by_globals() -> Any:
    def priced(x: Any) -> Any:
        global global_x, global_price
        if x == global_x:
            return global_price
        global_x = x
        global_price = price(x)
        return global_price

    return priced


def by_closure() -> Any:
    last_x: Any = None
    last: Any = None

    def priced(x: Any) -> Any:
        nonlocal last_x, last
        if last_x != x:
            last_x = x
            last = price(x)
        return last

    return priced


def by_dict() -> Any:
    state: dict[str, Any] = {"x": None, "price": None}

    def priced(x: Any) -> Any:
        if state["x"] == x:
            return state["price"]
        state["x"] = x
        state["price"] = price(x)
        return state["price"]

    return priced


def by_default() -> Any:
    def priced(x: Any, last: Any = [None, None]) -> Any:  # noqa: B006  # as people write caches
        if last[0] != x:
            last[0] = x
            last[1] = price(x)
        return last[1]

    return priced


def by_attribute() -> Any:
    def priced(x: Any) -> Any:
        if getattr(priced, "x", None) == x:
            return priced.price  # type: ignore[attr-defined]  # a function takes attributes
        priced.x, priced.price = x, price(x)  # type: ignore[attr-defined]  # as above
        return priced.price  # type: ignore[attr-defined]  # a function takes attributes

    return priced


def by_namespace() -> Any:
    state = SimpleNamespace(x=None)

    def priced(x: Any) -> Any:
        if state.x != x:
            state.x = x
            state.price = price(x)
        return state.price

    return priced


CACHES: list[Callable[[], Any]] = [
    ByEquality, InTwoMethods, Private, WithSlots, AsPair, Unpacked, WithinATolerance, Close, OfTheClass,
    Arrays, AllOfAnArray, by_globals, by_closure, by_dict, by_default, by_attribute, by_namespace,
]  # fmt: skip


@pytest.mark.parametrize("make", CACHES)
def test_what_floats_have_kept_is_computed_anew(make: Callable[[], Any]) -> None:
    agrees_with_floats(make)


class Debounced:
    """What is no cache: the same argument twice is an event of its own."""

    def __init__(self) -> None:
        self.x: Any = None
        self.repeats = 0

    def __call__(self, x: Any) -> Any:
        if x != self.x:
            self.repeats += 1
        self.x = x
        return x * self.repeats


class Deadband(Debounced):
    def __call__(self, x: Any) -> Any:
        if self.x is None or abs(x - self.x) > 0.1:
            self.x = x
            self.held = price(x)
        return self.held


class Smoothed(Debounced):
    level = 0.0

    def __call__(self, x: Any) -> Any:
        if x != self.x:
            self.x = x
            self.level = 0.9 * self.level + x
        return self.level


class Trend(Debounced):
    def __call__(self, x: Any) -> Any:
        rises = self.x is not None and x > self.x
        self.x = x
        self.sign = 1.0 if rises else -1.0
        return self.sign * x


@pytest.mark.parametrize("x", [X, X + 0.01])
@pytest.mark.parametrize("make", [Debounced, Deadband, Smoothed, Trend])
def test_state_that_f_computes_with_is_no_cache(make: Callable[[], Any], x: float) -> None:
    plain, lifted = make(), make()
    plain(X), lifted(X)
    assert jvp(lift(lifted), (x,), (1.0,))[0] == plain(x)

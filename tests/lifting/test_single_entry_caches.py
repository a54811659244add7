"""Caches of one entry in lifted code: what an earlier call has kept is computed anew, and state is no cache."""

import math
from collections import deque
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from autograd import TraceError, compile, grad, jvp, lift
from tests.lifting.caching import SLOPE, X, agrees_with_floats, price


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


class ByLocalName:
    def __init__(self) -> None:
        self.last_x: Any = None
        self.last: Any = None

    def __call__(self, x: Any) -> Any:
        last = self.last_x
        result = self.last
        if last is not None and x == last:
            return result
        result = price(x)
        self.last_x, self.last = x, result
        return result


class ByTruth(ByLocalName):
    def __call__(self, x: Any) -> Any:
        is_known = x == self.last_x
        if is_known:
            return self.last
        self.last_x, self.last = x, price(x)
        return self.last


class WithoutAttributes:
    x: Any
    price: Any

    def __call__(self, x: Any) -> Any:
        if hasattr(self, "x") and self.x == x:
            return self.price
        self.x = x
        self.price = price(x)
        return self.price


class AsLocalPair:
    def __init__(self) -> None:
        self.last: Any = None

    def __call__(self, x: Any) -> Any:
        last = self.last
        if last is None or last[0] != x:
            last = (x, price(x))
            self.last = last
        return last[1]


class AsDict:
    def __init__(self) -> None:
        self.last: dict[str, Any] = {}

    def __call__(self, x: Any) -> Any:
        if self.last and self.last["x"] == x:
            return self.last["r"]
        result = price(x)
        self.last = {"x": x, "r": result}
        return result


class AsMadeDict(AsDict):
    def __call__(self, x: Any) -> Any:
        if self.last.get("x") != x:
            self.last = dict(x=x, r=price(x))  # noqa: C408  # as people write them
        return self.last["r"]


class ByMethodsOfAList:
    def __init__(self) -> None:
        self.xs: list[Any] = []
        self.prices: list[Any] = []

    def __call__(self, x: Any) -> Any:
        if x in self.xs:
            return self.prices[self.xs.index(x)]
        self.xs.append(x)
        self.prices.append(price(x))
        return self.prices[-1]


class ByKey:
    """A key that is plain, as a hash is, must be forgotten, too: beside it a Value is kept."""

    def __init__(self, key: Callable[[Any], Any] = hash) -> None:
        self.last: Any = None
        self.key = key

    def __call__(self, x: Any) -> Any:
        key = self.key(x)
        if key != self.last:
            self.last = key
            self.price = price(x)
        return self.price


def by_text() -> Any:
    return ByKey(repr)


def by_rounding() -> Any:
    return ByKey(lambda x: round(x, 8))


class Concatenated:
    def __init__(self) -> None:
        self.kept: list[Any] = []

    def __call__(self, x: Any) -> Any:
        for i in range(len(self.kept)):
            if self.kept[i][0] == x:
                result = self.kept[i][1]
                break
        else:
            result = price(x)
            self.kept = [(x, result), *self.kept[:3]]
        return result


class Extended(Concatenated):
    def __call__(self, x: Any) -> Any:
        for kx, result in self.kept:
            if kx == x:
                return result
        result = price(x)
        self.kept += [(x, result)]
        return result


class ByQuestion:
    def __init__(self) -> None:
        self.x: Any = None

    def is_known(self, x: Any) -> bool:
        return bool(self.x is not None and self.x == x)

    def refresh(self, x: Any) -> None:
        self.x = x
        self.price = price(x)

    def __call__(self, x: Any) -> Any:
        if not self.is_known(x):
            self.refresh(x)
        return self.price


class ByComputing:
    def __init__(self) -> None:
        self.x: Any = None

    def computed(self, x: Any) -> Any:
        self.x, self.price = x, price(x)
        return self.price

    def __call__(self, x: Any) -> Any:
        return self.price if self.x == x else self.computed(x)


def by_walrus() -> Any:
    state: dict[str, Any] = {}

    def priced(x: Any) -> Any:
        if (kept := state.get("x")) is not None and kept == x:
            return state["price"]
        state["x"] = x
        state["price"] = price(x)
        return state["price"]

    return priced


def by_get() -> Any:
    state: dict[str, Any] = {}

    def priced(x: Any) -> Any:
        if state.get("x") == x:
            return state["price"]
        state["x"], state["price"] = x, price(x)
        return state["price"]

    return priced


def by_update() -> Any:
    state: dict[str, Any] = {}

    def priced(x: Any) -> Any:
        if state.get("x") != x:
            state.update(x=x, r=price(x))
        return state["r"]

    return priced


def by_unpacking() -> Any:
    kept: list[Any] = [None, None]

    def priced(x: Any) -> Any:
        kx, kr = kept
        if kx == x:
            return kr
        r = price(x)
        kept[:] = [x, r]
        return r

    return priced


def by_name() -> Any:
    cache: dict[str, Any] = {}

    def priced(x: Any, name: str = "price") -> Any:
        if name in cache and cache[name][0] == x:
            return cache[name][1]
        r = price(x)
        cache[name] = (x, r)
        return r

    return priced


def by_pairs() -> Any:
    kept: list[Any] = []

    def priced(x: Any) -> Any:
        for kx, kr in kept:
            if kx == x:
                return kr
        r = price(x)
        kept.append((x, r))
        return r

    return priced


def by_pairs_in_a_deque() -> Any:
    kept: Any = deque(maxlen=3)

    def priced(x: Any) -> Any:
        r = next((kr for kx, kr in kept if kx == x), None)
        if r is None:
            r = price(x)
            kept.appendleft((x, r))
        return r

    return priced


def by_last_attribute() -> Any:
    def priced(x: Any) -> Any:
        last = getattr(priced, "last", None)
        if last is not None and last[0] == x:
            return last[1]
        priced.last = (x, price(x))  # type: ignore[attr-defined]  # a function takes attributes
        return priced.last[1]  # type: ignore[attr-defined]  # as above

    priced.last = None  # type: ignore[attr-defined]  # as above
    return priced


CACHES: list[Callable[[], Any]] = [
    ByEquality, InTwoMethods, Private, WithSlots, AsPair, Unpacked, WithinATolerance, Close, OfTheClass,
    Arrays, AllOfAnArray, by_globals, by_closure, by_dict, by_default, by_attribute, by_namespace,
    ByLocalName, ByTruth, WithoutAttributes, AsLocalPair, AsDict, AsMadeDict, ByMethodsOfAList, by_walrus, by_get,
    by_update, by_unpacking, by_name, by_pairs, by_pairs_in_a_deque, by_last_attribute,
    ByQuestion, ByComputing, ByKey, by_text, by_rounding, Concatenated, Extended,
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


class Recorded(Debounced):
    """What is kept beside the argument is no result of it alone: it is computed every time."""

    def __call__(self, x: Any) -> Any:
        last = self.x
        if x != last:
            self.repeats += 1
        self.x = x
        self.kept = x * self.repeats
        return self.kept


class Changes(Debounced):
    """What keeps the argument is called every time."""

    def changes(self, x: Any) -> bool:
        return bool(self.x != x)

    def keep(self, x: Any) -> None:
        self.x = x
        self.kept = x * self.repeats

    def __call__(self, x: Any) -> Any:
        if self.changes(x):
            self.repeats += 1
        self.keep(x)
        return self.kept


class Numbered(Debounced):
    """The number of an argument among those that f has seen depends on the others."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Any] = []

    def __call__(self, x: Any) -> Any:
        for seen_x, number in self.seen:
            if seen_x == x:
                return x * number
        self.seen.append((x, len(self.seen)))
        return x * len(self.seen)


class Momentum(Debounced):
    def __call__(self, x: Any) -> Any:
        last = self.x
        if last is None or x != last:
            self.x, self.rise = x, x - (last or 0.0)
        return x * self.rise


class History(Debounced):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Any] = []

    def __call__(self, x: Any) -> Any:
        for seen_x, _ in self.seen:
            if seen_x == x:
                self.repeats += 1
        self.seen.append((x, price(x)))
        return sum(value for _, value in self.seen) * x + self.repeats


class Mode(Debounced):
    def __call__(self, x: Any, mode: str = "slow") -> Any:
        last = self.x
        if last != "slow":
            self.x, self.scale = mode, x
        return self.scale * x


NO_CACHES: list[Callable[[], Any]] = [
    Debounced, Deadband, Smoothed, Trend, Recorded, Changes, Numbered, Momentum, History, Mode,
]  # fmt: skip


@pytest.mark.parametrize("x", [X, X + 0.01])
@pytest.mark.parametrize(
    "make", [Debounced, Deadband, Smoothed, Trend, Recorded, Changes, Numbered, Momentum, History, Mode]
)
def test_state_that_f_computes_with_is_no_cache(make: Callable[[], Any], x: float) -> None:
    plain, lifted = make(), make()
    plain(X), lifted(X)
    assert jvp(lift(lifted), (x,), (1.0,))[0] == plain(x)


def test_a_counter_of_a_function_counts() -> None:
    def priced(x: Any) -> Any:
        priced.calls += 1  # type: ignore[attr-defined]  # a function takes attributes
        priced.log.append(priced.calls)  # type: ignore[attr-defined]  # as above
        return price(x) * priced.calls  # type: ignore[attr-defined]  # as above

    priced.calls, priced.log = 0, []  # type: ignore[attr-defined]  # as above
    slopes = [grad(lift(priced))(X), jvp(lift(priced), (X,), (1.0,))[1]]
    assert slopes == pytest.approx([SLOPE, 2 * SLOPE])
    with pytest.raises(TraceError, match="which an earlier call changed"):
        compile(lift(priced))(X)
    assert priced(X) == pytest.approx(3 * price(X))
    assert vars(priced) == {"calls": 3, "log": [1, 2, 3]}

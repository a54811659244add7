"""Caches in lifted code: what an earlier call has kept is computed anew, and caches of one entry keep floats."""

import math
from collections import OrderedDict
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from autograd import compile, grad, jvp, lift


def price(x: Any) -> Any:
    return math.sin(x) * x


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


class PrivateDict:
    def __init__(self) -> None:
        self.__prices: dict[Any, Any] = {}

    def __call__(self, x: Any) -> Any:
        if x not in self.__prices:
            self.__prices[x] = price(x)
        return self.__prices[x]


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
    ByEquality, InTwoMethods, Private, PrivateDict, WithSlots, AsPair, Unpacked, WithinATolerance, Close, OfTheClass,
    Arrays, AllOfAnArray, by_globals, by_closure, by_dict, by_default, by_attribute, by_namespace,
]  # fmt: skip
X = 0.7
SLOPE = math.sin(X) + X * math.cos(X)


@pytest.mark.parametrize("make", CACHES)
def test_what_floats_have_kept_is_computed_anew(make: Callable[[], Any]) -> None:
    f = make()
    kept = f(X)
    lifted = lift(f)
    slopes = [grad(lifted)(X), grad(lifted)(X), jvp(lifted, (X,), (1.0,))[1], grad(lambda x: lifted(x) * lifted(x))(X)]
    assert slopes == pytest.approx([SLOPE, SLOPE, SLOPE, 2 * kept * SLOPE])
    assert [type(f(X)), f(X)] == [type(kept), kept]
    for backend in ("numpy", "llvm"):
        compiled = compile(lifted, backend=backend)
        found = [compiled.value_and_grad(X), (f(X), grad(lifted)(X)), compiled.value_and_grad(X)]
        assert np.ravel(found) == pytest.approx([kept, SLOPE] * 3)
        assert type(f(X)) is type(kept)


def by_setdefault() -> Any:
    kept: dict[Any, Any] = {}
    return lambda x: kept.setdefault(x, price(x))


def by_update() -> Any:
    kept: dict[Any, Any] = {}

    def priced(x: Any) -> Any:
        if kept.get(x) is not None:
            return kept[x]
        kept.update({x: price(x)})
        return kept[x]

    return priced


class Bounded:
    def __init__(self) -> None:
        self.kept: Any = OrderedDict()

    def get(self, x: Any) -> Any:
        if x in self.kept:
            self.kept.move_to_end(x)
            return self.kept[x]
        return None

    def put(self, x: Any, value: Any) -> None:
        self.kept[x] = value
        if len(self.kept) > 8:
            self.kept.popitem(last=False)


def by_methods() -> Any:
    cache = Bounded()

    def priced(x: Any) -> Any:
        found = cache.get(x)
        if found is None:
            found = price(x)
            cache.put(x, found)
        return found

    return priced


class FromMethodToMethod:
    def __init__(self) -> None:
        self.kept: dict[Any, Any] = {}

    def has(self, x: Any) -> bool:
        return x in self.kept

    def store(self, x: Any, value: Any) -> None:
        self.kept[x] = value

    def __call__(self, x: Any) -> Any:
        if not self.has(x):
            self.store(x, price(x))
        return self.kept[x]


def by_rounding() -> Any:
    kept: dict[Any, Any] = {}

    def priced(x: Any) -> Any:
        key = ("price", round(x, 6))
        if key not in kept:
            kept[key] = price(x)
        return kept[key]

    return priced


class ByProperty:
    def __init__(self) -> None:
        self._kept: dict[Any, Any] = {}

    @property
    def kept(self) -> dict[Any, Any]:
        return self._kept

    def __call__(self, x: Any) -> Any:
        if x not in self.kept:
            self.kept[x] = price(x)
        return self.kept[x]


class Prices(dict[Any, Any]):
    def __missing__(self, x: Any) -> Any:
        self[x] = price(x)
        return self[x]


def by_missing() -> Any:
    kept = Prices()
    return lambda x: kept[x]


@pytest.mark.parametrize(
    "make", [by_setdefault, by_update, by_rounding, by_methods, FromMethodToMethod, ByProperty, by_missing]
)
def test_dicts_of_what_floats_have_given_are_computed_anew(make: Callable[[], Any]) -> None:
    f = make()
    kept = f(X)
    assert grad(lift(f))(X) == pytest.approx(SLOPE)
    for backend in ("numpy", "llvm"):
        assert compile(lift(f), backend=backend).value_and_grad(X) == pytest.approx((kept, SLOPE))
        assert [type(f(X)), f(X)] == [float, kept]


class Table:
    """What is no cache: rates that are put in beforehand."""

    def __init__(self) -> None:
        self.rates: dict[float, float] = {}
        self.rates[0.1] = 2.0

    def add(self, x: float, rate: float) -> None:
        self.rates[x] = rate

    def __call__(self, x: Any) -> Any:
        return self.rates[x] * x if x in self.rates else 7.0 * x


class Curve:
    """What is no cache: rates at maturities, of which f sets some."""

    def __init__(self) -> None:
        self.rates = {0.5: 0.02}

    def put(self, t: float, rate: Any) -> None:
        if "name" in vars(self):
            raise ValueError
        self.rates[t] = rate

    def at(self, t: float) -> Any:
        return self.rates.get(t, 9.0)


def test_a_table_is_no_cache() -> None:
    curve = Curve()

    def discount(rate: Any) -> Any:
        curve.put(1.0, rate)
        return math.exp(-curve.at(1.0) - 0.5 * curve.at(0.5))

    assert grad(lift(discount))(0.03) == pytest.approx(-math.exp(-0.04))
    table = Table()
    table.add(X, 3.0)
    assert [grad(lift(table))(0.1), grad(lift(table))(X), grad(lift(table))(0.2)] == [2.0, 3.0, 7.0]


class Point:
    """Whose attributes have the names of those of caches."""

    def __init__(self) -> None:
        self.x, self.kept = 3.0, {X: 2.0}


def test_an_attribute_of_the_same_name_is_that_of_another_object() -> None:
    entry, table, point = InTwoMethods(), FromMethodToMethod(), Point()
    entry(X), table(X)
    f = lift(lambda x: (entry(x) + table(x)) * point.x + x * point.kept[0.7] + x * global_rates[X])
    slope = 6 * SLOPE + 2.0 + 4.0
    assert grad(f)(X) == pytest.approx(slope)
    for backend in ("numpy", "llvm"):
        assert compile(f, backend=backend).value_and_grad(X)[1] == pytest.approx(slope)


global_rates = {X: 4.0}


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

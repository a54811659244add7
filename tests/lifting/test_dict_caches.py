"""Dicts that are caches in lifted code: what an earlier call has kept is computed anew, and tables are no caches."""

import math
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import pytest

from autograd import compile, grad, lift
from tests.lifting.caching import SLOPE, X, agrees_with_floats, price
from tests.lifting.test_single_entry_caches import InTwoMethods


class PrivateDict:
    def __init__(self) -> None:
        self.__prices: dict[Any, Any] = {}

    def __call__(self, x: Any) -> Any:
        if x not in self.__prices:
            self.__prices[x] = price(x)
        return self.__prices[x]


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


def by_hash() -> Any:
    kept: dict[Any, Any] = {}

    def priced(x: Any) -> Any:
        key = hash((x, "price"))
        if key not in kept:
            kept[key] = price(x)
        return kept[key]

    return priced


def by_dict_in_a_dict() -> Any:
    kept: dict[str, Any] = {"price": {}}

    def priced(x: Any) -> Any:
        if x not in kept["price"]:
            kept["price"][x] = price(x)
        return kept["price"][x]

    return priced


class ByName:
    def __init__(self) -> None:
        self.kept: dict[str, dict[Any, Any]] = {}

    def __call__(self, x: Any, name: str = "price") -> Any:
        if name not in self.kept:
            self.kept[name] = {}
        prices = self.kept[name]
        key = round(x, 6)
        if key in prices:
            return prices[key]
        prices[key] = price(x)
        return prices[key]


class BySetDefault(ByName):
    def __call__(self, x: Any, name: str = "price") -> Any:
        prices = self.kept.setdefault(name, {})
        if (found := prices.get(x)) is None:
            found = prices[x] = price(x)
        return found


class Lazy:
    """A cache that the first call makes."""

    kept: Any = None

    def __call__(self, x: Any) -> Any:
        if self.kept is None:
            self.kept = {}
        key = round(x, 6)
        if key not in self.kept:
            self.kept[key] = price(x)
        return self.kept[key]


def by_attribute() -> Any:
    def priced(x: Any) -> Any:
        if not hasattr(priced, "kept"):
            priced.kept = {}  # type: ignore[attr-defined]  # a function takes attributes
        key = round(x, 6)
        if key not in priced.kept:  # type: ignore[attr-defined]  # as above
            priced.kept[key] = price(x)  # type: ignore[attr-defined]  # as above
        return priced.kept[key]  # type: ignore[attr-defined]  # as above

    return priced


def by_closure() -> Any:
    kept: Any = None

    def priced(x: Any) -> Any:
        nonlocal kept
        if kept is None:
            kept = {}
        key = round(x, 6)
        if key not in kept:
            kept[key] = price(x)
        return kept[key]

    return priced


CACHES: list[Callable[[], Any]] = [
    PrivateDict, by_setdefault, by_update, by_methods, FromMethodToMethod, by_rounding, ByProperty, by_missing,
    by_hash, by_dict_in_a_dict, ByName, BySetDefault, Lazy, by_attribute, by_closure,
]  # fmt: skip


@pytest.mark.parametrize("make", CACHES)
def test_what_floats_have_kept_is_computed_anew(make: Callable[[], Any]) -> None:
    agrees_with_floats(make)


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

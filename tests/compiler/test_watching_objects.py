"""What a function reads from objects is watched, too: attributes, items, classes, and what calls change."""

import abc
import array
import builtins
import collections
import contextvars
import functools
import operator
import os
import sys
import types
import weakref

import numpy as np
import pytest

import autograd
from autograd import Value, detach, no_grad, value_and_grad
from nn import Neuron

k, module = 2.0, sys.modules[__name__]


class Settings:
    """An object with an attribute, one in a slot, and one that a property reads."""

    __slots__ = ("__dict__", "__weakref__", "slot")
    shared = 2.0
    watched = None  # a name that compiled functions have too

    def __init__(self, rate=2.0):
        self.rate = self.slot = rate

    @property
    def doubled(self):
        return 2.0 * self.rate

    def __call__(self, x):
        return self.rate * x

    def __getitem__(self, name):
        return self.__dict__[name]


class Measured(type):
    """A metaclass with an attribute."""

    rate = 2.0


class Of(metaclass=Measured):
    shared = 2.0

    def __init__(self):
        self.__items = collections.UserDict(rate=2.0)

    def items(self):
        return self.__items


class Slotted:
    """An object whose attribute is in a slot, under the name that Python gives a private one."""

    __slots__ = ("__rate",)

    def set(self, rate):
        self.__rate = rate

    def get(self):
        return self.__rate


class Below(Of):
    shared = 3.0

    def above(self, x):
        return rate_of(super()) * x


def rate_of(x, name="shared"):
    return getattr(x, name)


class Plain:
    rate = 2.0

    def of(self):
        return 2.0


class Other(Plain):
    rate = 5.0

    def of(self):
        return 5.0


class Listed(Plain, list):
    pass


class OtherList(Other, list):
    pass


class Abstract(abc.ABC):  # noqa: B024
    pass


class Inheriting(Plain):
    pass


class Indexed:
    rates = {"rate": 2.0}  # noqa: RUF012

    def __class_getitem__(cls, name):
        return cls.rates[name]


class Matched:
    __match_args__ = ("low",)
    low, high = 2.0, 5.0


def by_pattern(x):
    match Matched():
        case Matched(rate):
            return rate * x


class Options(dict):
    """A dict whose keys are attributes."""

    __getattr__ = dict.__getitem__


def with_attribute(x):
    return with_attribute.rate * x


with_attribute.rate, options, filled = 2.0, [Options(rate=2.0)], collections.defaultdict(float)


settings, space = Settings(), types.SimpleNamespace(rate=2.0, of=Settings())


rates, table, weights = [2.0, 3.0], {"rate": 2.0}, np.array([2.0, 3.0])


measures, packed, spline = array.array("d", [2.0]), bytearray([2]), np.polynomial.Polynomial([0.0, 2.0])


keyed, below, bare = {Settings(): 1.0}, Below(), types.SimpleNamespace()


many, masked = np.full((300, 200), 2.0), np.ma.array([2.0, 3.0])


constant, kept = Value.constant(2.0), [Value(2.0)]


network = Neuron(1, nonlin=False)


def below_no_grad(x):
    with no_grad():
        return network([x]) * x


# What changes by `setattr(of, name, value)`, or by `of[name] = value`, and a function that reads it.
HELD = [
    ("an attribute", settings, "rate", lambda x: settings.rate * x),
    ("an attribute that is new", settings, "shared", lambda x: settings.shared * x),
    ("an attribute of self", settings, "rate", settings),
    ("an attribute in a slot", settings, "slot", lambda x: settings.slot * x),
    ("an attribute of an attribute", space.of, "rate", lambda x: space.of.rate * x),
    ("an attribute below a property", settings, "rate", lambda x: settings.doubled * x),
    ("an attribute by an operator", settings, "rate", lambda x: settings["rate"] * x),
    ("an attribute beside a branch", settings, "rate", lambda x: settings.rate * x if x > 0 else x),
    ("an attribute of the function", with_attribute, "rate", with_attribute),
    ("an attribute that is a key", options[0], "rate", (lambda held: lambda x: held.rate * x)(*options)),
    ("an attribute by its text", space, "rate", lambda x: getattr(space, "rate") * x),  # noqa: B009
    ("a global by its text", sys.modules[__name__], "k", lambda x: globals()["k"] * x),
    ("an item of a list", rates, 0, lambda x: rates[0] * x),
    ("an item of a dict", table, "rate", lambda x: table["rate"] * x),
    ("an item that the function makes", filled, "rate", lambda x: filled["rate"] * x),
    ("an item of an array", weights, 0, lambda x: weights @ [x, 1.0]),
    ("an item of Python's array", measures, 0, lambda x: measures[0] * x),
    ("a byte", packed, 0, lambda x: packed[0] * x),
    (
        "an item below a read-only view",
        table,
        "rate",
        (lambda view: lambda x: view["rate"] * x)(types.MappingProxyType(table)),
    ),
    ("an item below a view of values", table, "rate", (lambda view: lambda x: sum(view) * x)(table.values())),
    ("an item of a masked array", masked, 0, lambda x: masked[0] * x),
    ("all of a large array", many, slice(None), lambda x: many[1, 3] * x),
    ("a coefficient in a library's object", spline.coef, 1, lambda x: spline(x)),
    ("an item in a private object", below.items().data, "rate", lambda x: below.items()["rate"] * x),
    ("an attribute of a metaclass", Measured, "rate", lambda x: Of.rate * x),
    ("an attribute that another function reads", space, "rate", lambda x: rate_of(space, "rate") * x),
    ("an attribute of a class in another function", Of, "shared", lambda x: rate_of(Of) * x),
    ("an attribute of a class above", Of, "shared", below.above),
    ("an attribute of a module in another function", module, "k", lambda x: rate_of(module, "k") * x),
    ("an attribute of an attrgetter", space, "rate", (lambda of: lambda x: of(space) * x)(operator.attrgetter("rate"))),
    (
        "an attribute below a weak reference",
        settings,
        "rate",
        (lambda of: lambda x: of().rate * x)(weakref.ref(settings)),
    ),
    ("an attribute of a key", next(iter(keyed)), "rate", lambda x: sum(key.rate for key in keyed) * x),
    ("an attribute that was not there", bare, "rate", lambda x: (bare.rate if hasattr(bare, "rate") else 1.0) * x),
    ("all attributes", space, "rate", lambda x: vars(space)["".join(["ra", "te"])] * x),
    ("the data of a constant", constant, "data", lambda x: constant * x),
    ("the data of a Value in a list", kept[0], "data", lambda x: kept[0].data * x),
    ("the data of a network", network.w[0], "data", lambda x: detach(network([2.0])) * x),
    ("the data of a network below no_grad", network.b, "data", below_no_grad),
]


@pytest.mark.parametrize("of, name, f", [row[1:] for row in HELD], ids=[row[0] for row in HELD])
def test_what_a_name_holds_is_watched(monkeypatch, of, name, f) -> None:
    fast = autograd.compile(f, backend="numpy")
    for value in (2.0, 5.0, 2.0, 0.0):
        if hasattr(type(of), "__setitem__"):
            of[name] = type(of[name])(value) if isinstance(of, bytearray) else value
        else:
            monkeypatch.setattr(of, name, value, raising=False)
        assert fast.value_and_grad(4.0) == value_and_grad(f)(4.0)


context, private, dead = contextvars.ContextVar("context", default=1.0), Slotted(), [Settings()]


holding = contextvars.ContextVar("holding", default=[1.0])  # noqa: B039


plain, listed, replaced, in_a_module = Plain(), Listed(), Plain(), types.ModuleType("m")


registered, numbers, made = Settings(), np.array([1.0, 2.0]), collections.defaultdict(lambda: 1.0)


partial = functools.partial(operator.mul, 1.0)


row = np.zeros(1, [("rate", float)])[0]


class Gaining:
    def __init__(self):
        self.__dict__["rate"] = 1.0


gaining = Gaining()


private.set(1)


class Module(types.ModuleType):
    other = 5.0


def with_a_builtin(x):
    try:
        return added_rate * x
    except NameError:
        return x


def documented(x):
    """1"""
    return float(documented.__doc__) * x


def from_factory(x):
    try:
        return made["rate"] * x
    finally:
        made.clear()


alive = weakref.ref(dead[0])


def with_frame(frame):
    return lambda x: float(frame["rate"].sum()) * x


# What changes by calls of `change` with 2 and 5, and a function that reads it.
CALLED = [
    ("a context variable", context.set, lambda x: context.get() * x),
    ("a private slot", private.set, lambda x: private.get() * x),
    ("the environment", lambda n: os.environ.update(RATE=str(n)), lambda x: float(os.environ["RATE"]) * x),
    ("the environment by getenv", lambda n: os.environ.update(RATE=str(n)), lambda x: float(os.getenv("RATE")) * x),
    ("a list in a context variable", lambda n: holding.get().__setitem__(0, n), lambda x: holding.get()[0] * x),
    ("the class", lambda n: setattr(plain, "__class__", Other if n == 5 else Plain), lambda x: plain.of() * x),
    ("the class of a list", lambda n: setattr(listed, "__class__", OtherList), lambda x: listed.of() * x),
    (
        "the class in isinstance",
        lambda n: setattr(plain, "__class__", Other if n == 5 else Plain),
        lambda x: x if isinstance(plain, Other) else -x,
    ),
    (
        "the class of a module",
        lambda n: setattr(in_a_module, "__class__", Module),
        lambda x: getattr(in_a_module, "other", 2.0) * x,
    ),
    ("the bases", lambda n: setattr(Inheriting, "__bases__", (Other,)), lambda x: Inheriting().rate * x),
    ("all attributes", lambda n: setattr(replaced, "__dict__", {"rate": n}), lambda x: replaced.rate * x),
    (
        "a name that a class gains",
        lambda n: setattr(Gaining, "rate", property(lambda self: 3.0)),
        lambda x: gaining.rate * x,
    ),
    (
        "a class that is registered",
        lambda n: Abstract.register(Settings),
        lambda x: x if isinstance(registered, Abstract) else -x,
    ),
    ("an item of a class", lambda n: Indexed.rates.update(rate=n), lambda x: Indexed["rate"] * x),
    ("the arguments of a pattern", lambda n: setattr(Matched, "__match_args__", ("high",)), by_pattern),
    ("a partial", lambda n: partial.__setstate__((operator.mul, (n,), {}, {})), lambda x: partial(x)),
    ("a partial itself", lambda n: partial.__setstate__((operator.mul, (n,), {}, {})), partial),
    ("the factory of a dict", lambda n: setattr(made, "default_factory", lambda: n), from_factory),
    ("a builtin that is new", lambda n: setattr(builtins, "added_rate", n), with_a_builtin),
    ("numbers in order", lambda n: numbers.__setitem__(0, n), (lambda flat: lambda x: flat[0] * x)(numbers.flat)),
    ("the object of a method", lambda n: numbers.__setitem__(0, n), (lambda total: lambda x: total() * x)(numbers.sum)),
    ("a row of a table", lambda n: row.__setitem__("rate", n), lambda x: row["rate"] * x),
    ("a text of a function", lambda n: setattr(documented, "__doc__", str(n)), documented),
    ("a global in a text", lambda n: setattr(module, "k", float(n)), lambda x: eval("k") * x),
    ("the environment in bytes", lambda n: os.environ.update(RATE=str(n)), lambda x: float(os.environb[b"RATE"]) * x),
    ("the end of an object", lambda n: n == 5 and dead.clear(), lambda x: x if alive() is None else 2 * x),
]


@pytest.mark.parametrize("change, f", [row[1:] for row in CALLED], ids=[row[0] for row in CALLED])
def test_what_a_call_changes_is_watched(monkeypatch, change, f) -> None:
    monkeypatch.setenv("RATE", "1")
    fast = autograd.compile(f, backend="numpy")
    assert fast.value_and_grad(4.0) == value_and_grad(f)(4.0)
    for n in (2, 5, 5):
        change(n)
        assert fast.value_and_grad(4.0) == value_and_grad(f)(4.0)


def test_what_comes_after_compile_is_watched() -> None:
    class Model:
        def __init__(self):
            self.fast = autograd.compile(self.loss, static="mode", backend="numpy")
            self.weights = [2.0]

        def loss(self, x, mode="plain"):
            return self.weights[0] * x if mode == "plain" else self.factor * self.weights[0] * x

    model = Model()
    assert [model.fast(1.0), model.fast(1.0)] == [2.0, 2.0]
    model.weights[0], model.factor = 5.0, 10.0
    assert [model.fast(1.0), model.fast(1.0, "scaled")] == [5.0, 50.0]
    model.factor = 100.0
    assert [model.fast(1.0), model.fast(1.0, "scaled")] == [5.0, 500.0]


def test_a_frame_is_watched() -> None:
    frame = pytest.importorskip("pandas").DataFrame({"rate": [2.0, 3.0], "of": ["a", "b"]})
    column, fast = frame["rate"], autograd.compile(with_frame(frame), backend="numpy")
    of_column = autograd.compile(lambda x: float(column.iloc[0]) * x, backend="numpy")
    for change in (
        lambda: None,
        lambda: frame.loc.__setitem__((0, "rate"), 7.0),
        lambda: frame.__setitem__("rate", [1.0, 4.0]),
        lambda: column.__setitem__(0, 9.0),
        lambda: None,
    ):
        change()
        assert fast(4.0) == 4.0 * frame["rate"].sum()
        assert of_column(4.0) == 4.0 * column.iloc[0]


def test_a_proxy_that_stands_for_nothing_is_left_alone() -> None:
    class Proxy:
        @property
        def __dict__(self):
            raise RuntimeError("outside of its context")

    proxy = Proxy()
    assert autograd.compile(lambda x: x if proxy is None else 2 * x, backend="numpy")(3.0) == 6.0


def test_a_set_that_changes_is_watched() -> None:
    chosen = {1.0}
    fast = autograd.compile(lambda x, n: x if n in chosen else -x, static="n", backend="numpy")
    assert fast(2.0, 3.0) == -2.0
    chosen.add(3.0)
    assert fast(2.0, 3.0) == 2.0

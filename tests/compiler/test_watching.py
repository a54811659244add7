"""Nothing is frozen silently: what a function reads besides its arguments is watched, and a change is traced again."""

import abc
import array
import builtins
import collections
import contextvars
import functools
import operator
import os
import pickle
import subprocess
import sys
import types
import weakref

import numpy as np
import pytest

import autograd
from autograd import Value, detach, grad, no_grad, value_and_grad
from nn import Neuron, Objective
from tests.compiler.backends import both

k = 2.0
flag = True


def scaled(x):
    return k * x


inner = autograd.compile(scaled)


def through_another(x):
    return scaled(x) + 1.0


def by_flag(x):
    return x if flag else -x


def with_inner(x):
    return sum([k * x for _ in range(1)]) + (lambda: k)() * x


class Holder:
    def method(self, x):
        return k * x

    __call__ = method


class Counted:
    """An object whose operators and methods read the global."""

    def __mul__(self, x):
        return k * x

    def twice(self, x):
        return self.once(x) + self * x

    def once(self, x):
        return Holder().method(x)


counted, by_name, module = Counted(), {"scaled": scaled, "others": [scaled]}, sys.modules[__name__]


@functools.lru_cache(maxsize=0)
def cached():
    return k


def importing(x):
    from tests.compiler.test_watching import k as factor

    return factor * x


# The function, and its multiple of k·x.
READERS = [
    ("an attribute of a module", lambda x: module.k * x, lambda x: k * x),
    ("a function of a module", lambda x: module.scaled(x), lambda x: k * x),
    ("a name imported inside", importing, lambda x: k * x),
    ("a method of a global", lambda x: counted.twice(x), lambda x: 2 * k * x),
    ("a class in a global", lambda x: Holder()(x), lambda x: k * x),
    ("a function in a dict", lambda x: by_name["scaled"](x), lambda x: k * x),
    ("a function in a list in a dict", lambda x: by_name["others"][0](x), lambda x: k * x),
    ("a cached function", lambda x: cached() * x, lambda x: k * x),
    ("a function", scaled, lambda x: k * x),
    ("through another function", through_another, lambda x: k * x + 1.0),
    ("in an inner function", with_inner, lambda x: 2 * k * x),
    ("a method", Holder().method, lambda x: k * x),
    ("an object", Holder(), lambda x: k * x),
    ("a gradient", grad(lambda x: scaled(x) * x), lambda x: 2 * k * x),
    ("compiled inside", lambda x: inner(x), lambda x: k * x),
    ("a default that is a function", lambda x, g=scaled: g(x), lambda x: k * x),
]


@both
@pytest.mark.parametrize("f, wanted", [row[1:] for row in READERS], ids=[row[0] for row in READERS])
def test_a_global_is_watched(compile, monkeypatch, f, wanted) -> None:
    fast = compile(f)
    for value in (2.0, 5.0, 2.0, -0.0, 0.0, 3, 3.0):
        monkeypatch.setattr(sys.modules[__name__], "k", value)
        got = fast(4.0)
        assert got == wanted(4.0)
        assert fast.value_and_grad(4.0)[0] == got


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


@both
def test_what_a_static_argument_reads_and_holds_is_watched(compile, monkeypatch) -> None:
    fast = compile(lambda x, f: f(x) * getattr(f, "rate", 1.0), static="f")
    for value in (2.0, 5.0, 2.0):
        monkeypatch.setattr(sys.modules[__name__], "k", value)
        monkeypatch.setattr(settings, "rate", value)
        for f in (scaled, settings, Holder().method):
            for _ in range(4):  # in later calls, machine code reads the arguments
                assert fast(3.0, f) == f(3.0) * getattr(f, "rate", 1.0)


def test_what_the_function_itself_changes_is_no_reason_to_trace_again() -> None:
    calls, counted = [], types.SimpleNamespace(sums={}, rate=2.0)

    class Cached:
        @functools.cached_property
        def rate(self):
            return counted.rate

    cached = Cached()

    def f(x):
        calls.append(x)
        counted.sums.setdefault(len(calls), 0.0)
        return cached.rate * x * counted.rate

    fast = autograd.compile(f, backend="numpy")
    assert [fast(1.0), fast(2.0), fast(3.0), len(calls)] == [4.0, 8.0, 12.0, 1]
    counted.rate = 5.0
    assert [fast(1.0), fast(2.0), len(calls)] == [10.0, 20.0, 2]


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


def test_a_target_network_that_follows_is_watched() -> None:
    network, target = Neuron(1, nonlin=False), Neuron(1, nonlin=False)
    objective = Objective(lambda own, x, y: (own(x) - y - 0.5 * detach(target(x))) ** 2, network)
    theta, x, y = np.array([1.0, 0.0]), np.array([[1.0]]), np.array([3.0])
    for weight in (2.0, 4.0):
        target.w[0].data, target.b.data = weight, 0.0
        assert objective.value(theta, x, y) == (1.0 - 3.0 - 0.5 * weight) ** 2


def test_what_changes_at_every_call_is_named_in_a_warning(monkeypatch) -> None:
    monkeypatch.setattr("autograd.compiler.calls.compiled.MANY_TRACES", 3)
    fast = autograd.compile(lambda x: settings.rate * x, backend="numpy")
    with pytest.warns(RuntimeWarning, match="traced 3 times, since rate changes between calls: make it an argument"):
        for value in (2.0, 3.0, 4.0, 5.0):
            monkeypatch.setattr(settings, "rate", value)
            assert fast(1.0) == value


def test_zeros_of_two_signs_are_two(monkeypatch) -> None:
    fast = autograd.compile(scaled, backend="numpy")
    for value in (0.0, -0.0, 0.0):
        monkeypatch.setattr(sys.modules[__name__], "k", value)
        assert str(fast(1.0)) == str(value)


def test_a_flag_that_goes_on_and_off_is_traced_twice(monkeypatch) -> None:
    fast = autograd.compile(by_flag, backend="numpy")
    for value in (True, False, True, False, True):
        monkeypatch.setattr(sys.modules[__name__], "flag", value)
        assert fast(2.0) == (2.0 if value else -2.0)
    assert fast._count == 2


def test_an_equal_number_is_no_change() -> None:
    traced = []
    factor = float("2.5")

    def f(x):
        traced.append(x)
        return factor * x

    fast = autograd.compile(f, backend="numpy")
    fast(1.0)
    factor = float("2.5")
    assert fast(1.0) == 2.5
    assert len(traced) == 1
    factor = float("3.5")
    assert fast(1.0) == 3.5
    assert len(traced) == 2


@both
def test_a_closure_is_watched(compile) -> None:
    factor, offsets = 2.0, (1.0, 2.0)

    def helper(x):
        return factor * x

    def f(x):
        return helper(x) + offsets[1]

    fast = compile(f, rows="x")
    x = np.array([1.0, 2.0])
    assert fast(x).tolist() == [4.0, 6.0]
    factor = 3.0
    assert fast(x).tolist() == [5.0, 8.0]
    offsets = (1.0, 0.0)
    assert fast(x).tolist() == [3.0, 6.0]
    assert fast.value_and_grad(x)[1].tolist() == [3.0, 3.0]
    factor = 4.0
    assert fast.hvp(x, tangents=x).tolist() == [0.0, 0.0]
    assert fast.value_and_grad(x)[1].tolist() == [4.0, 4.0]

    def helper(x):  # noqa: F811  # another function by the same name
        return x

    assert fast(x).tolist() == [1.0, 2.0]


def test_an_array_that_is_bound_anew_is_watched() -> None:
    W = np.array([1.0, 2.0])
    fast = autograd.compile(lambda x: W @ x, backend="numpy")
    x = np.array([1.0, 1.0])
    assert fast(x) == 3.0
    W = W - 0.5
    assert fast(x) == 2.0


def test_code_that_is_replaced_is_watched() -> None:
    def f(x, y=2.0):
        return x * y

    def other(x, y=3.0):
        return x + y

    fast = autograd.compile(f, backend="numpy")
    assert fast(2.0) == 4.0
    f.__defaults__ = (5.0,)
    assert fast(2.0) == 10.0
    f.__code__ = other.__code__
    assert fast(2.0) == 7.0


def test_defaults_by_keyword_are_watched() -> None:
    def f(x, *, y=2.0):
        return x * y

    fast = autograd.compile(f, backend="numpy")
    assert fast(2.0) == 4.0
    f.__kwdefaults__["y"] = 5.0
    assert fast(2.0) == 10.0
    f.__kwdefaults__ = {"y": 7.0}
    assert fast(2.0) == 14.0


def test_attributes_of_a_class_are_watched() -> None:
    class Settings:
        rate = 2.0

    class Own(Settings):
        pass

    fast = autograd.compile(lambda x: Own.rate * x + Own().rate, backend="numpy")
    assert fast(3.0) == 8.0
    Settings.rate = 5.0
    assert fast(3.0) == 20.0
    Settings.rate = 2.0
    assert fast(3.0) == 8.0


def test_a_name_that_is_bound_later_is_watched() -> None:
    if not flag:
        late = 0.0

    def f(x):
        try:
            return late * x
        except NameError:
            return x

    fast = autograd.compile(f, backend="numpy")
    assert fast(3.0) == 3.0
    late = 5.0
    assert fast(3.0) == 15.0


def test_a_name_that_the_function_binds_itself_is_no_reason_to_trace_again() -> None:
    calls = 0

    def f(x):
        nonlocal calls
        calls += 1
        return x * 2.0

    fast = autograd.compile(f, backend="numpy")
    assert [fast(1.0), fast(2.0), fast(3.0)] == [2.0, 4.0, 6.0]
    assert calls == 1


def test_an_objective_watches_what_its_loss_reads() -> None:
    weight = 1.0
    objective = Objective(lambda neuron, x, y: weight * (neuron(x) - y) ** 2, Neuron(1, nonlin=False))
    theta, x, y = np.array([1.0, 0.0]), np.array([[1.0]]), np.array([3.0])
    assert objective.value(theta, x, y) == 4.0
    weight = 10.0
    assert objective.value(theta, x, y) == 40.0


MODULE = """
import pickle, sys
import autograd
k = {k}
def helper(x):
    return {helper}
def f(x, y={default}):
    return k * helper(x) * y
if __name__ == "__main__":
    import numbers_of_another_process as module
    if sys.argv[1] == "write":
        fast = autograd.compile(module.f, backend="numpy")
        fast(3.0)
        pickle.dump(fast, open("fast.pickle", "wb"))
    else:
        fast = pickle.load(open("fast.pickle", "rb"))
        print(fast(3.0), fast.value_and_grad(3.0)[1], len(fast._traces.programs))
"""

SAME = {"k": "2.0", "helper": "x * x", "default": "1.0"}
# What has changed by the time the pickle is loaded, the output, and the number of programs loaded with it.
CHANGES = [
    ("nothing", {}, "18.0 12.0 1"),
    ("a global", {"k": "3.0"}, "27.0 18.0 1"),
    ("the code of another function", {"helper": "x + x"}, "12.0 4.0 1"),
    ("a default", {"default": "2.0"}, "36.0 24.0 1"),
]


@pytest.mark.parametrize("changed, wanted", [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_a_pickle_takes_no_old_program_for_new_code(tmp_path, changed, wanted) -> None:
    module = tmp_path / "numbers_of_another_process.py"

    def run(step, **source):
        module.write_text(MODULE.format(**source))
        command = [sys.executable, "-B", module.name, step]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    run("write", **SAME)
    assert run("read", **(SAME | changed)) == wanted


def test_a_pickle_of_the_same_code_brings_its_programs() -> None:
    fast = autograd.compile(scaled, backend="numpy")
    fast(1.0)
    again = pickle.loads(pickle.dumps(fast))
    assert again._traces.programs == fast._traces.programs != {}


def test_a_state_that_is_not_kept_is_traced_anew(monkeypatch) -> None:
    fast = autograd.compile(scaled, backend="numpy")
    for value in range(20):
        monkeypatch.setattr(sys.modules[__name__], "k", float(value))
        assert fast(1.0) == value
    assert len(fast._states) <= 8

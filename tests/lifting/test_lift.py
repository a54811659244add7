"""`lift`: functions that know nothing of us, differentiated and compiled as they stand."""

import math
import random
import sys
import threading
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import pytest

import autograd
from autograd import Value, compile, grad, jvp, lift, value_and_grad
from autograd.lifting.stand_ins.scopes import GlobalsView
from autograd.testing import check_gradients
from tests.compiler.backends import both
from tests.lifting import functions
from tests.lifting.functions import EAGER, ONE_NUMBER
from tests.lifting.structures import STRUCTURES, Arc, Curve, Decay, Gas, Law, Wave, seen, slotted

POINTS = [0.37, 1.37, 2.71]


ALL = ONE_NUMBER | STRUCTURES


@pytest.mark.parametrize("name", ALL)
def test_a_lifted_function_has_f_s_value_and_derivative(name: str) -> None:
    f = ALL[name]
    for x in POINTS:
        wanted, slope = f(x), (f(x + 1e-6) - f(x - 1e-6)) / 2e-6
        assert lift(f)(x) == wanted  # bitwise
        for value, found in (value_and_grad(lift(f))(x), jvp(lift(f), (x,), (1.0,))):
            assert float(value) == pytest.approx(wanted, rel=1e-12)
            assert float(found) == pytest.approx(slope, rel=2e-7, abs=1e-7)


@pytest.mark.parametrize("name", sorted(set(ALL) - EAGER))
def test_a_lifted_function_is_compiled(name: str) -> None:
    fast = compile(lift(ALL[name]), backend="numpy")
    for x in POINTS:
        value, slope = value_and_grad(lift(ALL[name]))(x)
        assert fast.value_and_grad(x) == pytest.approx((float(value), float(slope)), rel=1e-11)


def test_the_kit_checks_a_lifted_function() -> None:
    assert check_gradients(lift(functions.of_math), 1.37)
    assert check_gradients(lift(functions.fills_zeros), 1.37, order=2)


def test_the_kit_checks_numpys_functions() -> None:
    x = np.array([0.5, -1.0, 2.0])
    assert check_gradients(lambda x: np.sum(np.exp(np.maximum(x, 0))), x)
    assert check_gradients(lambda x: np.sum(np.sqrt(np.concatenate([[1.0], x**2]))), x, order=2)
    assert check_gradients(lambda x: np.linalg.slogdet(np.outer(x, x) + np.eye(3))[1] + np.median(x), x)


def test_nothing_outside_is_changed() -> None:
    before = {name: vars(module).copy() for name, module in {"math": math, "np": np, "here": functions}.items()}
    for f in ALL.values():
        grad(lift(f))(1.37)
    for name, module in {"math": math, "np": np, "here": functions}.items():
        assert all(vars(module)[key] is value for key, value in before[name].items())
    assert type(functions.model) is functions.Model and functions.model.calls > 0
    assert [functions.PLACES[id(m)] for m in functions.models] == [0, 1]
    assert seen == [math.sin] and slotted.calls > 0
    assert Law.__subclasses__() == [Decay, Wave] and Curve.__subclasses__() == [Arc]
    assert Law.known == {"decay": Decay, "wave": Wave, "work": Gas}


def test_other_threads_see_nothing() -> None:
    inside, outside = threading.Event(), threading.Event()

    def slow(x: Any) -> Any:
        inside.set()
        outside.wait(5)
        return math.exp(x)

    found: list[float] = []
    thread = threading.Thread(target=lambda: found.append(grad(lift(slow))(1.0)))
    thread.start()
    inside.wait(5)
    with pytest.raises(TypeError, match="lift"):
        math.exp(Value(1.0))
    outside.set()
    thread.join()
    assert found == [math.exp(1.0)]


def test_names_are_read_when_f_runs(monkeypatch: Any) -> None:
    f = lift(functions.closed_over())
    before = grad(f)(1.0)
    monkeypatch.setattr(functions, "SCALE", Value(3.0))
    assert value_and_grad(f)(1.0)[1] == before
    monkeypatch.setattr(functions, "e", math.sinh)
    assert grad(lift(functions.under_aliases))(1.0) == pytest.approx(math.pi * -math.cosh(1.0) + 1.5)


class Rate:
    k = 2.0

    def at(self, x: Any) -> Any:
        return math.exp(self.k * x)


def by_default(x: Any, function: Any = math.exp) -> Any:
    return function(x)


PATCHES: list[tuple[Any, Any, str, Any]] = [
    (functions.under_aliases, functions, "e", math.sinh),
    (lambda x: by_default(x) * x, sys.modules[__name__], "by_default", lambda x: math.cos(x)),
    (by_default, by_default, "__defaults__", (math.log,)),
    (by_default, by_default, "__code__", (lambda x, function: function(2 * x)).__code__),
    (lambda x: Rate().at(x), Rate, "k", 3.0),
    (lambda x: Rate().at(x), Rate, "at", lambda self, x: math.log(x)),
]


@pytest.mark.parametrize(("f", "owner", "name", "member"), PATCHES)
def test_what_is_patched_later_is_followed(f: Any, owner: Any, name: str, member: Any, monkeypatch: Any) -> None:
    slope, fast = grad(lift(f)), compile(lift(f), backend="numpy")
    before = slope(1.0)
    assert fast.value_and_grad(1.0)[1] == pytest.approx(before, rel=1e-14)
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, member)
        wanted = (f(1.0 + 1e-6) - f(1.0 - 1e-6)) / 2e-6
        assert slope(1.0) == pytest.approx(wanted, rel=1e-8)
        assert fast.value_and_grad(1.0)[1] == pytest.approx(wanted, rel=1e-8)
    assert slope(1.0) == before
    assert fast.value_and_grad(1.0)[1] == pytest.approx(before, rel=1e-14)


def test_a_method_is_lifted_by_its_decorator() -> None:
    class Curve:
        k = 2.0

        @lift
        def at(self, x: Any) -> Any:
            return math.exp(self.k * x) if x > 0 else x

    assert grad(Curve().at)(1.0) == 2 * math.exp(2.0)


def test_what_f_assigns_in_its_closure_stays_assigned() -> None:
    calls = 0

    def f(x: Any) -> Any:
        nonlocal calls
        calls += 1
        return math.exp(x) * calls

    assert grad(lift(f))(1.0) == math.exp(1.0)
    assert calls == 1

    last = math.sin

    def g(x: Any) -> Any:
        nonlocal last
        last = math.exp
        return again(x) * x

    def again(x: Any) -> Any:
        return last(x)

    assert grad(lift(g))(1.0) == 2 * math.e
    assert last is math.exp


def test_what_f_assigns_globally_stays_assigned() -> None:
    before = count
    assert grad(lift(counts))(1.0) == math.exp(1.0)
    assert count == before + 1
    settings.scale = 1.0
    assert grad(lift(scales))(1.0) == 6.0
    assert settings.scale == 3.0


# Caches of one name each: the user's, filled by an earlier call on floats, and what is kept under which key.


class Keeper:
    shared: ClassVar[dict[Any, Any]] = {}

    def __init__(self) -> None:
        self.kept: dict[Any, Any] = {}

    def cube(self, x: Any, n: int) -> Any:
        kept = self.kept
        found = kept.get((x, n))
        if found is None:
            found = kept[x, n] = x**n
        return found

    def rounded(self, x: Any) -> Any:
        key = f"{x:.9f}"
        if key not in Keeper.shared:
            Keeper.shared[key] = x**3
        return Keeper.shared[key]


def remembered(f: Any) -> Any:
    kept: dict[Any, Any] = {0: 0.0}

    def wrapper(*args: Any) -> Any:
        try:
            return kept[args]
        except KeyError:
            kept[args] = found = f(*args)
            return found

    return wrapper


@remembered
def cube(x: Any) -> Any:
    return x**3


def with_kept(x: Any, n: int = 3, kept: dict[Any, Any] = {0: 1.0}) -> Any:  # noqa: B006  # the cache
    if n in kept:
        return kept[n]
    if (x, n) not in kept:
        kept[x, n] = x * with_kept(x, n - 1, kept)
    return kept[x, n]


keeper = Keeper()


@pytest.mark.parametrize("f", [lambda x: keeper.cube(x, 3), keeper.rounded, cube, with_kept])
def test_a_cache_of_another_call_has_no_derivative(f: Any) -> None:
    assert f(2.0) == f(2.0) == 8.0
    size = len(keeper.kept), len(Keeper.shared)
    assert grad(lift(f))(2.0) == 12.0
    assert grad(grad(lift(f)))(2.0) == 12.0
    assert compile(lift(f), backend="numpy").value_and_grad(2.0) == (8.0, 12.0)
    assert size == (len(keeper.kept), len(Keeper.shared))
    assert f(2.0) == 8.0


def test_a_method_that_calls_its_parents() -> None:
    class Parent:
        def at(self, x: Any) -> Any:
            return 3.0 * x

    class Child(Parent):
        def __init__(self) -> None:
            self.calls = 0

        def at(self, x: Any) -> Any:
            self.calls += 1
            return super().at(x) + math.exp(x)

        def __getitem__(self, x: Any) -> Any:
            return self.at(x) * math.log(2.0 + self.calls)

    child = Child()
    assert grad(lift(child.at))(1.0) == 3.0 + math.exp(1.0)
    assert grad(lift(lambda x: child[x]))(0.0) == pytest.approx(4.0 * math.log(4.0))
    assert child.calls == 2


count = 0


def counts(x: Any) -> Any:
    global count
    count += 1
    return math.exp(x)


settings = ModuleType("settings")
settings.scale = 1.0  # type: ignore[attr-defined]  # a name of this module


def scales(x: Any) -> Any:
    settings.scale += 2.0
    return settings.scale * x**2


TIES: list[tuple[Any, list[float]]] = [
    (lambda x: max(x[0], 0.0), [0.0, 0.0]),
    (lambda x: max(x), [0.5, 0.5]),
    (lambda x: min(x), [1 / 3] * 3),
    (lambda x: min(x[0], x[1]), [0.5, 0.5]),
    (lambda x: np.maximum(x[0], 0), [0.0, 0.0]),
]


HELD = [
    np.random.default_rng(0), np.random.RandomState(0), np.dtype(float), np.datetime64("2020-01-01"), np.errstate(),
    np.ma.masked, np.polynomial.Polynomial([1.0, 2.0]), np.poly1d([1.0, 2.0]), np.str_("a"),
]  # fmt: skip


@pytest.mark.parametrize("held", HELD, ids=lambda held: type(held).__name__)
def test_objects_of_numpy_in_a_closure(held: Any) -> None:
    def f(x: Any) -> Any:
        value = held(x) if isinstance(held, (np.polynomial.Polynomial, np.poly1d)) else x
        return value * x if x > 0 else value

    for x in (2.0, -3.0):
        slope = (f(x + 1e-6) - f(x - 1e-6)) / 2e-6
        assert grad(lift(f))(x) == pytest.approx(slope, rel=1e-8)
        assert compile(lift(f), backend="numpy").value_and_grad(x)[1] == pytest.approx(slope, rel=1e-8)


@pytest.mark.parametrize(("f", "wanted"), TIES)
def test_ties(f: Any, wanted: list[float]) -> None:
    x = [0.0] * len(wanted)
    assert grad(lift(f))(x) == wanted
    assert compile(lift(f), backend="numpy").value_and_grad(x)[1] == wanted


@pytest.mark.parametrize("numbers", [[1.0, math.nan], [math.nan, 1.0], [1.0, math.nan, 2.0], [2.0, -0.0, 0.0]])
def test_max_and_min_give_pythons_number(numbers: list[float]) -> None:
    for f in (max, min):
        for found in (
            lift(f)(list(map(Value, numbers))).data, compile(lift(lambda xs, f=f: f(xs)), backend="numpy")(numbers)
        ):  # fmt: skip
            assert found == f(numbers) or (found != found and f(numbers) != f(numbers))


DIGITS = [-7, -2, -1, 0, 1, 2, 3, 8, 16, 22]


def rounds(x: Any) -> Any:
    whole = [math.floor(x), math.ceil(x), math.trunc(x), int(x), round(x)]
    return [round(x, n) for n in DIGITS] + [math.copysign(1.0, n) for n in whole] + whole


@both
def test_rounding_is_pythons_to_the_bit(compile: Any) -> None:
    """The nearest decimal number beside ties, and no -0.0 where Python gives an int."""
    draw = random.Random(0)
    halves = [(draw.randrange(-(10 ** draw.randint(1, 17)), 10**17) + 0.5) / 10.0**n for n in DIGITS * 30]
    beside = [math.nextafter(x, side) for x in halves for side in (-math.inf, math.inf)]
    numbers = [0.0, -0.0, 2.675, -0.3, 1e300, 5e-324, *(draw.gauss(0, 3) for _ in range(100)), *halves, *beside]
    found = compile(lift(rounds), rows=("x",))(np.array(numbers))
    wrong = [x for x, row in zip(numbers, found) if [*map(float.hex, row)] != [float(y).hex() for y in rounds(x)]]
    assert not wrong


def test_a_hessian_of_a_lifted_function() -> None:
    def f(x: Any) -> Any:
        r = np.zeros(2)
        r[0] = 10.0 * (x[1] - x[0] ** 2)
        r[1] = 1.0 - math.sin(x[0])
        return np.dot(r, r)

    found = autograd.hessian(lift(f))(np.array([0.5, 1.5]))
    g = grad(lift(f))
    steps = [(g(np.array([0.5, 1.5]) + d) - g(np.array([0.5, 1.5]) - d)) / 2e-5 for d in np.eye(2) * 1e-5]
    np.testing.assert_allclose(found, steps, rtol=1e-7)
    np.testing.assert_allclose(compile(lift(f), backend="numpy").hessian(np.array([0.5, 1.5])), found, rtol=1e-12)


def test_names_of_ours_in_code_that_is_read_are_found_without_a_question(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    missing = GlobalsView.__missing__
    monkeypatch.setattr(GlobalsView, "__missing__", lambda view, name: (asked.append(name), missing(view, name))[1])

    def f(x: Any) -> Any:
        return x[0] * max(POINTS) if x[0] > x[1] else x[1]

    assert compile(f)(np.array([2.0, 1.0])) == 2 * max(POINTS) and "POINTS" in asked
    assert not [name for name in asked if name.startswith("_autograd")]


FACTOR = 2.0


def raise_factor() -> None:
    global FACTOR
    FACTOR += 1.0


def lower_factor() -> None:
    global FACTOR
    FACTOR -= 1.0


@pytest.mark.parametrize("kind", [lift, compile])
def test_a_global_in_the_body_of_a_class_is_read_again(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "FACTOR", 2.0)

    def f(x: Any) -> Any:
        class Local:
            factor = FACTOR

        raise_factor()
        result = x * FACTOR + Local.factor
        lower_factor()
        return result

    assert kind(f)(5.0) == 17.0 and FACTOR == 2.0


@pytest.mark.parametrize("kind", [lift, compile])
def test_a_global_that_is_declared_and_only_read_is_the_users(kind: Any) -> None:
    def f(x: Any) -> Any:
        global FACTOR
        return x * FACTOR if x > 0 else FACTOR

    assert kind(f)(5.0) == 5.0 * FACTOR


def test_a_list_is_a_list_under_its_name_as_well() -> None:
    def f(x: Any, words: Any) -> Any:
        return len(words + [x]) * words[0]

    assert lift(f)(2.0, words=[Value(3.0), 1.0]) == f(2.0, words=[3.0, 1.0])

"""`lift`: functions that know nothing of us, differentiated and compiled as they stand."""

import math
import random
import sys
import threading
from enum import Enum
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, interpolate, linalg, ndimage, optimize, signal, sparse, special, stats
from scipy.spatial import distance

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


def deletes(x: Any) -> Any:
    global temporary
    temporary = x
    del temporary
    return x


class Side(Enum):
    UP = 1

    def at(self, x: Any) -> Any:
        return math.exp(x)


REFUSED: list[tuple[Any, str]] = [
    (lift(lambda x: Side.UP.at(x)), "use autograd.exp.* since autograd.lift does not reach this code"),
    (lift(deletes), "deletes the global name temporary: assign None"),
    (lift(lambda x: setattr(math, "tau", x)), "outside of f"),
    (lambda x: lift(3.0), "f must be a function"),
    (lift(lambda x: np.array([1, 2]).__setitem__(0, x)), "is not an int"),
    (lift(lambda x: np.fft.fft([x, 1.0])), "np.fft.fft is not supported .* cosines"),
    (lift(lambda x: integrate.quad(lambda t: x * t, 0, 1)[0]), "scipy.integrate.quad .* nodes"),
    (lift(lambda x: optimize.brentq(lambda t: t - x, 0, 2)), "scipy.optimize.brentq .* Newton"),
    (lift(lambda x: optimize.minimize(lambda t: (t[0] - x) ** 2, [0.0]).x[0]), "scipy.optimize.minimize .* Newton"),
    (lift(lambda x: linalg.svdvals([[x, 1.0], [1.0, x]])[0]), "scipy.linalg.svdvals computes on floats"),
    (lift(lambda x: stats.skew([x, 1.0, 2.0])), "scipy.stats.skew computes on floats"),
    (lift(lambda x: stats.expon.pdf(0.5, scale=x)), "scipy.stats.expon.pdf computes on floats"),
    (lift(lambda x: stats.t(4.0).logpdf(x)), "scipy.stats.t.logpdf computes on floats"),
    (lift(lambda x: distance.cdist([[x, 1.0]], [[0.0, 0.0]])[0, 0]), "scipy.spatial.distance.cdist computes on floats"),
    (lift(lambda x: interpolate.interp1d([0.0, 2.0], [1.0, 3.0])(x)), "scipy.interpolate.interp1d .* CubicSpline"),
    (lift(lambda x: interpolate.CubicSpline([0.0, 2.0], [1.0, x])(1.0)), "CubicSpline .* plain numbers"),
    (lift(lambda x: optimize.fsolve(lambda t: t - x, 0.0)[0]), "scipy.optimize.fsolve .* Newton"),
    (lift(lambda x: signal.lfilter([1.0], [1.0, -0.5], [x, 1.0])[1]), "scipy.signal.lfilter .* in a loop"),
    (lift(lambda x: sparse.csr_matrix([[x, 1.0]]).sum()), "csr_matrix .* dense"),
    (lift(lambda x: optimize.minimize_scalar(lambda t: (t - x) ** 2).x), "scipy.optimize.minimize_scalar .* Newton"),
]


@pytest.mark.parametrize(("f", "message"), REFUSED)
def test_what_is_refused_says_why(f: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        grad(f)(1.0)


# SciPy's functions that call one of the user's: each is named as users import it, with what to write instead.
CALLING: dict[str, tuple[Any, str]] = {
    "integrate.solve_ivp": (lambda x: integrate.solve_ivp(lambda t, y: -x * y, (0, 1), [1.0]).y[0, -1], "Runge"),
    "integrate.odeint": (lambda x: integrate.odeint(lambda y, t: -x * y, 1.0, [0.0, 1.0])[1, 0], "Runge"),
    "integrate.quad": (lambda x: integrate.quad(lambda t: t * x, 0, 1)[0], "leggauss"),
    "integrate.quad_vec": (lambda x: integrate.quad_vec(lambda t: t * x, 0, 1)[0], "leggauss"),
    "integrate.dblquad": (lambda x: integrate.dblquad(lambda a, b: a * x, 0, 1, 0, 1)[0], "leggauss"),
    "optimize.brentq": (lambda x: optimize.brentq(lambda t: t - x, 0, 2), "Newton"),
    "optimize.fsolve": (lambda x: optimize.fsolve(lambda t: t - x, 0.5)[0], "Newton"),
    "optimize.root": (lambda x: optimize.root(lambda t: t - x, 0.5).x[0], "Newton"),
    "optimize.root_scalar": (lambda x: optimize.root_scalar(lambda t: t - x, bracket=(0, 2)).root, "Newton"),
    "optimize.minimize": (lambda x: optimize.minimize(lambda t: (t[0] - x) ** 2, [0.0]).x[0], "Newton"),
    "optimize.minimize_scalar": (lambda x: optimize.minimize_scalar(lambda t: (t - x) ** 2).x, "Newton"),
    "optimize.least_squares": (lambda x: optimize.least_squares(lambda t: t - x, [0.5]).x[0], "Newton"),
    "optimize.curve_fit": (lambda x: optimize.curve_fit(lambda t, a: a * t * x, [1.0, 2], [1.0, 2])[0][0], "Newton"),
}


@pytest.mark.parametrize("name", CALLING)
@pytest.mark.parametrize("way", [grad, compile], ids=["grad", "compile"])
def test_a_function_of_scipys_is_named_as_it_is_imported(way: Any, name: str) -> None:
    f, advice = CALLING[name]
    with pytest.raises(TypeError, match=rf"^scipy\.{name} computes on floats.*{advice}"):
        way(lift(f))(0.7)


IN_LIBRARIES: list[Any] = [
    lambda x: np.linalg.svd(np.array([[x, 1.0], [1.0, x]]))[1][0],
    lambda x: np.fft.fft([x, 1.0]).real[0],
    lambda x: optimize.brentq(lambda t: t - x, 0, 2),
    lambda x: special.logsumexp([x, 1.0]),
    lambda x: pd.Series([x, 1.0]).mean(),
    lambda x: pd.Series([x, 1.0]).rolling(2).mean().iloc[-1],
    lambda x: (sparse.csr_matrix(np.eye(2)) @ np.array([x, 1.0]))[0],
    lambda x: np.isnan([x, 1.0])[0],
    lambda x: np.logaddexp([x, 1.0], 0.0)[0],
    lambda x: ndimage.gaussian_filter1d([x, 1.0], 1.0)[0],
    lambda x: linalg.solve([[x, 1.0], [1.0, 2.0]], [1.0, x])[0],
    lambda x: signal.lfilter([1.0], [1.0, -0.5], [x, 1.0])[1],
    lambda x: abs(x + 1j),
    lambda x: np.log(np.array([x, 1.0]))[0],
    lambda x: np.random.default_rng(0).normal(np.multiply(x, np.ones(2)))[0],
]
WAYS: list[Any] = [lambda f: grad(f)(1.0), lambda f: jvp(f, (1.0,), (1.0,)), lambda f: compile(f)(1.0)]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("f", IN_LIBRARIES)
def test_an_error_inside_a_library_says_what_to_do(f: Any, way: Any) -> None:
    with pytest.raises(Exception) as caught:  # each library has its own
        way(f)
    notes = [str(caught.value), *getattr(caught.value, "__notes__", [])]
    advice = (
        "lift(f)",
        "a draw has no",
        "where(condition",
        "x.to_numpy()",
        "M.toarray()",
        "keep the real and the imaginary part",
    )
    assert any(text in note for note in notes for text in advice)


def test_scipy_on_floats_is_its_own() -> None:
    assert lift(lambda x: x * stats.t(4.0).cdf(stats.expon.ppf(0.3)))(2.0) == 2.0 * stats.t.cdf(
        stats.expon.ppf(0.3), 4.0
    )
    assert list(grad(lift(lambda x: np.sum((sparse.csr_matrix(np.eye(2)) * 3.0).toarray() @ x)))(np.ones(2))) == [
        3.0,
        3.0,
    ]
    assert grad(lift(lambda x: x * ndimage.gaussian_filter(np.ones((3, 3)), 1.0)[1, 1]))(2.0) == pytest.approx(1.0)
    f = lift(lambda x: x * optimize.brentq(lambda t: t * t - 2.0, 0.0, 2.0))
    assert grad(f)(3.0) == compile(f).value_and_grad(3.0)[1] == optimize.brentq(lambda t: t * t - 2.0, 0.0, 2.0)
    with pytest.raises(ValueError, match="different signs"):
        grad(lift(lambda x: x * optimize.brentq(lambda t: t * t + 2.0, 0.0, 2.0)))(3.0)


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

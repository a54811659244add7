"""Derivatives of every form, arguments of every kind: right ones pass, wrong ones are found."""

import dataclasses
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from autograd.testing import GradientMismatch, Verdict, check_gradients

X = np.array([0.5, 1.0, -2.0])


def softmax(z: Any) -> Any:
    e = np.exp(z - np.max(z))
    return e / np.sum(e)


def softmax_vjp(z: Any, dy: Any) -> Any:
    a = softmax(z)
    return a * (dy - np.sum(dy * a))


def softmax_jacobian(z: Any) -> Any:
    a = softmax(z)
    return np.diag(a) - np.outer(a, a)


def cost(z: Any) -> float:
    return float(z[0] ** 2 * z[1] + math.sin(z[2]))


def gradient(z: Any) -> Any:
    return np.array([2 * z[0] * z[1], z[0] ** 2, math.cos(z[2])])


def hessian(z: Any) -> Any:
    return np.array([[2 * z[1], 2 * z[0], 0], [2 * z[0], 0, 0], [0, 0, -math.sin(z[2])]])


@dataclasses.dataclass
class Line:
    w: Any
    b: float
    name: str = "line"


class Pair(NamedTuple):
    a: float
    b: float


def two_blocks(a: float, b: float) -> Any:
    return (2 * b, 2 * a), (2 * a, 0.0)


# the case, f, its arguments, the options, and those options with an error planted
FORMS: list[tuple[str, Callable[..., Any], tuple[Any, ...], dict[str, Any], dict[str, Any]]] = [
    ("vjp", softmax, (X,), {"vjp": softmax_vjp}, {"vjp": lambda z, dy: softmax(z) * (1 - softmax(z)) * dy}),
    ("vjp that ignores dy", np.tanh, (X,), {"vjp": lambda x, dy: dy * (1 - np.tanh(x) ** 2)}, {
        "vjp": lambda x, dy: 1 - np.tanh(x) ** 2}),
    ("vjp of one number", math.sin, (1.0,),
     {"vjp": lambda x, dy: dy * math.cos(x)}, {"vjp": lambda x, dy: math.cos(x)}),
    ("a Jacobian", softmax, (X,), {"grad": softmax_jacobian}, {"grad": lambda z: 2 * softmax_jacobian(z)}),
    ("a transposed Jacobian", lambda z: [z[0], z[0] * z[1]], ([2.0, 3.0],),
     {"grad": lambda z: [[1, 0], [z[1], z[0]]]}, {"grad": lambda z: [[1, z[1]], [0, z[0]]]}),
    ("Jacobians of two arguments", lambda a, b: [a * b, a], (2.0, 3.0),
     {"grad": lambda a, b: ([b, 1.0], [a, 0.0])}, {"grad": lambda a, b: ([b, 1.0], [a, 1.0])}),
    ("a small output beside a large one", lambda x: [1e9 * x, 1e-9 * x], (2.0,),
     {"grad": lambda x: [1e9, 1e-9]}, {"grad": lambda x: [1e9, -1e-9]}),
    ("jvp", softmax, (X,), {"jvp": lambda z, v: softmax_jacobian(z) @ v}, {"jvp": lambda z, v: softmax(z) * v}),
    ("jvp of two arguments", lambda a, b: a * b, (2.0, 3.0),
     {"jvp": lambda a, b, da, db: a * db + b * da}, {"jvp": lambda a, b, da, db: a * db - b * da}),
    ("jvp that is not linear", lambda a, b: a * b, (2.0, 3.0),
     {"jvp": lambda a, b, da, db: a * db + b * da}, {"jvp": lambda a, b, da, db: a * db + b * da + da * db}),
    ("jvp of a tangent's size", lambda a, b: a * b, (2.0, 3.0),
     {"jvp": lambda a, b, da, db: a * db + b * da}, {"jvp": lambda a, b, da, db: a * db + b * abs(da)}),
    ("hessian", cost, (X,), {"grad": gradient, "hessian": hessian}, {
        "grad": gradient, "hessian": lambda z: hessian(z) * [[1, 2, 1], [1, 1, 1], [1, 1, 1]]}),
    ("hvp", cost, (X,), {"grad": gradient, "hvp": lambda z, v: hessian(z) @ v}, {
        "grad": gradient, "hvp": lambda z, v: hessian(z) @ v * [1, 1, 2]}),
    ("hvp beside the engine's gradient", lambda z: z[0] ** 2 * z[1], ([1.0, 2.0],),
     {"hvp": lambda z, v: [2 * z[1] * v[0] + 2 * z[0] * v[1], 2 * z[0] * v[0]]},
     {"hvp": lambda z, v: [2 * z[1] * v[0], 2 * z[0] * v[0]]}),
    ("hessian beside vjp", cost, (X,), {"vjp": lambda z, dy: dy * gradient(z), "hessian": hessian}, {
        "vjp": lambda z, dy: dy * gradient(z), "hessian": lambda z: 2 * hessian(z)}),
    ("blocks of a Hessian", lambda a, b: a * a * b, (2.0, 3.0),
     {"grad": lambda a, b: (2 * a * b, a * a), "hessian": two_blocks},
     {"grad": lambda a, b: (2 * a * b, a * a), "hessian": lambda a, b: ((2 * b, 2 * a), (2 * a, 1.0))}),
    ("settings", lambda x, mode, n, flag: math.exp(x) * n, (3.0, "mean", 4, True),
     {"static": ["n"], "grad": lambda x, mode, n, flag: math.exp(x) * n},
     {"static": ["n"], "grad": lambda x, mode, n, flag: math.exp(x)}),
    ("keyword arguments", lambda x, *, y=1.0: math.sin(x) * y, (3.0,),
     {"kwargs": {"y": 2.0}, "grad": lambda x, *, y: (math.cos(x) * y, math.sin(x))},
     {"kwargs": {"y": 2.0}, "grad": lambda x, *, y: (math.cos(x) * y, math.cos(x))}),
    ("a dataclass", lambda p: math.sin(p.w) * p.b, (Line(1.0, 3.0),),
     {"grad": lambda p: Line(math.cos(p.w) * p.b, math.sin(p.w))}, {"grad": lambda p: Line(p.b, math.sin(p.w))}),
    ("a named tuple", lambda p: math.exp(p.a) * p.b, (Pair(1.0, 2.0),),
     {"grad": lambda p: Pair(math.exp(p.a) * p.b, math.exp(p.a))}, {"grad": lambda p: Pair(1.0, math.exp(p.a))}),
    ("a complex number", lambda z: abs(z) ** 2, (1 + 2j,), {"grad": lambda z: 2 * z}, {
        "grad": lambda z: 2 * z.conjugate()}),
    ("complex arrays", lambda z: z * z[::-1], (np.array([1 + 2j, 0.5]),),
     {"vjp": lambda z, dy: (dy + dy[::-1]) * z[::-1].conj()}, {"vjp": lambda z, dy: (dy + dy[::-1]) * z[::-1]}),
    ("a dataclass as a result", lambda x: Line(math.sin(x), x), (1.0,),
     {"vjp": lambda x, dy: dy.w * math.cos(x) + dy.b}, {"vjp": lambda x, dy: dy.w * math.cos(x)}),
    ("a member of an Enum", lambda x, verdict: math.sin(x), (1.0, Verdict.PASS),
     {"grad": lambda x, verdict: math.cos(x)}, {"grad": lambda x, verdict: math.sin(x)}),
    ("a complex result", lambda z: z * z, (1 + 2j,),
     {"vjp": lambda z, dy: dy * (2 * z).conjugate()}, {"vjp": lambda z, dy: dy * 2 * z}),
]  # fmt: skip


@pytest.mark.parametrize(("f", "point", "right", "wrong"), [row[1:] for row in FORMS], ids=[row[0] for row in FORMS])
def test_derivatives_of_every_form(f: Any, point: Any, right: dict[str, Any], wrong: dict[str, Any]) -> None:
    assert check_gradients(f, *point, **right).counts.keys() == {Verdict.PASS}
    with pytest.raises(GradientMismatch):
        check_gradients(f, *point, **wrong)


# the case, f, its arguments, the options, a right derivative, and one that is right at this point alone
SLOPES: list[tuple[str, Callable[..., Any], tuple[Any, ...], dict[str, Any], Any, Any]] = [
    ("on Values", lambda x: x**3, (2.0,), {}, lambda x: 3 * x**2, lambda x: 6 * x),
    ("hidden from Values", lambda x: x**3, (2.0,), {}, lambda x: 3 * x * x, lambda x: 3 * x * getattr(x, "data", x)),
    ("on floats", math.sin, (1.0,), {}, math.cos, lambda x: math.cos(1.0)),
    ("a part in a thousand", math.exp, (1.0,), {}, math.exp, lambda x: math.exp(x) + 1e-3 * (x - 1)),
    ("where f is 0", lambda x: math.sin(x) ** 2, (0.0,), {}, lambda x: math.sin(2 * x), math.sin),
    ("where the slope is 0", math.atan, (0.0,), {}, lambda x: 1 / (1 + x * x), lambda x: 1 + x / 9),
    ("fast", math.sin, (1e6,), {}, math.cos, lambda x: math.cos(1e6)),
    ("beside an end", math.log, (1e-10,), {}, lambda x: 1 / x, lambda x: 1e10),
    ("at an end", math.exp, (1.0,), {"domain": "[0, 1]"}, math.exp, lambda x: math.e),
    ("at an end, flat", lambda x: x**3, (0.0,), {"domain": "[0, 1]"}, lambda x: 3 * x * x, lambda x: x),
    ("a kink of the slope", lambda x: max(x, 0.0) ** 2, (0.0,), {}, lambda x: 2 * max(x, 0), lambda x: 3 * max(x, 0)),
    ("a kink, on floats", lambda x: math.pow(max(x, 0.0), 2), (0.0,), {}, lambda x: 2 * max(x, 0.0), lambda x: x / 2),
    ("a mixed one", lambda a, b: math.pow(a, 2) * b, (2.0, 3.0), {},
     lambda a, b: (2 * a * b, a * a), lambda a, b: (2 * a * b, 2 * a)),
    ("vjp", softmax, (X,), {"form": "vjp"}, softmax_vjp, lambda z, dy: softmax_vjp(z, dy) + (z[0] - 0.5) / 1000),
    ("jvp", lambda a, b: a * b, (2.0, 3.0), {"form": "jvp"}, lambda a, b, v, w: b * v + a * w,
     lambda a, b, v, w: 1.5 * a * v + a * w),
    ("a Jacobian", lambda z: [z[0], z[0] * z[1]], ([2.0, 3.0],), {},
     lambda z: [[1, 0], [z[1], z[0]]], lambda z: [[1, 0], [3.0, z[0]]]),
    ("few digits", lambda x: round(math.exp(x), 7), (1.0,), {"accuracy": 1e-7}, math.exp, lambda x: math.e),
    ("float32", lambda x: float(np.tanh(np.float32(x))), (0.5,), {}, lambda x: 1 - math.tanh(x) ** 2,
     lambda x: 1 - math.tanh(0.5) ** 2),
]  # fmt: skip


@pytest.mark.parametrize(
    ("f", "point", "options", "right", "wrong"), [row[1:] for row in SLOPES], ids=[row[0] for row in SLOPES]
)
def test_second_derivatives_beside_a_supplied_gradient(
    f: Any, point: Any, options: dict[str, Any], right: Any, wrong: Any
) -> None:
    more = {name: option for name, option in options.items() if name != "form"}
    form = options.get("form", "grad")
    assert check_gradients(f, *point, order=2, **{form: right}, **more).counts.keys() <= {Verdict.PASS, Verdict.KINK}
    assert check_gradients(f, *point, **{form: wrong}, **more).counts.keys() == {Verdict.PASS}
    with pytest.raises(GradientMismatch, match=rf"∂²f/∂.* by (the derivative|differences) of {form}="):
        check_gradients(f, *point, order=2, **{form: wrong}, **more)


def repeated(x: Any, n: int) -> Any:
    return math.prod([x for _ in range(n)])


@dataclasses.dataclass
class Repeated:
    x: Any
    n: int

    def __post_init__(self) -> None:
        assert isinstance(self.n, int)


class Twice(NamedTuple):
    x: Any
    n: int


# f on Values, and its arguments
ON_VALUES: list[tuple[str, Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = [
    ("several outputs", lambda z: [z[0] * z[1], z[2] ** 2], ([1.0, 2.0, 3.0],), {"order": 2}),
    ("a dict of outputs", lambda x: {"a": x * x, "b": (x, 1.0)}, (2.0,), {}),
    ("an array of outputs", lambda x: np.exp(x) * x, (X,), {}),
    ("a setting", lambda x, how: x**2 if how == "square" else x, (3.0, "square"), {}),
    ("a count", lambda x, n: math.prod([x for _ in range(n)]), (3.0, 4), {"static": ["n"]}),
    ("keyword arguments", lambda x, *, y=1.0, how="mean": x * y, (3.0,), {"kwargs": {"y": 2.0, "how": "sum"}}),
    ("a dataclass", lambda p: p.w[0] * p.b + p.w[1], (Line([1.0, 2.0], 3.0),), {}),
    ("a named tuple", lambda p: p.a * p.b, (Pair(1.0, 2.0),), {}),
    ("a declared count", repeated, (3.0, 4), {}),
    ("a declared count by name", repeated, (3.0,), {"kwargs": {"n": 4}}),
    ("a count in a dataclass", lambda p, y: repeated(p.x, p.n) * y, (Repeated(3.0, 4), 2.0), {"order": 2}),
    ("a count in a named tuple", lambda p: repeated(p[0], p[1]), (Twice(3.0, 2),), {}),
    (
        "a count in a dict",
        lambda p: repeated(p["x"][0], p["n"]),
        ({"n": 4, "x": [3.0]},),
        {"static": ['p["n"]'], "domain": {"p": {"x": ["(0, 9]"]}}},
    ),
    ("places in a list", lambda p, x: x[p[0]] * p[1], ([1, 2.0], [3.0, 4.0]), {"static": ["p[0]"]}),
    ("numbers of any count", lambda x1, *x: x1 * x[0] * x[1], (2.0, 3.0, 4.0), {}),
    ("an array of texts", lambda x, names: x[0] * x[1], ([1.0, 2.0], np.array(["a", "b"])), {}),
]


@pytest.mark.parametrize(("f", "point", "options"), [row[1:] for row in ON_VALUES], ids=[row[0] for row in ON_VALUES])
def test_arguments_and_results_of_every_kind(f: Any, point: Any, options: dict[str, Any]) -> None:
    assert check_gradients(f, *point, **options).counts.keys() == {Verdict.PASS}


BAD: list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any], str]] = [
    (softmax, (X,), {"grad": lambda z: z}, r"Jacobian of 3 outputs × 3 inputs, got 3 numbers"),
    (lambda a, b: [a, b], (1.0, 2.0), {"grad": lambda a, b: [1.0]}, r"a tuple of 2 Jacobians, got 1 parts"),
    (math.sin, (1.0,), {"grad": math.cos, "hessian": lambda x: [1.0, 2.0]}, r"hessian= must return 1×1 numbers, got 2"),
    (softmax, (X,), {"grad": softmax_jacobian, "hessian": lambda z: z}, r"for an f of one output; it has 3"),
    (lambda way: 1.0, ("up",), {"grad": lambda way: 0.0}, r"f has no number to differentiate by"),
    (math.sin, (1.0,), {"static": ["y"]}, r"static=: 'y' is not an argument, or a part of one \(x\)"),
    (lambda p: p["a"], ({"a": 2.0},), {"static": ["p['b']"]}, r"or a part of one \(p, p\['a'\]\)"),
    (lambda n: n, (4,), {"static": ["n"]}, r"to differentiate by; settings, in static= or declared as int, are n"),
    (lambda p, y: math.prod([y] * p["n"]), ({"n": 4}, 2.0), {}, r"static=\[\"p\['n'\]\"\]; whole numbers are p"),
    (lambda x, k: np.asarray(x)[k], ([2.0, 3.0], 1), {}, r"are valid indices: name .* static=\['k'\]; whole"),
    (lambda x, n: x * n, (2.0, 3), {"grad": lambda x, n: (n, sum([x] * n) / n)}, r"grad=: .* static=\['n'\]"),
]


@pytest.mark.parametrize(("f", "point", "options", "message"), BAD)
def test_derivatives_of_another_shape_are_refused(f: Any, point: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        check_gradients(f, *point, **options)


def test_many_derivatives_are_verified_along_directions() -> None:
    W, x = np.random.default_rng(0).normal(size=(10, 10)), X[np.arange(10) % 3]
    calls = 0

    def f(W: Any) -> float:
        nonlocal calls
        calls += 1
        return float(np.sum(np.tanh(W @ x) ** 2))

    def slope(W: Any) -> Any:
        a = np.tanh(W @ x)
        return np.outer(2 * a * (1 - a * a), x)

    assert check_gradients(f, W, grad=slope).counts == {Verdict.PASS: 100}
    assert calls <= 2000
    smallest = np.unravel_index(np.argmin(np.abs(slope(W))), W.shape)
    for place, factor in (((3, 4), 1 + 1e-5), (smallest, -1.0)):
        wrong = np.ones((10, 10))
        wrong[place] = factor
        with pytest.raises(GradientMismatch) as caught:
            check_gradients(f, W, grad=lambda W, wrong=wrong: wrong * slope(W))
        assert f"∂f/∂W[{place[0]}][{place[1]}]" in str(caught.value)

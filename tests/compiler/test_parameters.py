"""What a compiled function accepts: defaults, names, static arguments, any number of them, any callable."""

import functools
import inspect
import math
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from typing import Any

import numpy as np
import pandas
import pytest

import autograd
from autograd import Value, detach, grad, hessian, hvp, jacobian, value_and_grad
from autograd.primitives.operators import core
from tests.compiler.backends import both


def everything(x, y=2.0, *xs, z, w=1.0, **ks):
    return x * y * xs[0] * z * w * ks["a"]


def polynomial(x, n=3, flag=True, f=np.sin, name="sin"):
    return sum(x**i for i in range(n)) if flag else f(x)


class Spring:
    k = 2.0

    def energy(self, x, *, scale=0.5):
        return scale * self.k * x * x

    @classmethod
    def of_class(cls, x):
        return cls.k * x

    @staticmethod
    def of_none(x):
        return 3.0 * x

    def __call__(self, x):
        return self.energy(x)


# The function, its arguments, and the named ones.
CALLS = [
    ("a default", lambda x, y=2.0: x * y, (3.0,), {}),
    ("a default that is passed", lambda x, y=2.0: x * y, (3.0, 4.0), {}),
    ("a default passed by name", lambda x, y=2.0: x * y, (3.0,), {"y": 4.0}),
    ("one of two defaults by name", lambda x, y=2.0, z=5.0: x * y - z, (3.0,), {"z": 4.0}),
    ("defaults that are no numbers", polynomial, (2.0,), {}),
    ("a default of None", lambda x, y=None: x if y is None else x * y, (2.0,), {}),
    ("by name alone", lambda x, *, k: x * k, (2.0,), {"k": 4.0}),
    ("by name alone, with a default", lambda x, *, n=3: x**n, (2.0,), {}),
    ("a list by name", lambda x, *, k: x * k[1], (2.0,), {"k": [4.0, 5.0]}),
    ("any number", lambda *xs: xs[0] * xs[1] - xs[2], (2.0, 3.0, 4.0), {}),
    ("one, and any number", lambda x, *xs: x * xs[1] - xs[0], (2.0, 3.0, 4.0), {}),
    ("none of any number", lambda x, *xs: x * len(xs) + x, (2.0,), {}),
    ("any names", lambda x, **ks: x * ks["a"] - ks["b"], (2.0,), {"b": 4.0, "a": 3.0}),
    ("everything", everything, (2.0, 3.0, 4.0), {"z": 5.0, "a": 6.0}),
    ("positional only", lambda x, /, y: x * y, (2.0, 3.0), {}),
    ("a partial", functools.partial(lambda x, y: x * y, y=3), (2.0,), {}),
    ("a partial of the first", functools.partial(lambda x, y: x * y, 3.0), (2.0,), {}),
    ("a method", Spring().energy, (2.0,), {}),
    ("a method, by name", Spring().energy, (2.0,), {"scale": 3.0}),
    ("a class method", Spring.of_class, (2.0,), {}),
    ("a static method", Spring.of_none, (2.0,), {}),
    ("an object", Spring(), (2.0,), {}),
    ("an operation", autograd.tanh, (2.0,), {}),
    ("an operation of NumPy", np.tanh, (2.0,), {}),
    ("compiled", autograd.compile(lambda x, y=2.0: x * y), (3.0,), {}),
    ("a gradient", grad(lambda x, y=2.0: x**3 * y), (3.0,), {}),
    ("a gradient, by name", grad(lambda x, y=2.0: x**3 * y), (3.0,), {"y": 4.0}),
    ("a gradient of another argument", grad(lambda x, y: x**3 * y, 1), (3.0, 2.0), {}),
    ("a Hessian", hessian(lambda x: x**3), (3.0,), {}),
    ("a gradient of a gradient", grad(grad(lambda x: x**3)), (3.0,), {}),
    ("a gradient of compiled", grad(autograd.compile(lambda x: x**3)), (3.0,), {}),
]  # fmt: skip


@both
@pytest.mark.parametrize("f, args, named", [row[1:] for row in CALLS], ids=[row[0] for row in CALLS])
def test_a_call_gives_what_f_gives(compile, f, args, named) -> None:
    fast = compile(f)
    for _ in range(3):  # the first call traces, later ones may take the fast path
        assert fast(*args, **named) == pytest.approx(f(*args, **named), rel=1e-14)
        value, slope = fast.value_and_grad(*args, **named)
        assert (value, slope) == pytest.approx(value_and_grad(f)(*args, **named), rel=1e-14)


def test_calls_of_several_kinds_take_turns() -> None:
    fast = autograd.compile(lambda x, y=2.0, *, z=3.0: x * y - z, backend="numpy")
    calls = [((1.0,), {}), ((1.0, 5.0), {}), ((1.0,), {"y": 5.0}), ((1.0,), {"z": 7.0}), ((1.0, 5.0), {"z": 7.0})]
    for _ in range(2):
        assert [fast(*args, **named) for args, named in calls] == [-1.0, 2.0, 2.0, -5.0, -2.0]


@dataclass(frozen=True)
class Options:
    rate: float
    count: Any


STATIC = [
    (0.0, -0.0),
    (1, True),
    (1, 1.0),
    (0, False),
    ((0.0,), (-0.0,)),
    (frozenset({1}), frozenset({True})),
    ("1", 1),
    (Decimal("1.0"), Decimal("1.00")),
    (Options(0.0, 1), Options(-0.0, 1)),
    (Options(0.0, 1), Options(0.0, True)),
    ((Options(0.0, (1,)),), (Options(0.0, (1.0,)),)),
    (range(3, 3), range(0)),
    (np.datetime64(0, "D"), np.datetime64(0, "s")),
]


@pytest.mark.parametrize("one, other", STATIC)
def test_static_arguments_are_told_apart_by_type_and_bits(one, other) -> None:
    fast = autograd.compile(lambda x, s: x if repr(s) == repr(one) else 3 * x, static="s", backend="numpy")
    assert [fast(2.0, s) for s in (one, other, one, other)] == [2.0, 6.0, 2.0, 6.0]


def test_a_static_argument_that_changes_is_seen() -> None:
    options = Options(2.0, 1)
    fast = autograd.compile(lambda x, s: x * s[0].rate, static="s", backend="numpy")
    assert fast(3.0, kept := (options,)) == 6.0
    object.__setattr__(options, "rate", 4.0)
    assert fast(3.0, kept) == 12.0


FIXED = [7, 7.5, "text", None, True, (1000, (0.5, "a")), frozenset({1000, 0.5})]


@pytest.mark.parametrize("fixed", FIXED, ids=repr)
def test_a_second_call_with_static_arguments_is_not_read_again(fixed, monkeypatch) -> None:
    fast = autograd.compile(lambda n, xs, m, w: xs[1] * w[0], static=("n", "m"), rows="w", backend="numpy")
    call = (fixed, [2.0, 3.0], 1, [[4.0], [5.0]])
    assert fast(*call).tolist() == [12.0, 15.0]
    with pytest.raises(TypeError, match="too many"):
        fast(*call, 1.0)
    monkeypatch.setattr("autograd.compiler.calls.compiled.read", None)
    assert fast(*call).tolist() == [12.0, 15.0]


class Grade(IntEnum):
    LOW, HIGH = 1, 2


FRAME = pandas.DataFrame({"x": [1.0, 2.0]})
REFUSED = [
    ("a function", lambda x, f: f(x), (1.0, np.cos), r"f: .* name it in static=\('f',\)"),
    ("text", lambda x, s: x, (1.0, "sin"), r"s: .* name it in static=\('s',\)"),
    ("a frame", lambda w, df: (w * df.x).sum(), (1.0, FRAME), r"x\.to_numpy\(\).* compile\(lambda w: f\(w, df\)\)"),
    ("a method", Spring.energy, (1.0,), r"compile\(object\.method\)"),
    ("a member", lambda x, g: x, (1.0, Grade.LOW), r"Grade\.LOW.* pass int\(g\); or name it in static=\('g',\)"),
    ("members", lambda x, gs: x, (1.0, [Grade.LOW]), r"pass int\(gs\[0\]\)"),
    ("a mask", lambda x: x @ x, (np.ma.masked_array([1.0, 2.0], [False, True]),), "masked"),
]


@pytest.mark.parametrize("f, args, message", [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_no_number_is_refused_with_a_remedy(f, args, message) -> None:
    with pytest.raises(TypeError, match=message):
        autograd.compile(f)(*args)


def test_nan_is_one_static_argument() -> None:
    traced = []
    fast = autograd.compile(lambda x, s: traced.append(s) or x, static="s", backend="numpy")
    assert [fast(2.0, math.nan), fast(2.0, float("nan"))] == [2.0, 2.0]
    assert len(traced) == 1


def test_static_arguments_of_every_kind_of_parameter() -> None:
    fast = autograd.compile(polynomial, static=("n", "flag", "f", "name"), backend="numpy")
    assert (fast(2.0), fast(2.0, 4), fast(2.0, n=5, flag=False)) == (7.0, 15.0, math.sin(2.0))
    assert fast.value_and_grad(2.0, flag=False, f=np.cos)[1] == pytest.approx(-math.sin(2.0), rel=1e-15)
    fast = autograd.compile(lambda x, *, n: x**n, static="n", backend="numpy")
    assert (fast(2.0, n=3), fast(2.0, n=4)) == (8.0, 16.0)


def test_argnums_count_what_is_positional() -> None:
    fast = autograd.compile(lambda x, y=2.0, *xs, k=1.0: x * y * k * (xs[0] if xs else 1.0), backend="numpy")
    assert fast.value_and_grad(3.0, 4.0, 5.0, argnums=(0, 1, 2)) == (60.0, (20.0, 15.0, 12.0))
    assert fast.value_and_grad(3.0, 4.0, 5.0, k=2.0, argnums=-1) == (120.0, 24.0)
    with pytest.raises(ValueError, match="y was not passed"):
        fast.value_and_grad(3.0, argnums=1)
    with pytest.raises(ValueError, match="out of range"):
        fast.value_and_grad(3.0, 4.0, argnums=2)
    with pytest.raises(ValueError, match=r"hessian is that of one argument: .* compile\(hessian\(f, \(0, 1\)\)\)"):
        fast.hessian(3.0, 4.0, argnums=(0, 1))


def test_rows_of_what_is_passed_by_name() -> None:
    fast = autograd.compile(lambda w, *, x, y=1.0: (w * x - y) ** 2, rows=("x", "y"), backend="numpy")
    x = np.array([1.0, 2.0])
    assert fast(2.0, x=x).tolist() == [1.0, 9.0]
    assert fast(2.0, x=x, y=np.array([2.0, 4.0])).tolist() == [0.0, 0.0]
    with pytest.raises(ValueError, match="y has 3 rows, x has 2"):
        fast(2.0, x=x, y=np.zeros(3))


def test_compiling_what_is_compiled_keeps_its_rows() -> None:
    inner = autograd.compile(lambda w, x: w * x, rows="x", backend="numpy")
    again = autograd.compile(inner, backend="numpy")
    assert again.rows == ("x",)
    assert again(2.0, [1.0, 2.0]).tolist() == [2.0, 4.0]


@pytest.mark.parametrize("transform", [grad, value_and_grad, hessian, jacobian])
def test_a_transform_has_the_signature_of_its_function(transform) -> None:
    def f(x, y=2.0, *, k=1.0):
        return x * y * k

    for g in (f, autograd.compile(f), functools.partial(f)):
        assert str(inspect.signature(transform(g))) == "(x, y=2.0, *, k=1.0)"


@both
def test_a_function_that_calls_itself_compiled(compile) -> None:
    def factorial(n, x):
        return x if n == 0 else n * x * fast(n - 1, x)

    fast = compile(factorial, static="n")
    assert fast(4, 2.0) == 24.0 * 2.0**5

    def plain(x, n=4):
        return x if n == 0 else n * x * other(1.0, n - 1)

    other = compile(plain, static="n")
    assert other(2.0) == 48.0


@both
@pytest.mark.parametrize("scale", [lambda w: w, lambda w: w if w > 0 else -w], ids=["as it is", "read"])
def test_rows_of_a_compiled_function_in_another(compile, scale) -> None:
    x = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]])
    inner = autograd.compile(lambda w, x: w * x[0] + x[1], rows="x", backend="numpy")
    assert compile(lambda w: scale(w) * inner(2.0, x, reduce="sum")).value_and_grad(3.0) == (93.0, 31.0)
    rows = 3.0 * x[:, 0] + x[:, 1]
    for outer, value, slope in (
        (lambda w: inner(w, x)[0] * scale(w), 3 * rows[0], rows[0] + 3 * x[0, 0]),
        (lambda w: scale(w) * inner(w, x, reduce="sum"), 3 * rows.sum(), rows.sum() + 3 * x[:, 0].sum()),
        (lambda w: scale(w) * inner(w, x=x, reduce="mean"), rows.sum(), rows.sum() / 3 + x[:, 0].sum()),
        (lambda w: inner.value_and_grad(w * w, x, reduce="sum")[0], 94.0, 54.0),
    ):
        for call in (compile(outer).value_and_grad, autograd.value_and_grad(outer)):
            assert call(3.0) == pytest.approx((value, slope), rel=1e-15)
    with pytest.raises(TypeError, match=r"w is a Value; .*; take derivatives of its total, reduce='sum'"):
        grad(lambda w: inner.jacobian(w, x)[0])(3.0)


@both
def test_rows_of_structures_on_values(compile) -> None:
    def f(w, row, pair, k, c=2.0):
        return {"a": [w[k] * row[0], row[1] * c], "b": pair["u"] * pair["v"][1]}

    fast = compile(f, rows=("row", "pair", "k"), index=("k",))
    rows, k = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], np.array([0, 1, 0])
    pair = {"u": np.array([1.0, 2.0, 3.0]), "v": np.ones((3, 2))}
    weights = np.array([3.0, 5.0])
    wanted, found = fast(weights, rows, pair, k), fast(list(map(Value, weights)), rows, pair, k)
    for key, x in wanted.items():
        np.testing.assert_array_equal(x, [[core(v) for v in row] for row in found[key]] if x.ndim == 2 else found[key])


# --- derivatives inside a traced function ---------------------------------------------------------


def f(x):
    return autograd.sin(x) * x**2 + autograd.relu(x) * autograd.exp(-x)


fast_f = autograd.compile(f)


def chosen(x):
    return autograd.where(x > 1, autograd.sqrt(autograd.abs(x - 1)), x * x) + autograd.clip(x, 0.0, 2.0) ** 3


def handled(x):
    try:
        y = autograd.log(detach(x))
    except ValueError:
        y = x
    return y * x if x < 1.5 else x * x * x


INSIDE = {
    "what is handled": grad(handled),
    "what is handled, twice": hessian(handled),
    "grad": lambda x: grad(f)(x) * x,
    "value_and_grad": lambda x: value_and_grad(f)(x)[0] * value_and_grad(f)(x)[1],
    "hessian": lambda x: hessian(f)(x) + x,
    "hvp": lambda x: hvp(f, (x,), (x,)),
    "vjp": lambda x: autograd.vjp(f, x)[1](2.0)[0] * x,
    "jvp": lambda x: autograd.jvp(f, (x,), (x,))[1],
    "jacobian": lambda x: jacobian(lambda v: [v * v, autograd.sin(v)])(x)[1],
    "gradients": lambda x: autograd.gradients(f(x), x, create_graph=True) * x,
    "three levels": grad(grad(grad(f))),
    "jvp of jvp": lambda x: autograd.jvp(lambda y: autograd.jvp(f, (y,), (1.0,))[1], (x,), (1.0,))[1],
    "grad of jvp": grad(lambda y: autograd.jvp(f, (y,), (1.0,))[1]),
    "a gradient penalty": lambda x: (grad(f)(x) - 1.0) ** 2 + f(x),
    "what is chosen": grad(chosen),
    "what is chosen, twice": lambda x: hvp(chosen, (x,), (1.0,)),
    "a maximum": lambda x: grad(lambda y: autograd.maximum(y, y * y) * y)(x) * x,
    "a network": lambda x: grad(lambda v: autograd.relu(autograd.relu(2 * v - 1) - autograd.relu(-v)) * v)(x),
    "a minimum of many": lambda x: grad(lambda v: autograd.minimum(autograd.minimum(v, 1.5), v * v) / v)(x),
    "a compiled function": lambda x: fast_f.value_and_grad(x)[1] * (x if x > 0 else 1.0),
    "a second derivative of a compiled function": lambda x: fast_f.hvp(x, tangents=x) if x > 0 else x,
    "an array": lambda x: np.sum(hessian(lambda v: v[0] ** 2 * v[1] * x)(np.array([x, 2.0]))),
}


@both
@pytest.mark.parametrize("g", INSIDE.values(), ids=INSIDE)
def test_a_derivative_inside_a_traced_function(compile, g) -> None:
    fast = compile(g)
    for x in (1.5, -0.3, 1.0, 0.0, 2.0, 0.5):
        try:
            wanted = value_and_grad(g)(x), hessian(g)(x)
        except (ValueError, ZeroDivisionError):
            continue  # arithmetic is IEEE's in compiled code
        assert fast.value_and_grad(x) == pytest.approx(wanted[0], rel=1e-12, abs=1e-13, nan_ok=True)
        assert fast.hessian(x) == pytest.approx(wanted[1], rel=1e-12, abs=1e-12, nan_ok=True)


@both
def test_a_physics_informed_loss(compile) -> None:
    """y″ = -y at points in time, with a small network for y: the loss differentiates it twice, training once more."""

    def y(w, t):
        return w[0] * autograd.tanh(w[1] * t + w[2]) + w[3]

    def residual(w, t):
        return (grad(grad(lambda s: y(w, s)))(t) + y(w, t)) ** 2

    w, t = np.array([0.5, -1.0, 0.25, 0.1]), np.linspace(0, 1, 5)
    fast = compile(residual, rows="t")
    value, slope = fast.value_and_grad(w, t, reduce="sum")
    wanted = [value_and_grad(residual)(w, s) for s in t.tolist()]
    assert value == pytest.approx(sum(v for v, _ in wanted), rel=1e-12)
    np.testing.assert_allclose(slope, sum(g for _, g in wanted), rtol=1e-11)


@both
def test_forces_are_the_gradient_of_an_energy(compile) -> None:
    def energy(q):
        return sum(1 / autograd.norm(q[i] - q[j]) for i in range(3) for j in range(i))

    q = np.array([[0.0, 0.0], [1.0, 0.5], [-0.5, 1.0]])
    np.testing.assert_allclose(compile(grad(energy))(q), grad(energy)(q), rtol=1e-13)

"""Loops written as scan and fori_loop: one step is traced in place of all, with the results of all steps."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import sin as plain_sin
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, cos, detach, exp, fori_loop, grad, gradients, hessian, no_grad, scan, sin, where
from autograd.compiler.derivatives.backward import differentiated
from autograd.compiler.tracing import stepping
from autograd.compiler.tracing.stepping import Stepping
from autograd.compiler.tracing.trace import trace
from tests.compiler.backends import both, needs_llvm
from tests.compiler.test_loops import BINARY, UNARY, assert_close, loops_in, trees
from tests.compiler.test_program import assert_read_back
from tests.profiles import costly


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make loops of a few steps, too."""
    monkeypatch.setattr(stepping, "LEAST_STEPS", 4)


@dataclass(frozen=True)
class Scanned:
    """A function of x, three parameters and a list, written with loops: each number of the state has an expression."""

    updates: tuple[Any, ...]
    times: int
    inner: int  # steps of a loop inside of each step
    reverse: bool
    counts: bool  # fori_loop in place of scan
    notes: bool  # whether what each step gives is used

    __name__ = "scanned"

    def __call__(self, x: Any, a: Any, xs: Any) -> Any:
        def update(state: Any, own: Any) -> Any:
            numbers = [*state["h"], state["alive"]]
            new = [0.9 * sin(evaluated(tree, numbers, own, [*a, x])) for tree in self.updates]
            if self.inner:
                new[0] = fori_loop(1, 1 + self.inner, lambda j, y: 0.5 * y + 0.1 * cos(y * j) * state["h"][0], new[0])
            return {"h": new, "alive": where(new[0] > 0.1, state["alive"], 0.5 * a[2])}

        state = {"h": [0.1 * x, 0.5][: len(self.updates)], "alive": 1.0}
        if self.counts:
            state = fori_loop(0, self.times, lambda k, s: update(s, k * 0.1), state)
            return state["h"][-1] + state["alive"] * state["h"][0]
        pairs = (xs[: self.times], np.arange(self.times))
        last, ys = scan(lambda s, y: (update(s, y[0] + y[1]), s["h"]), state, pairs, reverse=self.reverse)
        noted = last["alive"] * ys[0][-1] + ys[0][0] if self.notes else 0.0
        return last["h"][0] * last["h"][-1] + noted


def evaluated(tree: Any, numbers: list[Any], own: Any, outside: list[Any]) -> Any:
    """An expression in a step."""
    op, *parts = tree
    if op == "state":
        return numbers[parts[0] % len(numbers)]
    if op == "own":
        return own
    if op == "outside":
        return exp(outside[parts[0]]) if parts[1] else outside[parts[0]]
    operands = [evaluated(part, numbers, own, outside) for part in parts]
    return UNARY[op](*operands) if op in UNARY else BINARY[op](*operands)


LEAVES = st.one_of(
    st.tuples(st.just("state"), st.integers(0, 2)),
    st.tuples(st.just("own")),
    st.tuples(st.just("outside"), st.integers(0, 3), st.booleans()),
)
TREES = trees(LEAVES)
LOOPS = st.builds(
    Scanned,
    st.lists(TREES, min_size=1, max_size=2).map(tuple),
    st.integers(4, 9),
    st.sampled_from([0, 0, 5]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
POINT = (0.4, [0.5, -0.3, 0.8], [0.3, -0.2, 0.7, 0.1, -0.5, 0.6, 0.2, 0.9, -0.8])


@costly(8)
@given(LOOPS)
def test_one_step_computes_what_all_steps_do(f: Scanned) -> None:
    program, steps = trace(f, POINT, stepping=Stepping()), trace(f, POINT)
    assert loops_in(program) == sorted([f.times] + [f.inner] * bool(f.inner))
    assert program(*POINT) == steps(*POINT) == f(*POINT)
    for safe in (False, True):
        found = differentiated(program, [0, 1, 2], safe)
        assert_close(found(*POINT), differentiated(steps, [0, 1, 2], safe)(*POINT))
        assert_read_back(found, POINT)
    assert_read_back(program, POINT)


@both
@costly(4)
@given(f=LOOPS)
def test_executors_run_them(compile: Any, f: Scanned) -> None:
    every = (0, 1, 2)
    assert_close(compile(f).value_and_grad(*POINT, argnums=every), autograd.value_and_grad(f, every)(*POINT))
    by_row = compile(f, rows=("x", "xs"))
    x, xs = POINT[0] * np.linspace(0.5, 1.5, 19), np.outer(np.linspace(-1.0, 1.0, 19), POINT[2])
    value, (slopes, shared) = by_row.value_and_grad(x, POINT[1], xs, argnums=(0, 1), reduce="sum")
    wanted = [autograd.value_and_grad(f, (0, 1))(*row[:1], POINT[1], row[1]) for row in zip(x, xs)]
    assert_close(value, sum(float(v) for v, _ in wanted))
    assert_close(slopes, [g for _, (g, _) in wanted])
    assert_close(shared, np.sum([g for _, (_, g) in wanted], axis=0))


# --- steps that are alike, and others ------------------------------------------------------------------------------


def counting(x: Any) -> Any:
    n = 0

    def step(k: Any, y: Any) -> Any:
        nonlocal n
        n += 1
        return y + 0.1 * n * x

    return fori_loop(0, 6, step, x)


def keeping(x: Any) -> Any:
    kept: list[Any] = []

    def step(k: Any, y: Any) -> Any:
        kept.append(y)
        return sin(y) + 0.1

    return fori_loop(0, 6, step, x) * len(kept) + kept[3]


def measuring(x: Any) -> Any:
    kept: list[float] = []
    return fori_loop(0, 6, lambda k, y: (kept.append(1.0), sin(y))[1], x) * len(kept)


class Cell:
    """A state of its own."""

    h: Any = 0.0

    def step(self, k: Any, y: Any) -> Any:
        self.h = sin(self.h + y)
        return self.h * 0.5 + y


def without_grad(x: Any) -> Any:
    with no_grad():
        z = fori_loop(0, 6, lambda k, y: sin(y) + y * x, x)
    return z * x


def drawing(x: Any) -> Any:
    noise = np.random.default_rng(3)
    return fori_loop(0, 6, lambda k, y: sin(y) + noise.normal() * x, x)


def fixed_size(x: Any) -> Any:
    buffer = [0.0] * 6

    def step(k: Any, y: Any) -> Any:
        buffer[k] = y
        return sin(y) + 0.1

    return fori_loop(0, 6, step, x) + buffer[2]


ALIKE: dict[str, Callable[[Any], Any]] = {
    "a power": lambda x: fori_loop(0, 6, lambda k, y: 0.5 * sin(y) + x**k, x),
    "a branch on the state": lambda x: fori_loop(0, 6, lambda k, y: y - 0.3 if y > 0.5 else y * 1.7, x),
    "a branch on the step": lambda x: fori_loop(0, 6, lambda k, y: y * 0.9 + 1 if k % 2 else sin(y), x),
    "inside a branch": lambda x: fori_loop(0, 6, lambda k, y: sin(y) + x, x) if x > 0.2 else x * 3,
    "a condition outside": lambda x: fori_loop(0, 6, lambda k, y: where(x > 0.3, sin(y), cos(y)) + k, x),
    "NumPy": lambda x: fori_loop(0, 6, lambda k, y: y + np.sin(k) * x, x),
    "arrays": lambda x: fori_loop(0, 6, lambda k, u: np.sin(u) @ u + u * x, x * np.array([1.0, 2.0])).sum(),
    "a whole number": lambda x: fori_loop(0, 6, lambda k, c: (c[0] + 1, c[1] * x + c[0]), (0, x))[1],
    "a truth": lambda x: fori_loop(0, 6, lambda k, c: (where(c[1], c[0] * 0.9, 1 - c[0]), c[0] > 0.3), (x, True))[0],
    "None": lambda x: scan(lambda c, _: ((c[0] * x, None, 0.0), 1.0), (1.0, None, 2.0), length=6)[0][0],
    "what all share": lambda x: fori_loop(0, 6, lambda k, y: y * exp(x) * 0.3 + sin(x), x),
    "a gradient in a step": lambda x: fori_loop(0, 6, lambda k, y: y - 0.1 * grad(lambda u: (u - x) ** 3)(y), x),
    "outputs": lambda x: scan(lambda c, y: (c * x, [c, {"b": np.array([c, y])}]), 1.0, [x] * 6)[1][1]["b"].sum(),
    "pairs": lambda x: scan(lambda c, y: (sin(c) * y[0] + y[1], c), 1.0, [(x, i * x) for i in range(6)])[1].sum(),
    "detached": lambda x: fori_loop(0, 6, lambda k, y: sin(y) + detach(y) * x, x),
    "no_grad": without_grad,
}  # fmt: skip
UNLIKE: dict[str, Callable[[Any], Any]] = {
    "a place in a list": lambda x: fori_loop(0, 6, lambda k, y: sin(y) + [1.0, 2.0, 3.0, 4.0, 5.0, 6.0][k] * x, x),
    "bits": lambda x: fori_loop(0, 6, lambda k, y: y * 0.9 + (k & 1), x),
    "a key": lambda x: fori_loop(0, 6, lambda k, y: sin(y) + {3: 1.0}.get(k, 0.5), x),
    "a kind": lambda x: fori_loop(0, 6, lambda k, y: sin(y) + (1.0 if isinstance(k, int) else 0.5), x),
    "a text": lambda x: fori_loop(0, 6, lambda k, y: sin(y) + (1.0 if f"{k}" == "3" else 0.5), x),
    "math": lambda x: fori_loop(0, 6, lambda k, y: y + plain_sin(k) * x, x),
    "a list that grows": lambda x: scan(lambda c, _: ([*c, c[-1] * x], None), [1.0], length=6)[0][-1],
    "a state of another kind": lambda x: fori_loop(0, 6, lambda k, c: [c[0] * x, c[1]], (x, x))[0],
    "a gradient of the loop": lambda x: grad(lambda y: fori_loop(0, 6, lambda k, z: sin(z) + y * z, y))(x),
    "its second derivative": lambda x: hessian(lambda u: fori_loop(0, 6, lambda k, z: sin(z) * u, u))(x),
    "gradients": lambda x: gradients(fori_loop(0, 6, lambda k, z: sin(z) * x, x), x) if isinstance(x, Value) else x,
    "a counter": counting,
    "a list outside": keeping,
    "the length of a list": measuring,
    "an object": lambda x: fori_loop(0, 6, Cell().step, x),
    "random numbers": drawing,
    "a buffer": fixed_size,
}  # fmt: skip


@pytest.mark.parametrize(("f", "times"), [(f, [6]) for f in ALIKE.values()] + [(f, []) for f in UNLIKE.values()],
                         ids=[*ALIKE, *UNLIKE])  # fmt: skip
def test_steps_are_traced_once_where_they_are_alike(f: Any, times: list[int]) -> None:
    fast = autograd.compile(f, backend="numpy")
    for x in (0.5, 0.1):
        assert_close(fast.value_and_grad(x), autograd.value_and_grad(f)(x))
    assert loops_in(fast.program) == times * 2  # and the backward pass


@pytest.mark.parametrize("f", [*ALIKE.values(), *UNLIKE.values()], ids=[*ALIKE, *UNLIKE])
def test_lifted_they_compute_the_same(f: Any) -> None:
    lifted = autograd.lift(f)
    fast = autograd.compile(lifted, backend="numpy")
    for x in (0.5, 0.1):
        assert_close(fast.value_and_grad(x), autograd.value_and_grad(lifted)(x))


@both
@pytest.mark.parametrize("name", ["arrays", "a truth", "what all share", "outputs"])
def test_every_derivative_goes_through_them(compile: Any, name: str) -> None:
    f = ALIKE[name]
    fast = compile(f)
    assert_close(fast.hessian(0.5), hessian(f)(0.5))
    assert_close(fast.hvp(0.5, tangents=1.5), autograd.hvp(f, (0.5,), (1.5,)))
    assert_close(fast.jacobian(0.5), autograd.jacobian(f)(0.5))
    assert_close(fast.jvp((0.5,), (2.0,)), autograd.jvp(f, (0.5,), (2.0,)))


@both
def test_the_first_error_of_a_row_is_raised(compile: Any) -> None:
    def f(x: Any) -> Any:
        def step(k: Any, y: Any) -> Any:
            if k > 2 and y > 4:
                raise ValueError("beyond 4, late")
            if y > 10:
                raise KeyError("beyond 10")
            return 2 * y

        return fori_loop(0, 6, step, x)

    fast = compile(f, rows=("x",))
    np.testing.assert_allclose(fast([0.01, 0.02]), [0.64, 1.28])
    assert loops_in(fast.program) == [6]
    for x in (0.6, 1.0, 3.0, 11.0):
        with pytest.raises((ValueError, KeyError)) as wanted:
            f(x)
        with pytest.raises(type(wanted.value)) as found:
            fast([0.01, x, 100.0])
        assert found.value.args == wanted.value.args
        assert found.value.__notes__[-1] == "f raises this for row 1"


@both
def test_a_step_may_have_a_while(compile: Any) -> None:
    def f(x: Any) -> Any:
        def step(k: Any, y: Any) -> Any:
            while y > 1.0:
                y = 0.7 * y
            return 1.9 * y + 0.01 * k

        return fori_loop(0, 6, step, x)

    fast = compile(f, rows=("x",))
    x = np.array([0.5, 1.2, 1e4])
    value, slopes = fast.value_and_grad(x, reduce="sum")
    assert_close((value, slopes), (sum(map(f, x)), [grad(f)(row) for row in x]))
    assert 6 in loops_in(fast.program)


def test_errors_of_a_step_are_those_of_f() -> None:
    with pytest.raises(ZeroDivisionError, match="user"):
        autograd.compile(lambda x: fori_loop(0, 6, lambda k, y: (_ for _ in ()).throw(ZeroDivisionError("user")), x))(
            1.0
        )
    with pytest.raises(TypeError, match="next state and an output"):
        autograd.compile(lambda x: scan(lambda c, y: c, x, length=6))(1.0)


@needs_llvm
def test_a_million_steps_are_compiled_in_a_moment() -> None:
    def f(x: Any, c: Any) -> Any:
        return fori_loop(0, 1_000_000, lambda k, y: y - 1e-6 * sin(y * c + 1e-6 * k), x)

    autograd.compile(lambda x: x)(1.0)
    start = time.process_time()
    fast = autograd.compile(f)
    value, slopes = fast.value_and_grad(2.0, 0.7, argnums=(0, 1))
    assert time.process_time() - start < 3  # measured: 0.15
    few = autograd.compile(lambda x, c: fori_loop(0, 1000, lambda k, y: y - 1e-3 * sin(y * c + 1e-3 * k), x))
    np.testing.assert_allclose((value, *slopes), np.hstack(few.value_and_grad(2.0, 0.7, argnums=(0, 1))), atol=1e-3)

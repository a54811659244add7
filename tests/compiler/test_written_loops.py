"""Long `for` loops, read from the source: one turn is traced in place of all, with the results of every turn."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import compile, sin, value_and_grad
from autograd.compiler.programs.operation import LOOP
from autograd.compiler.tracing import stepping
from autograd.lifting.rewriting import steps

DATA = np.linspace(0.1, 1.0, 20)


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "LEAST_TURNS", 4)
    monkeypatch.setattr(stepping, "LEAST_STEPS", 4)


# --- loops of which one turn stands for the others


def reads_the_number_after(x):
    s = 0.0
    for k in range(30):
        s = s + x * k
    return s * k


def has_temporaries(x):
    y = u = 1.0
    for k in range(30):
        t = x * y
        u = t + k // 3 + k % 3
        y = 0.5 * sin(u)
    u *= 2.0
    return y + u


def lags(x):
    a = b = 0.0
    for _ in range(30):
        a, b = 0.9 * sin(a + x), a
    return a * b


def carries_lists(x):
    h = [0.0, x, 1.0]
    for _ in range(30):
        h = [0.5 * sin(h[i - 1]) + 0.1 * x * sum(h[j] for j in range(3)) for i in range(3)]
    return sum(h)


def carries_a_dict(x):
    d = {"a": x, "b": 1.0}
    for _ in range(30):
        d = {"a": 0.5 * d["a"] + d["b"] * 0.1, "b": sin(d["a"])}
    return d["a"] * d["b"]


def nests(x):
    s = x
    for i in range(10):
        for j in range(12):
            s = 0.9 * sin(s) + 0.01 * i * j
        s *= 0.5
    return s


def goes_over_data(x):
    s = 0.0
    for v in DATA:
        s = 0.5 * s + sin(v * x)
    return s + v


def goes_over_rows(x):
    s = 0.0
    for v in DATA.reshape(10, 2):
        s = 0.5 * s + sin(v[0] * x) + v[1]
    return s


def goes_over_pairs(x):
    y = x
    for i, j in [(0.1 * k, 0.2 * k) for k in range(20)]:
        y = 0.5 * sin(y * i) + j
    return y + i * j


def goes_over_two(x):
    y = x
    for k, v in enumerate(DATA):
        y = 0.5 * sin(y + v) + 0.1 * k
    for v, w in zip(DATA.tolist(), DATA[::-1]):
        y = 0.5 * sin(y + v) * w
    return y


def goes_down(x):
    def halved(z):
        for _ in range(1):
            z = 0.5 * z
        return z

    y = x
    for k in range(20, -20, -1):
        y = halved(y) + 0.01 * k
    return y


def bounces(x):
    y, v = x, 1.0
    for _ in range(50):
        v = v - 0.1
        y = y + v * 0.1
        if y < 0:
            y = -0.9 * y
            v = -0.9 * v
    return y


def has_a_flag(x):
    y, high = x, False
    for _ in range(50):
        y = y * 1.1
        high = high or y > 3
    return y if high else -y


def changes_sides(x):
    y = x
    for k in range(30):
        y = sin(y) if k % 2 else 0.5 * y
    return y


# --- loops of which each turn is traced


def counts(x):
    n, s = 0, 0.0
    for _ in range(30):
        n = n + 1
        s = s + x / 3**n
    return s


def is_read_by_a_function(x):
    y = x
    g = lambda: y * 2.0  # noqa: E731
    for _ in range(30):
        y = 0.3 * g() + 0.1
    return y


def is_read_by_a_generator(x):
    y = x
    g = (y * i for i in range(3))
    for _ in range(30):
        y = y * 0.5 + 0.1
    return y + sum(g)


def assigns_late(x):
    y = x
    for k in range(30):
        if k == 20:
            z = y
        y = 0.9 * sin(y)
    return y + z


def changes_something(x):
    log, s = [], x
    for _ in range(10):
        s = s * 0.5
        t = log.append(s)
    return sum(log) if t is None else s


def asks_for_plain_numbers(x):
    s, names = x, [0.1] * 5 + [0.2] * 5
    for i in range(10):
        s = s * 0.5 + math.sin(i * 0.1) + names[i]
    return s


def is_plain(x):
    c = 1.0
    for _ in range(1000):
        c = c * 1.001
    return x * math.sqrt(c)


def is_left_early(x):
    y = x
    for _ in range(50):
        y = y * 1.1
        if y > 3:
            break
    return y


def changes_arrays(x):
    a = np.array([x, 1.0])
    b = a
    for _ in range(30):
        a *= 0.9
    return b.sum()


def changes_an_array_it_is_given(x):
    def halved(z):
        z *= 0.5
        return z

    a = np.array([x, 1.0])
    b = a
    for _ in range(30):
        a = halved(a)
    return b.sum()


def exceeds_floats(x):
    s = x
    for i in range(30):
        s = 0.5 * s + i**14 % 7
    return s


def exceeds_floats_from_the_start(x):
    s = x
    for i in range(2**60, 2**60 + 30):
        s = 0.5 * s + i % 2
    return s


def wraps_around(x):
    s = x
    for i in np.arange(30, dtype=np.int8).reshape(15, 2):
        s = 0.5 * s + x * (i * i)[1]
    return s


def asks_for_a_class_after(x):
    c, s = 1.0, x
    for _ in range(30):
        c = c * 0.9
        s = 0.5 * s + c
    return s if isinstance(c, float) else -s


ONE = [
    reads_the_number_after, has_temporaries, lags, carries_lists, carries_a_dict, nests, goes_over_data, goes_over_rows,
    goes_over_pairs, goes_over_two, goes_down, bounces, has_a_flag, changes_sides,
]  # fmt: skip
EACH = [
    counts, is_read_by_a_function, is_read_by_a_generator, assigns_late, changes_something, asks_for_plain_numbers,
    is_plain, is_left_early, changes_arrays, changes_an_array_it_is_given, exceeds_floats,
    exceeds_floats_from_the_start, wraps_around, asks_for_a_class_after,
]  # fmt: skip


@pytest.mark.parametrize("f", [*ONE, *EACH], ids=lambda f: f.__name__)
def test_a_loop_computes_what_its_turns_do(f: Callable[..., Any]) -> None:
    fast = compile(f, backend="numpy")
    assert np.allclose(fast.value_and_grad(0.7), value_and_grad(f)(0.7), rtol=1e-14, atol=0.0)
    assert any(operation.op == LOOP for operation in fast.program.operations) == (f in ONE)


def test_a_million_turns_are_one() -> None:
    """The number of turns does not tell in what is traced."""

    def cooled(t, rate, n):
        for _ in range(n):
            t = t - rate * (t - 20.0) / n
        return t

    fast = compile(cooled, static="n")
    sizes = set()
    for n in (10**3, 10**6):
        assert fast(90.0, 1.5, n) == pytest.approx(20.0 + 70.0 * math.exp(-1.5), rel=1e-2)
        sizes.add(fast.program.size)
    assert len(sizes) == 1

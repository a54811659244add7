"""Direct calls: once a form of arguments is known, machine code reads them as they are, and gives the same answers."""

import math
import sys
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest

import autograd
from autograd.compiler.calls.compiled import Compiled
from autograd.primitives import ROWS as OPERATIONS
from tests.compiler.backends import needs_llvm
from tests.threads import together

pytestmark = needs_llvm


class Pair(NamedTuple):
    a: float
    b: float


def everything(x, v, layers, rows, power=2):
    """A number, an array, containers, what has rows, and a static number."""
    first, second = layers["w"]
    return (x * rows[0] + v[0] * first[1] - v[1] * second.b) ** power + rows[1][0] * layers["b"]


X, V, W, ROWS = 1.5, np.array([0.5, -2.0]), {"w": [(3.0, 4), Pair(5.0, 6)], "b": 7.0}, (np.ones(3), np.ones((3, 1)))
ARGUMENTS = (X, V, W, ROWS, 2)


class Alarm(Exception):
    """Raised by a signal's handler."""


def learned(f, *args, **options):
    """A compiled function that knows arguments of this form, for its values and gradients."""
    call = {name: options.pop(name) for name in ("argnums", "reduce") if name in options}
    fast = autograd.compile(f, backend="llvm", **options)
    for _ in range(3):
        fast(*args, **{name: x for name, x in call.items() if name == "reduce"})
        fast.value_and_grad(*args, **call)
    return fast


def outcome(work, *args, **options) -> str:
    """The text of what it returns or raises."""
    try:
        return repr(work(*args, **options))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


# What differs from the arguments that are known, and whether the call is direct all the same.
OTHERS = {
    "itself": (ARGUMENTS, True),
    "other numbers": ((2, -V, {"w": [(0.1, 0.2), Pair(0.3, -1.0)], "b": -0.0}, ROWS, 2), True),
    "a number of NumPy's": ((np.float64(2.5), V, W, ROWS, 2), True),
    "an array that is a number": ((np.array(2.5), V, W, ROWS, 2), False),
    "a short number": ((np.float32(2.5), V, W, ROWS, 2), False),
    "a boolean": ((True, V, W, ROWS, 2), False),
    "too large a number": ((10**400, V, W, ROWS, 2), False),
    "a fraction": ((Fraction(1, 2), V, W, ROWS, 2), False),
    "text": (("1.5", V, W, ROWS, 2), False),
    "short numbers": ((X, V.astype(np.float32), W, ROWS, 2), False),
    "every other number": ((X, np.repeat(V, 2)[::2], W, ROWS, 2), False),
    "a list for an array": ((X, V.tolist(), W, ROWS, 2), False),
    "one number more": ((X, np.ones(3), W, ROWS, 2), False),
    "one axis more": ((X, V[:, None], W, ROWS, 2), False),
    "a masked array": ((X, np.ma.array(V, mask=[True, False]), W, ROWS, 2), False),
    "a list for a tuple": ((X, V, W | {"w": [[3.0, 4], Pair(5.0, 6)]}, ROWS, 2), False),
    "a tuple for a named one": ((X, V, W | {"w": [(3.0, 4), (5.0, 6)]}, ROWS, 2), False),
    "a longer tuple": ((X, V, W | {"w": [(3.0, 4.0, 5.0), Pair(5.0, 6)]}, ROWS, 2), False),
    "a boolean in a tuple": ((X, V, W | {"w": [(3.0, True), Pair(5.0, 6)]}, ROWS, 2), False),
    "too large a number in a tuple": ((X, V, W | {"w": [(3.0, -(10**400)), Pair(5.0, 6)]}, ROWS, 2), False),
    "NumPy's in a tuple": ((X, V, W | {"w": [(3.0, np.float64(4.0)), Pair(5.0, 6)]}, ROWS, 2), False),
    "one key more": ((X, V, W | {"c": 1.0}, ROWS, 2), False),
    "more rows": ((X, V, W, (np.arange(40.0), np.ones((40, 1))), 2), True),
    "no rows": ((X, V, W, (np.ones(0), np.ones((0, 1))), 2), True),
    "very many rows": ((X, V, W, (np.arange(600.0), np.ones((600, 1))), 2), False),
    "rows of two lengths": ((X, V, W, (np.ones(3), np.ones((4, 1))), 2), False),
    "a number for rows": ((X, V, W, (1.0, np.ones((3, 1))), 2), False),
    "rows without an axis": ((X, V, W, (np.array(1.0), np.ones((3, 1))), 2), False),
    "rows in a list": ((X, V, W, ([1.0, 2.0, 3.0], np.ones((3, 1))), 2), False),
    "results that are not finite": ((math.inf, V, W, ROWS, 2), False),
    "another power": ((X, V, W, ROWS, 3), False),
    "an equal power": ((X, V, W, ROWS, 2.0), False),
    "the default": ((X, V, W, ROWS), False),
    "too few": ((X, V, W), False),
    "too many": ((*ARGUMENTS, 1.0), False),
}
OPTIONS = [{"reduce": "sum", "argnums": (0, 1, 2)}, {"argnums": (3, 2, 0)}, {"reduce": "mean"}]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_a_direct_call_answers_as_the_long_way_does(monkeypatch, options) -> None:
    """Also where it refuses the arguments, or raises."""
    fast = learned(everything, *ARGUMENTS, rows="rows", static="power", **options)
    long = autograd.compile(everything, rows="rows", static="power", backend="llvm")
    monkeypatch.setattr(long, "_directly", lambda *_: None)
    went = []
    ready = Compiled._ready
    monkeypatch.setattr(Compiled, "_ready", lambda self, *args: (went.append(self), ready(self, *args))[1])
    for name, (args, is_direct) in OTHERS.items():
        went.clear()
        assert outcome(fast.value_and_grad, *args, **options) == outcome(long.value_and_grad, *args, **options), name
        assert (fast not in went) == is_direct, name
        value = {"reduce": options.get("reduce")}
        assert outcome(fast, *args, **value) == outcome(long, *args, **value), name


def test_static_arguments_are_told_apart_by_kind_and_bits() -> None:
    def f(x, k):
        return x * 2.0 if k is None else x + 1.0 if isinstance(k, (str, tuple)) else math.copysign(1.0, k) * x

    kinds = [0.0, -0.0, 0, None, False, "", (), (1, 2), b""]
    fast = learned(f, 1.0, kinds[0], static="k")
    for _ in range(4):
        for k in kinds[:-1]:
            assert repr(fast(3.0, k)) == repr(f(3.0, k)), k


def test_an_entry_is_written_only_for_calls_of_few_rows() -> None:
    fast = learned(lambda w, x: w * x, 2.0, np.ones(10_000), rows=("x",))
    assert not fast._traces.direct
    for _ in range(3):
        fast(2.0, np.ones(10))
    assert len(fast._traces.direct["value", None, ()]) == 1


def test_a_row_with_an_error_or_that_needs_more_turns_takes_the_long_way() -> None:
    def halvings(x):
        assert x < 1e9, "too large"
        while x > 1.0:
            x = x / 2
        return x

    fast = learned(halvings, 3.0)
    assert [fast(x) for x in (3.0, 1e6, 5.0, 1e6, 7.0)] == [halvings(x) for x in (3.0, 1e6, 5.0, 1e6, 7.0)]
    assert fast.value_and_grad(1e6) == (halvings(1e6), 2.0**-20)
    assert len(fast._traces.direct["gradient", None, 0]) == 1  # that of fewer turns has made way
    with pytest.raises(AssertionError, match="too large"):
        fast.value_and_grad(1e10)


def test_an_exception_inside_machine_code_comes_out(monkeypatch) -> None:
    """The engine's float functions are called from there, and a signal's handler may raise in them."""
    from autograd.compiler.execution import kernels
    from autograd.compiler.llvm import libraries, machine

    armed = []

    def asked(x: float) -> float:
        if armed:
            raise Alarm
        return 0.0

    monkeypatch.setattr(OPERATIONS["silu"], "kernel", asked)
    monkeypatch.setattr(machine, "_codes", {})  # later code must not match this, which holds `asked`'s address
    caches = libraries._float_function, kernels.on_floats
    for cache in caches:
        cache.cache_clear()
    try:
        fast = autograd.compile(lambda x: autograd.silu(x) + 4321.5, backend="llvm")
        assert [fast(-720.0) for _ in range(6)] == [4321.5] * 6
        monkeypatch.setattr(fast, "_ready", None)
        armed.append(True)
        with pytest.raises(Alarm):
            fast(-720.0)
    finally:
        for cache in caches:
            cache.cache_clear()


def test_a_direct_call_leaks_nothing(uncollected: None) -> None:
    fast = learned(everything, *ARGUMENTS, rows="rows", static="power", argnums=(0, 1, 2))
    ((directly, _),) = fast._traces.direct["gradient", None, (0, 1, 2)]
    held = (V, W["w"][0], W["w"][1], ROWS[0], None, float, Pair)
    for name in ("itself", "text", "too large a number", "too large a number in a tuple", "one axis more"):
        args = OTHERS[name][0]
        before = [sys.getrefcount(x) for x in held]
        answers = {directly(args) is None for _ in range(300)}
        assert answers == {name != "itself"}
        assert max(abs(sys.getrefcount(x) - count) for x, count in zip(held, before)) < 100, name


def test_direct_calls_from_many_threads() -> None:
    fast = learned(everything, *ARGUMENTS, rows="rows", static="power", argnums=(0, 1, 2))

    def work() -> list[str]:
        return [repr(fast.value_and_grad(x, *ARGUMENTS[1:], argnums=(0, 1, 2))) for x in range(50)]

    wanted = work()

    def checked() -> None:
        assert work() == wanted

    together(*4 * [checked])

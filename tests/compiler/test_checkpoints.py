"""memory=: long loops cut into segments keep less for a derivative, and give the same bits."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import fori_loop, scan, sin
from autograd.compiler.derivatives.backward import differentiated
from autograd.compiler.derivatives.checkpoints import bounded
from autograd.compiler.derivatives.jacobians import second_order
from autograd.compiler.programs.loops import CARRIED, bodies
from autograd.compiler.programs.operation import LOOP
from autograd.compiler.programs.program import Program
from autograd.compiler.tracing import stepping
from autograd.compiler.tracing.stepping import Stepping
from autograd.compiler.tracing.trace import trace
from tests.compiler.backends import both
from tests.compiler.test_loops import assert_close
from tests.compiler.test_program import assert_read_back
from tests.compiler.test_stepping import LOOPS, POINT, Scanned
from tests.profiles import costly


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make loops of a few steps, too."""
    monkeypatch.setattr(stepping, "LEAST_STEPS", 4)


def kept(program: Program) -> int:
    """How many numbers are carried into the steps of all loops: what a backward pass keeps."""
    loops = [x.value for body in bodies(program) for x in body.operations if x.op == LOOP]
    return sum(loop.times * sum(role.kind == CARRIED for role in loop.roles) for loop in loops)


def with_bound(program: Program, most: int) -> Program | None:
    """The program that keeps so little, if there is one; else the error says what it needs."""
    try:
        return bounded(program, most)
    except ValueError as error:
        assert most < int(str(error).split("at least ")[1].split()[0]) <= kept(program)
        return None


@costly(10)
@given(LOOPS, st.integers(1, 60))
def test_a_loop_that_keeps_less_gives_the_same_bits(f: Scanned, most: int) -> None:
    program = trace(f, POINT, stepping=Stepping())
    cut = with_bound(program, most)
    if cut is None:
        return
    assert kept(cut) <= most
    assert cut(*POINT) == program(*POINT)
    for safe in (False, True):
        gradient = differentiated(cut, [0, 1, 2], safe)
        assert gradient(*POINT) == differentiated(program, [0, 1, 2], safe)(*POINT)
        assert_read_back(gradient, POINT)
    assert_close(second_order(cut, [1], True)(*POINT), second_order(program, [1], True)(*POINT))


@pytest.mark.parametrize("times", [4, 16, 17, 100, 211])
@pytest.mark.parametrize("reverse", [False, True])
def test_a_loop_is_cut_until_it_fits(times: int, reverse: bool) -> None:
    def f(x: Any, xs: Any) -> Any:
        step = lambda c, y: (0.5 * sin(c + y[0]) + x * y[1] / times, None)  # noqa: E731
        return scan(step, x, (xs, np.arange(times)), reverse=reverse)[0]

    point = 0.3, np.sin(np.arange(float(times)))
    program = trace(f, point, stepping=Stepping())
    assert kept(program) == times
    wanted = differentiated(program, [0, 1], False)(*point)
    with pytest.raises(ValueError, match="room for 0") as refused:
        bounded(program, 0)
    least = int(str(refused.value).split("at least ")[1].split()[0])
    assert least <= 3 * np.log2(times) + 2
    for most in {least, times // 2, times} - set(range(least)):
        cut = bounded(program, most)
        assert least <= kept(cut) <= most
        assert differentiated(cut, [0, 1], False)(*point) == wanted


@both
def test_executors_give_the_same_bits_with_less_memory(compile: Any) -> None:
    def f(x: Any, a: Any) -> Any:
        def step(k: Any, s: Any) -> Any:
            return [s[0] + 0.01 * s[1], s[1] - 0.01 * a[0] * sin(s[0]) - a[1] * s[1] * k / 500]

        u, v = fori_loop(0, 503, step, [x, 0.1 * x])
        return u * v

    x, a = np.linspace(0.2, 1.0, 100), [1.3, 0.01]
    for rows, first in (((), 0.7), (("x",), x)):
        free = compile(f, rows=rows, threads=2)
        tight = compile(f, rows=rows, memory=50_000 if rows else 2_000, threads=2)
        for reduce in [None, "sum"] if rows else [None]:
            wanted, found = (fast.value_and_grad(first, a, argnums=(0, 1), reduce=reduce) for fast in (free, tight))
            np.testing.assert_array_equal(found[0], wanted[0])
            np.testing.assert_array_equal(found[1][0], wanted[1][0])
            np.testing.assert_array_equal(found[1][1], wanted[1][1])
        assert tight.program.source().count("for k") > free.program.source().count("for k")


@pytest.mark.parametrize(
    ("memory", "error", "message"),
    [
        (0, ValueError, "at least 1, got 0"),
        (-5, ValueError, "at least 1, got -5"),
        (1.5, TypeError, "whole number of bytes or None, got 1.5"),
        (True, TypeError, "whole number of bytes or None, got True"),
        ("1 GB", TypeError, "whole number of bytes or None, got '1 GB'"),
    ],
)
def test_a_bound_is_a_number_of_bytes(memory: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        autograd.compile(sin, memory=memory)


def test_a_bound_that_no_loop_can_keep_is_refused() -> None:
    fast = autograd.compile(lambda x: fori_loop(0, 100, lambda k, y: sin(y), x), memory=16)
    assert fast(0.5) > 0.1  # a value keeps nothing
    with pytest.raises(ValueError, match=r"keep at least 1\d numbers a row for its derivatives, and memory= has room"):
        fast.value_and_grad(0.5)

"""Loops inside of loops, found again: grids, trellises, and triangles whose rows become shorter with every step."""

import sys
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import exp, log, maximum, sqrt, value_and_grad
from autograd.compiler.derivatives.backward import differentiated
from autograd.compiler.folding import fold, periods
from autograd.compiler.folding.fold import folded
from autograd.compiler.rolling.roll import rolled
from autograd.compiler.rolling.rolled import Result
from autograd.compiler.tracing.lowering import executable
from autograd.compiler.tracing.trace import trace
from tests.compiler.backends import both
from tests.compiler.test_loops import TREES, assert_close, evaluated, loops_in
from tests.compiler.unfolding import unfolded
from tests.profiles import costly


@pytest.fixture(autouse=True)
def _shallow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for loops in short programs, too."""
    monkeypatch.setattr(fold, "DEEP", 10)
    monkeypatch.setattr(fold, "LONG", 10)
    monkeypatch.setattr(periods, "SAVES", 12)


@dataclass(frozen=True)
class Sweep:
    """Rows of numbers, each from a few neighbours in the row before; every row is shorter by `fewer`."""

    update: Any
    rows: int
    fewer: int
    rated: bool  # whether a row has a number of its own
    in_place: bool

    __name__ = "sweep"

    def __call__(self, x: Any, a: Any) -> Any:
        width = (self.rows + 1) * self.fewer + 3
        row = [x * (0.01 * i + 0.5) + a[i % 3] for i in range(width)]
        for k in range(self.rows):
            rate = exp(-0.01 * (k + 1) * x) if self.rated else 0.9
            new = row if self.in_place else list(row)
            for i in range(width - self.fewer * (k + 1)):
                near = [row[i], row[i + self.fewer], row[i + 1]]
                new[i] = rate * (0.5 * near[0] + 0.3 * near[1] + 0.1 * evaluated(self.update, [near] * 3, a, 0))
            row = new
        return sum(row[:3])


SWEEPS = st.builds(Sweep, TREES, st.integers(8, 14), st.integers(1, 3), st.booleans(), st.booleans())
POINT = (0.4, [0.5, -0.3, 0.8])


@costly(6)
@given(SWEEPS)
def test_a_folded_sweep_computes_what_was_traced(f: Sweep) -> None:
    program = trace(f, POINT)
    shorter = folded(program)
    assert shorter(*POINT) == program(*POINT)
    assert unfolded(shorter)(*POINT) == program(*POINT)
    for safe in (False, True):
        assert_close(differentiated(shorter, [0, 1], safe)(*POINT), differentiated(program, [0, 1], safe)(*POINT))


@both
@costly(2)
@given(f=SWEEPS)
def test_executors_run_sweeps(compile: Any, f: Sweep) -> None:
    wanted = value_and_grad(f, (0, 1))(*POINT)
    assert_close(compile(f).value_and_grad(*POINT, argnums=(0, 1)), wanted)
    rows = compile(f, rows=("x",))
    value, (slopes, _) = rows.value_and_grad([POINT[0]] * 5, POINT[1], argnums=(0, 1), reduce=None)
    assert_close((value[4], slopes[4]), (wanted[0], wanted[1][0]))


# --- programs that people write ------------------------------------------------------------------------------------


def binomial(S, sigma, steps):
    u = exp(sigma * sqrt(1.0 / steps))
    p = (exp(0.05 / steps) - 1 / u) / (u - 1 / u)
    values = [maximum(S * u ** (2 * i - steps) - 100.0, 0.0) for i in range(steps + 1)]
    for step in range(steps):
        for i in range(steps - step):
            values[i] = exp(-0.05 / steps) * (p * values[i + 1] + (1 - p) * values[i])
    return values[0]


def american(S, sigma, steps):
    u = exp(sigma * sqrt(1.0 / steps))
    p = (exp(0.05 / steps) - 1 / u) / (u - 1 / u)
    values = [maximum(105.0 - S * u ** (2 * i - steps), 0.0) for i in range(steps + 1)]
    for step in range(steps - 1, -1, -1):
        for i in range(step + 1):
            hold = exp(-0.05 / steps) * (p * values[i + 1] + (1 - p) * values[i])
            values[i] = maximum(hold, 105.0 - S * u ** (2 * i - step))
    return values[0]


def trinomial(S, sigma, steps):
    u = exp(sigma * sqrt(2.0 / steps))
    values = [maximum(S * u ** (i - steps) - 100.0, 0.0) for i in range(2 * steps + 1)]
    for step in range(steps - 1, -1, -1):
        discount = exp(-0.01 * sigma * (step + 1))
        values = [
            discount * (0.35 * values[i + 2] + 0.4 * values[i + 1] + 0.25 * values[i]) for i in range(2 * step + 1)
        ]
    return values[0]


def interpolated(a, b, steps):
    """Divided differences in place, from the last to the first."""
    x = [a + b * k for k in range(steps)]
    c = [exp(-y * y) for y in x]
    for k in range(1, steps):
        for i in range(steps - 1, k - 1, -1):
            c[i] = (c[i] - c[i - 1]) / (x[i] - x[i - k])
    return c[-1]


def neville(a, b, steps):
    """The value of a polynomial, some factors of which are made in the first row for all."""
    x = [b * k for k in range(steps)]
    p = [exp(-y) for y in x]
    for k in range(1, steps):
        for i in range(steps - k):
            p[i] = ((a - x[i + k]) * p[i] + (x[i] - a) * p[i + 1]) / (x[i] - x[i + k])
    return p[0]


def streamed(a, b, steps):
    """Every row goes through the same numbers from the first on, and makes one of them."""
    x = [a + 0.01 * k for k in range(steps)]
    y = 1.0
    for i in range(steps):
        for j in range(i):
            y = 0.9 * y + b * x[j]
    return y


def trellis(a, b, steps):
    """The best path through five states."""
    best = [a * (0.3 * j - 0.5) for j in range(5)]
    for t in range(steps):
        best = [
            maximum(*[best[i] + b * (0.1 * i - 0.07 * j) for i in range(2)]) + 0.01 * ((3 * t + j) % 7) * a
            for j in range(5)
        ]
    return sum(best)


def alignment(a, b, size):
    above = [1.0 * j for j in range(size + 1)]
    for i in range(size):
        row = [i + 1.0]
        for j in range(size):
            c = (0.1 * a * i - 0.1 * b * j) ** 2
            row.append(-log(exp(-above[j] - c) + exp(-above[j + 1] - 1.0) + exp(-row[j] - 1.0)))
        above = row
    return above[-1]


def shift_register(a, b, steps):
    """Every number depends on that of twenty steps before."""
    path = [a + 0.01 * i for i in range(20)]
    for _ in range(steps):
        path.append(0.5 * path[-20] + 0.4 * b * path[-1])
    return path[-1]


# Each with arguments, and the times of a loop that must be there.
WRITTEN = [
    (binomial, (100.0, 0.25, 24), 20),
    (american, (100.0, 0.25, 24), 20),
    (trinomial, (100.0, 0.25, 20), 16),
    (interpolated, (0.3, 1.5, 20), 16),
    (neville, (0.3, 1.5, 20), 16),
    (streamed, (0.3, 0.7, 30), 400),
    (trellis, (0.4, 0.7, 30), 24),
    (alignment, (1.1, 0.7, 12), 10),
    (shift_register, (0.4, 0.7, 240), 11),
]


def of_numbers(f: Any, size: int) -> Any:
    return partial(f, steps=size) if f is not alignment else partial(f, size=size)


@both
@pytest.mark.parametrize(("f", "args", "least"), WRITTEN, ids=lambda x: getattr(x, "__name__", ""))
def test_loops_inside_of_loops_are_found(compile: Any, f: Any, args: Any, least: int) -> None:
    *point, size = args
    program = trace(of_numbers(f, size), point)
    shorter = folded(program)
    assert max(loops_in(shorter), default=0) >= least
    assert shorter(*point) == program(*point)
    fast = compile(f, static=("size" if f is alignment else "steps",))
    assert_close(fast.value_and_grad(*args, argnums=(0, 1)), value_and_grad(lambda x, y: f(x, y, size), (0, 1))(*point))


@pytest.mark.parametrize("f", [american, trellis], ids=lambda f: f.__name__)
def test_the_instructions_do_not_grow_with_the_steps(f: Any) -> None:
    programs = [folded(trace(of_numbers(f, size), (100.0, 0.25))) for size in (24, 36)]
    counts = [len(str(rolled(executable(program), [Result((0,), False)])).splitlines()) for program in programs]
    assert counts[1] < 1.25 * counts[0]


def test_the_work_of_a_trace_grows_with_its_operations() -> None:
    def f(x, r, steps):
        for _ in range(steps):
            x = r * x * (1.0 - x)
        return x

    def calls(steps: int) -> int:
        """How many functions run: a measure that does not depend on the machine."""
        counted = 0

        def count(frame: Any, event: str, argument: Any) -> None:
            nonlocal counted
            counted += event in ("call", "c_call")

        sys.setprofile(count)
        try:
            folded(trace(partial(f, steps=steps), (0.3, 3.7)))
        finally:
            sys.setprofile(None)
        return counted

    assert calls(2000) < 2.2 * calls(1000)

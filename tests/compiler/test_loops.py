"""Loops over time: found again in what was traced, differentiated, printed, and run as loops by both executors."""

import pickle
import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import exp, log, maximum, norm, relu, sin, softmax, sqrt, tanh, value_and_grad, where
from autograd.compiler.derivatives.backward import differentiated
from autograd.compiler.derivatives.jacobians import second_entries, second_order
from autograd.compiler.folding import fold, periods
from autograd.compiler.folding.fold import folded
from autograd.compiler.programs.loops import bodies
from autograd.compiler.programs.operation import LOOP
from autograd.compiler.programs.program import Program
from autograd.compiler.tracing.trace import trace
from autograd.testing.programs import programs
from tests.compiler.backends import both
from tests.compiler.test_program import assert_read_back
from tests.compiler.unfolding import in_order_of_use, unfolded
from tests.profiles import costly

UNARY = {
    "tanh": tanh,
    "sin": sin,
    "root": lambda x: sqrt(x * x + 1.0),
    "kink": lambda x: relu(x - 0.1),
    "length": lambda x: norm([x, 0.5, x * 0.1]),
}
BINARY = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: 0.5 * x * y,
    "/": lambda x, y: x / (1.0 + y * y),
    "max": maximum,
    "where": lambda x, y: where(x > y, x * 0.9, sin(y)),
    "share": lambda x, y: softmax([x, y, 0.2])[0],
}


@dataclass(frozen=True)
class Recurrence:
    """A function of x and three parameters that updates numbers again and again, each by an expression."""

    updates: tuple[Any, ...]
    steps: int
    inner: int  # times that the first update runs in each step
    noted: int  # each how many steps a number is kept for the result

    __name__ = "recurrence"

    def __call__(self, x: Any, a: Any) -> Any:
        history = [[x * (0.1 * i + 0.5) for i in range(len(self.updates))]]
        kept = []
        for k in range(self.steps):
            before = history[max(0, len(history) - 3) :]
            new = list(history[-1])
            for i, update in enumerate(self.updates):
                for _ in range(self.inner if i == 0 else 1):
                    new[i] = 0.9 * tanh(evaluated(update, [*before[:-1], new], a, k) + 0.5 * new[i]) + 0.1 * a[k % 2]
            history.append(new)
            if k % self.noted == 0:
                kept.append(new[-1])
        return sum(history[-1]) + sum(kept)


def evaluated(tree: Any, history: list[Any], a: Any, k: int) -> Any:
    """An expression in step k."""
    op, *parts = tree
    if op == "state":
        i, lag = parts
        past = history[max(0, len(history) - 1 - lag)]
        return past[i % len(past)]
    if op == "parameter":
        return a[(parts[0] + k * parts[1]) % 3]
    if op == "constant":
        return parts[0]
    operands = [evaluated(part, history, a, k) for part in parts]
    return UNARY[op](*operands) if op in UNARY else BINARY[op](*operands)


def trees(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Expressions of these leaves."""
    return st.recursive(
        leaves,
        lambda parts: st.one_of(
            st.tuples(st.sampled_from(sorted(UNARY)), parts), st.tuples(st.sampled_from(sorted(BINARY)), parts, parts)
        ),
        max_leaves=5,
    )


LEAVES = st.one_of(
    st.tuples(st.just("state"), st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.just("parameter"), st.integers(0, 2), st.integers(0, 1)),
    st.tuples(st.just("constant"), st.sampled_from([0.3, -0.7, 1.5])),
)
TREES = trees(LEAVES)
RECURRENCES = st.builds(
    Recurrence,
    st.lists(TREES, min_size=1, max_size=3).map(tuple),
    st.integers(12, 24),
    st.integers(1, 6),
    st.integers(3, 30),
)
POINT = (0.4, [0.5, -0.3, 0.8])


@pytest.fixture(autouse=True)
def _shallow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for loops in short programs, too."""
    monkeypatch.setattr(fold, "DEEP", 10)
    monkeypatch.setattr(periods, "SAVES", 12)


def loops_in(program: Program) -> list[int]:
    """How often each loop of a program runs, at any depth."""
    return sorted(x.value.times for body in bodies(program) for x in body.operations if x.op == LOOP)


def flat(result: Any) -> Any:
    parts = [result]
    while any(isinstance(x, (tuple, list)) for x in parts):
        parts = [y for x in parts for y in (x if isinstance(x, (tuple, list)) else [x])]
    return np.hstack([np.ravel(np.asarray(x, float)) for x in parts])


def assert_close(got: Any, wanted: Any) -> None:
    wanted = flat(wanted)
    np.testing.assert_allclose(flat(got), wanted, rtol=1e-9, atol=1e-11 * max(1.0, np.abs(wanted).max(initial=0.0)))


def hessian_of(program: Program, safe: bool) -> Any:
    """The second derivatives in the list of numbers."""
    matrix = np.zeros((3, 3))
    entries = flat(second_order(program, [1], safe)(*POINT)) if second_entries(program, [1]) else []
    for place, x in zip(second_entries(program, [1]), entries, strict=True):
        matrix[place] = x
    return matrix


@costly(12)
@given(RECURRENCES)
def test_a_folded_program_computes_what_was_traced(f: Recurrence) -> None:
    program = trace(f, POINT)
    shorter = folded(program)
    assert shorter(*POINT) == program(*POINT)
    assert_close(program(*POINT), f(*POINT))  # from Python 3.12 on, `sum` of floats is compensated
    assert len(unfolded(shorter).operations) == len(program.operations)
    assert in_order_of_use(unfolded(shorter)) == in_order_of_use(program)
    for safe in (False, True):
        assert_close(differentiated(shorter, [0, 1], safe)(*POINT), differentiated(program, [0, 1], safe)(*POINT))
        if program.size < 200:
            assert_close(hessian_of(shorter, safe), hessian_of(program, safe))


@costly(15)
@given(RECURRENCES)
def test_its_source_is_python_that_runs_and_is_read_back(f: Recurrence) -> None:
    assert_all_read_back(f, POINT)


@costly(30)
@given(st.slices(60), st.integers(1, 3))
def test_an_argument_that_a_loop_goes_through_is_indexed(chosen: slice, inner: int) -> None:
    def f(x: Any, ys: Any) -> Any:
        for y in ys[chosen]:
            for _ in range(inner):
                x = 0.9 * sin(x) + y * ys[0]
        return x * ys[-1]

    assert_all_read_back(f, (0.4, np.linspace(-1.0, 1.0, 60).tolist()))


def test_an_indexed_argument_is_printed_by_its_places() -> None:
    def f(x: Any, ys: Any) -> Any:
        for y, z in zip(ys[:0:-1], ys[::2]):
            x = sin(x) * y + z
        return x * ys[5]

    source = folded(trace(f, (0.4, [1.0] * 60))).source()
    assert "    assert len(ys) == 60\n" in source
    assert "        ys_k = ys[59 - k]\n        ys_k_2 = ys[2 * k]\n" in source
    assert " * ys[5]\n" in source
    assert "ys_5" not in source


def assert_all_read_back(f: Any, point: Any) -> None:
    """The source of f and of its gradients is read back."""
    program = folded(trace(f, point))
    for made in (program, differentiated(program, [0, 1], False), differentiated(program, [0, 1], True)):
        assert_read_back(made, point)


@both
@costly(5)
@given(f=RECURRENCES, data=st.data())
def test_executors_run_loops(compile: Any, f: Recurrence, data: st.DataObject) -> None:
    fast = compile(f)
    assert_close(fast.value_and_grad(*POINT, argnums=(0, 1)), value_and_grad(f, (0, 1))(*POINT))
    by_row = compile(f, rows=("x",))
    x = POINT[0] * np.linspace(0.5, 1.5, 19)
    wanted = [value_and_grad(f, (0, 1))(row, POINT[1]) for row in x]
    value, (slopes, shared) = by_row.value_and_grad(x, POINT[1], argnums=(0, 1), reduce="sum")
    assert_close(value, sum(float(v) for v, _ in wanted))
    assert_close(slopes, [g for _, (g, _) in wanted])
    assert_close(shared, np.sum([g for _, (_, g) in wanted], axis=0))


@costly(30)
@given(programs(size=60))
def test_random_programs_have_no_loops(program: Any) -> None:
    assert loops_in(folded(trace(program, program.inputs))) == []


def test_most_recurrences_have_loops() -> None:
    """The laws above would hold for programs without any."""
    found: list[bool] = []

    @settings(max_examples=25, derandomize=True, database=None)
    @given(RECURRENCES)
    def look(f: Recurrence) -> None:
        found.append(bool(loops_in(folded(trace(f, POINT)))))

    look()
    assert sum(found) > 0.7 * len(found)


# --- programs that people write ------------------------------------------------------------------------------------


def logistic_map(x, r):
    for _ in range(400):
        x = r * x * (1.0 - x)
    return x


def pendulum(theta, omega, damping):
    h = 0.01
    for _ in range(300):
        k1, l1 = omega, -sin(theta) - damping * omega
        k2, l2 = omega + h / 2 * l1, -sin(theta + h / 2 * k1) - damping * (omega + h / 2 * l1)
        theta, omega = theta + h * k2, omega + h * l2
    return theta**2 + omega**2


def garch(parameters, returns):
    mu, omega, alpha, beta = parameters
    s, total = omega / (1 - alpha - beta), 0.0
    for r in returns:
        total = total + 0.5 * (log(2 * 3.141592653589793 * s) + (r - mu) ** 2 / s)
        s = omega + alpha * (r - mu) ** 2 + beta * s
    return total


def observed(x, rate, seen):
    error = 0.0
    for y in seen:
        for _ in range(40):
            x = x - 0.02 * rate * x * x
        error = error + (x - y) ** 2
    return error


def fibonacci(a, b):
    for _ in range(60):
        a, b = b, 0.3 * a + 0.6 * sin(b)
    return b


def second_differences(x, c):
    path = [x, x * 1.01]
    for _ in range(100):
        path.append(2 * path[-1] - path[-2] - c * sin(path[-1]))
    return path[-1] * path[50]


def american_put(S, sigma, steps=9):
    dt = 1.0 / steps
    u = exp(sigma * sqrt(dt))
    p = (exp(0.05 * dt) - 1 / u) / (u - 1 / u)
    values = [maximum(105.0 - S * u ** (2 * i - steps), 0.0) for i in range(steps + 1)]
    for step in range(steps - 1, -1, -1):
        for i in range(step + 1):
            hold = exp(-0.05 * dt) * (p * values[i + 1] + (1 - p) * values[i])
            values[i] = maximum(hold, 105.0 - S * u ** (2 * i - step))
    return values[0]


def network(W, x):
    h = [0.1 * x, 0.2 * x, 0.3 * x]
    for _ in range(40):
        h = [tanh(sum(W[i][j] * h[j] for j in range(3)) + 0.1 * i) for i in range(3)]
    return h[0] * h[1] + h[2]


# Each with arguments, and how often each of its loops runs.
WRITTEN = [
    (logistic_map, (0.5, 2.7), [400]),
    (pendulum, (0.5, 0.1, 0.2), [300]),
    (garch, (np.array([0.0005, 0.02, 0.08, 0.9]), np.sin(np.arange(200.0))), [199]),
    (observed, (2.0, 1.1, np.linspace(2, 1, 12)), [12, 40]),
    (fibonacci, (0.5, 0.7), [60]),
    (second_differences, (0.5, 0.01), [100]),
    (network, (np.array([[0.1, 0.2, 0.3], [0.3, -0.4, 0.5], [0.6, 0.2, 0.1]]), 0.3), [40]),
]


@pytest.mark.parametrize(("f", "args", "times"), WRITTEN, ids=lambda x: getattr(x, "__name__", ""))
def test_the_loops_that_were_written_are_found(f: Any, args: Any, times: list[int]) -> None:
    program = folded(trace(f, args))
    assert Counter(loops_in(program)) == Counter(times)
    assert program.source().count("for k") == len(times)
    assert program(*args) == trace(f, args)(*args)


@both
@pytest.mark.parametrize(("f", "args"), [*[row[:2] for row in WRITTEN], (american_put, (100.0, 0.25))])
def test_they_are_differentiated(compile: Any, f: Any, args: Any) -> None:
    every = tuple(range(len(args)))
    assert_close(compile(f).value_and_grad(*args, argnums=every), value_and_grad(f, every)(*args))


@both
def test_an_absent_side_leaks_nothing_through_a_loop(compile: Any) -> None:
    def f(x, c):
        for _ in range(30):
            x = where(x > 0, 0.9 * x + 0.01 * c, x) + where(c > 0, sqrt(abs(c)), 0.0) * 0.1
        return x

    for point in ((0.5, 0.0), (0.0, 0.0), (-0.5, 0.0)):
        assert_close(compile(f).value_and_grad(*point, argnums=(0, 1)), value_and_grad(f, (0, 1))(*point))


def test_second_derivatives_at_kinks_in_loops_are_those_without_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    compile = partial(autograd.compile, backend="numpy")

    def f(x):
        total = 0.0
        for k in range(8):
            total = 0.9 * total + abs(x) ** 2 * (1.0 + 0.1 * k)
            x = abs(x) * 0.9
        return total * relu(x)

    folds = [compile(f).hessian(0.0), compile(f).hvp(0.0, tangents=1.0)]
    monkeypatch.setattr(fold, "DEEP", 10**9)
    assert_close(folds, [compile(f).hessian(0.0), compile(f).hvp(0.0, tangents=1.0)])


def test_the_error_of_a_loop_with_kinks_is_raised_with_its_second_derivative() -> None:
    def f(x):
        total = 0.0
        for _ in range(30):
            x = abs(x * 0.99 - 0.01)
            total = total + 0.1 * x
            if total > 2.5:
                raise ValueError("too much")
        return total * total

    for backend in ("numpy", "auto"):
        fast = autograd.compile(f, backend=backend)
        assert_close(fast.hessian(0.1), autograd.hessian(f)(0.1))
        for call in (fast.hessian, partial(fast.hvp, tangents=1.0), fast.value_and_grad):
            with pytest.raises(ValueError, match="too much"):
                call(2.0)


@both
def test_a_condition_may_be_carried(compile: Any) -> None:
    def f(x, limit):
        alive, total = x > 0, 0.0
        for k in range(40):
            x = x * 0.9 + 0.1 * sin(x * k)
            total = total + where(alive, x * x, 0.0)
            alive = x > limit
        return total

    x = np.linspace(0.1, 2.0, 23)
    value, slopes = compile(f, rows=("x",)).value_and_grad(x, 0.3, reduce="sum")
    wanted = [value_and_grad(f)(row, 0.3) for row in x]
    assert_close((value, slopes), (sum(float(v) for v, _ in wanted), [g for _, g in wanted]))


def test_a_function_with_loops_is_pickled() -> None:
    fast = autograd.compile(pendulum)
    wanted = fast.value_and_grad(0.5, 0.1, 0.2)
    assert pickle.loads(pickle.dumps(fast)).value_and_grad(0.5, 0.1, 0.2) == wanted


def test_a_long_loop_is_compiled_in_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    def f(x, r):
        for _ in range(3000):
            x = x + 0.001 * (r - sin(x))
        return x

    start = time.process_time()
    fast = autograd.compile(f)
    value, (slope, _) = fast.value_and_grad(0.3, 0.4, argnums=(0, 1))
    assert time.process_time() - start < 10  # unfolded, LLVM alone takes a minute
    assert_close((value, slope), value_and_grad(f)(0.3, 0.4))


@both
def test_a_chain_of_conditions_and_the_choice_after_it_are_no_loop(compile) -> None:
    def f(x):
        tests = [x > 0.01 * k for k in range(1, 310)]
        count = sum(where(test, 1.0, 0.0) for test in tests)
        found = x > 5
        for test in tests:
            found = found | test
        return count * where(found, 2.0 * x, 0.0)

    fast = compile(f)
    for x in (0.105, 0.0):
        assert fast.value_and_grad(x) == value_and_grad(f)(x)

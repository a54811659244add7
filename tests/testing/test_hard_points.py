"""Points that people choose: optima, ends of domains, kinks, beside poles; there right passes, wrong is found."""

import functools
import itertools
import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, example, given, seed, settings
from hypothesis import strategies as st

from autograd.testing import GradientMismatch, Verdict, check_gradients, gradcheck, numeric_derivative
from autograd.testing.oracles.noise import EPSILON
from benchmarks.kit import names
from benchmarks.kit.history import BUGS, Bug
from benchmarks.kit.textbook import ROWS, Row


def centred(x: Sequence[float]) -> float:
    """0 up to rounding where all are equal."""
    return sum(math.sin(v - sum(x) / len(x)) for v in x)


def divergence(p: Sequence[float], q: Sequence[float]) -> float:
    return sum(a * math.log(a / b) for a, b in zip(p, q))


def root(a: float, width: float = 0.0) -> float:
    """√a by bisection, to a width."""
    low, high = 0.0, 2.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if middle * middle < a else (low, middle)
        if high - low <= width:
            break
    return (low + high) / 2


def entropy(p: float) -> float:
    return -p * math.log(p) if p else 0.0


def dead_zone(x: float) -> float:
    return 0.0 if abs(x) < 1 else math.copysign(abs(x) - 1, x)


def quantile_slope(v: Any) -> Any:
    """Of the three tenths quantile of four numbers: a tenth of the least, nine of the next."""
    found = np.zeros(4)
    found[np.argsort(v)[:2]] = 0.1, 0.9
    return found


P = [0.2, 0.3, 0.5]
SHARE = {"domain": "[0, 1]"}
HALF = {"domain": "[0, inf)"}

# the case, f, the point, the options, its derivative and wrong ones
POINTS: list[tuple[str, Callable[..., Any], tuple[Any, ...], dict[str, Any], Any, list[Any]]] = [
    ("a float beside a kink", dead_zone, (math.nextafter(1.0, 2.0),), {}, lambda x: 1.0, []),
    ("a quantile of equal numbers", lambda v: float(np.quantile(v, 0.3)), (np.zeros(4),), {}, quantile_slope,
     [lambda v: -quantile_slope(v), lambda v: 1.5 * quantile_slope(v)]),
    ("a median of equal numbers", lambda x, y, z: sorted((x, y, z))[1], (1.0, 1.0, 1.0), {},
     lambda x, y, z: (1.0, 0, 0), [lambda x, y, z: (1.5, 0, 0), lambda x, y, z: (0, -0.1, 0)]),
    ("the second of three at an end", lambda v: sorted(v)[2], ([0.0, 2.0, 2.0, 2.0],), {"domain": "[-2, 2]"},
     lambda v: [0, 0, 1.0, 0], [lambda v: [0, 0, 1.1, 0], lambda v: [1e-3, 0, 1.0, 0]]),
    ("equal numbers that do not tie", lambda x, y: x * y, (0.0, 0.0), {}, lambda x, y: (y, x),
     [lambda x, y: (5e-4, 0.0), lambda x, y: (1e-8, 0.0)]),
    ("a tie at the end of a domain", lambda x, y: max(x, y), (3.0, 3.0), {"domain": "[0, 3]"}, lambda x, y: (0.0, 1.0),
     [lambda x, y: (0.0, 2.0), lambda x, y: (-0.5, 1.0)]),
    ("a minimum of a square", lambda x: x**2, (0.0,), {}, lambda x: 2 * x, [lambda x: 1e-6, lambda x: 1.0]),
    ("a minimum of a fourth power", lambda x: x**4, (0.0,), {}, lambda x: 4 * x**3, [lambda x: 1e-3]),
    ("a flat maximum", math.cos, (0.0,), {}, lambda x: -math.sin(x), [lambda x: 1e-9]),
    ("equal operands of a squared error", lambda x, y: (x - y) ** 2, (1.5, 1.5), {},
     lambda x, y: (2 * (x - y), 2 * (y - x)), [lambda x, y: (1e-6, 0.0), lambda x, y: (0.0, 1.0)]),
    ("a sum that is 0 but for rounding", centred, ([1.0, 1.0, 1.0],), {},
     lambda x: [0.0] * 3, [lambda x: [1.0, 2.0, 3.0]]),
    ("another", centred, ([0.3, 0.3, 0.3],), {}, lambda x: [0.0] * 3, [lambda x: [1.0, 2.0, 3.0]]),
    ("a divergence at its optimum", divergence, (P, P), {},
     lambda p, q: ([1 + math.log(a / b) for a, b in zip(p, q)], [-a / b for a, b in zip(p, q)]),
     [lambda p, q: ([1.0, 1.0, 1.0], [-1.0, -1.0, -2.0])]),
    ("a power at its end", lambda x: x**1.2, (0.0,), HALF, lambda x: 1.2 * x**0.2, [lambda x: 1e-3]),
    ("what a power leaves of 1", lambda x: 1 - x**1.25 * math.exp(-x), (0.0,), HALF,
     lambda x: (x - 1.25) * x**0.25 * math.exp(-x), [lambda x: 1e-5]),
    ("an infinite slope", lambda x: x**0.95, (0.0,), SHARE, lambda x: math.inf, [lambda x: 1.0]),
    ("a slope that grows like a logarithm", entropy, (0.0,), SHARE, lambda p: math.inf, [lambda p: -math.inf]),
    ("a root at its end", lambda x: math.sqrt(1 - x * x), (1.0,), SHARE, lambda x: -math.inf, [lambda x: math.inf]),
    ("a float beside the end of an arc", math.acos, (math.nextafter(1.0, 0.0),), {"domain": "[-1, 1]"},
     lambda x: -1 / math.sqrt((1 - x) * (1 + x)), [lambda x: -1.01 / math.sqrt((1 - x) * (1 + x))]),
    ("beside a jump at an end", lambda x: 1.0 + x**4 if x else 0.0, (1e-9,), SHARE, lambda x: 4 * x**3, []),
    ("the least number beside an end", math.log1p, (5e-324,), HALF, lambda x: 1 / (1 + x), [lambda x: 0.5]),
    ("a kink at an end", lambda x: max(x, 0.0), (0.0,), {"domain": "[0, 5]"}, lambda x: float(x > 0),
     [lambda x: 7.0, lambda x: -1.0]),
    ("a clipped number at its end", lambda x: float(np.clip(x, 0, 3)), (3.0,), {"domain": "[0, 3]"},
     lambda x: float(0 < x < 3), [lambda x: 2.0]),
    ("no kink at an end", math.log1p, (0.0,), SHARE, lambda x: 1 / (1 + x), [lambda x: 1 / (1 + x) if x else 0.0]),
    ("beside an odd pole", lambda x: 1 / (x - 1), (1.001,), {}, lambda x: -1 / (x - 1) ** 2, [lambda x: 11.8]),
    ("beside a step", lambda x: x * x + 5 * (x > 1.002), (1.001,), {}, lambda x: 2 * x, [lambda x: 3.0]),
    ("a branch of the derivative", math.sin, (0.0,), {}, math.cos, [lambda x: math.cos(x) if abs(x) > 0.2 else 5.0]),
    ("another branch", math.exp, (1.0,), {}, math.exp, [lambda x: math.exp(x) if abs(x - 1) > 0.01 else 2.0]),
    ("a constant branch", math.exp, (1.0,), {}, math.exp, [lambda x, w=w, error=error: math.exp(x) if abs(x - 1) > w
     else math.e * (1 + error) for w in (1e-9, 1e-4, 1e-3) for error in (1e-2, 1e-4, 1e-6)]),
    ("a branch of a steep function", math.exp, (-7.0,), {}, math.exp,
     [lambda x, error=error: math.exp(x) * (1 + error * (abs(x + 7) < 1e-3)) for error in (1e-2, 1e-5)]),
    ("a branch of one that is almost flat", math.tanh, (-7.0,), {}, lambda x: 1 - math.tanh(x) ** 2,
     [lambda x: (1 - math.tanh(x) ** 2) * (1 + 1e-5 * (abs(x + 7) < 1e-3))]),
    ("a branch with both ends close", lambda x: x**3, (5.0,), {}, lambda x: 3 * x * x,
     [lambda x: 3 * x * x * (1 + (-2e-9 < x - 5 < 1e-11))]),
    ("a constant branch at an extremum", math.sin, (0.0,), {}, math.cos,
     [lambda x: math.cos(x) if abs(x) > 1e-9 else 1.0001, lambda x: math.cos(x) if abs(x) > 1e-4 else 1.000001]),
    ("a power that rounding hides, beside a flat side", lambda x: 1 - math.pow(max(x, 0.0), 1.25), (0.0,), {},
     lambda x: -1.25 * math.pow(max(x, 0.0), 0.25), [lambda x: -0.1]),
    ("the same below", lambda x: 1 - math.pow(max(1 - x, 0.0), 1.5), (1.0,), {},
     lambda x: 1.5 * math.pow(max(1 - x, 0.0), 0.5), [lambda x: 0.01]),
    ("a power whose end lies a little beyond", lambda x: 1 - (x + 1e-12) ** 1.25, (0.0,), SHARE,
     lambda x: -1.25 * (x + 1e-12) ** 0.25, [lambda x: 0.0]),
    ("a bisection", root, (2.0,), {}, lambda a: 0.5 / math.sqrt(a), [lambda a: 0.0, lambda a: 1.0]),
    ("one that stops early", lambda a: root(a, 1e-4), (2.0,), {"accuracy": 1e-4}, lambda a: 0.5 / math.sqrt(a),
     [lambda a: 1.0]),
    ("the middle of a dead zone", lambda x: math.copysign(max(abs(x) - 0.5, 0.0), x), (0.0,), {},
     lambda x: float(abs(x) > 0.5), [lambda x: 1e-6, lambda x: 1.0]),
    ("a hinge that is 0 up to rounding", lambda x: max(abs(x - 2.499999) - abs(x - 1.499999) + 1.0, 0.0), (3.0,), {},
     lambda x: -2.0 if x < 2.499999 else 0.0, [lambda x: 1e-6, lambda x: 1.0]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("f", "point", "options", "right", "wrong"), [row[1:] for row in POINTS], ids=[row[0] for row in POINTS]
)
def test_points_that_people_choose(f: Any, point: Any, options: dict[str, Any], right: Any, wrong: list[Any]) -> None:
    assert check_gradients(f, *point, grad=right, **options).counts.keys() <= {Verdict.PASS, Verdict.KINK}
    for derivative in wrong:
        with pytest.raises(GradientMismatch):
            check_gradients(f, *point, grad=derivative, **options)


def test_a_narrow_branch_of_a_derivative_is_visited() -> None:
    test = gradcheck(lambda x: x**3, domain="[-100, 100]", grad=lambda x: 3 * x * x if not 41.0 < x < 41.5 else 3 * x)
    with pytest.raises(GradientMismatch, match="by grad="):
        seed(0)(settings(database=None, phases=[Phase.generate])(test))()


@given(power=st.floats(1.05, 3.0), scale=st.floats(1e-3, 1e3))
@settings(max_examples=20)
def test_the_bound_of_a_power_at_its_end(power: float, scale: float) -> None:
    estimate = numeric_derivative(lambda x: scale * x**power, 0.0, domain="[0, inf)")
    assert abs(estimate.value) <= estimate.bound <= 1e-2 * scale


@given(power=st.floats(1.05, 3.0), beyond=st.floats(3.0, 16.0).map(lambda digits: 10.0**-digits))
@example(power=1.1, beyond=1e-10)
@settings(max_examples=10)
def test_a_power_that_ends_beyond_the_domain_is_not_refused(power: float, beyond: float) -> None:
    def f(x: float) -> float:
        return 1 - math.pow(x + beyond, power)

    truth = -power * beyond ** (power - 1)
    estimate = numeric_derivative(f, 0.0, domain="[0, 1]")
    assert abs(estimate.value - truth) <= estimate.bound + estimate.unseen
    check_gradients(f, 0.0, grad=lambda x: truth, domain="[0, 1]", inconclusive="ok")


@given(power=st.floats(1.1, 3.0), digits=st.floats(2.0, 16.0))
@example(power=1.2, digits=12.0)
@settings(max_examples=30)
def test_the_bound_beside_the_end_of_a_power(power: float, digits: float) -> None:
    x = 1.0 - 10.0**-digits
    estimate = numeric_derivative(lambda x: 3 * math.exp(x) - (1 - x) ** power, x, domain="[0, 1]")
    truth = 3 * math.exp(x) + power * (1 - x) ** (power - 1)
    assert abs(estimate.value - truth) <= estimate.bound


# f on floats, its derivative, and where it is singular: no step fits between that point and one a few floats away
SINGULAR: list[tuple[Callable[[float], float], Callable[[float], float], float]] = [
    (lambda x: 5 - 2 / (x - 1), lambda x: 2 / (x - 1) ** 2, 1.0),
    (lambda x: 1 / (x + 3) ** 2, lambda x: -2 / (x + 3) ** 3, -3.0),
    (lambda x: 1 / math.log(x), lambda x: -1 / x / math.log(x) ** 2, 1.0),
    (math.tan, lambda x: 1 / math.cos(x) ** 2, math.pi / 2),
    (math.gamma, lambda x: -0.5 / (x + 2) ** 2, -2.0),  # its first term: the next is 1e-12 times as large
    (lambda x: math.tan(math.pi * (x - 0.5)), lambda x: 1 / (math.pi * x * x), 0.0),
    (lambda x: math.sqrt(abs(x - 0.1)), lambda x: math.copysign(0.5 / math.sqrt(abs(x - 0.1)), x - 0.1), 0.1),
    (lambda x: math.cbrt(x - 1), lambda x: 1 / (3 * math.cbrt(x - 1) ** 2), 1.0),
    (lambda x: 7 + math.log(abs(x - 1)), lambda x: 1 / (x - 1), 1.0),
]


@pytest.mark.parametrize("row", SINGULAR)
def test_the_bound_a_few_floats_beside_a_singularity(row: Any) -> None:
    f, derivative, at = row
    for floats in (1, -1, 2, 9, -30, 100, -300, 1000):
        x = at + floats * (math.ulp(at) if at else EPSILON / 2)
        estimate = numeric_derivative(f, x)
        assert abs(estimate.value - derivative(x)) <= estimate.bound + 1e-9 * abs(derivative(x)) or (
            estimate.status in ("singular", "inconclusive")
        ), (floats, estimate)
        check_gradients(f, x, grad=derivative, inconclusive="ok")


@pytest.mark.parametrize("x", [15.204, -18.768, 3.3])
def test_a_step_of_a_remainder_is_none_of_rounding(x: float) -> None:
    estimate = numeric_derivative(lambda x: math.fmod(x, 1.0), x)
    assert abs(estimate.value - 1.0) <= estimate.bound <= 1e-9


def test_the_derivative_a_float_beside_a_simple_pole() -> None:
    estimate = numeric_derivative(lambda x: 1 / (x - 1), 1.0000000000000002)
    assert abs(estimate.value + 2.0**104) <= estimate.bound <= 1e-9 * 2.0**104
    with pytest.raises(GradientMismatch, match="gross"):
        check_gradients(lambda x: 1 / math.log(x), 1 + 3 * EPSILON, grad=lambda x: 1.01 / math.log(x) ** 2)


@given(distance=st.floats(1e-6, 0.4), power=st.sampled_from([1, 3]), side=st.sampled_from([-1, 1]))
@settings(max_examples=30)
def test_the_bound_beside_a_pole(distance: float, power: int, side: int) -> None:
    x = 1.0 + side * distance
    truth = -power / (x - 1.0) ** (power + 1)
    estimate = numeric_derivative(lambda x: 1 / (x - 1) ** power, x)
    assert abs(estimate.value - truth) <= estimate.bound + 1e-14 * abs(truth)


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_functions_as_textbooks_write_them(row: Row) -> None:
    settings(max_examples=25)(gradcheck(row.f, grad=row.grad, domain=row.domain))()


class Rates:
    """Thresholds that no code shows: an attribute of a class, an array, an attribute of an object."""

    edge = 431.7
    table = np.array([120.0, 333.25])

    def __init__(self) -> None:
        self.low = 251.9

    def __call__(self, x: float) -> bool:
        return abs(x - self.low) < 1e-3


RATES = Rates()

# a derivative that is wrong on a part of the domain: f, its domain, the derivative, the part
PARTS: list[tuple[Callable[..., Any], str, Callable[..., Any], Callable[[float], bool]]] = [
    (math.atan, "[0, 1000]", lambda x: 1 / (1 + x * x), lambda x: 200 < x < 900),
    (math.atan, "[0, 1e6]", lambda x: 1 / (1 + x * x), lambda x: 54_321 < x < 54_400),
    (lambda x: math.log(x), "(0, inf)", lambda x: 1 / x, lambda x: x > 40),
    (math.sin, "[0, 20]", math.cos, lambda x: 4.1 < math.log2(x + 1) < 4.38),  # 16.1 … 19.8
    (math.sin, "[-50, 50]", math.cos, lambda x: x < -17.5),
    (math.exp, "[-5, 5]", math.exp, lambda x: abs(x - 2.5) < 1e-3),
    (math.sin, "[0, 1000]", math.cos, lambda x: abs(x - Rates.edge) < 1e-3),
    (math.sin, "[0, 1000]", math.cos, lambda x: abs(x - Rates.table[1]) < 1e-3),
    (math.sin, "[0, 1000]", math.cos, RATES),
    (math.sin, "[0, 1000]", math.cos, RATES.__call__),
]


@pytest.mark.parametrize(("f", "domain", "derivative", "part"), PARTS)
def test_a_derivative_wrong_on_a_part_of_the_domain_is_found(f: Any, domain: str, derivative: Any, part: Any) -> None:
    with pytest.raises(GradientMismatch):
        gradcheck(f, domain=domain, grad=lambda x: derivative(x) * (1 + part(x)))()


@pytest.mark.parametrize("quiet", [0, 2, 20])
@pytest.mark.parametrize("grad", [None, lambda x: 2 * x, lambda x: -2 * x])
def test_a_function_with_noise_is_refused(quiet: int, grad: Any) -> None:
    chance, calls = random.Random(0), itertools.count()

    def noisy(x: Any) -> Any:
        return x * x * (1 + 1e-9 * chance.random() * (next(calls) >= quiet))

    with pytest.raises(GradientMismatch, match=r"f is not deterministic: it gave .*, then .*; seed its random"):
        check_gradients(noisy, 3.0, grad=grad)


def test_a_function_that_keeps_its_values_keeps_none_of_another_kind() -> None:
    with pytest.raises(GradientMismatch, match="gross"):
        check_gradients(functools.cache(lambda x: x**3), 2.0, grad=lambda x: 2 * x * x)


def test_a_solver_that_starts_from_its_last_result_states_its_accuracy() -> None:
    last = [1.4]

    def root(a: float) -> float:
        for _ in range(3):
            last[0] = (last[0] + a / last[0]) / 2
        return last[0]

    assert check_gradients(root, 2.0, grad=lambda a: 0.5 / math.sqrt(a), accuracy=1e-9).counts == {Verdict.PASS: 1}


def test_the_slope_between_the_steps_of_a_bisection_is_not_its_derivative() -> None:
    def cube_root(a: Any) -> Any:
        low, high = 0.0, a + 1
        for _ in range(80):
            middle = (low + high) / 2
            low, high = (middle, high) if middle**3 < a else (low, middle)
        return middle

    assert check_gradients(cube_root, 3.0, grad=lambda a: a ** (-2 / 3) / 3).counts == {Verdict.PASS: 1}
    for derivative in (None, lambda a: cube_root(3.0) / 4):  # None is the engine's, which is that of the last branches
        report = check_gradients(cube_root, 3.0, grad=derivative, inconclusive="ok")
        assert set(report.counts) == {Verdict.DISAGREEMENT}


def test_a_test_in_which_the_oracles_disagree_fails() -> None:
    with pytest.raises(GradientMismatch, match=r"inconclusive at .*\n.*\n  because   f takes steps, each finer"):
        gradcheck(lambda a: root(a), domain="[1, 3]", grad=lambda a: 0.0)()


def test_a_check_that_verifies_nothing_fails() -> None:
    def coarse(x: float) -> float:
        return float(np.float32(1e9) + np.float32(x))

    with pytest.raises(GradientMismatch, match="no derivative was verified: 1 checks: 1 inconclusive"):
        check_gradients(coarse, 0.5, grad=lambda x: 1.0)
    assert check_gradients(coarse, 0.5, grad=lambda x: 1.0, inconclusive="ok").counts == {Verdict.INCONCLUSIVE: 1}
    with pytest.raises(ValueError, match='inconclusive must be "fail" or "ok"'):
        check_gradients(math.sin, 0.5, grad=math.cos, inconclusive="pass")


@pytest.mark.parametrize("f", [math.sin, math.exp, lambda x: x**3 - x, lambda x: 1 / (1 + math.exp(-x))])
def test_the_cost_of_a_smooth_function(f: Callable[[float], float]) -> None:
    calls = [numeric_derivative(f, x).evaluations for x in np.linspace(-3.0, 3.0, 41)]
    assert sorted(calls)[20] <= 60


@pytest.mark.parametrize("bug", BUGS, ids=[bug.source for bug in BUGS])
def test_bugs_of_public_projects_are_found_and_named(bug: Bug) -> None:
    """Each is found within a test of default size; here without the time it takes to make the point simpler."""
    run = settings(max_examples=100, database=None, derandomize=True, phases=[Phase.generate])
    with pytest.raises(GradientMismatch) as caught:
        run(gradcheck(bug.f, domain=bug.domain, **{bug.form: bug.wrong, **(bug.more or {})}))()
    assert names(bug, caught.value)
    settings(run, max_examples=5)(gradcheck(bug.f, domain=bug.domain, **{bug.form: bug.right, **(bug.more or {})}))()

"""The oracle against derivatives to fifty digits: its bound holds, and is tight."""

import copy
import dataclasses
import math
import pickle
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd import sin
from autograd.testing import GradientMismatch, check_gradients, numeric_derivative
from autograd.testing.oracles.precise import precise_derivative
from tests.profiles import costly

# f on floats, its derivative on mpmath's numbers, the largest |x| to try
SMOOTH: dict[str, tuple[Callable[[float], float], Callable[[Any], Any], float]] = {
    "sin": (math.sin, mpmath.cos, 1e6),
    "1 + sin": (lambda x: 1 + math.sin(x), mpmath.cos, 1e6),
    "exp": (math.exp, mpmath.exp, 700.0),
    "x²": (lambda x: x * x, lambda x: 2 * x, 1e100),
    "cubic": (lambda x: x**3 - 2 * x + 1, lambda x: 3 * x * x - 2, 1e50),
    "tanh": (math.tanh, lambda x: mpmath.sech(x) ** 2, 15.0),
    "1/x": (lambda x: 1 / x, lambda x: -1 / x**2, 1e100),
    "√|x|": (lambda x: math.sqrt(abs(x)), lambda x: mpmath.sign(x) / (2 * mpmath.sqrt(abs(x))), 1e100),
    "log|x|": (lambda x: math.log(abs(x)), lambda x: 1 / x, 1e100),
    "atan": (math.atan, lambda x: 1 / (1 + x * x), 1e6),
    "1e-7·x": (lambda x: 1e-7 * x, lambda x: mpmath.mpf(1e-7), 1e100),
    "tanh(x - 10) + tanh(10)": (lambda x: math.tanh(x - 10) + math.tanh(10), lambda x: mpmath.sech(x - 10) ** 2, 9.0),
    "max(x, 1)": (lambda x: max(x, 1.0), lambda x: mpmath.mpf(x > 1), 0.999),
    "log(1 + |x|)": (lambda x: math.log1p(abs(x)), lambda x: mpmath.sign(x) / (1 + abs(x)), 1e100),
}


@pytest.mark.parametrize("name", SMOOTH)
@costly(40, deep=1000)
@given(data=st.data(), size=st.floats(0, 1), sign=st.sampled_from([-1, 1]))
def test_the_error_is_inside_the_bound(name: str, data: st.DataObject, size: float, sign: int) -> None:
    f, derivative, largest = SMOOTH[name]
    x = sign * data.draw(st.sampled_from([1e-8 * (largest / 1e-8) ** size, largest * size + 1e-8, 10 * size + 1e-3]))
    x = math.copysign(min(abs(x), largest), x)
    for side in (0, -1, 1):
        estimate = numeric_derivative(f, x, side=side)
        with mpmath.workdps(50):
            error = abs(mpmath.mpf(estimate.value) - derivative(mpmath.mpf(x)))
            assert error <= estimate.bound, estimate


# The bound was once too small for these: f on floats, its derivative on mpmath's numbers, x.
ONCE_OUTSIDE: list[tuple[str, Callable[[float], float], Callable[[Any], Any], float]] = [
    ("two quotients agree by chance", math.sin, mpmath.cos, -42477.47572137796),
    ("100x is rounded", lambda x: math.sin(100 * x), lambda x: 100 * mpmath.cos(100 * x), -6632.439467130499),
    ("the middle of a plateau", lambda x: float(np.float32(x) ** 2), lambda x: 2 * x, 1.993877551020408),
    ("a plateau of 1e-8", lambda x: math.tanh(x - 10) + math.tanh(10.0), lambda x: mpmath.sech(x - 10) ** 2, 0.0),
    ("subnormal", lambda x: 1e-320 * math.sin(x), lambda x: mpmath.mpf(1e-320) * mpmath.cos(x), 1.3),
    ("many periods", lambda x: x * x + math.sin(1e9 * x) / 1e9, lambda x: 2 * x + mpmath.cos(mpmath.mpf(1e9) * x), 1.3),
    ("and more", lambda x: x * x + math.sin(1e12 * x) / 1e12, lambda x: 2 * x + mpmath.cos(mpmath.mpf(1e12) * x), 1.3),
    ("back where it was after the widest step", lambda x: (x**3 - x + 1e6) - 1e6, lambda x: 3 * x * x - 1, 0.0),
    (
        "larger terms round in steps",
        lambda x: x + 1e-6 * math.cos(1000 + x),
        lambda x: 1 - 1e-6 * mpmath.sin(1000 + x),
        0.0,
    ),
    ("and wild", lambda x: math.sin(1e12 * x), lambda x: 1e12 * mpmath.cos(mpmath.mpf(1e12) * x), 1.3),
]


@pytest.mark.parametrize(("f", "derivative", "x"), [row[1:] for row in ONCE_OUTSIDE], ids=[r[0] for r in ONCE_OUTSIDE])
def test_the_bound_contains_the_truth(f: Callable[[float], float], derivative: Callable[[Any], Any], x: float) -> None:
    estimate = numeric_derivative(f, x)
    with mpmath.workdps(50):
        assert abs(mpmath.mpf(estimate.value) - derivative(mpmath.mpf(x))) <= estimate.bound, estimate


@pytest.mark.parametrize("b", [-1.0, -7.0, -9.0, -12.0, -15.0, -20.0, -30.0])
@pytest.mark.parametrize("x", [0.0, 1e-20, 1e-10, -1e-10, 0.1])
def test_the_bound_of_a_stable_logsumexp_contains_the_truth(x: float, b: float) -> None:
    """Near 0 it resolves x far more finely than b - x does."""

    def f(a: float) -> float:
        m = max(a, b)
        return m + math.log(math.exp(a - m) + math.exp(b - m))

    for side in (0, -1, 1):
        estimate = numeric_derivative(f, x, side=side)
        with mpmath.workdps(50):
            assert abs(mpmath.mpf(estimate.value) - 1 / (1 + mpmath.exp(mpmath.mpf(b) - x))) <= estimate.bound, estimate


# f in low precision, the derivative of the exact function, and the interval
COARSE: list[tuple[str, Callable[[float], float], Callable[[float], float], float, float]] = [
    ("float32 tanh", lambda x: float(np.tanh(np.float32(x))), lambda x: 1 - math.tanh(x) ** 2, -3.0, 3.0),
    ("float32 log1p", lambda x: float(np.log1p(np.float32(x))), lambda x: 1 / (1 + x), 0.01, 10.0),
    ("float32 square", lambda x: float(np.float32(x) ** 2), lambda x: 2 * x, 0.1, 5.0),
    ("float16 tanh", lambda x: float(np.tanh(np.float16(x))), lambda x: 1 - math.tanh(x) ** 2, -3.0, 3.0),
    ("ten digits", lambda x: round(math.sin(x), 10), math.cos, -10.0, 10.0),
    ("twelve digits", lambda x: round(math.sin(x), 12), math.cos, -10.0, 10.0),
]


@pytest.mark.parametrize("row", COARSE, ids=[row[0] for row in COARSE])
@costly(40, deep=1000)
@given(data=st.data())
def test_a_coarse_rounding_is_seen(row: Any, data: st.DataObject) -> None:
    _, f, derivative, low, high = row
    x = data.draw(st.floats(low, high, allow_subnormal=False))
    estimate = numeric_derivative(f, x)
    assert abs(estimate.value - derivative(x)) <= estimate.bound, estimate


# f of a number and of the library that has its functions, and where its terms cancel, as they do in textbooks: between
# two powers of ten
CANCELLING: list[tuple[Callable[[Any, Any], Any], float, float]] = [
    (lambda x, m: (1 - m.cos(x)) / x**2, -7.5, -0.5),
    (lambda x, m: m.cos(x) - 1, -7.5, -0.5),
    (lambda x, m: (m.exp(x) - 1) / x, -14.0, -0.5),
    (lambda x, m: m.log(1 + x) / x, -14.0, -0.5),
    (lambda x, m: (m.sqrt(1 + x) - 1) / x, -14.0, -0.5),
    (lambda x, m: (x - m.sin(x)) / x**3, -7.0, -0.5),
    (lambda x, m: (m.exp(x) - m.exp(-x)) / (2 * x), -14.0, -0.5),
    (lambda x, m: (1 / x - m.sqrt(1 / x**2 - 4)) / 2, -6.0, -0.5),
    (lambda x, m: m.sqrt(x * x + 1) - x, 1.0, 6.0),
]
# the same for tails, between two numbers
TAILS: list[tuple[Callable[[Any, Any], Any], float, float]] = [
    (lambda x, m: -x * (1 + m.erf(-x / m.sqrt(2))) / 2, 4.0, 8.3),
    (lambda x, m: 1 - m.erf(x), 3.0, 5.9),
    (lambda x, m: x * (1 - m.tanh(x)), 6.0, 18.5),
    (lambda x, m: 1 - m.tanh(x) ** 2, 6.0, 18.5),
    (lambda x, m: x * (1 - 1 / (1 + m.exp(-x))), 12.0, 36.0),
    (lambda x, m: m.log(1 + m.exp(x)) - x, 12.0, 36.0),
    (lambda x, m: x * m.tanh(m.log(1 + m.exp(-x))), 12.0, 36.0),
]


@pytest.mark.parametrize("row", [(*row, lambda x: 10.0**x) for row in CANCELLING] + [(*row, float) for row in TAILS])
@costly(12, deep=300)
@example(part=0.71875)
@given(part=st.floats(0.0, 1.0))
def test_the_teeth_of_terms_that_cancel_are_rounding(row: Any, part: float) -> None:
    """Between two roundings inside f its slope is another: narrow steps see a smooth f with a huge derivative."""
    f, low, high, to_x = row
    x = to_x(low + (high - low) * part)
    estimate = numeric_derivative(lambda t: f(t, math), x)
    with mpmath.workdps(50):
        truth = mpmath.diff(lambda t: f(t, mpmath), mpmath.mpf(x))
        assert abs(mpmath.mpf(estimate.value) - truth) <= estimate.bound, estimate


# the difficulty, f, x, the derivative, the tightness that the bound must reach, relative to it
HARD = [
    ("a wrong sign on 1e-7·x would show", lambda x: 1e-7 * x, 3.0, 1e-7, 1e-8),
    ("x² at 1e9", lambda x: x * x, 1e9, 2e9, 1e-8),
    ("√|x| at 1e-6", lambda x: math.sqrt(abs(x)), 1e-6, 500.0, 1e-8),
    ("exp near its overflow", math.exp, 709.5, math.exp(709.5), 1e-8),
    ("a function of 1 + x at a tiny x", lambda x: math.exp(1 + x), 1e-200, math.e, 1e-8),
    ("a function of x alone at a tiny x", lambda x: x * x, 1e-150, 2e-150, 1e-8),
    ("zero", math.sin, 0.0, 1.0, 1e-8),
    ("cancelling terms", lambda x: (x + 1e8) - 1e8, 1.0, 1.0, 1e-5),
    ("terms that cancel to 0", lambda x: math.tanh(x - 10) + math.tanh(10), 0.0, 8.244614455767397e-09, 1e-5),
]


@pytest.mark.parametrize(("f", "x", "truth", "tightness"), [row[1:] for row in HARD], ids=[row[0] for row in HARD])
def test_hard_cases(f: Callable[[float], float], x: float, truth: float, tightness: float) -> None:
    estimate = numeric_derivative(f, x)
    assert estimate.status == "ok"
    assert abs(estimate.value - truth) <= estimate.bound + 4 * math.ulp(truth)
    assert estimate.bound <= tightness * abs(truth)


@pytest.mark.parametrize(
    ("f", "left", "right"),
    [(abs, -1.0, 1.0), (lambda x: max(x, 0.0), 0.0, 1.0), (lambda x: max(x, 2 * x) + x, 2.0, 3.0)],
)
def test_a_kink_has_two_sides(f: Callable[[float], float], left: float, right: float) -> None:
    estimate = numeric_derivative(f, 0.0)
    assert estimate.status == "kink"
    assert (estimate.left, estimate.right) == (pytest.approx(left, abs=1e-9), pytest.approx(right, abs=1e-9))


def test_a_step_of_f_is_no_rounding_of_it() -> None:
    for x in (0.3, 1.3, -4.5):
        estimate = numeric_derivative(math.floor, x)
        assert abs(estimate.value) <= estimate.bound <= 1e-6


@pytest.mark.parametrize(("side", "slope"), [(-1, -1.0), (1, 1.0)])
def test_one_side_alone(side: int, slope: float) -> None:
    estimate = numeric_derivative(abs, 0.0, side=side)
    assert estimate.status == "one-sided"
    assert estimate.value == pytest.approx(slope, abs=1e-9)
    assert math.isnan(estimate.right if side < 0 else estimate.left)


def test_the_ends_of_a_domain_are_one_sided_and_never_left() -> None:
    def f(x: float) -> float:
        assert 0.0 <= x <= 2.0
        return x * math.sqrt(x) + math.sqrt(2.0 - x)

    for x, truth in (
        (1.0, 1.0),
        (0.0, -1 / math.sqrt(8)),
        (1.999, 1.5 * math.sqrt(1.999) - 0.5 / math.sqrt(2 - 1.999)),
    ):
        estimate = numeric_derivative(f, x, domain=(0.0, 2.0))
        assert abs(estimate.value - truth) <= max(estimate.bound, 1e-4)
        assert estimate.status == ("one-sided" if x == 0.0 else "ok")


@pytest.mark.parametrize("operands", [(3.0, 5.0), [3.0, 5.0], np.array([3.0, 5.0])])
def test_one_of_several_operands(operands: Any) -> None:
    estimate = numeric_derivative(lambda x, y: x * y * y, operands, 1)
    assert abs(estimate.value - 30.0) <= estimate.bound


@pytest.mark.parametrize("domain", ["(0, 1]", (0.0, 1), "[0, 1]"])
def test_a_domain_of_any_form(domain: Any) -> None:
    estimate = numeric_derivative(math.log, 1.0, domain=domain)
    assert estimate.status == "one-sided"
    assert abs(estimate.value - 1.0) <= estimate.bound


def test_an_infinite_derivative_and_a_function_of_nans_are_inconclusive() -> None:
    assert numeric_derivative(lambda x: math.nan, 1.0).status == "inconclusive"
    assert numeric_derivative(lambda x: math.sqrt(abs(x)), 0.0).status == "inconclusive"
    assert numeric_derivative(lambda x: math.sqrt(-1 - x * x), 1.0).status == "inconclusive"


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((math.sin, 1.0, 1), {}, "i=1 is out of range"),
        ((math.sin, 1.0), {"side": 2}, "side must be -1, 0 or 1"),
        ((math.sin, math.inf), {}, "not a finite point"),
        ((math.sin, 3.0), {"domain": (0.0, 1.0)}, r"not a finite point of \[0"),
    ],
)
def test_bad_arguments_are_named(arguments: tuple[Any, ...], options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        numeric_derivative(*arguments, **options)


# where f is smooth but its derivative small beside it, or f narrow beside x: each once cost hundreds of values
ONCE_COSTLY: list[tuple[str, Callable[[float], float], float]] = [
    ("a tail", math.tanh, 9.0),
    ("a saturated number", lambda x: 1 / (1 + math.exp(-x)), 29.4),
    ("a narrow bell", lambda x: math.exp(-x * x), -4.65),
    ("a power far out", lambda x: math.log1p(math.exp(-abs(x))), -250.5),
    ("a small number", lambda x: 1 / (1 + 9 * math.exp(-x)), 1e-6),
    ("equal operands", lambda x: (x - 2.0) ** 2, 2.0),
    ("a saddle", lambda x: x**3, 0.0),
    ("a constant", lambda x: 1.0, 2.0),
]


@pytest.mark.parametrize(("f", "x"), [row[1:] for row in ONCE_COSTLY], ids=[row[0] for row in ONCE_COSTLY])
def test_a_smooth_function_costs_few_values(f: Callable[[float], float], x: float) -> None:
    assert numeric_derivative(f, x).evaluations <= 200


@dataclasses.dataclass
class Held:
    x: Any


# the ways to copy a number that f has: the fifty-digit ones keep their digits
COPIES: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "of a list": lambda x: copy.deepcopy([x])[0],
    "of an object": lambda x: copy.deepcopy(Held(x)).x,
    "of an array": lambda x: copy.deepcopy(np.array([x]))[0],
    "pickle": lambda x: pickle.loads(pickle.dumps(x)),
    "asdict": lambda x: dataclasses.asdict(Held(x))["x"],
    "replace": lambda x: dataclasses.replace(Held(x)).x,
    "its type": lambda x: type(x)(x),
    "+x": lambda x: +x,
    "x.conjugate()": lambda x: x.conjugate(),
    "x.real": lambda x: x.real,
}


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_keeps_the_digits(name: str) -> None:
    copied = COPIES[name]
    exact = precise_derivative(lambda x: x * copied(x), [1.3])
    assert exact is not None and exact.value == 2.6
    with pytest.raises(GradientMismatch):  # where floats alone leave doubts
        check_gradients(lambda x: x + sin(copied(x)), 1e5 / 3, grad=lambda x: 1.0)

"""Every operation against 50 or more digits: values, first and second derivatives, over all floats."""

from __future__ import annotations

import math
from collections.abc import Iterable

import mpmath
import pytest

from autograd import Value, gradients
from autograd.primitives import PUBLIC
from tests.accuracy.limits import LIMITS, LINEAR, UNREAD
from tests.accuracy.measuring import call, errors
from tests.accuracy.points import fixed, generated
from tests.accuracy.reference import DIGITS, EXPONENTS, ROWS, exact
from tests.accuracy.special import SPECIAL
from tests.accuracy.worst import WORST

ELEMENTARY = (
    "add", "subtract", "multiply", "divide", "floor_divide", "mod", "power", "negative", "positive", "abs", "sign",
    "floor", "ceil", "round", "exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "cbrt", "sin", "cos", "tan",
    "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "hypot", "erf", "erfc",
    "relu", "maximum", "minimum", "clip", "where",
)  # fmt: skip

# In ulp of the value, of a first derivative, and of the largest term of a second derivative. The value of a sum is
# measured in epsilons of the sum of its terms' sizes.
BOUNDS = {
    **dict.fromkeys(PUBLIC, (4.0, 8.0, 16.0)),
    **dict.fromkeys(ELEMENTARY, (2.0, 8.0, 16.0)),
    **dict.fromkeys(("sum", "dot"), (1.0, 8.0, 16.0)),
}

# Other ways to call an operation, with rules of their own.
POWERS = ("2 ** x", *(f"x ** {n}" for n in EXPONENTS))

# Where intermediate products, squares and exponentials overflow, underflow or meet 0/0.
EXTREMES = [
    ("prod", (0.0, 2.0, 3.0)),
    ("prod", (0.0, 0.0, 3.0)),
    ("prod", (1e-200, 1e-200, 1e300)),
    ("hypot", (1e200, 1e200)),
    *((row, (x,)) for row in ("softplus", "tanh", "sigmoid", "log_sigmoid", "silu", "gelu") for x in (800.0, -800.0)),
    ("logsumexp", (1000.0, 1000.0)),
    ("atan2", (1e-200, 1e-200)),
    ("x ** -1.0", (1e-200,)),
    ("norm", (0.0, 0.0)),
    ("norm", (1e-200, 1e-200)),
]


def assert_accurate(row: str, points: Iterable[tuple[float, ...]]) -> None:
    bounds = BOUNDS["power" if row in POWERS else row]
    failures = []
    for point in points:
        try:
            wrong = [error for error in errors(row, point) if not error.ulp <= bounds[error.order]]
            failures += [f"{row}{point} {error}" for error in wrong]
        except (ValueError, ArithmeticError) as error:
            failures.append(f"{row}{point} raises {error!r}")
    assert not failures, "\n".join([f"{len(failures)} numbers are wrong", *failures[:10]])


def test_no_operation_is_missing() -> None:
    special = {"expit", *(name for name, row in SPECIAL.items() if row.slopes)}
    assert {*ROWS, *special} == {*PUBLIC, *POWERS}
    assert set(WORST) <= set(ROWS)


@pytest.mark.parametrize("row", ROWS)
def test_at_fixed_points(row: str) -> None:
    assert_accurate(row, fixed(row))


@pytest.mark.parametrize("row", ROWS)
def test_at_generated_points(row: str) -> None:
    assert_accurate(row, generated(row))


@pytest.mark.parametrize("row", WORST)
def test_at_the_hardest_points(row: str) -> None:
    assert_accurate(row, (hard.point for hard in WORST[row]))


@pytest.mark.parametrize(("row", "point"), EXTREMES)
def test_at_the_ends_of_the_range(row: str, point: tuple[float, ...]) -> None:
    assert_accurate(row, [point])
    xs = tuple(map(Value, point))
    y = call(row)(*xs)
    assert not any(map(math.isnan, (y.data, *gradients(y, xs))))


# --- NaN and infinity -------------------------------------------------------------------------------------------------


def same(got: float, wanted: float) -> bool:
    return got == wanted or (math.isnan(got) and math.isnan(wanted))


@pytest.mark.parametrize("row", [row for row in ROWS if row != "x ** 0.0"])
def test_nan_in_nan_out(row: str) -> None:
    """x ** 0 is 1 for every x in Python, including NaN."""
    operands = len(next(generated(row)))
    for at in set(range(operands)).difference(UNREAD.get(row, ())):
        xs = [Value(math.nan if i == at else 0.5 + i) for i in range(operands)]
        y = call(row)(*xs)
        assert math.isnan(y.data), (row, at)
        assert math.isnan(gradients(y, xs[at])) != (at in LINEAR.get(row, ())), (row, at)


@pytest.mark.parametrize("row", LIMITS)
def test_at_infinity(row: str) -> None:
    for point, value, slopes in LIMITS[row]:
        xs = tuple(map(Value, point))
        y = call(row)(*xs)
        assert same(y.data, value), f"{row}{point}: got {y.data!r}, wanted {value!r}"
        for i, (got, wanted) in enumerate(zip(gradients(y, xs), slopes)):
            assert wanted is None or same(got, wanted), f"{row}{point} ∂/∂{i}: got {got!r}, wanted {wanted!r}"


# --- the reference itself ---------------------------------------------------------------------------------------------


def close(got: object, wanted: object, size: object = None) -> bool:
    return bool(
        (mpmath.isnan(got) and mpmath.isnan(wanted))
        or got == wanted
        or abs(got - wanted) <= mpmath.mpf(10) ** -40 * abs(wanted if size is None else size)
    )


@pytest.mark.parametrize("row", ROWS)
def test_the_reference_needs_no_more_digits(row: str) -> None:
    for point in generated(row, 20):
        short, long = exact(row, point), exact(row, point, digits=1400)
        with mpmath.workdps(DIGITS):
            assert close(short.value, long.value), (row, point)
            assert all(map(close, short.first, long.first)), (row, point)
            for pair, (total, largest) in long.second.items():
                assert close(short.second[pair][0], total, largest), (row, point, pair)


@pytest.mark.parametrize("row", ROWS)
def test_the_engine_runs_on_the_numbers_of_the_reference(row: str) -> None:
    """Rules and textbook formulas agree at the working precision: 40 digits of 60."""
    points = [p for p in generated(row, 600) if all(1e-3 < abs(x) < 100 for x in p)][:20]
    assert len(points) > 2
    for point in points:
        wanted = exact(row, point)
        with mpmath.workdps(DIGITS):
            xs = tuple(Value(mpmath.mpf(x)) for x in point)
            y = call(row)(*xs)
            slopes = gradients(y, xs, create_graph=True)
            assert close(y.data, wanted.value, max(1, abs(wanted.value))), (row, point)
            for i, slope in enumerate(slopes):
                assert close(slope.data, wanted.first[i], max(1, abs(wanted.first[i]))), (row, point, i)
                for j, got in enumerate(gradients(slope, xs)):
                    second = wanted.second.get((min(i, j), max(i, j)))
                    assert second is None or close(got, second[0], max(1, second[1])), (row, point, i, j)

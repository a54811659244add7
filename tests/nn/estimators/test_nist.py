"""NIST's certified values: linear by LinearRegression, nonlinear by SciPy's solver and eager or compiled Jacobians."""

import pytest

from benchmarks.models import JACOBIANS, LINEAR, NONLINEAR, linear, nonlinear


@pytest.mark.parametrize("name", LINEAR)
def test_linear_regression_has_the_certified_digits(name: str) -> None:
    assert linear(name) >= LINEAR[name]


@pytest.mark.parametrize("which", JACOBIANS)
@pytest.mark.parametrize("start", [0, 1])
@pytest.mark.parametrize("name", NONLINEAR)
def test_nonlinear_least_squares_has_them_too(name: str, start: int, which: str) -> None:
    assert nonlinear(name, start, which) >= NONLINEAR[name][0]

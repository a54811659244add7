"""NIST's certified values: linear by LinearRegression, nonlinear by the engine's Jacobian in SciPy's solver."""

import pytest

from benchmarks.models import LINEAR, NONLINEAR, linear, nonlinear


@pytest.mark.parametrize("name", LINEAR)
def test_linear_regression_has_the_certified_digits(name: str) -> None:
    assert linear(name) >= LINEAR[name]


@pytest.mark.parametrize("start", [0, 1])
@pytest.mark.parametrize("name", NONLINEAR)
def test_nonlinear_least_squares_by_the_engines_jacobian_has_them_too(name: str, start: int) -> None:
    assert nonlinear(name, start) >= NONLINEAR[name][0]

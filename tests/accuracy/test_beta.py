"""Derivatives of the beta function near its poles, where differences of polygamma functions cancel."""

from __future__ import annotations

import pytest
from mpmath import mpf

from autograd import beta, compile, grad
from tests.accuracy.reference import ulps
from tests.accuracy.special_points import BETA_DERIVATIVES
from tests.accuracy.special_reference import beta_derivative
from tests.profiles import DEEP


@pytest.mark.parametrize("by", [(0, 0, 1), (0, 1, 0), (1, 0, 0), (1, 1, 1)])
def test_second_and_third_derivatives(by: tuple[int, int, int]) -> None:
    twice = compile(grad(grad(beta, by[0]), by[1]))
    thrice = grad(grad(grad(beta, by[0]), by[1]), by[2])
    for x, y in BETA_DERIVATIVES[:: 1 if DEEP else 5]:
        second, third = (beta_derivative(mpf(x), mpf(y), of.count(0), of.count(1)) for of in (by[:2], by))
        assert ulps(twice(x, y), second) <= 8.0, (x, y)
        assert ulps(thrice(x, y), third) <= 16.0, (x, y)

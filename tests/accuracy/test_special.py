"""The kernels of special functions against mpmath, over all floats; NaN, infinities and poles."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from math import inf, nan
from typing import Any

import pytest
from mpmath import mp, mpf, psi, workdps

import autograd
from autograd import Value
from autograd.numbers.precise import derivatives as precise_derivatives
from autograd.numbers.precise import gammainc as precise_gammainc
from autograd.numbers.precise import polygamma as precise_polygamma
from autograd.primitives import TABLE
from tests.accuracy import special_points as points
from tests.accuracy import special_reference as reference
from tests.accuracy.reference import DIGITS, ulps
from tests.accuracy.special import SPECIAL, kernel, operands, operation


@pytest.mark.parametrize("name", SPECIAL)
def test_accuracy(name: str) -> None:
    row, failures = SPECIAL[name], []
    for point in row.points:
        got = kernel(name)(*operands(point))
        with mp.workdps(DIGITS):
            wanted = mpf(row.exact(*map(mpf, operands(point))))
            wrong = ulps(got, wanted)
        if not wrong <= row.bound:
            failures.append(f"{name}({point}): got {got!r}, wanted {mp.nstr(wanted, 20)}, {wrong:.3g} ulp")
    assert not failures, "\n".join([f"{len(failures)} numbers are wrong", *failures[:10]])


@pytest.mark.parametrize("name", [name for name, row in SPECIAL.items() if row.limits])
def test_poles_and_ends(name: str) -> None:
    for point, wanted in SPECIAL[name].limits:
        got = kernel(name)(*operands(point))
        assert repr(got) == repr(wanted), f"{name}({point}): got {got!r}, wanted {wanted!r}"


@pytest.mark.parametrize("name", SPECIAL)
def test_nan_in_nan_out(name: str) -> None:
    count = len(operands(SPECIAL[name].points[0]))
    for at in set(range(count)).difference(SPECIAL[name].unread):
        got = kernel(name)(*(nan if i == at else 1.0 for i in range(count)))
        assert math.isnan(got), (name, at)


@pytest.mark.parametrize("name", SPECIAL)
def test_no_number_is_refused(name: str) -> None:
    count = len(operands(SPECIAL[name].points[0]))
    for point in product(points.SPECIAL_NUMBERS, repeat=count):
        assert type(kernel(name)(*point)) is float, (name, point)


# --- the operations: their derivatives, which are composed of the kernels ---------------------------------------------


@pytest.mark.parametrize("name", [name for name, row in SPECIAL.items() if row.slopes])
def test_derivatives(name: str) -> None:
    """With respect to every operand that is not plain."""
    row, f, of = SPECIAL[name], getattr(autograd, name), operation(name)
    exact = row.smooth or row.exact
    at = tuple(i for i, parameter in enumerate(of.parameters) if parameter not in of.plain)
    for point in map(operands, row.slopes):
        value, first = autograd.value_and_grad(f, at)(*point)
        second = autograd.hessian(f, at)(*point)
        with mp.workdps(80):
            xs = tuple(map(mpf, point))
            assert ulps(value, exact(*xs)) <= 8.0, (name, point)
            for i, by in enumerate(at):
                slope = _derivative(exact, xs, by)
                assert ulps(first[i], slope) <= 8.0, (name, point, by, first[i], slope)
                for j, other in enumerate(at):
                    curve = _derivative(exact, xs, by, other)
                    largest = max(map(abs, (curve, slope, exact(*xs))))
                    assert ulps(second[i][j], curve, largest) <= 32.0, (name, point, by, other, second[i][j], curve)


@pytest.mark.parametrize(
    "name, point",
    [("logaddexp", p) for p in ((0.1, -36.7), (-23.92, -58.9), (0.1, -700.7), (300.1, -300.3), (2.5, 2.5000001))]
    + [("logit", (x,)) for x in (0.499999999, 0.5000001, 1e-9, 0.9999999)],
)
def test_derivatives_that_are_far_smaller_than_others(name: str, point: tuple[float, ...]) -> None:
    every, f = tuple(range(len(point))), getattr(autograd, name)
    first, second = autograd.grad(f, every)(*point), autograd.hessian(f, every)(*point)
    with mp.workdps(700):
        xs = [mpf(x) for x in point]
        if name == "logit":
            slopes, curves = [1 / (xs[0] * (1 - xs[0]))], [[(2 * xs[0] - 1) / (xs[0] * (1 - xs[0])) ** 2]]
        else:
            shares = [1 / (1 + mp.exp(xs[1 - i] - xs[i])) for i in every]
            curve = shares[0] * shares[1]
            slopes, curves = shares, [[curve, -curve], [-curve, curve]]
        for i in every:
            assert ulps(first[i], slopes[i]) <= 4.0
            for j in every:
                assert ulps(second[i][j], curves[i][j]) <= 8.0


@pytest.mark.parametrize("x", [0.0, -0.0, -1.0, -2.0, -30.0])
@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_polygamma_raises_at_its_poles(x: float, n: int) -> None:
    for number in (x, Value(x)):
        with pytest.raises(ValueError, match="a pole"):
            autograd.polygamma(number, n)
    assert math.isfinite(autograd.grad(lambda v: autograd.where(v > 1.0, v, autograd.digamma(v + 0.5)))(x))


def _derivative(exact: Callable[..., Any], xs: tuple[Any, ...], *by: int) -> Any:
    order = tuple(sum(i == k for i in by) for k in range(len(xs)))
    return mp.diff(exact, xs if len(xs) > 1 else xs[0], order if len(xs) > 1 else order[0])


def test_a_plain_operand_is_never_differentiated() -> None:
    for misuse in (
        lambda: autograd.gammainc(Value(2.0), 1.0),
        lambda: autograd.grad(autograd.gammaincc)(2.0, 1.0),
        lambda: autograd.polygamma(2.0, Value(1.0)),
        lambda: autograd.polygamma(1, 2.0),
        lambda: autograd.polygamma(1, 2),
    ):
        with pytest.raises(TypeError, match="derivative"):
            misuse()


@pytest.mark.parametrize("digits", [15, 60, 700])
@pytest.mark.parametrize("n", [0, 1, 7])
def test_polygamma_in_many_digits(n: int, digits: int) -> None:
    for x in (1.0, -0.5, -40.125, 1e-5, 1e10, -1e5 - 0.25, 1.4616321449683622):
        with workdps(digits + 30):
            wanted = psi(n, mpf(x))
        with workdps(digits):
            assert abs(precise_polygamma.polygamma(mpf(x), n) / wanted - 1) < mpf(10) ** (1 - digits), x


MANY_DIGITS: list[tuple[Callable[..., Any], tuple[float, ...], Callable[..., Any]]] = [
    *(
        (function, (a, x), lambda a, x, ends=ends: mp.gammainc(a, *ends(x), regularized=True))
        for a, x in ((1.0, 2.0), (2.5, 0.1), (2.5, 80.0), (0.5, 1e-9), (100.0, 90.0), (30.0, 300.0))
        for function, ends in (
            (precise_gammainc.gammainc, lambda x: (0, x)),
            (precise_gammainc.gammaincc, lambda x: (x, mp.inf)),
        )
    ),
    *((precise_gammainc.gammainc_curvature, (a, x), lambda a, x: (a - 1 - x) * x ** (a - 2) * mp.exp(-x) / mp.gamma(a))
      for a, x in ((1.0, 2.0), (2.5, 0.1), (0.5, 9.0))),
    *((precise_derivatives.log_normal_cdf_derivative, point, reference.log_normal_cdf_derivative)
      for point in ((0.0, 2.0), (1.5, 3.0), (-3.0, 2.0), (-25.0, 5.0), (10.0, 2.0), (0.3, 36.0))),
    *((precise_derivatives.beta_derivative, point, reference.beta_derivative)
      for point in ((1e-9, 1e-9, 1.0, 1.0), (1e-20, 3.0, 2.0, 1.0), (0.5, 1e6, 1.0, 2.0), (2.5, 7.0, 0.0, 3.0))),
]  # fmt: skip


@pytest.mark.parametrize("digits", [15, 80])
def test_gammainc_and_the_normal_distribution_in_many_digits(digits: int) -> None:
    for function, point, exact in MANY_DIGITS:
        operands = list(map(mpf, point))
        with workdps(digits + 150):
            wanted = exact(*operands)
        with workdps(digits):
            assert abs(function(*operands) / wanted - 1) < mpf(10) ** (1 - digits), (function, point)


@pytest.mark.parametrize("a", [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 100.0])
def test_the_third_derivative_of_gammainc_at_0(a: float) -> None:
    wanted = {0.5: inf, 1.0: 1.0, 1.5: -inf, 2.0: -2.0, 2.5: inf, 3.0: 1.0, 100.0: 0.0}
    assert TABLE["gammainc_curvature"].evaluate(a, 0.0)[1][1] == wanted[a]


def test_polygamma_in_thousands_of_digits() -> None:
    """By the formula for 2x, since mpmath takes minutes there."""
    with workdps(2400):
        x = mpf(0.7)
        twice, here, half = (precise_polygamma.polygamma(t, 0) for t in (2 * x, x, x + 0.5))
        assert abs(twice - (here + half) / 2 - mp.ln2) < mpf(10) ** -2395

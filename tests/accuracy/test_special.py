"""The kernels of special functions against mpmath, over all floats; NaN, infinities and poles."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product
from math import inf, nan
from typing import Any, NamedTuple

import pytest
from mpmath import mp, mpf, psi, workdps

import autograd
from autograd import Value
from autograd.numbers.kernels import elementary, floats, sinc, slopes
from autograd.numbers.precise import derivatives as precise_derivatives
from autograd.numbers.precise import gammainc as precise_gammainc
from autograd.numbers.precise import polygamma as precise_polygamma
from autograd.numbers.special import (
    bessel,
    beta,
    beta_derivative,
    gamma,
    incomplete_gamma,
    inverse_erf,
    normal_derivatives,
    polygamma,
    polygamma_difference,
)
from autograd.primitives import TABLE
from tests.accuracy import special_points as points
from tests.accuracy import special_reference as reference
from tests.accuracy.reference import DIGITS, ulps


class Row(NamedTuple):
    """A kernel, its exact values, the allowed error in ulp, and the points to test."""

    kernel: Callable[..., float]
    exact: Callable[..., Any]
    bound: float
    points: Sequence[Any]


ROWS = {
    "gamma": Row(gamma.gamma, reference.gamma, 6.0, points.GAMMA),
    "lgamma": Row(gamma.lgamma, reference.lgamma, 5.0, points.LGAMMA),
    "digamma": Row(polygamma.digamma, reference.digamma, 5.0, points.DIGAMMA),
    "polygamma": Row(polygamma.polygamma, reference.polygamma, 5.0, points.POLYGAMMA),
    "beta": Row(beta.beta, reference.beta, 8.0, points.BETA),
    "lbeta": Row(beta.lbeta, reference.lbeta, 4.0, points.BETA),
    "beta_derivative": Row(
        beta_derivative.beta_derivative,
        reference.beta_derivative,
        8.0,
        [(x, y, m, n) for x, y in points.BETA_DERIVATIVES for m, n in ((1.0, 0.0), (1.0, 1.0), (2.0, 0.0))],
    ),
    "xlog1py": Row(elementary.xlog1py, lambda z, x: z * mp.log1p(x), 2.0, points.XLOG1PY),
    "xlogy": Row(floats.xlogy, lambda z, x: z * mp.log(x), 2.0, [(z, 1 + x) for z, x in points.XLOG1PY if x > -1]),
    "logit": Row(elementary.logit, lambda x: mp.log(x) - mp.log1p(-x), 3.0, points.UNIT),
    "polygamma_difference": Row(
        polygamma_difference.polygamma_difference,
        lambda x, y, n: reference.polygamma(x + y, n) - reference.polygamma(x, n),
        6.0,
        [(x, y, n) for x in (1e-3, 0.7, 3.0, 40.0, 1e6) for y in (1e-5, 0.4, 11.0, 1e7) for n in (0.0, 1.0, 2.0, 5.0)]
        + [(1e-103, 2e-112, 2.0)],
    ),
    "logit_slope": Row(elementary.logit_slope, lambda x: 1 / (x * (1 - x)), 2.0, points.UNIT),
    "sigmoid_of_difference": Row(
        slopes.sigmoid_of_difference,
        reference.with_digits(800, lambda x, y: 1 / (1 + mp.exp(y - x))),
        3.0,
        [(x, y) for x in (-300.3, -23.92, 0.1, 0.3, 36.7, 700.0) for y in (-36.7, 0.1, 0.30000001, 58.9, 300.1)],
    ),
    "entropy": Row(elementary.entropy, lambda x: -x * mp.log(x), 2.0, points.ENTROPY),
    "logaddexp": Row(elementary.logaddexp, reference.with_digits(800, reference.logaddexp), 3.0, points.LOGADDEXP),
    "exp2": Row(elementary.exp2, lambda x: mpf(2) ** x, 2.0, points.EXP2),
    "degrees": Row(elementary.degrees, lambda x: 180 * x / mp.pi, 1.0, points.REAL),
    "radians": Row(elementary.radians, lambda x: mp.pi * x / 180, 1.0, points.REAL),
    "copysign": Row(elementary.copysign, lambda x, y: abs(x) * (mp.sign(y) or 1), 0.0, points.FMOD),
    "fmod": Row(
        elementary.fmod, reference.with_digits(700, lambda x, y: mp.sign(x) * (abs(x) % abs(y))), 0.0, points.FMOD
    ),
    "sinc": Row(sinc.sinc, mp.sincpi, 4.0, points.SINC),
    "sinc_derivative": Row(sinc.sinc_derivative, reference.sinc_derivative, 1.0, points.SINC_DERIVATIVES),
    "erfinv": Row(inverse_erf.erfinv, reference.erfinv, 2.0, points.ERFINV),
    "erfcinv": Row(inverse_erf.erfcinv, reference.erfcinv, 2.0, points.ERFCINV),
    "normal_icdf": Row(inverse_erf.normal_icdf, reference.normal_icdf, 3.0, points.UNIT),
    "erfinv_slope": Row(
        inverse_erf.erfinv_slope, lambda x: reference.erf_slope(reference.erfinv(x)), 4.0, points.ERFINV[::2]
    ),
    "erfcinv_slope": Row(
        inverse_erf.erfcinv_slope, lambda x: -reference.erf_slope(reference.erfcinv(x)), 4.0, points.ERFCINV[::2]
    ),
    "normal_icdf_slope": Row(
        inverse_erf.normal_icdf_slope, lambda p: 1 / mp.npdf(reference.normal_icdf(p)), 5.0, points.UNIT[::2]
    ),
    "log_normal_cdf": Row(inverse_erf.log_normal_cdf, reference.log_normal_cdf, 3.0, points.NORMAL),
    "log_normal_cdf_slope": Row(inverse_erf.log_normal_cdf_slope, reference.log_normal_cdf_slope, 4.0, points.NORMAL),
    "log_normal_cdf_gap": Row(inverse_erf.log_normal_cdf_gap, reference.log_normal_cdf_gap, 5.0, points.NORMAL),
    "log_normal_cdf_curvature": Row(
        inverse_erf.log_normal_cdf_curvature,
        lambda x: -reference.log_normal_cdf_slope(x) * reference.log_normal_cdf_gap(x),
        8.0,
        points.NORMAL,
    ),
    "log_normal_cdf_derivative": Row(
        normal_derivatives.log_normal_cdf_derivative,
        reference.log_normal_cdf_derivative,
        3.0,
        points.NORMAL_DERIVATIVES,
    ),
    "i0": Row(bessel.i0, lambda x: reference.bessel(x, 0), 5.0, points.BESSEL),
    "i1": Row(bessel.i1, lambda x: reference.bessel(x, 1), 5.0, points.BESSEL),
    "i0e": Row(bessel.i0e, lambda x: reference.scaled_bessel(x, 0), 4.0, points.SCALED_BESSEL),
    "i1e": Row(bessel.i1e, lambda x: reference.scaled_bessel(x, 1), 4.0, points.SCALED_BESSEL),
    "bessel_i": Row(bessel.bessel_i, reference.bessel, 8.0, points.BESSEL_I),
    "i0e_derivative": Row(bessel.i0e_derivative, reference.i0e_derivative, 5.0, points.BESSEL_DERIVATIVES),
    "i1e_derivative": Row(bessel.i1e_derivative, reference.i1e_derivative, 8.0, points.BESSEL_DERIVATIVES),
    "gammainc": Row(incomplete_gamma.gammainc, reference.gammainc, 8.0, points.GAMMAINC),
    "gammaincc": Row(incomplete_gamma.gammaincc, reference.gammaincc, 8.0, points.GAMMAINC),
    "gammainc_slope": Row(incomplete_gamma.gammainc_slope, reference.gammainc_slope, 8.0, points.GAMMAINC_SLOPE),
    "gammainc_curvature": Row(
        incomplete_gamma.gammainc_curvature, reference.gammainc_curvature, 8.0, points.GAMMAINC_SLOPE
    ),
}

# Poles, ends, and points outside the domain.
LIMITS: dict[str, list[tuple[Any, float]]] = {
    "gamma": [(0.0, inf), (-0.0, -inf), (-1.0, nan), (-1e300, nan), (inf, inf), (-inf, nan), (172.0, inf)],
    "lgamma": [(0.0, inf), (-0.0, inf), (-1.0, inf), (-1e300, inf), (inf, inf), (-inf, inf), (1.0, 0.0), (2.0, 0.0)],
    "digamma": [(0.0, -inf), (-0.0, inf), (-1.0, nan), (-1e300, nan), (inf, inf), (-inf, nan)],
    "polygamma": [
        *(((x, 1.0), inf) for x in (0.0, -0.0, -1.0, -1e300)),
        ((0.0, 2.0), -inf),
        ((-0.0, 2.0), inf),
        ((-1.0, 2.0), nan),
        ((inf, 0.0), inf),
        ((inf, 1.0), 0.0),
        ((inf, 2.0), -0.0),
        ((-inf, 1.0), nan),
        ((1.0, 0.5), nan),
        ((1.0, -1.0), nan),
        ((1.0, inf), nan),
        ((0.5, 1e9), -inf),
        ((2.0, 1e9 + 1.0), inf),
    ],
    "beta": [
        ((0.0, 1.0), inf), ((1.0, 0.0), inf), ((0.0, inf), nan), ((inf, 1.0), 0.0), ((inf, inf), 0.0),
        ((-1.0, 2.0), nan), ((1e300, 1e300), 0.0), ((5e-324, 5e-324), inf),
    ],
    "lbeta": [
        ((0.0, 1.0), inf), ((1.0, 0.0), inf), ((0.0, inf), nan), ((inf, 1.0), -inf), ((inf, inf), -inf),
        ((-1.0, 2.0), nan), ((1.7e308, 1.7e308), -inf), ((1.0, 1.0), 0.0),
    ],
    "xlog1py": [
        ((0.0, -1.0), 0.0), ((0.0, inf), 0.0), ((0.0, -2.0), nan), ((2.0, -1.0), -inf), ((-2.0, -1.0), inf),
        ((2.0, -1.5), nan), ((2.0, inf), inf), ((inf, 0.0), nan), ((inf, 1.0), inf),
    ],
    "xlogy": [((0.0, 0.0), 0.0), ((2.0, 0.0), -inf), ((1.0, -1.0), nan)],
    "logit": [(0.0, -inf), (1.0, inf), (-0.5, nan), (1.5, nan), (0.5, 0.0)],
    "polygamma_difference": [
        ((1.0, 0.0, 0.0), 0.0), ((inf, 1.0, 0.0), 0.0), ((1.0, inf, 0.0), inf), ((-1.0, 1.0, 0.0), nan),
        ((1.0, 1.0, 0.5), nan),
    ],
    "beta_derivative": [
        ((0.0, 1.0, 1.0, 0.0), -inf), ((5e-324, 5e-324, 1.0, 1.0), 2.4041138063191885), ((1.0, inf, 1.0, 1.0), 0.0),
        ((0.0, inf, 0.0, 1.0), nan), ((-1.0, 1.0, 1.0, 0.0), nan), ((1.0, 1.0, 0.5, 0.0), nan),
        ((1.0, 1.0, 101.0, 0.0), nan), ((1.0, 1.0, 5.0, 6.0), nan),
        ((1.7e308, 1.7e308, 1.0, 1.0), 0.0), ((1.0, 1.0, 0.0, 0.0), 1.0),
    ],
    "entropy": [(0.0, 0.0), (-0.0, 0.0), (-1.0, -inf), (-inf, -inf), (inf, -inf), (1.0, -0.0)],
    "logaddexp": [
        ((inf, 1.0), inf), ((inf, inf), inf), ((inf, -inf), inf), ((-inf, -inf), -inf), ((-inf, 2.5), 2.5),
        ((-1e308, 1e308), 1e308), ((0.0, -1000.0), 0.0),
    ],
    "exp2": [(inf, inf), (-inf, 0.0), (1024.0, inf), (-1076.0, 0.0), (10.0, 1024.0)],
    "degrees": [(inf, inf), (-inf, -inf), (-0.0, -0.0), (1e308, inf)],
    "radians": [(inf, inf), (-inf, -inf), (-0.0, -0.0)],
    "copysign": [((1.0, -0.0), -1.0), ((-inf, 2.0), inf), ((0.0, -1.0), -0.0)],
    "fmod": [
        ((inf, 1.0), nan), ((1.0, 0.0), nan), ((5.5, inf), 5.5), ((-5.5, 2.0), -1.5), ((5.5, -2.0), 1.5),
        ((-4.0, 2.0), -0.0), ((inf, inf), nan),
    ],
    "sinc": [(0.0, 1.0), (-0.0, 1.0), (1.0, 0.0), (-2.0, 0.0), (inf, 0.0), (-inf, 0.0), (1e300, 0.0)],
    "sinc_derivative": [
        ((0.0, 0.0), 1.0), ((inf, 3.0), 0.0), ((1.0, 0.5), nan), ((1.0, -1.0), nan), ((1.0, inf), nan),
        ((0.0, 2.0), -math.pi**2 / 3.0), ((inf, 1.0), 0.0), ((-inf, 1.0), 0.0), ((1.0, 1.0), -1.0), ((2.0, 1.0), 0.5),
    ],
    "erfinv": [(0.0, 0.0), (-0.0, -0.0), (1.0, inf), (-1.0, -inf), (1.5, nan), (-inf, nan)],
    "erfcinv": [(1.0, 0.0), (0.0, inf), (2.0, -inf), (-0.5, nan), (2.5, nan), (inf, nan)],
    "normal_icdf": [(0.5, 0.0), (0.0, -inf), (1.0, inf), (-0.5, nan), (1.5, nan), (inf, nan)],
    "erfinv_slope": [(1.0, inf), (-1.0, inf), (1.5, nan), (inf, nan)],
    "erfcinv_slope": [(0.0, -inf), (2.0, -inf), (-1.0, nan), (3.0, nan)],
    "normal_icdf_slope": [(0.0, inf), (1.0, inf), (-1.0, nan), (3.0, nan)],
    "log_normal_cdf": [(inf, -0.0), (-inf, -inf), (1e300, -0.0), (-1e300, -inf)],
    "log_normal_cdf_slope": [(inf, 0.0), (-inf, inf), (1e300, 0.0), (-1e300, 1e300)],
    "log_normal_cdf_gap": [(inf, inf), (-inf, 0.0)],
    "log_normal_cdf_curvature": [(inf, -0.0), (-inf, -1.0), (1e300, -0.0), (-1e300, -1.0)],
    "log_normal_cdf_derivative": [
        ((-inf, 3.0), 0.0), ((inf, 3.0), 0.0), ((inf, 4.0), -0.0), ((1.0, 0.5), nan), ((1.0, 37.0), nan),
        ((-1e300, 3.0), 0.0), ((-inf, 0.0), -inf),
    ],
    "i0": [(0.0, 1.0), (inf, inf), (-inf, inf), (1e300, inf)],
    "i1": [(0.0, 0.0), (-0.0, -0.0), (inf, inf), (-inf, -inf), (-1e300, -inf)],
    "i0e": [(0.0, 1.0), (inf, 0.0), (-inf, 0.0)],
    "i1e": [(0.0, 0.0), (-0.0, -0.0), (inf, 0.0), (-inf, -0.0)],
    "bessel_i": [
        ((0.0, 2.0), 0.0), ((0.0, 0.0), 1.0), ((2.0, 0.5), nan), ((inf, 3.0), inf), ((-inf, 3.0), -inf),
        ((1.0, inf), nan), ((1e6, 3.0), inf), ((1e6, 2e5), inf), ((1.0, 1e9), 0.0), ((-inf, 2.0), inf),
    ],
    "i0e_derivative": [
        ((0.0, 1.0), 0.0), ((0.0, 0.0), 1.0), ((inf, 1.0), -0.0), ((1.0, 0.5), nan), ((0.0, 2.0), 1.5),
    ],
    "i1e_derivative": [((0.0, 1.0), 0.5), ((0.0, 2.0), 0.0), ((1.0, -1.0), nan), ((inf, 1.0), -0.0)],
    "gammainc": [
        ((1.0, 0.0), 0.0), ((2.0, inf), 1.0), ((inf, 2.0), 0.0), ((0.0, 1.0), 1.0), ((0.0, 0.0), nan),
        ((inf, inf), nan), ((-1.0, 1.0), nan), ((1.0, -1.0), nan), ((1e300, 2e300), 1.0), ((2e300, 1e300), 0.0),
        ((1e300, 1e300), 0.5), ((1e5, 2e5), 1.0),
    ],
    "gammaincc": [
        ((1.0, 0.0), 1.0), ((2.0, inf), 0.0), ((inf, 2.0), 1.0), ((0.0, 1.0), 0.0), ((0.0, 0.0), nan),
        ((inf, inf), nan), ((-1.0, 1.0), nan), ((1.0, -1.0), nan), ((1e300, 2e300), 0.0), ((2e300, 1e300), 1.0),
        ((1e300, 1e300), 0.5), ((1e5, 2e5), 0.0),
    ],
    "gammainc_slope": [
        ((0.5, 0.0), inf), ((1.0, 0.0), 1.0), ((2.0, 0.0), 0.0), ((2.0, inf), 0.0), ((inf, 2.0), 0.0),
        ((0.0, 1.0), 0.0), ((-1.0, 1.0), nan), ((1e300, 2e300), 0.0), ((5e-324, 1.0), 0.0),
    ],
    "gammainc_curvature": [
        ((0.5, 0.0), -inf), ((1.0, 0.0), -1.0), ((1.5, 0.0), inf), ((2.0, 0.0), 1.0), ((3.0, 0.0), 0.0),
        ((2.0, inf), 0.0), ((-1.0, 1.0), nan), ((1e300, 2e300), 0.0), ((2.0, 1.0), 0.0),
    ],
}  # fmt: skip


def operands(point: Any) -> tuple[float, ...]:
    return point if isinstance(point, tuple) else (point,)


@pytest.mark.parametrize("name", ROWS)
def test_accuracy(name: str) -> None:
    row = ROWS[name]
    failures = []
    for point in row.points:
        got = row.kernel(*operands(point))
        with mp.workdps(DIGITS):
            wanted = mpf(row.exact(*map(mpf, operands(point))))
            wrong = ulps(got, wanted)
        if not wrong <= row.bound:
            failures.append(f"{name}({point}): got {got!r}, wanted {mp.nstr(wanted, 20)}, {wrong:.3g} ulp")
    assert not failures, "\n".join([f"{len(failures)} numbers are wrong", *failures[:10]])


@pytest.mark.parametrize("name", LIMITS)
def test_poles_and_ends(name: str) -> None:
    for point, wanted in LIMITS[name]:
        got = ROWS[name].kernel(*operands(point))
        assert repr(got) == repr(wanted), f"{name}({point}): got {got!r}, wanted {wanted!r}"


@pytest.mark.parametrize("name", ROWS)
def test_nan_in_nan_out(name: str) -> None:
    count = len(operands(ROWS[name].points[0]))
    for at in range(1 if name == "copysign" else count):
        got = ROWS[name].kernel(*(nan if i == at else 1.0 for i in range(count)))
        assert math.isnan(got), (name, at)


@pytest.mark.parametrize("name", ROWS)
def test_no_number_is_refused(name: str) -> None:
    count = len(operands(ROWS[name].points[0]))
    for point in product(points.SPECIAL_NUMBERS, repeat=count):
        assert type(ROWS[name].kernel(*point)) is float, (name, point)


# --- the operations: their derivatives, which are composed of the kernels ---------------------------------------------

POSITIVE = tuple((x,) for x in (0.25, 0.9, 1.6, 2.5, 7.3, 30.25))
REAL = tuple((x,) for x in (-20.3, -2.7, -0.6, 0.3, 1.4, 9.1))
PAIRS = ((0.3, 0.8), (2.5, 0.01), (7.0, 30.0), (0.02, 5.0))
WITHIN = tuple((x,) for x in (1e-5, 0.07, 0.4, 0.6, 0.93))
OPERATIONS: dict[str, tuple[tuple[float, ...], ...]] = {
    **dict.fromkeys(("gamma", "lgamma", "digamma"), (*POSITIVE, (-0.6,), (-2.7,), (-5.3,))),
    "beta": (*PAIRS, (1e-9, 1e-9), (0.01, 0.01), (1e-12, 3.0), (40.0, 1e-5)),
    **dict.fromkeys(("lbeta", "xlogy"), PAIRS),
    **dict.fromkeys(("logaddexp", "fmod"), (*PAIRS, (-3.3, 0.4), (2.6, -1.1))),
    "copysign": ((2.0, -3.0), (-2.0, 3.0)),
    "xlog1py": (*PAIRS, (2.0, -0.7)),
    "entropy": POSITIVE,
    **dict.fromkeys(("exp2", "degrees", "radians", "sinc", "log_normal_cdf", "i0", "i1", "i0e", "i1e"), REAL),
    "erfinv": (*WITHIN, (-0.3,), (-0.99,)),
    "erfcinv": (*WITHIN, (1.3,), (1.99,)),
    **dict.fromkeys(("normal_icdf", "logit"), WITHIN),
}
# Exact values at any working precision, since they are differentiated; the rows above fix their own precision.
EXACT = {
    "beta": mp.beta,
    "lbeta": lambda x, y: mp.loggamma(x) + mp.loggamma(y) - mp.loggamma(x + y),
    "fmod": lambda x, y: mp.sign(x) * (abs(x) % abs(y)),
    "logaddexp": lambda x, y: mp.log(mp.exp(x) + mp.exp(y)),
}
COUNTED = {  # as a function of its differentiable operand, with the other fixed
    "polygamma": (lambda x: autograd.polygamma(x, 2), lambda x: mp.psi(2, x), POSITIVE),
    "gammainc": (lambda x: autograd.gammainc(2.5, x), lambda x: mp.gammainc(2.5, 0, x, regularized=True), POSITIVE),
    "gammaincc": (lambda x: autograd.gammaincc(2.5, x), lambda x: mp.gammainc(2.5, x, regularized=True), POSITIVE),
}


@pytest.mark.parametrize("name", [*OPERATIONS, *COUNTED])
def test_derivatives(name: str) -> None:
    exact = EXACT.get(name) or ROWS[name].exact
    f, exact, found = COUNTED.get(name) or (getattr(autograd, name), exact, OPERATIONS[name])
    for point in found:
        every = tuple(range(len(point)))
        value, first = autograd.value_and_grad(f, every)(*point)
        second = autograd.hessian(f, every)(*point)
        with mp.workdps(80):
            xs = tuple(map(mpf, point))
            assert ulps(value, exact(*xs)) <= 8.0, (name, point)
            for i in every:
                slope = _derivative(exact, xs, i)
                assert ulps(first[i], slope) <= 8.0, (name, point, i, first[i], slope)
                for j in every:
                    curve = _derivative(exact, xs, i, j)
                    largest = max(map(abs, (curve, slope, exact(*xs))))
                    assert ulps(second[i][j], curve, largest) <= 32.0, (name, point, i, j, second[i][j], curve)


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

"""Every special function: its exact value, the points where its kernel and its derivatives are measured, and its ends.

A new operation needs one row here, or one of `reference.py`, whose rows have formulas of the derivatives too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf, nan, pi
from typing import Any, NamedTuple

from mpmath import mp, mpf

from autograd.numbers.special import inverse_erf
from autograd.primitives import TABLE
from tests.accuracy import special_points as points
from tests.accuracy import special_reference as reference


class Row(NamedTuple):
    """A kernel's exact values, the allowed error in ulp, and the points to test, the hardest ones among them.

    `limits` are poles, ends, and points outside the domain, with the value there; NaN in any operand but the `unread`
    ones is NaN. A public operation has `slopes`, the points where its first and second derivatives are compared with
    numerical ones of `smooth`: exact values at any working precision, where `exact` fixes its own. The kernel is that
    of the operation with the row's name, unless the row has one.
    """

    exact: Callable[..., Any]
    bound: float
    points: Sequence[Any]
    limits: Sequence[tuple[Any, float]] = ()
    slopes: Sequence[Any] = ()
    smooth: Callable[..., Any] | None = None
    kernel: Callable[..., float] | None = None
    unread: tuple[int, ...] = ()


def operands(point: Any) -> tuple[float, ...]:
    """The operands at a point, a tuple or one number."""
    return point if isinstance(point, tuple) else (point,)


def operation(name: str) -> Any:
    """The row of the table that has this name or, of a function around it, this title."""
    return TABLE.get(name) or next(row for row in TABLE.values() if row.title == name)


def kernel(name: str) -> Callable[..., float]:
    """The function of floats that a row tests: a kernel, or the value of an operation without one."""
    found: Callable[..., float] | None = SPECIAL[name].kernel or operation(name).kernel
    return found or operation(name).value


POSITIVE = (0.25, 0.9, 1.6, 2.5, 7.3, 30.25)
REAL = (-20.3, -2.7, -0.6, 0.3, 1.4, 9.1)
WITHIN = (1e-5, 0.07, 0.4, 0.6, 0.93)
PAIRS = ((0.3, 0.8), (2.5, 0.01), (7.0, 30.0), (0.02, 5.0))

SPECIAL: dict[str, Row] = {
    "gamma": Row(
        reference.gamma, 6.0, points.GAMMA,
        limits=[(0.0, inf), (-0.0, -inf), (-1.0, nan), (-1e300, nan), (inf, inf), (-inf, nan), (172.0, inf)],
        slopes=[*POSITIVE, -0.6, -2.7, -5.3],
    ),
    "lgamma": Row(
        reference.lgamma, 5.0, points.LGAMMA,
        limits=[(0.0, inf), (-0.0, inf), (-1.0, inf), (-1e300, inf), (inf, inf), (-inf, inf), (1.0, 0.0), (2.0, 0.0)],
        slopes=[*POSITIVE, -0.6, -2.7, -5.3],
    ),
    "digamma": Row(
        reference.digamma, 5.0, points.DIGAMMA,
        limits=[(0.0, -inf), (-0.0, inf), (-1.0, nan), (-1e300, nan), (inf, inf), (-inf, nan)],
        slopes=[*POSITIVE, -0.6, -2.7, -5.3],
    ),
    "polygamma": Row(
        reference.polygamma, 5.0, points.POLYGAMMA,
        limits=[
            *(((x, 1.0), inf) for x in (0.0, -0.0, -1.0, -1e300)), ((0.0, 2.0), -inf), ((-0.0, 2.0), inf),
            ((-1.0, 2.0), nan), ((inf, 0.0), inf), ((inf, 1.0), 0.0), ((inf, 2.0), -0.0), ((-inf, 1.0), nan),
            ((1.0, 0.5), nan), ((1.0, -1.0), nan), ((1.0, inf), nan), ((0.5, 1e9), -inf), ((2.0, 1e9 + 1.0), inf),
        ],
        slopes=[(x, 2) for x in POSITIVE],
        smooth=lambda x, n: mp.psi(int(n), x),
    ),
    "beta": Row(
        reference.beta, 8.0, points.BETA,
        limits=[
            ((0.0, 1.0), inf), ((1.0, 0.0), inf), ((0.0, inf), nan), ((inf, 1.0), 0.0), ((inf, inf), 0.0),
            ((-1.0, 2.0), nan), ((1e300, 1e300), 0.0), ((5e-324, 5e-324), inf),
        ],
        slopes=[*PAIRS, (1e-9, 1e-9), (0.01, 0.01), (1e-12, 3.0), (40.0, 1e-5)],
        smooth=mp.beta,
    ),
    "beta_derivative": Row(
        reference.beta_derivative, 8.0,
        [(x, y, m, n) for x, y in points.BETA_DERIVATIVES for m, n in ((1.0, 0.0), (1.0, 1.0), (2.0, 0.0))],
        limits=[
            ((0.0, 1.0, 1.0, 0.0), -inf), ((5e-324, 5e-324, 1.0, 1.0), 2.4041138063191885), ((1.0, inf, 1.0, 1.0), 0.0),
            ((0.0, inf, 0.0, 1.0), nan), ((-1.0, 1.0, 1.0, 0.0), nan), ((1.0, 1.0, 0.5, 0.0), nan),
            ((1.0, 1.0, 101.0, 0.0), nan), ((1.0, 1.0, 5.0, 6.0), nan),
            ((1.7e308, 1.7e308, 1.0, 1.0), 0.0), ((1.0, 1.0, 0.0, 0.0), 1.0),
        ],
    ),
    "lbeta": Row(
        reference.lbeta, 4.0, points.BETA,
        limits=[
            ((0.0, 1.0), inf), ((1.0, 0.0), inf), ((0.0, inf), nan), ((inf, 1.0), -inf), ((inf, inf), -inf),
            ((-1.0, 2.0), nan), ((1.7e308, 1.7e308), -inf), ((1.0, 1.0), 0.0),
        ],
        slopes=PAIRS,
        smooth=lambda x, y: mp.loggamma(x) + mp.loggamma(y) - mp.loggamma(x + y),
    ),
    "xlog1py": Row(
        lambda z, x: z * mp.log1p(x), 2.0, points.XLOG1PY,
        limits=[
            ((0.0, -1.0), 0.0), ((0.0, inf), 0.0), ((0.0, -2.0), nan), ((2.0, -1.0), -inf), ((-2.0, -1.0), inf),
            ((2.0, -1.5), nan), ((2.0, inf), inf), ((inf, 0.0), nan), ((inf, 1.0), inf),
        ],
        slopes=[*PAIRS, (2.0, -0.7)],
    ),
    "xlogy": Row(
        lambda z, x: z * mp.log(x), 2.0, [(z, 1 + x) for z, x in points.XLOG1PY if x > -1],
        limits=[((0.0, 0.0), 0.0), ((2.0, 0.0), -inf), ((1.0, -1.0), nan)],
        slopes=PAIRS,
    ),
    "logit": Row(
        lambda x: mp.log(x) - mp.log1p(-x), 3.0, points.UNIT,
        limits=[(0.0, -inf), (1.0, inf), (-0.5, nan), (1.5, nan), (0.5, 0.0)],
        slopes=WITHIN,
    ),
    "polygamma_difference": Row(
        lambda x, y, n: reference.polygamma(x + y, n) - reference.polygamma(x, n),
        6.0,
        [(x, y, n) for x in (1e-3, 0.7, 3.0, 40.0, 1e6) for y in (1e-5, 0.4, 11.0, 1e7) for n in (0.0, 1.0, 2.0, 5.0)]
        + [(1e-103, 2e-112, 2.0)],
        limits=[
            ((1.0, 0.0, 0.0), 0.0), ((inf, 1.0, 0.0), 0.0), ((1.0, inf, 0.0), inf), ((-1.0, 1.0, 0.0), nan),
            ((1.0, 1.0, 0.5), nan),
        ],
    ),
    "logit_slope": Row(
        lambda x: 1 / (x * (1 - x)), 2.0, points.UNIT,
    ),
    "sigmoid_of_difference": Row(
        reference.with_digits(800, lambda x, y: 1 / (1 + mp.exp(y - x))),
        3.0,
        [(x, y) for x in (-300.3, -23.92, 0.1, 0.3, 36.7, 700.0) for y in (-36.7, 0.1, 0.30000001, 58.9, 300.1)],
    ),
    "entropy": Row(
        lambda x: -x * mp.log(x), 2.0, points.ENTROPY,
        limits=[(0.0, 0.0), (-0.0, 0.0), (-1.0, -inf), (-inf, -inf), (inf, -inf), (1.0, -0.0)],
        slopes=POSITIVE,
    ),
    "logaddexp": Row(
        reference.with_digits(800, reference.logaddexp), 3.0, points.LOGADDEXP,
        limits=[
            ((inf, 1.0), inf), ((inf, inf), inf), ((inf, -inf), inf), ((-inf, -inf), -inf), ((-inf, 2.5), 2.5),
            ((-1e308, 1e308), 1e308), ((0.0, -1000.0), 0.0),
        ],
        slopes=[*PAIRS, (-3.3, 0.4), (2.6, -1.1)],
        smooth=lambda x, y: mp.log(mp.exp(x) + mp.exp(y)),
    ),
    "exp2": Row(
        lambda x: mpf(2) ** x, 2.0, points.EXP2,
        limits=[(inf, inf), (-inf, 0.0), (1024.0, inf), (-1076.0, 0.0), (10.0, 1024.0)],
        slopes=REAL,
    ),
    "degrees": Row(
        lambda x: 180 * x / mp.pi, 1.0, points.REAL,
        limits=[(inf, inf), (-inf, -inf), (-0.0, -0.0), (1e308, inf)],
        slopes=REAL,
    ),
    "radians": Row(
        lambda x: mp.pi * x / 180, 1.0, points.REAL,
        limits=[(inf, inf), (-inf, -inf), (-0.0, -0.0)],
        slopes=REAL,
    ),
    "copysign": Row(
        lambda x, y: abs(x) * (mp.sign(y) or 1), 0.0, points.FMOD,
        limits=[((1.0, -0.0), -1.0), ((-inf, 2.0), inf), ((0.0, -1.0), -0.0)],
        slopes=[(2.0, -3.0), (-2.0, 3.0)],
        unread=(1,),
    ),
    "fmod": Row(
        reference.with_digits(700, lambda x, y: mp.sign(x) * (abs(x) % abs(y))), 0.0, points.FMOD,
        limits=[
            ((inf, 1.0), nan), ((1.0, 0.0), nan), ((5.5, inf), 5.5), ((-5.5, 2.0), -1.5), ((5.5, -2.0), 1.5),
            ((-4.0, 2.0), -0.0), ((inf, inf), nan),
        ],
        slopes=[*PAIRS, (-3.3, 0.4), (2.6, -1.1)],
        smooth=lambda x, y: mp.sign(x) * (abs(x) % abs(y)),
    ),
    "sinc": Row(
        mp.sincpi, 4.0, points.SINC,
        limits=[(0.0, 1.0), (-0.0, 1.0), (1.0, 0.0), (-2.0, 0.0), (inf, 0.0), (-inf, 0.0), (1e300, 0.0)],
        slopes=REAL,
    ),
    "sinc_derivative": Row(
        reference.sinc_derivative, 1.0, points.SINC_DERIVATIVES,
        limits=[
            ((0.0, 0.0), 1.0), ((inf, 3.0), 0.0), ((1.0, 0.5), nan), ((1.0, -1.0), nan), ((1.0, inf), nan),
            ((0.0, 2.0), -pi**2 / 3.0), ((inf, 1.0), 0.0), ((-inf, 1.0), 0.0), ((1.0, 1.0), -1.0),
            ((2.0, 1.0), 0.5),
        ],
    ),
    "erfinv": Row(
        reference.erfinv, 2.0, points.ERFINV,
        limits=[(0.0, 0.0), (-0.0, -0.0), (1.0, inf), (-1.0, -inf), (1.5, nan), (-inf, nan)],
        slopes=[*WITHIN, -0.3, -0.99],
    ),
    "erfcinv": Row(
        reference.erfcinv, 2.0, points.ERFCINV,
        limits=[(1.0, 0.0), (0.0, inf), (2.0, -inf), (-0.5, nan), (2.5, nan), (inf, nan)],
        slopes=[*WITHIN, 1.3, 1.99],
    ),
    "normal_icdf": Row(
        reference.normal_icdf, 3.0, points.UNIT,
        limits=[(0.5, 0.0), (0.0, -inf), (1.0, inf), (-0.5, nan), (1.5, nan), (inf, nan)],
        slopes=WITHIN,
    ),
    "erfinv_slope": Row(
        lambda x: reference.erf_slope(reference.erfinv(x)), 4.0, points.ERFINV[::2],
        limits=[(1.0, inf), (-1.0, inf), (1.5, nan), (inf, nan)],
    ),
    "erfcinv_slope": Row(
        lambda x: -reference.erf_slope(reference.erfcinv(x)), 4.0, points.ERFCINV[::2],
        limits=[(0.0, -inf), (2.0, -inf), (-1.0, nan), (3.0, nan)],
    ),
    "normal_icdf_slope": Row(
        lambda p: 1 / mp.npdf(reference.normal_icdf(p)), 5.0, points.UNIT[::2],
        limits=[(0.0, inf), (1.0, inf), (-1.0, nan), (3.0, nan)],
    ),
    "log_normal_cdf": Row(
        reference.log_normal_cdf, 3.0, points.NORMAL,
        limits=[(inf, -0.0), (-inf, -inf), (1e300, -0.0), (-1e300, -inf)],
        slopes=REAL,
    ),
    "log_normal_cdf_slope": Row(
        reference.log_normal_cdf_slope, 4.0, points.NORMAL,
        limits=[(inf, 0.0), (-inf, inf), (1e300, 0.0), (-1e300, 1e300)],
    ),
    "log_normal_cdf_gap": Row(
        reference.log_normal_cdf_gap, 5.0, points.NORMAL,
        limits=[(inf, inf), (-inf, 0.0)],
        kernel=inverse_erf.log_normal_cdf_gap,
    ),
    "log_normal_cdf_curvature": Row(
        lambda x: -reference.log_normal_cdf_slope(x) * reference.log_normal_cdf_gap(x), 8.0, points.NORMAL,
        limits=[(inf, -0.0), (-inf, -1.0), (1e300, -0.0), (-1e300, -1.0)],
        kernel=inverse_erf.log_normal_cdf_curvature,
    ),
    "log_normal_cdf_derivative": Row(
        reference.log_normal_cdf_derivative, 3.0, points.NORMAL_DERIVATIVES,
        limits=[
            ((-inf, 3.0), 0.0), ((inf, 3.0), 0.0), ((inf, 4.0), -0.0), ((1.0, 0.5), nan), ((1.0, 37.0), nan),
            ((-1e300, 3.0), 0.0), ((-inf, 0.0), -inf),
        ],
    ),
    "i0": Row(
        lambda x: reference.bessel(x, 0), 5.0, points.BESSEL,
        limits=[(0.0, 1.0), (inf, inf), (-inf, inf), (1e300, inf)],
        slopes=REAL,
    ),
    "i1": Row(
        lambda x: reference.bessel(x, 1), 5.0, points.BESSEL,
        limits=[(0.0, 0.0), (-0.0, -0.0), (inf, inf), (-inf, -inf), (-1e300, -inf)],
        slopes=REAL,
    ),
    "i0e": Row(
        lambda x: reference.scaled_bessel(x, 0), 4.0, points.SCALED_BESSEL,
        limits=[(0.0, 1.0), (inf, 0.0), (-inf, 0.0)],
        slopes=REAL,
    ),
    "i1e": Row(
        lambda x: reference.scaled_bessel(x, 1), 4.0, points.SCALED_BESSEL,
        limits=[(0.0, 0.0), (-0.0, -0.0), (inf, 0.0), (-inf, -0.0)],
        slopes=REAL,
    ),
    "bessel_i": Row(
        reference.bessel, 8.0, points.BESSEL_I,
        limits=[
            ((0.0, 2.0), 0.0), ((0.0, 0.0), 1.0), ((2.0, 0.5), nan), ((inf, 3.0), inf), ((-inf, 3.0), -inf),
            ((1.0, inf), nan), ((1e6, 3.0), inf), ((1e6, 2e5), inf), ((1.0, 1e9), 0.0), ((-inf, 2.0), inf),
        ],
    ),
    "i0e_derivative": Row(
        reference.i0e_derivative, 5.0, points.BESSEL_DERIVATIVES,
        limits=[((0.0, 1.0), 0.0), ((0.0, 0.0), 1.0), ((inf, 1.0), -0.0), ((1.0, 0.5), nan), ((0.0, 2.0), 1.5)],
    ),
    "i1e_derivative": Row(
        reference.i1e_derivative, 8.0, points.BESSEL_DERIVATIVES,
        limits=[((0.0, 1.0), 0.5), ((0.0, 2.0), 0.0), ((1.0, -1.0), nan), ((inf, 1.0), -0.0)],
    ),
    "gammainc": Row(
        reference.gammainc, 8.0, points.GAMMAINC,
        limits=[
            ((1.0, 0.0), 0.0), ((2.0, inf), 1.0), ((inf, 2.0), 0.0), ((0.0, 1.0), 1.0), ((0.0, 0.0), nan),
            ((inf, inf), nan), ((-1.0, 1.0), nan), ((1.0, -1.0), nan), ((1e300, 2e300), 1.0), ((2e300, 1e300), 0.0),
            ((1e300, 1e300), 0.5), ((1e5, 2e5), 1.0),
        ],
        slopes=[(2.5, x) for x in POSITIVE],
        smooth=lambda a, x: mp.gammainc(a, 0, x, regularized=True),
    ),
    "gammaincc": Row(
        reference.gammaincc, 8.0, points.GAMMAINC,
        limits=[
            ((1.0, 0.0), 1.0), ((2.0, inf), 0.0), ((inf, 2.0), 1.0), ((0.0, 1.0), 0.0), ((0.0, 0.0), nan),
            ((inf, inf), nan), ((-1.0, 1.0), nan), ((1.0, -1.0), nan), ((1e300, 2e300), 0.0), ((2e300, 1e300), 1.0),
            ((1e300, 1e300), 0.5), ((1e5, 2e5), 0.0),
        ],
        slopes=[(2.5, x) for x in POSITIVE],
        smooth=lambda a, x: mp.gammainc(a, x, regularized=True),
    ),
    "gammainc_slope": Row(
        reference.gammainc_slope, 8.0, points.GAMMAINC_SLOPE,
        limits=[
            ((0.5, 0.0), inf), ((1.0, 0.0), 1.0), ((2.0, 0.0), 0.0), ((2.0, inf), 0.0), ((inf, 2.0), 0.0),
            ((0.0, 1.0), 0.0), ((-1.0, 1.0), nan), ((1e300, 2e300), 0.0), ((5e-324, 1.0), 0.0),
        ],
    ),
    "gammainc_curvature": Row(
        reference.gammainc_curvature, 8.0, points.GAMMAINC_SLOPE,
        limits=[
            ((0.5, 0.0), -inf), ((1.0, 0.0), -1.0), ((1.5, 0.0), inf), ((2.0, 0.0), 1.0), ((3.0, 0.0), 0.0),
            ((2.0, inf), 0.0), ((-1.0, 1.0), nan), ((1e300, 2e300), 0.0), ((2.0, 1.0), 0.0),
        ],
    ),
}  # fmt: skip

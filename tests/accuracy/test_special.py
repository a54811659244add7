"""The kernels of special functions against mpmath, over all floats; NaN, infinities and poles."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from math import inf, nan
from typing import Any, NamedTuple

import pytest
from mpmath import mp, mpf

from autograd.numbers import beta, gamma, polygamma
from tests.accuracy import special_points as points
from tests.accuracy import special_reference as reference
from tests.accuracy.reference import DIGITS, ulps


class Row(NamedTuple):
    """A kernel, its exact values, the ulp that it may be wrong by, and where to look."""

    kernel: Callable[..., float]
    exact: Callable[..., Any]
    bound: float
    points: Sequence[Any]


ROWS = {
    "gamma": Row(gamma.gamma, reference.gamma, 6.0, points.GAMMA),
    "lgamma": Row(gamma.lgamma, reference.lgamma, 5.0, points.LGAMMA),
    "digamma": Row(polygamma.digamma, reference.digamma, 5.0, points.DIGAMMA),
    "polygamma": Row(polygamma.polygamma, reference.polygamma, 4.0, points.POLYGAMMA),
    "beta": Row(beta.beta, reference.beta, 8.0, points.BETA),
    "lbeta": Row(beta.lbeta, reference.lbeta, 4.0, points.BETA),
}

# Poles, ends and outside of the domain.
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
    for at in range(count):
        got = ROWS[name].kernel(*(nan if i == at else 1.0 for i in range(count)))
        assert math.isnan(got), (name, at)

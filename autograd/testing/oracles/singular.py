"""Detects an f that is singular within a few floats of a point: near a pole, or the end of a root or a logarithm.

No step of a difference quotient fits in between, and wider steps see f on the other side, or far away.
"""

from __future__ import annotations

import math
from itertools import pairwise

from autograd.testing.oracles.noise import EPSILON, Slice, roughness

DOUBLINGS = [2.0**k for k in range(9)]  # distances in units of about a float
NEIGHBOURS = range(7)
FASTER = 8.0  # times the change that the known slope, or rounding, explains
STILL = 3  # of those, over how many f may not move: what it depends on is rounded
FINER = 1024.0
BENT = 0.9  # of the slope at the point, the one at the far end
PART = 2.0**-8  # of f
SMOOTHER = 100.0  # times the roughness of f a little further off: the change of f


def is_singular(g: Slice, x: float, steepest: float) -> bool:
    """Whether f keeps moving within a few floats, by far more than a slope of at most `steepest` explains.

    If `steepest` is NaN, f must move by a part of itself, and ever more slowly; next to a kink it is straight. The unit
    is a float at x; if |x| is less than 1 and f is constant over closer floats, also a float at 1: f may depend on 1 +
    x.
    """
    for unit in dict.fromkeys((abs(x) * EPSILON, max(abs(x), 1.0) * EPSILON)):
        for side in (-1, 1) if unit else ():
            far = x + side * unit * DOUBLINGS[-1]
            closer = max(unit / FINER, abs(x) * EPSILON)
            if far not in g or (unit > closer and g(x + side * closer) != g(x)):
                continue
            if _runs_away(g, x, side * unit, steepest):
                return x not in (g.low, g.high) or abs(g(far)) < abs(g(x)) / 2  # a power at its end has its derivative
    return False


def _runs_away(g: Slice, x: float, unit: float, steepest: float) -> bool:
    values = [g(x), *(g(x + unit * k) for k in DOUBLINGS)]
    changes = [b - a for a, b in pairwise(values)]
    one_way = min(changes) >= 0.0 or max(changes) <= 0.0
    if not all(map(math.isfinite, values)) or not one_way or changes.count(0.0) > STILL:
        return False
    change, largest = abs(values[-1] - values[0]), max(map(abs, values))
    if math.isnan(steepest) and abs(changes[-1]) > BENT * DOUBLINGS[-2] * abs(values[4] - values[0]) / DOUBLINGS[3]:
        return False
    by_slope = PART * largest if math.isnan(steepest) else abs(unit) * DOUBLINGS[-1] * steepest
    explained = by_slope + DOUBLINGS[-1] * EPSILON * largest
    if not change > FASTER * explained:
        return False
    beyond = [g(x + unit * (DOUBLINGS[-1] + k)) for k in NEIGHBOURS]
    return change > SMOOTHER * roughness(beyond)


def reciprocal(g: Slice) -> Slice:
    """1 / f, which is smooth across a simple pole; 0.0 where f is infinite."""
    return Slice(lambda *operands: 1.0 / float(g.f(*operands)), g.x, g.i, (g.low, g.high))


def derivative_by_reciprocal(g: Slice, x: float, slope: float, bound: float) -> tuple[float, float]:
    """f' from the derivative of 1 / f and its bound; the bound is infinite where f is constant or rough next to x."""
    unit = math.ulp(x)
    known = [[g(x + side * k * unit) for k in NEIGHBOURS] for side in (-1, 1)]
    away = [1.0 / v if v else math.nan for v in min(known, key=lambda values: _size(values[-1]))]
    if len(set(away)) < len(away) or not all(map(math.isfinite, away)):
        return math.nan, math.inf
    value = -slope * g(x) ** 2
    vague = bound / abs(slope) + FASTER * (roughness(away) / abs(away[0]) + EPSILON) if slope else math.inf
    return value, abs(value) * vague


def _size(value: float) -> float:
    return abs(value) if math.isfinite(value) else math.inf

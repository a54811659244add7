"""Estimates how far rounding moves a function near a point, from its values alone."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from autograd.testing.arguments.domains import has_no_value

EPSILON = sys.float_info.epsilon
SAFETY = 10.0
COARSE = 1 / 64  # a jump is rounding if f changes by this many of them overall; a greater one is a step of f
HALVINGS = 40
TO_THE_LAST_BIT = 52  # halvings of the widest spacing below
SOME_HALVINGS = 12  # enough to tell a jump from a slope
MORE = 4.0  # times the known rounding
BEYOND_ROUNDING = 100.0  # times the rounding: greater jumps are due to poles
TEETH = [1.234 * 2.0**-k for k in (28, 21, 14, 9)]  # relative to |x|
MORE_TEETH = [1.234 * 2.0**-k for k in (25, 18, 11, 6, 4, 3)]
AFAR = (0.9, 9.0)  # relative to |x|, or to 1
SEVERAL_TERMS = 64.0  # as large as x, or as f is far away
FAR_AWAY = 1e50
BEYOND_JUMP = [4.0**k for k in range(-5, 4)]  # relative to the distance of a jump
SEVERAL = 3  # jumps among seven close values: a single one is a step of f, or a pole


class Slice:
    """f along one operand, with each value computed once; NaN where arithmetic raises, and outside the `ends`.

    A Slice that `may_branch`, such as a derivative that may be wrong, jumps once where a branch ends.
    """

    def __init__(
        self,
        f: Callable[..., Any],
        x: Sequence[float],
        i: int,
        ends: tuple[float, float] = (-math.inf, math.inf),
        may_branch: bool = False,
    ) -> None:
        self.f, self.x, self.i, self.may_branch = f, list(x), i, may_branch
        self.low, self.high = ends
        self.known: dict[float, float] = {}

    def __contains__(self, t: float) -> bool:
        return self.low <= t <= self.high

    def __call__(self, t: float) -> float:
        if t not in self:
            return math.nan
        if t not in self.known:
            operands = list(self.x)
            operands[self.i] = t
            try:
                self.known[t] = float(self.f(*operands))
            except Exception as error:  # raised by the user's function
                if not has_no_value(error):
                    raise
                self.known[t] = math.nan
        return self.known[t]


def rounding_beside(
    f: Callable[..., Any], x: Sequence[float], i: int, ends: tuple[float, float], may_branch: bool = False
) -> float:
    """How far rounding moves f close to x, estimated from its values along operand i on both sides.

    The value at x itself is not used: it may be part of a jump.
    """
    g, size = Slice(f, x, i, ends, may_branch), abs(x[i])
    worst = 0.0
    for side in (-1, 1):
        beside = math.nextafter(x[i], side * math.inf)
        close = max(noise for _, noise in rounding(g, beside, size, side))
        worst = max(worst, close, teeth(g, beside, side, close))
    return worst


def teeth(g: Slice, x: float, side: int, known: float, spacings: Sequence[float] = TEETH) -> float:
    """Estimate the rounding of an f that is smooth between the points where something inside it is rounded.

    Returns 0.0 if it is not much more than the known rounding.

    Values spaced wider than those points look scattered. So do values of an f with many periods in between, but that f
    does not jump, and values of an f with a step or a pole, but that f jumps only once.
    """
    worst = 0.0
    for relative in spacings:
        points = [x + side * k * abs(x) * relative for k in range(7)]
        values = [g(t) for t in points]
        if all(map(math.isfinite, values)):
            noise = roughness(values, min)
            of_x = EPSILON * (max(values) - min(values)) / relative  # any f may round a multiple of x
            least = max(worst, MORE * known, of_x, SAFETY * EPSILON * max(map(abs, values)))
            if noise > least:
                slope = _slope_between_jumps(g, x, side)
                greatest = jump(g, points, noise, TO_THE_LAST_BIT, slope)
                is_tooth = noise < greatest < min(BEYOND_ROUNDING * noise, greatest_rounding(g, x))
                of_terms = not g.may_branch and greatest <= SAFETY * EPSILON * level(g, x)
                if is_tooth and (of_terms or _jumps_often(g, points, slope, noise)):
                    worst = noise
    return worst


def level(g: Slice, x: float) -> float:
    """The size of f far from x: terms as large may cancel here, and a jump due to their rounding is no step of f."""
    values = [abs(g(x + sign * part * max(abs(x), 1.0))) for part in AFAR for sign in (-1, 1)]
    return max(filter(math.isfinite, values), default=0.0)


def greatest_rounding(g: Slice, x: float) -> float:
    """The greatest jump that rounding may cause, in single precision or where f is a difference divided by x² or x⁴.

    A greater jump is a step of f itself, such as that of a remainder.
    """
    closer = max(1.0, min(1.0 / abs(x), FAR_AWAY)) ** 2 if x else math.inf
    return SEVERAL_TERMS * max(level(g, x), abs(x)) * closer * max(2.0**-24, SAFETY * EPSILON * closer)


def _slope_between_jumps(g: Slice, x: float, side: int) -> float:
    """The median slope of f over three steps so narrow that rarely one holds a jump."""
    spacing = next(_spacings(abs(x)))  # as in `rounding`, where these values are known
    values = [g(x + side * k * spacing) for k in range(4)]
    changes = sorted(side * (b - a) for a, b in pairwise(values))
    return changes[1] / spacing if all(map(math.isfinite, changes)) else 0.0


def _jumps_often(g: Slice, points: list[float], slope: float, noise: float) -> bool:
    """Whether f jumps between several of these neighbours by similar amounts, no smaller than its noise.

    A single jump is the end of a branch. All halvings are needed to tell it from the change of a smooth f next to it.
    """
    halvings = HALVINGS if g.may_branch else SOME_HALVINGS
    jumps = sorted((jump(g, list(ends), COARSE * noise, halvings, slope) for ends in pairwise(points)), reverse=True)
    return jumps[SEVERAL - 1] > COARSE * max(jumps[0], noise)


def rounding(g: Slice, x: float, size: float, side: int, enough: int = 2) -> list[tuple[float, float]]:
    """The rounding errors of f within `size` of x, each with the spacing from which it was estimated.

    This is Moré and Wild's estimate (2011): for a smooth f, differences of seven close values are pure rounding. The
    size of f need not show it, since terms may cancel. If most values are equal, precision is low, as in float32; then
    the jump from one value to the next shows the rounding. `enough` spacings are used, since the values of one spacing
    can lie on a line by chance.
    """
    found: list[tuple[float, float]] = []
    least_jump, flat, change = math.nan, False, 0.0
    for spacing in _spacings(size):
        first = -3 if side == 0 and x - 3 * spacing in g and x + 3 * spacing in g else 0
        sign = -1 if side < 0 or x + 6 * spacing > g.high else 1
        points = [x + sign * k * spacing for k in range(first, first + 7)]
        values = [g(t) for t in points]
        if not all(map(math.isfinite, values)):
            break
        change = max(values) - min(values)
        flat_here = len(set(values)) <= (3 if values == values[::-1] else 4)  # an even f has four values at most
        flat = flat or flat_here
        if flat and change and math.isnan(least_jump):
            least_jump = jump(g, points) if not g.may_branch else _first_of_many(g, x, steepest(g, points))
        noise = max(roughness(values), grid(values))
        in_doubt, least = (True, noise) if g.may_branch else (flat, 0.0)
        if not flat_here and (not in_doubt or _jumps_often(g, points, 0.0, least)):
            found.append((0.0 if flat else spacing, noise))
            if len(found) == (1 if flat else enough):
                break
    if least_jump <= COARSE * change:
        found.append((0.0, least_jump / 2))
    return [*found, (0.0, math.ulp(0.0) if change else 0.0)]


def _spacings(size: float) -> Iterator[float]:
    """Spacings from barely distinct floats up to where the shape of f shows: for a tiny x, as a function of 1 + x."""
    spacing = 1.234 * max(size * 2.0**-46, 2.0**-1060)  # not a power of two, where a low-precision f can be exact
    while spacing < max(size, 1.0) / 8:
        yield spacing
        spacing *= 64.0 if spacing > 2.0**-100 else 2.0**40


def _first_of_many(g: Slice, x: float, ends: tuple[float, float]) -> float:
    """A jump of an f that is constant at x, if f is constant again beyond and then jumps as much; otherwise 0.0.

    Low precision does this. A branch of f that is constant around x ends with a single jump.
    """
    size, beyond = abs(g(ends[1]) - g(ends[0])), max(ends, key=lambda end: abs(end - x))
    near = beyond
    for further in BEYOND_JUMP:
        far = beyond + (beyond - x) * further
        if g(far) != g(beyond):
            alike = jump(g, [near, far], COARSE * size, SOME_HALVINGS) > COARSE * size
            return size if alike and near != beyond else 0.0
        near = far
    return size


def jump(g: Slice, points: list[float], negligible: float = 0.0, halvings: int = HALVINGS, slope: float = 0.0) -> float:
    """The greatest change between two neighbours, traced to where it happens; for a smooth f it shrinks on the way.

    It is traced until it is negligible, or as small as rounding makes it in floats. `slope` is the slope of f between
    its jumps, which the jumps may undo: tracing the teeth of a saw leads nowhere.
    """
    a, b = steepest(g, points, negligible, halvings, slope)
    return abs(g(b) - g(a) - slope * (b - a))


def steepest(
    g: Slice, points: list[float], negligible: float = 0.0, halvings: int = HALVINGS, slope: float = 0.0
) -> tuple[float, float]:
    """The ends of the change that `jump` returns."""

    def change(ends: tuple[float, float]) -> float:
        return abs(g(ends[1]) - g(ends[0]) - slope * (ends[1] - ends[0]))

    a, b = max(pairwise(points), key=change)
    for _ in range(halvings):
        if change((a, b)) <= max(negligible, 2 * math.ulp(g(a))):
            break
        middle = a + (b - a) / 2
        a, b = max((a, middle), (middle, b), key=change)
    return a, b


def roughness(values: list[float], of_orders: Callable[..., float] = max) -> float:
    """The rounding of values, from their differences of third to sixth order, which decrease if f is smooth."""
    found = []
    for order in range(1, 7):
        values = [b - a for a, b in pairwise(values)]
        if order >= 3:
            found.append(max(map(abs, values)) / math.sqrt(math.comb(2 * order, order)))
    return of_orders(found)


def grid(values: list[float]) -> float:
    """The greatest power of two that divides all of these values."""
    found = math.inf
    for value in values:
        if value and math.isfinite(value):
            mantissa, exponent = math.frexp(value)
            digits = int(math.ldexp(mantissa, 53))
            found = min(found, math.ldexp(digits & -digits, exponent - 53))
    return found if math.isfinite(found) else 0.0


def is_single(value: float) -> bool:
    """Whether a float32 holds this value."""
    return grid([value]) >= abs(value) * 2.0**-24


def is_short(value: float) -> bool:
    """Whether a value has so few digits, like 1.0 or 0.25, that it does not show the precision of its computation."""
    return grid([value]) >= abs(value) * 2.0**-12

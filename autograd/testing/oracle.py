"""The first oracle: a derivative from values of the function alone, with a bound on its own error.

Ridders' extrapolation (1982) of difference quotients, started from a ladder of steps. The error is bounded, not
guessed: ten times the spread of the tableau, plus the rounding of f divided by the step, plus that of the result.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from autograd.testing.domains import Domain, interval
from autograd.transforms.structure import is_array

EPSILON = sys.float_info.epsilon
SHRINK = 1.4  # factor between the steps of successive tableau rows
ROWS = 7
SAFETY = 10.0
TIGHT = 1e-9  # the search ends at a bound this small, relative to the derivative
CLOSE = 1e-5  # a bound this small is believed even if wider steps contradict each other
RELATIVE_STEPS = [2.0**-k for k in (24, 20, 17, 14, 11, 8, 6, 4, 3, 2, 1)]  # relative to |x|
# Too close for a tight bound, but f may have periods within the wider steps.
NARROW_STEPS = [2.0**-k for k in (44, 40, 36, 32, 28)]
NARROW_ROWS = 3  # rows of a tableau from such a step: every function pays for them, though few need them
LARGE = 1e4  # |x| from which periods within the wider steps are the rule
CRAMPED = 2.0**-20  # an end of the domain this close, relative to x, is treated as x itself
COARSE = 1 / 64  # a jump is rounding if f changes by this many of them overall; a greater one is a step of f
HALVINGS = 40
TEETH = [1.234 * 2.0**-k for k in (28, 21, 14, 9)]  # relative to |x|

Found = tuple[float, float]  # a derivative and its error bound
NOT_FOUND: Found = (math.nan, math.inf)


@dataclass(frozen=True)
class Estimate:
    """A derivative and how far it can be trusted: |value - truth| ≤ bound where f is smooth.

    `left` and `right` are the one-sided derivatives, NaN for a side that was not examined. `status` is "ok";
    "one-sided" if a side was requested or x is at an end of the domain; "kink" if left and right differ by more than
    their bounds (then `bound` is the greater of these and `value` the mean); "inconclusive" if no step gave a bound.

    >>> estimate = numeric_derivative(abs, 0.0)
    >>> estimate.status, round(estimate.left, 9), round(estimate.right, 9)
    ('kink', -1.0, 1.0)
    """

    value: float
    bound: float
    left: float
    right: float
    evaluations: int
    status: str


class Slice:
    """f along one operand, with each value computed once: NaN where arithmetic raises."""

    def __init__(self, f: Callable[..., Any], x: Sequence[float], i: int) -> None:
        self.f, self.x, self.i = f, list(x), i
        self.known: dict[float, float] = {}

    def __call__(self, t: float) -> float:
        if t not in self.known:
            operands = list(self.x)
            operands[self.i] = t
            try:
                self.known[t] = float(self.f(*operands))
            except (ValueError, ArithmeticError):
                self.known[t] = math.nan
        return self.known[t]


def numeric_derivative(
    f: Callable[..., Any],
    x: Any,
    i: int = 0,
    *,
    side: int = 0,
    domain: Domain = None,
) -> Estimate:
    """∂f/∂xᵢ at x, from values of f on floats, with a bound on its error.

    `x` is the operand, or a sequence or array of all operands. `side` -1 or 1 asks for the derivative from the left or
    the right. `domain`, "(0, inf]" or (0, 1), is that of operand i; at its ends the derivative is one-sided. Raises
    ValueError if i is out of range, `side` is not -1, 0 or 1, or x is not finite or outside the domain.

    >>> import math
    >>> estimate = numeric_derivative(math.sin, 1.0)
    >>> abs(estimate.value - math.cos(1.0)) <= estimate.bound <= 1e-9
    True
    """
    operands = [float(v) for v in x] if isinstance(x, Sequence) or (is_array(x) and x.ndim) else [float(x)]
    low, high = interval(domain).ends()
    _check(operands, i, side, low, high)
    g, at = Slice(f, operands, i), operands[i]
    teeth = _teeth(g, at, 1 if high - at > at - low else -1, low, high)
    if side == 0 and min(at - low, high - at) <= CRAMPED * abs(at):
        side = 1 if at - low < high - at else -1
    found = _estimated(g, at, side, low, high, teeth, math.inf)
    if found.status in ("kink", "inconclusive") and 0.0 < abs(at) < 1.0:
        near = _estimated(g, at, side, low, high, teeth, abs(at) / 2)  # not across 0, where f may have a joint
        if near.status == "ok" and near.bound <= CLOSE * abs(near.value):
            found = near
    return found


def _estimated(g: Slice, x: float, side: int, low: float, high: float, rounding: float, reach: float) -> Estimate:
    """The derivative from steps of at most `reach`, given a lower bound on the rounding of f."""
    found = _search(g, x, side, low, high, rounding, reach)
    if side:
        status, left, right = "one-sided", found if side < 0 else NOT_FOUND, found if side > 0 else NOT_FOUND
    else:
        left, right = (_search(g, x, one, low, high, rounding, reach) for one in (-1, 1))
        status, found = _reconciled(found, left, right)
    if not math.isfinite(found[1]):
        status = "inconclusive"
    return Estimate(*found, left[0], right[0], len(g.known), status)


def rounding_beside(f: Callable[..., Any], x: Sequence[float], i: int, domain: tuple[float, float]) -> float:
    """How far rounding moves f close to x, seen in its values along operand i on either side.

    The value at x itself is not used: it may be a jump.
    """
    g, size, (low, high) = Slice(f, x, i), abs(x[i]), domain
    worst = 0.0
    for side in (-1, 1):
        beside = math.nextafter(x[i], side * math.inf)
        close = (noise for _, noise in _rounding(g, beside, size, side, low, high))
        worst = max(worst, _teeth(g, beside, side, low, high), *close)
    return worst


def _teeth(g: Slice, x: float, side: int, low: float, high: float) -> float:
    """Estimate the rounding of an f that is smooth between the points where something inside it is rounded.

    Values spaced wider than those points look scattered. So do values of an f with many periods in between, but that f
    does not jump.
    """
    worst = 0.0
    for spacing in (abs(x) * relative for relative in TEETH):
        points = [x + side * k * spacing for k in range(7)]
        values = [g(t) if low <= t <= high else math.nan for t in points]
        if all(map(math.isfinite, values)):
            noise = _roughness(values, min)
            if noise > max(worst, SAFETY * EPSILON * max(map(abs, values))) and _jump(g, points) > noise:
                worst = noise
    return worst


def _reconciled(both: Found, left: Found, right: Found) -> tuple[str, Found]:
    """Reconcile the two-sided quotients with those of each side: if the three contradict each other, trust none."""
    (value, bound), mean, error = both, (left[0] + right[0]) / 2, max(left[1], right[1])
    if abs(left[0] - right[0]) > left[1] + right[1]:
        agree = not math.isfinite(bound) or abs(value - mean) <= bound + error
        return "kink", (mean, error if agree else math.inf)
    agree = any(abs(value - one[0]) <= bound + one[1] for one in (left, right))
    return "ok", (value, bound if agree else math.inf)


def _check(operands: list[float], i: int, side: int, low: float, high: float) -> None:
    if not -len(operands) <= i < len(operands):
        raise ValueError(f"numeric_derivative: i={i} is out of range for {len(operands)} operands")
    if side not in (-1, 0, 1):
        raise ValueError(f"numeric_derivative: side must be -1, 0 or 1, got {side!r}")
    if not math.isfinite(operands[i]) or not low <= operands[i] <= high:
        raise ValueError(f"numeric_derivative: x[{i}] = {operands[i]!r} is not a finite point of [{low}, {high}]")


def _search(g: Slice, x: float, side: int, low: float, high: float, least: float, reach: float) -> Found:
    """Find the derivative with the smallest bound, from the smallest step up, stopping at the first tight bound.

    A wider step must agree with all narrower ones: over many periods, or across a kink, a tableau can converge to a
    wrong value, but not into the interval that a narrow step has left.
    """
    best = NOT_FOUND
    flat = grain = 0.0  # the widest step of a leading run over which f does not change
    steps = [step for step in _steps(x, side, low, high) if step <= reach]
    seen, within = _rounding(g, x, abs(x), side, low, high), abs(x)
    for step in steps:
        if best is NOT_FOUND and _is_flat(g, x, step, side):
            flat = step
            continue
        if flat and best is NOT_FOUND:
            grain = _grain(g, x, flat, [wider for wider in steps if wider >= step], side)
            best = _tableau(g, x, flat, side, grain, ROWS)
        if step > within:  # where f may behave differently, as through 1 + x
            seen += _rounding(g, x + (side or 1) * step, step, side, low, high)
            within = step * 1e3
        rounding = max(grain, least, max((noise for spacing, noise in seen if spacing <= step), default=max(seen)[1]))
        narrow = step < RELATIVE_STEPS[0] * abs(x) <= RELATIVE_STEPS[0] * LARGE
        value, bound = _tableau(g, x, step, side, rounding, NARROW_ROWS if narrow else ROWS)
        if not math.isfinite(bound):
            continue
        if math.isfinite(best[1]) and abs(value - best[0]) > bound + best[1]:
            break
        if bound < best[1]:
            best = value, bound
        if bound <= TIGHT * abs(value):
            break
    return _tableau(g, x, flat, side, 0.0, ROWS) if flat and best is NOT_FOUND else best


def _is_flat(g: Slice, x: float, step: float, side: int) -> bool:
    """Whether f has the same value a step away; it may only be rounded: 1 + 1e-17·x is not constant."""
    return all(g(x + sign * step) == g(x) for sign in ((-1, 1) if side == 0 else (side,)))


def _grain(g: Slice, x: float, flat: float, wider: list[float], side: int) -> float:
    """The rounding of an f that is constant over a narrow step but not over wider ones, from its change in between.

    A continuous f changes by almost nothing there. A difference of large terms changes by their rounding, which its own
    values, perhaps all zero, do not show. Over a wide step it does so many times unless it levels off; some wide steps
    suffice, since f may return to its value after the widest.
    """
    here, signs = g(x), (1, -1) if side == 0 else (side,)
    near, far = flat, wider[0]
    sign = next(sign for sign in signs if g(x + sign * far) != here)
    for _ in range(HALVINGS):
        middle = (near + far) / 2
        near, far = (middle, far) if g(x + sign * middle) == here else (near, middle)
    grain = abs(g(x + sign * far) - here)
    changes = [abs(g(x + sign * step) - here) for sign in signs for step in wider]
    change = max(filter(math.isfinite, changes), default=0.0)
    return grain if grain <= EPSILON or grain <= COARSE * change else 0.0


def _rounding(g: Slice, x: float, size: float, side: int, low: float, high: float) -> list[tuple[float, float]]:
    """The rounding error of f within `size` of x, and the spacing from which it was seen.

    Moré and Wild's estimate (2011): for a smooth f, differences of seven close values are pure rounding; f itself may
    be small because terms cancel, and not show it. If most values are equal, precision is low, as in float32: then the
    jump from one value to the next shows the rounding. Several spacings are used, since the values of one can lie on a
    line by chance.
    """
    found: list[tuple[float, float]] = []
    jump, flat, change, spacing = 0.0, False, 0.0, 0.0
    for spacing in _spacings(size):
        first = -3 if side == 0 and x - 3 * spacing >= low and x + 3 * spacing <= high else 0
        sign = -1 if side < 0 or x + 6 * spacing > high else 1
        points = [x + sign * k * spacing for k in range(first, first + 7)]
        values = [g(t) if low <= t <= high else math.nan for t in points]
        if not all(map(math.isfinite, values)):
            break
        change, distinct = max(values) - min(values), len(set(values))
        flat = flat or distinct <= 4
        if flat and change and not jump:
            jump = _jump(g, points)
        if distinct > 4:
            found.append((0.0 if flat else spacing, max(_roughness(values), _grid(values))))
            if len(found) == 2:
                break
    if jump <= COARSE * change:
        found.append((0.0, jump / 2))
    return [*found, (0.0, math.ulp(0.0) if change else 0.0)]


def _spacings(size: float) -> Iterator[float]:
    """Spacings from barely distinct floats up to where f as a whole shows: for a tiny x, as a function of 1 + x."""
    spacing = 1.234 * max(size * 2.0**-46, 2.0**-1060)  # not a power of two, where a low-precision f can be exact
    while spacing < max(size, 1.0) / 8:
        yield spacing
        spacing *= 64.0 if spacing > 2.0**-100 else 2.0**40


def _jump(g: Slice, points: list[float]) -> float:
    """The greatest change between two neighbours, traced to where it happens; for a smooth f it shrinks meanwhile."""

    def change(ends: tuple[float, float]) -> float:
        return abs(g(ends[1]) - g(ends[0]))

    a, b = max(pairwise(points), key=change)
    for _ in range(HALVINGS):
        middle = a + (b - a) / 2
        a, b = max((a, middle), (middle, b), key=change)
    return change((a, b))


def _roughness(values: list[float], of_orders: Callable[..., float] = max) -> float:
    """The rounding of values, from differences of third to sixth order, which decrease if f is smooth."""
    found = []
    for order in range(1, 7):
        values = [b - a for a, b in pairwise(values)]
        if order >= 3:
            found.append(max(map(abs, values)) / math.sqrt(math.comb(2 * order, order)))
    return of_orders(found)


def _grid(values: list[float]) -> float:
    """The greatest power of two that divides all of these values."""
    found = math.inf
    for value in values:
        if value and math.isfinite(value):
            mantissa, exponent = math.frexp(value)
            digits = int(math.ldexp(mantissa, 53))
            found = min(found, math.ldexp(digits & -digits, exponent - 53))
    return found if math.isfinite(found) else 0.0


def _steps(x: float, side: int, low: float, high: float) -> Iterator[float]:
    """Steps relative to x, from narrow to wide; for a tiny x also steps up to 1, as f may depend on 1 + x."""
    room = min(x - low if side <= 0 else math.inf, high - x if side >= 0 else math.inf) / 2
    size = abs(x) or 1e-8
    for relative in NARROW_STEPS + RELATIVE_STEPS:
        step = min(size * relative, room)
        if step > 0.0:
            yield step
    wider = size
    while wider < 1.0 and wider < room:
        wider *= 32.0 if wider > 1e-30 else 2.0**40
        yield min(wider, room, 1.0)


def _tableau(g: Slice, x: float, step: float, side: int, rounding: float, count: int) -> Found:
    """Build Ridders' tableau from one step on and return the entry with the smallest bound.

    An entry is compared with its neighbours in its own column and beside it: only two of them may agree by chance where
    an error is stationary in the step. If they are as far apart as the quotients are from 0, and not by rounding, the
    quotients grow without limit, as those of √x do at 0.
    """
    value, bound = math.nan, math.inf
    rows = _rows(g, x, step, side, rounding, count)
    largest = max((abs(row[0][0]) for row in rows), default=0.0)
    for i, row in enumerate(rows):
        for j in range(1, len(row)):
            entry, noise = row[j]
            column = [near[j][0] for near in (*rows[max(i - 1, 0) : i], *rows[i + 1 : i + 2]) if j < len(near)]
            spread = max(abs(entry - other) for other in (row[j - 1][0], rows[i - 1][j - 1][0], *column))
            trusted = SAFETY * (spread + noise + EPSILON * abs(entry))
            converges = SAFETY * spread <= largest or largest <= SAFETY * noise
            if column and converges and trusted < bound:
                value, bound = entry, trusted
    return value, bound


def _rows(g: Slice, x: float, step: float, side: int, rounding: float, count: int) -> list[list[tuple[float, float]]]:
    """The rows of a tableau, each from a smaller step: entries, each extrapolated once more, and their rounding."""
    factor = SHRINK * SHRINK if side == 0 else SHRINK  # factor in the error of a difference quotient from row to row
    rows: list[list[tuple[float, float]]] = []
    largest = abs(g(x))
    for k in range(count):
        h = (x + step / SHRINK**k) - x  # rounded so that x + h is exact
        if h == 0.0:
            break
        quotient, size = _quotient(g, x, h, side)
        if not math.isfinite(quotient):
            rows = []  # overflow, or the edge of the domain, inside the stencil: try a smaller step
            continue
        largest = max(largest, size)
        inner = abs(EPSILON / 2 * x * quotient)  # f may round a multiple of x
        entry, noise, power = quotient, max(rounding, EPSILON * largest, inner) / abs(h), 1.0
        row = [(entry, noise)]
        for older, _ in rows[-1] if rows else ():
            power *= factor
            noise *= (power + 1.0) / (power - 1.0)  # how extrapolation amplifies the rounding of its two terms
            entry += (entry - older) / (power - 1.0)
            row.append((entry, noise))
        rows.append(row)
    return rows


def _quotient(g: Slice, x: float, h: float, side: int) -> tuple[float, float]:
    """The difference quotient of one step, and the largest |f| in it."""
    if side == 0:
        right, left = g(x + h), g(x - h)
        return (right - left) / ((x + h) - (x - h)), max(abs(right), abs(left))
    here, there = g(x), g(x + side * h)
    return (there - here) / ((x + side * h) - x), max(abs(here), abs(there))

"""The oracle: a derivative from values of the function alone, with a bound on its own error.

Ridders' extrapolation (1982) of difference quotients, started from a ladder of steps. Its error is bounded, not
guessed: ten times the spread of the tableau, plus the rounding of f over the step used, plus that of the result.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

EPSILON = sys.float_info.epsilon
SHRINK = 1.4  # of the step, from one row of a tableau to the next
ROWS = 7
SAFETY = 10.0
TIGHT = 1e-9  # a bound, relative to the derivative, with which the search ends
RELATIVE_STEPS = [2.0**-k for k in (24, 20, 17, 14, 11, 8, 6, 4, 3, 2, 1)]  # of |x|
NARROW_STEPS = [
    2.0**-k for k in (44, 40, 36, 32, 28)
]  # too close for a tight bound, but f may have periods in the rest
NARROW_ROWS = 3  # of a tableau from such a step: what it costs every function, for those that need it
LARGE = 1e4  # from where on periods in the rest are the rule
CRAMPED = 2.0**-20  # an end of the domain so close, relative to x, is taken for x itself
COARSE = 1 / 64  # a jump is rounding where f as a whole changes by as many of them; a greater one is a step of f
HALVINGS = 40

Found = tuple[float, float]  # a derivative and the bound of its error
NOT_FOUND: Found = (math.nan, math.inf)


@dataclass(frozen=True)
class Estimate:
    """A derivative and how far it can be trusted: |value - truth| ≤ bound where f is smooth.

    `left` and `right` are the one-sided derivatives, NaN for a side that was not looked at. `status` is "ok";
    "one-sided" where a side was asked for, or x is at an end of the domain; "kink" where left and right differ by more
    than their bounds, of which `bound` is the greater, and the value is their mean; "inconclusive" where no step gave
    a bound.
    """

    value: float
    bound: float
    left: float
    right: float
    evaluations: int
    status: str


class Slice:
    """f along one operand, each value computed once: NaN where f raises as arithmetic does."""

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
    x: float | Sequence[float],
    i: int = 0,
    *,
    side: int = 0,
    domain: tuple[float, float] | None = None,
) -> Estimate:
    """∂f/∂xᵢ at x, from values of f on floats, with a bound on its error.

    `x` is the operand, or a sequence of all operands; `side` -1 or 1 asks for the derivative from the left or the
    right; `domain` is the closed interval of operand i, at whose ends the derivative is one-sided. ValueError for an i
    that is no operand, a side that is none of -1, 0, 1, and an x that is not finite or outside the domain.

    >>> import math
    >>> estimate = numeric_derivative(math.sin, 1.0)
    >>> abs(estimate.value - math.cos(1.0)) <= estimate.bound <= 1e-9
    True
    """
    operands = [float(v) for v in x] if isinstance(x, Sequence) else [float(x)]
    low, high = domain or (-math.inf, math.inf)
    _check(operands, i, side, low, high)
    g, at = Slice(f, operands, i), operands[i]
    if side == 0 and min(at - low, high - at) <= CRAMPED * abs(at):
        side = 1 if at - low < high - at else -1
    found = _search(g, at, side, low, high)
    if side:
        status, left, right = "one-sided", found if side < 0 else NOT_FOUND, found if side > 0 else NOT_FOUND
    else:
        left, right = (_search(g, at, one, low, high) for one in (-1, 1))
        status, found = _reconciled(found, left, right)
    if not math.isfinite(found[1]):
        status = "inconclusive"
    return Estimate(*found, left[0], right[0], len(g.known), status)


def _reconciled(both: Found, left: Found, right: Found) -> tuple[str, Found]:
    """What the quotients of both sides say, beside those of each: where the three contradict, none is believed."""
    (value, bound), mean, error = both, (left[0] + right[0]) / 2, max(left[1], right[1])
    if abs(left[0] - right[0]) > left[1] + right[1]:
        agree = not math.isfinite(bound) or abs(value - mean) <= bound + error
        return "kink", (mean, error if agree else math.inf)
    agree = any(math.isnan(one[0]) or abs(value - one[0]) <= bound + one[1] for one in (left, right))
    return "ok", (value, bound if agree else math.inf)


def rounding_at(f: Callable[..., Any], x: Sequence[float], i: int, domain: tuple[float, float]) -> float:
    """How far rounding moves f at x, as its values along operand i show it: close to a tiny x, or else around."""
    g, at = Slice(f, x, i), x[i]

    def seen(size: float) -> float:
        return max(noise for _, noise in _rounding(g, at, size, 0, *domain))

    return seen(abs(at)) or seen(max(abs(at), 1.0))


def _check(operands: list[float], i: int, side: int, low: float, high: float) -> None:
    if not -len(operands) <= i < len(operands):
        raise ValueError(f"numeric_derivative: i={i} is out of range for {len(operands)} operands")
    if side not in (-1, 0, 1):
        raise ValueError(f"numeric_derivative: side must be -1, 0 or 1, got {side!r}")
    if not math.isfinite(operands[i]) or not low <= operands[i] <= high:
        raise ValueError(f"numeric_derivative: x[{i}] = {operands[i]!r} is not a finite point of [{low}, {high}]")


def _search(g: Slice, x: float, side: int, low: float, high: float) -> Found:
    """The derivative of the smallest bound, from the least step up, up to the first tight one.

    A wider step must agree with all narrower ones: over many periods, or across a kink, a tableau can converge to what
    is no derivative, but not into the interval that a narrow step has left.
    """
    best = NOT_FOUND
    seen, within = _rounding(g, x, abs(x), side, low, high), abs(x)
    for step in _steps(x, side, low, high):
        if step > within:  # where f may take another way, as through 1 + x
            seen += _rounding(g, x + (side or 1) * step, step, side, low, high)
            within = step * 1e3
        rounding = max((noise for spacing, noise in seen if spacing <= step), default=max(seen)[1])
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
    return best


def _rounding(g: Slice, x: float, size: float, side: int, low: float, high: float) -> list[tuple[float, float]]:
    """The rounding error of f within `size` of x, and from which spacing on it was seen.

    Moré and Wild's estimate (2011): of a smooth f, the differences of seven close values are only that; f itself may
    be small where terms of it cancel, and say nothing of its rounding. Values that are mostly equal show a coarser
    one, as of float32, by the jump from one of them to the next; those of one spacing can by chance lie on a line.
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
            found.append((0.0 if flat else spacing, _roughness(values)))
            if len(found) == 2:
                break
    if jump <= COARSE * change:
        found.append((0.0, jump / 2))
    return [*found, (0.0, math.ulp(0.0) if change else 0.0)]


def _spacings(size: float) -> Iterator[float]:
    """From what floats hardly tell apart up to where f as a whole is seen, for a tiny x as a function of 1 + x."""
    spacing = max(size * 1.234 * 2.0**-46, 2.0**-1060)  # no power of two, at which a coarse f can be exact
    while spacing < max(size, 1.0) / 8:
        yield spacing
        spacing *= 64.0 if spacing > 2.0**-100 else 2.0**40


def _jump(g: Slice, points: list[float]) -> float:
    """The greatest change between two neighbours, traced to where it happens: that of a smooth f shrinks on the way."""

    def change(ends: tuple[float, float]) -> float:
        return abs(g(ends[1]) - g(ends[0]))

    a, b = max(pairwise(points), key=change)
    for _ in range(HALVINGS):
        middle = a + (b - a) / 2
        a, b = max((a, middle), (middle, b), key=change)
    return change((a, b))


def _roughness(values: list[float]) -> float:
    largest = 0.0
    for order in range(1, 7):
        values = [b - a for a, b in pairwise(values)]
        if order >= 3:
            largest = max(largest, max(map(abs, values)) / math.sqrt(math.comb(2 * order, order)))
    return largest


def _steps(x: float, side: int, low: float, high: float) -> Iterator[float]:
    """Steps relative to x, from narrow to wide; then, for a tiny x, steps up to 1, for f may be a function of 1 + x."""
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


def _tableau(g: Slice, x: float, step: float, side: int, rounding: float, rows: int) -> Found:
    """Ridders' tableau from one step on: the entry with the smallest bound.

    From its third row on: two quotients agree by chance wherever their error is stationary in the step.
    """
    factor = SHRINK * SHRINK if side == 0 else SHRINK  # of the error of a difference quotient, from row to row
    value, bound = math.nan, math.inf
    previous: list[float] = []
    largest = abs(g(x))
    for row in range(rows):
        h = (x + step / SHRINK**row) - x  # a step that x + h takes exactly
        if h == 0.0:
            break
        quotient, size = _quotient(g, x, h, side)
        if not math.isfinite(quotient):
            previous = []  # overflow or the edge of the domain inside the stencil: a smaller step
            continue
        largest = max(largest, size)
        noise = max(rounding, EPSILON * largest, abs(EPSILON / 2 * x * quotient)) / abs(
            h
        )  # f may round a multiple of x
        current, power = [quotient], 1.0
        for j, older in enumerate(previous):
            power *= factor
            noise *= (power + 1.0) / (power - 1.0)  # what extrapolation makes of the rounding of its two terms
            current.append(current[j] + (current[j] - older) / (power - 1.0))
            spread = max(abs(current[-1] - other) for other in (current[-2], older, *previous[j + 1 : j + 2]))
            trusted = SAFETY * (spread + noise + EPSILON * abs(current[-1]))
            if trusted < bound and len(previous) > 1:
                value, bound = current[-1], trusted
        previous = current
    return value, bound


def _quotient(g: Slice, x: float, h: float, side: int) -> tuple[float, float]:
    """The difference quotient of one step, and the greatest value of f in it."""
    if side == 0:
        right, left = g(x + h), g(x - h)
        return (right - left) / ((x + h) - (x - h)), max(abs(right), abs(left))
    here, there = g(x), g(x + side * h)
    return (there - here) / ((x + side * h) - x), max(abs(here), abs(there))

"""The first oracle: a derivative from values of the function alone, with a bound on its error.

It is Ridders' extrapolation (1982) of difference quotients, first over one step, then over a ladder of steps. The error
is bounded, not guessed: ten times the spread of the tableau, plus the rounding of f divided by the step, plus the
rounding of the result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograd.testing.arguments.domains import Domain, interval
from autograd.testing.oracles.noise import (
    COARSE,
    EPSILON,
    HALVINGS,
    MORE_TEETH,
    SAFETY,
    TEETH,
    Slice,
    greatest_rounding,
    jump,
    rounding,
    teeth,
)
from autograd.testing.oracles.quotients import (
    NOT_FOUND,
    SHRINK,
    Found,
    close_quotient,
    least_bound,
    power_beside,
    power_limit,
    power_unseen,
    tableau,
)
from autograd.testing.oracles.singular import derivative_by_reciprocal, is_singular, reciprocal
from autograd.trees import is_array

ROWS = 7
TIGHT = 1e-9  # the search ends at a bound this small, relative to the derivative
CLOSE = 1e-5  # a bound this small is believed even if wider steps contradict each other
VAGUE = 1e-3  # a one-sided bound above this, relative to the derivative: f may be a power of the distance
RELATIVE_STEPS = [2.0**-k for k in (24, 20, 17, 14, 11, 8, 6, 4, 3, 2, 1)]  # relative to |x|
# Too narrow for a tight bound, but f may have periods within the wider steps.
NARROW_STEPS = [2.0**-k for k in (44, 40, 36, 32, 28)]
NARROW_ROWS = 3  # rows of a tableau from such a step: every function pays for them, though few need them
LARGE = 1e4  # from this |x| on, f often has periods within the wider steps
CRAMPED = 2.0**-20  # an end of the domain this close, relative to x, is treated as x itself
LEAST_NORMAL = 2.0**-1022  # an end this close has no steps in between
ONE_STEP = 2.0**-6  # the step that decides whether f is smooth, relative to |x| or to 1
WIDER, NARROWER = 2.0**-3, 2.0**-10  # the step where f hardly changes, and where it changes fast
OVER_TEETH = (2.0**-6, 2.0**-3)  # relative to |x|: steps over jumps of a sum whose terms cancel
TOOTH = 2.0**-16  # the least jump to look for, relative to the change of f over such a step
WIDE_SPACINGS = 5  # of seven values each, up to 3e-7 apart, where a larger term in a sum is rounded again and again
ENOUGH = 1e-11  # a bound this small, relative to |f| / |x|, or to |f| if |x| < 1: rounding rarely allows less


@dataclass(frozen=True)
class Estimate:
    """A derivative and how far it can be trusted: |value - truth| ≤ bound where f is smooth.

    `left` and `right` are the one-sided derivatives, NaN for a side that was not examined. `status` is "ok";
    "one-sided" if a side was requested or x is at an end of the domain; "kink" if left and right differ by more than
    their bounds (then `bound` is the greater of these and `value` the mean); "singular" if f has a pole, or a root its
    end, within a few floats of x; "inconclusive" if no step gave a bound. The bound of a power at its end holds if x is
    that end; `unseen` is how far off the value may be if the end lies beyond x, hidden by rounding.

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
    unseen: float = 0.0

    @classmethod
    def seen(cls, g: Slice, found: tuple[float, float], side: int) -> Estimate:
        """The estimate from a value and bound by steps on one side of x, or on both for side 0."""
        left, right = (found[0] if side in (0, one) else math.nan for one in (-1, 1))
        return cls(*found, left, right, len(g.known), "one-sided" if side else "ok")


def numeric_derivative(
    f: Callable[..., Any],
    x: Any,
    i: int = 0,
    *,
    side: int = 0,
    domain: Domain = None,
    accuracy: float = 0.0,
) -> Estimate:
    """Return ∂f/∂xᵢ at x, from values of f on floats, with a bound on its error.

    `x` is the operand, or a sequence or array of all operands. `side` -1 or 1 requests the derivative from the left or
    the right. `domain`, "(0, inf]" or (0, 1), is that of operand i; at its ends the derivative is one-sided. `accuracy`
    is the relative accuracy of f if it is lower than that of floats, such as 1e-6 for a solver that stops there. Raises
    ValueError if i is out of range, `side` is not -1, 0 or 1, or x is not finite or outside the domain.

    >>> import math
    >>> estimate = numeric_derivative(math.sin, 1.0)
    >>> abs(estimate.value - math.cos(1.0)) <= estimate.bound <= 1e-9
    True
    """
    operands = [float(v) for v in x] if isinstance(x, Sequence) or (is_array(x) and x.ndim) else [float(x)]
    low, high = interval(domain).ends()
    _check(operands, i, side, low, high)
    g, at = Slice(f, operands, i, (low, high)), operands[i]
    room, inward = min(at - low, high - at), 1 if at - low < high - at else -1
    if side == 0 and room <= max(CRAMPED * abs(at), LEAST_NORMAL):
        side = inward
    stated = accuracy * abs(g(at))
    cramped = side == 0 and room < ONE_STEP * max(abs(at), 1.0)
    if not cramped and (flat := _flat(g, at, side)):
        return flat
    if stated == 0.0:
        if (side or cramped) and (found := _from_one_side(g, at, side, side or inward)):
            return found
        if side == 0 and (found := smooth_derivative(g, at, _enough(g, at))):
            return found
    found = _by_ladder(g, at, side, stated)
    if cramped and not found.bound <= CLOSE * abs(found.value):
        found = min(found, _by_ladder(g, at, inward, stated), key=lambda one: one.bound)
    return found


def _by_ladder(g: Slice, x: float, side: int, stated: float) -> Estimate:
    """The derivative from a ladder of steps, used where f is not smooth or its rounding is large."""
    known, inward = rounding(g, x, abs(x), side)[0][1], 1 if g.high - x > x - g.low else -1
    least = max(teeth(g, x, inward, known), stated)
    found = _estimated(g, x, side, least, math.inf)
    wider = [abs(x) * relative for relative in OVER_TEETH]
    if side == 0 and is_a_tooth(g, x, found.value, 0.0, wider):
        least = max(least, *(teeth(g, x, one, known, TEETH + MORE_TEETH) for one in (1, -1)))
        found = _estimated(g, x, side, least, math.inf)
    if found.status in ("kink", "inconclusive") and 0.0 < abs(x) < 1.0:
        near = _estimated(g, x, side, least, abs(x) / 2)  # not across 0, where f may have a joint
        if near.status == "ok" and near.bound <= CLOSE * abs(near.value):
            found = near
    return _beside_pole(g, x, side) if is_singular(g, x, _steepest(found)) else found


def _steepest(found: Estimate) -> float:
    """The steepest slope that an estimate allows; NaN if it has no finite bound."""
    sides = (found.left, found.right) if found.status == "kink" else (found.value,)
    return max(map(abs, sides)) + found.bound if math.isfinite(found.bound) else math.nan


def _beside_pole(g: Slice, x: float, side: int) -> Estimate:
    """The derivative a few floats from a simple pole, from that of 1 / f; "singular" where it cannot be found."""
    h = reciprocal(g)
    found = _from_one_side(h, x, side, side) if side else smooth_derivative(h, x, 0.0)
    value, bound = derivative_by_reciprocal(g, x, found.value, found.bound) if found else NOT_FOUND
    if not bound <= CLOSE * abs(value):
        return Estimate(math.nan, math.inf, math.nan, math.nan, len(g.known), "singular")
    return Estimate.seen(g, (value, bound), side)


def is_a_tooth(g: Slice, x: float, slope: float, enough: float, steps: Iterable[float]) -> bool:
    """Whether a slope is only that between two jumps: a wider step shows quite another slope, since f jumps there."""
    for step in steps:
        if not (x - step < x < x + step and x - step in g and x + step in g):
            continue
        wide, _ = close_quotient(g, x, step, 0.0)
        if abs(wide - slope) > max(abs(slope) / 2, enough):
            least = max(TOOTH * step * abs(wide - slope), 4 * math.ulp(g(x)))
            if least < jump(g, [x - step, x, x + step], least, HALVINGS, slope) <= greatest_rounding(g, x):
                return True
    return False


def smooth_derivative(g: Slice, x: float, enough: float) -> Estimate | None:
    """The derivative of an f that is smooth around x, from one step; None if no bound is tight or at most `enough`.

    Both sides must agree, and narrower steps must not contradict them: f may have periods within the wider one.
    """
    near, far = abs(x), max(abs(x), 1.0)
    best: Estimate | None = None
    for size, relative in dict.fromkeys([(far, ONE_STEP), (near, ONE_STEP), (far, WIDER), (near, NARROWER)]):
        step = size * relative
        if not (x - step < x < x + step and x - step in g and x + step in g):
            continue
        noise = max(noise for _, noise in rounding(g, x, size, 0, enough=1))
        if best is not None and best.bound <= least_bound(g, x, step, noise):
            continue
        if relative == NARROWER:  # f may be between two of its steps there, and look smooth
            noise = max(noise, *(teeth(g, x, side, noise) for side in (1, -1)))
        if _is_staircase(g, x, step):
            return None
        found = _by_one_step(g, x, size, step, noise, enough)
        if not found and near < size and (more := _of_larger_terms(g, x, size, 0)) > noise:
            found = _by_one_step(g, x, size, step, more, enough)
        if found and (best is None or found.bound < best.bound):
            best = found
            if best.bound <= TIGHT * abs(best.value):
                break
    wider = [step] if step == far * ONE_STEP else [near * relative for relative in OVER_TEETH]
    return None if best and is_a_tooth(g, x, best.value, enough, wider) else best


def _of_larger_terms(g: Slice, x: float, size: float, side: int) -> float:
    """The rounding of a sum with a term of this size, which close values do not show; 0.0 if it has another cause."""
    noise = max(noise for _, noise in rounding(g, x, size, side, enough=WIDE_SPACINGS))
    return noise if noise <= SAFETY * EPSILON * size else 0.0


def _by_one_step(g: Slice, x: float, size: float, step: float, noise: float, enough: float) -> Estimate | None:
    """The derivative from one step; None if it is not tight, or if a side or a narrower step contradicts it."""
    both = tableau(g, x, step, 0, noise, ROWS)
    slope = abs(both[0])
    close = CLOSE * max(slope, enough / TIGHT)
    if not both[1] <= max(TIGHT * slope, enough):
        return None
    for reach in (step, step / SHRINK**4):  # a single side may need narrower steps
        left, right = (tableau(g, x, reach, side, noise, ROWS) for side in (-1, 1))
        if max(left[1], right[1]) <= close:
            break
    else:
        return None
    narrower = [close_quotient(g, x, size * narrow, noise) for narrow in NARROW_STEPS[::2]]
    apart = max(abs(both[0] - value) - bound - TIGHT * slope for value, bound in (left, right, *narrower))
    if apart > max(both[1], enough):
        return None
    return Estimate(both[0], max(both[1], apart), left[0], right[0], len(g.known), "ok")


def _is_staircase(g: Slice, x: float, step: float) -> bool:
    """Whether f has few values over these steps, as in low precision."""
    return len({g(x + sign * step / SHRINK**k) for sign in (-1, 1) for k in range(ROWS)}) < ROWS - 1


def _enough(g: Slice, x: float) -> float:
    """A sufficient bound, by the size of f: at the point, where f may be 0, or a step away on both sides."""
    size = max(abs(x), 1.0)
    beside = [abs(g(t)) for t in (x - size * ONE_STEP, x + size * ONE_STEP) if t in g]
    level = max(abs(g(x)), min(beside)) if len(beside) == 2 else abs(g(x)) or max(beside, default=0.0)
    return ENOUGH * level / size if math.isfinite(level) else 0.0


def _from_one_side(g: Slice, x: float, side: int, inward: int) -> Estimate | None:
    """The derivative of an f that is smooth from x inwards, where an end of the domain is close; otherwise None.

    Narrower steps, on both sides if x is not the end itself, must not contradict it.
    """
    size, enough = max(abs(x), 1.0), SAFETY * _enough(g, x)  # rounding moves these quotients further
    noise = max(noise for _, noise in rounding(g, x, size, inward, enough=1))
    best = NOT_FOUND
    for step in (size * ONE_STEP, size * ONE_STEP / 8, size * WIDER):
        if best[1] <= TIGHT * abs(best[0]) or x + inward * step not in g:
            continue
        if len({g(x + inward * step / SHRINK**k) for k in range(ROWS)}) < ROWS - 1:
            return None
        best = min(best, tableau(g, x, step, inward, noise, ROWS), key=lambda one: one[1])
        if side == 0 and not best[1] <= max(VAGUE * abs(best[0]), enough):
            return None  # f changes too fast; steps on both sides of x may be narrower
    slope = abs(best[0])
    if not best[1] <= max(TIGHT * slope, enough):
        return None
    for narrow in NARROW_STEPS[::2]:
        step = (abs(x) or 1.0) * narrow
        value, bound = close_quotient(g, x, step, noise, side)
        if abs(best[0] - value) > best[1] + CLOSE * slope + bound:
            _, bound = close_quotient(g, x, step, _of_larger_terms(g, x, size, inward), side)
            if abs(best[0] - value) > bound:
                return None
    return Estimate.seen(g, best, side)


def _flat(g: Slice, x: float, side: int) -> Estimate | None:
    """The derivative of an f that has the same value over every step; None for any other f."""
    steps = list(_steps(g, x, side))
    if not steps or not all(_is_flat(g, x, step, side) for step in steps):
        return None
    return Estimate.seen(g, tableau(g, x, steps[-1], side, 0.0, ROWS), side)


def _estimated(g: Slice, x: float, side: int, least: float, reach: float) -> Estimate:
    """The derivative from steps of at most `reach`, given a lower bound on the rounding of f."""
    found, unseen = _search(g, x, side, least, reach), 0.0
    if side:
        if not found[1] <= VAGUE * abs(found[0]):
            noise = max(least, *(noise for _, noise in rounding(g, x, abs(x), side)))
            beside = power_beside(g, x, *((g.low, g.high) if side > 0 else (g.high, g.low)))
            limit = power_limit(g, x, side, noise)
            found = min(found, beside, limit, key=lambda one: one[1])
            unseen = power_unseen(g, x, side, noise, limit[0]) if found is limit else 0.0
        status, left, right = "one-sided", found if side < 0 else NOT_FOUND, found if side > 0 else NOT_FOUND
    else:
        left, right = (_search(g, x, one, least, reach) for one in (-1, 1))
        status, found = _reconciled(found, left, right)
    if not math.isfinite(found[1]):
        status = "inconclusive"
    return Estimate(*found, left[0], right[0], len(g.known), status, unseen)


def _reconciled(both: Found, left: Found, right: Found) -> tuple[str, Found]:
    """Combine the two-sided quotients with those of each side; trust none if the three contradict each other."""
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


def _search(g: Slice, x: float, side: int, least: float, reach: float) -> Found:
    """Find the derivative with the smallest bound, from the smallest step up, stopping at the first tight bound.

    A wider step must agree with all narrower ones: over many periods, or across a kink, a tableau can converge to a
    wrong value, but it can hardly hit the interval that a narrow step allows.
    """
    best = NOT_FOUND
    flat = grain = 0.0  # the widest step of a leading run over which f does not change
    steps = [step for step in _steps(g, x, side) if step <= reach]
    seen, within = rounding(g, x, abs(x), side), abs(x)
    for step in steps:
        if best is NOT_FOUND and _is_flat(g, x, step, side):
            flat = step
            continue
        if flat and best is NOT_FOUND:
            grain = _grain(g, x, flat, [wider for wider in steps if wider >= step], side)
            best = tableau(g, x, flat, side, max(grain, least), ROWS)
        if step > within:  # where f may behave differently, as a function of 1 + x does
            seen += rounding(g, x + (side or 1) * step, step, side)
            within = step * 1e3
        noise = max(grain, least, max((noise for spacing, noise in seen if spacing <= step), default=max(seen)[1]))
        narrow = step < RELATIVE_STEPS[0] * abs(x) <= RELATIVE_STEPS[0] * LARGE
        value, bound = tableau(g, x, step, side, noise, NARROW_ROWS if narrow else ROWS)
        if not math.isfinite(bound):
            continue
        if math.isfinite(best[1]) and abs(value - best[0]) > bound + best[1]:
            break
        if bound < best[1]:
            best = value, bound
        if bound <= TIGHT * abs(value):
            break
    return tableau(g, x, flat, side, 0.0, ROWS) if flat and best is NOT_FOUND else best


def _is_flat(g: Slice, x: float, step: float, side: int) -> bool:
    """Whether f has the same value a step away, perhaps only by rounding: 1 + 1e-17·x is not constant."""
    return all(g(x + sign * step) == g(x) for sign in ((-1, 1) if side == 0 else (side,)))


def _grain(g: Slice, x: float, flat: float, wider: list[float], side: int) -> float:
    """The rounding of an f that is constant over a narrow step but not over wider ones, from its change in between.

    A continuous f changes by almost nothing there. A difference of large terms changes by their rounding, which its own
    values, perhaps all zero, do not show. Over a wide step it changes by many times that, unless it levels off. Some
    wide steps suffice, since f may return to its value after the widest.
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


def _steps(g: Slice, x: float, side: int) -> Iterator[float]:
    """Steps relative to x, from narrow to wide; for a tiny x also steps up to 1, since f may depend on 1 + x."""
    room = min(x - g.low if side <= 0 else math.inf, g.high - x if side >= 0 else math.inf) / 2
    size = abs(x) or 1e-8
    for relative in NARROW_STEPS + RELATIVE_STEPS:
        step = min(size * relative, room)
        if step > 0.0:
            yield step
    wider = size
    while wider < 1.0 and wider < room:
        wider *= 32.0 if wider > 1e-30 else 2.0**40
        yield min(wider, room, 1.0)

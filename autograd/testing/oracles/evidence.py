"""Evidence for a derivative without differentiation: the answers of both oracles, each computed on demand."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice, pairwise
from typing import Any

from autograd.primitives.table import Interval
from autograd.testing.arguments.domains import has_no_value
from autograd.testing.oracles.noise import EPSILON, SAFETY, Slice, is_short, is_single, level, rounding_beside
from autograd.testing.oracles.oracle import OVER_TEETH, ROWS, Estimate, is_a_tooth, numeric_derivative
from autograd.testing.oracles.precise import Exact, precise_derivative, precise_value
from autograd.testing.oracles.quotients import tableau
from autograd.testing.oracles.underflow import TINIEST

SURE = 0.1  # the bound of a sure oracle, relative to the derivative
ALIKE = 64.0  # sizes within this factor of each other count as alike
COARSEST = 2.0**-22  # a step, relative to |x|
FEW_DIGITS = 2.0**-36
LIKE_A_LOGARITHM = 0.9  # the least ratio of successive changes, for quotients that have no limit
SCATTER = 8.0  # at a jump, the two sides lie this many times further apart than the values within each
OVER_STEPS = 2.0**-12  # relative to |x|, or to 1: a distance that holds many of the steps that f takes
CANCELLED = 2.0**-46  # of x
SINGLE = 2.0**-24  # the relative rounding of a float32
FAR = (2.0**-9, 1 / 7, 0.9, 9.0, 99.0, 5e3)  # relative to the reach: over these distances f shows its precision
BESIDE_POINT = [1.234 * 2.0**-k for k in (44, 28, 20, 9)]  # relative to |x|: where a derivative shows its rounding
PARTS = (2.0, 1.0, 0.25, 1 / 32)  # of the reach: over these distances f shows how it depends on an operand
STEADY = 100.0  # errors this many times the scatter of a derivative are not due to rounding
BESIDE, CLOSE = 1e-3, 1e-6  # how far tied numbers are moved apart, relative to them or to 1
NEAR = 2.0**-6  # of that unit: a step that reaches no other number
PLACES = (-1.1, 1.1, 0.0, 0.5, -0.5) * 2  # of one number among others within ±1, in that unit
AROUND = 2.0**-26  # how far to the left and right, relative to |x|: a kink in between is at the point
ANOTHER = 1e-6  # values further apart than this, relative to them and to 1, differ by more than rounding


@dataclass
class Evidence:
    """Evidence for ∂f/∂xᵢ at a point, from values of f; `rounding` is how far float rounding may move ∂f/∂xᵢ."""

    floats: Callable[..., float]
    numbers: Callable[..., Any] | None  # f on mpmath numbers
    point: list[float]
    i: int
    domain: Interval
    rounding: Callable[[], float | None] = lambda: None
    precise_first: bool = False
    accuracy: float = 0.0  # of f, relative, if it is lower than that of floats
    given: bool = False  # whether the derivative is supplied by the user
    supplied: Callable[..., float] | None = None  # that derivative, as a function of all operands
    doubt: float = 0.0  # how far the derivative under test may be off, as it may itself be a difference quotient
    recorded: bool = False  # whether f is a graph of operations: those that take steps declare it
    scale: float = 0.0  # the largest change of f along any operand
    extra_digits: bool = False  # whether `exact` has been computed with more digits

    @cached_property
    def estimate(self) -> Estimate:
        return numeric_derivative(self.floats, self.point, self.i, domain=self.domain.ends(), accuracy=self.accuracy)

    @cached_property
    def exact(self) -> Exact | None:
        if self.numbers is None or self.accuracy:
            return None
        try:
            found = precise_derivative(self.numbers, self.point, self.i, self.domain, extra_digits=self.extra_digits)
            return None if found and self._takes_another_way(self.numbers) else found
        except ImportError:  # without mpmath only the first oracle answers
            return None

    def confirm(self) -> bool:
        """Recompute `exact` with extra digits, once; return whether it stays unchanged."""
        if self.extra_digits:
            return True
        before, self.extra_digits = self.exact, True
        del self.exact
        return self.exact == before

    @cached_property
    def contradictory(self) -> bool:
        """Whether f takes steps so fine that floats show another slope than fifty digits show between the steps."""
        e, exact = self.estimate, self.exact
        if exact is None or exact.value is None or e.status != "ok" or not e.bound <= SURE * abs(e.value):
            return False
        if exact.value == 0.0:
            return e.value != 0.0 and not self.recorded  # a graph of operations declares where it takes steps
        if self.numbers is None or abs(e.value - exact.value) <= SURE * max(abs(e.value), abs(exact.value)):
            return False
        x, h = self.point[self.i], self.reach * OVER_STEPS
        ends = [[*self.point[: self.i], t, *self.point[self.i + 1 :]] for t in (x - h, x + h) if t in self.domain]
        values = [value for end in ends if (value := precise_value(self.numbers, end)) is not None]
        if len(values) < 2:
            return False
        slope = (values[1] - values[0]) / (2 * h)
        return abs(slope - e.value) < SURE * abs(slope - exact.value)

    def _takes_another_way(self, numbers: Callable[..., Any]) -> bool:
        """Whether f on mpmath numbers differs by more than rounding: they lack -0.0, where atan2 changes branch."""
        value, here = precise_value(numbers, self.point), self._at(self.point[self.i])
        return value is not None and abs(value - here) > ANOTHER * max(abs(value), abs(here), 1.0)

    def rounding_for(self, error: float) -> float:
        """How far rounding moves the derivative; 0.0 if a supplied one is too steady nearby to explain this error."""
        if self.supplied is None:
            return self.rounding() or 0.0
        values = self.supplied_beside
        if values and error > STEADY * (max(values) - min(values)):
            return 0.0
        return rounding_beside(self.supplied, self.point, self.i, self.domain.ends(), may_branch=True)

    @cached_property
    def supplied_beside(self) -> list[float]:
        """The supplied derivative at points next to this one; empty without a supplied derivative."""
        if self.supplied is None:
            return []
        x, near = self.point[self.i], Slice(self.supplied, self.point, self.i)
        steps = [sign * (abs(x) or 1.0) * h for h in BESIDE_POINT for sign in (-1, 1)]
        return [near(x + step) for step in steps if x + step in self.domain]

    def is_rounding_of_zero(self, derivative: float) -> bool:
        """Whether a supplied derivative is only the rounding of terms that cancel: it is 0 at a nearby point."""
        return abs(derivative) <= SAFETY * EPSILON * self.slope and 0.0 in self.supplied_beside

    @property
    def reach(self) -> float:
        """|x|, or 1 if |x| is less: the distance over which f may change."""
        return max(abs(self.point[self.i]), 1.0)

    @property
    def size(self) -> float:
        """The largest of f here, its terms, and its change along any operand."""
        return max(self.terms, self.scale)

    @cached_property
    def terms(self) -> float:
        """The larger of f here and the terms that cancel here."""
        terms, operands = self.noise / EPSILON, max(1.0, *map(abs, self.point))
        cancel = operands / ALIKE <= terms <= operands * ALIKE
        return max(abs(self.floats(*self.point)), terms if cancel else 0.0)

    @cached_property
    def noise(self) -> float:
        """How far rounding moves f near the point."""
        return rounding_beside(self.floats, self.point, self.i, self.domain.ends())

    @cached_property
    def sides(self) -> list[Estimate]:
        """The derivatives from the left and from the right, each from values on that side only; empty at an end."""
        ends, x = self.domain.ends(), self.point[self.i]
        if x in ends or self.estimate.status == "one-sided":
            return []
        one_sided = partial(numeric_derivative, self.floats, self.point, self.i, domain=ends, accuracy=self.accuracy)
        return [one_sided(side=side) for side in (-1, 1)]

    @cached_property
    def low_precision(self) -> bool:
        """Whether f has hardly more digits than a float32."""
        return max(self.noise, self.accuracy * self.size) > FEW_DIGITS * abs(self.floats(*self.point))

    @cached_property
    def unseen(self) -> float:
        """The slope that single precision may hide: f can stay constant over wide steps and show no rounding."""
        x, reach = self.point[self.i], self.reach
        values = [self._at(x + sign * reach * far) for far in FAR for sign in (-1, 1)]
        long = [v for v in values if math.isfinite(v) and not is_short(v)]
        if len(set(long)) < 2 or not all(is_single(v) for v in long):
            return 0.0
        return SAFETY * SINGLE * abs(self.floats(*self.point)) / reach

    @property
    def vanishes(self) -> bool:
        """Whether f is 0 here and nearby, as where one term absorbs another."""
        return self.stands_still and self.floats(*self.point) == 0.0

    @cached_property
    def change(self) -> float:
        """The slope of f over a fraction of |x|: f itself may be 0."""
        x, part = self.point[self.i], self.reach / 1024
        changes = [abs(self._at(t) - self._at(x)) for t in (x - part, x + part)]
        return max([TINIEST, *(c / part for c in changes if math.isfinite(c))])

    @cached_property
    def variation(self) -> float:
        """The slope of f over its reach, or over a fraction of it: a large f may hardly depend on this operand."""
        x = self.point[self.i]
        changes = [
            abs(self._at(x + sign * part * self.reach) - self._at(x)) / part for part in PARTS for sign in (-1, 1)
        ]
        return max([self.change, *(c / self.reach for c in changes if math.isfinite(c))])

    @property
    def slope(self) -> float:
        """A bound on the slope of f over |x|, and over a fraction of it."""
        return max(self.size / self.reach, self.change)

    @cached_property
    def level_afar(self) -> float:
        """The size of f far away, within its domain."""
        return level(Slice(self.floats, self.point, self.i, self.domain.ends()), self.point[self.i])

    @cached_property
    def slope_afar(self) -> float:
        """The slope from an f that is 0 here, up to rounding, to its values far away, as on a hinge; otherwise 0.0."""
        is_zero = abs(self.floats(*self.point)) <= SAFETY * EPSILON * self.level_afar
        return self.level_afar / self.reach if is_zero else 0.0

    @cached_property
    def stands_still(self) -> bool:
        """Whether f is constant over steps that even 24-bit numbers resolve: it may be a staircase."""
        x = self.point[self.i]
        beside = [t for t in (x - x * COARSEST, x + x * COARSEST) if t in self.domain]
        return x != 0.0 and all(self._at(t) == self._at(x) for t in beside)

    @cached_property
    def hidden(self) -> float:
        """The slope that rounding may hide where f is constant, if terms as large as f far away cancel here."""
        x, step = self.point[self.i], abs(self.point[self.i]) * COARSEST
        while step < abs(x) / 4 and self._at(x - 2 * step) == self._at(x + 2 * step) == self._at(x):
            step *= 2
        return SAFETY * EPSILON * max(abs(x), self.level_afar) / step if step else 0.0

    @cached_property
    def on_a_tooth(self) -> bool:
        """Whether f is so small relative to x that it may be the rounding of larger terms, and jumps close by."""
        x, wider = self.point[self.i], [abs(self.point[self.i]) * relative for relative in OVER_TEETH]
        g = Slice(self.floats, self.point, self.i, self.domain.ends())
        return abs(g(x)) <= CANCELLED * abs(x) and is_a_tooth(g, x, self.estimate.value, 0.0, wider)

    def is_choice(self, derivative: float, sides: Sequence[float], domains: Sequence[Interval]) -> bool:
        """Whether a derivative is between these slopes and those at points nearby, where numbers no longer tie.

        A median of equal numbers has slopes of 0 and 1 there. Closer points must show as wide a spread: if not, f is
        only curved.
        """
        slopes, beside = list(sides), self._slopes_beside(domains, BESIDE)
        for moves in range(len(PLACES) + 1):
            vague = ANOTHER * _spread(slopes)
            if min(slopes) - vague <= derivative <= max(slopes) + vague:
                close = [*sides, *islice(self._slopes_beside(domains, CLOSE), moves)]
                return 2 * _spread(close) >= _spread(slopes)
            slopes.append(next(beside, sides[0]))
        return False

    def _slopes_beside(self, domains: Sequence[Interval], distance: float) -> Iterator[float]:
        """The derivatives at points where all numbers are moved apart, and this one to several places among them."""
        chance = random.Random(len(self.point))
        for place in PLACES if len(self.point) > 1 else ():
            point = [*self.point]
            for k, (x, domain) in enumerate(zip(self.point, domains)):
                move = (place if k == self.i else chance.uniform(-1.0, 1.0)) * distance * max(abs(x), 1.0)
                point[k] = next((t for t in (x + move, x - move) if t in domain), x)
            x, step = point[self.i], NEAR * distance * max(abs(point[self.i]), 1.0)
            inside = [side for side in (-1, 1) if x + side * step in self.domain]
            slope, _ = tableau(Slice(self.floats, point, self.i), x, step, sum(inside), 0.0, ROWS)
            yield slope if math.isfinite(slope) else self.estimate.value

    @cached_property
    def slopes_around(self) -> list[float]:
        """The derivatives a little to the left and to the right, if both are found: a kink may lie in between."""
        x, found = self.point[self.i], []
        for side in (-1, 1):
            moved = x + side * (abs(x) or 1.0) * AROUND
            if moved not in self.domain:
                return []
            point = [*self.point[: self.i], moved, *self.point[self.i + 1 :]]
            estimate = numeric_derivative(self.floats, point, self.i, side=side, domain=self.domain.ends())
            if not estimate.bound <= SURE * abs(estimate.value) and (estimate.value or estimate.bound > TINIEST * 4):
                return []
            found.append(estimate.value)
        return found

    def is_beside_kink(self, derivative: float) -> bool:
        """Whether a kink is so close, a float or two away, that no step fits, and a derivative matches one side."""
        slopes, alike = self.slopes_around, partial(math.isclose, rel_tol=ANOTHER, abs_tol=4 * TINIEST)
        return any(alike(derivative, slope) for slope in slopes) and not alike(*slopes)

    @cached_property
    def jumps(self) -> bool:
        """Whether f jumps here: its values on one side lie apart from those on the other, or from the value here.

        Next to a pole it jumps from one float to the next. Rounding scatters the values on one side as far as from one
        side to the other; in low precision they move as far again over wider steps.
        """
        if self.estimate.status == "singular":
            return True
        x = self.point[self.i]
        sides = []
        for sign in (-1, 1):
            values = [self._at(x + sign * (abs(x) or 2.0**-900) * 2.0**-k) for k in (50, 47, 44, 40, 36)]
            if all(map(math.isfinite, values)):
                sides.append(values)
        here = [self._at(x)]
        wider = max((self._change((abs(x) or 2.0**-900) * 2.0**-k) for k in (24, 22)), default=0.0)
        pairs = [(here, side) for side in sides] + ([(sides[0], sides[1])] if len(sides) == 2 else [])
        return any(_apart(*pair, wider) for pair in pairs)

    def _change(self, h: float) -> float:
        """How far f moves between a distance from the point and twice that distance."""
        x = self.point[self.i]
        changes = [abs(self._at(x + sign * h) - self._at(x + sign * 2 * h)) for sign in (-1, 1)]
        return max(filter(math.isfinite, changes), default=0.0)

    @cached_property
    def isolated(self) -> bool:
        """Whether f has no values next to the point: (-1)**y is real only for whole y."""
        if self.exact is not None:
            return self.exact.hull is None and not self.exact.jumps
        x = self.point[self.i]
        return all(math.isnan(self._at(math.nextafter(x, end))) for end in (-math.inf, math.inf))

    def _at(self, t: float) -> float:
        if t not in self.domain:
            return math.nan
        operands = list(self.point)
        operands[self.i] = t
        try:
            return self.floats(*operands)
        except Exception as error:  # raised by the user's function
            if not has_no_value(error):
                raise
            return math.nan

    @cached_property
    def diverges(self) -> float:
        """The infinity that quotients tend to as steps shrink, by growing or nearly equal amounts; otherwise 0.0."""
        x = self.point[self.i]
        quotients = [self._quotient((abs(x) or 1.0) * 2.0**-k) for k in (10, 20, 30, 40, 50)]
        changes = [b - a for a, b in pairwise(quotients)]
        grow = min(changes) > 0.0 or max(changes) < 0.0
        grow = grow and all(abs(b) >= LIKE_A_LOGARITHM * abs(a) for a, b in pairwise(changes))
        return math.copysign(math.inf, changes[0]) if grow else 0.0

    def _quotient(self, h: float) -> float:
        x = self.point[self.i]
        quotients = [(self._at(t) - self._at(x)) / (t - x) for t in (x - h, x + h) if t != x]
        return max((q for q in quotients if not math.isnan(q)), key=abs, default=0.0)


def _spread(slopes: Sequence[float]) -> float:
    return max(slopes) - min(slopes)


def _apart(some: Sequence[float], others: Sequence[float], wider: float) -> bool:
    """Whether two groups of values lie much further apart than those within each, and than f moves over wide steps."""
    gap = max(min(some) - max(others), min(others) - max(some))
    within = max(max(group) - min(group) for group in (some, others))
    return gap > SCATTER * max(within, wider, EPSILON * max(map(abs, (*some, *others))))

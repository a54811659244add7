"""Evidence for a derivative, found without differentiation: the answers of both oracles, each computed on demand."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from itertools import pairwise
from typing import Any

from autograd.primitives.table import Interval
from autograd.testing.domains import REALS
from autograd.testing.functions import SECOND, Function, by_forward, by_reverse
from autograd.testing.noise import EPSILON, rounding_beside
from autograd.testing.oracle import Estimate, numeric_derivative
from autograd.testing.precise import Exact, precise_derivative, precise_value, rounding_of
from autograd.testing.underflow import TINIEST, second_underflow_of, underflow_of

ALIKE = 64.0  # sizes within this factor of each other count as alike
COARSEST = 2.0**-22  # a step, relative to |x|
FEW_DIGITS = 2.0**-36
ANOTHER = 1e-6  # values that differ by more than this, relative to them and to 1, differ by more than rounding


@dataclass
class Evidence:
    """Evidence for ∂f/∂xᵢ at a point, from values of f; `rounding` is how far floats may move that derivative."""

    floats: Callable[..., float]
    numbers: Callable[..., Any] | None  # f on mpmath's numbers
    point: list[float]
    i: int
    domain: Interval
    rounding: Callable[[], float | None] = lambda: None
    precise_first: bool = False
    given: bool = False  # whether the derivative is supplied by the user
    scale: float = 0.0  # the largest change of f along any operand
    extra_digits: bool = False  # whether `exact` has been computed with more digits

    @cached_property
    def estimate(self) -> Estimate:
        return numeric_derivative(self.floats, self.point, self.i, domain=self.domain.ends())

    @cached_property
    def exact(self) -> Exact | None:
        if self.numbers is None:
            return None
        try:
            found = precise_derivative(self.numbers, self.point, self.i, self.domain, extra_digits=self.extra_digits)
            return None if found and self._takes_another_way(self.numbers) else found
        except ImportError:  # without mpmath the first oracle stands alone
            return None

    def confirm(self) -> bool:
        """Recompute `exact` with extra digits, once; return whether they leave it unchanged."""
        if self.extra_digits:
            return True
        before, self.extra_digits = self.exact, True
        del self.exact
        return self.exact == before

    def _takes_another_way(self, numbers: Callable[..., Any]) -> bool:
        """Whether f differs on mpmath's numbers by more than rounding: they lack -0.0, where atan2 changes branch."""
        value, here = precise_value(numbers, self.point), self._at(self.point[self.i])
        return value is not None and abs(value - here) > ANOTHER * max(abs(value), abs(here), 1.0)

    @property
    def reach(self) -> float:
        """|x|, or 1 if that is less: the distance over which f may change."""
        return max(abs(self.point[self.i]), 1.0)

    @cached_property
    def size(self) -> float:
        """How large f is, or its change along any operand: its terms may cancel here."""
        terms, operands = self.noise / EPSILON, max(1.0, *map(abs, self.point))
        cancel = operands / ALIKE <= terms <= operands * ALIKE
        return max(abs(self.floats(*self.point)), self.scale, terms if cancel else 0.0)

    @cached_property
    def noise(self) -> float:
        """How far rounding moves f near the point."""
        return rounding_beside(self.floats, self.point, self.i, self.domain.ends())

    @cached_property
    def low_precision(self) -> bool:
        """Whether f has hardly more digits than float32."""
        return self.noise > FEW_DIGITS * abs(self.floats(*self.point))

    @property
    def vanishes(self) -> bool:
        """Whether f is 0 here and nearby, as where one term absorbs another."""
        return self.stands_still and self.floats(*self.point) == 0.0

    @property
    def slope(self) -> float:
        """A bound for the slope of f over |x|."""
        return max(self.size, TINIEST) / self.reach

    @cached_property
    def stands_still(self) -> bool:
        """Whether f is constant over steps that even 24-bit numbers resolve: it may be a staircase."""
        x = self.point[self.i]
        beside = [t for t in (x - x * COARSEST, x + x * COARSEST) if t in self.domain]
        return x != 0.0 and all(self._at(t) == self._at(x) for t in beside)

    @cached_property
    def jumps(self) -> bool:
        """Whether f jumps here: its change does not shrink with the distance."""
        x = self.point[self.i]
        near, far = (self._change(max(abs(x), 2.0**-900) * step) for step in (2.0**-50, 2.0**-36))
        size = abs(self.floats(*self.point))
        return near > 1e3 * EPSILON * size and near > 0.5 * far

    def _change(self, h: float) -> float:
        x = self.point[self.i]
        values = [self._at(t) for t in (x - h, x, x + h) if t in self.domain]
        return 0.0 if any(map(math.isnan, values)) else max(values) - min(values)

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
        except (ValueError, ArithmeticError):
            return math.nan

    @cached_property
    def diverges(self) -> float:
        """The infinity that quotients tend to as steps shrink; 0.0 if they do not."""
        x = self.point[self.i]
        quotients = [self._quotient((abs(x) or 1.0) * 2.0**-k) for k in (20, 30, 40, 50)]
        grow = all(abs(b) > 4 * abs(a) > 0.0 and a * b > 0 for a, b in pairwise(quotients))
        return math.copysign(math.inf, quotients[0]) if grow else 0.0

    def _quotient(self, h: float) -> float:
        x = self.point[self.i]
        quotients = [(self._at(x + step) - self._at(x)) / step for step in (-h, h)]
        return max((q for q in quotients if not math.isnan(q)), key=abs, default=0.0)


def first_evidence(function: Function, domains: Sequence[Interval]) -> list[Evidence]:
    """Evidence for every ∂f/∂xᵢ."""

    @cache
    def rounding() -> list[float] | None:
        moved = [rounding_of(partial(mode, function), function.flat) for mode in (by_reverse, by_forward)]
        worst = [max(both) for both in zip(*filter(None, moved))]
        return [noise + lost for noise, lost in zip(worst, underflow_of(function))] if worst else None

    def of(i: int) -> Evidence:
        def moves() -> float | None:
            found = rounding()
            return found[i] if found else None

        return Evidence(function.on_floats, function, function.flat, i, domains[i], moves)

    return [of(i) for i in range(len(function.flat))]


class SecondEvidence:
    """Evidence for every ∂²f/∂xᵢ∂xⱼ, from first derivatives as functions of numbers, which order 1 has checked."""

    def __init__(self, function: Function, domains: Sequence[Interval] = ()) -> None:
        self.function = function
        self.domains = domains or [REALS] * len(function.flat)
        self._gradients: dict[Any, list[Any]] = {}
        self._known: dict[tuple[int, int], Evidence] = {}

    def __getitem__(self, place: tuple[int, int]) -> Evidence:
        if place not in self._known:
            i, j = place
            self._known[place] = Evidence(
                lambda *xs: float(self._gradient(xs)[i]),
                lambda *xs: self._gradient(xs)[i],
                self.function.flat,
                j,
                self.domains[j],
                lambda: self._rounding[i][j] if self._rounding else None,
                precise_first=True,
            )
        return self._known[place]

    def _gradient(self, numbers: tuple[Any, ...]) -> list[Any]:
        """The first derivatives at a point, cached: every ∂/∂xᵢ asks for the same points along xⱼ."""
        key = (*numbers, getattr(numbers[0], "context", None) and numbers[0].context.prec)
        if key not in self._gradients:
            self._gradients[key] = by_reverse(self.function, numbers)
        return self._gradients[key]

    @cached_property
    def _rounding(self) -> list[list[float]] | None:
        function, count = self.function, len(self.function.flat)
        modes = [mode for names in SECOND.values() for mode in names.values()]  # each adds up in its own order
        found = [moved for mode in modes if (moved := rounding_of(partial(_flattened, mode, function), function.flat))]
        if not found:
            return None
        worst = [max(moved) for moved in zip(*found)]
        return [
            [worst[i * count + j] + lost for j, lost in enumerate(row)]
            for i, row in enumerate(second_underflow_of(function))
        ]


def _flattened(mode: Callable[..., Any], function: Function, numbers: Any) -> list[Any]:
    return [d for row in mode(function, numbers) for d in row]

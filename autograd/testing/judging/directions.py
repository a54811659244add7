"""Verifies many derivatives at once, along random directions; single checks then only have to name the culprit.

Each derivative of a group has the same share of the change along a direction, so that no larger one hides it.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Callable, Sequence

from autograd.primitives.table import Interval
from autograd.testing.oracles.noise import Slice
from autograd.testing.oracles.oracle import TIGHT, Estimate, smooth_derivative

FEWEST = 4  # numbers from which directions pay
DIRECTIONS = 2  # for each group: errors may cancel along one
ALIKE = 100.0  # the elasticities x·∂f/∂x of a group are within this factor
SHARE = 1e-5  # the largest bound, relative to the share of one derivative
STEPS = (0.0, *(sign * 2.0**-k for k in (6, 9, 13, 20, 30, 40) for sign in (-1, 1)))
ROOM = 2.0**-4  # how far a number moves, relative to itself, with some to spare
ORACLE = "Ridders' extrapolation along random directions"


class Directions:
    """The directions at a point, made from one gradient; the derivative along each is computed once."""

    def __init__(self, f: Callable[..., float], point: Sequence[float], domains: Sequence[Interval]) -> None:
        self.f, self.point = f, list(point)
        self.sizes = [abs(x) or 1.0 for x in point]
        self.may_move = [
            all(x + sign * ROOM * size in domain for sign in (-1, 1))
            for x, size, domain in zip(point, self.sizes, domains)
        ]
        self.known: dict[tuple[float, ...], Estimate | None] = {}

    def verified(self, gradient: Sequence[float]) -> set[int]:
        """The indices of the derivatives that are right; all others must be checked one by one."""
        groups: dict[int | None, list[int]] = defaultdict(list)
        for i, d in enumerate(gradient):
            if self.may_move[i] and (d == 0.0 or 0.0 < abs(d) * self.sizes[i] < math.inf):
                groups[math.floor(math.log(abs(d) * self.sizes[i], ALIKE)) if d else None].append(i)
        right: set[int] = set()
        for group in groups.values():
            if len(group) >= FEWEST and self._is_right(group, gradient):
                right.update(group)
        return right

    def _is_right(self, group: Sequence[int], gradient: Sequence[float]) -> bool:
        chance = random.Random(len(group))  # the same directions in every run
        share = min(abs(gradient[i]) * self.sizes[i] for i in group)
        for _ in range(DIRECTIONS):
            direction = [0.0] * len(self.point)
            for i in group:
                part = chance.choice((-1.0, 1.0)) * chance.uniform(0.5, 1.0)
                direction[i] = part * (share / abs(gradient[i]) if share else self.sizes[i])
            expected = math.fsum(v * d for v, d in zip(direction, gradient) if v)
            if not self._agrees(tuple(direction), expected, share):
                return False
        return True

    def _agrees(self, direction: tuple[float, ...], expected: float, share: float) -> bool:
        """Whether f has this derivative along a direction; a zero one agrees only if f does not change at all."""
        along = self._along(direction)
        if share == 0.0:
            return len({along(1.0 + step) for step in STEPS}) == 1
        if direction not in self.known:
            self.known[direction] = smooth_derivative(along, 1.0, SHARE * share / 2)
        found = self.known[direction]
        return found is not None and abs(found.value - expected) <= found.bound + TIGHT * share <= SHARE * share

    def _along(self, direction: tuple[float, ...]) -> Slice:
        """f along a direction: t ↦ f(x + (t - 1)·v), near t = 1, where t is rounded as x is."""
        moving = list(zip(self.point, direction))
        return Slice(lambda t: self.f(*(x + (t - 1.0) * v if v else x for x, v in moving)), [1.0], 0)

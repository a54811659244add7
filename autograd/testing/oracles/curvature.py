"""Evidence for second derivatives from values of f alone: a supplied first derivative cannot vouch for its own slope.

As the numbers of f move by ±√s, its values add up to a smooth function of s, whose slope at 0 is ∂²f/∂xᵢ∂xⱼ. The
oracles of first derivatives can find that slope, on floats and in fifty digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from autograd.primitives.table import Interval
from autograd.testing.arguments.functions import Function
from autograd.testing.oracles.evidence import Evidence
from autograd.testing.oracles.noise import Slice, rounding
from autograd.testing.oracles.oracle import ROWS, Estimate
from autograd.testing.oracles.precise import Exact
from autograd.testing.oracles.quotients import NOT_FOUND, SHRINK, tableau

TIGHT = 1e-6  # a bound so small that no other steps are tried, relative to the derivative
LEAST_ROOM = 2.0**-20  # the least room that a domain must leave on both sides of a number, relative to it
STEPS = [2.0**-k for k in (14, 10, 7, 5, 3, 2)]  # at an end, relative to the reach of f
FROM_ZERO = Interval("[0, 1]")


@dataclass
class AtEnd(Evidence):
    """Evidence for a second derivative at an end of a domain, where f moves to one side only."""

    found: Estimate | None = field(default=None, kw_only=True)

    @cached_property
    def estimate(self) -> Estimate:
        """The estimate that was found."""
        assert self.found is not None
        return self.found


@dataclass
class Curvature(Evidence):
    """Evidence for a second derivative: s is one-sided, but f moves to both sides."""

    closer: Evidence | None = field(default=None, kw_only=True)  # the same, by steps relative to x instead of 1

    @cached_property
    def estimate(self) -> Estimate:
        """The better estimate of the two kinds of step: f may depend on 1 + x, or on log x."""
        found = super().estimate
        if self.closer is not None and not found.bound <= TIGHT * abs(found.value):
            found = min(found, self.closer.estimate, key=lambda one: one.bound)
        return (
            replace(found, left=found.value, right=found.value, status="ok") if found.status == "one-sided" else found
        )

    @cached_property
    def exact(self) -> Exact | None:
        """The derivative in fifty digits."""
        found = super().exact
        return None if found is None else replace(found, left=found.right)


def curvature(function: Function, domains: Sequence[Interval], i: int, j: int, accuracy: float) -> Evidence:
    """Evidence for ∂²f/∂xᵢ∂xⱼ; at an end of a domain f moves to one side only."""
    places = dict.fromkeys((i, j))
    room = {k: min(function.flat[k] - domains[k].low, domains[k].high - function.flat[k]) for k in places}
    if any(room[k] <= LEAST_ROOM * abs(function.flat[k]) for k in places):
        found = _at_end(function, domains, i, j)
        return AtEnd(function.remembered, None, function.flat, j, domains[j], accuracy=accuracy, found=found)

    def along(sizes: dict[int, float]) -> dict[str, Any]:
        reach = {k: min(size, room[k]) * (1 - LEAST_ROOM) for k, size in sizes.items()}
        values = _symmetric(function, i, j, reach)
        return {"floats": values, "numbers": values, "accuracy": accuracy}

    sizes = {k: abs(function.flat[k]) or 1.0 for k in places}
    if min(sizes.values()) >= 1.0:
        return Curvature(point=[0.0], i=0, domain=FROM_ZERO, **along(sizes))
    closer = Evidence(point=[0.0], i=0, domain=FROM_ZERO, **along(sizes))
    further = along({k: max(size, 1.0) for k, size in sizes.items()})
    return Curvature(point=[0.0], i=0, domain=FROM_ZERO, closer=closer, **further)


def _symmetric(function: Function, i: int, j: int, reach: dict[int, float]) -> Callable[[Any], Any]:
    """s ↦ the sum of f around x, where number k moves by ±√s·reach[k], divided by the product of both reaches."""
    area = reach[i] * reach[j]

    def around(s: Any) -> Any:
        root = s**0.5
        is_float = isinstance(s, float)
        f = function.remembered if is_float else function
        here = [x if is_float else x + 0 * s for x in function.flat]  # numbers of the kind of s

        def at(a: float, b: float) -> Any:
            moved = [*here]
            moved[i] += a * reach[i] * root
            if i != j:
                moved[j] += b * reach[j] * root
            return f(*moved)

        if i == j:
            return (at(1, 1) + at(-1, -1)) / area
        return (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1) + 4 * at(0, 0)) / (4 * area)  # 4·f shows the size of f

    return around


def _at_end(function: Function, domains: Sequence[Interval], i: int, j: int) -> Estimate:
    """∂²f/∂xᵢ∂xⱼ from steps away from the closer ends, by Ridders' tableau of t ↦ Δᵢ Δⱼ f / t, from narrow to wide."""
    x, reach, known, noise = function.flat, {}, [], 0.0
    for k in dict.fromkeys((i, j)):
        low, high = domains[k].ends()
        inward = 1 if x[k] - low < high - x[k] else -1
        reach[k] = inward * min(max(abs(x[k]), 1.0), (high - low) / 2)
        along = Slice(function.remembered, x, k, (low, high))
        noise = max(noise, *(found for _, found in rounding(along, x[k], abs(reach[k]), inward)))
        known.append(along)

    def twice(t: float) -> float:
        def at(a: float, b: float) -> float:
            moved = [*x]
            moved[i] += a * reach[i] * t
            moved[j] += b * reach[j] * t
            return function.remembered(*moved)

        return (at(1, 1) - at(1, 0) - at(0, 1) + at(0, 0)) / (t * reach[i] * reach[j]) if t else 0.0

    g, best = Slice(twice, [0.0], 0), NOT_FOUND
    for step in STEPS:
        per_step = 4 * noise * SHRINK**ROWS / (step * abs(reach[i] * reach[j]))  # twice is divided by its last step
        value, bound = tableau(g, 0.0, step, 1, per_step, ROWS)
        if math.isfinite(best[1]) and abs(value - best[0]) > bound + best[1]:
            break
        best = min(best, (value, bound), key=lambda one: one[1])
    value, bound = best
    return Estimate(value, bound, value, value, len(g.known), "ok" if math.isfinite(bound) else "inconclusive")

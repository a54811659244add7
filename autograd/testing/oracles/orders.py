"""The evidence for every derivative of a function, of first and second order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, cached_property, partial
from typing import Any

from autograd.primitives.table import Interval
from autograd.testing.arguments.domains import REALS
from autograd.testing.arguments.functions import SECOND_ORDER, Function, by_forward, by_reverse
from autograd.testing.oracles.evidence import Evidence
from autograd.testing.oracles.precise import rounding_of
from autograd.testing.oracles.underflow import second_underflow_of, underflow_of


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

        return Evidence(function.remembered, function, function.flat, i, domains[i], moves)

    return [of(i) for i in range(len(function.flat))]


class SecondEvidence:
    """Evidence for every ∂²f/∂xᵢ∂xⱼ, from first derivatives as functions of numbers, which order 1 has checked.

    `gradient` is the first derivatives that the user supplied, on floats; without it the engine's are used.
    """

    def __init__(
        self,
        function: Function,
        domains: Sequence[Interval] = (),
        gradient: Callable[[Sequence[float]], list[float]] | None = None,
        accuracy: float = 0.0,
    ) -> None:
        self.function, self.gradient, self.accuracy = function, gradient, accuracy
        self.domains = domains or [REALS] * len(function.flat)
        self._gradients: dict[Any, list[Any]] = {}
        self._known: dict[tuple[int, int], Evidence] = {}

    def __getitem__(self, place: tuple[int, int]) -> Evidence:
        if place not in self._known:
            i, j = place
            self._known[place] = Evidence(
                lambda *xs: float(self._gradient(xs)[i]),
                None if self.gradient else lambda *xs: self._gradient(xs)[i],
                self.function.flat,
                j,
                self.domains[j],
                lambda: self._rounding[i][j] if self.gradient is None and self._rounding else None,
                precise_first=self.gradient is None,
                accuracy=self.accuracy,
                given=self.gradient is not None,
            )
        return self._known[place]

    def _gradient(self, numbers: tuple[Any, ...]) -> list[Any]:
        """The first derivatives at a point, cached: every ∂/∂xᵢ needs the same points along xⱼ."""
        key = (*numbers, getattr(numbers[0], "context", None) and numbers[0].context.prec)
        if key not in self._gradients:
            self._gradients[key] = (self.gradient or partial(by_reverse, self.function))(numbers)
        return self._gradients[key]

    @cached_property
    def _rounding(self) -> list[list[float]] | None:
        function, count = self.function, len(self.function.flat)
        modes = [mode for names in SECOND_ORDER.values() for mode in names.values()]  # each adds up in its own order
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

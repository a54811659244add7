"""The local derivatives of a norm or a logsumexp of many numbers, all together: common parts are computed once.

One by one, each would be an operation on all of the numbers. The formulas are those of `rolling.sequences`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf, nan
from typing import TYPE_CHECKING

from autograd.compiler.rolling.sequences import TINY, by_infinities, infinities, is_infinite

if TYPE_CHECKING:
    from autograd.compiler.programs.building import ProgramBuilder

LEAST_NUMBERS = 8  # for fewer numbers, local derivatives are computed one by one


class Slopes:
    """Writes the local derivatives of z = op(xs) into a program; `safe` ones keep the engine's limits at infinity."""

    def __init__(self, builder: ProgramBuilder, xs: Sequence[int], z: int, safe: bool) -> None:
        self.builder, self.xs, self.z, self.safe = builder, xs, z, safe
        self.constant = builder.constant
        self.zero, self.one = self.constant(0.0), self.constant(1.0)

    def emit(self, op: str, *operands: int) -> int:
        return self.builder.emit(op, operands)

    def where(self, condition: int, a: int, b: int) -> int:
        return self.emit("where", condition, a, b)

    def directions(self) -> list[int]:
        """xᵢ / z for every i; 0 at the zero vector."""
        if not self.safe:
            return self._quotients(self.xs, self.z)
        constant = self.constant
        tiny = self.where(self.emit("<=", self.z, constant(TINY)), constant(2.0**600), self.one)
        scale = self.where(is_infinite(self, self.z), constant(0.25), tiny)
        scaled = [self.emit("multiply", x, scale) for x in self.xs]
        finite = self._quotients(scaled, self.emit("norm", *scaled))
        sizes = [self.emit("abs", x) for x in self.xs]
        infinite, count = [is_infinite(self, x) for x in sizes], infinities(self, sizes)
        nothing = self.emit("multiply", count, self.zero)  # 0, or NaN
        one = [self.where(here, self.emit("sign", x), nothing) for here, x in zip(infinite, self.xs)]
        several = [self.where(here, constant(nan), nothing) for here in infinite]
        return [by_infinities(self, count, *parts) for parts in zip(finite, one, several)]

    def softmaxes(self) -> list[int]:
        """exp(xᵢ) / Σ exp(xⱼ) for every i; the rounding of z cancels."""
        powers = [self.emit("exp", self.emit("subtract", x, self.z)) for x in self.xs]
        total = self.emit("sum", *powers)
        usual = [self.emit("divide", x, total) for x in powers]
        if not self.safe:
            return usual
        count, none = infinities(self, self.xs), self.constant(nan)
        limits = [self.where(is_infinite(self, x), self.one, self.zero) for x in self.xs]
        return [by_infinities(self, count, p, limit, none) for p, limit in zip(usual, limits)]

    def _quotients(self, xs: Sequence[int], z: int) -> list[int]:
        """xᵢ / z for every i; NaN where z may have lost digits, and x / inf where z is 0."""
        rare = self.where(self.emit("==", z, self.zero), self.constant(inf), self.constant(nan))
        length = self.where(self.emit(">", z, self.constant(TINY)), z, rare)
        return [self.emit("divide", x, length) for x in xs]


SLOPES: dict[str, Callable[[Slopes], list[int]]] = {"norm": Slopes.directions, "logsumexp": Slopes.softmaxes}

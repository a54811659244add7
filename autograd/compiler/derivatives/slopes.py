"""The local derivatives of a norm or a logsumexp of many numbers, all together: what they share is computed once.

One by one, each would be an operation on all of the numbers. Their formulas are those of `rolling.sequences`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf, nan
from typing import TYPE_CHECKING

from autograd.compiler.rolling.sequences import TINY

if TYPE_CHECKING:
    from autograd.compiler.programs.building import ProgramBuilder

LEAST_NUMBERS = 8  # numbers; fewer have their local derivatives one by one


class Slopes:
    """Writes the local derivatives of z = op(xs) into a program; `safe` ones keep the engine's limits at infinity."""

    def __init__(self, builder: ProgramBuilder, xs: Sequence[int], z: int, safe: bool) -> None:
        self.builder, self.xs, self.z, self.safe = builder, xs, z, safe
        self.zero, self.one = builder.constant(0.0), builder.constant(1.0)

    def emit(self, op: str, *operands: int) -> int:
        return self.builder.emit(op, operands)

    def where(self, condition: int, a: int, b: int) -> int:
        return self.emit("where", condition, a, b)

    def directions(self) -> list[int]:
        """xᵢ / z for every i; 0 at the zero vector."""
        if not self.safe:
            return self._quotients(self.xs, self.z)
        constant = self.builder.constant
        tiny = self.where(self.emit("<=", self.z, constant(TINY)), constant(2.0**600), self.one)
        scale = self.where(self._is_infinite(self.z), constant(0.25), tiny)
        scaled = [self.emit("multiply", x, scale) for x in self.xs]
        finite = self._quotients(scaled, self.emit("norm", *scaled))
        infinite = [self._is_infinite(self.emit("abs", x)) for x in self.xs]
        count = self._counted(infinite)
        nothing = self.emit("multiply", count, self.zero)  # 0, or NaN
        one = [self.where(here, self.emit("sign", x), nothing) for here, x in zip(infinite, self.xs)]
        several = [self.where(here, constant(nan), nothing) for here in infinite]
        return [self._by_count(count, *parts) for parts in zip(finite, one, several)]

    def softmaxes(self) -> list[int]:
        """exp(xᵢ) / Σ exp(xⱼ) for every i; that z is rounded cancels."""
        powers = [self.emit("exp", self.emit("subtract", x, self.z)) for x in self.xs]
        total = self.emit("sum", *powers)
        usual = [self.emit("divide", x, total) for x in powers]
        if not self.safe:
            return usual
        infinite = [self._is_infinite(x) for x in self.xs]
        count, none = self._counted(infinite), self.builder.constant(nan)
        return [self._by_count(count, p, self.where(x, self.one, self.zero), none) for p, x in zip(usual, infinite)]

    def _quotients(self, xs: Sequence[int], z: int) -> list[int]:
        """NaN where z may have lost digits."""
        constant = self.builder.constant
        rare = self.where(self.emit("==", z, self.zero), constant(inf), constant(nan))
        length = self.where(self.emit(">", z, constant(TINY)), z, rare)
        return [self.emit("divide", x, length) for x in xs]

    def _is_infinite(self, x: int) -> int:
        return self.emit("==", x, self.builder.constant(inf))

    def _counted(self, infinite: Sequence[int]) -> int:
        """How many numbers are infinite; NaN if any is NaN."""
        flags = [self.where(here, self.one, self.zero) for here in infinite]
        return self.emit("sum", *[self.where(self.emit("==", x, x), flag, x) for x, flag in zip(self.xs, flags)])

    def _by_count(self, count: int, none: int, one: int, several: int) -> int:
        some = self.where(self.emit("==", count, self.one), one, several)
        return self.where(self.emit("==", count, self.zero), none, some)


SLOPES: dict[str, Callable[[Slopes], list[int]]] = {"norm": Slopes.directions, "logsumexp": Slopes.softmaxes}

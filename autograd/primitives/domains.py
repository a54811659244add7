"""Where an operation is defined, and where it has no derivative."""

from __future__ import annotations

import math
from collections.abc import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Interval:
    """A set of operands, written as in mathematics: "(0, inf]" is open at 0 and closed at infinity."""

    __slots__ = ("high", "high_open", "low", "low_open", "text")

    def __init__(self, text: str) -> None:
        ends = text[1:-1].split(",")
        if text[:1] not in "[(" or text[-1:] not in ")]" or len(ends) != 2:
            raise ValueError(f"a domain must be written like '(0, inf]', got {text!r}")
        self.text = text
        self.low, self.high = float(ends[0]), float(ends[1])
        self.low_open, self.high_open = text[0] == "(", text[-1] == ")"

    def __repr__(self) -> str:
        return self.text

    def __contains__(self, x: Any) -> bool:
        above = x > self.low if self.low_open else x >= self.low
        below = x < self.high if self.high_open else x <= self.high
        return bool((above and below) or x != x)

    def ends(self) -> tuple[float, float]:
        """The least and the greatest float inside."""
        low = math.nextafter(self.low, math.inf) if self.low_open else self.low
        high = math.nextafter(self.high, -math.inf) if self.high_open else self.high
        return low, high


class Kink:
    """A place where an operation has no derivative; its rule returns the subgradient of least norm there.

    `where` describes the place, `at(*operands)` tests for it, and `partials` is what the rule returns at `example`.
    `sides` says which numbers are the mean of their sides there: the "partials" or the "value", as components of a
    direction, like the slope of |x|; or the partials of the "greater" or the "lesser" of two.
    """

    __slots__ = ("at", "example", "partials", "sides", "where")

    def __init__(
        self,
        where: str,
        at: Callable[..., bool],
        example: tuple[Any, ...],
        partials: tuple[float | None, ...],
        sides: str = "",
    ) -> None:
        self.where = where
        self.at = at
        self.example = example
        self.partials = partials
        self.sides = sides

    def __repr__(self) -> str:
        return f"Kink({self.where!r})"

"""The tables of objectives, residuals and textbook functions: each has a start and, where known, its least value."""

from collections.abc import Callable
from typing import Any, NamedTuple

Function = Callable[..., Any]


class Problem(NamedTuple):
    """A function, a point to differentiate it at, its least value and where that is."""

    function: Function
    start: list[float]
    least: float | None
    where: list[float] | None


OBJECTIVES: dict[str, Problem] = {}
RESIDUALS: dict[str, Problem] = {}
TEXTBOOK: dict[str, Problem] = {}


def _into(table: dict[str, Problem]) -> Callable[..., Callable[[Function], Function]]:
    def declare(
        start: list[float], least: float | None = None, where: list[float] | None = None
    ) -> Callable[[Function], Function]:
        def keep(function: Function) -> Function:
            table[function.__name__] = Problem(function, start, least, where)
            return function

        return keep

    return declare


objective, residuals, textbook = _into(OBJECTIVES), _into(RESIDUALS), _into(TEXTBOOK)

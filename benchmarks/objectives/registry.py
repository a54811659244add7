"""The tables of objectives, residuals and textbook functions: each has a start and, where known, its least value."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

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


def half_sum_of_squares(f: Function) -> Function:
    """The objective of residuals."""
    return lambda x: 0.5 * sum([v * v for v in f(x)])


def problems() -> dict[str, Problem]:
    """Every function by a name, residuals from two starts as one number each."""
    found = {f"objective {name}": problem for name, problem in OBJECTIVES.items()}
    for name, problem in RESIDUALS.items():
        for scale in (1.0, 1.1):
            start = [scale * v for v in problem.start]
            found[f"residuals {name} × {scale}"] = Problem(half_sum_of_squares(problem.function), start, None, None)
    return found | {f"textbook {name}": problem for name, problem in TEXTBOOK.items()}


def argument(name: str, numbers: Any) -> Any:
    """A point as the function takes it: a list for `math` alone, else an array."""
    return list(numbers) if name.startswith("textbook") else np.array(numbers)

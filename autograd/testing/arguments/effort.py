"""Limits the cost of a check: counts calls of f, stops at a budget, and reports progress of a long check on stderr."""

from __future__ import annotations

import sys
import time

Budget = int | str | None  # calls, or a time like "10 s"

SILENT = 5.0  # seconds before the first line; each next one comes after twice the time


class Effort:
    """The calls and the time spent on one call of check_gradients, or one test."""

    def __init__(self, name: str, budget: Budget = None) -> None:
        self.name, self.calls, self.points = name, 0, 0
        self.most_calls, self.most_seconds = limits(budget)
        self.start = time.perf_counter()
        self.next = SILENT

    def call(self) -> None:
        """Count a call of f."""
        self.calls += 1
        if (seconds := time.perf_counter() - self.start) > self.next:
            self.next *= 2
            points = f", {self.points} points" if self.points else ""
            print(f"gradcheck {self.name}: {seconds:.0f} s, {self.calls:,} calls{points}", file=sys.stderr, flush=True)

    @property
    def spent(self) -> bool:
        """Whether the budget is used up."""
        return self.calls >= self.most_calls or time.perf_counter() - self.start >= self.most_seconds


def limits(budget: Budget) -> tuple[float, float]:
    """The most calls and the most seconds; ValueError for anything but a whole number of calls or a time in seconds.

    >>> limits(2000), limits("10 s")
    ((2000.0, inf), (inf, 10.0))
    """
    if budget is None:
        return float("inf"), float("inf")
    try:
        if isinstance(budget, str) and budget.endswith("s") and (seconds := float(budget[:-1])) > 0.0:
            return float("inf"), seconds
        if isinstance(budget, int) and not isinstance(budget, bool) and budget > 0:
            return float(budget), float("inf")
    except ValueError:
        pass
    raise ValueError(f'budget= must be a number of calls, such as 2000, or a time like "10 s"; got {budget!r}')

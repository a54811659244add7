"""Errors planted in right derivatives: each kind makes a wrong derivative of a right one, on a domain."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hypothesis import Phase, seed, settings

from autograd.testing import GradientMismatch, gradcheck
from benchmarks.kit.textbook import Row

NEW = settings(database=None, deadline=None, phases=[Phase.explicit, Phase.generate])
Slope = Callable[[float], float]

KINDS: dict[str, Callable[[Slope, float, float], Slope]] = {
    "sign": lambda slope, low, high: lambda x: -slope(x),
    "factor 2": lambda slope, low, high: lambda x: 2 * slope(x),
    "factor 1 + 1e-6": lambda slope, low, high: lambda x: (1 + 1e-6) * slope(x),
    "term": lambda slope, low, high: lambda x: slope(x) + 1e-3 * abs(slope((low + high) / 2)),
    "place": lambda slope, low, high: lambda x: slope(x + (high - x) / 100),
    "branch": lambda slope, low, high: lambda x: slope(x) * (1.1 if x > low + 0.8 * (high - low) else 1.0),
}


def ends(domain: str | None) -> tuple[float, float]:
    """The ends of a domain, or those of everyday numbers."""
    low, high = (float(end) for end in (domain or "[-10, 10]").strip("[]()").split(","))
    return low, high


def planted(row: Row) -> Iterator[tuple[str, Slope]]:
    """The wrong derivatives of a row that differ from the right one."""
    low, high = ends(row.domain)
    at = [low + (high - low) * k / 97 for k in range(1, 97)]
    for kind, make in KINDS.items():
        wrong = make(row.grad, low, high)
        if any(abs(wrong(x) - row.grad(x)) > 1e-7 * abs(row.grad(x)) for x in at):
            yield kind, wrong


def is_found(row: Row, wrong: Slope) -> bool:
    """Whether a test with default settings finds a wrong derivative."""
    try:
        seed(0)(NEW(gradcheck(row.f, domain=row.domain, grad=wrong)))()
    except GradientMismatch as mismatch:
        return mismatch.check is not None
    return False

"""Branches that the compiler reads, beside the same programs with `where` written by hand."""

import statistics
from collections.abc import Callable
from typing import Any

import autograd
from autograd import exp, maximum, sqrt, where
from benchmarks.python import ours
from benchmarks.python.cases import CASES, Case
from benchmarks.timing import cpu_seconds, missed

ROUNDS, CALLS = 15, 10
TARGET = 1.5


def tax_error(rates: Any, brackets: Any, income: Any, paid: Any) -> Any:
    """Section i of the programs: every side is computed, and one is chosen."""
    first = rates[0] * brackets[0]
    second = first + rates[1] * (brackets[1] - brackets[0])
    third = second + rates[2] * (brackets[2] - brackets[1])
    owed = third + rates[3] * (income - brackets[2])
    owed = where(income <= brackets[2], second + rates[2] * (income - brackets[1]), owed)
    owed = where(income <= brackets[1], first + rates[1] * (income - brackets[0]), owed)
    return (where(income <= brackets[0], rates[0] * income, owed) - paid) ** 2


def asian_knock_out(S0: Any, K: Any, r: Any, sigma: Any, T: Any, barrier: Any, normals: Any) -> Any:
    """Section l: every path goes on to the end, and is worth nothing if it once crossed the barrier."""
    dt = T / len(normals)
    S, total, is_alive = S0, 0.0, 1.0
    for z in normals:
        S = S * exp((r - sigma * sigma / 2) * dt + sigma * sqrt(dt) * z)
        is_alive = where(barrier < S, 0.0, is_alive)
        total = total + S
    return where(is_alive > 0.0, exp(-r * T) * maximum(total / len(normals) - K, 0.0), 0.0)


def main() -> None:
    """Print how long the programs take as they are written, over those by hand: CPU time, in turn."""
    for key, by_hand, rows in (("i", tax_error, 100_000), ("l", asian_knock_out, 10_000)):
        case = CASES[key]
        [arguments] = case.inputs(ours.function(case), rows, 1)
        calls = [_call(case, f, arguments) for f in (ours.function(case), by_hand)]
        apart = ours.difference(*[call() for call in calls])
        turns = [[cpu_seconds(lambda: [call() for _ in range(CALLS)]) for call in calls] for _ in range(ROUNDS)]  # noqa: B023
        ratio = statistics.median(written / other for written, other in turns)
        what = f"{case.name} over {rows:,} rows, over the same with `where` written by hand"
        print(f"{what}: {ratio:.2f}, target {TARGET:g}{missed(ratio > TARGET)}; they differ by {apart:.0e}")


def _call(case: Case, f: Callable[..., Any], arguments: list[Any]) -> Callable[[], Any]:
    fast = autograd.compile(f, rows=case.rows)
    return lambda: fast.value_and_grad(*arguments, argnums=case.argnums, reduce=case.reduce)

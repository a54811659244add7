"""python -m benchmarks kit: the kit on derivatives that other people wrote, and what a check costs."""

from __future__ import annotations

import functools
import time
import warnings
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

import numpy as np
from hypothesis import given, seed, settings

from autograd.testing import GradientMismatch, Report, Verdict, check_gradients, gradcheck, strategies
from benchmarks.kit import special, textbook
from benchmarks.kit.textbook import Row

SEEDS = 10
PROGRAMS = 10_000
NEW = {"database": None, "deadline": None}


class Counted:
    """A function that counts its calls."""

    def __init__(self, f: Callable[..., float]) -> None:
        functools.update_wrapper(self, f)
        self.f, self.calls = f, 0

    def __call__(self, *numbers: float) -> float:
        self.calls += 1
        return self.f(*numbers)


def main() -> None:
    """Print every table."""
    warnings.simplefilter("ignore")
    for title, rows in (("textbook functions", textbook.ROWS), ("functions of scipy.special", special.ROWS)):
        print_rows(title, rows)
    print_cost()
    print_programs()


def print_rows(title: str, rows: Sequence[Row]) -> None:
    """Which right derivatives fail, of tests with ten seeds each, and what a test costs."""
    failed: dict[str, str] = {}
    calls = []
    for row in rows:
        for number in range(SEEDS):
            f = Counted(row.f)
            test = settings(**NEW)(gradcheck(f, domain=row.domain, grad=row.grad))
            try:
                seed(number)(test)()
            except GradientMismatch as mismatch:
                failed.setdefault(row.name, str(mismatch).splitlines()[0])
            calls.append(f.calls)
    print(f"{title}: {len(rows) - len(failed)} of {len(rows)} pass on {SEEDS} seeds; {median(calls):.0f} calls a test")
    for name, message in failed.items():
        known = special.KNOWN.get(name, "")
        print(f"  {name}: {message}{known and f' ({known})'}")


def print_cost() -> None:
    """How many calls a derivative costs, alone and among a hundred, and how long a test of a slow function takes."""
    smooth = [row for row in special.ROWS if row.domain]
    calls = []
    for row in smooth:
        f = Counted(row.f)
        low, high = (float(end) for end in row.domain.strip("[]()").split(","))
        check_gradients(f, low + 0.37 * (high - low), grad=row.grad, domain=row.domain, inconclusive="ok")
        calls.append(f.calls)
    W, x = np.random.default_rng(0).normal(size=(10, 10)), np.linspace(-1.0, 1.0, 10)

    def cost(W: Any) -> float:
        return float(np.sum(np.tanh(W @ x) ** 2))

    def slope(W: Any) -> Any:
        a = np.tanh(W @ x)
        return np.outer(2 * a * (1 - a * a), x)

    many = Counted(cost)
    check_gradients(many, W, grad=slope)
    print(f"one number: {median(calls):.0f} calls; a hundred: {many.calls}; a slow function: {_slow():.1f} s a test")


def _slow() -> float:
    """The time of a passing test of a function that takes a millisecond."""

    def f(x: float) -> float:
        time.sleep(1e-3)
        return x * x * x

    start = time.perf_counter()
    settings(**NEW)(gradcheck(f, domain="[-10, 10]", grad=lambda x: 3 * x * x))()
    return time.perf_counter() - start


def print_programs() -> None:
    """The verdicts on random programs, whose derivatives are right."""
    reports = []

    @seed(0)
    @settings(**NEW, max_examples=PROGRAMS)
    @given(strategies.programs())
    def check(program: Any) -> None:
        reports.append(check_gradients(program, *program.inputs, inconclusive="ok"))

    try:
        check()
        outcome = "no false alarm"
    except GradientMismatch as mismatch:
        outcome = str(mismatch).splitlines()[0]
    report = Report.of(reports)
    undecided = report.counts[Verdict.INCONCLUSIVE] + report.counts[Verdict.DISAGREEMENT]
    print(f"{len(reports):,} programs: {outcome}; {undecided} of {len(report.checks):,} checks undecided")

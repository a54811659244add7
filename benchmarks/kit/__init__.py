"""python -m benchmarks kit: the kit on derivatives that other people wrote, and what a check costs."""

from __future__ import annotations

import functools
import json
import subprocess
import time
import warnings
from collections.abc import Callable, Iterable
from inspect import signature
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from hypothesis import given, seed, settings

from autograd.testing import GradientMismatch, Report, Verdict, check_gradients, gradcheck, strategies
from benchmarks.compiled.environment import COMMAND, PYTHON, own_kernels
from benchmarks.kit import elementwise, special, textbook
from benchmarks.kit.history import BUGS, Bug
from benchmarks.kit.plants import is_found, planted
from benchmarks.kit.precisely import by_mpmath
from benchmarks.kit.textbook import Row

SEEDS, FEW = 10, 2
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
        print_rows(title, rows, SEEDS)
    print_plants()
    for library in elementwise.LIBRARIES:
        print_rows(f"functions of {library}", elementwise.rows(library), FEW)
    print_history()
    print_cost()
    print_programs()


def print_rows(title: str, rows: Iterable[Row], seeds: int) -> None:
    """Which derivatives fail, of tests with so many seeds each, with mpmath's; and what a test of one number costs."""
    failed: dict[str, str] = {}
    calls, count = [], 0
    for row in rows:
        count += 1
        for number in range(seeds):
            f = Counted(row.f)
            test = settings(**NEW)(gradcheck(f, domain=row.domain, grad=row.grad))
            try:
                seed(number)(test)()
            except GradientMismatch as mismatch:
                message = str(mismatch).splitlines()[0]
                failed.setdefault(row.name, "; ".join(filter(None, [message, by_mpmath(row, mismatch)])))
            calls += [f.calls] if len(signature(row.f).parameters) == 1 else []
    cost = f"{median(calls):,.0f} calls a test of one number" if calls else "not installed"
    print(f"{title}: {count - len(failed)} of {count} pass on {seeds} seeds; {cost}")
    for name, message in failed.items():
        print(f"  {name}: {message}")


def print_plants() -> None:
    """How many errors planted in the derivatives of scipy.special are found."""
    made = [(row, kind, is_found(row, wrong)) for row in special.ROWS for kind, wrong in planted(row)]
    print(f"{len(made)} errors planted in them: {sum(found for *_, found in made)} found")
    for row, kind, found in made:
        if not found:
            print(f"  missed in {row.name}: {kind}")


def print_history() -> None:
    """How many wrong derivatives of public projects each library finds, and how many right ones it passes."""
    found = [mismatch_of(bug, bug.wrong) for bug in BUGS]
    named = [mismatch is not None and names(bug, mismatch) for bug, mismatch in zip(BUGS, found)]
    right = [mismatch_of(bug, bug.right) is None for bug in BUGS]
    print(f"{len(BUGS)} historical bugs: {sum(named)} found and named, {sum(right)} right derivatives pass")
    for bug, is_named, passes in zip(BUGS, named, right):
        if not (is_named and passes):
            print(f"  {bug.source}: {'found' if is_named else 'missed'}, right one {'passes' if passes else 'fails'}")
    for title, name in (("torch.autograd.gradcheck", "torch"), ("jax.test_util.check_grads", "jax")):
        print(f"  {title}: {peer(name)}")


def mismatch_of(bug: Bug, derivative: Callable[..., Any]) -> GradientMismatch | None:
    """What a test with default settings says of a derivative."""
    options = {bug.form: derivative, **(bug.more or {})}
    test = settings(**NEW)(gradcheck(bug.f, domain=bug.domain, **options))
    try:
        seed(0)(test)()
    except GradientMismatch as mismatch:
        return mismatch
    return None


def names(bug: Bug, mismatch: GradientMismatch) -> bool:
    """Whether a mismatch is about a parameter whose derivative is wrong."""
    return mismatch.check is not None and any(f"/∂{name}" in mismatch.check.what for name in bug.wrong_in)


def peer(name: str) -> str:
    """What another library finds and passes, at random points, in its own environment."""
    if not PYTHON.exists():
        return f"not installed: {COMMAND}"
    variables = {key: text for key, text in own_kernels().items() if not key.startswith("PYTHON")}
    command = [PYTHON, "-E", Path(__file__).parent / "peers.py", name]
    run = subprocess.run(command, env=variables, stdout=subprocess.PIPE, text=True, check=False)
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    if len(answers) < len(BUGS):
        return "not installed, or stopped"
    return f"{sum(found for found, _ in answers)} found, {sum(right for _, right in answers)} right ones pass"


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

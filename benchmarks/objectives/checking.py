"""What is right of the tables: gradients and Hessians against differences in 50 digits, eagerly and compiled."""

import functools
import warnings
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np

import autograd
from benchmarks.objectives import others
from benchmarks.objectives.registry import Function, Problem, argument, problems

TOLERANCE = 1e-8  # of the largest entry
STEP = mpmath.mpf(10) ** -15


def precise_gradient(f: Function, start: list[float], take: Callable[[Any], Any]) -> list[Any]:
    """Central differences in 50 digits."""
    with mpmath.workdps(50):
        found = []
        for i in range(len(start)):
            ends = []
            for step in (STEP, -STEP):
                moved = [mpmath.mpf(v) for v in start]
                moved[i] += step
                ends.append(mpmath.mpf(autograd.lift(f)(take(moved))))
            found.append((ends[0] - ends[1]) / (2 * STEP))
        return found


def precise_hessian(f: Function, start: list[float], take: Callable[[Any], Any]) -> list[Any]:
    """Central differences of the gradient, in 50 digits."""
    with mpmath.workdps(50):
        columns = []
        for i in range(len(start)):
            ends = []
            for step in (STEP, -STEP):
                moved = [mpmath.mpf(v) for v in start]
                moved[i] += step
                ends.append(np.ravel(np.array(autograd.grad(autograd.lift(f))(take(moved)), dtype=object)))
            columns.append((ends[0] - ends[1]) / (2 * STEP))
        return columns


def is_close(found: Any, wanted: Any) -> bool:
    """Whether two gradients agree to a part of the largest entry."""
    a, b = np.ravel(np.asarray(found, float)), np.ravel(np.asarray(wanted, float))
    return bool(a.shape == b.shape and np.all(abs(a - b) <= TOLERANCE * max(np.max(abs(b)), 1e-300)))


def attempts(name: str, problem: Problem) -> dict[str, Callable[[], Any]]:
    """The ways to a gradient."""
    f, x = problem.function, argument(name, problem.start)
    return {
        "as it stands": lambda: autograd.grad(f)(x),
        "lifted": lambda: autograd.grad(autograd.lift(f))(x),
        "compiled": lambda: autograd.compile(autograd.lift(f), backend="numpy").value_and_grad(x)[1],
        "Hessian, lifted": lambda: autograd.hessian(autograd.lift(f))(x),
        "Hessian, compiled": lambda: autograd.compile(autograd.lift(f), backend="numpy").hessian(x),
    }


def precise(name: str, problem: Problem) -> tuple[list[Any], list[Any]]:
    """The gradient and the Hessian, by differences."""
    f, x = problem.function, problem.start
    take = functools.partial(argument, name)
    return precise_gradient(f, x, take), precise_hessian(f, x, take)


def outcome(name: str, problem: Problem, wanted: tuple[Any, Any] | None = None) -> dict[str, str]:
    """For each way, "" where it is right, else what went wrong."""
    found = {}
    first, second = wanted or precise(name, problem)
    for way, attempt in attempts(name, problem).items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                right = is_close(attempt(), second if way.startswith("Hessian") else first)
            found[way] = "" if right else "wrong"
        except Exception as error:  # what a user would meet
            found[way] = f"{type(error).__name__}: {error}"
    return found


def report(library: str, outcomes: dict[str, dict[str, str]]) -> None:
    """Print how many of each table are right, by way."""
    for way in next(iter(outcomes.values())):
        right: dict[str, list[bool]] = {}
        for name, row in outcomes.items():
            right.setdefault(name.split()[0], []).append(not row[way])
        cells = "".join(f"{f'{sum(rows)} of {len(rows)}':>14}" for rows in right.values())
        print(f"{library:<6}{way:<36}{cells}")


def main() -> None:
    """Print how many of each table are right, by ours and the peers, and what is not right by ours."""
    wanted = {name: precise(name, problem) for name, problem in problems().items()}
    ours = {name: outcome(name, problem, wanted[name]) for name, problem in problems().items()}
    print(f"{'':<42}{'objectives':>14}{'residuals':>14}{'textbook':>14}")
    report("ours", ours)
    for peer in others.PEERS:
        found = others.answers(peer)
        if isinstance(found, str):
            print(f"{peer}: {found}")
            continue
        judged = {
            name: {way: "" if is_right(way, got, wanted[name]) else "wrong" for way, got in row.items()}
            for name, row in found.items()
        }
        report(peer, judged)
    for name, row in ours.items():
        for way in row:
            if row[way] and way != "as it stands":
                print(f"{name}, {way}: {row[way]:.160}")


def is_right(way: str, found: Any, wanted: tuple[Any, Any]) -> bool:
    """Whether a peer's numbers, or its error, are right."""
    return found is not None and is_close(found, wanted["Hessian" in way])

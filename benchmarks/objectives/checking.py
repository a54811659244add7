"""What is right of the tables: gradients and Hessians against differences in 50 digits, eagerly and compiled."""

import warnings
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np

import autograd
from benchmarks.objectives.registry import OBJECTIVES, RESIDUALS, TEXTBOOK, Function, Problem

TOLERANCE = 1e-8  # of the largest entry
STEP = mpmath.mpf(10) ** -15


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


def outcome(name: str, problem: Problem) -> dict[str, str]:
    """For each way, "" where it is right, else what went wrong."""
    f, found = problem.function, {}
    first = precise_gradient(f, problem.start, lambda numbers: argument(name, numbers))
    second = precise_hessian(f, problem.start, lambda numbers: argument(name, numbers))
    for way, attempt in attempts(name, problem).items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                right = is_close(attempt(), second if way.startswith("Hessian") else first)
            found[way] = "" if right else "wrong"
        except Exception as error:  # what a user would meet
            found[way] = f"{type(error).__name__}: {error}"
    return found


def main() -> None:
    """Print how many of each table are right, and what is not."""
    tables: dict[str, list[tuple[str, dict[str, str]]]] = {}
    for name, problem in problems().items():
        tables.setdefault(name.split()[0], []).append((name, outcome(name, problem)))
    for table, rows in tables.items():
        for way in rows[0][1]:
            print(f"{table}, {way}: {sum(not row[way] for _, row in rows)} of {len(rows)}")
    for rows in tables.values():
        for name, row in rows:
            for way in row:
                if row[way] and way != "as it stands":
                    print(f"{name}, {way}: {row[way]:.160}")

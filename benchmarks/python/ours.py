"""Our contestant: the programs as they are written, with our functions in the place of math's; and their eager run."""

import time
from collections.abc import Callable
from itertools import cycle
from typing import Any

import numpy as np

import autograd
from benchmarks.compiled.turns import Job
from benchmarks.python import programs
from benchmarks.python.cases import Case

PROGRAMS = programs.load({name: getattr(autograd, name) for name in ("erf", "exp", "log", "log2", "sqrt", "tanh")})
Numbers = tuple[Any, Any]  # a value, and the gradients of the arguments that are differentiated


def function(case: Case) -> Callable[..., Any]:
    """The program of a case."""
    f: Callable[..., Any] = getattr(PROGRAMS, case.name)
    return f


def compiled(case: Case, rows: int | None, backend: str = "auto") -> Any:
    """The program, for one set of parameters or for rows."""
    return autograd.compile(function(case), rows=case.rows if rows else (), static=case.static, backend=backend)


def build(case: Case, inputs: list[list[Any]], rows: int | None) -> Job:
    """Value and gradients, the inputs in turn."""
    fast = compiled(case, rows)
    options: dict[str, Any] = {"argnums": case.argnums} | ({"reduce": case.reduce} if rows else {})
    turns = cycle(inputs)

    def evaluate() -> list[Any]:
        value, gradients = fast.value_and_grad(*inputs[0], **options)
        return [np.asarray(array) for array in (value, *gradients)]

    return Job(evaluate, lambda: fast.value_and_grad(*next(turns), **options))


def eager(case: Case, arguments: list[Any]) -> tuple[Numbers, float]:
    """Value and gradients of an eager run, and its CPU time."""
    both = autograd.value_and_grad(function(case), argnums=case.argnums)
    start = time.process_time()
    found = both(*arguments)
    return found, time.process_time() - start


def of_row(case: Case, arguments: list[Any], k: int) -> list[Any]:
    """The arguments of one row."""
    names = function(case).__code__.co_varnames
    return [a[k] if name in case.rows else a for name, a in zip(names, arguments, strict=False)]


def difference(got: Numbers, want: Numbers) -> float:
    """The largest of value and gradients, each relative to the largest number in its array."""
    pairs = [(np.asarray(a, float), np.asarray(b, float)) for a, b in zip((got[0], *got[1]), (want[0], *want[1]))]
    return max(float(np.max(np.abs(a - b)) / (np.max(np.abs(b)) or 1.0)) for a, b in pairs)


def from_eager(case: Case, backend: str, rows: int, some: list[int], size: int | None = None) -> float:
    """The largest difference of a compiled program from eager runs: over rows, and for some of them alone."""
    [arguments] = case.inputs(function(case), rows, 1, size)
    value, gradients = compiled(case, rows, backend).value_and_grad(*arguments, argnums=case.argnums, reduce=None)
    alone = compiled(case, None, backend)
    worst = 0.0
    for k in some:
        row = of_row(case, arguments, k)
        want, _ = eager(case, row)
        got = alone.value_and_grad(*row, argnums=case.argnums)
        worst = max(worst, difference(got, want), difference((value[k], [g[k] for g in gradients]), want))
    return worst


def condition(case: Case, rows: int, some: list[int], size: int | None = None) -> float:
    """How far value and gradients of eager runs move where each number of a row moves by an ulp."""
    [arguments] = case.inputs(function(case), rows, 1, size)
    chosen = [of_row(case, arguments, k) for k in some]
    return max(difference(eager(case, [_moved(a) for a in row])[0], eager(case, row)[0]) for row in chosen)


def _moved(argument: Any) -> Any:
    array = np.asarray(argument)
    moved = np.nextafter(array, np.inf) if array.dtype.kind == "f" else array
    return moved if array.ndim else moved.item()

"""Plans: a traced program, prepared to give results for arguments of certain specs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograd.compiler.backends import Backend, ExecutorFactory, Options, prepared
from autograd.compiler.backward import differentiated, second_order, times_vector
from autograd.compiler.building import unfolded
from autograd.compiler.executor import Leaf
from autograd.compiler.kinks import has_kinks_in_loops
from autograd.compiler.layout import ArraySpec, restored, shapes_of
from autograd.compiler.locks import Lock
from autograd.compiler.lowering import executable
from autograd.compiler.program import Program, leaves_of
from autograd.compiler.rolled import Result
from autograd.compiler.rolling import rolled
from autograd.compiler.sequences import hides_infinity

Derive = Callable[[Program, Sequence[int], bool], Program]

DERIVED: dict[str, Derive] = {
    "value": lambda program, chosen, safe: program,
    "gradient": differentiated,
    "hessian": second_order,
    "hvp": times_vector,
}


class Plan:
    """A program ready to run, and idle executors for the next call.

    The fast program runs first. If its results are not all finite, they are discarded and the safe program runs, which
    distinguishes absent edges from zeros and gives NaN where the engine does.
    """

    def __init__(
        self, kind: str, traced: Program, specs: Sequence[Any], chosen: Sequence[int], each: bool, options: Options
    ) -> None:
        """`specs` are those of the arguments, `chosen` are differentiated; with `each`, every result is by row."""
        self.kind, self.traced, self.chosen, self.each, self.options = kind, traced, chosen, each, options
        self.specs = [*specs, *(specs[i] for i in chosen)] if kind == "hvp" else list(specs)
        if kind in ("hessian", "hvp") and has_kinks_in_loops(traced):
            self.traced = traced = unfolded(traced)
        self.program = DERIVED[kind](traced, chosen, False)
        self.by_row = [each or traced.arguments[i].name in traced.rows for i in chosen]  # of the derivatives
        self.results = list(self._results(each))
        # Whether results are already the derivatives, as in nearly every training step.
        self.simple = all(type(self.specs[i]) is ArraySpec for i in chosen)
        self._factories: dict[bool, ExecutorFactory] = {}
        self._making = Lock()
        self._idle: dict[bool, list[Any]] = {False: [], True: []}

    def derivatives(self, results: Sequence[Any]) -> tuple[Any, ...]:
        """The derivatives, in the structures of their arguments."""
        if self.simple:
            return tuple(results)
        arrays = iter(results)
        return tuple(restored(self.specs[i], arrays, by_row) for i, by_row in zip(self.chosen, self.by_row))

    def run(self, arrays: Sequence[Any], rows: int | None, reduce: str | None) -> list[Any]:
        """The results, one array each."""
        mean = reduce == "mean"
        results, finite = self._run(False, arrays, rows, mean)
        if not finite:
            results, _ = self._run(True, arrays, rows, mean)
        return results

    def _run(self, safe: bool, arrays: Sequence[Any], rows: int | None, mean: bool) -> tuple[list[Any], bool]:
        idle = self._idle[safe]
        try:
            executor = idle.pop()
        except IndexError:
            executor = self._factory(safe).executor()
        results: tuple[list[Any], bool] = executor.run(arrays, rows, mean)
        idle.append(executor)
        return results

    def prepare(self) -> None:
        """Prepare the fast program, which runs first."""
        self._factory(False)

    def _factory(self, safe: bool) -> ExecutorFactory:
        """The factory of executors of the fast or the safe program."""
        with self._making.held:
            if safe not in self._factories:
                self._factories[safe] = self._prepared(safe)
        return self._factories[safe]

    @property
    def backend(self) -> Backend:
        """What runs the fast program, and why."""
        return self._factory(False).backend

    def _prepared(self, safe: bool) -> ExecutorFactory:
        program = executable(DERIVED[self.kind](self.traced, self.chosen, True) if safe else self.program)
        by_row = [k for k, argument in enumerate(program.arguments) if argument.name in program.rows]
        leaves = []
        for k, spec in enumerate(self.specs):
            start = 0
            for shape in shapes_of(spec):
                leaves.append(Leaf(k, start, shape))
                start += math.prod(shape)
        limits = safe or hides_infinity(program)
        return prepared(self.options, rolled(program, by_row, self.results, limits), leaves, self.results)

    def _results(self, each: bool) -> Iterator[Result]:
        """Which outputs form one result: the value, then one for each leaf array of a derivative."""
        count = len(leaves_of(self.program.outputs))
        if self.kind == "hessian":
            yield Result(tuple(range(count)), each, (count,))
            return
        values = count if self.kind == "value" else 1 if self.kind == "gradient" else 0
        arrays: list[tuple[tuple[int, ...], bool]] = [((), each)] * values
        for i, by_row in zip(self.chosen, self.by_row):
            arrays += [(shape, by_row) for shape in shapes_of(self.specs[i])]
        start = 0
        for shape, by_row in arrays:
            size = math.prod(shape)
            yield Result(tuple(range(start, start + size)), by_row, shape)
            start += size

"""Plans: a traced program on its way to results, for arguments of certain forms."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograd.compiler.backends import Backend, Maker, Options, prepared
from autograd.compiler.backward import differentiated, second_order, times_vector
from autograd.compiler.executor import Leaf
from autograd.compiler.layout import ArrayForm, restored, shapes_of
from autograd.compiler.locks import Lock
from autograd.compiler.lowering import executable
from autograd.compiler.program import Program, leaves_of
from autograd.compiler.rolled import Result
from autograd.compiler.rolling import rolled
from autograd.compiler.sequences import hides_infinity

Derive = Callable[[Program, Sequence[int], bool], Program]

DERIVED: dict[str, Derive] = {
    "value": lambda program, chosen, guarded: program,
    "gradient": differentiated,
    "hessian": second_order,
    "hvp": times_vector,
}


class Plan:
    """A program ready to run, and executors that wait for the next call.

    The lean program runs first. Where its results are not all finite, they do not count, and the guarded one runs,
    which keeps absent edges apart from zeros and says NaN where the engine does.
    """

    def __init__(
        self, kind: str, traced: Program, forms: Sequence[Any], chosen: Sequence[int], each: bool, options: Options
    ) -> None:
        """`forms` are those of the arguments, `chosen` are differentiated; with `each`, every result is by row."""
        self.kind, self.traced, self.chosen, self.each, self.options = kind, traced, chosen, each, options
        self.forms = [*forms, *(forms[i] for i in chosen)] if kind == "hvp" else list(forms)
        self.program = DERIVED[kind](traced, chosen, False)
        self.by_row = [each or traced.arguments[i].name in traced.rows for i in chosen]  # of the derivatives
        self.results = list(self._results(each))
        # Whether derivatives are arrays as they come, as in nearly every training step.
        self.simple = all(type(self.forms[i]) is ArrayForm for i in chosen)
        self._makers: dict[bool, Maker] = {}
        self._making = Lock()
        self._idle: dict[bool, list[Any]] = {False: [], True: []}

    def derivatives(self, results: Sequence[Any]) -> tuple[Any, ...]:
        """The derivatives in the structures of their arguments."""
        if self.simple:
            return tuple(results)
        arrays = iter(results)
        return tuple(restored(self.forms[i], arrays, by_row) for i, by_row in zip(self.chosen, self.by_row))

    def run(self, arrays: Sequence[Any], rows: int | None, reduce: str | None) -> list[Any]:
        """The results, an array each."""
        mean = reduce == "mean"
        results, finite = self._run(False, arrays, rows, mean)
        if not finite:
            results, _ = self._run(True, arrays, rows, mean)
        return results

    def _run(self, guarded: bool, arrays: Sequence[Any], rows: int | None, mean: bool) -> tuple[list[Any], bool]:
        idle = self._idle[guarded]
        try:
            executor = idle.pop()
        except IndexError:
            executor = self._maker(guarded).executor()
        results: tuple[list[Any], bool] = executor.run(arrays, rows, mean)
        idle.append(executor)
        return results

    def prepare(self) -> None:
        """Make ready to run what runs first."""
        self._maker(False)

    def _maker(self, guarded: bool) -> Maker:
        """What makes executors, of the lean program or of the guarded one."""
        with self._making.held:
            if guarded not in self._makers:
                self._makers[guarded] = self._prepared(guarded)
        return self._makers[guarded]

    @property
    def backend(self) -> Backend:
        """What the lean program runs on."""
        return self._maker(False).backend

    def _prepared(self, guarded: bool) -> Maker:
        program = executable(DERIVED[self.kind](self.traced, self.chosen, True) if guarded else self.program)
        by_row = [k for k, argument in enumerate(program.arguments) if argument.name in program.rows]
        leaves = []
        for k, form in enumerate(self.forms):
            start = 0
            for shape in shapes_of(form):
                leaves.append(Leaf(k, start, shape))
                start += math.prod(shape)
        exact = guarded or hides_infinity(program)
        return prepared(self.options, rolled(program, by_row, self.results, exact), leaves, self.results)

    def _results(self, each: bool) -> Iterator[Result]:
        """Which outputs make one result: the value, then one for each leaf array of a derivative."""
        count = len(leaves_of(self.program.outputs))
        if self.kind == "hessian":
            yield Result(tuple(range(count)), each, (count,))
            return
        values = count if self.kind == "value" else 1 if self.kind == "gradient" else 0
        arrays: list[tuple[tuple[int, ...], bool]] = [((), each)] * values
        for i, by_row in zip(self.chosen, self.by_row):
            arrays += [(shape, by_row) for shape in shapes_of(self.forms[i])]
        start = 0
        for shape, by_row in arrays:
            size = math.prod(shape)
            yield Result(tuple(range(start, start + size)), by_row, shape)
            start += size

"""Plans: a traced program on its way to results, for arguments of certain forms."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy

from autograd.compiler.backends import Backend, Maker, Options, prepared
from autograd.compiler.backward import differentiated, second_order, times_vector
from autograd.compiler.executor import Leaf
from autograd.compiler.layout import ArrayForm, restored, shapes_of
from autograd.compiler.program import Program, leaves_of
from autograd.compiler.rolling import Result, rolled

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
        self.kind, self.traced, self.chosen, self.options = kind, traced, chosen, options
        self.forms = [*forms, *(forms[i] for i in chosen)] if kind == "hvp" else list(forms)
        self.program = DERIVED[kind](traced, chosen, False)
        self.by_row = [each or traced.arguments[i].name in traced.rows for i in chosen]  # of the derivatives
        self.results = list(self._results(each))
        self.shapes = self._shapes()
        self._makers: dict[bool, Maker] = {}
        self._making = threading.Lock()
        self._idle: dict[bool, list[Any]] = {False: [], True: []}

    def _shapes(self) -> list[tuple[int, ...]] | None:
        """The shapes of the derivatives, if all are arrays that the rows share, as in nearly every training step."""
        forms = [self.forms[i] for i in self.chosen]
        simple = not any(self.by_row) and all(type(form) is ArrayForm for form in forms)
        return [form.shape for form in forms] if simple else None

    def derivatives(self, results: list[Any]) -> tuple[Any, ...]:
        """The derivatives in the structures of their arguments."""
        if self.shapes is not None:
            return tuple(map(numpy.ndarray.reshape, results, self.shapes))
        arrays = iter(results)
        return tuple(restored(self.forms[i], arrays, by_row) for i, by_row in zip(self.chosen, self.by_row))

    def run(self, arrays: Sequence[Any], rows: int | None, reduce: str | None) -> list[Any]:
        """The results, a flat array or rows × numbers each."""
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

    def _maker(self, guarded: bool) -> Maker:
        """What makes executors, of the lean program or of the guarded one."""
        with self._making:
            if guarded not in self._makers:
                self._makers[guarded] = self._prepared(guarded)
        return self._makers[guarded]

    @property
    def backend(self) -> Backend:
        """What the lean program runs on."""
        return self._maker(False).backend

    def _prepared(self, guarded: bool) -> Maker:
        program = DERIVED[self.kind](self.traced, self.chosen, True) if guarded else self.program
        by_row = [k for k, argument in enumerate(program.arguments) if argument.name in program.rows]
        leaves = []
        for k, form in enumerate(self.forms):
            start = 0
            for shape in shapes_of(form):
                leaves.append(Leaf(k, start, shape))
                start += math.prod(shape)
        each = [result.by_row for result in self.results]
        return prepared(self.options, rolled(program, by_row, self.results), leaves, each)

    def _results(self, each: bool) -> Iterator[Result]:
        """Which outputs make one result: the value, then one for each leaf array of a derivative."""
        count = len(list(leaves_of(self.program.outputs)))
        if self.kind == "hessian":
            yield Result(tuple(range(count)), each)
            return
        sizes = [(1, each)] * count if self.kind == "value" else [(1, each)] if self.kind == "gradient" else []
        for i, by_row in zip(self.chosen, self.by_row):
            sizes += [(math.prod(shape), by_row) for shape in shapes_of(self.forms[i])]
        start = 0
        for size, by_row in sizes:
            yield Result(tuple(range(start, start + size)), by_row)
            start += size

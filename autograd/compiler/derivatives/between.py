"""Rows between the sides of a kink: the engine finds their derivatives, since its numbers keep the sides.

The engine runs the traced program, operation by operation, so f is not needed and nothing else differs. It runs only
rows with NaN, which marks (`autograd.compiler.derivatives.kinks`) or infinite slopes give, and rows where f itself
differentiates at a kink. For the latter, the program has lost the sides, and the engine runs f.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy

from autograd.compiler.derivatives.jacobians import Entry
from autograd.compiler.derivatives.kinks import with_roots
from autograd.compiler.inputs.layout import numbers_of
from autograd.compiler.programs.program import Program
from autograd.compiler.rolling.rolled import Result
from autograd.numbers.sides import mean
from autograd.primitives import dot
from autograd.primitives.operators import core
from autograd.transforms import grad, jacobian, vjp
from autograd.trees import flatten

MOST_KEPT = 2**22  # numbers of all rows' results that are kept at once


class Between:
    """The derivatives of a program at points where its derived program gives none."""

    def __init__(
        self,
        kind: str,
        program: Program,
        itself: Callable[[Sequence[Any]], list[Any]] | None,
        argnums: Sequence[int],
        places: Sequence[Entry] | None,
        results: Sequence[Result],
        by_row: Sequence[bool],
        run: Callable[[Sequence[Any], int | None], list[Any]],
    ) -> None:
        """`places` are the entries of a matrix of this kind; other kinds may have a vector, the last numbers of a call.

        `itself` runs f on the numbers of a row. `by_row` says which arrays of a call have rows, and `run` gives the
        results of the safe program for each row.
        """
        self.kind, self.program, self.places = kind, with_roots(program), places
        self.itself, self.roots = itself, program.roots
        self.outputs, self.by_row, self.run = results, by_row, run
        self.chosen = self.program.numbers(argnums)
        self.ends = numpy.cumsum([len(result.outputs) for result in results])[:-1]

    def results(self, arrays: Sequence[Any], rows: int | None, mean: bool, at_kink: Any) -> list[Any]:
        """The results for the arrays of a call; those that are not by row are added up.

        `at_kink` says which rows f itself differentiates at a kink, or False.
        """
        at_kink = numpy.broadcast_to(at_kink, (rows or 1,))
        if rows is None:
            return self._settled(arrays, None, at_kink)
        found = zip(*self._blocks(arrays, rows, at_kink))
        made = [
            numpy.concatenate(blocks) if result.by_row else numpy.add.reduce([block.sum(0) for block in blocks])
            for result, blocks in zip(self.outputs, found)
        ]
        return [x / rows for x in made] if mean else made

    def _blocks(self, arrays: Sequence[Any], rows: int, at_kink: Any) -> Iterator[list[Any]]:
        """The results of each row, in blocks of rows."""
        step = max(1, MOST_KEPT // max(1, sum(len(result.outputs) for result in self.outputs)))
        for start in range(0, rows, step):
            some = [x[start : start + step] if moves else x for x, moves in zip(arrays, self.by_row)]
            yield self._settled(some, min(step, rows - start), at_kink[start : start + step])

    def _settled(self, arrays: Sequence[Any], rows: int | None, at_kink: Any) -> list[Any]:
        """The results of each row, where the engine computes rows with NaN and rows at a kink."""
        results = [numpy.array(x) for x in self.run(arrays, rows)]
        stacked = [x.reshape(1 if rows is None else rows, -1) for x in results]
        for row in numpy.flatnonzero(sum((numpy.isnan(x).any(1) for x in stacked), at_kink)).tolist():
            numbers = numbers_of(arrays, self.by_row, None if rows is None else row)
            f = self.itself if self.itself is not None and (at_kink[row] or self.roots) else self._traced
            for x, part in zip(stacked, numpy.split(self._of(f, numbers), self.ends)):
                x[row] = part
        return results

    def _traced(self, numbers: Sequence[Any]) -> list[Any]:
        """The results of the traced program, run operation by operation."""
        values = self.program.run(list(numbers))
        return [values[i] for i in flatten(self.program.outputs)]

    def _of(self, itself: Callable[[Sequence[Any]], list[Any]], numbers: Sequence[float]) -> Any:
        """The results at one point, computed by the engine."""
        inputs = list(numbers[: self.program.count])
        vector: Any = numpy.array(numbers[self.program.count :])  # tangents or cotangents

        def f(xs: Any) -> list[Any]:
            varied = list(inputs)
            for i, x in zip(self.chosen, xs):
                varied[i] = x
            return itself(varied)

        def slopes(xs: Any) -> Any:
            return grad(lambda xs: f(xs)[0])(xs)

        point = numpy.array([inputs[i] for i in self.chosen])
        with numpy.errstate(all="ignore"):
            if self.kind in ("value", "result"):
                return _values(f(point))
            if self.kind == "hvp":
                return grad(lambda xs: dot(slopes(xs), vector))(point)
            differentiate = _in_reverse if itself is self.itself else jacobian
            matrix = numpy.array(differentiate(slopes if self.kind == "hessian" else f)(point))
            if self.places is not None:
                return numpy.array([matrix[place] for place in self.places])
            rest: dict[str, Callable[[], Any]] = {
                "gradient": matrix.ravel,
                "jvp": lambda: matrix @ vector,
                "vjp": lambda: vector @ matrix,
            }
            return numpy.concatenate([_values(f(point)), rest[self.kind]()])


def _values(results: Sequence[Any]) -> Any:
    """Results without their derivatives."""
    return numpy.array([mean(core(x)) for x in results])


def _in_reverse(f: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    """A function that gives the gradient of each result; in forward mode, f's own slopes would lose their sides."""

    def gradients(point: Any) -> list[Any]:
        results, pull = vjp(lambda xs: list(f(xs)), point)
        return [pull(unit)[0] for unit in numpy.eye(len(results)).tolist()]

    return gradients

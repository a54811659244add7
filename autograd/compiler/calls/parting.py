"""Parting: the plan of a function with paths, which runs the program of each path on the rows that take it.

The paths' results are put together by row before they are summed, so that the order of paths does not affect the sum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy

from autograd.compiler.calls.backends import Backend, Options
from autograd.compiler.calls.kinds import KINDS
from autograd.compiler.calls.plans import Asked, Plan, raised
from autograd.compiler.inputs.layout import numbers_of, of_arrays
from autograd.compiler.programs.program import Program
from autograd.compiler.tracing.paths import Paths

OFTEN = 100  # calls on one row, after which it pays to compile the conditions of its path, too, to machine code


class Part(NamedTuple):
    """The rows of a call that take one path, with the path's plan, their arrays, and their tangents or cotangents."""

    rows: Any  # None if there is only one
    plan: Plan
    arrays: list[Any]
    vectors: list[Any]


class PartedResults(list[Any]):
    """The results of a call, one array each, and the plan in whose structures they are."""

    form: Plan


class PathsPlan:
    """The counterpart of `Plan` for a function with paths; when a row takes a new path, that is added."""

    def __init__(
        self, paths: Paths, asked: Asked, by_row: Sequence[bool], grow: Callable[[int, list[float]], bool]
    ) -> None:
        """`by_row` says which arguments have rows.

        `grow` adds the path of a row of these numbers, given how many paths there are; if another thread has just added
        one, it adds none. It returns whether it did.
        """
        self.paths, self.asked, self.each, self._grow = paths, asked, asked.each, grow
        self._by_row = of_arrays(asked.specs, by_row)
        self._along = of_arrays([asked.specs[i] for i in asked.chosen], [by_row[i] for i in asked.chosen])
        self._plans: dict[int, Plan] = {}
        self._conditions: dict[int, Plan] = {}
        self._asked: Counter[int] = Counter()  # for each path, how often its conditions were tested on a single row
        self._forms: list[tuple[Any, Plan]] = []  # by the spec of a path's result
        self._latest: int | None = None  # the path that rows took last

    @cached_property
    def form(self) -> Plan:
        """A plan of the first path with a program."""
        return Plan(next(path.program for path in self.paths.known if path.program is not None), self.asked)

    def _form_of(self, parts: Sequence[Part]) -> Plan:
        """A plan with the structures of this call's results; TypeError if its paths return several structures."""
        result = parts[0].plan.result
        if any(part.plan.result != result for part in parts):
            raise TypeError(f"{self.program.name} returns results of other structures on other paths")
        for known, form in self._forms:
            if known == result:
                return form
        self._forms.append((result, Plan(parts[0].plan.original, self.asked)))
        return self._forms[-1][1]

    @property
    def latest(self) -> PathsPlan:
        """This plan itself: it grows, where a `Plan` has a successor."""
        return self

    def prepare(self) -> None:
        """Do nothing, since only the rows of a call determine which paths they take."""

    # --- as of Plan

    @property
    def program(self) -> Program:
        """The program of the first path."""
        return self.form.program

    @property
    def backend(self) -> Backend:
        """The backend that runs the programs, and why."""
        return next(iter(self._plans.values()), self.form).backend

    def result_of(self, results: Any) -> Any:
        """The spec of these results."""
        return results.form.result

    def derivatives(self, results: Sequence[Any]) -> tuple[Any, ...]:
        """The derivatives, in the structures of their arguments."""
        return self.form.derivatives(results)

    def value(self, results: Any) -> Any:
        """A value from its arrays."""
        return results.form.value(results)

    def value_and_tangent(self, results: Any) -> tuple[Any, Any]:
        """A value and its tangent from their arrays."""
        both: tuple[Any, Any] = results.form.value_and_tangent(results)
        return both

    def pulled(self, results: Any) -> tuple[Any, ...]:
        """What a pullback gives, from the arrays of the value and of the derivatives."""
        found: tuple[Any, ...] = results.form.pulled(results)
        return found

    def run(
        self, arrays: Sequence[Any], rows: int | None, reduce: str | None, vectors: Sequence[Any] = ()
    ) -> PartedResults:
        """The results, one array each."""
        parts = self._parts(arrays, rows, vectors)
        form = self._form_of(parts)
        found = [part.plan.run(part.arrays, _count(part.rows), None, part.vectors) for part in parts]
        if rows is not None:
            by_result = zip(zip(*found), form.results)
            found = [[_total(_together(parts, x, rows), None if of.by_row else 0, reduce) for x, of in by_result]]
        made = PartedResults(found[0])
        made.form = form
        return made

    def jacobian(self, arrays: Sequence[Any], rows: int | None, is_tuple: bool, sparse: bool) -> Any:
        """The Jacobian of each row, or the only one, in structures; ValueError if `sparse`."""
        if sparse:
            raise ValueError(f"{self.program.name}.jacobian: there is no sparse one, since rows take different paths")
        parts = self._parts(arrays, rows, ())
        form, found = self._form_of(parts), [part.plan.dense(part.arrays, _count(part.rows)) for part in parts]
        return form.structured(found[0] if rows is None else _together(parts, found, rows), is_tuple)

    def hessian(self, arrays: Sequence[Any], rows: int | None, reduce: str | None) -> Any:
        """The Hessian of the total, or of each row."""
        parts = self._parts(arrays, rows, ())
        found = [part.plan.second(part.arrays, _count(part.rows), None) for part in parts]
        if rows is None:
            return self.form.curved(found[0])
        return self.form.curved(_total(_together(parts, found, rows), None if self.each else 0, reduce))

    # --- rows and their paths

    def _parts(self, arrays: Sequence[Any], rows: int | None, vectors: Sequence[Any]) -> list[Part]:
        """The rows, grouped by path; raises the error of the first row that has one."""
        along = [True] * len(vectors) if KINDS[self.asked.kind].vectors == "cotangents" else self._along
        parts: list[Part] = []
        failed: list[tuple[int, Exception]] = []
        for i, places in self._partition(arrays, rows):
            path = self.paths.known[i]
            if path.error is not None:
                failed.append((0 if places is None else int(places[0]), path.error))
                continue
            if path.program is not None and not failed:
                given, more = _taken(arrays, places, self._by_row), _taken(vectors, places, along)
                parts.append(Part(places, self._plan(i), given, more))
        if failed:
            row, error = min(failed, key=lambda failure: failure[0])
            raise raised(error, self.paths.known[0].holds.name, None if rows is None else row)
        return parts

    def _partition(self, arrays: Sequence[Any], rows: int | None) -> list[tuple[int, Any]]:
        """The paths that rows take, in order, each with its rows; None in their place if there is only one."""
        if rows == 0:
            raise ValueError(f"{self.paths.known[0].holds.name}: there is no row, so there is no path to take")
        if rows is None and self._latest is not None and self._holds(self._latest, list(arrays), None)[0]:
            return [(self._latest, None)]  # the usual case: a call on one row is close to the previous one
        found: list[tuple[int, Any]] = []
        left = None if rows is None else numpy.arange(rows)
        for i in range(self.paths.most + 1):
            is_new = i == len(self.paths.known)
            first = None if left is None else left[0]
            is_made = is_new and self._grow(i, numbers_of(arrays, self._by_row, first))
            here = self._holds(i, _taken(arrays, left, self._by_row), left)
            here[0] |= is_made  # it is that row's path, even if an operation rounds differently on arrays
            if here.any():
                self._latest = i
                found.append((i, None if left is None else left[here]))
            left = None if left is None else left[~here]
            if here[0] if left is None else not len(left):
                break
        return found

    def _holds(self, i: int, arrays: list[Any], rows: Any) -> Any:
        """For each of these rows, whether it takes path i."""
        self._asked[i] += rows is None
        is_often = self._asked[i] == OFTEN and i in self._plans and self._plans[i].backend.name == "llvm"
        if i not in self._conditions or is_often:
            holds, options = self.paths.known[i].holds, self.asked.options if is_often else Options("numpy")
            self._conditions[i] = Plan(holds, Asked("value", self.asked.specs, (), (), bool(holds.rows), options))
        return numpy.atleast_1d(self._conditions[i].run(arrays, _count(rows), None)[0]) == 1.0

    def _plan(self, i: int) -> Plan:
        """The plan of path i, with results for each row."""
        if i not in self._plans:
            program = self.paths.known[i].program
            assert program is not None
            self._plans[i] = Plan(program, self.asked._replace(each=bool(program.rows), apart=True))
        return self._plans[i]


def _count(rows: Any) -> int | None:
    return None if rows is None else len(rows)


def _taken(arrays: Sequence[Any], places: Any, by_row: Sequence[bool]) -> list[Any]:
    """The arrays, with only the entries at these rows in those that have rows."""
    if places is None:
        return list(arrays)
    return [numpy.asarray(x)[places] if moves else x for x, moves in zip(arrays, by_row)]


def _together(parts: Sequence[Part], found: Sequence[Any], rows: int) -> Any:
    """One array of the results of all rows, in order."""
    made = numpy.empty((rows, *numpy.shape(found[0])[1:]))
    for part, x in zip(parts, found):
        made[part.rows] = x
    return made


def _total(x: Any, axis: int | None, reduce: str | None) -> Any:
    """The sum over the axis if there is one; with "mean", divided by the number of rows."""
    found = x if axis is None else x.sum(axis)
    found = found / len(x) if reduce == "mean" else found
    return float(found) if found.ndim == 0 else found

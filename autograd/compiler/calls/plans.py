"""Plans: a traced program, prepared to give results for arguments of certain specs."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy

from autograd.compiler.calls.backends import Backend, ExecutorFactory, Options, prepared
from autograd.compiler.calls.gathering import Gathering
from autograd.compiler.calls.kinds import KINDS, as_it_is
from autograd.compiler.calls.locks import Lock
from autograd.compiler.calls.matrices import Matrix, Numbers, hessian_of, jacobian_of
from autograd.compiler.derivatives.between import Between
from autograd.compiler.derivatives.checkpoints import bounded
from autograd.compiler.derivatives.jacobians import entries, second_entries
from autograd.compiler.derivatives.kinks import is_sided
from autograd.compiler.execution.executor import Leaf
from autograd.compiler.inputs.forms import restorer
from autograd.compiler.inputs.layout import ArraySpec, ContainerSpec, of_arrays, result_spec, shapes_of, size_of
from autograd.compiler.programs.building import along_with
from autograd.compiler.programs.program import Program
from autograd.compiler.rolling.roll import rolled
from autograd.compiler.rolling.rolled import Result
from autograd.compiler.rolling.sequences import hides_infinity
from autograd.compiler.tracing.lowering import executable
from autograd.engine.kinks import FIRST, SECOND
from autograd.lifting.branching.branches import MoreTurns
from autograd.trees import flatten


class Origin(NamedTuple):
    """What a plan may need from the traced function: a program with more turns, or the function itself."""

    longer: Callable[[Program], Program] | None = None
    itself: Callable[[Sequence[Any]], list[Any]] | None = None  # on the numbers of one row


class Asked(NamedTuple):
    """The request that a plan serves: a kind of results, for arguments of certain specs."""

    kind: str
    specs: Sequence[Any]  # of the arguments other than indices
    is_index: Sequence[bool]  # which arrays of a call are indices
    chosen: Sequence[int]  # the arguments to differentiate
    each: bool  # whether every result is by row
    options: Options
    origin: Origin = Origin()
    apart: bool = False  # whether that includes the derivatives that a pullback would add up over the rows
    names: Sequence[str] = ()  # of the arguments other than indices


class Plan:
    """A program ready to run, and idle executors for the next call.

    The fast program runs first. If its results are not all finite, they are discarded, and the safe program runs: it
    distinguishes absent edges from zeros, and gives NaN where the engine does.
    """

    def __init__(self, traced: Program, asked: Asked) -> None:
        self.asked, self.kind, self.original = asked, KINDS[asked.kind], traced
        self.chosen, self.each = asked.chosen, asked.each
        self.successor: Plan | None = None  # with more turns
        self.is_sided = traced.roots or (self.kind.order > 0 and is_sided(traced, self.kind.order))
        most = None if self.kind.derive is as_it_is else asked.options.kept(bool(traced.rows))
        self.whole, self.traced = traced, traced if most is None else bounded(traced, most)
        traced = self.traced
        self.gathering: Gathering | None = None
        if any(asked.is_index):
            self.gathering = Gathering(traced.name, traced.gathers, asked.specs, asked.is_index)
        # If each row has its own result, arrays replace lists in it.
        self.result = result_spec(traced.template, is_stacked=self.each or "value" in self.kind.results)
        # The program's arguments are those of the call, then what is gathered.
        self.specs, self.varied = list(asked.specs), list(self.chosen)
        if self.gathering is not None:
            self.specs = self.gathering.specs
            self.varied += [len(asked.specs) + q for q in self.gathering.below(self.chosen)]
        self._guard = self._guarding(traced)
        vectors = {"": [], "tangents": [self.specs[i] for i in self.varied], "cotangents": [self.result]}
        self.specs = [*self.specs, *vectors[self.kind.vectors]]
        self.program = self.kind.derive(traced, self.varied, False)
        # Arguments that rows share get a derivative for each row, but a pullback adds up the rows' cotangents.
        self.all_by_row = self.each and (asked.apart or self.kind.vectors != "cotangents")
        self.by_row = [self.all_by_row or traced.by_row[i] for i in self.varied]
        # The entries of a Hessian with respect to what rows choose belong in different places for each row.
        self.results = list(self._results(self.each or (self.kind is KINDS["hessian"] and len(self.varied) > 1)))
        # Whether results need no restructuring to be the derivatives, as in nearly every training step.
        self.simple = all(type(self.specs[i]) is ArraySpec for i in self.chosen)
        self.restore = restorer(tuple([self.specs[i] for i in self.chosen]), tuple(self.by_row[: len(self.chosen)]))
        self.restore_value = restorer((self.result,), (self.each,))
        self.length = len(list(shapes_of(self.result)))  # of a value, in arrays
        self._factories: dict[bool, ExecutorFactory] = {}
        self._making = Lock()
        self._idle: dict[bool, list[Any]] = {False: [], True: []}

    # --- results

    def derivatives(self, results: Sequence[Any]) -> tuple[Any, ...]:
        """The derivatives, in the structures of their arguments."""
        return tuple(results) if self.simple else self.restore(results)

    def value(self, results: Sequence[Any]) -> Any:
        """A value from its arrays."""
        return self.restore_value(results)[0]

    def result_of(self, results: Sequence[Any]) -> Any:
        """The spec of these results; those of another path may have another."""
        return self.result

    def value_and_tangent(self, results: Sequence[Any]) -> tuple[Any, Any]:
        """A value and its tangent from their arrays."""
        return self.value(results[: self.length]), self.value(results[self.length :])

    def pulled(self, results: Sequence[Any]) -> tuple[Any, ...]:
        """What a pullback gives, from the arrays of the value and of the derivatives."""
        return self.derivatives(results[self.length :])

    def jacobian(self, arrays: Sequence[Any], rows: int | None, is_tuple: bool, sparse: bool) -> Any:
        """The Jacobian of each row, or the only one, in structures or as one sparse matrix."""
        if not sparse:
            return self.structured(self.dense(arrays, rows), is_tuple)
        settled, (found,), items = self._settled(arrays, rows, None)
        return settled.matrix.sparse(found, items)

    def dense(self, arrays: Sequence[Any], rows: int | None) -> Any:
        """The Jacobian of each row, or the only one, as a matrix."""
        settled, (found,), items = self._settled(arrays, rows, None)
        return settled.matrix.dense(found, items)

    def structured(self, matrix: Any, is_tuple: bool) -> Any:
        """A Jacobian in the structures of the result and of the arguments."""
        specs = tuple([self.specs[i] for i in self.chosen])
        return jacobian_of(self.result, ContainerSpec(specs, tuple) if is_tuple else specs[0], matrix, self.each)

    def hessian(self, arrays: Sequence[Any], rows: int | None, reduce: str | None) -> Any:
        """The Hessian of the total, or of each row."""
        return self.curved(self.second(arrays, rows, reduce))

    def second(self, arrays: Sequence[Any], rows: int | None, reduce: str | None) -> Any:
        """The Hessian of the total, or of each row, as a matrix."""
        settled, (found,), items = self._settled(arrays, rows, reduce)
        gathers = len(settled.varied) > 1
        return settled.matrix.second(found, items, self.each) if gathers else settled.matrix.dense(found, ())

    def curved(self, matrix: Any) -> Any:
        """A Hessian in the structure of the argument."""
        return hessian_of(self.specs[self.chosen[0]], matrix, self.each)

    @cached_property
    def matrix(self) -> Matrix:
        """The places of the entries of a Jacobian or a Hessian."""
        specs = [self.specs[i] for i in self.chosen]
        numbers = Numbers(specs, [self.traced.by_row[i] for i in self.chosen], self.gathering, self.chosen)
        if self.kind is KINDS["hessian"]:
            return Matrix(second_entries(self.traced, self.varied), numbers.width, numbers)
        return Matrix(entries(self.traced, self.varied), size_of(self.result), numbers)

    # --- running

    def run(
        self, arrays: Sequence[Any], rows: int | None, reduce: str | None, vectors: Sequence[Any] = ()
    ) -> list[Any]:
        """The results, one array each; `vectors` are the arrays of tangents or cotangents."""
        settled, results, items = self._settled(arrays, rows, reduce, vectors)
        if settled.gathering is None or "derivatives" not in self.kind.results:
            return results
        first = self.length if "as returned" in self.kind.results else self.kind.results.index("derivatives")
        return results[:first] + settled.gathering.scattered(results[first:], self.chosen, items, self.all_by_row)

    def _settled(
        self, arrays: Sequence[Any], rows: int | None, reduce: str | None, vectors: Sequence[Any] = ()
    ) -> tuple[Plan, list[Any], Sequence[Any]]:
        """The plan whose loops have as many turns as the rows need, its results, and the item that each row chose.

        The program's own codes say whether the turns suffice; before it is compiled, turns are tried on NumPy.
        """
        plan = self.latest
        if plan._guard is not None and not plan._factories:
            plan = plan._longer_by(plan._tried(arrays, rows), arrays, rows)
        while True:
            codes, results, items = plan._computed(arrays, rows, reduce == "mean", vectors)
            if codes is None:
                return plan, results, items
            plan = plan._longer_by(codes, arrays, rows)

    def _computed(
        self, arrays: Sequence[Any], rows: int | None, mean: bool, vectors: Sequence[Any]
    ) -> tuple[Any, list[Any], Sequence[Any]]:
        """The rows' codes if a row has an error or needs more turns, else None; the results; and the chosen items."""
        fed, items = self._fed(arrays)
        if self.gathering is not None and self.kind.vectors == "tangents":
            vectors = self.gathering.vectors(vectors, self.chosen, items)
        if vectors:
            fed = [*fed, *vectors]
        results, finite = self._run(False, fed, rows, mean)
        at_kink: Any = False
        if self.is_guarded:
            codes = results.pop()
            if codes.any():
                codes = numpy.rint(codes * rows) if mean and codes.ndim else codes
                if (codes > 0).any():
                    return codes, results, items
                at_kink = self._at_kinks(codes)
        if at_kink is not False or (not finite and self.is_sided):
            results = self._between.results(fed, rows, mean, at_kink)
        elif not finite:
            results = self._safely(fed, rows, mean)
        return None, results, items

    def _at_kinks(self, codes: Any) -> Any:
        """The rows at kinks of operations that are differentiated twice, in f or by this plan; False if there are none.

        False, too, if f itself cannot run on them: it was unpickled without its function, or chooses by an index.
        """
        found = codes <= min(self.kind.order - SECOND, -FIRST)
        return found if found.any() and self.asked.origin.itself is not None else False

    def _safely(self, fed: Sequence[Any], rows: int | None, mean: bool = False) -> list[Any]:
        """The results of the safe program."""
        results, _ = self._run(True, fed, rows, mean)
        return results[:-1] if self.is_guarded else results

    @cached_property
    def _between(self) -> Between:
        """The `Between` that gives derivatives between the sides of a kink, row by row."""
        kind, itself, apart = self.asked.kind, self.asked.origin.itself, self
        if self.traced.rows and not all(result.by_row for result in self.results):
            apart = Plan(self.original, self.asked._replace(each=True, apart=True))
        find = {"hessian": second_entries, "jacobian": entries}.get(kind)
        places = None if find is None else find(self.traced, self.varied)
        results = self.results[:-1] if self.is_guarded else self.results
        by_row = of_arrays(self.specs, self.program.by_row)
        return Between(kind, self.whole, itself, self.varied, places, results, by_row, apart._safely)

    def _guarding(self, traced: Program) -> Plan | None:
        """The plan of the rows' codes if turns may be too few; on NumPy, which needs no compilation."""
        if traced.guard is None or MoreTurns not in map(type, traced.guard.errors):
            return None
        guard = traced.guard.program
        return Plan(guard, Asked("value", self.specs, (), (), bool(guard.rows), Options("numpy")))

    def _tried(self, arrays: Sequence[Any], rows: int | None) -> Any:
        """The codes of the rows, from the guard alone; 0 if there is none."""
        return numpy.zeros(()) if self._guard is None else self._guard.run(self._fed(arrays)[0], rows, None)[0]

    def _longer_by(self, codes: Any, arrays: Sequence[Any], rows: int | None) -> Plan:
        """This plan or, if these codes ask for more turns, a new successor whose turns sufficed in a trial on NumPy."""
        trial = self
        while trial._asks_for_more(codes):
            longer = self.asked.origin.longer
            assert longer is not None
            trial = Plan(longer(trial.original), self.asked._replace(kind="value", chosen=(), options=Options("numpy")))
            codes = trial._tried(arrays, rows)
        if trial is self:
            return self
        self.successor = Plan(trial.original, self.asked)
        return self.successor

    def _fed(self, arrays: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
        """The arrays of the program's arguments, and the items that indices choose."""
        return (arrays, ()) if self.gathering is None else self.gathering.fed(arrays)

    def _asks_for_more(self, codes: Any) -> bool:
        """Whether the code of any row asks for more turns of a loop; otherwise raise the first row's error, if any."""
        if self.original.guard is None or not (codes > 0).any():
            return False
        errors = self.original.guard.errors
        found = numpy.atleast_1d(codes).astype(int)
        if any(type(errors[code - 1]) is MoreTurns for code in set(found[found > 0].tolist())):
            return True
        row = int((found > 0).argmax())
        raise raised(errors[found[row] - 1], self.traced.name, row if self.traced.rows else None)

    @property
    def latest(self) -> Plan:
        """The last successor, whose loops have the most turns."""
        plan = self
        while plan.successor is not None:
            plan = plan.successor
        return plan

    @cached_property
    def most_direct(self) -> int:
        """The most rows of a call whose arguments machine code takes unconverted; negative if it takes none."""
        given = self.kind.results in (("value",), ("number", "derivatives")) and self.gathering is None
        if not given or self.backend.name != "llvm":
            return -1
        executor = self.executor()
        self._idle[False].append(executor)
        most: int = executor.most_rows
        return most

    @property
    def is_guarded(self) -> bool:
        """Whether the last result is each row's code: of an error, too few turns, or a kink."""
        return self.traced.guard is not None

    def executor(self, safe: bool = False) -> Any:
        """An idle executor of the fast or the safe program, or a new one."""
        try:
            return self._idle[safe].pop()
        except IndexError:
            return self._factory(safe).executor()

    def _run(self, safe: bool, arrays: Sequence[Any], rows: int | None, mean: bool) -> tuple[list[Any], bool]:
        executor = self.executor(safe)
        results: tuple[list[Any], bool] = executor.run(arrays, rows, mean)
        self._idle[safe].append(executor)
        return results

    def prepare(self) -> None:
        """Prepare the program that runs first: the guard's if there is one, else the fast program."""
        (self._guard or self)._factory(False)

    def _factory(self, safe: bool) -> ExecutorFactory:
        """The factory of executors of the fast or the safe program."""
        with self._making.held:
            if safe not in self._factories:
                self._factories[safe] = self._prepared(safe)
        return self._factories[safe]

    @property
    def backend(self) -> Backend:
        """The backend of the fast program, and why."""
        return self._factory(False).backend

    def _prepared(self, safe: bool) -> ExecutorFactory:
        program = self._executable(self.traced, safe)
        leaves = []
        for k, spec in enumerate(self.specs):
            start = 0
            for shape in shapes_of(spec):
                leaves.append(Leaf(k, start, shape))
                start += math.prod(shape)
        limits, alone = safe or hides_infinity(program), self.asked.options.alone
        whole = None
        if self.whole is not self.traced:
            whole = rolled(self._executable(self.whole, safe), self.results, limits, alone)
        found = rolled(program, self.results, limits, alone)
        return prepared(self.asked.options, found, leaves, self.results, whole)

    def _executable(self, traced: Program, safe: bool) -> Program:
        """The fast or the safe program of the results and, last, of the rows' code if there is a guard."""
        derived = self.program if traced is self.traced and not safe else self.kind.derive(traced, self.varied, safe)
        return executable(derived if traced.guard is None else along_with(derived, traced.guard.program))

    def _results(self, each: bool) -> Iterator[Result]:
        """The results, each with the outputs that form it: one for each leaf array of the value and each derivative."""
        arrays: list[tuple[tuple[int, ...], bool]] = []
        for part in self.kind.results:
            if part == "number":
                arrays.append(((), each))
            elif part == "entries":
                arrays.append(((len(flatten(self.program.outputs)),), each))
            elif part == "derivatives":
                for i, by_row in zip(self.varied, self.by_row):
                    arrays += [(shape, by_row) for shape in shapes_of(self.specs[i])]
            else:
                arrays += [(shape, each) for shape in shapes_of(self.result)]
        start = 0
        for shape, by_row in arrays:
            size = math.prod(shape)
            yield Result(tuple(range(start, start + size)), by_row, shape)
            start += size
        if self.is_guarded:
            yield Result((start,), bool(self.traced.rows))


def raised(error: Exception, name: str, row: int | None) -> Exception:
    """A copy of the error of the function of this name, with a note that names the row."""
    try:
        found = copy.copy(error)
    except TypeError:  # its class takes arguments that it does not keep
        found = error
    notes = [] if row is None else [f"{name} raises this for row {row}"]
    found.__notes__ = [*getattr(error, "__notes__", ()), *notes]
    return found

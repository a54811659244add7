"""Traces: the programs and plans of a function for each kind of call, valid while what it reads stays the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from types import FunctionType
from typing import Any, NamedTuple, TypeVar
from weakref import WeakSet

from autograd.arrays.origins import of_python
from autograd.compiler.calls.backends import Options
from autograd.compiler.calls.call import Call
from autograd.compiler.calls.collecting import uncollected
from autograd.compiler.calls.direct import STATIC, Direct, direct
from autograd.compiler.calls.locks import Lock
from autograd.compiler.calls.parting import PathsPlan
from autograd.compiler.calls.plans import Asked, Origin, Plan
from autograd.compiler.folding.fold import folded
from autograd.compiler.inputs.forms import Flattener, flattener
from autograd.compiler.inputs.layout import (
    ArraySpec,
    as_indices,
    as_rows,
    leaves_in,
    numbers_of,
    of_arrays,
    shapes_in,
    shapes_of,
    size_of,
    tells_all,
    template,
    with_masks,
)
from autograd.compiler.inputs.parameters import Parameters
from autograd.compiler.inputs.watching import Watch
from autograd.compiler.programs.building import along_with, called_as, part_of
from autograd.compiler.programs.program import Guard, Program
from autograd.compiler.tracing.lowering import LEAK
from autograd.compiler.tracing.lowering_loops import Unlike
from autograd.compiler.tracing.paths import Path, Paths, path_along
from autograd.compiler.tracing.stepping import Stepping
from autograd.compiler.tracing.trace import reader, trace
from autograd.engine import Value
from autograd.lifting import lift
from autograd.lifting.branching.apart import returned
from autograd.lifting.branching.handlers import must_be_read
from autograd.lifting.rewriting.steps import in_written_steps
from autograd.primitives.operators import Scalar
from autograd.refusals import TraceError, lacks_index
from autograd.trees import flatten, unflatten

T = TypeVar("T")

MOST_KNOWN = 1024  # combinations of argument shapes, including the number of rows, to remember
MOST_FORMS = 8  # forms of arguments to remember
CONVERTERS = {"shared": None, "rows": as_rows, "index": as_indices}  # of lists
BRANCHING: WeakSet[FunctionType] = WeakSet()  # functions whose source had to be read; for new shapes, it is read first
FIRST_TURNS = 8  # of a loop that a traced condition ends; doubled when rows need more


class KnownCall(NamedTuple):
    """The plan and the number of rows of a call, and its static arguments, kept alive because its key has their ids."""

    plan: Plan | PathsPlan
    rows: int | None
    static: tuple[Any, ...]


class Traces:
    """The programs and plans of one function, for one state of what it reads besides its arguments."""

    def __init__(self, f: Callable[..., Any] | None, parameters: Parameters, options: Options, watch: Watch) -> None:
        self.function, self.parameters, self.options, self.watch = f, parameters, options, watch
        self.programs: dict[Any, Program | Paths] = {}
        self.plans: dict[Any, Plan | PathsPlan] = {}
        self.known: dict[Any, KnownCall] = {}  # by static arguments, form and shapes
        self.forms: list[Flattener] = []  # of arguments with lists, tuples and dicts, latest first
        # By kind, reduction and differentiated arguments: functions for direct calls, latest first, with their plans.
        self.direct: dict[Any, list[tuple[Direct, Plan]]] = {}
        self.turns = FIRST_TURNS
        self._tracing = Lock()

    def flattened(self, args: tuple[Any, ...]) -> tuple[Flattener | None, tuple[Any, ...]]:
        """The flattener that knows the form of the arguments, and what it gives; else None and the arguments."""
        for flat in self.forms:
            found = flat(args)
            if found is not None:
                return flat, found
        return None, args

    def knows(self, key: Any, args: tuple[Any, ...], call: Call, found: KnownCall) -> None:
        """Remember what a call found, if the form and the shapes of its traced arguments determine it."""
        flat, arrays = self.flattened(args)
        shapes = shapes_in(arrays)
        if not tells_all(shapes):
            traced = [i for i in range(len(call.passed.names)) if not self.parameters.is_static(call.passed, i)]
            flat = flattener(args, [CONVERTERS[self.parameters.role(call.passed, i)] for i in traced])
            shapes = shapes_in(flat(args) or ())
            if not shapes or not tells_all(shapes):
                return
            self.forms = [flat, *self.forms[: MOST_FORMS - 1]]
        if len(self.known) >= MOST_KNOWN:
            self.known.clear()
        self.known[(*key, flat, shapes)] = found

    def directly(self, key: Any, args: tuple[Any, ...], call: KnownCall) -> None:
        """Write a function for direct calls with arguments like those of this call, if there is none yet."""
        if isinstance(call.plan, PathsPlan):
            return
        known, plan = self.direct.get(key, []), call.plan.latest
        if (call.rows or 0) > plan.most_direct or any(plan is other for _, other in known):
            return
        _, reduce, argnums = key
        passed, _ = self.parameters.bound(args, {})
        roles = [self.parameters.role(passed, i) for i in range(len(args))]
        fixed = [self.parameters.is_static(passed, i) for i in range(len(args))]
        converters = [STATIC if is_fixed else CONVERTERS[role] for is_fixed, role in zip(fixed, roles)]
        made = direct(plan, args, converters, reduce == "mean", isinstance(argnums, tuple))
        others = [item for item in known if item[1].successor is None]
        self.direct[key] = [(made or _refused, plan), *others[: MOST_FORMS - 1]]

    def plan(self, kind: str, call: Call, chosen: tuple[int, ...]) -> Plan | PathsPlan:
        """The plan for arguments of these specs: traced, differentiated and rolled on first use."""
        key = (kind, call.each, chosen, call.key)
        plan = self.plans.get(key)
        if plan is None:
            plan = self.plans[key] = self._planned(kind, call, chosen)
        return plan

    @uncollected
    def _planned(self, kind: str, call: Call, chosen: tuple[int, ...]) -> Plan | PathsPlan:
        traced = self._traced(call)
        origin = Origin(partial(self._longer, call), self._itself(call))
        asked = Asked(kind, call.specs, call.is_index, chosen, call.each, self.options, origin, names=call.moving)
        plan: Plan | PathsPlan
        if isinstance(traced, Paths):
            plan = PathsPlan(traced, asked, self._by_row(call), partial(self._grow, call))
        else:
            plan = Plan(traced, asked)
        plan.prepare()
        return plan

    def _traced(self, call: Call) -> Program | Paths:
        """The program of f, or its paths, for arguments of these specs, traced on first use."""
        with self._tracing.held:
            found = self.programs.get(call.key)
            if found is None:
                self.watch.begin(x for _, _, x in call.static)
                found = self.programs[call.key] = self._lasting(lambda: once(partial(self._trace, call)))
        return found

    def _lasting(self, made: Callable[[], T]) -> T:
        """Trace, and return the result; TraceError if another trace gives a different program.

        The result of f may not depend on state that f itself changes, such as a counter. So f is traced again if it has
        changed something, and again as long as a trace changes something else: the state that one call keeps may reach
        the result only two calls later.
        """
        before = self.watch.state()
        try:
            found, after = made(), self.watch.state()
            news, known = before.news(), set[Any]()
            while not news.keys() <= known:
                again = made()
                if _programs_of(again) != _programs_of(found):
                    what = f"{next(iter(news.values())):.40}, which an earlier call changed"
                    raise TraceError(f"{self.parameters.name} reads {what}: {LEAK}")
                known, news = known | news.keys(), before.news()
            if known:
                after.put_back()
        except BaseException:
            before.put_back()
            raise
        before.put_back_traced()
        self.watch.settle()
        return found

    def _by_row(self, call: Call) -> list[bool]:
        """For each argument with a spec, whether it has rows."""
        roles = {name: self.parameters.role(call.passed, i) for i, name in enumerate(call.passed.names)}
        return [roles[name] == "rows" for name in call.moving]

    @uncollected
    def _grow(self, call: Call, count: int, numbers: Sequence[float]) -> bool:
        """Add the path that a row of these numbers takes, if there are still `count` paths."""
        with self._tracing.held:
            paths = self.programs[call.key]
            assert isinstance(paths, Paths)
            if len(paths.known) != count:
                return False
            paths.add(self._lasting(lambda: self._path(call, numbers)))
            return True

    @uncollected
    def _longer(self, call: Call, program: Program) -> Program:
        """The program of f with more turns of its loops than this one has."""
        with self._tracing.held:
            found = self.programs.get(call.key)
            if found is program or not isinstance(found, Program):
                self.turns *= 2
                found = self.programs[call.key] = self._lasting(lambda: once(partial(self._selecting, call)))
            return found

    def _trace(self, call: Call, stepping: Stepping | None) -> Program | Paths:
        """The program of f if its conditions can be traced; otherwise its paths, beginning with the first row's."""
        f = self.function
        is_branching = isinstance(f, FunctionType) and f in BRANCHING
        program = None if is_branching else self._as_it_is(call, stepping)
        if program is not None:
            return program
        try:
            program = self._selecting(call, stepping)
            if isinstance(f, FunctionType):
                BRANCHING.add(f)
            return program
        except Exception:  # perhaps not f's own: a key, for example, may fail because selections have changed it
            if is_branching and (program := self._as_it_is(call, stepping)) is not None:
                return program
            if stepping is not None and stepping.met:
                raise
            if not self.options.paths or any(call.is_index) or call.rows == 0:
                raise
            try:
                paths = Paths(self.options.paths)
                paths.add(self._path(call, numbers_of(call.arrays, of_arrays(call.specs, self._by_row(call)), 0)))
                return paths
            except TraceError:
                pass  # the first error is more informative
            raise

    def _selecting(self, call: Call, stepping: Stepping | None) -> Program:
        """The program of f read from its source, in which branches become selections.

        If that lacks a whole number, f is lifted: then `int` and `math` return traced numbers, which may be indices.
        """
        f, before = self._original("other shapes"), self.watch.state()
        try:
            return self._traced_on(call, *reader(f, self.turns), stepping=stepping)
        except (TraceError, IndexError) as error:
            if f is lift(f) or not lacks_index(error):
                raise
            before.put_back()
            try:
                return self._traced_on(call, *reader(lift(f), self.turns), stepping=stepping)
            except Unlike:
                raise
            except Exception:  # lifted code may fail for reasons of its own
                raise error from None

    def _as_it_is(self, call: Call, stepping: Stepping | None) -> Program | None:
        """The program of f if its control flow depends on no traced number; None if its source must be read."""
        f = self._original("other shapes")
        if must_be_read(f):
            return None
        if stepping is not None and stepping.make is not None:
            f = in_written_steps(f, stepping.make)
        before = self.watch.state()
        try:
            return self._traced_on(call, f, stepping=stepping)
        except Unlike:
            raise
        except (TraceError, IndexError) as error:
            if not isinstance(error, TraceError) and not lacks_index(error):
                raise
            before.put_back()
            return None

    def _path(self, call: Call, numbers: Sequence[float]) -> Path:
        """The path of f that a row of these numbers takes."""
        read, branches = reader(self._original("the path of another row"), self.turns)
        return path_along(lambda along: self._traced_on(call, read, branches, along), numbers)

    def _original(self, what: str) -> Callable[..., Any]:
        """f itself, to be traced again; TypeError, which says on what, if it was unpickled without f."""
        if self.function is None:
            raise TypeError(f"{self.parameters.name} was unpickled without its function: it cannot trace {what}")
        return self.function

    def _traced_on(
        self, call: Call, function: Any, branches: Any = None, along: Any = None, stepping: Stepping | None = None
    ) -> Program:
        """The program of `function`, which is f or replaces it, for arguments of these specs."""
        specs = dict(zip(call.moving, call.specs)) | dict(call.indices)
        names = [name for name in call.passed.names if name in specs]
        roles = [self.parameters.role(call.passed, i) for i, name in enumerate(call.passed.names) if name in specs]
        of_numbers = self._of_moving(call, function)
        f = along(of_numbers) if along else of_numbers
        f.__name__ = self.parameters.name
        try:
            program = trace(f, [template(specs[name]) for name in names], names, roles, branches, stepping)
        except TraceError:
            raise
        except Exception as error:  # an error of f itself propagates, with a note on its arguments
            shapes = (f"{name} {', '.join(map(str, shapes_of(specs[name])))}" for name in names)
            error.add_note(f"{f.__name__} was traced on arguments (of rows, on one row) of shapes {'; '.join(shapes)}")
            if any(isinstance(leaf, ArraySpec) and leaf.makes for spec in call.specs for leaf in leaves_in(spec)):
                error.add_note(
                    "rows of a list of lists are lists, as f has them on floats: pass np.array(rows) for arrays"
                )
            raise
        return folded(program) if program.guard is None else _folded_together(program, program.guard)

    def _of_moving(self, call: Call, function: Any) -> Callable[..., Any]:
        """A function of the traced arguments alone, with the static ones filled in."""
        static = {name: x for name, _, x in call.static}

        def of_moving(*numbers: Any) -> Any:
            given = iter(numbers)
            values = [static[name] if name in static else next(given) for name in call.passed.names]
            return returned(call.passed.call(self.parameters.signature, function, values))

        return of_moving

    def _itself(self, call: Call) -> Callable[[Sequence[Any]], list[Any]] | None:
        """A function that runs f on the numbers of one row, as Values, and returns its results in order.

        None if f was unpickled without its function, or chooses by an index.
        """
        if self.function is None or any(call.is_index):
            return None
        f, specs = self._of_moving(call, self.function), call.specs
        leaves = [leaf for spec in specs for leaf in leaves_in(spec)]
        are_numpys = [isinstance(leaf, ArraySpec) and not leaf.makes for leaf in leaves for _ in range(size_of(leaf))]

        def itself(numbers: Sequence[Any]) -> list[Any]:
            values = (x if isinstance(x, Scalar) else Value(x) for x in numbers)
            given = (v if is_numpys else of_python(v, [v]) for v, is_numpys in zip(values, are_numpys, strict=True))
            arguments = unflatten(list(map(template, specs)), given)
            return flatten(f(*map(with_masks, arguments, specs)))

        return itself

    # --- copies

    def saved(self) -> Any:
        """For another process: a fingerprint of the code and numbers that the programs came from, and the programs."""
        return (self.watch.fingerprint() if self.function is not None else None), dict(self.programs)

    def restore(self, saved: Any) -> None:
        """Take over saved programs, unless f or what it reads differs here."""
        fingerprint, programs = saved
        if self.function is None or fingerprint == self.watch.fingerprint():
            self.programs.update(programs)


def _refused(args: tuple[Any, ...]) -> None:
    """Refuse a direct call, in place of one that could not be written."""


def _programs_of(traced: Any) -> list[Any]:
    """The keys of a program, or of a path's program and its conditions, by which to compare two traces."""
    path = traced.known[0] if isinstance(traced, Paths) else traced
    programs = [path] if isinstance(path, Program) else [path.program, path.holds]
    return [program and _told_apart(program) for program in programs]


def _told_apart(program: Program) -> tuple[Any, ...]:
    """A key that differs if two traces' programs do: it compares error types, not errors, and the order of outputs."""
    guard = program.guard and (program.guard.program, list(map(type, program.guard.errors)))
    return replace(program, guard=None), flatten(program.outputs), guard


def _folded_together(program: Program, guard: Guard) -> Program:
    """A program and its guard, folded as one, so that both have the same loops."""
    both = folded(along_with(program, guard.program))
    outputs, code = both.outputs
    guarding = replace(part_of(both, code), rows=program.rows, template=0.0)
    return replace(called_as(program, part_of(both, outputs)), guard=guard._replace(program=guarding))


def once(traced: Callable[[Stepping | None], T], reads: bool = True) -> T:
    """Trace with one step of each loop; if steps are not alike, with all of them.

    If that fails where `for` statements were read, too, scans alone are tried: a `for` statement must not keep a scan
    from being traced once.
    """
    stepping = Stepping(reads)
    try:
        return traced(stepping)
    except Exception:  # perhaps only because a loop was traced from one step: tracing all steps will tell
        if not stepping.met:
            raise
    return once(traced, reads=False) if stepping.read else traced(None)

"""Compiled: a function of scalars that is traced once and then runs over arrays."""

from __future__ import annotations

import gc
import inspect
import os
import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

from autograd.compiler.backends import Backend, Options, missing
from autograd.compiler.layout import Reader, UnfitNumber, nested, shapes_in, shapes_of, tells_all, template, value_of
from autograd.compiler.locks import Lock
from autograd.compiler.plans import Plan
from autograd.compiler.program import Program
from autograd.compiler.tracing import trace
from autograd.symbols import TraceError
from autograd.transforms.reverse import value_and_grad

REDUCTIONS = ("sum", "mean", None)
MOST_KNOWN = 1024  # shapes of arguments, numbers of rows among them, that are remembered


class Call(NamedTuple):
    """The arguments of one call: their forms, which the program depends on, their numbers, and how rows are reduced."""

    forms: tuple[Any, ...]
    static: tuple[tuple[str, Any], ...]
    arrays: list[Any]
    rows: int | None
    reduce: str | None

    @property
    def each(self) -> bool:
        """Whether there is a result for each row."""
        return self.rows is not None and self.reduce is None


class Compiled:
    """A function of one row, written on scalars, that runs over arrays: what `autograd.compile` gives.

    `fast(*arguments, reduce=...)` gives its value for every row, or with `reduce` "sum" or "mean" one for all.
    `fast.program` is the program of the latest call. TypeError and ValueError name the argument that does not fit.
    """

    def __init__(self, f: Callable[..., Any], rows: Sequence[str], static: Sequence[str], options: Options) -> None:
        if not callable(f):
            raise TypeError(f"compile: f must be a function, got {type(f).__name__} {f!r:.60}")
        self.function: Callable[..., Any] | None = f
        self.signature = inspect.signature(f)
        self.rows, self.static = _names("rows", rows), _names("static", static)
        self.__name__ = getattr(f, "__name__", type(f).__name__)
        self.__doc__ = f.__doc__
        for name in (*self.rows, *self.static):
            if name not in self.signature.parameters:
                known = ", ".join(self.signature.parameters)
                raise ValueError(f"compile: {self.__name__}({known}) has no parameter {name!r}")
        self.options = options.checked()
        self._prepare({})

    def _prepare(self, programs: dict[Any, Program]) -> None:
        self._programs = programs
        self._plans: dict[Any, Plan] = {}
        self._choices: dict[Any, tuple[int, ...]] = {}
        self._known: dict[Any, tuple[Plan, int | None]] = {}
        self._tracing = Lock()
        self._latest: Plan | None = None
        self._plain_argnums: tuple[int, ...] = ()
        positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        parameters = list(self.signature.parameters.values())
        self._parameters = [p.name for p in parameters if p.kind in positional]
        self._moving = [name for name in self._parameters if name not in self.static]
        self._by_row = [name in self.rows for name in self._parameters]
        self._plain = len(self._parameters) == len(parameters)
        self._direct = self._plain and not self.static

    def __repr__(self) -> str:
        return f"<compiled {self.__name__}{self.signature}>"

    @property
    def program(self) -> Program:
        """The program of the latest call; ValueError before there was one."""
        if self._latest is None:
            raise ValueError(f"{self.__name__} has not been called yet, so there is no program")
        return self._latest.program

    @property
    def backend(self) -> Backend:
        """What the program of the latest call runs on, or, before there was one, what is meant to run it; and why.

        >>> import autograd
        >>> print(autograd.compile(lambda x: x * x, backend="numpy").backend)
        numpy: as asked for
        """
        return self.options.preferred if self._latest is None else self._latest.backend

    # --- what it computes

    def __call__(self, *args: Any, reduce: str | None = None, **kwargs: Any) -> Any:
        """The value for each row, or their sum or mean; the value itself where no argument has rows."""
        try:
            plan, arrays, rows = self._ready("value", args, kwargs, reduce, ())
        except UnfitNumber as error:
            return self._eager(error)(*args, **kwargs)
        return value_of(plan.program.outputs, iter(plan.run(arrays, rows, reduce)), plan.each)

    def value_and_grad(
        self, *args: Any, argnums: int | tuple[int, ...] = 0, reduce: str | None = None, **kwargs: Any
    ) -> tuple[Any, Any]:
        """The value and ∂value/∂argument, in the structure of the argument, or a tuple of several.

        For an argument with rows the derivative has a row for each; for what the rows share it is that of the total,
        and with `reduce=None` it has a row for each too.

        >>> import autograd
        >>> fast = autograd.compile(lambda w, x: w * x * x, rows=("x",))
        >>> fast.value_and_grad(2.0, [1.0, 3.0], reduce="sum")
        (20.0, 10.0)
        """
        try:
            plan, arrays, rows = self._ready("gradient", args, kwargs, reduce, argnums)
        except UnfitNumber as error:
            both: tuple[Any, Any] = value_and_grad(self._eager(error), argnums)(*args, **kwargs)
            return both
        first, *others = plan.run(arrays, rows, reduce)
        value = first if plan.each else float(first)
        gradients = plan.derivatives(others)
        return value, gradients if isinstance(argnums, (tuple, list)) else gradients[0]

    def hessian(self, *args: Any, argnums: int = 0, reduce: str | None = None, **kwargs: Any) -> Any:
        """Every ∂²value/∂xᵢ∂xⱼ of one argument that has no rows: as `autograd.hessian`, for the total or each row.

        >>> import autograd
        >>> autograd.compile(lambda x: x[0] ** 2 * x[1]).hessian([3.0, 5.0])
        [[10.0, 6.0], [6.0, 0.0]]
        """
        call = self._read(args, kwargs, reduce)
        (i,) = self._chosen(argnums)
        if self._moving[i] in self.rows:
            raise ValueError(f"{self.__name__}.hessian: {self._moving[i]} has rows; a Hessian is of what they share")
        (flat,) = self._plan("hessian", call, (i,)).run(call.arrays, call.rows, reduce)
        return nested(call.forms[i], flat, call.each)

    def hvp(
        self, *args: Any, tangents: Any, argnums: int | tuple[int, ...] = 0, reduce: str | None = None, **kwargs: Any
    ) -> Any:
        """The Hessian times `tangents`, which have the structure of the argument, or are a tuple for several.

        >>> import autograd
        >>> autograd.compile(lambda x: x[0] ** 2 * x[1]).hvp([3.0, 5.0], tangents=[1.0, 0.0])
        [10.0, 6.0]
        """
        call = self._read(args, kwargs, reduce)
        chosen = self._chosen(argnums)
        vectors = tuple(tangents) if isinstance(argnums, (tuple, list)) else (tangents,)
        arrays = list(call.arrays)
        for i, vector in zip(chosen, vectors, strict=True):
            name = self._moving[i]
            reader = Reader(f"tangents of {name}", name in self.rows)
            if reader.form(vector) != call.forms[i] or reader.rows not in (None, call.rows):
                raise ValueError(f"{self.__name__}.hvp: tangents must have the structure of {name}")
            arrays += reader.arrays
        plan = self._plan("hvp", call, chosen)
        products = plan.derivatives(plan.run(arrays, call.rows, reduce))
        return products if isinstance(argnums, (tuple, list)) else products[0]

    # --- arguments

    def _ready(
        self, kind: str, args: tuple[Any, ...], kwargs: dict[str, Any], reduce: str | None, argnums: Any
    ) -> tuple[Plan, Sequence[Any], int | None]:
        """What runs, on which arrays of how many rows: known by the shapes where arguments are arrays and floats."""
        direct = self._direct and not kwargs and self._is_plain(argnums) and reduce in REDUCTIONS
        key = (kind, reduce, argnums, shapes_in(args)) if direct else None
        known = self._known.get(key)
        if known is not None:
            self._latest, rows = known
            return known[0], args, rows
        call = self._read(args, kwargs, reduce)
        plan = self._plan(kind, call, self._chosen(argnums))
        if key is not None and tells_all(key[-1]):
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[key] = plan, call.rows
        return plan, call.arrays, call.rows

    def _read(self, args: tuple[Any, ...], kwargs: dict[str, Any], reduce: str | None) -> Call:
        if reduce not in REDUCTIONS:
            raise ValueError(f"{self.__name__}: reduce is 'sum', 'mean' or None, got {reduce!r}")
        if reduce is not None and not self.rows:
            raise ValueError(f"{self.__name__}: nothing to reduce, since no argument has rows")
        if kwargs or len(args) != len(self._parameters) or not self._plain:
            args = self._bound(args, kwargs)
        forms: list[Any] = []
        arrays: list[Any] = []
        static: list[tuple[str, Any]] = []
        rows: int | None = None
        first = ""
        for name, x in zip(self._parameters, args):
            if name in self.static:
                static.append((name, x))
                continue
            reader = Reader(name, name in self.rows)
            forms.append(reader.form(x))
            arrays += reader.arrays
            if reader.rows is not None:
                if rows is not None and rows != reader.rows:
                    raise ValueError(f"{self.__name__}: {name} has {reader.rows} rows, {first} has {rows}")
                rows, first = reader.rows, name
        if self.rows and rows is None:
            raise ValueError(f"{self.__name__}: there is no array in {', '.join(self.rows)} that could have rows")
        return Call(tuple(forms), tuple(static), arrays, rows, reduce)

    def _bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{self.__name__}{self.signature}: {error}") from None
        bound.apply_defaults()
        if bound.kwargs or len(bound.args) != len(self._parameters):
            raise TypeError(
                f"{self.__name__}{self.signature}: a compiled function takes parameters with names of their own"
            )
        return bound.args

    def _eager(self, error: UnfitNumber) -> Callable[..., Any]:
        """The function itself, for numbers that arrays of floats cannot hold; the error where that will not do."""
        if self.rows or self.function is None:
            raise error
        return self.function

    def _chosen(self, argnums: Any) -> tuple[int, ...]:
        """The arguments to differentiate, by their place among those that are not static."""
        known = self._choices.get(argnums) if self._is_plain(argnums) else None
        if known is not None:
            return known
        wanted = argnums if isinstance(argnums, (tuple, list)) else (argnums,)
        chosen = []
        for i in wanted:
            if not hasattr(i, "__index__") or isinstance(i, bool):
                raise TypeError(f"{self.__name__}: argnums must be an int or a tuple of ints, got {argnums!r}")
            if not -len(self._parameters) <= i < len(self._parameters):
                raise ValueError(f"{self.__name__}: argnums={argnums!r} is out of range for {self.signature}")
            name = self._parameters[i]
            if name in self.static:
                raise ValueError(f"{self.__name__}: {name} is static, so there is no derivative with respect to it")
            chosen.append(self._moving.index(name))
        if len(set(chosen)) < len(chosen):
            raise ValueError(f"{self.__name__}: argnums={argnums!r} names an argument twice")
        if self._is_plain(argnums):
            self._choices[argnums] = tuple(chosen)
        return tuple(chosen)

    def _is_plain(self, argnums: Any) -> bool:
        """Whether that is an int or a tuple of ints, which may be looked up: 0.0 and True would be found as 0 and 1."""
        if argnums is self._plain_argnums or type(argnums) is int:
            return True
        if type(argnums) is not tuple or not {int}.issuperset(map(type, argnums)):
            return False
        self._plain_argnums = argnums  # most often the same constant comes again
        return True

    # --- programs

    def _plan(self, kind: str, call: Call, chosen: tuple[int, ...] = ()) -> Plan:
        """What runs for arguments of these forms: traced, differentiated and rolled up when they first come."""
        key = (kind, call.each, chosen, call.forms, call.static)
        try:
            plan = self._plans.get(key)
        except TypeError:
            names = ", ".join(name for name, _ in call.static)
            raise TypeError(f"{self.__name__}: static arguments must be hashable: {names}") from None
        if plan is None:
            with _uncollected():
                plan = Plan(kind, self._traced(call), call.forms, chosen, call.each, self.options)
                plan.prepare()
            self._plans[key] = plan
        self._latest = plan
        return plan

    def _traced(self, call: Call) -> Program:
        """The program of f for arguments of these forms."""
        key = (call.forms, call.static)
        with self._tracing:
            program = self._programs.get(key)
            if program is None:
                if self.function is None:
                    raise TypeError(f"{self.__name__} was unpickled without its function: it cannot trace other shapes")
                program = self._programs[key] = self._trace(self.function, call)
        return program

    def _trace(self, function: Callable[..., Any], call: Call) -> Program:
        static = dict(call.static)

        def moving(*numbers: Any) -> Any:
            given = iter(numbers)
            return function(*[static[name] if name in static else next(given) for name in self._parameters])

        moving.__name__ = self.__name__
        try:
            program = trace(moving, [template(form) for form in call.forms], self._moving)
        except TraceError:  # which names its line, whatever the shapes
            raise
        except Exception as error:  # whatever f itself raises goes on, with what it was given
            shapes = (f"{name} {', '.join(map(str, shapes_of(form)))}" for name, form in zip(self._moving, call.forms))
            error.add_note(
                f"{self.__name__} was traced on arguments (of rows, on one row) of shapes {'; '.join(shapes)}"
            )
            raise
        names = zip(program.arguments, self._moving)  # a program calls a parameter named like an operation otherwise
        return replace(program, rows=tuple(argument.name for argument, name in names if name in self.rows))

    # --- copies

    def __reduce__(self) -> Any:
        names = (self.__name__, self.__doc__)
        state = (
            _portable(self.function), self.signature, self.rows, self.static, self.options, names, dict(self._programs)
        )  # fmt: skip
        return _unpickled, state


class Carried:
    """A function that pickle cannot name, in the form of cloudpickle: what Dask and others send between processes."""

    def __init__(self, function: Any) -> None:
        self.bytes = sys.modules["cloudpickle"].dumps(function)

    def function(self) -> Any:
        """The function again."""
        return pickle.loads(self.bytes)


def _portable(function: Any) -> Any:
    """The function if pickle can name it, else as cloudpickle has it where that is loaded, else None."""
    try:
        pickle.dumps(function)
    except Exception:  # pickle raises PicklingError, AttributeError, TypeError, or what a __reduce__ raises
        return Carried(function) if "cloudpickle" in sys.modules else None
    return function


_pauses: list[None] = []  # of the garbage collector, one for each that there is


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the garbage collector, which takes a fifth of the time of making a program, and finds nothing."""
    if not gc.isenabled():
        yield
        return
    _pauses.append(None)
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        del _pauses[-1:]


def _collect_again() -> None:
    """In the child of a fork, where the thread that paused the collector is not there to go on."""
    if _pauses:
        _pauses.clear()
        gc.enable()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_collect_again)


def _unpickled(
    function: Any, signature: Any, rows: Any, static: Any, options: Options, names: Any, programs: dict[Any, Program]
) -> Compiled:
    made = Compiled.__new__(Compiled)
    made.function = function.function() if isinstance(function, Carried) else function
    made.signature, made.rows, made.static = signature, rows, static
    made.__name__, made.__doc__ = names
    made.options = options if options.backend != "llvm" or not missing() else options._replace(backend="auto")
    made._prepare(programs)
    return made


def _names(option: str, names: Any) -> tuple[str, ...]:
    if isinstance(names, str):
        return (names,)
    found = tuple(names)
    if not all(isinstance(name, str) for name in found):
        raise TypeError(f"compile: {option} is a tuple of parameter names, got {names!r}")
    return found

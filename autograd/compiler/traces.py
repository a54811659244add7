"""Traces: the programs of a function for what it has been called on, and their plans, while it reads the same."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

from autograd.compiler.backends import Options
from autograd.compiler.layout import shapes_of, template
from autograd.compiler.locks import Lock
from autograd.compiler.parameters import Parameters, Passed
from autograd.compiler.plans import Plan
from autograd.compiler.program import Program
from autograd.compiler.tracing import trace
from autograd.compiler.watching import Watch
from autograd.refusals import TraceError


class Call(NamedTuple):
    """The arguments of one call: their specs, which the program depends on, their numbers, and how rows are reduced.

    `static` has the name of each static argument, a key by type and bits, and its value.
    """

    passed: Passed
    specs: tuple[Any, ...]
    static: tuple[tuple[str, Any, Any], ...]
    arrays: list[Any]
    rows: int | None
    reduce: str | None

    @property
    def each(self) -> bool:
        """Whether there is a result for each row."""
        return self.rows is not None and self.reduce is None

    @property
    def moving(self) -> list[str]:
        """The names of the arguments that are traced."""
        fixed = {name for name, _, _ in self.static}
        return [name for name in self.passed.names if name not in fixed]

    @property
    def key(self) -> Any:
        """What its program depends on."""
        return self.passed, self.specs, tuple((name, key) for name, key, _ in self.static)


class Traces:
    """The programs and plans of one function, in one state of what it reads besides its arguments."""

    def __init__(self, f: Callable[..., Any] | None, parameters: Parameters, options: Options, watch: Watch) -> None:
        self.function, self.parameters, self.options, self.watch = f, parameters, options, watch
        self.programs: dict[Any, Program] = {}
        self.plans: dict[Any, Plan] = {}
        self.known: dict[Any, tuple[Plan, int | None]] = {}  # by the shapes of arrays alone
        self._tracing = Lock()

    def plan(self, kind: str, call: Call, chosen: tuple[int, ...]) -> Plan:
        """What runs for arguments of these specs: traced, differentiated and rolled up when they first come."""
        key = (kind, call.each, chosen, call.key)
        plan = self.plans.get(key)
        if plan is None:
            with uncollected():
                plan = Plan(kind, self._traced(call), call.specs, chosen, call.each, self.options)
                plan.prepare()
            self.plans[key] = plan
        return plan

    def _traced(self, call: Call) -> Program:
        """The program of f for arguments of these specs."""
        with self._tracing.held:
            program = self.programs.get(call.key)
            if program is None:
                program = self.programs[call.key] = self._trace(call)
        return program

    def _trace(self, call: Call) -> Program:
        function, name, moving = self.function, self.parameters.name, call.moving
        if function is None:
            raise TypeError(f"{name} was unpickled without its function: it cannot trace other shapes")
        static = {name: x for name, _, x in call.static}

        def of_numbers(*numbers: Any) -> Any:
            given = iter(numbers)
            values = [static[name] if name in static else next(given) for name in call.passed.names]
            return call.passed.call(self.parameters.signature, function, values)

        of_numbers.__name__ = name
        try:
            program = trace(of_numbers, [template(spec) for spec in call.specs], moving)
        except TraceError:  # which names its line, whatever the shapes
            raise
        except Exception as error:  # whatever f itself raises goes on, with what it was given
            shapes = (f"{name} {', '.join(map(str, shapes_of(spec)))}" for name, spec in zip(moving, call.specs))
            error.add_note(f"{name} was traced on arguments (of rows, on one row) of shapes {'; '.join(shapes)}")
            raise
        names = zip(program.arguments, moving)  # a program calls a parameter named like an operation otherwise
        by_row = {name for i, name in enumerate(call.passed.names) if self.parameters.has_rows(call.passed, i)}
        return replace(program, rows=tuple(argument.name for argument, name in names if name in by_row))

    # --- copies

    def saved(self) -> Any:
        """The programs for another process, and the fingerprint of the code and the numbers that they were made of."""
        return (self.watch.fingerprint() if self.function is not None else None), dict(self.programs)

    def restore(self, saved: Any) -> None:
        """Take over programs that were saved, unless f or what it reads is another here."""
        fingerprint, programs = saved
        if self.function is None or fingerprint == self.watch.fingerprint():
            self.programs.update(programs)


_pauses: list[None] = []  # of the garbage collector, one for each that there is


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the garbage collector, which takes a fifth of the time of making a program, and finds nothing."""
    if not gc.isenabled():
        yield
        return
    try:  # around all of it, since a Ctrl-C may come after any step, be it the first of what comes finally
        try:
            _pauses.append(None)
            gc.disable()
            yield
        finally:
            gc.enable()
            del _pauses[-1:]
    finally:
        gc.enable()


def _collect_again() -> None:
    """In the child of a fork, where the thread that paused the collector is not there to go on."""
    if _pauses:
        _pauses.clear()
        gc.enable()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_collect_again)

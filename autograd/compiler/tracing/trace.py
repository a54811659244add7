"""Tracing: run a function once on Values that hold symbols, and record what it does as a program."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from contextlib import closing
from contextvars import ContextVar, copy_context
from dataclasses import replace
from operator import itemgetter
from typing import Any

from autograd.arrays.indexing import failing
from autograd.compiler.programs.building import ProgramBuilder
from autograd.compiler.programs.operation import Argument, reached
from autograd.compiler.programs.program import Guard, Program
from autograd.compiler.tracing.indexing import Indexing
from autograd.compiler.tracing.lowering import Lowering
from autograd.compiler.tracing.stepping import Stepping
from autograd.engine import Value
from autograd.engine.kinks import Differentiated, differentiated
from autograd.engine.recording import Recording
from autograd.engine.value import GIVEN, clock
from autograd.lifting.branching.branches import Branches
from autograd.lifting.lifted import Lifted
from autograd.lifting.reading import Reading
from autograd.numbers.kinds import coerce
from autograd.refusals import refusing
from autograd.symbols import Condition, Symbol
from autograd.symbols.expressions import OfNumPy
from autograd.transforms.looping import looping
from autograd.trees import CONTAINERS, flatten, holding, is_array, items_of, like, map_tree, parts_of


def trace(
    f: Callable[..., Any],
    arguments: Sequence[Any],
    names: Sequence[str] = (),
    roles: Sequence[str] = (),
    branches: Branches | None = None,
    stepping: Stepping | None = None,
) -> Program:
    """The program of f for arguments of this structure: numbers, arrays, and lists, tuples and dicts of them.

    The role of an argument is "shared", "rows" or "index". The numbers that f chooses from shared arguments by an index
    become further arguments of the program, in place of the index.

    TraceError if f needs the truth value of a comparison, or depends on a Value that is not among its arguments.
    `branches` are those of f if `reader` made it; the errors that it raises for some rows guard the program. `stepping`
    makes loops of `scan` and `fori_loop`, whose steps are otherwise traced one by one.

    >>> trace(lambda x, y: x * y + y, (1.0, 2.0)).size
    2
    """
    builder = ProgramBuilder()
    lowering = Lowering(builder, first=next(clock))
    names = names or argument_names(f, len(arguments))
    roles = roles or ["shared"] * len(arguments)
    indexing = Indexing(lowering, lambda name: _leaf(name, lowering), branches)
    kinks: list[tuple[Any, int]] = []  # of operations that f differentiates: the condition, and how often
    failures: list[tuple[Any, Exception]] = []
    here = branches.here if branches is not None else lambda where: where
    fails = branches.fails if branches is not None else lambda where, error: failures.append((where, error))
    told = Differentiated(lambda where, order: kinks.append((here(where), order)))
    if stepping is not None:
        stepping.start(lowering, branches)
    heard: dict[ContextVar[Any], Any] = {
        failing: fails,
        differentiated: told,
        looping: None if stepping is None else stepping.run,
    }

    def run() -> tuple[Any, list[Argument]]:
        with closing(lowering):
            with Recording(True):
                given, traced = _enter(arguments, names, roles, lowering, indexing)
                result = indexing.applied(f, given) if "index" in roles else refusing(f, *given)
            return _recorded(result, lowering, last=branches is None and not kinks and not failures), traced

    (outputs, template), traced = _heard(heard, run)
    if branches is not None:
        branches.close()
        failures = branches.failures
    code = _code(failures, kinks, builder, lowering)
    lowering.forget()
    live: set[int] = set()
    if "index" in roles:
        live.update(reached([*flatten(outputs), code], [x.operands for x in builder.operations]))
    gathers, chosen = indexing.gathers(live)
    by_row = [role == "rows" for role in roles if role != "index"] + [True] * len(chosen)

    def program(outputs: Any, template: Any, last: bool) -> Program:
        made = builder.program(getattr(f, "__name__", "f"), [*traced, *chosen], outputs, last=last)
        rows = tuple(argument.name for argument, has_rows in zip(made.arguments, by_row) if has_rows)
        return replace(made, rows=rows, template=template)

    is_guarded = bool(failures or kinks)
    guard = Guard(program(code, 0.0, False), tuple(error for _, error in failures)) if is_guarded else None
    return replace(program(outputs, template, True), gathers=gathers, guard=guard, roots=told.roots)


def _recorded(result: Any, lowering: Lowering, last: bool) -> tuple[Any, Any]:
    """The numbers of the values that f returns, and a template; without `last`, conditions are recorded afterwards."""
    numbers = flatten(result)
    if last:
        lowering.finish(numbers)
    else:
        lowering.record(numbers)
    return _output(result, lowering), map_tree(lambda _: 0.0, result)


def _heard(values: dict[ContextVar[Any], Any], run: Callable[[], Any]) -> Any:
    """The result of run() with these values of context variables, in its own context, so that a Ctrl-C resets them."""
    context = copy_context()
    for variable, value in values.items():
        context.run(variable.set, value)
    return context.run(run)


def _code(
    failures: Sequence[tuple[Any, Exception]],
    kinks: Sequence[tuple[Any, int]],
    builder: ProgramBuilder,
    lowering: Lowering,
) -> int:
    """The number of the first error of a row, from 1; without one, minus the highest order of its kinks, or 0."""
    code = builder.constant(0.0)
    for where, order in sorted(kinks, key=itemgetter(1)):
        code = builder.emit("where", (lowering.number(where), builder.constant(-float(order)), code))
    for i, (where, _) in reversed(list(enumerate(failures, 1))):
        code = builder.emit("where", (lowering.number(where), builder.constant(float(i)), code))
    return code


def reader(f: Callable[..., Any], turns: int) -> tuple[Any, Branches]:
    """f as read from its source, so that its conditions can be traced, and the branches of its trace.

    Rows may make up to `turns` turns of an open loop after others have left it.
    """
    branches = Branches(turns)
    if isinstance(f, Lifted):
        return Reading(branches, True).read(f.watched), branches
    return Reading(branches, False).read(f), branches


def argument_names(f: Callable[..., Any], count: int) -> list[str]:
    """The names of f's first parameters; those from `*args` are numbered."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    rest = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), "x")
    return [names[i] if i < len(names) else f"{rest}{i}" for i in range(count)]


# --- arguments ----------------------------------------------------------------------------------


def _enter(
    arguments: Sequence[Any], names: Sequence[str], roles: Sequence[str], lowering: Lowering, indexing: Indexing
) -> tuple[list[Any], list[Argument]]:
    """The arguments as f sees them, and those of the program: all except the indices, which choose from the others."""
    given, traced = [], []
    for x, name, role in zip(arguments, names, roles):
        seen, tree = _entered(x, name, lowering)
        given.append(seen)
        if role == "index":
            map_tree(indexing.column, seen)
        else:
            traced.append(Argument(name, tree))
            indexing.knows(name, flatten(tree), role == "shared")
    return given, traced


def _entered(x: Any, name: str, lowering: Lowering) -> tuple[Any, Any]:
    """An argument as f sees it, with Values for its numbers, and the tree of their value numbers."""
    if isinstance(x, CONTAINERS):
        parts = [_entered(part, f"{name}_{key}", lowering) for key, part in items_of(x)]
        return like(x, [given for given, _ in parts]), _tree_like(x, [tree for _, tree in parts])
    if is_array(x) and x.ndim:
        return _entered_array(x, name, lowering)
    value, i = _leaf(name, lowering)
    return Condition("!=", value._number, 0.0) if type(x) is bool else value, i


def _entered_array(x: Any, name: str, lowering: Lowering) -> tuple[Any, Any]:
    import numpy

    given = numpy.empty(x.shape, dtype=object)
    tree: list[Any] = []
    for i in range(x.shape[0]):
        row = x[i]
        of_row = f"{name}_{i}"
        given[i], part = _entered_array(row, of_row, lowering) if x.ndim > 1 else _leaf(of_row, lowering, OfNumPy)
        if x.dtype == bool and x.ndim == 1:
            given[i] = Condition("!=", given[i]._number, 0.0)
        tree.append(part)
    return holding(given, traced=True), tuple(tree)


def _leaf(name: str, lowering: Lowering, origin: type[str] = str) -> tuple[Value, int]:
    """An input for a number of an argument: its Value and its number; `origin` is OfNumPy for a NumPy number."""
    symbol = Symbol(origin(name))
    value = Value(symbol, label=name)  # type: ignore[arg-type]  # users have no symbols
    value._place = GIVEN
    i = lowering.builder.input(name)
    lowering.knows(symbol, i)
    lowering.knows(value, i)
    return value, i


def _tree_like(x: Any, parts: list[Any]) -> Any:
    """The tree of a dict, a sequence or an array, from the trees of its parts."""
    return like(x, parts) if isinstance(x, dict) else tuple(parts)


# --- results ------------------------------------------------------------------------------------


def _output(result: Any, lowering: Lowering) -> Any:
    if isinstance(result, CONTAINERS) or (is_array(result) and result.ndim):
        return _tree_like(result, [_output(part, lowering) for part in parts_of(result)])
    x = result[()] if is_array(result) else result
    return lowering.at(x) if isinstance(x, Value) else lowering.detached(coerce(x))

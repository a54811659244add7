"""Puts a fault into the running engine and takes it out again.

A function is edited by replacing its code object, so every closure and table that holds the function runs the fault.
"""

import gc
import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType
from typing import Any

from autograd.primitives import Primitive

Change = Callable[[list[Any], list[Any]], list[Any]]


@contextmanager
def recoded(functions: list[FunctionType], code: CodeType) -> Iterator[None]:
    """Replace the code of functions for the duration of a with block."""
    before = [function.__code__ for function in functions]
    for function in functions:
        function.__code__ = code
    try:
        yield
    finally:
        for function, old in zip(functions, before, strict=True):
            function.__code__ = old


def source_of(function: FunctionType) -> str:
    """The source of a function, without its decorators, at the left margin."""
    lines = textwrap.dedent(inspect.getsource(function)).splitlines(keepends=True)
    first = next(i for i, line in enumerate(lines) if line.startswith("def "))
    return "".join(lines[first:])


def compiled(source: str, function: FunctionType) -> CodeType:
    """Compile this source and return the code that replaces the function's own."""
    module = compile("from __future__ import annotations\n" + source, function.__code__.co_filename, "exec")
    return inner(module, function.__name__)


def inner(code: CodeType, name: str) -> CodeType:
    """The code of a function defined inside other code."""
    return next(part for part in code.co_consts if isinstance(part, CodeType) and part.co_name == name)


@contextmanager
def edited(function: FunctionType, old: str, new: str, nested: str = "") -> Iterator[None]:
    """Replace a piece of a function's source; with `nested`, in every living closure of that name that it has made."""
    source = source_of(function)
    if source.count(old) != 1:
        raise ValueError(f"{old!r} occurs {source.count(old)} times in {function.__qualname__}")
    code = compiled(source.replace(old, new), function)
    functions = [function]
    if nested:
        original = inner(function.__code__, nested)
        code = inner(code, nested)
        gc.unfreeze()  # the tests freeze what is there before them
        functions = [f for f in gc.get_objects() if type(f) is FunctionType and f.__code__ is original]
    with recoded(functions, code):
        yield


@contextmanager
def changed_partials(row: Primitive, change: Change) -> Iterator[None]:
    """Pass the local derivatives that a row's rule returns through `change(local derivatives, operands)`."""
    rule: Any = row.declared
    parameters = ", ".join(row.parameters)
    named = ", z=z" if rule.__code__.co_kwonlyargcount else ""
    original = FunctionType(rule.__code__, rule.__globals__, rule.__name__, rule.__defaults__)

    def mutant(*operands: Any, **value: Any) -> Any:
        result = original(*operands, **value)
        flat = [x for part in operands for x in (part if isinstance(part, (list, tuple)) else (part,))]
        if row.kernel is not None:
            return tuple(change(list(result), flat))
        return result[0], tuple(change(list(result[1]), flat))

    rule.__globals__["mutant_rule"] = mutant
    try:
        source = f"def {rule.__name__}({parameters}{', *, z' if named else ''}):\n"
        with recoded([rule], compiled(f"{source}    return mutant_rule({parameters}{named})\n", rule)):
            yield
    finally:
        del rule.__globals__["mutant_rule"]

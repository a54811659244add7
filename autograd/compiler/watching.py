"""Watching: what a traced function reads besides its arguments, so that a change of it is traced again.

Watched are the globals and the cells of closures that a function names, its code and its defaults, and those of every
Python function that these hold, libraries apart. Not to be seen are attributes, what changes in place, random numbers.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable, Iterator
from operator import attrgetter, is_
from types import CodeType, FunctionType, MethodType
from typing import Any

import numpy

LIBRARIES = {"autograd", "nn", "numpy", "scipy", *sys.stdlib_module_names} - {"__main__"}
READ, WRITTEN = {"LOAD_GLOBAL", "LOAD_NAME"}, {"STORE_GLOBAL", "DELETE_GLOBAL", "STORE_DEREF", "DELETE_DEREF"}

_contents = attrgetter("cell_contents")
_code = attrgetter("__code__")
_defaults = attrgetter("__defaults__")


class Watch:
    """What some function reads, as it was when this was made; `changed()` says whether it is so no longer.

    Looking costs some thirty nanoseconds a name: every group is one getter that runs, in C, over what it gets from.
    """

    def __init__(self, f: Callable[..., Any]) -> None:
        self._groups: list[tuple[Callable[[Any], Any], tuple[Any, ...], tuple[Any, ...]]] = []
        functions = tuple(function for function in _functions(f) if not _is_library(function))
        for function in functions:
            read, written = _names(function.__code__)
            self._add(function.__globals__.get, tuple(sorted(read - written)))
            free = zip(function.__code__.co_freevars, function.__closure__ or ())
            self._add(_contents, tuple(cell for name, cell in free if name not in written and _is_full(cell)))
        self._add(_code, functions)
        self._add(_defaults, functions)

    def _add(self, get: Callable[[Any], Any], keys: tuple[Any, ...]) -> None:
        if keys:
            self._groups.append((get, keys, tuple(map(get, keys))))

    def changed(self) -> bool:
        """Whether a name stands for something else than it did, be it an equal number."""
        try:
            for get, keys, values in self._groups:
                if not all(map(is_, map(get, keys), values)):
                    return True
        except ValueError:  # a cell that is empty now
            return True
        return False

    def key(self) -> Any:
        """What two states have in common where the function does the same in both; of a Watch that is kept."""
        return tuple(tuple(exactly(value, id) for value in values) for _, _, values in self._groups)

    def fingerprint(self) -> str:
        """A text that another process gives for the same code on the same numbers."""
        from hashlib import sha256

        told = [_told(value) for _, _, values in self._groups for value in values]
        return sha256("\n".join(told).encode(errors="backslashreplace")).hexdigest()


def exactly(x: Any, otherwise: Callable[[Any], Any]) -> Any:
    """A key for a value by type and bits: 0.0 and -0.0 are two, as are 1, 1.0 and True.

    What is no number, text, tuple or frozenset of them has the key that `otherwise` gives.
    """
    if isinstance(x, float):
        return type(x), x.hex()
    if isinstance(x, complex):
        return type(x), x.real.hex(), x.imag.hex()
    if isinstance(x, (tuple, frozenset)):
        items = [exactly(item, otherwise) for item in x]
        return type(x), frozenset(items) if isinstance(x, frozenset) else tuple(items)
    if isinstance(x, numpy.generic):
        return type(x), x.tobytes()
    return type(x), x if isinstance(x, (int, str, bytes, type(None))) else otherwise(x)


def unwrapped(f: Any) -> Any:
    """The Python function that a callable runs: of a method, of a partial, of an object with `__call__`."""
    while True:
        if isinstance(f, MethodType):
            f = f.__func__
        elif hasattr(f, "func") and type(f).__module__ == "functools":
            f = f.func
        elif isinstance(f, FunctionType) or not hasattr(type(f), "__call__") or isinstance(f, type):
            return f
        else:
            call = type(f).__call__
            if not isinstance(call, FunctionType):
                return f
            f = call


def _is_library(function: FunctionType) -> bool:
    """Whether this is code that nobody changes while it runs."""
    return (function.__module__ or "").partition(".")[0] in LIBRARIES


def _functions(f: Any) -> Iterator[FunctionType]:
    """The Python functions that f reaches by names and cells, itself first; of libraries only what they wrap."""
    waiting, seen = [f], set()
    while waiting:
        x = waiting.pop()
        given = (*x.args, *x.keywords.values()) if type(x).__module__ == "functools" and hasattr(x, "keywords") else ()
        waiting += filter(callable, given)
        function = unwrapped(getattr(x, "watched", x))
        if not isinstance(function, FunctionType) or id(function) in seen:
            continue
        seen.add(id(function))
        yield function
        found = [cell.cell_contents for cell in function.__closure__ or () if _is_full(cell)]
        found.append(getattr(function, "__wrapped__", None))
        if not _is_library(function):
            scope = function.__globals__
            found += [scope.get(name) for name in _names(function.__code__)[0]]
            found += function.__defaults__ or ()
        waiting += filter(callable, found)


def _names(code: CodeType) -> tuple[set[str], set[str]]:
    """The names that code reads, and those that it binds itself, functions inside it included."""
    read: set[str] = set()
    written: set[str] = set()
    for instruction in dis.get_instructions(code):
        if instruction.opname in READ:
            read.add(instruction.argval)
        elif instruction.opname in WRITTEN:
            written.add(instruction.argval)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            for known, more in zip((read, written), _names(inner)):
                known |= more
    return read, written


def _is_full(cell: Any) -> bool:
    try:
        return _contents(cell) is not cell
    except ValueError:
        return False


def _told(x: Any) -> str:
    """A value as text that does not hang on where it lies in memory."""
    if isinstance(x, CodeType):
        inner = "".join(map(_told, x.co_consts))
        return f"code {x.co_code.hex()} {x.co_names} {x.co_varnames} {x.co_freevars} {inner}"
    if isinstance(x, (tuple, frozenset)):
        return f"{type(x).__name__} {sorted(map(_told, x)) if isinstance(x, frozenset) else list(map(_told, x))}"
    if isinstance(x, (bool, int, float, complex, str, bytes, type(None))):
        return f"{type(x).__name__} {x!r}"
    return f"{type(x).__module__}.{type(x).__qualname__} {getattr(x, '__qualname__', '')}"

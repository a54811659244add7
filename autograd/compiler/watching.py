"""Watching: what a traced function reads besides its arguments, so that a change of it is traced again.

Watched are the globals and the cells of closures that a function names, its code and its defaults, and those of every
Python function that these hold, libraries apart. Not to be seen are attributes, what changes in place, random numbers.
"""

from __future__ import annotations

import dis
from collections.abc import Callable, Iterator
from itertools import starmap
from operator import is_
from types import CodeType, FunctionType, MethodType
from typing import Any

import numpy

from autograd.refusals import is_library

READ = {"LOAD_GLOBAL", "LOAD_NAME"}
WRITTEN = {"STORE_GLOBAL", "DELETE_GLOBAL", "STORE_DEREF", "DELETE_DEREF"}


class Watch:
    """What some function reads, as it was when this was made; `changed()` says whether it is so no longer.

    Looking costs some thirty nanoseconds a name, since the loops over them run in C.
    """

    def __init__(self, f: Callable[..., Any]) -> None:
        scopes: dict[int, tuple[dict[str, Any], set[str]]] = {}
        attributes: list[tuple[Any, str]] = []
        for function in _functions(f):
            if is_library(function.__module__):
                continue
            read, written = _names(function.__code__)
            scopes.setdefault(id(function.__globals__), (function.__globals__, set()))[1].update(read - written)
            free = zip(function.__code__.co_freevars, function.__closure__ or ())
            cells = [cell for name, cell in free if name not in written and _is_full(cell)]
            attributes += [
                (function, "__code__"),
                (function, "__defaults__"),
                *((cell, "cell_contents") for cell in cells),
            ]
        self._attributes = tuple(attributes)
        self._held = tuple(starmap(getattr, attributes))
        self._scopes = [
            (scope.get, names := sorted(read), tuple(map(scope.get, names))) for scope, read in scopes.values()
        ]

    def changed(self) -> bool:
        """Whether a name stands for something else than it did, be it an equal number."""
        try:
            if not all(map(is_, starmap(getattr, self._attributes), self._held)):
                return True
        except ValueError:  # a cell that is empty now
            return True
        return any(not all(map(is_, map(get, names), values)) for get, names, values in self._scopes)

    def _values(self) -> Iterator[Any]:
        yield from self._held
        for _, _, values in self._scopes:
            yield from values

    def key(self) -> Any:
        """What two states have in common where the function does the same in both; of a Watch that is kept."""
        return tuple(exactly(value, id) for value in self._values())

    def fingerprint(self) -> str:
        """A text that another process gives for the same code on the same numbers."""
        from hashlib import sha256

        return sha256("\n".join(map(_told, self._values())).encode(errors="backslashreplace")).hexdigest()


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


def _unwrapped(f: Any) -> Any:
    """The Python function that a callable runs: of a method, of a partial, of an object with `__call__`."""
    while True:
        if isinstance(f, MethodType):
            f = f.__func__
        elif hasattr(f, "func") and type(f).__module__ == "functools":
            f = f.func
        elif isinstance(getattr(type(f), "__call__", None), FunctionType):  # noqa: B004  # not whether, but what
            f = type(f).__call__
        else:
            return f


def _functions(f: Any) -> Iterator[FunctionType]:
    """The Python functions that f reaches by names and cells, itself first; of libraries only what they wrap."""
    waiting, seen = [f], set()
    while waiting:
        x = waiting.pop()
        given = (*x.args, *x.keywords.values()) if type(x).__module__ == "functools" and hasattr(x, "keywords") else ()
        waiting += filter(callable, given)
        function = _unwrapped(getattr(x, "watched", x))
        if not isinstance(function, FunctionType) or id(function) in seen:
            continue
        seen.add(id(function))
        yield function
        found = [cell.cell_contents for cell in function.__closure__ or () if _is_full(cell)]
        found.append(getattr(function, "__wrapped__", None))
        if not is_library(function.__module__):
            scope = function.__globals__
            found += [scope.get(name) for name in sorted(_names(function.__code__)[0])]
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
        return cell.cell_contents is not cell
    except ValueError:
        return False


def _told(x: Any) -> str:
    """A value as text that does not hang on where it lies in memory."""
    if isinstance(x, CodeType):
        inner = "".join(map(_told, x.co_consts))
        return f"code {x.co_code.hex()} {x.co_names} {x.co_varnames} {x.co_freevars} {inner}"
    if isinstance(x, (tuple, frozenset)):
        return f"{type(x).__name__} {sorted(map(_told, x)) if isinstance(x, frozenset) else list(map(_told, x))}"
    if isinstance(x, numpy.ndarray) and x.dtype != object:
        return f"{x.dtype.str} {x.shape} {x.tobytes().hex()}"
    if isinstance(x, (bool, int, float, complex, str, bytes, type(None))):
        return f"{type(x).__name__} {x!r}"
    return f"{type(x).__module__}.{type(x).__qualname__} {getattr(x, '__qualname__', '')}"

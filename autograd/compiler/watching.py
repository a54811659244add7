"""Watching: notice when what a traced function reads besides its arguments changes, so that it is traced again.

A Watch covers the globals and closure cells that a function names, its code and its defaults, and those of every Python
function that these hold, except in libraries. It cannot see attributes, changes in place, or random numbers.
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
    """What a function reads, as it was when this was created; `changed()` says whether that still holds.

    A check costs some thirty nanoseconds a name, since its loops run in C.
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
        """Whether a name now stands for another object, even an equal one."""
        try:
            if not all(map(is_, starmap(getattr, self._attributes), self._held)):
                return True
        except ValueError:  # a cell is empty now
            return True
        return any(not all(map(is_, map(get, names), values)) for get, names, values in self._scopes)

    def _values(self) -> Iterator[Any]:
        yield from self._held
        for _, _, values in self._scopes:
            yield from values

    def key(self) -> Any:
        """A key that two states share if the function does the same in both; it holds ids, so keep this Watch alive."""
        return tuple(exactly(value, id) for value in self._values())

    def fingerprint(self) -> str:
        """A text that another process also gives for the same code on the same numbers."""
        from hashlib import sha256

        return sha256("\n".join(map(_told, self._values())).encode(errors="backslashreplace")).hexdigest()


def exactly(x: Any, otherwise: Callable[[Any], Any]) -> Any:
    """A key for a value by type and bits: 0.0 and -0.0 differ, as do 1, 1.0 and True.

    Anything but a number, text, None, or a tuple or frozenset of them gets the key that `otherwise` gives.
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
    """The Python function that a callable runs: behind a method, a partial, or an object with `__call__`."""
    while True:
        if isinstance(f, MethodType):
            f = f.__func__
        elif hasattr(f, "func") and type(f).__module__ == "functools":
            f = f.func
        elif isinstance(getattr(type(f), "__call__", None), FunctionType):  # noqa: B004  # to get the function
            f = type(f).__call__
        else:
            return f


def _functions(f: Any) -> Iterator[FunctionType]:
    """The Python functions that f reaches through names and cells, f first; of libraries, only what they wrap."""
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
    """The names that code reads, and those that it binds itself, nested functions included."""
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
    """A value as text that does not depend on its address."""
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

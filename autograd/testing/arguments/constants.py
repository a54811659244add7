"""The numbers in the code of a function and of the plain Python functions it calls: where its branches may change."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, MethodType
from typing import Any

MOST_CONSTANTS = 60  # constants of one function: data in its code are not thresholds


def constants_of(*functions: Callable[..., Any] | None) -> list[float]:
    """The numbers in the code of these functions, in their defaults, closures and globals, without repetition.

    >>> def tax(w):
    ...     return 0.2 * max(w - 10.0, 0.0) if w < 50.0 else 8.0
    >>> sorted(constants_of(tax))
    [0.0, 0.2, 8.0, 10.0, 50.0]
    """
    seen: set[int] = set()
    found: dict[float, None] = {}
    for function in functions:
        for number in _numbers(function, seen):
            found.setdefault(float(number))
            if len(found) == MOST_CONSTANTS:
                return list(found)
    return list(found)


def _numbers(part: Any, seen: set[int]) -> Iterator[float]:
    """The numbers in a constant, a code object, or a function."""
    if isinstance(part, (int, float)) and not isinstance(part, bool):
        if abs(part) < 1e300:
            yield part
    elif id(part) in seen:
        return
    elif isinstance(part, (tuple, list)):
        seen.add(id(part))
        for inner in part:
            yield from _numbers(inner, seen)
    elif isinstance(part, CodeType):
        yield from _numbers(part.co_consts, seen)
    elif isinstance(part, FunctionType):
        seen.add(id(part))
        code = part.__code__
        own = [part.__globals__.get(name) for name in _names(code)]
        for inner in (code, part.__defaults__ or (), *_cells(part), *own):
            yield from _numbers(inner, seen)
    elif isinstance(part, MethodType):
        yield from _numbers(part.__func__, seen)
    elif isinstance(part, functools.partial):
        for inner in (part.func, part.args, tuple(part.keywords.values())):
            yield from _numbers(inner, seen)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def _cells(function: FunctionType) -> Iterator[Any]:
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # the cell is not filled yet
            continue

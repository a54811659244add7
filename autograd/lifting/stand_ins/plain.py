"""Whether a call sees only plain numbers, so that f itself can run."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from autograd.numbers.operand import is_of_pandas
from autograd.refusals import is_library, is_tracing

PLAIN = {float, int, bool, str, bytes, complex, type(None), range, slice, type(Ellipsis)}

MOST_EXAMINED = 10_000  # numbers in a list; a longer one is not known to be plain


def is_plain_call(function: Any, args: Any, kwargs: Any) -> bool:
    """Whether neither the arguments nor the objects that f names can hold a Value; unknown objects may."""
    return not is_tracing() and _is_plain([*args, *kwargs.values(), function], set())


def are_plain(xs: Iterable[Any]) -> bool:
    """Whether none of these can hold a Value; unknown objects may."""
    return _is_plain(list(xs), set())


def _is_plain(x: Any, seen: set[int]) -> bool:
    kind = type(x)
    if kind in PLAIN or isinstance(x, (ModuleType, BuiltinFunctionType, type)):
        return True
    if kind in (list, tuple, set, frozenset):
        return len(x) <= MOST_EXAMINED and (PLAIN.issuperset(map(type, x)) or all(_is_plain(item, seen) for item in x))
    if kind is dict:
        return len(x) <= MOST_EXAMINED and all(_is_plain(item, seen) for item in x.values())
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(x, (numpy.ndarray, numpy.generic)):
        return bool(x.dtype != object)
    if is_of_pandas(x) and hasattr(x, "to_numpy"):
        return _is_plain_table(x, seen)
    if kind is FunctionType:
        return _is_plain_function(x, seen)
    if kind is MethodType:
        return _is_plain(x.__self__, seen) and _is_plain(x.__func__, seen)
    return is_library(kind.__module__) and kind.__module__.partition(".")[0] not in ("autograd", "nn", "functools")


def _is_plain_table(x: Any, seen: set[int]) -> bool:
    """Whether the numbers, or the objects such as strings, of a pandas frame, column or index are plain."""
    columns = [column for _, column in x.items()] if hasattr(x, "columns") else [x]
    return all(column.dtype != object or _is_plain(column.tolist(), seen) for column in columns)


def _is_plain_function(f: FunctionType, seen: set[int]) -> bool:
    if id(f) in seen or is_library(f.__module__):
        return True
    seen.add(id(f))
    held = [f.__globals__[name] for name in names_of(f.__code__) if name in f.__globals__]
    defaults = [*(f.__defaults__ or ()), *(f.__kwdefaults__ or {}).values()]
    return all(_is_plain(x, seen) for x in [*held, *closed_over(f), *defaults])


def closed_over(f: FunctionType) -> Iterator[Any]:
    """The values in the cells of a function, except those that are not filled yet."""
    for cell in f.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:
            continue


def names_of(code: CodeType) -> set[str]:
    """The names in code, its inner functions included: globals, and attributes, which are harmless here."""
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= names_of(constant)
    return found

"""Finds the whole numbers that are settings: those that static= names, and those declared as int."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from autograd.testing.arguments.arguments import is_setting, named_parts

Argument = tuple[str, Any]  # its name and value

MOST_NAMES = 8  # in a message
OF_WHOLE_NUMBERS = ("integer", "non-int", "'int'")  # in the errors of code that needs whole numbers


def settings_among(args: Sequence[Argument], annotations: dict[str, Any], static: Sequence[str]) -> set[str]:
    """The names of settings among arguments and their parts: p.n, p['n'], p[0].

    Raises ValueError for a name in static= that is neither an argument nor a part of one.

    >>> @dataclasses.dataclass
    ... class Grid:
    ...     step: float
    ...     count: int = 3
    >>> settings_among([("g", Grid(0.5)), ("p", {"k": 2})], {}, ['p["k"]']) == {"g.count", "p['k']"}
    True
    """
    named = {name.replace('"', "'") for name in static}
    known = [pair for name, arg in args for pair in _named(arg, name)]
    names = [name for name, _ in known]
    if unknown := sorted(named.difference(names)):
        there = ", ".join(names[:MOST_NAMES]) + (", …" if len(names) > MOST_NAMES else "")
        raise ValueError(f"static=: {', '.join(map(repr, unknown))} is not an argument, or a part of one ({there})")
    declared = {name for name, arg in args if _is_int(arg, annotations.get(name))}
    for name, part in known:
        if types := _declared(part):
            declared |= {path for path, key, inner in named_parts(part, name) if _is_int(inner, types[key])}
    return named | declared


def needs_whole_numbers(error: Exception, args: Sequence[Argument], settings: set[str]) -> str:
    """Advice for an error of code that got a float in place of a whole number; "" for any other error."""
    if not any(words in str(error) for words in OF_WHOLE_NUMBERS):
        return ""
    parts = (pair for top, arg in args if top not in settings for pair in _named(arg, top))
    whole = [name for name, part in parts if _is_int(part, int) and name not in settings]
    if not whole:
        return "name a parameter that is a whole number, a setting, in static="
    return f"name what is a setting in static=, such as static={whole[:1]}; whole numbers are {', '.join(whole)}"


def _named(arg: Any, name: str) -> Iterator[tuple[str, Any]]:
    """An argument and all its parts, each with its name."""
    yield name, arg
    for path, _, part in named_parts(arg, name):
        yield from _named(part, path)


def _declared(arg: Any) -> dict[Any, Any]:
    """The types of the fields of a dataclass or a named tuple, by key; empty for anything else."""
    if dataclasses.is_dataclass(arg) and not isinstance(arg, type):
        return {field.name: field.type for field in dataclasses.fields(arg)}
    types = getattr(type(arg), "__annotations__", {})
    return {key: types.get(field) for key, field in enumerate(getattr(arg, "_fields", ()))}


def _is_int(x: Any, declared: Any) -> bool:
    """Whether a number is a whole number and is declared as int."""
    return declared in (int, "int") and isinstance(x, int) and not is_setting(x)

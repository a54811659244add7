"""Converts arguments to structures of numbers (lists, dicts and arrays) that a check differentiates, and back.

A dataclass becomes a dict of its fields, a complex number its two parts, and an array of another library a NumPy array.
An argument that holds no number, such as a flag or a name, is a setting: it stays unchanged.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Set
from enum import Enum
from typing import Any

from autograd.trees import CONTAINERS, is_array, items_of, like, map_parts

SETTING: tuple[()] = ()  # a structure without numbers

Rebuild = Callable[[Any], Any]
Settings = Set[str]  # the names of those that look like numbers
NO_SETTINGS: Settings = frozenset()


def opened(arg: Any) -> Any:
    """The structure of numbers that represents an argument.

    >>> opened([1 + 2j, "mean", True])
    [[1.0, 2.0], (), ()]
    """
    if dataclasses.is_dataclass(arg) and not isinstance(arg, type):
        return {field.name: opened(getattr(arg, field.name)) for field in _fields(arg)}
    if isinstance(arg, CONTAINERS):
        return map_parts(opened, arg if isinstance(arg, dict) else list(arg))
    if isinstance(arg, complex):
        return [arg.real, arg.imag]
    if is_foreign_array(arg):
        return opened(as_numpy(arg))
    if is_array(arg) and arg.dtype.kind == "c":
        return [arg.real.copy(), arg.imag.copy()]
    return SETTING if is_setting(arg) else arg


def without_settings(arg: Any, name: str, static: Settings) -> Any:
    """The structure of numbers of an argument, with the named settings replaced by SETTING.

    >>> without_settings({"x": 1.0, "n": 3}, "p", {"p['n']"})
    {'x': 1.0, 'n': ()}
    """
    if name in static:
        return SETTING
    structure = opened(arg)
    for path, key, part in named_parts(arg, name) if isinstance(structure, (dict, list)) else ():
        structure[key] = without_settings(part, path, static)
    return structure


def named_parts(arg: Any, name: str) -> list[tuple[str, Any, Any]]:
    """The parts of an argument: the name of each, its key in the structure of numbers, and the part itself."""
    if isinstance(arg, complex) or (is_array(arg) and arg.dtype.kind == "c"):
        return [(f"{name}.{part}", key, getattr(arg, part)) for key, part in enumerate(("real", "imag"))]
    if dataclasses.is_dataclass(arg) and not isinstance(arg, type):
        return [(f"{name}.{field.name}", field.name, getattr(arg, field.name)) for field in _fields(arg)]
    if hasattr(arg, "_fields"):
        return [(f"{name}.{field}", key, part) for key, (field, part) in enumerate(zip(arg._fields, arg))]
    if isinstance(arg, CONTAINERS):
        return [(f"{name}[{key!r}]", key, part) for key, part in items_of(arg)]
    return []


def paths_of(arg: Any, name: str, static: Settings = NO_SETTINGS) -> list[str]:
    """The names of the numbers in an argument, in the order of its structure: w[0][1], p['b'], line.slope, z.imag.

    >>> paths_of({"b": 1 + 2j, "w": [0.5, "mean"]}, "p")
    ["p['b'].real", "p['b'].imag", "p['w'][0]"]
    """
    if name in static or is_setting(arg):
        return []
    if is_foreign_array(arg):
        return paths_of(as_numpy(arg), name)
    parts = [(path, part) for path, _, part in named_parts(arg, name)]
    if is_array(arg) and arg.ndim and not parts:
        parts = [(f"{name}[{i}]", part) for i, part in enumerate(arg)]
    if not parts:
        return [] if isinstance(arg, CONTAINERS) or dataclasses.is_dataclass(arg) else [name]
    return [path for longer, part in parts for path in paths_of(part, longer, static)]


def closer(arg: Any, name: str = "", static: Settings = NO_SETTINGS) -> Rebuild | None:
    """A function that rebuilds an argument from its structure of numbers; None if the argument is that structure."""
    if name in static:
        return lambda _: arg
    if isinstance(arg, complex):
        return lambda parts: complex(*parts)
    if is_foreign_array(arg):
        return lambda part: _foreign(part, arg)
    if is_array(arg) and arg.dtype.kind == "c":
        return lambda parts: parts[0] + 1j * parts[1]
    each = {key: closer(part, path, static) for path, key, part in named_parts(arg, name)}
    if dataclasses.is_dataclass(arg) and not isinstance(arg, type):
        return lambda parts: dataclasses.replace(arg, **{key: closed(each[key], part) for key, part in parts.items()})
    if isinstance(arg, CONTAINERS):
        if not isinstance(arg, tuple) and all(close is None for close in each.values()):
            return None
        return lambda parts: like(arg, [closed(close, parts[key]) for key, close in each.items()])
    return (lambda _: arg) if is_setting(arg) else None


def closed(close: Rebuild | None, part: Any) -> Any:
    """Rebuild an argument from its structure of numbers, by the function that `closer` returned."""
    return part if close is None else close(part)


def _fields(arg: Any) -> list[Any]:
    return [field for field in dataclasses.fields(arg) if field.init]


def is_setting(arg: Any) -> bool:
    """Whether an argument is a flag, a string, None, or a function, rather than something that may be a number."""
    if is_array(arg):
        return arg.dtype.kind not in "iufcO"
    flag = arg is None or isinstance(arg, (bool, str, bytes, type, Enum))
    return flag or (callable(arg) and not hasattr(arg, "data"))


def is_foreign_array(arg: Any) -> bool:
    """Whether an argument is an array of PyTorch or JAX, checked without importing them."""
    return type(arg).__module__.partition(".")[0] in ("torch", "jax", "jaxlib") and hasattr(arg, "shape")


def as_numpy(arg: Any) -> Any:
    """Convert an array of another library to a NumPy array in double precision."""
    import numpy

    found = arg.numpy(force=True) if hasattr(arg, "detach") else numpy.asarray(arg)
    return found.astype(complex if found.dtype.kind == "c" else float)


def _foreign(part: Any, model: Any) -> Any:
    """An array of the model's library and precision; a complex one is made from its parts."""
    part = part[0] + 1j * part[1] if "complex" in str(model.dtype) else part
    if type(model).__module__.partition(".")[0] == "torch":
        return model.new_tensor(part)
    return sys.modules["jax"].numpy.asarray(part, dtype=model.dtype)

"""`copy` and `dataclasses` in lifted code: a Value is a number, which a copy shares, as it shares a float."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import numpy

from autograd.lifting.stand_ins.python_names import is_lifted
from autograd.trees import CONTAINERS, parts_of


def _numbers(x: Any, seen: set[int]) -> Iterator[Any]:
    """The Values and their kin in lists, dicts, arrays and attributes."""
    if is_lifted(x):
        yield x
    elif id(x) not in seen:
        seen.add(id(x))
        parts: Any = ()
        if isinstance(x, (*CONTAINERS, set, frozenset)):
            parts = parts_of(x)
        elif isinstance(x, numpy.ndarray) and x.dtype == object:
            parts = x.flat
        for part in [*parts, *getattr(x, "__dict__", {}).values()]:
            yield from _numbers(part, seen)


def _copy(x: Any) -> Any:
    return x if is_lifted(x) else copy.copy(x)


def _deepcopy(x: Any, memo: Any = None) -> Any:
    return copy.deepcopy(x, (memo or {}) | {id(v): v for v in _numbers(x, set())})


def _by_fields(x: Any, build: Callable[[Any, list[tuple[str, Any]]], Any]) -> Any:
    """Build a result for a dataclass, and for those that it holds, from names and values."""
    if dataclasses.is_dataclass(x) and not isinstance(x, type):
        return build(x, [(f.name, _by_fields(getattr(x, f.name), build)) for f in dataclasses.fields(x)])
    if isinstance(x, (list, tuple)):
        parts = [_by_fields(part, build) for part in x]
        return type(x)(*parts) if hasattr(x, "_fields") else type(x)(parts)
    return {key: _by_fields(part, build) for key, part in x.items()} if type(x) is dict else _deepcopy(x)


def _asdict(obj: Any, *, dict_factory: Callable[..., Any] = dict) -> Any:
    return _by_fields(obj, lambda x, items: dict_factory(items))


def _astuple(obj: Any, *, tuple_factory: Callable[..., Any] = tuple) -> Any:
    return _by_fields(obj, lambda x, items: tuple_factory([value for _, value in items]))


COPIES: dict[Any, Callable[..., Any]] = {
    copy.copy: _copy, copy.deepcopy: _deepcopy, dataclasses.asdict: _asdict, dataclasses.astuple: _astuple,
}  # fmt: skip

"""Caches in a function's syntax: dicts that it fills with what it computes, and asks before it computes.

if key not in prices:
    prices[key] = price(*key)
return prices[key]
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable, Iterator
from opcode import opmap
from typing import TYPE_CHECKING, Any

from autograd.lifting.rewriting.sources import names_in, parents_in, syntax_of

if TYPE_CHECKING:
    from types import CodeType

METHODS = {  # of a cache, and what each is for
    "get": {"asked"}, "setdefault": {"asked", "filled"}, "update": {"filled"},
    "pop": {"changed"}, "popitem": {"changed"}, "clear": {"changed"}, "move_to_end": {"changed"},
}  # fmt: skip
FILLING = opmap["STORE_SUBSCR"]


@functools.lru_cache(maxsize=1024)
def caches_of(code: CodeType) -> frozenset[tuple[str, ...]]:
    """The caches that code fills, each as a dotted name, split: ("prices",), ("self", "prices")."""
    return frozenset(_caches([code]))


def caches_in(methods: Iterable[CodeType]) -> set[str]:
    """The attributes that are caches of a class: one of its methods may fill what another one asks."""
    return {names[-1] for names in _caches(methods) if len(names) == 2}


def _caches(codes: Iterable[CodeType]) -> Iterator[tuple[str, ...]]:
    codes = [code for code in codes if FILLING in code.co_code[::2] or _asks(code) or "update" in code.co_names]
    if not any(map(_asks, codes)):
        return
    uses: dict[tuple[str, ...], set[str]] = {}
    for code in codes:
        for names, kinds in uses_in(code).items():
            uses.setdefault(names, set()).update(kinds)
    yield from (names for names, kinds in uses.items() if {"filled", "asked"} <= kinds and "other" not in kinds)


def _asks(code: CodeType) -> bool:
    """Whether code may ask a dict for what is under a key."""
    return opmap["CONTAINS_OP"] in code.co_code[::2] or not {"get", "setdefault", "KeyError"}.isdisjoint(code.co_names)


@functools.lru_cache(maxsize=1024)
def uses_in(code: CodeType) -> dict[tuple[str, ...], set[str]]:
    """What code uses each dotted name for."""
    node = syntax_of(code)
    if node is None:
        return {}
    around = parents_in(node)
    uses: dict[tuple[str, ...], set[str]] = {}
    local = dict(filter(None, map(_alias, ast.walk(node))))
    for part in ast.walk(node):
        if isinstance(part, (ast.Name, ast.Attribute)):
            name = ast.unparse(part)
            names = names_in(code, local.get(name, name))
            kinds = uses.setdefault(names, set())
            kinds.update(_uses(part, around, node))
            if "read" in kinds and "KeyError" in code.co_names:
                kinds.add("asked")
    return uses


def _alias(part: ast.AST) -> tuple[str, str] | None:
    """The name, and what it is another name for, if this is such an assignment."""
    if not isinstance(part, ast.Assign) or not isinstance(part.value, (ast.Name, ast.Attribute)):
        return None
    return (ast.unparse(part.targets[0]), ast.unparse(part.value)) if isinstance(part.targets[0], ast.Name) else None


def _uses(x: Any, around: dict[int, Any], function: Any) -> Iterator[str]:
    """What a name is used for in this place: "filled", "asked" whether it has a key, something harmless, or "other"."""
    parent = around.get(id(x))
    if isinstance(parent, ast.Attribute) and parent.attr in METHODS:
        is_statement = isinstance(around.get(id(around.get(id(parent)))), ast.Expr)
        yield from METHODS[parent.attr] - {"asked"} if is_statement else METHODS[parent.attr]
    elif isinstance(parent, ast.Compare) and isinstance(parent.ops[0], (ast.In, ast.NotIn)) and x in parent.comparators:
        yield "asked"
    elif isinstance(parent, ast.Subscript) and parent.value is x:
        yield from _item_uses(x, parent, around, function)
    elif not _is_passed_on(parent, function) and (not isinstance(parent, ast.Assign) or _alias(parent) is None):
        yield "other"


def _is_passed_on(parent: Any, function: Any) -> bool:
    """Whether a call gives it to `len`, or to the function itself."""
    return isinstance(parent, ast.Call) and getattr(parent.func, "id", "") in ("len", getattr(function, "name", ""))


def _item_uses(x: Any, item: ast.Subscript, around: dict[int, Any], function: Any) -> Iterator[str]:
    """What an item of it is used for."""
    parent = around.get(id(item))
    if isinstance(item.ctx, ast.Del):
        yield "changed"
    elif isinstance(item.ctx, ast.Load):
        yield "other" if isinstance(parent, ast.Attribute) else "read"  # `groups[key].append(x)`
    elif isinstance(parent, ast.Assign):
        same = (
            part for part in ast.walk(parent.value) if type(part) is type(x) and ast.unparse(part) == ast.unparse(x)
        )
        reads = any(not _is_passed_on(around[id(part)], function) for part in same)
        yield "other" if reads else "filled"  # `counts[key] = counts.get(key, 0) + 1`
    else:
        yield "other"

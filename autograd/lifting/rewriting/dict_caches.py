"""Dicts that are caches, found in a function's syntax: it looks a result up there before it computes and stores one.

if key not in prices:
    prices[key] = price(*key)
return prices[key]
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable, Iterator
from opcode import opmap
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.lifting.rewriting.places import Spot, Syntax, called, syntax_in
from autograd.lifting.rewriting.sources import names_in

if TYPE_CHECKING:
    from types import CodeType

METHODS = {  # of a cache, and the uses of each
    "get": {"asked"}, "setdefault": {"asked", "filled"}, "update": {"filled"},
    "pop": {"changed"}, "popitem": {"changed"}, "clear": {"changed"}, "move_to_end": {"changed"},
}  # fmt: skip
NEW = {"dict", "OrderedDict"}
FILLING = opmap["STORE_SUBSCR"]


class Cache(NamedTuple):
    """The place of a dict that is a cache: a dotted name, split, and the keys under it."""

    names: tuple[str, ...]
    keys: tuple[Any, ...]


@functools.lru_cache(maxsize=1024)
def caches_of(code: CodeType) -> frozenset[Cache]:
    """The caches that code fills."""
    return frozenset(_caches([code]))


def caches_in(methods: Iterable[CodeType]) -> set[Cache]:
    """The attributes of a class that are caches: one method may fill what another one asks."""
    return {cache for cache in _caches(methods) if len(cache.names) == 2}


def _caches(codes: Iterable[CodeType]) -> Iterator[Cache]:
    codes = [code for code in codes if FILLING in code.co_code[::2] or _asks(code) or "update" in code.co_names]
    if not any(map(_asks, codes)):
        return
    uses: dict[Cache, set[str]] = {}
    for code in codes:
        for cache, kinds in uses_in(code).items():
            uses.setdefault(cache, set()).update(kinds)
    yield from (cache for cache, kinds in uses.items() if {"filled", "asked"} <= kinds and "other" not in kinds)


def _asks(code: CodeType) -> bool:
    """Whether code may look up a key in a dict."""
    return opmap["CONTAINS_OP"] in code.co_code[::2] or not {"get", "setdefault", "KeyError"}.isdisjoint(code.co_names)


@functools.lru_cache(maxsize=1024)
def uses_in(code: CodeType) -> dict[Cache, set[str]]:
    """The uses of each place in code."""
    syntax = syntax_in(code)
    if syntax is None:
        return {}
    uses: dict[Cache, set[str]] = {}
    for part in syntax.parts:
        if isinstance(part, (ast.Name, ast.Attribute, ast.Subscript)) and (spot := syntax.spot(part)) is not None:
            kinds = uses.setdefault(Cache(names_in(code, spot.name), spot.keys), set())
            kinds.update(_uses(part, spot, syntax))
            if "read" in kinds and "KeyError" in code.co_names:
                kinds.add("asked")
    return uses


def _uses(x: Any, spot: Spot, syntax: Syntax) -> Iterator[str]:
    """The uses of a place here: "filled", "asked" whether it has a key, a harmless one, or "other"."""
    parent = syntax.around.get(id(x))
    if _has_constant_key(x, parent, syntax):
        yield "other"  # an item under a constant key is not computed anew for each argument
    elif isinstance(parent, ast.Attribute) and parent.attr in METHODS:
        is_statement = isinstance(syntax.around.get(id(syntax.around.get(id(parent)))), ast.Expr)
        yield from METHODS[parent.attr] - {"asked"} if is_statement else METHODS[parent.attr]
    elif isinstance(parent, ast.Compare) and isinstance(parent.ops[0], (ast.In, ast.NotIn)) and x in parent.comparators:
        yield "asked"
    elif isinstance(parent, ast.Subscript) and parent.value is x:
        yield from _item_uses(spot, parent, syntax)
    elif isinstance(parent, ast.Assign) and x in parent.targets and _is_new(parent.value):
        yield "changed"
    elif _is_asked_for_itself(x, parent):
        yield "read"
    elif not _is_passed_on(parent, syntax.function) and id(x) not in syntax.aliases and not _names(x, parent):
        yield "other"


def _has_constant_key(x: Any, parent: Any, syntax: Syntax) -> bool:
    """Whether code stores an item under a constant key, or asks for one."""
    if isinstance(parent, ast.Attribute) and parent.attr in ("get", "setdefault"):
        call = syntax.around.get(id(parent))
        return isinstance(call, ast.Call) and bool(call.args) and isinstance(call.args[0], ast.Constant)
    if isinstance(parent, ast.Compare) and isinstance(parent.ops[0], (ast.In, ast.NotIn)):
        return isinstance(parent.left, ast.Constant)
    is_store = isinstance(parent, ast.Subscript) and parent.value is x and isinstance(parent.ctx, ast.Store)
    return is_store and isinstance(parent.slice, ast.Constant)


def _is_new(value: Any) -> bool:
    """Whether a value is an empty dict."""
    return (isinstance(value, ast.Dict) and not value.keys) or (called(value) in NEW and not value.args)


def _is_asked_for_itself(x: Any, parent: Any) -> bool:
    """Whether code asks if there is a dict at all."""
    if isinstance(parent, ast.Compare):
        return isinstance(parent.ops[0], (ast.Is, ast.IsNot))
    return isinstance(parent, ast.If) or (isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not))


def _names(x: Any, parent: Any) -> bool:
    """Whether x is a name that a statement assigns."""
    return isinstance(x, ast.Name) and isinstance(parent, ast.Assign) and x in parent.targets


def _is_passed_on(parent: Any, function: Any) -> bool:
    """Whether a call passes it to `len`, or to the function itself."""
    return isinstance(parent, ast.Call) and getattr(parent.func, "id", "") in ("len", getattr(function, "name", ""))


def _item_uses(spot: Spot, item: ast.Subscript, syntax: Syntax) -> Iterator[str]:
    """The uses of an item of a place."""
    parent = syntax.around.get(id(item))
    if isinstance(item.ctx, ast.Del):
        yield "changed"
    elif isinstance(item.ctx, ast.Load):
        yield "other" if isinstance(parent, ast.Attribute) and parent.attr not in METHODS else "read"
    elif isinstance(parent, ast.Assign):
        same = [part for part in ast.walk(parent.value) if isinstance(part, ast.expr) and syntax.spot(part) == spot]
        reads = any(not _is_passed_on(syntax.around[id(part)], syntax.function) for part in same)
        yield "other" if reads else "filled"  # `counts[key] = counts.get(key, 0) + 1`
    else:
        yield "other"

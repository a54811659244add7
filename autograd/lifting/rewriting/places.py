"""Places outside of a function, found in its syntax: which of them an expression reads, and what is stored in them.

A place is a dotted name and the keys under it. Local names, `.get`, `getattr`, `:=` and unpacking are resolved.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.lifting.rewriting.sources import syntax_of

if TYPE_CHECKING:
    from types import CodeType

ANY = "*any*"  # a key that is not written as a constant
ADDING = {"append", "appendleft", "insert"}
NOWHERE = (0, 0)
VIEWS = {"reversed", "list", "tuple", "sorted", "iter"}  # functions that return the items of a container


REST: dict[type, Any] = {  # by class of an expression that reads a place: what else it reads
    ast.Subscript: lambda x: [x.slice], ast.Call: lambda x: x.args, ast.NamedExpr: lambda x: [],
    ast.IfExp: lambda x: [x.test, x.body, x.orelse],
}  # fmt: skip


class Spot(NamedTuple):
    """A dotted name, and the keys under it."""

    name: str
    keys: tuple[Any, ...] = ()

    def under(self, *keys: Any) -> Spot:
        """The place under these keys of this one."""
        return Spot(self.name, self.keys + keys)

    def starts_with(self, other: Spot) -> bool:
        """Whether this is the other place, or inside it."""
        return self.name == other.name and Spot(self.name, self.keys[: len(other.keys)]).may_be(other)

    def may_be(self, other: Spot) -> bool:
        """Whether the other may be the same place."""
        if self.name != other.name or len(self.keys) != len(other.keys):
            return False
        return all(a is ANY or b is ANY or a == b for a, b in zip(self.keys, other.keys))


class Store(NamedTuple):
    """A value that a statement keeps in a place."""

    spot: Spot
    value: Any
    statement: Any


class Load(NamedTuple):
    """An expression that reads a place, or a local name bound to what was read above."""

    spot: Spot
    node: Any
    since: tuple[int, int]  # where it is read


class Binding(NamedTuple):
    """The meaning of a local name from here on: a value, and the keys under it."""

    since: tuple[int, int]
    value: Any
    keys: tuple[Any, ...]
    but: tuple[tuple[int, int], tuple[int, int]]  # between these it is not yet bound, in a comprehension


class Syntax:
    """A function's syntax: the parent of each part, the bindings of local names, and what is read and stored."""

    def __init__(self, function: Any) -> None:
        self.function = function
        self.parts: list[Any] = list(ast.walk(function))
        self.around = {id(part): parent for parent in self.parts for part in ast.iter_child_nodes(parent)}
        self.declared = {x for part in self.parts if isinstance(part, (ast.Global, ast.Nonlocal)) for x in part.names}
        self.parameters = {part.arg for part in self.parts if isinstance(part, ast.arg)}
        self.bindings: dict[str, list[Binding]] = {}
        self.aliases: set[int] = set()  # ids of values that are bound to local names
        for part in self.parts:
            for target, value, keys in bound_by(part):
                self._bind(target, value, keys, part)
        for bindings in self.bindings.values():
            bindings.sort(key=lambda binding: binding.since)
        self.stores = [store for part in self.parts for store in self._stored(part)]
        self.changed = {self.spot(part.target) for part in self.parts if isinstance(part, ast.AugAssign)}
        self.loads = [load for part in ast.iter_child_nodes(function) for load in self.loads_in(part)]

    def _bind(self, target: Any, value: Any, keys: tuple[Any, ...], part: Any) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            for i, item in enumerate(target.elts):
                self._bind(item, value, (*keys, i), part)
        elif isinstance(target, ast.Name) and target.id not in self.declared:
            since, but = end_of(getattr(part, "iter", part)), (NOWHERE, NOWHERE)
            if isinstance(part, ast.comprehension):
                around = self.around[id(part)]
                since, but = start(around), (start(around.generators[0].iter), since)
            self.bindings.setdefault(target.id, []).append(Binding(since, value, keys, but))
            self.aliases.add(id(value))

    def value_of(self, name: ast.Name) -> Binding | None:
        """The binding of a local name where it is used, which is the last one above; None if there is none."""
        here = start(name)
        before = (x for x in reversed(self.bindings.get(name.id, [])) if x.since <= here)
        return next((x for x in before if not x.but[0] <= here < x.but[1]), None)

    def spot(self, x: Any) -> Spot | None:
        """The place that an expression reads or stores in; None if there is none."""
        found = self._spot(x)
        return None if found is None or len(found.keys) > 4 else found

    def _spot(self, x: Any) -> Spot | None:
        if isinstance(x, ast.Name):
            return self._named(x)
        if isinstance(x, ast.Attribute):
            below = self.spot(x.value)
            if below is not None and not below.keys:
                return Spot(f"{below.name}.{x.attr}")
            return Spot(ast.unparse(x)) if isinstance(x.value, (ast.Name, ast.Attribute, ast.Subscript)) else None
        if isinstance(x, ast.Subscript):
            below = self.spot(x.value)
            whole = isinstance(x.slice, ast.Slice)
            return below if below is None or whole else below.under(key_of(x.slice))
        if isinstance(x, ast.NamedExpr):
            return self.spot(x.value)
        if isinstance(x, ast.BoolOp) and isinstance(x.op, ast.Or):
            return self.spot(x.values[0])
        if isinstance(x, ast.IfExp):
            return (self.spot(x.body) or self.spot(x.orelse)) if is_empty(x.body) or is_empty(x.orelse) else None
        return self._called(x) if isinstance(x, ast.Call) else None

    def _named(self, x: ast.Name) -> Spot | None:
        binding = self.value_of(x) if x.id not in self.declared else None
        if binding is None:
            return None if x.id in self.bindings and x.id not in self.parameters else Spot(x.id)
        below = self.spot(binding.value)
        return below and below.under(*binding.keys)

    def _called(self, x: ast.Call) -> Spot | None:
        name, args = called(x), x.args
        if name == "getattr":
            return self._attribute(x)
        if name in ("get", "setdefault") and args and isinstance(x.func, ast.Attribute):
            below = self.spot(x.func.value)
            return below and below.under(key_of(args[0]))
        if name in VIEWS and len(args) == 1 and isinstance(x.func, ast.Name):
            return self.spot(args[0])
        if name == "values" and not args and isinstance(x.func, ast.Attribute):
            return self.spot(x.func.value)
        return None

    def _attribute(self, x: ast.Call) -> Spot | None:
        """The attribute that a `getattr` or `setattr` names."""
        if len(x.args) < 2 or not isinstance(x.args[1], ast.Constant):
            return None
        below = self.spot(x.args[0])
        return None if below is None or below.keys else Spot(f"{below.name}.{x.args[1].value!s}")

    def loads_in(self, part: Any) -> Iterator[Load]:
        """The reads in a part of the function; a value bound to a local name counts as read where the name is."""
        found = self.spot(part) if isinstance(getattr(part, "ctx", ast.Load()), ast.Load) else None
        if found is not None and id(part) not in self.aliases and not isinstance(part, (ast.BoolOp, ast.IfExp)):
            binding = self.value_of(part) if isinstance(part, ast.Name) else None
            yield Load(found, part, start(binding.value if binding else part))
        inside = ast.iter_child_nodes(part)
        if found is not None:
            inside = iter(REST[type(part)](part)) if type(part) in REST else inside
        for inner in inside:
            yield from self.loads_in(inner)

    def _stored(self, part: Any) -> Iterator[Store]:
        """The stores of a statement in places."""
        if isinstance(part, (ast.Assign, ast.AnnAssign)) and part.value is not None:
            for target in getattr(part, "targets", [getattr(part, "target", None)]):
                yield from self._put(target, part.value, part)
        if isinstance(part, ast.AugAssign) and (found := self.spot(part.target)) is not None:
            for _, value in items_of(part.value):  # `kept += [(x, r)]`
                yield from self._kept(found.under(ANY), value, part)
        if not isinstance(part, ast.Call) or not isinstance(self.around.get(id(part)), ast.Expr):
            return
        statement, name = self.around[id(part)], called(part)
        if name == "setattr" and len(part.args) == 3 and (attribute := self._attribute(part)) is not None:
            yield from self._kept(attribute, part.args[2], statement)
        below = self.spot(part.func.value) if isinstance(part.func, ast.Attribute) else None
        if below is not None and name in ADDING and part.args:
            yield from self._kept(below.under(ANY), part.args[-1], statement)
        if below is not None and name == "update":
            for key, value in [x for arg in part.args for x in items_of(arg)] + named_items(part):
                yield from self._kept(below.under(key), value, statement)

    def _put(self, target: Any, value: Any, statement: Any) -> Iterator[Store]:
        if isinstance(target, (ast.Tuple, ast.List)):
            values = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
            for i, item in enumerate(target.elts):
                yield from self._put(item, values[i] if len(values) == len(target.elts) else value, statement)
        elif isinstance(target, ast.Name) and target.id not in self.declared:
            return
        elif (found := self.spot(target)) is not None:
            yield from self._kept(found, value, statement)

    def _kept(self, spot: Spot, value: Any, statement: Any) -> Iterator[Store]:
        """The stores of a value in a place, and of the items that are written out in the value."""
        yield Store(spot, value, statement)
        shown = value
        if isinstance(value, ast.Name) and (binding := self.value_of(value)) is not None and not binding.keys:
            shown = binding.value
        for key, item in items_of(shown):
            yield from self._kept(spot.under(key), item, statement)


@functools.lru_cache(maxsize=1024)
def syntax_in(code: CodeType) -> Syntax | None:
    """The syntax of a function's code, where it can be found."""
    node = syntax_of(code)
    return None if node is None else Syntax(node)


def bound_by(part: Any) -> Iterator[tuple[Any, Any, tuple[Any, ...]]]:
    """The targets that a part of a function binds, each with a value and the keys under it."""
    if isinstance(part, ast.Assign):
        for target in part.targets:
            shown = part.value.elts if isinstance(part.value, ast.Tuple) else []
            if isinstance(target, ast.Tuple) and len(target.elts) == len(shown):
                yield from ((item, value, ()) for item, value in zip(target.elts, shown))
            else:
                yield target, part.value, ()
    elif isinstance(part, (ast.AnnAssign, ast.NamedExpr)) and part.value is not None:
        yield part.target, part.value, ()
    elif isinstance(part, (ast.For, ast.comprehension)):
        yield part.target, part.iter, (ANY,)


def items_of(value: Any) -> list[tuple[Any, Any]]:
    """The items of a container that is written out, each with its key."""
    if isinstance(value, (ast.Tuple, ast.List)):
        has_star = any(isinstance(item, ast.Starred) for item in value.elts)
        plain = [item for item in value.elts if not isinstance(item, ast.Starred)]
        return [(ANY, item) for item in plain] if has_star else list(enumerate(plain))
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        return [(ANY, item) for side in (value.left, value.right) for _, item in items_of(side)]
    if isinstance(value, ast.Dict):
        return [(key_of(key), item) for key, item in zip(value.keys, value.values) if key is not None]
    return named_items(value) if called(value) == "dict" else []


def named_items(call: Any) -> list[tuple[Any, Any]]:
    """The named arguments of a call."""
    return [(keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg is not None]


def key_of(key: Any) -> Any:
    """The value of a key that is written as a constant, otherwise ANY."""
    if isinstance(key, ast.Constant):
        return key.value
    return ANY  # also of -1, which is an operation


def is_empty(x: Any) -> bool:
    """Whether an expression is None, or a container of nothing but None."""
    if isinstance(x, (ast.Tuple, ast.List)):
        return all(map(is_empty, x.elts))
    if isinstance(x, ast.Dict):
        return all(map(is_empty, x.values))
    return isinstance(x, ast.Constant) and x.value is None


def called(x: Any) -> str:
    """The last name of the function that an expression calls; empty if it is not a call."""
    return getattr(x.func, "attr", getattr(x.func, "id", "")) if isinstance(x, ast.Call) else ""


def start(x: Any) -> tuple[int, int]:
    """Where a part of a function begins."""
    return x.lineno, x.col_offset


def end_of(x: Any) -> tuple[int, int]:
    """Where a part of a function ends."""
    return x.end_lineno or 0, x.end_col_offset or 0

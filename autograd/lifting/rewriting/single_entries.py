"""Caches of one entry in a function's syntax: places outside of it that keep the last argument beside its result.

if x == self.last_x:
    return self.last_result
self.last_x, self.last_result = x, price(x)
return self.last_result
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from opcode import opmap
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.lifting.rewriting.sources import names_in, parents_in, syntax_of

if TYPE_CHECKING:
    from types import CodeType

STORES = {opmap[f"STORE_{what}"] for what in ("ATTR", "GLOBAL", "DEREF", "SUBSCR")}
NEAR = {"allclose", "isclose"}
SAME = {"array_equal", "array_equiv", "equal", "not_equal", *NEAR}
ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
COPIED = {"copy", "deepcopy", "list", "tuple", "float", "array", "asarray", "tobytes", "str", "repr"}
LARGEST_TOLERANCE = 1e-6  # with a larger one, "near enough" is part of what f computes


class Place(NamedTuple):
    """Where an argument, or its result, is kept: a dotted name, split, and the item if it is one of a container."""

    names: tuple[str, ...]
    key: Any
    is_result: bool = False
    is_near: bool = False  # whether it is compared within a tolerance


@functools.lru_cache(maxsize=1024)
def single_entries_of(code: CodeType) -> frozenset[Place]:
    """The places in which code keeps an argument for the next call to compare, and what is computed of it."""
    steps = code.co_code[::2]
    asks = opmap["COMPARE_OP"] in steps or not SAME.isdisjoint(code.co_names)
    node = syntax_of(code) if asks and not STORES.isdisjoint(steps) else None
    if not isinstance(node, ast.FunctionDef):
        return frozenset()
    uses = Uses(node)
    found: set[Place] = set()
    for name in filter(uses.is_argument, uses.stores):
        results = [other for other in uses.stores if other != name and uses.is_result(other, name)]
        if results:
            found.add(_place(name, code)._replace(is_near=uses.is_near(name)))
            found.update(_place(other, code)._replace(is_result=True) for other in results)
    return frozenset(found)


def _place(name: str, code: CodeType) -> Place:
    node: Any = ast.parse(name, mode="eval").body
    key = None
    if isinstance(node, ast.Subscript):
        node, key = node.value, node.slice.value
    return Place(names_in(code, ast.unparse(node)), key)


class Uses:
    """What a function stores into places outside of it, and where it loads them; places are known by their text."""

    def __init__(self, function: ast.FunctionDef) -> None:
        parts: list[Any] = list(ast.walk(function))
        self.around = parents_in(function)
        declared = {x for part in parts if isinstance(part, (ast.Global, ast.Nonlocal)) for x in part.names}
        assigned = [part for part in parts if isinstance(part, ast.Assign)]
        self.stores: dict[str, list[tuple[ast.expr, ast.Assign]]] = {}
        self.loads: dict[str, list[Any]] = {}
        for part in assigned:
            for target, value in _pairs(part):
                if is_kept(target, declared):
                    self.stores.setdefault(ast.unparse(target), []).append((value, part))
        self.local = {name: place for part in assigned for name, place in _unpacked(part)}
        again = [(ast.unparse(target), _start(part)) for part in assigned for target in part.targets]
        self.rebound = dict(reversed(again))  # where a name first means something else
        for part in parts:
            if (name := self._loaded(part)) in self.stores:
                self.loads.setdefault(name, []).append(part)
        self.changed = {ast.unparse(part.target) for part in parts if isinstance(part, ast.AugAssign)}

    def is_argument(self, name: str) -> bool:
        """Whether a place keeps an argument that is compared with the next, and nothing else uses it."""
        values = [value for value, _ in self.stores[name] if not _is_none(value)]
        loads = self.loads.get(name, [])
        asked = [load for load in loads if self._test(load) is not None]
        if not values or not asked or name in self.changed or not all(map(argument, values)):
            return False
        return all(load in asked or self._is_asked_for_none(load) for load in loads)

    def is_near(self, name: str) -> bool:
        """Whether a place is compared within a tolerance somewhere."""
        tests = [test for load in self.loads[name] if (test := self._test(load)) is not None]
        return any(_called(test) in NEAR or isinstance(_sign(test), ORDER) for test in tests)

    def _loaded(self, part: Any) -> str:
        """The place that a part of the function loads; empty if none."""
        if _called(part) == "getattr" and len(part.args) > 1 and isinstance(part.args[1], ast.Constant):
            return f"{ast.unparse(part.args[0])}.{part.args[1].value!s}"
        name = ast.unparse(part) if isinstance(getattr(part, "ctx", None), ast.Load) else ""
        if name in self.local and (name not in self.rebound or _start(part) < self.rebound[name]):
            return self.local[name]
        return name

    def _test(self, load: ast.expr) -> ast.expr | None:
        """The comparison of a place with something that is to be the same."""
        part: Any = load
        while isinstance(parent := self.around.get(id(part)), ast.expr):
            part = parent
            if isinstance(part, ast.Compare) and len(part.ops) == 1:
                if isinstance(part.ops[0], (ast.Eq, ast.NotEq)):
                    return part
                return part if _is_tolerance(part.comparators[0]) or _is_tolerance(part.left) else None
            if isinstance(part, ast.Call) and _called(part) in SAME:
                return part
        return None

    def _is_asked_for_none(self, load: ast.expr) -> bool:
        parent = self.around.get(id(load))
        return isinstance(parent, ast.Compare) and isinstance(parent.ops[0], (ast.Is, ast.IsNot))

    def is_result(self, name: str, key: str) -> bool:
        """Whether a place keeps what is computed where this key is stored, of nothing that it kept before."""
        blocks = [self.around[id(statement)] for _, statement in self.stores[key]]
        stores = [x for value, x in self.stores[name] if not _is_none(value) and self.around[id(x)] in blocks]
        if not stores or name in self.changed:
            return False
        end = max((x.end_lineno or 0, x.end_col_offset or 0) for x in stores)
        early = [x for x in self.loads.get(name, []) if _start(x) < end]
        return all(self._is_asked_for_none(load) or self._is_of_a_hit(load, key) for load in early)

    def _is_of_a_hit(self, load: ast.expr, key: str) -> bool:
        """Whether a load stands in a branch of the test of a key, apart from where the key is stored."""
        branch: Any = load
        stored = [id(statement) for _, statement in self.stores[key]]
        while (parent := self.around.get(id(branch))) is not None:
            if isinstance(parent, (ast.If, ast.IfExp)) and branch is not parent.test:
                tested = any(self._loaded(part) == key for part in ast.walk(parent.test))
                body: Any = parent.body if isinstance(parent, ast.If) and branch in parent.body else [branch]
                if tested and not any(id(part) in stored for x in body for part in ast.walk(x)):
                    return True
            branch = parent
        return False


def is_kept(target: ast.expr, declared: set[str]) -> bool:
    """Whether a target outlives the call: an attribute, an item under a constant, a name that is declared."""
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        return isinstance(target.value, (ast.Name, ast.Attribute))
    return isinstance(target, ast.Attribute) or (isinstance(target, ast.Name) and target.id in declared)


def argument(value: ast.expr) -> bool:
    """Whether an expression is names alone, or a copy of them."""
    if isinstance(value, ast.Call):
        inside = [*value.args, *([value.func.value] if isinstance(value.func, ast.Attribute) else [])]
        return _called(value) in COPIED and any(map(argument, inside))
    if isinstance(value, (ast.Tuple, ast.List)):
        return all(map(argument, value.elts))
    if isinstance(value, (ast.Starred, ast.Subscript)):
        return argument(value.value)
    return isinstance(value, ast.Name)


def _pairs(assignment: ast.Assign) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Each target of an assignment with its value."""
    value = assignment.value
    for target in assignment.targets:
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            yield from zip(target.elts, value.elts)
        elif isinstance(target, ast.Attribute) and isinstance(value, ast.Tuple):
            items = [ast.Subscript(target, ast.Constant(i), ast.Store()) for i in range(len(value.elts))]
            yield from zip(items, value.elts)
        else:
            yield from ((part, value) for part in getattr(target, "elts", [target]))


def _unpacked(assignment: ast.Assign) -> Iterator[tuple[str, str]]:
    """Local names of the items of what is assigned: x, y = self.last."""
    for target in assignment.targets:
        if isinstance(target, ast.Tuple) and isinstance(assignment.value, (ast.Name, ast.Attribute)):
            yield from ((ast.unparse(x), f"{ast.unparse(assignment.value)}[{i}]") for i, x in enumerate(target.elts))


def _start(x: Any) -> tuple[int, int]:
    return x.lineno, x.col_offset


def _called(x: ast.expr) -> str:
    """The last name of the function that an expression calls; empty if it is no call."""
    return getattr(x.func, "attr", getattr(x.func, "id", "")) if isinstance(x, ast.Call) else ""


def _sign(x: ast.expr) -> ast.cmpop | None:
    """The sign of a comparison."""
    return x.ops[0] if isinstance(x, ast.Compare) else None


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _is_tolerance(x: ast.expr) -> bool:
    return isinstance(x, ast.Constant) and isinstance(x.value, float) and 0 < x.value <= LARGEST_TOLERANCE

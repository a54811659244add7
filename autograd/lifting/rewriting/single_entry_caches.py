"""Caches of one entry, found in a function's syntax: places outside of it that keep the last argument and its result.

if x == self.last_x:
    return self.last_result
self.last_x, self.last_result = x, price(x)
return self.last_result

A kept argument is compared with the next one; unless they are equal, the next one and its result are kept instead.
Neither is read for anything else before it is replaced; a value that f computes with would be.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable, Iterator
from opcode import opmap
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.lifting.rewriting.places import (
    ADDING,
    ANY,
    Spot,
    Store,
    Syntax,
    called,
    end_of,
    is_empty,
    start,
    syntax_in,
)  # fmt: skip
from autograd.lifting.rewriting.sources import names_in

if TYPE_CHECKING:
    from types import CodeType

STORES = {opmap[f"STORE_{what}"] for what in ("ATTR", "GLOBAL", "DEREF", "SUBSCR", "SLICE") if f"STORE_{what}" in opmap}
STORING = {"update", "setattr", *ADDING}
NEAR = {"allclose", "isclose"}
SAME = {"array_equal", "array_equiv", "equal", "not_equal", *NEAR}
ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
COPIED = {"copy", "deepcopy", "list", "tuple", "float", "array", "asarray", "tobytes", "str", "repr", "hash", "round"}
LARGEST_TOLERANCE = 1e-6  # with a larger one, "near enough" is part of what f computes
LEAVING = (ast.Return, ast.Raise, ast.Break, ast.Continue)


class Place(NamedTuple):
    """Where an argument, or its result, is kept: a dotted name, split, and the keys under it."""

    names: tuple[str, ...]
    keys: tuple[Any, ...]
    is_result: bool = False
    is_near: bool = False  # whether it is compared within a tolerance


@functools.lru_cache(maxsize=1024)
def single_entries_of(code: CodeType) -> frozenset[Place]:
    """The places in which code keeps an argument for the next call to compare, and the result computed from it."""
    node = syntax_in(code) if _asks(code) and _stores(code) else None
    return frozenset() if node is None else frozenset(_places(Entries(node), code))


def single_entries_in(methods: Iterable[CodeType]) -> list[tuple[Place, CodeType]]:
    """The same for methods of a class, of which one may compare what another keeps; each with the code of a method."""
    own = [code for code in methods if code.co_argcount]
    storing = {name for code in own if _stores(code) for name in code.co_names}
    asking = {name for code in own if _asks(code) for name in code.co_names}
    if len(own) < 2 or storing.isdisjoint(asking):
        return []
    others: dict[str, Entries] = {}
    for code in own:
        if (node := syntax_in(code)) is not None:
            others[code.co_name] = Entries(node, others)
    return [(place, code) for code in own if code.co_name in others for place in _places(others[code.co_name], code)]


def _asks(code: CodeType) -> bool:
    """Whether code may compare what it has kept, perhaps in an inner generator."""
    steps = code.co_code[::2]
    if opmap["COMPARE_OP"] in steps or opmap["CONTAINS_OP"] in steps or not SAME.isdisjoint(code.co_names):
        return True
    return any(hasattr(constant, "co_code") for constant in code.co_consts)


def _stores(code: CodeType) -> bool:
    """Whether code may keep something."""
    return not STORES.isdisjoint(code.co_code[::2]) or not STORING.isdisjoint(code.co_names)


def _places(entries: Entries, code: CodeType) -> Iterator[Place]:
    for key in filter(entries.is_argument, entries.stores):
        results = [spot for spot in entries.stores if entries.is_result(spot, key)]
        if results:
            yield Place(names_in(code, key.name), key.keys, is_near=entries.is_near(key))
            yield from (Place(names_in(code, spot.name), spot.keys, is_result=True) for spot in results)


class Entries:
    """The places of a function that keep arguments or results, which other methods of its class may compare."""

    def __init__(self, syntax: Syntax, others: dict[str, Entries] | None = None) -> None:
        self.syntax, self.around = syntax, syntax.around
        self.others = {} if others is None else others  # by name; it may be filled later
        self.stores: dict[Spot, list[Store]] = {}
        for spot in [store.spot for store in syntax.stores]:
            self.stores[spot] = [x for x in syntax.stores if spot.may_be(x.spot) and not is_empty(x.value)]

    def asked(self, key: Spot) -> list[Any]:
        """The expressions that compare a key with something."""
        return [load for load in self.loads(key) if self.test(load) is not None] + self.members(key)

    def loads(self, spot: Spot) -> list[Any]:
        """The expressions that may read a place."""
        return [load.node for load in self.syntax.loads if load.spot.may_be(spot)]

    def members(self, spot: Spot) -> list[Any]:
        """The expressions that ask whether a list contains something, if the place is any of its items."""
        stores = self.stores.get(spot, [])
        if not spot.keys or spot.keys[-1] is not ANY or not all(isinstance(x.statement, ast.Expr) for x in stores):
            return []
        return list(filter(self._asks_for_members, self.loads(Spot(spot.name, spot.keys[:-1]))))

    def is_argument(self, spot: Spot) -> bool:
        """Whether a place keeps an argument that is compared with the next, and nothing else uses an earlier one."""
        stores = self.stores[spot]
        if not stores or self._is_changed(spot) or not all(argument(store.value) for store in stores):
            return False
        asked = self.asked(spot)
        if not asked and not any(other.asked(spot) for other in self.others.values()):
            return False
        return all(load in asked or self._is_harmless(load, spot) for load in self._early(spot))

    def is_near(self, spot: Spot) -> bool:
        """Whether a place is compared within a tolerance somewhere."""
        every = [self, *self.others.values()]
        tests = [test for x in every for load in x.loads(spot) if (test := x.test(load)) is not None]
        return any(called(test) in NEAR or isinstance(_sign(test), ORDER) for test in tests)

    def is_result(self, spot: Spot, key: Spot) -> bool:
        """Whether a place keeps a result computed where this key is stored, from nothing that was kept before."""
        if spot.may_be(key) or self._is_changed(spot) or (spot.name == key.name and spot.keys == key.keys[:-1]):
            return False
        blocks = [self.around[id(store.statement)] for store in self.stores[key]]
        stores = [store for store in self.stores[spot] if self.around[id(store.statement)] in blocks]
        guarded = any(self._is_guarded(store.statement, key) for store in stores)
        if not stores or not (guarded or self._is_called_by_guard(key)):
            return False
        if any(self._is_of_state(store.value) for store in stores):
            return False
        return all(self._is_harmless(load, key) for load in self._early(spot))

    def _is_of_state(self, value: Any, depth: int = 0) -> bool:
        """Whether an expression reads a place that the function counts in, or has not yet stored anew."""
        for load in self.syntax.loads_in(value):
            kept = [spot for spot in self.stores if spot.starts_with(load.spot)]
            if self._is_changed(load.spot) or any(load.since < self._stored(spot) for spot in kept):
                return True
        names = [x for x in ast.walk(value) if isinstance(x, ast.Name)] if depth < 3 else []
        bound = [binding for x in names if (binding := self.syntax.value_of(x)) is not None]
        return any(self._is_of_state(binding.value, depth + 1) for binding in bound)

    def test(self, load: Any) -> Any:
        """The comparison for equality of a place with something; None if there is none."""
        part: Any = load
        while isinstance(parent := self.around.get(id(part)), ast.expr):
            part = parent
            if isinstance(part, ast.Compare) and len(part.ops) == 1:
                sides = part.left, part.comparators[0]
                if isinstance(part.ops[0], (ast.Eq, ast.NotEq)):
                    return None if any(isinstance(side, ast.Constant) for side in sides) else part
                return part if any(map(_is_tolerance, sides)) else None
            if called(part) in SAME:
                return part
        return None

    def _is_changed(self, spot: Spot) -> bool:
        return any(other is not None and other.may_be(spot) for other in self.syntax.changed)

    def _early(self, spot: Spot) -> list[Any]:
        """The expressions that may read a place before the function has stored in it."""
        return [x.node for x in self.syntax.loads if x.spot.may_be(spot) and x.since < self._stored(spot)]

    def _stored(self, spot: Spot) -> tuple[int, int]:
        """The end of the function's last store in a place."""
        return max((end_of(store.statement) for store in self.stores[spot]), default=(0, 0))

    def _is_harmless(self, load: Any, key: Spot) -> bool:
        return self._is_asked_for_none(load) or self._asks_for_members(load) or self._is_of_a_hit(load, key)

    def _is_asked_for_none(self, load: Any) -> bool:
        """Whether a load only asks if there is anything."""
        part, parent = load, self.around.get(id(load))
        if isinstance(parent, ast.Compare):
            return isinstance(parent.ops[0], (ast.Is, ast.IsNot))
        while isinstance(parent, ast.BoolOp):
            if isinstance(parent.op, ast.And) and part is not parent.values[-1]:
                return True
            part, parent = parent, self.around.get(id(parent))
        is_test = isinstance(parent, (ast.If, ast.IfExp, ast.While)) and part is parent.test
        return is_test or (isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not))

    def _asks_for_members(self, load: Any) -> bool:
        parent = self.around.get(id(load))
        if isinstance(parent, ast.Attribute) and parent.attr in ("index", "count"):
            return True
        return (
            isinstance(parent, ast.Compare)
            and isinstance(parent.ops[0], (ast.In, ast.NotIn))
            and load is not parent.left
        )

    def _mentions(self, test: Any, key: Spot, depth: int = 0) -> bool:
        """Whether a test, or a value bound to its local names, compares a key."""
        parts = list(ast.walk(test))
        asked = [
            *self.asked(key),
            *(call for name, x in self.others.items() if x.asked(key) for call in self.calls(name)),
        ]
        if any(load is part for load in asked for part in parts):
            return True
        names = [x for x in parts if isinstance(x, ast.Name)] if depth < 3 else []
        bound = [binding for x in names if (binding := self.syntax.value_of(x)) is not None]
        return any(self._mentions(binding.value, key, depth + 1) for binding in bound)

    def calls(self, method: str) -> list[Any]:
        """The calls of another method of the class."""
        return [part for part in self.syntax.parts if called(part) == method and isinstance(part.func, ast.Attribute)]

    def _is_called_by_guard(self, key: Spot) -> bool:
        """Whether the other methods skip this one where the test of a key finds the same argument."""
        name = getattr(self.syntax.function, "name", "")
        found = [other._is_guarded(call, key) for other in self.others.values() for call in other.calls(name)]
        return bool(found) and all(found)

    def _tests_around(self, part: Any, key: Spot) -> Iterator[tuple[Any, Any]]:
        """The tests of a key around a part of the function, each with its branch that contains the part."""
        branch: Any = part
        while (parent := self.around.get(id(branch))) is not None:
            if any(self._mentions(test, key) for test in conditions(parent, branch)):
                yield parent, branch
            branch = parent

    def _is_of_a_hit(self, load: Any, key: Spot) -> bool:
        """Whether a load is in a branch of the test of a key, but not in one that stores the key."""
        stored = [id(store.statement) for store in self.stores.get(key, [])]
        for parent, branch in self._tests_around(load, key):
            body: Any = parent.body if isinstance(parent, ast.If) and branch in parent.body else [branch]
            if not any(id(part) in stored for x in body for part in ast.walk(x)):
                return True
        return False

    def _is_guarded(self, statement: Any, key: Spot) -> bool:
        """Whether a statement is skipped where the test of a key finds the same argument."""
        if next(self._tests_around(statement, key), None) is not None:
            return True
        tests = [part for part in self.syntax.parts if isinstance(part, ast.If) and end_of(part) <= start(statement)]
        leaving = (part for part in tests if any(isinstance(x, LEAVING) for x in ast.walk(part)))
        return any(self._mentions(part.test, key) for part in leaving)


def conditions(parent: Any, branch: Any) -> list[Any]:
    """The tests in a parent that decide whether this branch of it runs."""
    if isinstance(parent, (ast.If, ast.IfExp)) and branch is not parent.test:
        return [parent.test]
    if isinstance(parent, (ast.GeneratorExp, ast.ListComp)) and branch is parent.elt:
        return [test for generator in parent.generators for test in generator.ifs]
    if isinstance(parent, ast.BoolOp) and branch is not parent.values[0]:
        return parent.values[:1]
    return [parent.guard] if isinstance(parent, ast.match_case) and parent.guard else []


def argument(value: Any) -> bool:
    """Whether an expression consists of names alone, or is a copy of them."""
    if isinstance(value, ast.Call):
        inside = [*value.args, *([value.func.value] if isinstance(value.func, ast.Attribute) else [])]
        return called(value) in COPIED and any(map(argument, inside))
    if isinstance(value, (ast.Tuple, ast.List)):
        return all(map(argument, value.elts))
    if isinstance(value, (ast.Starred, ast.Subscript, ast.Attribute)):
        return argument(value.value)
    return isinstance(value, ast.Name)


def _sign(x: ast.expr) -> ast.cmpop | None:
    """The sign of a comparison."""
    return x.ops[0] if isinstance(x, ast.Compare) else None


def _is_tolerance(x: ast.expr) -> bool:
    return isinstance(x, ast.Constant) and isinstance(x.value, float) and 0 < x.value <= LARGEST_TOLERANCE

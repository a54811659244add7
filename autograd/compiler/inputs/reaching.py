"""What a traced function can reach by name: functions, the names that they read, and what these names hold."""

from __future__ import annotations

import dis
import functools
import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, NamedTuple

import numpy

from autograd.engine import Value
from autograd.lifting import function_of
from autograd.refusals import is_library, is_ours

GLOBAL = {"LOAD_GLOBAL", "LOAD_NAME"}
WRITTEN = {
    "STORE_GLOBAL", "DELETE_GLOBAL", "STORE_DEREF", "DELETE_DEREF", "STORE_ATTR", "DELETE_ATTR",
}  # fmt: skip
INSTALLED = ("site-packages", "dist-packages")
REFLECTING = {"getattr", "hasattr", "vars", "globals", "__dict__", "attrgetter"}  # these find a name by its text
HOLDERS = (list, dict, set, deque)
MOST_ITEMS = 1_000  # of a list, tuple or dict to look at
MOST_NUMBERS = 10_000  # of an array
MOST_OBJECTS = 2_000  # whose attributes to look at


class Names(NamedTuple):
    """The names in the code of a function, inner functions included."""

    read: set[str]  # globals
    all: set[str]  # attributes and imports as well
    written: set[str]  # those that the code binds itself: changes of them do not count
    imported: set[str]


def names(code: CodeType) -> Names:
    """The names in this code."""
    found = Names(set(), set(code.co_names), set(), set())
    for instruction in dis.get_instructions(code):
        if instruction.opname in GLOBAL:
            found.read.add(instruction.argval)
        elif instruction.opname in WRITTEN:
            found.written.add(instruction.argval)
        elif instruction.opname == "IMPORT_NAME":
            found.imported.add(instruction.argval)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            for known, more in zip(found, names(inner)):
                known |= more
        elif isinstance(inner, str) and not REFLECTING.isdisjoint(code.co_names):
            found.all.add(inner)
            found.read.add(inner)
    return found


class Reach:
    """The Python functions that f and what it is given reach, and the names they read; of libraries, what they wrap.

    A name is followed through modules, classes, bound methods, partials, decorators, lists, tuples and dicts, and the
    attributes that are used of an object; through all of a module of `nn`, whose own code reads them.
    """

    def __init__(self, f: Callable[..., Any], given: Iterable[Any] = ()) -> None:
        self.functions: list[FunctionType] = []
        self.scopes: dict[int, tuple[Mapping[str, Any], set[str]]] = {}
        self.fields: dict[int, tuple[Mapping[str, Any], set[str]]] = {}  # the same of objects
        self.slots: list[tuple[Any, str]] = []
        self.holders: dict[int, Any] = {}  # lists, dicts, sets and arrays of the user's
        self.values: dict[int, Value] = {}
        self._seen: dict[int, tuple[Any, set[str]]] = {}  # by id: what was met, kept alive, and the names used on it
        self._waiting: list[tuple[Any, set[str]]] = []
        self._add([f], {"__call__"})
        self._follow_all()
        self._add(given, {"__call__"}.union(*[names(function.__code__).all for function in self.functions]))
        self._follow_all()

    def _follow_all(self) -> None:
        while self._waiting:
            self._follow(*self._waiting.pop())

    def _follow(self, x: Any, used: set[str]) -> None:
        """Look at an object on which these names are used."""
        if isinstance(x, Value):
            self.values[id(x)] = x
            return
        x = function_of(x)
        _, known = self._seen.setdefault(id(x), (x, set()))
        new = used - known
        if not new:
            return
        known |= new
        if isinstance(x, FunctionType):
            if len(known) == len(new):
                self._function(x)
            self._fields(x, new)
        elif isinstance(x, MethodType):
            self._add([x.__func__, x.__self__], new | names_of(x.__func__))
        elif isinstance(x, (staticmethod, classmethod)):
            self._add([x.__func__], new)
        elif isinstance(x, property):
            self._add([x.fget], new)
        elif isinstance(x, ModuleType):
            if not is_fixed(x.__name__):
                self._namespace(vars(x), new)
        elif isinstance(x, type):
            self._class(x, new)
        elif isinstance(x, numpy.ndarray):
            if x.size <= MOST_NUMBERS and type(x) is numpy.ndarray:
                self.holders[id(x)] = x
                self._add(x.flat if x.dtype == object else (), new)
        elif isinstance(x, (tuple, *HOLDERS)):
            if len(x) <= MOST_ITEMS:
                if not isinstance(x, tuple):
                    self.holders[id(x)] = x
                self._add(x.values() if isinstance(x, dict) else x, new)
            self._object(x, new)
        elif type(x).__module__ == "functools":
            self._add([getattr(x, "func", None), getattr(x, "__wrapped__", None)], new)
            if isinstance(x, functools.partial):
                self._add([*x.args, x.keywords], new)
        else:
            self._object(x, new)

    def _add(self, objects: Iterable[Any], used: set[str]) -> None:
        self._waiting += [(x, used) for x in objects if not isinstance(x, (float, int, str, type(None)))]

    def _function(self, function: FunctionType) -> None:
        self.functions.append(function)
        cells = [cell.cell_contents for cell in function.__closure__ or () if is_full(cell)]
        found = names(function.__code__)
        used = found.all - found.written | {"__call__"}
        if is_library(function.__module__):  # what else its cells hold may be caches
            cells = [x for x in cells if (callable(x) and not _is_network(x)) or isinstance(x, tuple)]
        self._add([*cells, getattr(function, "__wrapped__", None)], used)
        if is_library(function.__module__):
            return
        self._namespace(function.__globals__, found.read - found.written, used)
        self._add([*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()], used)
        package = function.__globals__.get("__package__") or ""
        modules = {part for name in found.imported for part in (*_parents(name), *_parents(f"{package}.{name}"))}
        self._namespace(sys.modules, {name for name in modules if not is_fixed(name)}, used)

    def _namespace(self, scope: Mapping[str, Any], read: set[str], used: set[str] | None = None) -> None:
        """Note the names that are read in a scope, and follow what they stand for."""
        self.scopes.setdefault(id(scope), (scope, set()))[1].update(read)
        self._add([scope[name] for name in sorted(read) if name in scope], read if used is None else used)

    def _class(self, cls: type, used: set[str]) -> None:
        """Note the names that are used of a class, and follow its methods, operators among them."""
        for base in cls.__mro__:
            if is_fixed(base.__module__):
                continue
            own = vars(base)
            read = {name for name, x in own.items() if name in used or _is_operator(name, x)}
            self.scopes.setdefault(id(base), (own, set()))[1].update(read)
            members = [own[name] for name in sorted(read)]
            self._add(members, used)
            self._add([cls], used.union(*map(names_of, members)))  # a method uses names of its own object

    def _object(self, x: Any, used: set[str]) -> None:
        """Note the names that are used of an object, and follow its methods, operators among them."""
        self._class(type(x), used)
        members = [item for base in type(x).__mro__ if not is_fixed(base.__module__) for item in vars(base).items()]
        used = used.union(*[names_of(member) for name, member in members if name in used or _is_operator(name, member)])
        if is_ours(type(x).__module__) and not _is_network(x):
            return
        self._fields(x, used, {name for name, _ in members})
        slots = [name for base in type(x).__mro__ for name in getattr(base, "__slots__", ()) if name in used]
        self.slots += [(x, name) for name in slots if hasattr(x, name)]
        self._add([getattr(x, name) for name in slots if hasattr(x, name)], used)

    def _fields(self, x: Any, used: set[str], shared: Iterable[str] = ()) -> None:
        """Note the attributes that are used of an object, or all of them where library code reads them."""
        fields = None
        with suppress(Exception):  # of a proxy that stands for nothing now
            fields = x.__dict__
        if type(fields) is dict and len(self.fields) < MOST_OBJECTS:
            every = _is_network(x) or type(x).__module__ == "collections"
            read = set(fields) if every else used & (fields.keys() | shared)
            self.fields.setdefault(id(fields), (fields, set()))[1].update(read)
            self._add([fields[name] for name in sorted(read) if name in fields], used)


def names_of(x: Any) -> set[str]:
    """The names that the code of a function, a property or another descriptor uses but does not bind."""
    functions = (x, *[getattr(x, name, None) for name in ("fget", "__func__")], getattr(type(x), "__get__", None))
    function = next((f for f in functions if isinstance(f, FunctionType)), None)
    if function is None:
        return set()
    found = names(function.__code__)
    return found.all - found.written


def _is_network(x: Any) -> bool:
    """Whether x is a module of `nn`, or of a class like it."""
    return hasattr(type(x), "named_parameters")


def _is_operator(name: str, x: Any) -> bool:
    return name[:2] == "__" and isinstance(x, FunctionType)


def is_fixed(module: str | None) -> bool:
    """Whether what a module holds is taken as constant: a library's, or one that is installed."""
    file = getattr(sys.modules.get(module or ""), "__file__", None) or ""
    return is_library(module) or any(place in file for place in INSTALLED)


def is_full(cell: Any) -> bool:
    """Whether a closure's cell holds something."""
    try:
        return cell.cell_contents is not cell
    except ValueError:
        return False


def _parents(name: str) -> list[str]:
    """A module's name and those of the packages around it."""
    parts = name.strip(".").split(".")
    return [".".join(parts[: i + 1]) for i in range(len(parts)) if parts[0]]

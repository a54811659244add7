"""Reaching: what a traced function can reach by name: functions, the names that they read, and the names' values."""

from __future__ import annotations

import builtins
import functools
import os
import sys
import weakref
from abc import ABCMeta, get_cache_token
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from contextvars import ContextVar
from operator import attrgetter, methodcaller
from types import (
    BuiltinMethodType,
    FunctionType,
    MappingProxyType,
    MemberDescriptorType,
    MethodType,
    MethodWrapperType,
    ModuleType,
)
from typing import Any

import numpy

from autograd.compiler.inputs.names import names, spelled
from autograd.engine import Value
from autograd.lifting.lifted import function_of
from autograd.refusals import is_library, is_ours

INSTALLED = ("site-packages", "dist-packages")
WHOLE = {"vars", "__dict__", "asdict", "astuple", "fields", "getmembers"}  # read all attributes of an object
ABOUT = {"__doc__", "__name__", "__annotations__"}  # attributes of a function
MAPPINGS = (dict, MappingProxyType)
HOLDERS = (list, set, deque, *MAPPINGS)
BOUND = (BuiltinMethodType, MethodWrapperType)  # methods of objects written in C
VIEWS = tuple(type(getattr(dict[str, int](), name)()) for name in ("keys", "values", "items"))
UNFOLLOWED = (float, int, complex, bytes, numpy.generic, type(None))
KEPT = (weakref.ref, numpy.ndarray, *HOLDERS)  # followed wherever they occur
BARE = ("builtins", "abc", "typing")  # modules whose classes read no attributes of their own
MOST_ITEMS = 1_000  # in a list, tuple or dict that is examined
MOST_NUMBERS = 10_000  # examined in an array
MOST_OBJECTS = 2_000  # whose attributes are examined


class Reach:
    """The Python functions that f and `given` reach, and the names that they read; in libraries, only what they wrap.

    A name is followed through modules, classes, bound methods, partials, decorators and containers. Any object on the
    way may be passed to any of the functions, so the names that all of them use count for it. If library code reads an
    object, all its names count.
    """

    def __init__(self, f: Callable[..., Any], given: Iterable[Any] = ()) -> None:
        self.functions: list[FunctionType] = []
        self.scopes: dict[int, tuple[Mapping[str, Any], set[str]]] = {}
        self.fields: dict[int, tuple[Mapping[str, Any], set[str]]] = {}  # the same for objects
        self.slots: dict[tuple[int, str], Any] = {}
        self.holders: dict[int, Any] = {}  # the user's lists, dicts, sets, arrays and buffers
        self.frames: dict[int, Any] = {}
        self.asked: dict[int, Callable[[], Any]] = {}  # read the value of a context variable or a weak reference
        self.objects: dict[int, Any] = {}  # modules, and objects of the user's classes: their class may be reassigned
        self.counts: dict[int, Callable[[], Any]] = {}  # count names, subclasses and registrations, which may be added
        self.values: dict[int, Value] = {}
        self.states: dict[tuple[int, str], Any] = {}  # scopes and objects, by the names that functions change there
        self._changed = set[str]()  # the names of attributes that a function loads and binds
        self._used, self._tested, self._texts = {"__call__"}, set[str](), set[str]()
        self._seen: dict[int, tuple[Any, int]] = {}  # by id: an object, kept alive, and how many names were known then
        self._waiting: list[Any] = []
        self._add([f, *given])
        while self._waiting:
            while self._waiting:
                self._follow(self._waiting.pop())
            self._used |= spelled(self._used, self._texts)
            self._add([x for x, known in self._seen.values() if known < self._known()])

    def _known(self) -> int:
        """The number of known names that an object may have as attributes."""
        return len(self._used) + len(self._tested) + len(self._changed)

    def _of(self, scope: Mapping[str, Any]) -> set[str]:
        """The names that may be read in a scope, including those that may be added."""
        return self._used.intersection(scope) | self._tested

    def _follow(self, x: Any) -> None:
        if isinstance(x, Value):
            self.values[id(x)] = x
            return
        x = function_of(x)
        is_new = id(x) not in self._seen
        if not is_new and self._seen[id(x)][1] == self._known():
            return
        self._seen[id(x)] = x, self._known()
        if isinstance(x, FunctionType):
            if is_new:
                self._function(x)
            self._fields(x)
            self._take(x, ABOUT.intersection(self._used))
        elif isinstance(x, MethodType):
            self._add([x.__func__, x.__self__])
        elif isinstance(x, (staticmethod, classmethod)):
            self._add([x.__func__])
        elif isinstance(x, property):
            self._add([x.fget])
        elif isinstance(x, BOUND):
            self._add([x.__self__])
        elif isinstance(x, ModuleType):
            self._module(x)
        elif isinstance(x, type):
            self._class(x)
        elif not self._is_held(x):
            self._object(x)

    def _is_held(self, x: Any) -> bool:
        """Whether x is a container or a reference, whose items are followed; else it is an object with attributes."""
        if isinstance(x, (tuple, frozenset, *HOLDERS)):
            if len(x) <= MOST_ITEMS:
                if not isinstance(x, (tuple, frozenset)):
                    self.holders[id(x)] = x
                self._add([*x, *x.values()] if isinstance(x, MAPPINGS) else x)
            return type(x).__module__ == "builtins"
        if isinstance(x, VIEWS):
            self._add([x.mapping])
        elif isinstance(x, ContextVar):
            self.asked[id(x)] = functools.partial(x.get, None)
            with suppress(LookupError):
                self._add([x.get()])
        elif isinstance(x, weakref.ref):
            self.asked[id(x)] = lambda: x() is None
            self._add([x()])
        elif isinstance(x, numpy.flatiter):
            self._add([x.base])
        elif isinstance(x, numpy.ndarray):
            self.holders[id(x)] = numbers = _sample(x if type(x) is numpy.ndarray else x.view(numpy.ndarray))
            self._add(numbers.flat if x.dtype == object else ())
            return type(x) is numpy.ndarray
        elif is_buffer(x):
            if memoryview(x).nbytes <= 8 * MOST_NUMBERS:
                self.holders[id(x)] = x
        elif is_frame(x):
            if x.size <= MOST_NUMBERS:
                self.frames[id(x)] = x
        else:
            return False
        return True

    def _add(self, objects: Iterable[Any]) -> None:
        for x in objects:
            if isinstance(x, str):
                self._texts.add(x)
            elif isinstance(x, numpy.void) or not isinstance(x, UNFOLLOWED):
                self._waiting.append(x)

    def _function(self, function: FunctionType) -> None:
        self.functions.append(function)
        cells = [cell.cell_contents for cell in function.__closure__ or () if is_full(cell)]
        found = names(function.__code__)
        if is_library(function.__module__):  # other contents of its cells may be caches
            cells = [x for x in cells if (callable(x) and not _is_network(x)) or isinstance(x, tuple)]
        self._add([*cells, *[getattr(function, name, None) for name in ("__wrapped__", "registry")]])
        if hasattr(function, "registry"):
            self._used.add("isinstance")
        if is_library(function.__module__):
            return
        self._used |= found.used - found.written
        self._tested |= found.tested - found.written
        self._texts |= found.texts
        self._changed |= found.changed
        self._namespace(function.__globals__, found.read - found.written)
        self._changing(function.__globals__, found.read & found.changed)
        self._namespace(vars(builtins), {name for name in found.read - set(function.__globals__) if _is_added(name)})
        self._add([*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()])
        package = function.__globals__.get("__package__") or ""
        modules = {part for name in found.imported for part in (*_parents(name), *_parents(f"{package}.{name}"))}
        self._namespace(sys.modules, {name for name in modules if not is_fixed(name)})

    def _namespace(self, scope: Mapping[str, Any], read: set[str]) -> None:
        """Record the names that are read in a scope, and follow their values."""
        self.scopes.setdefault(id(scope), (scope, set()))[1].update(read)
        self._add([scope[name] for name in sorted(read) if name in scope])

    def _changing(self, of: Any, there: Iterable[str]) -> None:
        """Record the names that functions change in a scope or an object, and follow their present values."""
        of_scope = isinstance(of, dict)
        self.states |= {(id(of), name): of for name in there}
        self._add([of.get(name) if of_scope else getattr(of, name) for name in there])

    def _module(self, module: ModuleType) -> None:
        if not is_fixed(module.__name__):
            self._namespace(vars(module), self._of(vars(module)) | {"__getattr__"})
            self._changing(vars(module), self._states_in(vars(module)))
            self.objects[id(module)] = module
        elif module is os and not self._used.isdisjoint(("environ", "environb", "getenv", "getenvb")):
            self._add([os.environ])

    def _class(self, cls: type) -> None:
        """Record the names of a class that are used, and follow its methods, including operators."""
        for base in cls.__mro__:
            if not is_fixed(base.__module__):
                own = vars(base)
                read = set(own) if not WHOLE.isdisjoint(self._used) else self._of(own)
                self._namespace(own, read.union(name for name, x in own.items() if _is_operator(name, x)))
                self._take(base, ["__mro__"])
                self._changing(base, [name for name in self._states_in(own) if not hasattr(own[name], "__get__")])
                self.counts[id(own)] = own.__len__
                if "__subclasses__" in self._used:
                    self.counts[id(base)] = functools.partial(_subclasses, base)
                if isinstance(base, ABCMeta) and "isinstance" in self._used:
                    self.counts[id(ABCMeta)] = get_cache_token
        if not is_fixed(type(cls).__module__):
            self._class(type(cls))

    def _object(self, x: Any) -> None:
        """Record the names of an object that are used, and follow its methods, including operators."""
        self._add([type(x)])
        if is_ours(type(x).__module__) and not _is_network(x):
            return
        if isinstance(x, (attrgetter, methodcaller)):
            self._used.update(*[text.split(".") for text in x.__reduce__()[1] if isinstance(text, str)])
        elif type(x).__module__ == "functools":
            self._add([getattr(x, "__wrapped__", None)])
        shared = set[str]()
        for base in type(x).__mro__:
            own = vars(base)
            read = set(own) if is_fixed(base.__module__) else self._used.intersection(own)
            if "__slots__" in own or base.__module__ in ("functools", "collections"):
                self._take(x, [name for name in read if isinstance(own[name], MemberDescriptorType)])
                slots = [name for name in self._states_in(own) if isinstance(own[name], MemberDescriptorType)]
                self._changing(x, [name for name in slots if hasattr(x, name)])
            shared |= self._used.intersection(read)
        self._fields(x, shared)
        if not is_fixed(type(x).__module__) and len(self.objects) < MOST_OBJECTS:
            self.objects[id(x)] = x

    def _take(self, x: Any, attributes: Iterable[str]) -> None:
        """Record attributes that are not in a dict, and follow them."""
        there = [name for name in attributes if hasattr(x, name)]
        self.slots |= {(id(x), name): x for name in there}
        self._add([getattr(x, name) for name in there])

    def _fields(self, x: Any, shared: Iterable[str] = ()) -> None:
        """Record the attributes of an object that are used, or all of them if library code may read them."""
        fields = None
        with suppress(Exception):  # a proxy whose object is gone
            fields = x.__dict__
        if type(fields) is not dict or (len(self.fields) >= MOST_OBJECTS and id(fields) not in self.fields):
            return
        if _is_network(x) or not WHOLE.isdisjoint(self._used):
            read = set(fields)
        else:
            read = self._of(fields).union(shared)
            if any(is_fixed(base.__module__) and base.__module__ not in BARE for base in type(x).__mro__):
                read |= {name for name, item in fields.items() if not _is_foreign(item)}
        self.fields.setdefault(id(fields), (fields, set()))[1].update(read)
        if not is_fixed(type(x).__module__):
            self.slots[id(x), "__dict__"] = x
        self._add([fields[name] for name in sorted(read) if name in fields])
        self._changing(fields, self._states_in(fields) - read)

    def _states_in(self, scope: Mapping[str, Any]) -> set[str]:
        """The names in a scope that functions change, and that no function only reads."""
        return (self._changed - self._used).intersection(scope)


def _is_network(x: Any) -> bool:
    """Whether x is a module of `nn`, or has a class like one."""
    return hasattr(type(x), "named_parameters")


def _is_foreign(x: Any) -> bool:
    """Whether x is an object of a library class, with its own attributes."""
    of = type(x).__module__
    return is_fixed(of) and of != "builtins" and hasattr(x, "__dict__") and not isinstance(x, KEPT) and not is_frame(x)


def is_buffer(x: Any) -> bool:
    """Whether x is a buffer of bytes: an `array.array`, a bytearray, a memory map, a ctypes number."""
    try:
        return bool(memoryview(x).nbytes + 1)
    except TypeError:
        return False


def is_frame(x: Any) -> bool:
    """Whether x is a table, a column or an index of pandas or a similar library."""
    return is_fixed(type(x).__module__) and all(hasattr(x, name) for name in ("equals", "copy", "size"))


def _sample(x: Any) -> Any:
    """An array, or an evenly spaced sample of it if it is very large."""
    while x.size > MOST_NUMBERS:
        x = x[(slice(None, None, 2),) * x.ndim]
    return x


def _is_added(name: str) -> bool:
    """Whether a builtin of this name does not come from Python itself, or does not exist yet."""
    return getattr(vars(builtins).get(name), "__module__", None) != "builtins"


def _subclasses(cls: type) -> int:
    return len(cls.__subclasses__())


def _is_operator(name: str, x: Any) -> bool:
    return name == "__match_args__" or (name[:2] == "__" and isinstance(x, (FunctionType, classmethod, staticmethod)))


def is_fixed(module: str | None) -> bool:
    """Whether the contents of a module are taken as constant: it is a library, or is installed."""
    file = getattr(sys.modules.get(module or ""), "__dict__", {}).get("__file__") or ""
    return is_library(module) or any(place in file for place in INSTALLED)


def is_full(cell: Any) -> bool:
    """Whether a closure's cell holds something."""
    try:
        return cell.cell_contents is not cell
    except ValueError:
        return False


def _parents(name: str) -> list[str]:
    """The names of the packages around a module, and its own."""
    parts = name.strip(".").split(".")
    return [".".join(parts[: i + 1]) for i in range(len(parts)) if parts[0]]

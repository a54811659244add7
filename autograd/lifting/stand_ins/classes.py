"""The user's objects and classes in lifted code: subclasses with lifted methods, instances that share attributes.

A class that could notice its subclass stays unchanged, and so does an instance of a builtin class other than tuple.
The user's class does not list its lifted subclass among its subclasses, unless its instances have slots.
"""

from __future__ import annotations

import functools
import itertools
import sys
from abc import ABCMeta
from collections.abc import Callable
from contextvars import ContextVar
from types import CodeType, FunctionType, MemberDescriptorType, MethodType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy

from autograd.lifting.rewriting.dict_caches import caches_in
from autograd.lifting.rewriting.single_entry_caches import single_entries_in
from autograd.lifting.stand_ins.dispatching import dispatched_method
from autograd.lifting.stand_ins.table import is_foreign
from autograd.numbers.kinds import KINDS, LAZY_KINDS
from autograd.primitives.operators import Scalar

if TYPE_CHECKING:
    from autograd.lifting.reading import Reading

NUMBERS = (Scalar, numpy.ndarray, BaseException)
checking: ContextVar[Any] = ContextVar("autograd checking", default=None)  # the class whose subclasses are being asked
CALLED = {FunctionType, MethodType}  # types of members that are lifted under names that Python itself looks up
MAKING = {"__init__", "__new__", "__post_init__"}
FROM_PYTHON = 1 << 9  # the flag of a class that a `class` statement made


class Hidden:
    """A base between a lifted class and the user's, so that the user's `__init_subclass__` is not called."""

    __slots__ = ()

    def __init_subclass__(cls, **options: Any) -> None:
        if not stands_in(cls):
            super().__init_subclass__(**options)


def stands_in(kind: type) -> bool:
    """Whether a class replaces one of the user's."""
    return Hidden in kind.__mro__[:2]


def class_in(reading: Reading, kind: type) -> type:
    """A subclass of the user's class whose methods are lifted; the class itself if it could notice that."""
    if type(kind) not in (type, ABCMeta) or is_foreign(kind.__module__) or not _may_be_rebuilt(kind):
        return kind
    make, get = _class_of_classes(reading, kind)
    members: dict[str, Any] = {}
    for base in reversed(kind.__mro__[:-1]):
        if not is_foreign(base.__module__):
            members |= vars(base)
    called = _called(reading, members)
    for cache, code in itertools.product(caches_in(called), called):
        reading.add_cache((*code.co_varnames[:1], cache.names[-1]), cache.keys, code)
    for place, code in single_entries_in(called):
        reading.leftovers.add([place], code)
    own = {name: found for name, x in members.items() if (found := _member(reading, name, x)) is not None}
    own |= {"__getattribute__": get, "__module__": kind.__module__}
    builtin = next(base for base in kind.__mro__ if not base.__flags__ & FROM_PYTHON)
    try:
        made: type = make(kind.__name__, (Hidden, builtin), own)  # which `kind.__subclasses__()` does not list
    except TypeError:  # its instances have slots
        made = make(kind.__name__, (Hidden, kind), own)
    made.__qualname__ = kind.__qualname__
    if hasattr(kind, "__abstractmethods__"):
        type.__setattr__(made, "__abstractmethods__", kind.__abstractmethods__)
    reading.known[id(made)] = made, made
    for name, x in members.items():
        if hasattr(type(x), "__get__") and not is_foreign(type(x).__module__):
            type.__setattr__(made, name, reading.stand_in(x))  # a user's descriptor, whose name is set already
    reading.classes.append((kind, made, dict(type.__getattribute__(made, "__dict__"))))
    return made


def _called(reading: Reading, members: dict[str, Any]) -> list[CodeType]:
    """The code of the methods that lifted code may call: a table that others fill beforehand is not a cache."""
    methods = {name: x.__code__ for name, x in members.items() if type(x) is FunctionType and name not in MAKING}
    names = reading.names.union(*(code.co_names for code in methods.values()))
    return [code for name, code in methods.items() if name in names or name.startswith("__")]


def _class_of_classes(reading: Reading, kind: type) -> tuple[Callable[..., Any], Callable[[Any, str], Any]]:
    """The metaclass of a lifted class, which describes itself as the user's does, and the lookup of its instances."""

    class Lifting(type(kind)):  # type: ignore[misc]  # the user's metaclass; also that of classes derived from this one
        lifted_class = kind

        def mro(cls) -> list[type]:
            return [cls, Hidden, *kind.__mro__] if Hidden in type.__dict__["__bases__"].__get__(cls) else type.mro(cls)

        @property
        def __bases__(cls) -> tuple[type, ...]:  # read by `functools.singledispatch`
            return (kind,) if stands_in(cls) else type.__dict__["__bases__"].__get__(cls)

        def __subclasses__(cls) -> list[type]:
            users: Any = itertools.filterfalse(stands_in, type.__subclasses__(kind) if stands_in(cls) else ())
            return [*map(reading.stand_in, users), *type.__subclasses__(cls)]

        def __getattribute__(cls, name: str) -> Any:
            if name == "__dict__" and stands_in(cls):
                return reading.stand_in(vars(kind))
            return lifted(cls, name, type.__getattribute__(cls, name))

        def __instancecheck__(cls, x: Any) -> bool:
            return isinstance(x, kind) if stands_in(cls) else super().__instancecheck__(x)

        def __subclasscheck__(cls, other: type) -> bool:
            if not stands_in(cls):
                return bool(super().__subclasscheck__(other))
            if type.__subclasscheck__(kind, other) or checking.get() is kind:
                return type.__subclasscheck__(kind, other)
            before = checking.get()
            try:
                checking.set(kind)  # an abstract class asks its subclasses, of which this is one
                return issubclass(other, kind)
            finally:
                checking.set(before)

    def get(instance: Any, name: str) -> Any:
        return lifted(instance, name, object.__getattribute__(instance, name))

    def lifted(holder: Any, name: str, found: Any) -> Any:
        return found if name.startswith("__") and type(found) not in CALLED else reading.attribute(holder, name, found)

    return Lifting, get


def _may_be_rebuilt(kind: type) -> bool:
    """Whether instances of a subclass differ from those of the class only in methods."""
    if issubclass(kind, NUMBERS) or kind in KINDS or kind.__module__.partition(".")[0] in LAZY_KINDS:
        return False
    return type(kind.__getattribute__) is not FunctionType


def _member(reading: Reading, name: str, x: Any) -> Any:
    """The replacement for a member that Python itself looks up; the others are lifted when they are looked up."""
    if type(x) is FunctionType and name.startswith("__"):
        return reading.stand_in(x)
    if type(x) is property:
        return property(*map(reading.stand_in, (x.fget, x.fset, x.fdel)))
    if type(x) is functools.cached_property:  # a cache would keep Values of an earlier call
        return property(reading.stand_in(x.func))
    if type(x) is functools.singledispatchmethod:
        return dispatched_method(reading.stand_in, x)
    if type(x) is MemberDescriptorType:
        return _slot(reading, x)
    return None


def _slot(reading: Reading, member: Any) -> property:
    """A slot of the user's object, as a property of the object that replaces it."""

    def owner(instance: Any) -> Any:
        return reading.users(instance)

    def put(instance: Any, value: Any) -> None:
        member.__set__(owner(instance), value)

    def remove(instance: Any) -> None:
        member.__delete__(owner(instance))

    return property(lambda instance: member.__get__(owner(instance)), put, remove)


def object_in(reading: Reading, x: Any) -> Any:
    """An object with the attributes of the user's object, but lifted methods."""
    lifted = reading.stand_in(type(x))
    if lifted is type(x):
        return x
    made: Any
    if isinstance(x, tuple):
        made = tuple.__new__(lifted, map(reading.stand_in, x))
    else:
        try:
            made = object.__new__(lifted)
        except TypeError:  # of another builtin class, such as dict
            return x
    if hasattr(x, "__dict__"):
        object.__setattr__(made, "__dict__", x.__dict__)
    reading.known[id(made)] = made, made
    reading.stood_for[id(made)] = x
    return made


class NamespaceView(SimpleNamespace):
    """A view of a user's SimpleNamespace, with replacements for the functions that it holds."""

    def __init__(self, reading: Reading, seen: SimpleNamespace) -> None:
        object.__setattr__(self, "_parts", (reading, seen))

    def __getattribute__(self, name: str) -> Any:
        reading, seen = object.__getattribute__(self, "_parts")
        return reading.attribute(seen, name, getattr(seen, name))

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(seen_by(self), name, value)


def seen_by(view: NamespaceView) -> SimpleNamespace:
    """The user's namespace."""
    seen: SimpleNamespace = object.__getattribute__(view, "_parts")[1]
    return seen


class Parent:
    """`super()` in lifted code: the methods of the parents are lifted too."""

    def __init__(self, reading: Reading, kind: type, instance: Any) -> None:
        users = type(kind).lifted_class if stands_in(kind) else kind  # type: ignore[attr-defined]  # its metaclass has it
        object.__setattr__(self, "_parts", (reading, super(users, instance)))

    def __getattribute__(self, name: str) -> Any:
        reading, parent = object.__getattribute__(self, "_parts")
        return reading.stand_in(getattr(parent, name))


def parent_in(reading: Reading) -> Any:
    """The replacement for `super`: without arguments it inspects the calling frame, as Python's does."""

    def of(*args: Any) -> Parent:
        if args:
            return Parent(reading, *args)
        frame = sys._getframe(1)
        return Parent(reading, frame.f_locals["__class__"], frame.f_locals[frame.f_code.co_varnames[0]])

    return of

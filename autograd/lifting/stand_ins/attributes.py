"""Attributes that hold caches: an attribute of the same name in objects of another class does not count."""

from __future__ import annotations

from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any


class Attributes:
    """Names of attributes, each with the methods that use it on their own object, or None if others use it, too."""

    def __init__(self) -> None:
        self.methods: dict[str, set[CodeType] | None] = {}
        self.known: dict[tuple[type, str], bool] = {}  # the answers so far

    def add(self, names: tuple[str, ...], code: CodeType) -> None:
        """Record that code uses an attribute, which is the last of these names."""
        before = self.methods.get(names[-1], set())
        is_own = names[:-1] == code.co_varnames[:1] and code.co_argcount > 0
        self.methods[names[-1]] = before | {code} if is_own and before is not None else None
        self.known.clear()

    def has(self, holder: Any, name: str) -> bool:
        """Whether an object's attribute of this name is one of these attributes."""
        if name not in self.methods:
            return False
        methods, kind = self.methods[name], type(holder)
        if (kind, name) not in self.known:
            self.known[kind, name] = methods is None or not methods.isdisjoint(codes_of(kind))
        return self.known[kind, name]


def codes_of(kind: type) -> Iterator[CodeType]:
    """The code of a class's methods and properties, and of what they wrap."""
    for member in (member for base in kind.__mro__ for member in vars(base).values()):
        f = member.fget if type(member) is property else member
        while isinstance(f, FunctionType):
            yield f.__code__
            f = getattr(f, "__wrapped__", None)

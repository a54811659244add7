"""Names outside of f in lifted code: globals and modules have their current values, and f's assignments are kept."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from types import FunctionType, ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

from autograd.lifting.rewriting.shared import GLOBALS
from autograd.lifting.rewriting.syntax import RUNTIME
from autograd.lifting.stand_ins.number_classes import original
from autograd.refusals import refuse

if TYPE_CHECKING:
    from autograd.lifting.reading import Reading

OURS = {GLOBALS, RUNTIME}


class GlobalsView(dict[str, Any]):
    """The current globals of a function, with replacements.

    The dict holds only the builtins and names of ours, which code loads at each step: CPython finds these in it, and
    asks `__missing__` for the user's.
    """

    def __init__(self, scope: dict[str, Any], reading: Reading) -> None:
        self.scope, self.reading = scope, reading
        self.names: set[str] = set()  # that code assigns
        self.assigned = SimpleNamespace()  # their values while f is traced
        ours = {GLOBALS: self.assigned, RUNTIME: reading.branches}
        super().__init__(ours, __builtins__=reading.builtins, __name__=scope.get("__name__", "__main__"))

    def __missing__(self, name: str) -> Any:
        if name in self.names:
            self.settle()
        traced = vars(self.assigned)
        return traced[name] if name in traced else self.reading.variable(self.scope, name, self.scope[name])

    def __contains__(self, name: object) -> bool:
        return name in self.scope

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self.scope else default

    def __setitem__(self, name: str, value: Any) -> None:
        if self.reading.branches:
            raise refuse(lambda most: f"which value the global name {name:.40} has", "assign it by its name")
        self.scope[name] = self.reading.users(value)

    def assigns(self, names: Iterable[str]) -> None:
        """Record that code assigns these names."""
        self.names.update(names)
        if self.names:
            self.hold()
        for name in names if self.reading.branches else ():
            if name in self.scope:
                vars(self.assigned).setdefault(name, self[name])

    def hold(self) -> None:
        """From now on this dict may hold the user's names, too; they are still looked up anew."""
        self.__class__ = HoldingView

    def settle(self) -> None:
        """Move the values that code has assigned to the user's globals or, until the end of a trace, to `assigned`."""
        for name in self.names:
            if dict.__contains__(self, name):
                value = dict.pop(self, name)
                if self.reading.branches:
                    setattr(self.assigned, name, value)
                else:
                    self.scope[name] = self.reading.users(value)

    def keep(self) -> None:
        """At the end of a trace: copy what code has assigned to the user's globals, except what a cache keeps."""
        self.settle()
        for name, value in vars(self.assigned).items():
            found = self.reading.users(value)
            if found is not self.scope.get(name) and not self.reading.leftovers.is_apart(name):
                self.scope[name] = found


class HoldingView(GlobalsView):
    """A view whose dict also holds the user's names that code assigns, and those in the body of a class."""

    def __getitem__(self, name: str) -> Any:
        return super().__getitem__(name) if name in OURS else self.__missing__(name)


def build_class(body: FunctionType, name: str, *bases: Any, **options: Any) -> Any:
    """`class` in lifted code: its body looks up names in the dict of globals itself, and a base `float` is Python's."""
    view = body.__globals__
    if isinstance(view, GlobalsView):
        view.hold()
        for used in body.__code__.co_names:
            if used in view.scope:
                dict.__setitem__(view, used, view[used])
    made = builtins.__build_class__(body, name, *map(original, bases), **options)
    if isinstance(view, GlobalsView):
        for used in view.names.intersection(body.__code__.co_names):
            dict.pop(view, used, None)
        view.reading.known[id(made)] = made, made  # its methods are lifted
    return made


class Names(dict[str, Any]):
    """The local names of code that lifted code evaluates; other names are looked up in the globals."""

    def __init__(self, names: Any, scope: Any) -> None:
        super().__init__(names)
        self.scope = scope

    def __missing__(self, name: str) -> Any:
        return self.scope[name]


class ModuleView:
    """A view of a user's module, with replacements for what it holds."""

    def __init__(self, module: ModuleType, reading: Reading) -> None:
        self.__dict__.update(_module=module, _reading=reading)

    def __getattr__(self, name: str) -> Any:
        return self._reading.attribute(self._module, name, getattr(self._module, name))

    def __setattr__(self, name: str, value: Any) -> None:
        if self._reading.branches:
            what = f"{self._module.__name__}.{name}"
            raise refuse(lambda most: f"what {what:.60} is", "return the value instead")
        setattr(self._module, name, self._reading.users(value))

"""The reader of f's code: functions rebuilt from their own code, on a view of their globals, closures and defaults.

A reading lasts for one call, so that it sees the current value of every name. The replacement for that value is looked
up in the table of stand-ins when the code loads the name.
"""

from __future__ import annotations

import builtins
import dis
import functools
import sys
from types import CellType, CodeType, FunctionType, MethodType, ModuleType, SimpleNamespace
from typing import Any

import numpy

from autograd.lifting.branching.branches import Branches
from autograd.lifting.branching.choices import CHOICES, OF_TRUTHS, choice_of
from autograd.lifting.branching.contents import dict_of, held_by
from autograd.lifting.branching.handlers import asks_for_booleans, changes, hides_arithmetic
from autograd.lifting.lifted import Lifted, function_of
from autograd.lifting.rewriting.dict_caches import caches_of
from autograd.lifting.rewriting.single_entry_caches import single_entries_of
from autograd.lifting.rewriting.sources import rewritten
from autograd.lifting.rewriting.syntax import SUPER
from autograd.lifting.stand_ins.attributes import Attributes
from autograd.lifting.stand_ins.classes import NamespaceView, Parent, class_in, object_in, parent_in
from autograd.lifting.stand_ins.containers import CONTAINERS, container_in
from autograd.lifting.stand_ins.dispatching import kind_of
from autograd.lifting.stand_ins.leftovers import MUTABLE, Leftovers, is_of_this_call, reached
from autograd.lifting.stand_ins.memos import DICTS, Memo, fills_itself, memo_of
from autograd.lifting.stand_ins.numpy_names import Vectorized, as_given
from autograd.lifting.stand_ins.python_names import is_lifted
from autograd.lifting.stand_ins.rounding import roundings
from autograd.lifting.stand_ins.scopes import GlobalsView, ModuleView, Names, build_class
from autograd.lifting.stand_ins.table import BUILTINS, ORIGINALS, is_foreign, stand_in_of
from autograd.primitives import Primitive
from autograd.refusals import is_ours, lifting, refuse

UNTOUCHED = {float, int, bool, str, bytes, type(None)}


class Reading:
    """One call of a lifted function: each function and object that it encounters is rebuilt once.

    With branches, functions are rewritten where their source is found, so that conditions may be traced. Without
    `lifts`, the code has Python's own names, except for the functions that choose.
    """

    def __init__(self, branches: Branches | None = None, lifts: bool = True) -> None:
        self.known: dict[int, tuple[Any, Any]] = {}  # by id: an object, kept alive, and its replacement
        self.views: dict[int, GlobalsView] = {}
        # By the id of the user's cell: its name, the cell, ours, and what ours held at first.
        self.cells: dict[int, tuple[str, CellType, CellType, Any]] = {}
        self.stood_for: dict[int, Any] = {}  # by the id of a replacement: the user's object
        self.names: set[str] = set()  # in the functions read so far
        self.caches = Attributes()  # attributes in which f caches results: dicts, or objects that hold them
        self.cache_keys: dict[str, set[tuple[Any, ...]]] = {}  # by name: the keys of the dicts in it
        self.caching: list[tuple[FunctionType, str]] = []  # functions, and their variables that are caches
        self.functions: list[tuple[FunctionType, Any, dict[str, Any]]] = []  # each, ours, and the attributes it had
        self.classes: list[tuple[type, type, dict[str, Any]]] = []  # likewise
        self.leftovers = Leftovers(is_traced=branches is not None)
        self.branches, self.lifts = branches, lifts
        if branches is not None:
            branches.at_end.append(self.settle)
        self.builtins = vars(builtins) | (BUILTINS if lifts else CHOICES) | (OF_TRUTHS if branches else {})
        self.builtins |= {SUPER: functools.partial(Parent, self), "super": parent_in(self), "__import__": self._import}
        self.builtins |= {"__build_class__": build_class, "id": lambda x: id(self.users(x))}
        if lifts:
            self.builtins |= {"eval": self._evaluated(eval), "exec": self._evaluated(exec)}

    def call(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call the function; functions among its arguments are lifted, too."""
        given = [self.stand_in(as_given(x)) for x in args]
        named = {name: self.stand_in(as_given(x)) for name, x in kwargs.items()}
        before, rounded = lifting.get(), roundings.get()
        try:  # a Ctrl-C may come after any call
            lifting.set(True)
            roundings.set(set())
            return self.read(function)(*given, **named)
        finally:
            lifting.set(before)
            roundings.set(rounded)
            for view in self.views.values():
                view.settle()
            for name, cell, own, given in self.cells.values():
                if (held := held_by(own)) is not given:
                    cell.cell_contents = self.leftovers.outside(name, self.users(held))
            self.settle()

    def settle(self) -> None:
        """At the end of the call: give the user what f has kept, except caches, which belong to the call."""
        for x in list(self.stood_for.values()) if self.leftovers.attributes.methods or self.caches.methods else ():
            self.leftovers.meet(x)
            for name in self.caches.methods.keys() & (dict_of(x) or {}).keys():
                if self.caches.has(x, name):
                    self._forget(name, vars(x)[name])
        self.leftovers.settle()
        for view in self.views.values() if self.branches else ():
            view.keep()
        for f, name in self.caching:
            self._forget(name, known_as(f, name))
        for f, ours, before in self.functions:
            for name in [name for name in before.keys() | vars(ours) if not self._is_cache(f, name)]:
                if name not in vars(ours):
                    vars(f).pop(name, None)
                elif before.get(name) is not vars(ours)[name]:
                    vars(f)[name] = self.users(vars(ours)[name])
        for kind, made, before in self.classes:
            for name, x in type.__getattribute__(made, "__dict__").items():
                if before.get(name) is not x and not self._is_cache(kind, name):
                    setattr(kind, name, self.users(x))

    def _forget(self, name: str, x: Any) -> None:
        """Remove what this call has stored from the user's caches under a name."""
        for kept in (kept for keys in self.cache_keys[name] for kept in reached(x, keys)):
            for key, item in list(kept.items()) if type(kept) in DICTS else ():
                if is_lifted(key) or is_of_this_call(item):
                    del kept[key]

    def _is_cache(self, holder: Any, name: str) -> bool:
        """Whether an attribute is part of a cache."""
        is_kept = self.caches.has(holder, name) or self.leftovers.attributes.has(holder, name)
        return is_kept or name in self.leftovers.results

    def read(self, function: Any) -> Any:
        """Return the function, or another callable, with our names."""
        return self.function(function) if type(function) is FunctionType else self.stand_in(function)

    def stand_in(self, x: Any) -> Any:
        """The replacement for x in lifted code; most often x itself."""
        kind = type(x)
        if kind in UNTOUCHED:
            return x
        if kind is MethodType:
            return MethodType(self.stand_in(x.__func__), self.stand_in(x.__self__))
        known = self.known.get(id(x))
        if known is not None and known[0] is x:
            return known[1]
        found = stand_in_of(x) if self.lifts else choice_of(x)
        if found is x:
            if kind in CONTAINERS:
                self.known[id(x)] = x, x  # before its items are read: one may hold x
            found = self._rebuilt(x)
            if found is not x:
                self.stood_for[id(found)] = x
        if found is not x:
            self.known[id(x)] = x, found
        return found

    def attribute(self, holder: Any, name: str, x: Any) -> Any:
        """The replacement for an attribute of this holder."""
        if self.leftovers.attributes.has(holder, name):
            x = self._hidden(holder, name, x)
        if self.caches.has(holder, name):
            self._empty_caches(name, x)
        return self.stand_in(x)

    def variable(self, holder: Any, name: str, x: Any) -> Any:
        """The replacement for the value of a global name, or of one that functions share."""
        return self.stand_in(self._hidden(holder, name, x) if name in self.leftovers.variables else x)

    def _hidden(self, holder: Any, name: str, x: Any) -> Any:
        """x without what an earlier call has kept there; a container stays the same one for the whole call."""
        if type(x) not in MUTABLE:
            return self.leftovers.hidden(holder, name, x)
        if id(x) not in self.known:
            self.known[id(x)] = x, self.leftovers.without(name, x)
        return self.known[id(x)][1]

    def _empty_caches(self, name: str, x: Any) -> None:
        """Replace the caches under a name by caches of this call."""
        for keys in sorted(self.cache_keys[name], key=len, reverse=True):  # inner dicts first
            for found in reached(x, keys):
                known = self.known.get(id(found))
                if type(found) in DICTS and (known is None or type(known[1]) is not Memo):  # or a property read it
                    self.known[id(found)] = found, memo_of(found, self)

    def users(self, x: Any) -> Any:
        """The user's object, function or container that x replaces; most often x itself."""
        return self.stood_for[id(x)] if id(x) in self.stood_for else ORIGINALS.get(id(x), x)

    def _rebuilt(self, x: Any) -> Any:
        kind = type(x)
        if issubclass(kind, Lifted):
            return (self if self.lifts else Reading(self.branches)).read(x.watched)
        if self.branches and function_of(x) is not x:  # compiled
            return x.read_as(self.stand_in(x.watched))
        if kind is FunctionType:
            if isinstance(getattr(x, "primitive", None), Primitive):
                return x  # a user's operation: its rule is its derivative
            if hasattr(x, "dispatch") and hasattr(x, "registry"):
                return self._single_dispatch(x)
            if is_ours(x.__module__) and not is_ours(getattr(innermost(x), "__module__", None)):
                return self._around(x)
            return self.function(x) if not is_foreign(x.__module__) or self._reads(x.__module__) else x
        if kind is ModuleType:
            return ModuleView(x, self) if not is_foreign(x.__name__) or self._reads(x.__name__) else x
        if kind is SimpleNamespace:
            return NamespaceView(self, x)
        if kind is functools.partial:
            named = {name: self.stand_in(value) for name, value in x.keywords.items()}
            return functools.partial(self.stand_in(x.func), *map(self.stand_in, x.args), **named)
        if kind is numpy.vectorize:
            return Vectorized(self.stand_in(x.pyfunc), x.otypes, excluded=x.excluded, signature=x.signature)
        if kind is functools._lru_cache_wrapper:
            return self._cached(self.stand_in(x.__wrapped__))
        if kind in CONTAINERS:
            return container_in(self.stand_in, x, self.users if self.branches is None else None)
        if isinstance(x, type):
            return class_in(self, x)
        if is_foreign(kind.__module__):
            return x
        return memo_of(x, self) if fills_itself(x) else object_in(self, x)

    def _cached(self, f: Any) -> Any:
        """Return f with a cache of this call: the user's may hold Values of an earlier one. Numbers are keys by id."""
        kept: dict[Any, Any] = {}

        @functools.wraps(f)
        def cached(*args: Any, **kwargs: Any) -> Any:
            if self.branches and self.branches.stack:
                return f(*args, **kwargs)  # a branch's result may be valid for its rows alone
            key = tuple([(cached, id(x)) if is_lifted(x) else x for x in (*args, cached, *kwargs, *kwargs.values())])
            if key not in kept:
                kept[key] = f(*args, **kwargs), args, kwargs
            return kept[key][0]

        return cached

    def _reads(self, module: str) -> bool:
        """Whether a module of ours is read: its loops and branches are ordinary Python."""
        return self.branches is not None and module in ("autograd", "autograd.control")

    def _single_dispatch(self, f: Any) -> Any:
        """Replace a function of `functools.singledispatch` by one that treats a Value as a float."""

        def dispatched(*args: Any, **kwargs: Any) -> Any:
            return self.stand_in(f.dispatch(kind_of(args[0])))(*args, **kwargs)

        return functools.update_wrapper(dispatched, f)

    def function(self, f: FunctionType) -> Any:
        """Rebuild f: its own code, with a view of its globals, closure and defaults."""
        if isinstance(f.__globals__, GlobalsView):  # made by code that is lifted
            return f
        for name in assigned(f.__code__, "DELETE"):
            raise TypeError(f"lift: {f.__name__} deletes the global name {name}: assign None instead")
        self.names.update(f.__code__.co_names)
        self._keep_apart(f)
        view = self.views.get(id(f.__globals__))
        if view is None:
            view = self.views[id(f.__globals__)] = GlobalsView(f.__globals__, self)
        view.assigns(assigned(f.__code__))
        code = self._code(f.__code__)
        cells = dict(zip(f.__code__.co_freevars, f.__closure__ or ()))
        new = {name: self.cells[id(cell)][2] for name, cell in cells.items() if id(cell) in self.cells}
        others = ((name, cell) for name, cell in cells.items() if name not in {"__class__", *new})
        met = {name: cell for name, cell in others if self._may_stand_in(cell) or self.leftovers.is_apart(name)}
        new |= {name: CellType() for name in met}
        made = FunctionType(code, view, f.__name__, None, tuple(map((cells | new).__getitem__, code.co_freevars)))
        checked = made if code is not f.__code__ else self._checked(made)
        self.known[id(f)] = f, checked  # before its cells are read: one may hold f
        self.cells |= {id(cell): (name, cell, new[name], None) for name, cell in met.items()}
        for name, cell in met.items():
            given = new[name].cell_contents = self.variable(f, name, cell.cell_contents)
            self.cells[id(cell)] = name, cell, new[name], given
        made.__defaults__ = None if f.__defaults__ is None else tuple(map(self.stand_in, f.__defaults__))
        made.__kwdefaults__ = {name: self.stand_in(x) for name, x in (f.__kwdefaults__ or {}).items()}
        made.__qualname__, made.__module__ = f.__qualname__, f.__module__
        kept = self.caches.methods.keys() | self.leftovers.attributes.methods.keys()
        made.__dict__ = {name: self.attribute(f, name, x) if name in kept else x for name, x in vars(f).items()}
        self.functions.append((f, checked, dict(vars(checked))))
        return checked

    def _keep_apart(self, f: FunctionType) -> None:
        """Replace the caches that f fills by caches of this call."""
        entries = single_entries_of(f.__code__)
        self.leftovers.add(entries, f.__code__)
        for name in {place.names[0] for place in entries if len(place.names) == 1 and place.keys}:
            if type(held := known_as(f, name)) in MUTABLE and name in self.leftovers.variables:
                self._hidden(f, name, held)
        for names, keys in caches_of(f.__code__):
            self.add_cache(names, keys, f.__code__)
            if len(names) == 1:
                self.caching.append((f, names[0]))
                held = known_as(f, names[0])
                is_apart = names[0] in self.leftovers.variables and type(held) in MUTABLE
                self._empty_caches(names[0], self._hidden(f, names[0], held) if is_apart else held)

    def add_cache(self, names: tuple[str, ...], keys: tuple[Any, ...], code: CodeType) -> None:
        """Record dicts in which code caches its results."""
        if len(names) > 1:
            self.caches.add(names, code)
        self.cache_keys.setdefault(names[-1], set()).add(keys)

    def _around(self, f: FunctionType) -> Any:
        """Rebuild our wrapper of a user's function, such as grad(f), around the function as it is read."""
        cells = [CellType() for _ in f.__closure__ or ()]
        made = FunctionType(f.__code__, f.__globals__, f.__name__, f.__defaults__, tuple(cells))
        self.known[id(f)] = f, made  # before its cells are read: one may hold f
        for cell, given in zip(cells, f.__closure__ or ()):
            cell.cell_contents = self.stand_in(given.cell_contents)
        made.__kwdefaults__, made.__dict__ = f.__kwdefaults__, dict(f.__dict__)
        return made

    def _checked(self, f: FunctionType) -> Any:
        """Return a function that is not rewritten, wrapped if a branch must refuse it."""
        return self.branches.unread(f) if self.branches and changes(f.__code__) and not fills(f) else f

    def _code(self, code: CodeType) -> CodeType:
        """Return the code, with branches that can be traced if its source is known."""
        found = rewritten(code) if self.branches else code
        if found is None and (hides_arithmetic(code) or asks_for_booleans(code)):
            name, why = code.co_name, "its source cannot be read: ask for the condition with where, before it"
            what = "handles an error" if hides_arithmetic(code) else "is given True"
            raise refuse(lambda most: f"whether {name:.40} {what}", why)
        return found or code

    def _may_stand_in(self, cell: CellType) -> bool:
        """Whether the value in a cell may be replaced; other cells are shared, so that f can assign them."""
        try:
            held = cell.cell_contents
        except ValueError:  # the cell is not filled yet
            return False
        if type(held) in CONTAINERS:
            return self.stand_in(held) is not held
        return type(held) not in UNTOUCHED and not is_number(held)

    def _evaluated(self, builtin: Any) -> Any:
        """Replace `eval` or `exec`: names in the evaluated code are lifted, too."""

        def run(source: Any, globals: Any = None, locals: Any = None) -> Any:  # by Python's names
            frame = sys._getframe(1)
            if globals is None:
                globals, locals = frame.f_globals, frame.f_locals if locals is None else locals
                return builtin(source, globals, Names(locals, globals))
            globals.setdefault("__builtins__", self.builtins)
            return builtin(source, globals, globals if locals is None else locals)

        return run

    def _import(self, name: str, *args: Any) -> Any:
        """`import` inside f."""
        return self.stand_in(builtins.__import__(name, *args))


def innermost(f: Any) -> Any:
    """The innermost function that a function wraps."""
    while isinstance(f, FunctionType) and hasattr(f, "__wrapped__"):
        f = f.__wrapped__
    return f


def fills(f: FunctionType) -> bool:
    """Whether f is an `__init__` that `dataclass` writes, which changes nothing but a new object."""
    return f.__name__ == "__init__" and f.__code__.co_filename == "<string>"


def is_number(x: Any) -> bool:
    """Whether x is a number or an array, plain or not."""
    return is_lifted(x) or hasattr(type(x), "__array_ufunc__")


def known_as(f: FunctionType, name: str) -> Any:
    """The value of a name that f does not assign, in its closure, defaults or globals; None if it has none."""
    code = f.__code__
    if name in code.co_freevars:
        return held_by((f.__closure__ or ())[code.co_freevars.index(name)])
    defaults = f.__defaults__ or ()
    named = dict(zip(code.co_varnames[code.co_argcount - len(defaults) :], defaults)) | (f.__kwdefaults__ or {})
    return named.get(name) if name in code.co_varnames else f.__globals__.get(name)


@functools.lru_cache(maxsize=1024)
def assigned(code: CodeType, verb: str = "STORE") -> frozenset[str]:
    """The global names that code assigns, or deletes, its inner functions included."""
    found = {x.argval for x in dis.get_instructions(code) if x.opname == f"{verb}_GLOBAL"}
    return frozenset(found.union(*(assigned(x, verb) for x in code.co_consts if isinstance(x, CodeType))))

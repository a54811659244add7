"""Watching: notice when what a traced function reads besides its arguments changes, so that it is traced again.

A Watch covers the globals and closure cells that a function names, the attributes that it uses of modules, classes and
objects, its code and its defaults, and the same for every Python function that it reaches, except in libraries. It also
covers the contents of the lists, dicts, sets and arrays that these names refer to, and the data of Values. It cannot
see random numbers, the clock, or files.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from operator import attrgetter, is_
from types import CodeType
from typing import Any, NamedTuple

import numpy

from autograd.compiler.inputs.forms import Writing
from autograd.compiler.inputs.names import names
from autograd.compiler.inputs.reaching import MAPPINGS, Reach, is_buffer, is_frame, is_full
from autograd.lifting.branching.contents import contents, is_changeable, refill
from autograd.primitives.operators import core
from autograd.primitives.table import REDEFINED
from autograd.refusals import is_library
from autograd.symbols import Condition, Symbol
from autograd.trees import is_array

ATOMS = (int, float, str, bytes, type(None))
DATA = attrgetter("_number")
ABSENT = object()  # in place of a value that does not exist
OF_FUNCTIONS = ("__code__", "__defaults__", "__kwdefaults__")


class Read(NamedTuple):
    """Something that f reads: an attribute or a name in a scope or, if unnamed, the contents of a holder or a cell."""

    of: Any
    name: str
    kind: str  # "attribute", "scope", "cell", "items", "frame", "class", "call", "count", or "data" of Values
    is_own: bool = False  # whether f itself may change it while it is traced

    def now(self) -> Any:
        """The present value."""
        if self.kind == "attribute":
            return getattr(self.of, self.name)
        if self.kind == "scope":
            return self.of.get(self.name)
        if self.kind == "data":
            return tuple(map(DATA, self.of))
        if self.kind in ("call", "count"):
            return self.of()
        if self.kind == "class":
            return type(self.of)
        if self.kind == "frame":
            return self.of.copy()
        return is_full(self.of) if self.kind == "cell" else _held(self.of)


class Watch:
    """The values that a function read when it was last traced; `changed()` says whether any differs now.

    `changed` is generated code for these reads, since it runs at every call: a name takes some fifteen nanoseconds.
    """

    def __init__(self, f: Callable[..., Any]) -> None:
        self._f, self._given = f, dict[int, Any]()
        self._reads: list[Read] = []
        self._states: list[Read] = []  # state that f reads and changes itself: a change does not cause another trace
        self._renew()

    def begin(self, given: Iterable[Any] = ()) -> None:
        """Watch all that f and its static arguments reach now; called before f is traced."""
        self._given |= {id(x): x for x in given if not isinstance(x, ATOMS)}
        reach = Reach(self._f, self._given.values())
        self._reads = _reads(reach)
        self._states = _states(reach)
        self._renew()

    def _renew(self) -> None:
        """Record all present values, and write `changed` for them."""
        self._values = [read.now() for read in self._reads]
        self.changed = self._written()

    def _written(self) -> Callable[[], bool]:
        """A function that returns whether any read now gives a different object, even an equal one."""
        writing = Writing("")
        writing.do("try:")
        for read, value in zip(self._reads, self._values):
            writing.do(f"    if {_differs(writing, read, value)}: return True")
        writing.do("    return False")
        writing.do("except (ValueError, KeyError, AttributeError): pass  # a cell is empty now, or a name is deleted")
        return writing.function("True")

    def holds(self) -> bool:
        """Whether all reads still give equal values; if so, the present objects are recorded."""
        if not all(map(_same, self._reads, self._values)):
            return False
        self._renew()
        return True

    def differing(self) -> str:
        """The first thing that has changed, in words."""
        found = [read for read, value in zip(self._reads, self._values) if not _same(read, value)]
        return next(map(_named, found), "something")

    def settle(self) -> None:
        """Record the present values of what the function changed while it was traced, such as a list that it fills."""
        if self.changed():
            now = zip(self._reads, self._values)
            self._values = [value if not read.is_own or _same(read, value) else read.now() for read, value in now]
            self.changed = self._written()

    def state(self) -> State:
        """The present state of all that f may change itself."""
        reads = [*(read for read in self._reads if read.is_own), *self._states]
        return State([Kept(read, _now(read), _stored(read)) for read in reads])

    def fingerprint(self) -> str:
        """A text that is the same in another process for the same code on the same numbers."""
        from hashlib import sha256

        if not self._reads:
            self.begin()
        told = [_told(value) for read, value in zip(self._reads, self._values) if read.kind != "count"]
        return sha256("\n".join(told).encode(errors="backslashreplace")).hexdigest()


def _named(read: Read) -> str:
    """A description of a read, in words."""
    return read.name or ("data" if read.kind == "data" else f"a {type(read.of).__name__}")


def _reads(reach: Reach) -> list[Read]:
    """All reads within reach."""
    reads = [Read(scope, name, "scope") for scope, read in reach.scopes.values() for name in sorted(read)]
    reads.append(Read(REDEFINED, "operations", "scope"))
    for function in reach.functions:
        if is_library(function.__module__):
            continue
        reads += [Read(function, name, "attribute") for name in OF_FUNCTIONS]
        defaults = function.__kwdefaults__ or {}
        reads += [Read(defaults, name, "scope") for name in sorted(defaults)]
        written = names(function.__code__).written
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
            if name not in written:
                full = is_full(cell)
                reads.append(Read(cell, "cell_contents", "attribute") if full else Read(cell, "", "cell"))
    fields = reach.fields.values()
    reads += [Read(scope, name, "scope", True) for scope, read in fields for name in sorted(read)]
    reads += [Read(x, name, "attribute", True) for (_, name), x in reach.slots.items()]
    reads += [Read(x, "", "items", True) for x in reach.holders.values()]
    reads += [Read(x, "", "frame", True) for x in reach.frames.values()]
    reads += [Read(x, "", "class", True) for x in reach.objects.values()]
    reads += [Read(x, "", "call", True) for x in reach.asked.values()]
    reads += [Read(x, "", "count", True) for x in reach.counts.values()]
    return reads + [Read(tuple(reach.values.values()), "", "data", True)] * bool(reach.values)


def _now(read: Read) -> Any:
    """The present value of a read; ABSENT if it does not exist."""
    try:
        return read.now()
    except (AttributeError, ValueError):  # an attribute, or what a cell held, is deleted
        return ABSENT


class Kept(NamedTuple):
    """A snapshot of something that f may change itself: its value, and what to put back."""

    read: Read
    value: Any
    stored: Any

    def put_back(self) -> None:
        """Restore it, if possible."""
        of, name, kind, _ = self.read
        if kind == "items" and self.stored is not ABSENT:
            refill(of, self.stored)
        elif kind == "scope" and self.stored is ABSENT:
            of.pop(name, None)
        elif kind == "scope":
            of[name] = self.stored
        elif kind == "attribute" and self.stored is not ABSENT:
            (type if isinstance(of, type) else object).__setattr__(of, name, self.stored)


class State(list[Kept]):
    """A snapshot of all that f may change itself."""

    def changed(self) -> list[Kept]:
        """The items that have changed since."""
        return [kept for kept in self if not _same(kept.read, kept.value)]

    def news(self) -> dict[tuple[int, str], str]:
        """The changed items, in words, without those that are None or infinity now: lifted code leaves caches so."""
        found = [(kept.read, _stored(kept.read)) for kept in self.changed()]
        own = [read for read, x in found if x is not None and not (type(x) is float and x == math.inf)]
        return {(id(read.of), read.name): _named(read) for read in own}

    def put_back(self) -> None:
        """Restore all that has changed."""
        for kept in self.changed():
            kept.put_back()

    def put_back_traced(self) -> None:
        """Restore the names and attributes that hold traced numbers now, since those are useless after the trace."""
        for kept in self.changed():
            if kept.read.kind in ("scope", "attribute") and type(core(_stored(kept.read))) in (Symbol, Condition):
                kept.put_back()


def _stored(read: Read) -> Any:
    """What to put back for a read; ABSENT if nothing can be."""
    if read.kind == "scope":
        return read.of.get(read.name, ABSENT)
    if read.kind == "attribute":
        return getattr(read.of, read.name, ABSENT)
    return contents(read.of) if read.kind == "items" and is_changeable(read.of) else ABSENT


def _states(reach: Reach) -> list[Read]:
    """All state within reach that functions read and change themselves: names, attributes, closure variables."""
    found = [
        Read(of, name, "scope" if isinstance(of, dict) else "attribute", True) for (_, name), of in reach.states.items()
    ]
    cells = {}
    for function in reach.functions:
        code = function.__code__
        changed = set() if is_library(function.__module__) else names(code).changed
        for name, cell in zip(code.co_freevars, function.__closure__ or ()):
            if name in changed and is_full(cell):
                cells[id(cell)] = Read(cell, "cell_contents", "attribute", True)
    return found + [*cells.values()]


def _differs(writing: Writing, read: Read, value: Any) -> str:
    """An expression that is true if a read gives anything other than this value."""
    x, then = writing.refer(read.of), writing.refer(value)
    if read.kind == "attribute":
        return f"{x}.{read.name} is not {then}"
    if read.kind == "scope":
        now = f"{x}[{read.name!r}]" if read.name in read.of else f"{writing.refer(read.of.get)}({read.name!r})"
        return f"{now} is not {then}"
    if read.kind == "cell":
        return f"{writing.refer(is_full)}({x})"
    if read.kind == "data":
        return f"False in {writing.refer(map)}({writing.refer(is_)}, map({writing.refer(DATA)}, {x}), {then})"
    if read.kind == "call":
        return f"{x}() is not {then}"
    if read.kind == "count":
        return f"{x}() != {then}"
    if read.kind == "class":
        return f"{writing.refer(type)}({x}) is not {then}"
    if read.kind == "frame":
        return f"not {x}.equals({then})"
    if isinstance(value, bytes):
        return f"{x}.tobytes() != {then}" if is_array(read.of) else f"{writing.refer(bytes)}({x}) != {then}"
    if isinstance(value, frozenset):
        return f"{x} != {then}"
    items = f"[*{x}, *{x}.values()]" if isinstance(read.of, MAPPINGS) else f"{x}.flat" if is_array(read.of) else x
    return f"len({x}) != {len(read.of)} or False in {writing.refer(map)}({writing.refer(is_)}, {items}, {then})"


def _held(x: Any) -> Any:
    """The contents of a list, dict, set, array or buffer."""
    if is_array(x):
        return tuple(x.flat) if x.dtype == object else x.tobytes()
    if is_buffer(x):
        return bytes(x)
    return (*x, *x.values()) if isinstance(x, MAPPINGS) else frozenset(x) if isinstance(x, set) else tuple(x)


def _same(read: Read, value: Any) -> bool:
    """Whether a read still gives this value."""
    try:
        if read.kind == "frame":
            return bool(read.of.equals(value))
        return bool(exactly(read.now(), id) == exactly(value, id))  # an object's id, since it is kept alive here
    except (ValueError, AttributeError):
        return value is ABSENT


def exactly(x: Any, otherwise: Callable[[Any], Any]) -> Any:
    """A key for a value by type and bits: 0.0 and -0.0 differ, as do 1, 1.0 and True.

    Anything except a number, text, None, or a tuple or frozenset of these gets the key that `otherwise` gives.
    """
    if isinstance(x, float):
        return type(x), x.hex()
    if isinstance(x, complex):
        return type(x), x.real.hex(), x.imag.hex()
    if isinstance(x, (tuple, frozenset)):
        items = [exactly(item, otherwise) for item in x]
        return type(x), frozenset(items) if isinstance(x, frozenset) else tuple(items)
    if isinstance(x, numpy.generic):
        return type(x), str(x.dtype), x.tobytes()
    return type(x), x if isinstance(x, (int, str, bytes, type(None))) else otherwise(x)


def _told(x: Any) -> str:
    """A text for a value that does not depend on its address."""
    if isinstance(x, CodeType):
        inner = "".join(map(_told, x.co_consts))
        return f"code {x.co_code.hex()} {x.co_names} {x.co_varnames} {x.co_freevars} {inner}"
    if isinstance(x, (tuple, frozenset)):
        return f"{type(x).__name__} {sorted(map(_told, x)) if isinstance(x, frozenset) else list(map(_told, x))}"
    if isinstance(x, numpy.ndarray) and x.dtype != object:
        return f"{x.dtype.str} {x.shape} {x.tobytes().hex()}"
    if is_frame(x):
        return f"{type(x).__name__} {x.to_dict()} {x.dtypes}"
    if isinstance(x, (bool, int, float, complex, str, bytes, type(None))):
        return f"{type(x).__name__} {x!r}"
    return f"{type(x).__module__}.{type(x).__qualname__} {getattr(x, '__qualname__', '')}"

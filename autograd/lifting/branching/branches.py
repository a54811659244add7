"""Branches at run time: the methods that rewritten code calls where control flow may depend on traced numbers.

A plain condition takes its side, as in Python. For a traced condition both sides run, each from the same names and
contents, and the condition merges whatever differs. A jump (`break`, `continue`, `return`) of some rows is a mask: it
saves the names for the place where it leads, and the code after it runs for the remaining rows. Nothing ever reads the
numbers that this code computes for rows that have left.
"""

from __future__ import annotations

import functools
import operator
import traceback
from collections.abc import Callable
from inspect import CO_GENERATOR
from types import BuiltinMethodType, FunctionType, MethodDescriptorType, MethodType, ModuleType, WrapperDescriptorType
from typing import Any

import numpy

from autograd.arrays.lists import is_traced
from autograd.arrays.origins import mixed, of_one_type, origins
from autograd.lifting.branching.apart import UNASSIGNED, Apart, Choice, asked, picking
from autograd.lifting.branching.attempts import Attempt, Closing
from autograd.lifting.branching.choices import CHOICES
from autograd.lifting.branching.contents import CONTAINERS, holders, is_changeable, is_value
from autograd.lifting.branching.contexts import Suppressing, suppresses
from autograd.lifting.branching.filters import Perhaps, filtered
from autograd.lifting.branching.forking import BOUND_TURNS, TAKEN, Fork, Frame
from autograd.lifting.branching.handlers import CHANGES, changes, hides_arithmetic, is_rewritten
from autograd.lifting.branching.items import Items
from autograd.lifting.branching.keys import contains, ranges, same
from autograd.lifting.branching.merging import both, is_traced_number, is_truth, mixtures, opposite, truth, unmix
from autograd.lifting.branching.risks import RISKY, WATCHED, watch, watching
from autograd.lifting.rewriting.steps import WrittenSteps
from autograd.lifting.stand_ins.number_classes import INT
from autograd.lifting.stand_ins.python_names import extremes, is_lifted
from autograd.primitives import TABLE
from autograd.refusals import is_library, refuse
from autograd.symbols import answering
from autograd.trees import parts_of

COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "Eq": operator.eq, "NotEq": operator.ne, "Lt": operator.lt, "LtE": operator.le, "Gt": operator.gt,
    "GtE": operator.ge, "Is": same,
    "IsNot": lambda x, y: opposite(same(x, y)), "In": contains,
    "NotIn": lambda x, xs: opposite(contains(x, xs)),
}  # fmt: skip

QUIET = ("autograd", "builtins", "math")  # modules whose functions change none of their arguments
BUILTIN = (BuiltinMethodType, MethodDescriptorType, WrapperDescriptorType)  # functions and methods written in C
ASKING = set(map(id, (isinstance, issubclass, type, id, callable)))  # functions that ask which object they are given


class MoreTurns(Exception):
    """Rows need more turns of a loop than were traced; the message is shown if they need too many."""


class Branches(Items):
    """The branches of one trace: those around the running code, and the errors that some rows raise."""

    def __init__(self, turns: int) -> None:
        self.turns = turns  # the most turns of a loop after some rows have left it
        self.stack: list[Any] = []  # of Fork, Attempt and Suppressing
        mixtures.set({})
        origins.set({})
        mixed.set({})
        ranges.set({})
        self._extremes = extremes.set({})
        self._picking = picking.set(self.pick)
        self.iterators: list[Any] = []  # over which loops and functions have iterated
        self.attempts: list[Any] = []  # the entries of the stack that are a `try` or may suppress errors
        self.failures: list[tuple[Any, Exception]] = []  # each with the condition of its rows
        self.at_end: list[Callable[[], None]] = []  # called at the end of the trace
        self.make: Any = None  # makes a loop of one step; None if nothing does

    def close(self) -> None:
        """End the trace."""
        for end in self.at_end:
            end()
        mixtures.set({})
        origins.set({})
        mixed.set({})
        ranges.set({})
        extremes.reset(self._extremes)
        picking.reset(self._picking)

    def frame(self, *shared: str) -> Frame:
        return Frame(self, shared)

    def attempt(self, frame: Frame, *parts: Any) -> Attempt:
        """Return a `try`; `parts` are its handlers' errors, in lambdas, and the names that it binds."""
        return Attempt(frame, [x for x in parts if callable(x)], [x for x in parts if not callable(x)])

    def closing(self, frame: Frame, *parts: Any) -> Closing:
        """Return a `try` with `finally`."""
        return Closing(frame, [x for x in parts if callable(x)], [x for x in parts if not callable(x)])

    def context(self, x: Any) -> Any:
        """Return x for `with` to enter, wrapped if it may suppress errors."""
        return Suppressing(self, x) if suppresses(x) else x

    def fails(self, path: Any, error: Exception, watched: bool = False) -> None:
        """Record an error of the rows that take this path, for an enclosing handler or else as one that f raises.

        A `watched` error is one of arithmetic: without a handler it is dropped, since traced arithmetic raises nothing.
        """
        for outer in reversed(self.stack):
            if outer.takes(path, error):
                return
            path = both(outer.path, path)
        if watched:
            return
        for frame in traceback.extract_tb(error.__traceback__)[-1:]:
            error.add_note(f"raised at {frame.filename}, line {frame.lineno}")
        self.failures.append((path, error.with_traceback(None)))

    def lacks(self, running: Any) -> None:
        """Record that the rows that are still in a loop need more turns of it."""
        refused = refuse(lambda most: "the end of this loop", BOUND_TURNS, noted=False)
        self.failures.append((self.here(running), MoreTurns(str(refused))))

    def here(self, condition: Any) -> Any:
        """The condition that a row reaches the running code and satisfies `condition`."""
        for outer in self.stack:
            condition = both(outer.path, condition)
        return condition

    def is_forked(self) -> bool:
        """Whether the running code runs for only some of the rows. Along a path it never does: it runs as on floats."""
        return bool(self.stack) and answering.get() is None

    def steps(self, *xs: Any) -> WrittenSteps:
        """Return the iterable of a loop whose turns only assign names."""
        return WrittenSteps(None if self.stack else self.make, *xs)

    # --- filters

    def perhaps(self, test: Any, make: Callable[[], Any]) -> Any:
        """Return an item of a comprehension that is present only if the test holds."""
        here, made = truth(test), []
        self.pick(here, lambda: made.append(make()), lambda: None)
        return made[0] if here is True else Perhaps(here, made[0] if made else None)

    def filtered(self, items: list[Any]) -> Any:
        """Return the result of a comprehension with a filter."""
        return filtered(items, self.pick)

    # --- changes in place

    def touched(self, x: Any) -> Any:
        """Return x after recording what it holds: the code is about to change it."""
        if is_changeable(x):
            for held in holders(x, set()):
                unmix(held)
                if self.stack:
                    self.stack[-1].touches(held)
        elif self.is_forked() and not is_lifted(x) and not is_value(x):
            kind = getattr(x, "__name__", type(x).__name__)
            raise refuse(lambda most: f"what {kind:.40} holds", "change it outside of the branch")
        return x

    def shares(self, names: FunctionType) -> None:
        """Record the variables of enclosing functions that the current function assigns; the lambda reads them."""
        for cell in (names.__closure__ or ()) if self.stack else ():
            self.stack[-1].touches(cell)

    def unread(self, f: FunctionType) -> Any:
        """Wrap a function that changes something and whose source cannot be read: inside a branch it is refused."""

        @functools.wraps(f)
        def unread(*args: Any, **kwargs: Any) -> Any:
            if self.is_forked():
                self._refuse(f)
            return f(*args, **kwargs)

        return unread

    def _meets(self, f: Any) -> None:
        """Refuse a user's function that could not be rewritten, if that may matter here."""
        if not isinstance(f, FunctionType) or is_library(f.__module__):
            return
        unread = not is_rewritten(f)
        hides = unread or f.__code__.co_flags & CO_GENERATOR  # a generator's statements are not rewritten
        if (hides and hides_arithmetic(f.__code__)) or (unread and self.is_forked() and changes(f.__code__)):
            self._refuse(f)

    def _refuse(self, f: FunctionType) -> None:
        name, yields = f.__qualname__.rpartition("<locals>.")[2], f.__code__.co_flags & CO_GENERATOR
        advice = "return a list" if yields else "its source cannot be read: call it outside of the branch"
        raise refuse(lambda most: f"what {name:.60} {'yields' if yields else 'does'}", advice)

    def iterated(self, xs: Any) -> Any:
        """Return xs, over which a loop iterates, or perhaps a function."""
        if hasattr(type(xs), "__next__") and not isinstance(xs, Apart):
            if self.is_forked():
                raise refuse(lambda most: TAKEN, "go over a list, or make the iterator in the branch")
            self.iterators.append(xs)
        self._passed(xs)
        return xs

    def _passed(self, f: Any) -> None:
        """Record that a function may call f, if f is a method that changes its list or other container."""
        bound = getattr(f, "__self__", None) if isinstance(f, BUILTIN) else None
        if isinstance(bound, CONTAINERS) and f.__name__ in CHANGES:
            self.touched(bound)

    def called(self, f: Any) -> Any:
        """Return f, or what replaces it, for the code to call."""
        if type(f) is FunctionType:  # the most frequent case, and none of those below
            return self._followed(f, None)
        if type(f) is Choice:
            return lambda *args, **named: f.each(lambda one: self.called(one)(*args, **named))
        kind = type(f)
        if hasattr(kind, "__getattr__") and callable(f) and not (isinstance(f, type) or is_library(kind.__module__)):
            f = MethodType(kind.__call__, f)  # asked for an attribute, f might raise any error
        if type(f) is functools.partial:
            return functools.partial(self.called(f.func), *f.args, **f.keywords)
        bound = getattr(f, "__self__", None)
        native = f.__name__ if isinstance(f, BUILTIN) else ""
        if isinstance(bound, list) and native == "sort" and is_traced(bound):
            return functools.partial(self._sorted, bound)
        if isinstance(bound, dict) and native == "get":
            return functools.partial(self.got, f)
        if type(f) is numpy.vectorize:
            return lambda *args, **named: of_one_type(f(*args, **named))
        if id(f) in ASKING:
            return lambda *args: f(*map(asked, args))
        if isinstance(f, type):
            return truth if f is bool else watching(self, f, f) if f is INT and self.attempts else f
        self._passed(f)
        if self.is_forked() and (f is next or hasattr(bound, "__next__")):
            raise refuse(lambda most: TAKEN, "take it outside of the branch")
        return self._followed(f, bound)

    def _followed(self, f: Any, bound: Any) -> Any:
        """Return f, perhaps a method of an object; in a branch, wrapped so that its changes are recorded."""
        self._meets(getattr(f, "__func__", f))
        if not self.stack:
            return f
        changing = self._changing(f, bound)
        return watching(self, f, changing) if self.attempts else changing

    def _changing(self, f: Any, bound: Any) -> Any:
        """Return f, wrapped if it is a library function: its code is not read, and may change arguments and object."""
        home = getattr(f, "__module__", None) or ""
        is_python = isinstance(getattr(f, "__func__", f), FunctionType) or not isinstance(f, BUILTIN)
        if (is_python and home and not is_library(home)) or (home.startswith(QUIET) and f not in (setattr, delattr)):
            return f
        if isinstance(bound, CONTAINERS) and isinstance(f, BUILTIN):
            return f

        def foreign(*args: Any, **kwargs: Any) -> Any:
            for x in filter(is_changeable, (*args, *kwargs.values())):
                self.touched(x)
            if bound is not None and not isinstance(bound, (ModuleType, type)):
                self.touched(bound)
            return f(*args, **kwargs)

        return foreign

    def _sorted(self, xs: list[Any], **options: Any) -> None:
        """`xs.sort(…)`."""
        list.__setitem__(self.touched(xs), slice(None), CHOICES["sorted"](list.copy(xs), **options))

    def matched(self, levels: int, x: Any) -> Any:
        """Return x; refused if its class, or that of a part to this depth, is unknown: `match` asks for them."""
        if levels:
            asked(x)
            for part in parts_of(x if isinstance(x, (dict, list, tuple)) else getattr(x, "__dict__", ())):
                self.matched(levels - 1, part)
        return x

    # --- expressions

    def pick(self, test: Any, yes: Callable[[], Any], no: Callable[[], Any]) -> Any:
        """`yes() if test else no()`."""
        condition = truth(test)
        if type(condition) is bool:
            return yes() if condition else no()
        fork = Fork(self, condition, None, {"": UNASSIGNED})
        for side in fork:
            with fork:
                fork.leave({"": (yes if side else no)()})
        return fork.result

    def all_of(self, first: Any, *others: Callable[[], Any]) -> Any:
        """`first and …`."""
        if not others:
            return first
        return self.pick(
            first, lambda: self.all_of(others[0](), *others[1:]), lambda: False if is_truth(first) else first
        )

    def any_of(self, first: Any, *others: Callable[[], Any]) -> Any:
        """`first or …`."""
        if not others:
            return first
        return self.pick(
            first, lambda: True if is_truth(first) else first, lambda: self.any_of(others[0](), *others[1:])
        )

    def operated(self, sign: str, x: Any, y: Any) -> Any:
        """`x / y`, or another operation that may raise an error."""
        z = RISKY[sign](x, y)
        if self.attempts and is_traced_number(z):
            watch(self, TABLE["power" if sign.endswith("Pow") else "divide"], (x, y), z)
        return z

    def unwatched(self, x: Any) -> Any:
        """Return x, an operand of an operation whose errors cannot be watched; refused inside a `try`."""
        if self.attempts:
            raise refuse(lambda most: "what this raises", WATCHED)
        return x

    def truth(self, x: Any) -> Any:
        """Whether x counts as true."""
        return truth(x)

    def opposite(self, x: Any) -> Any:
        """`not x`."""
        return opposite(truth(x))

    def chain(self, signs: str, left: Any, *others: Callable[[], Any]) -> Any:
        """`left < … < …`: the operands are computed once, in order, until a comparison fails."""
        sign, _, signs = signs.partition(" ")
        right = others[0]()
        found = COMPARE[sign](left, right)
        return self.all_of(found, lambda: self.chain(signs, right, *others[1:])) if signs else found

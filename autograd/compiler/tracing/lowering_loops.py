"""Lowering a step of a loop: what differs from step to step becomes the body, and the rest stays outside."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy

from autograd.compiler.programs.building import VARIABLE, ProgramBuilder
from autograd.compiler.programs.loops import SHARED, Role
from autograd.compiler.tracing.lowering import SYMBOLIC, Lowering, refuse_changed
from autograd.engine import Value
from autograd.engine.value import GIVEN, clock
from autograd.numbers.kinds import coerce
from autograd.refusals import TraceError, is_library, note, refuse
from autograd.symbols import Condition, Symbol
from autograd.transforms.ending import close

REAL_NUMBERS = (bool, int, float, numpy.generic)
BOOLEANS = (bool, numpy.bool_, Condition)


class Unlike(TraceError):
    """The steps of a loop are not alike, or f asks for derivatives of a loop: they must be traced one by one."""


def unlike(*others: Any) -> Any:
    """Raise Unlike, and note it, so that no `except` in f hides it."""
    error = Unlike("the steps of a loop must be traced one by one")
    note(error)
    raise error


ON_BEHALF = {  # our functions that ask for a class on behalf of the user's code
    ("autograd.lifting.branching.branches", "<lambda>"),
    ("autograd.lifting.stand_ins.number_classes", "__instancecheck__"),
    ("autograd.lifting.stand_ins.number_classes", "__call__"),
}


class StepNumber(Value):
    """A number that would be plain if the step ran; operations that only plain numbers have are refused."""

    __slots__ = ()

    def _refused(self, *others: Any) -> Any:
        raise refuse(lambda most: "the number of a step", "it is traced for all steps at once")

    __hash__ = __str__ = __format__ = _refused  # type: ignore[assignment]  # refused

    @property  # type: ignore[misc]  # isinstance asks for it
    def __class__(self) -> Any:
        """Its class; a refusal if the user's code asks, as that may depend on whether the number is an int."""
        asking = sys._getframe(1)
        home = asking.f_globals.get("__name__")
        is_users = (home, asking.f_code.co_name) in ON_BEHALF or not is_library(home)
        return self._refused() if is_users else StepNumber


@dataclass(frozen=True)
class Fed:
    """What a step gets in place of a number, and its origin."""

    name: str
    kind: type  # Value, StepNumber or Condition
    role: Role
    operands: Sequence[int]
    values: Sequence[Value]  # among the operands
    whole: bool = False  # whether f gets a whole number in each step
    origin: type[str] = str  # OfNumPy for a NumPy number


class StepLowering(Lowering):
    """Turns the computation of a step into values of a body."""

    def __init__(self, outer: Lowering) -> None:
        super().__init__(ProgramBuilder(), first=next(clock))
        self.outer = outer
        self.inputs: list[tuple[int, Role, Sequence[int]]] = []  # number, role, operands
        self.moving: set[int] = set()  # ids of Values and symbols that differ from step to step
        self.still: set[int] = set()  # ids of symbols that are the same in all steps
        self.imported: dict[int, int] = {}
        self.values: dict[int, Value] = {}  # from outside
        self.made: list[Value] = []  # the Values that the step gets
        self.whole: set[int] = set()  # inputs that are whole numbers

    def given(self, fed: Fed) -> Any:
        """The Value or condition that a step gets for a new input."""
        i = self.fed(fed.name, fed.role, fed.operands)
        self.whole.update([i] if fed.whole else [])
        symbol = Symbol(fed.origin(fed.name))
        self.values.update((id(v), v) for v in fed.values)
        if fed.kind is Condition:
            self.stands_for(symbol, i)
            return Condition("!=", symbol, 0.0)
        value = fed.kind(symbol)
        value._place = GIVEN
        self.made.append(value)
        self.stands_for(symbol, i)
        self.stands_for(value, i)
        return value

    def close(self) -> None:
        close(self.made)

    def stands_for(self, x: Any, i: int) -> None:
        super().stands_for(x, i)
        self.moving.add(id(x))

    def fed(self, name: str, role: Role, operands: Sequence[int]) -> int:
        """Add an input; return its number."""
        i = self.builder.input(name)
        self.inputs.append((i, role, operands))
        return i

    def take(self, i: int) -> int:
        """The number in the body of a value from outside: a constant, or an input that all steps share."""
        x = self.outer.builder.constants[i]
        if x is not VARIABLE:
            return self.builder.constant(x)
        if i not in self.imported:
            self.imported[i] = self.fed(self.outer.builder.names[i], Role(SHARED), (i,))
        return self.imported[i]

    # --- what comes from outside

    def at(self, v: Value) -> int:
        if id(v) not in self.known:
            self.outer.record([v])
            self.values[id(v)] = v
            self.knows(v, self.take(self.outer.at(v)))
        return self.known[id(v)]

    def record(self, outputs: Iterable[Any]) -> None:
        """Give a number to every Value that the outputs depend on and that differs from step to step."""
        found = list({id(v): v for v in outputs if isinstance(v, Value) and self._lacks(v)}.values())
        seen = set(map(id, found))
        for node in found:
            for v in node.inputs:
                if id(v) not in seen and self._lacks(v):
                    seen.add(id(v))
                    found.append(v)
        changed = self.outer.data_changed()
        for node in sorted(found, key=lambda v: v.index):
            if changed and node.inputs:
                refuse_changed(node)
            if type(node._number) is not Condition and not self._is_still(node):
                self._place(node)

    def _lacks(self, v: Value) -> bool:
        return id(v) not in self.known and (v.is_constant or v.index >= self.first)

    def _is_still(self, node: Value) -> bool:
        """Whether a node is computed outside, since its inputs are the same in all steps."""
        return bool(node.inputs) and self.moving.isdisjoint(map(id, node.inputs)) and not self._selects(node)

    def _place(self, node: Value) -> None:
        is_leaf = type(node._number) is not Symbol or node.op is None
        i = self._leaf(node) if is_leaf else self._chosen(node)
        self.knows(node, i)
        if not is_leaf:
            self.knows(node._number, i)
        if node.inputs or self._moves(node._number):
            self.moving.add(id(node))

    def _selects(self, node: Value) -> bool:
        """Whether a node chooses by a condition that differs from step to step."""
        return any(type(v._number) is Condition and self._moves(v._number) for v in node.inputs)

    def _adopts(self, x: Any) -> bool:
        if self._moves(x):
            return False
        self.knows(x, self.take(self.outer.number(x)))
        return True

    def _moves(self, x: Any) -> bool:
        """Whether a symbol or a condition differs from step to step."""
        waiting = [x]
        while waiting:
            y = waiting[-1]
            if type(y) not in SYMBOLIC or id(y) in self.moving or id(y) in self.still:
                waiting.pop()
                continue
            parts = (y.left, y.right) if type(y) is Condition else y.operands
            flat = [v for z in parts for v in (z if type(z) is tuple else (z,)) if type(v) in SYMBOLIC]
            missing = [v for v in flat if id(v) not in self.moving and id(v) not in self.still]
            if missing and id(y) not in self.outer.known:
                waiting += missing
                continue
            self.kept.append(y)
            (self.still if self.moving.isdisjoint(map(id, flat)) else self.moving).add(id(y))
        return id(x) in self.moving


def is_number(x: Any) -> bool:
    """Whether a step may carry x: NumPy's short whole numbers wrap around, which floats do not."""
    wraps = isinstance(x, numpy.integer) and not isinstance(x, numpy.int64)
    return isinstance(x, (Value, Condition, Symbol, *REAL_NUMBERS)) and not wraps


def number_of(lowering: Lowering, x: Any) -> int:
    """The number of a value; a condition becomes 1 or 0."""
    if isinstance(x, Value):
        return lowering.at(x)
    if not is_number(x):
        unlike()
    if isinstance(x, BOOLEANS):
        return lowering.counted(lowering.number(x))
    return lowering.detached(x) if type(x) is Symbol else lowering.number(coerce(x))

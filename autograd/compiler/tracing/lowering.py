"""Lowering: from symbols and Values to values of a program, and from a program to what every executor knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from operator import attrgetter
from typing import Any

from autograd.compiler.execution.array_kernels import own_array_kernel
from autograd.compiler.programs.building import VARIABLE, ProgramBuilder, rewritten
from autograd.compiler.programs.loops import every_operation
from autograd.compiler.programs.operation import DETACH, LOOP
from autograd.compiler.programs.program import Program
from autograd.engine import Value
from autograd.engine.differentiating import is_unchanged
from autograd.engine.value import GIVEN, KEPT, changes, clock
from autograd.primitives import ROWS, Primitive
from autograd.refusals import TraceError
from autograd.symbols import Condition, Symbol
from autograd.transforms.ending import close

SYMBOLIC = {Symbol, Condition}
TRUTHS = {Condition, bool}
NONE = -1  # in place of a number
PART = 8192  # Values recorded before their operands are freed: one by one, the program would fill the freed memory
LEAK = "a traced function keeps nothing from call to call; make it an argument, and return what is new"


class Lowering:
    """Turns symbols and Values into values of a program; `known` maps the ids of those done to their numbers.

    A Value older than the index `first` comes from outside the trace. The numbers of recorded Values are in a list, by
    their indices: ids in a dict would take half as much memory as the Values.
    """

    def __init__(self, builder: ProgramBuilder, known: dict[int, int] | None = None, first: int = 0) -> None:
        self.builder, self.first = builder, first
        self.known = {} if known is None else known
        self.kept: list[Any] = []  # the objects in `known`, which has only their ids, must not be freed
        self._numbers: list[int] = []  # of Values, by index from `first` on; NONE if a Value has none
        self._tick, self._changed = next(changes), False

    def knows(self, symbol: Any, i: int) -> None:
        """Give a symbol the value number i, unless it already has a number."""
        self.known.setdefault(id(symbol), i)
        self.kept.append(symbol)

    def number(self, x: Any) -> int:
        """The value number of a symbol, a condition or a plain number."""
        if type(x) not in SYMBOLIC:
            return self.builder.constant(x)
        known, waiting = self.known, [x]
        while waiting:  # no recursion: a computation under no_grad is one deep symbol
            y = waiting[-1]
            if type(y) in SYMBOLIC and id(y) not in known and self._adopts(y):
                continue
            if type(y) is Symbol and id(y) not in known:
                op, operands = y.op, [v for z in y.operands for v in (z if type(z) is tuple else (z,))]
                if not op:
                    raise TraceError(f"what depends on {y.name:.40} was kept from an earlier trace: {LEAK}")
            elif type(y) is Condition and id(y) not in known:
                op, operands = y.op, [y.left, *(y.right if type(y.right) is tuple else (y.right,))]
            else:
                waiting.pop()
                continue
            missing = [v for v in operands if type(v) in SYMBOLIC and id(v) not in known]
            if missing:
                waiting += missing
            elif op == "constant":
                self.knows(y, self.builder.constant(operands[0]))
            else:
                emitted = tuple([self._at_once(v) for v in operands])
                self.knows(y, self.emit(op, operands, emitted, is_boolean=type(y) is Condition))
        return self._at_once(x)

    def _adopts(self, x: Any) -> bool:
        """Whether a symbol or a condition can take its number from outside; if so, add that to `known`."""
        return False

    def emit(
        self, op: str, operands: Sequence[Any], numbers: Sequence[int], name: str = "", is_boolean: bool = False
    ) -> int:
        """The number of an operation's value; a condition or a bool counts as 1 or 0, except where it selects."""
        counted = [
            i if type(x) not in TRUTHS or is_boolean or (op == "where" and k == 0) else self._as_number(x, i)
            for k, (x, i) in enumerate(zip(operands, numbers))
        ]
        return self.builder.emit(op, tuple(counted), name)

    def _as_number(self, truth: Any, i: int) -> int:
        return self.builder.constant(float(truth)) if type(truth) is bool else self.counted(i)

    def counted(self, condition: int) -> int:
        """The number of a value that is 1 where a condition holds, else 0."""
        one, zero = self.builder.constant(1.0), self.builder.constant(0.0)
        return self.builder.emit("where", (condition, one, zero))

    def _at_once(self, x: Any) -> int:
        return self.known[id(x)] if type(x) in SYMBOLIC else self.builder.constant(x)

    def detached(self, x: Any) -> int:
        """The same value, but constant for every derivative: f has taken it out of a Value as a plain number."""
        i = self.number(x)
        return i if type(x) is Condition else self.builder.emit(DETACH, (i,))

    # --- Values

    def close(self) -> None:
        """End the trace: inputs that outlive it are refused from now on."""
        close([v for v in self.kept if isinstance(v, Value) and getattr(v, "_place", None) == GIVEN])

    def forget(self) -> None:
        """Free all objects that have numbers, and the builder: each takes as much memory as the program."""
        self.known.clear()
        self.kept.clear()
        self._numbers.clear()
        self.builder.forget()
        self.builder = ProgramBuilder()

    def record(self, outputs: Iterable[Any]) -> None:
        """Give a number to every Value that the outputs depend on, oldest first.

        TraceError if f changed data after something was computed from it.
        """
        found = self._below(outputs)
        if self.data_changed():
            for node in found:
                if node.op is not None:
                    refuse_changed(node)
            found = self._below(outputs)  # again, since plain numbers have become constants
        known, note = self.known, self._note
        for node in found:
            x = node._number
            # A condition gets its number with the operation that uses it, after the values that it compares.
            if type(x) is not Condition:
                i = note(node)
                if type(x) is Symbol and node.op is not None:
                    known.setdefault(id(x), i)
        self.kept.append(found)

    def finish(self, outputs: Sequence[Any]) -> None:
        """Record what the outputs depend on, after f has run; if no symbol is needed any more, free the operands of
        Values part by part, to make room for the program.
        """
        found = self._below(outputs)
        is_plain = all(_is_traced(v) or type(v._number) not in SYMBOLIC or id(v._number) in self.known for v in found)
        if not is_plain or self.data_changed() or not SYMBOLIC.isdisjoint(map(type, outputs)):
            self.record(outputs)
            return
        returned = set(map(id, outputs))
        found.reverse()
        while found:
            part = found[: -PART - 1 : -1]
            del found[-PART:]
            for node in part:
                self._note(node)
            for node in part:
                if _is_traced(node) and id(node) not in returned:
                    _end(node)

    def _note(self, node: Value) -> int:
        """Give a number to a Value that is not a condition, and return it."""
        if node.op is None or type(node._number) is not Symbol:
            i = self._leaf(node)
        else:
            try:
                i = self.builder.emit(node.op.key, self._operands(node), node.label)
            except KeyError:  # there are conditions among the operands
                i = self._chosen(node)
        k = self._slot(node)
        if k < 0:
            self.knows(node, i)
        else:
            self._numbers[k] = i
        return i

    def _slot(self, v: Value) -> int:
        """The place of a Value in `_numbers`, by its index, or that before a call ended; negative if from outside."""
        return (v.index if v.index >= 0 else KEPT - v.index) - self.first

    def _below(self, outputs: Iterable[Any]) -> list[Value]:
        """The Values that outputs depend on and that have no number yet, oldest first."""
        known, numbers, first = self.known, self._numbers, self.first
        numbers.extend(repeat(NONE, next(clock) + 1 - first - len(numbers)))
        seen, others = bytearray(len(numbers)), set()
        found: list[Value] = []
        below: Iterable[Value] = [v for v in outputs if isinstance(v, Value)]
        for node in chain((None,), found):  # `found` grows meanwhile
            if node is not None:
                x, y = node._x, node._y
                one = type(y) is float or y is None
                below = (x, *y) if type(y) is tuple else () if x is None else (x,) if one else (x, y)
            for v in below:
                k = (v.index if v.index >= 0 else KEPT - v.index) - first  # `_slot`, as in `at`
                if k < 0:
                    if id(v) in others:
                        continue
                    others.add(id(v))
                elif seen[k]:
                    continue
                else:
                    seen[k] = 1
                if id(v) not in known and (k < 0 or numbers[k] == NONE):
                    found.append(v)
        found.sort(key=attrgetter("index"))
        return found

    def _operands(self, node: Value) -> tuple[int, ...]:
        """The numbers of a node's operands; KeyError if one of them has none yet."""
        at, x, y = self.at, node._x, node._y
        if y is None:
            return (at(x),)
        if type(y) is float:
            number = self.builder.constant(y)
            return (at(x), number) if node._place else (number, at(x))
        if type(y) is tuple:
            return at(x), *map(at, y)
        return at(x), at(y)

    def data_changed(self) -> bool:
        """Whether the data of some Value has been set since the trace began."""
        now = next(changes)
        self._tick, self._changed = now, self._changed or now > self._tick + 1
        return self._changed

    def stands_for(self, x: Any, i: int) -> None:
        """Give a symbol, or a Value of one, the value number i, which may differ from step to step of a loop."""
        self.knows(x, i)

    def at(self, v: Value) -> int:
        """The number of a Value that is recorded; KeyError if it has none."""
        k = (v.index if v.index >= 0 else KEPT - v.index) - self.first  # `_slot` inlined: calling it doubles the time
        i = self._numbers[k] if 0 <= k < len(self._numbers) else NONE
        return self.known[id(v)] if i == NONE else i

    def _chosen(self, node: Value) -> int:
        """The number of an operation whose operands may be conditions."""
        assert node.op is not None
        operands = [v._number for v in node.inputs]
        numbers = [self.number(x) if type(x) is Condition else self.at(v) for v, x in zip(node.inputs, operands)]
        return self.emit(node.op.key, operands, numbers, node.label)

    def _leaf(self, node: Value) -> int:
        """The number of a constant, or of a leaf that f created: from x.data, under no_grad, or by detach; TraceError
        for a Value from outside.
        """
        if type(node._number) is Symbol:
            return self.detached(node._number)
        if node.op is None and not node.is_constant and node.index < self.first:
            named = f" {node.label!r}" if node.label else ""
            remedy = "make it an argument, or autograd.detach(…) it, if it is a constant"
            raise TraceError(f"the function depends on a Value{named} from outside: {remedy}")
        return self.number(node._number)


def _is_traced(node: Value) -> bool:
    """Whether a Value is the result of an operation that is traced."""
    return node.op is not None and type(node._number) is Symbol


def _end(node: Value) -> None:
    """Free a node's operands and its symbol's; from now on it is an input of an ended call, which later ones refuse."""
    node._x = node._y = node._dx = node._dy = node.op = None
    node.index = KEPT - node.index
    symbol = node._number
    symbol.name = next((x.name for x in symbol.operands if type(x) is Symbol), symbol.op)
    symbol.op, symbol.operands = "", ()


def refuse_changed(node: Value) -> None:
    """TraceError if data below a node has changed since it was computed."""
    if not is_unchanged(node):
        raise TraceError(f"the data below {node.label or node.op} changed after it was computed: use a new Value")


def executable(program: Program) -> Program:
    """The program in operations that every executor knows, once it is differentiated.

    A detached value becomes the value itself, and a user's operation without a kernel is expanded by its rule.
    """
    if not any(operation.op == DETACH or _is_written_out(operation.op) for operation in every_operation(program)):
        return program

    def make(program: Program, builder: ProgramBuilder, i: int, number: list[int]) -> int | None:
        op, operands, _ = program.operations[i]
        if op == DETACH:
            return number[operands[0]]
        return _written_out(builder, ROWS[op], [number[j] for j in operands]) if _is_written_out(op) else None

    return rewritten(program, make)


def _is_written_out(op: str) -> bool:
    """Whether an operation has no kernel at all, so that its rule must be expanded."""
    return op != LOOP and op in ROWS and ROWS[op].kernel is None and own_array_kernel(op) is None


class _WrittenOut(Lowering):
    """The lowering of operations that will not be differentiated again."""

    def emit(
        self, op: str, operands: Sequence[Any], numbers: Sequence[int], name: str = "", is_boolean: bool = False
    ) -> int:
        return numbers[0] if op == DETACH else super().emit(op, operands, numbers, name, is_boolean)


def _written_out(builder: ProgramBuilder, row: Primitive, operands: Sequence[int]) -> int:
    """The number of an operation's value, by its rule, run on constant operands and on symbols for the others."""
    symbols = [Symbol(f"x{i}") for i in operands]
    of = [s if builder.constants[i] is VARIABLE else builder.constants[i] for s, i in zip(symbols, operands)]
    lowering = _WrittenOut(builder, {id(s): i for s, i in zip(symbols, operands)})
    return lowering.number(row.rule(*row.structured(tuple(of)))[0])

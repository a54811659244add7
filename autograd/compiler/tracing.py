"""Tracing: a function runs once on Values that hold symbols, and what it did becomes a program."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from autograd.compiler.building import Builder
from autograd.compiler.program import Argument, Keyed, Program
from autograd.engine import Value
from autograd.engine.recording import Recording
from autograd.engine.value import clock
from autograd.numbers.kinds import real
from autograd.primitives.table import BUILT_IN
from autograd.symbols import Condition, Symbol, TraceError
from autograd.transforms.structure import is_array, like, map_leaves

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# What a Symbol calls its operations, where that is not their name in the table.
TABLE_NAME = {
    "+": "add", "-": "subtract", "*": "multiply", "/": "divide", "//": "floor_divide", "%": "mod", "**": "power",
    "neg": "negative", "select": "where",
}  # fmt: skip


class Lowering:
    """Symbols and Values as values of a program; `known` says which have a number already."""

    def __init__(self, builder: Builder, known: dict[int, int] | None = None) -> None:
        self.builder = builder
        self.known = {} if known is None else known
        self.kept: list[Any] = []  # what `known` knows by its id must not be freed

    def knows(self, symbol: Any, i: int) -> None:
        """Let a symbol stand for value number i, unless it has a number already."""
        self.known.setdefault(id(symbol), i)
        self.kept.append(symbol)

    def number(self, x: Any) -> int:
        """The number of the value that a symbol, a condition or a plain number is."""
        if type(x) is Condition:
            return self.builder.emit(x.op, (self.number(x.left), self.number(x.right)))
        if type(x) is not Symbol:
            return self.builder.constant(x)
        found = self.known.get(id(x))
        if found is None:
            if x.op == "constant":
                found = self.builder.constant(x.operands[0])
            else:
                operands = [v for y in x.operands for v in (y if type(y) is tuple else (y,))]
                found = self.builder.emit(TABLE_NAME.get(x.op, x.op), tuple(map(self.number, operands)))
            self.knows(x, found)
        return found


def trace(f: Callable[..., Any], arguments: Sequence[Any], names: Sequence[str] = ()) -> Program:
    """The program of f for arguments of this structure: numbers, arrays, and lists, tuples and dicts of them.

    TraceError where f asks for the truth of a comparison, or depends on a Value that is not among its arguments.

    >>> trace(lambda x, y: x * y + y, (1.0, 2.0)).size
    2
    """
    builder = Builder()
    lowering = Lowering(builder)
    names = names or argument_names(f, len(arguments))
    first = clock()
    with Recording(True):
        entered = [_entered(x, name, lowering) for x, name in zip(arguments, names)]
        result = f(*[given for given, _ in entered])
    traced = [Argument(name, tree) for name, (_, tree) in zip(names, entered)]
    numbers: list[Any] = []
    map_leaves(numbers.append, result, None)
    record(numbers, lowering, first)
    outputs = _output(result, lowering)
    return builder.program(getattr(f, "__name__", "f"), traced, outputs)


def argument_names(f: Callable[..., Any], count: int) -> list[str]:
    """The names of the first parameters of f; those of `*args` are numbered."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    rest = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), "x")
    return [names[i] if i < len(names) else f"{rest}{i}" for i in range(count)]


# --- arguments ----------------------------------------------------------------------------------


def _entered(x: Any, name: str, lowering: Lowering) -> tuple[Any, Any]:
    """An argument as f sees it, made of Values, and the tree of their numbers."""
    if isinstance(x, dict):
        parts = {key: _entered(item, f"{name}_{key}", lowering) for key, item in x.items()}
        return {key: given for key, (given, _) in parts.items()}, Keyed(
            tuple(parts), tuple(t for _, t in parts.values())
        )
    if isinstance(x, (list, tuple)):
        items = [_entered(item, f"{name}_{i}", lowering) for i, item in enumerate(x)]
        return like(x, [given for given, _ in items]), tuple(tree for _, tree in items)
    if is_array(x) and x.ndim:
        return _entered_array(x, name, lowering)
    return _leaf(name, lowering)


def _entered_array(x: Any, name: str, lowering: Lowering) -> tuple[Any, Any]:
    import numpy

    given = numpy.empty(x.shape, dtype=object)
    tree: list[Any] = []
    for i in range(x.shape[0]):
        row = x[i]
        given[i], part = _entered_array(row, f"{name}_{i}", lowering) if x.ndim > 1 else _leaf(f"{name}_{i}", lowering)
        tree.append(part)
    return given, tuple(tree)


def _leaf(name: str, lowering: Lowering) -> tuple[Value, int]:
    symbol = Symbol(name)
    i = lowering.builder.input(name)
    lowering.knows(symbol, i)
    return Value(symbol, label=name), i


# --- results ------------------------------------------------------------------------------------


def _output(result: Any, lowering: Lowering) -> Any:
    if isinstance(result, dict):
        return Keyed(tuple(result), tuple(_output(part, lowering) for part in result.values()))
    if isinstance(result, (list, tuple)) or (is_array(result) and result.ndim):
        return tuple(_output(part, lowering) for part in result)
    x = result.item() if is_array(result) else result
    return lowering.known[id(x)] if isinstance(x, Value) else lowering.number(real(x))


def record(outputs: Sequence[Any], lowering: Lowering, first: int) -> None:
    """Give a number to every Value that the outputs are computed from, oldest first."""
    found = list({id(v): v for v in outputs if isinstance(v, Value)}.values())
    seen = set(map(id, found))
    for node in found:
        for v in node.inputs:
            if id(v) not in seen:
                seen.add(id(v))
                found.append(v)
    for node in sorted(found, key=lambda v: v.index):
        if type(node.data) is not Condition:  # which comes with the operation that it decides, after what it compares
            lowering.knows(node, _number_of(node, lowering, first))


def _number_of(node: Value, lowering: Lowering, first: int) -> int:
    row, data = node.op, node.data
    if type(data) is not Symbol:
        if row is None and not node.is_constant and node.index < first:
            named = f" {node.label!r}" if node.label else ""
            raise TraceError(f"the function depends on a Value{named} from outside: make it an argument")
        return lowering.number(data)
    if row is None or row.name not in BUILT_IN:
        return lowering.number(data)  # a leaf; or a user's operation, written out
    operands = [lowering.number(v.data) if type(v.data) is Condition else lowering.known[id(v)] for v in node.inputs]
    i = lowering.builder.emit(row.name, tuple(operands), node.label)
    lowering.knows(data, i)
    return i

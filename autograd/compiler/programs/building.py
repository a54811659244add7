"""Building a program: each operation is simplified if that is exact, and created only once."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from autograd.compiler.programs.naming import Labels, NamesLater, function_name, told_apart, value_names
from autograd.compiler.programs.operation import (
    CONSTANT,
    DETACH,
    INPUT,
    ITEM,
    LOOP,
    Argument,
    Meaning,
    Meanings,
    Operation,
    reached,
)
from autograd.compiler.programs.program import Program, evaluator
from autograd.symbols import COMPARISONS
from autograd.trees import flatten, map_tree

if TYPE_CHECKING:
    from autograd.compiler.programs.loops import Loop

VARIABLE = object()  # in place of a constant's value
new = tuple.__new__  # makes an Operation in half the time, which matters as there is one for each step of f
TAKEN = Operation(INPUT)  # in place of an operation that has moved to a program


class ProgramBuilder:
    """A program under construction; `emit` returns the number of an operation's value."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.constants: list[Any] = []  # the value of each constant, else VARIABLE
        self.names = Labels()
        self.meanings: dict[int, list[Meaning]] = {}  # of values of backward passes
        self._known: dict[Any, int] = {}

    @classmethod
    def of(cls, program: Program) -> ProgramBuilder:
        """A builder that holds this program's values and continues from there."""
        made = cls()
        made.names = Labels(program.names)
        made.operations = list(program.operations)
        for i, operation in enumerate(made.operations):
            op = operation.op
            made.constants.append(operation.value if op == CONSTANT else VARIABLE)
            if op == CONSTANT:
                made._known[_key(operation.value)] = i
            elif op not in (INPUT, LOOP):
                made._known[operation] = i
        made.meanings = {i: list(meanings) for i, meanings in program.meanings.items()}
        return made

    def _add(self, operation: Operation, constant: Any, name: str) -> int:
        self.operations.append(operation)
        self.constants.append(constant)
        self.names.own.append(name)
        return len(self.operations) - 1

    def forget(self) -> None:
        """Forget which operations exist, since none will be added."""
        self._known.clear()

    def input(self, name: str) -> int:
        """A new input; no two are merged."""
        return self._add(Operation(INPUT), VARIABLE, name)

    def constant(self, x: Any) -> int:
        """A constant; -0.0 and 0.0 differ, as do 1 and 1.0; all NaNs are one."""
        x = math.nan if x != x else x
        key = _key(x)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._add(Operation(CONSTANT, (), x), x, "")
        return found

    def emit(self, op: str, operands: tuple[int, ...], name: str = "") -> int:
        """The number of an operation's value: an existing one if it is known or simplifies to that."""
        key: Any = (op, operands, None)
        found = self._known.get(key)
        if found is None:
            found = self._simplified(op, operands)
            if found is None:
                key = new(Operation, key)  # equal to the tuple, and kept anyway
                found = self._add(key, VARIABLE, name)
            self._known[key] = found
        if name:
            self.names.suggest(found, name)
        return found

    def loop(self, loop: Loop, operands: Sequence[int], name: str = "") -> int:
        """A new loop; no two are merged, since `kept` may give one of them more outputs."""
        return self._add(Operation(LOOP, tuple(operands), loop), VARIABLE, name)

    def extending(self, loop: Loop, operands: Sequence[int]) -> int | None:
        """The number of an existing loop on these operands that gives all outputs of this one, or None."""
        for i, operation in enumerate(self.operations):
            if operation.op == LOOP and operation.operands == tuple(operands) and operation.value.extends(loop):
                return i
        return None

    def again(self, operation: Operation, operands: Sequence[int], name: str = "") -> int:
        """An operation of another program, on values of this one."""
        if operation.op == LOOP:
            return self.loop(operation.value, operands, name)
        if operation.op == ITEM:
            output, step = operation.value
            return self.item(operands[0], output, step, name)
        return self.emit(operation.op, tuple(operands), name)

    def kept(self, loop: int, value: int) -> int:
        """The index of a loop's output for a value of its body, which becomes an output if it is not one yet."""
        op, operands, record = self.operations[loop]
        output: int
        record, output = record.keeping(value)
        self.operations[loop] = Operation(op, operands, record)
        return output

    def item(self, loop: int, output: int, step: int, name: str = "") -> int:
        """The number of an output of a loop's body in one step."""
        operation = Operation(ITEM, (loop,), (output, step))
        if operation not in self._known:
            self._known[operation] = self._add(operation, VARIABLE, name)
        return self._known[operation]

    def _simplified(self, op: str, operands: tuple[int, ...]) -> int | None:
        constants = self.constants
        if op == "where" and constants[operands[0]] is not VARIABLE:  # also of booleans, which a rule makes numbers
            return operands[1] if constants[operands[0]] else operands[2]
        for i in operands:
            if constants[i] is VARIABLE:
                simplify = SIMPLER.get(op)
                return None if simplify is None else simplify(self, *operands)
        return self._folded(op, [constants[i] for i in operands])

    def _folded(self, op: str, constants: list[Any]) -> int | None:
        """The constant result of an operation on constants; None if it raises, so that it raises at run time."""
        try:
            return self.constant(evaluator(op)(*constants))
        except (ValueError, ArithmeticError):
            return None

    def known(self, op: str, operands: tuple[int, ...]) -> int | None:
        """The number of an operation's value, or None if there is no such operation yet."""
        return self._known.get((op, operands, None))

    def is_constant(self, i: int, value: float) -> bool:
        """Whether a value is this constant; 0.0 is not -0.0."""
        x = self.constants[i]
        return x is not VARIABLE and bool(x == value) and math.copysign(1.0, x) == math.copysign(1.0, value)

    def is_op(self, i: int, *ops: str) -> bool:
        """Whether a value comes from one of these operations."""
        return self.operations[i].op in ops

    def program(
        self, name: str, arguments: Sequence[Argument], outputs: Any, forward: int | None = None, last: bool = False
    ) -> Program:
        """The program of these outputs, without unneeded operations; the inputs of all arguments stay.

        Building the `last` program frees the builder's operations one by one, to make room for it.
        """
        roots = [i for tree in (outputs, *(argument.tree for argument in arguments)) for i in flatten(tree)]
        needed = reached(roots, [operation.operands for operation in self.operations])
        order = array("q", self._ordered(needed, outputs))
        del needed  # each of these numbers takes four times as much as in an array
        number: list[Any] = [None] * len(self.operations)  # None for values that are left out
        for k, i in enumerate(order):
            number[i] = k
        at = number.__getitem__
        before = len(self.operations) if forward is None else forward
        forward = sum(i < before or self.constants[i] is not VARIABLE for i in order)
        taken = self._taken(order) if last else map(self.operations.__getitem__, order)
        operations = tuple([new(Operation, (op, tuple(map(at, operands)), value)) for op, operands, value in taken])
        own = function_name(name)
        parameters = [
            Argument(parameter, map_tree(at, argument.tree))
            for parameter, argument in zip(told_apart([argument.name for argument in arguments]), arguments)
        ]
        return Program(
            own,
            tuple(parameters),
            operations,
            map_tree(at, outputs),
            NamesLater(len(order), partial(_named, self.names, order, operations, parameters, own)),
            forward,
            meanings=Meanings(self.meanings, order, number) if self.meanings else {},
        )

    def _taken(self, order: Sequence[int]) -> Iterator[Operation]:
        """The operations in this order; each is freed here."""
        for i in order:
            yield self.operations[i]
            self.operations[i] = TAKEN

    def _ordered(self, kept: Sequence[int], outputs: Any) -> list[int]:
        """The order of a program: inputs, constants by first use, then operations."""
        ops = [operation.op for operation in self.operations]
        used = chain(chain.from_iterable(self.operations[i].operands for i in kept), flatten(outputs))
        constants = list(dict.fromkeys(i for i in used if ops[i] == CONSTANT))
        inputs = [i for i in kept if ops[i] == INPUT]
        return inputs + constants + [i for i in kept if ops[i] not in (INPUT, CONSTANT)]


def _named(
    labels: Labels, order: Sequence[int], operations: Sequence[Operation], arguments: Sequence[Argument], own: str
) -> Sequence[str]:
    """The names of the values of a program, from the labels of its builder."""
    wanted = [None if op == CONSTANT else labels[i] for i, (op, _, _) in zip(order, operations)]
    return value_names(wanted, arguments, own)


Make = Callable[[Program, ProgramBuilder, int, list[int]], int | None]


def rewritten(program: Program, make: Make) -> Program:
    """The same program with some operations replaced, in it and in the bodies of its loops.

    `make(program, builder, i, number)` returns the number of the value that replaces operation i, or None to keep it;
    `number` holds those of the values before it.
    """
    builder, forward = ProgramBuilder(), None
    number: list[int] = []
    for i, ((op, operands, value), name) in enumerate(zip(program.operations, program.names)):
        if i == program.forward:
            forward = len(builder.operations)
        if op == INPUT:
            number.append(builder.input(name))
        elif op == CONSTANT:
            number.append(builder.constant(value))
        else:
            if op == LOOP:
                value = replace(value, body=rewritten(value.body, make))
            made = None if op in (LOOP, ITEM) else make(program, builder, i, number)
            again = Operation(op, operands, value)
            number.append(builder.again(again, [number[j] for j in operands], name) if made is None else made)
    arguments = [Argument(a.name, map_tree(number.__getitem__, a.tree)) for a in program.arguments]
    made_program = builder.program(program.name, arguments, map_tree(number.__getitem__, program.outputs), forward)
    return replace(made_program, rows=program.rows)


def along_with(program: Program, other: Program) -> Program:
    """The program, with the number that another one computes from its arguments as a last output.

    Operations that both have are computed once.
    """
    builder = ProgramBuilder.of(program)
    number: dict[int, int] = {}
    for theirs, own in zip(other.arguments, program.arguments):
        number.update(zip(flatten(theirs.tree), flatten(own.tree)))
    for i, (operation, name) in enumerate(zip(other.operations, other.names)):
        if operation.op == CONSTANT:
            number[i] = builder.constant(operation.value)
        elif operation.op != INPUT:
            operands = [number[j] for j in operation.operands]
            loop = builder.extending(operation.value, operands) if operation.op == LOOP else None
            number[i] = builder.again(operation, operands, name) if loop is None else loop
    outputs = program.outputs, number[other.outputs]
    return replace(builder.program(program.name, program.arguments, outputs), rows=program.rows)


def part_of(program: Program, outputs: Any) -> Program:
    """The program of these outputs, with everything else as in the given program."""
    return called_as(program, ProgramBuilder.of(program).program(program.name, program.arguments, outputs))


def called_as(program: Program, made: Program) -> Program:
    """The program `made`, to be called in place of `program`: with its rows, template, gathers, guard and roots."""
    kept = {name: getattr(program, name) for name in ("rows", "template", "gathers", "guard", "roots")}
    return replace(made, **kept)


def _key(x: Any) -> Any:
    """A key that is equal for constants that count as the same."""
    return (type(x), x, math.copysign(1.0, x)) if type(x) in (float, int) and x == x else (type(x), repr(x))


# --- identities that are exact in floating point, for infinities and NaN too ---------------------------------


def _add(b: ProgramBuilder, x: int, y: int) -> int | None:
    left, right = b.operations[x].op, b.operations[y].op
    if left == CONSTANT and b.is_constant(x, -0.0):
        return y
    if right == CONSTANT and b.is_constant(y, -0.0):
        return x
    if right == "negative":
        return b.emit("subtract", (x, b.operations[y].operands[0]))
    if left == "negative":
        return b.emit("subtract", (y, b.operations[x].operands[0]))
    return b.known("add", (y, x))


def _subtract(b: ProgramBuilder, x: int, y: int) -> int | None:
    if b.is_constant(y, 0.0):
        return x
    return b.emit("add", (x, b.operations[y].operands[0])) if b.is_op(y, "negative") else None


FACTORS = {CONSTANT, "negative"}  # operands that may simplify a product


def _multiply(b: ProgramBuilder, x: int, y: int) -> int | None:
    if b.operations[x].op in FACTORS or b.operations[y].op in FACTORS:
        made = _factored(b, x, y)
        if made is not None:
            return made
    return b.known("multiply", (y, x))


def _factored(b: ProgramBuilder, x: int, y: int) -> int | None:
    for this, other in ((x, y), (y, x)):
        if b.operations[this].op not in FACTORS:
            continue
        if b.operations[other].op in COMPARISONS:
            continue  # a condition is a number only as a factor
        if b.is_constant(this, 1.0):
            return other
        if b.is_constant(this, -1.0):
            return b.emit("negative", (other,))
        if b.is_op(this, "negative"):  # the sign moves outwards, until a sum absorbs it
            return b.emit("negative", (b.emit("multiply", (b.operations[this].operands[0], other)),))
    return None


def _divide(b: ProgramBuilder, x: int, y: int) -> int | None:
    return x if b.is_constant(y, 1.0) else b.emit("negative", (x,)) if b.is_constant(y, -1.0) else None


def _negative(b: ProgramBuilder, x: int) -> int | None:
    return b.operations[x].operands[0] if b.is_op(x, "negative") else None


def _power(b: ProgramBuilder, x: int, n: int) -> int | None:
    return x if b.is_constant(n, 1.0) else None


def _monomial(b: ProgramBuilder, x: int, y: int, n: int) -> int | None:
    """The n-th derivative of a power with a small whole exponent, as one would write it by hand."""
    exponent, order = b.constants[y], b.constants[n]
    if exponent not in (1, 2, 3) or order not in (1, 2) or order > exponent:
        return None
    coefficient = b.constant(math.prod(int(exponent) - k for k in range(int(order))))
    left = int(exponent - order)
    if left == 0:
        return coefficient
    return b.emit("multiply", (coefficient, x if left == 1 else b.emit("constant_power", (x, b.constant(left)))))


def _where(b: ProgramBuilder, condition: int, x: int, y: int) -> int | None:
    if x == y:
        return x
    yes, no = b.constants[x], b.constants[y]
    if yes is True and no is False and b.is_op(condition, *COMPARISONS):
        return condition
    if b.is_op(condition, "where"):  # a `where` of booleans
        inner, first, second = b.operations[condition].operands
        if (b.constants[first], b.constants[second]) == (True, False):
            return b.emit("where", (inner, x, y))
        if (b.constants[first], b.constants[second]) == (False, True):
            return b.emit("where", (inner, y, x))
    return None


def _not_equal(b: ProgramBuilder, x: int, y: int) -> int | None:
    return x if b.is_op(x, *COMPARISONS) and b.constants[y] is not VARIABLE and b.constants[y] == 0 else None


SIMPLER: dict[str, Callable[..., int | None]] = {
    DETACH: lambda b, x: x if b.is_op(x, DETACH) else None,
    "positive": lambda b, x: x,
    "add": _add,
    "subtract": _subtract,
    "multiply": _multiply,
    "divide": _divide,
    "ratio": _divide,
    "negative": _negative,
    "power": _power,
    "constant_power": _power,
    "monomial": _monomial,
    "where": _where,
    "!=": _not_equal,
}

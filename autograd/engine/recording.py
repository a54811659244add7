"""Recording: how an operation on Values becomes a node, and how to switch recording off.

Each primitive has one closure that runs its rule on the numbers of its operands and stores the results.
"""

from __future__ import annotations

from collections.abc import Callable

from autograd.engine.adjoints import LATER
from autograd.engine.blocks import IN_LINE, OPEN, Exit, enter, innermost, is_recording, latest, switch_in_line
from autograd.engine.kinks import scaled, sides_kept, squares_below
from autograd.engine.value import (
    FOLLOWING,
    NO_GRAD,
    UNRECORDED,
    NumPyValue,
    Value,
    clock,
    fresh,
    fresh_of_numpy,
    operand,
)
from autograd.forks import at_work
from autograd.numbers.kinds import VALUE_RANK, Kind, coerced, join, kind_of
from autograd.numbers.operand import beside_other
from autograd.primitives import TABLE, Primitive, ieee
from autograd.primitives.operators import METHODS, OPERATORS, core
from autograd.symbols import Condition, Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Never, TypeVar

    from autograd.engine.blocks import Leave

    F = TypeVar("F")


TRACED = {Symbol, Condition}
EXACT = {Symbol, Condition, float, int, bool}  # operand types for which a traced operation is a new symbol
TAKING_FLOATS = {float, Symbol}  # numbers that work with floats among their local derivatives


def node(data: Any, op: Primitive, inputs: tuple[Value, ...], partials: tuple[Any, ...]) -> Value:
    """The result of an operation: a node, or a leaf without history while recording is off."""
    if FOLLOWING and NumPyValue in map(type, inputs):
        ieee.report(op, data, [v._number for v in inputs])
        made: Value = next(fresh_of_numpy)
    else:
        made = next(fresh)
    made._number = data
    made._met = None
    made.grad = NO_GRAD
    made.index = next(clock)
    if OPEN and (((mark := innermost()) in OPEN and mark.plain) or not is_recording()):
        made.op = None
        made._connect((), ())
        made._dy = UNRECORDED
    else:
        if not OPEN and IN_LINE[0]["recorded"] is None:  # the last block has since ended
            switch_in_line()
        made.op = op
        made._connect(inputs, partials if type(data) in TAKING_FLOATS else coerced(partials, data))
    return made


def of_symbols(symbol: Symbol, op: Primitive, x: Value, y: Value) -> Value:
    """The result of an operation on two traced Values, with a symbol that already exists."""
    if OPEN or FOLLOWING:
        return node(symbol, op, (x, y), (LATER, LATER))
    made = next(fresh)  # the same as `node`, whose call would double the cost
    made._number = symbol
    made._x, made._dx, made._y, made._dy = x, LATER, y, LATER
    made._met = None
    made.grad = NO_GRAD
    made.index = next(clock)
    made.op = op
    return made


def evaluator(row: Primitive) -> Callable[..., Any]:
    """A function that returns the value of an operation on the numbers of its operands, and its local derivatives.

    In a trace the value is a symbol of the operation, and the rule runs only if a derivative is needed.
    """
    evaluate = row.evaluate
    if row.is_foreign:
        return evaluate

    def of_one(x: Any) -> Any:
        return (Symbol("", row.key, (x,)), (LATER,)) if type(x) is Symbol else evaluate(x)

    def of_two(x: Any, y: Any) -> Any:
        if (type(x) is Symbol or type(y) is Symbol) and type(x) in EXACT and type(y) in EXACT:
            return Symbol("", row.key, (x, y)), (LATER, LATER)
        return evaluate(x, y)

    def of_several(*operands: Any) -> Any:
        kinds = set(map(type, operands))
        if kinds.isdisjoint(TRACED) or not kinds <= EXACT:
            return evaluate(*operands)
        return Symbol("", row.key, operands), (LATER,) * len(operands)

    def of_sequences(*operands: Any) -> Any:
        flat = [v for x in operands for v in (x if type(x) is list else (x,))]
        if not EXACT.issuperset(map(type, flat)):
            return evaluate(*operands)
        return Symbol("", row.key, tuple([tuple(x) if type(x) is list else x for x in operands])), (LATER,) * len(flat)

    count = len(row.parameters)
    return of_sequences if row.vectors else of_one if count == 1 else of_two if count == 2 else of_several


def _unary(row: Primitive) -> Callable[..., Any]:
    evaluate = evaluator(row)

    def record(x: Value) -> Value:
        try:
            data, partials = evaluate(x._number)
        except (ValueError, ArithmeticError) as error:
            data, partials = _in_ieee(row, (x,), error)
        return node(data, row, (x,), partials)

    return record


def _binary(row: Primitive) -> Callable[..., Any]:
    evaluate, apply = row.evaluate, row.apply

    def record(x: Any, y: Any) -> Any:
        if type(x) is not Value or type(y) is not Value:
            v, w = operand(x, core(y)), operand(y, core(x))
            if v is None or w is None:
                return apply(x, y)
            x, y = v, w
        try:
            data, partials = evaluate(x._number, y._number)
        except (ValueError, ArithmeticError) as error:
            data, partials = _in_ieee(row, (x, y), error)
        return node(data, row, (x, y), partials)

    return record


def _several(row: Primitive) -> Callable[..., Any]:
    """The closure for more than two operands."""
    evaluate = evaluator(row)

    def record(*operands: Any) -> Any:
        beside = core(next((v for v in operands if isinstance(v, Value)), 0.0))
        inputs: list[Any] = [operand(x, beside) for x in operands]
        if any(v is None for v in inputs):
            return row.apply(*operands)
        return _made(row, evaluate, tuple(inputs), [v._number for v in inputs])

    return record


def _made(row: Primitive, evaluate: Callable[..., Any], inputs: tuple[Any, ...], data: list[Any]) -> Value:
    """The node of an operation on inputs with these numbers."""
    try:
        value, partials = evaluate(*data)
    except (ValueError, ArithmeticError) as error:
        value, partials = _in_ieee(row, inputs, error)
    return node(value, row, inputs, partials)


def _general(row: Primitive) -> Callable[..., Any]:
    """The closure for an operation that takes sequences; the node's inputs are all operands, flattened."""
    evaluate, traced, is_vector = row.evaluate, evaluator(row), [name in row.vectors for name in row.parameters]
    several = len(row.vectors) > 1

    def record(*operands: Any) -> Any:
        flat: list[Value] = []
        data: list[Any] = []
        lengths: list[int] = []
        try:
            for x, vector in zip(operands, is_vector):
                if vector:
                    flat.extend(x)
                    lengths.append(len(x))
                    data.append([v._number for v in x])
                else:
                    flat.append(x)
                    data.append(x._number)
        except AttributeError:  # one of them is a plain number
            return _with_constants(row, record, operands)
        if several and len(set(lengths)) > 1:
            raise ValueError(f"{row.name}: sequences of different lengths, {' and '.join(map(str, lengths))}")
        # Examining all operands would slow floats down.
        return _made(row, traced if flat and type(flat[-1]._number) is Symbol else evaluate, tuple(flat), data)

    return record


def _with_constants(row: Primitive, record: Callable[..., Any], operands: tuple[Any, ...]) -> Any:
    """Record again with plain numbers as constants, or let a higher kind apply the operation."""
    converted: list[Any] = []
    flat = [v for x in operands for v in (x if type(x) in (list, tuple) else (x,))]
    beside = core(next((v for v in flat if isinstance(v, Value)), 0.0))
    for name, x in zip(row.parameters, operands):
        values: Any = [x] if name not in row.vectors else x
        values = [v if type(v) is Value else operand(v, beside) for v in values]
        if type(None) in map(type, values):
            return row.apply(*operands)
        converted.append(values if name in row.vectors else values[0])
    return record(*converted)


def _in_ieee(row: Primitive, inputs: tuple[Value, ...], error: Exception) -> Any:
    """The value and local derivatives in NumPy's arithmetic if an input follows it; otherwise raises the error."""
    data = [v._number for v in inputs]
    if NumPyValue in map(type, inputs) and all(type(x) is float for x in data):
        return ieee.evaluated(row, data)
    try:
        row.failure(error, [_described(v) for v in inputs])
        error.args = (f"{error.args[0]}; in a side of `where`, guard the operand: {row.title}(where(..., x, 1.0))",)
        raise error
    finally:
        del error  # its traceback refers to this frame: a cycle would keep the operands


def _described(x: Value) -> str:
    return f"{x.label}={x._number!r}" if x.label else repr(x._number)


def recorder(row: Primitive) -> Callable[..., Any]:
    """The closure that records one primitive."""
    count = len(row.parameters)
    kind = _general if row.vectors else _unary if count == 1 else _binary if count == 2 else _several
    record = kind(row)
    if row.plain:
        return _of_plain_operands(row, record)
    return sides_kept(row, record) if row.sides else _root_of_squares(record) if row.name == "sqrt" else record


def _of_plain_operands(row: Primitive, record: Callable[..., Any]) -> Callable[..., Any]:
    def recorded(*operands: Any) -> Any:
        row.refuse_derivatives(operands, lambda x: isinstance(x, Value) and not x.is_constant)
        return record(*operands)

    return recorded


def _root_of_squares(record: Callable[..., Any]) -> Callable[..., Any]:
    """Record the square root of a sum of squares as a norm where it is 0, since √ has an infinite derivative there."""

    def root(x: Any, *half: Any) -> Any:
        made = record(x, *half)
        if isinstance(made, Value) and type(made._number) is float and made._number == 0.0 and made._x is not None:
            squares = squares_below(x)
            if squares:
                return TABLE["norm"].function(scaled(squares))
        return made

    return root


# --- methods ------------------------------------------------------------------------------------


def _operator(row: Primitive) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The methods of a binary operator: forward and reflected."""
    evaluate = evaluator(row)

    def forward(self: Value, other: Any) -> Any:
        if type(other) is float and type(self._number) is Symbol:
            return _beside(row, self, other, 1)
        if type(other) is not Value:  # or of NumPy
            given, other = other, operand(other, self._number)
            if other is None:
                return beside_other(row.function, self, given, _follows(row, self))
        try:
            data, partials = evaluate(self._number, other._number)
        except (ValueError, ArithmeticError) as error:
            data, partials = _in_ieee(row, (self, other), error)
        return node(data, row, (self, other), partials)

    def reflected(self: Value, other: Any) -> Any:
        if type(other) is float and type(self._number) is Symbol:
            return _beside(row, self, other, 0)
        left = operand(other, self._number)
        if left is None:
            return beside_other(row.function, other, self, _follows(row, self))
        return forward(left, self)

    return forward, reflected


def _beside(row: Primitive, x: Value, number: float, place: int) -> Value:
    """A traced operation on a Value and a plain number in this place; the node keeps the number unconverted."""
    operands = (x._number, number) if place else (number, x._number)
    made = node(Symbol("", row.key, operands), row, (x,), (LATER,))
    if made.op is not None:
        made._y, made._dy, made._place = number, x._number, place
    return made


def _follows(row: Primitive, x: Value) -> bool:
    """Whether x is a NumPy number, or may be one where it is traced; [0.0] * n is a list and needs n itself."""
    return type(x) is NumPyValue or (type(x._number) is Symbol and row.name != "multiply")


def _power(self: Value, other: Any) -> Any:
    if isinstance(other, Value) and not other.is_constant:
        return _general_power(self, other)
    return _square_root(self, other) if isinstance(other, float) and other == 0.5 else _power_rule(self, other)


def _row(function: Any) -> Primitive:
    row: Primitive = function.primitive
    return row


for _name, _function in OPERATORS.items():
    _forward, _reflected = _operator(_row(_function))
    setattr(Value, f"__{_name}__", _forward)
    setattr(Value, f"__r{_name}__", _reflected)
_general_power = Value.__pow__
_power_rule = _operator(TABLE["constant_power"])[0]
_square_root = _root_of_squares(_power_rule)
Value.__pow__ = _power  # type: ignore[method-assign, assignment]  # set like the other operators
for _name, _function in METHODS.items():
    if len(_row(_function).parameters) == 1:
        setattr(Value, _name, recorder(_row(_function)))


join(
    Value,
    Kind("Value", VALUE_RANK, lift=recorder, constant=lambda name, x: kind_of(x._number).constant(name, x._number)),
)


# --- not recording ------------------------------------------------------------------------------


class Recording:
    """Switch recording on or off for a block of code: a context manager and a decorator."""

    def __init__(self, on: bool) -> None:
        self.on = on
        self._called: list[Leave] = []  # blocks entered by an explicit call of `__enter__`

    def __enter__(self) -> None:
        if not self.on or OPEN:
            enter(self, self._called)

    __exit__ = Exit()

    def leave_called(self, *exception: object) -> None:
        """Handle an explicit call of `__exit__`: leave the last block that an explicit `__enter__` entered."""
        leave = latest(self._called)
        if leave is not None:
            self._called.remove(leave)
            leave()
        elif not self.on:
            raise RuntimeError(f"{type(self).__name__}: __exit__ without __enter__")

    def __call__(self, function: F) -> F:
        with at_work:
            from autograd.engine.decorating import decorated

        made: F = decorated(self, function)
        return made


class no_grad(Recording):
    """Record no graph inside a `with no_grad():` block or a function decorated with `@no_grad()`: results are leaves.

    It applies to code that runs inside the block and to tasks started there, until the block ends. It does not apply to
    the consumer of a generator that yields inside it, to new threads, or to tasks started in a block of an async
    generator.

    >>> x = Value(2.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.inputs
    (4.0, ())
    """

    def __init__(self, *function: Never) -> None:
        if function:
            raise TypeError("no_grad takes no argument: write @no_grad(), with brackets")
        super().__init__(on=False)

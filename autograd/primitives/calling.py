"""How a row is called: positional or named operands, defaults, sequences, and a fast path for most calls."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType

from autograd.numbers.operand import over_axes
from autograd.primitives.evaluating import are_floats, on_floats

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from autograd.primitives.table import Primitive


AXES = {"axis", "keepdims"}  # of an array; the sequences along them are operands
OTHERWISE: dict[str, Callable[..., Any]] = {}  # by operation, what a call with more or fewer operands means, as in math


def dispatcher(row: Primitive) -> Callable[..., Any]:
    """The public function of a row: it dispatches on the type of its first operand, and else falls back to `apply`."""
    defaults = row.declared.__defaults__ or ()
    function = _of_sequences(row) if row.vectors else _of_numbers(row)
    if len(row.parameters) == 1 and not row.vectors and not defaults:
        function = _of_one(row)
    elif not row.vectors and not row.domain and not row.is_foreign and row.kernel is not None and not defaults:
        function = _of_few(row) or function
    for attribute in ("__name__", "__qualname__", "__doc__", "__module__"):
        setattr(function, attribute, getattr(row.declared, attribute))
    signed = _signed(row)
    function.__annotations__ = signed.__annotations__
    function.__wrapped__ = signed  # type: ignore[attr-defined]  # inspect finds the signature here
    function.primitive = row  # type: ignore[attr-defined]  # only functions of the table have this attribute
    return function


def _signed(row: Primitive) -> FunctionType:
    """A function with the operation's signature: the rule's without `z`, and without what a rule returns."""
    rule: Any = row.declared
    code = rule.__code__.replace(co_kwonlyargcount=0)
    signed = FunctionType(code, rule.__globals__, rule.__name__, rule.__defaults__, rule.__closure__)
    signed.__annotations__ = {name: x for name, x in rule.__annotations__.items() if name in row.parameters}
    return signed


def _of_one(row: Primitive) -> Callable[..., Any]:
    lifted, apply = row.lifted, row.apply
    lifted[float] = on_floats(row)
    otherwise = OTHERWISE.get(row.key)

    def unary(x: Any, /) -> Any:
        lift = lifted.get(type(x))
        return apply(x) if lift is None else lift(x)

    def unary_or_more(x: Any, other: Any = None, /) -> Any:
        if other is not None and otherwise is not None:
            return otherwise(x, other)
        lift = lifted.get(type(x))
        return apply(x) if lift is None else lift(x)

    return unary_or_more if otherwise is not None else unary


def _of_few(row: Primitive) -> Callable[..., Any] | None:
    """The fast path for internal operations, which rules use: nobody calls them with named operands."""
    lifted, apply, kernel = row.lifted, row.apply, row.kernel
    if row.name in row.declared.__globals__["__all__"] or kernel is None:
        return None

    def binary(x: Any, y: Any, /) -> Any:
        if type(x) is float and type(y) is float:
            return kernel(x, y)
        lift = lifted.get(type(x))
        return apply(x, y) if lift is None else lift(x, y)

    def ternary(x: Any, y: Any, z: Any, /) -> Any:
        if type(x) is float and type(y) is float and type(z) is float:
            return kernel(x, y, z)
        lift = lifted.get(type(x))
        return apply(x, y, z) if lift is None else lift(x, y, z)

    quick: dict[int, Callable[..., Any]] = {2: binary, 3: ternary}
    return quick.get(len(row.parameters))


def _of_numbers(row: Primitive) -> Callable[..., Any]:
    lifted, apply, count, of_floats = row.lifted, row.apply, len(row.parameters), on_floats(row)

    def several(*operands: Any, **named: Any) -> Any:
        if named or len(operands) != count:
            otherwise = None if named else OTHERWISE.get(row.key)
            return apply(*_bound(row, operands, named)) if otherwise is None else otherwise(*operands)
        lift = lifted.get(type(operands[0]))
        if lift is not None:
            return lift(*operands)
        return of_floats(*operands) if are_floats(operands) else apply(*operands)

    return several


def _of_sequences(row: Primitive) -> Callable[..., Any]:
    lifted, apply, count, of_floats = row.lifted, row.apply, len(row.parameters), on_floats(row)
    places = [row.parameters.index(name) for name in row.vectors]
    defaults = row.declared.__defaults__ or ()
    required = count - len(defaults)

    def sequences(*operands: Any, **named: Any) -> Any:
        if named or len(operands) != count:
            if not named and required <= len(operands) < count:
                return sequences(*operands, *defaults[len(operands) - required :])
            if count == len(operands) == 1 and AXES.issuperset(named):
                return over_axes(sequences, *operands, **named)
            return apply(*_bound(row, operands, named))
        lift = None
        for i in places:
            xs = operands[i]
            if type(xs) is not list and type(xs) is not tuple:
                if count == 1 and getattr(xs, "ndim", 1) > 1:
                    return over_axes(sequences, *operands)
                return apply(*_bound(row, operands, named))
            if xs and lift is None:
                lift = lifted.get(type(xs[0]))
        if lift is not None:
            return lift(*operands)
        if are_floats(operands) and len({len(operands[i]) for i in places}) == 1:
            return of_floats(*operands)
        return apply(*_bound(row, operands, named))

    return sequences


def _bound(row: Primitive, operands: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    """All operands in order: positional ones, those given by name, defaults; a vector as a tuple."""
    values = dict(zip(row.parameters, operands))
    defaults = row.declared.__defaults__ or ()
    for name, default in zip(row.parameters[len(row.parameters) - len(defaults) :], defaults):
        values.setdefault(name, named.get(name, default))
    for name in named:
        if name not in row.parameters or row.parameters.index(name) < len(operands):
            raise TypeError(f"{row.name}() got an unexpected argument {name!r}")
        values[name] = named[name]
    if len(operands) > len(row.parameters) or len(values) < len(row.parameters):
        raise TypeError(f"{row.name}() takes {', '.join(row.parameters)}; got {len(operands) + len(named)} operands")
    for name in row.vectors:
        values[name] = _sequence(row, name, values[name])
    if len({len(values[name]) for name in row.vectors}) > 1:
        lengths = ", ".join(f"{len(values[name])} in {name}" for name in row.vectors)
        raise ValueError(f"{row.name}: sequences of different lengths: {lengths}")
    return tuple(values[name] for name in row.parameters)


def _sequence(row: Primitive, name: str, xs: Any) -> tuple[Any, ...]:
    if isinstance(xs, (str, dict)) or not hasattr(xs, "__iter__"):
        raise TypeError(f"{row.name}: {name} must be a sequence of numbers, got {type(xs).__name__}")
    return tuple(xs)

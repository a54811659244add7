"""The table of primitives, and `@primitive`, which writes a row of it.

A rule is a function of numbers that returns its value and one local derivative per operand. A row adds what a rule
cannot say of itself: its name and sign, its domain, its kinks. The engine knows no operation: it walks this table.
"""

from __future__ import annotations

import math

from autograd.numbers.kinds import FLOAT_RANK, KINDS, SYMBOL_RANK, Kind, kind_of, leading_kind, real

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ParamSpec, overload

    P = ParamSpec("P")


TABLE: dict[str, Primitive] = {}  # by name: of two operations of one name the newer
ROWS: dict[str, Primitive] = {}  # by key: every operation that there is
BUILT_IN: set[str] = set()  # the names that no user's operation takes: rules are made of what they name


class Interval:
    """A set of operands, written as in mathematics: "(0, inf]" is open at 0 and closed at infinity."""

    __slots__ = ("high", "high_open", "low", "low_open", "text")

    def __init__(self, text: str) -> None:
        ends = text[1:-1].split(",")
        if text[:1] not in "[(" or text[-1:] not in ")]" or len(ends) != 2:
            raise ValueError(f"a domain is written like '(0, inf]', got {text!r}")
        self.text = text
        self.low, self.high = float(ends[0]), float(ends[1])
        self.low_open, self.high_open = text[0] == "(", text[-1] == ")"

    def __repr__(self) -> str:
        return self.text

    def __contains__(self, x: Any) -> bool:
        above = x > self.low if self.low_open else x >= self.low
        below = x < self.high if self.high_open else x <= self.high
        return bool((above and below) or x != x)

    def ends(self) -> tuple[float, float]:
        """The least and the greatest float inside."""
        low = math.nextafter(self.low, math.inf) if self.low_open else self.low
        high = math.nextafter(self.high, -math.inf) if self.high_open else self.high
        return low, high


class Kink:
    """Where an operation has no derivative, and what its rule returns there: the subgradient of least norm.

    `where` says it in words, `at(*operands)` decides it, and `partials` is what the rule returns at `example`.
    `sides` says what is the mean of sides there: the rule's "partials" or its "value", where they are components of a
    direction, as the slope of |x|; the partials of the "greater" or the "lesser" of two.
    """

    __slots__ = ("at", "example", "partials", "sides", "where")

    def __init__(
        self,
        where: str,
        at: Callable[..., bool],
        example: tuple[Any, ...],
        partials: tuple[float | None, ...],
        sides: str = "",
    ) -> None:
        self.where = where
        self.at = at
        self.example = example
        self.partials = partials
        self.sides = sides

    def __repr__(self) -> str:
        return f"Kink({self.where!r})"


class Primitive:
    """One row of the table: a rule, and what is known of it."""

    __slots__ = (
        "domain",
        "evaluate",
        "function",
        "key",
        "kinks",
        "lifted",
        "name",
        "native",
        "parameters",
        "rule",
        "sides",
        "symbol",
        "title",
        "vectors"
    )  # fmt: skip

    def __init__(
        self,
        rule: Callable[..., Any],
        symbol: str,
        title: str,
        domain: tuple[Interval, ...],
        kinks: tuple[Kink, ...],
        vectors: tuple[str, ...],
        native: Callable[..., Any] | None,
    ) -> None:
        code = rule.__code__
        self.name = rule.__name__
        self.key = _key(self.name)
        self.symbol = symbol
        self.title = title or rule.__name__
        self.rule = rule
        self.domain = domain
        self.kinks = kinks
        self.sides = next((kink.sides for kink in kinks), "")
        self.parameters = code.co_varnames[: code.co_argcount]
        self.vectors = vectors
        self.native = native
        self.evaluate = _guarded(self) if domain else _checked(self) if _is_foreign(rule) else rule
        self.lifted: dict[type | Kind, Callable[..., Any]] = {}
        self.function: Callable[..., Any] = _dispatcher(self)
        ROWS[self.key] = self

    def __repr__(self) -> str:
        return self.name

    def apply(self, *operands: Any) -> Any:
        """The operation on operands of any kinds; the kind of highest rank says how."""
        for parameter, x in zip(self.parameters, operands):
            if type(x) in (list, tuple) and parameter not in self.vectors:
                raise TypeError(f"{self.name}: {parameter} is one number, got a {type(x).__name__}; apply it to each")
            for i, v in enumerate(x if parameter in self.vectors else ()):
                if type(v) in (list, tuple):
                    raise TypeError(f"{self.name}: {parameter}[{i}] is one number, got a {type(v).__name__}")
        try:
            kind = leading_kind(operands)
        except TypeError as error:
            raise TypeError(f"{self.title}: {error}") from None
        if kind.lift is not None:
            return (self.lifted.get(kind) or self._lift(kind))(*operands)
        if kind.rank == FLOAT_RANK:
            operands = tuple(tuple(map(real, x)) if type(x) in (tuple, list) else real(x) for x in operands)
        try:
            return self.evaluate(*operands)[0]
        except (ValueError, ArithmeticError) as error:
            raise self.failure(error, [f"{x!r}" for x in operands])

    def _lift(self, kind: Kind) -> Callable[..., Any]:
        """Build the operation on a lifted kind once, and remember it under every type of that kind."""
        assert kind.lift is not None
        lift = self.lifted[kind] = kind.lift(self)
        self.lifted.update((number_type, lift) for number_type, joined in KINDS.items() if joined is kind)
        return lift

    def failure(self, error: Exception, operands: list[str]) -> Exception:
        """The same exception, which now names the operation and its operands."""
        reason = error.args[-1] if error.args else type(error).__name__
        shown = operands if len(operands) <= 6 else [*operands[:3], f"… {len(operands)} operands"]
        error.args = (f"{self.title}({', '.join(shown)}): {reason}",)
        return error

    def structured(self, flat: tuple[Any, ...]) -> tuple[Any, ...]:
        """Operands in a row, as a node keeps them, grouped again into the rule's parameters."""
        if not self.vectors:
            return flat
        length = (len(flat) - len(self.parameters) + len(self.vectors)) // len(self.vectors)
        groups: list[Any] = []
        at = 0
        for parameter in self.parameters:
            if parameter in self.vectors:
                groups.append(flat[at : at + length])
                at += length
            else:
                groups.append(flat[at])
                at += 1
        return tuple(groups)


if TYPE_CHECKING:

    @overload
    def primitive(rule: Callable[P, tuple[Any, tuple[Any, ...]]]) -> Callable[P, Any]: ...
    @overload
    def primitive(
        *,
        symbol: str = "",
        title: str = "",
        domain: str | tuple[str, ...] = (),
        kinks: tuple[Kink, ...] = (),
        vectors: str | tuple[str, ...] = (),
        native: Callable[..., Any] | None = None,
    ) -> Callable[[Callable[P, tuple[Any, tuple[Any, ...]]]], Callable[P, Any]]: ...


def primitive(
    rule: Callable[..., Any] | None = None,
    *,
    symbol: str = "",
    title: str = "",
    domain: str | tuple[str, ...] = (),
    kinks: tuple[Kink, ...] = (),
    vectors: str | tuple[str, ...] = (),
    native: Callable[..., Any] | None = None,
) -> Any:
    """Make an operation of a rule: a function of numbers that returns its value and one local derivative per operand.

    The result is a function on every kind of number and a method of Value. `domain` gives an interval per operand,
    as "(0, inf]": outside it a ValueError is raised, and an OverflowError where finite operands inside it have an
    infinite value; without it the operation is total. `vectors` names the parameters that are sequences of numbers,
    all of one length; the local derivatives then come in one flat tuple. None in place of a local derivative is the
    absent edge. `native` is Python's own operation, asked which exception to raise.

    >>> from autograd import Value
    >>> @primitive
    ... def cube(x):
    ...     return x * x * x, (3 * x * x,)
    >>> x = Value(2.0)
    >>> cube(x).backward(); x.grad
    12.0
    """
    sequences = (vectors,) if isinstance(vectors, str) else tuple(vectors)

    def declare(rule: Callable[..., Any]) -> Callable[..., Any]:
        _check_signature(rule, sequences)
        intervals = tuple(map(Interval, (domain,) if isinstance(domain, str) else domain))
        if intervals and len(intervals) != rule.__code__.co_argcount:
            raise ValueError(f"primitive {rule.__name__}: one domain for each of its operands, got {len(intervals)}")
        row = Primitive(rule, symbol, title, intervals, kinks, sequences, native)
        if row.name not in BUILT_IN:
            TABLE[row.name] = row
        return row.function

    return declare if rule is None else declare(rule)


def _key(name: str) -> str:
    """The name by which programs know an operation: its own, if no other has it."""
    key, again = name, 1
    while key in ROWS:
        again += 1
        key = f"{name}_{again}"
    return key


def _check_signature(rule: Callable[..., Any], vectors: tuple[str, ...]) -> None:
    if not hasattr(rule, "__code__"):
        raise TypeError(
            f"primitive: a rule is a Python function that returns (value, local derivatives), got {rule!r:.60}"
        )
    if not rule.__code__.co_argcount or rule.__code__.co_flags & 0x0C or rule.__code__.co_kwonlyargcount:
        raise TypeError(f"primitive {rule.__name__}: name each operand; a sequence of numbers is declared in vectors=")
    unknown = set(vectors) - set(rule.__code__.co_varnames[: rule.__code__.co_argcount])
    if unknown:
        raise TypeError(f"primitive {rule.__name__}: vectors= names {sorted(unknown)}, which are not its parameters")


def _is_foreign(rule: Callable[..., Any]) -> bool:
    return not (rule.__module__ or "").startswith("autograd.")


def _checked(row: Primitive) -> Callable[..., Any]:
    """A user's rule, held to what a rule owes: its value, a number, and one local derivative for each operand."""
    rule = row.rule

    def evaluate(*operands: Any) -> Any:
        result = rule(*operands)
        owed = sum([len(x) if name in row.vectors else 1 for name, x in zip(row.parameters, operands)])
        if type(result) is not tuple or len(result) != 2 or type(result[1]) is not tuple or len(result[1]) != owed:
            raise TypeError(f"primitive {row.name}: its rule must return (value, ({owed} local derivatives,))")
        value, partials = result
        return _real_or_lifted(value), tuple([p if p is None else _real_or_lifted(p) for p in partials])

    return evaluate


def _real_or_lifted(x: Any) -> Any:
    """A number as the engine keeps it."""
    return x if type(x) is float else kind_of(x).normal(x)


def _refuse_outside(domain: tuple[Interval, ...], operands: tuple[Any, ...]) -> None:
    for x, interval in zip(operands, domain):
        if not all(v in interval for v in (x if type(x) in (list, tuple) else (x,))):
            raise ValueError(f"outside the domain {interval.text}")


def _refuse_infinite(native: Callable[..., Any] | None, operands: tuple[float, ...]) -> None:
    """Refuse a value that is infinite or NaN, if the operands are finite."""
    if all(x - x == 0.0 for x in operands):
        if native is not None:
            z = native(*operands)  # raises what Python raises, except where Python leaves the reals
            raise ValueError(f"not a real number, {z:.6g}")
        raise OverflowError("the result is too large for a float")


def _guarded(row: Primitive) -> Callable[..., Any]:
    """The rule behind its domain: finite operands have a finite value, or an exception says why not."""
    rule = _checked(row) if _is_foreign(row.rule) else row.rule
    domain, native = row.domain, row.native
    bounded = any(interval.text != "[-inf, inf]" for interval in domain)

    def careful(*operands: Any) -> Any:
        if leading_kind(operands).rank < SYMBOL_RANK:
            _refuse_outside(domain, operands)
        return rule(*operands)

    def on_operands(*operands: Any) -> Any:
        for x in operands:
            if type(x) is not float:
                return careful(*operands)
        if bounded:
            _refuse_outside(domain, operands)
        result = rule(*operands)
        if result[0] - result[0] != 0.0:
            _refuse_infinite(native, operands)
        return result

    def on_pair(x: Any, y: Any) -> Any:
        if bounded or type(x) is not float or type(y) is not float:
            return on_operands(x, y)
        result = rule(x, y)
        if result[0] - result[0] != 0.0:
            _refuse_infinite(native, (x, y))
        return result

    if len(row.parameters) > 1:
        return on_pair if len(row.parameters) == 2 else on_operands
    if row.vectors:
        return careful
    low, high = domain[0].ends()

    def on_operand(x: Any) -> Any:
        if type(x) is not float:
            return careful(x)
        if x < low or x > high:
            _refuse_outside(domain, (x,))
        result = rule(x)
        if result[0] - result[0] != 0.0:
            _refuse_infinite(native, (x,))
        return result

    return on_operand


def _dispatcher(row: Primitive) -> Callable[..., Any]:
    """The public function of a row: it looks at its first operand, and takes the slow way where that says nothing."""
    lifted, apply, evaluate, count, defaults = (
        row.lifted, row.apply, row.evaluate, len(row.parameters), row.rule.__defaults__ or ()
    )  # fmt: skip

    places = [row.parameters.index(name) for name in row.vectors]

    def general(operands: tuple[Any, ...], named: dict[str, Any]) -> Any:
        return apply(*_bound(row, operands, named))

    def unary(x: Any, /) -> Any:
        lift = lifted.get(type(x))
        return apply(x) if lift is None else lift(x)

    def several(*operands: Any, **named: Any) -> Any:
        if named or len(operands) != count:
            return general(operands, named)
        lift = lifted.get(type(operands[0]))
        return apply(*operands) if lift is None else lift(*operands)

    def on_float(x: float) -> Any:
        try:
            return evaluate(x)[0]
        except (ValueError, ArithmeticError) as error:
            raise row.failure(error, [repr(x)])

    def sequences(*operands: Any, **named: Any) -> Any:
        if named or len(operands) != count:
            return general(operands, named)
        for i in places:
            if type(operands[i]) is not list and type(operands[i]) is not tuple:
                return general(operands, named)
        first = operands[places[0]]
        lift = lifted.get(type(first[0])) if first else None
        return general(operands, named) if lift is None else lift(*operands)

    function: Any = sequences if row.vectors else unary if count == 1 and not defaults else several
    if function is unary:
        lifted[float] = on_float
    rule = row.rule
    for attribute in ("__name__", "__qualname__", "__doc__", "__module__", "__annotations__"):
        setattr(function, attribute, getattr(rule, attribute))
    function.__wrapped__ = rule
    function.primitive = row
    public: Callable[..., Any] = function
    return public


def _bound(row: Primitive, operands: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    """All operands in order: positional ones, those given by name, defaults; a vector as a tuple."""
    values = dict(zip(row.parameters, operands))
    defaults = row.rule.__defaults__ or ()
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
        raise TypeError(f"{row.name}: {name} is a sequence of numbers, got {type(xs).__name__}")
    return tuple(xs)

"""Symbol: a number that records the operations on it, so that a rule run on Symbols gives formulas."""

from __future__ import annotations

import operator
import sys
from _contextvars import ContextVar
from collections.abc import Callable

from autograd.numbers.kinds import CONSTANTS, KINDS, SYMBOL_RANK, Kind, discovered, join
from autograd.numbers.operand import NumPyOperand
from autograd.refusals import is_ours, is_tracing, lifting, refuse
from autograd.symbols.expressions import Comparison, Expression
from autograd.symbols.masks import Masked, with_mask
from autograd.symbols.shown import is_shown
from autograd.symbols.text import brief

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    class Answering(Protocol):
        """Knows the numbers of the row along whose path a function is traced."""

        def truth(self, condition: Condition) -> bool: ...

        def number(self, x: Symbol) -> float: ...

        def text(self, x: Symbol, write: Callable[[Any], str]) -> str: ...


# Answers for conditions and numbers while a function is traced along a path; None refuses them.
answering: ContextVar[Answering | None] = ContextVar("autograd answering", default=None)


def _operator(op: str) -> tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]:
    def forward(self: Symbol, other: Any) -> Any:
        # In a trace nearly all operands are symbols, which need no further tests.
        return Symbol("", op, (self, other)) if type(other) is Symbol else operation(op, self, other)

    return forward, lambda self, other: operation(op, other, self)


def _comparing(sign: str) -> Callable[[Any, Any], Any]:
    return lambda self, other: _comparison(sign, self, other)


class Symbol(Expression):
    """A name, a constant, or an operation on symbols and numbers.

    >>> z = Symbol("z")
    >>> print(1 - z * z)
    1 - z²
    """

    __slots__ = ()

    def __str__(self) -> str:
        return _text(self, str) or brief(self)

    def __repr__(self) -> str:
        return _text(self, repr) or f"Symbol({brief(self)!r})"

    def __format__(self, spec: str) -> str:
        return _text(self, lambda x: format(x, spec)) or brief(self)

    __add__, __radd__ = _operator("add")
    __sub__, __rsub__ = _operator("subtract")
    __mul__, __rmul__ = _operator("multiply")
    __truediv__, __rtruediv__ = _operator("divide")
    __floordiv__, __rfloordiv__ = _operator("floor_divide")
    __mod__, __rmod__ = _operator("mod")
    __pow__, __rpow__ = _operator("power")
    __eq__, __ne__, __lt__, __le__, __gt__, __ge__ = map(_comparing, ("==", "!=", "<", "<=", ">", ">="))

    def __neg__(self) -> Symbol:
        return Symbol(op="negative", operands=(self,))

    def __pos__(self) -> Symbol:
        return self

    def __abs__(self) -> Symbol:
        return Symbol(op="abs", operands=(self,))

    def __hash__(self) -> int:
        return key_hash(self, self)

    def choose(self, a: Any, b: Any) -> Any:
        """`a` where this number is not 0, otherwise `b`: a number used as a condition."""
        return Condition("!=", self, 0.0).choose(a, b)

    def __bool__(self) -> bool:
        return _truth(Condition("!=", self, 0.0), self)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if hasattr(float, name) and not name.startswith("_"):
                raise _unknown_number(self)  # is_integer(), hex() and the like
            raise AttributeError(f"a traced number has no attribute {name!r}")

    def __copy__(self, memo: Any = None) -> Symbol:
        return self

    __deepcopy__ = __copy__

    def conjugate(self) -> Symbol:
        """Return self."""
        return self

    real = property(conjugate)

    def __float__(self) -> float:
        raise _unknown_number(self)

    __int__ = __complex__ = __float__  # all raise

    def __round__(self, digits: int | None = None) -> Symbol:
        if digits is not None:
            raise _unknown_number(self, ROUNDING)
        return Symbol(op="round", operands=(self,))

    def __floor__(self) -> Symbol:
        return Symbol(op="floor", operands=(self,))

    def __ceil__(self) -> Symbol:
        return Symbol(op="ceil", operands=(self,))

    def __trunc__(self) -> Any:
        return (self < 0).choose(self.__ceil__(), self.__floor__())


class Condition(NumPyOperand, Comparison):
    """A comparison of Symbols, for `where` and `select`; its truth is unknown.

    With op "where" it selects between booleans: the first of the pair `right` where the condition `left` holds,
    otherwise the second; each is a Condition, True or False.
    """

    __slots__ = ()

    def choose(self, a: Any, b: Any) -> Any:
        """`a` where the condition holds, otherwise `b`; None is an absent edge."""
        if a is None or b is None or type(a) is Masked or type(b) is Masked:
            (x, here), (y, there) = with_mask(a), with_mask(b)
            return Masked(self.choose(x, y), self.of_booleans(here, there))
        for x in (a, b):
            if type(x) not in COMMON_TYPES and _takes_over(x):
                return type(x).where(self, a, b)
        return Symbol(op="where", operands=(self, a, b))

    def of_booleans(self, a: Any, b: Any) -> Condition:
        """The condition that is `a` where this one holds, otherwise `b`."""
        return self if a is True and b is False else Condition("where", self, (a, b))

    def __eq__(self, other: object) -> Any:
        if type(other) is Condition:
            return self.of_booleans(other, other.of_booleans(False, True))
        return self.of_booleans(other == 1, other == 0) if isinstance(other, (bool, int, float)) else NotImplemented

    def __ne__(self, other: object) -> Any:
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else equal.of_booleans(False, True)

    def __hash__(self) -> int:
        return hash(bool(self))  # True and False are keys where f runs on floats

    def __and__(self, other: Any) -> Any:
        return self.of_booleans(other, False) if type(other) in BOOLEANS else NotImplemented

    def __or__(self, other: Any) -> Any:
        return self.of_booleans(True, other) if type(other) in BOOLEANS else NotImplemented

    def __xor__(self, other: Any) -> Any:
        return self != other if type(other) in BOOLEANS else NotImplemented

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def __invert__(self) -> Condition:
        return self.of_booleans(False, True)

    @property
    def number(self) -> Any:
        """1 where the condition holds, otherwise 0, like a Python boolean."""
        return self.choose(1, 0)

    def __float__(self) -> float:
        return float(bool(self))

    def __index__(self) -> int:
        return int(bool(self))

    __int__ = __index__

    def __copy__(self, memo: Any = None) -> Condition:
        return self

    __deepcopy__ = __copy__

    def __str__(self) -> str:
        return brief(self) if not is_tracing() or is_shown(sys._getframe(1)) else str(bool(self))

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return brief(self) if not is_tracing() or is_shown(sys._getframe(1)) else format(bool(self), spec)

    def __bool__(self) -> bool:
        return _truth(self, self)


BOOLEANS = {Condition, bool}


def _of_number(name: str) -> Callable[..., Any]:
    return lambda self, *others: getattr(self.number, name)(*others)


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"):
    for _method in (f"__{_name}__", f"__r{_name}__"):
        setattr(Condition, _method, _of_number(_method))
for _method in ("__neg__", "__pos__", "__abs__", "__round__", "__lt__", "__le__", "__gt__", "__ge__"):
    setattr(Condition, _method, _of_number(_method))


def _truth(condition: Condition, asked: Any) -> bool:
    """The truth value of a condition along a path; elsewhere it is refused, with `asked` in the message."""
    along = answering.get()
    if along is None:
        raise refuse(lambda most: f"the truth of {brief(asked, most - 13)}")
    return along.truth(condition)


def _text(x: Symbol, write: Callable[[Any], str]) -> str:
    """The text of a traced number that code computes with, known only along a path; empty where it is only shown."""
    if not is_tracing() or is_shown(sys._getframe(2)):
        return ""
    along = answering.get()
    if along is None:
        raise refuse(lambda most: f"the text of {brief(x, most - 12)}", TEXT)
    return along.text(x, write)


def key_hash(x: Any, number: Any) -> int:
    """The hash of x, which holds this number: by value in traced or lifted code, otherwise by identity.

    In this package's own code a key is the object itself, unless the code runs in place of f's, as replacements of
    builtins do. Only a path knows the value of a traced number.
    """
    symbolic, along = type(number) is Symbol, answering.get()
    by_value = is_tracing() if symbolic else lifting.get()
    home = sys._getframe(2).f_globals.get("__name__") or ""
    in_place = home.startswith("autograd.lifting." if along else "autograd.lifting.stand_ins.")
    if not by_value or (is_ours(home) and not in_place):
        return object.__hash__(x)
    if not symbolic:
        return hash(number)
    if along is None:
        raise refuse(lambda most: f"which key is {brief(number, most - 13)}", KEY)
    value = along.number(number)
    if value != value:
        along.truth(_comparison("!=", number, number))
        return object.__hash__(x)  # NaN equals nothing
    along.truth(_comparison("==", number, value))  # other rows have other keys
    return hash(value)


def _unknown_number(x: Any, advice: str = "") -> TypeError:
    return refuse(lambda most: f"the number {brief(x, most - 11)}", advice or NUMBER)


NUMBER = "use autograd's functions, as autograd.sin, or name the argument in static="
ROUNDING = "let lift(f) round to digits, or write round(x * 100) / 100"
TEXT = "compute with the number, or name the argument in static="
KEY = "name the argument in static=, or write where(x == key, a, b)"
COMPARISONS = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge
}  # fmt: skip


def _comparison(op: str, x: Symbol, y: Any) -> Any:
    if type(y) in COMMON_TYPES or ((isinstance(y, Condition) or hasattr(y, "__float__")) and not _takes_over(y)):
        return Condition(op, x, y)
    return NotImplemented  # also with None or a text, as for a float


SEQUENCES = (list, tuple, str, bytes)  # a whole number repeats these
COMMON_TYPES = {Symbol, float, int}  # the types of most operands
TRACED = {Symbol, Condition}


def _takes_over(x: Any) -> bool:
    """Whether `x` is a Value or another lifted number, whose own operations take precedence."""
    kind = KINDS.get(type(x)) or discovered(x)
    return kind is not None and kind.rank > SYMBOL_RANK


def operation(op: str, x: Any, y: Any) -> Any:
    """The Symbol of an operation with an infix sign, or an operand if the result is exactly that operand."""
    if type(y) is Masked or isinstance(y, SEQUENCES):
        return NotImplemented
    if (type(y) not in COMMON_TYPES and _takes_over(y)) or (type(x) not in COMMON_TYPES and _takes_over(x)):
        return NotImplemented
    if op in ("multiply", "divide", "power") and type(y) not in TRACED and y == 1:
        return x  # exact, and as a person would write it
    if op == "multiply" and type(x) not in TRACED and x == 1:
        return y
    return Symbol(op=op, operands=(x, y))


def _value(row: Any) -> Callable[..., Any]:
    return lambda *operands: Symbol(op=row.key, operands=tuple([tuple(x) if type(x) is list else x for x in operands]))


join(Symbol, Kind("Symbol", SYMBOL_RANK, _value, constant=lambda name, x: Symbol(name, "constant", (CONSTANTS[name],))))
join(Condition, KINDS[Symbol])  # the condition of `where` may be a Condition


def same(x: Any, y: Any) -> bool:
    """Whether two local derivatives or values are equal: NaN equals NaN, and Symbols are compared by structure."""
    if x is y:
        return True
    if type(x) not in PARTS or type(x) is not type(y):
        return not {type(x), type(y)} & PARTS.keys() and bool(x == y or x != x)
    if type(x) is tuple and len(x) != len(y):
        return False
    return all(map(same, PARTS[type(x)](x), PARTS[type(y)](y)))


def structure(x: Any) -> tuple[Any, ...]:
    """A key that is equal for expressions of one structure; NaN has one key, and 0.0 and -0.0 have two."""
    parts = PARTS.get(type(x))
    return (type(x), repr(x)) if parts is None else (type(x), *map(structure, parts(x)))


PARTS: dict[type, Any] = {
    Symbol: lambda x: (x.name, x.op, x.operands),
    Condition: lambda x: (x.op, x.left, x.right),
    Masked: lambda x: (x.value, x.mask),
    tuple: lambda x: x,
}

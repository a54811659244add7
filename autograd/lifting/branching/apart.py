"""Values of names after a branch whose ends cannot be merged: a choice, or an object that cannot be used."""

from __future__ import annotations

import operator
from collections.abc import Callable
from contextvars import ContextVar
from enum import Enum
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from autograd.numbers.kinds import ARRAY_RANK, Kind, join
from autograd.refusals import TraceError, refuse
from autograd.symbols import Condition

CHOOSABLE = (str, bytes, type(None), Enum, FunctionType, BuiltinFunctionType, MethodType)  # types of values in a choice
MOST_VALUES = 16  # values of a choice

# `Branches.pick` of the running trace, which makes a branch on a condition.
picking: ContextVar[Callable[..., Any]] = ContextVar("autograd picking")


class Apart:
    """The value of a name after a branch whose ends cannot be merged; any use of it is refused."""

    __slots__ = ("_why",)
    _why: str

    def __init__(self, why: str) -> None:
        object.__setattr__(self, "_why", why)

    def _refused(self, *others: Any) -> Any:
        why = self._why
        raise refuse(lambda most: why[:most], "assign numbers, or lists of one length, on both")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # Python itself may ask for it
            raise AttributeError(name)
        return self._refused()

    __setattr__ = __delattr__ = _refused

    def truth(self) -> Any:
        """Whether it counts as true: refused."""
        return self._refused()


ASKED = (
    "add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow matmul rmatmul neg pos abs eq ne "
    "lt le gt ge and rand or ror xor rxor invert bool float int index len iter next getitem setitem delitem contains "
    "call enter exit round str format hash array"
)
for _name in ASKED.split():
    setattr(Apart, f"__{_name}__", Apart._refused)


def known(x: Any) -> Any:
    """Return x; refused if it is not known which object it is."""
    return x._refused() if isinstance(x, Apart) else x


def asked(x: Any) -> Any:
    """Return x, or an object of the type that x has where f runs on floats; refused if its type is not known."""
    return True if type(x) is Condition else known(x)


UNASSIGNED = Apart("a name assigned on one side only")


class NoNumber(TypeError):
    """A row has None, or something else that is not a number, where the code computes with it."""


class Choice(Apart):
    """One of a few plain values, such as None, a string or a function, or a number, selected by conditions that
    exclude each other."""

    __slots__ = ("_options",)
    _options: dict[Any, tuple[Any, Any]]  # by a key of the value: where a row has it, and the value

    def __init__(self, options: dict[Any, tuple[Any, Any]]) -> None:
        kinds = sorted({f"a {type(x).__name__}" for _, x in options.values() if x is not UNASSIGNED})
        super().__init__("one of two of type " + kinds[0][2:] if len(kinds) == 1 else " or ".join(kinds))
        object.__setattr__(self, "_options", options)

    def each(self, use: Callable[[Any], Any]) -> Any:
        """The result of `use` on the value that each row has."""
        options, pick = list(self._options.values()), picking.get()

        def used(i: int) -> Any:
            value = options[i][1]
            if value is UNASSIGNED:
                raise UnboundLocalError("a name is read that has no value")
            try:
                return use(value)
            except TypeError as error:
                if not isinstance(value, CHOOSABLE) or isinstance(error, TraceError):
                    raise
                raise NoNumber(str(error)) from None

        def among(i: int) -> Any:
            return used(i) if i == len(options) - 1 else pick(options[i][0], lambda: used(i), lambda: among(i + 1))

        return among(0)

    def __eq__(self, other: object) -> Any:
        return self.each(lambda x: x == other)

    def __ne__(self, other: object) -> Any:
        return self.each(lambda x: x != other)

    __hash__ = Apart.__hash__


def returned(result: Any) -> Any:
    """The result of f, with the number in place of each choice; rows without a number raise an error."""
    if isinstance(result, (list, tuple)) and any(type(x) is Choice for x in result):
        return [returned(x) for x in result]
    return result.each(_needed) if type(result) is Choice else result


def _needed(x: Any) -> Any:
    if isinstance(x, CHOOSABLE):
        raise NoNumber(f"the function returns a number, or, for this row, a {type(x).__name__}")
    return x


def key_of(x: Any) -> Any:
    """The key of a value in a choice; None if it cannot be in one."""
    return (type(x), x) if isinstance(x, CHOOSABLE) else "unassigned" if x is UNASSIGNED else None


def _operation(function: Callable[..., Any], reflected: bool) -> Callable[..., Any]:
    if reflected:
        return lambda self, x: self.each(lambda value: function(x, value))
    return lambda self, *others: self.each(lambda value: function(value, *others))


for _name in ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "lt", "le", "gt", "ge", "neg", "pos", "abs"]:
    _function = getattr(operator, _name)
    setattr(Choice, f"__{_name}__", _operation(_function, False))
    if hasattr(int, f"__r{_name}__"):
        setattr(Choice, f"__r{_name}__", _operation(_function, True))


def _lifted(row: Any) -> Callable[..., Any]:
    """The function of a primitive for operands of which one is a choice."""

    def of_choices(*operands: Any) -> Any:
        i = next(i for i, x in enumerate(operands) if type(x) is Choice)
        return operands[i].each(lambda value: row.function(*operands[:i], value, *operands[i + 1 :]))

    return of_choices


join(Choice, Kind("Choice", ARRAY_RANK, lift=_lifted))  # so that other numbers leave an operation to the choice

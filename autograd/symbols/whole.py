"""Whole numbers of a trace: along a path they are known, and so they index, count and shift as Python's do."""

from __future__ import annotations

import operator
from collections.abc import Callable

from autograd.refusals import no_index
from autograd.symbols.symbol import Condition, Symbol, answering

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ROUNDED = {"floor", "ceil", "round"}  # operations whose results are whole
KEPT = {  # operations whose results are whole if their operands are
    "where", "add", "subtract", "multiply", "negative", "abs", "floor_divide", "mod", "maximum", "minimum", "relu",
    "sum",
}  # fmt: skip
MOST = 300  # operations that are looked at
BITS = {name: getattr(operator, f"__{name}__") for name in ("and", "or", "xor", "lshift", "rshift")}


def is_whole(x: Any) -> bool:
    """Whether a traced number is computed of whole ones: f on floats has an int here.

    >>> from math import floor
    >>> x = Symbol("x")
    >>> is_whole(2 * floor(x) + 1), is_whole(2 * x + 1)
    (True, False)
    """
    waiting, seen = [x], set()
    while waiting:
        x = waiting.pop()
        if type(x) is not Symbol:
            if type(x) is not Condition and x % 1 != 0:  # the constants of a Value are floats
                return False
        elif id(x) not in seen and x.op not in ROUNDED:
            seen.add(id(x))
            if x.op not in KEPT or len(seen) > MOST:
                return False
            waiting += reversed(x.operands[0] if x.op == "sum" else x.operands[x.op == "where" :])
    return True


def known_whole(x: Symbol) -> int:
    """A whole number, for the rows that have this one: those along a path."""
    along = answering.get()
    if along is None or not is_whole(x):
        raise no_index()
    value = along.number(x)
    along.truth(x == value if value == value else x != x)
    return int(value)


def _of_bits(function: Callable[[int, int], int], reflected: bool) -> Callable[[Any, Any], int]:
    def of_bits(x: Symbol, y: Any) -> int:
        left, right = known_whole(x), operator.index(y)
        return function(right, left) if reflected else function(left, right)

    return of_bits


Symbol.__index__ = known_whole  # type: ignore[attr-defined]  # a method of Symbol's, told here
for _name, _function in BITS.items():
    setattr(Symbol, f"__{_name}__", _of_bits(_function, False))
    setattr(Symbol, f"__r{_name}__", _of_bits(_function, True))

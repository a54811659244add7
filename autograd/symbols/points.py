"""Symbols at a point: what is left of an expression, or what it is, where its symbols have values."""

from __future__ import annotations

import operator

from autograd.numbers import ON_FLOATS
from autograd.symbols import COMPARISONS, Condition, Masked, Symbol, operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

OPERATORS: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "neg": operator.neg,
    "abs": operator.abs,
}


def at_point(x: Any, values: dict[Symbol, Any]) -> Any:
    """`x` without its selections: of each, the branch that is taken where the symbols have these values."""
    if type(x) is Masked:
        return at_point(x.value, values) if _holds(x.mask, values) else None
    if type(x) is not Symbol or x.name or not x.operands:
        return x
    if x.op == "select":
        condition, a, b = x.operands
        return at_point(a if _holds(condition, values) else b, values)
    operands = tuple(
        tuple(at_point(v, values) for v in y) if type(y) is tuple else at_point(y, values) for y in x.operands
    )
    if x.op in ("*", "/", "**"):
        return operation(x.op, *operands)
    return Symbol(op=x.op, operands=operands)


def _holds(condition: Any, values: dict[Symbol, Any]) -> bool:
    if type(condition) is not Condition:
        return bool(condition)
    if condition.op == "select":
        return _holds(condition.right[not _holds(condition.left, values)], values)
    left, right = evaluated(condition.left, values), evaluated(condition.right, values)
    return bool(COMPARISONS[condition.op](left, right))


def evaluated(x: Any, values: dict[Symbol, Any]) -> Any:
    """The number that `x` is where the symbols have these values."""
    if type(x) is Condition:
        return _holds(x, values)
    if type(x) is tuple:
        return tuple(evaluated(v, values) for v in x)
    if type(x) is not Symbol:
        return x
    if x in values:
        return values[x]
    if x.op == "constant":
        return x.operands[0]
    if x.op == "select":
        condition, a, b = x.operands
        return evaluated(a if _holds(condition, values) else b, values)
    function = OPERATORS.get(x.op) or ON_FLOATS[x.op]
    return function(*(evaluated(operand, values) for operand in x.operands))

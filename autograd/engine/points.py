"""Symbols at a point: an expression reduced to its selected branches, or evaluated, for given symbol values."""

from __future__ import annotations

import operator

from autograd.primitives import ROWS
from autograd.symbols import COMPARISONS, Condition, Masked, Symbol, operation, same
from autograd.symbols.text import TEXTS
from autograd.symbols.texts import Formula

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

# Python's own operators, for operations whose kernel is their rule.
ARITHMETIC: dict[str, Callable[..., Any]] = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv,
    "floor_divide": operator.floordiv, "mod": operator.mod, "negative": operator.neg, "abs": abs,
}  # fmt: skip


class Point:
    """The values of symbols at one point. Shared subexpressions are evaluated once; `result` is not expanded."""

    def __init__(self, values: dict[Symbol, Any], result: Any = None) -> None:
        self.values = values
        self.result = result
        self._chosen: dict[Symbol, Any] = {}
        self._numbers: dict[Symbol, Any] = dict(values)

    def chosen(self, x: Any) -> Any:
        """`x` with each selection replaced by the branch selected at this point; None if it is masked out here."""
        if type(x) is Masked:
            return self.chosen(x.value) if self._holds(x.mask) else None
        if type(x) is not Symbol or x.name or not x.operands:
            return x
        if x not in self._chosen:
            self._chosen[x] = self._choice(x)
        return self._chosen[x]

    def _choice(self, x: Symbol) -> Any:
        if x.op == "where":
            condition, a, b = x.operands
            return self.chosen(a if self._holds(condition) else b)
        if type(self.result) is Symbol and same((x.op, x.operands), (self.result.op, self.result.operands)):
            return self.result
        written = TEXTS.get(x.op)
        if type(written) is Formula:
            return self.chosen(written.of(*x.operands))
        operands = tuple(tuple(map(self.chosen, y)) if type(y) is tuple else self.chosen(y) for y in x.operands)
        return (
            operation(x.op, *operands)
            if x.op in ("multiply", "divide", "power")
            else Symbol(op=x.op, operands=operands)
        )

    def _holds(self, condition: Any) -> bool:
        if type(condition) is not Condition:
            return bool(condition)
        if condition.op == "where":
            return self._holds(condition.right[not self._holds(condition.left)])
        return bool(COMPARISONS[condition.op](self.number(condition.left), self.number(condition.right)))

    def number(self, x: Any) -> Any:
        """The number that `x` evaluates to; None if it is masked out here."""
        if type(x) is Masked:
            return self.number(x.value) if self._holds(x.mask) else None
        if type(x) is Condition:
            return self._holds(x)
        if type(x) is tuple:
            return tuple(map(self.number, x))
        if type(x) is not Symbol:
            return x
        if x not in self._numbers:
            self._numbers[x] = self._computed(x)
        return self._numbers[x]

    def _computed(self, x: Symbol) -> Any:
        if x.op == "constant":
            return x.operands[0]
        if x.op == "where":
            condition, a, b = x.operands
            return self.number(a if self._holds(condition) else b)
        value = ARITHMETIC[x.op] if x.op in ARITHMETIC else ROWS[x.op].value
        return value(*map(self.number, x.operands))


def substituted(x: Any, by: dict[Symbol, Any]) -> Any:
    """An expression with some Symbols replaced; `by` collects replacements, so that a shared part stays shared."""
    if type(x) is tuple:
        return tuple([substituted(y, by) for y in x])
    if type(x) is Condition:
        return Condition(x.op, substituted(x.left, by), substituted(x.right, by))
    if type(x) is not Symbol:
        return x
    if x not in by:
        by[x] = x if x.name else Symbol(op=x.op, operands=substituted(x.operands, by))
    return by[x]

"""Operations on Symbols: the value and local derivatives as expressions, from one run of the rule."""

from __future__ import annotations

from autograd.engine.points import Point, substituted
from autograd.engine.value import Value
from autograd.symbols import Symbol, same

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from autograd.primitives import Primitive


class SymbolicRun:
    """A run of a node's rule on fresh Symbols, which answers all later questions without another run."""

    __slots__ = ("operands", "partials", "value")

    def __init__(self, row: Primitive, reads: tuple[Any, ...]) -> None:
        """Run the rule on the numbers that it `reads`, and on a Symbol for each None; raises what the rule raises."""
        self.operands = tuple(Symbol(f"x{i}") if x is None else x for i, x in enumerate(reads))
        self.value, self.partials = row.rule(*row.structured(self.operands))

    @property
    def formula(self) -> Symbol | None:
        """The value if it is written as a formula, not as an operand or a selection."""
        return self.value if isinstance(self.value, Symbol) and self.value.op not in ("", "where") else None

    def point(self, node: Value) -> Point:
        """The point at the numbers of the node's operands."""
        at = {symbol: v.data for symbol, v in zip(self.operands, node.inputs) if isinstance(symbol, Symbol)}
        return Point(at, self.value)

    def on(self, operands: Sequence[Any]) -> dict[Symbol, Any]:
        """The replacement of each Symbol when the operands are these expressions."""
        return {symbol: x for symbol, x in zip(self.operands, operands) if isinstance(symbol, Symbol)}

    def applied(self, operands: Sequence[Any]) -> Any:
        """The value on other expressions and the numbers that the rule read."""
        return substituted(self.value, self.on(operands))

    def derivatives(self, node: Value, operands: Sequence[Any], result: Any) -> list[Any]:
        """The local derivatives on other expressions, reduced to the branches selected at the node's numbers.

        `result` replaces the value wherever it occurs: the derivative of a = exp(z) is a.
        """
        point, by = self.point(node), self.on(operands)
        if self.formula is not None:
            by[self.formula] = result
        return [substituted(point.chosen(p), by) for p in self.partials]

    def gives(self, node: Value) -> bool:
        """Whether the run evaluates to the node's value and local derivatives, to the bit."""
        point = self.point(node)
        try:
            return same(tuple(map(point.number, (self.value, *self.partials))), (node.data, *node.partials))
        except (TypeError, ValueError, ArithmeticError):
            return False


def is_named(v: Value) -> bool:
    """Whether an operand is written by its name, as all are except unlabelled constants."""
    return bool(v.label) or not v.is_constant


def known(operands: Iterable[Any]) -> tuple[Any, ...]:
    """What a rule reads of its operands: the numbers among them, and None for each expression."""
    return tuple([None if type(x) is Symbol else x for x in operands])


def known_operands(node: Value) -> tuple[Any, ...]:
    """The numbers of a node's unlabelled constants, and None for each operand that is written by its name."""
    return known([None if is_named(v) else v.data for v in node.inputs])

"""Nodes whose value and local derivatives were computed elsewhere: defines `Value.node`."""

from __future__ import annotations

from collections.abc import Sequence

from autograd.engine.recording import node as recorded
from autograd.engine.value import Value
from autograd.numbers.kinds import coerce
from autograd.primitives import Primitive
from autograd.refusals import refuse
from autograd.symbols import Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from autograd.numbers import Plain

ROWS: dict[str, Primitive] = {}  # by name: a row outside the table for every operation given as numbers


def node(data: Plain, inputs: Sequence[Value | Plain], partials: Sequence[Plain | None], op: str = "node") -> Value:
    """Make a node from a result that was computed elsewhere, with ∂data/∂input for each input; None cuts an edge.

    Its derivatives are numbers: a second derivative through it raises TypeError, and so does a trace. Write operations
    with rules as `@primitive`. Raises ValueError unless there is one local derivative per input.

    >>> x = Value(3.0)
    >>> y = Value.node(9.0, [x], [6.0], op="square")
    >>> y.backward(); x.grad
    6.0
    """
    operands = tuple([v if isinstance(v, Value) else Value.constant(v) for v in inputs])
    if len(operands) != len(partials):
        raise ValueError(f"Value.node: one local derivative per input, got {len(partials)} for {len(operands)} inputs")
    if any(type(v._number) is Symbol for v in operands):
        raise refuse(lambda most: "what Value.node needs", "write the operation with @primitive")
    return recorded(coerce(data), row(op), operands, tuple([None if p is None else coerce(p) for p in partials]))


def row(name: str) -> Primitive:
    """The row of an operation with this name and no known rule."""
    found = ROWS.get(name)
    if found is None:

        def rule(x: Any) -> Any:
            raise TypeError(
                f"{name}: its local derivatives are numbers; for higher derivatives, write it with @primitive"
            )

        rule.__name__ = rule.__qualname__ = "node"
        found = ROWS[name] = Primitive(rule, "", name, "", (), (), ("x",), None, None, None, None, ())
    return found


Value.node = staticmethod(node)  # type: ignore[method-assign]  # a method of Value, defined here

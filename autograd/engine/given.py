"""Nodes whose value and local derivatives were computed elsewhere: `Value.node`."""

from __future__ import annotations

from autograd.engine.recording import node
from autograd.engine.value import Value
from autograd.numbers.kinds import coerce
from autograd.primitives import Primitive
from autograd.refusals import refuse
from autograd.symbols import Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

ROWS: dict[str, Primitive] = {}  # by name: one row of no table for every operation that is given as numbers


def given(data: Any, inputs: Sequence[Any], partials: Sequence[Any], op: str) -> Value:
    """The node with this number, these inputs, and these numbers for local derivatives."""
    operands = tuple([v if isinstance(v, Value) else Value.constant(v) for v in inputs])
    if len(operands) != len(partials):
        raise ValueError(f"Value.node: one local derivative per input, got {len(partials)} for {len(operands)} inputs")
    if any(type(v._data) is Symbol for v in operands):
        raise refuse(lambda most: "what Value.node needs", "write the operation with @primitive")
    return node(coerce(data), row(op), operands, tuple([None if p is None else coerce(p) for p in partials]))


def row(name: str) -> Primitive:
    """The row of an operation with this name, whose rule is not known."""
    found = ROWS.get(name)
    if found is None:

        def rule(x: Any) -> Any:
            raise TypeError(
                f"{name}: its local derivatives are numbers; for higher derivatives, write it with @primitive"
            )

        rule.__name__ = rule.__qualname__ = "node"
        found = ROWS[name] = Primitive(rule, "", name, "", (), (), ("x",), None, None, None, None, ())
    return found

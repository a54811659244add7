"""Operands that an operation is never differentiated by."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def plain_operand(operation: str, name: str, x: Any) -> Any:
    """`x`; TypeError where it carries a derivative, which would be lost."""
    if hasattr(x, "inside"):
        raise TypeError(f"{operation} has no derivative in {name}: it is a plain number, got a {type(x).__name__}")
    return x

"""Expressions as plain records: a Symbol without its arithmetic."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Expression:
    """A name, or an operation on expressions and numbers."""

    __slots__ = ("name", "op", "operands")

    def __init__(self, name: str = "", op: str = "", operands: tuple[Any, ...] = ()) -> None:
        self.name = name
        self.op = op
        self.operands = operands


class OfNumPy(str):
    """The name of a symbol that is a NumPy number where f runs on floats; empty for an operation."""

    __slots__ = ()


class OfPython(str):
    """The name of an operation whose result is a Python number, whatever its operands are."""

    __slots__ = ()


class OfEither(str):
    """The name of the choice between two sides of a branch: NumPy's or Python's, as the chosen side is."""

    __slots__ = ()


OF_NUMPY, OF_PYTHON, OF_EITHER = OfNumPy(), OfPython(), OfEither()


class Comparison:
    """Two expressions or numbers, and the comparison sign between them."""

    __slots__ = ("left", "op", "right")

    def __init__(self, op: str, left: Any, right: Any) -> None:
        self.op = op
        self.left = left
        self.right = right

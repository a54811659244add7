"""Comparisons of Values that hold floats, which most branches make: the floats are compared directly.

Equality is not included, since its caller may be a search in a list; see `traps`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable

from autograd.engine.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _quick(compare: Callable[[Any, Any], Any], general: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Compare floats and other Python numbers directly; use `general` for other numbers, and where one is NaN."""

    def compared(self: Any, other: Any) -> Any:
        x, kind = self._number, type(other)
        if type(x) is float and type(self) is Value:
            y = other._number if kind is Value else other
            if kind is float or kind is int or type(y) is float:
                found = compare(x, y)
                if found or (x == x and y == y):
                    return found
        return general(self, other)

    return compared


for _name in ("lt", "le", "gt", "ge"):
    _general = getattr(Value, f"__{_name}__")
    setattr(Value, f"__{_name}__", _quick(getattr(operator, _name), _general))

"""Masked: a derivative that is absent in some rows, where a symbolic condition does not hold."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from autograd.symbols.symbol import Condition


class Masked:
    """A derivative that is present only where `mask` holds; elsewhere its value is 0, and its edge is absent.

    Where it is absent, a product with it contributes nothing, even if the other factor is infinite or NaN.
    """

    __slots__ = ("mask", "value")

    def __init__(self, value: Any, mask: Condition) -> None:
        self.value = value
        self.mask = mask

    def __mul__(self, other: Any) -> Masked:
        value, mask = self.value * unmasked(other), self.mask
        if type(other) is Masked:
            mask = mask.of_booleans(other.mask, False)
        return Masked(mask.choose(value, 0.0), mask)

    __rmul__ = __mul__

    def __add__(self, other: Any) -> Any:
        value = self.value + unmasked(other)
        return Masked(value, self.mask.of_booleans(True, other.mask)) if type(other) is Masked else value

    __radd__ = __add__


def unmasked(x: Any) -> Any:
    """A derivative as a number: 0 where it is absent."""
    return x.value if type(x) is Masked else x


def with_mask(x: Any) -> tuple[Any, Any]:
    """A derivative as a number, and the condition under which it is present."""
    return (0.0, False) if x is None else (x.value, x.mask) if type(x) is Masked else (x, True)

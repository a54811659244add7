"""The most frequent methods of Value, with their rules inlined for plain floats.

`values` and `numpy_values` are generated from the table: change the rules, and run `generating`.
"""

from __future__ import annotations

from autograd.engine.blocks import IN_LINE
from autograd.engine.inline import numpy_values, values
from autograd.engine.inline.replaced import BINARY, SLOW, UNARY, VECTORS
from autograd.engine.value import NumPyValue, Value
from autograd.primitives import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

IN_LINE.extend(map(vars, (values, numpy_values)))
METHODS: dict[type, dict[str, Any]] = {Value: values.METHODS, NumPyValue: numpy_values.METHODS}
REPLACED: dict[type, dict[str, Any]] = {Value: SLOW, NumPyValue: SLOW}


def install(methods: dict[type, dict[str, Any]]) -> None:
    """Set these methods, METHODS or REPLACED, on Value and NumPyValue."""
    for kind, own in methods.items():
        for name, method in own.items():
            if name not in VECTORS:
                setattr(kind, name, method)
            if name not in BINARY:
                TABLE[UNARY.get(name, name)].lifted[kind] = method


install(METHODS)

"""The methods of Value that are replaced by inlined ones, and still serve all operands that are not floats."""

from __future__ import annotations

from autograd.engine.recording import recorder
from autograd.engine.value import Value
from autograd.primitives import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

OPERATORS = ("add", "sub", "mul", "truediv")
BINARY = [*(f"__{name}__" for name in (*OPERATORS, "pow")), *(f"__r{name}__" for name in OPERATORS)]
UNARY = {"__neg__": "negative"} | {
    name: name for name in ("exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid", "relu")
}
VECTORS = ("sum", "mean", "dot")  # functions of sequences, which are not methods
SLOW: dict[str, Any] = {name: getattr(Value, name) for name in BINARY}
SLOW |= {name: recorder(TABLE[op]) for name, op in UNARY.items()}
SLOW |= {name: recorder(TABLE[name]) for name in VECTORS}

"""The aliases by which a script that imports micrograd imports this package."""

from __future__ import annotations

import sys
from typing import Any

from autograd.engine import Value
from autograd.micrograd import engine, nn, trace_graph

MODULES = {"engine": engine, "nn": nn, "trace_graph": trace_graph}


def install() -> None:
    """Make `import micrograd`, `micrograd.engine` and `micrograd.nn` import this package, in the whole process.

    From then on two Values of floats are equal only if they are the same object, as in micrograd, so that scripts find
    them in lists. This applies to every Value of the process.
    """
    sys.modules["micrograd"] = sys.modules["autograd.micrograd"]
    for name, module in MODULES.items():
        sys.modules[f"micrograd.{name}"] = module
    setattr(Value, "__eq__", _same)  # noqa: B010  # mypy forbids the assignment
    setattr(Value, "__ne__", _other)  # noqa: B010


def _same(self: Value, other: Any, by_data: Any = Value.__eq__) -> Any:
    if isinstance(other, Value) and type(self.data) is float and type(other.data) is float:
        return self is other
    return by_data(self, other)


def _other(self: Value, other: Any) -> Any:
    same = _same(self, other)
    return same if same is NotImplemented else not same

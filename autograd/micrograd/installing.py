"""The aliases by which a script that imports micrograd imports this package."""

from __future__ import annotations

import sys
from typing import Any

from autograd.engine import Value
from autograd.micrograd import engine, nn, trace_graph

MODULES = {"engine": engine, "nn": nn, "trace_graph": trace_graph}


def install() -> None:
    """Let `import micrograd`, `micrograd.engine` and `micrograd.nn` import this package, in the whole process.

    From then on two Values are equal only if they are the same, as in micrograd, so that scripts find them in lists.
    """
    sys.modules["micrograd"] = sys.modules["autograd.micrograd"]
    for name, module in MODULES.items():
        sys.modules[f"micrograd.{name}"] = module
    setattr(Value, "__eq__", _same)  # noqa: B010  # mypy forbids the assignment
    setattr(Value, "__ne__", lambda self, other: not _same(self, other))  # noqa: B010


def _same(self: Value, other: Any, by_data: Any = Value.__eq__) -> Any:
    return self is other if isinstance(other, Value) else by_data(self, other)

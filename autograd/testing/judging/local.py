"""Makes the operation of one node a function of its moving operands."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

from autograd.engine import Value
from autograd.primitives import TABLE, Primitive
from autograd.testing.arguments.domains import REALS
from autograd.testing.arguments.functions import Function, applied, by_reverse, plain
from autograd.testing.oracles.evidence import Evidence
from autograd.testing.oracles.underflow import underflow_of

# The first operand of these operations is computed from the others, and has no edge.
FROM_OTHERS: dict[str, Callable[..., Any]] = {
    "power_log": lambda x, y, n: TABLE["power"].function(x, y),
    "ratio_slope": lambda x, y: TABLE["divide"].function(x, y),
}


class Local(Function):
    """The operation of a node; `positions` are its moving operands, the others stay fixed.

    With `beside`, each operand is first moved by a different small amount, off a kink.
    """

    def __init__(self, node: Value, beside: float = 0.0) -> None:
        assert node.op is not None
        self.row: Primitive = node.op
        row, first = self.row, FROM_OTHERS.get(self.row.name)
        self.positions = [i for i, v in enumerate(node.inputs) if not v.is_constant and (i or first is None)]
        self.operands = [float(plain(v.data)) for v in node.inputs]
        for k, i in enumerate(self.positions if beside else (), 1):  # -0.0 + 0.0 would change the number
            self.operands[i] += beside * k * max(abs(self.operands[i]), 1.0)

        def apply(*moving: Any) -> Any:
            operands: list[Any] = list(self.operands)
            for i, x in zip(self.positions, moving):
                operands[i] = x
            if first is not None:
                operands[0] = first(*operands[1:])
            return applied(row, operands)

        super().__init__(apply, tuple(self.operands[i] for i in self.positions))
        self.name = row.title
        self.names = [node.inputs[i].label or f"operand {i + 1}" for i in self.positions]

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(repr, self.operands))})"

    def evidence(self, k: int) -> Evidence:
        """Evidence for the derivative with respect to moving operand k."""
        return Evidence(
            self.on_floats, self, self.flat, k, REALS, lambda: self._rounding[k] if self._rounding else None
        )

    @cached_property
    def _rounding(self) -> list[float] | None:
        from autograd.testing.oracles.precise import rounding_of

        moved = rounding_of(partial(by_reverse, self), self.flat)
        return moved and [noise + lost for noise, lost in zip(moved, underflow_of(self))]

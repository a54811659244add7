"""The backward pass: one sweep over the nodes below an output, the newest first, with an adjoint per node.

A node is made after its inputs, so its index, a tick of one clock, is a topological order that needs no search.
"""

from __future__ import annotations

from _thread import RLock
from operator import attrgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from autograd.engine.value import Value


# While a sweep runs, `grad` holds the adjoints and marks the visited nodes: that is several times cheaper than a
# dictionary. The price is this lock, without which two threads whose graphs share a leaf would meet in its `grad`.
SWEEPING = RLock()

_age = attrgetter("index")


class Sweep:
    """The adjoints of one pass; `close` puts every `grad` back as it was, unless the caller keeps it."""

    __slots__ = ("before", "nodes", "older")

    def __init__(self, output: Value, seed: Any, first: int = 0) -> None:
        """Sweep from `output`, whose adjoint is `seed`, through the nodes of index `first` or later.

        `older` then says whether it met a Value from before those. The caller holds SWEEPING.
        """
        self.nodes = [output]
        self.before = [output.grad]
        self.older = False
        zero = float("0")  # a new object in every pass, so that `is zero` means: reached, and no contribution yet
        output.grad = zero
        try:
            self._collect(zero, first)
            output.grad = seed
            self._descend(zero, first)
        except BaseException:
            self.close()
            raise

    def _collect(self, zero: float, first: int) -> None:
        nodes, before = self.nodes, self.before
        for node in nodes:  # which grows on the way
            if node.index < first:
                self.older |= not node.is_constant
                continue
            for v in node.inputs:
                if v.grad is not zero:
                    before.append(v.grad)
                    v.grad = zero
                    nodes.append(v)

    def _descend(self, zero: float, first: int) -> None:
        """∂C/∂v = Σ over its consumers z of ∂C/∂z · ∂z/∂v; an absent edge contributes nothing, not zero."""
        for node in sorted(
            [node for node in self.nodes if node.inputs and node.index >= first], key=_age, reverse=True
        ):
            adjoint = node.grad
            if adjoint is zero:
                continue
            for v, partial in zip(node.inputs, node.partials):
                if partial is not None:
                    grad = v.grad
                    v.grad = adjoint * partial if grad is zero else grad + adjoint * partial

    def close(self) -> None:
        """Put every `grad` back as it was before the sweep."""
        for node, grad in zip(self.nodes, self.before):
            node.grad = grad

"""The backward pass: one sweep over the nodes below an output, newest first, with one adjoint per node.

A node is made after its inputs and its index is a tick of one clock, so sorting by index is a topological order.
"""

from __future__ import annotations

from _thread import RLock
from operator import attrgetter

from autograd.forks import wait_before_forks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from autograd.engine.value import Value


# During a pass, the `grad` of an interior node holds its adjoint and marks it as visited: several times cheaper than a
# dictionary. The price is this lock, since two threads may differentiate one graph. Leaves, which graphs of several
# threads may share, are written once, after the pass. A fork waits for the lock.
SWEEPING = RLock()
wait_before_forks(SWEEPING)

_age = attrgetter("index")


class Sweep:
    """One backward pass: the adjoints of interior nodes are in their `grad`, those of leaves in a dictionary."""

    __slots__ = ("nodes", "before", "leaves")

    def __init__(self, output: Value, seed: Any) -> None:
        """Sweep from `output`, whose adjoint is `seed`. The caller holds SWEEPING."""
        self.nodes = [output] if output.inputs else []
        self.before = [node.grad for node in self.nodes]
        self.leaves: dict[Value, Any] = {} if output.inputs else {output: seed}
        zero = float("0")  # a new object in every pass: `grad is zero` means visited, with no contribution yet
        try:
            if output.inputs:
                output.grad = zero
                self._collect(zero)
                output.grad = seed
                self._descend(zero)
        except BaseException:
            self.close()
            raise

    def _collect(self, zero: float) -> None:
        nodes, before, leaves = self.nodes, self.before, self.leaves
        for node in nodes:  # grows during the loop
            for v in node.inputs:
                if v.inputs:
                    if v.grad is not zero:
                        before.append(v.grad)
                        v.grad = zero
                        nodes.append(v)
                elif v not in leaves:
                    leaves[v] = None

    def _descend(self, zero: float) -> None:
        """∂C/∂v = Σ ∂C/∂z · ∂z/∂v over the consumers z of v; an absent edge contributes nothing, not zero."""
        leaves = self.leaves
        for node in sorted(self.nodes, key=_age, reverse=True):
            adjoint = node.grad
            if adjoint is zero:
                continue
            for v, partial in zip(node.inputs, node.partials):
                if partial is None:
                    continue
                if v.inputs:
                    grad = v.grad
                    v.grad = adjoint * partial if grad is zero else grad + adjoint * partial
                else:
                    grad = leaves[v]
                    leaves[v] = adjoint * partial if grad is None else grad + adjoint * partial

    def close(self) -> None:
        """Restore every `grad` to its value before the sweep."""
        for node, grad in zip(self.nodes, self.before):
            node.grad = grad


def adjoints(output: Value, seed: Any, first: int = 0) -> tuple[dict[Value, Any], list[Value]]:
    """`seed` · ∂output/∂v for every Value v that a live path reaches, without touching any `grad`.

    The pass stops at nodes older than index `first`; the second result lists those it met.
    """
    nodes, seen, older = [output], {output}, []
    for node in nodes:
        if node.index < first:
            older.append(node)
            continue
        for v in node.inputs:
            if v not in seen:
                seen.add(v)
                nodes.append(v)
    found = {output: seed}
    for node in sorted([node for node in nodes if node.inputs and node.index >= first], key=_age, reverse=True):
        adjoint = found.get(node)
        if adjoint is None:
            continue
        for v, partial in zip(node.inputs, node.partials):
            if partial is not None and not v.is_constant:
                found[v] = found[v] + adjoint * partial if v in found else adjoint * partial
    return found, older

"""The backward pass: one sweep over the nodes below an output, the newest first, with an adjoint per node.

A node is made after its inputs, so its index, a tick of one clock, is a topological order that needs no search.
"""

from __future__ import annotations

from _thread import RLock
from operator import attrgetter

from autograd.forks import wait_before_forks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from autograd.engine.value import Value


# While a pass runs, `grad` of the nodes between output and leaves holds their adjoints and marks them as visited: that
# is several times cheaper than a dictionary. The price is this lock, for two threads may pass over one graph. Leaves,
# which graphs of several threads may share, are only ever written to once, when the pass is over. A fork waits for it.
SWEEPING = RLock()
wait_before_forks(SWEEPING)

_age = attrgetter("index")


class Sweep:
    """One backward pass: adjoints in the `grad` of the nodes, and those of the leaves in a dictionary.

    `close` puts every `grad` back as it was.
    """

    __slots__ = ("nodes", "before", "leaves")

    def __init__(self, output: Value, seed: Any) -> None:
        """Sweep from `output`, whose adjoint is `seed`. The caller holds SWEEPING."""
        self.nodes = [output] if output.inputs else []
        self.before = [node.grad for node in self.nodes]
        self.leaves: dict[Value, Any] = {} if output.inputs else {output: seed}
        zero = float("0")  # a new object in every pass, so that `is zero` means: reached, and no contribution yet
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
        for node in nodes:  # which grows on the way
            for v in node.inputs:
                if v.inputs:
                    if v.grad is not zero:
                        before.append(v.grad)
                        v.grad = zero
                        nodes.append(v)
                elif v not in leaves:
                    leaves[v] = None

    def _descend(self, zero: float) -> None:
        """∂C/∂v = Σ over its consumers z of ∂C/∂z · ∂z/∂v; an absent edge contributes nothing, not zero."""
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
        """Put every `grad` back as it was before the sweep."""
        for node, grad in zip(self.nodes, self.before):
            node.grad = grad


def adjoints(output: Value, seed: Any, first: int = 0) -> tuple[dict[Value, Any], list[Value]]:
    """∂output/∂v for every Value v that a live path reaches, times `seed`, without touching any `grad`.

    The pass does not go below nodes older than index `first`; those that it met are the second result.
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

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


# A sweep keeps adjoints in a slot of the nodes, several times cheaper than a dictionary. The price is this lock,
# since two threads may sweep one graph. What a sweep leaves in the slots means nothing and does not disturb the next.
SWEEPING = RLock()
wait_before_forks(SWEEPING)

_age = attrgetter("index")


def sweep(output: Value, seed: Any, first: int = 0) -> tuple[list[Value], list[Value], list[Value]]:
    """The nodes below `output`, the newest first, its leaves, and what is older than index `first`, where a sweep stops.

    Each node and leaf has ∂output/∂v · `seed` in its slot `_adjoint`, or 0.0 where no path is live. The caller holds
    SWEEPING until it has read the slots.
    """
    zero = float("0")  # a new object in every sweep, so that `is zero` means: met in this one, with no contribution yet
    nodes: list[Value] = []
    leaves: list[Value] = []
    older: list[Value] = []
    waiting = [output]
    take, wait = waiting.pop, waiting.append
    output._adjoint = zero
    while waiting:  # the newest first, mostly: that is kind to the memory cache, and leaves little to sort
        node = take()
        (nodes if node._inputs else leaves).append(node)
        for v in node._inputs:
            if v._adjoint is not zero:
                v._adjoint = zero
                if v.index >= first:
                    wait(v)
                else:
                    older.append(v)
    nodes.sort(key=_age, reverse=True)
    output._adjoint = seed
    _descend(nodes, zero)
    return nodes, leaves, older


def _descend(nodes: list[Value], zero: float) -> None:
    """∂C/∂v = Σ over its consumers z of ∂C/∂z · ∂z/∂v; an absent edge contributes nothing, not zero."""
    for node in nodes:
        adjoint, inputs = node._adjoint, node._inputs
        if adjoint is zero:
            continue
        if len(inputs) == 2:  # most nodes: by name, which is twice as quick as in a loop
            v, w = inputs
            by_v, by_w = node._partials
            if by_v is not None:
                total = v._adjoint
                v._adjoint = adjoint * by_v if total is zero else total + adjoint * by_v
            if by_w is not None:
                total = w._adjoint
                w._adjoint = adjoint * by_w if total is zero else total + adjoint * by_w
            continue
        for v, partial in zip(inputs, node._partials):
            if partial is not None:
                total = v._adjoint
                v._adjoint = adjoint * partial if total is zero else total + adjoint * partial


def adjoints(output: Value, seed: Any) -> dict[Value, Any]:
    """∂output/∂v for every Value v that a live path reaches, times `seed`: slower than a sweep, but safe inside one."""
    nodes, seen = [output], {output}
    for node in nodes:
        for v in node._inputs:
            if v not in seen:
                seen.add(v)
                nodes.append(v)
    found = {output: seed}
    for node in sorted([node for node in nodes if node._inputs], key=_age, reverse=True):
        adjoint = found.get(node)
        if adjoint is None:
            continue
        for v, partial in zip(node._inputs, node._partials):
            if partial is not None and not v.is_constant:
                found[v] = found[v] + adjoint * partial if v in found else adjoint * partial
    return found

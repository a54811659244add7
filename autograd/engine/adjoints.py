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

LATER = object()  # in place of the local derivatives of an operation that is traced: most are never asked for

_age = attrgetter("index")


def sweep(
    output: Value, seed: Any, first: int | None = None, grads: bool = False
) -> tuple[list[Value], list[Value], list[Value]]:
    """The nodes below `output`, newest first, its leaves, and what is older than index `first`, where the sweep stops.

    Each node and leaf has ∂output/∂v · `seed` in its slot `_adjoint`, or 0.0 where no path is live. With `grads`,
    it is also the `grad` of each node but the leaves. The caller holds SWEEPING until it has read the slots.
    """
    zero = float("0")  # a new object in every sweep, so that `is zero` means: met, with no contribution yet
    nodes: list[Value] = []
    leaves: list[Value] = []
    older: list[Value] = []
    waiting = [output]
    take, put = waiting.pop, waiting.append
    output._adjoint = zero
    while waiting:  # the newest first, mostly: kind to the memory cache, and little is left to sort
        node = take()
        # An index is an object of its own, far from its node in memory: without `first`, none is looked at here.
        if first is not None and node.index < first and node is not output:
            older.append(node)
            continue
        v = node._x
        if v is None:
            leaves.append(node)
            continue
        nodes.append(node)
        if v._adjoint is not zero:
            v._adjoint = zero
            put(v)
        w = node._y
        kind = type(w)
        if kind is float or w is None:  # a plain number, or nothing
            continue
        if kind is not tuple:
            if w._adjoint is not zero:
                w._adjoint = zero
                put(w)
            continue
        for u in w:
            if u._adjoint is not zero:
                u._adjoint = zero
                put(u)
    nodes.sort(key=_age, reverse=True)
    if type(output._data) is not float:
        for node in nodes:
            node._derive()
    output._adjoint = seed
    _descend(nodes, zero, grads)
    return nodes, leaves, older


def _descend(nodes: list[Value], zero: float, grads: bool) -> None:
    """∂C/∂v = Σ over its consumers z of ∂C/∂z · ∂z/∂v; an absent edge contributes nothing, not zero."""
    for node in nodes:
        adjoint = node._adjoint
        if grads:  # another loop would fetch every node from memory once more
            node.grad = adjoint
        if adjoint is zero:
            continue
        by_v = node._dx
        if by_v is not None:
            v = node._x
            total = v._adjoint
            v._adjoint = adjoint * by_v if total is zero else total + adjoint * by_v
        w = node._y
        kind = type(w)
        if kind is float or w is None:
            continue
        if kind is not tuple:
            by_w = node._dy
            if by_w is not None:
                total = w._adjoint
                w._adjoint = adjoint * by_w if total is zero else total + adjoint * by_w
            continue
        for u, by_u in zip(w, node._dy):
            if by_u is not None:
                total = u._adjoint
                u._adjoint = adjoint * by_u if total is zero else total + adjoint * by_u


def adjoints(output: Value, seed: Any) -> dict[Value, Any]:
    """∂output/∂v · `seed` for every Value v that a live path reaches; no lock, no slot: it can run inside a sweep."""
    nodes, seen = [output], {output}
    for node in nodes:
        for v in node.inputs:
            if v not in seen:
                seen.add(v)
                nodes.append(v)
    found = {output: seed}
    for node in sorted([node for node in nodes if node._x is not None], key=_age, reverse=True):
        adjoint = found.get(node)
        if adjoint is None:
            continue
        for v, partial in zip(node.inputs, node.partials):
            if partial is not None and not v.is_constant:
                found[v] = found[v] + adjoint * partial if v in found else adjoint * partial
    return found

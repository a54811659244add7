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


def sweep(output: Value, seed: Any, first: int = 0) -> tuple[list[Value], list[Value]]:
    """The nodes below `output`, the newest first, each with ∂output/∂node · `seed` in its slot `_adjoint`.

    Where no live path leads, it is 0.0. The caller holds SWEEPING until it has read the slots. The sweep stops at nodes
    older than index `first`; those that it met are the second result.
    """
    zero = float("0")  # a new object in every sweep, so that `is zero` means: met in this one, with no contribution yet
    nodes, older = [output], []
    output._adjoint = zero
    append = nodes.append
    for node in nodes:  # which grows on the way
        for v in node._inputs:
            if v._adjoint is not zero:
                v._adjoint = zero
                if v.index >= first:
                    append(v)
                else:
                    older.append(v)
    nodes.sort(key=_age, reverse=True)
    output._adjoint = seed
    _descend(nodes, zero)
    return nodes, older


def _descend(nodes: list[Value], zero: float) -> None:
    """∂C/∂v = Σ over its consumers z of ∂C/∂z · ∂z/∂v; an absent edge contributes nothing, not zero."""
    for node in nodes:
        inputs, adjoint = node._inputs, node._adjoint
        if not inputs or adjoint is zero:
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

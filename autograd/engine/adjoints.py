"""The backward pass: one sweep over the nodes below an output, the newest first, with an adjoint per node.

A node is made after its inputs, so its index, a tick of one clock, is a topological order that needs no search: each
node waits at the place of its tick until its turn comes.
"""

from __future__ import annotations

from _thread import RLock
from collections.abc import Callable, Iterable
from itertools import repeat
from math import inf
from operator import attrgetter

from autograd.forks import wait_before_forks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from autograd.engine.value import Value


# A sweep keeps adjoints in a slot of each node, which is several times cheaper than a dictionary. The price is this
# lock, since two threads may sweep the same graph. Values that a sweep leaves in the slots have no meaning, and do not
# disturb the next sweep.
SWEEPING = RLock()
wait_before_forks(SWEEPING)

ABSENT = repeat(None)  # the local derivatives of a node that no live path reaches
LATER = object()  # in place of the local derivatives of a traced operation: most are never needed

# Ticks of the clock in the first window of a sweep, and the extra ticks that later windows get for each node found.
FIRST_WIDTH, GROWTH = 16, 8

_age = attrgetter("index")


def sweep(
    output: Value, seed: Any, first: int = 0, grads: bool = False
) -> tuple[list[Value], list[Value], list[Value]]:
    """The nodes below `output`, newest first; its leaves; and nodes older than index `first`, where the sweep stops.

    Each node and leaf has ∂output/∂v · `seed` in its slot `_adjoint`, or 0.0 where no path is live. With `grads`, it is
    also stored as the `grad` of each node except the leaves. The caller holds SWEEPING until it has read the slots.
    """
    zero = float("0")  # a new object in every sweep: in `_met` it marks a visit, in `_adjoint` no contribution yet
    nodes: list[Value] = []
    leaves: list[Value] = []
    older: dict[int, Value] = {}
    output._adjoint = seed
    if output._x is None or output.index < first:
        return nodes, [output], [output] if output.index < first else []
    start, passed = max(output.index - FIRST_WIDTH, first), 0
    window: list[Any] = [None] * (output.index - start) + [output]
    _descend(window, start, older, zero, nodes, leaves, grads)
    while older and (newest := max(older)) >= first:
        width, passed = FIRST_WIDTH + len(older) + GROWTH * (len(nodes) - passed), len(nodes)
        start = max(newest - width, first)
        window = [None] * (newest - start + 1)
        waiting, older = older, {}
        for index, node in waiting.items():
            if index >= start:
                window[index - start] = node
            else:
                older[index] = node
        _descend(window, start, older, zero, nodes, leaves, grads)
    return nodes, leaves, [*older.values(), *[v for v in leaves if v.index < first]] if first else []


def _descend(
    window: list[Any], start: int, older: dict[int, Value], zero: float,
    nodes: list[Value], leaves: list[Value], grads: bool,
) -> None:  # fmt: skip
    """∂C/∂v = Σ over its consumers z of ∂C/∂z · ∂z/∂v; an absent edge contributes nothing, not zero.

    A node that was visited waits in the window, at the place of its tick, or by index in `older` if it is older than
    tick `start`. Its consumers are newer, so they have all had their turns before its own.
    """
    for node in reversed(window):
        if node is None:
            continue
        nodes.append(node)
        adjoint = node._adjoint
        if grads:  # another loop would fetch every node from memory again
            node.grad = adjoint
        if node._dx is LATER:
            node._derive()
        v, by_v, w = node._x, node._dx, node._y
        while True:  # v, then w
            if v._met is not zero:
                v._met = v._adjoint = zero
                if v._x is None:
                    leaves.append(v)
                elif (place := v.index - start) >= 0:
                    window[place] = v
                else:
                    older[v.index] = v
            if by_v is not None and adjoint is not zero:
                total = v._adjoint
                v._adjoint = adjoint * by_v if total is zero else total + adjoint * by_v
            kind = type(w)
            if kind is float or w is None:  # a plain number, or nothing
                break
            if kind is not tuple:
                v, by_v, w = w, node._dy, None
                continue
            # The same again, since many operands are faster in their own loop.
            for u, by_u in zip(w, node._dy if adjoint is not zero else ABSENT):
                if u._met is not zero:
                    u._met = u._adjoint = zero
                    if u._x is None:
                        leaves.append(u)
                    elif (place := u.index - start) >= 0:
                        window[place] = u
                    else:
                        older[u.index] = u
                if by_u is not None:
                    total = u._adjoint
                    u._adjoint = adjoint * by_u if total is zero else total + adjoint * by_u
            break


def nodes_below(output: Value, first: float = -inf) -> list[Value]:
    """`output`, and each Value on a path down from it that is not older than index `first`."""
    nodes, seen = [output], {output}
    for node in nodes:
        for v in node.inputs:
            if v not in seen and v.index >= first:
                seen.add(v)
                nodes.append(v)
    return nodes


def passed_back(
    adjoints: dict[Value, Any],
    nodes: Iterable[Value],
    partials: Callable[[Value], Iterable[Any]],
    takes: Callable[[Value], bool],
) -> dict[Value, Any]:
    """The adjoints of the newest nodes, extended to the nodes that `takes` accepts, by these local derivatives.

    It needs neither lock nor slot, so it can run inside a sweep, and its adjoints may be numbers of any kind.
    """
    for node in sorted(nodes, key=_age, reverse=True):
        adjoint = adjoints.get(node)
        if adjoint is None or not node.inputs:
            continue
        for v, partial in zip(node.inputs, partials(node)):
            if partial is not None and takes(v):
                term = adjoint if type(partial) in (float, int) and partial == 1 else adjoint * partial
                adjoints[v] = adjoints[v] + term if v in adjoints else term
    return adjoints


def adjoints(output: Value, seed: Any) -> dict[Value, Any]:
    """∂output/∂v · `seed` for every Value v that a live path reaches."""
    return passed_back({output: seed}, nodes_below(output), attrgetter("partials"), lambda v: not v.is_constant)

"""Finds where ∂z/∂x is ambiguous: x is an operand of z and also reaches z by another path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import chain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

AT_ONCE = 1024  # operands handled in one sweep over the graph, each as one bit of an integer per node


def indirect(
    nodes: Sequence[Any], inputs: Callable[[Any], Sequence[Any]], operands: Mapping[Any, Collection[Any]]
) -> dict[Any, set[Any]]:
    """For each target, the operands on which another of its operands depends.

    `nodes` are the nodes of a graph, oldest first; `inputs(node)` gives a node's inputs.
    """
    wanted = dict.fromkeys(chain.from_iterable(operands.values()))
    uses = Counter(chain.from_iterable(map(inputs, nodes))) if wanted else {}
    shared = [v for v in wanted if uses[v] > 1]
    found: dict[Any, set[Any]] = {target: set() for target in operands}
    for start in range(0, len(shared), AT_ONCE):
        own = {v: 1 << k for k, v in enumerate(shared[start : start + AT_ONCE])}
        reached = dict(own)  # for each node, the bits of the operands that reach it
        bits_of = reached.get
        for node in nodes:
            bits = 0
            for v in inputs(node):
                bits |= bits_of(v, 0)
            if bits:
                reached[node] = bits | own.get(node, 0)
        for target, group in operands.items():
            bits = 0
            for v in group:
                bits |= bits_of(v, 0) & ~own.get(v, 0)
            if bits:
                found[target].update(v for v in group if bits & own.get(v, 0))
    return found

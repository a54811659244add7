"""Where ∂z/∂x could mean two things: x is an operand of z, and leads to z by another path too."""

from __future__ import annotations

from collections import Counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Any

AT_ONCE = 1024  # operands looked for in one sweep over the graph, each a bit of a number at every node


def indirect(
    nodes: Sequence[Any], inputs: Callable[[Any], Sequence[Any]], operands: Mapping[Any, Collection[Any]]
) -> dict[Any, set[Any]]:
    """Of the operands of each target those that another of its operands depends on.

    `nodes` are those of a graph, oldest first, and `inputs` gives those of each.
    """
    users = Counter(v for node in nodes for v in dict.fromkeys(inputs(node)))
    shared = [v for v in dict.fromkeys(v for group in operands.values() for v in group) if users[v] > 1]
    found: dict[Any, set[Any]] = {target: set() for target in operands}
    for start in range(0, len(shared), AT_ONCE):
        bit = {v: 1 << k for k, v in enumerate(shared[start : start + AT_ONCE])}
        below: dict[Any, int] = {}  # which of them each node depends on, itself apart
        for node in nodes:
            for v in inputs(node):
                if bits := below.get(v, 0) | bit.get(v, 0):
                    below[node] = below.get(node, 0) | bits
        for target, group in operands.items():
            bits = 0
            for v in group:
                bits |= below.get(v, 0)
            if bits:
                found[target].update(v for v in group if bits & bit.get(v, 0))
    return found

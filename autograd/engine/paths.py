"""Where ∂z/∂x could mean two things: x is an operand of z, and leads to z by another path too."""

from __future__ import annotations

from collections import Counter
from itertools import chain

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
    wanted = dict.fromkeys(chain.from_iterable(operands.values()))
    uses = Counter(chain.from_iterable(map(inputs, nodes))) if wanted else {}
    shared = [v for v in wanted if uses[v] > 1]
    found: dict[Any, set[Any]] = {target: set() for target in operands}
    for start in range(0, len(shared), AT_ONCE):
        own = {v: 1 << k for k, v in enumerate(shared[start : start + AT_ONCE])}
        reached = dict(own)  # from which of them a path leads to each node
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

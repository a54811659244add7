"""The two functions of micrograd's notebook for pictures."""

from __future__ import annotations

from typing import Any

from autograd.drawing import draw_dot
from autograd.engine import Value
from autograd.engine.graph import Graph

__all__ = ["draw_dot", "trace"]


def trace(root: Value) -> tuple[set[Value], set[Any]]:
    """The nodes below a Value, and its edges as pairs (input, result).

    >>> a, b = Value(2.0), Value(3.0)
    >>> nodes, edges = trace(a * b)
    >>> len(nodes), (a in nodes, b in nodes), len(edges)
    (3, (True, True), 2)
    """
    graph = Graph(root)
    return set(graph.nodes), {(edge.source, edge.target) for node in graph.nodes for edge in graph.edges(node)}

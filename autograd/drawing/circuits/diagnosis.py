"""Finds what may be wrong at a node, in a few words for its box."""

from __future__ import annotations

import math
from typing import Any

from autograd.engine import Value
from autograd.engine.graph import Edge, Graph

SATURATED = 1e-3  # relative to the greatest slope: below this a tanh or a sigmoid hardly passes a gradient
GREATEST_SLOPE = {"tanh": 1.0, "sigmoid": 0.25}


def marks(graph: Graph, node: Value, consumers: list[Edge], check_grad: bool) -> tuple[str, ...]:
    """The marks of one node of a graph; `consumers` are the edges from it, whose contributions its grad should sum."""
    found = []
    name = str(node.op)
    if name == "relu" and node.partials[0] is None:
        found.append("closed")
    if name in GREATEST_SLOPE and _small(node.partials[0], SATURATED * GREATEST_SLOPE[name]):
        found.append("saturated")
    found += first_broken(node)
    if node.inputs and not graph.is_unchanged(node):
        found.append("data changed since")
    if check_grad and node.has_grad and not node.is_constant and not _adds_up(node, consumers):
        found.append("grad is not the sum of its contributions: accumulated twice, or stale?")
    return tuple(found)


def first_broken(node: Value) -> list[str]:
    """A mark for a number that is NaN or infinite although its operands are not."""
    if _finite(node.data) or not all(_finite(v.data) for v in node.inputs):
        return []
    return ["first NaN" if node.data != node.data else "first infinity"]


def _small(x: Any, bound: float) -> bool:
    return x is not None and abs(x) < bound


def _finite(x: Any) -> bool:
    return not isinstance(x, float) or math.isfinite(x)


def _adds_up(node: Value, consumers: list[Edge]) -> bool:
    terms = [edge.target.grad * edge.partial for edge in consumers if edge.partial is not None]
    total, size = sum(terms), sum(map(abs, terms))
    return bool(abs(node.grad - total) <= 1e-9 * size or node.grad == total or node.grad != node.grad or size != size)

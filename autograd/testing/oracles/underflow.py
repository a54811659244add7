"""Bounds the error of derivatives whose intermediate results underflow, where rounding is not relative.

The second oracle, and its replays with fewer bits, use numbers that cannot underflow. The losses of floats below
2^-1022 must therefore be added up over the graph.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from autograd.engine import Value, gradients
from autograd.engine.graph import Graph
from autograd.testing.arguments.functions import Function, plain

TINIEST = math.ulp(0.0)
LEAST_NORMAL = 2.0**-1022


def underflow(output: Any, inputs: Sequence[Value]) -> list[float]:
    """Bound the error of each ∂output/∂input: every product in a pass may be off by the tiniest float, then scaled.

    A local derivative at a tiny operand may be off by more: by its change up to the next float.
    """
    if not isinstance(output, Value):
        return [0.0] * len(inputs)
    nodes = Graph(output).nodes
    adjoints = {output: 1.0}
    for node in reversed(nodes):
        for v, size in zip(node.inputs, _sizes(node)):
            adjoints[v] = adjoints.get(v, 0.0) + size * adjoints.get(node, 0.0)
    return [_moved(nodes, adjoints, v) for v in inputs]


def _sizes(node: Value) -> list[float]:
    return [0.0 if p is None else abs(float(plain(p))) for p in node.partials]


def _moved(nodes: Sequence[Value], adjoints: dict[Value, float], moving: Value) -> float:
    tangents, total = {moving: 1.0}, 0.0
    for node in nodes:
        if not any(v in tangents for v in node.inputs):
            continue
        adjoint, lost = adjoints.get(node, 0.0), _lost(node)
        along = [tangents.get(v, 0.0) for v in node.inputs]
        total += sum(t * (TINIEST + adjoint * off) + adjoint * TINIEST for t, off in zip(along, lost))
        tangents[node] = sum(t * size for t, size in zip(along, _sizes(node)))
    return total if math.isfinite(total) else 0.0


def _lost(node: Value) -> list[float]:
    """How far each local derivative of a node may be off."""
    data = [float(plain(v.data)) for v in node.inputs]
    lost = [TINIEST] * len(data)
    if node.op is None or not any(0.0 < abs(x) < LEAST_NORMAL for x in data):
        return lost
    for end in (0.0, math.copysign(math.inf, min(data, key=abs))):
        moved = tuple(math.nextafter(x, end) if 0.0 < abs(x) < LEAST_NORMAL else x for x in data)
        try:
            partials = node.op.evaluate(*node.op.structured(moved))[1]
        except (ValueError, ArithmeticError):
            continue
        for i, (p, size) in enumerate(zip(partials, _sizes(node))):
            change = 0.0 if p is None else abs(abs(float(p)) - size)
            lost[i] = max(lost[i], change) if math.isfinite(change) else lost[i]
    return lost


def underflow_of(function: Function) -> list[float]:
    """The bound on the error of each first derivative of a function at its point."""
    inputs, output = function.record(function.flat)
    return underflow(output, inputs)


def second_underflow_of(function: Function) -> list[list[float]]:
    """The bound on the error of each second derivative of a function at its point."""
    inputs, output = function.record(function.flat)
    if not isinstance(output, Value):
        return [[0.0] * len(inputs) for _ in inputs]
    return [underflow(d, inputs) for d in gradients(output, inputs, create_graph=True)]

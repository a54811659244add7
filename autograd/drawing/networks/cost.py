"""The formula of a network's cost, in the names of its picture: (a₀ - 1)², where a₀ is the name at the neuron."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from autograd.drawing.boxes.expressions import leaf
from autograd.drawing.networks.network import Network
from autograd.engine import Value
from autograd.engine.graph import Graph
from autograd.symbols import Symbol
from autograd.symbols.text import readable

LONGEST_COST = 24  # operations after the last layer: for a longer cost, only the last operation is written
REST = "…"


def cost_text(network: Network, name: Callable[[Value], str]) -> str:
    """The formula in the last layer's results, which have the given names; dots replace operands from elsewhere."""
    graph, output = network.graph, network.graph.output
    written: dict[Value, Any] = {neuron.a: Symbol(name(neuron.a)) for neuron in network.layers[-1].neurons}
    first, between = min(a.index for a in written), 0
    for node in graph.nodes:
        if node.index <= first or node in written or not any(v in written for v in node.inputs):
            continue
        between += 1
        operands = [written[v] if v in written else _other(graph, v) for v in node.inputs]
        written[node] = graph.applied(node, operands)
        if between > LONGEST_COST or written[node] is None:
            return graph.formula(output)
    text = readable(written[output]) if output in written else graph.formula(output)
    return re.sub(rf"(, | \+ ){REST}(\1{REST})+", rf"\1{REST}", text)


def _other(graph: Graph, v: Value) -> Any:
    """An operand from elsewhere: a leaf, or dots."""
    return Symbol(REST) if v.inputs else leaf(graph, v)

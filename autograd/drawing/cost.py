"""The formula of a network's cost, in the names of its picture: (a₀ - 1)² for the a₀ that stands at the neuron."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from autograd.drawing.network import Network
from autograd.engine import Value
from autograd.engine.graph import Graph
from autograd.symbols import Symbol
from autograd.symbols.text import readable

SHORT = 24  # operations: of a longer cost, only the first term is written, or the last operation
REST = "…"


def cost_text(network: Network, name: Callable[[Value], str]) -> str:
    """The formula in the last layer's results, whose names are given."""
    graph, output = network.graph, network.graph.output
    known = {neuron.a: Symbol(name(neuron.a)) for neuron in network.layers[-1].neurons}
    if output in known or output.op is None:
        return graph.formula(output)
    found = _written(network, output, known)
    if found is None:
        operands = [_written(network, v, known) for v in output.inputs]
        found = _applied(output, [Symbol(REST) if x is None else x for x in operands])
    text = graph.formula(output) if found is None else readable(found)
    if not any(str(symbol) in text for symbol in known.values()):
        return graph.formula(output)
    return re.sub(rf"{REST}(, {REST})+", REST, text)


def _written(network: Network, node: Value, known: Mapping[Value, Symbol]) -> Any:
    """A node in what is known and in leaves, None if that is long or in weights, as the neurons of other rows are."""
    graph = network.graph
    needed, waiting = {node}, [node]
    for v in waiting:
        new = [u for u in v.inputs if u.inputs and u not in known and u not in needed]
        needed.update(new)
        waiting += new
        if len(needed) > SHORT or (v not in known and any(u in network.uses for u in v.inputs)):
            return None
    written: dict[Value, Any] = dict(known)
    for v in sorted(needed, key=lambda v: v.index):
        if v.inputs and v not in written:
            written[v] = _applied(v, [written[u] if u in written else _leaf(graph, u) for u in v.inputs])
            if written[v] is None:
                return None
    return written[node] if node in written else _leaf(graph, node)


def _applied(node: Value, operands: list[Any]) -> Any:
    """The operation of a node on expressions, None if they allow none."""
    if node.op is None:
        return None
    try:
        return node.op.rule(*node.op.structured(tuple(operands)))[0]
    except (TypeError, ValueError, ArithmeticError):
        return None


def _leaf(graph: Graph, v: Value) -> Any:
    return v.data if v.is_constant and not v.label else Symbol(graph.name(v))

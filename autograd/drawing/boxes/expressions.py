"""Expressions: folds unnamed operations into the formula of the only operation that uses them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from autograd.drawing.boxes.folding import Folding
from autograd.drawing.boxes.naming import Naming
from autograd.engine import Value
from autograd.engine.graph import Graph
from autograd.primitives import TABLE
from autograd.symbols import Symbol
from autograd.symbols.text import readable

LONGEST_FORMULA = 36  # characters in a formula
LARGEST_GRAPH = 500  # nodes in a graph: more do not fit in a picture


def fold_expressions(graph: Graph, naming: Naming, sums: Folding) -> Folding:
    """Fold each unnamed operation with a single use into the operation that uses it, while the formula stays short."""
    if len(graph.nodes) > LARGEST_GRAPH:
        return sums
    uses = Counter(v for node in graph.nodes for v in node.inputs)
    groups: dict[Value, list[Value]] = {}  # by the newest node
    for node in graph.nodes:
        if not node.inputs:
            continue
        private = [v for v in node.inputs if uses[v] == 1 and not v.label]
        constants = [v for v in private if naming.kind(v) == "constant"]
        parts = sorted((v for v in private if v in groups), key=lambda v: len(expression(graph, groups[v])))
        while parts and len(expression(graph, _joined(groups, parts, node))) > LONGEST_FORMULA:
            del parts[-1]
        groups[node] = [*constants, *_joined(groups, parts, node)]
        for v in parts:
            del groups[v]
    folding: Folding = {}
    for node, members in groups.items():
        if sum(bool(v.inputs) for v in members) > 1:
            folding.update(dict.fromkeys(members, ("expression", node.index)))
    broken = {fold for node, fold in sums.items() if node in folding}
    return {**folding, **{node: fold for node, fold in sums.items() if fold not in broken}}


def _joined(groups: dict[Value, list[Value]], parts: Iterable[Value], node: Value) -> list[Value]:
    return [*(v for part in parts for v in groups[part]), node]


def expression(graph: Graph, members: Sequence[Value]) -> str:
    """The formula of the newest of some operations, with the others written out in it."""
    written: dict[Value, Any] = {}
    for node in sorted((v for v in members if v.inputs), key=lambda v: v.index):
        operands = [written[v] if v in written else leaf(graph, v) for v in node.inputs]
        if node.op is TABLE["add"] and type(operands[0]) in (int, float) and not operands[0]:  # where `sum` starts
            written[node] = operands[1]
        else:
            written[node] = graph.applied(node, operands)
        if written[node] is None:
            return graph.formula(members[-1])
    return readable(written[members[-1]])


def leaf(graph: Graph, v: Value) -> Any:
    """A constant as its number, any other Value as its name."""
    return v.data if v.is_constant and not v.label else Symbol(graph.name(v))

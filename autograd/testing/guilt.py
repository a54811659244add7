"""Which operation is at fault: each node's local derivatives alone, then how the passes put them together."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from autograd.engine import Value, gradients
from autograd.engine.graph import Edge, Graph
from autograd.primitives import Kink, Primitive
from autograd.testing.evidence import Evidence, SecondEvidence
from autograd.testing.functions import REALS, SECOND, Function, by_forward, by_reverse, plain
from autograd.testing.judging import Judgement, judge
from autograd.testing.oracle import EPSILON

# Operands that repeat what the others say, and have no edge of their own: z in power_log(z, x, y, n).
REPEATED = {"power_log": 0, "ratio_slope": 0}


@dataclass(frozen=True)
class Guilt:
    """The operation at fault and what is wrong with it.

    `kind` is "local derivative", "second derivative", "forward mode", "inputs" or "accumulation"; `operation` the name
    of the primitive, `node` its result in the graph that was checked, and `position` the operand, if it is one. `says`
    is the sentence for the message, `brief` that for the picture.
    """

    kind: str
    operation: str
    node: Value
    position: int | None
    says: str
    brief: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.says}"


class Local(Function):
    """The operation of one node, as a function of the numbers of its own operands."""

    def __init__(self, node: Value) -> None:
        assert node.op is not None
        self.row: Primitive = node.op
        row = self.row

        def apply(*operands: Any) -> Any:
            return row.function(*(list(x) if isinstance(x, tuple) else x for x in row.structured(operands)))

        super().__init__(apply, tuple(float(plain(v.data)) for v in node.inputs))
        self.name = self.row.title
        self.names = [v.label or f"operand {i + 1}" for i, v in enumerate(node.inputs)]
        self.differentiated = [
            i for i, v in enumerate(node.inputs) if not v.is_constant and i != REPEATED.get(self.row.name)
        ]

    def evidence(self, i: int) -> Evidence:
        return Evidence(self.on_floats, self, self.flat, i, REALS, partial(self.rounding, i))

    def rounding(self, i: int) -> float | None:
        from autograd.testing.precise import rounding_of

        found = rounding_of(lambda *xs: by_reverse(self, xs), self.flat)
        return found[i] if found else None


def find_guilt(output: Value, order: int = 1) -> Guilt | None:
    """The first operation of a graph with something wrong, oldest first; None where each of them is right.

    With order 2 the second derivatives of each operation are looked at too.
    """
    graph = Graph(output)
    operations = [node for node in graph.nodes if node.op is not None]
    for node in operations:
        found = _inputs(graph, node) or _local_derivatives(graph, node)
        if found:
            return found
    found = _accumulation(graph)
    if found:
        return found
    for node in operations:
        found = _forward(graph, node) or (_second_derivatives(graph, node) if order == 2 else None)
        if found:
            return found
    return None


def ties(output: Value) -> list[tuple[Value, str]]:
    """The nodes of a graph that are at a kink of their operation, unless they stay there wherever their inputs move."""
    return [
        (node, kink.where)
        for node in Graph(output).nodes
        for kink in (node.op.kinks if node.op else ())
        if _is_at(kink, node, 0.0) and not _is_at(kink, node, 1e-9)
    ]


def _is_at(kink: Kink, node: Value, move: float) -> bool:
    """Whether the operands of a node, each moved a little and each otherwise, are at a kink."""
    assert node.op is not None
    places = {v: i for i, v in enumerate(node.inputs, 1)}
    data = [plain(v.data) for v in node.inputs]
    moved = [x if v.is_constant else x + places[v] * move * max(abs(x), 1.0) for v, x in zip(node.inputs, data)]
    return bool(kink.at(*node.op.structured(tuple(moved))))


def _inputs(graph: Graph, node: Value) -> Guilt | None:
    """Whether the inputs of a node are the operands that its value was computed from."""
    local = Local(node)
    try:
        value = local.on_floats(*local.flat)
    except (TypeError, ValueError, ArithmeticError, IndexError) as error:
        says = f"{local.name} cannot have been computed from the inputs of its node: {error}"
        return Guilt("inputs", local.row.name, node, None, says, "these inputs do not give this value")
    data = float(plain(node.data))
    if value == data or (value != value and data != data) or abs(value - data) <= 4 * EPSILON * abs(data):
        return None
    says = f"{graph.name(node)} = {data!r}, but {local.name} of the inputs of its node is {value!r}"
    return Guilt("inputs", local.row.name, node, None, says, "these inputs do not give this value")


def _local_derivatives(graph: Graph, node: Value) -> Guilt | None:
    local = Local(node)
    for i in local.differentiated:
        partial_ = node.partials[i]
        analytic = 0.0 if partial_ is None else float(plain(partial_))
        found = judge(analytic, local.evidence(i))
        if found.verdict is None:
            edge = Edge(node.inputs[i], node, i)
            what = f"∂{graph.name(node)}/∂{graph.name(edge.source)} of {_shown(local)}"
            absent = " (an absent edge)" if partial_ is None else ""
            says = f"{what} is {analytic!r}{absent}; it should be {_expected(found)}"
            return Guilt(
                "local derivative", local.row.name, node, i, says, f"is {analytic!r}, should be {_expected(found)}"
            )
    return None


def _shown(local: Local) -> str:
    return f"{local.name}({', '.join(f'{x!r}' for x in local.flat)})"


def _expected(found: Judgement) -> str:
    if not math.isnan(found.numeric):
        return f"{found.numeric!r} ± {found.bound:.1e}"
    return f"between {found.left!r} and {found.right!r}"


def _accumulation(graph: Graph) -> Guilt | None:
    """The newest node whose adjoint is not what its consumers contribute, their own adjoints being right."""
    output = graph.output
    nodes = [node for node in graph.nodes if not node.is_constant]
    for where, adjoint in _passes(output, nodes):
        for node in reversed(nodes):
            terms = [
                adjoint[edge.target] * float(plain(edge.partial))
                for edge in graph.consumers(node)
                if edge.partial is not None
            ]
            wanted = math.fsum(terms) + (node is output) if all(map(math.isfinite, terms)) else math.nan
            size = math.fsum(map(abs, terms)) if wanted == wanted else 0.0
            got = adjoint[node]
            if abs(got - wanted) > 8 * EPSILON * (len(terms) + 1) * size or (got != got and wanted == wanted):
                written = " + ".join(f"{term!r}" for term in terms) or "nothing"
                operation = str(node.op or (graph.consumers(node)[0].target.op if graph.consumers(node) else ""))
                says = (
                    f"∂{graph.name(output)}/∂{graph.name(node)} by {where} is {got!r}, but its consumers, whose own "
                    f"adjoints are right, contribute {written}: they were not added up, or not in order"
                )
                return Guilt("accumulation", operation, node, None, says, "this is not the sum of its contributions")
    return None


def _passes(output: Value, nodes: list[Value]) -> Iterator[tuple[str, dict[Value, float]]]:
    """The adjoints of both backward passes, the one that leaves `grad` alone and the one that fills it."""
    found = gradients(output, nodes)
    yield "gradients", {node: float(plain(d)) for node, d in zip(nodes, found)}
    before = [node.grad for node in nodes]
    for node in nodes:
        node.zero_grad()
    output.backward()
    yield "backward", {node: float(plain(node.grad)) for node in nodes}
    for node, grad in zip(nodes, before):
        node.grad = grad


def _forward(graph: Graph, node: Value) -> Guilt | None:
    """Whether forward mode pushes the local derivatives that the node has."""
    local = Local(node)
    tangents = by_forward(local, local.flat)
    for i in local.differentiated:
        wanted = 0.0 if node.partials[i] is None else float(plain(node.partials[i]))
        if not (tangents[i] == wanted or abs(tangents[i] - wanted) <= 4 * EPSILON * abs(wanted) or wanted != wanted):
            says = f"the tangent of {_shown(local)} along {local.names[i]} is {tangents[i]!r}; it should be {wanted!r}"
            return Guilt("forward mode", local.row.name, node, i, says, f"forward mode takes it for {tangents[i]!r}")
    return None


def _second_derivatives(graph: Graph, node: Value) -> Guilt | None:
    local = Local(node)
    if not all(map(math.isfinite, by_reverse(local, local.flat))):
        return None
    about = SecondEvidence(local)
    for mode, derivatives in (pair for modes in SECOND.values() for pair in modes.items()):
        matrix = derivatives(local, local.flat)
        for i in local.differentiated:
            for j in local.differentiated:
                found = judge(float(matrix[i][j]), about[i, j])
                if found.verdict is None:
                    what = f"∂²/∂{local.names[i]}∂{local.names[j]} of {_shown(local)} by {mode}"
                    says = f"{what} is {matrix[i][j]!r}; it should be {_expected(found)}"
                    brief = f"its own derivative is {matrix[i][j]!r}, should be {_expected(found)}"
                    return Guilt("second derivative", local.row.name, node, i, says, brief)
    return None

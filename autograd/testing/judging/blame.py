"""Finds the operation to blame: first each node's local derivatives, then how the passes combine them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from autograd.engine import Value, gradients
from autograd.engine.graph import Edge, Graph
from autograd.primitives import Kink
from autograd.testing.arguments.functions import SECOND_ORDER, applied, by_forward, by_reverse, plain
from autograd.testing.judging.judging import Judgement, judge
from autograd.testing.judging.local import Local
from autograd.testing.oracles.noise import EPSILON
from autograd.testing.oracles.orders import SecondEvidence
from autograd.testing.verdicts import Verdict
from autograd.transforms.forward import duals

BESIDE = 1e-3  # step off a kink, relative to the operands


@dataclass(frozen=True)
class Blame:
    """The operation to blame, and what is wrong with it.

    `kind` is "local derivative", "kink", "second derivative", "forward mode", "inputs", "accumulation", "overflow" or
    "composition". `operation` is the name of the primitive, `node` its result in the checked graph, and `position` the
    index of the operand, or None. `says` is the sentence for the message, `brief` the one for the picture.
    """

    kind: str
    operation: str
    node: Value
    position: int | None
    says: str
    brief: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.says}"


def find_blame(output: Value, order: int = 1) -> Blame | None:
    """Return the blame for the first faulty operation of a graph, oldest first, or None if all operations are right.

    With order 2, also check the second derivatives of each operation.
    """
    graph = Graph(output)
    operations = [node for node in graph.nodes if node.op is not None]
    for node in operations:
        found = _inputs(graph, node) or _local_derivatives(graph, node)
        if found:
            return found
    found = _accumulation(graph) or _tangents(graph, operations)
    if found:
        return found
    for node in operations:
        found = _forward(graph, node) or (_second_derivatives(node) if order == 2 else None)
        if found:
            return found
    return None


def ties(output: Value) -> list[tuple[Value, str]]:
    """The nodes at a kink of their operation, except those that stay at it when their inputs move."""
    return [
        (node, kink.where)
        for node in Graph(output).nodes
        for kink in (node.op.kinks if node.op else ())
        if _is_at(kink, node, 0.0) and not _is_at(kink, node, 1e-9)
    ]


def _is_at(kink: Kink, node: Value, move: float) -> bool:
    """Whether the operands of a node are at a kink after each has moved by a different small amount."""
    assert node.op is not None
    places = {v: i for i, v in enumerate(node.inputs, 1)}
    data = [plain(v.data) for v in node.inputs]
    moved = [x if v.is_constant else x + places[v] * move * max(abs(x), 1.0) for v, x in zip(node.inputs, data)]
    return bool(kink.at(*node.op.structured(tuple(moved))))


def _is_at_a_kink(node: Value) -> bool:
    """Whether the operands of a node are at a kink, where its rule makes a choice, even if f is smooth there."""
    return any(_is_at(kink, node, 0.0) for kink in (node.op.kinks if node.op else ()))


def _inputs(graph: Graph, node: Value) -> Blame | None:
    """Check that the inputs of a node are the operands that its value was computed from."""
    local = Local(node)
    try:
        value = float(applied(local.row, local.operands))
    except (TypeError, ValueError, ArithmeticError, IndexError) as error:
        says = f"{local.name} cannot have been computed from the inputs of its node: {error}"
        return Blame("inputs", local.row.name, node, None, says, "these inputs do not give this value")
    data = float(plain(node.data))
    if value == data or (value != value and data != data) or abs(value - data) <= 4 * EPSILON * abs(data):
        return None
    says = f"{graph.name(node)} = {data!r}, but {local.name} of the inputs of its node is {value!r}"
    return Blame("inputs", local.row.name, node, None, says, "these inputs do not give this value")


def _local_derivatives(graph: Graph, node: Value) -> Blame | None:
    local = Local(node)
    for k, i in enumerate(local.positions):
        partial = node.partials[i]
        analytic = 0.0 if partial is None else float(plain(partial))
        found = judge(analytic, local.evidence(k))
        shown = str(local)
        if found.verdict in (Verdict.KINK, Verdict.DISCONTINUITY) or (found.verdict and _is_at_a_kink(node)):
            for side in (Local(node, BESIDE), Local(node, -BESIDE)):
                if found.verdict is not None:
                    analytic, found, shown = _beside(side, k, i, found)
        if found.verdict is None:
            what = f"{graph.local_name(Edge(node.inputs[i], node, i))} of {shown}"
            absent = " (an absent edge)" if partial is None and shown == str(local) else ""
            says = f"{what} is {analytic!r}{absent}; it should be {_expected(found)}"
            brief = f"is {analytic!r}, should be {_expected(found)}"
            return Blame("local derivative", local.row.name, node, i, says, brief)
    return None


def _beside(local: Local, k: int, i: int, at: Judgement) -> tuple[float, Judgement, str]:
    """Judge a local derivative next to a kink, where the rule has no choice."""
    try:
        partial = local.row.evaluate(*local.row.structured(tuple(local.operands)))[1][i]
    except (ValueError, ArithmeticError):  # moved out of the domain
        return math.nan, at, str(local)
    analytic = 0.0 if partial is None else float(partial)
    return analytic, judge(analytic, local.evidence(k)), str(local)


def _expected(found: Judgement) -> str:
    if math.isinf(found.numeric):
        return f"{found.numeric!r}: the number is beyond the largest float"
    if not math.isnan(found.numeric):
        return f"{found.numeric!r} ± {found.bound:.1e}"
    return f"between {found.left!r} and {found.right!r}"


def _accumulation(graph: Graph) -> Blame | None:
    """Find the newest node whose adjoint is not the sum of its consumers' contributions, although theirs are right."""
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
                    f"{graph.adjoint_name(node)} by {where} is {got!r}, but its consumers, whose own "
                    f"adjoints are right, contribute {written}: they were not added up, or not in order"
                )
                return Blame("accumulation", operation, node, None, says, "this is not the sum of its contributions")
    return None


def _passes(output: Value, nodes: list[Value]) -> Iterator[tuple[str, dict[Value, float]]]:
    """Yield the adjoints of both backward passes: `gradients`, and `backward`, which fills `grad`."""
    for asked in (nodes, [*nodes[1:], *nodes[:1]]):  # in two orders: the results must follow the order of the request
        yield "gradients", {node: float(plain(d)) for node, d in zip(asked, gradients(output, asked))}
    before = [node.grad for node in nodes]
    for node in nodes:
        node.zero_grad()
    output.backward()
    yield "backward", {node: float(plain(node.grad)) for node in nodes}
    for node, grad in zip(nodes, before):
        node.grad = grad


def _tangents(graph: Graph, operations: list[Value]) -> Blame | None:
    """Find the first node whose tangent is not the sum of its operands' tangents times the local derivatives."""
    leaves = [node for node in graph.nodes if not node.inputs and not node.is_constant]
    for moving in leaves:
        level_of = dict(
            zip(leaves, duals([plain(v.data) for v in leaves], [1.0 if v is moving else None for v in leaves], "")[0])
        )
        for node in operations:
            assert node.op is not None
            dual = level_of[node] = applied(node.op, [level_of.get(v, plain(v.data)) for v in node.inputs])
            terms = [
                float(plain(partial_)) * tangent_of(level_of[v])
                for v, partial_ in zip(node.inputs, node.partials)
                if v in level_of and partial_ is not None
            ]
            got, wanted, size = tangent_of(dual), sum(terms), sum(map(abs, terms))
            if abs(got - wanted) > 8 * EPSILON * (len(terms) + 1) * size:
                written = " + ".join(f"{term!r}" for term in terms)
                says = (
                    f"as {graph.name(moving)} moves, the tangent of {graph.name(node)} = {Local(node)} is {got!r}, "
                    f"but its operands, whose own tangents are right, give {written}"
                )
                return Blame("forward mode", node.op.name, node, None, says, f"forward mode: its tangent is {got!r}")
    return None


def tangent_of(x: Any) -> float:
    """The tangent of a dual, or 0.0 if it has none."""
    tangent = getattr(x, "tangent", None)
    return 0.0 if tangent is None else float(plain(tangent))


def composed_wrongly(output: Value, mode: str, finite: bool) -> Blame:
    """The blame when second derivatives are wrong although the first ones and each single operation are right."""
    for node in () if finite else Graph(output).nodes:
        if node.op is not None and not _stays_finite(node):
            says = f"{Local(node)} is right, but its second derivatives are beyond the largest float"
            return Blame("overflow", node.op.name, node, None, says, "its second derivatives overflow")
    says = f"each operation of the graph is right to second order, but {mode} does not put them together rightly"
    return Blame("composition", str(output.op), output, None, says, f"{mode} does not put this together rightly")


def _stays_finite(node: Value) -> bool:
    local = Local(node)
    try:
        matrices = [derivatives(local, local.flat) for modes in SECOND_ORDER.values() for derivatives in modes.values()]
    except (ValueError, ArithmeticError):
        return False
    return all(math.isfinite(d) for matrix in matrices for row in matrix for d in row)


def _forward(graph: Graph, node: Value) -> Blame | None:
    """Check that forward mode propagates the node's own local derivatives."""
    local = Local(node)
    tangents = by_forward(local, local.flat)
    for k, i in enumerate(local.positions):
        got, wanted = tangents[k], 0.0 if node.partials[i] is None else float(plain(node.partials[i]))
        if not (got == wanted or abs(got - wanted) <= 8 * EPSILON * abs(wanted) or wanted != wanted):
            says = f"the tangent of {local} along {local.names[k]} is {got!r}; it should be {wanted!r}"
            return Blame("forward mode", local.row.name, node, i, says, f"forward mode takes it for {got!r}")
    return None


def _second_derivatives(node: Value) -> Blame | None:
    """Find the first wrong second derivative of a node; at a kink, where it has none, look on both sides."""
    for local in (Local(node, BESIDE), Local(node, -BESIDE)) if _is_at_a_kink(node) else (Local(node),):
        try:
            first = by_reverse(local, local.flat)
        except (ValueError, ArithmeticError):  # moved out of the domain
            continue
        found = _curvature(node, local) if all(map(math.isfinite, first)) else None
        if found:
            return found
    return None


def _curvature(node: Value, local: Local) -> Blame | None:
    about = SecondEvidence(local)
    for mode, derivatives in (pair for modes in SECOND_ORDER.values() for pair in modes.items()):
        try:
            matrix = derivatives(local, local.flat)
        except (ValueError, ArithmeticError) as error:
            says = f"{local} has a value and first derivatives, but the second by {mode} raise {error!r}"
            return Blame("second derivative", local.row.name, node, None, says, f"its own derivatives raise {error!r}")
        for k, i in enumerate(local.positions):
            for m, name in enumerate(local.names):
                found = judge(float(matrix[k][m]), about[k, m])
                if found.verdict is None:
                    got = matrix[k][m]
                    what = f"∂²/∂{local.names[k]}∂{name} of {local} by {mode}"
                    says = f"{what} is {got!r}; it should be {_expected(found)}"
                    brief = f"its own derivative is {got!r}, should be {_expected(found)}"
                    return Blame("second derivative", local.row.name, node, i, says, brief)
    return None

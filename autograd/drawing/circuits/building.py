"""Builds a picture from a graph and a folding: its boxes, and their text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from typing import Any

from autograd.drawing.boxes.expressions import expression
from autograd.drawing.boxes.folding import Alike, CallForest, Folding, fold_kind, is_start
from autograd.drawing.boxes.naming import Naming, plural
from autograd.drawing.circuits.arrows import Arrows
from autograd.drawing.circuits.diagnosis import first_broken, marks
from autograd.drawing.circuits.hosting import hosted, hosts, once
from autograd.drawing.circuits.picture import Box, Cluster, Picture
from autograd.engine import Value
from autograd.engine.graph import INPUTS, Edge, Graph, derivative
from autograd.engine.names import shortened
from autograd.engine.paths import indirect
from autograd.primitives import TABLE
from autograd.symbols.text import number, signed

SHOWS = ("auto", "chain", "short", "values", "structure")
FEW_OPERATIONS, FEW_ROWS = 3, 9  # of a call whose box can show its operations


class PictureBuilder:
    """A picture under construction: the boxes of a folding that are `shown`, and the edges between them."""

    def __init__(
        self,
        graph: Graph,
        naming: Naming,
        calls: CallForest,
        folding: Folding,
        alike: dict[Any, Alike],
        shown: list[Any],
        adjoints: Mapping[Value, Any] | None = None,
    ) -> None:
        """The adjoints come from the last backward pass, unless `adjoints` gives them."""
        self.graph, self.naming, self.calls, self.folding = graph, naming, calls, folding
        self.alike, self.adjoints = alike, adjoints
        self.show, self.rows = "auto", ""
        self.keys = {box: f"n{i}" for i, box in enumerate(sorted(shown, key=self._age, reverse=True))}
        self.members: dict[Any, list[Value]] = {box: [] for box in self.keys}
        self.consumers: dict[Value, list[Edge]] = {box: [] for box in self.keys if isinstance(box, Value)}
        self.results: dict[Any, list[Value]] = {box: [] for box in self.keys}
        self._place(graph)
        graph.tell_apart(box for box in self.keys if isinstance(box, Value))
        named = {box: self._operands_of(box) for box in self.keys if self._is_named(box)}
        self.indirect = indirect(graph.nodes, INPUTS, named)

    def showing(self, show: str, rows: str) -> PictureBuilder:
        """The same boxes with other words; `rows` selects the boxes that show their weights as rows.

        These are "neurons", "formulas" (neurons and formulas), or "" for none.
        """
        other = copy(self)
        other.show, other.rows = show, rows
        return other

    def _place(self, graph: Graph) -> None:
        """Put every node into its box, and find each box's results: the nodes used outside it, and the output."""
        results: dict[Value, None] = {graph.output: None}
        for node in graph.nodes:
            box = self.box(node)
            if box in self.members:
                self.members[box].append(node)
            for i, v in enumerate(node.inputs):
                if v in self.consumers:
                    self.consumers[v].append(Edge(v, node, i))
                elif v.inputs and not self.holds(box, v):
                    results[v] = None
        for node in results:
            if self.box(node) in self.results:
                self.results[self.box(node)].append(node)
        for box, members in self.members.items():
            if not self.results[box]:  # identical leaves, or a single node
                self.results[box] = members

    def _operands_of(self, box: Any) -> dict[Value, None]:
        """The operands of a box from outside."""
        return {v: None for node in self.members[box] for v in node.inputs if not self.holds(box, v)}

    def _is_named(self, box: Any) -> bool:
        """Whether an arrow may name the derivative through a box: it has one result, and it or an operand is folded."""
        folded = not isinstance(box, Value) or any(not isinstance(self.box(v), Value) for v in box.inputs)
        return folded and len(self.results[box]) == 1

    def _age(self, box: Any) -> int:
        return box.index if isinstance(box, Value) else 0

    def box(self, node: Value) -> Any:
        """The box of a node: its fold, or the node itself."""
        return self.folding.get(node, node)

    def holds(self, box: Any, node: Value) -> bool:
        """Whether a node is in a box; a box may be a Value, and two Values are equal if their numbers are."""
        own = self.box(node)
        return own is box or (not isinstance(own, Value) and not isinstance(box, Value) and bool(own == box))

    def adjoint(self, node: Value) -> Any:
        """∂C/∂node, None if it is not known."""
        if self.adjoints is not None:
            return self.adjoints.get(node)
        return node.grad if node.has_grad else None

    def contribution(self, edge: Edge) -> Any:
        """∂C/∂target · ∂target/∂source, None if it is not known or no live path passes along the edge."""
        adjoint = self.adjoint(edge.target)
        if adjoint is None or edge.partial is None or edge.target not in self.graph.reached:
            return None
        return adjoint * edge.partial

    def rank(self, box: Any) -> int:
        """The position of a box in the computation: the index of its newest node."""
        return max(node.index for node in self.members[box])

    # --- boxes -----------------------------------------------------------------------------------

    def boxes(self, call_of: dict[Value, int]) -> Iterable[Box]:
        """Every box of the picture."""
        for box, key in self.keys.items():
            call = self._enclosing(box, call_of)
            cluster = f"c{call}" if call >= 0 else ""
            if isinstance(box, Value):
                yield self._node_box(box, key, cluster, self._path(call))
            else:
                count = self.alike[box].count if box in self.alike else 1
                yield self._fold_box(box, key, cluster, count)
                if self.rows and count == 1 and self._is_small(box):
                    yield from self._parameter_rows(box, key)

    def _is_small(self, box: Any) -> bool:
        """Whether a folded call, like a neuron, has so few operations and parameters that its box can name them."""
        operations = sum(bool(node.inputs) for node in self.members[box])
        return (
            fold_kind(box) in ("call", "neuron")
            and operations <= FEW_OPERATIONS
            and len(self.members[box]) <= FEW_ROWS + operations
        )

    def _parameter_rows(self, box: Any, key: str) -> Iterable[Box]:
        """The parameters of a small call, as rows of its box."""
        for i, node in enumerate(node for node in self.members[box] if self.naming.kind(node) == "parameter"):
            path = self._path(box[1]) if box[0] == "call" else ""
            yield self._node_box(node, f"{key}-{i}", "", path, inside=key)

    def _path(self, call: int) -> str:
        return self.naming.path(self.calls.calls[call].owner) if call >= 0 else ""

    def _enclosing(self, box: Any, call_of: dict[Value, int]) -> int:
        """The call around a node or a folded call, -1 if there is none."""
        if isinstance(box, Value):
            return call_of.get(box, -1)
        return self.calls.parent[box[1]] if fold_kind(box) == "call" else -1

    def _node_box(self, node: Value, key: str, cluster: str, path: str, inside: str = "") -> Box:
        kind, name = self.naming.kind(node), self.graph.name(node)
        numbers = self.show != "structure"
        value = number(node.data) if numbers else ""
        return Box(
            key=key,
            kind=kind,
            name=name,
            formula=self.graph.formula(node) if node.inputs else "",
            value="" if value == name else value,
            adjoint=self._adjoint(node) if numbers and not node.is_constant else "",
            marks=self._marks(node) if numbers else (),
            cluster=cluster,
            rank=node.index,
            path=path,
            inside=inside,
        )

    def _adjoint(self, node: Value) -> str:
        """∂C/∂node = its contributions = their sum; a dash before any backward pass."""
        name = f"{self.graph.adjoint_name(node)} = "
        adjoint = self.adjoint(node)
        if adjoint is None:
            return f"{name}—"
        terms: dict[Any, Any] = {}  # by operand of a single operation, or by fold, into which only one arrow leads
        for edge in self.consumers.get(node, ()):
            term, box = self.contribution(edge), self.box(edge.target)
            if term is not None:
                into = edge if isinstance(box, Value) else box
                terms[into] = terms.get(into, 0.0) + term
        if len(terms) < 2 or self.show == "values":
            return name + number(adjoint)
        first, *others = list(terms.values()) if len(terms) <= 4 else list(terms.values())[:3]
        more = [] if len(terms) <= 4 else [f"… ({len(terms):,} terms)"]
        return name + " + ".join([number(first), *map(signed, others), *more]) + f" = {number(adjoint)}"

    def _fold_box(self, box: Any, key: str, cluster: str, count: int) -> Box:
        members, results = self.members[box], self.results[box]
        numbers = self.show != "structure"
        return Box(
            key=key,
            kind=self._fold_kind(box, members),
            name=self._fold_name(box, members),
            formula=self._fold_formula(box, members, count),
            value=self._fold_value(box, results) if numbers else "",
            adjoint=self._fold_adjoint(results) if numbers and any(not node.is_constant for node in results) else "",
            marks=self._fold_marks(members) if numbers else (),
            count=count,
            cluster=cluster,
            rank=self.rank(box),
            path=self._path(box[1]) if box[0] == "call" else "",
        )

    def _marks(self, node: Value) -> tuple[str, ...]:
        check_grad = node in self.consumers and node is not self.graph.output and self.adjoints is None
        return marks(self.graph, node, self.consumers.get(node, []), check_grad)

    def _fold_marks(self, members: list[Value]) -> tuple[str, ...]:
        """The marks of a fold: only where its numbers first turn NaN or infinite."""
        return tuple(sorted({mark for node in members for mark in first_broken(node)}))

    def _fold_name(self, box: Any, members: list[Value]) -> str:
        if isinstance(box, Value):
            return shortened(box.label) or (box.op.title if box.op is not None else self.naming.kind(box))
        if box[0] == "rows":
            return self._fold_name(self.alike[box].example, members)
        return self.naming.title(self.calls.calls[box[1]]) if box[0] == "call" else self.graph.name(members[-1])

    def _fold_formula(self, box: Any, members: list[Value], count: int) -> str:
        operations = sum(bool(node.inputs) for node in members)
        if count == 1 and self._is_small(box):
            return "\n".join(f"{self.graph.name(v)} = {self.graph.formula(v)}" for v in members if v.inputs)
        example = self.alike[box].example if box in self.alike else box
        if fold_kind(example) == "expression" and count == 1:
            return expression(self.graph, members)
        if operations <= count and isinstance(example, Value):
            return self.graph.formula(members[-1]) if count == 1 and operations else ""
        leaves = sum(not node.inputs and not node.is_constant for node in members)
        if fold_kind(example) == "sum":
            plus = [node for node in members if node.op is TABLE["add"]]
            starts = sum(is_start(v) for node in plus for v in node.inputs)
            return f"a sum of {(len(plus) - starts) // count + 1:,} terms"
        return plural(operations // count, "operation") + (f", {plural(leaves, 'parameter')}" if leaves else "")

    def _fold_kind(self, box: Any, members: list[Value]) -> str:
        if not any(node.inputs for node in members):
            return self.naming.kind(members[0])
        return "operation" if fold_kind(box) == "expression" else "group"

    def _fold_value(self, box: Any, results: list[Value]) -> str:
        """The value of a fold's only result, with its name unless the box has it; or the range of several values."""
        written = _range([node.data for node in results])
        is_named = len(results) == 1 and self.naming.kind(results[0]) == "operation" and fold_kind(box) != "expression"
        return f"{self.graph.name(results[0])} = {written}" if is_named else written

    def _fold_adjoint(self, results: list[Value]) -> str:
        output = self.graph.name(self.graph.output)
        name = self.graph.adjoint_name(results[0]) if len(results) == 1 else derivative(output, "·")
        grads = [grad for grad in map(self.adjoint, results) if grad is not None]
        return f"{name} = {_range(grads) if grads else '—'}"

    # --- clusters --------------------------------------------------------------------------------

    def clusters(self, call_of: dict[Value, int]) -> Iterable[Cluster]:
        """The open calls around the boxes shown, and the calls around those."""
        needed: set[int] = set()
        for box in self.keys:
            i = self._enclosing(box, call_of)
            while i >= 0 and i not in needed:
                needed.add(i)
                i = self.calls.parent[i]
        for i in sorted(needed):
            parent = self.calls.parent[i]
            title = self.naming.title(self.calls.calls[i])
            yield Cluster(f"c{i}", title, f"c{parent}" if parent >= 0 else "", self._path(i))


def _range(values: list[Any]) -> str:
    """A single number; for several, the range least … greatest."""
    try:
        ends = [number(min(values)), number(max(values))] if values else []
    except TypeError:
        return f"{len(values):,} values"
    return " … ".join(dict.fromkeys(ends))


def picture(builder: PictureBuilder, caption: str) -> Picture:
    """Build the whole picture."""
    graph = builder.graph
    call_of = builder.calls.innermost(graph.nodes)
    for leaf in [box for box in builder.keys if isinstance(box, Value) and not box.inputs and not box.is_constant]:
        users = {call_of.get(edge.target, -1) for edge in builder.consumers.get(leaf, ())}
        if len(users) == 1 and users != {-1}:
            call_of[leaf] = users.pop()
    name = graph.name(graph.output)
    arrows = tuple(Arrows(builder).arrows())
    boxes, arrows = once(hosted(tuple(builder.boxes(call_of)), hosts(builder)), arrows)
    description = f"{name} = {graph.formula(graph.output)}: {len(boxes)} boxes, {len(arrows)} arrows"
    clusters = tuple(builder.clusters(call_of))
    seed = f"{graph.adjoint_name(graph.output)} = 1"
    return Picture(f"Gradient graph of {name}", name, seed, description, boxes, arrows, clusters, caption)

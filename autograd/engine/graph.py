"""The public, read-only view of a graph: its nodes in order, its edges, their names and what each edge says."""

from __future__ import annotations

from operator import attrgetter

from autograd.engine.adjoints import adjoints
from autograd.engine.gradients import is_unchanged, one
from autograd.engine.names import Names
from autograd.engine.value import Value
from autograd.symbols import Symbol, at_point, elided, number, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class Edge:
    """One operand of one node: `source` is input number `position` of `target`, and `partial` is ∂target/∂source."""

    __slots__ = ("position", "source", "target")

    def __init__(self, source: Value, target: Value, position: int) -> None:
        self.source = source
        self.target = target
        self.position = position

    @property
    def partial(self) -> Any:
        """The local derivative, None where the edge is absent."""
        return self.target.partials[self.position]


class Graph:
    """Everything below an output, oldest first: an operation comes after its inputs.

    A node has the name given in `names`, else its label; a constant without one is named by its number, any other node
    v1, v2, …; names are unique.

    >>> w, x = Value(3.0, label="w"), Value(0.5, label="x")
    >>> graph = Graph(w * x)
    >>> [graph.name(node) for node in graph.nodes]
    ['w', 'x', 'v1']
    >>> [graph.local_derivative(edge) for edge in graph.edges(graph.output)]
    ['x', 'w']
    """

    def __init__(self, output: Value, names: Mapping[Value, str] | None = None) -> None:
        if not isinstance(output, Value):
            raise TypeError(f"expected the Value at the end of a graph, got {type(output).__name__} {output!r:.60}")
        self.output = output
        found = [output]
        seen = {output}
        for node in found:
            for v in node.inputs:
                if v not in seen:
                    seen.add(v)
                    found.append(v)
        self.nodes: tuple[Value, ...] = tuple(sorted(found, key=attrgetter("index")))
        self._names = Names(self.nodes, names or {})
        self._reached: set[Value] | None = None
        self._consumers: dict[Value, list[Edge]] | None = None
        self._texts: dict[Value, tuple[str, list[str]]] = {}

    def name(self, node: Value) -> str:
        """The name of a node in this graph."""
        return self._names[node]

    def edges(self, target: Value) -> list[Edge]:
        """The operands of a node, in order, repeats included."""
        return [Edge(source, target, i) for i, source in enumerate(target.inputs)]

    def consumers(self, source: Value) -> list[Edge]:
        """The edges that lead from a node to the operations it is an operand of, the newest first."""
        if self._consumers is None:
            self._consumers = {node: [] for node in self.nodes}
            for node in reversed(self.nodes):
                for edge in self.edges(node):
                    self._consumers[edge.source].append(edge)
        return self._consumers[source]

    def adjoints(self) -> dict[Value, Any]:
        """∂output/∂node for every node but the constants, by a pass of its own: no `.grad` is touched."""
        found = adjoints(self.output, one(self.output))[0]
        return {node: found.get(node, 0.0) for node in self.nodes if not node.is_constant}

    @property
    def reached(self) -> set[Value]:
        """The nodes that a path of live edges leads to: a contribution from any other is none, not 0."""
        if self._reached is None:
            self._reached = {self.output}
            for node in reversed(self.nodes):
                if node in self._reached:
                    self._reached.update(v for v, p in zip(node.inputs, node.partials) if p is not None)
        return self._reached

    def formula(self, node: Value) -> str:
        """The operation of a node in terms of its inputs' names: "w·x"."""
        return self._text(node)[0]

    def local_derivative(self, edge: Edge) -> str:
        """What a local derivative is, in terms of the names of nodes: the rule, run on symbols."""
        return self._text(edge.target)[1][edge.position]

    def _text(self, node: Value) -> tuple[str, list[str]]:
        if node not in self._texts:
            self._texts[node] = self._symbolic(node)
        return self._texts[node]

    def _symbolic(self, node: Value) -> tuple[str, list[str]]:
        row = node.op
        if row is None:
            return number(node.data), []
        symbols = {v: Symbol(self.name(v)) for v in node.inputs if v.label or not v.is_constant}
        operands = tuple(symbols.get(v, v.data) for v in node.inputs)
        written = list(map(text, operands))
        sign = f" {row.symbol} " if row.symbol in ("+", "-", "*", "/", "**") else ""
        call = sign.join(written) if sign and len(written) == 2 else f"{row.title}({elided(', ', written)})"
        numbers = ["absent" if p is None else number(p) for p in node.partials]
        if not is_unchanged(node):
            return call, numbers
        try:
            value, partials = row.rule(*row.structured(operands))
        except (TypeError, ValueError, ArithmeticError):  # a user's rule that runs on floats alone
            return call, numbers
        if isinstance(value, Symbol) and value.op not in ("", "select"):
            formula = text(value)
            value.name = self.name(node)  # so that ∂a/∂z of a = exp(z) reads a
        else:
            formula = call
        at = {symbol: v.data for v, symbol in symbols.items()}
        return formula, [text(at_point(p, at)) for p in partials]

"""The tables of an explanation: forward pass, backward pass, and their product for each leaf."""

from __future__ import annotations

from autograd.engine import Value
from autograd.engine.graph import Edge, Graph, derivative
from autograd.symbols import Symbol
from autograd.symbols.tables import html_table
from autograd.symbols.text import PRODUCT, number, signed, text, visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Explanation:
    """The three tables of an explanation, each a list of rows of text; print it to see them."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.adjoints = graph.adjoints()
        graph.tell_apart(graph.nodes)
        self.forward = [row for node in graph.nodes if node.inputs for row in self._forward_rows(node)]
        self.backward = [
            self._backward_row(node) for node in reversed(graph.nodes) if node.inputs or node is graph.output
        ]
        leaves = [
            node for node in graph.nodes if not node.inputs and node in self.adjoints and node is not graph.output
        ]
        self.leaves = [self._leaf_row(leaf) for leaf in leaves]

    def __str__(self) -> str:
        return "\n\n".join(f"{visible(title)}\n{_table(rows)}" for title, rows in self._parts())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """What a notebook shows: the three tables."""
        return "".join(html_table(rows, caption=title) for title, rows in self._parts())

    def _parts(self) -> list[tuple[str, list[list[str]]]]:
        """The tables that have rows, with their titles."""
        c = self.graph.name(self.graph.output)
        parts = [
            ("Forward pass: each node, and its derivative with respect to each of its inputs", self.forward),
            (f"Backward pass: {derivative(c, 'node')} is a sum over the node's consumers", self.backward),
            (f"Forward × backward: {derivative(c, 'leaf')}", self.leaves),
        ]
        return [(title, rows) for title, rows in parts if rows]

    def _forward_rows(self, node: Value) -> list[list[str]]:
        name = self.graph.name(node)
        edges = [edge for edge in self.graph.edges(node) if not edge.source.is_constant or edge.source.label]
        rows = [[name, f"= {self.graph.formula(node)}", f"= {number(node.data)}", self._local(edge)] for edge in edges]
        return [row if i == 0 else ["", "", "", row[3]] for i, row in enumerate(rows)]

    def _local(self, edge: Edge) -> str:
        value = _value(edge.partial)
        what = value if edge.partial is None else self.graph.local_derivative(edge)
        return f"{self.graph.local_name(edge)} = {what}" + ("" if what == value else f" = {value}")

    def _factor(self, edge: Edge) -> str:
        """The name of a local derivative, or its formula if the product has the same name."""
        name = self.graph.local_name(edge)
        if name != self.graph.adjoint_name(edge.source):
            return name
        return "0" if edge.partial is None else text(Symbol(self.graph.local_derivative(edge)), PRODUCT)

    def _backward_row(self, node: Value) -> list[str]:
        if node is self.graph.output:
            return [self.graph.adjoint_name(node), "= 1"]
        edges = [edge for edge in self.graph.consumers(node) if edge.target in self.adjoints]
        names = " + ".join(f"{self.graph.adjoint_name(edge.target)}·{self._factor(edge)}" for edge in edges)
        return self._row(node, names, " + ".join(self._product(edge, backward_first=True) for edge in edges))

    def _leaf_row(self, leaf: Value) -> list[str]:
        edges = [edge for edge in self.graph.consumers(leaf) if edge.target in self.adjoints]
        names = " + ".join(f"{self._factor(edge)} × {self.graph.adjoint_name(edge.target)}" for edge in edges)
        return self._row(leaf, names, " + ".join(self._product(edge, backward_first=False) for edge in edges))

    def _product(self, edge: Edge, backward_first: bool) -> str:
        if edge.target not in self.graph.reached:
            return "0 (no live path)"
        forward, backward = _value(edge.partial), number(self.adjoints[edge.target])
        first, second = (backward, forward) if backward_first else (forward, backward)
        return f"{signed(first)} × {signed(second)}"

    def _row(self, node: Value, names: str, products: str) -> list[str]:
        return [self.graph.adjoint_name(node), f"= {names}", f"= {products}", f"= {number(self.adjoints[node])}"]


def _value(partial: Any) -> str:
    return "0 (no edge)" if partial is None else number(partial)


def _table(rows: list[list[str]]) -> str:
    rows = [list(map(visible, row)) for row in rows]
    widths = [max((len(row[i]) for row in rows if i < len(row)), default=0) for i in range(max(map(len, rows)))]
    return "\n".join("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)

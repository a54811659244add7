"""The public, read-only view of a graph: its nodes in order, its edges, and the names and formulas of both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter

from autograd.engine.adjoints import adjoints, nodes_below
from autograd.engine.differentiating import is_unchanged, one
from autograd.engine.names import NodeNames
from autograd.engine.paths import indirect
from autograd.engine.symbolic import SymbolicRun, is_named, known, known_operands
from autograd.engine.value import Value
from autograd.symbols import Symbol, structure
from autograd.symbols.text import BY_SIGN, WHOLE, elided, number, readable, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from autograd.primitives import Primitive


INPUTS = attrgetter("inputs")


class Edge:
    """One operand of one node: `source` is input number `position` of `target`, and `partial` is ∂target/∂source."""

    __slots__ = ("position", "source", "target")

    def __init__(self, source: Value, target: Value, position: int) -> None:
        self.source = source
        self.target = target
        self.position = position

    @property
    def partial(self) -> Any:
        """The local derivative; None if the edge is absent."""
        return self.target.partials[self.position]


class Graph:
    """Every node below an output, oldest first: an operation comes after its inputs.

    A node takes its name from `names`, otherwise from its label. An unlabelled constant is named by its number, any
    other node v1, v2, …; all names except these numbers are unique. A local derivative names its operand's place if
    ∂z/∂x would be ambiguous: if x is an operand twice, or also reaches z by another path.

    >>> w, x = Value(3.0, label="w"), Value(0.5, label="x")
    >>> graph = Graph(w * x)
    >>> [graph.name(node) for node in graph.nodes]
    ['w', 'x', 'v1']
    >>> [f"{graph.local_name(edge)} = {graph.local_derivative(edge)}" for edge in graph.edges(graph.output)]
    ['∂v1/∂w = x', '∂v1/∂x = w']
    >>> graph = Graph(x / x)
    >>> [f"{graph.local_name(edge)} = {graph.local_derivative(edge)}" for edge in graph.edges(graph.output)]
    ['∂v1/∂x⁽¹⁾ = 1/x⁽²⁾', '∂v1/∂x⁽²⁾ = -v1/x⁽²⁾']
    """

    def __init__(self, output: Value, names: Mapping[Value, str] | None = None, before: Graph | None = None) -> None:
        """`before` is an earlier Graph of the same nodes: what it found about their rules holds for any data."""
        if not isinstance(output, Value):
            raise TypeError(f"expected the Value at the end of a graph, got {type(output).__name__} {output!r:.60}")
        self.output = output
        self.nodes: tuple[Value, ...] = tuple(sorted(nodes_below(output), key=attrgetter("index")))
        self._names = NodeNames(self.nodes, names or {})
        self._reached: set[Value] | None = None
        self._consumers: dict[Value, list[Edge]] | None = None
        self._operands: dict[Value, list[str]] = {}
        self._texts: dict[Value, tuple[str, list[str]]] = {}
        self._runs: dict[Any, SymbolicRun] = {} if before is None else before._runs  # by node and numbers
        self._opaque: set[Any] = set() if before is None else before._opaque  # operations that need floats, likewise
        self._unchanged: dict[Value, bool] = {}

    def name(self, node: Value) -> str:
        """The name of a node in this graph."""
        return self._names[node]

    def edges(self, target: Value) -> list[Edge]:
        """The operands of a node, in order, repeats included."""
        return [Edge(source, target, i) for i, source in enumerate(target.inputs)]

    def consumers(self, source: Value) -> list[Edge]:
        """The edges from a node to the operations that use it, newest first."""
        if self._consumers is None:
            self._consumers = {node: [] for node in self.nodes}
            for node in reversed(self.nodes):
                for edge in self.edges(node):
                    self._consumers[edge.source].append(edge)
        return self._consumers[source]

    def adjoints(self) -> dict[Value, Any]:
        """∂output/∂node for every node except constants, from a separate pass that touches no `.grad`."""
        found = adjoints(self.output, one(self.output))
        return {node: found.get(node, 0.0) for node in self.nodes if not node.is_constant}

    @property
    def reached(self) -> set[Value]:
        """The nodes that a path of live edges connects to the output; any other node contributes nothing, not 0."""
        if self._reached is None:
            self._reached = {self.output}
            for node in reversed(self.nodes):
                if node in self._reached:
                    self._reached.update(v for v, p in zip(node.inputs, node.partials) if p is not None)
        return self._reached

    def tell_apart(self, targets: Iterable[Value]) -> None:
        """Name the operands of many nodes in one pass over the graph; separately, each node would cost a pass."""
        wanted = [node for node in targets if node not in self._operands]
        for node, ambiguous in indirect(self.nodes, INPUTS, {node: node.inputs for node in wanted}).items():
            uses = Counter(node.inputs)
            self._operands[node] = [
                self._names.placed(v, i) if uses[v] > 1 or v in ambiguous else self.name(v)
                for i, v in enumerate(node.inputs, 1)
            ]

    def operands(self, target: Value) -> list[str]:
        """The names of a node's operands, with their places where the names alone are ambiguous."""
        if target not in self._operands:
            self.tell_apart([target])
        return self._operands[target]

    def local_name(self, edge: Edge) -> str:
        """The name ∂z/∂w of an edge, different from that of any other derivative in this graph."""
        return derivative(self.name(edge.target), self.operands(edge.target)[edge.position])

    def adjoint_name(self, node: Value) -> str:
        """The name ∂C/∂node of an adjoint, the sum over all paths."""
        return derivative(self.name(self.output), self.name(node))

    def formula(self, node: Value) -> str:
        """The operation of a node, written with its inputs' names: "w·x"."""
        return self._text(node)[0]

    def local_derivative(self, edge: Edge) -> str:
        """The formula of a local derivative, written with the names of nodes, from running the rule on Symbols."""
        return self._text(edge.target)[1][edge.position]

    def _text(self, node: Value) -> tuple[str, list[str]]:
        if node not in self._texts:
            self._texts[node] = self._written(node)
        return self._texts[node]

    def _written(self, node: Value) -> tuple[str, list[str]]:
        row, run = node.op, self._run(node, known_operands(node))
        if row is None:
            return number(node.data), []
        operands = tuple(Symbol(x) if is_named(v) else v.data for x, v in zip(self.operands(node), node.inputs))
        numbers = ["absent" if p is None else number(p) for p in node.partials]
        if run is None:
            return _call(row, operands), numbers
        formula = _call(row, operands) if run.formula is None else readable(run.applied(operands))
        if not self.is_unchanged(node):
            return formula, numbers
        return formula, list(map(readable, run.derivatives(node, operands, Symbol(self.name(node)))))

    def applied(self, node: Value, operands: Sequence[Any]) -> Any:
        """The operation of a node on expressions and numbers, None if it allows none."""
        run = self._run(node, known(operands))
        return None if run is None else run.applied(operands)

    def is_unchanged(self, node: Value) -> bool:
        """Whether a node's rule still gives its value and local derivatives: False if data below it has changed."""
        if node not in self._unchanged:
            run = self._run(node, known_operands(node))
            self._unchanged[node] = (run is not None and run.gives(node)) or is_unchanged(node)
        return self._unchanged[node]

    def _run(self, node: Value, reads: tuple[Any, ...]) -> SymbolicRun | None:
        """A node's operation on Symbols, from the only run of its rule on these numbers; None if it needs floats."""
        row, numbers = node.op, structure(reads)
        run = self._runs.get((node, numbers))
        if run is None and row is not None and (row, numbers) not in self._opaque:
            try:
                run = self._runs[node, numbers] = SymbolicRun(row, reads)
            except Exception:  # a user's rule for floats may raise anything on a Symbol
                self._opaque.add((row, numbers))
        return run


def derivative(of: str, by: str) -> str:
    """The text ∂z/∂w, with brackets around anything but a single name."""
    return f"∂{text(Symbol(of), WHOLE)}/∂{text(Symbol(by), WHOLE)}"


def _call(row: Primitive, operands: tuple[Any, ...]) -> str:
    """An operation written as a call, for a rule that yields no formula."""
    if row.symbol in BY_SIGN and len(operands) == 2:
        return text(Symbol(op=BY_SIGN[row.symbol], operands=operands))
    return f"{row.title}({elided(', ', list(map(text, operands)))})"

"""The arrows of a picture: an operand of a node, or all edges from one box into a fold, summed as they come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from autograd.drawing.boxes.naming import plural
from autograd.drawing.circuits.picture import Arrow
from autograd.engine import Value
from autograd.engine.adjoints import passed_back
from autograd.engine.graph import Edge, derivative
from autograd.symbols.text import number, signed

if TYPE_CHECKING:
    from autograd.drawing.circuits.building import PictureBuilder


class Flow:
    """All edges from one box into a fold, summed as they come, since there may be millions."""

    MOST_SHOWN = 4  # nodes whose derivatives and contributions are shown one by one

    __slots__ = ("constant", "live", "derivatives", "products")

    def __init__(self) -> None:
        self.constant = True
        self.live = 0
        self.derivatives: dict[Value, Any] = {}
        self.products: dict[Value, Any] = {}

    @property
    def is_few(self) -> bool:
        """Whether the edges come from few enough nodes to show each one."""
        return len(self.products) <= self.MOST_SHOWN

    def add(self, source: Value, partial: Any, adjoint: Any, inner: Any) -> None:
        """Add an edge; `adjoint` is that of its target, `inner` the derivative of the fold's result by its target."""
        self.constant &= source.is_constant
        if partial is None or source.is_constant:
            return
        self.live += 1
        if source in self.products or self.is_few:
            self.products[source] = self.products.get(source, 0.0) + (0.0 if adjoint is None else adjoint * partial)
            self.derivatives[source] = self.derivatives.get(source, 0.0) + (0.0 if inner is None else inner * partial)


class Arrows:
    """The arrows between the boxes of a picture under construction."""

    def __init__(self, builder: PictureBuilder) -> None:
        self.builder = builder
        self.has_words = builder.show in ("chain", "short")
        self.is_short = builder.show == "short"

    def arrows(self) -> Iterable[Arrow]:
        """Every arrow of the picture: one for each operand of a single node, one for each box that leads to a fold."""
        for box, key in self.builder.keys.items():
            if isinstance(box, Value):
                yield from self._operand_arrows(box, key)
            else:
                yield from self._fold_arrows(box, key)

    def _operand_arrows(self, node: Value, key: str) -> Iterable[Arrow]:
        sources = Counter(self.builder.box(v) for v in node.inputs)
        if any(count > 1 and not isinstance(box, Value) for box, count in sources.items()):
            yield from self._fold_arrows(node, key)
            return
        for edge in self.builder.graph.edges(node):
            source = self.builder.keys.get(self.builder.box(edge.source))
            if source is not None:
                yield self._arrow(edge, source, key)

    def _arrow(self, edge: Edge, source: str, target: str) -> Arrow:
        constant, absent = edge.source.is_constant, edge.partial is None
        if not self.has_words or (constant and not edge.source.label) or (absent and constant):
            return Arrow(source, target, absent=absent and not constant, constant=constant)
        name = self.builder.graph.local_name(edge)
        if absent:
            return Arrow(source, target, forward=f"{name}: no edge", absent=True)
        what, value = self.builder.graph.local_derivative(edge), number(edge.partial)
        forward = (what if self.is_short else f"{name} = {what}") + ("" if what == value else f" = {value}")
        adjoint, product = self.builder.adjoint(edge.target), self.builder.contribution(edge)
        if constant or product is None:
            return Arrow(source, target, forward=forward, constant=constant, absent=adjoint is not None)
        backward = self._adjoint_text(edge.target, adjoint)
        receiver, factors = self.builder.graph.name(edge.source), _factors(edge.partial, adjoint)
        return Arrow(source, target, forward, backward, number(product), receiver, factors)

    def _fold_arrows(self, box: Any, key: str) -> Iterable[Arrow]:
        """The arrows into a fold: one from each box outside, with the derivative of its result and the product."""
        results = self.builder.results[box]
        through: dict[Value, Any] = {}  # ∂result/∂node inside the fold
        if len(results) == 1 and self.has_words:
            members = self.builder.members[box]
            through = passed_back(
                {results[0]: 1.0}, members, attrgetter("partials"), lambda v: self.builder.holds(box, v)
            )
        flows: dict[Any, Flow] = {}
        for node in self.builder.members[box]:
            adjoint = self.builder.adjoint(node) if node in self.builder.graph.reached else None
            inner = through.get(node)
            for v, partial in zip(node.inputs, node.partials):
                source = self.builder.box(v)
                if not self.builder.holds(box, v) and source in self.builder.keys:
                    flows.setdefault(source, Flow()).add(v, partial, adjoint, inner)
        for source, flow in flows.items():
            yield self._flow_arrow(flow, self.builder.keys[source], key, results)

    def _flow_arrow(self, flow: Flow, source: str, target: str, results: list[Value]) -> Arrow:
        if not self.has_words or flow.constant or not flow.live:
            return Arrow(source, target, constant=flow.constant, absent=not flow.live and not flow.constant)
        result, adjoint = results[0], self.builder.adjoint(results[0])
        if len(results) > 1 or not flow.is_few:
            of = f"{plural(flow.live, 'derivative')} of {plural(len(results), 'result')}"
            return Arrow(source, target, forward=of, product="" if adjoint is None else self._products(flow))
        forward = ", ".join(f"{self._name_through(result, v)} = {number(d)}" for v, d in flow.derivatives.items())
        if adjoint is None:
            return Arrow(source, target, forward=forward)
        backward = self._adjoint_text(result, adjoint)
        if len(flow.derivatives) > 1:
            return Arrow(source, target, forward, backward, self._products(flow))
        ((v, through),) = flow.derivatives.items()
        receiver, factors = self.builder.graph.name(v), _factors(through, adjoint)
        return Arrow(source, target, forward, backward, self._products(flow), receiver, factors)

    def _adjoint_text(self, node: Value, adjoint: Any) -> str:
        return signed(adjoint) if self.is_short else f"{self.builder.graph.adjoint_name(node)} = {number(adjoint)}"

    def _name_through(self, result: Value, source: Value) -> str:
        """∂result/∂source, marked as through this box if another path also leads from source to result."""
        name = derivative(self.builder.graph.name(result), self.builder.graph.name(source))
        is_indirect = source in self.builder.indirect[self.builder.box(result)]
        return f"{name} through this box" if is_indirect else name

    def _products(self, flow: Flow) -> str:
        """The contribution to each node if they are few, otherwise the number of contributions."""
        if not flow.is_few:
            return plural(flow.live, "contribution")
        (product, *others) = flow.products.values()
        if not others:
            return number(product)
        return ", ".join(f"{self.builder.graph.name(v)}: {number(product)}" for v, product in flow.products.items())


def _factors(derivative: Any, adjoint: Any) -> tuple[float, float] | None:
    return (derivative, adjoint) if isinstance(derivative, float) and isinstance(adjoint, float) else None

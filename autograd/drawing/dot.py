"""A graph in the DOT language: a box for each node, an arrow for each operand."""

from __future__ import annotations

from autograd.engine.graph import Edge, Graph
from autograd.symbols import number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


FORWARD, BACKWARD, INK, FAINT = "#0072B2", "#B34700", "#1a1a1a", "#767676"


def digraph(graph: Graph, rankdir: str) -> Any:
    """The graphviz.Digraph of a graph."""
    import graphviz

    picture = graphviz.Digraph(
        graph_attr={"rankdir": rankdir, "ranksep": "0.6", "nodesep": "0.25"},
        node_attr={"shape": "box", "style": "rounded", "fontname": "Helvetica", "fontsize": "12", "color": INK},
        edge_attr={"fontname": "Helvetica", "fontsize": "11", "color": FAINT, "fontcolor": FORWARD},
    )
    ids = {node: f"n{i}" for i, node in enumerate(graph.nodes)}
    for node in graph.nodes:
        shape = {"shape": "plaintext"} if node.is_constant else {} if node.inputs else {"style": "rounded,bold"}
        picture.node(ids[node], label=_node_label(graph, node), **shape)
    for node in graph.nodes:
        for edge in graph.edges(node):
            style = "solid" if edge.partial is not None or edge.source.is_constant else "dashed"
            picture.edge(ids[edge.source], ids[node], label=_edge_label(graph, edge), style=style)
    return picture


def _node_label(graph: Graph, node: Any) -> str:
    """A table of one column: name and formula, value, adjoint."""
    name, formula = graph.name(node), graph.formula(node)
    value = number(node.data)
    rows = [f"<B>{_escaped(name)}</B>" + (f" = {_escaped(formula)}" if node.inputs else "")]
    if name != value:
        rows.append(f'<FONT COLOR="{FORWARD}">{_escaped(value)}</FONT>')
    if not node.is_constant:
        adjoint = number(node.grad) if node.has_grad else "—"
        rows.append(
            f'<FONT COLOR="{BACKWARD}">∂{_escaped(graph.name(graph.output))}/∂{_escaped(name)} = {adjoint}</FONT>'
        )
    cells = "".join(f"<TR><TD>{row}</TD></TR>" for row in rows)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{cells}</TABLE>>'


def _edge_label(graph: Graph, edge: Edge) -> str:
    if edge.source.is_constant and not edge.source.label:
        return ""
    if edge.partial is None:
        return "no edge"
    what, value = graph.local_derivative(edge), number(edge.partial)
    written = f"∂{graph.name(edge.target)}/∂{graph.name(edge.source)} = {what}" + (
        "" if what == value else f" = {value}"
    )
    return f"<{_escaped(written)}>"


def _escaped(text: str) -> str:
    """Text as it stands inside a DOT label of the HTML kind."""
    visible = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    return visible.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;") or " "

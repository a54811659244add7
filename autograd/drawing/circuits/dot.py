"""A picture in the DOT language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograd.drawing.circuits.picture import LABELLED, Arrow, Box, Cluster, ColouredText, Picture
from autograd.drawing.scenes.themes import Theme
from autograd.symbols.text import visible

Attributes = Mapping[str, str] | None

SHAPES = {
    "parameter": {"shape": "box", "style": "filled,bold"},
    "input": {"shape": "ellipse", "style": "filled", "margin": "0"},
    "constant": {"shape": "plaintext", "style": ""},
    "operation": {"shape": "box", "style": "filled,rounded"},
    "group": {"shape": "component", "style": "filled"},
}


def digraph(
    picture: Picture, rankdir: str, theme: Theme, graph_attr: Attributes, node_attr: Attributes, edge_attr: Attributes
) -> Any:
    """The graphviz.Digraph of a picture; the given attributes override the defaults."""
    import graphviz

    font = {"fontname": "Helvetica,Arial,sans-serif", "fontcolor": theme.ink}
    made = graphviz.Digraph(
        graph_attr={
            **font,
            "rankdir": rankdir,
            "bgcolor": theme.background,
            "nodesep": "0.25",
            "ranksep": "0.6",
            "fontsize": "12",
            **({"label": f"<{escaped(picture.caption)}>"} if picture.caption else {}),
            **_written(graph_attr),
        },
        node_attr={**font, "fontsize": "12", "color": theme.ink, "fillcolor": theme.background, **_written(node_attr)},
        edge_attr={**font, "fontsize": "11", "color": theme.faint, "arrowsize": "0.7", **_written(edge_attr)},
    )
    for cluster in [cluster for cluster in picture.clusters if not cluster.parent]:
        made.subgraph(_subgraph(cluster, picture, theme))
    shown = {box.key for box in picture.boxes if not box.inside}
    for box in picture.boxes:
        if not box.cluster and box.key in shown:
            _add_box(made, box, picture, theme)
    crowded = len(picture.arrows) > LABELLED
    for i, arrow in enumerate(picture.arrows):
        if arrow.source in shown:
            _add_arrow(made, arrow, f"arrow-{i}", theme, crowded)
    return made


def _written(attributes: Attributes) -> dict[str, str]:
    return {name: str(value) for name, value in (attributes or {}).items()}


def _subgraph(cluster: Cluster, picture: Picture, theme: Theme) -> Any:
    """A cluster and its contents; calls nest only a few levels deep, so this may recurse."""
    import graphviz

    made = graphviz.Digraph(
        name=f"cluster_{cluster.key}",
        graph_attr={
            "label": f"<{escaped(cluster.title)}>",
            "style": "filled,rounded",
            "color": theme.faint,
            "fillcolor": theme.cluster if not cluster.parent else theme.background,
            "fontcolor": theme.faint,
        },
    )
    for inner in picture.clusters:
        if inner.parent == cluster.key:
            made.subgraph(_subgraph(inner, picture, theme))
    for box in picture.boxes:
        if box.cluster == cluster.key and not box.inside:
            _add_box(made, box, picture, theme)
    return made


def _add_box(made: Any, box: Box, picture: Picture, theme: Theme) -> None:
    rows = [f"<B>{escaped(box.name)}</B>" + (f" = {escaped(box.formula)}" if box.formula else "")]
    if box.kind == "group":
        rows = [f"<B>{escaped(box.name)}</B>" + (f" ×{box.count:,}" if box.count > 1 else "")]
        rows += [escaped(box.formula)] if box.formula else []
    elif box.count > 1:
        rows[0] += f" ×{box.count:,}"
    rows += _rows(box.words, theme)
    inside = [row for row in picture.boxes if row.inside == box.key and row.kind != "constant"]
    rows += [escaped("; ".join(filter(None, (f"{row.name} = {row.value}", row.adjoint)))) for row in reversed(inside)]
    made.node(box.key, label=_table(rows), id=f"box-{box.key}", **SHAPES[box.kind])


def _add_arrow(made: Any, arrow: Arrow, key: str, theme: Theme, crowded: bool) -> None:
    """Add an arrow labelled with the chain rule; in a crowd, where labels would hide everything, with a tooltip."""
    rows = _rows(arrow.words, theme)
    emphasis = {"color": theme.warning, "penwidth": "2.5"} if arrow.mark else {}
    label = {"label": _table(rows)} if rows else {}
    if crowded and rows:
        label = {"edgetooltip": quoted(arrow.said)}
    made.edge(arrow.source, arrow.target, style=arrow.dash or "solid", id=key, **label, **emphasis)


def _table(rows: list[str]) -> str:
    cells = "".join(f"<TR><TD>{row}</TD></TR>" for row in rows)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{cells}</TABLE>>'


def _rows(words: list[ColouredText], theme: Theme) -> list[str]:
    """The rows of a table: backward in italics, products and warnings in bold."""
    found = []
    for colour, text in words:
        letter = {"backward": "I", "product": "B", "warning": "B"}.get(colour)
        row = f"<{letter}>{escaped(text)}</{letter}>" if letter else escaped(text)
        found.append(row if colour == "product" else f'<FONT COLOR="{getattr(theme, colour)}">{row}</FONT>')
    return found


def escaped(text: str) -> str:
    """Text for a DOT label of the HTML kind, shown literally, with control characters as escapes."""
    return "<BR/>".join(map(_escaped_line, text.split("\n"))) or " "


def _escaped_line(line: str) -> str:
    written = visible(line)
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\\", "&#92;&#92;")):
        written = written.replace(character, entity)
    return written.replace("  ", " &#160;") or " "


def quoted(text: str) -> str:
    """Text for a quoted DOT string, shown literally."""
    return visible(text).replace("\\", "\\\\")

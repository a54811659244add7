"""How far to fold a graph: the finest folding that is readable, else the neighbourhood of the output."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from autograd.drawing.building import SHOWS, PictureBuilder, picture
from autograd.drawing.folding import (
    Alike,
    Calls,
    Folding,
    Shapes,
    box_count,
    fold_calls,
    fold_rows,
    fold_sums,
    neighbourhood,
)
from autograd.drawing.naming import Naming
from autograd.drawing.picture import Picture
from autograd.engine import Value
from autograd.engine.graph import Graph
from autograd.engine.groups import Call

ONE_ROW = 20_000  # nodes: a larger graph is searched for rows at once
READABLE = 48  # boxes: the most that people can read; "auto" folds down to that if it can
LAYOUT_LIMIT = 3000  # boxes: the most that a layout engine is given

COLLAPSES = ("auto", "none", "sums", "neuron", "layer", "model", "rows")
HEIGHTS = {"neuron": 0, "layer": 1, "model": 10**9}


def choose(
    output: Value, names: Any, show: str, collapse: str, expand: str, max_nodes: int, fresh: bool = False
) -> Picture:
    """The picture of everything below an output; ValueError for an unknown option.

    Its adjoints are those of the last backward pass or, with `fresh`, of a pass of its own.
    """
    for option, value, known in (("show", show, SHOWS), ("collapse", collapse, COLLAPSES)):
        if value not in known:
            raise ValueError(f"draw: {option} must be one of {', '.join(known)}, got {value!r}")
    if not isinstance(max_nodes, int) or max_nodes < 1:
        raise ValueError(f"draw: max_nodes must be at least 1, got {max_nodes!r}")
    naming = Naming(names)
    if expand and not naming.has_path(expand):
        raise ValueError(f"draw: expand={expand!r} is not the path of a module in names")
    graph = Graph(output, naming.values)
    limit = min(max_nodes, LAYOUT_LIMIT)
    calls = Calls(graph)
    chooser = Chooser(graph, naming, calls, expand)
    if collapse == "auto":
        folding, alike = chooser.readable(min(limit, READABLE))
    else:
        folding, alike = chooser.asked_for(collapse)
    whole = box_count(graph, folding, limit) <= limit
    if not whole and collapse == "auto":
        limit = min(limit, READABLE)
    shown = neighbourhood(folding.get(output, output), _inputs(graph, folding), limit)
    adjoints = graph.adjoints() if fresh else None
    builder = PictureBuilder(graph, naming, calls, folding, alike, shown, show, adjoints)
    return picture(builder, _caption(graph, naming, calls, shown, whole))


class Chooser:
    """The foldings of one graph, from fine to coarse, each made on demand."""

    def __init__(self, graph: Graph, naming: Naming, calls: Calls, expand: str) -> None:
        self.graph, self.naming, self.calls, self.expand = graph, naming, calls, expand
        self.sums = fold_sums(graph)

    def folded(self, step: str) -> Folding:
        """The folding of one step, sums included."""
        if step in ("sums", "rows") or not self.calls.calls:
            return self.sums

        def closed(call: Call, height: int) -> bool:
            opened = self.expand and _is_around(self.naming.path(call.owner), self.expand)
            return height <= HEIGHTS[step] and not opened

        return {**self.sums, **fold_calls(self.graph, self.naming, self.calls, closed, self.sums)}

    def asked_for(self, step: str) -> tuple[Folding, dict[Any, Alike]]:
        """The folding that the user named."""
        if step == "rows":
            return fold_rows(self.graph, self.naming, Shapes(self.graph, self.naming, self.calls), self.sums)
        return ({} if step == "none" else self.folded(step)), {}

    def readable(self, limit: int) -> tuple[Folding, dict[Any, Alike]]:
        """The finest folding of at most `limit` boxes, else the coarsest."""
        steps = ["sums", *(HEIGHTS if self.calls.calls else ())]
        if len(self.graph.nodes) <= limit:
            return {}, {}
        if len(self.graph.nodes) <= ONE_ROW:
            for step in steps:
                finest = self.folded(step)
                if box_count(self.graph, finest, limit) <= limit:
                    return finest, {}
        shapes = Shapes(self.graph, self.naming, self.calls)
        folding: Folding = self.sums
        alike: dict[Any, Alike] = {}
        for step in steps:
            folding, alike = fold_rows(self.graph, self.naming, shapes, self.folded(step))
            if not alike or box_count(self.graph, folding, limit) <= limit:
                break
        return folding, alike


def _is_around(path: str, expand: str) -> bool:
    """Whether a module is the one to expand, or contains it."""
    return bool(path == expand or expand.startswith(f"{path}.") or path == "")


def _inputs(graph: Graph, folding: Folding) -> Callable[[Any], Iterable[Any]]:
    members: dict[Any, list[Value]] = {}
    for node, fold in folding.items():
        members.setdefault(fold, []).append(node)

    def inputs(box: Any) -> Iterable[Any]:
        for node in members.get(box, [box]):
            for v in node.inputs:
                yield folding.get(v, v)

    return inputs


def _caption(graph: Graph, naming: Naming, calls: Calls, shown: list[Any], whole: bool) -> str:
    """How many nodes are shown, and how to see more; empty if all are."""
    total = len(graph.nodes)
    if len(shown) == total:
        return ""
    paths = sorted({naming.path(calls.calls[box[1]].owner) for box in shown if _is_call(box)} - {""})
    more = f"; expand={paths[0]!r}" if paths else ""
    if not whole:
        more += f"; collapse='none', max_nodes={2 * len(shown)}"
    return f"{len(shown):,} of {total:,} nodes shown{more}"


def _is_call(box: Any) -> bool:
    return isinstance(box, tuple) and box[0] == "call"

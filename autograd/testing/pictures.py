"""Draws the graph of a mismatch and marks the edge or operation to blame, or the wrong claim."""

from __future__ import annotations

from dataclasses import replace

from autograd.drawing.boxes.naming import Naming
from autograd.drawing.circuits.choosing import Request, choose
from autograd.drawing.circuits.picture import Picture
from autograd.drawing.drawing import Drawing
from autograd.engine.graph import Graph
from autograd.testing.judging.blame import Blame
from autograd.testing.verdicts import GradientMismatch

__all__ = ["picture"]

LARGEST_GRAPH = 40  # nodes: of a larger graph only the part below the operation to blame is drawn
LONGEST_ROW = 12  # boxes: a longer row is too wide to read, so the graph runs down the page


def picture(mismatch: GradientMismatch) -> Drawing | None:
    """Draw the graph that was checked, with adjoints from a fresh pass; None if f was not recorded.

    >>> from autograd.testing import check_gradients
    >>> try:
    ...     check_gradients(lambda x: x * x, 1.5, grad=lambda x: 3 * x)
    ... except GradientMismatch as mismatch:
    ...     "grad= says 4.5" in picture(mismatch).source
    True
    """
    output, blame = mismatch.output, mismatch.blame
    if output is None:
        return None
    graph = Graph(output)
    if blame is not None and len(graph.nodes) > LARGEST_GRAPH:
        graph = Graph(blame.node)
    request = Request(graph.output, None, "chain", "none", "", LARGEST_GRAPH, fresh=True)

    def marked(drawn: Picture) -> Picture:
        return _claimed(drawn, graph, mismatch) if blame is None else _marked(drawn, graph, blame)

    boxes = choose(request, graph, Naming(None)).picture.boxes
    direction = "LR" if len(boxes) <= LONGEST_ROW else "TB"
    return Drawing(replace(request, rankdir=direction), view="circuit", mark=marked, graph=graph)


def _claimed(drawn: Picture, graph: Graph, mismatch: GradientMismatch) -> Picture:
    """The picture with a wrong derivative marked at its input, or any other mismatch at the output."""
    check = mismatch.check
    name, mark = graph.name(graph.output), mismatch.message.partition("\n")[0]
    for box in drawn.boxes:
        if check is not None and check.what == f"∂f/∂{box.name}":
            name, mark = box.name, f"{check.mode} says {check.analytic!r}; {check.known}"
    boxes = [replace(box, marks=(*box.marks, mark)) if box.name == name else box for box in drawn.boxes]
    return replace(drawn, boxes=tuple(boxes))


def _marked(drawn: Picture, graph: Graph, blame: Blame) -> Picture:
    name = graph.name(blame.node)
    key = next((box.key for box in drawn.boxes if box.name == name), "")
    into = [arrow for arrow in drawn.arrows if arrow.target == key]
    if blame.position is not None and blame.position < len(into):
        wrong = into[blame.position]
        arrows = [replace(arrow, mark=blame.brief) if arrow is wrong else arrow for arrow in drawn.arrows]
        return replace(drawn, arrows=tuple(arrows))
    boxes = [replace(box, marks=(*box.marks, blame.brief)) if box.key == key else box for box in drawn.boxes]
    return replace(drawn, boxes=tuple(boxes))

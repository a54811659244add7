"""The picture of a mismatch: its graph, with the blame edge, the blame operation, or the wrong claim marked."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from autograd.drawing.choosing import choose
from autograd.drawing.drawing import Drawing
from autograd.drawing.picture import Picture
from autograd.engine.graph import Graph
from autograd.testing.blame import Blame
from autograd.testing.verdicts import GradientMismatch

__all__ = ["picture"]

LARGEST = 40  # nodes: of a larger graph only what is below the blame operation is drawn
LONG = 12  # boxes: a longer row of them is too wide to be read, and goes down the page


def picture(mismatch: GradientMismatch) -> Drawing | None:
    """The graph that was checked, its adjoints from a pass of their own; None where f was not recorded.

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
    if blame is not None and len(graph.nodes) > LARGEST:
        graph = Graph(blame.node)
    chosen = partial(choose, graph.output, None, "chain", "none", "", LARGEST, fresh=True)

    def marked() -> Picture:
        return _claimed(chosen(), graph, mismatch) if blame is None else _marked(chosen(), graph, blame)

    drawn = marked()
    direction = "LR" if len(drawn.boxes) <= LONG else "TB"
    return Drawing(
        drawn, direction, "light", dict.fromkeys(("graph_attr", "node_attr", "edge_attr")), None, "svg", marked
    )


def _claimed(drawn: Picture, graph: Graph, mismatch: GradientMismatch) -> Picture:
    """A picture with a wrong derivative written at the input that it belongs to, anything else at the output."""
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

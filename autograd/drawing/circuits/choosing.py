"""Chooses how far to fold a graph: the finest folding that is readable, or the neighbourhood of the output."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograd.drawing.boxes.expressions import fold_expressions
from autograd.drawing.boxes.folding import (
    Alike,
    CallForest,
    Folding,
    Shapes,
    box_count,
    fold_calls,
    fold_kind,
    fold_neurons,
    fold_rows,
    fold_runs,
    fold_sums,
    neighbourhood,
)
from autograd.drawing.boxes.naming import Naming
from autograd.drawing.circuits.building import SHOWS, PictureBuilder, picture
from autograd.drawing.circuits.circuit import Circuit
from autograd.drawing.circuits.hosting import hosts
from autograd.drawing.circuits.picture import Picture
from autograd.drawing.scenes.sizes import SIZES
from autograd.engine import Value
from autograd.engine.graph import Graph
from autograd.engine.groups import MarkedCall

ONE_ROW = 20_000  # nodes: a larger graph is searched for rows at once
READABLE = 48  # boxes: the most that people can read; "auto" folds down to this number if it can
CUTS = (40, 32, 24, 20, 16, 14, 12, 10, 9, 8, 7, 6, 5, 4, 3, 2)  # boxes to cut down to where nothing more can be folded
LAYOUT_LIMIT = 3000  # boxes: the most that a layout engine gets

COLLAPSES = ("auto", "none", "expressions", "sums", "neuron", "layer", "model", "rows")
LESS = {"short": "arrows without names of derivatives", "values": "arrows without derivatives"}
HEIGHTS = {"neuron": 0, "layer": 1, "model": 10**9}


def check_options(**options: tuple[str, Sequence[str]]) -> None:
    """Raise ValueError for an option whose value is not one of the known ones."""
    for option, (value, known) in options.items():
        if value not in known:
            raise ValueError(f"draw: {option} must be one of {', '.join(known)}, got {value!r}")


@dataclass(frozen=True)
class Request:
    """The arguments of `draw`; with `fresh`, adjoints come from a separate pass, not from the last backward pass."""

    output: Value
    names: Any = None
    show: str = "auto"
    collapse: str = "auto"
    expand: str = ""
    max_nodes: int = 600
    size: str = "slide"
    rankdir: str = "LR"
    fresh: bool = False

    def check(self) -> None:
        """Raise ValueError for an option with an invalid value."""
        check_options(
            show=(self.show, SHOWS), collapse=(self.collapse, COLLAPSES), size=(self.size, tuple(SIZES)),
            rankdir=(self.rankdir, ("LR", "RL", "TB", "BT")),
        )  # fmt: skip
        if not isinstance(self.max_nodes, int) or self.max_nodes < 1:
            raise ValueError(f"draw: max_nodes must be at least 1, got {self.max_nodes!r}")


def choose(request: Request, graph: Graph, naming: Naming) -> Circuit:
    """The circuit of everything below an output: the most detailed one that is legible at the requested size."""
    request.check()
    if request.expand and not naming.has_path(request.expand):
        raise ValueError(f"draw: expand={request.expand!r} is not the path of a module in names")
    chooser = Chooser(request, graph, naming)
    fits = SIZES[request.size].fits
    for found in chooser.circuits():
        if fits(found.scene()):
            return found
    return chooser.outgrown(found)


class Chooser:
    """The foldings of one graph, from fine to coarse, each made on demand."""

    def __init__(self, request: Request, graph: Graph, naming: Naming) -> None:
        self.request, self.graph, self.naming, self.expand = request, graph, naming, request.expand
        self.calls = CallForest(self.graph)
        self.sums = fold_sums(self.graph)
        self.adjoints = self.graph.adjoints() if request.fresh else None

    def circuits(self) -> Iterable[Circuit]:
        """Circuits from the most to the least detailed: folded further, then without the words on arrows, then cut."""
        limit = min(self.request.max_nodes, LAYOUT_LIMIT)
        shows = ("chain", "short", "values") if self.request.show == "auto" else (self.request.show,)
        if self.request.collapse != "auto":
            foldings = [self.asked_for(self.request.collapse)]
        else:
            limit = min(limit, READABLE)
            foldings = list(self.readable(limit))
            is_cut = all(box_count(self.graph, folding, limit) > limit for folding, _ in foldings)
            foldings = _distinct([*self.runs(limit), *foldings] if is_cut else [*foldings, *self.runs(limit)])
        rows = "neurons" if self.request.collapse != "none" else ""
        builders: dict[int, PictureBuilder] = {}
        coarsest: Picture | None = None
        for show in shows:
            for i, (folding, alike) in enumerate(foldings):
                is_whole = box_count(self.graph, folding, limit) <= limit
                if is_whole or show == shows[0]:
                    if i not in builders:
                        builders[i] = self._builder(folding, alike, limit)
                    builder = builders[i].showing(show, rows)
                    drawn = self._circuit(builder, is_whole)
                    if show == shows[0] and (coarsest is None or len(drawn.picture.boxes) <= len(coarsest.boxes)):
                        coarsest = drawn.picture
                    yield drawn
                    yield from self._with_other_rows(builder, drawn, is_whole)
        if self.request.collapse == "auto" and coarsest is not None:
            yield from self._cut(coarsest)

    def _with_other_rows(self, builder: PictureBuilder, drawn: Circuit, is_whole: bool) -> Iterable[Circuit]:
        """The same boxes without rows, and with rows in formulas too; without such rows, the circuit as drawn."""
        if any(box.inside and box.kind != "constant" for box in drawn.picture.boxes):
            yield self._circuit(builder.showing(builder.show, ""), is_whole)
        if is_whole and any(fold[0] == "expression" for fold in builder.folding.values()):
            formulas = builder.showing(builder.show, "formulas")
            yield drawn if hosts(formulas) == hosts(builder) else self._circuit(formulas, is_whole)

    def _cut(self, whole: Picture) -> Iterable[Circuit]:
        """The part of a picture nearest to the output, in decreasing sizes."""
        before: Picture | None = None
        for count in CUTS:
            smaller = nearest(whole, min(count, self.request.max_nodes))
            smaller = replace(smaller, caption=self._caption(len(smaller.boxes), False))
            if smaller != before:
                yield Circuit(smaller, self.request.rankdir)
            before = smaller

    def _builder(self, folding: Folding, alike: dict[Any, Alike], limit: int) -> PictureBuilder:
        """The boxes of a folding nearest to the output."""
        output = self.request.output
        shown = neighbourhood(folding.get(output, output), _inputs(folding), limit)
        return PictureBuilder(self.graph, self.naming, self.calls, folding, alike, shown, self.adjoints)

    def _circuit(self, builder: PictureBuilder, is_whole: bool) -> Circuit:
        less = LESS[builder.show] if builder.show in LESS and builder.show != self.request.show else ""
        caption = self._whole_caption(list(builder.keys), len(hosts(builder)), is_whole, less)
        return Circuit(picture(builder, caption), self.request.rankdir)

    def _whole_caption(self, shown: list[Any], within: int, is_whole: bool, less: str) -> str:
        """The caption: how many nodes are shown, or in how many boxes with expressions; what arrows lack; a remedy."""
        kinds = set(map(fold_kind, shown))
        if kinds - {""} == {"expression"} and is_whole:
            said, remedy = f"{len(self.graph.nodes):,} nodes in {len(shown) - within} boxes", "size='natural'"
        else:
            paths = {self.naming.path(self.calls.calls[box[1]].owner) for box in shown if fold_kind(box) == "call"}
            said = self._caption(len(shown), is_whole and "run" not in kinds, min(paths - {""}, default=""))
            is_auto = self.request.collapse == "auto"
            remedy = "size='natural'" if is_auto and said.endswith(" nodes shown") else ""
        return "; ".join(filter(None, (said, less, "show='chain', size='natural'" if less else remedy)))

    def _caption(self, count: int, is_whole: bool, path: str = "") -> str:
        """The number of nodes shown, and how to see more; empty if all are shown."""
        total = len(self.graph.nodes)
        if count == total:
            return ""
        more = f"; expand={path!r}" if path else ""
        if not is_whole:
            more += f"; collapse='none', max_nodes={2 * count}"
        return f"{count:,} of {total:,} nodes shown{more}"

    def outgrown(self, circuit: Circuit) -> Circuit:
        """The circuit, with a caption that says that the text is too small."""
        small, caption = SIZES[self.request.size].text_height(circuit.scene()), circuit.picture.caption
        remedy = "" if "size='natural'" in caption else "size='natural'"
        return circuit.captioned("; ".join(filter(None, (caption, f"text is {small:.0f} px high", remedy))))

    def folded(self, step: str) -> Folding:
        """The folding of one step, including sums."""
        if step in ("sums", "rows"):
            return self.sums
        if step == "expressions":
            return fold_expressions(self.graph, self.naming, self.sums)
        if not self.calls.calls:
            return {**self.sums, **fold_neurons(self.graph, self.naming, self.sums)}

        def closed(call: MarkedCall, height: int) -> bool:
            path = self.naming.path(call.owner)
            opened = self.expand and (path in ("", self.expand) or self.expand.startswith(f"{path}."))
            return height <= HEIGHTS[step] and not opened

        return {**self.sums, **fold_calls(self.graph, self.naming, self.calls, closed, self.sums)}

    def asked_for(self, step: str) -> tuple[Folding, dict[Any, Alike]]:
        """The folding that the user requested."""
        if step == "rows":
            return fold_rows(self.graph, self.naming, Shapes(self.graph, self.naming, self.calls), self.sums)
        return ({} if step == "none" else self.folded(step)), {}

    def runs(self, limit: int) -> Iterable[tuple[Folding, dict[Any, Alike]]]:
        """The folding of long runs, if it gives at most `limit` boxes."""
        if len(self.graph.nodes) <= ONE_ROW:
            runs = fold_runs(self.graph, self.naming, self.sums)
            folding = {**self.sums, **runs}
            if runs and box_count(self.graph, folding, limit) <= limit:
                yield folding, {}

    def readable(self, limit: int) -> Iterable[tuple[Folding, dict[Any, Alike]]]:
        """The foldings with at most `limit` boxes, the finest first; the coarsest if all have more."""
        steps = ["sums", *HEIGHTS] if self.calls.calls else ["expressions", "sums", "neuron"]
        if len(self.graph.nodes) <= limit:
            yield {}, {}
        found = False
        if len(self.graph.nodes) <= ONE_ROW:
            for step in steps:
                finest = self.folded(step)
                if box_count(self.graph, finest, limit) <= limit:
                    found = True
                    yield finest, {}
        if found or len(self.graph.nodes) <= limit:
            return
        shapes = Shapes(self.graph, self.naming, self.calls)
        for step in steps:
            folding, alike = fold_rows(self.graph, self.naming, shapes, self.folded(step))
            if not alike or step == steps[-1] or box_count(self.graph, folding, limit) <= limit:
                yield folding, alike
            if not alike:
                return


def _distinct(foldings: list[tuple[Folding, dict[Any, Alike]]]) -> list[tuple[Folding, dict[Any, Alike]]]:
    """Each folding once: a step that folds nothing more gives the same picture."""
    return [found for i, found in enumerate(foldings) if found not in foldings[:i]]


def _inputs(folding: Folding) -> Callable[[Any], Iterable[Any]]:
    members: dict[Any, list[Value]] = {}
    for node, fold in folding.items():
        members.setdefault(fold, []).append(node)

    def inputs(box: Any) -> Iterable[Any]:
        for node in members.get(box, [box]):
            for v in node.inputs:
                yield folding.get(v, v)

    return inputs


def nearest(whole: Picture, count: int) -> Picture:
    """The part of a picture nearest to its output: `count` boxes and their contents."""
    inputs: dict[str, list[str]] = defaultdict(list)
    inside = {box.key for box in whole.boxes if box.inside}
    for arrow in whole.arrows:
        if arrow.source not in inside:
            inputs[arrow.target].append(arrow.source)
    output = max(whole.boxes, key=lambda box: box.rank).key
    shown = set(neighbourhood(output, inputs.__getitem__, count))
    boxes = tuple(box for box in whole.boxes if box.key in shown or box.inside in shown)
    keys = {box.key for box in boxes}
    arrows = tuple(arrow for arrow in whole.arrows if arrow.source in keys and arrow.target in keys)
    return replace(whole, boxes=boxes, arrows=arrows)

"""The circuit: a picture's boxes in columns, and its arrows labelled with the chain rule, as a scene."""

from __future__ import annotations

from collections import defaultdict
from copy import copy
from dataclasses import dataclass, replace
from itertools import chain

from autograd.drawing.circuits.layered import Layout, Link, Size, layered
from autograd.drawing.circuits.picture import LABELLED, Arrow, Box, Cluster, Picture
from autograd.drawing.scenes.scene import (
    LINE,
    Curve,
    Group,
    Line,
    Look,
    Point,
    Rect,
    Run,
    Scene,
    Shape,
    Text,
    arrowhead,
    line_width,
    placed,
    split,
    stacked,
)

FONT = 14.0  # for boxes
SMALL_FONT = 12.5  # for labels and rows
PAD = 7.0  # between a box and its text
COLUMN = 14.0  # between the columns of a box's rows
MARGIN = 14.0

LOOKS = {
    "parameter": (Look(fill="background", stroke="ink", width=2.0), 0.0),
    "input": (Look(fill="background", stroke="ink"), 18.0),
    "constant": (Look(fill="background"), 0.0),
    "operation": (Look(fill="background", stroke="ink"), 8.0),
    "group": (Look(fill="background", stroke="ink"), 0.0),
}


@dataclass(frozen=True)
class Row:
    """A parameter as a row of the box that uses it: its cells, and the index of its arrow."""

    box: Box
    cells: tuple[Line, ...]
    arrow: int | None


class Circuit:
    """A picture's boxes and arrows, laid out."""

    def __init__(self, picture: Picture, rankdir: str) -> None:
        self.picture, self.rankdir = picture, rankdir
        self.by_key = {box.key: box for box in picture.boxes}
        self.paths = {cluster.key: cluster.path for cluster in picture.clusters}
        self.boxes = [box for box in picture.boxes if not box.inside]
        self.arrows = {i: arrow for i, arrow in enumerate(picture.arrows) if not self.by_key[arrow.source].inside}
        self.crowded = len(self.arrows) > LABELLED
        self.rows: dict[str, list[Row]] = defaultdict(list)
        arrow_of = {arrow.source: i for i, arrow in enumerate(picture.arrows)}
        for box in sorted(picture.boxes, key=lambda box: box.rank):
            if box.inside and box.kind != "constant":
                self.rows[box.inside].append(self._row(box, arrow_of.get(box.key)))
        self.lines = {box.key: [part for line in self._lines(box) for part in split(line)] for box in self.boxes}
        self.labels = {
            i: [part for line in self._label(arrow) for part in split(line)] for i, arrow in self.arrows.items()
        }
        self._place()

    def captioned(self, caption: str) -> Circuit:
        """The same circuit with another caption, without a new layout."""
        other = copy(self)
        other.picture = replace(self.picture, caption=caption)
        return other

    # --- words -----------------------------------------------------------------------------------

    def _within(self, box: Box, text: str) -> str:
        """A text of a box without the path of its module, which is written once at the frame or in the title."""
        return text.replace(f"{box.path}.", "") if box.path else text

    def _lines(self, box: Box) -> list[Line]:
        name, times = box.name, (Run(f" ×{box.count:,}"),) if box.count > 1 else ()
        if box.kind == "group":
            lines: list[Line] = [(Run(self._below(name, box.cluster), bold=True), *times)]
            lines += [(Run(self._within(box, box.formula)),)] if box.formula else []
        else:
            name = self._within(box, name)
            formula = (Run(f" = {self._within(box, box.formula)}"),) if box.formula else ()
            lines = [(Run(name, bold=True), *formula, *times)]
        return lines + [_line(colour, self._within(box, text)) for colour, text in box.words]

    def _below(self, name: str, cluster: str) -> str:
        """A name without the path of the frame around it."""
        outer = self.paths.get(cluster)
        return name.removeprefix(f"{outer}.") if outer else name

    def _row(self, box: Box, arrow: int | None) -> Row:
        host = self.by_key[box.inside]
        cells: list[Line] = [(Run(self._within(host, box.name), bold=True), Run(f" = {box.value}", "forward"))]
        if arrow is not None and (found := self.picture.arrows[arrow]).forward:
            cells.append((Run(self._within(host, found.forward), "forward"),))
            backward = self._within(host, found.backward.partition(" = ")[0])
            cells.append((Run(f"× {backward}" if backward else "", "backward", italic=True),))
        total = self._within(host, box.adjoint)
        if total:
            name, _, number = total.rpartition(" = ")
            cells.append((Run(f"{name} = ", "backward", italic=True), Run(number, "product", bold=True)))
        return Row(box, tuple(cells), arrow)

    def _label(self, arrow: Arrow) -> list[Line]:
        if self.crowded:
            return []
        target = self.by_key[arrow.target]
        return [_line(colour, self._within(target, text)) for colour, text in arrow.words]

    # --- sizes -----------------------------------------------------------------------------------

    def _columns(self, rows: list[Row]) -> list[float]:
        """The widths of the columns of a box's rows."""
        most = max((len(row.cells) for row in rows), default=0)
        return [max(line_width(row.cells[n], SMALL_FONT) for row in rows if n < len(row.cells)) for n in range(most)]

    def _box_size(self, box: Box) -> tuple[float, float]:
        columns = self._columns(self.rows[box.key])
        width = max(line_width(line, FONT) for line in self.lines[box.key])
        if columns:
            width = max(width, sum(columns) + COLUMN * (len(columns) - 1))
        height = len(self.lines[box.key]) * LINE * FONT + len(self.rows[box.key]) * LINE * SMALL_FONT
        return width + 2 * PAD + 4, height + 2 * PAD * 0.7 + (PAD if columns else 0)

    def _label_size(self, lines: list[Line]) -> tuple[float, float]:
        return max(line_width(line, SMALL_FONT) for line in lines) + 8, len(lines) * LINE * SMALL_FONT

    def _turned(self, size: tuple[float, float]) -> Size:
        return Size(*size) if self.rankdir in ("LR", "RL") else Size(size[1], size[0])

    # --- places ----------------------------------------------------------------------------------

    def _place(self) -> None:
        """Lay out and draw frames, arrows and boxes."""
        sizes = {box.key: self._box_size(box) for box in self.boxes}
        clusters = {cluster.key: cluster for cluster in self.picture.clusters}
        frames = {box.key: _around(box.cluster, clusters) for box in self.boxes}
        keys = list(self.arrows)
        links = [
            Link(
                self.arrows[i].source,
                self.arrows[i].target,
                self._turned(self._label_size(self.labels[i])) if self.labels[i] else None,
            )
            for i in keys
        ]
        output = max(self.boxes, key=lambda box: box.rank).key
        laid = layered({key: self._turned(size) for key, size in sizes.items()}, links, output, frames)
        centres = {key: self._turn(laid, at) for key, at in laid.nodes.items()}
        places = {key: (*centres[key], *sizes[key]) for key in sizes}
        shapes = self._frames(places, frames)
        for n, i in enumerate(keys):
            label = laid.labels.get(n)
            route = [self._turn(laid, point) for point in laid.routes[n]]
            shapes.append(self._arrow(i, route, self._turn(laid, label) if label else None))
        shapes += [self._box(box, *centres[box.key], *sizes[box.key]) for box in self.boxes]
        self._shapes, self._laid, self._depth = tuple(shapes), laid, max(map(len, frames.values()), default=0)

    def _turn(self, laid: Layout, point: Point) -> Point:
        along, across = point
        if self.rankdir in ("RL", "BT"):
            along = laid.length - along
        return (along, across) if self.rankdir in ("LR", "RL") else (across, along)

    def scene(self) -> Scene:
        """The circuit with a margin, room for frames, and the caption below."""
        laid = self._laid
        width, height = self._turn(laid, (laid.length, laid.breadth))
        if self.rankdir in ("RL", "BT"):
            width, height = self._turn(laid, (0.0, laid.breadth))
        room = MARGIN + 24.0 * self._depth
        caption = [*wrapped(self.picture.caption, SMALL_FONT, max(width + 2 * room - 2 * MARGIN, 260.0))]
        needed = max((line_width(line, SMALL_FONT) for line in caption), default=0.0)
        scene = Scene(max(width + 2 * room, needed + 2 * MARGIN), height + 2 * room)
        left = (scene.width - width) / 2
        scene.shapes = [Group("", "circuit", self._shapes, at=(left, room))]
        if caption:
            scene.shapes += stacked(caption, scene.width / 2, scene.height - MARGIN / 2, SMALL_FONT)
            scene.height += len(caption) * LINE * SMALL_FONT + MARGIN / 2
        return scene

    # --- shapes ----------------------------------------------------------------------------------

    def _frames(
        self, places: dict[str, tuple[float, float, float, float]], frames: dict[str, tuple[str, ...]]
    ) -> list[Shape]:
        """A rectangle around each cluster, unless it would enclose a box of another cluster."""
        depth = max(map(len, frames.values()), default=0)
        found: list[Shape] = []
        for cluster in self.picture.clusters:
            members = {key for key, around in frames.items() if cluster.key in around}
            if not members:
                continue
            own = len(_around(cluster.key, {c.key: c for c in self.picture.clusters}))
            pad = 8.0 + 9.0 * (depth - own)
            above = pad + 16.0 * (depth - own + 1) - 8.0 * (depth - own)
            left = min(x - w / 2 for x, _, w, _ in map(places.__getitem__, members)) - pad
            right = max(x + w / 2 for x, _, w, _ in map(places.__getitem__, members)) + pad
            top = min(y - h / 2 for _, y, _, h in map(places.__getitem__, members)) - above
            bottom = max(y + h / 2 for _, y, _, h in map(places.__getitem__, members)) + pad
            if any(
                left < x + w / 2 and x - w / 2 < right and top < y + h / 2 and y - h / 2 < bottom
                for key, (x, y, w, h) in places.items()
                if key not in members
            ):
                continue
            look = Look(fill="cluster" if own % 2 else "background", stroke="faint")
            title = self._below(cluster.title, cluster.parent)
            shapes: list[Shape] = [Rect(left, top, right - left, bottom - top, look, 8.0)]
            if line_width((Run(title),), SMALL_FONT) < right - left - 8:
                shapes += placed((Run(title, "faint"),), (left + right) / 2, top + 14.0, SMALL_FONT, 0.5)
            found.append(Group(f"cluster-{cluster.key}", "cluster", tuple(shapes), cluster.title))
        return found

    def _arrow(self, i: int, route: list[Point], label: Point | None) -> Group:
        arrow = self.arrows[i]
        colour = "warning" if arrow.mark else "faint"
        look = Look(stroke=colour, width=2.5 if arrow.mark else 1.2, dash=arrow.dash)
        pieces = [route] if label is None else [route[:-12], route[-10:]]  # a label interrupts its arrow
        shapes: list[Shape] = [Curve(tuple(piece), look) for piece in pieces]
        shapes.append(arrowhead(route[-1], route[-2], colour))
        if label is not None:
            height = self._label_size(self.labels[i])[1]
            shapes += stacked(self.labels[i], label[0], label[1] - height / 2, SMALL_FONT)
        return Group(f"arrow-{i}", "arrow", tuple(shapes), arrow.said)

    def _box(self, box: Box, x: float, y: float, width: float, height: float) -> Group:
        look, radius = LOOKS[box.kind]
        left, top = x - width / 2, y - height / 2
        shapes: list[Shape] = [Rect(left, top, width, height, look, min(radius, height / 2))]
        if box.kind == "group":
            shapes.append(Rect(left, top, 4.0, height, Look(fill="ink")))
        at = top + PAD * 0.7
        shapes += stacked(self.lines[box.key], x, at, FONT)
        at += len(self.lines[box.key]) * LINE * FONT + PAD
        rows = self.rows[box.key]
        if rows:
            rule = (left + PAD, at - PAD / 2), (left + width - PAD, at - PAD / 2)
            shapes.append(Curve((rule[0], *rule, rule[1]), Look(stroke="faint")))
        columns = self._columns(rows)
        start = x - (sum(columns) + COLUMN * (len(columns) - 1)) / 2
        for n, row in enumerate(rows):
            shapes.append(self._drawn_row(row, columns, start, at + n * LINE * SMALL_FONT))
        return Group(f"box-{box.key}", "box", tuple(shapes), _said(box))

    def _drawn_row(self, row: Row, columns: list[float], left: float, top: float) -> Group:
        """A drawn row: the name and total belong to the parameter's box, the cells in between to its arrow."""
        texts: list[list[Text]] = []
        for cell, width in zip(row.cells, columns):
            texts.append(placed(cell, left, top + 0.95 * SMALL_FONT, SMALL_FONT))
            left += width + COLUMN
        if row.arrow is None:
            return Group(f"box-{row.box.key}", "row", tuple(chain.from_iterable(texts)), _said(row.box))
        inner = Group(f"arrow-{row.arrow}", "arrow", tuple(chain.from_iterable(texts[1:-1])))
        return Group(f"box-{row.box.key}", "row", (*texts[0], inner, *texts[-1]), _said(row.box))


def _around(key: str, clusters: dict[str, Cluster]) -> tuple[str, ...]:
    """The clusters around a box in this one, the outermost first."""
    found: list[str] = []
    while key:
        found.append(key)
        key = clusters[key].parent
    return tuple(reversed(found))


def _line(colour: str, text: str) -> Line:
    """A text in the style of its kind."""
    return (Run(text, colour, bold=colour in ("product", "warning"), italic=colour == "backward"),)


def _said(box: Box) -> str:
    """A box in one line, for tooltips and screen readers."""
    pieces = [box.name + (f" = {box.formula}" if box.formula else ""), box.value, box.adjoint, *box.marks]
    return "; ".join(piece.replace("\n", ", ") for piece in pieces if piece)


def wrapped(text: str, size: float, width: float) -> list[Line]:
    """A text in lines of at most a given width, unless a word is longer."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and line_width((Run(longer),), size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return [(Run(line, "faint"),) for line in lines]

"""Lines between two columns of neurons, with the numbers on them where they do not overlap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise, product
from math import isfinite

from autograd.drawing.scenes.scene import (
    LINE,
    THINNEST,
    Curve,
    Group,
    Line,
    Look,
    Point,
    Rect,
    Shape,
    arrowhead,
    line_width,
    stacked,
)

FONT = 11.5
STOPS = [x / 20 for x in range(3, 18)]  # positions along a line where its words may be
WIDEST = 5.0
MOST_LINES = 16  # lines: more would be a tangle


@dataclass(frozen=True)
class Wire:
    """A weight as a line from `start` to `end`; `words` are its labels, from the most informative to the shortest.

    The labels are placed within `span`, where all lines of the two columns have left their nodes.
    """

    start: Point
    end: Point
    span: tuple[float, float]
    weight: float
    words: list[list[Line]]
    said: str
    key: str

    @property
    def size(self) -> float:
        """The magnitude of the weight, 0 if it is not finite."""
        return abs(self.weight) if isfinite(self.weight) else 0.0

    @property
    def room(self) -> float:
        """The width between the columns."""
        return self.span[1] - self.span[0]

    def at(self, part: float) -> Point:
        """The point of the line at this fraction of the room."""
        (x0, y0), (x1, y1) = self.start, self.end
        x = self.span[0] + part * self.room
        return x, y0 + (x - x0) / (x1 - x0) * (y1 - y0)


def labelled(wires: list[Wire], is_backward: bool, kept: tuple[float, float], scale: str) -> list[Shape] | None:
    """The lines with the most informative words that fit, None if none do; `kept` is the free space at each end.

    Their widths are on the scale of that name.
    """
    for choice in range(max(len(wire.words) for wire in wires)):
        words = {wire.key: wire.words[min(choice, len(wire.words) - 1)] for wire in wires}
        if (stops := _stops(wires, words, kept)) is not None:
            most = max(wire.size for wire in wires) or 1.0
            lines: list[Shape] = [_line(wire, (scale, most), is_backward, bool(words[wire.key])) for wire in wires]
            return lines + [_label(wire, words[wire.key], stops[wire.key]) for wire in wires if words[wire.key]]
    return None


def _stops(wires: list[Wire], words: dict[str, list[Line]], kept: tuple[float, float]) -> dict[str, float] | None:
    """The place of each line's words: in one column of words if they fit, else two or three, by source or target."""
    shown = [wire for wire in wires if words[wire.key]]
    if not shown:
        return {}
    if len(shown) > MOST_LINES:
        return None
    room = wires[0].room
    wide = max(line_width(line, FONT) for wire in shown for line in words[wire.key]) + 6
    high = max(len(words[wire.key]) for wire in shown) * LINE * FONT + 2
    sources = sorted({wire.start[1] for wire in shown})
    targets = sorted({wire.end[1] for wire in shown})
    for count in (1, 2, 3):
        if count * wide > room - sum(kept):
            return None
        for ends, of in ((sources, 0), (targets, 1)):
            place = {y: i % count for i, y in enumerate(ends)}
            groups = [[w for w in shown if place[(w.start, w.end)[of][1]] == k] for k in range(count)]
            fitting = [stops for stops in product(STOPS, repeat=count) if _are_apart(stops, room, wide, kept)]
            apart = {
                stops: min(_least_distance(group, stop) for group, stop in zip(groups, stops)) for stops in fitting
            }
            best = max(fitting, key=lambda stops: (min(apart[stops], 1.6 * high), -_off_centre(stops)), default=None)
            if best and apart[best] >= high:
                return {wire.key: stop for group, stop in zip(groups, best) for wire in group}
    return None


def _are_apart(stops: Iterable[float], room: float, wide: float, kept: tuple[float, float]) -> bool:
    """Whether columns of words at these places neither overlap nor leave the room."""
    centres = [room * stop for stop in stops]
    inside = all(kept[0] + wide / 2 <= x <= room - kept[1] - wide / 2 for x in centres)
    return inside and all(b - a >= wide + 4 for a, b in pairwise(centres))


def _off_centre(stops: tuple[float, ...]) -> float:
    return abs(sum(stops) / len(stops) - 0.5)


def _least_distance(wires: list[Wire], stop: float) -> float:
    heights = sorted(wire.at(stop)[1] for wire in wires)
    return min((b - a for a, b in pairwise(heights)), default=1e9)


def _line(wire: Wire, scale: tuple[str, float], is_backward: bool, is_used: bool) -> Group:
    colour = "negative" if wire.weight < 0 else "positive" if isfinite(wire.weight) else "warning"
    width = THINNEST + (WIDEST - THINNEST) * wire.size / scale[1]
    start, end = (wire.end, wire.start) if is_backward else (wire.start, wire.end)
    dash, opacity = "dashed" if wire.weight < 0 else "", 0.55 if is_used else 0.15
    look = Look(stroke=colour, width=width, dash=dash, opacity=opacity, scale=scale)
    shapes: list[Shape] = [Curve((start, start, end, end), look)]
    if is_used:
        shapes.append(arrowhead(end, start, colour))
    return Group(wire.key, "wire", tuple(shapes), wire.said)


def _label(wire: Wire, lines: list[Line], stop: float) -> Group:
    """The words of a line, each on its own background, so that the line shows while words are still hidden."""
    x, y = wire.at(stop)
    pitch, width, shapes = LINE * FONT, max(line_width(line, FONT) for line in lines) + 4, list[Shape]()
    for i, line in enumerate(lines):
        top = y + (i - len(lines) / 2) * pitch
        shapes += [Rect(x - width / 2, top, width, pitch, Look("background")), *stacked([line], x, top, FONT)]
    return Group(f"{wire.key}-label", "wire", tuple(shapes), wire.said)

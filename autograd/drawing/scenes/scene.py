"""A scene: the visible shapes with their places, independent of the output format.

Lengths are in pixels, and y points down. Colours are names in a theme.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from math import hypot
from typing import TypeAlias

from autograd.drawing.scenes.fonts import text_width

Point: TypeAlias = tuple[float, float]

LINE = 1.3  # line height, in font sizes
THINNEST = 0.8  # the width of a line whose magnitude is 0
ASCENT = 0.95  # from the top of a line to its baseline
ARROWHEAD = 9.0  # the length of an arrowhead


@dataclass(frozen=True)
class Look:
    """The style of a shape; an empty colour is not drawn."""

    fill: str = ""
    stroke: str = ""
    width: float = 1.0
    dash: str = ""  # "dashed", "dotted"
    opacity: float = 1.0
    scale: tuple[str, float] | None = None  # the name and end of the scale on which width or opacity is a magnitude


@dataclass(frozen=True)
class Rect:
    """A rectangle with rounded corners."""

    x: float
    y: float
    width: float
    height: float
    look: Look
    radius: float = 0.0


@dataclass(frozen=True)
class Circle:
    """A circle, or an ellipse with two radii."""

    x: float
    y: float
    rx: float
    ry: float
    look: Look


@dataclass(frozen=True)
class Polygon:
    """A closed polygon."""

    points: tuple[Point, ...]
    look: Look


@dataclass(frozen=True)
class Curve:
    """A chain of cubic Bézier curves: a start, then two control points and an end for each."""

    points: tuple[Point, ...]
    look: Look


@dataclass(frozen=True)
class Cells:
    """Cells of one colour, given by their upper left corners: the part of a heat map in one shade."""

    corners: tuple[Point, ...]
    width: float
    height: float
    look: Look


@dataclass(frozen=True)
class Text:
    """One run of text in one style; `x` is its left end, `y` its baseline."""

    x: float
    y: float
    words: str
    size: float
    colour: str = "ink"
    bold: bool = False
    italic: bool = False

    @property
    def width(self) -> float:
        """The width that the text takes."""
        return text_width(self.words, self.size, self.bold)


@dataclass(frozen=True)
class Group:
    """Shapes that belong together, moved by `at`; a mouse shows `title`, scripts use `kind`."""

    key: str
    kind: str
    shapes: tuple[Shape, ...]
    title: str = ""
    at: Point = (0.0, 0.0)


Shape: TypeAlias = Rect | Circle | Polygon | Curve | Cells | Text | Group


@dataclass
class Scene:
    """Shapes on a page, from back to front."""

    width: float
    height: float
    shapes: list[Shape] = field(default_factory=list)

    def texts(self) -> Iterable[Text]:
        """Every text."""
        waiting = list(self.shapes)
        for shape in waiting:
            if isinstance(shape, Group):
                waiting += shape.shapes
            elif isinstance(shape, Text):
                yield shape


@dataclass(frozen=True)
class Run:
    """A piece of a line in one style."""

    words: str
    colour: str = "ink"
    bold: bool = False
    italic: bool = False


Line: TypeAlias = tuple[Run, ...]


def split(line: Line) -> list[Line]:
    """Split a line at the line breaks in its words."""
    lines: list[list[Run]] = [[]]
    for run in line:
        first, *others = run.words.split("\n")
        lines[-1].append(replace(run, words=first))
        lines += [[replace(run, words=words)] for words in others]
    return [tuple(runs) for runs in lines]


def line_width(line: Line, size: float) -> float:
    """The width of a line."""
    return sum(text_width(run.words, size, run.bold) for run in line)


def placed(line: Line, x: float, y: float, size: float, align: float = 0.0) -> list[Text]:
    """The texts of a line with baseline y; x is its left end, its middle with `align` ½, its right end with 1."""
    at, found = x - align * line_width(line, size), []
    for run in line:
        words = run.words.strip()  # spaces only move what follows: their width differs in a browser
        before = run.words[: len(run.words) - len(run.words.lstrip())]
        if words:
            start = at + text_width(before, size, run.bold)
            found.append(Text(start, y, words, size, run.colour, run.bold, run.italic))
        at += text_width(run.words, size, run.bold)
    return found


def stacked(lines: Iterable[Line], x: float, top: float, size: float, align: float = 0.5) -> list[Text]:
    """The texts of lines, one below the other."""
    return [
        text for i, line in enumerate(lines) for text in placed(line, x, top + (i * LINE + ASCENT) * size, size, align)
    ]


def arrowhead(tip: Point, towards: Point, colour: str) -> Polygon:
    """An arrowhead at `tip`, for a line that comes from the point `towards`."""
    dx, dy = tip[0] - towards[0], tip[1] - towards[1]
    length = hypot(dx, dy) or 1.0
    dx, dy = dx / length * ARROWHEAD, dy / length * ARROWHEAD
    back = (tip[0] - dx, tip[1] - dy)
    sides = ((back[0] - dy * 0.4, back[1] + dx * 0.4), (back[0] + dy * 0.4, back[1] - dx * 0.4))
    return Polygon((tip, *sides), Look(fill=colour))

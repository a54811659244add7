"""A scene as PNG or PDF, drawn by Graphviz: shapes become a background, texts become nodes with fixed places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from math import ceil
from typing import Any

from autograd.drawing.scenes.scene import Cells, Circle, Curve, Group, Look, Point, Rect, Scene, Shape, Text
from autograd.drawing.scenes.themes import Theme
from autograd.symbols.text import visible

FONTS = "Liberation Sans,Arial,Helvetica"
LONGEST_STRING = 12_000  # characters in one string
CORNER = 0.5523  # relative to the radius: the distance of the control points of a quarter circle from its ends


def placed_graph(scene: Scene, theme: Theme, scale: float) -> str:
    """DOT of the scene for `neato -n2`, which draws it and moves nothing."""
    writer = XdotWriter(scene.height, {field.name: getattr(theme, field.name) for field in fields(theme)})
    for shape in scene.shapes:
        writer.shape(shape)
    corners = "".join(
        f'c{i} [pos="{x:.1f},{y:.1f}", label="", style=invis];\n'
        for i, (x, y) in enumerate(((0, 0), (scene.width, scene.height)))
    )
    dpi = 72 * scale * (1 - 2 / (scale * max(scene.width, scene.height) + 2))  # Graphviz adds a pixel to each side
    return (
        f'graph {{ graph [pad=0, dpi={dpi:.3f}, bgcolor="{theme.background}", '
        f"_background={_quoted(writer.drawn)}];\n"
        f"node [shape=plaintext, width=0, height=0, margin=0, fixedsize=true];\n{corners}{''.join(writer.texts)}}}"
    )


class XdotWriter:
    """Writes shapes in Graphviz's xdot, where y goes up."""

    def __init__(self, height: float, colours: dict[str, str]) -> None:
        self.height, self.colours = height, colours
        self.left = 0.0
        self.drawn: list[str] = []
        self.texts: list[str] = []

    def shape(self, shape: Shape) -> None:
        """Write a shape, including the shapes inside it."""
        if isinstance(shape, Group):
            self.left, self.height = self.left + shape.at[0], self.height - shape.at[1]
            for inner in shape.shapes:
                self.shape(inner)
            self.left, self.height = self.left - shape.at[0], self.height + shape.at[1]
        elif isinstance(shape, Text):
            self._text(shape)
        elif isinstance(shape, Circle):
            centre = f"{self.left + shape.x:.1f} {self.height - shape.y:.1f} {shape.rx:.1f} {shape.ry:.1f}"
            self._draw(shape.look, "E", "e", centre)
        elif isinstance(shape, Curve):
            self._draw(shape.look, "", "B", self._points(shape.points))
        elif isinstance(shape, Cells):
            for x, y in shape.corners:
                self._draw(shape.look, "P", "p", self._points(_box(x, y, shape.width, shape.height)))
        elif isinstance(shape, Rect) and shape.radius:
            self._draw(shape.look, "b", "B", self._points(_rounded(shape)))
        elif isinstance(shape, Rect):
            self._draw(shape.look, "P", "p", self._points(_box(shape.x, shape.y, shape.width, shape.height)))
        else:
            self._draw(shape.look, "P", "p", self._points(shape.points))

    def _points(self, points: Iterable[Point]) -> str:
        found = [f"{self.left + x:.1f} {self.height - y:.1f}" for x, y in points]
        return f"{len(found)} {' '.join(found)}"

    def _draw(self, look: Look, filled: str, outline: str, where: str) -> None:
        """Draw the filling first, then the outline: filled shapes of xdot would add their own outline."""
        if not look.opacity:  # visible only to a mouse
            return
        if look.fill and filled:
            colour = self._colour(look.fill, look.opacity)
            self.drawn.append(f"{_style('setlinewidth(0)')} c {colour} C {colour} {filled} {where}")
        if look.stroke:
            styles = [_style(f"setlinewidth({look.width:.1f})"), _style(look.dash or "solid")]
            self.drawn.append(f"{' '.join(styles)} c {self._colour(look.stroke, look.opacity)} {outline} {where}")

    def _colour(self, name: str, opacity: float) -> str:
        colour = self.colours[name] + (f"{ceil(255 * opacity):02x}" if opacity < 1 else "")
        return f"{len(colour)} -{colour}"

    def _text(self, text: Text) -> None:
        """Add a node around the middle of the text: Graphviz puts a baseline 0.3 of the font size below it."""
        x, y = self.left + text.x + text.width / 2, self.height - text.y + 0.3 * text.size
        words = visible(text.words).replace("\\", "\\\\").replace('"', '\\"')
        font = FONTS + " Bold" * text.bold + " Italic" * text.italic
        self.texts.append(
            f't{len(self.texts)} [pos="{x:.1f},{y:.1f}", fontname="{font}", fontsize={text.size:.1f}, '
            f'fontcolor="{self.colours[text.colour]}", label="{words}"];\n'
        )


def _quoted(drawn: list[str]) -> str:
    """A long string in pieces, since Graphviz does not read strings of more than 16,384 characters."""
    pieces, length = [[""]], 0
    for shape in drawn:
        length += len(shape) + 1
        if length > LONGEST_STRING:
            pieces.append([])
            length = len(shape) + 1
        pieces[-1].append(shape)
    return "\n+ ".join(f'"{" ".join(piece)} "' for piece in pieces)


def _style(style: str) -> str:
    return f"S {len(style)} -{style}"


def _box(x: float, y: float, width: float, height: float) -> tuple[Point, ...]:
    return (x, y), (x + width, y), (x + width, y + height), (x, y + height)


def _rounded(r: Rect) -> list[Point]:
    """A rectangle with rounded corners as one closed chain of Bézier curves, clockwise from the top left."""
    radius = min(r.radius, r.width / 2, r.height / 2)
    found: list[Point] = [(r.x + radius, r.y)]
    turns: list[tuple[Any, ...]] = [
        (r.x + r.width, r.y, 1, 0), (r.x + r.width, r.y + r.height, 0, 1),
        (r.x, r.y + r.height, -1, 0), (r.x, r.y, 0, -1),
    ]  # fmt: skip
    for x, y, dx, dy in turns:
        start, end = (x - radius * dx, y - radius * dy), (x - radius * dy, y + radius * dx)
        bend = radius * (1 - CORNER)
        found += [found[-1], start, start]  # a straight side
        found += [(x - bend * dx, y - bend * dy), (x - bend * dy, y + bend * dx), end]
    return found

"""A scene as SVG, with words for readers who cannot see it, and every font stretched to the measured width."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from autograd.drawing.scenes.fonts import FAMILY
from autograd.drawing.scenes.scene import Cells, Circle, Curve, Group, Look, Polygon, Rect, Scene, Text
from autograd.drawing.scenes.themes import THEMES, Theme
from autograd.symbols.text import visible

DASHES = {"dashed": "6 4", "dotted": "1.5 3.5"}


def svg(scene: Scene, theme: str, title: str, description: str, width: float, height: float) -> str:
    """The scene at a width and height in pixels; with the theme "auto", it is dark in a reader's dark mode."""
    writer = SvgWriter(THEMES["light" if theme == "auto" else theme])
    body = "\n".join(map(writer.shape, scene.shapes))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" class="autograd-{theme}" '
        f'width="{_n(width)}" height="{_n(height)}" viewBox="0 0 {_n(scene.width)} {_n(scene.height)}" '
        f'style="max-width:100%;height:auto" font-family="{FAMILY}">\n'
        f"<title>{escape(visible(title))}</title>\n<desc>{escape(visible(description))}</desc>\n"
        f"{_dark() if theme == 'auto' else ''}"
        f'<rect class="background" width="100%" height="100%" fill="{writer.theme.background}"/>\n{body}\n</svg>\n'
    )


@dataclass(frozen=True)
class Sketch:
    """A scene with its words, and the size, relative to its own, at which it is shown."""

    scene: Scene
    title: str
    description: str
    scale: float

    def svg(self, theme: str) -> str:
        """The scene as SVG."""
        width, height = self.scene.width * self.scale, self.scene.height * self.scale
        return svg(self.scene, theme, self.title, self.description, width, height)


def _dark() -> str:
    """The rules that replace every colour of the light theme by that of the dark theme."""
    rules = [
        f".autograd-auto [{what}={colour!r}]{{{what}:{getattr(THEMES['dark'], name)}}}"
        for name, colour in asdict(THEMES["light"]).items()
        for what in ("fill", "stroke")
    ]
    return f"<style>@media (prefers-color-scheme: dark) {{\n{chr(10).join(rules)}\n}}</style>\n"


def _n(x: float) -> str:
    return f"{x:.1f}".removesuffix(".0")


class SvgWriter:
    """Writes shapes in the colours of a theme."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.colours = {field.name: getattr(theme, field.name) for field in fields(theme)}
        self.writers: dict[type, Callable[[Any], str]] = {
            Rect: self._rect, Circle: self._circle, Polygon: self._polygon, Curve: self._curve, Cells: self._cells,
            Text: self._text, Group: self._group,
        }  # fmt: skip

    def shape(self, shape: Any) -> str:
        """The element of a shape."""
        return self.writers[type(shape)](shape)

    def _look(self, look: Look) -> str:
        found = f' fill="{self.colours[look.fill] if look.fill else "none"}"'
        if look.stroke:
            found += f' stroke="{self.colours[look.stroke]}" stroke-width="{_n(look.width)}"'
        if look.dash:
            found += f' stroke-dasharray="{DASHES[look.dash]}" stroke-linecap="round"'
        return found + (f' opacity="{look.opacity:.2f}"' if look.opacity < 1 else "")

    def _rect(self, r: Rect) -> str:
        corner = f' rx="{_n(r.radius)}"' if r.radius else ""
        place = f'x="{_n(r.x)}" y="{_n(r.y)}" width="{_n(r.width)}" height="{_n(r.height)}"'
        return f"<rect {place}{corner}{self._look(r.look)}/>"

    def _circle(self, c: Circle) -> str:
        return f'<ellipse cx="{_n(c.x)}" cy="{_n(c.y)}" rx="{_n(c.rx)}" ry="{_n(c.ry)}"{self._look(c.look)}/>'

    def _polygon(self, p: Polygon) -> str:
        points = " ".join(f"{_n(x)},{_n(y)}" for x, y in p.points)
        return f'<polygon points="{points}"{self._look(p.look)}/>'

    def _curve(self, c: Curve) -> str:
        first, *rest = (f"{_n(x)} {_n(y)}" for x, y in c.points)
        return f'<path d="M{first} C{" ".join(rest)}"{self._look(c.look)}/>'

    def _cells(self, c: Cells) -> str:
        """Draw each cell as a stroke as wide as the cell is high: that takes half the characters of a rectangle."""
        strokes = "".join(f"M{_n(x)} {_n(y + c.height / 2)}h{_n(c.width)}" for x, y in c.corners)
        look = Look(stroke=c.look.fill, width=c.height, opacity=c.look.opacity)
        return f'<path d="{strokes}"{self._look(look)}/>'

    def _text(self, t: Text) -> str:
        style = (' font-weight="bold"' if t.bold else "") + (' font-style="italic"' if t.italic else "")
        length = f' textLength="{_n(t.width)}" lengthAdjust="spacingAndGlyphs"' if len(t.words) > 1 else ""
        return (
            f'<text class="{t.colour}" x="{_n(t.x)}" y="{_n(t.y)}" font-size="{_n(t.size)}"{style}{length} '
            f'fill="{self.colours[t.colour]}" xml:space="preserve">{escape(visible(t.words))}</text>'
        )

    def _group(self, g: Group) -> str:
        title = f"<title>{escape(visible(g.title))}</title>" if g.title else ""
        key = f" id={quoteattr(g.key)}" if g.key else ""
        moved = f' transform="translate({_n(g.at[0])} {_n(g.at[1])})"' if any(g.at) else ""
        return f'<g{key} class="{g.kind}"{moved}>{title}{"".join(map(self.shape, g.shapes))}</g>'

"""The finish of an SVG: a title and a description for readers who cannot see it."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from autograd.drawing.picture import Picture
from autograd.symbols.text import visible


def finished(svg: str, picture: Picture) -> str:
    """Graphviz's SVG with a role, a title and a description, and without its own titles, which are just keys."""
    svg = re.sub(r"<title>[^<]*</title>\n?", "", svg)
    description = f"{picture.description}. {picture.caption}".strip()
    words = f"<title>{escape(visible(picture.title))}</title>\n<desc>{escape(visible(description))}</desc>\n"
    return re.sub(r"(<svg\b)([^>]*>)", lambda m: f'{m[1]} role="img"{m[2]}\n{words}', svg, count=1)

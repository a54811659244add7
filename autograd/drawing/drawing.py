"""Drawing: a picture that can be saved, shown and rendered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from autograd.drawing import dot, layout, page
from autograd.drawing.circuit import circuit
from autograd.drawing.picture import Picture
from autograd.drawing.raster import placed_graph
from autograd.drawing.scene import Scene
from autograd.drawing.sizes import size_of
from autograd.drawing.svg import svg
from autograd.drawing.themes import theme_named

ENDINGS = ("svg", "png", "pdf", "dot", "html")

Attributes = Mapping[str, Mapping[str, str] | None]


class Drawing:
    """A picture of a graph. `picture` is its content as plain data; a notebook shows it as SVG."""

    def __init__(
        self,
        picture: Picture,
        fresh: Callable[[], Picture],
        *,
        rankdir: str = "LR",
        theme: str = "light",
        size: str = "slide",
        attributes: Attributes | None = None,
        filename: str | None = None,
        format: str = "svg",
    ) -> None:
        """`fresh` makes the same picture with adjoints from a backward pass of its own."""
        self.picture, self._fresh = picture, fresh
        self.rankdir, self.theme, self.size = rankdir, theme, size_of(size)
        self.filename, self.format = filename, format
        self._attributes = attributes or {}
        self._colours = theme_named("light" if theme == "auto" else theme)

    @cached_property
    def scene(self) -> Scene:
        """The picture as shapes with places."""
        return circuit(self.picture, self.rankdir)

    @property
    def caption(self) -> str:
        """What the picture does not show; empty if it shows everything."""
        return self.picture.caption

    @property
    def source(self) -> str:
        """The picture in the DOT language, for a layout by Graphviz; it needs no layout engine."""
        attributes = {"graph_attr": None, "node_attr": None, "edge_attr": None, **self._attributes}
        return str(dot.digraph(self.picture, self.rankdir, self._colours, **attributes).source)

    def svg(self) -> str:
        """The picture as SVG, with a title and a description."""
        return layout.render(self.source, "svg").decode("utf-8") if self._by_graphviz else self._svg(self.theme)

    def _svg(self, theme: str) -> str:
        scale = self.size.scale(self.scene)
        description = f"{self.picture.description}. {self.caption}".strip()
        return svg(
            self.scene, theme, self.picture.title, description, self.scene.width * scale, self.scene.height * scale
        )

    def html(self) -> str:
        """A page that steps through both passes, with adjoints of a backward pass of its own; one file, no network."""
        fresh = Drawing(self._fresh(), self._fresh, rankdir=self.rankdir, theme=self.theme, size="natural")
        return page.page(fresh.picture, fresh.svg(), fresh._colours, self.theme)

    def pipe(self, format: str | None = None) -> bytes:
        """The picture as bytes in a format, as in the graphviz package."""
        ending = format or self.format
        texts = {"dot": lambda: self.source, "svg": self.svg, "html": self.html}
        if ending in texts:
            return texts[ending]().encode("utf-8")
        if self._by_graphviz:
            return layout.render(self.source, ending)
        return layout.render(placed_graph(self.scene, self._colours, self.size.scale(self.scene)), ending, placed=True)

    @property
    def _by_graphviz(self) -> bool:
        """Whether Graphviz lays the picture out, because its attributes were given."""
        return any(self._attributes.values())

    def save(self, filename: str | Path) -> Path:
        """Write the picture to a file whose ending gives the format: svg, png, pdf, dot or html; returns its path.

        ValueError for another ending. A png or pdf is drawn by Graphviz: the `dot` program, or the `draw` extra. Without
        one, NoLayoutEngine, a graphviz.ExecutableNotFound, is raised, and an svg is written beside the file.
        """
        path = Path(filename)
        ending = path.suffix[1:].lower()
        if ending not in ENDINGS:
            raise ValueError(f"draw: {path.name!r} must end in one of {', '.join('.' + known for known in ENDINGS)}")
        try:
            data = self.pipe(ending)
        except layout.NoLayoutEngine:
            fallback = path.with_suffix(".svg")
            fallback.write_text(self.svg(), encoding="utf-8")
            raise layout.NoLayoutEngine(str(fallback)) from None
        path.write_bytes(data)
        return path

    def render(
        self,
        filename: str | Path | None = None,
        format: str | None = None,
        view: bool = False,
        cleanup: bool = True,
        directory: str | Path = "",
    ) -> str:
        """Write the picture to a file, its format appended if it is missing; returns the file's name.

        With `view`, the system's viewer opens it. The options are those of the graphviz package, but there is no other
        file, so `cleanup` has nothing to do.
        """
        name = Path(directory, filename or self.filename or "gradients")
        ending = f".{format or self.format}"
        path = self.save(name if name.suffix == ending else f"{name}{ending}")
        if view:
            import graphviz

            graphviz.view(str(path))
        return str(path)

    def view(self, filename: str | Path | None = None) -> str:
        """Write the picture to a file, a temporary one by default, and open it with the system's viewer."""
        return self.render(filename or Path(mkdtemp()) / "gradients", view=True)

    def __repr__(self) -> str:
        return f"<Drawing: {self.picture.description}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """SVG for a notebook, as wide as the cell at most and dark where the notebook is, and text."""
        theme = "auto" if self.theme == "light" else self.theme
        return {"text/plain": repr(self), "image/svg+xml": self._svg(theme)}

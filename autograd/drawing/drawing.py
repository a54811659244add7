"""Drawing: a picture that can be saved, shown and rendered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from autograd.drawing import dot, layout, page, svg
from autograd.drawing.picture import Picture

ENDINGS = ("svg", "png", "pdf", "dot", "html")


class Drawing:
    """A picture of a graph. `picture` is its content as plain data; a notebook shows it as SVG."""

    def __init__(
        self,
        picture: Picture,
        rankdir: str,
        theme: str,
        attributes: Mapping[str, Mapping[str, str] | None],
        filename: str | None,
        format: str,
        fresh: Callable[[], Picture],
    ) -> None:
        """`fresh` makes the same picture with adjoints from a backward pass of its own."""
        if rankdir not in ("LR", "RL", "TB", "BT"):
            raise ValueError(f"draw: rankdir must be LR, RL, TB or BT, got {rankdir!r}")
        self.picture = picture
        self.filename = filename
        self.format = format
        self.rankdir, self.theme, self.attributes, self._fresh = rankdir, theme, attributes, fresh
        self.digraph = dot.digraph(picture, rankdir, dot.theme_named(theme), **attributes)

    @property
    def source(self) -> str:
        """The picture in the DOT language; it needs no layout engine."""
        return str(self.digraph.source)

    def svg(self) -> str:
        """The picture as SVG, with a title and a description."""
        return svg.finished(self._laid_out("svg").decode("utf-8"), self.picture)

    def html(self) -> str:
        """A page that steps through both passes, with adjoints of a backward pass of its own; one file, no network."""
        fresh = Drawing(self._fresh(), self.rankdir, self.theme, self.attributes, None, "svg", self._fresh)
        return page.page(fresh.picture, fresh.svg(), dot.theme_named(self.theme), self.theme)

    def pipe(self, format: str | None = None) -> bytes:
        """The picture as bytes in a format, as in the graphviz package."""
        ending = format or self.format
        if ending == "dot":
            return self.source.encode("utf-8")
        if ending in ("svg", "html"):
            return (self.svg() if ending == "svg" else self.html()).encode("utf-8")
        return self._laid_out(ending)

    def save(self, filename: str | Path) -> Path:
        """Write the picture to a file whose ending gives the format: svg, png, pdf, dot or html; returns its path.

        ValueError for another ending. All but dot need a layout engine: the `dot` program, or the `draw` extra. Without
        one, NoLayoutEngine, a graphviz.ExecutableNotFound, is raised, and the DOT source is written beside the file.
        """
        path = Path(filename)
        ending = path.suffix[1:].lower()
        if ending not in ENDINGS:
            raise ValueError(f"draw: {path.name!r} must end in one of {', '.join('.' + known for known in ENDINGS)}")
        try:
            data = self.pipe(ending)
        except layout.NoLayoutEngine:
            fallback = path.with_suffix(".dot")
            fallback.write_text(self.source, encoding="utf-8")
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

    def _laid_out(self, ending: str) -> bytes:
        plainer = self.digraph.copy()
        plainer.attr("graph", splines="line", nslimit="2", nslimit1="2", mclimit="0.2")
        return layout.render(self.source, plainer.source, ending)

    def __repr__(self) -> str:
        return f"<Drawing: {self.picture.description}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """SVG and text for a notebook; text alone without a layout, since a notebook must not fail to show it."""
        bundle = {"text/plain": repr(self)}
        try:
            bundle["image/svg+xml"] = self.svg()
        except (layout.NoLayoutEngine, TimeoutError, RuntimeError) as error:
            bundle["text/plain"] += f"\n{error}"
        return bundle

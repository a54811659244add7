"""Pictures of a graph through Graphviz: draw(C).save("backprop.svg")."""

from __future__ import annotations

from autograd.drawing.dot import digraph
from autograd.engine.graph import Graph

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from autograd.engine import Value


class Drawing:
    """A picture of a graph; a notebook shows it as SVG."""

    def __init__(self, output: Value, rankdir: str = "LR") -> None:
        self.digraph = digraph(Graph(output), rankdir)

    @property
    def source(self) -> str:
        """The picture in the DOT language."""
        source: str = self.digraph.source
        return source

    def save(self, filename: str | Path) -> Path:
        """Write the picture to a file whose ending says how: svg, png, pdf or dot; returns its path.

        ValueError for another ending. All but dot need a layout engine: the `dot` program, or the `draw` extra. Without
        one, graphviz.ExecutableNotFound is raised, and the source is written beside the file as .dot.
        """
        from pathlib import Path

        path = Path(filename)
        ending = path.suffix[1:].lower()
        if ending not in ("svg", "png", "pdf", "dot"):
            raise ValueError(f"draw: {path.name!r} must end in .svg, .png, .pdf or .dot")
        if ending == "dot":
            path.write_text(self.source, encoding="utf-8")
        else:
            path.write_bytes(self._rendered(ending, path.with_suffix(".dot")))
        return path

    def _rendered(self, ending: str, fallback: Path | None = None) -> bytes:
        import shutil

        if shutil.which("dot"):
            rendered: bytes = self.digraph.pipe(format=ending)
            return rendered
        try:
            import pygraphviz
        except ImportError:
            raise self._no_engine(fallback) from None
        drawn: bytes = pygraphviz.AGraph(string=self.source).draw(format=ending, prog="dot")
        return drawn

    def _no_engine(self, fallback: Path | None) -> Exception:
        from graphviz import ExecutableNotFound

        advice = "draw: no layout engine: install Graphviz, or pip install 'scalar-autograd[draw]'"
        if fallback is not None:
            fallback.write_text(self.source, encoding="utf-8")
            advice += f"; wrote {fallback}"
        error: Exception = ExecutableNotFound(["dot"])
        error.args = (advice,)
        return error

    def _repr_svg_(self) -> str:
        return self._rendered("svg").decode("utf-8")


def draw(output: Value, rankdir: str = "LR") -> Drawing:
    """A picture of everything below `output`: values forward, local derivatives on the edges, adjoints backward.

    `rankdir` is Graphviz's: LR from left to right, TB from top to bottom. TypeError for anything but a Value.

    >>> from autograd import Value
    >>> x = Value(0.5, label="x")
    >>> picture = draw(x * x)
    >>> picture.source.count("->")
    2
    """
    return Drawing(output, rankdir)

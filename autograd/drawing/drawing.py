"""Drawing: a picture that can be saved, shown and rendered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from autograd.drawing import page
from autograd.drawing.boxes.naming import Naming
from autograd.drawing.circuits import dot
from autograd.drawing.circuits.choosing import Request, check_options, choose
from autograd.drawing.circuits.circuit import Circuit
from autograd.drawing.circuits.picture import Picture
from autograd.drawing.networks.columns import network_scene
from autograd.drawing.networks.network import Network, find_network
from autograd.drawing.passes.lecture import lecture_steps
from autograd.drawing.passes.steps import steps
from autograd.drawing.scenes import layout
from autograd.drawing.scenes.raster import placed_graph
from autograd.drawing.scenes.scene import Scene
from autograd.drawing.scenes.sizes import LEGIBLE, SIZES
from autograd.drawing.scenes.svg import Sketch
from autograd.drawing.scenes.themes import THEMES
from autograd.engine.graph import Graph

ENDINGS = ("svg", "png", "pdf", "dot", "html")

Attributes = Mapping[str, Mapping[str, str] | None]


VIEWS = ("auto", "circuit", "network")
DIRECTIONS = ("forward", "backward")
WIDEST, TALLEST = 1280.0, 720.0  # for a network
WIDEST_LAYER = 330.0  # the most width that leaving out one hidden layer saves
NO_NETWORK = (
    "draw: this graph has no layers of neurons σ(w·x + b), whose weights are parameters, and whose inputs x are "
    "constants (Value.constant) or are not in names=; view='circuit' draws any graph"
)


class Drawing:
    """A picture of a graph; `picture` is its circuit as plain data. A notebook shows it as SVG."""

    def __init__(
        self,
        request: Request,
        *,
        view: str = "circuit",
        direction: str = "forward",
        theme: str = "light",
        attributes: Attributes | None = None,
        filename: str | None = None,
        format: str = "svg",
        mark: Callable[[Picture], Picture] = lambda picture: picture,
        graph: Graph | None = None,
    ) -> None:
        """`mark` is applied to the circuit. Pictures that share a `graph` run the rule of each node once."""
        request.check()
        check_options(view=(view, VIEWS), direction=(direction, DIRECTIONS), theme=(theme, (*THEMES, "auto")))
        self._request, self._mark, self._view = request, mark, view
        self._naming = Naming(request.names)
        self._graph = graph or Graph(request.output, self._naming.values)
        self._laid: Circuit | None = None
        self.direction, self.theme, self.size = direction, theme, SIZES[request.size]
        self.filename, self.format = filename, format
        self._attributes = attributes or {}
        self._colours = THEMES["light" if theme == "auto" else theme]
        is_module = hasattr(request.names, "named_parameters") and not any(self._attributes.values())
        network = self._network() if view == "network" or (view == "auto" and is_module) else None
        if view == "network" and network is None:
            raise ValueError(NO_NETWORK)
        self.shown = "circuit" if network is None else "network"
        self.scene, self.caption = self._boxes() if network is None else self._columns(network)

    @property
    def picture(self) -> Picture:
        """The circuit as plain data."""
        return self._circuit.picture

    @property
    def _circuit(self) -> Circuit:
        """The circuit, chosen and laid out once."""
        if self._laid is None:  # the lock of a cached_property would stay locked in a fork
            chosen = choose(self._request, self._graph, self._naming)
            marked = self._mark(chosen.picture)
            circuit = chosen if marked is chosen.picture else Circuit(marked, self._request.rankdir)
            self._laid = circuit.captioned(_joined(marked.caption, self._waiting))
        return self._laid

    @property
    def _waiting(self) -> str:
        """An explanation of the dashes in a graph without a backward pass, empty if there was one."""
        output = self._request.output
        is_known = self._request.fresh or output.has_grad or not output.inputs or output.is_constant
        return "" if is_known else "— until backward() is called"

    def _boxes(self) -> tuple[Scene, str]:
        self._title, self._description = self.picture.title, self.picture.description
        return self._circuit.scene(), self.picture.caption

    def _network(self) -> Network | None:
        return find_network(self._graph, self._naming, self._request.fresh)

    def _columns(self, network: Network) -> tuple[Scene, str]:
        name = network.graph.name(network.graph.output)
        self._title = f"Gradient network of {name}"
        self._description = f"{name}, from {network.described()}"
        width = min(self.size.width, WIDEST)
        room = (network, self.direction, width, min(self.size.height, TALLEST))
        hidden, most, note = 0, max(len(network.layers) - 2, 0), self._waiting
        scene, caption = network_scene(*room, hidden, note)
        while not self.size.fits(scene) and hidden < most:
            too_wide = scene.width * (1 - self.size.text_height(scene) / LEGIBLE)
            hidden = min(hidden + max(1, int(too_wide / WIDEST_LAYER)), most)
            scene, caption = network_scene(*room, hidden, note)
        if self.size.fits(scene):
            return scene, caption
        small = f"text is {self.size.text_height(scene):.1f} px high; size='natural'"
        return network_scene(*room, hidden, _joined(small, note))

    @property
    def source(self) -> str:
        """The picture in the DOT language, for a layout by Graphviz; no layout engine is needed for the text."""
        attributes = {"graph_attr": None, "node_attr": None, "edge_attr": None, **self._attributes}
        return str(dot.digraph(self.picture, self._request.rankdir, self._colours, **attributes).source)

    def svg(self) -> str:
        """The picture as SVG, with a title and a description."""
        return layout.render(self.source, "svg").decode("utf-8") if self._by_graphviz else self._svg(self.theme)

    def sketch(self) -> Sketch:
        """The visible scene with its words, without the graph."""
        return Sketch(
            self.scene, self._title, f"{self._description}. {self.caption}".strip(), self.size.scale(self.scene)
        )

    def _svg(self, theme: str) -> str:
        return self.sketch().svg(theme)

    def html(self) -> str:
        """A page that steps through both passes, with adjoints of its own backward pass; one file, usable offline."""
        request, naming = replace(self._request, fresh=True, size="natural"), Naming(self._request.names)
        graph = Graph(request.output, naming.values, self._graph)
        theme = "light" if self.theme == "auto" else self.theme
        drawn = Drawing(request, view="circuit", theme=theme, mark=self._mark, graph=graph)
        views = [page.PageView("circuit", drawn.svg(), drawn.caption, list(steps(drawn.picture)))]
        network = find_network(graph, naming, fresh=True)
        if network is not None:
            shown = Drawing(replace(request, size="slide"), view="network", theme=theme, graph=graph)
            views.insert(0, page.PageView("network", shown.svg(), shown.caption, list(lecture_steps(network))))
        if self._view == "circuit":
            views.reverse()
        return page.page(f"Gradient graph of {drawn.picture.output}", views, self._colours, theme)

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
        """Whether Graphviz lays out the picture, because Graphviz attributes were given."""
        return any(self._attributes.values())

    def save(self, filename: str | Path) -> Path:
        """Write the picture to a file whose ending gives the format: svg, png, pdf, dot or html; return its path.

        Raises ValueError for another ending. Graphviz draws png and pdf: the `dot` program, or the `draw` extra.
        Without either, NoLayoutEngine, a graphviz.ExecutableNotFound, is raised, and an svg is written next to the
        file.
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
        """Write the picture to a file, with its format appended if it is missing; return the file's name.

        With `view`, the system's viewer opens it. The options are those of the graphviz package, but there is no second
        file, so `cleanup` has no effect.
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
        return f"<Drawing: {self._description}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """SVG for a notebook, at most as wide as the cell and dark in a dark notebook, and text."""
        theme = "auto" if self.theme == "light" else self.theme
        return {"text/plain": repr(self), "image/svg+xml": self._svg(theme)}


def _joined(*parts: str) -> str:
    """Join the parts of a caption that are not empty."""
    return "; ".join(filter(None, parts))

"""Gradient descent as a page: the picture of each step, a slider, and the curve of the cost."""

from __future__ import annotations

import base64
import json
import math
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any, Protocol

from autograd.drawing import page
from autograd.drawing.boxes.naming import Naming
from autograd.drawing.circuits.choosing import Request, check_options
from autograd.drawing.curve import curve
from autograd.drawing.drawing import Drawing
from autograd.drawing.networks.network import find_network
from autograd.drawing.networks.scales import ends_of, on_scales
from autograd.drawing.scenes.svg import Sketch, svg
from autograd.drawing.scenes.themes import THEMES
from autograd.engine import Value
from autograd.engine.graph import Graph
from autograd.symbols.text import number, visible

MOST_PICTURES = 60  # pictures on a page
MOST_CHARACTERS = 800_000  # characters of compressed pictures


class Optimiser(Protocol):
    """The methods that the optimisers of `nn` have."""

    def zero_grad(self) -> None:
        """Reset the gradients of the last step."""

    def step(self) -> None:
        """Change the parameters."""


@dataclass(frozen=True)
class Snapshot:
    """One step of gradient descent: its number, the cost, the norm of the gradient, and the picture as SVG."""

    step: int
    cost: float
    norm: float
    picture: str = ""


class Training:
    """A page of gradient descent. `costs` are those before each step, and after the last one."""

    def __init__(
        self,
        cost: Callable[[], Value],
        names: Any,
        steps: int,
        rate: float,
        optimiser: Optimiser | None,
        direction: str,
        theme: str,
    ) -> None:
        if not isinstance(steps, int) or steps < 1:
            raise ValueError(f"draw.training: steps must be at least 1, got {steps!r}")
        if not callable(cost):
            raise TypeError("draw.training: cost must be a function that records the cost anew, as lambda: loss(model)")
        check_options(theme=(theme, (*THEMES, "auto")))
        self.theme = "light" if theme == "auto" else theme
        self._colours = THEMES[self.theme]
        self.direction, self._names, self._naming = direction, names, Naming(names)
        self.output = "C"
        self.costs: list[float] = []
        self.frames: list[Snapshot] = []
        self._sketches: list[Sketch] = []
        self._end = self._descend(cost, steps, rate, optimiser)
        self._draw()
        self._packed = self._pack()
        while len(self._packed) > MOST_CHARACTERS and len(self.frames) > 2:
            first, *others = self.frames
            self.frames = [first, *others[::-2][::-1]]
            self._packed = self._pack()

    def _draw(self) -> None:
        """Fill in the pictures: widths and shades are on one scale over all steps, so that growth is visible."""
        ends = ends_of(sketch.scene for sketch in self._sketches)
        for i, (frame, sketch) in enumerate(zip(self.frames, self._sketches)):
            drawn = replace(sketch, scene=on_scales(sketch.scene, ends))
            self.frames[i] = replace(frame, picture=drawn.svg(self.theme))
        self._sketches.clear()

    def _pack(self) -> str:
        """The pictures, compressed for the page's script."""
        pictures = json.dumps([frame.picture for frame in self.frames]).encode("utf-8")
        return base64.b64encode(zlib.compress(pictures, 9)).decode("ascii")

    @property
    def caption(self) -> str:
        """A note on steps not shown, and on why training ended before the last step."""
        count = len(self.costs)
        shown = f"{len(self.frames):,} of {count:,} steps shown" if len(self.frames) < count else ""
        return "; ".join(filter(None, [shown, self._end]))

    def _descend(self, cost: Callable[[], Value], steps: int, rate: float, optimiser: Optimiser | None) -> str:
        """Take the steps; return why they ended early, or ""."""
        drawn = {round(i * steps / (min(MOST_PICTURES, steps + 1) - 1)) for i in range(min(MOST_PICTURES, steps + 1))}
        for step in range(steps + 1):
            try:
                C = cost()
            except (ArithmeticError, ValueError) as error:
                if not self.frames:
                    raise
                return f"diverged: at step {step}, {error}"
            if not isinstance(C, Value):
                raise TypeError(f"draw.training: cost must return a Value, got {type(C).__name__}")
            graph = Graph(C, self._naming.values)
            parameters = self._parameters(graph)
            self.output = graph.name(C)
            for leaf in graph.nodes:  # including the cost's inputs, which the pictures show
                if not leaf.inputs:
                    leaf.grad = 0.0
            if optimiser is not None:
                optimiser.zero_grad()
            C.backward()
            self.costs.append(float(C.data))
            is_finite = math.isfinite(C.data) and all(math.isfinite(p.grad) for p in parameters)
            if step in drawn or not is_finite:
                norm = math.hypot(*(p.grad for p in parameters))
                self.frames.append(Snapshot(step, float(C.data), norm))
                self._sketches.append(self._sketch(graph))
            if not is_finite:
                return f"diverged: at step {step} the cost or its gradient is not finite"
            if step < steps:
                _move(parameters, rate, optimiser)
        return ""

    def _parameters(self, graph: Graph) -> list[Value]:
        """The parameters: those of the module or mapping, or every leaf below the cost."""
        if self._naming.values:
            return [v for v in self._naming.values if not v.is_constant]
        return [v for v in graph.nodes if self._naming.kind(v) == "parameter"]

    def _sketch(self, graph: Graph) -> Sketch:
        view = "circuit" if find_network(graph, self._naming) is None else "network"
        request = Request(graph.output, self._names)
        return Drawing(request, view=view, direction=self.direction, theme=self.theme, graph=graph).sketch()

    def html(self) -> str:
        """The page: one file that works offline; without JavaScript it shows the last step, the curve and the table."""
        last = len(self.frames) - 1
        scene, points = curve(self.output, self.costs, [frame.step for frame in self.frames])
        data = {"points": points, "said": [self._said(frame) for frame in self.frames], "pictures": self._packed}
        rows = "\n".join(
            f"<tr><td>{frame.step}</td><td>{number(frame.cost)}</td><td>{number(frame.norm)}</td></tr>"
            for frame in self.frames
        )
        return page.filled(
            "training",
            self._colours,
            theme=self.theme,
            title=escape(visible(f"Gradient descent on {self.output}")),
            curve=svg(scene, self.theme, "The cost", self._told(), scene.width, scene.height),
            picture=self.frames[last].picture,
            last=str(last),
            said=escape(self._said(self.frames[last])),
            caption=escape(self.caption),
            rows=rows,
            data=page.json_text(data),
        )

    def _told(self) -> str:
        first, last = number(self.costs[0]), number(self.costs[-1])
        return f"{len(self.costs) - 1} steps, {self.output} from {first} to {last}"

    def _said(self, frame: Snapshot) -> str:
        return f"step {frame.step}: {self.output} = {number(frame.cost)}, gradient of norm {number(frame.norm)}"

    def save(self, filename: str | Path) -> Path:
        """Write the page to a file that ends in .html; return its path."""
        path = Path(filename)
        if path.suffix.lower() != ".html":
            raise ValueError(f"draw.training: {path.name!r} must end in .html")
        path.write_text(self.html(), encoding="utf-8")
        return path

    def __repr__(self) -> str:
        return f"<Training: {'; '.join(filter(None, [self._told(), self.caption]))}>"

    def _repr_html_(self) -> str:
        """The page in a frame of a notebook."""
        return (
            f'<iframe title="{escape(repr(self))}" srcdoc="{escape(self.html())}" width="100%" height="760"></iframe>'
        )


def _move(parameters: Iterable[Value], rate: float, optimiser: Optimiser | None) -> None:
    """Take one step of gradient descent."""
    if optimiser is not None:
        optimiser.step()
        return
    for p in parameters:
        p.data -= rate * p.grad

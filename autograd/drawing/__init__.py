"""Pictures of a graph: forward × backward = ∂C/∂w, at a glance."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from autograd.forks import at_work

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from autograd.drawing.drawing import Drawing
    from autograd.drawing.training import Optimiser, Training
    from autograd.engine import Value


class Draw:
    """`draw(C)` returns a picture of a graph, `draw.training(cost)` a page that shows gradient descent.

    >>> from autograd import Value
    >>> x = Value(2.0, label="x")
    >>> draw(x**2)
    <Drawing: v1 = x²: 3 boxes, 2 arrows>
    """

    def __call__(
        self,
        output: Value,
        names: Any = None,
        view: str = "auto",
        direction: str = "forward",
        show: str = "auto",
        collapse: str = "auto",
        expand: str = "",
        size: str = "slide",
        rankdir: str = "LR",
        theme: str = "light",
        max_nodes: int = 600,
        filename: str | None = None,
        format: str = "svg",
        graph_attr: Mapping[str, str] | None = None,
        node_attr: Mapping[str, str] | None = None,
        edge_attr: Mapping[str, str] | None = None,
    ) -> Drawing:
        """Draw everything below `output`: values, local derivatives, adjoints, and their products.

        `names` maps names to Values, or is a Module, whose paths then name its parameters. `view` is "circuit" for
        boxes and arrows, or "network" for columns of neurons, with `direction` "backward" for the network of the
        backward pass; "auto" shows a Module as a network. `size` is where the picture must fit with legible text: a
        "slide", a "column" of a notebook, or a "page"; "natural" allows any size.

        In a circuit, `show` is "chain" for everything, "short" for arrows without names, "values" to omit the labels of
        arrows, "structure" to omit numbers too, or "auto", the most that fits. `collapse` sets what is folded: "none",
        operations without a label into "expressions", "sums", the calls of a "neuron", "layer" or "model", identical
        "rows", or "auto", the finest of these that fits; `expand` is the path of a module to leave open. At most
        `max_nodes` boxes are drawn, those nearest to the output; the caption says what is hidden. `rankdir` is the
        direction of arrows: LR, RL, TB, BT. If Graphviz attributes are given, Graphviz makes the layout.

        `theme` is "light", "dark", or "auto" for the reader's own. With a `filename`, the picture is also written to
        that file, with its `format` appended. Data and gradients do not change. Raises TypeError for anything but a
        Value; ValueError for an unknown option, or a graph that is not a network.

        >>> from autograd import Value
        >>> x = Value(0.5, label="x")
        >>> picture = draw(x * x)
        >>> picture.source.count("->")
        2
        """
        with at_work:
            from autograd.drawing.circuits.choosing import Request
            from autograd.drawing.drawing import Drawing

        drawing = Drawing(
            Request(output, names, show, collapse, expand, max_nodes, size, rankdir),
            view=view,
            direction=direction,
            theme=theme,
            attributes={"graph_attr": graph_attr, "node_attr": node_attr, "edge_attr": edge_attr},
            filename=filename,
            format=format,
        )
        if filename is not None:
            drawing.render()
        return drawing

    def training(
        self,
        cost: Callable[[], Value],
        names: Any = None,
        steps: int = 50,
        rate: float = 0.1,
        optimiser: Optimiser | None = None,
        direction: str = "forward",
        theme: str = "light",
    ) -> Training:
        """Run gradient descent and show it as a page: the picture of each step, a slider, and the curve of the cost.

        `cost` is a function without arguments that records the cost anew. Its parameters are those of `names`, a Module
        or a mapping, or by default all leaves below the cost. Each step changes them: p ← p - rate·∂C/∂p, or as the
        optimiser does. The page has at most 60 pictures; for more steps it shows an even selection, and says so. It
        stops where the cost or its gradient is not finite. Raises TypeError if `cost` is not a function, or does not
        return a Value.

        >>> from autograd import Value
        >>> w = Value(0.0, label="w")
        >>> page = draw.training(lambda: (w - 2) ** 2, steps=3, rate=0.25)
        >>> page
        <Training: 3 steps, v2 from 4 to 0.0625>
        >>> w.data
        1.75
        """
        with at_work:
            from autograd.drawing.training import Training

        return Training(cost, names, steps, rate, optimiser, direction, theme)


draw = Draw()


def draw_dot(root: Value, format: str = "svg", rankdir: str = "LR") -> Drawing:
    """Draw a graph; this is micrograd's name for `draw`.

    >>> from autograd import Value
    >>> draw_dot(Value(2.0) * 3).source.startswith("digraph")
    True
    """
    return draw(root, format=format, rankdir=rankdir)

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
    """`draw(C)` is a picture of a graph, `draw.training(cost)` a page of gradient descent.

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
        """A picture of everything below `output`: values, local derivatives, adjoints, and their products.

        `names` maps names to Values, or is a Module, whose paths then name its parameters. `view` is "circuit" for
        boxes and arrows, or "network" for columns of neurons, with `direction` "backward" for the network of the
        backward pass; "auto" shows the network of a Module. `size` is what the picture must fit with text that can be
        read: "slide", "column" of a notebook, "page", or "natural" for any size.

        In a circuit, `show` is "chain" for everything, "short" for arrows without names, "values" to omit the labels of
        arrows, "structure" to omit numbers too, or "auto", the most that fits. `collapse` says what to fold: "none",
        operations without a label into "expressions", "sums", the calls of a "neuron", "layer" or "model", identical
        "rows", or "auto", the finest of these that fits; `expand` is the path of a module to leave open. At most
        `max_nodes` boxes are drawn, those nearest to the output; the caption says what is hidden. `rankdir` is the
        direction of arrows: LR, RL, TB, BT. With attributes of Graphviz's, it makes the layout.

        `theme` is "light", "dark", or "auto" for that of the reader. With a `filename`, the picture is also written to
        that file, its `format` appended. No data or gradient changes. TypeError for anything but a Value; ValueError
        for an unknown option, or a graph that is not a network.

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
        """Gradient descent as a page: the picture of each step, a slider, and the curve of the cost.

        `cost` is a function without arguments that records the cost anew. Its parameters are those of `names`, a Module
        or a mapping, else all leaves below the cost. Each step changes them: p ← p - rate·∂C/∂p, or as the optimiser
        does. The page has at most 60 pictures; of more steps it shows an even selection, and says so. It stops where
        the cost or its gradient is not finite. TypeError if `cost` is not a function, or does not return a Value.

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
    """micrograd's name for `draw`.

    >>> from autograd import Value
    >>> draw_dot(Value(2.0) * 3).source.startswith("digraph")
    True
    """
    return draw(root, format=format, rankdir=rankdir)

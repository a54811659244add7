"""The content of a picture: boxes, arrows and clusters as plain data, independent of DOT and HTML.

Nothing depends on colour alone: forward is upright, backward italic, the product bold; absent edges are dashed, edges
from constants dotted; parameters, inputs, constants, operations and folds each have their own shape.
"""

from __future__ import annotations

from dataclasses import dataclass

LABELLED = 100  # arrows: with more, their labels are shown only when a mouse hovers over them
ColouredText = tuple[str, str]  # the colour shows the kind of text


@dataclass(frozen=True)
class Box:
    """A node of the graph, or a fold of many of them."""

    key: str
    kind: str  # "parameter", "input", "constant", "operation", "group"
    name: str
    formula: str = ""
    value: str = ""
    adjoint: str = ""
    marks: tuple[str, ...] = ()
    count: int = 1  # how many identical boxes it represents
    cluster: str = ""
    rank: int = 0  # its position in the computation
    inside: str = ""  # the box that shows it as a row or in a formula
    path: str = ""  # the module whose call it is part of

    @property
    def words(self) -> list[ColouredText]:
        """The lines below its name."""
        marks = [("warning", f"⚠ {mark}") for mark in self.marks]
        return [line for line in (("forward", self.value), ("backward", self.adjoint), *marks) if line[1]]


@dataclass(frozen=True)
class Arrow:
    """An operand of an operation, labelled with the chain rule: forward × backward = product, in words and numbers."""

    source: str
    target: str
    forward: str = ""
    backward: str = ""
    product: str = ""
    receiver: str = ""  # the name of the node that the product goes to, if it is a single one
    factors: tuple[float, float] | None = None
    absent: bool = False
    constant: bool = False
    mark: str = ""

    @property
    def words(self) -> list[ColouredText]:
        """The lines of its label."""
        times, equals = ("× ", "= ") if self.backward else ("", "")
        texts = [("forward", "", self.forward), ("backward", times, self.backward), ("product", equals, self.product)]
        return [(colour, f"{sign}{text}") for colour, sign, text in (*texts, ("warning", "⚠ ", self.mark)) if text]

    @property
    def said(self) -> str:
        """Its chain rule in one line."""
        return f"({self.forward}) × ({self.backward}) = {self.product}" if self.backward else self.forward

    @property
    def dash(self) -> str:
        """The dash of its line, empty for a solid one."""
        return "dashed" if self.absent else "dotted" if self.constant else ""


@dataclass(frozen=True)
class Cluster:
    """A call whose nodes are drawn together; `parent` is the key of the enclosing call, or empty."""

    key: str
    title: str
    parent: str = ""
    path: str = ""


@dataclass(frozen=True)
class Step:
    """One moment of the two passes: nodes get their values or a seed, or a contribution flows back.

    `focus` names the groups of the scene that it concerns; `reveals` selects the texts that appear with it, those of a
    group in one colour. Steps with one `node` or one `layer` can be taken together.
    """

    kind: str  # "forward", "seed", "backward"
    what: str
    why: str = ""
    focus: tuple[str, ...] = ()
    reveals: tuple[tuple[str, str], ...] = ()
    node: str = ""
    layer: int = 0
    answer: float | None = None  # the product, for which the reader may be asked


@dataclass(frozen=True)
class Picture:
    """Everything in one picture. `caption` says what is hidden; `description` is for readers who cannot see it.

    `seed` is the start of the backward pass: ∂C/∂C = 1.
    """

    title: str
    output: str
    seed: str
    description: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    clusters: tuple[Cluster, ...] = ()
    caption: str = ""

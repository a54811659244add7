"""What is drawn: boxes, arrows and clusters as plain data, independent of DOT and HTML."""

from __future__ import annotations

from dataclasses import dataclass


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
    count: int = 1  # how many identical ones it stands for
    cluster: str = ""
    rank: int = 0  # its position in the computation
    inside: str = ""  # the box that it is a row of, or whose formula it stands in
    path: str = ""  # the module whose call it is part of


@dataclass(frozen=True)
class Arrow:
    """An operand of an operation, with the chain rule on it: forward × backward = product, in words and numbers."""

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


@dataclass(frozen=True)
class Cluster:
    """A call whose nodes are drawn together; `parent` is the key of the enclosing call, or empty."""

    key: str
    title: str
    parent: str = ""
    path: str = ""


@dataclass(frozen=True)
class Step:
    """One moment of the two passes: a box gets its value or its seed, or an arrow carries a contribution back."""

    kind: str  # "forward", "seed", "backward"
    box: str
    what: str
    why: str = ""
    arrow: int | None = None
    answer: float | None = None  # the product, which the reader may be asked for
    completes: bool = False  # whether the box now has all its contributions
    reveals: tuple[int, ...] = ()  # arrows whose local derivative appears with this step


@dataclass(frozen=True)
class Picture:
    """Everything in one picture. `caption` says what is hidden; `description` is for readers who cannot see it.

    `seed` is what the backward pass starts from: ∂C/∂C = 1.
    """

    title: str
    seed: str
    description: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    clusters: tuple[Cluster, ...] = ()
    caption: str = ""

"""Places leaves inside boxes: a neuron's weights and bias as rows of its box, a constant in a formula."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from autograd.drawing.boxes.folding import fold_kind, is_start
from autograd.drawing.circuits.picture import Arrow, Box
from autograd.engine import Value
from autograd.primitives import TABLE

if TYPE_CHECKING:
    from autograd.drawing.circuits.building import PictureBuilder


def hosted(boxes: tuple[Box, ...], hosts: Mapping[str, str]) -> tuple[Box, ...]:
    """The boxes, with each leaf of `hosts` inside its host."""
    return tuple(replace(box, inside=hosts[box.key]) if box.key in hosts else box for box in boxes)


def hosts(builder: PictureBuilder) -> dict[str, str]:
    """For each leaf with one use, the key of the box that shows it, if one does."""
    return {builder.keys[v]: key for box, key in builder.keys.items() for v in _shown_in(builder, box)}


def _shown_in(builder: PictureBuilder, box: Any) -> Iterable[Value]:
    """The leaves shown in a box: an operation's constants, a neuron's weights, the 0 where a sum starts.

    If `builder.rows` is "formulas", parameters in a formula are included, too.
    """
    nodes = [box] if isinstance(box, Value) else builder.members[box]
    leaves = [v for node in nodes for v in node.inputs if not v.inputs and len(builder.consumers.get(v, ())) == 1]
    if isinstance(box, Value):
        constants = [v for v in leaves if builder.naming.kind(v) == "constant"]
        weights = _weights(builder, box, leaves) if builder.rows and box.op is TABLE["dot"] else ()
        return [*constants, *weights]
    if fold_kind(box) == "sum":
        return filter(is_start, leaves)
    parameters = [v for v in leaves if builder.naming.kind(v) == "parameter"]
    return parameters if builder.rows == "formulas" and fold_kind(box) == "expression" else ()


def once(boxes: tuple[Box, ...], arrows: tuple[Arrow, ...]) -> tuple[tuple[Box, ...], tuple[Arrow, ...]]:
    """Draw equal constants that lead to the same boxes only once, such as an input of several layers of a fold."""
    targets: dict[str, set[str]] = defaultdict(set)
    for arrow in arrows:
        targets[arrow.source].add(arrow.target)
    drawn: set[Any] = set()
    more: set[str] = set()
    for box in boxes:
        if box.kind == "constant" and not box.inside:
            what = box.name, frozenset(targets[box.key])
            if what in drawn:
                more.add(box.key)
            drawn.add(what)
    kept = tuple(box for box in boxes if box.key not in more)
    return kept, tuple(arrow for arrow in arrows if arrow.source not in more)


def _weights(builder: PictureBuilder, node: Value, leaves: list[Value]) -> Iterable[Value]:
    """The weights of w·x + b and its bias: the first of the two lists that consists of this node's leaves."""
    assert node.op is not None
    first, second, *bias = node.op.structured(node.inputs)
    own = {v for v in leaves if builder.naming.kind(v) == "parameter"}
    weights = next((list(those) for those in (first, second) if own.issuperset(those)), [])
    return [*weights, *own.intersection(bias)] if weights else []

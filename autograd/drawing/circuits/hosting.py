"""Leaves at their place: a neuron's weights and bias are rows of its box, a constant stands in its formula."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from autograd.drawing.circuits.picture import Box
from autograd.engine import Value
from autograd.primitives import TABLE

if TYPE_CHECKING:
    from autograd.drawing.circuits.building import PictureBuilder


def hosted(boxes: tuple[Box, ...], hosts: Mapping[str, str]) -> tuple[Box, ...]:
    """The boxes, each leaf of `hosts` inside its host."""
    return tuple(replace(box, inside=hosts[box.key]) if box.key in hosts else box for box in boxes)


def hosts(builder: PictureBuilder) -> dict[str, str]:
    """For each leaf with one use, the key of the box that shows it: an operation a constant, a neuron its weights."""
    found: dict[str, str] = {}
    for box, key in builder.keys.items():
        if isinstance(box, Value) and box.inputs:
            leaves = [v for v in box.inputs if v in builder.consumers and _is_private(builder, v)]
            constants = [v for v in leaves if builder.naming.kind(v) == "constant"]
            weights = _weights(builder, box, leaves) if builder.rows and box.op is TABLE["dot"] else ()
            found.update({builder.keys[v]: key for v in (*constants, *weights)})
    return found


def _is_private(builder: PictureBuilder, leaf: Value) -> bool:
    return not leaf.inputs and len(builder.consumers[leaf]) == 1


def _weights(builder: PictureBuilder, node: Value, leaves: list[Value]) -> Iterable[Value]:
    """The weights of w·x + b and its bias: the first of the two lists that has only leaves of this node."""
    assert node.op is not None
    first, second, *bias = node.op.structured(node.inputs)
    own = {v for v in leaves if builder.naming.kind(v) == "parameter"}
    weights = next((list(those) for those in (first, second) if own.issuperset(those)), [])
    return [*weights, *own.intersection(bias)] if weights else []

"""Both passes in single steps: values forward, the seed, then one contribution at a time backward."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from autograd.drawing.picture import Arrow, Box, Picture, Step
from autograd.symbols import Symbol
from autograd.symbols.text import WHOLE, number, signed, text

KINDS = {
    "parameter": "A parameter: training changes it.",
    "input": "An input.",
    "group": "The forward pass through all of it.",
    "operation": "Forward pass: the operation on its inputs.",
}


def steps(picture: Picture) -> Iterable[Step]:
    """The steps of a picture, in the order of the computation and then in reverse."""
    order = sorted(picture.boxes, key=lambda box: box.rank)
    into: dict[str, list[int]] = {}
    for i, arrow in enumerate(picture.arrows):
        into.setdefault(arrow.target, []).append(i)
    for box in order:
        if box.kind in KINDS:
            formula = f" = {box.formula}" if box.formula and box.kind == "operation" else ""
            what = f"{box.name}: {box.value}" if box.kind == "group" else f"{box.name}{formula} = {box.value}"
            yield Step("forward", box.key, what, KINDS[box.kind], reveals=tuple(into.get(box.key, ())))
    output = order[-1]
    yield Step("seed", output.key, picture.seed, "The backward pass starts at the output.", completes=True)
    yield from _backward(picture)


def _backward(picture: Picture) -> Iterable[Step]:
    boxes = {box.key: box for box in picture.boxes}
    arrows = [(i, arrow) for i, arrow in enumerate(picture.arrows) if arrow.product]
    arrows.sort(key=lambda pair: (-boxes[pair[1].target].rank, pair[0]))
    left = Counter(arrow.source for _, arrow in arrows)
    sums: defaultdict[str, float] = defaultdict(float)  # by the name of a node, since a fold has many
    for i, arrow in arrows:
        source, target = boxes[arrow.source], boxes[arrow.target]
        left[source.key] -= 1
        completes = not left[source.key]
        if arrow.factors is None:
            what = f"{arrow.product} from {target.name} to {source.name}"
            yield Step("backward", source.key, what, arrow.forward, i, completes=completes)
        else:
            yield _contribution(i, arrow, source, target, sums, completes)


def _contribution(
    i: int, arrow: Arrow, source: Box, target: Box, sums: defaultdict[str, float], completes: bool
) -> Step:
    """One contribution: the sum before, forward × backward, the sum after; and the reason for the local derivative."""
    assert arrow.factors is not None
    forward, backward = arrow.factors
    name, before = arrow.receiver, sums[arrow.receiver]
    sums[name] += forward * backward
    after = number(sums[name])
    grad = f"{text(Symbol(name), WHOLE)}.grad"
    what = f"{grad}: {number(before)} → {signed(before)} + {signed(backward)} × {signed(forward)} = {after}"
    reason = f"{target.name} = {target.formula}, so " if target.kind == "operation" else ""
    return Step("backward", source.key, what, reason + arrow.forward, i, forward * backward, completes)

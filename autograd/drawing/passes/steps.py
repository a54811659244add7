"""Both passes over a circuit in single steps: values forward, the seed, then one contribution at a time backward."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from autograd.drawing.circuits.picture import Arrow, Box, Picture, Step
from autograd.engine.graph import derivative
from autograd.symbols.text import number, signed

REASONS = {
    "group": "The forward pass through all of it.",
    "operation": "Forward pass: the operation on its inputs.",
}


def steps(picture: Picture) -> Iterable[Step]:
    """The steps of a picture: layer by layer in the order of the computation, and then in reverse."""
    layers = _layers(picture, sorted(picture.boxes, key=lambda box: box.rank))
    order = sorted(picture.boxes, key=lambda box: (layers[box.key], box.rank))
    into: dict[str, list[int]] = defaultdict(list)
    rows: dict[str, list[Box]] = defaultdict(list)
    for i, arrow in enumerate(picture.arrows):
        into[arrow.target].append(i)
    for box in order:
        rows[box.inside].append(box)
    boxes = {box.key: box for box in picture.boxes}
    seen: set[str] = set()
    for box in order:
        if box.kind not in REASONS:
            continue
        leaves = [boxes[picture.arrows[i].source] for i in into[box.key]]
        new = [leaf for leaf in dict.fromkeys(leaves) if leaf.kind not in REASONS and not leaf.inside]
        new = [leaf for leaf in new if leaf.key not in seen]
        if new:
            seen.update(leaf.key for leaf in new)
            yield _given(new, layers[box.key])
        yield _made(box, rows[box.key], into[box.key], layers[box.key])
    output = max(picture.boxes, key=lambda box: box.rank)
    if output.kind not in REASONS:
        yield _given([output], 0)
    reveals = _adjoint_of(output, rows)
    why = "The backward pass starts at the output."
    yield Step("seed", picture.seed, why, (f"box-{output.key}",), reveals, output.key, layers[output.key])
    yield from _backward(picture, boxes, rows, layers)


def _layers(picture: Picture, order: list[Box]) -> dict[str, int]:
    """The largest number of operations that lead to each box."""
    found = {box.key: 0 for box in order}
    ranks = {box.key: box.rank for box in order}
    for arrow in sorted(picture.arrows, key=lambda arrow: ranks[arrow.target]):
        found[arrow.target] = max(found[arrow.target], found[arrow.source] + 1)
    return found


def _given(leaves: list[Box], layer: int) -> Step:
    what = ", ".join(f"{leaf.name} = {leaf.value}" if leaf.value else leaf.name for leaf in leaves)
    focus = tuple(f"box-{leaf.key}" for leaf in leaves)
    return Step("forward", what, "Given.", focus, tuple((key, "forward") for key in focus), leaves[0].key, layer)


def _made(box: Box, rows: list[Box], into: list[int], layer: int) -> Step:
    """The step that gives a box its value, and its rows and arrows their local derivatives."""
    formula = f" = {box.formula}" if box.formula and box.kind == "operation" else ""
    what = f"{box.name}: {box.value}" if box.kind == "group" else f"{box.name}{formula} = {box.value}"
    keys = [f"box-{box.key}", *(f"box-{row.key}" for row in rows), *(f"arrow-{i}" for i in into)]
    return Step(
        "forward", what, REASONS[box.kind], (f"box-{box.key}",), tuple((key, "forward") for key in keys), box.key, layer
    )


def _adjoint_of(box: Box, rows: Mapping[str, list[Box]]) -> tuple[tuple[str, str], ...]:
    """The texts of a box's adjoint, and of rows that no arrow starts from: a folded call's parameters."""
    keys = [box.key, *(row.key for row in rows.get(box.key, ()) if row.key.startswith(f"{box.key}-"))]
    return tuple((f"box-{key}", colour) for key in keys for colour in ("backward", "product"))


def _backward(
    picture: Picture, boxes: Mapping[str, Box], rows: Mapping[str, list[Box]], layers: Mapping[str, int]
) -> Iterable[Step]:
    arrows = [(i, arrow) for i, arrow in enumerate(picture.arrows) if arrow.product]
    arrows.sort(key=lambda pair: (-layers[pair[1].target], -boxes[pair[1].target].rank, pair[0]))
    left = Counter(arrow.source for _, arrow in arrows)
    sums: defaultdict[str, float] = defaultdict(float)  # by the name of a node, since a fold has several
    for i, arrow in arrows:
        source, target = boxes[arrow.source], boxes[arrow.target]
        left[source.key] -= 1
        reveals: tuple[tuple[str, str], ...] = ((f"arrow-{i}", "backward"), (f"arrow-{i}", "product"))
        if not left[source.key]:
            reveals += _adjoint_of(source, rows)
        focus, place = (f"box-{source.key}", f"arrow-{i}"), (target.key, layers[target.key])
        if arrow.factors is None:
            what = f"{arrow.product} from {target.name} to {source.name}"
            yield Step("backward", what, arrow.forward, focus, reveals, *place)
        else:
            before = sums[arrow.receiver]
            sums[arrow.receiver] += arrow.factors[0] * arrow.factors[1]
            what = _contribution(picture.output, arrow, before, sums[arrow.receiver])
            reason = f"{target.name} = {target.formula}, so " if target.kind == "operation" else ""
            answer = arrow.factors[0] * arrow.factors[1]
            yield Step("backward", what, reason + arrow.forward, focus, reveals, *place, answer=answer)


def _contribution(output: str, arrow: Arrow, before: float, after: float) -> str:
    """One contribution: the sum before, forward × backward, the sum after."""
    assert arrow.factors is not None
    forward, backward = arrow.factors
    name = derivative(output, arrow.receiver)
    return f"{name}: {number(before)} → {signed(before)} + {signed(backward)} × {signed(forward)} = {number(after)}"

"""The cost over the steps of training, as a scene."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite, log10

from autograd.drawing.scenes.scene import Circle, Curve, Group, Look, Point, Run, Scene, placed
from autograd.symbols.text import number

WIDTH, HEIGHT = 1200.0, 130.0
LEFT, RIGHT, TOP, BOTTOM = 76.0, 24.0, 14.0, 22.0
FONT = 12.0
DECADES = 1.5  # costs over more orders of magnitude get a logarithmic axis
MOST_POINTS = 400  # points of a curve


def curve(name: str, costs: Sequence[float], shown: Sequence[int]) -> tuple[Scene, list[Point]]:
    """The curve of the finite costs, and the places of the steps `shown`; a group "now" marks the last of them."""
    known = [cost for cost in costs if isfinite(cost)] or [0.0]
    least, most = min(known), max(known)
    is_log = least > 0 and log10(most) - log10(least) > DECADES
    ends = (log10(least), log10(most)) if is_log else (least, most)
    span = ends[1] - ends[0] or 1.0

    def at(step: int) -> Point:
        cost = costs[step] if isfinite(costs[step]) else most
        height = ((log10(cost) if is_log else cost) - ends[0]) / span
        x = LEFT + (WIDTH - LEFT - RIGHT) * step / max(len(costs) - 1, 1)
        return x, HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * height

    points = [at(i) for i in range(0, len(costs), 1 + len(costs) // MOST_POINTS)]
    line = [points[0]]
    for a, b in pairwise(points):
        line += [a, b, b]
    base = HEIGHT - BOTTOM
    axis = [(LEFT, TOP), (LEFT, TOP), (LEFT, base), (LEFT, base), (LEFT, base), (WIDTH - RIGHT, base)]
    places = [at(step) for step in shown]
    dot = Circle(*places[-1], 6.0, 6.0, Look("backward"))
    scene = Scene(WIDTH, HEIGHT)
    scene.shapes = [
        Curve((*axis, axis[-1]), Look(stroke="faint")),
        Curve(tuple(line), Look(stroke="forward", width=2.0)),
        Group("now", "marker", (dot,)),
        *placed((Run(number(most), "faint"),), LEFT - 8, TOP + FONT * 0.7, FONT, 1.0),
        *placed((Run(number(least), "faint"),), LEFT - 8, base, FONT, 1.0),
        *placed((Run(f"{name}, log" if is_log else name, bold=True),), LEFT - 8, (TOP + base) / 2, FONT, 1.0),
        *placed((Run("0", "faint"),), LEFT, HEIGHT - 6, FONT, 0.5),
        *placed((Run(f"step {len(costs) - 1}", "faint"),), WIDTH - RIGHT, HEIGHT - 6, FONT, 1.0),
    ]
    return scene, places

"""Weights as heat maps and neurons as bars, for layers too large to write every number."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from autograd.drawing.scene import (
    LINE,
    Cells,
    Circle,
    Group,
    Line,
    Look,
    Point,
    Rect,
    Run,
    Shape,
    line_width,
    placed,
    stacked,
)
from autograd.symbols.text import number

FONT = 11.5
SHADES = 8
UNSEEN = Look("background", opacity=0.0)  # what only a mouse finds
HOVERED = 1100  # cells: of a larger map, each row tells its range instead of each cell its number
TICKS = 26.0  # pixels: the width of the numbers of neurons
LARGEST, WITH_NUMBER = 26.0, 54.0  # pixels: the side of a cell, the width of one with a number
FEW = 8  # columns: the numbers of so few are worth rounding to one decimal
LIGHT = 0.5  # the darkest shade behind a number


def _size(x: Any) -> float:
    """The magnitude of a number; 0 if there is none, or it is not finite."""
    return abs(x) if isinstance(x, (int, float)) and abs(x) < float("inf") else 0.0


def heat_map(
    key: str,
    what: str,
    table: list[list[Any]],
    names: list[list[str]],
    left: float,
    right: float,
    top: float,
    bottom: float,
) -> Group:
    """A table of numbers as shades: a row for each neuron, a column for each of its inputs, with its range."""
    rows, columns = len(table), max(map(len, table))
    most = max((_size(x) for row in table for x in row), default=0.0)
    title: Line = (Run(what, bold=True), Run(f"  {rows} × {columns}, ±{number(most)}", "faint"))
    if line_width(title, FONT) > right - left:
        title = (Run(what, bold=True), Run(f"  ±{number(most)}", "faint"))
    room = top + 20
    width, height = (right - left) / columns, (bottom - room) / rows
    is_plain = all(x is None or isinstance(x, float) for row in table for x in row)
    written = _written(table, most, min(width, WITH_NUMBER) - 1) if is_plain and height >= FONT * LINE else None
    if written:
        width, height = min(width, WITH_NUMBER), min(height, LARGEST)
    else:
        width, height = min((right - left - TICKS) / columns, LARGEST), min((bottom - room - TICKS / 2) / rows, LARGEST)
        width, height = min(width, 3 * height), min(height, 3 * width)
        left += TICKS * 0.6
    x0 = (left + right - columns * width) / 2
    shades: dict[tuple[str, int], list[Point]] = defaultdict(list)
    hovers: list[Shape] = []
    for r, row in enumerate(table):
        y = room + r * height
        for c, x in enumerate(row):
            corner = (x0 + c * width, y)
            if shade := round(SHADES * _size(x) / most) if most else 0:
                shades["negative" if x < 0 else "positive", shade].append(corner)
            shapes: list[Shape] = [Rect(*corner, width, height, UNSEEN)]
            if written:
                words = (Run(written[r][c]),)
                shapes += placed(words, corner[0] + width / 2, y + height / 2 + 0.35 * FONT, FONT, 0.5)
            if rows * columns <= HOVERED:
                hovers.append(_hover(shapes, what, names[r][c], x))
        if rows * columns > HOVERED:
            known = [x for x in row if x is not None]
            ends = f"{names[r][0]} … {names[r][-1]}: {what}"
            said = f"{ends} from {number(min(known))} to {number(max(known))}" if known else ""
            hovers.append(Group("", "cell", (Rect(x0, y, columns * width, height, UNSEEN),), said))
    darkest = LIGHT if written else 1.0
    cells = [
        Cells(tuple(corners), width, height, Look(colour, opacity=darkest * shade / SHADES, scale=(key, most)))
        for (colour, shade), corners in sorted(shades.items())
    ]
    frame = Rect(x0, room, columns * width, rows * height, Look(stroke="faint"))
    heading = stacked([title], (left + right) / 2, top, FONT)
    ticks = [] if written else _ticks(x0, room, width, height, rows, columns)
    return Group(key, "heat", (*heading, *ticks, *cells, frame, *hovers), "")


def _written(table: list[list[Any]], most: float, width: float) -> list[list[str]] | None:
    """The numbers of a table with as many digits as fit a width, None if not even one decimal does."""
    forms = [".4g", ".3g", ".2g", *(["z.2f"] if 0.1 <= most < 100 else [])]
    forms += ["z.1f"] if max(map(len, table)) <= FEW and 0.1 <= most < 1000 else []
    for form in forms:
        texts = [["—" if x is None else f"{x:{form}}" if x else "0" for x in row] for row in table]
        if max(line_width((Run(text),), FONT) for row in texts for text in row) <= width:
            return texts
    return None


def _every(step: float) -> int:
    """Every how many of things this far apart have their number beside them."""
    return next((n for n in (1, 2, 4, 8, 16, 32) if n * step >= FONT * 1.2), 64)


def _ticks(x: float, y: float, width: float, height: float, rows: int, columns: int) -> list[Shape]:
    """The numbers of neurons left of a map's rows, and of their inputs below its columns."""
    found: list[Shape] = []
    for r in range(0, rows, _every(height)):
        found += placed((Run(str(r), "faint"),), x - 3, y + (r + 0.5) * height + 0.35 * FONT, FONT, 1.0)
    for c in range(0, columns, _every(width)):
        found += placed((Run(str(c), "faint"),), x + (c + 0.5) * width, y + rows * height + FONT, FONT, 0.5)
    return found


def _hover(shapes: list[Shape], what: str, name: str, x: Any) -> Group:
    derivative = what.removesuffix("W") if what != "W" else ""
    return Group("", "cell", tuple(shapes), f"{derivative}{name} = {'—' if x is None else number(x)}")


def bars(
    column: int,
    places: list[Point],
    half: float,
    names: tuple[str, str],
    values: list[Any],
    adjoints: list[Any],
    said: list[str],
    closed: list[bool],
) -> list[Shape]:
    """A column of neurons as bars: activations to the one side, adjoints to the other, each from an axis of its own.

    A ring marks a closed neuron.
    """
    step = places[1][1] - places[0][1]
    height = max(min(step * 0.72, 16.0), 2.0)
    half -= TICKS / 2
    sides = [(names[0], values, -half / 2, "forward"), (names[1], adjoints, half / 2, "backward")]
    sides = [side for side in sides if side[1]]
    if len(sides) == 1:
        sides = [(*sides[0][:2], 0.0, sides[0][3])]
    reach = half / 2 - 3
    x = places[0][0] + TICKS / 2
    found: list[Shape] = []
    for name, numbers, shift, colour in sides:
        most = max(map(_size, numbers)) or 1.0
        words: list[Line] = [(Run(name, colour, bold=True),), (Run(f"±{number(most)}", "faint"),)]
        found += stacked(words, x + shift, places[0][1] - step / 2 - 34, FONT)
        axis = Rect(x + shift - 0.5, places[0][1] - step / 2, 1.0, len(places) * step, Look("faint"))
        found.append(axis)
        for (_, y), n in zip(places, numbers):
            length = reach * _size(n) / most
            start = x + shift - (length if _size(n) and n < 0 else 0.0)
            found.append(Rect(start, y - height / 2, length, height, Look(colour)))
    rings = [y for (_, y), is_closed in zip(places, closed) if is_closed]
    radius = min(step * 0.35, 4.0)
    found += [Circle(x + sides[0][2], y, radius, radius, Look("background", "warning", 1.4)) for y in rings]
    for i, (_, y) in list(enumerate(places))[:: _every(step)]:
        found += stacked([(Run(str(i), "faint"),)], x - half + 2, y - 0.65 * FONT, FONT, 1.0)
    for i, ((_, y), words_of) in enumerate(zip(places, said)):
        area = Rect(x - half, y - step / 2, 2 * half, step, UNSEEN)
        found.append(Group(f"node-{column}-{i}", "neurons", (area,), f"{i}: {words_of}"))
    return found

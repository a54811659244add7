"""Weights as heat maps and neurons as bars, for layers too large to write every number."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import isfinite
from typing import Any, TypeAlias

from autograd.drawing.networks.tables import WeightTable, size
from autograd.drawing.scenes.scene import (
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
    Text,
    line_width,
    placed,
    stacked,
)
from autograd.symbols.text import number

FONT = 11.5
SHADES = 8
Texts: TypeAlias = list[list[str]]
UNSEEN = Look("background", opacity=0.0)  # visible only to a mouse
HOVERED = 1100  # cells: in a larger map, each row shows its range instead of each cell its number
TICKS = 26.0  # pixels: the width of the numbers of neurons
LARGEST_CELL, WITH_NUMBER = 26.0, 54.0  # pixels: the side of a cell, the width of one with a number
NARROW, SPACE = 10.0, 6.0  # pixels: the width of a column of biases without numbers, and of the space before it
LEAST_WIDTH = 9.0  # pixels: the width of a cell of W next to biases with numbers
MOST_ROUNDED = 8  # columns: for so few, numbers may be rounded to one decimal
LIGHT = 0.5  # the darkest shade behind a number


@dataclass(frozen=True)
class CellGrid:
    """The cells that W and ∂C/∂W share: the first cell's left end, the cell size, the width of a bias; the texts."""

    x: float
    width: float
    height: float
    beside: float
    texts: list[list[Texts | None]]


def heat_maps(
    pairs: list[list[WeightTable]], inputs: list[str], left: float, right: float, top: float, bottom: float
) -> list[Group]:
    """W as shades, with a row per neuron and a column per input, and b next to it; below them the same for ∂C.

    The two share the height, even if there is only one. `inputs` are written below the columns.
    """
    half = (bottom - top) / 2
    titles = [_titles(pair, left, right, top + i * half) for i, pair in enumerate(pairs)]
    starts = [those[-1][-1].y + 0.7 * FONT for those in titles]
    room = min(top + (i + 1) * half - TICKS / 2 - 10 - y for i, y in enumerate(starts))
    rows, columns = len(pairs[0][0].numbers), len(pairs[0][0].numbers[0])
    grid = _grid(pairs, left, right, min(room / rows, LARGEST_CELL))
    found = []
    for pair, words, y, texts in zip(pairs, titles, starts, grid.texts):
        below = y + rows * grid.height + FONT
        ticks = [] if texts[0] else _ticks(grid.x, y, grid.width, grid.height, rows, inputs)
        found.append(_map(pair[0], (grid.x, y), (grid.width, grid.height), texts[0], [*words[0], *ticks]))
        x = grid.x + columns * grid.width + SPACE
        for table, title, written in zip(pair[1:], words[1:], texts[1:]):
            name = placed((Run("b", "faint"),), x + grid.beside / 2, below, FONT, 0.5)
            found.append(_map(table, (x, y), (grid.beside, grid.height), written, [*title, *name]))
    return found


def _grid(pairs: list[list[WeightTable]], left: float, right: float, height: float) -> CellGrid:
    """Cells of one width if the numbers of W or ∂C/∂W fit; else shades, with numbers only for b if there is room."""
    columns, biases = len(pairs[0][0].numbers[0]), len(pairs[0]) - 1
    is_high, gap = height >= FONT * LINE, SPACE * biases
    for ticks in (0.0, TICKS):
        width = beside = min((right - left - ticks - gap) / (columns + biases), WITH_NUMBER)
        texts = [[_written(table, width - 1) if is_high else None for table in pair] for pair in pairs]
        if all(weights for weights, *_ in texts):
            break
    if not any(weights for weights, *_ in texts):
        texts = [[None, *(_written(table, WITH_NUMBER) if is_high else None for table in pair[1:])] for pair in pairs]
        beside = max((_width(written) for pair in texts for written in pair[1:] if written), default=NARROW)
        if (right - left - ticks - gap - beside * biases) / columns < LEAST_WIDTH:
            beside, texts = NARROW, [[None for _ in pair] for pair in pairs]
        width = min((right - left - ticks - gap - beside * biases) / columns, LARGEST_CELL, 3 * height)
        height = min(height, 3 * width)
    whole = columns * width + gap + beside * biases
    return CellGrid((left + 0.6 * ticks + right - whole) / 2, width, height, beside, texts)


def _width(texts: Texts) -> float:
    return max(line_width((Run(text),), FONT) for row in texts for text in row) + 6


def _titles(tables: list[WeightTable], left: float, right: float, top: float) -> list[list[Text]]:
    """The name and range of each table, in one line if they fit."""
    shape = f"{len(tables[0].numbers)} × {len(tables[0].numbers[0])}, "
    for said in (shape, ""):
        lines: list[Line] = [
            (Run(table.what, bold=True), Run(f"  {said if table is tables[0] else ''}{table.range}", "faint"))
            for table in tables
        ]
        widths = [line_width(line, FONT) for line in lines]
        x = (left + right - sum(widths) - SPACE * 2 * (len(lines) - 1)) / 2
        if x >= left:
            starts = [x + sum(widths[:i]) + 2 * SPACE * i for i in range(len(lines))]
            return [stacked([line], start, top, FONT, 0.0) for line, start in zip(lines, starts)]
    return [stacked([line], (left + right) / 2, top + i * LINE * FONT, FONT) for i, line in enumerate(lines)]


def _map(
    table: WeightTable, corner: Point, cell: tuple[float, float], texts: Texts | None, words: list[Shape]
) -> Group:
    """A table as shades, with its numbers if they are given."""
    width, height = cell
    rows, columns = len(table.numbers), len(table.numbers[0])
    shades: dict[tuple[str, int], list[Point]] = defaultdict(list)
    hovers: list[Shape] = []
    for r, row in enumerate(table.numbers):
        y = corner[1] + r * height
        for c, entry in enumerate(row):
            x = corner[0] + c * width
            if tone := _shade(entry, table.most):
                shades[tone].append((x, y))
            shapes: list[Shape] = [Rect(x, y, width, height, UNSEEN)]
            if texts:
                shapes += placed((Run(texts[r][c]),), x + width / 2, y + height / 2 + 0.35 * FONT, FONT, 0.5)
            if rows * columns <= HOVERED:
                key = f"{table.key}-{r}-{c}" if texts else ""
                hovers.append(Group(key, "cell", tuple(shapes), table.said(r, c)))
        if rows * columns > HOVERED:
            area = Rect(corner[0], y, columns * width, height, UNSEEN)
            hovers.append(Group("", "cell", (area,), table.row_said(r)))
    darkest, scale = LIGHT if texts else 1.0, (table.key, table.most)
    cells = []
    for (colour, shade), corners in sorted(shades.items()):
        look = Look(colour, opacity=darkest * shade / SHADES, scale=scale if colour != "warning" else None)
        cells.append(Cells(tuple(corners), width, height, look))
    frame = Rect(*corner, columns * width, rows * height, Look(stroke="faint", scale=scale))
    return Group(table.key, "heat", (*words, *cells, frame, *hovers), "")


def _shade(x: Any, most: float) -> tuple[str, int] | None:
    """The colour of a number and its shade; None if it is practically 0."""
    if isinstance(x, float) and not isfinite(x):
        return "warning", SHADES
    shade = round(SHADES * size(x) / most) if most else 0
    return ("negative" if x < 0 else "positive", shade) if shade else None


def _written(table: WeightTable, width: float) -> Texts | None:
    """The numbers of a table with as many digits as fit a width; None if not even one decimal fits."""
    if not table.is_plain:
        return None
    forms = [".4g", ".3g", ".2g", *(["z.2f"] if 0.1 <= table.most < 100 else [])]
    forms += ["z.1f"] if len(table.numbers[0]) <= MOST_ROUNDED and 0.1 <= table.most < 1000 else []
    for form in forms:
        texts = [["—" if x is None else f"{x:{form}}" if x else "0" for x in row] for row in table.numbers]
        if max(line_width((Run(text),), FONT) for row in texts for text in row) <= width:
            return texts
    return None


def _every(step: float) -> int:
    """The n for which every n-th item at this distance can have its number next to it."""
    return next((n for n in (1, 2, 4, 8, 16, 32) if n * step >= FONT * 1.2), 64)


def _ticks(x: float, y: float, width: float, height: float, rows: int, inputs: list[str]) -> list[Shape]:
    """The numbers of neurons to the left of a map's rows, and of their inputs below its columns."""
    found: list[Shape] = []
    for r in range(0, rows, _every(height)):
        found += placed((Run(str(r), "faint"),), x - 3, y + (r + 0.5) * height + 0.35 * FONT, FONT, 1.0)
    for c in range(0, len(inputs), _every(width)):
        found += placed((Run(inputs[c], "faint"),), x + (c + 0.5) * width, y + rows * height + FONT, FONT, 0.5)
    return found


def bars(
    column: int,
    numbered: list[str],
    places: list[Point],
    half: float,
    names: tuple[str, str],
    values: list[Any],
    adjoints: list[Any],
    said: list[str],
    closed: list[bool],
) -> list[Shape]:
    """A column of neurons as bars: activations to one side, adjoints to the other, each from its own axis.

    A ring marks a closed neuron.
    """
    step = places[1][1] - places[0][1]
    height = max(min(step * 0.72, 16.0), 2.0)
    half -= TICKS / 2
    sides = [(names[0], values, -half / 2, "forward"), (names[1], adjoints, half / 2, "backward")]
    sides = [side for side in sides if side[1]]
    if len(sides) == 1:
        sides = [(*sides[0][:2], 0.0, sides[0][3])]
    reach = half / 2 - 6  # clear of the numbers of neurons
    x = places[0][0] + TICKS / 2
    found: list[Shape] = []
    for name, numbers, shift, colour in sides:
        most = max(map(size, numbers))
        words: list[Line] = [(Run(name, colour, bold=True),), (Run(f"±{number(most)}", "faint"),)]
        found += stacked(words, x + shift, places[0][1] - step / 2 - 34, FONT)
        axis = Rect(x + shift - 0.5, places[0][1] - step / 2, 1.0, len(places) * step, Look("faint"))
        found.append(axis)
        for (_, y), n in zip(places, numbers):
            is_finite = not isinstance(n, float) or isfinite(n)
            length = reach * (size(n) / (most or 1.0) if is_finite else 1.0)
            start = x + shift - (length if n is not None and n < 0 else 0.0)
            found.append(Rect(start, y - height / 2, length, height, Look(colour if is_finite else "warning")))
    rings = [y for (_, y), is_closed in zip(places, closed) if is_closed]
    radius = min(step * 0.35, 4.0)
    found += [Circle(x + sides[0][2], y, radius, radius, Look("background", "warning", 1.4)) for y in rings]
    for i, (_, y) in list(enumerate(places))[:: _every(step)]:
        found += stacked([(Run(numbered[i], "faint"),)], x - half + 2, y - 0.65 * FONT, FONT, 1.0)
    for i, ((_, y), words_of) in enumerate(zip(places, said)):
        area = Rect(x - half, y - step / 2, 2 * half, step, UNSEEN)
        found.append(Group(f"node-{column}-{i}", "neurons", (area,), f"{numbered[i]}: {words_of}"))
    return found

"""Finds what wrong derivatives have in common with the right ones: a factor, a sign, another order."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

CLOSE = 1e-6  # relative
WORDS = {-1.0: "the sign is wrong", 2.0: "each is twice the right one", 0.5: "each is half the right one"}


def pattern(given: Sequence[float], right: Sequence[float], shape: tuple[int, ...]) -> str:
    """A few words on how the derivatives of one argument differ from the right ones; "" if there is no pattern.

    >>> pattern([-2.0, -3.0], [2.0, 3.0], (2,))
    'the sign is wrong'
    >>> pattern([1.0, 3.0, 2.0, 4.0], [1.0, 2.0, 3.0, 4.0], (2, 2))
    'they are transposed'
    >>> pattern([0.0, -3.0], [0.0, 2.0], (2,))  # one number shows no pattern
    ''
    """
    if len(right) < 2 or not all(map(math.isfinite, (*given, *right))):
        return ""
    for words, other in _orders(right, shape):
        if _alike(given, other) and not _alike(right, other):
            return words
    ratios = [g / r for g, r in zip(given, right) if r]
    same = len(ratios) > 1 and ratios[0] and all(math.isclose(ratio, ratios[0], rel_tol=CLOSE) for ratio in ratios)
    if not same or any(g for g, r in zip(given, right) if not r) or math.isclose(ratios[0], 1.0, rel_tol=CLOSE):
        return ""
    near = [words for ratio, words in WORDS.items() if math.isclose(ratios[0], ratio, rel_tol=CLOSE)]
    return near[0] if near else f"each is {_factor(ratios[0], shape)} times the right one"


def matrix_pattern(given: Sequence[float], right: Sequence[float], n: int) -> str:
    """The same for a matrix of second derivatives; only those on, above, below or off the diagonal may be wrong.

    >>> matrix_pattern([2.0, 3.0, 3.0, 8.0], [4.0, 3.0, 3.0, 16.0], 2)
    'on the diagonal each is half the right one'
    >>> matrix_pattern([1.0, 0.0, 2.0, 3.0], [1.0, 2.0, 2.0, 3.0], 2)
    'those above the diagonal are 0'
    """
    if way := pattern(given, right, (n, n)):
        return way
    if not all(map(math.isfinite, (*given, *right))):
        return ""
    parts: dict[str, list[int]] = {"on": [], "above": [], "below": []}
    for k in range(n * n):
        i, j = divmod(k, n)
        parts["on" if i == j else "above" if i < j else "below"].append(k)
    parts["off"] = [*parts["above"], *parts["below"]]
    for where in ("on", "off", "above", "below"):
        own, rest = parts[where], [k for k in range(n * n) if k not in parts[where]]
        wanted = [right[k] for k in own]
        if own and _alike([given[k] for k in rest], [right[k] for k in rest]):
            if not any(given[k] for k in own) and any(wanted):
                return f"those {where} the diagonal are 0"
            if way := pattern([given[k] for k in own], wanted, (len(own),)):
                return f"{where} the diagonal {way}"
    return ""


def _orders(right: Sequence[float], shape: tuple[int, ...]) -> Iterator[tuple[str, list[float]]]:
    """The right derivatives in other orders."""
    yield "they are in reverse order", list(reversed(right))
    if len(shape) == 2:
        rows, columns = shape
        matrix = [list(right[i * columns : (i + 1) * columns]) for i in range(rows)]
        order = "transposed" if rows == columns else "in the order of the transpose"
        yield f"they are {order}", [x for column in zip(*matrix) for x in column]
        yield "the rows are flipped", [x for row in reversed(matrix) for x in row]
        yield "the columns are flipped", [x for row in matrix for x in reversed(row)]
    yield "they are shifted by one", [right[-1], *right[:-1]]
    yield "they are shifted by one", [*right[1:], right[0]]
    mean = math.fsum(right) / len(right)
    yield "each is the mean of all", [mean] * len(right)


def _alike(some: Sequence[float], others: Sequence[float]) -> bool:
    size = max(map(abs, others), default=0.0)
    return all(abs(a - b) <= CLOSE * max(abs(b), 1e-3 * size) for a, b in zip(some, others))


def _factor(ratio: float, shape: tuple[int, ...]) -> str:
    """Write a ratio as a count of entries, a whole number, a root, or a reciprocal, if it is one; else in decimals."""
    counts: dict[str, Any] = {f"n = {n}": float(n) for n in dict.fromkeys((math.prod(shape), *shape)) if n > 1}
    for name, size in counts.items():
        for text, value in ((name, size), (f"1/({name})", 1 / size)):
            if math.isclose(ratio, value, rel_tol=CLOSE):
                return text
    for text, value in ((f"{ratio:.0f}", round(ratio)), (f"1/{1 / ratio:.0f}", 1 / (round(1 / ratio) or math.inf))):
        if math.isclose(ratio, value, rel_tol=CLOSE):
            return text
    square = ratio * ratio
    if round(square) and math.isclose(square, round(square), rel_tol=CLOSE):
        return f"{'-' if ratio < 0 else ''}√{round(square)}"
    return f"{ratio:.6g}"

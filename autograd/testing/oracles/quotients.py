"""Limits of difference quotients: Ridders' tableau where f is smooth, Aitken's where it is a power at its end."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from itertools import pairwise

from autograd.testing.oracles.noise import EPSILON, SAFETY, Slice

SHRINK = 1.4  # factor between the steps of successive tableau rows
DOUBLINGS = 8
STALLS = 0.6  # of their first change, if the quotients still change by as much in the last rows
AITKEN = 3  # the number of times that the process is applied, each time to its own results
STEADY = 0.99  # the greatest ratio of successive changes from which Aitken's process finds a limit

Found = tuple[float, float]  # a derivative and its error bound
NOT_FOUND: Found = (math.nan, math.inf)


def tableau(g: Slice, x: float, step: float, side: int, rounding: float, count: int) -> Found:
    """Build Ridders' tableau from one step down and return the entry with the smallest bound.

    An entry is compared with its neighbours in its own column and the previous one: two of them may agree by chance
    where an error is stationary in the step. If they are as far apart as the quotients are from 0, and not by rounding,
    the quotients grow without limit, like those of √x at 0. If they move by the same amount from row to row, they have
    no limit that a tableau finds, like those of x·log x at 0.
    """
    value, bound = math.nan, math.inf
    rows = _rows(g, x, step, side, rounding, count)
    if _stall(rows):
        return NOT_FOUND
    largest = max((abs(row[0][0]) for row in rows), default=0.0)
    for i, row in enumerate(rows):
        for j in range(1, len(row)):
            entry, noise = row[j]
            column = [near[j][0] for near in (*rows[max(i - 1, 0) : i], *rows[i + 1 : i + 2]) if j < len(near)]
            spread = max(abs(entry - other) for other in (row[j - 1][0], rows[i - 1][j - 1][0], *column))
            trusted = SAFETY * (spread + noise + EPSILON * abs(entry))
            converges = SAFETY * spread <= largest or largest <= SAFETY * noise
            if column and converges and trusted < bound:
                value, bound = entry, trusted
    return value, bound


def least_bound(g: Slice, x: float, step: float, rounding: float) -> float:
    """The least bound that rounding allows: that of the first extrapolated entry, over both sides."""
    noise = max(rounding, EPSILON * abs(g(x))) / (step / SHRINK)
    return SAFETY * noise * (SHRINK**2 + 1.0) / (SHRINK**2 - 1.0)


def _stall(rows: list[list[tuple[float, float]]]) -> bool:
    """Whether the entries that are extrapolated once keep moving in one direction; for a smooth f the changes halve."""
    column = [row[1] for row in rows if len(row) > 1]
    changes = [after[0] - before[0] for before, after in pairwise(column)]
    if len(changes) < 3 or min(map(abs, changes)) <= SAFETY * max(noise for _, noise in column):
        return False
    alike = min(changes) > 0.0 or max(changes) < 0.0
    return alike and abs(changes[-1]) > STALLS * abs(changes[0])


def _rows(g: Slice, x: float, step: float, side: int, rounding: float, count: int) -> list[list[tuple[float, float]]]:
    """The rows of a tableau, each from a smaller step: entries, each extrapolated once more, and their rounding."""
    factor = SHRINK * SHRINK if side == 0 else SHRINK  # factor in the error of a difference quotient from row to row
    rows: list[list[tuple[float, float]]] = []
    largest = abs(g(x))
    for k in range(count):
        h = (x + step / SHRINK**k) - x  # rounded so that x + h is exact
        if h == 0.0:
            break
        quotient, size = _quotient(g, x, h, side)
        if not math.isfinite(quotient):
            rows = []  # overflow, or the edge of the domain, inside the stencil: try a smaller step
            continue
        largest = max(largest, size)
        inner = abs(EPSILON / 2 * x * quotient)  # f may round a multiple of x
        entry, noise, power = quotient, max(rounding, EPSILON * largest, inner) / abs(h), 1.0
        row = [(entry, noise)]
        for older, _ in rows[-1] if rows else ():
            power *= factor
            noise *= (power + 1.0) / (power - 1.0)  # how extrapolation amplifies the rounding of its two terms
            entry += (entry - older) / (power - 1.0)
            row.append((entry, noise))
        rows.append(row)
    return rows


def _quotient(g: Slice, x: float, h: float, side: int) -> tuple[float, float]:
    """The difference quotient of one step, and the largest |f| in it."""
    if side == 0:
        right, left = g(x + h), g(x - h)
        return (right - left) / ((x + h) - (x - h)), max(abs(right), abs(left))
    here, there = g(x), g(x + side * h)
    return (there - here) / ((x + side * h) - x), max(abs(here), abs(there))


def close_quotient(g: Slice, x: float, step: float, rounding: float, side: int = 0) -> Found:
    """A difference quotient over a step so narrow that only rounding moves it; no bound if f has no value there."""
    h = (x + step) - x
    quotient, size = _quotient(g, x, h, side) if h else (math.nan, math.inf)
    if not math.isfinite(quotient):
        return 0.0, math.inf
    return quotient, SAFETY * max(rounding, EPSILON * size, EPSILON * abs(x * quotient)) / h


def power_limit(g: Slice, x: float, side: int, rounding: float) -> Found:
    """The one-sided derivative of an f like xᵖ at its end: quotients L + C·hᵖ⁻¹, by Aitken's Δ² process, repeated.

    The steps shrink by a constant factor. Each three quotients give a limit, and each two limits give a bound. If x is
    not the end but near it, the bound allows for the distance of the slope from the limit, which quotients show.
    """
    best, distance = NOT_FOUND, 0.0 if x == 0.0 else (x - g.low if side > 0 else g.high - x)
    for steps in falling_steps(0.0 if abs(x) == distance else x):
        found = list(_falling_quotients(g, x, side, rounding, steps))
        column = [(quotient, noise) for _, quotient, noise in found]
        quotients = [(step, quotient) for step, quotient, _ in found]
        for _ in range(AITKEN):
            column = [_limit(*three) for three in zip(column, column[1:], column[2:])]
            last = quotients[len(quotients) - len(column) :]  # of those that made each limit
            for k, ((before, _), (limit, noise)) in enumerate(pairwise(column)):
                bound = SAFETY * (abs(limit - before) + noise) + _beside(limit, last[k], last[k + 1], distance)
                if bound < best[1]:
                    best = limit, bound
    return best


def power_unseen(g: Slice, x: float, side: int, rounding: float, limit: float) -> float:
    """How far the derivative may be from that limit if the power ends beyond x: no further than any quotient."""
    steps = itertools.chain(*falling_steps(x))
    found = _falling_quotients(g, x, side, rounding, steps)
    return min((abs(quotient - limit) + SAFETY * noise for _, quotient, noise in found), default=0.0)


def _falling_quotients(
    g: Slice, x: float, side: int, rounding: float, steps: Iterable[float]
) -> Iterator[tuple[float, float, float]]:
    """Steps, the quotients over them, and how far rounding moves each quotient."""
    for t in (x + side * step for step in steps):
        if t != x and math.isfinite(g(t) - g(x)):
            quotient, size = _quotient(g, x, abs(t - x), side)
            yield abs(t - x), quotient, max(rounding, EPSILON * size) / abs(t - x)


def _beside(limit: float, wider: Found, last: Found, distance: float) -> float:
    """How far a slope at this distance from the end is from the limit: at most twice as far as a quotient over it."""
    if distance == 0.0:
        return 0.0
    (h, quotient), far = last, abs(wider[1] - limit)
    share = abs(quotient - limit) / far if far else 1.0
    steps = math.log(h / distance) / math.log(wider[0] / h) if 0.0 < share < 1.0 and h > distance else 0.0
    return 2.0 * abs(quotient - limit) * math.pow(share, steps)


def _limit(first: Found, second: Found, third: Found) -> Found:
    """The limit of a geometric sequence, and its rounding; no limit if the three do not approach one."""
    (a, _), (b, _), (c, noise) = first, second, third
    ratio = (c - b) / (b - a) if b != a else math.nan
    if not 0.0 < ratio < STEADY:
        return NOT_FOUND
    return c + (c - b) * ratio / (1.0 - ratio), (noise + EPSILON * abs(c)) / (1.0 - ratio) ** 2


def power_beside(g: Slice, x: float, end: float, other: float) -> Found:
    """The derivative a few floats from an end at which f is like a power of the distance, as acos at 1.

    No step fits between x and the end. The power is found from the growth of f as the distance doubles, again and
    again; rounding scatters it.
    """
    distance = x - end
    if x == end or not math.isfinite(end) or abs(distance) * 2.0**DOUBLINGS > abs(other - end):
        return NOT_FOUND
    changes = [g(end + distance * 2.0**k) - g(end) for k in range(DOUBLINGS)]
    if not all(math.isfinite(change) and change * changes[0] > 0.0 for change in changes):
        return NOT_FOUND
    powers = [math.log2(after / before) for before, after in pairwise(changes)]
    power = sum(powers) / len(powers)
    if not power > 0.0:
        return NOT_FOUND  # f jumps at the end
    slope = power * changes[0] / distance
    noise = EPSILON * (1.0 + abs(g(end) / changes[0])) + (max(powers) - min(powers)) / power
    return slope, SAFETY * noise * abs(slope)


def falling_steps(x: float) -> list[list[float]]:
    """Steps that shrink by a constant factor, from a tenth of x, or of 1 if x is 0, to the finest that still show."""
    close = [0.1 * (abs(x) or 1.0) * 2.0 ** (-2 * k) for k in range(22)]
    return [close] if x else [close, [0.1 * 2.0 ** (-8 * k) for k in range(26)]]

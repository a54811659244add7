"""Periods: stretches of a sequence of codes that repeat, found by hashing its windows.

The distances between equal windows vote for periods. The stretches that save most are taken; then the parts between
them are searched.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy

WINDOWS = (4, 16, 64, 256)  # each a power of four: hashes double their length twice
MOST_PERIODS = 60  # periods tried in a part
LEAST_REPETITIONS = 4  # in a stretch
SAVES = 48  # codes; a stretch must save more, since a loop has its price
MIXERS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)  # odd numbers without a pattern


class Stretch(NamedTuple):
    """Codes from `start` to `end`, where each equals the one `period` places before, except in the first period."""

    start: int
    end: int
    period: int


def stretches(codes: Any) -> Iterator[Stretch]:
    """The stretches of a sequence of whole numbers; they do not overlap."""
    waiting = [(0, len(codes))]
    while waiting:
        low, high = waiting.pop()
        found = sorted(Stretch(low + start, low + end, period) for start, end, period in _chosen(codes[low:high]))
        yield from found
        if found:  # the parts between them may have other periods
            waiting += zip([low, *(x.end for x in found)], [*(x.start for x in found), high])


def _chosen(codes: Any) -> Iterator[Stretch]:
    """The stretch that saves most, then the one that saves most in the rest, and so on.

    Among stretches that save nearly as much, the one with the shortest period is chosen.
    """
    runs = [(start, end, period) for period in _periods(codes) for start, end in _runs(codes, period)]
    start, end, period = numpy.array(runs, int).reshape(-1, 3).T
    while len(start):
        saves = ((end - start) // period - 1) * period
        left = (saves > SAVES) & (end - start >= LEAST_REPETITIONS * period)
        start, end, period, saves = start[left], end[left], period[left], saves[left]
        if not len(saves):
            return
        near = numpy.flatnonzero(saves > 0.97 * saves.max())
        best = near[numpy.argmin(period[near])]
        low, high = start[best], end[best]
        yield Stretch(int(low), int(high), int(period[best]))
        cut = (start < high) & (end > low)  # of these, a part before the chosen stretch remains, and a part after it
        start = numpy.concatenate([start, numpy.full(cut.sum(), high)])
        end = numpy.concatenate([numpy.where(cut, low, end), end[cut]])
        period = numpy.concatenate([period, period[cut]])


def _periods(codes: Any) -> list[int]:
    """The most frequent distances between equal windows, in order."""
    votes: dict[int, int] = {}
    hashes = codes.astype(numpy.uint64)
    for width in WINDOWS:
        if len(codes) < 2 * width:
            break
        for mixer in MIXERS:
            half = len(codes) - len(hashes) + 1
            longer = hashes[:-half] * numpy.uint64(mixer)  # then in place: a copy for a long program is large
            longer += hashes[half:]
            hashes >>= numpy.uint64(29)
            longer ^= hashes[half:]
            hashes = longer
        found, counts = numpy.unique(_gaps(hashes), return_counts=True)
        for k in numpy.argsort(-counts, kind="stable")[:MOST_PERIODS].tolist():
            votes[int(found[k])] = votes.get(int(found[k]), 0) + int(counts[k])
    return sorted(votes, key=lambda gap: -votes[gap])[:MOST_PERIODS]


def _gaps(hashes: Any) -> Any:
    """The distance from each hash to the next one that equals it."""
    order = numpy.argsort(hashes, kind="stable")
    hashes = hashes[order]
    is_again = hashes[1:] == hashes[:-1]
    del hashes
    return numpy.diff(order)[is_again]


def _runs(codes: Any, period: int) -> Iterator[tuple[int, int]]:
    """The longest stretches of a period that repeat often enough, as pairs of start and end."""
    if len(codes) < LEAST_REPETITIONS * period:
        return
    same = numpy.concatenate([[0], codes[:-period] == codes[period:], [0]]).astype(numpy.int8)
    for start, end in numpy.flatnonzero(numpy.diff(same)).reshape(-1, 2).tolist():
        if end - start >= (LEAST_REPETITIONS - 1) * period:
            yield start, end + period

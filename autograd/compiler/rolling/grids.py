"""Grids: which sums of products, Σⱼ aⱼ·bⱼ, form products of matrices.

The factors of a sum are two vectors, a left and a right one. Where every left vector meets every right one, the sums
are the entries of one matrix product; several products of the same shape are one batch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

Vector = tuple[int, ...]
Pair = tuple[int, int]

DENSE = 2  # a matrix product may compute at most this many times the numbers that are wanted


class Grid(NamedTuple):
    """A batch of matrix products: vectors of both sides for each, and the sums by their slots in the result."""

    lefts: tuple[tuple[Vector, ...], ...]
    rights: tuple[tuple[Vector, ...], ...]
    members: tuple[int, ...]
    slots: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many numbers the result has."""
        return len(self.lefts) * len(self.lefts[0]) * len(self.rights[0])


def grids(sums: Sequence[tuple[Vector, Vector]]) -> tuple[list[Grid], list[int]]:
    """The grids that sums form, given as a left and a right vector each, and the sums that share no vector.

    >>> a, b, x, y = (1, 2), (3, 4), (5, 6), (7, 8)
    >>> (grid,), alone = grids([(a, x), (a, y), (b, x), (b, y), ((0, 0), (9, 9))])
    >>> grid.lefts, grid.rights, grid.slots, alone
    ((((1, 2), (3, 4)),), (((5, 6), (7, 8)),), (0, 1, 2, 3), [4])
    """
    found, alone = list[list[int]](), list[int]()
    for component in connected([((0, left), (1, right)) for left, right in sums]):
        if _is_dense(sums, component):
            found.append(component)
        else:
            stars = _stars(sums, component)
            thin = len(stars) > len(component) // 2  # hardly any share a vector
            found += [] if thin else [star for star in stars if len(star) > 1]
            alone += component if thin else [star[0] for star in stars if len(star) == 1]
    alike: dict[tuple[int, int], list[list[int]]] = defaultdict(list)
    for component in found:
        if len(component) == 1:
            alone += component
        else:
            alike[len({sums[m][0] for m in component}), len({sums[m][1] for m in component})].append(component)
    return [_batch(sums, components) for components in alike.values()], sorted(alone)


def _is_dense(sums: Sequence[tuple[Vector, Vector]], members: Sequence[int]) -> bool:
    lefts, rights = ({sums[m][side] for m in members} for side in (0, 1))
    return len(lefts) * len(rights) <= DENSE * len(members)


def _stars(sums: Sequence[tuple[Vector, Vector]], members: Sequence[int]) -> list[list[int]]:
    """The sums that share one vector, on the side that has fewer of them."""
    side = 0 if len({sums[m][0] for m in members}) < len({sums[m][1] for m in members}) else 1
    stars: dict[Vector, list[int]] = defaultdict(list)
    for m in members:
        stars[sums[m][side]].append(m)
    return list(stars.values())


def _batch(sums: Sequence[tuple[Vector, Vector]], components: Sequence[Sequence[int]]) -> Grid:
    """Products of the same shape, their vectors in the order in which the sums have them."""
    lefts, rights = list[tuple[Vector, ...]](), list[tuple[Vector, ...]]()
    places = list[tuple[int, int]]()
    for component in components:
        rows, columns = (list(dict.fromkeys(sums[m][side] for m in component)) for side in (0, 1))
        row, column = ({vector: k for k, vector in enumerate(vectors)} for vectors in (rows, columns))
        first = len(lefts) * len(rows) * len(columns)
        places += [(first + row[sums[m][0]] * len(columns) + column[sums[m][1]], m) for m in component]
        lefts.append(tuple(rows))
        rights.append(tuple(columns))
    slots, members = zip(*sorted(places))
    return Grid(tuple(lefts), tuple(rights), members, slots)


def sided(sums: Sequence[Sequence[Pair]], order: Callable[[int], tuple[int, int]]) -> list[list[Pair]]:
    """The pairs of each sum, turned so that a number is always on the same side, wherever that is possible.

    Of the numbers that meet each other, the first one in `order` is on the left.

    >>> sided([[(1, 5)], [(4, 2)]], lambda i: (0, i)), sided([[(1, 5), (5, 4)]], lambda i: (0, i))
    ([[(1, 5)], [(2, 4)]], [[(1, 5), (4, 5)]])
    """
    meets: dict[int, set[int]] = defaultdict(set)
    for pairs in sums:
        for a, b in pairs:
            meets[a].add(b)
            meets[b].add(a)
    side: dict[int, int] = {}
    for first in sorted(meets, key=order):
        waiting = [first] if side.setdefault(first, 0) == 0 else []
        while waiting:
            i = waiting.pop()
            waiting += [j for j in meets[i] if j not in side]
            side.update((j, 1 - side[i]) for j in meets[i] if j not in side)
    return [[(b, a) if side[a] > side[b] else (a, b) for a, b in pairs] for pairs in sums]


def connected(pairs: Iterable[tuple[object, object]]) -> list[list[int]]:
    """The places of pairs, those together that are connected by what they have in common.

    >>> connected([("a", 1), ("b", 2), ("a", 3), ("c", 2)])
    [[0, 2], [1, 3]]
    """
    root: dict[object, object] = {}

    def find(x: object) -> object:
        root.setdefault(x, x)
        while root[x] != x:
            root[x] = x = root[root[x]]
        return x

    ends = []
    for a, b in pairs:
        ends.append(a)
        root[find(a)] = find(b)
    found: dict[object, list[int]] = defaultdict(list)
    for k, end in enumerate(ends):
        found[find(end)].append(k)
    return list(found.values())

"""Functions of a list of numbers, for reductions: they choose by the data, or in a trace by conditions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from autograd import primitives as p
from autograd.arrays import scalars
from autograd.arrays.scalars import choose, isnan, number, numbers
from autograd.primitives.operators import Scalar, core
from autograd.refusals import refuse
from autograd.symbols import Condition, Symbol

if TYPE_CHECKING:
    Numbers = list[Any]


def is_traced(xs: Numbers) -> bool:
    """Whether some of these numbers are known only when the program runs."""
    return any(type(core(x)) in (Symbol, Condition) for x in xs)


def data_of(xs: Numbers) -> list[float]:
    """The plain numbers."""
    return [float(core(x)) for x in xs]


def balanced(function: Callable[[Any, Any], Any], xs: Numbers) -> Any:
    """Fold by halves, so that the depth is logarithmic."""
    while len(xs) > 1:
        pairs = [function(x, y) for x, y in zip(xs[::2], xs[1::2])]
        xs = pairs + xs[len(pairs) * 2 :]
    return xs[0]


def total(xs: Numbers) -> Any:
    return p.sum(numbers(xs)) if xs else 0.0


def product(xs: Numbers) -> Any:
    return p.prod(numbers(xs)) if xs else 1.0


def mean(xs: Numbers) -> Any:
    return p.mean(numbers(xs)) if xs else math.nan


def _extreme(name: str, wins: Callable[[Any, Any], Any], better: Callable[[Any, Any], Any]) -> Callable[[Numbers], Any]:
    def found(xs: Numbers) -> Any:
        if not xs:
            raise ValueError(f"zero-size array to reduction operation {name} which has no identity")
        if len(xs) == 2 or is_traced(xs):
            return shared(balanced(wins, xs), xs)
        best = xs[0]
        for x in xs:
            if x != x:
                return shared(x, xs)
            if better(x, best):
                best = x
        return best if sum(1 for x in xs if x == best) == 1 else shared(best, xs)

    return found


def shared(best: Any, xs: Numbers) -> Any:
    """The greatest or least number `best`, with slope 1/k for each of the k numbers equal to it, or also NaN."""
    if len(xs) < 3:
        return best
    best = best.fixed() if isinstance(best, Scalar) else best
    is_nan = isnan(best)
    tied = [scalars.either(x == best, scalars.both(is_nan, isnan(x))) for x in xs]
    count = total([choose(is_best, 1.0, 0.0) for is_best in tied])
    finite = scalars.isfinite(best)  # inf - inf is NaN
    return best + total([choose(is_best, choose(finite, x - best, x), 0.0) for is_best, x in zip(tied, xs)]) / count


greatest = _extreme("maximum", scalars.maximum, lambda x, y: x > y)
least = _extreme("minimum", scalars.minimum, lambda x, y: x < y)


def place_of(extreme: Callable[[Numbers], Any]) -> Callable[[Numbers], Any]:
    """A function that returns the index of the first number that is the greatest or least, or NaN."""

    def place(xs: Numbers) -> Any:
        if len(xs) == 1:
            return 0
        if is_traced(xs):
            return _traced_place(extreme(xs), xs)
        best = extreme(xs)
        return next(i for i, x in enumerate(xs) if x == best or (x != x and best != best))

    return place


def _traced_place(best: Any, xs: Numbers) -> Any:
    found: Any = float(len(xs) - 1)
    for i in reversed(range(len(xs) - 1)):
        is_best = scalars.either(xs[i] == best, scalars.both(isnan(xs[i]), isnan(best)))
        found = choose(is_best, float(i), found)
    return found


def without_nan(function: Callable[[Numbers], Any]) -> Callable[[Numbers], Any]:
    """The function of the numbers that are not NaN; a trace replaces NaNs, or refuses, as it cannot count them."""

    def found(xs: Numbers) -> Any:
        if is_traced(xs):
            if function not in WITHOUT_NAN:
                raise refuse(lambda most: "what is NaN", "write np.where(np.isnan(x), 0.0, x)")
            return WITHOUT_NAN[function](xs)
        kept = [x for x in xs if x == x]
        return function(kept) if kept or function in (total, product) else math.nan

    return found


def replaced(xs: Numbers, value: float) -> Numbers:
    """The numbers with a value in place of each NaN."""
    return [choose(isnan(x), value, x) for x in xs]


WITHOUT_NAN: dict[Callable[[Numbers], Any], Callable[[Numbers], Any]] = {
    total: lambda xs: total(replaced(xs, 0.0)),
    product: lambda xs: product(replaced(xs, 1.0)),
    mean: lambda xs: total(replaced(xs, 0.0)) / total([choose(isnan(x), 0.0, 1.0) for x in xs]),
    greatest: lambda xs: _known(xs, greatest(replaced(xs, -math.inf))),
    least: lambda xs: _known(xs, least(replaced(xs, math.inf))),
}


def _known(xs: Numbers, extreme: Any) -> Any:
    """The extreme, or NaN if all numbers are NaN."""
    return choose(all_of([isnan(x) for x in xs]), math.nan, extreme)


def all_of(xs: Numbers) -> Any:
    return balanced(scalars.both, [scalars.truth(x) for x in xs]) if xs else True


def any_of(xs: Numbers) -> Any:
    return balanced(scalars.either, [scalars.truth(x) for x in xs]) if xs else False


def count_nonzero(xs: Numbers) -> Any:
    found = [scalars.truth(x) for x in xs]
    return total(found) if is_traced(found) else sum(found)


MOST_RANKED = 200  # a trace ranks up to this many numbers, with a step for each pair


# --- order --------------------------------------------------------------------------------------


def order(xs: Numbers) -> list[Any]:
    """The indices that sort the numbers, NaN last; equal numbers keep their order."""
    if is_traced(xs):
        return ordered([float(i) for i in range(len(xs))], xs)
    return sorted(range(len(xs)), key=lambda i: (bool(xs[i] != xs[i]), core(xs[i]) if xs[i] == xs[i] else 0.0))


def ordered(xs: Numbers, keys: Numbers | None = None) -> Numbers:
    """The numbers in ascending order, or in that of their keys, NaN last; a trace orders them by selections."""
    keys = xs if keys is None else keys
    if not is_traced(keys):
        return [xs[i] for i in order(keys)]
    if len(xs) > MOST_RANKED:
        return _exchanged(xs, keys)
    ranks = _ranks(keys)
    return [_at_rank(k, ranks, xs) for k in range(len(xs))]


def _ranks(xs: Numbers) -> Numbers:
    ranks: Numbers = [0.0] * len(xs)
    for j, y in enumerate(xs):
        for i in range(j):
            later = scalars.either(y < xs[i], scalars.both(isnan(xs[i]), y == y))  # y comes before an earlier number
            step = choose(later, 1.0, 0.0)
            ranks[i] = ranks[i] + step
            ranks[j] = ranks[j] + (1.0 - step)
    return ranks


def _at_rank(k: int, ranks: Numbers, xs: Numbers) -> Any:
    found = xs[-1]
    for rank, x in zip(ranks[:-1], xs[:-1]):
        found = choose(rank == k, x, found)
    return found


def _exchanged(xs: Numbers, keys: Numbers) -> Numbers:
    """The numbers in the order of their keys, by a sorting network; places break ties, so the sort is stable."""
    n = len(xs)
    known = [choose(isnan(x), math.inf, x) for x in keys]
    places = [choose(isnan(x), float(i + n), float(i)) for i, x in enumerate(keys)]
    columns = known, places, list(xs)
    for i, j in _exchanges(n):
        later = scalars.both(known[i] == known[j], places[j] < places[i])
        swaps = scalars.either(known[j] < known[i], later)
        for column in columns:
            column[i], column[j] = choose(swaps, column[j], column[i]), choose(swaps, column[i], column[j])
    return columns[2]


def _exchanges(n: int) -> Iterator[tuple[int, int]]:
    """The pairs of places that Batcher's odd-even merge sort compares, in order."""
    merged = 1
    while merged < n:
        step = merged
        while step:
            for start in range(step % merged, n - step, 2 * step):
                for i in range(start, min(start + step, n - step)):
                    if i // (2 * merged) == (i + step) // (2 * merged):
                        yield i, i + step
            step //= 2
        merged *= 2


def quantile(q: float) -> Callable[[Numbers], Any]:
    """A function that returns the q-quantile of numbers, by linear interpolation."""

    def found(xs: Numbers) -> Any:
        place = q * (len(xs) - 1)
        low = min(math.floor(place), len(xs) - 1)
        high, part = min(low + 1, len(xs) - 1), place - low
        row = ordered(xs)
        gap = 0.0 if low == high else row[high] - row[low]
        value = row[low] + gap * part if part < 0.5 else row[high] - gap * (1 - part)  # as NumPy rounds it
        return choose(isnan(row[-1]), row[-1], value)

    return found


def median(xs: Numbers) -> Any:
    if not xs:
        return math.nan
    row, half = ordered(xs), len(xs) // 2
    value = row[half] if len(xs) % 2 else (row[half - 1] + row[half]) / 2
    return choose(isnan(row[-1]), row[-1], value)


# --- spread -------------------------------------------------------------------------------------


def deviations(xs: Numbers) -> Numbers:
    middle = mean(xs)
    return [x - middle for x in xs]


def variance(ddof: float = 0) -> Callable[[Numbers], Any]:
    def found(xs: Numbers) -> Any:
        free = len(xs) - ddof
        squares = total([d * d for d in deviations(xs)])
        return squares / free if free > 0 else squares * math.inf  # 0 / 0 is NaN

    return found


def deviation(ddof: float = 0) -> Callable[[Numbers], Any]:
    """A function for the standard deviation, as a norm: 0 with derivatives 0 where all numbers are equal."""

    def found(xs: Numbers) -> Any:
        free = len(xs) - ddof
        size = p.norm(deviations(xs))
        return size / math.sqrt(free) if free > 0 else size * math.inf

    return found


def running(function: Callable[[Any, Any], Any]) -> Callable[[Numbers], Numbers]:
    return lambda xs: list(accumulate(map(number, xs), function))

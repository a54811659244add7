"""Hypothesis strategies for numbers in a domain, for structures of them, and for Values."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import partial
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from autograd.engine import Value
from autograd.primitives.table import Interval
from autograd.testing.arguments.domains import Domain, interval, is_domain
from autograd.testing.oracles.underflow import LEAST_NORMAL
from autograd.trees import CONTAINERS, is_array, make_of, parts_of

Numbers = st.SearchStrategy[float]

GREATEST = math.nextafter(math.inf, 0.0)
SIMPLE = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 3.0, -3.0, 0.25, 10.0, -10.0)
GOLDEN = 6181  # of 10,000, without a common factor
BESIDE_ZERO = 1e-9
MARGIN = 1e-9  # relative to the width of the domain
EVERYDAY_END = 10.0  # the greatest of everyday numbers
WIDE_DOMAIN = 100.0  # times that number: a domain that reaches further spans several orders of magnitude
ROUND = (1e-6, -1e-6, 1e-3, -1e-3, 100.0, -100.0, 1e6, -1e6)


def _some(numbers: Iterable[float], domain: Interval) -> Numbers:
    """One of the numbers that lie in a domain."""
    inside = [x for x in dict.fromkeys(numbers) if x in domain]
    return st.sampled_from(inside) if inside else st.nothing()


def _inside(domain: Interval) -> tuple[float, float]:
    """The ends of a domain, open ones left by a margin: f overflows or rounds next to them, where "limits" draws."""
    least, greatest = domain.ends()
    margin = MARGIN * (domain.high - domain.low)
    if math.isfinite(margin):
        least, greatest = least + margin * domain.low_open, greatest - margin * domain.high_open
    return least, greatest


def _between(low: float, high: float, domain: Interval, **options: Any) -> Numbers:
    least, greatest = _inside(domain)
    low, high = max(low, least), min(high, greatest)
    return st.floats(low, high, **options) if low <= high else st.nothing()


def _ordinary(domain: Interval) -> Numbers:
    near = _between(1e-6, EVERYDAY_END, domain) | _between(-EVERYDAY_END, -1e-6, domain)
    if math.isinf(domain.low) != math.isinf(domain.high) or _size(domain) > WIDE_DOMAIN * EVERYDAY_END:
        near |= _by_magnitude(domain)
    if near.is_empty:  # the domain is far from everyday numbers
        least, greatest = domain.ends()
        tiny = max(abs(least), abs(greatest)) < LEAST_NORMAL
        near = st.floats(max(least, -GREATEST), min(greatest, GREATEST), allow_subnormal=tiny)
    return _some(SIMPLE, domain) | near | _some(ROUND, domain)


def _size(domain: Interval) -> float:
    """The greatest |x| in a finite domain; 0.0 for an infinite one."""
    return max(-domain.low, domain.high) if math.isfinite(domain.high - domain.low) else 0.0


def _spread(domain: Interval) -> Numbers:
    """Numbers over the whole of a finite domain that reaches beyond everyday numbers."""
    return _evenly(*domain.ends(), domain) if _size(domain) > EVERYDAY_END else st.nothing()


def _evenly(low: float, high: float, domain: Interval) -> Numbers:
    """Numbers spread evenly over a domain: multiples of the golden ratio, since hypothesis prefers small integers."""
    parts = st.integers(1, 9_999).map(lambda k: GOLDEN * k % 10_000 / 10_000)
    return parts.map(lambda part: low + (high - low) * part).filter(domain.__contains__)


def _by_magnitude(domain: Interval) -> Numbers:
    """Numbers of a domain, with each order of magnitude from 1e-6 to 1e6 equally likely."""
    return _some((sign * 10.0 ** (k / 8) for k in sorted(range(-48, 49), key=abs) for sign in (1, -1)), domain)


def _thresholds(constants: Iterable[float], domain: Interval) -> Numbers:
    """Numbers where a function may change its branch: its constants, the floats next to them, and midpoints."""
    inside = sorted({x for c in constants for x in (c, -c) if x in domain and math.isfinite(x)})
    ends = [end for end in (domain.low, domain.high) if math.isfinite(end)]
    beyond = [x for c in inside for x in (2 * c + 1, 2 * c - 1)]
    spread = sorted({*inside, *ends})
    between = [a + (b - a) / 2 for a, b in pairwise(spread)]
    beside = [math.nextafter(c, end) for c in inside if c for end in (-math.inf, math.inf)]
    if not inside:
        return st.nothing()
    return _some(between, domain) | _some([*inside, *beside], domain) | _some(beyond, domain)  # each as likely


def _ends(domain: Interval) -> Numbers:
    """The closed ends of a domain, and floats next to them."""
    ends = [(domain.low, math.inf)] if not domain.low_open else []
    ends += [(domain.high, -math.inf)] if not domain.high_open else []
    return _some([x for end, inward in ends if math.isfinite(end) for x in (end, _next(end, inward))], domain)


def _next(x: float, towards: float) -> float:
    """The float next to x; next to 0 a small number instead, since squares of the floats there are 0."""
    return math.nextafter(x, towards) if x else math.copysign(BESIDE_ZERO, towards)


def _limits(domain: Interval) -> Numbers:
    """The floats closest to the open ends of a domain, where overflow is common."""
    ends = [math.nextafter(domain.low, math.inf)] if domain.low_open else []
    ends += [math.nextafter(domain.high, -math.inf)] if domain.high_open else []
    return _some(ends, domain)


LANES: dict[str, Callable[[Interval], Numbers]] = {
    "ordinary": _ordinary,
    "spread": _spread,
    "ends": _ends,
    "limits": _limits,
    "zeros": lambda domain: st.sampled_from((0.0, -0.0)) if 0.0 in domain else st.nothing(),
    "subnormals": lambda domain: _between(-LEAST_NORMAL, LEAST_NORMAL, domain) | _some((5e-324, -5e-324), domain),
    "tiny": lambda domain: _some((s * 10.0**-k for k in (12, 30, 100, 290) for s in (1, -1)), domain),
    "huge": lambda domain: _some((s * x for x in (1e12, 1e30, 1e100, 1e290, GREATEST) for s in (1, -1)), domain),
    "infinite": lambda domain: _some((math.inf, -math.inf), domain),
    "nan": lambda domain: st.just(math.nan),
}
EVERYDAY = ("ordinary", "spread", "ends", "zeros")


def values(domain: Domain = None, lanes: Iterable[str] = EVERYDAY, constants: Iterable[float] = ()) -> Numbers:
    """Floats of a domain (default: all finite numbers) from the named lanes, each lane equally likely.

    The lanes are "ordinary", "spread" (over a domain that reaches beyond ordinary numbers), "ends" (the closed ends of
    the domain and floats next to them), "limits" (the floats closest to its open ends), "zeros" (of both signs),
    "subnormals", "tiny", "huge", "infinite" and "nan". One more lane has numbers at, next to and between `constants`,
    those in a function's code. Raises ValueError for an unknown lane, or if no lane has a number in the domain.

    >>> from hypothesis import find
    >>> find(values("(1, 5]"), lambda x: x > 2)
    3.0
    """
    inside = interval(domain)
    unknown = set(lanes) - set(LANES)
    if unknown:
        raise ValueError(f"values: no lane {sorted(unknown)}; there are {', '.join(LANES)}")
    found = [*(LANES[name](inside) for name in lanes), _thresholds(constants, inside)]
    chosen = [strategy for strategy in found if not strategy.is_empty]
    if not chosen:
        raise ValueError(f"values: no number of {inside} in the lanes {', '.join(lanes)}")
    return st.one_of(chosen)


def points(domains: Any, lanes: Iterable[str] = EVERYDAY, constants: Iterable[float] = ()) -> st.SearchStrategy[Any]:
    """Points of a structure of domains: a float for each domain, in the same lists, tuples, dicts and arrays.

    `np.full((2, 3), "[-1, 1]")` is an array of domains.

    >>> from hypothesis import find
    >>> find(points({"w": ["(0, inf)", (2, 3)]}), lambda p: True)
    {'w': [1.0, 2.0]}
    """
    within = partial(points, lanes=tuple(lanes), constants=tuple(constants))
    if is_domain(domains):
        return values(domains, lanes, constants)
    if isinstance(domains, CONTAINERS):
        return st.tuples(*map(within, parts_of(domains))).map(make_of(domains))
    if is_array(domains):
        return st.tuples(*(within(part) for part in domains.flat)).map(partial(_array, domains.shape))
    raise TypeError(f"points: a domain must be written like '(0, inf)' or (0.0, 1.0), got {domains!r}")


def _array(shape: tuple[int, ...], numbers: tuple[float, ...]) -> Any:
    import numpy

    return numpy.array(numbers, dtype=float).reshape(shape)


def leaves() -> st.SearchStrategy[Value]:
    """Values with everyday numbers, drawn by hypothesis for an annotation of Value."""
    return st.builds(Value, values())

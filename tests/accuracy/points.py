"""The points where accuracy is measured: fixed ones in every binade and at every edge, and generated ones."""

from __future__ import annotations

import math
import random
import struct
from collections.abc import Callable, Iterable, Iterator
from itertools import count, islice, product

from tests.accuracy.reference import BINARY, EXPONENTS, UNARY
from tests.profiles import DEEP

Point = tuple[float, ...]

TINIEST, LEAST_NORMAL, GREATEST = math.ulp(0.0), 2.0**-1022, math.nextafter(math.inf, 0.0)
MANTISSAS = (1.0, 1.25, 1.5, 1.75, 2.0 - 2**-52, 1.0 + 2**-52)
GENERATED = 3000 if DEEP else 120

# The accepted operands, ends included: elsewhere an operation raises, which other tests check.
DOMAINS = {
    **dict.fromkeys(("log", "log2", "log10"), (TINIEST, GREATEST)),
    "sqrt": (0.0, GREATEST),
    "log1p": (math.nextafter(-1.0, 0.0), GREATEST),
    "acosh": (1.0, GREATEST),
    "atanh": (math.nextafter(-1.0, 0.0), math.nextafter(1.0, 0.0)),
    **dict.fromkeys(("asin", "acos"), (-1.0, 1.0)),
    **{f"x ** {n}": (TINIEST if n < 0 else 0.0, GREATEST) for n in EXPONENTS if n % 1},
}


def around(x: float, steps: int = 2) -> Iterator[float]:
    """A float and its neighbours."""
    low = high = x
    yield x
    for _ in range(steps):
        low, high = math.nextafter(low, -math.inf), math.nextafter(high, math.inf)
        yield from (x for x in (low, high) if math.isfinite(x))


def binades() -> Iterator[float]:
    """A number in every binade, of either sign: a deep run takes all mantissas, other runs take them in turn."""
    for exponent in range(-1074, 1024):
        for m in MANTISSAS if DEEP else (MANTISSAS[exponent % 5],):
            yield math.ldexp(m, exponent)
            yield -math.ldexp(m, exponent)


SIMPLE = (
    *(k / 10 for k in range(-80, 81)),
    *(k / 2 for k in range(-40, 41)),
    *(k * math.pi / 4 for k in range(-16, 17)),
    *(10.0**k for k in range(-20, 21)),
    *(-(10.0**k) for k in range(-20, 21)),
    *(s * k for s in (1, -1) for k in (18.5, 26.5, 27.2, 36.7, 38.4, 38.6, 100.0, 700.0, 708.5, 709.5, 745.0, 800.0)),
)

EDGES = (0.0, 0.5, 1.0, 1.5, 2.0, LEAST_NORMAL, math.pi / 2, math.pi, math.pi * 1.5, math.e, GREATEST)


def numbers() -> Iterator[float]:
    """The fixed points on the line."""
    yield from SIMPLE
    for x in EDGES:
        for y in around(x):
            yield from (y, -y)
    yield from binades()


def _within(row: str) -> Iterator[Point]:
    low, high = DOMAINS.get(row, (-GREATEST, GREATEST))
    pole = row.startswith("x ** -")
    yield from dict.fromkeys((x,) for x in numbers() if low <= x <= high and (x or not pole))


def any_float(rng: random.Random) -> float:
    """A float with random bits or, equally often, a number of everyday size."""
    while True:
        if rng.random() < 0.5:
            x: float = struct.unpack("d", struct.pack("Q", rng.getrandbits(64)))[0]
        else:
            x = math.ldexp(rng.uniform(-1, 1), rng.randint(-12, 10))
        if math.isfinite(x):
            return x


# --- several operands -------------------------------------------------------------------------------------------------

SIZES = (TINIEST, 3.21e-320, 4.3e-310, LEAST_NORMAL, 1.3e-300, 1.7e-200, 1.1e-100, 1.9e-17, 1.3e-8, 0.1, 0.5, 0.7)
SIZES += (1.0, 1.0 + 2**-52, 1.7, 2.0, 3.0, 10.0, 97.0, 1.3e8, 1.9e17, 1.1e100, 1.7e200, 1.3e300, 7.7e307, GREATEST)
SIGNED = (0.0, *SIZES, *(-x for x in SIZES))
NEAR = tuple(p for x in (0.1, 1.0, 3.0, 1e-200, 1e200) for y in around(x) for p in ((x, y), (x, -y), (-x, -y)))
MODEST = (0.5, 0.25, 0.3, 0.9, 1.0 - 2**-53, 1.0, 1.0 + 2**-52, 1.1, 2.0, 2.5, 3.0, 7.0, 10.0, 50.0, 300.0, 700.0)

VECTORS: tuple[Point, ...] = (
    (0.0, 0.0, 0.0),
    (1.0, 0.0, 2.0),
    (0.0, 3.0, 0.0),
    (3.0, 4.0),
    (1e200, 1e200, 1e-200),
    (1e-200, 1e-200, 1e-300),
    (1e-320, 2e-320, 5e-324),
    (1e300, 1e-300, 1e300),
    (1e-100, 1e-300, 1e-150),
    (GREATEST, -GREATEST, 1.0),
    (0.1, 0.2, 0.3),
    (1.0, 1e-17, -1.0),
    (1e16, 1.0, -1e16),
    (-math.log(2), -math.log(2)),
    (1000.0, 1000.0),
    (-1000.0, -1000.0, -999.0),
    (0.0, -37.0, -800.0),
    (0.0, -700.0, -745.0),
    (-745.0, 0.0, -300.0),
    (-1e-17, -40.0),
    (-800.0, 800.0),
    (-1e300, 1e300),
    (30.0, -30.0, 29.0),
)


def power_pairs() -> Iterator[Point]:
    """Bases and exponents with powers of every size, including negative bases with whole exponents."""
    yield from product(SIZES, (0.0, *MODEST, *(-y for y in MODEST), 1e-17, 1e-300, 1e17, 1e300))
    yield from product((-x for x in SIZES), (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 11.0, 12.0, 301.0))
    yield from product((0.0,), (0.0, 0.5, 1.0, 1.5, 2.0, 3.0))
    yield from ((1.0 + d * 2.0**-k, s * 2.0**k) for k in range(1, 53) for s in (1, -1, 500, -500) for d in (1, -0.5))


def _any_pairs() -> Iterator[Point]:
    yield from product(SIGNED, SIGNED)
    yield from NEAR


BINARY_POINTS: dict[str, Callable[[], Iterable[Point]]] = {
    **dict.fromkeys(("add", "subtract", "multiply", "atan2", "hypot", "maximum", "minimum", "leaky_relu"), _any_pairs),
    **dict.fromkeys(("divide", "floor_divide", "mod"), lambda: (pair for pair in _any_pairs() if pair[1])),
    "power": power_pairs,
}


def fixed(row: str) -> Iterator[Point]:
    """The fixed points of a row of the reference."""
    if row in BINARY_POINTS:
        yield from BINARY_POINTS[row]()
    elif row in ("sum", "mean", "prod", "norm", "logsumexp", "softmax", "log_softmax"):
        for xs in VECTORS:
            yield from (xs, tuple(reversed(xs)), xs[:1])
    elif row == "dot":
        yield from ((*w, *reversed(w), b) for w in VECTORS for b in (0.0, 1.0, -1e200))
    elif row in ("clip", "where"):
        yield from product((0.0, -1.0, 1.0, 2.5, 1e300, -TINIEST, *around(3.0)), (-1.0, 0.0, 2.5), (3.0, 1e300, -2.0))
    else:
        yield from _within(row)


def generated(row: str, size: int = GENERATED) -> Iterator[Point]:
    """A number of points in the row's domain, the same in every run."""
    rng = random.Random(row)
    points = (_any_point(row, rng) for _ in count())
    low, high = DOMAINS.get(row, (-GREATEST, GREATEST))
    yield from islice((p for p in points if 0.0 not in p and all(low <= x <= high for x in p)), size)


def _any_point(row: str, rng: random.Random) -> Point:
    if row in UNARY:
        x = any_float(rng)
        low, high = DOMAINS.get(row, (-GREATEST, GREATEST))
        return (abs(x) if low >= 0.0 else x if low <= x <= high else math.fmod(x, 1.0),)
    if row == "power":
        x, y = any_float(rng), any_float(rng)
        y = rng.choice(
            (y, math.ldexp(rng.uniform(-1, 1), rng.randint(-4, 11)), rng.uniform(-800, 800) / math.log(abs(x)))
        )
        return (x, float(round(math.fmod(y, 1e4)))) if x < 0.0 else (x, y)
    if row in BINARY:
        return (any_float(rng), any_float(rng))
    if row in ("clip", "where"):
        return tuple(any_float(rng) for _ in range(3))
    length = rng.randint(1, 6)
    if row == "dot":
        length = 2 * length + 1
    if row in ("logsumexp", "softmax", "log_softmax"):
        spread = rng.choice((1e-9, 1.0, 20.0, 800.0))
        middle = rng.choice((0.0, -math.log(length), rng.uniform(-800, 800)))
        return tuple(middle + rng.uniform(-spread, spread) for _ in range(length))
    return tuple(any_float(rng) for _ in range(length))

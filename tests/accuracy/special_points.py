"""The points where kernels of special functions are measured: all magnitudes, poles, zeros, switches of kernel."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from tests.accuracy.points import GREATEST, LEAST_NORMAL, TINIEST, around
from tests.profiles import DEEP

Point = tuple[float, ...]
TIMES = 10 if DEEP else 1
ENDS = (TINIEST, 3 * TINIEST, LEAST_NORMAL, GREATEST)


def spread(low: float, high: float, count: int) -> list[float]:
    """Numbers drawn evenly, plus both ends."""
    draw = random.Random(f"{low} {high}")
    return [low, high, *(draw.uniform(low, high) for _ in range(count * TIMES))]


def sizes(low: float, high: float, count: int) -> list[float]:
    """Powers of ten, with exponents drawn evenly."""
    draw = random.Random(f"10 {low} {high}")
    return [10.0 ** draw.uniform(low, high) for _ in range(count * TIMES)]


def close_to(*centres: float) -> Iterator[float]:
    """The floats next to each centre, and some at every distance up to a third."""
    for x in centres:
        yield from around(x, 3)
        draw = random.Random(x)
        for _ in range(8 * TIMES):
            yield x + draw.choice((-1.0, 1.0)) * 10.0 ** draw.uniform(-16.0, -0.5) * max(1.0, abs(x))


def pairs(xs: list[float], ys: list[float]) -> list[Point]:
    return [point for x, y in zip(xs, ys) for point in ((x, y), (y, x))]


def off_poles(xs: list[float]) -> list[float]:
    """The numbers without whole numbers from 0 downwards, which have separate rows."""
    return [x for x in xs if x > 0.0 or x % 1.0]


def both_signs(xs: list[float]) -> list[float]:
    return [*xs, *(-x for x in xs)]


GAMMA_ZEROS = (
    -2.4570247382208006, -2.7476826467274127, -3.1435808883499798, -3.955294284858598, -4.039361839740537,
    -4.991544640560048, -5.0082181688225905, -5.998607480080876, -6.001385294453155, -6.999801507890637,
    -7.000198333407325, -7.9999751970958215, -8.00002480119272, -9.0, -12.0, -16.0, -20.0, -24.0,
)  # fmt: skip
DIGAMMA_ZEROS = (
    1.4616321449683622, -0.504083008264455, -1.5734984731623904, -2.610720868444145, -3.635293366436901,
    -4.653237761743142, -9.702672540001864,
)  # fmt: skip

LINE = [
    *both_signs([*sizes(-308, 0, 60), *sizes(0, 3, 30), *ENDS]),
    *spread(-12.0, 12.0, 200),
    *close_to(*range(-9, 11)),
]
GAMMA = off_poles([*LINE, *spread(-186.0, 172.0, 100), *close_to(1.5, 2.5, 171.6, 171.62437695630272, -177.78, -184.0)])
LGAMMA = off_poles([*LINE, *close_to(*GAMMA_ZEROS), *sizes(2, 305, 60), -1e15 - 0.5, -30.5, -100.5])
DIGAMMA = off_poles([*LINE, *close_to(*DIGAMMA_ZEROS), *sizes(2, 308, 60), -1e15 - 0.5, -123456.7, -1000.3])
POLYGAMMA = [
    (x, float(n))
    for n in (1, 2, 6, 20)
    for x in off_poles(
        [
            *spread(-9.0, 9.0, 6),
            *both_signs(sizes(-308.0 / (n + 1), 2.0, 5)),
            *both_signs(sizes(-320.0, 3.0, 3)),
            *close_to(-0.5, -3.0),
        ]
    )
]
BETA = [
    *pairs(sizes(-308, 3, 60), sizes(-300, 2, 60)),
    *pairs(sizes(-6, 3, 60), sizes(-7, 4, 60)),
    *pairs(spread(0.0, 10.0, 60)[2:], spread(0.0, 9.0, 60)[2:]),
    *pairs(spread(9.0, 600.0, 40), spread(9.0, 500.0, 40)),
    *pairs(spread(0.0, 12.0, 40)[2:], sizes(1, 12, 40)),
    *pairs(spread(0.001, 2.0, 10), sizes(15, 300, 10)),
    *pairs(list(close_to(1.0, 2.0, 10.0)), list(close_to(1.0, 10.0, 2.0))),
    *((x, 2.5) for x in close_to(0.49613214281566454) if x > 0),  # where the logarithm is 0
    *((x, 1000.0) for x in close_to(0.1752930003154391) if x > 0),
]
BETA_DERIVATIVES = [
    *pairs(sizes(-12, 0, 6), sizes(-11, 0, 6)),
    *pairs(sizes(-28, 0, 6), sizes(-2, 8, 6)),
    *pairs(sizes(-1, 2.5, 12), sizes(-1.5, 2.5, 12)),
    *pairs(sizes(0, 1, 6), sizes(1, 8, 6)),
    *pairs([1e-300, 1e-9, 1e-300, 1e-150, 0.01], [1e-300, 1e-9, 1e8, 1.0, 0.01]),
]

REAL = [*both_signs([*sizes(-323, 0, 60), *sizes(0, 308, 60), *ENDS]), *spread(-3.0, 3.0, 60)]
EXP2 = [*spread(-1080.0, 1024.0, 150), *both_signs(sizes(-300, 0, 20)), *close_to(-1074.0, 1023.0, 0.0)]
ENTROPY = [*sizes(-323, 308, 100), *spread(0.0, 3.0, 60)[1:], *ENDS, *close_to(1.0)]
XLOG1PY = [
    *((z, x) for z, x in zip(spread(-5.0, 5.0, 80), spread(-1.0, 3.0, 80)[1:])),
    *((z, s * x) for s in (1, -1) for z, x in zip(sizes(-308, 308, 60), sizes(-320, -0.01, 60))),
    *((z, x) for z, x in zip(sizes(-308, 308, 60), sizes(-2, 308, 60))),
]


def _nearly_cancelling() -> Iterator[Point]:
    """Logarithms whose exponentials add up to nearly 1."""
    for y in (-0.7, -1.0, -5.0, -30.3, -40.0, -90.0, -200.0, -300.0, -600.0, -700.0, -740.0):
        yield from ((x, y) for x in around(math.log1p(-math.exp(y)), 3))


LOGADDEXP = [
    *pairs(spread(-5.0, 5.0, 40), spread(-6.0, 4.0, 40)),
    *pairs(spread(-700.0, 5.0, 40), both_signs(sizes(-300, 0, 20))),
    *pairs(REAL[::6], REAL[::-6]),
    *_nearly_cancelling(),
]
SINC_ZEROS = (1.430296653124203, 2.4590240283195773, 3.4708897169455743, 4.477407735214209)
SINC = [*LINE, *SINC_ZEROS, *close_to(*SINC_ZEROS), *both_signs(sizes(2, 20, 20))]
SINC = [x for x in SINC if x]
SINC_DERIVATIVES = [
    (x, float(n))
    for n in (1, 2, 3, 5, 30)
    for x in [*spread(-6.0, 6.0, 6), *both_signs(sizes(-308, 20, 4)), *close_to(1.0), 1e17, -1e30, 2.0**53 + 2.0]
]
FMOD = [(x, y) for x, y in zip(REAL, REAL[::-1]) if y and abs(x / y) < 1e50]

UNIT = [
    *spread(0.0, 1.0, 80)[2:], *sizes(-323, 0, 40), *close_to(0.25, 0.5, 0.75),
    *(1.0 - x for x in sizes(-15.9, -0.1, 40)), TINIEST, LEAST_NORMAL, 1e-7, 1.0 - 2.0**-53,
]  # fmt: skip
ERFINV = [*UNIT, *(-x for x in UNIT[::2])]
ERFCINV = [*UNIT, *(2.0 - x for x in UNIT if 2.0 - x < 2.0), *close_to(1.0, 1.5)]
NORMAL = [
    *spread(-40.0, 40.0, 80),
    *spread(-6.0, 3.0, 60),
    *both_signs(sizes(-308, 10, 30)),
    -1e154,
    *close_to(-5.0, -2.0, -0.66, 0.66),
]
NORMAL_DERIVATIVES = [
    (x, float(n))
    for n in (3, 4, 5, 10)
    for x in [*spread(-9.0, 39.5, 8), *spread(-6.0, 4.0, 8), *both_signs(sizes(-300, 1, 4)), -100.5, -1e5, -3e9, -5.0]
]

BESSEL = [
    *both_signs([*sizes(-308, 0, 20), *spread(0.0, 20.0, 40)[1:], *spread(20.0, 715.0, 30), *close_to(8.0, 16.0)]),
    TINIEST, 713.9, 713.98, 713.99, GREATEST,
]  # fmt: skip
SCALED_BESSEL = [*BESSEL, *both_signs(sizes(2, 308, 20))]
BESSEL_I = [
    (x, float(n))
    for n in (2, 3, 5, 10)
    for x in both_signs(
        [*sizes(-300.0 / n, 2.0, 10), *spread(0.1, 30.0, 10), *spread(500.0, 720.0, 3), *close_to(4000.0)]
    )
]
BESSEL_DERIVATIVES = [
    (x, float(n))
    for n in (1, 2, 3, 6)
    for x in [
        *both_signs([*sizes(-300, 2, 6), *sizes(2, 12, 4)]),
        *spread(0.1, 60.0, 10),
        *close_to(n + 0.545, 24.0 + 2 * n),
    ]
]


def _spread_about(sizes_of_a: list[float]) -> list[Point]:
    """x within a few square roots of a."""
    draw = random.Random(len(sizes_of_a))
    return [(a, abs(a + draw.gauss(0.0, 5.0) * math.sqrt(a))) for a in sizes_of_a]


GAMMAINC = [
    *pairs(sizes(-300, 0, 5), sizes(-290, 0, 5)),
    *pairs(sizes(-3, 2, 20), sizes(-3, 2.3, 20)),
    *zip(spread(0.0, 1.0, 15)[1:], spread(0.0, 1.2, 15)[1:]),
    *zip(spread(0.0, 12.0, 25)[1:], spread(0.0, 15.0, 25)[1:]),
    *_spread_about([*spread(1.0, 160.0, 12), *sizes(2.0, 3.5, 3)]),
    *((a, c * a) for a in (59.0, 61.0, 500.0) for c in (0.01, 0.69, 0.71, 1.0, 1.29, 1.31, 3.0)),
]
GAMMAINC_SLOPE = [
    *GAMMAINC[::3],
    *pairs(sizes(-20, 3, 20), sizes(-20, 3.3, 20)),
    *_spread_about([*sizes(1.0, 6.0, 20), *sizes(6.0, 15.0, 20)]),
    *((x + 1.0, x) for x in sizes(0.0, 3.0, 10)),
]

SPECIAL_NUMBERS = (
    0.0, -0.0, math.inf, -math.inf, math.nan, *ENDS, *(-x for x in ENDS), 0.5, -0.5, 1.0, -1.0, 1.5, 2.0, -2.0,
    1e-300, 1e-17, 10.0, 60.0, 170.0, 745.0, -745.0, 25000.5, 1e6, 1e16, 2.0**53, 1e30, 1e300, -1e300,
)  # fmt: skip

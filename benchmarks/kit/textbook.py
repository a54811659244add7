"""Functions as textbooks write them, with `math` alone, and the derivatives beside them.

Each row is a function, its derivative and its domain. They are right: a check that fails is a false alarm.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

POSITIVE, REALS, SHARE = "(0, inf)", None, "[0, 1]"


@dataclass(frozen=True)
class Row:
    """A function, its derivative (a tuple if it has several parameters) and its domain."""

    f: Callable[..., float]
    grad: Callable[..., Any]
    domain: Any = REALS
    accuracy: float | None = None

    @property
    def name(self) -> str:
        return self.f.__name__


ROWS: list[Row] = []


def row(grad: Callable[..., Any], domain: Any = REALS, **options: Any) -> Callable[[Callable[..., float]], Any]:
    """Add a function to the rows."""

    def enter(f: Callable[..., float]) -> Callable[..., float]:
        ROWS.append(Row(f, grad, domain, **options))
        return f

    return enter


# --- calculus -------------------------------------------------------------------------------------


@row(lambda x: 2 * x)
def square(x):
    return x**2


@row(lambda x: 3 * x**2 - 4 * x + 1)
def cubic(x):
    return x**3 - 2 * x**2 + x


@row(lambda x: 1.2 * x**0.2, "[0, inf)")
def fractional_power(x):
    return x**1.2


@row(lambda x: 0.5 / math.sqrt(x), POSITIVE)
def square_root(x):
    return math.sqrt(x)


@row(lambda x: 1 / x, POSITIVE)
def logarithm(x):
    return math.log(x)


@row(lambda x: math.cos(x * x) * 2 * x, "[-10, 10]")
def chirp(x):
    return math.sin(x * x)


@row(lambda x: 1 / (1 + x * x))
def arctangent(x):
    return math.atan(x)


@row(lambda x: -2 * x * math.exp(-x * x))
def bell(x):
    return math.exp(-x * x)


@row(lambda x: math.exp(-x) * (math.cos(5 * x) * 5 - math.sin(5 * x)), "[0, 20]")
def damped_oscillation(x):
    return math.exp(-x) * math.sin(5 * x)


@row(lambda x: (math.cos(x) * x - math.sin(x)) / x**2 if abs(x) > 1e-2 else -x / 3 + x**3 / 30)
def sinc(x):
    return math.sin(x) / x if x else 1.0


@row(lambda x, y: (x / math.hypot(x, y), y / math.hypot(x, y)), {"x": POSITIVE, "y": REALS})
def radius(x, y):
    return math.hypot(x, y)


@row(lambda x, y: (-y / (x * x + y * y), x / (x * x + y * y)), {"x": POSITIVE, "y": REALS})
def angle(x, y):
    return math.atan2(y, x)


@row(
    lambda x, y: (-400 * x * (y - x * x) - 2 * (1 - x), 200 * (y - x * x)),
    "[-5, 5]",
)
def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


# --- statistics and learning ------------------------------------------------------------------------


@row(lambda x: 1 / (1 + math.exp(-x)) * (1 - 1 / (1 + math.exp(-x))), "[-30, 30]")
def logistic(x):
    return 1 / (1 + math.exp(-x))


@row(lambda x: 1 / (1 + math.exp(-x)), "[-500, 500]")
def softplus(x):
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


@row(lambda x: 1 - math.tanh(x) ** 2)
def hyperbolic_tangent(x):
    return math.tanh(x)


@row(lambda x: math.exp(-x * x / 2) / math.sqrt(2 * math.pi))
def normal_cdf(x):
    return (1 + math.erf(x / math.sqrt(2))) / 2


@row(lambda x: -x * math.exp(-x * x / 2) / math.sqrt(2 * math.pi))
def normal_density(x):
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


@row(lambda p: -math.log(p) - 1 if p else math.inf, SHARE)
def entropy(p):
    return -p * math.log(p) if p else 0.0


@row(lambda p: math.log((1 - p) / p), "(0, 1)")
def binary_entropy(p):
    return -p * math.log(p) - (1 - p) * math.log(1 - p)


@row(lambda p, q: (math.log(p / q) + 1, -p / q), "(0, 1]")
def divergence(p, q):
    return p * math.log(p / q)


@row(lambda x, y: (2 * (x - y), -2 * (x - y)))
def squared_error(x, y):
    return (x - y) ** 2


@row(lambda r: r if abs(r) <= 1 else math.copysign(1.0, r))
def huber(r):
    return r * r / 2 if abs(r) <= 1 else abs(r) - 0.5


@row(lambda x: 1.0 if x > 0 else 0.0, "[0, 5]")
def rectifier(x):
    return max(x, 0.0)


@row(lambda x: 1.0 if 0 < x < 1 else 0.0, "[0, 3]")
def clipped(x):
    return min(max(x, 0.0), 1.0)


@row(lambda m, s: (m / s**2, 1 / s - m * m / s**3), {"m": "[-10, 10]", "s": "[0.1, 10]"})
def normal_likelihood(m, s):
    return math.log(s) + m * m / (2 * s * s)


# --- physics, chemistry, biology --------------------------------------------------------------------


@row(lambda v: v / (1 - v * v) ** 1.5, "[0, 0.999]")
def lorentz_factor(v):
    return 1 / math.sqrt(1 - v * v)


@row(lambda r: -12 / r**13 + 6 / r**7, "[0.5, 10]")
def lennard_jones(r):
    return 1 / r**12 - 1 / r**6


@row(lambda x: 2 * (1 - math.exp(1 - x)) * math.exp(1 - x), "[0, 10]")
def morse(x):
    return (1 - math.exp(1 - x)) ** 2


@row(
    lambda x: 3 * x**2 / math.expm1(x) - x**3 * math.exp(x) / math.expm1(x) ** 2,
    "[0.01, 100]",
)
def planck(x):
    return x**3 / math.expm1(x)


@row(lambda t: 8000 / t**2 * math.exp(-8000 / t), "[200, 2000]")
def arrhenius(t):
    return math.exp(-8000 / t)


@row(lambda s: 0.5 / (0.5 + s) ** 2, "[0, 1000]")
def michaelis_menten(s):
    return s / (0.5 + s)


@row(lambda x: 4 * x**3 / (1 + x**4) ** 2, "[0, 100]")
def hill(x):
    return x**4 / (1 + x**4)


@row(lambda t: 9 * math.exp(-t) / (1 + 9 * math.exp(-t)) ** 2, "[0, 50]")
def growth(t):
    return 1 / (1 + 9 * math.exp(-t))


@row(lambda a: 2 * math.cos(2 * a) * 400 / 9.81, (0.0, math.pi / 2))
def projectile_range(a):
    return 400 * math.sin(2 * a) / 9.81


@row(lambda e: 1 - 0.3 * math.cos(e), "[0, 6.283185307179586]")
def kepler(e):
    return e - 0.3 * math.sin(e)


# --- finance ----------------------------------------------------------------------------------------


@row(lambda r: 10 * (1 + r) ** 9 * 1000, "[0, 0.5]")
def compound_interest(r):
    return 1000 * (1 + r) ** 10


@row(lambda y: sum(-k * 5 / (1 + y) ** (k + 1) for k in range(1, 11)) - 1000 / (1 + y) ** 11, "[0, 0.3]")
def bond(y):
    return sum(5 / (1 + y) ** k for k in range(1, 11)) + 100 / (1 + y) ** 10


def _d1(s, v):
    return (math.log(s / 100) + 0.02 + v * v / 2) / v


def _cdf(x):
    return math.erfc(-x / math.sqrt(2)) / 2


@row(
    lambda s, v: (_cdf(_d1(s, v)), s * math.exp(-(_d1(s, v) ** 2) / 2) / math.sqrt(2 * math.pi)),
    {"s": "[50, 200]", "v": "[0.05, 1]"},
)
def black_scholes(s, v):
    return s * _cdf(_d1(s, v)) - 100 * math.exp(-0.02) * _cdf(_d1(s, v) - v)


@row(lambda w: max(w - 10, 0) and 0.2 + (0.2 if w > 50 else 0.0), "[0, 200]")
def income_tax(w):
    return 0.2 * max(w - 10, 0.0) + 0.2 * max(w - 50, 0.0)

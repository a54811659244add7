"""Every operation's exact value, first and second derivatives, written by hand for mpmath's numbers.

A row takes the operands and returns the value, the first derivatives, and the second ones, each as a list of additive
terms: an error is measured against the largest of them. No row calls the engine. Formulas are chosen so that nothing
cancels; where subtraction is unavoidable, unequal floats differ by 1e-16, and `DIGITS` leaves room for that.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mpmath import mp, mpf

DIGITS = 60
EXACT = {"floor_divide", "mod", "sum", "mean", "dot"}  # quotients and sums across the whole range of floats
EXACT_DIGITS = 700
NAN = mpf("nan")
LINEAR = ()  # every second derivative is 0


@dataclass
class Exact:
    """The exact results at one point; a second derivative that does not exist there is omitted."""

    value: Any
    first: list[Any]
    second: dict[tuple[int, int], tuple[Any, Any]]  # per pair of operands: the sum, and its largest term


def exact(row: str, point: tuple[float, ...], digits: int = 0) -> Exact:
    """The row's value and derivatives at a point of floats."""
    with mp.workdps(digits or (EXACT_DIGITS if row in EXACT else DIGITS)):
        value, first, second = (UNARY.get(row) or BINARY.get(row) or SEVERAL[row])(*map(mpf, point))
        if row in UNARY:
            first, second = (first,), (second,)
        if not isinstance(second, dict):
            pairs = [(i, j) for i in range(len(point)) for j in range(i, len(point))]
            second = dict(zip(pairs, second or [[0]] * len(pairs)))
        sums = {pair: _summed(terms) for pair, terms in second.items() if terms is not None}
        return Exact(mpf(value), list(map(mpf, first)), sums)


def _summed(terms: list[Any]) -> tuple[Any, Any]:
    """The sum, and the size of its largest term."""
    return (terms[0], abs(terms[0])) if len(terms) == 1 else (mp.fsum(terms), max(map(abs, terms)))


def exp(x: Any) -> Any:
    """exp with bounded exponents: mpmath's grow without limit, to thousands of digits that no float holds."""
    return mp.exp(max(-20000, min(x, 20000)))


def over(x: Any, y: Any) -> Any:
    """x / y, infinite at y = 0."""
    return x / y if y else mp.sign(x) * mp.inf


def sigmoid(x: Any) -> Any:
    return 1 / (1 + exp(-x))


def softplus(x: Any) -> Any:
    return max(x, 0) + mp.log1p(exp(-abs(x)))


def density(x: Any) -> Any:
    return exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def error_function(x: Any) -> Any:
    return mp.erf(x) if abs(x) < 100 else mp.sign(x)


def tail(x: Any) -> Any:
    """erfc; for x beyond 150 it is far below every float."""
    return mp.erfc(min(x, 150)) if x > -100 else mpf(2)


def distribution(x: Any) -> Any:
    return tail(-x / mp.sqrt(2)) / 2


def cosh(x: Any) -> Any:
    return (exp(x) + exp(-x)) / 2


def sinh(x: Any) -> Any:
    return mp.sinh(x) if abs(x) < 1 else (exp(x) - exp(-x)) / 2


def cube_root(x: Any) -> Any:
    return mp.sign(x) * mp.cbrt(abs(x))


def real_power(x: Any, y: Any) -> Any:
    """x ** y for real results, else NaN."""
    if x == 0:
        return mpf(y == 0) if y >= 0 else mp.inf
    if x < 0 and y != mp.floor(y):
        return NAN
    size = exp(y * mp.log(abs(x)))
    return -size if x < 0 and y % 2 == 1 else size


def constant_power(n: float) -> Callable[[Any], Any]:
    """The row of x ** n."""

    def row(x: Any) -> Any:
        y = mpf(n)
        slope = y * real_power(x, y - 1) if y else 0
        return real_power(x, y), slope, [y * (y - 1) * real_power(x, y - 2) if y not in (0, 1) else 0]

    return row


EXPONENTS = (-2.0, -1.0, -0.5, 0.0, 0.3, 0.5, 1.0, 2.0, 3.0, 10.0)

# Functions of x: the value, the derivative, the terms of the second derivative.
UNARY: dict[str, Callable[[Any], Any]] = {
    "negative": lambda x: (-x, -1, [0]),
    "positive": lambda x: (x, 1, [0]),
    "abs": lambda x: (abs(x), mp.sign(x), [0]),
    "sign": lambda x: (mp.sign(x), 0, [0]),
    "floor": lambda x: (mp.floor(x), 0, [0]),
    "ceil": lambda x: (mp.ceil(x), 0, [0]),
    "round": lambda x: (mp.nint(x), 0, [0]),
    "exp": lambda x: ((z := exp(x)), z, [z]),
    "expm1": lambda x: (mp.expm1(x) if abs(x) < 1 else exp(x) - 1, (z := exp(x)), [z]),
    "log": lambda x: (mp.log(x), 1 / x, [-1 / x**2]),
    "log1p": lambda x: (mp.log1p(x), 1 / (1 + x), [-1 / (1 + x) ** 2]),
    "log2": lambda x: (mp.log(x) / mp.ln2, 1 / (x * mp.ln2), [-1 / (x**2 * mp.ln2)]),
    "log10": lambda x: (mp.log(x) / mp.ln10, 1 / (x * mp.ln10), [-1 / (x**2 * mp.ln10)]),
    "sqrt": lambda x: ((z := mp.sqrt(x)), over(0.5, z), [over(-0.25, x * z)]),
    "cbrt": lambda x: ((z := cube_root(x)), over(1, 3 * z * z), [-over(2, 9 * x * z * z)] if x else None),
    "sin": lambda x: ((z := mp.sin(x)), mp.cos(x), [-z]),
    "cos": lambda x: ((z := mp.cos(x)), -mp.sin(x), [-z]),
    "tan": lambda x: ((z := mp.tan(x)), 1 + z * z, [2 * z * (1 + z * z)]),
    "asin": lambda x: (mp.asin(x), over(1, (r := mp.sqrt((1 - x) * (1 + x)))), [over(x, r**3)]),
    "acos": lambda x: (mp.acos(x), over(-1, (r := mp.sqrt((1 - x) * (1 + x)))), [over(-x, r**3)]),
    "atan": lambda x: (mp.atan(x), (w := 1 / (1 + x * x)), [-2 * x * w * w]),
    "sinh": lambda x: ((z := sinh(x)), cosh(x), [z]),
    "cosh": lambda x: ((z := cosh(x)), sinh(x), [z]),
    "tanh": lambda x: (mp.tanh(x) if abs(x) < 400 else mp.sign(x), (s := cosh(x) ** -2), [-2 * mp.tanh(x) * s]),
    "asinh": lambda x: (mp.asinh(x), (w := 1 / mp.sqrt(1 + x * x)), [-x * w**3]),
    "acosh": lambda x: (mp.acosh(x), over(1, (r := mp.sqrt((x - 1) * (x + 1)))), [over(-x, r**3)]),
    "atanh": lambda x: (mp.atanh(x), (w := 1 / ((1 - x) * (1 + x))), [2 * x * w * w]),
    "erf": lambda x: (error_function(x), (d := 2 * exp(-x * x) / mp.sqrt(mp.pi)), [-2 * x * d]),
    "erfc": lambda x: (tail(x), -(d := 2 * exp(-x * x) / mp.sqrt(mp.pi)), [2 * x * d]),
    "relu": lambda x: (max(x, 0), mpf(x > 0), [0]),
    "softplus": lambda x: (softplus(x), (s := sigmoid(x)), [s * sigmoid(-x)]),
    "sigmoid": lambda x: ((s := sigmoid(x)), s * (t := sigmoid(-x)), [-s * t * mp.tanh(x / 2)]),
    "log_sigmoid": lambda x: (-softplus(-x), (s := sigmoid(-x)), [-sigmoid(x) * s]),
    "silu": lambda x: (
        x * (s := sigmoid(x)),
        s * (1 + x * (t := sigmoid(-x))),
        [2 * s * t, -s * t * x * mp.tanh(x / 2)],
    ),
    "normal_cdf": lambda x: (distribution(x), (d := density(x)), [-x * d]),
    "gelu": lambda x: (x * (p := distribution(x)), p + x * (d := density(x)), [2 * d, -x * x * d]),
    **{f"x ** {n}": constant_power(n) for n in EXPONENTS},
    "2 ** x": lambda x: ((z := exp(x * mp.ln2)), z * mp.ln2, [z * mp.ln2**2]),
}


def _power(x: Any, y: Any) -> Any:
    z = real_power(x, y)
    slope = y * real_power(x, y - 1) if y else mpf(0)
    xx = [y * (y - 1) * real_power(x, y - 2) if y not in (0, 1) else 0]
    if x > 0:
        log = mp.log(x)
        rest = real_power(x, y - 1)
        return z, (slope, z * log), (xx, [rest, y * rest * log], [z * log**2])
    if x == 0 and y > 0:
        return z, (slope, 0), (xx, None if y <= 1 else [0], [0])
    return z, (slope, -mp.inf if x == 0 else NAN), (xx, None, None)


def _floor_divide(x: Any, y: Any) -> Any:
    return mp.floor(x / y), (0, 0), LINEAR


def _mod(x: Any, y: Any) -> Any:
    q = mp.floor(x / y)
    return x - q * y, (1, -q), LINEAR


def _divide(x: Any, y: Any) -> Any:
    return x / y, (1 / y, -x / y**2), ([0], [-1 / y**2], [2 * x / y**3])


def _atan2(y: Any, x: Any) -> Any:
    if x == y == 0:
        return mp.atan2(y, x), (0, 0), (None, None, None)
    s = x * x + y * y
    curl = 2 * x * y / s**2
    return mp.atan2(y, x), (x / s, -y / s), ([-curl], [(y - x) * (y + x) / s**2], [curl])


def _hypot(x: Any, y: Any) -> Any:
    if x == y == 0:
        return 0, (0, 0), (None, None, None)
    z = mp.hypot(x, y)
    return z, (x / z, y / z), ([y * y / z**3], [-x * y / z**3], [x * x / z**3])


def _maximum(x: Any, y: Any) -> Any:
    half = mpf(x == y) / 2
    return max(x, y), (half + (x > y), half + (y > x)), LINEAR


def _minimum(x: Any, y: Any) -> Any:
    half = mpf(x == y) / 2
    return min(x, y), (half + (x < y), half + (y < x)), LINEAR


def _leaky_relu(x: Any, slope: Any) -> Any:
    if x == 0:
        return 0, (max(0, min(1, slope)), 0), ([0], None, [0])
    return (x, (1, 0), LINEAR) if x > 0 else (slope * x, (slope, x), ([0], [1], [0]))


# Functions of x, y: the value, the two derivatives, the terms of ∂²/∂x², ∂²/∂x∂y, ∂²/∂y².
BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda x, y: (mp.fadd(x, y, exact=True), (1, 1), LINEAR),
    "subtract": lambda x, y: (mp.fsub(x, y, exact=True), (1, -1), LINEAR),
    "multiply": lambda x, y: (mp.fmul(x, y, exact=True), (y, x), ([0], [1], [0])),
    "divide": _divide,
    "floor_divide": _floor_divide,
    "mod": _mod,
    "power": _power,
    "atan2": _atan2,
    "hypot": _hypot,
    "maximum": _maximum,
    "minimum": _minimum,
    "leaky_relu": _leaky_relu,
}


def _clip(x: Any, low: Any, high: Any) -> Any:
    held = min(max(x, low), high)
    above = max(x, low) >= high
    below = x <= low and not above
    return held, (mpf(low < x < high), mpf(below), mpf(above)), LINEAR


def _product(xs: Any, *left_out: int) -> Any:
    return mp.fprod(x for i, x in enumerate(xs) if i not in left_out)


def _prod(*xs: Any) -> Any:
    n = range(len(xs))
    seconds = {(i, j): [_product(xs, i, j) if i != j else 0] for i in n for j in n}
    return _product(xs), [_product(xs, i) for i in n], seconds


def _dot(*operands: Any) -> Any:
    n = len(operands) // 2
    w, x, b = operands[:n], operands[n : 2 * n], operands[-1]
    return (
        mp.fsum([*map(mp.fmul, w, x), b]),
        (*x, *w, 1),
        {(i, n + j): [mpf(i == j)] for i in range(n) for j in range(n)},
    )


def _norm(*xs: Any) -> Any:
    z = mp.sqrt(mp.fsum(x * x for x in xs))
    if z == 0:
        return z, [0] * len(xs), {}
    n = range(len(xs))
    rest = [mp.fsum(y * y for j, y in enumerate(xs) if j != i) for i in n]
    seconds = {(i, j): [rest[i] / z**3 if i == j else -xs[i] * xs[j] / z**3] for i in n for j in n}
    return z, [x / z for x in xs], seconds


def _shares(xs: Any) -> Any:
    """log Σ exp, the softmax and its complement."""
    m = max(xs)
    i = xs.index(m)
    es = [exp(x - m) for x in xs]
    s = mp.fsum(es)
    others = [mp.fsum(e for j, e in enumerate(es) if j != k) / s for k in range(len(xs))]
    return m, mp.log1p(mp.fsum(e for j, e in enumerate(es) if j != i)), [e / s for e in es], others


def _logsumexp(*xs: Any) -> Any:
    m, rest, p, q = _shares(xs)
    n = range(len(xs))
    return m + rest, p, {(i, j): [p[i] * q[i] if i == j else -p[i] * p[j]] for i in n for j in n}


def _softmax(*xs: Any) -> Any:
    _, _, (p, *others), q = _shares(xs)
    n = range(1, len(xs))
    seconds: dict[tuple[int, int], list[Any]] = {(0, 0): [p * q[0] ** 2, -p * p * q[0]]}
    for j, r in zip(n, others):
        seconds[0, j] = [-p * r * q[0], p * p * r]
        for k, s in zip(n, others):
            seconds[j, k] = [2 * p * r * s, -p * r if j == k else 0]
    return p, [p * q[0], *[-p * r for r in others]], seconds


def _log_softmax(*xs: Any) -> Any:
    m, rest, p, q = _shares(xs)
    n = range(len(xs))
    value = -rest if xs[0] == m else (xs[0] - m) - rest
    seconds = {(i, j): [-p[i] * q[i] if i == j else p[i] * p[j]] for i in n for j in n}
    return value, [q[0], *[-r for r in p[1:]]], seconds


# Functions of any number of operands; second derivatives are keyed by pairs. softmax, log_softmax: the first member.
SEVERAL: dict[str, Callable[..., Any]] = {
    "clip": _clip,
    "where": lambda condition, a, b: (a if condition else b, (0, mpf(bool(condition)), mpf(not condition)), LINEAR),
    "sum": lambda *xs: (mp.fsum(xs), [1] * len(xs), LINEAR),
    "mean": lambda *xs: (mp.fsum(xs) / len(xs), [mpf(1) / len(xs)] * len(xs), LINEAR),
    "prod": _prod,
    "dot": _dot,
    "norm": _norm,
    "logsumexp": _logsumexp,
    "softmax": _softmax,
    "log_softmax": _log_softmax,
}

ROWS = (*UNARY, *BINARY, *SEVERAL)


TINIEST, TOP = mpf(2) ** -1075, mpf(2) ** 1024


def ulps(got: float, wanted: Any, largest: Any = None) -> float:
    """The distance of `got` from the exact number, in ulp of that number or of its largest term."""
    size = float(wanted if largest is None else largest)
    if 1e-290 < abs(size) < 1e300 and math.isfinite(got):
        nearest = float(wanted)
        return abs((got - nearest) - float(wanted - nearest)) / math.ulp(size)
    return _ulps_at_the_ends(got, wanted, abs(wanted) if largest is None else largest)


def _ulps_at_the_ends(got: float, wanted: Any, largest: Any) -> float:
    """The same for numbers that float arithmetic rounds too early: near its ends, NaN and infinite ones."""
    if mp.isnan(wanted) or math.isnan(got):
        return 0.0 if mp.isnan(wanted) and math.isnan(got) else math.inf
    if mp.isinf(wanted):
        return 0.0 if got == wanted else math.inf
    if largest < TINIEST:
        return 0.0 if abs(got) <= math.ulp(0.0) else math.inf
    unit = math.ulp(min(float(largest), 1.7976931348623157e308))
    if math.isinf(got):
        got = math.copysign(1, got) * TOP  # the float that would follow the largest
    with mp.workdps(DIGITS):
        error = abs(mpf(got) - max(-TOP, min(mpf(wanted), TOP)))
        return float(error / unit)

"""Atoms: what each kind of number does by itself, accurately and totally (on floats an atom never raises).

The rules in `autograd.primitives` are written with these and with the operators, so that one rule runs on every kind.
An atom whose float version is a kernel of its own also states its *textbook* formula: kinds that need no kernel,
such as mpmath's numbers, use that, and the tests hold the kernel against it.
"""

from __future__ import annotations

import builtins
import math
import operator

from autograd.numbers import floats, powers, slopes, special, vectors
from autograd.numbers.kinds import (
    CONSTANTS,
    FLOAT_RANK,
    KINDS,
    NEWCOMERS,
    Kind,
    join,
    kind_of,
    leading_kind,
    real,
)

TYPE_CHECKING = False  # typing and what it imports would double the time to import autograd
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    Number = Any  # a float, Fraction, mpf, Symbol, Value or Dual: whatever has joined
    Vector = Sequence[Number]
else:
    Number = Vector = object


ON_FLOATS: dict[str, Callable[..., Any]] = {}
TEXTBOOK: dict[str, Callable[..., Any]] = {}

join(float, Kind("float", FLOAT_RANK, ON_FLOATS.__getitem__, normal=float))
for _plain in (int, bool):
    join(_plain, KINDS[float])
NEWCOMERS.update(fractions="autograd.numbers.exact", mpmath="autograd.numbers.precise", numpy="autograd.numbers.arrays")


def _atom(name: str, on_float: Callable[..., Any], textbook: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """Make an atom of its version for floats; the other kinds are asked for theirs by name."""
    ON_FLOATS[name] = on_float
    if textbook is not None:
        TEXTBOOK[name] = textbook

    def on_any(*operands: Any) -> Any:
        kind = leading_kind(operands)
        if kind.rank == FLOAT_RANK:
            operands = tuple(map(_as_float, operands))
        return kind.atom(name)(*operands)

    return _dispatcher(on_float, on_any)


def _dispatcher(on_float: Callable[..., Any], on_any: Callable[..., Any]) -> Callable[..., Any]:
    """The fast path: floats go straight to their version."""

    def unary(x: Any) -> Any:
        return on_float(x) if type(x) is float else on_any(x)

    def binary(x: Any, y: Any) -> Any:
        return on_float(x, y) if type(x) is float and type(y) is float else on_any(x, y)

    def ternary(x: Any, y: Any, z: Any) -> Any:
        return on_float(x, y, z) if type(x) is float and type(y) is float and type(z) is float else on_any(x, y, z)

    def with_plain(x: Any, y: Any, z: Any, n: Any) -> Any:
        if type(x) is float and type(y) is float and type(z) is float:
            return on_float(x, y, z, n)
        return on_any(x, y, z, n)

    return (unary, binary, ternary, with_plain)[on_float.__code__.co_argcount - 1]


def _vector_atom(name: str, on_float: Callable[..., Any], textbook: Callable[..., Any]) -> Callable[..., Any]:
    """An atom of one sequence of numbers."""
    on_any = _atom(name, on_float, textbook)

    def on_sequence(xs: Vector) -> Any:
        return on_float(xs) if _all_floats(xs) else on_any(tuple(xs))

    return on_sequence


def _all_floats(xs: Vector) -> bool:
    """Whether every number is a float: the sum, taken in C, has the type of the leading kind among them."""
    return len(xs) > 0 and type(xs[0]) is float and type(builtins.sum(xs)) is float


def _as_float(x: Any) -> Any:
    return tuple(map(float, x)) if type(x) in (tuple, list) else float(x)


# --- the elementary functions -------------------------------------------------------------------

exp = _atom("exp", floats.exp)
expm1 = _atom("expm1", floats.expm1)
log = _atom("log", floats.log)
log1p = _atom("log1p", floats.log1p)
log2 = _atom("log2", floats.log2)
log10 = _atom("log10", floats.log10)
sqrt = _atom("sqrt", floats.sqrt)
cbrt = _atom("cbrt", floats.cbrt)
sin = _atom("sin", floats.sin)
cos = _atom("cos", floats.cos)
tan = _atom("tan", floats.tan)
asin = _atom("asin", floats.asin)
acos = _atom("acos", floats.acos)
atan = _atom("atan", floats.atan)
atan2 = _atom("atan2", floats.atan2)
sinh = _atom("sinh", floats.sinh)
cosh = _atom("cosh", floats.cosh)
tanh = _atom("tanh", floats.tanh)
asinh = _atom("asinh", floats.asinh)
acosh = _atom("acosh", floats.acosh)
atanh = _atom("atanh", floats.atanh)
hypot = _atom("hypot", floats.hypot)
erf = _atom("erf", special.erf)
erfc = _atom("erfc", special.erfc)
floor = _atom("floor", floats.floor)
ceil = _atom("ceil", floats.ceil)
round = _atom("round", floats.round)
sign = _atom("sign", floats.sign)
side = _atom("side", floats.sign)


# --- derived functions: a kernel for floats, the textbook for the rest --------------------------


def _direction(xs: Vector) -> Number:
    z = norm(xs)
    return select(z == 0, 0.0, ratio(xs[0], z))


def falling_factorial(y: Number, n: Number) -> Number:
    """y(y-1)...(y-n+1)."""
    product: Number = 1
    for k in range(int(n)):
        product = product * (y - k)
    return product


def _beside(x: Number, other: Number) -> Number:
    """x in the precision of the other: a plain float, as a constant in a textbook formula, would round it."""
    return leading_kind((x, other)).normal(x)


def _falling_power(x: Number, y: Number, n: Number) -> Number:
    y = _beside(y, x)
    coefficient = falling_factorial(y, n)
    return coefficient if coefficient == 0 else coefficient * power(x, y - int(n))


def falling_slope(y: Number, n: Number) -> Number:
    """The derivative in y of y(y-1)...(y-n+1), by the product rule."""
    product, slope = 1.0, 0.0
    for k in range(int(n)):
        product, slope = product * (y - k), slope * (y - k) + product
    return slope


def _xlogy(z: Number, x: Number) -> Number:
    return x * math.nan if x < 0 else z if z == 0 else z * log(_beside(x, z))


def _power_log(z: Number, x: Number, y: Number, n: Number) -> Number:
    for _ in range(int(n)):
        z = xlogy(z, x)
    return z


def _quotient(x: Number, y: Number, z: Number, n: Number) -> Number:
    """By one division after the other: zⁿ may leave the range of floats where the result does not."""
    if type(y) is float and y == 1.0:
        return _divided(x, z, int(n))
    return _divided(x, z, int(n) // 2) * _divided(y, z, int(n) - int(n) // 2)


def _divided(x: Number, z: Number, n: int) -> Number:
    for _ in range(n):
        x = ratio(x, z)
    return x


power = _atom("power", floats.power, operator.pow)
constant_power = _atom("constant_power", floats.power, operator.pow)
ratio = _atom("ratio", floats.ratio, operator.truediv)
falling_power = _atom("falling_power", floats.falling_power, _falling_power)
monomial = _atom("monomial", floats.falling_power, _falling_power)
xlogy = _atom("xlogy", floats.xlogy, _xlogy)
power_log = _atom("power_log", powers.power_log, _power_log)
scaled_power = _atom("scaled_power", powers.scaled_power, lambda c, x, y, n: c * power(x, _beside(y, x) - n))
ratio_slope = _atom("ratio_slope", powers.ratio_slope, lambda z, x, y: ratio(z, y))
quotient = _atom("quotient", powers.quotient, _quotient)
scaled_exp = _atom("scaled_exp", floats.scaled_exp, lambda c, x, y: c * exp(x * y))
sech2 = _atom("sech2", slopes.sech2, lambda x: 1 / cosh(x) ** 2)
witch = _atom("witch", slopes.witch, lambda x: 1 / (1 + x * x))
one_minus_square = _atom("one_minus_square", slopes.one_minus_square, lambda x: (1 - x) * (1 + x))
root_one_minus_square = _atom("root_one_minus_square", slopes.root_one_minus_square, lambda x: sqrt((1 - x) * (1 + x)))
root_square_minus_one = _atom("root_square_minus_one", slopes.root_square_minus_one, lambda x: sqrt((x - 1) * (x + 1)))
inverse_square_slope = _atom(
    "inverse_square_slope", slopes.inverse_square_slope, lambda x, y: select(x == 0, 0 * y, ratio(x, x * x + y * y))
)
inverse_square_xx = _atom(
    "inverse_square_xx", slopes.inverse_square_xx, lambda x, y: ratio((y - x) * (y + x), (x * x + y * y) ** 2)
)
inverse_square_xy = _atom(
    "inverse_square_xy", slopes.inverse_square_xy, lambda x, y: ratio(-2 * x * y, (x * x + y * y) ** 2)
)
cosine = _atom("cosine", slopes.cosine, lambda x, y: _direction((x, y)))
sigmoid = _atom("sigmoid", slopes.sigmoid, lambda x: 1 / (1 + exp(-x)))
sigmoid_slope = _atom("sigmoid_slope", slopes.sigmoid_slope, lambda c, x: c * sigmoid(x) * sigmoid(-x))
softplus = _atom("softplus", slopes.softplus, lambda x: select(x > 0, x + log1p(exp(-x)), log1p(exp(x))))
log_sigmoid = _atom("log_sigmoid", slopes.log_sigmoid, lambda x: -softplus(-x))
silu = _atom("silu", special.silu, lambda x: x * sigmoid(x))
silu_slope = _atom("silu_slope", special.silu_slope, lambda x: sigmoid(x) * (1 + x * sigmoid(-x)))
normal_cdf = _atom("normal_cdf", special.normal_cdf, lambda x: erfc(-x * constant("√½", x)) / 2)
gelu = _atom("gelu", special.gelu, lambda x: x * normal_cdf(x))
gelu_slope = _atom(
    "gelu_slope",
    special.gelu_slope,
    lambda x: normal_cdf(x) + constant("1/√2π", x) * x * exp(-x * x / 2),
)


# --- functions of a sequence --------------------------------------------------------------------


def _logsumexp(xs: Vector) -> Number:
    m = builtins.max(xs)
    return m + log(builtins.sum(exp(x - m) for x in xs))


def _softmax_first(xs: Vector) -> Number:
    m = builtins.max(xs)
    return exp(xs[0] - m) / builtins.sum(exp(x - m) for x in xs)


sum = _vector_atom("sum", vectors.total, lambda xs: builtins.sum(xs[1:], start=xs[0]))
mean = _vector_atom("mean", vectors.mean, lambda xs: builtins.sum(xs[1:], start=xs[0]) / len(xs))
prod = _vector_atom("prod", vectors.product, math.prod)
norm = _vector_atom("norm", vectors.norm, lambda xs: sqrt(builtins.sum(x * x for x in xs)))
direction = _vector_atom("direction", lambda xs: vectors.directions(xs)[0], _direction)
logsumexp = _vector_atom("logsumexp", vectors.logsumexp, _logsumexp)
softmax_first = _vector_atom("softmax_first", lambda xs: vectors.softmax(xs)[0], _softmax_first)
log_softmax_first = _vector_atom("log_softmax_first", vectors.log_softmax_first, lambda xs: xs[0] - _logsumexp(xs))

_dot = _atom("dot", vectors.dot, lambda w, x, b: builtins.sum(map(operator.mul, w, x), start=b))


def dot(w: Vector, x: Vector, b: Number) -> Number:
    """w·x + b."""
    if type(b) is float and _all_floats(w) and _all_floats(x):
        return vectors.dot(w, x, b)
    return _dot(tuple(w), tuple(x), b)


def _each_first(xs: Vector) -> list[Vector]:
    """The sequence as seen by each of its members: itself first, then the others."""
    return [(x, *xs[:i], *xs[i + 1 :]) for i, x in enumerate(xs)]


def directions(xs: Vector) -> tuple[Number, ...]:
    """xᵢ / norm(x) for every i."""
    return vectors.directions(xs) if _all_floats(xs) else tuple(map(direction, _each_first(xs)))


def softmaxes(xs: Vector) -> tuple[Number, ...]:
    """exp(xᵢ) / Σ exp(xⱼ) for every i."""
    return vectors.softmax(xs) if _all_floats(xs) else tuple(map(softmax_first, _each_first(xs)))


# 1 - exp(x₁) / Σ exp(xⱼ), without that subtraction.
softmax_rest = _vector_atom("softmax_rest", vectors.softmax_rest, lambda xs: sum(softmaxes(xs)[1:]))


def products_of_others(xs: Vector) -> tuple[Number, ...]:
    """For every i the product of all the others, by products from the left and from the right: no division by zero."""
    if _all_floats(xs):
        return vectors.products_of_others(xs)
    if leading_kind(xs).lift is not None:  # the running products below may underflow where a product does not
        return tuple(prod((*xs[:i], *xs[i + 1 :])) for i in range(len(xs)))
    products: list[Number] = [1] * len(xs)
    left: Number = 1
    right: Number = 1
    for i in range(len(xs)):
        products[i] = products[i] * left
        left = left * xs[i]
        products[-1 - i] = products[-1 - i] * right
        right = right * xs[-1 - i]
    return tuple(products)


# --- without a version for each kind: constants, conditions, pieces -----------------------------


def constant(name: str, x: Number) -> Number:
    """The mathematical constant of that name in the precision of x."""
    return CONSTANTS[name] if type(x) is float else kind_of(x).constant(name, x)


def select(condition: Any, a: Any, b: Any) -> Any:
    """`a` where the condition holds, else `b`; either may be None, the absent edge. A rule has no other branch."""
    if condition is True:
        return a
    if condition is False:
        return b
    choose = getattr(condition, "choose", None)
    if choose is not None:
        return choose(a, b)
    return a if condition else b


def unit(x: Number) -> Number:
    """1, and NaN at NaN: the slope of a piece that is the identity."""
    return select(x == x, 1.0, x * math.nan)


def flat(x: Number) -> Number:
    """0, and NaN at NaN: the slope of a constant piece."""
    return select(x == x, 0.0, x * math.nan)

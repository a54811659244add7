"""Activation functions a = σ(z) of a neuron."""

from __future__ import annotations

import math

from autograd.numbers import Number, constant, select, unit
from autograd.numbers.kernels import elementary, slopes
from autograd.numbers.special import error_functions
from autograd.primitives.arithmetic import Partials, Result
from autograd.primitives.domains import Kink
from autograd.primitives.exponential import exp, log1p
from autograd.primitives.table import primitive
from autograd.primitives.trigonometric import tanh
from autograd.symbols import texts

__all__ = ["expit", "leaky_relu", "log_sigmoid", "logaddexp", "relu", "sigmoid", "silu", "softplus"]


@primitive(symbol="relu", kinks=(Kink("x = 0", lambda x: x == 0, (0.0,), (None,)),), arrays="kernels.relu")
def relu(x: Number) -> Result:
    """max(x, 0); no edge where x ≤ 0.

    >>> relu(-2.0), relu(2.0)
    (0.0, 2.0)
    """
    closed = x <= 0
    return select(closed, constant("0", x), x), (select(closed, None, unit(x)),)


@primitive(kinks=(Kink("x = 0", lambda x, slope: x == 0, (0.0, 0.01), (0.01, 0.0)),), arrays="kernels.leaky_relu")
def leaky_relu(x: Number, slope: Number = 0.01) -> Result:
    """x for x > 0, else slope · x; both operands have derivatives.

    >>> leaky_relu(-2.0, 0.5), leaky_relu(2.0, 0.5)
    (-1.0, 2.0)
    """
    open_ = x > 0
    at_corner = select(slope > 1, 1.0, select(slope < 0, 0.0, slope))
    inner = select(x == 0, at_corner, slope)
    return select(open_, x, slope * x), (
        select(open_, 1.0, select(x == x, inner, x * math.nan)),
        select(open_, None, x),
    )


@primitive(
    kernel=slopes.softplus,
    precise=lambda x: select(x > 0, x + log1p(exp(-x)), log1p(exp(x))),
    arrays="kernels.softplus",
)
def softplus(x: Number) -> Partials:
    """log(1 + exp(x)), a smooth relu, without overflow.

    >>> softplus(800.0), softplus(-800.0)
    (800.0, 0.0)
    """
    return (sigmoid(x),)


@primitive(
    text="σ({})",
    kernel=slopes.sigmoid,
    precise=lambda x: 1 / (1 + exp(-x)),
    symbol="σ",
    arrays="kernels.sigmoid",
    spellings="scipy.special.expit",
)
def sigmoid(x: Number) -> Partials:
    """1 / (1 + exp(-x)), without overflow.

    >>> sigmoid(0.0)
    0.5
    """
    return (sigmoid_slope(1.0, x),)


expit = sigmoid  # SciPy's name


@primitive(
    text=texts.sigmoid_slope_text,
    kernel=slopes.sigmoid_slope,
    precise=lambda c, x: c * sigmoid(x) * sigmoid(-x),
    symbol="σ′",
    arrays="kernels.sigmoid_slope",
)
def sigmoid_slope(c: Number, x: Number) -> Partials:
    """c · σ′(x), where σ′(x) = σ(x) σ(-x).

    >>> sigmoid_slope(1.0, 0.0)
    0.25
    """
    return (
        sigmoid_slope(1.0, x),
        sigmoid_slope(-c * tanh(0.5 * x), x),
    )


@primitive(
    kernel=slopes.log_sigmoid,
    precise=lambda x: -softplus(-x),
    arrays="kernels.log_sigmoid",
    spellings="scipy.special.log_expit",
)
def log_sigmoid(x: Number) -> Partials:
    """log σ(x), without overflow.

    >>> log_sigmoid(-800.0)
    -800.0
    """
    return (sigmoid(-x),)


@primitive(kernel=error_functions.silu, precise=lambda x: x * sigmoid(x), arrays="kernels.silu")
def silu(x: Number) -> Partials:
    """x · σ(x), also called swish.

    >>> silu(0.0)
    0.0
    """
    return (silu_slope(x),)


@primitive(
    text="silu′({})",
    kernel=error_functions.silu_slope,
    precise=lambda x: sigmoid(x) * (1 + x * sigmoid(-x)),
    symbol="silu′",
    arrays="kernels.silu_slope",
)
def silu_slope(x: Number) -> Partials:
    """σ(x) (1 + x σ(-x)), the derivative of silu.

    >>> silu_slope(0.0)
    0.5
    """
    return (sigmoid_slope(2 - x * tanh(0.5 * x), x),)


@primitive(
    kernel=elementary.logaddexp,
    precise=lambda x, y: max(x, y) + log1p(exp(-abs(x - y))),
    arrays=None,
    spellings="numpy",
)
def logaddexp(x: Number, y: Number) -> Partials:
    """log(exp(x) + exp(y)), without overflow.

    >>> logaddexp(1000.0, 1000.0)
    1000.6931471805599
    """
    return (sigmoid_of_difference(x, y), sigmoid_of_difference(y, x))


@primitive(
    text=texts.sigmoid_of_difference_text,
    kernel=slopes.sigmoid_of_difference,
    precise=lambda x, y: 1 / (1 + exp(y - x)),
    symbol="σ",
    arrays="kernels.sigmoid_of_difference",
)
def sigmoid_of_difference(x: Number, y: Number, *, z: Number) -> Partials:
    """σ(x - y), with the digits that the difference rounds away: where it is tiny, they are many of its own.

    >>> sigmoid_of_difference(2.5, 2.5)
    0.5
    """
    slope = z * sigmoid_of_difference(y, x)
    return (slope, -slope)

"""Activation functions a = σ(z) of a neuron."""

from __future__ import annotations

import math

from autograd import numbers
from autograd.numbers import Number, select
from autograd.primitives.arithmetic import Result
from autograd.primitives.table import Kink, primitive


@primitive(symbol="relu", kinks=(Kink("x = 0", lambda x: x == 0, (0.0,), (None,)),))
def relu(x: Number) -> Result:
    """max(x, 0); no edge where x ≤ 0.

    >>> relu(-2.0), relu(2.0)
    (0.0, 2.0)
    """
    closed = x <= 0
    return select(closed, numbers.constant("0", x), x), (select(closed, None, numbers.unit(x)),)


@primitive(kinks=(Kink("x = 0", lambda x, slope: x == 0, (0.0, 0.01), (0.01, 0.0)),))
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


@primitive
def softplus(x: Number) -> Result:
    """log(1 + exp(x)), a smooth relu, without overflow.

    >>> softplus(800.0), softplus(-800.0)
    (800.0, 0.0)
    """
    return numbers.softplus(x), (numbers.sigmoid(x),)


@primitive(symbol="σ")
def sigmoid(x: Number) -> Result:
    """1 / (1 + exp(-x)), without overflow.

    >>> sigmoid(0.0)
    0.5
    """
    return numbers.sigmoid(x), (numbers.sigmoid_slope(1.0, x),)


@primitive(symbol="σ′")
def sigmoid_slope(c: Number, x: Number) -> Result:
    """c · σ′(x), where σ′(x) = σ(x) σ(-x).

    >>> sigmoid_slope(1.0, 0.0)
    0.25
    """
    return numbers.sigmoid_slope(c, x), (
        numbers.sigmoid_slope(1.0, x),
        numbers.sigmoid_slope(-c * numbers.tanh(0.5 * x), x),
    )


@primitive
def log_sigmoid(x: Number) -> Result:
    """log σ(x), without overflow.

    >>> log_sigmoid(-800.0)
    -800.0
    """
    return numbers.log_sigmoid(x), (numbers.sigmoid(-x),)


@primitive
def silu(x: Number) -> Result:
    """x · σ(x), also called swish.

    >>> silu(0.0)
    0.0
    """
    return numbers.silu(x), (numbers.silu_slope(x),)


@primitive(symbol="silu′")
def silu_slope(x: Number) -> Result:
    """σ(x) (1 + x σ(-x)), the derivative of silu.

    >>> silu_slope(0.0)
    0.5
    """
    return numbers.silu_slope(x), (numbers.sigmoid_slope(2 - x * numbers.tanh(0.5 * x), x),)

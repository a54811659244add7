"""Every operation, written once: a rule that gives its value and its local derivatives on any kind of number."""

from __future__ import annotations

from autograd.primitives.activations import leaky_relu, log_sigmoid, relu, sigmoid, silu, softplus
from autograd.primitives.arithmetic import add, divide, floor_divide, mod, multiply, negative, positive, subtract
from autograd.primitives.domains import Interval, Kink
from autograd.primitives.exponential import cbrt, exp, expm1, log, log1p, log2, log10, sqrt
from autograd.primitives.powers import power
from autograd.primitives.probability import erf, erfc, gelu, normal_cdf
from autograd.primitives.selection import abs, ceil, clip, floor, maximum, minimum, round, sign, where
from autograd.primitives.sequences import dot, log_softmax, logsumexp, mean, norm, prod, softmax, sum
from autograd.primitives.table import BUILT_IN, ROWS, TABLE, Primitive, primitive
from autograd.primitives.trigonometric import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cos,
    cosh,
    hypot,
    sin,
    sinh,
    tan,
    tanh,
)

BUILT_IN.update(TABLE)

"""Array kernels, like those in `kernels`, for powers, their derivatives, and c·exp(x·y)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from math import inf, isfinite, nan
from typing import Any

import numpy

from autograd.compiler.execution.kernels import (
    HALF,
    ONE,
    ZERO,
    like,
    maximum,
    minimum,
    on_floats,
    rounded_difference,
    settle,
    unless_finite,
    upper,
)


def _square_twice(x: Any, out: Any) -> None:
    numpy.square(numpy.square(x, out), out)


def _cube(x: Any, out: Any) -> None:
    numpy.multiply(numpy.square(x), x, out)


def _root(x: Any, out: Any) -> None:
    """x**0.5, which differs from the square root at -0 and -inf."""
    infinite = numpy.equal(x, -inf)
    numpy.sqrt(numpy.add(x, ZERO, out), out)
    numpy.copyto(out, inf, where=infinite)


# Exponents for which no power is needed: their partial results leave the range of floats only where the result does.
EASY_POWERS: dict[float, Callable[..., Any]] = {
    1.0: numpy.positive, 2.0: numpy.square, 3.0: _cube, 4.0: _square_twice, -1.0: numpy.reciprocal, 0.5: _root
}  # fmt: skip


def _constant(x: Any) -> float:
    """The value of an operand that is constant, else NaN."""
    return float(numpy.asarray(x).item()) if numpy.size(x) == 1 else nan


def power(x: Any, y: Any, out: Any) -> None:
    n = _constant(y)
    if n in EASY_POWERS:
        EASY_POWERS[n](x, out)
    elif n % 1.0 == 0.0:  # numpy.power of a negative number takes ten times as long
        (z,) = like(out, 1)
        numpy.power(numpy.abs(x, z), n, z)
        if n % 2.0 == 1.0:
            numpy.copysign(z, x, z)
        numpy.copyto(out, z)
    else:
        numpy.power(x, y, out)


def falling_power(x: Any, y: Any, n: Any, out: Any) -> None:
    """The n-th derivative of x**y in x; no partial result leaves the range of floats if the value does not.

    The tracer always passes a constant n. Where y varies, each order costs one more ulp, and x ≤ 0 is rare.
    """
    exponent, order = _constant(y), _constant(n)
    if order == 0.0:
        power(x, y, out)
    elif not isfinite(order):
        out[...] = on_floats("falling_power", 3)(x, y, n)
    elif isfinite(exponent):
        _fixed_falling_power(x, exponent, int(order), out)
    else:
        (c,) = like(out, 1)
        numpy.copyto(c, y)
        for k in range(1, int(order)):
            numpy.multiply(c, numpy.subtract(y, float(k)), c)
        z, rare = _by_halves(c, x, y, order, out)
        settle("falling_power", z, rare, (x, y, n), out)


def _fixed_falling_power(x: Any, y: float, n: int, out: Any) -> None:
    exact = Fraction(y) - n
    e = float(exact)
    low = float(exact - Fraction(e))
    c = _coefficient(y, n)
    whole = y % 1.0 == 0.0
    if not isfinite(c):
        out[...] = on_floats("falling_power", 3)(x, y, float(n))
        return
    (z,) = like(out, 1)
    if c == 0.0 or e == 0.0:
        numpy.copyto(z, c)
        if n != y or n > 1:  # x itself has the slope 1 even at NaN
            numpy.copyto(z, x, where=numpy.isnan(x))
    elif low == 0.0 and e in (1.0, 2.0, -1.0):
        (numpy.divide if e < 0.0 else numpy.multiply)(c, x, z)
        if e == 2.0:
            numpy.multiply(z, x, z)
    else:
        (h,) = like(out, 1)
        numpy.power(numpy.abs(x, h), 0.5 * e, h)
        numpy.multiply(numpy.multiply(h, c, z), h, z)
        if whole and exact % 2 == 1:
            numpy.multiply(z, numpy.copysign(ONE, x, h), z)
        elif not whole:
            numpy.copyto(z, nan, where=numpy.less(x, ZERO))
        if low:
            numpy.log(minimum(maximum(numpy.abs(x, h), 1e-323, h), 1e308, h), h)
            numpy.multiply(z, numpy.add(numpy.multiply(h, low, h), ONE, h), z)
    numpy.copyto(out, z)


@cache
def _coefficient(y: float, n: int) -> float:
    """y(y-1)…(y-n+1), rounded once."""
    product = Fraction(1)
    for k in range(n):
        product *= Fraction(y) - k
    try:
        return float(product)
    except OverflowError:
        return inf if product > 0 else -inf


def scaled_power(c: Any, x: Any, y: Any, n: Any, out: Any) -> None:
    """c · x**(y-n); no partial result leaves the range of floats if the value does not; x ≤ 0 is rare."""
    z, rare = _by_halves(c, x, y, n, out)
    settle("scaled_power", z, rare, (c, x, y, n), out)


def _by_halves(c: Any, x: Any, y: Any, n: Any, out: Any) -> tuple[Any, Any]:
    """c · x**(y-n) as c h² with h = x**((y-n)/2), in work arrays like `out`, and a mask of rare operands."""
    z, h, e = like(out, 3)
    low = rounded_difference(y, n, e)
    numpy.power(x, numpy.multiply(e, HALF), h)
    numpy.multiply(numpy.multiply(c, h, z), h, z)
    numpy.multiply(numpy.multiply(numpy.log(x), low, h), z, h)
    numpy.add(z, h, z)
    return z, numpy.logical_or(unless_finite(z), numpy.less_equal(x, ZERO))


def xlogy(z: Any, x: Any, out: Any) -> None:
    zero = numpy.logical_and(numpy.equal(z, ZERO), numpy.greater_equal(x, ZERO))
    numpy.multiply(z, numpy.log(x), out)
    numpy.copyto(out, ZERO, where=zero)


def scaled_exp(c: Any, x: Any, y: Any, out: Any) -> None:
    """c exp(p + low), where p + low = x·y exactly, from halves of x and y; beyond ±700 the engine's float function."""
    p, low, z = like(out, 3)
    x_high, y_high = upper(x), upper(y)
    x_low, y_low = numpy.subtract(x, x_high), numpy.subtract(y, y_high)
    numpy.multiply(x, y, p)
    numpy.subtract(numpy.multiply(x_high, y_high, low), p, low)
    numpy.add(low, numpy.multiply(x_high, y_low, z), low)
    numpy.add(low, numpy.multiply(x_low, y, z), low)
    numpy.exp(p, z)
    numpy.add(z, numpy.multiply(z, low, low), z)
    numpy.multiply(c, z, z)
    if numpy.maximum.reduce(numpy.abs(p, p), None, initial=0.0) < 700.0:  # a quarter of the time of checking each
        numpy.copyto(out, z)
    else:
        settle("scaled_exp", z, numpy.logical_not(numpy.less(p, 700.0)), (c, x, y), out)

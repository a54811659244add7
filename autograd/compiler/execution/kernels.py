"""Array kernels of several NumPy passes each, for operations where a plain composition would not be accurate.

A kernel takes float64 arrays whose shapes broadcast, and `out`, which may be the memory of an operand: nothing is
written there before the operands have been read for the last time. Kernels do not branch on numbers, with two
exceptions: rare operands go one by one through the engine's float function, at a microsecond each, and gelu' has a
separate polynomial near its zero. The caller silences NumPy's warnings.

Costs for 4096 numbers: an arithmetic pass 0.2 ns per number, a transcendental one 0.6 ns (with AVX-512; 5 to 10 ns
without), a comparison with a masked copy 0.4 ns; a call 0.2 µs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from importlib import import_module
from types import FunctionType
from typing import Any

import numpy

from autograd.forks import at_work
from autograd.numbers.kernels.pieces import ROOT_HALF
from autograd.numbers.special import error_functions
from autograd.primitives import ROWS

# Operands of ufuncs: as Python floats, they would cost 0.15 µs more at every call.
ZERO, HALF, ONE, TWO = map(numpy.array, (0.0, 0.5, 1.0, 2.0))


def like(out: Any, count: int) -> list[Any]:
    """`count` work arrays of the shape of `out`, even if it has no dimensions."""
    return [numpy.empty_like(out, dtype=float) for _ in range(count)]


@cache
def on_floats(name: str, count: int) -> Any:
    """The engine's float function as a ufunc of `count` operands, at about a microsecond per number."""
    function = float_function(name)
    named = FunctionType(function.__code__, function.__globals__, name, function.__defaults__, function.__closure__)
    return numpy.frompyfunc(named, count, 1)


def float_function(name: str) -> Any:
    """The float kernel of an operation on flat operands; a user's gives inf if it overflows, NaN if it raises."""
    row: Any = ROWS[name]
    if not row.is_foreign and not row.vectors:
        return row.kernel

    def total(*operands: float) -> float:
        try:
            return float(row.kernel(*row.structured(operands)))
        except OverflowError:
            return math.inf
        except (ValueError, ArithmeticError):
            return math.nan

    return total


def one_by_one(name: str) -> Callable[..., None]:
    """The array kernel of an operation that has no other: its float function, number by number."""

    def array_kernel(*operands: Any) -> None:
        *given, out = operands
        numpy.copyto(out, on_floats(name, len(given))(*given), casting="unsafe")  # from objects

    return array_kernel


def settle(name: str, z: Any, rare: Any, operands: tuple[Any, ...], out: Any) -> None:
    """Write z to `out`, with the engine's float function evaluated where operands are rare."""
    if numpy.count_nonzero(rare):
        z[rare] = on_floats(name, len(operands))(*[numpy.broadcast_to(x, z.shape)[rare] for x in operands])
    numpy.copyto(out, z)


def outside(x: Any, low: float, high: float) -> Any:
    """A mask that is true where |x| is not between two bounds, or is NaN."""
    size = numpy.abs(x)
    inside = numpy.greater(size, low)
    return numpy.logical_not(numpy.logical_and(inside, numpy.less(size, high)))


def unless_finite(x: Any) -> Any:
    """A mask that is true where x is infinite or NaN."""
    return numpy.logical_not(numpy.isfinite(x))


def rounded_difference(y: Any, n: Any, e: Any) -> Any:
    """Write y - n to e, and return its rounding error."""
    numpy.subtract(y, n, e)
    t = numpy.subtract(e, y)
    return numpy.subtract(numpy.subtract(y, numpy.subtract(e, t)), numpy.add(n, t))


# --- selection ---------------------------------------------------------------------------------------------------


def maximum(x: Any, y: Any, out: Any) -> Any:
    """The maximum, NaN if either operand is; numpy.maximum takes this `out` only by keyword."""
    return numpy.maximum(x, y, out=out)


def minimum(x: Any, y: Any, out: Any) -> Any:
    return numpy.minimum(x, y, out=out)


# Of two zeros, NumPy takes the second, at least on x86; the engine takes the first, or the bound in relu and clip.


def greater_of(x: Any, y: Any, out: Any) -> None:
    numpy.maximum(y, x, out=out)


def lesser_of(x: Any, y: Any, out: Any) -> None:
    numpy.minimum(y, x, out=out)


def relu(x: Any, out: Any) -> None:
    maximum(x, ZERO, out)


def leaky_relu(x: Any, slope: Any, out: Any) -> None:
    (z,) = like(out, 1)
    numpy.multiply(slope, x, z)
    numpy.copyto(z, x, where=numpy.greater(x, ZERO))
    numpy.copyto(out, z)


def where(condition: Any, a: Any, b: Any, out: Any) -> None:
    if numpy.result_type(condition).kind != "b":
        condition = numpy.not_equal(condition, ZERO)
    if numpy.may_share_memory(out, a):
        a = numpy.array(a)
    if numpy.may_share_memory(out, condition):  # a `where` of booleans may overwrite its condition
        condition = numpy.array(condition)
    numpy.copyto(out, b)
    numpy.copyto(out, a, where=condition)


def clip(x: Any, low: Any, high: Any, out: Any) -> None:
    minimum(numpy.maximum(x, low), high, out)


# --- the logistic family -----------------------------------------------------------------------------------------


def sigmoid(x: Any, out: Any) -> None:
    minimum(x, 40.0, out)  # beyond 40 it is 1, and exp(x) may overflow
    numpy.exp(out, out)
    numpy.divide(out, numpy.add(out, ONE), out)


def sigmoid_of_difference(x: Any, y: Any, out: Any) -> None:
    """σ(d) + σ'(d) · low, where x - y is d + low; low is NaN where d is infinite."""
    d, z, t = like(out, 3)
    low = rounded_difference(x, y, d)
    sigmoid(d, z)
    sigmoid(numpy.negative(d, d), t)
    numpy.multiply(numpy.multiply(z, t, t), low, t)
    numpy.copyto(t, ZERO, where=unless_finite(t))
    numpy.add(z, t, out)


def logit_slope(x: Any, out: Any) -> None:
    t = numpy.divide(ONE, x)
    numpy.divide(t, numpy.subtract(ONE, x), out)


def _slope(t: Any, out: Any) -> Any:
    """σ'(t) for t ≤ 0."""
    (e,) = like(out, 1)
    s = numpy.add(numpy.exp(t, e), ONE)
    return numpy.divide(numpy.divide(e, s, e), s, e)


def sigmoid_slope(c: Any, x: Any, out: Any) -> None:
    """c σ'(x), by the float function where it is not finite, or σ' may underflow before it is multiplied by c."""
    t, z = like(out, 2)
    numpy.negative(numpy.abs(x, t), t)
    numpy.multiply(c, _slope(t, out), z)
    settle("sigmoid_slope", z, numpy.logical_or(unless_finite(z), numpy.less(t, -690.0)), (c, x), out)


def sech2(x: Any, out: Any) -> None:
    """4e / (1 + e)², where e = exp(-2|x|)."""
    numpy.exp(numpy.multiply(numpy.abs(x, out), -2.0, out), out)
    s = numpy.add(out, ONE)
    numpy.divide(numpy.divide(out, s, out), s, out)
    numpy.multiply(out, 4.0, out)


def _log1p_exp(x: Any, out: Any) -> Any:
    """log(1 + exp(-|x|))."""
    (t,) = like(out, 1)
    numpy.negative(numpy.abs(x, t), t)
    return numpy.log1p(numpy.exp(t, t), t)


def softplus(x: Any, out: Any) -> None:
    t = _log1p_exp(x, out)
    numpy.add(maximum(x, ZERO, out), t, out)


def log_sigmoid(x: Any, out: Any) -> None:
    t = _log1p_exp(x, out)
    numpy.subtract(minimum(x, -0.0, out), t, out)


def silu(x: Any, out: Any) -> None:
    """x / (1 + exp(-x)), by the float function where that overflows."""
    (z,) = like(out, 1)
    numpy.exp(numpy.negative(x, z), z)
    numpy.divide(x, numpy.add(z, ONE, z), z)
    settle("silu", z, numpy.less(x, -708.0), (x,), out)


def silu_slope(x: Any, out: Any) -> None:
    """σ'(x) (1 + x + exp(x)) for x < 0, the bracket expanded at its zero; 1 - silu'(-x) for x > 0."""
    t, g = like(out, 2)
    numpy.negative(minimum(numpy.abs(x, t), 1600.0, t), t)
    z = _slope(t, out)
    numpy.subtract(t, error_functions.SILU_ZERO, t)
    numpy.subtract(t, error_functions.SILU_ZERO_LOW, t)
    numpy.multiply(numpy.expm1(t, g), error_functions.EXP_SILU_ZERO, g)
    numpy.multiply(z, numpy.add(g, t, g), z)
    numpy.subtract(ONE, z, z, where=numpy.greater(x, ZERO))
    settle("silu_slope", z, numpy.less(x, -690.0), (x,), out)


# --- the normal distribution -------------------------------------------------------------------------------------

# (1 + 2z) exp(z²) erfc(z) for z in [0, 28], leading coefficient first, as a polynomial in t = (z - 3) / (11z/14 + 3),
# which runs from -1 to 1: interpolated at Chebyshev points, with a relative error below 1e-17. SciPy 1.17 cannot
# replace it: measured against mpmath, erfc is 9 ulp off at x < 3 and loses all digits at 26.6, ndtr is 17 ulp off at
# -3, erfcx 7.5 ulp at 0. The polynomial costs 8 ns per number, erfcx 3 to 5.
_ERFCX = tuple(map(numpy.array, (
    -1.932699004e-10, 1.26858598e-10, 2.793060284e-09, -1.8667224339e-09, -2.71727395113e-08,
    2.52621556249e-08, 2.427405360177e-07, -4.08992723272e-07, -1.9898331657052e-06, 6.8054461259365e-06,
    9.5708798501713e-06, -9.72431914838017e-05, 0.0001552482386227472, 0.0006836366794481628, -0.005044422265494287,
    0.017610289072699705, -0.04266692531738222, 0.07777229409441716, -0.10661849015509599, 0.09901373267485025,
    -0.02494241200454438, -0.12109027332551904, 1.2530080582697296,
)))  # fmt: skip
# gelu' as a polynomial in the distance to its zero
_DIP = tuple(map(numpy.array, (*error_functions.DIP, 0.4314939923140469)))
_HIGH = numpy.int64(-(1 << 27))  # mask for the upper half of a float, whose square is exact


def upper(x: Any) -> Any:
    """x without the lower half of its mantissa."""
    h = numpy.empty_like(x, dtype=float)
    numpy.copyto(h, x)
    bits = h.view(numpy.int64)
    numpy.bitwise_and(bits, _HIGH, bits)
    return h


def _horner(coefficients: tuple[Any, ...], t: Any) -> Any:
    if type(t) is not numpy.ndarray:  # Lanes, which may fuse two operations into one rounding
        return t.horner(coefficients)
    p = numpy.full(t.shape, coefficients[0])
    for c in coefficients[1:]:
        numpy.add(numpy.multiply(p, t, p), c, p)
    return p


def _erfcx(z: Any) -> tuple[Any, Any]:
    """exp(z²) erfc(z) for z in [0, 28], and the relative error of its last additions; overwrites z."""
    t, s, d = like(z, 3)
    numpy.add(numpy.multiply(z, 22.0 / 28.0, s), 3.0, s)
    numpy.divide(numpy.multiply(z, 50.0 / 28.0, t), s, t)
    numpy.subtract(t, ONE, t)  # (z - 3) / s would round once more near 0
    low = numpy.multiply(_horner(_ERFCX[:-1], t), t, t)
    p = numpy.add(low, _ERFCX[-1], s)
    numpy.subtract(low, numpy.subtract(p, _ERFCX[-1]), low)
    numpy.divide(low, p, low)
    numpy.add(numpy.multiply(z, TWO, z), ONE, d)
    numpy.subtract(z, numpy.subtract(d, ONE), z)
    numpy.subtract(low, numpy.divide(z, d, z), low)
    return numpy.divide(p, d, p), low


def _exp_square(a: Any, factor: float, lost: Any) -> Any:
    """exp(factor · a²) (1 + lost), with the square carried exactly; `factor` is plus or minus a power of two."""
    h = upper(a)
    p, low, s = like(a, 3)
    numpy.multiply(numpy.subtract(a, h, low), numpy.add(a, h, s), low)  # a² = h² + (a - h)(a + h)
    numpy.subtract(numpy.square(h, h), numpy.square(a, p), h)
    numpy.add(numpy.multiply(numpy.add(low, h, low), factor, low), lost, low)
    e = numpy.exp(numpy.multiply(p, factor, p), p)
    return numpy.add(e, numpy.multiply(e, low, low), e)


def erfc(x: Any, out: Any) -> None:
    a, z = like(out, 2)
    negative = numpy.less(x, ZERO)
    minimum(numpy.abs(x, a), 28.0, a)
    numpy.copyto(z, a)
    q, lost = _erfcx(z)
    numpy.multiply(q, _exp_square(a, -1.0, lost), out)
    numpy.subtract(TWO, out, out, where=negative)


def _normal_tail(x: Any, out: Any) -> tuple[Any, Any, Any]:
    """a = |x|, capped at 39.5, where Φ(-a) is 0, and two factors of Φ(-a), the second of which underflows first."""
    a, z = like(out, 2)
    minimum(numpy.abs(x, a), 39.5, a)
    q, lost = _erfcx(numpy.multiply(a, ROOT_HALF, z))
    return a, numpy.multiply(q, HALF, q), _exp_square(a, -0.5, lost)


def normal_cdf(x: Any, out: Any) -> None:
    positive = numpy.greater(x, ZERO)
    _, q, e = _normal_tail(x, out)
    numpy.multiply(q, e, out)
    numpy.subtract(ONE, out, out, where=positive)


def gelu(x: Any, out: Any) -> None:
    """max(x, 0) - |x| Φ(-|x|)."""
    a, q, e = _normal_tail(x, out)
    numpy.multiply(numpy.multiply(q, a, q), e, q)
    numpy.subtract(maximum(x, -0.0, out), q, out)


def gelu_slope(x: Any, out: Any) -> None:
    """Φ(x) + x φ(x) for x < 0, where the exponential underflows shortly before the sum; 1 - gelu'(-x) for x > 0."""
    positive = numpy.greater(x, ZERO)
    dip = numpy.logical_and(numpy.greater(x, -1.4), numpy.less(x, -0.3))
    t = numpy.broadcast_to(x, dip.shape)[dip]
    numpy.subtract(numpy.subtract(t, error_functions.GELU_ZERO, t), error_functions.GELU_ZERO_LOW, t)
    a, q, e = _normal_tail(x, out)
    numpy.subtract(q, numpy.multiply(a, error_functions.PHI0, a), q)
    numpy.multiply(q, e, out)
    numpy.subtract(ONE, out, out, where=positive)
    out[dip] = t * _horner(_DIP, t)


@cache
def _scipy_erf() -> Any:
    try:
        with at_work:
            return import_module("scipy.special").erf
    except ImportError:
        return None


def erf(x: Any, out: Any) -> None:
    """SciPy's erf, at most 2 ulp off, or the engine's without SciPy."""
    function = _scipy_erf()
    if function is None:
        out[...] = on_floats("erf", 1)(x)
    else:
        function(x, out)


# --- slopes ------------------------------------------------------------------------------------------------------


def inverse_one_plus_square(x: Any, out: Any) -> None:
    """1 / (1 + x²); 0 from 1.4e154 on, where the engine still has a subnormal number."""
    numpy.reciprocal(numpy.add(numpy.square(x, out), ONE, out), out)


def one_minus_square(x: Any, out: Any) -> None:
    numpy.multiply(numpy.subtract(ONE, x), numpy.add(ONE, x), out)


def root_one_minus_square(x: Any, out: Any) -> None:
    one_minus_square(x, out)
    numpy.sqrt(out, out)


def root_square_minus_one(x: Any, out: Any) -> None:
    numpy.multiply(numpy.sqrt(numpy.subtract(x, ONE)), numpy.sqrt(numpy.add(x, ONE)), out)


def cosine(x: Any, y: Any, out: Any) -> None:
    h, z = like(out, 2)
    numpy.divide(x, numpy.hypot(x, y, h), z)
    numpy.copyto(z, ZERO, where=numpy.equal(h, ZERO))
    rare = numpy.logical_and(outside(h, 1e-290, numpy.inf), numpy.not_equal(h, ZERO))
    settle("cosine", z, rare, (x, y), out)


def _square_sum(x: Any, y: Any, out: Any) -> tuple[Any, Any, Any]:
    """x² + y², a mask of where it is too large or too small to be used, and a work array."""
    s, z = like(out, 2)
    numpy.add(numpy.square(x), numpy.square(y), s)
    return s, outside(s, 1e-280, 1e300), z


def inverse_square_slope(x: Any, y: Any, out: Any) -> None:
    s, rare, z = _square_sum(x, y, out)
    settle("inverse_square_slope", numpy.divide(x, s, z), rare, (x, y), out)


def inverse_square_xx(x: Any, y: Any, out: Any) -> None:
    s, rare, z = _square_sum(x, y, out)
    numpy.divide(numpy.subtract(y, x), s, z)
    numpy.multiply(numpy.divide(numpy.add(y, x), s, s), z, z)
    settle("inverse_square_xx", z, rare, (x, y), out)


def inverse_square_xy(x: Any, y: Any, out: Any) -> None:
    s, rare, z = _square_sum(x, y, out)
    numpy.multiply(numpy.divide(x, s, z), -2.0, z)
    numpy.multiply(numpy.divide(y, s, s), z, z)
    settle("inverse_square_xy", z, rare, (x, y), out)

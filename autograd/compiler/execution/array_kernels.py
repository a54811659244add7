"""The array kernels of operations: what a program calls in place of the engine's rules.

`kernel(*operands, out)` takes float64 arrays whose shapes broadcast, or plain numbers, and writes its result to `out`,
which has the shape of the result (of bools for a comparison) and may be the memory of an operand. IEEE arithmetic
throughout: no kernel raises, and the caller silences NumPy's warnings. A kernel is within 4 ulp of the engine's value.

`fold(xs, out)` reduces a sequence along the first axis. An operation without an array kernel runs its float kernel
number by number; without that too, `lowering.executable` expands it by its rule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy

from autograd.compiler.execution import kernels, powers
from autograd.compiler.execution.kernels import ZERO

ARRAY_KERNELS: dict[str, Callable[..., Any]] = {
    # arithmetic
    "add": numpy.add,
    "subtract": numpy.subtract,
    "multiply": numpy.multiply,
    "divide": numpy.divide,
    "ratio": numpy.divide,
    "floor_divide": numpy.floor_divide,
    "mod": numpy.remainder,
    "negative": numpy.negative,
    "positive": numpy.positive,
    "power": powers.power,
    "constant_power": powers.power,
    "monomial": powers.falling_power,
    "falling_power": powers.falling_power,
    "scaled_power": powers.scaled_power,
    "xlogy": powers.xlogy,
    # exponentials, logarithms and roots
    "exp": numpy.exp,
    "expm1": numpy.expm1,
    "log": numpy.log,
    "log1p": numpy.log1p,
    "log2": numpy.log2,
    "log10": numpy.log10,
    "sqrt": numpy.sqrt,
    "cbrt": numpy.cbrt,
    "scaled_exp": powers.scaled_exp,
    # angles, hyperbolic functions, and their slopes
    "sin": numpy.sin,
    "cos": numpy.cos,
    "tan": numpy.tan,
    "asin": numpy.arcsin,
    "acos": numpy.arccos,
    "atan": numpy.arctan,
    "atan2": numpy.arctan2,
    "sinh": numpy.sinh,
    "cosh": numpy.cosh,
    "tanh": numpy.tanh,
    "asinh": numpy.arcsinh,
    "acosh": numpy.arccosh,
    "atanh": numpy.arctanh,
    "hypot": numpy.hypot,
    "cosine": kernels.cosine,
    "inverse_square_slope": kernels.inverse_square_slope,
    "inverse_square_xx": kernels.inverse_square_xx,
    "inverse_square_xy": kernels.inverse_square_xy,
    "sech2": kernels.sech2,
    "inverse_one_plus_square": kernels.inverse_one_plus_square,
    "one_minus_square": kernels.one_minus_square,
    "root_one_minus_square": kernels.root_one_minus_square,
    "root_square_minus_one": kernels.root_square_minus_one,
    # activations, and the normal distribution
    "relu": kernels.relu,
    "leaky_relu": kernels.leaky_relu,
    "softplus": kernels.softplus,
    "log_sigmoid": kernels.log_sigmoid,
    "sigmoid": kernels.sigmoid,
    "sigmoid_slope": kernels.sigmoid_slope,
    "sigmoid_of_difference": kernels.sigmoid_of_difference,
    "logit_slope": kernels.logit_slope,
    "silu": kernels.silu,
    "silu_slope": kernels.silu_slope,
    "erf": kernels.erf,
    "erfc": kernels.erfc,
    "normal_cdf": kernels.normal_cdf,
    "gelu": kernels.gelu,
    "gelu_slope": kernels.gelu_slope,
    # piecewise functions
    "abs": numpy.absolute,
    "sign": numpy.sign,
    "side": numpy.sign,
    "floor": numpy.floor,
    "ceil": numpy.ceil,
    "round": numpy.rint,
    "maximum": kernels.greater_of,
    "minimum": kernels.lesser_of,
    "clip": kernels.clip,
    "where": kernels.where,
    "<": numpy.less,
    "<=": numpy.less_equal,
    ">": numpy.greater,
    ">=": numpy.greater_equal,
    "==": numpy.equal,
    "!=": numpy.not_equal,
}


def array_kernel(op: str) -> Callable[..., Any]:
    """The array kernel of an operation, or its float function number by number."""
    return ARRAY_KERNELS.get(op) or kernels.one_by_one(op)


def bound(
    op: str, operands: Sequence[Any], out: Any, constants: Sequence[bool]
) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """An array kernel and its operands for repeated calls; where the kernel would choose a ufunc, that ufunc.

    `constants` says which operands stay the same at every call.
    """
    if op == "relu":  # numpy.maximum takes `out` by keyword only
        return partial(numpy.maximum, out=out), (*operands, ZERO)
    if op in ("power", "constant_power") and constants[1] and operands[1].item() in powers.EASY_POWERS:
        return powers.EASY_POWERS[operands[1].item()], (operands[0], out)
    return array_kernel(op), (*operands, out)


# --- sequences -----------------------------------------------------------------------------------


def total(xs: Any, out: Any) -> None:
    """The sum, rounded at every addition and infinite where a partial sum is; the engine's is rounded once."""
    numpy.add.reduce(xs, axis=0, out=out)


def mean(xs: Any, out: Any) -> None:
    numpy.divide(numpy.add.reduce(xs, axis=0), float(len(xs)), out)


def greatest(xs: Any, out: Any) -> None:
    numpy.maximum.reduce(xs, axis=0, out=out)


def product(xs: Any, out: Any) -> None:
    """Mantissas and exponents multiplied apart, so that nothing overflows; 512 mantissas do not underflow."""
    p, k = numpy.ones(numpy.shape(out)), numpy.zeros(numpy.shape(out), dtype=numpy.int64)
    for start in range(0, len(xs), 512):
        mantissas, exponents = numpy.frexp(xs[start : start + 512])
        p, shift = numpy.frexp(numpy.multiply(p, numpy.multiply.reduce(mantissas, axis=0)))
        k = k + shift + numpy.add.reduce(exponents, axis=0, dtype=numpy.int64)
    numpy.ldexp(p, numpy.clip(k, -5000, 5000), out)


def norm(xs: Any, out: Any) -> None:
    """The length, with numbers scaled by the power of two that brings the largest near 1; inf beats NaN."""
    largest = numpy.fmax.reduce(numpy.abs(xs), axis=0)
    scale = numpy.ldexp(1.0, numpy.clip(-numpy.frexp(largest)[1], -1000, 1000))
    squares = numpy.square(numpy.multiply(xs, scale))
    z = numpy.divide(numpy.sqrt(numpy.add.reduce(squares, axis=0)), scale)
    numpy.copyto(out, numpy.where(numpy.isinf(largest), largest, z))


def logsumexp(xs: Any, out: Any) -> None:
    """m + log(1 + s), where s is the sum of exp(x - m) over all but one greatest x, m.

    Where log(1 + s) nearly cancels m, the result keeps an absolute error of half an ulp of m; there the engine computes
    with 64 digits.
    """
    m = numpy.maximum.reduce(xs, axis=0)
    d = numpy.subtract(xs, m)
    greatest = numpy.equal(d, ZERO)
    e = numpy.where(greatest, ZERO, numpy.exp(d))
    ties = numpy.subtract(numpy.add.reduce(greatest, axis=0, dtype=float), 1.0)
    z = numpy.add(m, numpy.log1p(numpy.add(numpy.add.reduce(e, axis=0), ties)))
    numpy.copyto(out, numpy.where(numpy.isfinite(m), z, m))


FOLD_KERNELS: dict[str, Callable[[Any, Any], None]] = {
    "sum": total,
    "mean": mean,
    "max": greatest,
    "prod": product,
    "norm": norm,
    "logsumexp": logsumexp,
}

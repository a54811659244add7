"""The array kernels of operations, which a program calls in place of the engine's rules.

`kernel(*operands, out)` takes float64 arrays whose shapes broadcast, or plain numbers, and writes its result to `out`,
which has the shape of the result (of bools for a comparison) and may be the memory of an operand. Arithmetic follows
IEEE: no kernel raises, and the caller silences NumPy's warnings. A kernel is within 4 ulp of the engine's value.

`fold(xs, out)` reduces a sequence along the first axis. An operation without an array kernel runs its float kernel
number by number; if it has neither, `lowering.executable` expands it by its rule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import numpy

from autograd.compiler.execution import kernels, powers
from autograd.compiler.execution.kernels import ZERO
from autograd.primitives import ROWS

HOMES = {"numpy": numpy, "kernels": kernels, "powers": powers}
COMPARISONS: dict[str, Callable[..., Any]] = {
    "<": numpy.less,
    "<=": numpy.less_equal,
    ">": numpy.greater,
    ">=": numpy.greater_equal,
    "==": numpy.equal,
    "!=": numpy.not_equal,
}


@cache
def own_array_kernel(op: str) -> Callable[..., Any] | None:
    """The array kernel that an operation's row names: by default, the NumPy function of the same meaning, if any."""
    if op in COMPARISONS:
        return COMPARISONS[op]
    row = ROWS[op]
    if callable(row.arrays):
        return partial(_of_user, op, row.arrays)
    spelled = next((name for name in row.spellings if name.startswith("numpy.")), "")
    home, _, name = (spelled if row.arrays == "" else row.arrays or "").partition(".")
    found: Callable[..., Any] | None = getattr(HOMES[home], name) if home else None
    return found


def _of_user(op: str, function: Callable[..., Any], *operands: Any) -> None:
    """Copy what a user's function of arrays returns to `out`; if it raises, the kernel takes number by number."""
    *given, out = operands
    try:
        found = function(*[numpy.broadcast_to(x, out.shape) for x in given])  # these cannot be written to
    except (ValueError, ArithmeticError):
        kernels.one_by_one(op)(*operands)
        return
    if numpy.shape(found) != out.shape:
        raise TypeError(
            f"{ROWS[op].name}: arrays= must give one number for each of its operands, an array of shape {out.shape}, "
            f"got {'None' if found is None else f'one of shape {numpy.shape(found)}'}"
        )
    numpy.copyto(out, found, casting="unsafe")  # from objects, too


def array_kernel(op: str) -> Callable[..., Any]:
    """The array kernel of an operation, or its float function number by number."""
    return own_array_kernel(op) or kernels.one_by_one(op)


def bound(
    op: str, operands: Sequence[Any], out: Any, constants: Sequence[bool]
) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """An array kernel and its operands for repeated calls; if the kernel would only choose a ufunc, that ufunc.

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
    """The product, with mantissas and exponents apart, so that nothing overflows; 512 mantissas do not underflow."""
    p, k = numpy.ones(numpy.shape(out)), numpy.zeros(numpy.shape(out), dtype=numpy.int64)
    for start in range(0, len(xs), 512):
        mantissas, exponents = numpy.frexp(xs[start : start + 512])
        p, shift = numpy.frexp(numpy.multiply(p, numpy.multiply.reduce(mantissas, axis=0)))
        k = k + shift + numpy.add.reduce(exponents, axis=0, dtype=numpy.int64)
    numpy.ldexp(p, numpy.clip(k, -5000, 5000), out)


def norm(xs: Any, out: Any) -> None:
    """The length, with numbers scaled by the power of two that brings the largest near 1; inf wins over NaN."""
    largest = numpy.fmax.reduce(numpy.abs(xs), axis=0)
    scale = numpy.ldexp(1.0, numpy.clip(-numpy.frexp(largest)[1], -1000, 1000))
    squares = numpy.square(numpy.multiply(xs, scale))
    z = numpy.divide(numpy.sqrt(numpy.add.reduce(squares, axis=0)), scale)
    numpy.copyto(out, numpy.where(numpy.isinf(largest), largest, z))


def logsumexp(xs: Any, out: Any) -> None:
    """m + log(1 + s), where s is the sum of exp(x - m) over all but one greatest x, m.

    If log(1 + s) nearly cancels m, an absolute error of half an ulp of m remains; there, the engine computes with 64
    digits.
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

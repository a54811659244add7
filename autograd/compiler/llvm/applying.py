"""Operations and folds on lanes: the counterparts of the array kernels, instruction by instruction."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy

from autograd.compiler.execution.array_kernels import array_kernel, bound
from autograd.compiler.execution.kernels import one_by_one
from autograd.compiler.llvm import libraries
from autograd.compiler.llvm.elementary import between, bits, frexp, power_of_two, scaled
from autograd.compiler.llvm.lanes import BITS, BOOLEAN, DOUBLE, Lanes, constant, like
from autograd.compiler.llvm.operations import UFUNCS
from autograd.compiler.llvm.text import Body
from autograd.primitives import ROWS

# Kernels of a few instructions, inlined where they are used.
SMALL = {
    "relu",
    "leaky_relu",
    "maximum",
    "minimum",
    "clip",
    "where",
    "one_minus_square",
    "root_one_minus_square",
    "inverse_one_plus_square",
}


def applied(body: Body, op: str, operands: Sequence[Lanes], booleans: bool) -> Lanes:
    """The result of an operation, called as the NumPy executor calls it, with lanes in place of arrays."""
    constants = [x.known for x in operands]

    def kernel(*varying: Lanes) -> Lanes:
        others = iter(varying)
        inside = varying[0].body if varying else body
        given = [next(others) if known is None else constant(inside, known) for known in constants]
        out = Lanes(inside, "zeroinitializer", BOOLEAN if booleans else DOUBLE)
        if op in ROWS and callable(ROWS[op].arrays):  # a user's function of NumPy arrays has no machine code
            one_by_one(op)(*given, out)
            return out
        function, arguments = bound(op, given, out, [known is not None for known in constants])
        function(*arguments)
        return out

    varying = [x for x in operands if x.known is None]
    if not varying or op in SMALL or isinstance(array_kernel(op), numpy.ufunc):
        return kernel(*varying)
    return libraries.shared((op, *map(repr, constants)), kernel, *varying)


class Accumulator:
    """A number that changes with each iteration of a loop."""

    def __init__(self, body: Body, start: Lanes) -> None:
        self.body, self.type = body, start.type
        self.kind = start.kind
        self.memory = body.memory(start.type)
        self.set(start)

    def get(self) -> Lanes:
        return Lanes(self.body, self.body.new(f"load {self.type}, ptr {self.memory}"), self.kind)

    def set(self, x: Lanes) -> None:
        self.body.do(f"store {like(x, x, self.kind)}, ptr {self.memory}")


Item = Callable[[Any], Lanes]  # the number at an index


def each(body: Body, start: Any, count: int | str, step: Callable[[Lanes, Any], Lanes]) -> Lanes:
    """Change a running number with each index, in order."""
    z = Accumulator(body, start if isinstance(start, Lanes) else constant(body, start))
    with body.loop(count) as j:
        z.set(step(z.get(), j))
    return z.get()


def total(body: Body, count: int, item: Item) -> Lanes:
    return each(body, 0.0, count, lambda z, j: z + item(j))


def mean(body: Body, count: int, item: Item) -> Lanes:
    return total(body, count, item) / float(count)


def greatest(body: Body, count: int, item: Item) -> Lanes:
    return each(body, -math.inf, count, lambda z, j: UFUNCS["maximum"](z, item(j)))


def product(body: Body, count: int, item: Item) -> Lanes:
    """The product, with mantissas and exponents apart, so that nothing overflows."""
    exponent = Accumulator(body, constant(body, 0, BITS))

    def step(p: Lanes, j: Any) -> Lanes:
        m, e = frexp(item(j))
        p, shift = frexp(p * m)
        exponent.set(bits(bits(exponent.get(), "add", e), "add", shift))
        return p

    p = each(body, 1.0, count, step)
    return scaled(p, between(exponent.get(), -1200, 1200))


def norm(body: Body, count: int, item: Item) -> Lanes:
    """The length, with numbers scaled by the power of two that brings the largest near 1; inf wins over NaN."""

    def larger(z: Lanes, j: Any) -> Lanes:
        x = abs(item(j))
        return (x > z).select(x, z)

    def with_square(z: Lanes, j: Any) -> Lanes:
        x = item(j) * scale
        return x.fused(x, z)

    largest = each(body, 0.0, count, larger)
    scale = power_of_two(between(bits(constant(body, 0, BITS), "sub", frexp(largest)[1]), -1000, 1000))
    squares = each(body, 0.0, count, with_square)
    return (largest < math.inf).select(squares.call("sqrt") / scale, largest)


def logsumexp(body: Body, count: int, item: Item) -> Lanes:
    """m + log(1 + s), where s is the sum of exp(x - m) over all but one greatest x, m."""
    m = greatest(body, count, item)
    ties = Accumulator(body, constant(body, -1.0))

    def step(s: Lanes, j: Any) -> Lanes:
        d = item(j) - m
        is_greatest = UFUNCS["equal"](d, constant(body, 0.0))
        ties.set(ties.get() + is_greatest)
        return s + is_greatest.select(0.0, UFUNCS["exp"](d))

    s = each(body, 0.0, count, step)
    return (abs(m) < math.inf).select(m + UFUNCS["log1p"](s + ties.get()), m)


FOLD_CODE: dict[str, Callable[[Body, int, Item], Lanes]] = {
    "sum": total,
    "mean": mean,
    "max": greatest,
    "prod": product,
    "norm": norm,
    "logsumexp": logsumexp,
}

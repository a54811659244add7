"""Lanes: a vector of numbers in the machine code being generated, which NumPy functions accept as an array.

A kernel written for NumPy runs on `Lanes` unchanged and emits its instructions: ufuncs arrive in `__array_ufunc__`, and
write to `out` by giving it another value. So a formula is written only once, for both executors.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy

from autograd.compiler.llvm.text import Body, number
from autograd.compiler.rolling.rolled import Count

DOUBLE, BOOLEAN, BITS = "double", "i1", "i64"
DTYPES = {DOUBLE: numpy.dtype(float), BOOLEAN: numpy.dtype(bool), BITS: numpy.dtype(numpy.int64)}

UFUNCS: dict[str, Callable[..., Lanes]] = {}  # by NumPy's name; see `operations`


class Unsupported(Exception):
    """A function for which there is no machine code."""


def _operator(name: str) -> tuple[Callable[[Any, Any], Lanes], Callable[[Any, Any], Lanes]]:
    return lambda x, y: UFUNCS[name](x, lifted(x, y)), lambda y, x: UFUNCS[name](lifted(y, x), y)


class Lanes:
    """One number, boolean or 64 bits in every lane; `where` marks the lanes that a kernel selected."""

    __slots__ = ("body", "name", "kind", "known", "where", "parent", "opposite")

    def __init__(self, body: Body, name: str, kind: str = DOUBLE, known: float | None = None) -> None:
        self.body, self.name, self.kind = body, name, kind
        self.known = known  # the number in all lanes, if it is constant
        # The instruction for the opposite of a comparison: comparing again costs a machine less than negating.
        self.opposite = ""
        self.where: Lanes | None = None
        self.parent: Lanes | None = None  # the lanes whose bits these are

    @property
    def type(self) -> str:
        return f"<{self.body.lanes} x {self.kind}>"

    def __str__(self) -> str:
        return f"{self.type} {self.name}"

    def become(self, other: Any) -> None:
        """Take another value, as an array does that is written to."""
        value = like(self, other, self.kind)
        self.name, self.known, self.opposite = value.name, value.known, value.opposite
        if self.parent is not None:
            self.parent.name = value.bitcast(DOUBLE).name

    @property
    def numbers(self) -> Lanes:
        """These lanes as numbers; booleans become 0 and 1."""
        return like(self, self)

    def bitcast(self, kind: str) -> Lanes:
        """The same bits as another kind."""
        target = f"<{self.body.lanes} x {kind}>"
        return Lanes(self.body, self.body.new(f"bitcast {self} to {target}"), kind)

    def other(self, text: str, kind: str = DOUBLE) -> Lanes:
        """The value of another instruction in this function."""
        return Lanes(self.body, self.body.new(text), kind)

    def call(self, intrinsic: str, *more: Any) -> Lanes:
        """An LLVM intrinsic of this and other numbers."""
        operands = [self, *[like(self, x) for x in more]]
        full = f"llvm.{intrinsic}.v{self.body.lanes}f64"
        name = self.body.module.declare(self.type, full, *[x.type for x in operands])
        return self.other(f"call {self.body.flags}{self.type} {name}({', '.join(map(str, operands))})")

    def fused(self, factor: Any, term: Any) -> Lanes:
        """self · factor + term, rounded once where the machine can."""
        return self.call("fmuladd", factor, term)

    def horner(self, coefficients: Any) -> Lanes:
        """A polynomial of this number, leading coefficient first."""
        first, *others = coefficients
        p = like(self, first)
        for c in others:
            p = p.fused(self, c)
        return p

    def select(self, a: Any, b: Any) -> Lanes:
        """a in lanes where this holds, else b."""
        kinds = {x.kind for x in (a, b) if isinstance(x, Lanes)}
        kind = kinds.pop() if len(kinds) == 1 else DOUBLE
        yes, no = like(self, a, kind), like(self, b, kind)
        return self.other(f"select {self}, {yes}, {no}", kind)

    # --- NumPy's array interface

    @property
    def shape(self) -> tuple[int, ...]:
        return ()

    def __float__(self) -> float:
        if self.known is None:
            raise TypeError("these lanes are not constant")
        return self.known

    item = __float__

    @property
    def dtype(self) -> Any:
        return DTYPES[self.kind]

    def view(self, kind: Any) -> Lanes:
        """The bits of these numbers; writing to them writes to the numbers."""
        bits = self.bitcast(BITS) if self.name else Lanes(self.body, "", BITS)
        bits.parent = self
        return bits

    def __getitem__(self, where: Lanes) -> Lanes:
        part = Lanes(self.body, self.name, self.kind, self.known)
        part.where = where
        return part

    def __setitem__(self, where: Any, value: Any) -> None:
        self.become(value if where is Ellipsis else where.select(value, self))

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **options: Any) -> Any:
        if method != "__call__":  # a reduction: the numbers are not known yet, and may be anything
            return math.inf
        asked = next((x.where for x in inputs if isinstance(x, Lanes) and x.where is not None), None)
        name = ufunc.__name__.removesuffix(" (vectorized)")
        if name != ufunc.__name__:  # first, since an operation may share its name with a ufunc
            result = UFUNCS["engine"](name, asked, *inputs)
        elif name in UFUNCS:
            result = UFUNCS[name](*[lifted(self, x) for x in inputs])
        else:
            raise Unsupported(f"LLVM has no numpy.{name}")
        result.where = asked
        if out is None:
            return result
        (target,) = out
        where = options.get("where", True)
        target.become(result if where is True else where.select(result, target))
        return target

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if function not in FUNCTIONS:
            raise Unsupported(f"LLVM has no numpy.{function.__name__}")
        return FUNCTIONS[function](*args, **kwargs)

    # --- operators, for formulas without NumPy

    __add__, __radd__ = _operator("add")
    __sub__, __rsub__ = _operator("subtract")
    __mul__, __rmul__ = _operator("multiply")
    __truediv__, __rtruediv__ = _operator("divide")
    __lt__, __le__ = _operator("less")[0], _operator("less_equal")[0]
    __gt__, __ge__ = _operator("greater")[0], _operator("greater_equal")[0]

    def __neg__(self) -> Lanes:
        return UFUNCS["negative"](self)

    def __abs__(self) -> Lanes:
        return self.call("fabs")


def constant(body: Body, x: Any, kind: str = DOUBLE) -> Lanes:
    """The same number in every lane."""
    one = number(float(x)) if kind == DOUBLE else str(int(x))
    return Lanes(body, f"<{', '.join([f'{kind} {one}'] * body.lanes)}>", kind, float(x))


def lifted(beside: Lanes, x: Any) -> Lanes:
    """x as lanes of the kind that its dtype has."""
    if isinstance(x, Lanes):
        return x
    x = numpy.asarray(x)
    return constant(beside.body, x.item(), {"b": BOOLEAN, "i": BITS}.get(x.dtype.kind, DOUBLE))


def like(beside: Lanes, x: Any, kind: str = DOUBLE) -> Lanes:
    """x as lanes of one kind: booleans become numbers, and vice versa."""
    if not isinstance(x, Lanes):
        return constant(beside.body, numpy.asarray(x).item(), kind)
    if x.kind == kind:
        return x
    if kind == DOUBLE:
        return x.other(f"{'uitofp' if x.kind == BOOLEAN else 'sitofp'} {x} to <{x.body.lanes} x {DOUBLE}>")
    if kind == BOOLEAN:
        return UFUNCS["not_equal"](x, constant(x.body, 0.0))
    raise TypeError(f"{x.kind} lanes are not {kind}")


def everywhere(body: Body, one: str, kind: str = DOUBLE) -> Lanes:
    """One LLVM value in all lanes."""
    lanes = body.lanes
    vector = f"<{lanes} x {kind}>"
    first = body.new(f"insertelement {vector} poison, {kind} {one}, i64 0")
    name = body.new(f"shufflevector {vector} {first}, {vector} poison, <{lanes} x i32> zeroinitializer")
    return Lanes(body, name, kind)


def counted(body: Body, count: Count, k: str | int) -> Lanes:
    """The number of step k in all lanes."""
    return everywhere(body, body.new(f"sitofp i64 {body.affine(count.first, (count.stride, k))} to double"))


def known(body: Body, x: Any) -> Lanes:
    """A constant operand in all lanes."""
    return constant(body, x, BOOLEAN if type(x) is bool else DOUBLE)


def present(body: Body, left: str | int) -> Lanes:
    """A mask of the first `left` lanes."""
    every = everywhere(body, str(left), BITS)
    return every.other(f"icmp sgt {every}, <{', '.join(f'i64 {i}' for i in range(body.lanes))}>", BOOLEAN)


def loaded(body: Body, address: str, align: str = "") -> Lanes:
    """The numbers at an address, one in each lane; `align` is needed if the address may not be aligned to vectors."""
    return Lanes(body, body.new(f"load <{body.lanes} x {DOUBLE}>, ptr {address}{align}"))


def add_to(address: str, x: Lanes) -> None:
    """Add x to the numbers at an address, lane by lane."""
    x.body.do(f"store {loaded(x.body, address) + x}, ptr {address}")


def across(x: Lanes) -> str:
    """The sum of all lanes, by halves, as one LLVM value."""
    body, width, name = x.body, x.body.lanes, x.name
    while width > 1:
        half = width // 2
        kind, parts = f"<{width} x double>", []
        for first in (0, half):
            mask = ", ".join(f"i32 {first + i}" for i in range(half))
            parts.append(body.new(f"shufflevector {kind} {name}, {kind} poison, <{half} x i32> <{mask}>"))
        name = body.new(f"fadd <{half} x double> {parts[0]}, {parts[1]}")
        width = half
    return body.new(f"extractelement <1 x double> {name}, i64 0")


def same(body: Body, pairs: Sequence[tuple[Lanes, Lanes]]) -> str:
    """Whether numbers have the same bits in all lanes, as one LLVM value."""
    if not pairs:
        return "true"
    equal = None
    for x, y in pairs:
        one = x.other(f"icmp eq {x.numbers.bitcast(BITS)}, {y.numbers.bitcast(BITS).name}", BOOLEAN)
        equal = one if equal is None else one.other(f"and {equal}, {one.name}", BOOLEAN)
    lanes = body.lanes
    if lanes == 1:
        return body.new(f"extractelement {equal}, i64 0")
    every = body.module.declare("i1", f"llvm.vector.reduce.and.v{lanes}i1", f"<{lanes} x i1>")
    return body.new(f"call i1 {every}({equal})")


def in_parts(operation: Callable[..., str], *operands: Lanes) -> Lanes:
    """Apply an operation to each native vector of the lanes, and join the results."""
    body, width = operands[0].body, operands[0].body.native
    parts = []
    for start in range(0, body.lanes, width):
        places = ", ".join(f"i32 {i}" for i in range(start, start + width))
        given = [body.new(f"shufflevector {x}, {x.type} poison, <{width} x i32> <{places}>") for x in operands]
        parts.append(body.new(operation(*given)))
    while len(parts) > 1:
        mask = f"<{2 * width} x i32> <{', '.join(f'i32 {i}' for i in range(2 * width))}>"
        kind = f"<{width} x double>"
        parts = [body.new(f"shufflevector {kind} {a}, {kind} {b}, {mask}") for a, b in zip(parts[::2], parts[1::2])]
        width *= 2
    return Lanes(body, parts[0])


def _copyto(out: Lanes, x: Any, casting: str = "", where: Any = True) -> None:
    out.become(x if where is True else where.select(x, out))


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    numpy.copyto: _copyto,
    numpy.where: lambda condition, a, b: condition.select(a, b),
    numpy.empty_like: lambda x, dtype=None: Lanes(x.body, "zeroinitializer"),
    numpy.broadcast_to: lambda x, shape: x,
    numpy.shape: lambda x: (),
    numpy.size: lambda x: 0 if x.known is None else 1,
    numpy.count_nonzero: lambda x: 1,  # there may be some
    numpy.result_type: lambda x: x.dtype,
    numpy.may_share_memory: lambda x, y: False,
}

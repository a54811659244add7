"""NumPy's ufuncs on lanes: each an instruction, a kernel of `elementary`, or a function of the platform's libraries."""

from __future__ import annotations

import math
from collections.abc import Callable

from autograd.compiler.llvm import elementary, libraries
from autograd.compiler.llvm.lanes import BITS, BOOLEAN, DOUBLE, UFUNCS, Lanes, constant, like


def _arithmetic(instruction: str) -> Callable[..., Lanes]:
    def apply(x: Lanes, y: Lanes) -> Lanes:
        x, y = x.numbers, y.numbers
        return x.other(f"{instruction} {x.body.flags}{x}, {y.name}")

    return apply


def _product(x: Lanes, y: Lanes) -> Lanes:
    """x·y; if one factor is a condition, a selection: only an adjoint's edge that may be absent has such a factor."""
    if (x.kind == BOOLEAN) == (y.kind == BOOLEAN):
        return _arithmetic("fmul")(x, y)
    return x.select(y, 0.0) if x.kind == BOOLEAN else y.select(x, 0.0)


OPPOSITE = {"olt": "uge", "ole": "ugt", "ogt": "ule", "oge": "ult", "oeq": "une", "une": "oeq", "uno": "ord"}


def _compared(condition: str) -> Callable[..., Lanes]:
    def apply(x: Lanes, y: Lanes) -> Lanes:
        if condition == "oeq" and x.opposite and y.known == 0.0:
            return x.other(x.opposite, BOOLEAN)
        x, y = x.numbers, y.numbers
        found = x.other(f"fcmp {condition} {x}, {y.name}", BOOLEAN)
        found.opposite = f"fcmp {OPPOSITE[condition]} {x}, {y.name}"
        return found

    return apply


def _logical(instruction: str) -> Callable[..., Lanes]:
    def apply(x: Lanes, y: Lanes) -> Lanes:
        x, y = like(x, x, BOOLEAN), like(y, y, BOOLEAN)
        return x.other(f"{instruction} {x}, {y.name}", BOOLEAN)

    return apply


def _intrinsic(name: str) -> Callable[..., Lanes]:
    return lambda x, *more: x.numbers.call(name, *more)


def _negative(x: Lanes) -> Lanes:
    x = x.numbers
    return x.other(f"fneg {x.body.flags}{x}")


def _isnan(x: Lanes) -> Lanes:
    return UFUNCS["unordered"](x, x)


def _greater_of(strict: str, loose: str) -> Callable[..., Lanes]:
    """The greater or the lesser: y if both are equal, NaN if either is; one comparison if an operand is known."""

    def apply(x: Lanes, y: Lanes) -> Lanes:
        x, y, condition = x.numbers, y.numbers, strict
        if x.known is not None:
            x, y, condition = y, x, loose
        chosen = x.other(f"fcmp u{condition} {x}, {y.name}", BOOLEAN).select(x, y)
        return chosen if y.known is not None and y.known == y.known else _isnan(y).select(y, chosen)

    return apply


def _sign(x: Lanes) -> Lanes:
    one = UFUNCS["equal"](x, constant(x.body, 0.0)).select(0.0, constant(x.body, 1.0).call("copysign", x))
    return _isnan(x).select(x, one)


def _divided(x: Lanes, y: Lanes) -> tuple[Lanes, Lanes]:
    """The remainder of fmod, and a mask of where it is not 0 and its sign is not that of y."""
    r = libraries.call("fmod", x, y)
    apart = _logical("xor")(r < 0.0, y < 0.0)
    return r, _logical("and")(apart, UFUNCS["not_equal"](r, constant(x.body, 0.0)))


def _remainder(x: Lanes, y: Lanes) -> Lanes:
    """The remainder as in Python, with the sign of y."""
    r, apart = _divided(x, y)
    zero = constant(x.body, 0.0)
    return UFUNCS["equal"](r, zero).select(zero.call("copysign", y), apart.select(r + y, r))


def _floor_divide(x: Lanes, y: Lanes) -> Lanes:
    """The quotient as in NumPy: (x - remainder) / y, nearly an integer, rounded; a zero has the sign of x / y."""
    quotient, zero = x / y, constant(x.body, 0.0)
    r, apart = _divided(x, y)
    n = (x - r) / y
    n = apart.select(n - 1.0, n)
    floor = n.call("floor")
    floor = (n - floor > 0.5).select(floor + 1.0, floor)
    z = UFUNCS["equal"](n, zero).select(zero.call("copysign", quotient), floor)
    return UFUNCS["equal"](y, zero).select(quotient, z)


def _own(kernel: Callable[[Lanes], Lanes]) -> Callable[[Lanes], Lanes]:
    return lambda x: libraries.shared(kernel.__name__, kernel, x.numbers)


def _library(name: str) -> Callable[..., Lanes]:
    return lambda *operands: libraries.call(name, *[x.numbers for x in operands])


def _cbrt(x: Lanes) -> Lanes:
    """The cube root, with one Newton step, since glibc's is up to 4 ulp off."""
    y = libraries.call("cbrt", x)
    z = y - (y - x / (y * y)) / 3.0
    return _isnan(z).select(x, z)


UFUNCS |= {
    "add": _arithmetic("fadd"),
    "subtract": _arithmetic("fsub"),
    "multiply": _product,
    "divide": _arithmetic("fdiv"),
    "negative": _negative,
    "positive": lambda x: Lanes(x.body, x.numbers.name, DOUBLE, x.known),
    "square": lambda x: x * x,
    "reciprocal": lambda x: 1.0 / x,
    "absolute": _intrinsic("fabs"),
    "sqrt": _intrinsic("sqrt"),
    "floor": _intrinsic("floor"),
    "ceil": _intrinsic("ceil"),
    "rint": _intrinsic("rint"),
    "copysign": _intrinsic("copysign"),
    "sign": _sign,
    "maximum": _greater_of("gt", "ge"),
    "minimum": _greater_of("lt", "le"),
    "remainder": _remainder,
    "floor_divide": _floor_divide,
    "degrees": lambda x: x * math.degrees(1.0),
    "radians": lambda x: x * math.radians(1.0),
    "less": _compared("olt"),
    "less_equal": _compared("ole"),
    "greater": _compared("ogt"),
    "greater_equal": _compared("oge"),
    "equal": _compared("oeq"),
    "not_equal": _compared("une"),
    "unordered": _compared("uno"),
    "isnan": _isnan,
    "isfinite": lambda x: abs(x) < math.inf,
    "logical_and": _logical("and"),
    "logical_or": _logical("or"),
    "logical_xor": _logical("xor"),
    "logical_not": lambda x: UFUNCS["logical_xor"](x, constant(x.body, True, BOOLEAN)),
    "bitwise_and": lambda x, y: x.other(f"and {x}, {y.name}", BITS),
    "engine": libraries.engine,
    "cbrt": _cbrt,
}
UFUNCS |= {name: _own(kernel) for name, kernel in elementary.FUNCTIONS.items()}
UFUNCS |= {name: _library(symbol) for name, symbol in libraries.NAMES.items() if name not in UFUNCS}

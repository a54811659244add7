"""exp, log and their relatives on lanes, without branches, so that several calls in one loop overlap.

Each is within 2.5 ulp of the true value over its domain, including subnormal arguments and results. The argument
reduction is by Cody and Waite, the logarithm is fdlibm's (Sun Microsystems, 1993, freely granted).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import zip_longest

from autograd.compiler.llvm.lanes import BITS, BOOLEAN, DOUBLE, Lanes, constant, in_parts, like

LOG2E = 1.4426950408889634
LN2_HIGH = 0.6931471805582987  # to 38 bits, so that products with exponents are exact
LN2_LOW = 1.6465949582897082e-12
ROUNDER = 1.5 * 2.0**52  # added to a number, it leaves the nearest integer in the low bits
ROUNDER_BITS = 0x4338000000000000
MANTISSA = 0x000FFFFFFFFFFFFF
ROOT_HALF_BITS = 0x3FE6A09E00000000  # a little below √½

# (exp(r) - 1 - r) / r² for |r| ≤ ln 2 / 2, leading coefficient first: interpolated at Chebyshev points, 1.3e-17 off.
EXP = (
    2.510038549551032e-08, 2.7620088445409746e-07, 2.7557268459997064e-06, 2.4801521295954376e-05,
    0.00019841269863053618, 0.0013888888917213717, 0.008333333333330062, 0.04166666666662413, 0.16666666666666669,
    0.5000000000000001,
)  # fmt: skip
# log(1 + f) = 2s + s·R(s²), s = f / (2 + f): R's coefficients, leading first.
LOG = (
    1.479819860511658591e-01, 1.531383769920937332e-01, 1.818357216161805012e-01, 2.222219843214978396e-01,
    2.857142874366239149e-01, 3.999999999940941908e-01, 6.666666666666735130e-01,
)  # fmt: skip


def bits(x: Lanes, operation: str, y: int | Lanes) -> Lanes:
    other = constant(x.body, y, BITS) if isinstance(y, int) else y
    return x.other(f"{operation} {x}, {other.name}", BITS)


def _polynomial(x: Lanes, coefficients: Sequence[float]) -> Lanes:
    """A polynomial, leading coefficient first, by pairs of terms (Estrin), so that few operations wait for others."""
    terms: list[Lanes | float] = [*reversed(coefficients)]
    while len(terms) > 1:
        pairs = zip_longest(terms[::2], terms[1::2])
        terms = [low if high is None else like(x, high).fused(x, low) for low, high in pairs]
        x = x * x
    return like(x, terms[0])


def _clamped(x: Lanes, low: float, high: float) -> Lanes:
    """x, clipped to two bounds; NaN stays NaN."""
    x = (x > high).select(high, x)
    return (x < low).select(low, x)


def _reduced(x: Lanes) -> tuple[Lanes, Lanes, Lanes]:
    """r, k, and k as an integer, where x = k ln 2 + r and |r| ≤ ln 2 / 2."""
    t = x.fused(LOG2E, ROUNDER)
    k = t - ROUNDER
    r = k.fused(-LN2_LOW, k.fused(-LN2_HIGH, x))
    return r, k, bits(t.bitcast(BITS), "sub", ROUNDER_BITS)


def power_of_two(k: Lanes) -> Lanes:
    """2**k for an integer k from -1022 to 1023."""
    return bits(bits(k, "add", 1023), "shl", 52).bitcast(DOUBLE)


def scaled(x: Lanes, k: Lanes) -> Lanes:
    """x · 2**k: one instruction in AVX-512, otherwise two steps, of which only the last can round."""
    if x.body.native == 8:
        part = "<8 x double>"
        name = x.body.module.declare(part, "llvm.x86.avx512.mask.scalef.pd.512", part, part, part, "i8", "i32")
        scale = f"call {part} {name}({part} {{}}, {part} {{}}, {part} zeroinitializer, i8 -1, i32 4)"
        return in_parts(scale.format, x, k.numbers)
    half = bits(k, "ashr", 1)
    return x * power_of_two(half) * power_of_two(bits(k, "sub", half))


def between(k: Lanes, low: int, high: int) -> Lanes:
    """An integer, clipped to two bounds."""
    for bound, condition in ((low, "sgt"), (high, "slt")):
        other = constant(k.body, bound, BITS)
        k = k.other(f"icmp {condition} {k}, {other.name}", BOOLEAN).select(k, other)
    return k


def frexp(x: Lanes) -> tuple[Lanes, Lanes]:
    """m and e, where x = m 2**e and m is from 1/2 to 1; for 0, infinities and NaN, x and 0."""
    size = abs(x)
    tiny = size < 2.0**-1022
    pattern = tiny.select(x * 2.0**54, x).bitcast(BITS)
    e = bits(bits(bits(pattern, "lshr", 52), "and", 0x7FF), "sub", 1022)
    e = tiny.select(bits(e, "sub", 54), e)
    m = bits(bits(pattern, "and", -(1 << 63) | MANTISSA), "or", 1022 << 52).bitcast(DOUBLE)
    zero = constant(x.body, 0, BITS)
    usual = x.other(f"fcmp one {size}, {constant(x.body, 0.0).name}", BOOLEAN)
    finite = size < math.inf
    return finite.select(usual.select(m, x), x), finite.select(usual.select(e, zero), zero)


def exp(x: Lanes) -> Lanes:
    r, _, k = _reduced(_clamped(x, -746.0, 710.0))
    return scaled((r * r).fused(_polynomial(r, EXP), r) + 1.0, k)


def expm1(x: Lanes) -> Lanes:
    """(p + (1 - 2**-k)) 2**k, where p is expm1(r); NaN at NaN, -0 at -0."""
    x = _clamped(x, -40.0, 710.0)
    r, _, k = _reduced(x)
    p = (r * r).fused(_polynomial(r, EXP), r)
    some = constant(x.body, 60, BITS)
    few = k.other(f"icmp slt {k}, {some.name}", BOOLEAN).select(k, some)  # 1 - 2**-60 is already 1
    z = scaled(p + (1.0 - power_of_two(bits(constant(x.body, 0, BITS), "sub", few))), k)
    return (abs(x) < 2.0**-54).select(x, z)


def _logarithm(u: Lanes, low: Lanes | None = None) -> Lanes:
    """log(u + low) for a finite u > 0 that is not subnormal, and a `low` that is small compared with it."""
    pattern = u.bitcast(BITS)
    e = bits(bits(pattern, "sub", ROOT_HALF_BITS), "ashr", 52)
    m = bits(pattern, "sub", bits(e, "shl", 52)).bitcast(DOUBLE)
    k = bits(e, "add", ROUNDER_BITS).bitcast(DOUBLE) - ROUNDER
    f = m - 1.0
    s = f / (f + 2.0)
    z = s * s
    square = f * f * 0.5
    small = s * (square + z * _polynomial(z, LOG)) + k * LN2_LOW
    if low is not None:
        small = small + low / u
    return k * LN2_HIGH - ((square - small) - f)


def log(x: Lanes) -> Lanes:
    tiny = x < 2.0**-1022
    u = tiny.select(x * 2.0**54, x)
    z = _logarithm(u)
    z = tiny.select(z - 54.0 * math.log(2.0), z)
    return _ends(x, 0.0, z)


def log1p(x: Lanes) -> Lanes:
    u = x + 1.0
    t = u - 1.0
    low = (1.0 - (u - t)) + (x - t)  # the rounding error of u
    z = _ends(u, 0.0, _logarithm(u, low))
    return (abs(x) < 2.0**-54).select(x, z)


def _ends(x: Lanes, pole: float, z: Lanes) -> Lanes:
    """A logarithm with its limits: -inf at the pole, NaN below it and at NaN, inf at inf."""
    z = (x > pole).select(z, math.nan)
    z = x.other(f"fcmp oeq {x}, {constant(x.body, pole).name}", BOOLEAN).select(-math.inf, z)
    return x.other(f"fcmp oeq {x}, {constant(x.body, math.inf).name}", BOOLEAN).select(math.inf, z)


def tanh(x: Lanes) -> Lanes:
    """-t / (t + 2), where t is expm1(-2|x|), with the sign of x."""
    t = expm1(_clamped(abs(x), 0.0, 22.0) * -2.0)
    return (-t / (t + 2.0)).call("copysign", x)


FUNCTIONS = {"exp": exp, "expm1": expm1, "log": log, "log1p": log1p, "tanh": tanh}

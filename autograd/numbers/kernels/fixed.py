"""Fixed-point arithmetic on ints, for places where floats cancel: v represents v / 2**bits.

Python multiplies ints of 160 bits in a tenth of a microsecond, ten times as fast as pairs of floats, and rounds a
quotient of ints to a float once and correctly, even if it is subnormal. A logarithm takes 4 microseconds, log Γ or
digamma 15, so kernels use this only where floats would be wrong. Errors are a few units in the last bit.
"""

from __future__ import annotations

import math
from math import inf

_KEPT = 512
_PI = int(
    "3243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c8"
    "9452821e638d01377be5466cf34e90c6cc0ac29b7c97c50dd3f84d5b5b5470917",
    16,
)
_LN2 = int(
    "b17217f7d1cf79abc9e3b39803f2f6af40f343267298b62d8a0d175b8baafa2b"
    "e7b876206debac98559552fb4afa1b10ed2eae35c138214427573b291169b825",
    16,
)
_GUARD = 24


def pi(bits: int) -> int:
    return _PI >> (_KEPT - bits)


def ln2(bits: int) -> int:
    return _LN2 >> (_KEPT - bits)


def fixed(x: float, bits: int) -> int:
    """A finite float in fixed point: exact if it is a multiple of 2**-bits, otherwise rounded down."""
    n, d = x.as_integer_ratio()
    return (n << bits) // d


def real(v: int, bits: int) -> float:
    """The nearest float."""
    try:
        return v / (1 << bits) if bits >= 0 else float(v << -bits)
    except OverflowError:
        return inf if v > 0 else -inf


def quotient(v: int, w: int) -> float:
    """v / w as the nearest float, for w > 0."""
    try:
        return v / w
    except OverflowError:
        return inf if v > 0 else -inf


# --- elementary functions --------------------------------------------------------------------------------------------


def exp(v: int, bits: int) -> tuple[int, int]:
    """exp(v) as a mantissa in [1, 2) and k: exp(v) = mantissa * 2**k."""
    inner = bits + _GUARD
    v <<= _GUARD
    k = v // ln2(inner)
    one = 1 << inner
    r = (v - k * ln2(inner)) >> 8  # below 2**-8, so that terms shrink fast; eight squarings undo it
    s = t = one
    i = 1
    while t:
        t = ((t * r) >> inner) // i
        s += t
        i += 1
    for _ in range(8):
        s = (s * s) >> inner
    return s >> _GUARD, k


def log(v: int, bits: int) -> int:
    """The natural logarithm of v > 0."""
    inner = bits + _GUARD
    n = v.bit_length()
    y = fixed(math.log(v / (1 << n)), inner)
    m, k = exp(-y, inner)
    # The float is off by log(1 + d), with d about 2**-53.
    d = ((m * v) >> (n - k)) - (1 << inner)
    s = t = d
    i = 2
    while t not in (0, -1):
        t = -((t * d) >> inner)
        s += t // i
        i += 1
    return (y + s + (n - bits) * ln2(inner)) >> _GUARD


def sin_cos_pi(v: int, bits: int) -> tuple[int, int]:
    """sin(πv) and cos(πv) for v in [-1/2, 1/2]."""
    inner = bits + _GUARD
    a = (v * pi(inner + 4)) >> (bits + 4)
    square = (a * a) >> inner
    s = t = a
    c = u = 1 << inner
    i = 1
    while u not in (0, -1):
        u = -((u * square) >> inner) // (i * (i + 1))
        t = -((t * square) >> inner) // ((i + 1) * (i + 2))
        c += u
        s += t
        i += 2
    return s >> _GUARD, c >> _GUARD


# --- the gamma function and its relatives ----------------------------------------------------------------------------


def bernoulli(count: int) -> list[tuple[int, int]]:
    """B₂, B₄, … as numerators and denominators, by tangent numbers, which are whole (Brent and Harvey 2013)."""
    tangents = [0, *map(math.factorial, range(count))]
    for k in range(2, count + 1):
        for j in range(k, count + 1):
            tangents[j] = (j - k) * tangents[j - 1] + (j - k + 2) * tangents[j]
    return [(-2 * k * (-1) ** k * tangents[k], 4**k * (4**k - 1)) for k in range(1, count + 1)]


BERNOULLI = bernoulli(60)


def _shift(v: int, bits: int) -> int:
    """The number of unit steps from v to where Stirling's series reaches 2**-bits in `bits` / 5 terms."""
    return max(0, bits // 5 - (v >> bits))


_STIRLING: dict[tuple[int, int], list[int]] = {}


def _terms(v: int, bits: int, powers: int) -> tuple[int, int]:
    """Sum of B2k / (2k (2k-1)**powers * v**(2k)), and 1 / v."""
    inverse = (1 << (2 * bits)) // v
    square = (inverse * inverse) >> bits
    coefficients = _STIRLING.get((bits, powers))
    if coefficients is None:
        coefficients = [(n << bits) // (d * 2 * i * (2 * i - 1) ** powers) for i, (n, d) in enumerate(BERNOULLI, 1)]
        _STIRLING[bits, powers] = coefficients
    s = 0
    t = square
    for c in coefficients:
        term = t * c >> bits
        s += term
        if -2 < term < 2:
            break
        t = (t * square) >> bits
    return s, inverse


def lgamma(v: int, bits: int) -> int:
    """log Γ(v) for v > 0."""
    inner = bits + _GUARD
    v <<= _GUARD
    product = 1 << inner
    for _ in range(_shift(v, inner)):
        product = (product * v) >> inner
        v += 1 << inner
    s, _ = _terms(v, inner, 1)
    half = 1 << (inner - 1)
    s = (s * v) >> inner
    s += ((v - half) * log(v, inner) >> inner) - v + (ln2(inner) + log(pi(inner), inner)) // 2
    return (s - log(product, inner)) >> _GUARD


def digamma(v: int, bits: int) -> int:
    """The derivative of log Γ(v) for v > 0."""
    inner = bits + _GUARD
    v <<= _GUARD
    one = 1 << (2 * inner)
    total = 0
    for _ in range(_shift(v, inner)):
        total -= one // v
        v += 1 << inner
    s, inverse = _terms(v, inner, 0)
    return (total + log(v, inner) - inverse // 2 - s) >> _GUARD


def zeta(s: int, v: int, bits: int) -> int:
    """The sum of (v + k)**-s over k = 0, 1, ..., for whole s > 1 and v > 0."""
    inner = bits + _GUARD
    v <<= _GUARD
    total = 0
    far = (bits // 5 + s // 2) << inner

    def inverse_power(n: int) -> int:
        power: int = v**n
        return (1 << (inner * (n + 1))) // power

    while v < far:
        t = inverse_power(s)
        if t == 0:
            return total >> _GUARD
        total += t
        v += 1 << inner
    inverse = inverse_power(1)
    square = (inverse * inverse) >> inner
    t = inverse_power(s - 1)
    total += t // (s - 1)
    t = (t * inverse) >> inner
    total += t // 2
    t = ((t * inverse) >> inner) * s
    for i, (n, d) in enumerate(BERNOULLI, 1):
        term = t * n // d // math.factorial(2 * i)
        total += term
        if -2 < term < 2:
            break
        t = ((t * square) >> inner) * (s + 2 * i - 1) * (s + 2 * i)
    return total >> _GUARD

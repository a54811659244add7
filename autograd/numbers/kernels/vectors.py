"""Float kernels on a sequence of floats (a tuple or list), total like those of `floats` if it is not empty."""

from __future__ import annotations

from collections.abc import Sequence
from math import copysign, exp, frexp, fsum, hypot, inf, isfinite, isinf, isnan, ldexp, log1p, nan, prod
from operator import mul

from autograd.numbers.kernels.floats import product_error, scale, without_size

_UNIT = 1 << 1074  # in units of 2**-1074 every finite float is a whole number


def _exact_total(xs: Sequence[float], n: int) -> float:
    """The correctly rounded sum(xs)/n, computed in ints; infinite and nan entries act as in a naive sum."""
    special = [x for x in xs if not isfinite(x)]
    if special:
        return sum(special)
    s = sum(map(_whole, xs))
    try:
        return s / (_UNIT * n)
    except OverflowError:
        return inf if s > 0 else -inf


def total(xs: Sequence[float]) -> float:
    """The correctly rounded sum."""
    try:
        return fsum(xs)
    except OverflowError:  # in a partial sum
        return _exact_total(xs, 1)
    except ValueError:  # infinities of both signs
        return nan


def mean(xs: Sequence[float]) -> float:
    if not xs:
        raise ValueError("the mean of no numbers")
    try:
        return fsum(xs) / len(xs)
    except OverflowError:
        return _exact_total(xs, len(xs))
    except ValueError:
        return nan


def dot(w: Sequence[float], x: Sequence[float], b: float) -> float:
    """w . x + b, with an error below eps times the sum of the terms' magnitudes."""
    try:
        z = fsum([*map(mul, w, x), b])
        if z - z == 0.0:
            return z
    except (OverflowError, ValueError):
        pass
    return _exact_dot(w, x, b)


def _exact_dot(w: Sequence[float], x: Sequence[float], b: float) -> float:
    """The correctly rounded w . x + b, computed in ints, for products too large for floats."""
    if not all(map(isfinite, (*w, *x, b))):
        return sum(map(mul, w, x), b)
    s = sum([_whole(u) * _whole(v) for u, v in zip(w, x)], _whole(b) * _UNIT)
    try:
        return s / (_UNIT * _UNIT)
    except OverflowError:
        return inf if s > 0 else -inf


def _whole(x: float) -> int:
    """A finite x in units of 2**-1074."""
    p, q = x.as_integer_ratio()
    return p * (_UNIT // q)


def _product(xs: Sequence[float]) -> tuple[float, float, int]:
    """The product of finite nonzero xs as p, low, k: p * (1 + low) * 2**k, for a tiny `low`."""
    p, low, k = 1.0, 0.0, 0
    for x in xs:
        m, s = frexp(x)
        q = p * m
        low += product_error(p, m, q) / q
        p, t = frexp(q)
        k += s + t
    return p, low, k


def product(xs: Sequence[float]) -> float:
    """The product, without intermediate overflow or underflow."""
    if 0.0 in xs or not all(map(isfinite, xs)):
        return prod(map(without_size, xs))
    p, low, k = _product(xs)
    return scale(p + p * low, k)


def products_of_others(xs: Sequence[float]) -> tuple[float, ...]:
    """For each entry the product of all the others."""
    p, low, k = _product([x for x in xs if isfinite(x) and x])
    p = abs(p)
    after = [1.0]
    for x in reversed(xs[1:]):
        after.append(after[-1] * without_size(x))
    before = 1.0
    products = []
    for x in xs:
        r = before * after.pop()
        before *= without_size(x)
        if abs(r) == 1.0:  # all other entries are finite and not 0
            m, s = frexp(x) if isfinite(x) and x else (1.0, 0)
            q = p / abs(m)
            r *= scale(q + q * low, k - s)
        products.append(r)
    return tuple(products)


def norm(xs: Sequence[float]) -> float:
    return hypot(*xs)


def directions(xs: Sequence[float]) -> tuple[float, ...]:
    """Each entry divided by the norm; all 0 at the zero vector."""
    n = hypot(*xs)
    if 1e-290 < n < inf:
        return tuple([x / n for x in xs])
    if any(map(isnan, xs)):
        return (nan,) * len(xs)
    if n == 0.0:
        return (0.0,) * len(xs)
    if inf in xs or -inf in xs:
        # A single infinite entry decides the direction; several have none.
        one = sum(map(isinf, xs)) == 1
        return tuple([(copysign(1.0, x) if one else nan) if isinf(x) else 0.0 for x in xs])
    k = 600 if n < 1.0 else -600
    return directions([ldexp(x, k) for x in xs])


def _exp_of_difference(x: float, m: float) -> float:
    """exp(x - m) for x <= m, corrected for the rounding of the difference."""
    d = x - m
    e = exp(d)
    if e == 0.0:
        return e
    t = d - x
    return e + e * ((x - (d - t)) - (m + t))


def _others(xs: Sequence[float], i: int) -> float:
    """The sum of exp(x_j - x_i) over all j != i, where x_i is the maximum."""
    m = xs[i]
    return fsum([_exp_of_difference(x, m) for j, x in enumerate(xs) if j != i])


def _top(xs: Sequence[float]) -> int:
    """The index of the maximum, or of a nan if there is one."""
    if any(map(isnan, xs)):
        return [*map(isnan, xs)].index(True)
    return xs.index(max(xs))


def logsumexp(xs: Sequence[float]) -> float:
    if not xs:
        raise ValueError("the logsumexp of no numbers")
    i = _top(xs)
    m = xs[i]
    if m - m != 0.0:
        return m
    s = log1p(_others(xs, i))
    r = m + s
    if m < 0.0 and s > 1.8 * abs(r):
        return _decimal_logsumexp(xs, i)
    return r


def _decimal_logsumexp(xs: Sequence[float], i: int) -> float:
    """m + log(1 + s) where the two nearly cancel, in 64 digits: 50 microseconds, and 20 more per entry."""
    from decimal import Context, Decimal

    context = Context(prec=64, Emin=-999999, Emax=999999, traps=[])
    m = Decimal(xs[i])
    s = Decimal(0)
    for j, x in enumerate(xs):
        if j != i and x > -2000.0:
            s = context.add(s, context.exp(context.subtract(Decimal(x), m)))
    if s < Decimal("1e-20"):
        # log(1 + s) by its series, since 1 + s would lose the digits of s.
        s2 = context.multiply(s, s)
        log = context.subtract(s, context.divide(s2, Decimal(2)))
        log = context.add(log, context.divide(context.multiply(s2, s), Decimal(3)))
    else:
        log = context.ln(context.add(Decimal(1), s))
    return float(context.add(m, log))


def softmax(xs: Sequence[float]) -> tuple[float, ...]:
    if not xs:
        return ()
    i = _top(xs)
    m = xs[i]
    if m - m != 0.0:
        if m == inf and xs.count(inf) == 1:
            return tuple([1.0 if x == inf else 0.0 for x in xs])
        return tuple([nan for x in xs])
    es = [_exp_of_difference(x, m) for x in xs]
    s = fsum(es)
    return tuple([e / s for e in es])


def softmax_rest(xs: Sequence[float]) -> float:
    """1 minus the softmax of the first entry."""
    p, *others = softmax(xs)
    return fsum(others) if others else p - p


def log_softmax_first(xs: Sequence[float]) -> float:
    """The logarithm of the softmax of the first entry."""
    i = _top(xs)
    x, m = xs[0], xs[i]
    if x == m:
        i = 0
    if m - m != 0.0:
        if m == inf and xs.count(inf) == 1:
            return 0.0 if x == inf else -inf
        return nan
    s = log1p(_others(xs, i))
    if i == 0:
        return 0.0 - s
    d = x - m
    if d == -inf:
        return d
    t = d - x
    return d + (((x - (d - t)) - (m + t)) - s)

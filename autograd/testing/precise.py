"""The second oracle: a derivative from values of the function on mpmath's numbers, to about fifty digits.

It confirms what the first one doubts. Where f does not run on such numbers, or runs through floats on the way, or no
limit shows, it says nothing.

The numbers are of a context of our own, which refuses to make floats of them: a derivative that f takes partly out of
`math.sin(x)` would be part of the truth, to fifty digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from autograd.forks import at_work
from autograd.primitives.table import Interval
from autograd.testing.domains import REALS

STEP = 60  # the step of a quotient is 10^-STEP of (the least operand over the greatest)², the width of a step of x // y
CLOSER = 8  # and a second step is so many digits smaller
DIGITS = (200, 700)  # of the working precision: more where f(x + h) - f(x) loses them,
MOST_DIGITS = 2400  # and these for the tiny steps beside far apart operands, since erf takes seconds in them
AGREE = 1e-20  # relative difference of the quotients of the two steps, where there is a limit
VANISH = 1e-3  # their ratio, where the limit is zero, or too small to show beside such steps:
DEEPER = 350  # the next are so many digits smaller, until no float is as small as the quotient
DIVERGE = 30.0  # their ratio, where there is none but infinity
BITS = (33, 41, 47, *range(50, 58), 60)  # a rounding may by chance be none: several, near those of a float
NEAR = range(50, 58)  # so near that in one of them at least f must give what it gives in floats
UNDEFINED = (ValueError, ArithmeticError)  # what f raises where it has no value,
UNSUITABLE = (TypeError, AttributeError, RuntimeError)  # and where it takes no such numbers; the last is PyTorch's
TRUE_BITS = 400  # and twice the digits between operands and 1, which f may lose to cancelling terms


@dataclass(frozen=True)
class Exact:
    """The derivatives from the left and the right as floats: NaN where f jumps, None for a side that says nothing;
    for both where f has a value here, but none beside it.
    """

    left: float | None
    right: float | None

    @property
    def value(self) -> float | None:
        """The derivative, where the two sides agree or there is one side only."""
        if self.left is None or self.right is None:
            return self.right if self.left is None else self.left
        return self.left if self.left == self.right or _near(self.left, self.right) else None

    @property
    def jumps(self) -> bool:
        """Whether f is discontinuous."""
        return any(side is not None and math.isnan(side) for side in (self.left, self.right))

    @property
    def hull(self) -> tuple[float, float] | None:
        """The interval between the sides."""
        sides = [side for side in (self.left, self.right) if side is not None]
        return (min(sides), max(sides)) if sides and not self.jumps else None


@cache
def context() -> Any:
    """The context of mpmath whose numbers are no floats, and have the methods that NumPy calls on objects."""
    with at_work:
        from mpmath import MPContext

        from autograd.numbers.precise import join_context
        from autograd.primitives.operators import METHODS

    mp = MPContext()

    def refuse(x: Any) -> float:
        raise TypeError("f makes a float of its operand")

    mp.mpf.__float__ = refuse
    for name, function in METHODS.items():
        setattr(mp.mpf, name, function)
    mp.mpf.__floor__, mp.mpf.__ceil__ = METHODS["floor"], METHODS["ceil"]
    join_context(mp)
    return mp


def as_float(x: Any) -> float:
    """One of its numbers, rounded."""
    from mpmath.libmp import to_float

    return float(to_float(x._mpf_, rnd="n"))


def precise_derivative(
    f: Callable[..., Any], x: Sequence[float], i: int = 0, domain: Interval = REALS, *, extra_digits: bool = False
) -> Exact | None:
    """∂f/∂xᵢ at x from the left and from the right; None where f says nothing on mpmath's numbers.

    `domain` is that of operand i: f is not called outside, and says nothing of a side that is. `extra_digits` asks for
    more from the start: inside f, a term may lose to a greater one all that it is made of, and leave no trace in f.

    >>> from autograd import exp
    >>> precise_derivative(exp, [0.0]).value
    1.0
    """
    mp = context()

    def moved(t: Any) -> list[Any]:
        operands: list[Any] = [mp.mpf(v) for v in x]
        operands[i] = t
        return operands

    def along(t: Any) -> Any:
        return _number(f, moved(t)) if t in domain else None

    def defined(t: Any) -> bool:
        return t in domain and _is_defined(f, moved(t))

    at, step = mp.mpf(x[i]), _step(x)
    precisions = (DIGITS if step > mp.mpf(10) ** -400 else (*DIGITS, MOST_DIGITS))[extra_digits:]
    sides = [_side(along, at, sign * step, precisions) for sign in (-1, 1)]
    if sides == [None, None] and not _is_isolated(defined, at, step, precisions[-1]):
        return None
    return Exact(*(side if side is None else as_float(side) for side in sides))


def precise_value(f: Callable[..., Any], x: Sequence[float]) -> float | None:
    """f at x; None where it says nothing on mpmath's numbers."""
    mp = context()
    with mp.workdps(DIGITS[0]):
        value = _number(f, [mp.mpf(v) for v in x])
        return None if value is None else as_float(value)


def _side(along: Callable[[Any], Any], x: Any, step: Any, precisions: Sequence[int]) -> Any:
    for digits in precisions:
        with context().workdps(digits):
            found = _one_sided(along, x, step, digits, digits == precisions[-1])
        if found is not None:
            return found
    return None


def _is_isolated(defined: Callable[[Any], bool], x: Any, step: Any, digits: int) -> bool:
    """Whether f has a value, but none next to it: (-1)**y is real for whole y only."""
    with context().workdps(digits):
        return defined(x) and not defined(x - step) and not defined(x + step)


def _number(f: Callable[..., Any], operands: list[Any]) -> Any:
    """f on mpmath's numbers; None where it raises, or gives no real number of theirs."""
    mp = context()
    try:
        value = f(*operands)
    except (*UNDEFINED, *UNSUITABLE):
        return None
    if isinstance(value, mp.mpf):
        return value if mp.isfinite(value) else None
    return mp.mpf(value) if isinstance(value, (int, float)) and math.isfinite(value) else None


def _is_defined(f: Callable[..., Any], operands: list[Any]) -> bool:
    """Whether f has a value: one that does not run on mpmath's numbers may have."""
    try:
        return bool(context().isfinite(f(*operands)))
    except UNDEFINED:
        return False
    except UNSUITABLE:
        return True


def _step(x: Sequence[float]) -> Any:
    mp = context()
    sizes = [mp.mpf(abs(v)) for v in x if v] + [mp.mpf(1)]
    return (min(sizes) / max(sizes)) ** 2 * mp.mpf(10) ** -STEP


def _one_sided(along: Callable[[Any], Any], x: Any, step: Any, digits: int, last: bool) -> Any:
    mp = context()
    quotients = []
    for h in (step, step / mp.mpf(10) ** CLOSER):
        here, there = along(x), along(x + h)
        if here is None or there is None:
            return None
        difference = there - here
        if abs(difference) <= abs(here) * mp.mpf(10) ** (30 - digits) and not last:
            return None  # too few digits left of it, if any
        quotients.append(difference / h)
    wide, close = quotients
    if abs(wide - close) <= AGREE * abs(wide):
        return close
    if not last:
        return None  # the rounding of greater terms inside f would look like a jump
    if max(abs(wide), abs(close)) < math.ulp(0.0):
        return mp.mpf(0)
    growth = abs(close / wide) if wide else 0
    if growth < VANISH:
        if abs(close) < math.ulp(0.0):
            return mp.mpf(0)
        with mp.workdps(MOST_DIGITS):
            return _one_sided(along, x, step / mp.mpf(10) ** DEEPER, MOST_DIGITS, True)
    if growth > 0.5 * 10**CLOSER:
        return mp.nan
    return mp.sign(close) * mp.inf if growth > DIVERGE else None


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-14 * max(abs(a), abs(b)) + 4 * math.ulp(0.0)


def rounding_of(derivatives: Callable[[list[Any]], Sequence[Any]], x: Sequence[float]) -> list[float] | None:
    """How far rounding in floats may move each of the derivatives at x: what it does in about as many bits, scaled.

    Infinity where it is lost in as many: there f is so unsteady that rounding decides whether it has a derivative.
    None where they cannot be computed on mpmath's numbers.
    """
    mp = context()
    operands = [mp.mpf(v) for v in x]
    compute = partial(_derivatives, derivatives, operands)
    with mp.workprec(_true_bits(x)):
        truth = compute()
    if truth is None:
        return None
    moved: dict[int, list[float]] = {}
    for bits in BITS:
        with mp.workprec(bits):
            found = compute()
        if found is not None and not any(map(mp.isnan, found)):
            moved[bits] = [0.0 if a == b else as_float(abs(a - b)) * 2.0 ** (bits - 53) for a, b in zip(found, truth)]
    if moved.keys().isdisjoint(NEAR):
        return [math.inf] * len(truth)
    return list(map(max, zip(*moved.values())))


def _true_bits(x: Sequence[float]) -> int:
    exponents = [math.frexp(v)[1] for v in x if v and math.isfinite(v)]
    return TRUE_BITS + 2 * (max([1, *exponents]) - min([1, *exponents]))


def _derivatives(derivatives: Callable[[list[Any]], Sequence[Any]], operands: list[Any]) -> list[Any] | None:
    mp = context()
    try:
        return [mp.mpf(d) for d in derivatives(operands)]
    except (ValueError, ArithmeticError, TypeError, AttributeError):
        return None

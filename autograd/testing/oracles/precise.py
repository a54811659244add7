"""The second oracle: a derivative from values of the function on mpmath numbers, to about fifty digits.

It confirms results that the first oracle doubts. It gives no answer if f does not run on such numbers, computes with
floats in between, or shows no limit.

The numbers belong to a separate mpmath context that refuses to convert them to floats: otherwise a derivative computed
partly by `math.sin(x)` would count as true to fifty digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from autograd.forks import at_work
from autograd.primitives.table import Interval
from autograd.testing.arguments.domains import REALS

STEP = 60  # the step is 10^-STEP of (least operand / greatest)², which is the width of a step of x // y
CLOSER = 8  # the second step is smaller by this many digits
DIGITS = (200, 700)  # working precisions: the second if f(x + h) - f(x) loses digits
MOST_DIGITS = 2400  # for tiny steps between operands of very different size; erf takes seconds at this precision
AGREE = 1e-20  # relative difference between the quotients of both steps, if there is a limit
VANISH = 1e-3  # their ratio if the limit is zero, or too small to show at such steps:
DEEPER = 350  # the next steps are smaller by this many digits, until the quotient is below any float
DIVERGE = 30.0  # their ratio if the only limit is infinity
BITS = (33, 41, 47, *range(50, 58), 60)  # one precision may be exact by chance: several, near a float's
FLOAT_BITS = range(50, 58)  # f must give its float value in at least one of these
UNSUITABLE = (TypeError, AttributeError, RuntimeError)  # if f does not take such numbers; RuntimeError is PyTorch's
TRUE_BITS = 400  # plus twice the digits between operands and 1, which cancelling terms may lose


@dataclass(frozen=True)
class Exact:
    """The left and right derivatives as floats: NaN where f jumps, None for a side that gives no answer.

    Both are None if f has a value here but none next to it.
    """

    left: float | None
    right: float | None

    @property
    def value(self) -> float | None:
        """The derivative, if both sides agree or only one has an answer."""
        if self.left is None or self.right is None:
            return self.right if self.left is None else self.left
        return self.left if self.left == self.right or _near(self.left, self.right) else None

    @property
    def jumps(self) -> bool:
        """Whether f is discontinuous."""
        return any(side is not None and math.isnan(side) for side in (self.left, self.right))

    @property
    def hull(self) -> tuple[float, float] | None:
        """The interval between both sides."""
        sides = [side for side in (self.left, self.right) if side is not None]
        return (min(sides), max(sides)) if sides and not self.jumps else None


@cache
def context() -> Any:
    """An mpmath context whose numbers have the methods that NumPy calls on objects.

    Inside f its numbers do not convert to floats. Afterwards they do, since f may cache them for its next calls. They
    hash differently from floats and from numbers of another precision, so caches keep these apart. A copy of a number
    is the number itself, and pickle keeps its digits; mpmath's own copies belong to `mpmath.mp`, which rounds them to
    15.
    """
    with at_work:
        from mpmath import MPContext

        from autograd.numbers.precise.mpf import join_context
        from autograd.primitives.operators import METHODS

    mp = MPContext()
    mp.inside = 0

    def outside(x: Any) -> float:
        if mp.inside:
            raise TypeError("f converts its operand to a float")
        return as_float(x)

    mp.mpf.__float__ = mp.mpf.__complex__ = mp.mpc.__complex__ = outside
    mp.mpf.__hash__ = lambda x: hash((x._mpf_, mp.prec, "mpf"))
    mp.mpf.__copy__ = mp.mpf.__deepcopy__ = lambda x, memo=None: x
    mp.mpf.__reduce__ = lambda x: (_unpickled, (x._mpf_,))
    for name, function in METHODS.items():
        setattr(mp.mpf, name, function)
    mp.mpf.__floor__, mp.mpf.__ceil__ = METHODS["floor"], METHODS["ceil"]
    join_context(mp)
    return mp


def _unpickled(digits: tuple[int, ...]) -> Any:
    return context().make_mpf(digits)


@contextmanager
def _inside_of_f() -> Iterator[None]:
    """Mark that f runs on the context's numbers."""
    context().inside += 1
    try:
        yield
    finally:
        context().inside -= 1


def as_float(x: Any) -> float:
    """Round a number of the context to a float."""
    from mpmath.libmp import to_float

    return float(to_float(x._mpf_, rnd="n"))


def precise_derivative(
    f: Callable[..., Any], x: Sequence[float], i: int = 0, domain: Interval = REALS, *, extra_digits: bool = False
) -> Exact | None:
    """∂f/∂xᵢ at x from the left and from the right; None if f gives no answer on mpmath numbers.

    `domain` is that of operand i: f is not called outside it, so a side outside it has no derivative. `extra_digits`
    starts at a higher precision: inside f, a larger term may absorb a smaller one without a trace in f.

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

    @cache
    def here(digits: int) -> Any:
        return along(at)

    def defined(t: Any) -> bool:
        return t in domain and _is_defined(f, moved(t))

    at, step = mp.mpf(x[i]), _step(x)
    precisions = (DIGITS if step > mp.mpf(10) ** -400 else (*DIGITS, MOST_DIGITS))[extra_digits:]
    sides = [_side(along, here, at, sign * step, precisions) for sign in (-1, 1)]
    if sides == [None, None] and not _is_isolated(defined, at, step, precisions[-1]):
        return None
    return Exact(*(side if side is None else as_float(side) for side in sides))


def precise_value(f: Callable[..., Any], x: Sequence[float]) -> float | None:
    """f at x; None if f gives no answer on mpmath numbers."""
    mp = context()
    with mp.workdps(DIGITS[0]), mp.workprec(max(mp.prec, _true_bits(x))):  # x mod y needs the digits in between
        value = _number(f, [mp.mpf(v) for v in x])
        return None if value is None else as_float(value)


def _side(along: Callable[[Any], Any], here: Callable[[int], Any], x: Any, step: Any, precisions: Sequence[int]) -> Any:
    for digits in precisions:
        with context().workdps(digits):
            found = _one_sided(along, here, x, step, digits, digits == precisions[-1])
        if found is not None:
            return found
    return None


def _is_isolated(defined: Callable[[Any], bool], x: Any, step: Any, digits: int) -> bool:
    """Whether f has a value here but none next to it: (-1)**y is real only for whole y."""
    with context().workdps(digits):
        return defined(x) and not defined(x - step) and not defined(x + step)


def _number(f: Callable[..., Any], operands: list[Any]) -> Any:
    """f on mpmath numbers; None if it raises or returns no finite real number."""
    mp = context()
    try:
        with _inside_of_f():
            value = f(*operands)
    except Exception:  # f has no value there, or does not take such numbers
        return None
    if isinstance(value, mp.mpf):
        return value if mp.isfinite(value) else None
    return mp.mpf(value) if isinstance(value, (int, float)) and math.isfinite(value) else None


def _is_defined(f: Callable[..., Any], operands: list[Any]) -> bool:
    """Whether f has a value; also true if f does not run on mpmath numbers, because it may have one."""
    try:
        with _inside_of_f():
            return bool(context().isfinite(f(*operands)))
    except UNSUITABLE:
        return True
    except Exception:  # raised by the user's function: it has no value there
        return False


def _step(x: Sequence[float]) -> Any:
    mp = context()
    sizes = [mp.mpf(abs(v)) for v in x if v] + [mp.mpf(1)]
    return (min(sizes) / max(sizes)) ** 2 * mp.mpf(10) ** -STEP


def _one_sided(
    along: Callable[[Any], Any], here: Callable[[int], Any], x: Any, step: Any, digits: int, last: bool
) -> Any:
    mp = context()
    at = here(digits)
    if at is None:
        return None
    quotients = []
    for h in (step, step / mp.mpf(10) ** CLOSER):
        there = along(x + h)
        if there is None:
            return None
        difference = there - at
        if abs(difference) <= abs(at) * mp.mpf(10) ** (30 - digits) and not last:
            return None  # too few of its digits are left
        quotients.append(difference / h)
    wide, close = quotients
    if abs(wide - close) <= AGREE * abs(wide):
        return close
    if not last:
        return None  # the rounding of larger terms inside f would look like a jump
    if max(abs(wide), abs(close)) < math.ulp(0.0):
        return mp.mpf(0)
    growth = abs(close / wide) if wide else 0
    if growth < VANISH:
        if abs(close) < math.ulp(0.0):
            return mp.mpf(0)
        with mp.workdps(MOST_DIGITS):
            return _one_sided(along, here, x, step / mp.mpf(10) ** DEEPER, MOST_DIGITS, True)
    if growth > 0.5 * 10**CLOSER:
        return mp.nan
    return mp.sign(close) * mp.inf if growth > DIVERGE else None


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-14 * max(abs(a), abs(b)) + 4 * math.ulp(0.0)


def rounding_of(derivatives: Callable[[list[Any]], Sequence[Any]], x: Sequence[float]) -> list[float] | None:
    """How far float rounding may move each derivative at x: the change at similar precisions, scaled to a float's.

    Infinity if the derivatives have no value at any precision near a float's: rounding then decides whether they exist.
    None if they cannot be computed on mpmath numbers.
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
    if moved.keys().isdisjoint(FLOAT_BITS):
        return [math.inf] * len(truth)
    return list(map(max, zip(*moved.values())))


def _true_bits(x: Sequence[float]) -> int:
    exponents = [math.frexp(v)[1] for v in x if v and math.isfinite(v)]
    return TRUE_BITS + 2 * (max([1, *exponents]) - min([1, *exponents]))


def _derivatives(derivatives: Callable[[list[Any]], Sequence[Any]], operands: list[Any]) -> list[Any] | None:
    mp = context()
    try:
        with _inside_of_f():
            return [mp.mpf(d) for d in derivatives(operands)]
    except (ValueError, ArithmeticError, TypeError, AttributeError):
        return None

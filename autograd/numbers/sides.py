"""Sided: a derivative at a kink, as a float that is the mean of its sides and also stores their deviations.

At 0, |x| has slope 1 on one side and -1 on the other. The mean slope is 0, but the mean of the squared slope is 1, as
the second derivative of |x|² needs. The same holds for the components of a vector's direction at the zero vector.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import hypot, isfinite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Form = dict[Any, float]  # an operand as a sum of parts, each with a factor


class Sided(float):
    """mean + Σ deviation · s, over independent random signs s = ±1 of mean 0, and over products of different signs.

    A sign is represented by 64 random bits. The code of a product is the XOR of its factors' codes, since s · s = 1.

    Sums and products keep the deviations. Any other operation uses only the mean.
    """

    __slots__ = ("deviations",)

    deviations: dict[Any, float]  # by code, or by a Component that computes its signs later

    def __add__(self, other: Any) -> Any:
        mean = float.__add__(self, other)
        if mean is NotImplemented:
            return mean
        deviations = dict(self.deviations)
        for sign, d in deviations_of(other).items():
            deviations[sign] = deviations.get(sign, 0.0) + d
        return sided(mean, deviations)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Any:
        mean = float.__mul__(self, other)
        if mean is NotImplemented:
            return mean
        theirs = deviations_of(other)
        if theirs:
            return _product(self, other)
        return sided(mean, {sign: d * float(other) for sign, d in self.deviations.items()})

    __rmul__ = __mul__

    def __neg__(self) -> Any:
        return self * -1.0

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __truediv__(self, other: Any) -> Any:
        mean = float.__truediv__(self, other)
        return (
            mean if mean is NotImplemented else sided(mean, {s: d / float(other) for s, d in self.deviations.items()})
        )


def sided(mean: float, deviations: dict[Any, float]) -> float:
    """The number with this mean and these deviations; the mean itself if they are all 0."""
    present = {sign: d for sign, d in deviations.items() if d}
    if not present:
        return mean
    made = Sided(mean)
    made.deviations = present
    return made


class Component:
    """One sided component of an operation at its kink; its signs are computed only in a product with another one."""

    __slots__ = ("at_kink", "place")

    def __init__(self, at_kink: Callable[[], Sequence[float]], place: int) -> None:
        self.at_kink = at_kink
        self.place = place

    def deviations(self) -> dict[Any, float]:
        """The deviations, by sign."""
        return deviations_of(self.at_kink()[self.place])


NO_SIGN = 0  # the code of 1, the product of no signs


def _product(x: Sided, y: Sided) -> float:
    theirs = _by_code(y).items()
    found: dict[int, float] = {}
    for sign, d in _by_code(x).items():
        for other, e in theirs:
            both = sign ^ other
            found[both] = found.get(both, 0.0) + d * e
    return sided(found.pop(NO_SIGN), found)


def _by_code(x: Sided) -> dict[int, float]:
    """A number as a sum of products of signs, including its mean."""
    found = {NO_SIGN: float(x)}
    for sign, d in x.deviations.items():
        parts = sign.deviations() if type(sign) is Component else {sign: 1.0}
        for known, factor in parts.items():
            found[known] = found.get(known, 0.0) + d * factor
    return found


def terms(x: Any) -> int:
    """The number of different products of signs that a number adds up."""
    return len(_by_code(x)) if type(x) is Sided else 1


def _code(sign: Any) -> int:
    """64 bits that depend on a sign as if they were random, by the last step of SplitMix64.

    Two different products share a code with probability 2⁻⁶⁴.
    """
    x = hash(sign) & ALL_BITS
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & ALL_BITS
    x = (x ^ x >> 27) * 0x94D049BB133111EB & ALL_BITS
    return x ^ x >> 31


ALL_BITS = 2**64 - 1


def deviations_of(x: Any) -> dict[Any, float]:
    """The deviations of a number's sides from its mean; empty for a plain number."""
    return x.deviations if type(x) is Sided else {}


# --- the sides at each kind of kink -------------------------------------------------------------

ONE = "1"  # the key of the constant part of a form


def direction(operands: Sequence[Form]) -> list[float]:
    """The direction of a zero vector: each component is 0, with either sign; multiples of one number share a sign."""
    multiples = [multiple({part: factor for part, factor in form.items() if part != ONE}) for form in operands]
    lengths: dict[Any, float] = {}
    for factor, number in multiples:
        lengths[number] = hypot(lengths.get(number, 0.0), factor)
    longest = max(lengths.values()) or 1.0
    vector = _ratios(lengths, longest)
    return [sided(0.0, {_code((vector, number)): factor and factor / lengths[number]}) for factor, number in multiples]


def greater(operands: Sequence[Form]) -> list[float]:
    """The derivatives of the greater of two equal operands: ½ each, with 1 and 0 on the sides."""
    x, y = operands
    (s,) = direction([{part: x.get(part, 0.0) - y.get(part, 0.0) for part in {**x, **y}}])
    return [0.5 + 0.5 * s, 0.5 - 0.5 * s]


def lesser(operands: Sequence[Form]) -> list[float]:
    """The derivatives of the lesser of two equal operands."""
    return greater(operands)[::-1]


def multiple(form: Form) -> tuple[float, Any]:
    """A form as a factor times a normalised form, which is the same for all multiples of a number, even negative ones.

    The same number computed in two ways differs by rounding, which also leaves factors of 1e-17 where terms cancel. A
    form that is 0 or not finite is a multiple of nothing.
    """
    largest = max(map(abs, form.values()), default=0.0)
    if not largest or not all(map(isfinite, form.values())):
        return 0.0, None
    leading = min([part for part, factor in form.items() if abs(factor) > LEADING * largest], key=hash)
    return form[leading], _ratios(form, form[leading])


LEADING = 0.2347  # factors that people write have no such ratio, so rounding does not decide which one leads


def _ratios(factors: Form, unit: float) -> frozenset[tuple[Any, int]]:
    """Nonzero factors relative to a unit, to nine digits; no ratio of small whole numbers is midway between steps."""
    ratios = [(part, round(factor / unit * 0.7390851332151607e9)) for part, factor in factors.items()]
    return frozenset([item for item in ratios if item[1]])


# The function that computes the sides at a kink, by the kink's `sides`.
SIDES = {"partials": direction, "value": direction, "greater": greater, "lesser": lesser}


def mean(x: Any) -> Any:
    """A number without its sides."""
    return float(x) if type(x) is Sided else x

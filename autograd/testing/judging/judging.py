"""Judges one derivative against the oracles: a verdict, or the kind of mismatch."""

from __future__ import annotations

import math
from dataclasses import dataclass

from autograd.testing.oracles.evidence import Evidence
from autograd.testing.oracles.noise import EPSILON, SAFETY, is_short
from autograd.testing.oracles.underflow import TINIEST
from autograd.testing.verdicts import Verdict

CONCLUSIVE = 1e-4  # largest bound, relative to the derivative: with a wider one a pass would mean nothing
TIGHT = 1e-9  # the bound for a derivative known to fifty digits, relative to the derivative
NEGLIGIBLE = 1e-6  # the bound for a derivative of zero, relative to what f could change by over |x|
IN_LOW_PRECISION = 0.1  # both limits for a low-precision f, such as float32: a pass then means no gross error
SURE = 0.5  # the largest bound of a mismatch, relative to the derivative: with a wider one it would prove nothing
GROSS = 0.1  # an error, relative to the derivative
MARGINAL = 100.0  # an error, in units of the bound
RIDDERS = "Ridders' extrapolation on floats"
MPMATH = "a difference quotient in fifty digits, by mpmath"


@dataclass(frozen=True)
class Judgement:
    """A verdict, or the kind of a mismatch, and the numbers that support it."""

    verdict: Verdict | None
    kind: str
    numeric: float
    bound: float
    left: float
    right: float
    oracle: str


def judge(analytic: float, evidence: Evidence) -> Judgement:
    """Compare a derivative with the results of the oracles."""
    if not math.isfinite(analytic):
        return _judge_infinite(analytic, evidence)
    first, second = (_by_digits, _by_floats) if evidence.precise_first else (_by_floats, _by_digits)
    found = first(analytic, evidence)
    if found is not None and first is _by_floats:
        if found.verdict is Verdict.KINK:
            confirmed = _by_digits(analytic, evidence)  # a kink, or only rounding?
            return confirmed if confirmed is not None and confirmed.verdict is not None else found
        if found.verdict is Verdict.PASS and evidence.estimate.unseen > found.bound:
            return _by_digits(analytic, evidence) or found  # may a power end a little beyond?
    if found is not None and found.verdict is not None:
        return found
    confirmed = second(analytic, evidence)
    if first is _by_digits and found is not None:
        return found
    if confirmed is not None and evidence.contradictory:
        if found is not None and confirmed.verdict is None:
            return found  # neither agrees
        return _judged(Verdict.DISAGREEMENT, evidence, RIDDERS)
    if confirmed is not None:
        return confirmed
    if evidence.jumps:
        return _judged(Verdict.DISCONTINUITY, evidence, RIDDERS)
    if found is not None and analytic == 0.0 and evidence.stands_still:
        return _judged(Verdict.INCONCLUSIVE, evidence, RIDDERS)
    if _nothing_is_left(abs(analytic), evidence):
        return _judged(Verdict.PASS, evidence, RIDDERS)
    if found is not None:
        excuse = _rounded(abs(analytic - found.numeric), abs(found.numeric), evidence)
        may_hide = excuse is None and abs(analytic) <= evidence.hidden
        if may_hide and (found.numeric == 0.0 or evidence.on_a_tooth):
            excuse = Verdict.INCONCLUSIVE
        return found if excuse is None else _judged(excuse, evidence, RIDDERS)
    if _is_within(analytic, evidence, NEGLIGIBLE * evidence.change):
        return _judged(Verdict.PASS, evidence, RIDDERS)  # whatever its rounding, which takes many values of f to see
    if _agrees_with_a_side(analytic, evidence):
        return _judged(Verdict.PASS, evidence, RIDDERS)
    slope = max(evidence.slope, evidence.slope_afar) if analytic == 0.0 else evidence.slope
    return _judged(_at_zero(analytic, evidence, slope), evidence, RIDDERS)


def judge_slope(slope: float, of_f: Evidence, of_gradient: Evidence, by_differences: bool) -> Judgement:
    """Judge the derivative of a supplied gradient, taken by the engine or by differences of the gradient itself.

    It is not compared where it is infinite, as for a power at its end. At a kink of the gradient any number between the
    slopes of the two sides is right, if their mean is the curvature of f.
    """
    infinite = math.isinf(slope) or (by_differences and not of_gradient.estimate.bound <= SURE * abs(slope))
    if infinite and of_gradient.diverges in ((-math.inf, math.inf) if by_differences else (slope,)):
        return _judged(Verdict.NOT_FINITE, of_gradient, RIDDERS)
    found = None if by_differences else judge(slope, of_f)
    if found is not None and found.verdict is not None:
        return found
    own = of_gradient.estimate
    of_f.doubt, of_f.scale = own.bound, max(of_f.scale, of_f.slope_afar)
    if by_differences and not own.bound <= max(CONCLUSIVE * abs(slope), NEGLIGIBLE * of_f.slope):
        return _judged(Verdict.INCONCLUSIVE, of_gradient, RIDDERS)
    mean = judge(own.value, of_f)
    low, high = sorted((own.left, own.right))
    if own.status == "kink" and mean.verdict is Verdict.PASS and low - own.bound <= slope <= high + own.bound:
        return _judged(Verdict.KINK, of_gradient, RIDDERS)
    return mean if found is None else found


def _judged(verdict: Verdict | None, evidence: Evidence, oracle: str, kind: str = "") -> Judgement:
    exact = evidence.exact if oracle == MPMATH else None
    if exact is None:
        e = evidence.estimate
        left, right = (
            (e.value, e.value) if e.status == "ok" else (e.left, e.right)
        )  # they differ by rounding, if at all
        bound = e.bound + (0.0 if verdict is Verdict.PASS else e.unseen)
        return Judgement(verdict, kind, e.value, bound, left, right, f"{RIDDERS}, {e.evaluations} values")
    value = math.nan if exact.value is None else exact.value
    left, right = (math.nan if side is None else side for side in (exact.left, exact.right))
    return Judgement(verdict, kind, value, TIGHT * abs(value) + 4 * TINIEST, left, right, MPMATH)


def _by_floats(analytic: float, evidence: Evidence) -> Judgement | None:
    """The verdict of the first oracle, or a mismatch for the second to confirm; None if it cannot tell."""
    e = evidence.estimate
    if not math.isfinite(e.bound):
        return None
    is_kink = e.status == "kink"
    low, high = sorted((e.left, e.right)) if is_kink else (e.value, e.value)
    error, size = max(low - analytic, analytic - high), max(abs(low), abs(high))
    bound = max(e.bound, TIGHT * size) + evidence.accuracy * abs(analytic) + evidence.doubt
    if error > bound:
        bound += evidence.unseen
    if error > bound + e.unseen and (bound <= SURE * size or bound <= CONCLUSIVE * abs(analytic)):
        return _judged(None, evidence, RIDDERS, _kind(error, max(size, abs(analytic)), bound))
    if error <= bound <= CONCLUSIVE * size or (error <= bound <= IN_LOW_PRECISION * size and evidence.low_precision):
        return _judged(Verdict.KINK if is_kink else Verdict.PASS, evidence, RIDDERS)
    return None


def _by_digits(analytic: float, evidence: Evidence) -> Judgement | None:
    """The verdict of the second oracle; None if it cannot tell."""
    exact = evidence.exact
    if exact is None:
        return None
    if exact.jumps:
        return _judged(Verdict.DISCONTINUITY, evidence, MPMATH)
    hull = exact.hull
    if hull is None:
        return None
    bound = TIGHT * max((abs(side) for side in hull if math.isfinite(side)), default=0.0) + 4 * TINIEST + evidence.doubt
    error = max(hull[0] - analytic, analytic - hull[1])
    if error <= bound:
        return _judged(Verdict.PASS if exact.value is not None else Verdict.KINK, evidence, MPMATH)
    if hull == (0.0, 0.0) and evidence.is_rounding_of_zero(analytic):
        return _judged(Verdict.PASS, evidence, MPMATH)
    left_over = evidence.given and (analytic == 0.0 or is_short(analytic))  # as of 1 - tanh(x)² at 25
    left_over = left_over and not evidence.estimate.unseen
    if left_over and _at_zero(analytic, evidence, evidence.size / evidence.reach) is Verdict.PASS:
        return _judged(Verdict.PASS, evidence, RIDDERS)
    excuse = _rounded(error, max(map(abs, hull)), evidence)
    if excuse is Verdict.INCONCLUSIVE and _nothing_is_left(max(abs(analytic), *map(abs, hull)), evidence):
        excuse = Verdict.PASS
    if excuse is not None:
        return _judged(excuse, evidence, MPMATH)
    if not evidence.confirm():
        return _by_digits(analytic, evidence)
    return _judged(None, evidence, MPMATH, _kind(error, max(abs(analytic), *map(abs, hull)), bound))


def _rounded(error: float, size: float, evidence: Evidence) -> Verdict | None:
    """The verdict on an error that the rounding of the derivative explains; None if rounding does not explain it."""
    rounding = SAFETY * evidence.rounding_for(error)
    if not error <= rounding:
        return None
    vague = rounding > max(CONCLUSIVE * size, NEGLIGIBLE * evidence.slope)
    return Verdict.INCONCLUSIVE if vague else Verdict.PASS


def _nothing_is_left(size: float, evidence: Evidence) -> bool:
    """Whether f and a derivative of this size are both 0 up to rounding: 1 + erf(x) has no digits left at -10."""
    return evidence.vanishes and size <= SAFETY * EPSILON * evidence.reach


def _at_zero(analytic: float, evidence: Evidence, slope: float) -> Verdict:
    """The verdict near zero, where no bound is small relative to the derivative, but one may be to a slope of f."""
    share = IN_LOW_PRECISION if evidence.low_precision else NEGLIGIBLE
    within = _is_within(analytic, evidence, share * max(slope, TINIEST))
    return Verdict.PASS if within and _tells(evidence.estimate.bound, analytic, evidence) else Verdict.INCONCLUSIVE


def _tells(bound: float, analytic: float, evidence: Evidence) -> bool:
    """Whether a bound excludes a gross error, or the derivative is 0 next to rounding or the variation of f here."""
    nothing = max(EPSILON * evidence.slope, NEGLIGIBLE * evidence.variation)
    return bound <= IN_LOW_PRECISION * abs(analytic) or abs(analytic) <= nothing


def _is_within(analytic: float, evidence: Evidence, limit: float) -> bool:
    """Whether a derivative agrees with the first oracle, to a bound that is small enough."""
    e = evidence.estimate
    return abs(analytic - e.value) <= e.bound + evidence.doubt <= limit


def _agrees_with_a_side(analytic: float, evidence: Evidence) -> bool:
    """Whether a derivative is surely that of one side: then it is right, or a choice at a kink, whatever the other."""
    for side in evidence.sides:
        bound = side.bound + side.unseen + evidence.doubt
        limit = max(CONCLUSIVE * abs(side.value), NEGLIGIBLE * evidence.slope)
        if abs(analytic - side.value) <= bound <= limit and _tells(bound, analytic, evidence):
            return True
    return False


def _judge_infinite(analytic: float, evidence: Evidence) -> Judgement:
    """Judge an infinity, right if quotients tend to it, or NaN, a mismatch unless f jumps or has no neighbours."""
    if evidence.isolated:
        return _judged(Verdict.NOT_FINITE, evidence, RIDDERS)
    exact = evidence.exact
    if (exact is not None and exact.jumps) or (exact is None and evidence.jumps):
        return _judged(Verdict.DISCONTINUITY, evidence, MPMATH)
    tends_to = [evidence.diverges] if exact is None else [exact.left, exact.right]
    if math.copysign(1.0, evidence.point[evidence.i]) < 0.0 == evidence.point[evidence.i]:
        tends_to += [-end for end in tends_to if end is not None]  # 1 / -0.0 is -inf, as IEEE 754 has it
    if analytic in tends_to:
        both = exact is not None and None not in tends_to and tends_to[0] != tends_to[1]
        return _judged(Verdict.KINK if both else Verdict.PASS, evidence, MPMATH)
    finite = (exact is not None and exact.hull is not None) or math.isfinite(evidence.estimate.bound)
    if analytic == analytic and not finite:
        return _judged(Verdict.INCONCLUSIVE, evidence, RIDDERS)  # as where the derivative grows like a logarithm
    return _judged(None, evidence, MPMATH, "non-finite")


def _kind(error: float, size: float, bound: float) -> str:
    return (
        "gross" if error > GROSS * size or math.isinf(error) else "marginal" if error <= MARGINAL * bound else "plain"
    )

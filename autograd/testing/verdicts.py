"""The results of a check: a verdict for each derivative, a report of all, and the error that says what is wrong."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from autograd.symbols.tables import html_table

if TYPE_CHECKING:
    from autograd.engine import Value
    from autograd.testing.judging.blame import Blame


class Verdict(Enum):
    """The result of checking one derivative; any other result is a GradientMismatch.

    >>> from autograd import relu
    >>> from autograd.testing import check_gradients
    >>> Verdict.KINK in check_gradients(relu, 0.0).counts
    True
    """

    PASS = "pass"  # inside the bound of the oracle
    KINK = "kink"  # left and right differ, or numbers tie, and the derivative lies between the slopes nearby
    INTERIOR_KINK = "interior kink"  # kinks inside f cancel: f is smooth here, but some of its operations are not
    DISCONTINUITY = (
        "discontinuity"  # f jumps, or from float to float next to a pole: there is no derivative to compare with
    )
    NOT_FINITE = "not finite"  # the point, the value, or every nearby value: derivatives are not compared
    RAISES = "raises"  # f raises the same exception on floats and on Values
    INCONCLUSIVE = "inconclusive"  # no oracle can tell
    DISAGREEMENT = "disagreement"  # the derivative of f on floats differs from that of f in fifty digits
    NOT_CHECKED = "not checked"  # the budget was used up before


# The verdicts that leave a derivative unverified. Without `grad=`, f on Values is at least compared with f on floats.
UNVERIFIED = {Verdict.INCONCLUSIVE, Verdict.DISAGREEMENT}
UNVERIFIED_GIVEN = UNVERIFIED | {Verdict.DISCONTINUITY, Verdict.NOT_FINITE, Verdict.NOT_CHECKED}
ADVICE = {
    Verdict.INCONCLUSIVE: (
        "rounding hides the slope of f here: no step of the differences gives a tight bound; choose another point, "
        "state accuracy= of f, or let domain= end where f has its end"
    ),
    Verdict.DISAGREEMENT: "f takes steps, each finer than floats; state accuracy= of f",
    Verdict.NOT_CHECKED: "the budget was spent before; allow more calls, or more time",
    Verdict.DISCONTINUITY: "f jumps here, or is singular within a few floats; choose another point",
    Verdict.NOT_FINITE: "f, or the point, is not finite; choose another point",
}


@dataclass(frozen=True)
class Check:
    """One derivative under test: which one, how it was computed, and the oracle's answer.

    `numeric` ± `bound` and the one-sided `left` and `right` come from the oracle; NaN means that it gives no answer.

    >>> from autograd import relu
    >>> from autograd.testing import check_gradients
    >>> check = check_gradients(relu, 0.0).checks[0]
    >>> check.what, check.mode, check.verdict.value, check.analytic, check.left, check.right
    ('∂f/∂x', 'reverse mode', 'kink', 0.0, 0.0, 1.0)
    """

    what: str
    mode: str
    verdict: Verdict | None  # None for a mismatch
    analytic: float = math.nan
    numeric: float = math.nan
    bound: float = math.nan
    left: float = math.nan
    right: float = math.nan
    oracle: str = ""

    def __str__(self) -> str:
        return f"{self.what} by {self.mode}: {self.analytic!r}; {self.known}"

    @property
    def known(self) -> str:
        """The oracle's answer in words."""
        if self._has_two_sides:
            return f"a kink: it should lie between {self.left!r} on the left and {self.right!r} on the right"
        return f"numeric {self.numeric!r} ± {self.bound:.1e}" if self.oracle else "not compared"

    @property
    def _has_two_sides(self) -> bool:
        differ = math.isnan(self.numeric) and self.left != self.right and not math.isnan(self.left + self.right)
        return differ or abs(self.left - self.right) > 2 * self.bound

    @property
    def sides(self) -> str:
        """The one-sided derivatives, if `known` does not already state them."""
        both = {"left": self.left, "right": self.right}
        return "" if self._has_two_sides else ", ".join(f"{side} {x!r}" for side, x in both.items() if x == x)


@dataclass(frozen=True)
class Report:
    """Every check of one call, or of many.

    >>> from autograd import relu
    >>> from autograd.testing import check_gradients
    >>> report = Report.of([check_gradients(relu, x) for x in (0.0, 1.0)])
    >>> print(report)
    6 checks: 3 kink, 3 pass
    >>> report.inconclusive
    0.0
    """

    checks: tuple[Check, ...] = ()

    @classmethod
    def of(cls, reports: Iterable[Report]) -> Report:
        """A report of all checks of several reports."""
        return cls(tuple(check for report in reports for check in report.checks))

    @property
    def counts(self) -> Counter[Verdict]:
        """The number of checks with each verdict."""
        return Counter(check.verdict for check in self.checks if check.verdict is not None)

    @property
    def inconclusive(self) -> float:
        """The share of checks that no oracle could decide."""
        return sum(self.counts[verdict] for verdict in UNVERIFIED) / max(len(self.checks), 1)

    def __str__(self) -> str:
        found = ", ".join(f"{count} {verdict.value}" for verdict, count in self.counts.most_common())
        return f"{len(self.checks)} checks: {found or 'none'}"

    def _repr_html_(self) -> str:
        """The HTML that a notebook shows: how many checks had each verdict."""
        rows = [[verdict.value, f"{count:,}"] for verdict, count in self.counts.most_common()]
        return html_table(rows, ["verdict", "checks"], f"{len(self.checks):,} checks")


@dataclass(eq=False)
class GradientMismatch(AssertionError):
    """A wrong derivative, or a value or exception that differs between kinds of number.

    `kind` is "gross", "plain" or "marginal" by the size of the error, or "non-finite", "value", "failure",
    "inconclusive", "kink" (of a rule), "law" or "machine". `blame` is the operation to blame, if one was found;
    `output` the graph that was checked, if any; `program` its source. `summary` is called only when the mismatch is
    shown: hypothesis creates hundreds that nobody sees. A copy, such as pickle makes, keeps the text but not the graph.

    >>> from autograd.testing import check_gradients
    >>> try:
    ...     check_gradients(lambda x: x * x, 1.5, grad=lambda x: 3 * x)
    ... except GradientMismatch as mismatch:
    ...     mismatch.kind, mismatch.point, mismatch.check.analytic
    ('gross', {'x': 1.5}, 4.5)
    """

    kind: str
    message: str
    point: dict[str, float]
    check: Check | None = None
    blame: Blame | None = None
    output: Value | None = None
    program: str = ""
    summary: Callable[[], str] | None = None
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join([self.message, *filter(None, [self.entries]), *self.notes])

    @cached_property
    def entries(self) -> str:
        """The lines that say which of many derivatives are wrong; empty for a single one."""
        try:
            return self.summary() if self.summary else ""
        except Exception:  # this calls the user's function again: if it fails, the message omits the entries
            return ""

    def __reduce__(self) -> tuple[Any, ...]:
        return GradientMismatch, (self.kind, str(self), self.point, self.check, None, None, self.program)


def raised(mismatch: GradientMismatch) -> Any:
    """Raise the mismatch, from a separate line for each kind: hypothesis tells failures apart by their lines."""
    __tracebackhide__ = True
    if mismatch.kind == "gross":
        raise mismatch
    if mismatch.kind == "plain":
        raise mismatch
    if mismatch.kind == "marginal":
        raise mismatch
    if mismatch.kind == "non-finite":
        raise mismatch
    if mismatch.kind == "value":
        raise mismatch
    if mismatch.kind == "failure":
        raise mismatch
    raise mismatch


def refuse_unverified(name: str, report: Report, unverified: set[Verdict]) -> None:
    """Raise a GradientMismatch, with the reason and a remedy, if no check of a report verified a derivative."""
    __tracebackhide__ = True
    if report.counts.keys() <= unverified:
        check = report.checks[0]
        assert check.verdict is not None
        text = f"{name}: no derivative was verified: {report}\n  as        {check}\n  because   {ADVICE[check.verdict]}"
        raised(GradientMismatch("inconclusive", f'{text}; or pass inconclusive="ok"', {}, check))

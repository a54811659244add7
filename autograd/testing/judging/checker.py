"""Runs one check of a function at a point: its values, then first and second derivatives, with a verdict for each."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

from autograd.engine import Value
from autograd.engine.graph import Graph
from autograd.testing.arguments.domains import domains_at, has_no_value
from autograd.testing.arguments.effort import Effort
from autograd.testing.arguments.functions import FIRST_ORDER, SECOND_ORDER, Function, by_reverse, plain
from autograd.testing.arguments.outputs import Weights
from autograd.testing.arguments.supplied import Supplied
from autograd.testing.judging.blame import Blame, composed_wrongly, find_blame
from autograd.testing.judging.cancelling_kinks import has_tie_between, right_beside
from autograd.testing.judging.comparing import slopes_of
from autograd.testing.judging.directions import ORACLE, Directions
from autograd.testing.judging.entries import wrong_first, wrong_second
from autograd.testing.judging.judging import MPMATH, TIGHT, Judgement, judge, judge_slope
from autograd.testing.judging.messages import explained, options_of
from autograd.testing.oracles.curvature import curvature
from autograd.testing.oracles.evidence import Evidence
from autograd.testing.oracles.noise import EPSILON
from autograd.testing.oracles.orders import SecondEvidence, first_evidence
from autograd.testing.verdicts import Check, GradientMismatch, Report, Verdict, raised

ALIKE = 1e-6  # relative: how far two calls of a supplied derivative may differ


class Checker:
    """One call of check_gradients; `given` is whether first derivatives are supplied."""

    def __init__(
        self,
        f: Callable[..., Any],
        args: tuple[Any, ...],
        supplied: dict[str, Callable[..., Any] | None],
        order: int = 1,
        modes: Sequence[str] = ("reverse", "forward"),
        domain: Any = None,
        accuracy: float = 0.0,
        static: Sequence[str] = (),
        effort: Effort | None = None,
    ) -> None:
        unknown = set(modes) - set(FIRST_ORDER)
        if unknown or isinstance(modes, str) or not modes:
            raise ValueError(f"check_gradients: modes must be some of {', '.join(FIRST_ORDER)}; got {modes!r}")
        multiplied = any(supplied.get(name) for name in ("vjp", "jvp"))
        self.function = Function(f, args, static, Weights(of_one=multiplied))
        if not self.function.flat:
            settings = ", ".join(sorted(self.function.settings))
            of = f"; settings, in static= or declared as int, are {settings}" if settings else ""
            raise ValueError(f"check_gradients: {self.function.name} has no number to differentiate by{of}")
        self.effort = effort or Effort(self.function.name)
        self.function.called = self.effort.call
        self.supplied = Supplied(self.function, supplied)
        self.given = bool(self.supplied.first)
        if order not in (1, 2):
            raise ValueError(f"check_gradients: order must be 1 or 2; got {order!r}")
        self.domains = domains_at(domain, self.function.parameters, self.function.args)
        for name, x, interval in zip(self.function.names, self.function.flat, self.domains):
            if x not in interval:
                raise ValueError(f"check_gradients: {name} = {x!r} is outside its domain {interval}")
        if not 0.0 <= accuracy < 1.0:
            raise ValueError(f"check_gradients: accuracy must be at least 0 and less than 1; got {accuracy!r}")
        self.order, self.modes, self.accuracy = order, modes, accuracy
        self.inputs: list[Value] = []
        self.options = options_of(self.supplied.functions, domain, order, static, accuracy)
        self.reached = 1  # the order of the derivatives being checked
        self.value: Any = None  # of f at the point, or its exception
        self.failure: Exception | None = None  # the exception of f, when derivatives are supplied
        self.output: Any = None
        self.evidence: dict[str, list[Evidence]] = {}  # by mode
        self.blame: Blame | None = None
        self.searched = False

    def report(self) -> Report:
        """Make every check, or raise the first mismatch."""
        __tracebackhide__ = True
        verdict = self._values()
        if verdict is not None:
            return Report((Check("f", "value", verdict),))
        first = self._first()
        report = Report((*first, *(self._second(first) if self.order == 2 or self.supplied.second else ())))
        if not self.effort.spent:
            self._refuse_change()
        return report

    # --- values

    def _values(self) -> Verdict | None:
        """Compare f on floats and on Values; return a verdict if there is nothing more to compare."""
        __tracebackhide__ = True
        function = self.function
        try:
            on_floats = self.value = _outcome(partial(function.remembered, *function.flat))
            self._refuse_change()
        except TypeError as error:
            if not (advice := function.advice(error)):
                raise
            raise TypeError(f"{error}: {advice}") from error
        if isinstance(on_floats, Exception) and (advice := function.advice(on_floats)):  # an IndexError from NumPy
            raise TypeError(f"{on_floats}: {advice}") from on_floats
        if self.given:
            if isinstance(on_floats, Exception):
                self.failure = on_floats
                return Verdict.RAISES
            return None if _finite([on_floats, *function.flat]) else Verdict.NOT_FINITE
        try:
            recorded = _outcome(partial(function.record, function.flat))
        except TypeError as error:
            if "is not a" not in str(error):
                raise
            raise TypeError(f"{error}; or pass grad= to check a derivative of your own") from error
        self.inputs, on_values = recorded if isinstance(recorded, tuple) else ([], recorded)
        if isinstance(on_floats, Exception) or isinstance(on_values, Exception):
            if type(on_floats) is type(on_values):
                return Verdict.RAISES
            self._raise("failure", f"on floats f gives {on_floats!r}, on Values {on_values!r}")
        self.output = on_values if isinstance(on_values, Value) else None
        value = float(plain(on_values))
        if not (value == on_floats or (value != value and on_floats != on_floats)) and not self._rounded(
            value, on_floats
        ):
            self._refuse_change()
            self._raise("value", f"on floats f is {on_floats!r}, on Values {value!r}")
        return None if _finite([value, *function.flat]) else Verdict.NOT_FINITE

    def _refuse_change(self) -> None:
        """Call f at the point again: it must give its first result, up to its accuracy or a few roundings."""
        __tracebackhide__ = True
        first, again = self.value, _outcome(partial(self.function.on_floats, *self.function.flat))
        numbers, rounded = isinstance(first, float) and isinstance(again, float), max(self.accuracy, 4 * EPSILON)
        if repr(first) == repr(again) or (numbers and math.isclose(first, again, rel_tol=rounded)):
            return
        remedy = "seed its random numbers, or reset what it keeps from call to call"
        self._raise("value", f"f is not deterministic: it gave {first!r}, then {again!r}; {remedy}")

    def _rounded(self, a: float, b: float) -> bool:
        """Whether the difference can be rounding error, as between two orders of summation."""
        if self.output is None:
            return False
        size = sum(abs(plain(v.data) * plain(d)) for v, d in Graph(self.output).adjoints().items())
        return bool(abs(a - b) <= 4 * EPSILON * size)

    # --- derivatives

    def _first(self) -> list[Check]:
        __tracebackhide__ = True
        function = self.function
        by_mode = self.supplied.first or {
            name: partial(derivatives, function)
            for mode in self.modes
            for name, derivatives in FIRST_ORDER[mode].items()
        }
        f = "(w·f)" if self.function.weights and self.function.weights.numbers else "f"
        directions = Directions(function.on_floats, function.flat, self.domains)
        checks = []
        for mode, derivatives in by_mode.items():
            evidence = self._evidence(mode)
            found = [float(d) for d in derivatives(function.flat)]
            if mode == "jvp=" and (broken := self.supplied.nonlinear(function.flat, found)):
                self._raise("law", f"jvp= is not linear in the tangents: {broken}")
            scale, verified = self._scale(found), set() if self.accuracy else directions.verified(found)
            for i, (name, analytic, about) in enumerate(zip(function.names, found, evidence)):
                about.scale, what = max(about.scale, scale), f"∂{f}/∂{name}"
                if i in verified:
                    checks.append(Check(what, mode, Verdict.PASS, analytic, oracle=ORACLE))
                elif self.effort.spent:
                    checks.append(Check(what, mode, Verdict.NOT_CHECKED, analytic))
                else:
                    checks.append(self._judged(what, mode, analytic, about))
        return checks

    def _scale(self, derivatives: Sequence[float]) -> float:
        """The largest change of f, by its derivatives, as one operand moves by |x|, or by 1 if |x| is less than 1."""
        changes = [abs(float(d)) * max(abs(x), 1.0) for d, x in zip(derivatives, self.function.flat)]
        return max(filter(math.isfinite, changes), default=0.0)

    def _evidence(self, mode: str) -> list[Evidence]:
        """The evidence for each ∂f/∂xᵢ; a supplied derivative is judged with its own rounding."""
        if not self.given:
            return self._known
        if mode not in self.evidence:
            derivatives = self.supplied.first[mode]
            self.evidence[mode] = [
                replace(about, supplied=partial(_entry, derivatives, i), given=True)
                for i, about in enumerate(self._known)
            ]
        return self.evidence[mode]

    @cached_property
    def _known(self) -> list[Evidence]:
        recorded = not self.given and self.output is not None
        known = first_evidence(self.function, self.domains)
        return [replace(about, accuracy=self.accuracy, recorded=recorded) for about in known]

    @cached_property
    def _matrix(self) -> SecondEvidence:
        """The evidence for supplied second derivatives."""
        gradient = next(iter(self.supplied.first.values()), None)
        return SecondEvidence(self.function, self.domains, gradient)

    def _second(self, first: list[Check]) -> list[Check]:
        """Check second derivatives, unless the first ones do not exist here (a kink) or are infinite."""
        __tracebackhide__ = True
        function = self.function
        for check in first:
            if check.verdict is not Verdict.PASS or not math.isfinite(check.analytic):
                verdict = Verdict.NOT_FINITE if check.verdict is Verdict.PASS else check.verdict
                return [Check("∂²f", "any mode", verdict)]
        self.reached = 2
        given = {**self.supplied.second, **(self.supplied.double if self.order == 2 else {})}
        checks = [self._second_by(name, derivatives, self._matrix) for name, derivatives in given.items()]
        if self.order == 2 and self.given:
            checks += [self._slopes(form) for form in self.supplied.first]
        elif self.order == 2:
            evidence = SecondEvidence(function, self.domains)
            for mode in self.modes:
                for name, derivatives in SECOND_ORDER[mode].items():
                    checks.append(self._second_by(name, partial(derivatives, function), evidence))
        return [check for part in checks for check in part]

    def _second_by(self, name: str, derivatives: Callable[..., Any], evidence: SecondEvidence) -> list[Check]:
        """Check one matrix of second derivatives."""
        __tracebackhide__ = True
        names = self.function.names
        compute = partial(derivatives, self.function.flat)
        matrix = compute() if name in self.supplied.matrices else _outcome(compute)
        if isinstance(matrix, Exception):
            self._raise("failure", f"f has first derivatives, but its second by {name} raise {matrix!r}")
        checks = []
        for i, line in enumerate(matrix):
            scale = self._scale(line)
            for j, analytic in enumerate(line):
                what, about = f"∂²f/∂{names[i]}∂{names[j]}", evidence[i, j]
                about.scale = max(about.scale, scale)
                if self.effort.spent:
                    checks.append(Check(what, name, Verdict.NOT_CHECKED, float(analytic)))
                else:
                    checks.append(self._judged(what, name, float(analytic), about, i))
        return checks

    def _slopes(self, form: str) -> list[Check]:
        """Check the derivatives of a supplied gradient: by the engine, or by differences if it runs on floats only."""
        __tracebackhide__ = True
        function, names = self.function, self.function.names
        own = SecondEvidence(function, self.domains, self.supplied.first[form], self.accuracy)
        matrix = self.supplied.differentiated(form, function.flat)
        mode = f"differences of {form}" if matrix is None else f"the derivative of {form}"
        known: dict[tuple[int, int], Evidence] = {}
        checks = []
        for i, j in itertools.product(range(len(names)), repeat=2):
            what = f"∂²f/∂{names[i]}∂{names[j]}"
            if self.effort.spent:
                checks.append(Check(what, mode, Verdict.NOT_CHECKED))
                continue
            place = min(i, j), max(i, j)
            if place not in known:
                known[place] = curvature(function, self.domains, *place, self.accuracy)
            slopes = [own[i, k].estimate.value for k in range(len(names))] if matrix is None else matrix[i]
            scale = max(self._scale(slopes), abs(own[i, j].floats(*function.flat)))
            known[place].scale = scale / max(abs(function.flat[j]), 1.0)
            found = judge_slope(slopes[j], known[place], own[i, j], by_differences=matrix is None)
            because = "" if found.verdict else _because(form, own[i, j].estimate.value, known[place])
            checks.append(self._concluded(what, mode, slopes[j], found, known[place], because))
        return checks

    def _judged(self, what: str, mode: str, analytic: float, about: Evidence, row: int | None = None) -> Check:
        __tracebackhide__ = True
        found = judge(analytic, about)
        verdict = found.verdict
        if verdict is Verdict.INCONCLUSIVE and self.given and about.is_beside_kink(analytic):
            verdict = Verdict.KINK
        if verdict in (None, Verdict.INCONCLUSIVE) and mode in self.supplied.first:
            self._refuse_noise(mode, analytic, about.i)
        if verdict is None:
            verdict = self._excused(analytic, found, about, row)
        own = row is not None and mode not in self.supplied.matrices
        if verdict is None and own and self.output is not None and self._blamed(2) is None:
            self.blame = composed_wrongly(self.output, mode, math.isfinite(analytic))
        return self._concluded(what, mode, analytic, replace(found, verdict=verdict), about)

    def _refuse_noise(self, mode: str, before: float, i: int) -> None:
        __tracebackhide__ = True
        again = float(self.supplied.first[mode](self.function.flat)[i])
        if not math.isclose(before, again, rel_tol=ALIKE) and again == again:
            self._raise(
                "value", f"{mode} is not deterministic: it gave {before!r}, then {again!r}; seed its random numbers"
            )

    def _concluded(
        self, what: str, mode: str, analytic: float, found: Judgement, about: Evidence, because: str = ""
    ) -> Check:
        """The check of a derivative; raises a mismatch."""
        __tracebackhide__ = True
        numbers = (found.numeric, found.bound, found.left, found.right)
        check = Check(what, mode, found.verdict, analytic, *numbers, found.oracle)
        if found.verdict is None:
            self._refuse_change()
            confirmed = "" if found.oracle == MPMATH or about.exact is None else f"; confirmed by {MPMATH}"
            sides = check.sides and f"\n  sides     {check.sides}"
            self._raise(found.kind, f"{check}{sides}\n  oracle    {found.oracle}{confirmed}{because}", check)
        return check

    def _excused(self, analytic: float, found: Judgement, about: Evidence, row: int | None) -> Verdict | None:
        """KINK where f has several slopes; INTERIOR_KINK if kinks cancel inside f and each operation is right."""
        sides = slopes_of(self.function, found, about) if self.given else []
        if sides and about.is_choice(analytic, sides, self.domains):
            return Verdict.KINK
        if self.output is None and self.given:
            self._record()
        if self.output is None or found.kind == "non-finite":
            return None
        sources = [self.inputs[k] for k in (about.i, row) if k is not None]
        if not has_tie_between(sources, self.output) or self._blamed(1 if row is None else 2) is not None:
            return None
        own = by_reverse(self.function, self.function.flat)[about.i] if row is None else analytic
        bound = 0.0 if math.isnan(found.bound) else found.bound  # 0 if the two sides differ
        alike = math.isclose(own, analytic, rel_tol=TIGHT, abs_tol=bound)  # modes add up in different orders
        excused = alike and right_beside(self.function, self.domains, about.i, row)
        return Verdict.INTERIOR_KINK if excused else None

    def _record(self) -> None:
        """Record the graph of f, if f runs on Values at all: with `grad=` it may be code of another framework."""
        try:
            self.inputs, output = self.function.record(self.function.flat)
        except Exception:  # the other framework may raise anything for a Value
            return
        self.output = output if isinstance(output, Value) else None

    def _blamed(self, order: int) -> Blame | None:
        if not self.searched and self.output is not None:
            self.searched, self.blame = True, find_blame(self.output, order)
        return self.blame

    def _raise(self, kind: str, message: str, check: Check | None = None) -> None:
        __tracebackhide__ = True
        function = self.function
        point = dict(zip(function.names, function.flat))
        mode = check.mode if check is not None else ""
        is_supplied = self.given or mode in self.supplied.matrices
        blame = None if is_supplied else self._blamed(self.order)
        claimed = check if is_supplied else None
        text, program = explained(
            function, kind, message, self.inputs, self.output, blame, claimed, self.options, self.reached
        )
        raised(GradientMismatch(kind, text, point, check, blame, self.output, program, self._table_of(mode)))

    def _table_of(self, mode: str) -> Callable[[], str] | None:
        """A function that writes the table of the wrong entries of a supplied derivative; None for any other."""
        if mode in self.supplied.first:
            return partial(wrong_first, self.supplied, mode, self._evidence(mode))
        return partial(wrong_second, self.supplied, mode, self._matrix) if mode in self.supplied.matrices else None


def _because(form: str, difference: float, of_f: Evidence) -> str:
    """Why the derivative of a supplied gradient is wrong, judged by the difference of the gradient itself."""
    if judge(difference, of_f).verdict is None:
        return f"\n  because   {form} is right at this point, but not beside it"
    hides = f"{form} does not show the engine all that it depends on"
    return f"\n  because   differences of {form} are {difference:.12g} here: {hides}"


def _entry(derivatives: Callable[..., list[float]], i: int, *numbers: float) -> float:
    """One of the derivatives at a point."""
    return derivatives(numbers)[i]


def _outcome(compute: Callable[[], Any]) -> Any:
    """The result, or the exception that means there is none."""
    try:
        return compute()
    except Exception as error:  # raised by the user's function
        if not has_no_value(error):
            raise
        return error


def _finite(numbers: Sequence[float]) -> bool:
    return all(map(math.isfinite, numbers))

"""gradcheck: turns a function into a hypothesis test of its own gradient."""

from __future__ import annotations

import functools
import inspect
import itertools
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from autograd.testing.arguments.constants import constants_of
from autograd.testing.arguments.domains import domain_of_each, is_domain
from autograd.testing.arguments.effort import Budget, Effort, limits
from autograd.testing.arguments.functions import silence
from autograd.testing.check import FUNCTION, Given, completed
from autograd.testing.judging.checker import Checker
from autograd.testing.judging.messages import IS_BOUND, argument
from autograd.testing.points import points
from autograd.testing.verdicts import ADVICE, UNVERIFIED, GradientMismatch, Report, Verdict, raised

DRAWN = "gradcheck_draws"  # the attribute that names the parameters with a domain, which are not fixtures
MOST_INCONCLUSIVE = 0.02  # share of the points of a test
NOTHING_COMPARED = {Verdict.RAISES, Verdict.NOT_FINITE}
SETTINGS = "_hypothesis_internal_use_settings"  # where hypothesis keeps a test's settings: there is no public attribute
SHRINKING = 200  # points tried after a failure to find a simpler one: each costs time


def without_explanation(own: settings, **options: Any) -> settings:
    """Settings without hypothesis' explain phase: the engine lines that a failure runs through explain nothing."""
    return settings(own, deadline=None, report_multiple_bugs=False,
                    phases=[phase for phase in own.phases if phase is not Phase.explain], **options)  # fmt: skip


def quietly(test: Any) -> Any:
    """Apply settings for a hypothesis test called as a function: it raises one exception and has no time limit."""
    return without_explanation(settings(), suppress_health_check=list(HealthCheck))(test)


def allow_fixtures(test: Any) -> None:
    """Allow function-scoped fixtures: to a gradcheck they are settings, the same at every point."""
    own = getattr(test, SETTINGS, None) or settings()
    allowed = [*own.suppress_health_check, HealthCheck.function_scoped_fixture]
    setattr(test, SETTINGS, settings(own, suppress_health_check=allowed))


def drawn_parameters(f: Callable[..., Any]) -> list[str]:
    """The parameters of f that a test draws: those without a default, except a method's `self`."""
    found = []
    try:
        parameters = inspect.signature(f).parameters.values()
    except ValueError as error:
        name = name_of(f)
        raise TypeError(f"gradcheck: {name} does not tell its parameters; check lambda x: {name}(x)") from error
    for place, p in enumerate(parameters):
        if p.kind is p.VAR_POSITIONAL:
            raise TypeError(f"gradcheck: *{p.name} does not say how many numbers to draw: write the parameters out")
        if p.default is p.empty and p.kind is not p.VAR_KEYWORD and (place or p.name != "self"):
            found.append(p.name)
    if not found:
        raise TypeError(f"gradcheck: {name_of(f)} has no parameter to draw")
    return found


def name_of(f: Callable[..., Any]) -> str:
    """The name of f in a message."""
    return getattr(f, "__name__", type(f).__name__).replace("<lambda>", "f")


def gradcheck(
    f: Callable[..., Any] | None = None,
    /,
    *,
    domain: Any = None,
    grad: Given = None,
    vjp: Given = None,
    jvp: Given = None,
    hessian: Given = None,
    hvp: Given = None,
    order: int = 1,
    modes: Sequence[str] = ("reverse", "forward"),
    accuracy: float = 0.0,
    budget: Budget = None,
) -> Any:
    """Turn f into a hypothesis test that checks its gradient over its domain; a decorator, with or without arguments.

    Every parameter without a default is drawn, except `self`, fixtures, and those supplied by pytest's `parametrize`.
    `domain` is one interval for all parameters, a dict by name, or a list with one per parameter. Structures of
    intervals draw structures of numbers: `{"w": [None] * 3}` draws lists of three numbers,
    `{"w": np.full((2, 3), "[-1, 1]")}` arrays. Points are drawn over the whole domain, at its ends, and at and between
    the constants that f and the supplied derivatives can see. `budget`, calls of f or a time like "30 s", ends the
    drawing. `grad`, `vjp`, `jvp`, `hessian`, `hvp` and the other options are those of check_gradients; the supplied
    derivatives get the same arguments as f, and those that pytest supplies by name. Hypothesis' own decorators
    (`settings`, `example`, `seed`) go above or below; no deadline applies. The test fails with a GradientMismatch, also
    if a check is inconclusive at over 2 % of its points.

    >>> from autograd import log
    >>> @gradcheck(domain="(0, inf)")
    ... def test_entropy(p):
    ...     return -p * log(p)
    >>> test_entropy()
    """
    supplied = {"grad": grad, "vjp": vjp, "jvp": jvp, "hessian": hessian, "hvp": hvp}
    if f is None:
        own = {"order": order, "modes": modes, "accuracy": accuracy, "budget": budget}
        return functools.partial(gradcheck, domain=domain, **supplied, **own)  # type: ignore[arg-type]  # options of several types
    if not callable(f):
        raise TypeError(f"gradcheck: expected a function, got {f!r}; a domain is given as @gradcheck(domain={f!r})")
    f, supplied = completed(f, supplied)
    function, domains = f, domain_of_each(domain, drawn_parameters(f))
    options = {"supplied": supplied, "order": order, "modes": modes, "accuracy": accuracy}
    limits(budget)  # an invalid budget is an error before any test runs

    @functools.wraps(_drawing_test(function, domains, {**options, "effort": Effort("")}, (), {}, []))
    def test(*fixed: Any, **parametrized: Any) -> None:
        __tracebackhide__ = True
        reports: list[tuple[str, Report]] = []
        effort = Effort(name_of(function), budget)
        drawing = _drawing_test(function, domains, {**options, "effort": effort}, fixed, parametrized, reports)
        for name, value in vars(test).items():  # set by hypothesis' decorators
            if name.startswith("hypothesis_") or (name.startswith("_hypothesis") and value is not None):
                setattr(drawing, name, value)
        own = getattr(drawing, SETTINGS, None) or settings()
        setattr(drawing, SETTINGS, without_explanation(own))
        drawing()
        refuse_inconclusive(name_of(function), reports)

    method = [p for p in inspect.signature(f).parameters.values() if p.name == "self"]
    test.__signature__ = inspect.Signature(method)  # type: ignore[attr-defined]  # pytest asks for it
    setattr(test, FUNCTION, function)
    setattr(test, DRAWN, [] if is_domain(domain) else list(domain if isinstance(domain, dict) else domains))
    pytest = sys.modules.get("pytest")
    return pytest.mark.gradcheck(test) if pytest else test


def _drawing_test(
    f: Callable[..., Any],
    domains: dict[str, Any],
    options: dict[str, Any],
    fixed: tuple[Any, ...],
    parametrized: dict[str, Any],
    reports: list[tuple[str, Report]],
) -> Any:
    """Make a hypothesis test of f that draws the parameters not given, and collects reports with their points."""
    domains = {name: part for name, part in domains.items() if name not in parametrized}
    at = _of_drawn(f, domains, fixed, parametrized)
    supplied = {name: one and supplied_at(one, fixed, parametrized) for name, one in options["supplied"].items()}
    passed: dict[str, tuple[str, Report]] = {}
    failed: set[str] = set()
    later = 0

    @functools.wraps(f)
    def check(**arguments: Any) -> None:
        nonlocal later
        __tracebackhide__ = True
        shown = ", ".join(f"{name}={argument(arguments[name])}" for name in domains)
        later += bool(failed)
        if shown in passed:
            reports.append(passed[shown])
        over = later > SHRINKING or options["effort"].spent
        if shown in passed or (over and shown not in failed):
            return
        options["effort"].points += 1
        try:
            args = tuple([arguments[name] for name in domains])
            with silence():
                report = Checker(at, args, **{**options, "supplied": supplied}, domain=list(domains.values())).report()
            passed[shown] = (f"@example({shown})", report)
            reports.append(passed[shown])
        except GradientMismatch as mismatch:
            failed.add(shown)
            mismatch.notes.append(f"  example   @example({shown})")
            raise

    check.__name__ = at.__name__
    if own := getattr(f, "__code__", None):  # pytest locates a failing test by its code
        first = own.co_firstlineno - (own.co_name == "<lambda>")  # the first line of `check` is a decorator
        checked: Any = check
        checked.__code__ = checked.__code__.replace(co_filename=own.co_filename, co_firstlineno=first)
    check.__signature__ = _signature(domains, inspect.Parameter.KEYWORD_ONLY)  # type: ignore[attr-defined]  # given asks
    constants = constants_of(f, *options["supplied"].values())
    return given(**{name: points(part, constants=constants) for name, part in domains.items()})(check)


def _of_drawn(
    f: Callable[..., Any], domains: dict[str, Any], fixed: tuple[Any, ...], parametrized: dict[str, Any]
) -> Callable[..., Any]:
    """f as a function of the drawn parameters, by position; the arguments that pytest supplies are filled in."""
    places = _places(f, domains)

    @functools.wraps(f)
    def at(*numbers: Any) -> Any:
        by_name = dict(zip(domains, numbers))
        placed = [by_name.pop(name) for name in places]
        return f(*fixed, *placed, **by_name, **parametrized)

    at.__name__ = name_of(f)
    setattr(at, IS_BOUND, bool(fixed or parametrized))
    at.__signature__ = _signature(domains, inspect.Parameter.POSITIONAL_OR_KEYWORD)  # type: ignore[attr-defined]  # inspect reads it
    return at


def supplied_at(f: Callable[..., Any], fixed: tuple[Any, ...], by_pytest: dict[str, Any]) -> Callable[..., Any]:
    """A supplied derivative as a function of the drawn arguments; `self` and pytest's arguments are filled in."""
    try:
        parameters = inspect.signature(f).parameters
    except ValueError:
        return f
    more = {name: value for name, value in by_pytest.items() if name in parameters}
    own = fixed if next(iter(parameters), "") == "self" else ()
    if not more:
        return functools.wraps(f)(lambda *numbers: f(*own, *numbers)) if own else f
    names = [name for name in parameters if name != "self" and name not in more]

    @functools.wraps(f)
    def called(*numbers: Any) -> Any:
        return f(*own, **dict(zip(names, numbers)), **more)

    return called


def _places(f: Callable[..., Any], names: Iterable[str]) -> list[str]:
    """The parameters passed to f by position: those before the first that is not drawn or is keyword-only."""
    parameters = [p for p in inspect.signature(f).parameters.values() if p.name != "self"]
    first = itertools.takewhile(lambda p: p.name in names and p.kind is not p.KEYWORD_ONLY, parameters)
    return [p.name for p in first]


def _signature(names: Iterable[str], kind: Any) -> inspect.Signature:
    return inspect.Signature([inspect.Parameter(name, kind) for name in names])


def refuse_inconclusive(name: str, reports: Sequence[tuple[str, Report]]) -> None:
    """Fail if too many points have an undecided check, or if no derivative was ever compared.

    The share counts points, not checks, so that many decided checks cannot hide one derivative that is never decided.
    Each report comes with the code that reproduces it.
    """
    __tracebackhide__ = True
    report = Report.of(part for _, part in reports)
    if not report.counts.keys() - NOTHING_COMPARED:
        raised(GradientMismatch("inconclusive", f"{name}: no derivative was ever compared: {report}", {}))
    undecided = [(again, part) for again, part in reports if part.inconclusive]
    share = len(undecided) / len(reports)
    if share > MOST_INCONCLUSIVE:
        again, part = undecided[0]
        check, reason = next((c, ADVICE[v]) for c in part.checks if (v := c.verdict) in UNVERIFIED)
        text = f"{name}: inconclusive at {share:.1%} of the points, over {MOST_INCONCLUSIVE:.0%}: {report}"
        text += f"\n  as        {check}\n  because   {reason}\n  example   {again}"
        raised(GradientMismatch("inconclusive", text, {}))

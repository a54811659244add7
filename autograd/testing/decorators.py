"""Checks over generated points: gradcheck, check_primitive, assert_equivalent."""

from __future__ import annotations

import functools
import inspect
import math
import sys
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from autograd.testing.check import check_gradients
from autograd.testing.functions import REALS, Function, by_reverse, flat_domains, interval, is_domain
from autograd.testing.messages import argument
from autograd.testing.oracle import SAFETY
from autograd.testing.precise import rounding_of
from autograd.testing.strategies import points
from autograd.testing.verdicts import GradientMismatch, Report, Verdict, raised

MOST_INCONCLUSIVE = 0.02  # of the checks of a test
NOTHING_COMPARED = {Verdict.RAISES, Verdict.NOT_FINITE}


def quietly(test: Any) -> Any:
    """Settings of a hypothesis test that is called as a function: it raises one exception, and is given its time."""
    phases = [phase for phase in settings().phases if phase is not Phase.explain]
    quiet = settings(deadline=None, report_multiple_bugs=False, suppress_health_check=list(HealthCheck), phases=phases)
    return quiet(test)


def parameters_of(f: Callable[..., Any]) -> list[str]:
    """The parameters of f that a test has to draw: those without a default."""
    return [
        p.name for p in inspect.signature(f).parameters.values() if p.default is p.empty and p.kind is not p.VAR_KEYWORD
    ]


def domain_of_each(f: Callable[..., Any], domain: Any) -> dict[str, Any]:
    """The domain of each parameter of f, from one for all of them, or a dict of them by name."""
    names = parameters_of(f)
    if is_domain(domain):
        return {name: interval(domain) for name in names}
    unknown = set(domain) - set(names) if isinstance(domain, dict) else {repr(domain)}
    if unknown:
        raise ValueError(f"domain= is one interval or a dict for {', '.join(names)}; got {', '.join(sorted(unknown))}")
    return {name: domain.get(name, REALS) for name in names}


def gradcheck(
    f: Callable[..., Any] | None = None,
    /,
    *,
    domain: Any = None,
    grad: Callable[..., Any] | None = None,
    order: int = 1,
    modes: Sequence[str] = ("reverse", "forward"),
) -> Any:
    """Turn f into a hypothesis test that checks its gradient over its domain: a decorator, with or without arguments.

    `domain` is an interval for every parameter, or a dict by name of intervals and structures of them: `{"w": [None] *
    3}` draws lists of three numbers. Hypothesis' own decorators (`settings`, `example`, `seed`) go above or below;
    no deadline applies. The test fails with a GradientMismatch, also if over 2 % of its checks are inconclusive.

    >>> from autograd import log
    >>> @gradcheck(domain="(0, inf)")
    ... def test_entropy(p):
    ...     return -p * log(p)
    >>> test_entropy()
    """
    if f is None:
        return functools.partial(gradcheck, domain=domain, grad=grad, order=order, modes=modes)
    function = f
    domains = domain_of_each(f, domain)
    reports: list[Report] = []

    @functools.wraps(f)
    def check(**arguments: Any) -> None:
        args = [arguments[name] for name in domains]
        inside = [part if is_domain(part) else flat_domains(part) for part in domains.values()]
        try:
            reports.append(check_gradients(function, *args, grad=grad, order=order, modes=modes, domain=inside))
        except GradientMismatch as mismatch:
            shown = ", ".join(f"{name}={argument(arguments[name])}" for name in domains)
            mismatch.notes.append(f"  example   @example({shown})")
            raise

    check.__name__ = f.__name__.replace("<lambda>", "f")
    generated = given(**{name: points(part) for name, part in domains.items()})(check)

    @functools.wraps(generated)
    def test(*args: Any, **kwargs: Any) -> None:
        reports.clear()
        for name, setting in vars(test).items():  # what hypothesis' decorators above this one have left here
            if name != "__wrapped__":
                setattr(generated, name, settings(setting, deadline=None) if isinstance(setting, settings) else setting)
        generated(*args, **kwargs)
        refuse_inconclusive(function.__name__, Report.of(reports))

    pytest = sys.modules.get("pytest")
    return pytest.mark.gradcheck(test) if pytest else test


def refuse_inconclusive(name: str, report: Report) -> None:
    """Fail where too many checks could not be decided, or none had a derivative: a test of them says nothing."""
    if not report.counts.keys() - NOTHING_COMPARED:
        raised(GradientMismatch("inconclusive", f"{name}: no derivative was ever compared: {report}", {}))
    if report.inconclusive > MOST_INCONCLUSIVE:
        text = (
            f"{name}: {report.inconclusive:.1%} of the checks are inconclusive, over {MOST_INCONCLUSIVE:.0%}: {report}"
        )
        raised(GradientMismatch("inconclusive", text, {}))


def assert_equivalent(f: Callable[..., Any], g: Callable[..., Any], *args: Any, domain: Any = None) -> None:
    """f and g have one value and one gradient, but for rounding, and raise alike: as before and after a rewrite.

    At `args`; without them at points of `domain` (as in gradcheck) that hypothesis draws for f's parameters. Raises a
    GradientMismatch.

    >>> from autograd import exp, sigmoid
    >>> assert_equivalent(sigmoid, lambda x: 1 / (1 + exp(-x)), domain=(-30, 30))
    """
    if args:
        _same_at(f, g, args)
        return
    domains = domain_of_each(f, domain)

    @quietly
    @given(st.fixed_dictionaries({name: points(part) for name, part in domains.items()}))
    def same(arguments: dict[str, Any]) -> None:
        _same_at(f, g, tuple(arguments.values()))

    same()


def _same_at(f: Callable[..., Any], g: Callable[..., Any], args: tuple[Any, ...]) -> None:
    functions = Function(f, args), Function(g, args)
    point = dict(zip(functions[0].names, functions[0].flat))
    shown = ", ".join(f"{name} = {x!r}" for name, x in point.items())
    found: list[Any] = []
    moved: list[list[float] | None] = []
    for function in functions:
        try:
            found.append([float(function.on_floats(*function.flat)), *map(float, by_reverse(function, function.flat))])
        except (ValueError, ArithmeticError) as error:
            found.append(error)
    if any(isinstance(result, Exception) for result in found):
        if type(found[0]) is not type(found[1]):
            raised(GradientMismatch("failure", f"f gives {found[0]!r}, g gives {found[1]!r}, at {shown}", point))
        return
    for function in functions:
        moved.append(rounding_of(functools.partial(_value_and_gradient, function), function.flat))
    for i, (a, b) in enumerate(zip(*found)):
        noise = sum(part[i] for part in moved if part)
        near = abs(a - b) <= 1e-9 * max(abs(a), abs(b)) < math.inf or abs(a - b) <= SAFETY * noise
        if a == b or (a != a and b != b) or near:
            continue
        what = "the value" if i == 0 else f"∂/∂{functions[0].names[i - 1]}"
        raised(GradientMismatch("value", f"{what} of f is {a!r}, of g {b!r}, at {shown}", point))


def _value_and_gradient(function: Function, numbers: Sequence[Any]) -> list[Any]:
    return [function(*numbers), *by_reverse(function, numbers)]


def profiles() -> None:
    """Register hypothesis' profiles "gradcheck", for every run, and "gradcheck-deep", for a long one."""
    settings.register_profile("gradcheck", max_examples=200, derandomize=True, deadline=None)
    settings.register_profile("gradcheck-deep", max_examples=5000, derandomize=True, deadline=None)

"""check_gradients: checks every derivative of a function at a point against oracles that use only its values."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from autograd.testing.arguments.effort import Budget, Effort
from autograd.testing.arguments.frameworks import with_own_derivatives
from autograd.testing.arguments.functions import silence
from autograd.testing.arguments.supplied import DOUBLE, FIRST_ORDER
from autograd.testing.judging.checker import Checker
from autograd.testing.judging.messages import NAMED
from autograd.testing.verdicts import UNVERIFIED, UNVERIFIED_GIVEN, Report, refuse_unverified

FUNCTION = "gradchecked"  # the attribute, on a test made by gradcheck, that holds the function it checks

Given = Callable[..., Any] | None


def check_gradients(
    f: Callable[..., Any],
    *args: Any,
    grad: Given = None,
    vjp: Given = None,
    jvp: Given = None,
    hessian: Given = None,
    hvp: Given = None,
    kwargs: dict[str, Any] | None = None,
    static: Sequence[str] = (),
    order: int = 1,
    modes: Sequence[str] = ("reverse", "forward"),
    domain: Any = None,
    accuracy: float = 0.0,
    budget: Budget = None,
    inconclusive: str = "fail",
) -> Report:
    """Check every derivative of f at `args` against oracles that use only values of f.

    f takes real and complex numbers, arrays, and nested lists, tuples, dicts and dataclasses of numbers; a complex
    number is differentiated by its parts. Flags, strings, whole numbers declared as int, and the parameters or parts
    that `static` names ("n", "p.n" or "p['n']") are settings. `kwargs` are passed by name. f returns one number, or
    several: then their sum, with a weight for each, is checked. f is called on floats, on Values and, for confirmation,
    on mpmath numbers.

    `grad`, `vjp`, `jvp`, `hessian` and `hvp` are supplied derivatives. With one of the first three, f may be any Python
    code on floats, and its exceptions propagate. Each is called on floats, after f. `grad(*args)` returns ∂f in the
    structure of the arguments (a tuple if there are several), or a Jacobian for each. `vjp(*args, dy)` returns the same
    for a dy of the kind of f's result. `jvp(*args, *tangents)` returns the change of the result. `hessian(*args)`
    returns a matrix and `hvp(*args, *vectors)` its product; both are checked against `grad`, or the engine's gradient.

    A torch.autograd.Function, a function made by jax.custom_vjp, custom_jvp or jit, and a primitive of HIPS autograd
    supply their own derivatives and can be passed directly.

    `order=2` also checks the engine's second derivatives, those of another framework by its double backward, and the
    derivatives of a supplied gradient: by the engine, or by differences if it runs only on floats. `domain` is an
    interval, "(0, inf]" or (0, 1), a dict of intervals by parameter name, or a list with one per parameter; f is never
    called outside it. `accuracy` is the relative accuracy of f and of the supplied derivatives, if it is lower than
    that of floats: 1e-6 for a solver that stops there. `budget` is a number of calls of f, or a time like "10 s";
    derivatives left when it is used up are "not checked". A test made by `gradcheck` may be passed in place of its
    function. Raises GradientMismatch, an AssertionError that names the operation to blame; also if f gives two values
    at one point, and, unless `inconclusive="ok"`, if nothing could be verified.

    >>> from autograd import tanh
    >>> print(check_gradients(tanh, 0.5, order=2))
    6 checks: 6 pass
    """
    __tracebackhide__ = True  # here and below: pytest then shows only the caller's line and the message
    if inconclusive not in ("fail", "ok"):
        raise ValueError(f'check_gradients: inconclusive must be "fail" or "ok"; got {inconclusive!r}')
    supplied = {"grad": grad, "vjp": vjp, "jvp": jvp, "hessian": hessian, "hvp": hvp}
    f = getattr(f, FUNCTION, f)
    f, supplied = completed(f, supplied)
    if kwargs:
        count, names = len(args), list(kwargs)
        f = by_position(f, count, names)
        supplied = {name: one and by_position(one, count, names) for name, one in supplied.items()}
        args = (*args, *kwargs.values())
    effort = Effort(getattr(f, "__name__", "f"), budget)
    checker = Checker(f, args, supplied, order, modes, domain, accuracy, static, effort)
    with silence():
        report = checker.report()
    if checker.failure is not None:
        raise checker.failure
    if inconclusive == "fail":
        refuse_unverified(checker.function.name, report, UNVERIFIED_GIVEN if checker.given else UNVERIFIED)
    return report


def completed(f: Callable[..., Any], supplied: dict[str, Given]) -> tuple[Callable[..., Any], dict[str, Given]]:
    """f and its supplied derivatives; a function of PyTorch, JAX or HIPS autograd supplies its own."""
    own = None if any(supplied[name] for name in FIRST_ORDER) else with_own_derivatives(f)
    return (f, supplied) if own is None else (own[0], {**supplied, "vjp": own[1], DOUBLE: own[2]})


def by_position(f: Callable[..., Any], count: int, names: Sequence[str]) -> Callable[..., Any]:
    """f with its arguments after the first `count` taken by position and passed on by name."""

    def called(*numbers: Any) -> Any:
        named = dict(zip(names, numbers[count:]))
        return f(*numbers[:count], *numbers[count + len(names) :], **named)

    called.__name__ = getattr(f, "__name__", type(f).__name__)
    setattr(called, NAMED, names)
    try:
        own = dict(inspect.signature(f).parameters)
    except (TypeError, ValueError):
        return called
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    declared = {name: own[name].annotation if name in own else inspect.Parameter.empty for name in names}
    declared = {**{name: own[name].annotation for name in list(own)[:count]}, **declared}
    parameters = [inspect.Parameter(name, kind, annotation=annotation) for name, annotation in declared.items()]
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # inspect reads it
    return called

"""assert_equivalent: compares the values and gradients of two functions."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from autograd.testing.arguments.domains import domain_of_each
from autograd.testing.arguments.functions import Function, by_reverse
from autograd.testing.decorators import drawn_parameters, quietly
from autograd.testing.oracles.noise import SAFETY
from autograd.testing.oracles.precise import rounding_of
from autograd.testing.points import points
from autograd.testing.verdicts import GradientMismatch, raised


def assert_equivalent(f: Callable[..., Any], g: Callable[..., Any], *args: Any, domain: Any = None) -> None:
    """Assert that f and g have the same value and gradient, up to rounding, and raise the same errors.

    Use it for code before and after a rewrite. Compares at `args`, or otherwise at points that hypothesis draws from
    `domain` (as in gradcheck) for f's parameters. Raises GradientMismatch.

    >>> from autograd import exp, sigmoid
    >>> assert_equivalent(sigmoid, lambda x: 1 / (1 + exp(-x)), domain=(-30, 30))
    """
    if args:
        _same_at(f, g, args)
        return
    domains = domain_of_each(domain, drawn_parameters(f))

    @quietly
    @given(st.fixed_dictionaries({name: points(part) for name, part in domains.items()}))
    def same(arguments: dict[str, Any]) -> None:
        compared.append(_same_at(f, g, tuple(arguments.values())))

    compared: list[bool] = []
    same()
    if not any(compared):
        raised(GradientMismatch("inconclusive", "no value was ever compared: f and g raise everywhere", {}))


def _same_at(f: Callable[..., Any], g: Callable[..., Any], args: tuple[Any, ...]) -> bool:
    """Compare f and g at one point; return False if both raise."""
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
        return False
    for function in functions:
        moved.append(rounding_of(functools.partial(_value_and_gradient, function), function.flat))
    for i, (a, b) in enumerate(zip(*found)):
        noise = sum(part[i] for part in moved if part)
        near = abs(a - b) <= 1e-9 * max(abs(a), abs(b)) < math.inf or abs(a - b) <= SAFETY * noise
        if a == b or (a != a and b != b) or near:
            continue
        what = "the value" if i == 0 else f"∂/∂{functions[0].names[i - 1]}"
        raised(GradientMismatch("value", f"{what} of f is {a!r}, of g {b!r}, at {shown}", point))
    return True


def _value_and_gradient(function: Function, numbers: Sequence[Any]) -> list[Any]:
    return [function(*numbers), *by_reverse(function, numbers)]

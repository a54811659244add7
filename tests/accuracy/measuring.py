"""The engine's results at a point, and their distance from the reference."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from mpmath import mp, mpf

import autograd
from autograd import Value, gradients
from tests.accuracy.reference import EXPONENTS, exact, ulps


def _of_sequence(function: Callable[..., Any], *xs: Any) -> Any:
    return function(xs)


def _first_member(function: Callable[..., Any], *xs: Any) -> Any:
    return function(xs)[0]


def _dot(*operands: Any) -> Any:
    n = len(operands) // 2
    return autograd.dot(operands[:n], operands[n : 2 * n], operands[-1])


# The rows of the reference that are not called as the public function of the same name.
CALLS: dict[str, Callable[..., Any]] = {
    **{f"x ** {n}": lambda x, n=n: x**n for n in EXPONENTS},
    "2 ** x": lambda x: 2.0**x,
    **{name: partial(_of_sequence, getattr(autograd, name)) for name in ("sum", "mean", "prod", "norm", "logsumexp")},
    **{name: partial(_first_member, getattr(autograd, name)) for name in ("softmax", "log_softmax")},
    "dot": _dot,
}


def call(row: str) -> Callable[..., Any]:
    """The row as a function of its operands."""
    return CALLS.get(row) or getattr(autograd, row)


class Error(NamedTuple):
    """The error of one number: the order of the derivative, its name, the error in ulp, the number got and wanted."""

    order: int
    name: str
    ulp: float
    got: float
    wanted: Any

    def __str__(self) -> str:
        return f"{self.name}: got {self.got!r}, wanted {float(self.wanted)!r}, {self.ulp:.3g} ulp"


def errors(row: str, point: tuple[float, ...]) -> Iterator[Error]:
    """The errors of the value, and of every first and second derivative."""
    wanted = exact(row, point)
    xs = tuple(map(Value, point))
    try:
        y = call(row)(*xs)
    except OverflowError:
        infinite = math.copysign(math.inf, wanted.value)
        yield Error(0, "value", ulps(infinite, wanted.value), infinite, wanted.value)
        return
    yield Error(0, "value", _value_error(row, point, y.data, wanted.value), y.data, wanted.value)
    slopes = gradients(y, xs, create_graph=True)
    for i, (plain, recorded, first) in enumerate(zip(gradients(y, xs), slopes, wanted.first)):
        yield Error(1, f"∂/∂{i}", ulps(plain, first), plain, first)
        if plain != recorded.data:
            yield Error(1, f"recorded ∂/∂{i}", ulps(recorded.data, first), recorded.data, first)
    if math.isinf(y.data):
        return  # the derivative of a length is computed from the length, which overflowed
    for i, slope in enumerate(slopes):
        for j, got in enumerate(gradients(slope, xs)):
            second = wanted.second.get((min(i, j), max(i, j)))
            if second:
                yield Error(2, f"∂²/∂{i}∂{j}", ulps(got, *second), got, second[0])


def _value_error(row: str, point: tuple[float, ...], got: float, wanted: Any) -> float:
    """The error in ulp of the value; for a sum, in epsilons of the sum of the terms' sizes."""
    if row not in ("sum", "dot") or not math.isfinite(got):
        return ulps(got, wanted)
    n = len(point) // 2
    terms = point if row == "sum" else (*map(mp.fmul, point[:n], point[n:-1]), point[-1])
    size = mp.fsum(terms, absolute=True) * mpf(2) ** -52
    return float(abs(got - wanted) / max(size, mpf(2) ** -1074))

"""Detects a kink of a function of floats: it compares two equal numbers at the point, as max(x, 0) does at 0."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from autograd.testing.arguments.functions import Function
from autograd.testing.judging.judging import Judgement
from autograd.testing.oracles.evidence import Evidence


class Watched(float):
    """A float that notes in `ties` when it is compared with an equal number; its arithmetic gives Watched floats."""

    ties: list[float]

    @classmethod
    def of(cls, x: Any, ties: list[float]) -> Any:
        """Turn a float into a Watched float; anything else is returned unchanged."""
        if not isinstance(x, float) or isinstance(x, Watched):
            return x
        watched = cls(x)
        watched.ties = ties
        return watched

    def compared(self, other: Any) -> None:
        """Note a comparison with an equal number."""
        if float(self) == other:
            self.ties.append(float(self))

    def __bool__(self) -> bool:
        return float(self) != 0.0

    def __abs__(self) -> Any:
        self.compared(0.0)
        return self.of(abs(float(self)), self.ties)

    def clip(self, low: Any = None, high: Any = None, **_: Any) -> Any:
        """Clip the number; `np.clip` calls this."""
        for end in (low, high):
            self.compared(end)
        above = max(float(self), -math.inf if low is None else low)
        return self.of(min(above, math.inf if high is None else high), self.ties)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """Apply a NumPy function of one number, or one that compares two."""
        if ufunc.__name__ in ("absolute", "fabs", "sign"):
            self.compared(0.0)
        for other in inputs:
            if other is not self and ufunc.__name__ in ("maximum", "minimum", "fmax", "fmin", "clip", "heaviside"):
                self.compared(other)
        plain = [float(x) if isinstance(x, Watched) else x for x in inputs]
        return self.of(getattr(ufunc, method)(*plain, **options), self.ties)


def _arithmetic(name: str) -> Callable[..., Any]:
    plain = getattr(float, name)

    def method(self: Watched, *others: Any) -> Any:
        return self.of(plain(self, *others), self.ties)

    return method


def _comparison(compare: Callable[[float, Any], bool]) -> Callable[[Watched, Any], bool]:
    def method(self: Watched, other: Any) -> bool:
        self.compared(other)
        return compare(float(self), other)

    return method


BINARY = ("add", "sub", "mul", "truediv", "pow", "mod", "floordiv")
for name in ("neg", "pos", *BINARY, *(f"r{name}" for name in BINARY)):
    setattr(Watched, f"__{name}__", _arithmetic(f"__{name}__"))
for name in ("lt", "le", "gt", "ge"):
    setattr(Watched, f"__{name}__", _comparison(getattr(operator, name)))


def compares_equal_numbers(function: Function) -> bool:
    """Whether f compares equal numbers at its point; False if it does not run on a subclass of float."""
    ties: list[float] = []
    try:
        function(*(Watched.of(x, ties) for x in function.flat))
    except Exception:  # another framework may raise anything for a subclass of float
        return False
    return any(map(math.isfinite, ties))


def slopes_of(function: Function, found: Judgement, about: Evidence) -> list[float]:
    """The slopes of f if it has several at its point, or if numbers tie; other derivatives may then be right, too.

    At an end of the domain, no value of f shows the other side of a kink. There is a kink if f compares equal numbers,
    and then 0 counts too.
    """
    status = about.estimate.status
    if status == "kink":
        return [found.left, found.right]
    if status == "one-sided" and compares_equal_numbers(function):
        return [0.0, found.numeric]
    return [found.numeric] if about.point.count(about.point[about.i]) > 1 else []

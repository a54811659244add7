"""NumPy's elementwise functions as functions of single numbers: Values, traced numbers, or plain numbers with them."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

import numpy

from autograd import primitives as p
from autograd.numbers.kinds import KINDS
from autograd.symbols import Condition

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FLOAT = KINDS[float]


def is_native(x: Any) -> bool:
    """Whether x is a float, an int, a bool or a NumPy number: a constant that NumPy's own functions can take."""
    return type(x) is float or KINDS.get(type(x)) is FLOAT or isinstance(x, numpy.generic)


def choose(condition: Any, a: Any, b: Any) -> Any:
    """`a` where the condition holds, otherwise `b`: the number itself if the condition is known, or a traced `where`.

    The choice between two bools is a bool, so that a mask stays a mask.
    """
    if type(condition) is not Condition:
        return a if condition else b
    if a is b:
        return a
    if type(a) in BOOLS and type(b) in BOOLS:
        return condition.of_booleans(as_bool(a), as_bool(b))
    return p.where(condition, number(a), number(b))


BOOLS = {Condition, bool, numpy.bool_}


def as_bool(x: Any) -> Any:
    """A truth as a Python bool, or a condition unchanged."""
    return x if type(x) is Condition else bool(x)


def number(x: Any) -> Any:
    """A condition as the number 1 or 0; any other number unchanged."""
    return x.number if type(x) is Condition else x


def numbers(xs: list[Any]) -> list[Any]:
    """The same list with conditions converted to numbers."""
    return list(map(number, xs)) if Condition in map(type, xs) else xs


def truth(x: Any) -> Any:
    """Whether x is not 0: a bool, or a condition while a function is traced."""
    if type(x) is Condition:
        return x
    found = x != 0
    return found if type(found) is Condition else bool(found)


def both(x: Any, y: Any) -> Any:
    return truth(x) & truth(y)


def either(x: Any, y: Any) -> Any:
    return truth(x) | truth(y)


def opposite(x: Any) -> Any:
    found = truth(x)
    return found == False if type(found) is Condition else not found  # noqa: E712  # a condition has no `not`


def maximum(x: Any, y: Any) -> Any:
    """The greater; slopes ½, ½ at a tie, but against the plain number 0 the slope of `relu` there, 0."""
    if is_native(y) and y == 0:
        return p.relu(x)
    return p.relu(y) if is_native(x) and x == 0 else p.maximum(x, y)


def minimum(x: Any, y: Any) -> Any:
    """The lesser; slopes ½, ½ at a tie, but against the plain number 0 the slope 0."""
    if is_native(y) and y == 0:
        return -p.relu(-x)
    return -p.relu(-y) if is_native(x) and x == 0 else p.minimum(x, y)


def clip(x: Any, low: Any, high: Any) -> Any:
    if low is None:
        return x if high is None else minimum(x, high)
    return maximum(x, low) if high is None else p.clip(x, low, high)


def isnan(x: Any) -> Any:
    return x != x


def isfinite(x: Any) -> Any:
    return abs(x) < math.inf


def isinf(x: Any) -> Any:
    return abs(x) == math.inf


def ignoring_nan(better: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The greater or lesser number, where a NaN loses."""

    def found(x: Any, y: Any) -> Any:
        return choose(isnan(x), y, choose(isnan(y), x, better(x, y)))

    return found


def trunc(x: Any) -> Any:
    return choose(x < 0, p.ceil(x), p.floor(x))


def heaviside(x: Any, middle: Any) -> Any:
    return choose(x < 0, 0.0, choose(x > 0, 1.0, choose(isnan(x), math.nan, middle)))


def signbit(x: Any) -> Any:
    return p.copysign(1.0, x) < 0


def log_sum_of_powers_of_2(x: Any, y: Any) -> Any:
    return p.logaddexp(x * math.log(2.0), y * math.log(2.0)) / math.log(2.0)


COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "less": operator.lt, "less_equal": operator.le, "greater": operator.gt, "greater_equal": operator.ge,
    "equal": operator.eq, "not_equal": operator.ne,
}  # fmt: skip
CONDITIONS: dict[str, Callable[..., Any]] = COMPARISONS | {
    "logical_and": both, "logical_or": either, "logical_not": opposite, "bitwise_and": both, "bitwise_or": either,
    "invert": opposite, "isnan": isnan, "isfinite": isfinite, "isinf": isinf, "signbit": signbit,
    "logical_xor": lambda x, y: truth(x) != truth(y), "bitwise_xor": lambda x, y: truth(x) != truth(y),
}  # fmt: skip
# Used where a row's own function would not do: operators are quicker, and take operands that are not Scalars.
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv,
    "floor_divide": operator.floordiv, "remainder": operator.mod, "power": operator.pow, "float_power": operator.pow,
}  # fmt: skip
COMPOSED: dict[str, Callable[..., Any]] = {
    "negative": operator.neg, "trunc": trunc, "square": lambda x: x * x, "reciprocal": lambda x: 1 / x,
    "conjugate": p.positive, "maximum": maximum, "minimum": minimum, "fmax": ignoring_nan(maximum),
    "fmin": ignoring_nan(minimum), "heaviside": heaviside, "logaddexp2": log_sum_of_powers_of_2,
    "ldexp": lambda x, n: x * 2.0**n, "modf": lambda x: (choose(isinf(x), 0.0, x - trunc(x)), trunc(x)),
    "divmod": lambda x, y: (x // y, p.mod(x, y)),
    # of scipy.special
    "exp10": lambda x: 10.0**x,
    "rel_entr": lambda x, y: p.xlogy(x, x / y), "kl_div": lambda x, y: p.xlogy(x, x / y) - x + y,
    "huber": lambda d, r: choose(abs(r) <= d, r * r / 2, d * (abs(r) - d / 2)),
    "pseudo_huber": lambda d, r: d * d * (p.hypot(1.0, r / d) - 1),
    "cosdg": lambda x: p.cos(p.radians(x)), "sindg": lambda x: p.sin(p.radians(x)),
    "tandg": lambda x: p.tan(p.radians(x)),
}  # fmt: skip


def function_of(name: str) -> Callable[..., Any] | None:
    """The replacement for a ufunc of NumPy or `scipy.special` by name: composed here, or the row with that spelling."""
    row = p.SPELLINGS.get(f"numpy.{name}") or p.SPELLINGS.get(f"scipy.special.{name}")
    return OPERATORS.get(name) or COMPOSED.get(name) or (row.function if row is not None else None)

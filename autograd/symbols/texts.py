"""The texts of operations that a template cannot express: functions of the operands, for rows of the table."""

from __future__ import annotations

import math
from collections.abc import Callable

from autograd.symbols.expressions import Comparison, Expression
from autograd.symbols.text import (
    POWER,
    PRODUCT,
    SIGN,
    SUM,
    SUPERSCRIPTS,
    WHOLE,
    argument_text,
    elided,
    number,
    operation_text,
    signed,
    text,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Formula:
    """The text of an operation as a formula of others, such as 1 - p where a picture gives p a name."""

    def __init__(self, of: Callable[..., Any]) -> None:
        self.of = of

    def __call__(self, *operands: Any) -> tuple[str, int]:
        written = self.of(*operands)
        return operation_text(written.op, written.operands)


def _added(terms: list[str]) -> str:
    """A sum of terms, with brackets around those after the first that begin with a minus."""
    return elided(" + ", [*terms[:1], *map(signed, terms[1:])])


def sum_text(terms: tuple[Any, ...]) -> tuple[str, int]:
    if len(terms) == 1:
        return text(terms[0], PRODUCT), PRODUCT
    return _added([text(x) for x in terms]), SUM


def dot_text(w: tuple[Any, ...], x: tuple[Any, ...], b: Any) -> tuple[str, int]:
    terms = [operation_text("multiply", pair)[0] for pair in zip(w, x)]
    return _added(terms if not isinstance(b, Expression) and b == 0 else [*terms, text(b)]), SUM


def direction_text(xs: tuple[Any, ...]) -> tuple[str, int]:
    return f"{text(xs[0], POWER)}/norm({argument_text(xs)})", PRODUCT


def cosine_text(x: Any, y: Any) -> tuple[str, int]:
    return f"{text(x, POWER)}/hypot({text(x)}, {text(y)})", PRODUCT


def xlogy_text(x: Any, y: Any) -> tuple[str, int]:
    return f"{text(x, PRODUCT)}·log({text(y)})", PRODUCT


def power_text(x: Any, y: Any) -> tuple[str, int]:
    if not isinstance(y, Expression) and y in SUPERSCRIPTS:
        return text(x, WHOLE) + SUPERSCRIPTS[y], POWER
    exponent = number(y) if isinstance(y, (float, int)) else text(y, WHOLE)  # x^-1 is unambiguous
    return f"{text(x, WHOLE)}^{exponent}", POWER


def falling_power_text(x: Any, y: Any, n: float) -> tuple[str, int]:
    factors: list[Any] = [y - k if k else y for k in range(int(n))]
    pieces = [text(factor, PRODUCT) for factor in factors]
    if not isinstance(y, Expression):
        coefficient = math.prod(factors)
        pieces = [] if coefficient == 1 else [number(coefficient)]
    exponent = y - n
    if isinstance(exponent, Expression) or exponent not in (0, 1):
        pieces.append(power_text(x, exponent)[0])
    elif exponent == 1:
        pieces.append(text(x, PRODUCT))
    written = "·".join(pieces) or "1"
    level = PRODUCT if len(pieces) > 1 else POWER
    return ("-" + written.removeprefix("-1·") if written.startswith("-1·") else written), level


def scaled_exp_text(c: Any, x: Any, y: Any) -> tuple[str, int]:
    exponent = operation_text("multiply", (x, y))[0]
    if isinstance(x, Expression) and x.op == "negative" and x.operands[0] is y:
        exponent = f"-{text(y, WHOLE)}²"
    if (
        isinstance(x, Expression)
        and x.op == "multiply"
        and type(x.operands[0]) is float
        and x.operands[0] == -0.5
        and x.operands[1] is y
    ):
        exponent = f"-{text(y, WHOLE)}²/2"
    return f"{text(c, PRODUCT)}·exp({exponent})", PRODUCT


def sigmoid_slope_text(c: Any, x: Any) -> tuple[str, int]:
    slope = f"σ′({text(x)})"
    return (slope, WHOLE) if not isinstance(c, Expression) and c == 1 else (f"{text(c, PRODUCT)}·{slope}", PRODUCT)


def sigmoid_of_difference_text(x: Any, y: Any) -> tuple[str, int]:
    return f"σ({text(x - y)})", WHOLE


def select_text(condition: Any, a: Any, b: Any) -> tuple[str, int]:
    if condition.op == "==" and condition.left is condition.right:
        return text(a), SUM  # leave out "unless it is NaN"
    return f"{text(a, SIGN)} if {_condition_text(condition)} else {text(b)}", SUM


def _condition_text(condition: Any) -> str:
    if not isinstance(condition, Comparison):
        return text(condition)
    return f"{text(condition.left)} {condition.op} {text(condition.right)}"


def power_log_text(z: Any, x: Any, y: Any, n: float) -> tuple[str, int]:
    if n == 1:
        return xlogy_text(z, x)
    return f"{signed(text(z, PRODUCT))}·log{SUPERSCRIPTS.get(int(n), f'^{n:.0f}')}({text(x)})", PRODUCT


def ratio_slope_text(z: Any, x: Any, y: Any) -> tuple[str, int]:
    return operation_text("ratio", (z, y))

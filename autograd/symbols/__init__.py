"""Symbol: a number that records what is done to it, so that a rule run on symbols says what a local derivative is."""

from __future__ import annotations

import math
import operator
import re
import sys

from autograd.numbers import ON_FLOATS, TEXTBOOK
from autograd.numbers.kinds import CONSTANTS, KINDS, SYMBOL_RANK, Kind, join, kind_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any


class TraceError(TypeError):
    """The truth of a comparison of symbols was asked for: write `where(condition, a, b)` instead of `if`."""


class Symbol:
    """A name, a constant, or an operation on symbols and numbers.

    >>> z = Symbol("z")
    >>> print(1 - z * z)
    1 - z²
    """

    __slots__ = ("name", "op", "operands")

    def __init__(self, name: str = "", op: str = "", operands: tuple[Any, ...] = ()) -> None:
        self.name = name
        self.op = op
        self.operands = operands

    def __str__(self) -> str:
        return text(self)

    def __repr__(self) -> str:
        return f"Symbol({text(self)!r})"

    def __add__(self, other: Any) -> Any:
        return operation("+", self, other)

    def __radd__(self, other: Any) -> Any:
        return operation("+", other, self)

    def __sub__(self, other: Any) -> Any:
        return operation("-", self, other)

    def __rsub__(self, other: Any) -> Any:
        return operation("-", other, self)

    def __mul__(self, other: Any) -> Any:
        return operation("*", self, other)

    def __rmul__(self, other: Any) -> Any:
        return operation("*", other, self)

    def __truediv__(self, other: Any) -> Any:
        return operation("/", self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return operation("/", other, self)

    def __floordiv__(self, other: Any) -> Any:
        return operation("//", self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return operation("//", other, self)

    def __mod__(self, other: Any) -> Any:
        return operation("%", self, other)

    def __rmod__(self, other: Any) -> Any:
        return operation("%", other, self)

    def __pow__(self, other: Any) -> Any:
        return operation("**", self, other)

    def __rpow__(self, other: Any) -> Any:
        return operation("**", other, self)

    def __neg__(self) -> Symbol:
        return Symbol(op="neg", operands=(self,))

    def __pos__(self) -> Symbol:
        return self

    def __abs__(self) -> Symbol:
        return Symbol(op="abs", operands=(self,))

    def __eq__(self, other: object) -> Any:
        return _comparison("==", self, other)

    def __ne__(self, other: object) -> Any:
        return _comparison("!=", self, other)

    def __lt__(self, other: Any) -> Any:
        return _comparison("<", self, other)

    def __le__(self, other: Any) -> Any:
        return _comparison("<=", self, other)

    def __gt__(self, other: Any) -> Any:
        return _comparison(">", self, other)

    def __ge__(self, other: Any) -> Any:
        return _comparison(">=", self, other)

    __hash__ = object.__hash__

    def choose(self, a: Any, b: Any) -> Symbol:
        """The symbol that is `a` where this number is not 0, else `b`, as for a number that serves as a condition."""
        return Condition("!=", self, 0.0).choose(a, b)

    def __bool__(self) -> bool:
        raise TraceError(_unknown("the truth of a symbol"))


class Condition:
    """A comparison of symbols, which `where` and `select` take; it has no truth of its own."""

    __slots__ = ("left", "op", "right")

    def __init__(self, op: str, left: Any, right: Any) -> None:
        self.op = op
        self.left = left
        self.right = right

    def choose(self, a: Any, b: Any) -> Symbol:
        """The symbol that is `a` where the condition holds, else `b`; None is the absent edge."""
        return Symbol(op="select", operands=(self, a, b))

    def __str__(self) -> str:
        return f"{text(self.left)} {self.op} {text(self.right)}"

    def __bool__(self) -> bool:
        raise TraceError(_unknown(f"the truth of {self}"))


def _unknown(what: str) -> str:
    """What to do where code branches on a symbol, and where that is: the innermost line that is not the engine's."""
    frame: FrameType | None = sys._getframe(2)
    home = __name__.partition(".")[0] + "."
    while frame is not None and frame.f_globals.get("__name__", "").startswith(home):
        frame = frame.f_back
    place = f"{frame.f_code.co_filename}, line {frame.f_lineno}: " if frame is not None else ""
    return f"{place}{what} is not known while a function is traced: write where(condition, a, b) instead of if"


COMPARISONS = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge
}  # fmt: skip


def _comparison(op: str, x: Symbol, y: Any) -> Any:
    return NotImplemented if type(y) not in OWN and _takes_over(y) else Condition(op, x, y)


OWN = {Symbol, float, int}  # what most operands are


def _takes_over(x: Any) -> bool:
    """Whether this is a Value, or another number that has symbols inside: its own operations come first."""
    try:
        return kind_of(x).rank > SYMBOL_RANK
    except TypeError:  # no number at all
        return False


def operation(op: str, x: Any, y: Any) -> Any:
    """The symbol of an operation with an infix sign; an operand where that is what it gives exactly."""
    if (type(y) not in OWN and _takes_over(y)) or (type(x) not in OWN and _takes_over(x)):
        return NotImplemented
    if op in ("*", "/", "**") and type(y) is not Symbol and y == 1:
        return x  # exact, and what a person would write
    if op == "*" and type(x) is not Symbol and x == 1:
        return y
    return Symbol(op=op, operands=(x, y))


def _atom(name: str) -> Callable[..., Any]:
    if name not in ON_FLOATS:
        return TEXTBOOK[name]
    return lambda *operands: Symbol(op=name, operands=operands)


join(Symbol, Kind("Symbol", SYMBOL_RANK, _atom, constant=lambda name, x: Symbol(name, "constant", (CONSTANTS[name],))))
join(Condition, KINDS[Symbol])  # what `where` chooses by


# --- text ---------------------------------------------------------------------------------------

SUM, SIGN, PRODUCT, POWER, WHOLE = range(5)  # how tightly a text holds together

# The sign, how tightly the whole holds, and how tightly its left and its right operand must.
INFIX = {
    "+": (" + ", SUM, SUM, SUM),
    "-": (" - ", SUM, SUM, PRODUCT),
    "*": ("·", PRODUCT, SIGN, PRODUCT),
    "/": ("/", PRODUCT, SIGN, POWER),
    "ratio": ("/", PRODUCT, SIGN, POWER),
    "//": (" // ", SUM, PRODUCT, POWER),
    "%": (" % ", SUM, PRODUCT, POWER),
}

# A template's operands stand where a sum would need brackets, except between the brackets of a call.
TEMPLATES = {
    "abs": ("|{}|", WHOLE, SUM),
    "sigmoid": ("σ({})", WHOLE, SUM),
    "normal_cdf": ("Φ({})", WHOLE, SUM),
    "sech2": ("sech²({})", WHOLE, SUM),
    "silu_slope": ("silu′({})", WHOLE, SUM),
    "gelu_slope": ("gelu′({})", WHOLE, SUM),
    "witch": ("1/(1 + {}²)", PRODUCT, WHOLE),
    "one_minus_square": ("1 - {}²", SUM, WHOLE),
    "root_one_minus_square": ("√(1 - {}²)", WHOLE, WHOLE),
    "root_square_minus_one": ("√({}² - 1)", WHOLE, WHOLE),
    "inverse_square_slope": ("{0}/({0}² + {1}²)", PRODUCT, WHOLE),
    "inverse_square_xx": ("({1}² - {0}²)/({0}² + {1}²)²", PRODUCT, WHOLE),
    "inverse_square_xy": ("-2·{0}·{1}/({0}² + {1}²)²", PRODUCT, WHOLE),
    "softmax_first": ("softmax({})", WHOLE, SUM),
    "log_softmax_first": ("log_softmax({})", WHOLE, SUM),
}

SUPERSCRIPTS = {2: "²", 3: "³"}


def text(x: Any, inside: int = SUM) -> str:
    """`x` as a person would write it, in brackets where it stands inside something that holds more tightly."""
    if type(x) is Symbol and not x.name:
        written, level = _operation_text(x.op, x.operands)
    elif type(x) is Symbol:
        written, level = x.name, _name_level(x.name)
    else:
        written, level = "absent" if x is None else number(x), _number_level(x)
    return f"({written})" if level < inside else written


def _number_level(x: Any) -> int:
    """How tightly a number holds together: -3 as -x does, the fraction 1/3 as x/3 does."""
    written = str(x)
    return SIGN if written.startswith("-") else PRODUCT if "/" in written else WHOLE


SIGNS = {"+": SUM, "-": SUM, "−": SUM, "*": PRODUCT, "·": PRODUCT, "×": PRODUCT, "/": PRODUCT, "^": POWER}
EXPRESSION = re.compile(r"[-+−*·×/^(){}\[\]]")


def _name_level(name: str) -> int:
    """How tightly a name holds together: "1 - p" is a sum, and w·(1 - p) needs its brackets."""
    if not EXPRESSION.search(name):
        return WHOLE
    depth, level = 0, WHOLE
    for before, c in zip(" " + name, name):
        depth += (c in "([{") - (c in ")]}")
        if depth < 0:
            return SUM
        if depth == 0 and c in SIGNS and before != "^":
            level = min(level, SIGNS[c])
    return level if depth == 0 else SUM


def visible(text: str) -> str:
    """Text with its control characters as escapes that can be seen."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def number(x: Any) -> str:
    """A number with four significant digits, as pictures and tables show it."""
    return f"{x:.4g}" if isinstance(x, (float, int)) else str(x)


def signed(x: Any) -> str:
    """A number, or one written already, in brackets where it is negative, as it stands in a sum or a product."""
    written = x if isinstance(x, str) else number(x)
    return f"({written})" if written.startswith("-") else written


def _operation_text(op: str, operands: tuple[Any, ...]) -> tuple[str, int]:
    if op == "*" and operands[0] is operands[1]:
        return text(operands[0], WHOLE) + "²", POWER
    if op == "neg":
        return "-" + signed(text(operands[0], PRODUCT)), SIGN
    if op in INFIX:
        sign, level, *needed = INFIX[op]
        left, right = map(text, operands, needed)
        return (signed(left) if op in ("//", "%") else left) + sign + signed(right), level
    if op in TEMPLATES:
        template, level, inner = TEMPLATES[op]
        return template.format(*(_argument_text(x, inner) for x in operands)), level
    if op in SPECIAL:
        return SPECIAL[op](*operands)
    return f"{op}({', '.join(_argument_text(x) for x in operands)})", WHOLE


def _argument_text(x: Any, inside: int = SUM) -> str:
    return elided(", ", [text(v) for v in x]) if type(x) is tuple else text(x, inside)


def elided(sign: str, pieces: list[str]) -> str:
    """The pieces, the middle ones left out where they are many."""
    return sign.join(pieces if len(pieces) <= 6 else [*pieces[:3], "…", *pieces[-2:]])


def _added(terms: list[str]) -> str:
    """A sum of terms, those that begin with a minus in brackets, the first apart."""
    return elided(" + ", [*terms[:1], *map(signed, terms[1:])])


def _sum_text(terms: tuple[Any, ...]) -> tuple[str, int]:
    if len(terms) == 1:
        return text(terms[0], PRODUCT), PRODUCT
    return _added([text(x) for x in terms]), SUM


def _dot_text(w: tuple[Any, ...], x: tuple[Any, ...], b: Any) -> tuple[str, int]:
    terms = [_operation_text("*", pair)[0] for pair in zip(w, x)]
    return _added(terms if type(b) is not Symbol and b == 0 else [*terms, text(b)]), SUM


def _direction_text(xs: tuple[Any, ...]) -> tuple[str, int]:
    return f"{text(xs[0], POWER)}/norm({_argument_text(xs)})", PRODUCT


def _cosine_text(x: Any, y: Any) -> tuple[str, int]:
    return f"{text(x, POWER)}/hypot({text(x)}, {text(y)})", PRODUCT


def _xlogy_text(x: Any, y: Any) -> tuple[str, int]:
    return f"{text(x, PRODUCT)}·log({text(y)})", PRODUCT


def _power_text(x: Any, y: Any) -> tuple[str, int]:
    if type(y) is not Symbol and y in SUPERSCRIPTS:
        return text(x, WHOLE) + SUPERSCRIPTS[y], POWER
    exponent = number(y) if isinstance(y, (float, int)) else text(y, WHOLE)  # x^-1 can be read in one way only
    return f"{text(x, WHOLE)}^{exponent}", POWER


def _falling_power_text(x: Any, y: Any, n: float) -> tuple[str, int]:
    factors: list[Any] = [y - k if k else y for k in range(int(n))]
    pieces = [text(factor, PRODUCT) for factor in factors]
    if type(y) is not Symbol:
        coefficient = math.prod(factors)
        pieces = [] if coefficient == 1 else [number(coefficient)]
    exponent = y - n
    if type(exponent) is Symbol or exponent not in (0, 1):
        pieces.append(_power_text(x, exponent)[0])
    elif exponent == 1:
        pieces.append(text(x, PRODUCT))
    written = "·".join(pieces) or "1"
    level = PRODUCT if len(pieces) > 1 else POWER
    return ("-" + written.removeprefix("-1·") if written.startswith("-1·") else written), level


def _scaled_exp_text(c: Any, x: Any, y: Any) -> tuple[str, int]:
    exponent = _operation_text("*", (x, y))[0]
    if type(x) is Symbol and x.op == "neg" and x.operands[0] is y:
        exponent = f"-{text(y, WHOLE)}²"
    if (
        type(x) is Symbol
        and x.op == "*"
        and type(x.operands[0]) is float
        and x.operands[0] == -0.5
        and x.operands[1] is y
    ):
        exponent = f"-{text(y, WHOLE)}²/2"
    return f"{text(c, PRODUCT)}·exp({exponent})", PRODUCT


def _sigmoid_slope_text(c: Any, x: Any) -> tuple[str, int]:
    slope = f"σ′({text(x)})"
    return (slope, WHOLE) if type(c) is not Symbol and c == 1 else (f"{text(c, PRODUCT)}·{slope}", PRODUCT)


def _select_text(condition: Any, a: Any, b: Any) -> tuple[str, int]:
    if condition.op == "==" and condition.left is condition.right:
        return text(a), SUM  # "unless it is NaN", which no reader needs to be told
    return f"{text(a, SIGN)} if {condition} else {text(b)}", SUM


SPECIAL: dict[str, Callable[..., tuple[str, int]]] = {
    "**": _power_text,
    "power": _power_text,
    "constant_power": _power_text,
    "monomial": _falling_power_text,
    "falling_power": _falling_power_text,
    "scaled_exp": _scaled_exp_text,
    "sigmoid_slope": _sigmoid_slope_text,
    "select": _select_text,
    "sum": _sum_text,
    "dot": _dot_text,
    "direction": _direction_text,
    "cosine": _cosine_text,
    "xlogy": _xlogy_text,
}

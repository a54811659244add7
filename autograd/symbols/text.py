"""The text of expressions: what a person would write, in brackets where it needs them, and as short as is asked."""

from __future__ import annotations

import math
import re

from autograd.symbols.expressions import Comparison, Expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

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
    "side": ("sign({})", WHOLE, SUM),
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
    "softmax_rest": ("1 - softmax({})", SUM, SUM),
}

DEPTH = 4  # of the operations that an abridged text goes into
MOST = 200  # operations and numbers of a text that is not abridged

SUPERSCRIPTS = {2: "²", 3: "³"}


def text(x: Any, inside: int = SUM) -> str:
    """`x` as a person would write it, in brackets where it stands inside something that holds more tightly."""
    if isinstance(x, Expression) and not x.name:
        written, level = _operation_text(x.op, x.operands)
    elif isinstance(x, Expression):
        written, level = x.name, _name_level(x.name)
    else:
        written, level = "absent" if x is None else number(x), _number_level(x)
    return f"({written})" if level < inside else written


def readable(x: Any) -> str:
    """`x` as text, or where nobody would read the whole of it, without what stands deep inside."""
    return text(x if _is_small(x) else _abridged(x, DEPTH))


def _is_small(x: Any) -> bool:
    """Whether at most MOST operations and numbers would be written, each as often as it occurs."""
    waiting, count = [x], 0
    while waiting and count <= MOST:
        y = waiting.pop()
        count += 1
        if isinstance(y, Expression) and not y.name:
            waiting += [v for z in y.operands for v in (z[:MOST] if type(z) is tuple else (z,))]
    return count <= MOST


def brief(x: Any, most: int = 120) -> str:
    """`x` as text of at most so many characters, however large the expression is."""
    if isinstance(x, Comparison):
        left, right = (brief(x.left, most), ("…" if x.op == "select" else brief(x.right, most)))
        written = f"{left} {x.op} {right}"
    else:
        written = text(_abridged(x, DEPTH))
    return written if len(written) <= most else written[: max(most - 1, 0)] + "…"


def _abridged(x: Any, depth: int) -> Any:
    """`x` without what stands deeper in it, for which … stands."""
    if type(x) is tuple:
        return tuple(_abridged(v, depth) for v in (x if len(x) <= 6 else (*x[:3], *x[-3:])))
    if isinstance(x, Comparison):
        return Expression(brief(x))
    if not isinstance(x, Expression) or x.name:
        return x
    if not depth:
        return type(x)("…")
    return type(x)(op=x.op, operands=tuple(_abridged(v, depth - 1) for v in x.operands))


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
    return _added(terms if not isinstance(b, Expression) and b == 0 else [*terms, text(b)]), SUM


def _direction_text(xs: tuple[Any, ...]) -> tuple[str, int]:
    return f"{text(xs[0], POWER)}/norm({_argument_text(xs)})", PRODUCT


def _cosine_text(x: Any, y: Any) -> tuple[str, int]:
    return f"{text(x, POWER)}/hypot({text(x)}, {text(y)})", PRODUCT


def _xlogy_text(x: Any, y: Any) -> tuple[str, int]:
    return f"{text(x, PRODUCT)}·log({text(y)})", PRODUCT


def _power_text(x: Any, y: Any) -> tuple[str, int]:
    if not isinstance(y, Expression) and y in SUPERSCRIPTS:
        return text(x, WHOLE) + SUPERSCRIPTS[y], POWER
    exponent = number(y) if isinstance(y, (float, int)) else text(y, WHOLE)  # x^-1 can be read in one way only
    return f"{text(x, WHOLE)}^{exponent}", POWER


def _falling_power_text(x: Any, y: Any, n: float) -> tuple[str, int]:
    factors: list[Any] = [y - k if k else y for k in range(int(n))]
    pieces = [text(factor, PRODUCT) for factor in factors]
    if not isinstance(y, Expression):
        coefficient = math.prod(factors)
        pieces = [] if coefficient == 1 else [number(coefficient)]
    exponent = y - n
    if isinstance(exponent, Expression) or exponent not in (0, 1):
        pieces.append(_power_text(x, exponent)[0])
    elif exponent == 1:
        pieces.append(text(x, PRODUCT))
    written = "·".join(pieces) or "1"
    level = PRODUCT if len(pieces) > 1 else POWER
    return ("-" + written.removeprefix("-1·") if written.startswith("-1·") else written), level


def _scaled_exp_text(c: Any, x: Any, y: Any) -> tuple[str, int]:
    exponent = _operation_text("*", (x, y))[0]
    if isinstance(x, Expression) and x.op == "neg" and x.operands[0] is y:
        exponent = f"-{text(y, WHOLE)}²"
    if (
        isinstance(x, Expression)
        and x.op == "*"
        and type(x.operands[0]) is float
        and x.operands[0] == -0.5
        and x.operands[1] is y
    ):
        exponent = f"-{text(y, WHOLE)}²/2"
    return f"{text(c, PRODUCT)}·exp({exponent})", PRODUCT


def _sigmoid_slope_text(c: Any, x: Any) -> tuple[str, int]:
    slope = f"σ′({text(x)})"
    return (slope, WHOLE) if not isinstance(c, Expression) and c == 1 else (f"{text(c, PRODUCT)}·{slope}", PRODUCT)


def _select_text(condition: Any, a: Any, b: Any) -> tuple[str, int]:
    if condition.op == "==" and condition.left is condition.right:
        return text(a), SUM  # "unless it is NaN", which no reader needs to be told
    return f"{text(a, SIGN)} if {_condition_text(condition)} else {text(b)}", SUM


def _condition_text(condition: Any) -> str:
    if not isinstance(condition, Comparison):
        return text(condition)
    return f"{text(condition.left)} {condition.op} {text(condition.right)}"


def _power_log_text(z: Any, x: Any, y: Any, n: float) -> tuple[str, int]:
    if n == 1:
        return _xlogy_text(z, x)
    return f"{signed(text(z, PRODUCT))}·log{SUPERSCRIPTS.get(int(n), f'^{n:.0f}')}({text(x)})", PRODUCT


SPECIAL: dict[str, Callable[..., tuple[str, int]]] = {
    "**": _power_text,
    "power": _power_text,
    "constant_power": _power_text,
    "monomial": _falling_power_text,
    "falling_power": _falling_power_text,
    "scaled_exp": _scaled_exp_text,
    "sigmoid_slope": _sigmoid_slope_text,
    "power_log": _power_log_text,
    "ratio_slope": lambda z, x, y: _operation_text("ratio", (z, y)),
    "select": _select_text,
    "sum": _sum_text,
    "dot": _dot_text,
    "direction": _direction_text,
    "cosine": _cosine_text,
    "xlogy": _xlogy_text,
}

"""The text of expressions: what a person would write, in brackets where it needs them, and as short as is asked."""

from __future__ import annotations

import re

from autograd.symbols.expressions import Comparison, Expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

SUM, SIGN, PRODUCT, POWER, WHOLE = range(5)  # how tightly a text holds together

# The sign, how tightly the whole holds, and how tightly its left and its right operand must.
INFIX = {
    "add": (" + ", SUM, SUM, SUM),
    "subtract": (" - ", SUM, SUM, PRODUCT),
    "multiply": ("·", PRODUCT, SIGN, PRODUCT),
    "divide": ("/", PRODUCT, SIGN, POWER),
    "ratio": ("/", PRODUCT, SIGN, POWER),
    "floor_divide": (" // ", SUM, PRODUCT, POWER),
    "mod": (" % ", SUM, PRODUCT, POWER),
}

BY_SIGN = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "**": "power"}

# How each other operation is written: with its operands in the places of {}, or by a function of them that returns the
# text and how tightly it holds together. The rows of the table say it.
TEXTS: dict[str, str | Callable[..., tuple[str, int]]] = {}

DEPTH = 4  # of the operations that an abridged text goes into
MOST = 200  # operations and numbers of a text that is not abridged

SUPERSCRIPTS = {2: "²", 3: "³"}


def text(x: Any, inside: int = SUM) -> str:
    """`x` as a person would write it, in brackets where it stands inside something that holds more tightly."""
    if isinstance(x, Expression) and not x.name:
        written, level = operation_text(x.op, x.operands)
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
        left, right = (brief(x.left, most), ("…" if x.op == "where" else brief(x.right, most)))
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


def operation_text(op: str, operands: tuple[Any, ...]) -> tuple[str, int]:
    """The text of an operation, and how tightly it holds together."""
    if op == "multiply" and operands[0] is operands[1]:
        return text(operands[0], WHOLE) + "²", POWER
    if op == "negative":
        return "-" + signed(text(operands[0], PRODUCT)), SIGN
    if op in INFIX:
        sign, level, *needed = INFIX[op]
        left, right = map(text, operands, needed)
        return (signed(left) if op in ("floor_divide", "mod") else left) + sign + signed(right), level
    template = TEXTS.get(op, op + "({})")
    return _filled(template, operands) if isinstance(template, str) else template(*operands)


PLACE = re.compile(r"\{(\d*)\}")  # where an operand stands in a template


def _filled(template: str, operands: tuple[Any, ...]) -> tuple[str, int]:
    """A template with its operands, in brackets where they need them; a single place takes them all."""
    places = list(PLACE.finditer(template))
    pieces, at = [], 0
    for i, place in enumerate(places):
        before, after = template[: place.start()], template[place.end() :]
        inside = SUM if before[-1:] in ("(", "|") and after[:1] in (")", "|") else WHOLE
        here = operands if len(places) == 1 else (operands[int(place[1] or i)],)
        pieces += [template[at : place.start()], ", ".join(argument_text(x, inside) for x in here)]
        at = place.end()
    return "".join([*pieces, template[at:]]), _name_level(PLACE.sub("x", template))


def argument_text(x: Any, inside: int = SUM) -> str:
    """An operand as it stands in a call, or in something that holds so tightly."""
    return elided(", ", [text(v) for v in x]) if type(x) is tuple else text(x, inside)


def elided(sign: str, pieces: list[str]) -> str:
    """The pieces, the middle ones left out where they are many."""
    return sign.join(pieces if len(pieces) <= 6 else [*pieces[:3], "…", *pieces[-2:]])

"""The text of expressions: as a person would write it, with brackets where needed, and abridged on request."""

from __future__ import annotations

from collections.abc import Callable

from autograd.symbols.expressions import Comparison, Expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SUM, SIGN, PRODUCT, POWER, WHOLE = range(5)  # precedence: how tightly a text binds

# The sign, the precedence of the whole, and the precedence that its left and right operands need.
INFIX = {
    "add": (" + ", SUM, SUM, SUM),
    "subtract": (" - ", SUM, SUM, PRODUCT),
    "multiply": ("·", PRODUCT, SIGN, PRODUCT),
    "divide": ("/", PRODUCT, SIGN, POWER),
    "ratio": ("/", PRODUCT, SIGN, POWER),
    "floor_divide": (" // ", SUM, PRODUCT, POWER),
    "mod": (" % ", SUM, PRODUCT, POWER),
}

# Python's infix signs.
BY_SIGN = {
    "+": "add", "-": "subtract", "*": "multiply", "/": "divide", "//": "floor_divide", "%": "mod", "**": "power",
}  # fmt: skip

# The text of every other operation: a template with {} for its operands, or a function of them that returns the text
# and its precedence. Filled from the rows of the table.
TEXTS: dict[str, str | Callable[..., tuple[str, int]]] = {}

DEPTH = 4  # levels of operations in an abridged text
MOST_PARTS = 200  # operations and numbers in a text that is not abridged

SUPERSCRIPTS = {2: "²", 3: "³"}


def text(x: Any, inside: int = SUM) -> str:
    """`x` as a person would write it, in brackets if its precedence is below `inside`."""
    if isinstance(x, Expression) and not x.name:
        written, level = operation_text(x.op, x.operands)
    elif isinstance(x, Expression):
        written, level = x.name, _name_level(x.name)
    else:
        written, level = "absent" if x is None else number(x), _number_level(x)
    return f"({written})" if level < inside else written


def readable(x: Any) -> str:
    """`x` as text, abridged if it is too long to read."""
    return text(x if _is_small(x) else _abridged(x, DEPTH))


def _is_small(x: Any) -> bool:
    """Whether the text would have at most MOST_PARTS operations and numbers, with repeats counted."""
    waiting, count = [x], 0
    while waiting and count <= MOST_PARTS:
        y = waiting.pop()
        count += 1
        if isinstance(y, Expression) and not y.name:
            waiting += [v for z in y.operands for v in (z[:MOST_PARTS] if type(z) is tuple else (z,))]
    return count <= MOST_PARTS


def brief(x: Any, most: int = 120) -> str:
    """`x` as text of at most `most` characters, however large the expression is."""
    written = _abridged_text(x, DEPTH)
    return written if len(written) <= most else written[: max(most - 1, 0)] + "…"


def _abridged_text(x: Any, depth: int) -> str:
    if not isinstance(x, Comparison):
        return text(_abridged(x, depth))
    inside = depth - isinstance(x.left, Comparison)
    right = "…" if x.op == "where" else _abridged_text(x.right, inside)
    return f"{_abridged_text(x.left, inside)} {x.op} {right}" if inside >= 0 else "…"


def _abridged(x: Any, depth: int) -> Any:
    """`x` with … in place of everything deeper than `depth`."""
    if type(x) is tuple:
        kept = x if len(x) <= 6 else (*x[:3], *x[-4:])  # seven, of which `elided` leaves out the middle one
        return tuple(_abridged(v, depth) for v in kept)
    if isinstance(x, Comparison):
        return Expression(_abridged_text(x, depth - 1) if depth else "…")
    if not isinstance(x, Expression) or x.name:
        return x
    if not depth:
        return type(x)("…")
    return type(x)(op=x.op, operands=tuple(_abridged(v, depth - 1) for v in x.operands))


def _number_level(x: Any) -> int:
    """The precedence of a number: that of -x for -3, that of x/3 for the fraction 1/3."""
    written = str(x)
    return SIGN if written.startswith("-") else PRODUCT if "/" in written else WHOLE


SIGNS = {"+": SUM, "-": SUM, "−": SUM, "*": PRODUCT, "·": PRODUCT, "×": PRODUCT, "/": PRODUCT, "^": POWER}
MARKS = frozenset((*SIGNS, *"(){}[]"))  # characters that distinguish an expression from a name


def _name_level(name: str) -> int:
    """The precedence of a name: "1 - p" is a sum, so w·(1 - p) needs brackets."""
    if MARKS.isdisjoint(name):
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
    """The text with control characters as visible escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def number(x: Any) -> str:
    """A number with four significant digits, as in pictures and tables; the sign of a zero is left out.

    >>> number(2 / 3), number(-0.0)
    ('0.6667', '0')
    """
    return f"{x + 0.0:.4g}" if isinstance(x, (float, int)) else str(x)


def signed(x: Any) -> str:
    """A number or its text, in brackets if it is negative, for use in a sum or a product."""
    written = x if isinstance(x, str) else number(x)
    return f"({written})" if written.startswith("-") else written


def operation_text(op: str, operands: tuple[Any, ...]) -> tuple[str, int]:
    """The text of an operation, and its precedence."""
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


def split_at_places(template: str) -> tuple[list[str], list[str]]:
    """The texts around the places of a template, `{}` or `{0}`, and the content of each place: digits, or nothing."""
    first, *rest = template.split("{")
    around, places = [first], []
    for piece in rest:
        place, closed, after = piece.partition("}")
        if closed and (not place or place.isdecimal()):
            places.append(place)
            around.append(after)
        else:
            around[-1] += "{" + piece
    return around, places


def _filled(template: str, operands: tuple[Any, ...]) -> tuple[str, int]:
    """A template filled with its operands, in brackets where needed; a single place takes all operands."""
    around, places = split_at_places(template)
    pieces = around[:1]
    for i, (place, before, after) in enumerate(zip(places, around, around[1:])):
        inside = SUM if before[-1:] in ("(", "|") and after[:1] in (")", "|") else WHOLE
        here = operands if len(places) == 1 else (operands[int(place or i)],)
        pieces += [", ".join(argument_text(x, inside) for x in here), after]
    return "".join(pieces), _name_level("x".join(around))


def argument_text(x: Any, inside: int = SUM) -> str:
    """The text of an operand in a call, or inside text of precedence `inside`."""
    return elided(", ", [text(v) for v in x]) if type(x) is tuple else text(x, inside)


def elided(sign: str, pieces: list[str]) -> str:
    """The pieces joined, without the middle ones if there are more than six."""
    return sign.join(pieces if len(pieces) <= 6 else [*pieces[:3], "…", *pieces[-2:]])

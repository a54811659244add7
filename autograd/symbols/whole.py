"""Whole numbers of a trace: along a path they are known, so they can index, count and shift like Python's."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from math import inf, isfinite, nextafter

from autograd.refusals import no_index
from autograd.symbols.symbol import Condition, Symbol, answering

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ROUNDED = {"floor", "ceil", "round"}  # operations whose results are whole
KEPT = {  # operations whose results are whole if their operands are
    "where", "add", "subtract", "multiply", "negative", "abs", "floor_divide", "mod", "maximum", "minimum", "relu",
    "sum",
}  # fmt: skip
MOST = 300  # operations that are examined, not counting choices between constants, of which `searchsorted` adds up many
BITS = {name: getattr(operator, f"__{name}__") for name in ("and", "or", "xor", "lshift", "rshift")}


def is_whole(x: Any) -> bool:
    """Whether a traced number is computed from whole numbers only: f on floats has an int here.

    >>> from math import floor
    >>> x = Symbol("x")
    >>> is_whole(2 * floor(x) + 1), is_whole(2 * x + 1)
    (True, False)
    """
    waiting, seen = [x], set()
    while waiting:
        x = waiting.pop()
        if type(x) is not Symbol:
            if type(x) is not Condition and x % 1 != 0:  # the constants of a Value are floats
                return False
        elif id(x) not in seen and x.op not in ROUNDED:
            if not _is_of_constants(x):
                seen.add(id(x))
            if x.op not in KEPT or len(seen) > MOST:
                return False
            waiting += reversed(_parts(x))
    return True


def _parts(x: Symbol) -> Sequence[Any]:
    """The operands that decide whether a number is whole, and how large it is."""
    return x.operands[0] if x.op == "sum" else x.operands[x.op == "where" :]


def _is_of_constants(x: Any) -> bool:
    return type(x) is not Symbol or (x.op == "where" and Symbol not in map(type, x.operands[1:]))


def span(x: Any) -> tuple[float, float]:
    """The least and greatest possible values of a traced number, as far as its operations show.

    >>> x = Symbol("x")
    >>> span(x % 4), span(x)
    ((0.0, 3.9999999999999996), (-inf, inf))
    """
    known: dict[int, tuple[float, float]] = {}
    waiting = [x]
    while waiting:
        x = waiting[-1]
        parts = _spanned(x)
        missing = [part for part in parts if id(part) not in known and not _is_of_constants(part)]
        if len(known) > MOST:
            return EVERYWHERE
        if missing:
            waiting += missing
            continue
        waiting.pop()
        known[id(x)] = _span(x, [known.get(id(part)) or _span(part, map(_constant, _spanned(part))) for part in parts])
    return known[id(x)]


def _spanned(x: Any) -> Sequence[Any]:
    return _parts(x) if type(x) is Symbol and x.op in SPANS else ()


def _span(x: Any, parts: Iterable[tuple[float, float]]) -> tuple[float, float]:
    if type(x) is not Symbol:
        return _constant(x)
    return SPANS[x.op](*parts) if x.op in SPANS else EVERYWHERE


def _constant(x: Any) -> tuple[float, float]:
    return (0.0, 1.0) if type(x) is Condition else (float(x), float(x))


Span = tuple[float, float]
EVERYWHERE = -inf, inf


def _of_product(x: Span, y: Span) -> Span:
    found = [a * b for a, b in product(x, y)]
    return (min(found), max(found)) if all(map(isfinite, found)) else EVERYWHERE


# The span of an operation's result, from the spans of its operands.
SPANS: dict[str, Callable[..., Span]] = {
    "where": lambda x, y: (min(x[0], y[0]), max(x[1], y[1])),
    "add": lambda x, y: (x[0] + y[0], x[1] + y[1]),
    "subtract": lambda x, y: (x[0] - y[1], x[1] - y[0]),
    "sum": lambda *xs: (sum(x[0] for x in xs), sum(x[1] for x in xs)),
    "negative": lambda x: (-x[1], -x[0]),
    "multiply": _of_product,
    "maximum": lambda x, y: (max(x[0], y[0]), max(x[1], y[1])),
    "minimum": lambda x, y: (min(x[0], y[0]), min(x[1], y[1])),
    "clip": lambda x, low, high: (min(low[0], high[0]), high[1]),
    "relu": lambda x: (max(x[0], 0.0), max(x[1], 0.0)),
    "floor": lambda x: (x[0] - 1, x[1]),
    "ceil": lambda x: (x[0], x[1] + 1),
    "round": lambda x: (x[0] - 0.5, x[1] + 0.5),
    "mod": lambda x, y: (0.0, nextafter(y[1], 0.0)) if y[0] > 0 else EVERYWHERE,
}


def known_whole(x: Symbol) -> int:
    """The value of a whole number, for rows that share it: those along a path."""
    along = answering.get()
    if along is None or not is_whole(x):
        raise no_index()
    value = along.number(x)
    along.truth(x == value if value == value else x != x)
    return int(value)


def _of_bits(function: Callable[[int, int], int], reflected: bool) -> Callable[[Any, Any], int]:
    def of_bits(x: Symbol, y: Any) -> int:
        left, right = known_whole(x), operator.index(y)
        return function(right, left) if reflected else function(left, right)

    return of_bits


def _known_float(x: Symbol) -> float:
    """A sum of conditions as a float, of the rows along a path; any other number is not known."""
    return float(known_whole(x)) if is_whole(x) else _unknown(x)


_unknown = Symbol.__float__
Symbol.__index__ = known_whole  # type: ignore[attr-defined]  # methods of Symbol, defined here
Symbol.__float__ = _known_float  # type: ignore[method-assign]  # as above
Symbol.__int__ = lambda x: int(_known_float(x))
for _name, _function in BITS.items():
    setattr(Symbol, f"__{_name}__", _of_bits(_function, False))
    setattr(Symbol, f"__r{_name}__", _of_bits(_function, True))

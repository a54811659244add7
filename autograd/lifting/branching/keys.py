"""Traced keys: each row has its own number, and finds the key that f would find on floats."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from types import FunctionType
from typing import Any

from autograd.arrays.lists import is_traced
from autograd.lifting.branching.apart import Choice, known
from autograd.lifting.branching.merging import both, either, merged, opposite, same_number, truth
from autograd.lifting.stand_ins.python_names import extremes
from autograd.primitives.operators import core
from autograd.refusals import refuse
from autograd.symbols import KEY, Condition, Symbol, answering
from autograd.symbols.text import brief

MOST_KEYS = 64  # values that a key may have
ON_KEYS: dict[str, Callable[..., Any]] = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "negative": operator.neg, "abs": abs,
}  # fmt: skip


# By id: a number of the running trace, and the values that it may have; computed when they are asked for.
ranges: ContextVar[dict[int, tuple[Any, tuple[Any, ...]]]] = ContextVar("autograd ranges")


def same(x: Any, y: Any) -> Any:
    """`x is y`."""
    if type(x) is Choice:
        return x.each(lambda value: same(value, y))
    if type(x) is Condition and type(y) is bool:
        return truth(x) if y else opposite(truth(x))
    if type(y) is bool and is_traced([x]):
        raise refuse(lambda most: f"whether {brief(core(x), most - 14)} is {y}", "name the argument in static=")
    if type(y) in (Choice, Condition) and type(x) is not Condition:
        return same(y, x)
    return known(x) is known(y) or _is_chosen(core(x), core(y))


def _is_chosen(x: Any, y: Any) -> Any:
    """The condition that x is y, of which branches chose one or both; plain numbers are compared by their bits."""
    found: dict[int, Any] = {}
    waiting = [x] if _chosen(x) or _chosen(y) else []
    while waiting:
        part = waiting[-1]
        parts = () if part is y else _chosen(part)
        missing = [side for side in parts[1:] if id(side) not in found]
        if missing:
            waiting += missing
            continue
        if parts:
            found[id(part)] = merged(parts[0], *(found[id(side)] for side in parts[1:]))
        else:
            found[id(part)] = part is y or same_number(part, y) or (bool(_chosen(y)) and _is_chosen(y, part))
        waiting.pop()
    return found.get(id(x), False)


def _chosen(x: Any) -> tuple[Any, ...]:
    """The condition and the two options of a number that is one of two, the first at a tie; empty for other numbers."""
    x = extremes.get({}).get(id(x), (x, x))[1]
    if type(x) is not Symbol or x.op not in ("where", "maximum", "minimum"):
        return ()
    if x.op == "where":
        return x.operands
    a, b = x.operands
    return (truth(a >= b if x.op == "maximum" else a <= b), a, b)


def is_own(x: Any, name: str) -> bool:
    """Whether x has this method from the user's class, rather than from a builtin one."""
    return type(getattr(type(x), name, None)) is FunctionType


def is_traced_key(key: Any) -> bool:
    """Whether a key is a traced number, or a tuple with one."""
    return any(map(is_traced_key, key)) if isinstance(key, tuple) else is_traced([key])


def possible(key: Any) -> tuple[Any, ...]:
    """The plain keys that a traced key may equal; empty if they are unknown or too many."""
    if type(key) is tuple:
        found = list(itertools.islice(itertools.product(*(possible(x) or (x,) for x in key)), MOST_KEYS + 1))
        return tuple(found) if len(found) <= MOST_KEYS else ()
    known = ranges.get({})
    waiting = [key]
    while waiting:
        x = waiting[-1]
        parts = x.operands[x.op == "where" :] if type(x) is Symbol else ()
        missing = [part for part in parts if type(part) is Symbol and id(part) not in known]
        if missing:
            waiting += missing
            continue
        known[id(x)] = x, _possible(x, [known.get(id(part), (part, (part,)))[1] for part in parts])
        waiting.pop()
    return known[id(key)][1]


def _possible(x: Any, parts: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    if type(x) is not Symbol:
        return (False, True) if type(x) is Condition else (x,)
    if not all(parts) or not all(isinstance(value, int) for part in parts for value in part):
        return ()
    if x.op == "where":
        found: Iterable[Any] = itertools.chain(*parts)
    elif x.op in ON_KEYS:
        found = itertools.starmap(ON_KEYS[x.op], itertools.islice(itertools.product(*parts), MOST_KEYS * MOST_KEYS))
    else:
        return ()
    values = tuple(dict.fromkeys(found))
    return values if len(values) <= MOST_KEYS else ()


def replaced(key: Any, place: int, value: Any) -> Any:
    """The key with `value` at this place if it is a tuple, otherwise `value`."""
    return (*key[:place], value, *key[place + 1 :]) if type(key) is tuple else value


def equals(key: Any, value: Any) -> Any:
    """The condition that a key equals a value; one or both may be traced."""
    if not isinstance(key, tuple) or is_own(key, "__eq__") or is_own(value, "__eq__"):
        return key is value or truth(key == value)
    found: Any = isinstance(value, tuple) and len(value) == len(key)
    for x, part in zip(key, value if found else ()):
        found = both(found, equals(x, part))
    return found


def rivals(xs: Any, key: Any) -> list[tuple[Any, Any]]:
    """The keys of a dict that a traced key may equal, each after the condition that it does.

    Empty along a path, where keys have their values, and for a class with a `__getitem__` of its own.
    """
    if not isinstance(xs, dict) or answering.get() is not None or not is_traced_key(key) or is_own(xs, "__getitem__"):
        return []
    found = [(here, x) for here, x in ((equals(key, x), x) for x in xs) if here is not False]
    if len(found) > MOST_KEYS:
        raise refuse(lambda most: f"which of {len(found)} keys this is", KEY)
    return found


def stored(xs: Any, key: Any) -> Any:
    """Return the key under which to store an item; a traced key of a dict is refused, except along a path."""
    if isinstance(xs, dict) and answering.get() is None and is_traced_key(key):
        raise refuse(lambda most: "which key a number is", KEY)
    return key


def contains(x: Any, xs: Any) -> Any:
    """`x in xs`, where equal numbers count as the same, as floats do."""
    if type(x) is Choice:
        return x.each(lambda value: contains(value, xs))
    if is_own(xs, "__contains__"):
        return truth(type(xs).__contains__(xs, x))
    hashed = isinstance(xs, (set, frozenset, dict))
    if hashed and answering.get() is not None:
        return x in xs
    if not (hashed or isinstance(xs, (list, tuple))) or not any(map(is_traced_key, (x, *xs))):
        return x in xs
    found: Any = False
    for item in xs:
        found = either(found, equals(item, x))
    return found

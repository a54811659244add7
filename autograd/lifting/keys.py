"""Keys that are traced: whole numbers of which each row has one, since branches chose between plain ones."""

from __future__ import annotations

import itertools
import operator
from typing import TYPE_CHECKING, Any

from autograd.arrays.lists import is_traced
from autograd.lifting.apart import Choice, known
from autograd.lifting.merging import both, either, opposite, truth
from autograd.primitives.operators import core
from autograd.refusals import refuse
from autograd.symbols import Condition, Symbol
from autograd.symbols.text import brief

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MOST = 64  # values that a key may have
WHOLE: dict[str, Callable[..., Any]] = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "negative": operator.neg, "abs": abs,
}  # fmt: skip


def same(x: Any, y: Any) -> Any:
    """`x is y`."""
    if type(x) is Choice:
        return x.each(lambda value: same(value, y))
    if type(x) is Condition and type(y) is bool:
        return truth(x) if y else opposite(truth(x))
    if type(y) is bool and is_traced([x]):
        raise refuse(lambda most: f"whether {brief(core(x), most - 14)} is {y}", "name the argument in static=")
    return same(y, x) if type(y) in (Choice, Condition) and type(x) is not Condition else known(x) is known(y)


def is_traced_key(key: Any) -> bool:
    """Whether a key is a traced number, or a tuple with one."""
    return type(key) is Symbol or (type(key) is tuple and any(type(x) is Symbol for x in key))


def possible(key: Any) -> tuple[Any, ...]:
    """The plain keys that a traced one may be; none if they are not known, or too many."""
    if type(key) is tuple:
        found = list(itertools.islice(itertools.product(*(possible(x) or (x,) for x in key)), MOST + 1))
        return tuple(found) if len(found) <= MOST else ()
    known: dict[int, tuple[Any, ...]] = {}
    waiting = [key]
    while waiting:
        x = waiting[-1]
        parts = x.operands[x.op == "where" :] if type(x) is Symbol else ()
        missing = [part for part in parts if type(part) is Symbol and id(part) not in known]
        if missing:
            waiting += missing
            continue
        known[id(x)] = _possible(x, [known.get(id(part), (part,)) for part in parts])
        waiting.pop()
    return known[id(key)]


def _possible(x: Any, parts: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    if type(x) is not Symbol:
        return (x,)
    if not all(parts) or not all(isinstance(value, int) for part in parts for value in part):
        return ()
    if x.op == "where":
        found: Iterable[Any] = itertools.chain(*parts)
    elif x.op in WHOLE:
        found = itertools.starmap(WHOLE[x.op], itertools.islice(itertools.product(*parts), MOST * MOST))
    else:
        return ()
    values = tuple(dict.fromkeys(found))
    return values if len(values) <= MOST else ()


def replaced(key: Any, place: int, value: Any) -> Any:
    """A key with another part at this place, if it is a tuple, or another key."""
    return (*key[:place], value, *key[place + 1 :]) if type(key) is tuple else value


def equals(key: Any, value: Any) -> Any:
    """Where a traced key is this plain one."""
    if type(key) is not tuple:
        return truth(key == value)
    found: Any = True
    for x, part in zip(key, value):
        found = both(found, truth(x == part)) if x is not part else found
    return found


def contains(x: Any, xs: Any) -> Any:
    """`x in xs`, where equal numbers are the same, as they are for floats."""
    if type(x) is Choice:
        return x.each(lambda value: contains(value, xs))
    if not isinstance(xs, (list, tuple, set, frozenset, dict)) or not (is_traced([x]) or is_traced(list(xs))):
        return x in xs
    found: Any = False
    for item in xs:
        found = either(found, item is x or truth(item == x))
    return found

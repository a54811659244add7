"""Replacements for Python functions that choose, in code with traced branches: Python's own choices, as selections."""

from __future__ import annotations

import builtins
import functools
import itertools
import operator
from collections.abc import Callable
from types import BuiltinFunctionType
from typing import Any

from autograd.arrays import lists
from autograd.lifting.branching.apart import picking
from autograd.lifting.branching.filters import Filtered, Perhaps, placed
from autograd.lifting.branching.merging import both, either, merged, opposite, truth
from autograd.symbols import Condition

ABSENT = object()


def selected(test: Any, a: Any, b: Any) -> Any:
    """`a` if the test holds, otherwise `b`; they are merged if the test is traced."""
    condition = truth(test)
    return merged(condition, a, b) if type(condition) is Condition else a if condition else b


def _extreme(original: Callable[..., Any], wins: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def extreme(*args: Any, key: Callable[[Any], Any] | None = None, default: Any = ABSENT) -> Any:
        found, best, best_key = False, None, None
        for here, x in placed(args[0] if len(args) == 1 else args):
            own = key(x) if key else x
            better = _better(args[0], here, found, functools.partial(wins, own, best_key))
            best = x if found is False else selected(better, x, best)
            best_key = best if key is None else own if found is False else selected(better, own, best_key)
            found = either(found, here)
        if found is True:
            return best

        def none() -> Any:
            return original([]) if default is ABSENT else default

        return none() if found is False else args[0]._pick(found, lambda: best, none)

    extreme.__name__ = extreme.__qualname__ = original.__name__
    return extreme


def _better(xs: Any, here: Any, found: Any, wins: Callable[[], Any]) -> Any:
    """The condition that an item is present and is the first or wins; items are compared where both are present."""
    if here is True and found is True:
        return truth(wins())
    if found is False:
        return here
    both_there: Any = both(here, found)
    return xs._pick(both_there, lambda: truth(wins()), lambda: both(here, opposite(found)))


def _sum(xs: Any, /, start: Any = 0) -> Any:
    if type(xs) is not Filtered:
        return sum(xs, start)
    for here, x in placed(xs):
        start = _added(xs, here, start, x)
    return start


def _added(xs: Any, here: Any, total: Any, x: Any) -> Any:
    return total + x if here is True else xs._pick(here, lambda: total + x, lambda: total)


def _len(xs: Any, /) -> Any:
    return _sum(Filtered([Perhaps(here, 1) for here, _ in placed(xs)], xs._pick)) if type(xs) is Filtered else len(xs)


def _sorted(xs: Any, /, *, key: Callable[[Any], Any] | None = None, reverse: bool = False) -> list[Any]:
    """Sort by insertion: neighbours are exchanged where they are in the wrong order."""
    items = list(xs)
    keys = [key(x) for x in items] if key else list(items)
    wrong = operator.gt if reverse else operator.lt
    for last in range(1, len(items)):
        for i in range(last, 0, -1):
            swaps = truth(wrong(keys[i], keys[i - 1]))
            if swaps is False:
                break
            for row in (items, keys):
                row[i - 1], row[i] = selected(swaps, row[i], row[i - 1]), selected(swaps, row[i - 1], row[i])
    return items


def _some(xs: Any, test: Callable[[Any], Any]) -> Any:
    """Whether the test holds for an item; an iterator computes its next item for the rows that have found none."""
    kept = (both(here, test(x)) if here is not False else False for here, x in placed(xs))
    if not hasattr(xs, "__next__"):
        return lists.balanced(either, [False, *kept])
    pick, taken, found, count = picking.get(), [False], False, 0
    while found is not True and len(taken) > count:
        found, count = either(found, taken[-1]), len(taken)
        pick(opposite(found), lambda: taken.extend(itertools.islice(kept, 1)), lambda: None)
    return found


def _any(xs: Any) -> Any:
    return _some(xs, truth)


def _all(xs: Any) -> Any:
    return opposite(_some(xs, lambda x: opposite(truth(x))))


CHOICES: dict[str, Any] = {
    "max": _extreme(max, operator.gt), "min": _extreme(min, operator.lt), "sorted": _sorted, "any": _any, "all": _all,
    "sum": _sum, "len": _len,
}  # fmt: skip
OF_TRUTHS = {name: CHOICES[name] for name in ("any", "all")}
OF: dict[Any, Any] = {getattr(builtins, name): ours for name, ours in CHOICES.items()}


def choice_of(x: Any) -> Any:
    """The replacement for a Python function that chooses; x itself for anything else."""
    return OF.get(x, x) if isinstance(x, BuiltinFunctionType) else x

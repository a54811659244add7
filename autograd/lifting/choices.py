"""Python's functions that choose, in code whose branches are traced: each choice is Python's own, as a selection."""

from __future__ import annotations

import builtins
import operator
from typing import TYPE_CHECKING, Any

from autograd.lifting.merging import either, merged, opposite, truth
from autograd.symbols import Condition

if TYPE_CHECKING:
    from collections.abc import Callable

ABSENT = object()


def selected(test: Any, a: Any, b: Any) -> Any:
    """`a` if the test holds, else `b`; merged where it is traced."""
    condition = truth(test)
    return merged(condition, a, b) if type(condition) is Condition else a if condition else b


def _extreme(original: Callable[..., Any], wins: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def extreme(*args: Any, key: Callable[[Any], Any] | None = None, default: Any = ABSENT) -> Any:
        items = list(args[0]) if len(args) == 1 else list(args)
        if not items:
            return original(items) if default is ABSENT else default
        best, best_key = items[0], key(items[0]) if key else items[0]
        for x in items[1:]:
            own = key(x) if key else x
            better = truth(wins(own, best_key))
            best, best_key = selected(better, x, best), selected(better, own, best_key)
        return best

    extreme.__name__ = extreme.__qualname__ = original.__name__
    return extreme


def _sorted(xs: Any, /, *, key: Callable[[Any], Any] | None = None, reverse: bool = False) -> list[Any]:
    """A sort by exchanges: neighbours change places where they stand the wrong way round."""
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


def _any(xs: Any) -> Any:
    found: Any = False
    for x in xs:
        found = either(found, truth(x))
        if found is True:
            break
    return found


def _all(xs: Any) -> Any:
    return opposite(_any(opposite(truth(x)) for x in xs))


CHOICES: dict[str, Any] = {
    "max": _extreme(max, operator.gt), "min": _extreme(min, operator.lt), "sorted": _sorted, "any": _any, "all": _all,
}  # fmt: skip
OF: dict[Any, Any] = {getattr(builtins, name): ours for name, ours in CHOICES.items()}


def choice_of(x: Any) -> Any:
    """What stands for a function of Python's that chooses; x itself for anything else."""
    try:
        return OF.get(x, x)
    except TypeError:  # it has no hash
        return x

"""Merging: a branch's condition selects between the two values that a name has at the ends of its sides."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from enum import Enum
from sys import getrefcount
from types import FunctionType
from typing import Any

import numpy

from autograd.arrays import holding, scalars
from autograd.arrays.lists import is_traced
from autograd.arrays.origins import of_side
from autograd.arrays.scalars import choose
from autograd.lifting.branching.apart import CHOOSABLE, MOST_VALUES, Apart, Choice, key_of
from autograd.lifting.branching.contents import (
    CONTAINERS,
    attributes,
    builtin_of,
    give,
    holds_attributes_alone,
    is_changeable,
    items,
)
from autograd.lifting.stand_ins.python_names import is_lifted
from autograd.refusals import refuse
from autograd.symbols import Condition, answering

NUMBERS = (int, float, numpy.number, numpy.bool_)  # bool is an int
BARE = (tuple, *CONTAINERS)  # classes of objects without attributes


def truth(x: Any) -> Any:
    """Whether x counts as true: a bool, or a condition in a trace, except along a path."""
    if type(x) is bool:
        return x
    if isinstance(x, numpy.ndarray) and x.size == 1:
        x = x.flat[0]
    if type(x) is Choice:
        return x.each(truth)
    own = getattr(type(x), "__bool__", None)
    if type(own) is FunctionType and not is_lifted(x):
        return truth(own(x))
    found = scalars.truth(x) if is_lifted(x) else x.truth() if isinstance(x, Apart) else bool(x)
    return found if answering.get() is None else bool(found)


def opposite(condition: Any) -> Any:
    """The condition that holds where this one does not."""
    return not condition if type(condition) is bool else condition.of_booleans(False, True)


def both(a: Any, b: Any) -> Any:
    """The condition that both conditions hold."""
    if type(a) is bool:
        return b if a else False
    return a.of_booleans(b, False) if b is not False else False


def either(a: Any, b: Any) -> Any:
    """The condition that at least one of two conditions holds."""
    if type(a) is bool:
        return True if a else b
    return a.of_booleans(True, b) if b is not True else True


def _as_it_is(x: Any) -> None:
    """Do nothing: most structures are merged with the contents that they have."""


def merged(condition: Condition, a: Any, b: Any, settle: Callable[[Any], None] = _as_it_is) -> Any:
    """`a` where the condition holds, otherwise `b`: a number, a condition, or a structure of them.

    Values that cannot be merged become an Apart, since the code may never use them. `settle` is called with each
    structure before it is merged.
    """
    return _merged(condition, a, b, {}, settle)


def _merged(
    condition: Condition, a: Any, b: Any, known: dict[tuple[int, int], Any], settle: Callable[[Any], None]
) -> Any:
    if a is b:
        return a
    if isinstance(a, Apart) or isinstance(b, Apart):
        return _choice(condition, a, b, (a if isinstance(a, Apart) else b)._why)
    if is_truth(a) and is_truth(b):
        return a if type(a) is bool and a is b else condition.of_booleans(a, b)
    if is_number(a) and is_number(b):
        return a if same_number(a, b) else of_side(choose(condition, a, b), a, b)
    if type(a) is not type(b):
        return _choice(condition, a, b, f"a {type(a).__name__} or a {type(b).__name__}")
    if isinstance(a, CHOOSABLE) and a != b:
        return _choice(condition, a, b, f"one of two of type {type(a).__name__}")
    key = (id(a), id(b))
    if key not in known:
        merge = next((rule for kind, rule in STRUCTURES if isinstance(a, kind)), _merged_objects)
        settle(a)
        settle(b)
        made = known[key] = merge(lambda x, y: _merged(condition, x, y, known, settle), a, b)
        if is_changeable(made):
            mixtures.get({})[id(made)] = made, (a, b)
    return known[key]


def _options(x: Any) -> dict[Any, tuple[Any, Any]]:
    """The values that x may have, each with the condition that a row has it."""
    if type(x) is Choice:
        return x._options
    key = "number" if is_number(x) and not is_truth(x) else key_of(x)
    return {} if key is None else {key: (True, x)}


def _choice(condition: Condition, a: Any, b: Any, why: str) -> Apart:
    """A choice of one of two values; an Apart with the reason if there can be none."""
    yes, no = _options(a), _options(b)
    if not yes or not no or len(yes | no) > MOST_VALUES:
        return Apart(why)
    found = {}
    for key in yes | no:
        (here, x), (there, y) = yes.get(key) or (False, no[key][1]), no.get(key) or (False, yes[key][1])
        where = here if here is there else condition.of_booleans(here, there)
        found[key] = where, merged(condition, x, y) if key == "number" else x
    return Choice(found)


# By id: a merged structure, and the two from which it was made. Each trace has its own dict.
mixtures: ContextVar[dict[int, tuple[Any, tuple[Any, Any]]]] = ContextVar("autograd mixtures")


def unmix(x: Any) -> None:
    """Refuse a change of x if it was merged from two objects and other names hold one of these: it would not change."""
    parts = mixtures.get({}).pop(id(x), (x, ()))[1]
    if any(count > ALONE for count in references(parts)):
        kind = type(x).__name__
        raise refuse(lambda most: f"which of two {kind}s is changed", "change each on its own side of the branch")


def references(parts: tuple[Any, ...]) -> list[int]:
    """The number of references to each part."""
    return [getrefcount(part) for part in parts]


ALONE = references(([],))[0]  # the number for an object to which nothing else refers


def _merged_sequences(merge: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    kind = builtin_of(a)
    sizes = [kind.__len__(x) for x in (a, b)]
    if sizes[0] != sizes[1]:
        return Apart(f"a {type(a).__name__} of {sizes[0]} or {sizes[1]} items")
    if kind is deque and a.maxlen != b.maxlen:
        return Apart(f"a {type(a).__name__} of at most {a.maxlen} or {b.maxlen} items")
    found = list(map(merge, kind.__iter__(a), kind.__iter__(b)))
    if kind is tuple:
        return _beside(merge, a, b, tuple.__new__(type(a), found))
    made = kind.__new__(type(a))
    if kind is deque:
        deque.__init__(made, (), a.maxlen)
    kind.extend(made, found)
    return _beside(merge, a, b, made)


def _merged_dicts(merge: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    kind, one, other = builtin_of(a), items(a), items(b)
    if list(one) != list(other):
        return Apart("a dict of other keys, or in another order")
    made = kind.__new__(type(a))
    kind.update(made, {key: merge(x, other[key]) for key, x in one.items()})
    return _beside(merge, a, b, made)


def _beside(merge: Callable[[Any, Any], Any], a: Any, b: Any, made: Any) -> Any:
    """Return `made`, which was merged from two objects, with their attributes merged too."""
    if type(a) in BARE:
        return made
    one, other = attributes(a), attributes(b)
    if one.keys() != other.keys():
        return Apart(f"a {type(a).__name__} of other attributes")
    give(made, {name: merge(x, other[name]) for name, x in one.items()})
    return made


def _merged_arrays(merge: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    if a.shape != b.shape:
        return Apart(f"an array of shape {a.shape} or {b.shape}")
    items = [merge(x, y) for x, y in zip(*[x.view(numpy.ndarray).ravel().tolist() for x in (a, b)])]
    if not is_traced(items):
        return numpy.array(items, dtype=numpy.result_type(a, b)).reshape(a.shape)
    return holding(numpy.array(items, dtype=object).reshape(a.shape), traced=True)


def _merged_errors(merge: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    kind: type[BaseException] = type(a)
    made, args = kind.__new__(kind), merge(a.args, b.args)
    if isinstance(args, Apart):
        return args
    made.args = args
    return _beside(merge, a, b, made)


def _merged_objects(merge: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    if not holds_attributes_alone(a):
        alike = isinstance(a, (str, bytes, type(None), range, slice, set, frozenset)) and a == b
        return a if alike else Apart(f"one of two of type {type(a).__name__}")
    return _beside(merge, a, b, copy.copy(a))


STRUCTURES: tuple[tuple[Any, Callable[..., Any]], ...] = (
    ((list, tuple, deque), _merged_sequences), (dict, _merged_dicts), (numpy.ndarray, _merged_arrays),
    (BaseException, _merged_errors),
)  # fmt: skip


def is_truth(x: Any) -> bool:
    return type(x) is bool or type(x) is Condition


def is_number(x: Any) -> bool:
    """Whether x is a number and nothing more: a member of an IntEnum has a name, too, and is compared by identity."""
    return (isinstance(x, NUMBERS) and not isinstance(x, Enum)) or is_lifted(x)


def same_number(a: Any, b: Any) -> bool:
    """Whether two numbers are plain, of one type, and have the same bits."""
    return type(a) is type(b) and not is_lifted(a) and repr(a) == repr(b)


def frozen(running: Condition, new: Any, old: Any) -> Any:
    """The new value for the rows still in a loop; a row that is done keeps its number, so that nothing overflows."""
    if new is old or not (is_traced_number(new) or isinstance(new, (list, tuple, numpy.ndarray))):
        return new
    found = merged(running, new, old)
    return new if _is_apart(found) else found


def is_traced_number(x: Any) -> bool:
    return type(x) is not Condition and is_lifted(x) and is_traced([x])


def _is_apart(x: Any) -> bool:
    return isinstance(x, Apart) or (isinstance(x, (list, tuple)) and any(map(_is_apart, x)))

"""Merging: one value from the two that a name has at the ends of a branch, by the branch's condition."""

from __future__ import annotations

import copy
from collections import deque
from contextvars import ContextVar
from sys import getrefcount
from types import CellType
from typing import TYPE_CHECKING, Any

import numpy

from autograd.arrays import holding, scalars
from autograd.arrays.lists import is_traced
from autograd.arrays.scalars import choose
from autograd.lifting.apart import CHOOSABLE, MOST_VALUES, UNASSIGNED, Apart, Choice, key_of
from autograd.lifting.python_names import is_lifted
from autograd.refusals import refuse
from autograd.symbols import Condition, answering

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBERS = (int, float, numpy.number, numpy.bool_)  # bool is an int


def truth(x: Any) -> Any:
    """Whether x counts as true: a bool, or in a trace a condition, unless it is along a path."""
    if type(x) is bool:
        return x
    if isinstance(x, numpy.ndarray) and x.size == 1:
        x = x.item()
    if type(x) is Choice:
        return x.each(truth)
    found = scalars.truth(x) if is_lifted(x) else x.truth() if isinstance(x, Apart) else bool(x)
    return found if answering.get() is None else bool(found)


def opposite(condition: Any) -> Any:
    """The condition that holds where this one does not."""
    return not condition if type(condition) is bool else condition.of_booleans(False, True)


def both(a: Any, b: Any) -> Any:
    """The condition that two conditions hold."""
    if type(a) is bool:
        return b if a else False
    return a.of_booleans(b, False) if b is not False else False


def either(a: Any, b: Any) -> Any:
    """The condition that one of two conditions holds."""
    if type(a) is bool:
        return True if a else b
    return a.of_booleans(True, b) if b is not True else True


def merged(condition: Condition, a: Any, b: Any) -> Any:
    """`a` where the condition holds, else `b`: a number, a condition, or a structure of them.

    What cannot be merged is Apart: the code may never use it.
    """
    return _merged(condition, a, b, {})


def _merged(condition: Condition, a: Any, b: Any, known: dict[tuple[int, int], Any]) -> Any:
    if a is b:
        return a
    if isinstance(a, Apart) or isinstance(b, Apart):
        return _choice(condition, a, b, (a if isinstance(a, Apart) else b)._why)
    if is_truth(a) and is_truth(b):
        return a if type(a) is bool and a is b else condition.of_booleans(a, b)
    if is_number(a) and is_number(b):
        return a if same_number(a, b) else choose(condition, a, b)
    if type(a) is not type(b):
        return _choice(condition, a, b, f"a {type(a).__name__} or a {type(b).__name__}")
    if isinstance(a, CHOOSABLE) and a != b:
        return _choice(condition, a, b, f"one of two of type {type(a).__name__}")
    key = (id(a), id(b))
    if key not in known:
        merge = next((rule for kind, rule in STRUCTURES if isinstance(a, kind)), _merged_objects)
        made = known[key] = merge(lambda x, y: _merged(condition, x, y, known), a, b)
        if is_changeable(made):
            mixtures.get({})[id(made)] = made, (a, b)
    return known[key]


def _options(x: Any) -> dict[Any, tuple[Any, Any]]:
    """The values that this may be, each with the condition that a row has it."""
    if type(x) is Choice:
        return x._options
    key = "number" if is_number(x) and not is_truth(x) else key_of(x)
    return {} if key is None else {key: (True, x)}


def _choice(condition: Condition, a: Any, b: Any, why: str) -> Apart:
    """The choice of one of two values; if there can be none, something that tells why."""
    yes, no = _options(a), _options(b)
    if not yes or not no or len(yes | no) > MOST_VALUES:
        return Apart(why)
    found = {}
    for key in yes | no:
        (here, x), (there, y) = yes.get(key) or (False, no[key][1]), no.get(key) or (False, yes[key][1])
        where = here if here is there else condition.of_booleans(here, there)
        found[key] = where, merged(condition, x, y) if key == "number" else x
    return Choice(found)


# Structures that were merged, by id, and the two that each was made of; a trace has its own.
mixtures: ContextVar[dict[int, tuple[Any, tuple[Any, Any]]]] = ContextVar("autograd mixtures")


def unmix(x: Any) -> None:
    """Before x changes: refuse if it was merged from two and other names have one of these, which would not change."""
    parts = mixtures.get({}).pop(id(x), (x, ()))[1]
    if any(count > ALONE for count in holders(parts)):
        kind = type(x).__name__
        raise refuse(lambda most: f"which of two {kind}s is changed", "change each on its own side of the branch")


def holders(parts: tuple[Any, ...]) -> list[int]:
    """How many references there are to each of these."""
    return [getrefcount(part) for part in parts]


ALONE = holders(([],))[0]  # to an object that nothing else refers to


def _merged_sequences(merge: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    if len(a) != len(b):
        return Apart(f"a {type(a).__name__} of {len(a)} or {len(b)} items")
    items = map(merge, a, b)
    return type(a)(*items) if hasattr(a, "_fields") else type(a)(items)


def _merged_dicts(merge: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    if list(a) != list(b):
        return Apart("a dict of other keys, or in another order")
    made = copy.copy(a)
    made.update((key, merge(x, b[key])) for key, x in a.items())
    return made


def _merged_arrays(merge: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    if a.shape != b.shape:
        return Apart(f"an array of shape {a.shape} or {b.shape}")
    items = [merge(x, y) for x, y in zip(a.reshape(-1).tolist(), b.reshape(-1).tolist())]
    if not is_traced(items):
        return numpy.array(items, dtype=numpy.result_type(a, b)).reshape(a.shape)
    array = numpy.empty(len(items), dtype=object)
    array[:] = items
    return holding(array.reshape(a.shape), traced=True)


def _merged_objects(merge: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    fields = getattr(a, "__dict__", None)
    if isinstance(a, BaseException) or fields is None or not holds_attributes_alone(a):
        alike = isinstance(a, (str, bytes, type(None), range, slice, set, frozenset)) and a == b
        return a if alike else Apart(f"one of two of type {type(a).__name__}")
    if fields.keys() != b.__dict__.keys():
        return Apart(f"a {type(a).__name__} of other attributes")
    made = copy.copy(a)
    made.__dict__.update((name, merge(x, b.__dict__[name])) for name, x in fields.items())
    return made


STRUCTURES: tuple[tuple[Any, Callable[..., Any]], ...] = (
    ((list, tuple, deque), _merged_sequences), (dict, _merged_dicts), (numpy.ndarray, _merged_arrays),
)  # fmt: skip


def is_truth(x: Any) -> bool:
    return type(x) is bool or type(x) is Condition


def is_number(x: Any) -> bool:
    return isinstance(x, NUMBERS) or is_lifted(x)


def same_number(a: Any, b: Any) -> bool:
    """Whether two numbers are plain, of one type, and have the same bits."""
    return type(a) is type(b) and not is_lifted(a) and repr(a) == repr(b)


def frozen(running: Condition, new: Any, old: Any) -> Any:
    """A value of the rows that still run a loop; a row that is done keeps its number, so that nothing overflows."""
    if new is old or not (is_traced_number(new) or isinstance(new, (list, tuple, numpy.ndarray))):
        return new
    found = merged(running, new, old)
    return new if _is_apart(found) else found


def is_traced_number(x: Any) -> bool:
    return type(x) is not Condition and is_lifted(x) and is_traced([x])


def _is_apart(x: Any) -> bool:
    return isinstance(x, Apart) or (isinstance(x, (list, tuple)) and any(map(_is_apart, x)))


# --- contents -------------------------------------------------------------------------------------


CONTAINERS = (list, dict, set, deque, bytearray, numpy.ndarray)


def is_changeable(x: Any) -> bool:
    """Whether x holds something that code can change in place, and that we can put back."""
    if isinstance(x, (*CONTAINERS, CellType)):
        return True
    return hasattr(x, "__dict__") and holds_attributes_alone(x) and not is_lifted(x)


class PlainObject:
    """An object of attributes alone."""


def holds_attributes_alone(x: Any) -> bool:
    """Whether an object holds nothing but attributes: no slots, and nothing that its class keeps in C."""
    return type(x).__basicsize__ == PlainObject.__basicsize__ and type(x).__itemsize__ == 0


def holder(x: Any) -> Any:
    """What holds the numbers of x: of a view of an array, the array."""
    while isinstance(x, numpy.ndarray) and isinstance(x.base, numpy.ndarray):
        x = x.base
    return x


def contents(x: Any) -> Any:
    """A copy of what x holds now."""
    if isinstance(x, CellType):
        return held_by(x)
    return x.copy() if isinstance(x, CONTAINERS) else dict(x.__dict__)


def held_by(cell: CellType) -> Any:
    """What a variable of a function's holds that functions inside it share."""
    try:
        return cell.cell_contents
    except ValueError:  # the variable is not assigned yet
        return UNASSIGNED


def refill(x: Any, held: Any) -> None:
    """Let x hold this again."""
    if isinstance(x, numpy.ndarray):
        x[...] = held
    elif isinstance(x, CellType):
        x.cell_contents = held
    elif isinstance(x, (list, bytearray)):
        x[:] = held
    else:
        x = x if isinstance(x, (dict, set, deque)) else x.__dict__
        x.clear()
        (x.extend if isinstance(x, deque) else x.update)(held)

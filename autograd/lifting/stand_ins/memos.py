"""The user's caches in lifted code: results that another call has kept know nothing of this call's numbers.

Each call has its own cache, except for entries under keys that are not made of this call's numbers.
"""

from __future__ import annotations

import dataclasses
import re
from collections import OrderedDict
from collections.abc import Callable, Hashable
from types import FunctionType
from typing import TYPE_CHECKING, Any

from autograd.lifting.stand_ins.containers import COPIES
from autograd.lifting.stand_ins.python_names import Hash, is_lifted
from autograd.lifting.stand_ins.rounding import roundings

if TYPE_CHECKING:
    from autograd.lifting.reading import Reading

DICTS = (dict, OrderedDict)
WRITTEN_FLOAT = re.compile(r"\d\.\d|\de[+-]\d")
ABSENT = object()


def own_key(key: Any) -> tuple[Hashable, bool]:
    """A key for this call, in which a lifted number equals only itself; and whether it was made from one."""
    if is_lifted(key):
        return (own_key, id(key)), True
    if isinstance(key, (tuple, frozenset)):
        parts = list(map(own_key, key))
        return (type(key), *[part for part, _ in parts]), any(has for _, has in parts)
    if dataclasses.is_dataclass(key) and not isinstance(key, type):
        found, has = own_key(tuple(getattr(key, field.name) for field in dataclasses.fields(key)))
        return (type(key), found), has
    if isinstance(key, str):
        return key, WRITTEN_FLOAT.search(key) is not None
    return key, type(key) is Hash or (isinstance(key, float) and key in (roundings.get() or ()))


Copy: Any = COPIES[dict]


class Memo(Copy):  # type: ignore[misc]  # a class that is made at run time
    """A cache; an entry that a branch has stored is valid for its rows alone."""

    own: dict[Any, tuple[Any, Any, list[Any]]]  # by own key: the key, which is kept alive, its item, and the path
    path: Callable[[], list[Any]] | None  # in a trace, the conditions of the enclosing branches

    def _now(self) -> list[Any]:
        return self.path() if self.path else []

    def _found(self, key: Any) -> Any:
        """The item under this key; ABSENT if there is none."""
        own, is_of_call = own_key(key)
        _, found, before = self.own.get(own, (None, ABSENT, []))
        now = self._now()
        if found is not ABSENT and len(before) <= len(now) and all(a is b for a, b in zip(before, now)):
            return found
        return ABSENT if is_of_call else dict.get(self, key, ABSENT)

    def __contains__(self, key: object) -> bool:
        return self._found(key) is not ABSENT

    def __getitem__(self, key: Any) -> Any:
        found = self._found(key)
        return self.absent(self, key) if found is ABSENT else found  # an attribute, which gets no `self`

    @staticmethod
    def absent(self: Any, key: Any) -> Any:
        """Return the item for a missing key, or raise an error."""
        raise KeyError(key)

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the item under the key."""
        found = self._found(key)
        return default if found is ABSENT else found

    def __setitem__(self, key: Any, value: Any) -> None:
        own, is_of_call = own_key(key)
        if is_of_call or self.path:
            self.own[own] = key, value, self._now()
        else:
            super().__setitem__(key, value)

    def setdefault(self, key: Any, default: Any = None) -> Any:
        """Return the item under the key, after storing the default if there was none."""
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, *others: Any, **named: Any) -> None:
        """Store the items of others."""
        for key, value in dict(*others, **named).items():
            self[key] = value

    def __delitem__(self, key: Any) -> None:
        self.pop(key)

    def pop(self, key: Any, *default: Any) -> Any:
        """Remove and return the item under the key."""
        found = self.own.pop(own_key(key)[0], None)
        return super().pop(key, *default) if found is None else found[1]

    def popitem(self, last: bool = True) -> tuple[Any, Any]:
        """Remove and return the last item, or the first."""
        if not self.own:
            return tuple(super().popitem())
        key, found, _ = self.own.pop(next(reversed(self.own) if last else iter(self.own)))
        return key, found

    def move_to_end(self, key: Any, last: bool = True) -> None:
        """Do nothing: only a bounded cache needs the order of its items, and it gives the same numbers in any order."""

    def __len__(self) -> int:
        return len(self.own) + dict.__len__(self)

    def clear(self) -> None:
        """Remove everything."""
        self.own.clear()
        super().clear()


def fills_itself(x: Any) -> bool:
    """Whether x is a dict of a user's class that computes missing items, and does nothing else."""
    members = {name for name, member in vars(type(x)).items() if type(member) is FunctionType}
    return type(x).__bases__ == (dict,) and "__missing__" in members and members <= {"__init__", "__missing__"}


def memo_of(x: dict[Any, Any], reading: Reading) -> Memo:
    """The replacement for a cache."""
    made = Memo({key: reading.stand_in(item) for key, item in x.items() if not own_key(key)[1]})
    branches = reading.branches
    if fills_itself(x):
        made.__dict__.update(vars(x), absent=reading.stand_in(vars(type(x))["__missing__"]))
    made.own, made.path = {}, (lambda: [outer.path for outer in branches.stack]) if branches else None
    if branches is None:
        made.original = x, reading.users
    return made

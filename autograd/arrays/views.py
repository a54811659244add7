"""Views at places that are not known while a function is traced: a copy takes the place of such a view.

On floats `a[i]` is a view: writing to it changes `a`, and the other way round. Its copy is read-only, and so is `a`
while the copy is in use. Code that writes nevertheless is traced along a path, where places are known.
"""

from __future__ import annotations

from typing import Any
from weakref import ref

import numpy

from autograd.refusals import no_index

# By the id of an array that owns the memory of such a copy: that array, and the one that owns the viewed memory.
_standing: dict[int, tuple[ref[Any], ref[Any]]] = {}


def stands_for_view(found: Any, source: Any) -> None:
    """Note that `found`, an array with its own memory, replaces a view of `source`."""
    found.flags.writeable = False
    memory = _memory(found)
    key = id(memory)
    _standing[key] = ref(memory, lambda _: _standing.pop(key, None)), ref(_memory(source))


def require_own(x: Any) -> None:
    """Refuse to write into an array that replaces a view, or whose views are replaced."""
    if not x.flags.writeable or (_standing and _is_viewed(_memory(x))):
        raise no_index()


def _is_viewed(memory: Any) -> bool:
    return any(viewed() is memory for _, viewed in list(_standing.values()))


def _memory(x: Any) -> Any:
    """The array that owns the memory of x."""
    while isinstance(x.base, numpy.ndarray):
        x = x.base
    return x


def is_list(part: Any) -> bool:
    """Whether a part of an index is a list of places, for which NumPy copies."""
    return isinstance(part, list) or (isinstance(part, numpy.ndarray) and part.ndim > 0)

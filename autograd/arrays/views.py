"""Views at places that are not known while a function is traced: what stands for one holds the same numbers apart.

On floats `a[i]` is a view: what is written into it is in `a`, and the other way round. Its stand-in is read-only, and
`a` is while a stand-in is in use; what writes all the same is traced along a path, where places are known.
"""

from __future__ import annotations

from typing import Any
from weakref import ref

import numpy

from autograd.refusals import no_index

# By the id of an array whose memory stand-ins use: it, and the array of the view that they stand for.
_standing: dict[int, tuple[ref[Any], ref[Any]]] = {}


def stands_for_view(found: Any, source: Any) -> None:
    """Note that an array of its own stands for a view of `source`."""
    found.flags.writeable = False
    memory = _memory(found)
    key = id(memory)
    _standing[key] = ref(memory, lambda _: _standing.pop(key, None)), ref(_memory(source))


def require_own(x: Any) -> None:
    """Refuse to write into an array that stands for a view, or whose views others stand for."""
    if not x.flags.writeable or (_standing and _is_viewed(_memory(x))):
        raise no_index()


def _is_viewed(memory: Any) -> bool:
    return any(viewed() is memory for _, viewed in list(_standing.values()))


def _memory(x: Any) -> Any:
    """The array that owns the numbers of x."""
    while isinstance(x.base, numpy.ndarray):
        x = x.base
    return x


def is_list(part: Any) -> bool:
    """Whether a part of an index is a list of places, which copies."""
    return isinstance(part, list) or (isinstance(part, numpy.ndarray) and part.ndim > 0)

"""Lists of a module's parameters that can be indexed by a traced whole number while a loss is traced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograd import Value, scan
from nn.module import Module


class Choosable(list[Any]):
    """A list that can be indexed by a traced number, too.

    >>> Choosable([2.0, 3.0], np.array([2.0, 3.0]))[1]
    3.0
    """

    def __init__(self, items: Sequence[Any], numbers: Any) -> None:
        """`numbers` is the traced array of the items' numbers: it can be indexed by a traced number."""
        super().__init__(items)
        self._numbers = numbers

    def __getitem__(self, i: Any) -> Any:
        if not isinstance(i, Value):
            return super().__getitem__(i)
        chosen = self._numbers[i]
        return chosen.tolist() if np.ndim(chosen) else chosen


def choosable(modules: Sequence[Module], place: Mapping[int, int], theta: Any) -> dict[int, Any]:
    """The replacements for the modules' lists and arrays of parameters, by id.

    `place` gives the place of each parameter in θ, by id.
    """
    found: dict[int, Any] = {}
    if not isinstance(theta, np.ndarray):
        _, theta = scan(lambda _, number: (None, number), None, list(theta))  # scan passes on an array
    for held in _held([vars(module) for module in modules]):
        places = _places(held, place)
        if places is not None and isinstance(held, list):
            _stands_for(held, places, theta, found)
        elif places is not None:
            found[id(held)] = theta[places]
    return found


def _held(container: Any) -> Iterator[Any]:
    """The outermost lists and arrays that may consist of parameters."""
    for value in container.values() if isinstance(container, dict) else container:
        if isinstance(value, list) or (isinstance(value, np.ndarray) and value.dtype == object):
            yield value
        elif isinstance(value, (dict, tuple)):
            yield from _held(value)


def _places(held: Any, place: Mapping[int, int]) -> Any:
    """The places of all numbers, in an array of the same shape; None if some are not parameters, or rows differ."""
    try:
        array = np.array(held, dtype=object)
    except ValueError:
        return None
    places = [place.get(id(p), -1) for p in array.ravel()]
    return np.reshape(places, array.shape) if places and min(places) >= 0 else None


def _stands_for(held: list[Any], places: Any, theta: Any, found: dict[int, Any]) -> Any:
    """Replace a list of parameters, and the lists inside it, by Choosables; return the outermost."""
    items = [_stands_for(x, p, theta, found) if isinstance(x, list) else theta[p] for x, p in zip(held, places)]
    found[id(held)] = Choosable(items, theta[places])
    return found[id(held)]

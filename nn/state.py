"""The state that a traced loss depends on besides parameters and rows: module attributes, and random numbers."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from operator import is_
from types import FunctionType
from typing import Any

import numpy as np

from autograd import Value
from nn.module import Module

PLAIN = frozenset((bool, int, float, str, type(None)))
STREAMS = (random.Random, np.random.Generator, np.random.RandomState)


class PlainState:
    """Attributes of modules besides parameters and modules: a traced program stays valid while they do not change.

    >>> class Scaled(Module):
    ...     def __init__(self):
    ...         self.scale, self.w = 2.0, [Value(1.0)]
    >>> module = Scaled()
    >>> state = PlainState([module])
    >>> first = state.now()
    >>> module.scale = 3.0
    >>> state.now() == first
    False
    """

    def __init__(self, modules: Sequence[Module]) -> None:
        self._attributes = [vars(module) for module in modules]
        self._seen: list[Any] = []
        self._state: tuple[Any, ...] = ()
        self._may_change_inside = True

    def now(self) -> tuple[Any, ...]:
        """The state, usable as a dict key; read again only if an attribute was replaced, or can change inside."""
        held = list(chain.from_iterable(map(dict.values, self._attributes)))
        if self._may_change_inside or len(held) != len(self._seen) or not all(map(is_, held, self._seen)):
            state: list[Any] = []
            for attributes in self._attributes:
                for name, value in attributes.items():
                    _add(state, name, value)
            self._seen, self._state = held, tuple(state)
            self._may_change_inside = any(place != "" for _, place, *_ in state)
        return self._state


def _add(state: list[Any], name: str, value: Any, place: Any = "") -> None:
    """Add the contents of an attribute at this place inside it, without parameters and modules."""
    kind = type(value)
    if kind is Value:
        if value.is_constant:
            state.append((name, (place, "data"), value.data))
    elif kind in (list, tuple):
        for i, inside in enumerate(value):
            if type(inside) is not Value or inside.is_constant:
                _add(state, name, inside, (place, i))
    elif kind is dict:
        for key, inside in value.items():
            _add(state, name, inside, (place, key))
    elif isinstance(value, np.ndarray):
        if value.dtype == object:
            _add(state, name, value.ravel().tolist(), place)
        else:
            state.append((name, (place, value.shape, value.dtype.str), value.tobytes()))
    elif kind in PLAIN:
        state.append((name, place, kind, value))
    elif not isinstance(value, Module):
        state.append((name, place, id(value)))


def random_streams(modules: Iterable[Module], function: Callable[..., Any]) -> list[Any]:
    """The random sources a function may draw from: global generators, those of modules, those that its code reaches.

    >>> generator = random.Random(0)
    >>> generator in random_streams([], lambda: generator.random())
    True
    """
    found = {id(v): v for module in modules for v in vars(module).values() if isinstance(v, STREAMS)}
    seen, waiting = set[int](), [function]
    while waiting:
        named = _named_by(waiting.pop())
        found |= {id(v): v for v in named if isinstance(v, STREAMS)}
        waiting += [v for v in named if isinstance(v, FunctionType) and id(v) not in seen]
        seen |= set(map(id, named))
    return [random, np.random, *found.values()]


def _named_by(function: Any) -> list[Any]:
    """The globals and variables of enclosing functions that a Python function refers to."""
    if not isinstance(function, FunctionType):
        return []
    held = [cell.cell_contents for cell in function.__closure__ or () if _is_filled(cell)]
    return held + [function.__globals__[name] for name in function.__code__.co_names if name in function.__globals__]


def _is_filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:
        return False


def state_of(stream: Any) -> str:
    """The state of a source of random numbers, which changes with each draw.

    >>> state_of(random.Random(0)) == state_of(random.Random(0))
    True
    """
    if isinstance(stream, np.random.Generator):
        state = stream.bit_generator.state
    elif stream is np.random or isinstance(stream, np.random.RandomState):
        state = stream.get_state(legacy=False)
    else:
        return repr(stream.getstate())
    with np.printoptions(threshold=np.inf):  # type: ignore[arg-type, unused-ignore]  # NumPy's types know no inf here
        return repr(state)

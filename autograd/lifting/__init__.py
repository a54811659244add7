"""Lifting: f's own code, run with a view of its names in which `math`, NumPy and the builtins are ours."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import MethodType

from autograd.forks import at_work
from autograd.refusals import is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    F = TypeVar("F", bound=Callable[..., Any])


class Lifted:
    """A function that `lift` made: on plain numbers it is f itself, on Values and in a trace f's code on our names."""

    def __init__(self, function: Callable[..., Any]) -> None:
        if not callable(function):
            raise TypeError(f"lift: f must be a function, got {type(function).__name__} {function!r:.60}")
        functools.update_wrapper(self, function)
        self.watched = function  # what `compile` watches for changes

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not _loaded:
            _load()
        is_plain_call, reading = _loaded
        if is_plain_call(self.watched, args, kwargs):
            return self.watched(*args, **kwargs)
        return reading().call(self.watched, args, kwargs)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __repr__(self) -> str:
        return f"<lifted {getattr(self.watched, '__qualname__', self.watched)}>"


def function_of(x: Any) -> Any:
    """The function behind `lift` or `compile`; x itself if it is made by neither."""
    return x.watched if is_ours(type(x).__module__) and hasattr(x, "watched") else x


_loaded: list[Any] = []  # what a call needs of this room, which loads NumPy


def _load() -> None:
    with at_work:
        from autograd.lifting.reading import Reading
        from autograd.lifting.stand_ins.plain import is_plain_call
    _loaded[:] = [is_plain_call, Reading]


def lift(f: F) -> F:
    """Return f for Values and for `compile`: f's own code, in which `math`, NumPy and the builtins are ours.

    It holds for f and for the plain Python functions that it calls, under whatever names they have them. Arrays that
    f makes can take Values. Nothing outside f is changed, but by f, and on plain numbers `lift(f)` is f.

    >>> import math
    >>> from autograd import grad
    >>> grad(lift(lambda x: math.sqrt(max(x, 0.0))))(4.0)
    0.25
    """
    made: Any = f if isinstance(f, Lifted) else Lifted(f)
    found: F = made
    return found

"""What `lift` makes, as the room of its readers knows it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import MethodType

from autograd.refusals import is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Lifted:
    """A function that `lift` made: on plain numbers it is f itself, on Values and in a trace f's code on our names."""

    def __init__(self, function: Callable[..., Any]) -> None:
        if not callable(function):
            raise TypeError(f"lift: f must be a function, got {type(function).__name__} {function!r:.60}")
        functools.update_wrapper(self, function)
        self.watched = function  # what `compile` watches for changes

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run f: this loads the readers, which stand above."""
        raise NotImplementedError

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __repr__(self) -> str:
        return f"<lifted {getattr(self.watched, '__qualname__', self.watched)}>"


def function_of(x: Any) -> Any:
    """The function behind `lift` or `compile`; x itself if it is made by neither."""
    return x.watched if is_ours(type(x).__module__) and hasattr(x, "watched") else x

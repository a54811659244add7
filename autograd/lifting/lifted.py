"""The class of lifted functions, as the readers of their code know it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import MethodType

from autograd.refusals import is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Lifted:
    """A function that `lift` returns: f itself on plain numbers; on Values and in a trace, f's code with our names."""

    def __init__(self, function: Callable[..., Any]) -> None:
        if not callable(function):
            raise TypeError(f"lift: f must be a function, got {type(function).__name__} {function!r:.60}")
        functools.update_wrapper(self, function)
        self.watched = function  # `compile` watches it for changes

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run f; a subclass in a higher layer does so, since it loads the readers."""
        raise NotImplementedError

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __repr__(self) -> str:
        return f"<lifted {getattr(self.watched, '__qualname__', self.watched)}>"


def function_of(x: Any) -> Any:
    """The function behind `lift` or `compile`; x itself if neither made it."""
    return x.watched if is_ours(type(x).__module__) and hasattr(x, "watched") else x

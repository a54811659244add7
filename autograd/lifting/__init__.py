"""Lifting: f's own code, run with a view of its names in which `math`, NumPy and the builtins are ours."""

from __future__ import annotations

from collections.abc import Callable

from autograd.forks import at_work
from autograd.lifting.lifted import Lifted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    F = TypeVar("F", bound=Callable[..., Any])


class LiftedFunction(Lifted):
    """A `Lifted` that can be called."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not _loaded:
            _load()
        is_plain_call, reading = _loaded
        if is_plain_call(self.watched, args, kwargs):
            return self.watched(*args, **kwargs)
        return reading().call(self.watched, args, kwargs)


_loaded: list[Any] = []  # what a call needs of this package; it loads NumPy


def _load() -> None:
    with at_work:
        from autograd.lifting.reading import Reading
        from autograd.lifting.stand_ins.plain import is_plain_call
    _loaded[:] = [is_plain_call, Reading]


def lift(f: F) -> F:
    """Return f for Values and for `compile`: f's own code, in which `math`, NumPy and the builtins are ours.

    This applies to f and to the plain Python functions that it calls, under whatever names they use. Arrays that f
    makes can hold Values. Nothing outside f changes, except what f itself changes; on plain numbers `lift(f)` is f.

    >>> import math
    >>> from autograd import grad
    >>> grad(lift(lambda x: math.sqrt(max(x, 0.0))))(4.0)
    0.25
    """
    made: Any = f if isinstance(f, LiftedFunction) else LiftedFunction(f)
    found: F = made
    return found

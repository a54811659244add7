"""Copies: send a function to another process, even if pickle cannot find it by name."""

from __future__ import annotations

import pickle
import sys
from typing import Any


class PicklableFunction:
    """A function in cloudpickle's format, in which Dask and others send functions between processes."""

    def __init__(self, function: Any) -> None:
        self.bytes = sys.modules["cloudpickle"].dumps(function)

    def function(self) -> Any:
        """The function, unpickled."""
        return pickle.loads(self.bytes)


def portable(function: Any) -> Any:
    """The function itself if pickle can name it, else in cloudpickle's format if that is loaded, else None."""
    try:
        pickle.dumps(function)
    except Exception:  # PicklingError, AttributeError, TypeError, or whatever a __reduce__ raises
        return PicklableFunction(function) if "cloudpickle" in sys.modules else None
    return function


def restore(function: Any) -> Any:
    """The function that `portable` sent."""
    return function.function() if isinstance(function, PicklableFunction) else function

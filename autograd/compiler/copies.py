"""Copies: how a function goes to another process where pickle alone cannot name it."""

from __future__ import annotations

import pickle
import sys
from typing import Any


class PicklableFunction:
    """A function in the form of cloudpickle: what Dask and others send between processes."""

    def __init__(self, function: Any) -> None:
        self.bytes = sys.modules["cloudpickle"].dumps(function)

    def function(self) -> Any:
        """The function again."""
        return pickle.loads(self.bytes)


def portable(function: Any) -> Any:
    """The function if pickle can name it, else as cloudpickle has it where that is loaded, else None."""
    try:
        pickle.dumps(function)
    except Exception:  # pickle raises PicklingError, AttributeError, TypeError, or what a __reduce__ raises
        return PicklableFunction(function) if "cloudpickle" in sys.modules else None
    return function


def restore(function: Any) -> Any:
    """The function that `portable` sent."""
    return function.function() if isinstance(function, PicklableFunction) else function

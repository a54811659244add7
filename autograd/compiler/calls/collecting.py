"""Collecting: pause the garbage collector while a program is built, and reset the trace's context variables after."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from contextvars import copy_context
from functools import wraps
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

MANY_OBJECTS = 50_000  # new objects; the collector takes a few milliseconds for so many

_pauses: list[None] = []  # of the garbage collector, one item for each active pause


def uncollected(build: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Pause the garbage collector while `build` runs: it would take a fifth of the time, and find nothing.

    If many objects were made meanwhile, they count as old: otherwise the first collection afterwards would traverse all
    of them. This is not a context manager, because a Ctrl-C between its `__enter__` and the block would leave the
    collector off. A Ctrl-C could also leave context variables set, so `build` runs in a copy of the context.
    """

    @wraps(build)
    def paused(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        run = copy_context().run
        if not gc.isenabled():
            return run(build, *args, **kwargs)
        try:  # a Ctrl-C may come after any step, even the first of the inner `finally`
            try:
                _pauses.append(None)
                gc.disable()
                return run(build, *args, **kwargs)
            finally:
                # gc.get_freeze_count() walks through all that the user has frozen, so it is called only for many
                # objects. What is frozen must stay frozen.
                if gc.get_count()[0] > MANY_OBJECTS and not gc.get_freeze_count():
                    try:
                        gc.freeze()
                    finally:
                        gc.unfreeze()
                gc.enable()
                del _pauses[-1:]
        finally:
            gc.enable()

    return paused


def _collect_again() -> None:
    """Enable the collector in a forked child, where the thread that paused it does not exist."""
    if _pauses:
        _pauses.clear()
        gc.enable()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_collect_again)

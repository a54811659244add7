"""Locks and forks: the thread that held a lock is not in the child, to let go of it."""

from __future__ import annotations

import os
import threading
from weakref import WeakSet


class Lock:
    """A lock that a child finds open: for what is whole at any time, as a dict that finished items are put into is.

    `with lock.held:` enters and leaves in C, where no Ctrl-C comes in between; the thread that holds it may again.
    """

    def __init__(self) -> None:
        self.renew()
        _all.add(self)

    def renew(self) -> None:
        """Open, whatever was before."""
        self.held = threading.RLock()


_all: WeakSet[Lock] = WeakSet()


def _renew() -> None:
    for lock in list(_all):
        lock.renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)

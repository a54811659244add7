"""Locks that survive a fork: the thread that held one does not exist in the child and cannot release it."""

from __future__ import annotations

import os
import threading
from weakref import WeakSet


class Lock:
    """A lock that is open in a forked child: for data that is always consistent, such as a dict of finished items.

    `with lock.held:` enters and leaves in C, so that no Ctrl-C comes in between; the lock is reentrant.
    """

    def __init__(self) -> None:
        self.renew()
        _all.add(self)

    def renew(self) -> None:
        """Replace `held` with an open lock."""
        self.held = threading.RLock()


_all: WeakSet[Lock] = WeakSet()


def _renew() -> None:
    for lock in list(_all):
        lock.renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)

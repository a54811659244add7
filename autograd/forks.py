"""Forks: the child gets only the thread that forked, so a fork waits until other threads finish critical work."""

from __future__ import annotations

import os
from _thread import RLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def wait_before_forks(lock: Any) -> None:
    """Make a fork wait until no other thread holds this RLock, so that the child finds the guarded data intact."""

    def renew() -> None:
        if lock._is_owned():
            lock.release()
        else:  # Ctrl-C ended the wait: the child must not wait for a thread that it does not have
            lock._at_fork_reinit()

    def release() -> None:
        if lock._is_owned():
            lock.release()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=lock.acquire, after_in_parent=release, after_in_child=renew)


# Held during a late import and while LLVM runs: Python never releases the import lock of a module that a fork leaves
# half imported. Both share one lock, since they nest; it is reentrant, since a garbage collection may free machine code
# at any time. A fork acquires the lock registered last first, so it acquires this one after all others.
at_work = RLock()
wait_before_forks(at_work)

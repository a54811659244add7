"""Forks: the child has the thread that forked, and none of the others to finish what they had begun."""

from __future__ import annotations

import os
from _thread import RLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def wait_before_forks(lock: Any) -> None:
    """Let a fork wait for who holds this RLock, so that the child finds whole what it guards."""

    def renew() -> None:
        if lock._is_owned():
            lock.release()
        else:  # Ctrl-C has ended the wait, and the child must not wait for a thread that it has not got
            lock._at_fork_reinit()

    def release() -> None:
        if lock._is_owned():
            lock.release()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=lock.acquire, after_in_parent=release, after_in_child=renew)


# Held by whoever imports a module on the way or has LLVM at work: Python does not open the lock of a module that a fork
# leaves half imported. One for both, since they nest; and a garbage collection may free code at any time, so the thread
# that holds it may take it again. A fork takes first what is registered last, and this lock after all others.
at_work = RLock()
wait_before_forks(at_work)

"""Threads that help with the rows of a call, kept from call to call. A forked process starts its own."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from contextlib import suppress


class Job:
    """Work that a helper may take, unless it is called off first."""

    def __init__(self, work: Callable[[], None]) -> None:
        self.work = work
        self.error: BaseException | None = None
        self.taken, self.ended = threading.Lock(), threading.Lock()
        self.ended.acquire()

    def take(self) -> None:
        """Do it, if nobody has taken it or called it off."""
        if self.taken.acquire(blocking=False):
            try:
                self.work()
            except BaseException as error:  # for the thread that waits for it
                self.error = error
            finally:
                self.ended.release()

    def settle(self) -> None:
        """Call it off, or wait until it has ended."""
        if not self.taken.acquire(blocking=False):
            self.ended.acquire()


class Pool:
    """Helpers, started when they are first needed."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Without helpers, as in a forked process, where no thread of its parent runs."""
        self.jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self.count = 0
        self.lock = threading.Lock()

    def submit(self, work: Callable[[], None]) -> Job:
        """A job for a helper."""
        job = Job(work)
        self.jobs.put(job)
        return job

    def grow(self, count: int) -> None:
        """Let there be so many helpers, or as many as the system lets us have: nothing needs them."""
        with self.lock, suppress(RuntimeError):
            while self.count < count:
                threading.Thread(target=self._help, daemon=True, name="autograd rows").start()
                self.count += 1

    def _help(self) -> None:
        while True:
            self.jobs.get().take()


pool = Pool()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=pool.renew)

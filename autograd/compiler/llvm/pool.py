"""Helper threads for the rows of a call, kept between calls; a forked process starts its own."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from contextlib import suppress


class Job:
    """Work that a helper may take, unless it is cancelled first."""

    def __init__(self, work: Callable[[], None]) -> None:
        self.work = work
        self.error: BaseException | None = None
        self.taken, self.ended = threading.Lock(), threading.Lock()
        self.ended.acquire()

    def take(self) -> None:
        """Do the work, unless it is already taken or cancelled."""
        if self.taken.acquire(blocking=False):
            try:
                self.work()
            except BaseException as error:  # for the thread that waits for it
                self.error = error
            finally:
                self.ended.release()

    def settle(self) -> None:
        """Cancel the job, or wait until it has ended."""
        if not self.taken.acquire(blocking=False):
            self.ended.acquire()


class Pool:
    """Helpers, started when first needed."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Start without helpers, as in a forked process, where its parent's threads do not run."""
        self.jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self.count = 0
        self.lock = threading.Lock()

    def submit(self, work: Callable[[], None]) -> Job:
        """Queue a job for a helper."""
        job = Job(work)
        self.jobs.put(job)
        return job

    def grow(self, count: int) -> None:
        """Start helpers until there are `count`, or as many as the system allows: no result depends on their number."""
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

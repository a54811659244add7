"""Threads: blocks of rows on all cores, their results in order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Pool:
    """The threads, started when they are first needed, and anew in a process that was forked: it has none of them."""

    def __init__(self) -> None:
        self.size = cores()
        self._threads: ThreadPoolExecutor | None = None
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        self._threads = None

    def submit(self, function: Callable[..., Any], *operands: Any) -> Future[Any]:
        """Let a thread call a function."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self.size, "autograd")
        return self._threads.submit(function, *operands)


POOL = Pool()


def in_order(run: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[Any]:
    """The results of all tasks in their order, a few of them being worked on at a time."""
    if POOL.size == 1:
        yield from map(run, tasks)
        return
    waiting: deque[Future[Any]] = deque()
    for task in tasks:
        if len(waiting) >= 2 * POOL.size:
            yield waiting.popleft().result()
        waiting.append(POOL.submit(_quietly, run, task))
    while waiting:
        yield waiting.popleft().result()


def _quietly(run: Callable[[Any], Any], task: Any) -> Any:
    with numpy.errstate(all="ignore"):  # which holds for one thread only
        return run(task)

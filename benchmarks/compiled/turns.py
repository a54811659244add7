"""How anyone is timed, in our process and in the peers': a turn is one call that does not count and a few that do."""

import gc
import time
from collections.abc import Callable
from typing import Any, NamedTuple


class Job(NamedTuple):
    """What a contestant makes of a case."""

    evaluate: Callable[[], list[Any]]  # the value and the gradients at the start, as NumPy arrays
    run: Callable[[], Any]  # what is timed


def first_call(build: Callable[..., Job], *arguments: Any) -> tuple[Job, list[Any], float]:
    """The job, its value and gradients, and the seconds from nothing to those: tracing and compiling are in there."""
    start = time.perf_counter()
    job = build(*arguments)
    arrays = job.evaluate()
    return job, arrays, time.perf_counter() - start


def turn(run: Callable[[], Any], calls: int) -> tuple[float, float]:
    """Seconds a call, and cores that were busy meanwhile; a lone call is long, and goes without the one before it."""
    gc.collect()
    if calls > 1:
        run()
    busy, start = time.process_time(), time.perf_counter()
    for _ in range(calls):
        run()
    took = time.perf_counter() - start
    return took / calls, (time.process_time() - busy) / took

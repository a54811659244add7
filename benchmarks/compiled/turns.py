"""How every contestant is timed, in our process and the peers': a turn is one uncounted call and a few counted ones."""

import gc
import time
from collections.abc import Callable
from typing import Any, NamedTuple


class Job(NamedTuple):
    """A contestant's program for a case."""

    evaluate: Callable[[], list[Any]]  # the value and the gradients at the start, as NumPy arrays
    run: Callable[[], Any]  # the timed part


def first_call(
    build: Callable[..., Job], *arguments: Any, clock: Callable[[], float] = time.perf_counter
) -> tuple[Job, list[Any], float]:
    """The job, its value and gradients, and the seconds to get them from nothing, including tracing and compiling."""
    start = clock()
    job = build(*arguments)
    arrays = job.evaluate()
    return job, arrays, clock() - start


def turn(run: Callable[[], Any], calls: int) -> tuple[float, float]:
    """Seconds per call, and cores busy meanwhile; if only one call is timed it is long, and needs no warm-up."""
    gc.collect()
    if calls > 1:
        run()
    busy, start = time.process_time(), time.perf_counter()
    for _ in range(calls):
        run()
    took = time.perf_counter() - start
    return took / calls, (time.process_time() - busy) / took

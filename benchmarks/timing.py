"""Timing on a shared machine, where speed drifts: two things are compared by the ratios of alternating runs."""

import gc
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

Work = Callable[[], Any]


def seconds(work: Work) -> float:
    """The time of one run; garbage of the previous run is collected first, its own counts."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def cpu_seconds(work: Work) -> float:
    """The CPU time of one run; garbage of the previous run is collected first."""
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def missed(is_missed: bool) -> str:
    """How a line with a target ends."""
    return ", missed" if is_missed else ""


def spread(values: list[float], unit: str = "") -> str:
    """median (least … greatest)."""
    return f"{statistics.median(values):.3g}{unit} ({min(values):.3g} … {max(values):.3g})"


def with_deep_stack(work: Work) -> None:
    """Run in a thread that allows deep recursion, which micrograd's topological sort needs."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000_000)
    size = threading.stack_size(512 * 2**20)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    threading.stack_size(size)
    sys.setrecursionlimit(limit)


def import_seconds(statement: str) -> float:
    """The time a fresh interpreter takes to run a statement."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - start

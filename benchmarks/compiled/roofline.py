"""How close a case comes to the machine's limits, measured here: networks to arithmetic, options to memory."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from autograd.compiler.calls.backends import usable_cores
from benchmarks.compiled.cases import Network, Options

SIZE = 1500  # rows and columns of the matrices that OpenBLAS multiplies
LENGTH = 10**7  # numbers in each copied array
TRIES = 7


def arithmetic_peak() -> float:
    """GFLOP/s of OpenBLAS's matrix product on all cores: about what the machine can do."""
    a = np.random.default_rng(0).normal(size=(SIZE, SIZE))
    return 2 * SIZE**3 / _least(lambda: a @ a) / 1e9


def memory_peak() -> float:
    """GB/s of copies on all cores, read plus written."""
    cores = usable_cores()
    pairs = [(np.ones(LENGTH), np.empty(LENGTH)) for _ in range(cores)]
    with ThreadPoolExecutor(cores) as pool:
        took = _least(lambda: list(pool.map(lambda pair: np.copyto(pair[1], pair[0]), pairs)))
    return 16 * LENGTH * cores / took / 1e9


def _least(work: Callable[[], object]) -> float:
    """Seconds of the fastest run."""
    times = []
    for _ in range(TRIES):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def operations(case: Network) -> int:
    """Floating-point operations of a step's matrix products: forward, by weights, and by inputs except x."""
    w = case.width
    forward = 2 * w + w * w + w
    return 2 * case.rows * (forward + forward + w * w + w)


def moved(case: Options) -> int:
    """Bytes of the five arguments read, and of the price and five Greeks written."""
    return 8 * case.rows * (len(case.ranges) + 6)


PEAKS = {Network: arithmetic_peak, Options: memory_peak}
best = {Network: 0.0, Options: 0.0}  # the best peaks so far: other load can only lower them


def report(case: Network | Options, seconds: float) -> None:
    """Print the achieved rate next to the peak."""
    kind = type(case)
    best[kind] = peak = max(best[kind], PEAKS[kind]())
    if isinstance(case, Network):
        achieved, unit = operations(case) / seconds / 1e9, "GFLOP/s in products of matrices"
    else:
        achieved, unit = moved(case) / seconds / 1e9, "GB/s in and out"
    print(f"    roofline, ours: {achieved:.3g} {unit}, {achieved / peak:.0%} of this machine's measured {peak:.3g}")

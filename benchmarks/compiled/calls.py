"""The overhead of a call from Python: one with eight arrays and almost nothing to compute."""

import time

import autograd
from benchmarks.compiled import ours
from benchmarks.compiled.cases import Network
from benchmarks.timing import spread

TURNS, CALLS = 15, 2000
TARGET = 8.0  # µs


def report() -> None:
    """Print the time of a call for one row of MLP(2, [1, 1, 1]): six parameters, x and y."""
    case = Network(1, "relu", 1)
    everything = tuple(range(6))
    for backend, target in (("auto", f", target ≤ {TARGET:g} µs"), ("numpy", "")):
        fast = autograd.compile(ours.loss_of(case.activation), rows=("x", "y"), backend=backend)
        args = [*case.parameters(), *case.data()]
        fast.value_and_grad(*args, argnums=everything, reduce="mean")
        took = []
        for _ in range(TURNS):
            start = time.perf_counter()
            for _ in range(CALLS):
                fast.value_and_grad(*args, argnums=everything, reduce="mean")
            took.append((time.perf_counter() - start) / CALLS * 1e6)
        what = f"a call with eight arrays and next to nothing to compute, {fast.backend.name}"
        print(f"{what}: {spread(took, ' µs')}{target}")

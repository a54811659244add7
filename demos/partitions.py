"""Beyond one machine: a gradient over rows is a sum over partitions, so Dask can compute it where the rows are.

Logistic regression on more rows than any worker can hold in memory. One compiled function gives each partition's share
of the loss, the gradient and the Hessian; Dask adds them up; Newton's method takes the next step.
`python -m demos.partitions 100000` takes fewer rows.
Letters: x features, y class, θ = (w, b) parameters, L loss, g = ∂L/∂θ, H = ∂²L/∂θ².
"""

import logging
import sys
import time
from typing import Any

import numpy as np

from autograd import compile, dot, log_sigmoid

ROWS, FEATURES, PARTITION = 2_000_000, 16, 50_000
WORKERS, LIMIT = 2, "240MiB"


def loss(theta, x, y):
    """The cross entropy of one row, for y = ±1."""
    *w, b = theta
    return -log_sigmoid(y * dot(w, list(x), b))


FAST = compile(loss, rows=("x", "y"))


def share(theta: Any, rows: Any) -> Any:
    """The contribution of these rows (features, then the class) to L, g and H, as one flat array."""
    X, y = rows[:, :-1], rows[:, -1]
    value, gradient = FAST.value_and_grad(theta, X, y, reduce="sum")
    return np.concatenate([[value], gradient, np.ravel(FAST.hessian(theta, X, y, reduce="sum"))])


def newton(shares: Any, steps: int = 6) -> Any:
    """θ after the given number of steps from θ = 0; `shares(theta)` is the sum over all rows."""
    theta = np.zeros(FEATURES + 1)
    for step in range(steps):
        start = time.perf_counter()
        L, g, H = np.split(shares(theta), [1, FEATURES + 2])
        theta = theta - np.linalg.solve(H.reshape(len(g), -1), g)
        print(f"  step {step}: L = {L[0]:14.4f}  |g| = {np.max(np.abs(g)):10.3g}  {time.perf_counter() - start:5.2f} s")
    return theta


def partition(size: int, number: int) -> Any:
    """Random features, seeded by the partition's number, with a class that depends on them."""
    rng = np.random.default_rng(number)
    X = rng.normal(size=(size, FEATURES))
    z = X @ np.linspace(-1, 1, FEATURES) + 0.5 + rng.logistic(size=size)
    return np.column_stack([X, np.where(z > 0, 1.0, -1.0)])


def table(count: int) -> Any:
    """All rows as a Dask array, whose partitions are made where and when they are needed."""
    import dask.array as da

    sizes = [min(PARTITION, count - start) for start in range(0, count, PARTITION)]

    def made(block_info: Any = None) -> Any:
        (number, _), size = block_info[None]["chunk-location"], block_info[None]["chunk-shape"][0]
        return partition(size, number)

    return da.map_blocks(made, chunks=(tuple(sizes), FEATURES + 1), dtype=float)


def distributed(rows: Any) -> Any:
    """θ computed by the workers of a cluster: each partition's share, and their sum."""
    size = 1 + (FEATURES + 1) + (FEATURES + 1) ** 2

    def shares(theta: Any) -> Any:
        each = rows.map_blocks(lambda own: share(theta, own)[np.newaxis], chunks=(1, size), dtype=float)
        return each.sum(axis=0).compute()

    return newton(shares)


def main(count: int = ROWS) -> None:
    """Run the same regression on a cluster and in one process, and print the difference."""
    try:
        from dask.distributed import Client, LocalCluster
    except ImportError:
        raise SystemExit("demos.partitions runs on Dask: pip install -e '.[distributed]'") from None
    rows = table(count)
    print(f"{count:,} rows of {FEATURES} features, {rows.nbytes / 2**20:.0f} MiB, in {rows.numblocks[0]} partitions")
    print(f"\n{WORKERS} workers, each with at most {LIMIT} of memory:")
    options = {"n_workers": WORKERS, "threads_per_worker": 1, "memory_limit": LIMIT, "dashboard_address": None}
    options["silence_logs"] = logging.ERROR  # workers pause and go on near their limit, as they should
    with LocalCluster(**options) as cluster, Client(cluster):
        theta = distributed(rows)
    print("\none process, all rows at once:")
    whole = rows.compute(scheduler="synchronous")
    alone = newton(lambda theta: share(theta, whole))
    print(f"\nlargest difference of a parameter: {np.max(np.abs(theta - alone)):.1e}")
    print("w, from -1 to 1 in the rows: ", " ".join(f"{w:.3f}" for w in theta[:-1]))


if __name__ == "__main__":
    # Import the module as workers do, so that each of them compiles the loss once, not for every partition.
    from demos.partitions import main as start

    start(*map(int, sys.argv[1:]))

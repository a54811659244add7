"""More rows than fit a worker: a gradient over the partitions of a Dask array, on a cluster of processes.

The loss of all rows is a sum, so its gradient is the sum of the partitions' gradients: a compiled function is mapped
over the blocks, and Dask adds up. Needs the extra: distributed.
"""

import time
from typing import Any

import dask.array as da
import numpy as np
from dask.distributed import Client, LocalCluster
from dask.utils import parse_bytes

import autograd
from autograd import tanh

WORKERS, MEMORY = 2, "450 MB"  # of each worker, its libraries included
ROWS, COLUMNS, HIDDEN = 2_000_000, 30, 8
PARTITION = 50_000  # rows


def loss(W, b, v, x, y):
    """The squared error of a network with one hidden layer, on one row."""
    a = [tanh(sum(w * number for w, number in zip(row, x)) + c) for row, c in zip(W, b)]
    return (sum(p * q for p, q in zip(v, a)) - y) ** 2


def parameters() -> list[Any]:
    """W, b and v to begin with."""
    rng = np.random.default_rng(1)
    return [rng.normal(size=(HIDDEN, COLUMNS)) / np.sqrt(COLUMNS), np.zeros(HIDDEN), rng.normal(size=HIDDEN)]


def data(rows: int) -> tuple[da.Array, da.Array]:
    """X and Y, made where they are needed and never kept: 248 bytes a row."""
    X = da.random.default_rng(2).normal(size=(rows, COLUMNS), chunks=(PARTITION, COLUMNS))
    return X, da.sin(X[:, 0]) * X[:, 1]


def flat(fast: Any, weights: list[Any], X: Any, Y: Any) -> Any:
    """The loss of some rows and its gradient, as one row of numbers."""
    value, gradients = fast.value_and_grad(*weights, X, Y, argnums=(0, 1, 2), reduce="sum")
    return np.concatenate([[value], *(gradient.ravel() for gradient in gradients)])[None]


def over_partitions(fast: Any, weights: list[Any], X: da.Array, Y: da.Array) -> Any:
    """The same of all rows: block by block wherever there is a worker, and their sum."""
    width = 1 + sum(weight.size for weight in weights)
    blocks = da.map_blocks(
        lambda x, y: flat(fast, weights, x, y[:, 0]),
        X,
        Y[:, None],
        chunks=((1,) * X.numblocks[0], (width,)),
        dtype=float,
    )
    return blocks.sum(axis=0).compute()


def main(rows: int = ROWS) -> None:
    """Tell the story: how much there is, what the cluster makes of it, and that it is right."""
    fast, weights = autograd.compile(loss, rows=("x", "y")), parameters()
    flat(fast, weights, np.zeros((1, COLUMNS)), np.zeros(1))  # traced here, so that the program travels
    X, Y = data(rows)
    size, memory = X.nbytes + Y.nbytes, parse_bytes(MEMORY)
    print(f"{rows:,} rows in {X.numblocks[0]} partitions: {size / 1e6:.0f} MB; a worker may take {memory / 1e6:.0f} MB")
    options = {"n_workers": WORKERS, "threads_per_worker": 1, "memory_limit": MEMORY, "dashboard_address": None}
    with LocalCluster(**options) as cluster, Client(cluster):
        start = time.perf_counter()
        found = over_partitions(fast, weights, X, Y)
        print(f"{WORKERS} workers: loss {found[0] / rows:.12f}, {time.perf_counter() - start:.1f} s with the data made")
    wanted = flat(fast, weights, *(array.compute(scheduler="threads") for array in (X, Y)))[0]
    print(f"one process: loss {wanted[0] / rows:.12f}, all rows in memory, on {fast.backend.name}")
    error = np.max(np.abs(found - wanted)) / np.max(np.abs(wanted))
    print(f"largest difference of loss and gradient, relative: {error:.1e}")


if __name__ == "__main__":
    main()

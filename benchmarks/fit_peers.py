"""Networks fitted by PyTorch eager, run by the peers' own Python: fit_peers.py PyTorch.

Each line names a file of rows X, classes y, and the settings of `fit`; the answer is the loss of the last pass and the
CPU seconds of the fit, as JSON. The first line gives the version.
"""

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))  # last: the environment has an autograd of its own

from benchmarks.serving import serve


def fit(X: Any, y: Any, hidden: int, passes: int, batch: int, rate: float) -> float:
    """Adam in batches, as PyTorch's tutorials write it, in float64; the mean loss of the last pass."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    torch.manual_seed(0)
    classes = len(np.unique(y))
    X, y = torch.from_numpy(X), torch.from_numpy(y)
    outputs = 1 if classes == 2 else classes
    network = nn.Sequential(nn.Linear(X.shape[1], hidden), nn.ReLU(), nn.Linear(hidden, outputs)).double()
    target = y.double()[:, None] if outputs == 1 else y
    loss_of = nn.BCEWithLogitsLoss() if outputs == 1 else nn.CrossEntropyLoss()
    optimiser = torch.optim.Adam(network.parameters(), lr=rate)
    total = 0.0
    for _ in range(passes):
        total, order = 0.0, torch.randperm(len(X))
        for rows in order.split(batch):
            optimiser.zero_grad()
            loss = loss_of(network(X[rows]), target[rows])
            loss.backward()
            optimiser.step()
            total += loss.item() * len(rows)
    return total / len(X)


def answer(request: Any) -> Any:
    """The loss, and the seconds that the fit took."""
    with np.load(request.pop("path")) as saved:
        X, y = saved["X"], saved["y"]
    start = time.process_time()
    loss = fit(X, y, **request)
    return {"loss": loss, "seconds": time.process_time() - start}


if __name__ == "__main__":
    serve("torch", lambda: answer)

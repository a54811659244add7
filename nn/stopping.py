"""Early stopping: training ends where the loss of rows not used for training is lowest."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.errors import require, require_count
from nn.training import as_rows, require_finite


class EarlyStopping:
    """Passed as `until=` to `train`, it stops once `patience` passes have not lowered the loss of held-out rows.

    `theta` are the parameters of least held-out loss, `best` is that loss, and `history` the loss after every pass; a
    decrease of `tol` or less does not count. An instance serves one training: it raises ValueError if called after it
    has stopped one, and `Diverged` if that loss is not finite.

    >>> from nn import SGD, Neuron, Objective, squared_error, train
    >>> objective = Objective(lambda neuron, x, y: squared_error(neuron(x), y), Neuron(1, nonlin=False, rng=0))
    >>> stopping = EarlyStopping(objective, [[2.0]], [0.0], patience=3)
    >>> _, history = train(objective, [0.0, 0.0], [[1.0]], [1.0], optimiser=SGD(rate=0.1), until=stopping)
    >>> len(history), len(stopping.history), stopping.best == stopping.history[0]
    (4, 4, True)
    """

    def __init__(self, objective: Any, *rows: Any, patience: int = 10, tol: float = 0.0) -> None:
        require_count("patience", patience, 1)
        require("tol", tol, tol >= 0, "0 or more")
        self.objective, self.patience, self.tol = objective, patience, tol
        self.rows, _ = as_rows(rows)
        self.history: list[float] = []
        self.theta: Any = None
        self.best, self._since = np.inf, 0

    def __call__(self, theta: Any) -> bool:
        """Whether to stop, after a pass that led to these parameters."""
        if self._since >= self.patience:
            raise ValueError(f"it has stopped a training, after {len(self.history)} passes: make a new EarlyStopping")
        loss = float(self.objective.value(theta, *self.rows))
        require_finite(loss, 0.0, len(self.history), None)
        self.history.append(loss)
        self._since = 0 if loss < self.best - self.tol else self._since + 1
        if self.theta is None or loss < self.best:
            self.best, self.theta = loss, np.array(theta)
        return self._since >= self.patience

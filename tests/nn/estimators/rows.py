"""Rows whose classes no plane separates, for tests of fits that begin with some of them."""

from typing import Any

import numpy as np


def drawn(rows: int) -> tuple[Any, Any, Any]:
    """Rows of four columns, the log odds of each, and its class."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows, 4))
    z = X @ [1.0, -2.0, 0.5, 0.0]
    return X, z, z + rng.logistic(size=rows) > 0


def outlier(X: Any, place: Any, number: float) -> Any:
    """The rows with another number at a place, or in a whole row."""
    X = X.copy()
    X[place] = number
    return X

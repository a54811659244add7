"""Weights of rows and classes, as shares in a mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nn.estimators.data.checks import floats, require_finite


def shares_of(sample_weight: Any, rows: int) -> Any:
    """The rows' shares in a mean, from their weights: numbers of 0 or more that add up to 1; None if all are equal.

    >>> shares_of([1, 3], 2).tolist()
    [0.25, 0.75]
    """
    given = np.asarray(1.0 if sample_weight is None else sample_weight)
    if given.ndim == 0:
        return None
    weights = floats("sample_weight", given, None)
    if weights.shape != (rows,):
        raise ValueError(f"sample_weight must have one number for each of the {rows} rows, got {weights.shape}")
    require_finite("sample_weight", weights, None)
    if (weights < 0).any():
        raise ValueError(f"sample_weight must be 0 or more, got {weights.min()}")
    if not weights.any():
        raise ValueError("sample_weight must not be all zero: no row would count")
    weights = weights / weights.max()
    return None if (weights == 1).all() else weights / weights.sum()


def mean_weight(weights: Any) -> float:
    """The mean weight of the rows that count, which excludes rows of weight 0.

    >>> mean_weight([2.0, 0.0, 4.0])
    3.0
    """
    return float(np.sum(weights) / max(1, np.count_nonzero(weights)))


def class_weights(chosen: Any, classes: Any, shares: Any) -> Any:
    """The weight of every class: "balanced" gives all classes the same share, a mapping gives weights other than 1.

    >>> class_weights("balanced", np.array(["a", "b"]), np.array([0.75, 0.25])).round(3).tolist()
    [0.667, 2.0]
    >>> class_weights({"b": 3.0}, np.array(["a", "b"]), np.array([0.75, 0.25])).tolist()
    [1.0, 3.0]
    """
    if isinstance(chosen, str) and chosen == "balanced":
        return np.divide(1.0, len(classes) * shares, out=np.zeros(len(classes)), where=shares > 0)
    if not isinstance(chosen, Mapping):
        raise ValueError(f"class_weight must be None, 'balanced', or a weight by class, got {chosen!r}")
    unknown = [name for name in chosen if name not in classes.tolist()]
    if unknown:
        raise ValueError(f"class_weight names {unknown[0]!r}, and the classes are {classes.tolist()!r:.200}")
    weights = np.array([chosen.get(name, 1.0) for name in classes.tolist()], dtype=float)
    if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.any()):
        raise ValueError(f"class_weight must hold finite numbers of 0 or more, and not only 0, got {chosen!r}")
    return weights


def weighed(X: Any, y: Any, shares: Any) -> tuple[Any, Any, Any]:
    """The rows that count, their targets, and their shares.

    >>> weighed(np.ones((2, 1)), np.array([5, 6]), np.array([0.0, 1.0]))[1].tolist()
    [6]
    """
    if shares is None or shares.all():
        return X, y, shares
    counts = shares > 0
    return X[counts], y[counts], shares[counts]

"""Covariances of few rows, drawn towards a multiple of the unit matrix by a share: given, or Ledoit and Wolf's."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np


def require_shrinkage(shrinkage: Any) -> None:
    """Raise ValueError unless a shrinkage is None, "auto", or a number from 0 to 1.

    >>> require_shrinkage("auto")
    """
    number = isinstance(shrinkage, Real) and not isinstance(shrinkage, bool) and 0 <= float(shrinkage) <= 1
    if not (number or shrinkage is None or (isinstance(shrinkage, str) and shrinkage == "auto")):
        raise ValueError(f"shrinkage must be None, 'auto', or a number from 0 to 1, got {shrinkage!r}")


def shrunk(away: Any, shrinkage: Any, exponent: Any) -> Any:
    """(1 - s)·S + s·(tr S/d)·I, where S is the covariance of centred rows.

    The rows are in units of 2**exponent, and the trace is that of the original columns; with "auto" it is that of
    columns scaled to variance 1, as in scikit-learn.

    >>> shrunk(np.array([[1.0, 2.0], [-1.0, -2.0]]), 0.5, 0).tolist()
    [[1.75, 1.0], [1.0, 3.25]]
    """
    if shrinkage == "auto":
        scale = np.sqrt(np.mean(away**2, axis=0))
        scale[scale == 0] = 1.0
        return scale[:, np.newaxis] * _towards_unit(away / scale, _ledoit_wolf(away / scale)) * scale
    alike = np.ldexp(1.0, exponent - np.max(exponent))
    with np.errstate(over="ignore", invalid="ignore"):  # beyond the range of floats, which the caller refuses
        return _towards_unit(away * alike, float(shrinkage)) / alike[..., np.newaxis] / alike


def _towards_unit(away: Any, share: float) -> Any:
    S = away.T @ away / len(away)
    return (1 - share) * S + share * np.trace(S) / len(S) * np.eye(len(S))


def _ledoit_wolf(away: Any) -> float:
    """The share of least expected squared error: how much S varies between samples, by its distance from μI."""
    n, d = away.shape
    S = away.T @ away / n
    far = np.sum(S**2) / d - (np.trace(S) / d) ** 2
    varies = (np.mean(np.sum(away**2, axis=1) ** 2) - np.sum(S**2)) / (n * d)
    return float(min(1.0, varies / far)) if d > 1 and far > 0 and varies > 0 else 0.0

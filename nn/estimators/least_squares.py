"""Least squares, exactly: by a QR decomposition of centred and scaled columns, and one refinement."""

from __future__ import annotations

from typing import Any

import numpy as np


def least_squares(X: Any, Y: Any, l2: float = 0.0, fit_intercept: bool = True) -> tuple[Any, Any]:
    """W (outputs, features) and b (outputs) of least mean of ‖Wx + b - y‖² + (λ/2)‖W‖².

    Columns are centred and scaled before they are decomposed, which keeps digits that nearly collinear or far-off
    columns lose; residuals are taken once more in extended precision. Of many solutions it is the one of least norm,
    in scaled columns; the weight of a constant column beside an intercept is 0.

    >>> W, b = least_squares(np.array([[1.0], [2.0], [3.0]]), np.array([[3.0], [5.0], [7.0]]))
    >>> W.round(12), b.round(12)
    (array([[2.]]), array([1.]))
    """
    n, d = X.shape
    A, centre = centred(X) if fit_intercept else (X, np.zeros(d))
    target, middle = centred(Y) if fit_intercept else (Y, np.zeros(Y.shape[1]))
    if l2:  # as rows: ‖√(nλ/2) w‖²
        A, target = np.vstack([A, np.sqrt(n * l2 / 2) * np.eye(d)]), np.vstack([target, np.zeros((d, Y.shape[1]))])
    scale = np.max(np.abs(A), axis=0, initial=0.0)  # before the norm, whose squares might overflow
    scale[scale == 0] = 1.0
    scale = scale * np.maximum(np.linalg.norm(A / scale, axis=0), 1.0)
    A = A / scale
    solution = _solved(A, target)
    residual = target.astype(np.longdouble) - A.astype(np.longdouble) @ solution.astype(np.longdouble)
    W = ((solution + _solved(A, residual.astype(float))).T / scale).astype(float)
    return W, middle - W @ centre


def centred(X: Any) -> tuple[Any, Any]:
    """Columns less their means, and the means; a column that is constant but for rounding is 0 throughout.

    >>> centred(np.array([[0.1, 1.0], [0.1, 2.0], [0.1, 3.0]]))[0].tolist()
    [[0.0, -1.0], [0.0, 0.0], [0.0, 1.0]]
    """
    mean = X.mean(axis=0)
    away = X - mean
    rest = away.mean(axis=0)  # what the rounding of the mean has left
    away, mean = away - rest, mean + rest
    away[:, is_constant(X, away)] = 0.0
    return away, mean


def is_constant(X: Any, away: Any) -> Any:
    """Of every column whether it differs from its mean by no more than rounding.

    >>> is_constant(np.array([[0.1], [0.1], [0.1]]), np.array([[1e-17], [1e-17], [-2e-17]])).tolist()
    [True]
    """
    return np.max(np.abs(away), axis=0) <= len(X) * np.finfo(float).eps * np.max(np.abs(X), axis=0)


def _solved(A: Any, Y: Any) -> Any:
    """The least-squares solution of A·s = Y, of least norm where it is not the only one."""
    if A.shape[0] >= A.shape[1]:
        Q, R = np.linalg.qr(A)
        diagonal = np.abs(np.diag(R))
        if diagonal.min() > len(A) * np.finfo(float).eps * diagonal.max():
            return np.linalg.solve(R, Q.T @ Y)
    return np.linalg.lstsq(A, Y, rcond=None)[0]

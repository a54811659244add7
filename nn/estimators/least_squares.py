"""Least squares, exactly: by a QR decomposition of centred and scaled columns, and one refinement."""

from __future__ import annotations

from typing import Any

import numpy as np


def least_squares(X: Any, Y: Any, l2: float = 0.0, fit_intercept: bool = True) -> tuple[Any, Any]:
    """W (outputs, features) and b (outputs) of least mean of ‖Wx + b - y‖² + (λ/2)‖W‖².

    Columns are centred and scaled before they are decomposed, which keeps digits that nearly collinear or far-off
    columns lose; residuals are taken once more in extended precision. Of many solutions it is the one of least norm,
    in scaled columns.

    >>> W, b = least_squares(np.array([[1.0], [2.0], [3.0]]), np.array([[3.0], [5.0], [7.0]]))
    >>> W.round(12), b.round(12)
    (array([[2.]]), array([1.]))
    """
    n, d = X.shape
    centre = X.mean(axis=0) if fit_intercept else np.zeros(d)
    centred = X - centre
    scale = np.linalg.norm(centred, axis=0)
    scale[scale == 0] = 1.0
    scaled, target = centred / scale, Y
    if fit_intercept:
        scaled = np.column_stack([scaled, np.full(n, 1 / np.sqrt(n))])
    if l2:  # as rows: ‖√(nλ/2) w‖²
        penalty = np.zeros((d, scaled.shape[1]))
        penalty[:, :d] = np.diag(np.sqrt(n * l2 / 2) / scale)
        scaled, target = np.vstack([scaled, penalty]), np.vstack([Y, np.zeros((d, Y.shape[1]))])
    solution = _solved(scaled, target)
    residual = target.astype(np.longdouble) - scaled.astype(np.longdouble) @ solution.astype(np.longdouble)
    solution = solution + _solved(scaled, residual.astype(float))
    W = (solution[:d].T / scale).astype(float)
    b = solution[d] / np.sqrt(n) - W @ centre if fit_intercept else np.zeros(Y.shape[1])
    return W, b


def _solved(A: Any, Y: Any) -> Any:
    """The least-squares solution of A·s = Y, of least norm where it is not the only one."""
    if A.shape[0] >= A.shape[1]:
        Q, R = np.linalg.qr(A)
        diagonal = np.abs(np.diag(R))
        if len(diagonal) and diagonal.min() > len(A) * np.finfo(float).eps * diagonal.max():
            return np.linalg.solve(R, Q.T @ Y)
    return np.linalg.lstsq(A, Y, rcond=None)[0]

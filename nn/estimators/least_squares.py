"""Least squares, exactly: by a QR decomposition of columns in units of their own, refined in extended precision."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.estimators.units import Units

BLOCK = 2**20  # numbers in extended precision at a time
TIMES = 2  # that a solution is refined; each leaves of its error what one rounding makes of the columns' condition


def least_squares(units: Units, target: Units, l2: float = 0.0) -> Any:
    """V (outputs, features) of least mean of ‖A·Vᵀ - Y‖² + (λ/2)‖W‖², with A, W and Y as their units have them.

    Of many solutions it is the one of least norm, in units of the columns; the weight of a column of zeros is 0. Where
    columns are more than rows, no matrix is columns by columns.

    >>> from nn.estimators.units import in_units
    >>> X, Y = np.array([[1.0], [2.0], [3.0]]), np.array([[3.0], [5.0], [7.0]])
    >>> least_squares(in_units(X), in_units(Y)).astype(float)  # halves of x give quarters of y
    array([[1.]])
    """
    used = np.any(units.A, axis=0)
    V = np.zeros((target.A.shape[1], len(used)), dtype=np.longdouble)
    if used.any():
        V[:, used] = _solution(units.of(used), target, l2).T
    return V


def _solution(units: Units, target: Units, l2: float) -> Any:
    (n, d), A, Y = units.A.shape, units.A, target.A
    root = np.ldexp(np.sqrt(n * l2 / 2), -units.exponent)  # ‖√(nλ/2) w‖² is one more row for each column
    if l2 and d > n:
        return _of_rows(units, root, Y)
    rows = np.vstack([A, np.diag(root)]) if l2 else A
    if len(rows) >= d:
        Q, R = np.linalg.qr(rows)
        diagonal = np.abs(np.diag(R))
        if diagonal.min() > len(rows) * np.finfo(float).eps * diagonal.max():
            return _refined(units, target, root**2, R, np.linalg.solve(R, Q[:n].T @ Y))
    return np.linalg.lstsq(rows, np.vstack([Y, np.zeros((len(rows) - n, Y.shape[1]))]), rcond=None)[0]


def _of_rows(units: Units, root: Any, Y: Any) -> Any:
    """The solution with a penalty as a mixture of rows, which it is; with all columns in one unit, as it has them."""
    n, alike = len(Y), np.ldexp(1.0, units.exponent - np.max(units.exponent))[:, np.newaxis]
    Q, R = np.linalg.qr(alike * units.A.T)
    rows, targets = np.vstack([R.T, np.min(root) * np.eye(n)]), np.vstack([Y, np.zeros_like(Y)])
    mixture = np.linalg.lstsq(rows, targets, rcond=None)[0]
    return alike * (Q @ mixture)


def _refined(units: Units, target: Units, pull: Any, R: Any, V: Any) -> Any:
    """V less what its gradient, in extended precision, says that it is off (Björck, 1967)."""
    (n, d), V = units.A.shape, V.astype(np.longdouble)
    for _ in range(TIMES):
        g = -pull[:, np.newaxis] * V
        for start in range(0, n, BLOCK // d + 1):
            rows = slice(start, start + BLOCK // d + 1)
            A = units.exactly(rows)
            g = g + A.T @ (target.exactly(rows) - A @ V)
        V = V + np.linalg.solve(R, np.linalg.solve(R.T, g.astype(float)))
    return V

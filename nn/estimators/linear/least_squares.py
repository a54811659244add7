"""Exact least squares: the R of a QR decomposition of scaled columns, corrected by gradients in full precision."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.estimators.data.basis import ALIKE
from nn.estimators.data.units import Units, extremes

LARGE = 2**20  # numbers: for more, extended precision takes too long
BLOCK = 2**20  # numbers held in extended precision at a time
TIMES = 2  # refinements; each scales the error by one rounding times the condition number of the columns


def least_squares(units: Units, target: Units, l2: float = 0.0, shares: Any = None) -> Any:
    """V (outputs, features) that minimises the mean of ‖A·Vᵀ - Y‖² + (λ/2)‖W‖², with A, W and Y in their own units.

    Of many solutions, this is the one of least norm, in units of the columns; a column of zeros has weight 0. With more
    columns than rows, no columns-by-columns matrix is formed. `shares` are the rows' shares in the mean; None makes
    them equal.

    >>> from nn.estimators.data.units import in_units
    >>> X, Y = np.array([[1.0], [2.0], [3.0]]), np.array([[3.0], [5.0], [7.0]])
    >>> least_squares(in_units(X), in_units(Y)).astype(float)  # halves of x give quarters of y
    array([[1.]])
    """
    used = np.any(extremes(units.A), axis=0)
    V = np.zeros((target.A.shape[1], len(used)), dtype=np.longdouble)
    if used.any():
        weight = None if shares is None else np.sqrt(len(shares) * shares)[:, np.newaxis]
        V[:, used] = _solution(units.of(used), target, l2, weight).T
    return V


def _solution(units: Units, target: Units, l2: float, weight: Any) -> Any:
    (n, d), A, Y = units.A.shape, units.A, target.A
    if weight is not None:
        A, Y = weight * A, weight * Y
    root = np.ldexp(np.sqrt(n * l2 / 2), -units.exponent)  # ‖√(nλ/2) w‖² adds one row per column
    if l2 and d > n:
        return _of_rows(A, units.exponent, root, Y)
    R = _triangle(A, root)
    if R is not None:
        V = _by_seminormal_equations(A, Y, root**2, R)
        return V if A.size > LARGE else _refined(units, target, weight, root**2, R, V)
    rows = np.vstack([A, np.diag(root)]) if l2 else A
    return np.linalg.lstsq(rows, np.vstack([Y, np.zeros((len(rows) - n, Y.shape[1]))]), rcond=None)[0]


def _triangle(A: Any, root: Any) -> Any:
    """R with RᵀR = AᵀA + root²: by Cholesky's method where that keeps half of the digits, else QR; None if singular."""
    n, d = A.shape
    if n >= d:
        gram = A.T @ A + np.diag(root**2)
        unit = np.sqrt(np.diag(gram))
        alike = gram / unit / unit[:, np.newaxis]
        if np.linalg.eigvalsh(alike)[0] > ALIKE**2 * d:
            return np.linalg.cholesky(alike).T * unit
    rows = np.vstack([A, np.diag(root)]) if root.any() else A
    if len(rows) < d:
        return None
    R = np.linalg.qr(rows, mode="r")
    diagonal = np.abs(np.diag(R))
    return R if diagonal.min() > len(rows) * np.finfo(float).eps * diagonal.max() else None


def _of_rows(A: Any, exponent: Any, root: Any, Y: Any) -> Any:
    """The penalised solution, which is a mixture of rows; all columns are brought to a single unit."""
    n, alike = len(Y), np.ldexp(1.0, exponent - np.max(exponent))[:, np.newaxis]
    Q, R = np.linalg.qr(alike * A.T)
    rows, targets = np.vstack([R.T, np.min(root) * np.eye(n)]), np.vstack([Y, np.zeros_like(Y)])
    mixture = np.linalg.lstsq(rows, targets, rcond=None)[0]
    return alike * (Q @ mixture)


def _by_seminormal_equations(A: Any, Y: Any, pull: Any, R: Any) -> Any:
    """V without Q: by RᵀR, corrected as often as needed to lose the square of the condition number (Björck, 1987)."""
    V = np.zeros((A.shape[1], Y.shape[1]))
    for _ in range(TIMES + 1):
        g = A.T @ (Y - A @ V) - pull[:, np.newaxis] * V
        V = V + np.linalg.solve(R, np.linalg.solve(R.T, g))
    return V


def _refined(units: Units, target: Units, weight: Any, pull: Any, R: Any, V: Any) -> Any:
    """V corrected by its gradient, computed in extended precision (Björck, 1967)."""
    (n, d), V = units.A.shape, V.astype(np.longdouble)
    for _ in range(TIMES):
        g = -pull[:, np.newaxis] * V
        for start in range(0, n, BLOCK // d + 1):
            rows = slice(start, start + BLOCK // d + 1)
            A = units.exactly(rows)
            left = target.exactly(rows) - A @ V
            g = g + A.T @ (left if weight is None else weight[rows] ** 2 * left)
        V = V + np.linalg.solve(R, np.linalg.solve(R.T, g.astype(float)))
    return V

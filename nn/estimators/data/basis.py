"""Brings columns to an orthonormal basis, in which iterative solvers neither stall nor lose digits."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from nn.estimators.data.checks import warn

BLOCK = 1024  # rows
SMALLEST = 1e-140  # in units of the penalty: the square of 1/size must fit in floats
ALIKE = 1e-4  # relative to the largest column of the basis: a smaller one needs a QR decomposition to be exact
FAR_APART = 1e7  # times the length of another column, in units of the penalty: rounding would hide the other
SHORT = 1e-5  # in units of the penalty: a column of this length does not visibly lower the loss


class Basis(NamedTuple):
    """Columns A = columns · (size · axes) · root; `penalty` is that on the weights of `columns`.

    With more columns than rows, the basis has only as many columns as rows; collinear columns share theirs. Weights
    along directions that A lacks stay 0: of many solutions, this is the one of least norm.
    """

    columns: Any
    penalty: Any
    size: Any
    axes: Any
    root: Any

    def weights(self, V: Any) -> Any:
        """The weights of A, from those of the basis; one row for each score."""
        return (V / self.size) @ self.axes * self.root

    def coordinates(self, V: Any) -> Any:
        """The weights of the basis, from those of A."""
        return (V / self.root) @ self.axes.T * self.size


def independence(gram: Any) -> float:
    """The least eigenvalue of the products of columns scaled to length 1: 0 where one is a mixture of others.

    >>> round(independence(np.array([[4.0, 1.0], [1.0, 1.0]])), 9), round(independence(np.ones((2, 2))), 9)
    (0.5, 0.0)
    """
    size = np.sqrt(np.diag(gram))
    return float(np.linalg.eigvalsh(gram / size / size[:, np.newaxis])[0])


def orthonormal(A: Any, penalty: Any) -> Basis:
    """The basis of A, for penalties on its weights that are all above 0, or all 0; A is overwritten to save memory.

    >>> basis = orthonormal(np.array([[2.0, 2.0], [-2.0, -2.0]]), np.zeros(2))
    >>> abs(basis.columns).round(12).tolist(), abs(basis.weights(np.ones(1))).round(12).tolist()
    ([[1.0], [1.0]], [0.25, 0.25])
    """
    penalty = np.maximum(penalty, SMALLEST**2) if penalty.any() else penalty
    root = 1 / np.sqrt(np.where(penalty > 0, penalty, 1.0))
    n, d = A.shape
    lengths = root * np.sqrt(np.einsum("ij,ij->j", A, A) / n)
    if penalty.any() and np.max(lengths) > FAR_APART * np.min(lengths[lengths > SHORT], initial=np.inf):
        basis = _as_it_is(A, penalty)
        if basis is not None:
            return basis
        warn("columns of sizes far apart, some of them collinear: rounding may hide small ones, scale the features")
    gram = root[:, np.newaxis] * (A.T @ A / n) * root if d <= n else np.zeros((1, 1))
    squares, axes = np.linalg.eigh(gram)
    if squares[0] > ALIKE**2 * squares[-1]:
        size, axes = np.sqrt(squares), axes.T
        turn, columns = root[:, np.newaxis] * axes.T / size, A
        for start in range(0, n, BLOCK):
            A[start : start + BLOCK] = A[start : start + BLOCK] @ turn
    else:
        Q, R = np.linalg.qr((A * root) if d <= n else (A * root).T)
        left, size, right = np.linalg.svd(R if d <= n else R.T, full_matrices=False)
        used = size > max(n, d) * np.finfo(float).eps * size[0]
        if used.any() and size[used].min() < SMALLEST:
            used &= size >= SMALLEST
            warn("numbers of X are so small that the penalty keeps their weights at 0: scale the features, or l2 = 0")
        size = size[used] / np.sqrt(n)
        columns, axes = (Q @ left, right) if d <= n else (left, right @ Q.T)
        columns, axes = columns[:, used] * np.sqrt(n), axes[used]
    return Basis(columns, np.any(penalty) / size**2, size, axes, root)


def _as_it_is(A: Any, penalty: Any) -> Basis | None:
    """Columns in their own directions, each scaled to length 1 with its penalty; None if they are nearly collinear."""
    n, d = A.shape
    if d > n:
        return None
    gram = A.T @ A / n + np.diag(penalty)
    size = np.sqrt(np.diag(gram))
    if independence(gram) < ALIKE:
        return None
    return Basis(A / size, penalty / size**2, size, np.eye(d), np.ones(d))

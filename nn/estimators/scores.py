"""The goodness of linear functions: a loss of scores, with the rest of the chain rule as matrix products."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np

from autograd import compile

BLOCK = 2**18  # numbers: two megabytes
BENT = 0.25  # the largest curvature of the cross entropy


class LinearObjective:
    """The mean over rows of a loss of the scores z = Wx + b, plus ½ Σ λⱼwⱼ², as a function of all weights.

    The weights are one flat array: w and b of the first score, then of the second. `shares` are the rows' shares in the
    mean, equal if None. The engine differentiates the loss with respect to the scores. The rest of the chain rule,
    ∂C/∂W = Σ ∂C/∂z · xᵀ over the rows, is a matrix product: features need no tracing, and Hessian-vector products need
    no Hessian.

    >>> objective = LinearObjective(lambda z, y: (z - y) ** 2, 1, np.array([0.0]), intercept=False)
    >>> objective.value_and_grad(np.array([1.0]), np.array([[1.0], [2.0]]), np.array([3.0, 3.0]))
    (2.5, array([-4.]))
    """

    def __init__(
        self,
        loss: Callable[[Any, Any], Any],
        outputs: int,
        penalty: Any,
        *,
        intercept: bool = True,
        shares: Any = None,
        backend: str = "auto",
        threads: int | None = None,
    ) -> None:
        self.compiled = _compiled(loss, backend, threads)
        self.outputs, self.intercept, self.shares = outputs, intercept, shares
        self.penalty = np.append(penalty, 0.0) if intercept else penalty

    def of(self, rows: slice, backend: str | None = None) -> LinearObjective:
        """The goodness on some of the rows, with another backend if one is given."""
        shares = None if self.shares is None else self.shares[rows] / np.sum(self.shares[rows])
        _, (loss, outputs, penalty, intercept, _, own, threads) = self.__reduce__()
        return _unpickled(loss, outputs, penalty, intercept, shares, backend or own, threads)

    @property
    def scale(self) -> Any:
        """Approximately the diagonal of the inverse Hessian, for orthonormal columns."""
        return 1 / (BENT + np.tile(self.penalty, self.outputs))

    @property
    def flat(self) -> Any:
        """Directions, as columns, in which a loss of differences between scores is flat; None if there are none."""
        free = np.eye(len(self.penalty))[:, self.penalty == 0]
        return np.tile(free, (self.outputs, 1)) if self.outputs > 1 and free.size else None

    def __reduce__(self) -> Any:
        loss, options = self.compiled.function, self.compiled.options
        own = options.backend, options.threads
        return _unpickled, (loss, self.outputs, self.penalty, self.intercept, self.shares, *own)

    def value(self, theta: Any, X: Any, y: Any) -> float:
        """The mean loss over rows, plus the penalty."""
        self._require_rows(X)
        Z = self.scores(theta, X)
        mean = self.compiled(Z, y, reduce="mean") if self.shares is None else self.shares @ self.compiled(Z, y)
        return float(mean + 0.5 * np.sum(self._pulled(theta) * theta))

    def value_and_grad(self, theta: Any, X: Any, y: Any) -> tuple[float, Any]:
        """The loss and its gradient with respect to the weights."""
        self._require_rows(X)
        pulled = self._pulled(theta)
        loss, g, whole = 0.0, np.zeros(len(theta)), len(X) if self.shares is None else 1.0
        for rows in in_cache(X):
            part, slopes = self._sums(theta, X[rows], y[rows], rows)
            loss, g = loss + part, g + self._over_rows(slopes, X[rows])
        return float(loss / whole + 0.5 * np.sum(pulled * theta)), g / whole + pulled

    def _require_rows(self, X: Any) -> None:
        if self.shares is not None and len(X) != len(self.shares):
            raise ValueError(
                f"the goodness weighs its {len(self.shares)} rows, those of the fit whose weight is not 0: it is not "
                f"that of {len(X)} others"
            )

    def slopes(self, theta: Any, X: Any, y: Any) -> tuple[float, Any]:
        """The mean loss without the penalty, and its derivatives with respect to the scores."""
        loss, slopes = self._sums(theta, X, y, slice(None))
        return (loss / len(X), slopes / len(X)) if self.shares is None else (loss, slopes)

    def _sums(self, theta: Any, X: Any, y: Any, rows: slice) -> tuple[float, Any]:
        """The sum of the losses of these rows, multiplied by their shares if any, and its derivatives."""
        Z = self.scores(theta, X)
        if self.shares is None:
            loss, slopes = self.compiled.value_and_grad(Z, y, reduce="sum")
            return loss, slopes
        shares = self.shares[rows]
        losses, slopes = self.compiled.value_and_grad(Z, y)
        return float(shares @ losses), (slopes.T * shares).T

    def hvp(self, theta: Any, X: Any, y: Any, *, tangents: Any) -> Any:
        """The product of the Hessian with a vector."""
        self._require_rows(X)
        curved = self._curved(self.scores(theta, X), y, self.scores(tangents, X))
        return self._over_rows(curved, X) + self._pulled(tangents)

    def hessian(self, theta: Any, X: Any, y: Any) -> Any:
        """Every ∂²/∂wᵢ∂wⱼ: the block for scores k and l is Σ ∂²C/∂zₖ∂zₗ · xxᵀ over the rows."""
        self._require_rows(X)
        curved = self._bent(self.scores(theta, X), y)
        X = np.column_stack([X, np.ones(len(X))]) if self.intercept else X
        blocks = [X.T @ (of_row[:, :, np.newaxis] * X[:, np.newaxis]).reshape(len(X), -1) for of_row in curved]
        found = np.concatenate(blocks)
        found.flat[:: len(found) + 1] += np.tile(self.penalty, self.outputs)
        return found

    def _bent(self, Z: Any, y: Any) -> Any:
        """∂²C/∂zₖ∂zₗ of every row, times its share, (K, n, K): for all k in one call, on copies of the rows."""
        K = self.outputs
        if K == 1:
            return self._curved(Z, y, np.ones(len(Z)))[np.newaxis, :, np.newaxis]
        units = np.repeat(np.eye(K), len(Z), axis=0)
        curved = self.compiled.hvp(np.concatenate([Z] * K), np.concatenate([y] * K), tangents=units)
        shares = 1 / len(Z) if self.shares is None else self.shares[:, np.newaxis]
        return curved.reshape(K, len(Z), K) * shares

    def scores(self, theta: Any, X: Any) -> Any:
        """z of every row: (n,) for one score, otherwise (n, outputs)."""
        W = theta.reshape(self.outputs, -1)
        with np.errstate(all="ignore"):
            Z = X @ W[:, : X.shape[1]].T
            if self.intercept:
                Z += W[:, -1]
        return Z[:, 0] if self.outputs == 1 else Z

    def _curved(self, Z: Any, y: Any, moved: Any) -> Any:
        """The change of the slopes as the scores move, multiplied by the shares of the rows."""
        if self.shares is None:
            return self.compiled.hvp(Z, y, tangents=moved, reduce="mean")
        return (self.compiled.hvp(Z, y, tangents=moved).T * self.shares).T

    def _over_rows(self, slopes: Any, X: Any) -> Any:
        with np.errstate(all="ignore"):
            rows = slopes.reshape(len(X), -1).T
            found = np.empty((len(rows), X.shape[1] + self.intercept))
            found[:, : X.shape[1]] = rows @ X
            if self.intercept:
                found[:, -1] = rows.sum(axis=1)
        return found.ravel()

    def _pulled(self, theta: Any) -> Any:
        """λⱼwⱼ."""
        return (theta.reshape(self.outputs, -1) * self.penalty).ravel()


def in_cache(X: Any) -> Iterator[slice]:
    """Blocks of rows of nearly equal size, so that scores and slopes read a block while it is in the cache.

    >>> list(in_cache(np.zeros((3, 2))))
    [slice(0, 3, None)]
    """
    count = max(1, -(-X.size // BLOCK))
    for k in range(count):
        yield slice(len(X) * k // count, len(X) * (k + 1) // count)


@cache
def _compiled(loss: Callable[[Any, Any], Any], backend: str, threads: int | None) -> Any:
    """Compile each loss once, however often estimators fit."""
    return compile(loss, rows=("z", "y"), backend=backend, threads=threads)


def _unpickled(
    loss: Any, outputs: int, penalty: Any, intercept: bool, shares: Any, backend: str, threads: int | None
) -> LinearObjective:
    own = penalty[:-1] if intercept else penalty
    return LinearObjective(loss, outputs, own, intercept=intercept, shares=shares, backend=backend, threads=threads)

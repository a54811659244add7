"""What all linear models share: the set of functions z = w·x + b, with one z or one per class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from autograd import compile
from nn.estimators.basis import orthonormal
from nn.estimators.checks import ConvergenceWarning, warn
from nn.estimators.conventions import Classifier, Estimator
from nn.estimators.fitting import ByGradient
from nn.estimators.least_squares import least_squares
from nn.estimators.units import Units, in_units
from nn.newton import SMALL, Newton

VISIBLE = 1e-4  # relative to the spread of the scores: larger rounding causes a warning
SCALE = "scale the features, or y"
IN_UNITS = ("exact", "newton", "lbfgs", "auto")  # solvers that bring columns to units of their own
MANY = 5000  # scores: a Hessian of more takes longer than the gradients of L-BFGS, and machine code pays
BENT = 0.25  # the largest curvature of the cross entropy
REACHED = 1e-9  # relative to the loss: a promised decrease that counts as none


class LinearObjective:
    """The mean over rows of a loss of the scores z = Wx + b, plus ½ Σ λⱼwⱼ², as a function of all weights.

    They are one flat array: w and b of the first score, then of the second. `shares` are the rows' in the mean; without
    them all are alike. The engine differentiates the loss with respect to the scores. The rest of the chain rule,
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

    def __reduce__(self) -> Any:
        loss, options = self.compiled.function, self.compiled.options
        return _unpickled, (loss, self.outputs, self.penalty, self.intercept, self.shares, *options)

    def value(self, theta: Any, X: Any, y: Any) -> float:
        """The mean loss over rows, plus the penalty."""
        Z = self.scores(theta, X)
        if self.shares is None:
            mean = self.compiled(Z, y, reduce="mean")
        else:
            mean = self.shares @ self.compiled(Z, y)
        return float(mean + 0.5 * np.sum(self._pulled(theta) * theta))

    def value_and_grad(self, theta: Any, X: Any, y: Any) -> tuple[float, Any]:
        """The loss and its gradient with respect to the weights."""
        loss, slopes = self.slopes(theta, X, y)
        pulled = self._pulled(theta)
        return float(loss + 0.5 * np.sum(pulled * theta)), self._over_rows(slopes, X) + pulled

    def slopes(self, theta: Any, X: Any, y: Any) -> tuple[float, Any]:
        """The mean loss without the penalty, and its derivatives with respect to the scores."""
        Z = self.scores(theta, X)
        if self.shares is None:
            mean, slopes = self.compiled.value_and_grad(Z, y, reduce="mean")
            return mean, slopes
        losses, slopes = self.compiled.value_and_grad(Z, y)
        return float(self.shares @ losses), (slopes.T * self.shares).T

    def hvp(self, theta: Any, X: Any, y: Any, *, tangents: Any) -> Any:
        """The product of the Hessian with a vector."""
        curved = self._curved(self.scores(theta, X), y, self.scores(tangents, X))
        return self._over_rows(curved, X) + self._pulled(tangents)

    def hessian(self, theta: Any, X: Any, y: Any) -> Any:
        """Every ∂²/∂wᵢ∂wⱼ: the block for scores k and l is Σ ∂²C/∂zₖ∂zₗ · xxᵀ over the rows."""
        d, K = X.shape[1], self.outputs
        curved = self._bent(self.scores(theta, X), y)
        blocks = np.zeros((K, len(self.penalty), K, len(self.penalty)))
        for k in range(K):
            for other in range(k + 1):
                weighted = curved[k, :, other, np.newaxis] * X
                block = blocks[k, :, other]
                block[:d, :d] = weighted.T @ X
                if self.intercept:
                    block[d, :d] = block[:d, d] = weighted.sum(axis=0)
                    block[d, d] = curved[k, :, other].sum()
                blocks[other, :, k] = block
        return blocks.reshape(len(theta), len(theta)) + np.diag(np.tile(self.penalty, K))

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
        """z of every row: (n,) for one score, else (n, outputs)."""
        W = theta.reshape(self.outputs, -1)
        with np.errstate(all="ignore"):
            Z = X @ W[:, : X.shape[1]].T
            if self.intercept:
                Z += W[:, -1]
        return Z[:, 0] if self.outputs == 1 else Z

    def _curved(self, Z: Any, y: Any, moved: Any) -> Any:
        """The change of the slopes as the scores move, times the shares of the rows."""
        if self.shares is None:
            return self.compiled.hvp(Z, y, tangents=moved, reduce="mean")
        return (self.compiled.hvp(Z, y, tangents=moved).T * self.shares).T

    def _over_rows(self, slopes: Any, X: Any) -> Any:
        with np.errstate(all="ignore"):
            rows = slopes.reshape(len(X), -1).T
            return np.column_stack([rows @ X, rows.sum(axis=1)] if self.intercept else [rows @ X]).ravel()

    def _pulled(self, theta: Any) -> Any:
        """λⱼwⱼ."""
        return (theta.reshape(self.outputs, -1) * self.penalty).ravel()


@cache
def _compiled(loss: Callable[[Any, Any], Any], backend: str, threads: int | None) -> Any:
    """Compile each loss once, however often estimators fit."""
    return compile(loss, rows=("z", "y"), backend=backend, threads=threads)  # type: ignore[arg-type]


def _unpickled(
    loss: Any, outputs: int, penalty: Any, intercept: bool, shares: Any, backend: str, threads: int | None
) -> LinearObjective:
    own = penalty[:-1] if intercept else penalty
    return LinearObjective(
        loss, outputs, own, intercept=intercept, shares=shares, backend=backend, threads=threads
    )


@dataclass(eq=False, repr=False, kw_only=True)
class LinearEstimator(ByGradient, Estimator):
    """The three steps of the lecture for z = Wx + b, starting from zero, which is as good as any start.

    `objective_` is the goodness as a function of all weights, `objective_.value(theta_, X, y)`, where `theta_` holds w
    and b of every score. With `warm_start`, a fit begins where the last one ended.
    """

    fit_intercept: bool = True
    warm_start: bool = False

    KINKED = False  # whether the loss has kinks, so that its Hessian tells nothing

    @staticmethod
    def _loss(z: Any, y: Any) -> Any:
        """Step 2, the goodness of a function, from its scores for one row."""
        raise NotImplementedError

    def _start(self, outputs: int, features: int) -> tuple[Any, Any]:
        """W and b to start from."""
        if self.warm_start and self.__sklearn_is_fitted__():
            W, b = np.atleast_2d(self.coef_), np.ravel(self.intercept_)  # type: ignore[attr-defined]
            if W.shape == (outputs, features):
                return W, b
        return np.zeros((outputs, features)), np.zeros(outputs)

    def _fit_linear(self, X: Any, y: Any, outputs: int, shares: Any) -> tuple[Any, Any]:
        """Step 3, the best function: W (outputs, features) and b (outputs)."""
        self._require_sensible()
        start = self._start(outputs, X.shape[1])
        if self.solver not in IN_UNITS:
            self._require_squares(X)
            W, b = self._descended(X, np.full(X.shape[1], self.l2), y, start, shares)
        else:
            W, b = self._in_units(X, y, start, shares)
        self.objective_ = self._goodness(len(W), np.full(X.shape[1], self.l2), shares, len(X))
        self.theta_ = np.column_stack([W, b] if self.fit_intercept else [W]).ravel()
        return W, b

    def _in_units(self, X: Any, y: Any, start: tuple[Any, Any], shares: Any) -> tuple[Any, Any]:
        """W and b by a solver that neither the scale nor the offset of a column troubles."""
        units = in_units(X, self.fit_intercept, least=np.sqrt(self.l2), shares=shares)
        if self.solver == "exact":
            return self._of_columns(units, *self._exactly(units, y.reshape(len(X), -1), shares))
        basis = orthonormal(units.A, np.ldexp(self.l2, -2 * units.exponent))
        W, b = start
        V = basis.coordinates(np.ldexp(W, units.exponent))
        V, b = self._descended(basis.columns, basis.penalty, y, (V, b + (W @ units.centre).astype(float)), shares)
        return self._of_columns(units, basis.weights(V), b, 0)

    def _exactly(self, units: Units, Y: Any, shares: Any) -> tuple[Any, Any, Any]:
        """V and b by least squares, in units of Y, and the exponents of those units."""
        target = in_units(Y, self.fit_intercept, shares=shares)
        V = least_squares(units, target, self.l2, shares)
        with np.errstate(over="ignore", under="ignore"):
            squares = np.average((units.A @ V.T - target.A) ** 2, axis=0, weights=shares)
            W = np.ldexp(V, target.exponent[:, np.newaxis] - units.exponent)
            loss = np.sum(np.ldexp(squares, 2 * target.exponent)) + self.l2 / 2 * np.sum(W**2)
            self.history_, self.n_iter_ = [float(loss)], 1
        return V, target.centre, target.exponent

    def _descended(
        self, X: Any, penalty: Any, y: Any, start: tuple[Any, Any], shares: Any
    ) -> tuple[Any, Any]:
        """W and b by iterative search."""
        W, b = start
        objective = self._goodness(len(W), penalty, shares, len(X))
        theta = np.column_stack([W, b] if self.fit_intercept else [W]).ravel()
        W = self._best(objective, theta, X, y).reshape(len(W), -1)
        return (W[:, :-1], W[:, -1]) if self.fit_intercept else (W, b)

    def _goodness(self, outputs: int, penalty: Any, shares: Any, rows: int) -> LinearObjective:
        """Step 2 over all rows, with the penalty; NumPy runs a loss of few rows, machine code one of many."""
        backend = "numpy" if self.backend == "auto" and rows * outputs < MANY else self.backend
        options = {"shares": shares, "backend": backend, "threads": self.threads}
        return LinearObjective(self._loss, outputs, penalty, intercept=self.fit_intercept, **options)

    def _chosen(self, theta: Any, X: Any) -> Any:
        """The solver: newton, unless its Hessian takes longer than the gradients of lbfgs."""
        if self.solver != "auto":
            return self.solver
        outputs = len(theta) // (X.shape[1] + self.fit_intercept)
        return "newton" if len(theta) <= SMALL and len(X) * outputs < MANY else "lbfgs"

    def _scale(self, objective: Any) -> Any:
        return 1 / (BENT + np.tile(objective.penalty, objective.outputs))

    def _steepness(self, objective: Any, theta: Any, X: Any, y: Any) -> float:
        """The slope of the column of the smallest numbers, if it were in line with ∂C/∂z at the start."""
        sizes = np.sqrt(np.mean(X**2, axis=0))
        slopes = objective.slopes(theta, X, y)[1]
        return float(np.min(sizes[sizes > 0], initial=1.0) * np.sqrt(np.sum(slopes**2) * len(X)))

    def _require_minimum(self, objective: Any, theta: Any, X: Any, y: Any) -> None:
        """Warn if descent is at rest, and yet Newton's step promises a lower loss."""
        if self.KINKED or len(theta) > SMALL:
            return
        loss, (_, promised) = objective.value(theta, X, y), Newton().step(objective, theta, X, y)
        if promised > REACHED * loss + 1e-15 * self.history_[0]:
            told = f"the loss is {loss:.6g}, and Newton's step promises {promised:.2g} less: take a smaller tol"
            warn(f"at rest, and not at the minimum: {told}", ConvergenceWarning)

    def _of_columns(self, units: Units, V: Any, b: Any, exponent: Any) -> tuple[Any, Any]:
        """W and b in the original units; an error or a warning says if floats lose too much of them."""
        W, held = units.weights(V, exponent)
        if not held.all():
            raise ValueError(
                f"the weight of column {self._named(np.argmin(held))} is beyond the range of floats: {SCALE}"
            )
        with np.errstate(over="ignore"):
            b = np.ldexp(b - V @ units.centre, exponent).astype(float)
        if not np.isfinite(b).all():
            raise ValueError(f"the intercept is beyond the range of floats: {SCALE}")
        for j in np.flatnonzero(units.rounded):
            warn(f"column {self._named(j)} varies by no more than the rounding of its numbers: its weight is 0")
        offset = np.max(np.abs(V * units.centre), axis=0)
        if np.max(offset) * np.finfo(float).eps > VISIBLE * np.max(np.abs(units.A @ V.T)):
            far = f"column {self._named(np.argmax(offset))} is so far from 0, for its spread"
            warn(f"{far}, that rounding shows in w·x + b: subtract its mean")
        return W, b


@dataclass(eq=False, repr=False, kw_only=True)
class LinearClassifier(Classifier, LinearEstimator):
    """A linear score for two classes, or one per class for more; `coef_` (1 or K, features), `intercept_` (1 or K)."""

    class_weight: Any = None

    def _fit(self, X: Any, y: Any, shares: Any) -> None:
        self.coef_, self.intercept_ = self._fit_linear(X, self._target(y), self._outputs, shares)

    def _target(self, y: Any) -> Any:
        """±1 for two classes; for more, one against the rest: a row of ±1 per example."""
        if len(self.classes_) == 2:
            return 2.0 * y - 1.0
        return 2.0 * self._own(y) - 1.0

    def _scores(self, X: Any) -> Any:
        return X @ self.coef_.T + self.intercept_

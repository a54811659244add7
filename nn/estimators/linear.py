"""What all linear models share: the set of functions z = w·x + b, with one z or one per class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from autograd import compile
from nn.estimators.checks import warn
from nn.estimators.conventions import Classifier, Estimator
from nn.estimators.fitting import ByGradient
from nn.estimators.least_squares import least_squares
from nn.estimators.units import Units, in_units

VISIBLE = 1e-4  # relative to the spread of the scores: larger rounding causes a warning
SCALE = "scale the features, or y"


class LinearObjective:
    """The mean over rows of a loss of the scores z = Wx, plus ½ Σ λⱼwⱼ², as a function of W in one flat array.

    The engine differentiates the loss with respect to the scores. The rest of the chain rule, ∂C/∂W = Σ ∂C/∂z · xᵀ over
    the rows, is a matrix product: features need no tracing, and Hessian-vector products need no Hessian.

    >>> objective = LinearObjective(lambda z, y: (z - y) ** 2, 1, np.array([0.0]))
    >>> objective.value_and_grad(np.array([1.0]), np.array([[1.0], [2.0]]), np.array([3.0, 3.0]))
    (2.5, array([-4.]))
    """

    def __init__(self, loss: Callable[[Any, Any], Any], outputs: int, penalty: Any) -> None:
        self.compiled = _compiled(loss)
        self.outputs, self.penalty = outputs, penalty

    def value(self, theta: Any, X: Any, y: Any, reduce: str = "mean") -> Any:
        """The mean or sum of the loss over rows, plus the penalty."""
        return self.compiled(self._scores(theta, X), y, reduce=reduce) + 0.5 * np.sum(self._pulled(theta) * theta)

    def value_and_grad(self, theta: Any, X: Any, y: Any) -> tuple[float, Any]:
        """The loss and its gradient with respect to W."""
        loss, slopes = self.compiled.value_and_grad(self._scores(theta, X), y, reduce="mean")
        pulled = self._pulled(theta)
        return float(loss + 0.5 * np.sum(pulled * theta)), self._over_rows(slopes, X) + pulled

    def hvp(self, theta: Any, X: Any, y: Any, *, tangents: Any) -> Any:
        """The product of the Hessian with a vector."""
        moved = self._scores(tangents, X)
        curved = self.compiled.hvp(self._scores(theta, X), y, tangents=moved, reduce="mean")
        return self._over_rows(curved, X) + self._pulled(tangents)

    def hessian(self, theta: Any, X: Any, y: Any) -> Any:
        """Every ∂²/∂wᵢ∂wⱼ: the block for scores k and l is Σ ∂²C/∂zₖ∂zₗ · xxᵀ over the rows."""
        Z, d = self._scores(theta, X), X.shape[1]
        blocks = np.zeros((self.outputs, d, self.outputs, d))
        for other in range(self.outputs):
            unit = np.zeros((len(X), self.outputs))
            unit[:, other] = 1.0
            curved = self.compiled.hvp(Z, y, tangents=unit.reshape(Z.shape), reduce="mean").reshape(len(X), -1)
            for k in range(self.outputs):
                blocks[k, :, other] = X.T @ (curved[:, k : k + 1] * X)
        return blocks.reshape(len(theta), len(theta)) + np.diag(np.tile(self.penalty, self.outputs))

    def _scores(self, theta: Any, X: Any) -> Any:
        """z of every row: (n,) for one score, else (n, outputs)."""
        with np.errstate(all="ignore"):
            Z = X @ theta.reshape(self.outputs, -1).T
        return Z[:, 0] if self.outputs == 1 else Z

    def _over_rows(self, slopes: Any, X: Any) -> Any:
        with np.errstate(all="ignore"):
            return (slopes.reshape(len(X), -1).T @ X).ravel()

    def _pulled(self, theta: Any) -> Any:
        """λⱼwⱼ."""
        return (theta.reshape(self.outputs, -1) * self.penalty).ravel()


@cache
def _compiled(loss: Callable[[Any, Any], Any]) -> Any:
    """Compile each loss once, however often estimators fit."""
    return compile(loss, rows=("z", "y"))


@dataclass(eq=False, repr=False, kw_only=True)
class LinearEstimator(ByGradient, Estimator):
    """The three steps of the lecture for z = Wx + b, starting from zero, which is as good as any start."""

    fit_intercept: bool = True

    @staticmethod
    def _loss(z: Any, y: Any) -> Any:
        """Step 2, the goodness of a function, from its scores for one row."""
        raise NotImplementedError

    def _start(self, outputs: int, features: int) -> tuple[Any, Any]:
        """W and b to start from."""
        return np.zeros((outputs, features)), np.zeros(outputs)

    def _fit_linear(self, X: Any, y: Any, outputs: int) -> tuple[Any, Any]:
        """Step 3, the best function: W (outputs, features) and b (outputs)."""
        self._require_sensible()
        if self.solver not in ("exact", "newton"):
            self._require_squares(X)
            return self._descended(X, np.full(X.shape[1], self.l2), y, self._start(outputs, X.shape[1]))
        units = in_units(X, self.fit_intercept, least=np.sqrt(self.l2))
        if self.solver == "exact":
            V, b, exponent = self._solved(units, y.reshape(len(X), outputs))
        else:
            penalty = np.ldexp(self.l2, -2 * units.exponent)
            V, b = self._descended(units.A, penalty, y, (np.zeros((outputs, X.shape[1])), np.zeros(outputs)))
            exponent = 0
        return self._of_columns(units, V, b, exponent)

    def _solved(self, units: Units, Y: Any) -> tuple[Any, Any, Any]:
        """V and b by least squares, in units of Y, and the exponents of those units."""
        target = in_units(Y, self.fit_intercept)
        V = least_squares(units, target, self.l2)
        with np.errstate(over="ignore", under="ignore"):
            squares = np.mean((units.A @ V.T - target.A) ** 2, axis=0)
            W = np.ldexp(V, target.exponent[:, np.newaxis] - units.exponent)
            loss = np.sum(np.ldexp(squares, 2 * target.exponent)) + self.l2 / 2 * np.sum(W**2)
            self.history_, self.n_iter_ = [float(loss)], 1
        return V, target.centre, target.exponent

    def _descended(self, X: Any, penalty: Any, y: Any, start: tuple[Any, Any]) -> tuple[Any, Any]:
        """W and b by iterative search: b is the weight of a column of ones."""
        W, b = start
        if self.fit_intercept:
            X, W, penalty = (np.column_stack([X, np.ones(len(X))]), np.column_stack([W, b]), np.append(penalty, 0.0))
        objective = LinearObjective(self._loss, len(W), penalty)
        W = self._best(objective, W.ravel(), X, y).reshape(W.shape)
        return (W[:, :-1], W[:, -1]) if self.fit_intercept else (W, b)

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


class LinearClassifier(Classifier, LinearEstimator):
    """A linear score for two classes, or one per class for more; `coef_` (1 or K, features), `intercept_` (1 or K)."""

    def _fit(self, X: Any, y: Any) -> None:
        self.coef_, self.intercept_ = self._fit_linear(X, self._target(y), self._outputs)

    def _target(self, y: Any) -> Any:
        """±1 for two classes; for more, one against the rest: a row of ±1 per example."""
        if len(self.classes_) == 2:
            return 2.0 * y - 1.0
        return 2.0 * self._own(y) - 1.0

    def _scores(self, X: Any) -> Any:
        return X @ self.coef_.T + self.intercept_

"""The base of all linear models: the set of functions z = w·x + b, with a single z or one per class."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from nn.estimators.base.conventions import Classifier, Estimator
from nn.estimators.base.fitting import ByGradient
from nn.estimators.data.basis import orthonormal
from nn.estimators.data.checks import ConvergenceWarning, warn
from nn.estimators.data.units import Units, in_units
from nn.estimators.linear.least_squares import least_squares
from nn.estimators.linear.whitened import Whitened, whitened
from nn.estimators.scores import LinearObjective
from nn.newton import LARGEST_HESSIAN, Newton
from nn.training import listed

VISIBLE = 1e-4  # relative to the spread of the scores: larger rounding causes a warning
SCALE = "scale the features, or y"
IN_UNITS = ("exact", "newton", "lbfgs", "auto")  # solvers that bring columns to their own units
MANY_SCORES = 5000  # scores: for more, a Hessian takes longer than the gradients of L-BFGS, and machine code pays
REACHED = 1e-9  # relative to the loss: a promised decrease that counts as none


@dataclass(eq=False, repr=False, kw_only=True)
class LinearEstimator(ByGradient, Estimator):
    """The lecture's three steps for z = Wx + b, starting from zero, which is as good as any start.

    `objective_` is the goodness as a function of all weights, `objective_.value(theta_, X, y)`, where `theta_` holds w
    and b of every score. With `warm_start`, a fit begins where the last one ended.
    """

    fit_intercept: bool = True
    warm_start: bool = False

    KINKED = False  # whether the loss has kinks, which its Hessian does not show

    @staticmethod
    def _loss(z: Any, y: Any) -> Any:
        """Step 2, the goodness of a function, from its scores for one row."""
        raise NotImplementedError

    def _start(self, outputs: int, features: int) -> tuple[Any, Any]:
        """The W and b to start from."""
        if self._goes_on and hasattr(self, "coef_"):
            W, b = np.atleast_2d(self.coef_), np.ravel(self.intercept_)  # type: ignore[attr-defined]  # once fitted
            if W.shape == (outputs, features):
                return W, b
        return self._fresh(outputs, features), np.zeros(outputs)

    def _fresh(self, outputs: int, features: int) -> Any:
        """The W to start from where nothing was learned yet."""
        return np.zeros((outputs, features))

    def _fit_linear(self, X: Any, y: Any, outputs: int, shares: Any) -> tuple[Any, Any]:
        """Step 3, the best function: W (outputs, features) and b (outputs)."""
        self._require_sensible()
        start = self._start(outputs, X.shape[1])
        self.objective_ = self._goodness(outputs, np.full(X.shape[1], float(self.l2)), shares, len(X))
        if self.solver not in IN_UNITS:
            self._require_squares(X)
            W, b = self._descended(X, self.objective_, y, start)
        else:
            W, b = self._whitened(X, y, start) or self._in_units(X, y, start, shares)
        self.theta_ = self._joined(W, b)
        return W, b

    def _joined(self, W: Any, b: Any) -> Any:
        """W and b as one flat array."""
        return np.column_stack([W, b] if self.fit_intercept else [W]).ravel()

    def _parts(self, theta: Any, outputs: int) -> tuple[Any, Any]:
        """W and b from a flat array."""
        W = theta.reshape(outputs, -1)
        return (W[:, :-1], W[:, -1]) if self.fit_intercept else (W, np.zeros(outputs))

    def _listening(self, units: Units, outputs: int, weights: Any = lambda V: V) -> Any:
        """The callbacks of a search in its own units, made to receive the weights of the original columns."""
        callbacks = listed(self.callbacks)

        def tell(theta: Any, loss: float) -> None:
            V, b = self._parts(theta, outputs)
            V = weights(V)
            for callback in callbacks:
                callback(self._joined(units.weights(V)[0], (b - V @ units.centre).astype(float)), loss)

        return [tell] if callbacks else []

    def _whitened(self, X: Any, y: Any, start: tuple[Any, Any]) -> tuple[Any, Any] | None:
        """W and b by lbfgs, for columns that need no units of their own; otherwise None."""
        theta = self._joined(*start)
        found = whitened(self.objective_, theta, X, y) if self._chosen(theta, X) == "lbfgs" else None
        if found is None:
            return None
        turned, theta = found
        each = [lambda theta, loss, tell=tell: tell(turned.weights(theta), loss) for tell in listed(self.callbacks)]
        theta = self._best(turned, turned.coordinates(theta), X, y, each=each)
        return self._parts(turned.weights(theta), self.objective_.outputs)

    def _in_units(self, X: Any, y: Any, start: tuple[Any, Any], shares: Any) -> tuple[Any, Any]:
        """W and b by a solver that is not affected by the scale or offset of a column."""
        units = in_units(X, self.fit_intercept, least=math.sqrt(self.l2), shares=shares)
        if self.solver == "exact":
            if listed(self.callbacks):
                raise ValueError("callbacks are called before every step, and solver='exact' takes none: take another")
            return self._of_columns(units, *self._exactly(units, y.reshape(len(X), -1), shares))
        basis = orthonormal(units.A, units.penalty(self.l2, 2))
        W, b = start
        V = np.ldexp(W, units.exponent)
        start = basis.coordinates(V), b + (V @ units.centre).astype(float)
        each = self._listening(units, len(W), basis.weights)
        objective = self._goodness(len(W), basis.penalty, shares, len(X))
        V, b = self._descended(basis.columns, objective, y, start, each)
        spread = np.max(np.abs(basis.columns @ V.T))
        return self._of_columns(units, basis.weights(V), b, 0, spread)

    def _exactly(self, units: Units, Y: Any, shares: Any) -> tuple[Any, Any, Any, Any]:
        """V and b by least squares, in units of Y; the exponents of those units; the largest score in them."""
        target = in_units(Y, self.fit_intercept, shares=shares)
        V = least_squares(units, target, float(self.l2), shares)
        with np.errstate(over="ignore", under="ignore"):
            Z = units.A @ V.T.astype(float)
            squares = np.average((Z - target.A) ** 2, axis=0, weights=shares)
            W = np.ldexp(V, target.exponent[:, np.newaxis] - units.exponent)
            loss = np.sum(np.ldexp(squares, 2 * target.exponent)) + float(self.l2) / 2 * np.sum(W**2)
            self.history_, self.n_iter_ = [float(loss)], 1
        return V, target.centre, target.exponent, np.max(np.abs(Z))

    def _descended(
        self, X: Any, objective: LinearObjective, y: Any, start: tuple[Any, Any], each: Any = None
    ) -> tuple[Any, Any]:
        """Find W and b by iterative search."""
        return self._parts(self._best(objective, self._joined(*start), X, y, each=each), objective.outputs)

    def _goodness(self, outputs: int, penalty: Any, shares: Any, rows: int) -> LinearObjective:
        """Step 2 over all rows, with the penalty; NumPy runs a loss on few rows, machine code one on many."""
        backend = "numpy" if self.backend == "auto" and rows * outputs < MANY_SCORES else self.backend
        options = {"shares": shares, "backend": backend, "threads": self.threads}
        return LinearObjective(self._loss, outputs, penalty, intercept=self.fit_intercept, **options)

    def _chosen(self, theta: Any, X: Any) -> Any:
        """The solver: newton, unless its Hessian takes longer than the gradients of lbfgs."""
        if self.solver != "auto":
            return self.solver
        outputs = self.objective_.outputs
        return "newton" if len(theta) <= LARGEST_HESSIAN and len(X) * outputs < MANY_SCORES else "lbfgs"

    def _steepness(self, objective: Any, theta: Any, X: Any, y: Any) -> float:
        """The slope of the column with the smallest numbers, if it were aligned with ∂C/∂z at the start."""
        sizes = np.sqrt(np.mean(X**2, axis=0))
        slopes = objective.slopes(theta, X, y)[1]
        return float(np.min(sizes[sizes > 0], initial=1.0) * np.sqrt(np.sum(slopes**2) * len(X)))

    def _require_minimum(self, objective: Any, theta: Any, X: Any, y: Any) -> None:
        """Warn if a search rests although Newton's step promises a lower loss; if whitened, no direction is flat."""
        if self.KINKED or len(theta) > LARGEST_HESSIAN or isinstance(objective, Whitened):
            return
        loss, (step, promised) = objective.value(theta, X, y), Newton().step(objective, theta, X, y)
        if promised > REACHED * loss + 1e-15 * self.history_[0]:
            told = f"the loss is {loss:.6g}, and Newton's step promises {min(promised, loss):.2g} less"
            if self.solver in IN_UNITS:
                warn(f"at rest, and not at the minimum: {told}: solver='newton' reaches it", ConvergenceWarning)
            elif len(self.history_) == self.max_iter:
                warn(f"not at the minimum after {self.max_iter} passes: {told}", ConvergenceWarning)
            else:
                warn(f"at rest, and not at the minimum: {told}: take a smaller tol", ConvergenceWarning)
        elif self.solver in IN_UNITS:  # steps of lbfgs may be short where Newton's would continue
            self._require_end(objective, step, X)

    def _of_columns(self, units: Units, V: Any, b: Any, exponent: Any, spread: Any) -> tuple[Any, Any]:
        """W and b in the original units; raises an error or warns if floats lose too much of them."""
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
        if np.max(offset) * np.finfo(float).eps > VISIBLE * spread:
            far = f"column {self._named(np.argmax(offset))} is so far from 0, for its spread"
            warn(f"{far}, that rounding shows in w·x + b: subtract its mean")
        if not self.fit_intercept and np.max(np.abs(V), initial=0.0) * np.finfo(float).eps > VISIBLE * spread:
            warn("columns are so nearly collinear that rounding shows in w·x: leave some of them out, or take l2 > 0")
        return W, b


@dataclass(eq=False, repr=False, kw_only=True)
class LinearClassifier(Classifier, LinearEstimator):
    """A linear score for two classes, or one per class for more; `coef_` (1 or K, features), `intercept_` (1 or K)."""

    class_weight: Any = None

    def _fit(self, X: Any, y: Any, shares: Any) -> None:
        self.coef_, self.intercept_ = self._fit_linear(X, self._target(y), self._outputs, shares)

    def _target(self, y: Any) -> Any:
        """±1 for two classes; for more, each class against the rest: a row of ±1 per example."""
        if len(self.classes_) == 2:
            return 2.0 * y - 1.0
        return 2.0 * self._own(y) - 1.0

    def _scores(self, X: Any) -> Any:
        return X @ self.coef_.T + self.intercept_

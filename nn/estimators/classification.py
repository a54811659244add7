"""Linear classifiers that differ only in goodness: regression on ±1, perceptron, SVM, logistic regression."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from nn.estimators.base.conventions import Probabilistic
from nn.estimators.base.fitting import generator
from nn.estimators.base.online import OnlineClassifier
from nn.estimators.data.basis import orthonormal
from nn.estimators.data.checks import ConvergenceWarning, warn
from nn.estimators.data.units import Units, in_units
from nn.estimators.linear.inference import Inference
from nn.estimators.linear.linear import REACHED, LinearClassifier
from nn.estimators.linear.margins import largest_margin
from nn.estimators.linear.sparse import Sparse
from nn.estimators.scores import LinearObjective
from nn.losses import cross_entropy, hinge, over_outputs, perceptron_loss, squared_error, zero_one
from nn.schedules import Cosine, InverseTime
from nn.training import listed

SLOWER_AND_SLOWER = InverseTime(1.0)
MOVING = 0.1  # log odds


@dataclass(eq=False, repr=False, kw_only=True)
class RegressionClassifier(Sparse, LinearClassifier):
    """Classification as regression on targets ±1: the lecture's cautionary tale.

    A row far on the right side costs as much as one on the wrong side, and bends the boundary towards itself.

    >>> model = RegressionClassifier().fit([[0.0], [1.0], [2.0], [30.0]], ["a", "a", "b", "b"])
    >>> model.predict([[0.0], [1.0], [2.0], [30.0]]).tolist()  # the last row pulls the boundary over the third
    ['a', 'a', 'a', 'b']
    """

    solver: Any = "exact"

    SOLVERS = ("exact", "newton", "lbfgs", *LinearClassifier.SOLVERS)

    FUNCTIONS = "z = b + w·x, the class is that of sign z"
    GOODNESS = "for y = ±1, the mean of (z - y)²"
    EXACTLY = "least squares by a QR decomposition: where ∂L/∂w = 0"

    @staticmethod
    def _loss(z: Any, y: Any) -> Any:
        """Step 2, the goodness of a function."""
        return over_outputs(squared_error, z, y)


@dataclass(eq=False, repr=False, kw_only=True)
class Perceptron(OnlineClassifier, LinearClassifier):
    """Rosenblatt's perceptron (1958): gradient descent on max(0, -y·z), how far rows are on the wrong side.

    Descent stops when every row is on its own side; otherwise it keeps the step with the fewest mistakes (Gallant's
    pocket, 1990). The loss is also 0 for w = 0, so descent starts at weights drawn from `random_state`.

    >>> Perceptron(random_state=0).fit([[0.0], [1.0], [2.0], [30.0]], [0, 0, 1, 1]).predict([[0.5], [3.0]]).tolist()
    [0, 1]
    """

    solver: Any = "gradient descent"
    rate: Any = SLOWER_AND_SLOWER
    tol: float = 0.0

    KINKED = True

    FUNCTIONS = "z = b + w·x, the class is that of sign z"
    GOODNESS = "for y = ±1, the mean of max(0, -y·z)"

    @staticmethod
    def _loss(z: Any, y: Any) -> Any:
        """Step 2, the goodness of a function."""
        return over_outputs(perceptron_loss, z, y)

    def _fresh(self, outputs: int, features: int) -> Any:
        return generator(self.random_state).uniform(-1, 1, size=(outputs, features))

    def _best(self, objective: Any, theta: Any, X: Any, y: Any, each: Any = None) -> Any:  # type: ignore[override]  # no until
        if self._takes_a_part:
            return super()._best(objective, theta, X, y)
        free = np.zeros(X.shape[1])
        mistakes = LinearObjective(
            _is_mistake, objective.outputs, free, intercept=self.fit_intercept, shares=objective.shares
        )
        fewest, pocket = math.inf, theta

        def keep(theta: Any, loss: float) -> None:
            nonlocal fewest, pocket
            count = mistakes.value(theta, X, y)
            if count < fewest:
                fewest, pocket = count, theta

        keep(super()._best(objective, theta, X, y, each=[keep, *listed(self.callbacks)]), 0.0)
        return pocket

    def _require_rest(self, tol: float, objective: Any, theta: Any, X: Any, y: Any) -> None:
        """Warn if some row is still on the wrong side."""
        if (self.history_[-1] > 0 or len(self.history_) == self.max_iter) and objective.value(theta, X, y) > 0:
            told = f"after {self.max_iter} steps some rows are still on the wrong side"
            warn(f"not at rest: {told}; more will not help if no plane separates the classes", ConvergenceWarning)


@dataclass(eq=False, repr=False, kw_only=True)
class LinearSVM(LinearClassifier):
    """A linear support vector machine: mean hinge loss max(0, 1 - y·z) plus (λ/2)‖w‖² (Cortes and Vapnik, 1995).

    `solver` is exact, an interior-point method that stops when the duality gap is closed, or an optimiser. The kinks of
    the loss keep descent at a constant rate from settling, so a numeric `rate` falls to 0 along a cosine. `gap_` bounds
    how far the loss may be from its minimum. `dual_coef_` holds the rows' pulls, n·α·y, from -1 to 1: λw is the mean of
    pull · x. They are 0 except for support vectors, and equal scikit-learn's divided by its C.

    >>> LinearSVM().fit([[0.0], [1.0], [2.0], [30.0]], [0, 0, 1, 1]).predict([[0.5], [3.0]]).tolist()
    [0, 1]
    """

    l2: float = 1e-3
    solver: Any = "exact"

    SOLVERS = ("exact", *LinearClassifier.SOLVERS)
    KINKED = True

    FUNCTIONS = "z = b + w·x, the class is that of sign z"
    GOODNESS = "for y = ±1, the mean of max(0, 1 - y·z)"
    EXACTLY = "an interior-point method, until the duality gap is closed"

    @staticmethod
    def _loss(z: Any, y: Any) -> Any:
        """Step 2, the goodness of a function."""
        return over_outputs(hinge, z, y)

    def _exactly(self, units: Units, Y: Any, shares: Any) -> tuple[Any, Any, Any, Any]:
        """V and b with the largest margin, separately for each score."""
        basis = orthonormal(units.A, units.penalty(self.l2, 2))
        ones = np.ones((len(Y), int(self.fit_intercept)))
        columns, penalty = np.column_stack([basis.columns, ones]), np.append(basis.penalty, 0 * ones[0])
        costs = np.full(len(Y), 1 / len(Y)) if shares is None else shares
        found = [largest_margin(y[:, np.newaxis] * columns, penalty, costs, self.max_iter) for y in Y.T]
        loss, bound = (float(np.sum([margin[i] for margin in found])) for i in (2, 3))
        self.history_, self.n_iter_, self.gap_ = [loss], 1, max(0.0, loss - bound)
        self.dual_coef_ = len(Y) * np.array([margin.pulls for margin in found]) * Y.T
        self._require_closed(loss, bound)
        V = np.array([margin.v for margin in found])
        d = len(basis.size)
        b = V[:, d] if self.fit_intercept else np.zeros(len(V))
        return basis.weights(V[:, :d]), b, 0, np.max(np.abs(basis.columns @ V[:, :d].T))

    def _require_rest(self, tol: float, objective: Any, theta: Any, X: Any, y: Any) -> None:
        """Warn if descent stopped before the minimum, judged by a bound from the exact solver."""
        units = in_units(X, self.fit_intercept, least=math.sqrt(self.l2), shares=objective.shares)
        loss, history = objective.value(theta, X, y), self.history_
        self._exactly(units, y.reshape(len(X), -1), objective.shares)
        bound, self.history_ = self.history_[0] - self.gap_, history
        self.gap_ = max(0.0, loss - bound)
        self._require_closed(loss, bound)

    def _require_closed(self, loss: float, bound: float) -> None:
        if loss - bound > REACHED * loss + 1e-15:
            told = f"the loss is {loss:.9g}, and its least may be {bound:.9g}"
            warn(f"not at the minimum: {told}: solver='exact', with steps enough, reaches it", ConvergenceWarning)

    def _schedule(self, steps: int) -> Any:
        return self.rate if callable(self.rate) else Cosine(float(self.rate), steps=steps)


@dataclass(eq=False, repr=False, kw_only=True)
class LogisticRegression(Inference, Probabilistic, Sparse, LinearClassifier):
    """P(class | x) = σ(w·x + b), or the softmax of a score per class, by maximum likelihood.

    The goodness is the cross entropy. `solver` is newton, with the exact Hessian; lbfgs, with gradients only; auto,
    which is newton for few weights and rows, otherwise lbfgs; or an optimiser. For separable classes no w is best
    without `l2`: the likelihood grows with ‖w‖. The fit stops once every row is on its own side, which proves it, and a
    ConvergenceWarning says so.

    >>> model = LogisticRegression().fit([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1])
    >>> model.predict_proba([[1.5]]).round(12).tolist()
    [[0.5, 0.5]]
    """

    solver: Any = "auto"
    max_iter: int = 100

    SOLVERS = ("auto", "newton", "lbfgs", *LinearClassifier.SOLVERS)

    FUNCTIONS = "P(class | x) = σ(b + w·x), or the softmax of such a score per class"
    GOODNESS = "the cross entropy: the mean of -ln P(y | x)"

    @staticmethod
    def _loss(z: Any, y: Any) -> Any:
        """Step 2, the goodness of a function."""
        return cross_entropy(z, y)

    def _target(self, y: Any) -> Any:
        return y.astype(float)

    def _encoded(self, y: Any) -> Any:
        return np.searchsorted(self.classes_, y).astype(float)

    def _endless(self, objective: Any, theta: Any, X: Any, y: Any) -> str:
        """A proof by rows that are all on their own side: scaling the same weights up brings the loss to 0."""
        if self.l2:
            return ""
        Z, rows = objective.scores(theta, X), np.arange(len(y))
        if Z.ndim == 1:
            right = (2 * y - 1) * Z > 0
        else:
            own, others = Z[rows, y.astype(int)], Z.copy()
            others[rows, y.astype(int)] = -np.inf
            right = own > others.max(axis=1)
        return (
            "every row is on its own side, so the loss falls as the weights grow, without end; l2 > 0 gives it one"
            if (right.all())
            else ""
        )

    def _require_end(self, objective: Any, moved: Any, X: Any) -> bool:
        """Warn if the last steps moved log odds: near a minimum none do; on separable rows Newton's move them by 1."""
        by_row = np.abs(objective.scores(moved, X)).reshape(len(X), -1).max(axis=1)
        if self.l2 or by_row.max() <= MOVING:
            return True
        told = f"the last steps have moved the log odds of row {int(np.argmax(by_row))} by {by_row.max():.2g}"
        grow = "grow" if objective.shares is None else "may grow"  # a row of little weight may be far from its minimum
        warn(f"no minimum: {told}, and the weights {grow} without end; l2 > 0 gives it one", ConvergenceWarning)
        return False


def _is_mistake(z: Any, y: Any) -> Any:
    return over_outputs(zero_one, z, y)

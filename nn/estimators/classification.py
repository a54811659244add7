"""Linear classifiers that differ only in goodness: regression on ±1, perceptron, SVM, logistic regression."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import sum
from nn.estimators.conventions import Probabilistic
from nn.estimators.fitting import generator
from nn.estimators.linear import LinearClassifier, LinearObjective
from nn.losses import cross_entropy, hinge, perceptron_loss, squared_error, zero_one
from nn.schedules import Cosine, InverseTime

SLOWER_AND_SLOWER = InverseTime(1.0)


@dataclass(eq=False, repr=False, kw_only=True)
class RegressionClassifier(LinearClassifier):
    """Classification as regression on targets ±1: the lecture's cautionary tale.

    A row far on the right side costs as much as one on the wrong side, and bends the boundary towards itself.

    >>> model = RegressionClassifier().fit([[0.0], [1.0], [2.0], [30.0]], ["a", "a", "b", "b"])
    >>> model.predict([[0.0], [1.0], [2.0], [30.0]]).tolist()  # the last row pulls the boundary over the third
    ['a', 'a', 'a', 'b']
    """

    solver: Any = "exact"

    SOLVERS = ("exact", "newton", *LinearClassifier.SOLVERS)

    @staticmethod
    def _loss(z: Any, y: Any) -> Any:
        """Step 2, the goodness of a function."""
        return _over_outputs(squared_error, z, y)


@dataclass(eq=False, repr=False, kw_only=True)
class Perceptron(LinearClassifier):
    """Rosenblatt's perceptron (1958): gradient descent on max(0, -y·z), how far rows are on the wrong side.

    Stops when every row is on its own side; otherwise keeps the step with the fewest mistakes (Gallant's pocket, 1990).
    The loss is also 0 for w = 0, so descent starts at weights drawn from `random_state`.

    >>> Perceptron(random_state=0).fit([[0.0], [1.0], [2.0], [30.0]], [0, 0, 1, 1]).predict([[0.5], [3.0]]).tolist()
    [0, 1]
    """

    solver: Any = "gradient descent"
    rate: Any = SLOWER_AND_SLOWER
    tol: float = 0.0

    RESTS = False

    @staticmethod
    def _loss(z: Any, y: Any) -> Any:
        """Step 2, the goodness of a function."""
        return _over_outputs(perceptron_loss, z, y)

    def _start(self, outputs: int, features: int) -> tuple[Any, Any]:
        return generator(self.random_state).uniform(-1, 1, size=(outputs, features)), np.zeros(outputs)

    def _best(self, objective: Any, theta: Any, X: Any, y: Any, each: Any = None) -> Any:
        mistakes = LinearObjective(_is_mistake, objective.outputs, 0.0)
        fewest, pocket = math.inf, theta

        def keep(theta: Any, loss: float) -> None:
            nonlocal fewest, pocket
            count = mistakes.value(theta, X, y, reduce="sum")
            if count < fewest:
                fewest, pocket = count, theta

        keep(super()._best(objective, theta, X, y, each=keep), 0.0)
        return pocket


@dataclass(eq=False, repr=False, kw_only=True)
class LinearSVM(LinearClassifier):
    """A linear support vector machine: mean hinge loss max(0, 1 - y·z) plus (λ/2)‖w‖² (Cortes and Vapnik, 1995).

    The kinks of the loss keep descent at a constant rate from settling, so a numeric `rate` falls to 0 along a cosine.
    It needs features of similar scale to reach the minimum within `max_iter` steps: standardise them.

    >>> LinearSVM().fit([[0.0], [1.0], [2.0], [30.0]], [0, 0, 1, 1]).predict([[0.5], [3.0]]).tolist()
    [0, 1]
    """

    l2: float = 1e-3
    solver: Any = "adam"

    RESTS = False

    @staticmethod
    def _loss(z: Any, y: Any) -> Any:
        """Step 2, the goodness of a function."""
        return _over_outputs(hinge, z, y)

    def _schedule(self, steps: int) -> Any:
        return self.rate if callable(self.rate) else Cosine(self.rate, steps=steps)


@dataclass(eq=False, repr=False, kw_only=True)
class LogisticRegression(Probabilistic, LinearClassifier):
    """P(class | x) = σ(w·x + b), or the softmax of a score per class, by maximum likelihood.

    The goodness is the cross entropy. `solver` is newton (with the exact Hessian) or an optimiser. For separable
    classes there is no best w without `l2`: the likelihood grows with ‖w‖, and a ConvergenceWarning says so.

    >>> model = LogisticRegression().fit([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1])
    >>> model.predict_proba([[1.5]]).round(12).tolist()
    [[0.5, 0.5]]
    """

    solver: Any = "newton"
    max_iter: int = 100

    SOLVERS = ("newton", *LinearClassifier.SOLVERS)

    @staticmethod
    def _loss(z: Any, y: Any) -> Any:
        """Step 2, the goodness of a function."""
        return cross_entropy(z, y)

    def _target(self, y: Any) -> Any:
        return y.astype(float)


def _is_mistake(z: Any, y: Any) -> Any:
    return _over_outputs(zero_one, z, y)


def _over_outputs(loss: Callable[[Any, Any], Any], z: Any, y: Any) -> Any:
    """The loss of one score, or the sum over several."""
    return sum([loss(zk, yk) for zk, yk in zip(z, y)]) if isinstance(z, np.ndarray) else loss(z, y)

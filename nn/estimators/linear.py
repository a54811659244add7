"""What all linear models share: the set of functions z = w·x + b, one z or one for each class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nn.estimators.conventions import Classifier, Estimator
from nn.estimators.fitting import ByGradient, generator
from nn.estimators.least_squares import least_squares
from nn.layers import Linear


@dataclass(eq=False, repr=False, kw_only=True)
class LinearEstimator(ByGradient, Estimator):
    """The three steps of the lecture for z = Wx + b, from zero, where every such search is as good as any."""

    fit_intercept: bool = True

    def _functions(self, features: int, outputs: int) -> Linear:
        """Step 1, a set of functions: z = w·x + b."""
        return Linear(features, outputs, bias=self.fit_intercept, rng=generator(self.random_state))

    def _loss(self, model: Any, x: Any, y: Any) -> Any:
        """Step 2, the goodness of a function, on one row."""
        raise NotImplementedError

    def _start(self, parameters: Any) -> Any:
        return np.zeros_like(parameters)

    def _fit_linear(self, X: Any, y: Any, outputs: int) -> tuple[Any, Any]:
        """Step 3, the best function: W (outputs, features) and b (outputs)."""
        self._require_sensible()
        if self.solver == "exact":
            Y = y.reshape(len(X), outputs)
            W, b = least_squares(X, Y, self.l2, self.fit_intercept)
            error = np.sum((X @ W.T + b - Y) ** 2)
            self.history_, self.n_iter_ = [float(error / len(X) + self.l2 / 2 * np.sum(W**2))], 1
            return W, b
        model = self._functions(X.shape[1], outputs)
        objective = self._objective(self._loss, model)
        self._best(objective, self._start(objective.parameters), X, y)
        W = np.array([[w.data for w in neuron.w] for neuron in model.neurons])
        b = np.array([neuron.b.data if neuron.b is not None else 0.0 for neuron in model.neurons])
        return W, b


class LinearClassifier(Classifier, LinearEstimator):
    """A linear score for two classes, or one for each of more; `coef_` (1 or K, features), `intercept_` (1 or K)."""

    def _fit(self, X: Any, y: Any) -> None:
        self.coef_, self.intercept_ = self._fit_linear(X, self._target(y), self._outputs)

    def _target(self, y: Any) -> Any:
        """±1 for two classes; for more, one against the rest: a row of ±1 for each example."""
        if len(self.classes_) == 2:
            return 2.0 * y - 1.0
        return 2.0 * self._own(y) - 1.0

    def _scores(self, X: Any) -> Any:
        return X @ self.coef_.T + self.intercept_

"""Fully connected networks as estimators: only the set of functions changes; it is no longer linear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nn.errors import require_count
from nn.estimators.conventions import Estimator, Probabilistic, Regressor
from nn.estimators.fitting import ByGradient, generator
from nn.layers import MLP
from nn.losses import cross_entropy, squared_error
from nn.objective import Objective


@dataclass(eq=False, repr=False, kw_only=True)
class NetworkEstimator(ByGradient, Estimator):
    """The three steps of the lecture for a network; `model_` is the fitted `nn.MLP`."""

    hidden: tuple[int, ...] = (16,)
    activation: Any = "relu"
    init: str = "he"
    solver: Any = "adam"
    rate: Any = 0.01
    batch_size: int | None = 32
    max_iter: int = 200

    RESTS = False

    def _loss(self, model: Any, x: Any, y: Any) -> Any:
        """Step 2, the goodness of a function, on one row."""
        raise NotImplementedError

    def _fit_network(self, X: Any, y: Any, outputs: int) -> None:
        self._require_sensible()
        if not isinstance(self.hidden, (tuple, list)):
            raise ValueError(f"hidden must be a tuple of numbers of neurons, such as (16,), got {self.hidden!r}")
        for number in self.hidden:
            require_count("every number in hidden", number, 1)
        self._require_squares(X)
        rng = generator(self.random_state)
        # Step 1, a set of functions; step 3, the best function.
        self.model_ = MLP(X.shape[1], [*self.hidden, outputs], activation=self.activation, init=self.init, rng=rng)
        objective = self._objective(self._loss, self.model_)
        objective.store(self._best(objective, objective.parameters, X, y))
        self._predicted = Objective(_prediction, self.model_)

    def _forward(self, X: Any) -> Any:
        """The network's outputs for every row, (n, outputs)."""
        return self._predicted.value(self._predicted.parameters, X, reduce=None).reshape(len(X), -1)


def _prediction(model: MLP, x: Any) -> Any:
    return model(x)


@dataclass(eq=False, repr=False, kw_only=True)
class MLPRegressor(Regressor, NetworkEstimator):
    """A network that minimises the mean squared error; `hidden` lists the number of neurons of each hidden layer.

    `activation` and `init` are those of `nn.Neuron`; training uses batches, with the options of the linear models.

    >>> import numpy as np
    >>> X = np.linspace(-1, 1, 41).reshape(-1, 1)
    >>> MLPRegressor(random_state=0).fit(X, np.abs(X.ravel())).score(X, np.abs(X.ravel())) > 0.99
    True
    """

    def _loss(self, model: Any, x: Any, y: Any) -> Any:
        return squared_error(model(x), y)

    def _fit(self, X: Any, y: Any) -> None:
        self._fit_network(X, y, 1)

    def _predict(self, X: Any) -> Any:
        return self._forward(X)[:, 0]


@dataclass(eq=False, repr=False, kw_only=True)
class MLPClassifier(Probabilistic, NetworkEstimator):
    """A network that minimises the cross entropy; `hidden` lists the number of neurons of each hidden layer.

    `activation` and `init` are those of `nn.Neuron`; training uses batches, with the options of the linear models.

    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]  # XOR, which no linear model gets right
    >>> MLPClassifier(hidden=(8,), random_state=0).fit(X, y).predict(X).tolist()
    [0, 1, 1, 0]
    """

    def _loss(self, model: Any, x: Any, y: Any) -> Any:
        return cross_entropy(model(x), y)

    def _fit(self, X: Any, y: Any) -> None:
        self._fit_network(X, y.astype(float), self._outputs)

    def _scores(self, X: Any) -> Any:
        return self._forward(X)

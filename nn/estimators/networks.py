"""Fully connected networks as estimators: only the set of functions changes; it is no longer linear."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from numbers import Real
from typing import Any

import numpy as np

from nn.errors import require, require_count
from nn.estimators.base.conventions import Estimator, Probabilistic, Regressor
from nn.estimators.base.fitting import ByGradient, generator
from nn.estimators.base.online import OnlineClassifier, OnlineRegressor
from nn.estimators.data.checks import ConvergenceWarning, warn
from nn.layers import MLP
from nn.losses import cross_entropy, over_outputs, squared_error
from nn.objective import Objective
from nn.stopping import EarlyStopping

LATE = 0.1  # the last share of the passes, in which a loss at rest hardly falls
FALLING = 0.01  # relative to the whole fall: with more in the last passes, the loss still falls
USELESS = 0.01  # relative to the loss of a constant: a smaller difference does not count
SPREAD = 1e-2, 1e2  # spreads of columns that suit a network
LARGE = 2 * 10**7  # parameters times rows times passes: for more, NumPy takes longer than LLVM takes to compile


class Penalised:
    """The mean loss of a network over rows, weighted if they have weights, plus ½ Σ λⱼθⱼ², as a function of θ.

    All networks of the same shape share one program, whatever their numbers.

    >>> objective = Penalised(squared_error, (1, (), 1, "relu"), l2=0.5)
    >>> objective.value_and_grad(np.array([2.0, 0.0]), [[1.0]], [3.0])
    (2.0, array([-1., -2.]))
    """

    def __init__(
        self, loss: Any, shape: Any, *, l2: float, weighted: bool = False, backend: str = "auto", threads: Any = None
    ) -> None:
        self.of = loss, shape, l2, weighted, backend, threads
        self.compiled = _objective(loss, shape, weighted, backend, threads).compiled
        self.penalty = l2 * _are_weights(shape)

    def __reduce__(self) -> Any:
        loss, shape, l2, weighted, backend, threads = self.of
        return _unpickled, (loss, shape, l2, weighted, backend, threads)

    def value(self, theta: Any, *rows: Any) -> float:
        """The loss."""
        return float(self.compiled(theta, *rows, reduce="mean") + 0.5 * np.sum(self._pulled(theta) * theta))

    def value_and_grad(self, theta: Any, *rows: Any) -> tuple[float, Any]:
        """The loss and its gradient."""
        loss, g = self.compiled.value_and_grad(theta, *rows, reduce="mean")
        pulled = self._pulled(theta)
        return float(loss + 0.5 * (pulled @ theta)), g + pulled

    def bare(self) -> Penalised:
        """The same loss without the penalty."""
        loss, shape, _, weighted, backend, threads = self.of
        return Penalised(loss, shape, l2=0.0, weighted=weighted, backend=backend, threads=threads)

    def _pulled(self, theta: Any) -> Any:
        """λⱼθⱼ."""
        return self.penalty * theta


def _unpickled(loss: Any, shape: Any, l2: float, weighted: bool, backend: str, threads: Any) -> Penalised:
    return Penalised(loss, shape, l2=l2, weighted=weighted, backend=backend, threads=threads)


def _network(shape: Any, init: str = "uniform", rng: Any = 0) -> MLP:
    inputs, hidden, outputs, activation = shape
    return MLP(inputs, [*hidden, outputs], activation=activation, init=init, rng=rng)


@cache
def _objective(loss: Any, shape: Any, weighted: bool, backend: str, threads: Any) -> Objective:
    """The objective of a shape, traced and compiled once for all its networks: their numbers are arguments."""
    if weighted:
        return Objective(
            lambda model, x, y, weight: weight * loss(model(x), y), _network(shape), backend=backend, threads=threads
        )
    return Objective(lambda model, x, y: loss(model(x), y), _network(shape), backend=backend, threads=threads)


@cache
def _outputs_of(shape: Any, backend: str, threads: Any) -> Objective:
    return Objective(lambda model, x: model(x), _network(shape), backend=backend, threads=threads)


@cache
def _are_weights(shape: Any) -> Any:
    """1 for each parameter that the penalty shrinks, 0 for biases."""
    network = _network(shape)
    held = {id(w) for w in network.weights()}
    return np.array([float(id(p) in held) for p in network.parameters()])


@dataclass(eq=False, repr=False, kw_only=True)
class NetworkEstimator(ByGradient, Estimator):
    """The lecture's three steps for a network; `model_` is the fitted `nn.MLP`, `theta_` its numbers.

    `objective_` is the goodness as a function of these numbers: `objective_.value(theta_, X, y)`. With `warm_start`, a
    fit begins where the last one ended.

    With `early_stopping`, a share of the rows, `validation_fraction`, is held out, the same share of every class. A fit
    stops once `n_iter_no_change` passes have not lowered the loss of these rows, without the penalty, and keeps the
    network with the lowest. `held_out_history_` is that loss after every pass.
    """

    hidden: tuple[int, ...] = (16,)
    activation: Any = "relu"
    init: str = "he"
    solver: Any = "adam"
    rate: Any = 0.01
    batch_size: int | None = 32
    max_iter: int = 200
    warm_start: bool = False
    early_stopping: bool = False
    validation_fraction: float = 0.1
    n_iter_no_change: int = 10

    @staticmethod
    def _loss(z: Any, y: Any) -> Any:
        """Step 2, the goodness of a function, from its outputs for one row."""
        raise NotImplementedError

    def _fit_network(self, X: Any, y: Any, outputs: int, shares: Any) -> None:
        self._require_sensible()
        if not isinstance(self.hidden, (tuple, list)):
            raise ValueError(f"hidden must be a tuple of numbers of neurons, such as (16,), got {self.hidden!r}")
        for number in self.hidden:
            require_count("every number in hidden", number, 1)
        self._require_squares(X)
        rng = generator(self.random_state)
        X, y, shares, held = self._parted(X, y, shares, rng) if self.early_stopping else (X, y, shares, None)
        # Step 1, a set of functions.
        shape = X.shape[1], tuple(self.hidden), outputs, self.activation
        network, weights = _network(shape, self.init, rng), [] if shares is None else [len(X) * shares]
        for neuron, output in zip(network.layers[-1].neurons, self._constant(y, *weights)):
            neuron.b.data = float(output)  # type: ignore[union-attr]  # an MLP without options has biases
        start: Any = np.array([p.data for p in network.parameters()])
        if self._goes_on and getattr(self, "_shape", None) == shape:
            start = vars(self)["theta_"]
        # Step 2, the goodness of a function.
        work = len(start) * len(X) * self.max_iter
        backend = "numpy" if self.backend == "auto" and work < LARGE else self.backend
        objective = Penalised(
            self._loss, shape, l2=float(self.l2), weighted=bool(weights), backend=backend, threads=self.threads
        )
        # Step 3, the best function.
        vars(self).pop("held_out_history_", None)
        if held is None:
            self.theta_ = self._best(objective, start, X, y, *weights)
        else:
            stopping = EarlyStopping(objective.bare(), *held, patience=self.n_iter_no_change)
            self._best(objective, start, X, y, *weights, until=stopping)
            self.theta_, self.held_out_history_ = stopping.theta, stopping.history
            self._require_stop(stopping, objective, X, y, *weights)
        self.objective_, self._shape = objective, shape

    def _parted(self, X: Any, y: Any, shares: Any, rng: Any) -> tuple[Any, Any, Any, Any]:
        """The rows to learn from with their shares, and the rows to hold out: X, y and, given shares, weights."""
        share = self.validation_fraction
        require("validation_fraction", share, isinstance(share, Real) and 0 < float(share) < 1, "between 0 and 1")
        groups = [y == k for k in range(len(vars(self).get("classes_", ())))] or [np.ones(len(X), dtype=bool)]
        chosen = np.zeros(len(X), dtype=bool)
        for group in groups:
            own = np.flatnonzero(group)
            chosen[rng.permutation(own)[: max(1, round(float(share) * len(own)))]] = True
            if len(own) and chosen[own].all():
                raise ValueError("early_stopping holds out rows of every class, and leaves none of one: it has too few")
        held, left = (X[chosen], y[chosen]), ~chosen
        if shares is None:
            return X[left], y[left], None, held
        weights = shares[chosen] * np.sum(chosen) / shares[chosen].sum()
        return X[left], y[left], shares[left] / shares[left].sum(), (*held, weights)

    def _require_stop(self, stopping: EarlyStopping, *fitted: Any) -> None:
        """Warn if the loss of the held-out rows still falls, or the network is useless."""
        history = stopping.history
        if len(history) == self.max_iter and history[-1] == stopping.best:
            told = f"{history[-1]:.4g} after the last of {len(history)} passes is the least so far"
            warn(f"the loss of held-out rows still falls: {told}; take a larger max_iter", ConvergenceWarning)
        else:
            objective, *rows = fitted
            self._require_use(objective, stopping.theta, *rows)

    def _constant(self, y: Any, *weights: Any) -> Any:
        """The best outputs that are the same for all rows: the biases of the last layer start there."""
        raise NotImplementedError

    def _of_constant(self, y: Any, *weights: Any) -> float:
        """The least loss of a network with the same outputs for all rows."""
        raise NotImplementedError

    def _require_use(self, objective: Any, theta: Any, X: Any, y: Any, *weights: Any) -> None:
        """Warn if constant outputs were better, or as good while the scale of a column does not suit the weights."""
        loss, least = objective.bare().value(theta, X, y, *weights), self._of_constant(y, *weights)
        spread = np.std(X, axis=0)
        strange = np.flatnonzero((spread > 0) & ((spread < SPREAD[0]) | (spread > SPREAD[1])))
        if least == 0 or loss <= least * (1 - USELESS if len(strange) else 1 + USELESS):
            return
        advice = "take a smaller rate, or a larger max_iter"
        for j in strange[:1]:
            advice = f"scale the features, since column {self._named(j)} varies by {spread[j]:.2g}"
        told = f"its loss is {loss:.4g}, and {least:.4g} that of outputs that are the same for all rows"
        warn(f"the network is of no use: {told}; {advice}", ConvergenceWarning)

    @property
    def model_(self) -> MLP:
        """The fitted network, built at each access: `theta_` holds the numbers that predict."""
        network = _network(self._shape)
        for p, number in zip(network.parameters(), self.theta_.tolist()):
            p.data = number
        return network

    def _require_minimum(self, objective: Any, theta: Any, *rows: Any) -> None:
        """Warn if the loss still falls: a network has many minima, and is not at one while its loss falls."""
        history = self.history_
        late = max(1, round(LATE * len(history)))
        fall = history[-1 - late] - history[-1] if late < len(history) else 0.0
        if len(history) == self.max_iter and fall > FALLING * (history[0] - history[-1]):
            told = f"from {history[-1 - late]:.4g} to {history[-1]:.4g} in the last {late} of {len(history)} passes"
            warn(f"the loss still falls, {told}: take a larger max_iter, or another rate", ConvergenceWarning)
        else:
            self._require_use(objective, theta, *rows)

    def _forward(self, X: Any) -> Any:
        """The network's outputs for every row, (n, outputs)."""
        run = _outputs_of(self._shape, "numpy" if self.backend == "auto" else self.backend, self.threads)
        return run.compiled(self.theta_, X).reshape(len(X), -1)


@dataclass(eq=False, repr=False, kw_only=True)
class MLPRegressor(OnlineRegressor, Regressor, NetworkEstimator):
    """A network that minimises the mean squared error; `hidden` lists the number of neurons of each hidden layer.

    `activation` and `init` are those of `nn.Neuron`; training uses batches, with the options of the linear models.

    >>> import numpy as np
    >>> X = np.linspace(-1, 1, 41).reshape(-1, 1)
    >>> MLPRegressor(random_state=0).fit(X, np.abs(X.ravel())).score(X, np.abs(X.ravel())) > 0.99
    True
    """

    FUNCTIONS = "y = a network of x, with hidden layers {hidden} and {activation}"
    GOODNESS = "the mean of (ŷ - y)²"

    @staticmethod
    def _loss(z: Any, y: Any) -> Any:
        """Step 2, the goodness of a function."""
        return over_outputs(squared_error, z, y)

    def _constant(self, y: Any, weights: Any = None) -> Any:
        with np.errstate(over="ignore", invalid="ignore"):  # training then reports the number that is not finite
            return np.atleast_1d(np.average(y, 0, weights))

    def _of_constant(self, y: Any, weights: Any = None) -> float:
        return float(np.sum(np.average((y - np.average(y, 0, weights)) ** 2, 0, weights)))

    def _fit(self, X: Any, y: Any, shares: Any) -> None:
        self._fit_network(X, y, y.reshape(len(y), -1).shape[1], shares)
        self._one = y.ndim == 1

    def _predict(self, X: Any) -> Any:
        outputs = self._forward(X)
        return outputs[:, 0] if self._one else outputs


@dataclass(eq=False, repr=False, kw_only=True)
class MLPClassifier(OnlineClassifier, Probabilistic, NetworkEstimator):
    """A network that minimises the cross entropy; `hidden` lists the number of neurons of each hidden layer.

    `class_weight` is a weight by class, or "balanced", which gives all classes the same share in the mean.

    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]  # XOR, which no linear model gets right
    >>> MLPClassifier(hidden=(8,), max_iter=1000, random_state=0).fit(X, y).predict(X).tolist()
    [0, 1, 1, 0]
    """

    class_weight: Any = None

    FUNCTIONS = "P(class | x) = σ or softmax of a network of x, with hidden layers {hidden} and {activation}"
    GOODNESS = "the cross entropy: the mean of -ln P(y | x)"

    @staticmethod
    def _loss(z: Any, y: Any) -> Any:
        """Step 2, the goodness of a function."""
        return cross_entropy(z, y)

    def _constant(self, y: Any, weights: Any = None) -> Any:
        counts = np.bincount(y.astype(int), weights, len(self.classes_))
        odds = np.log(counts if counts.all() else np.ones(len(counts)))  # a part that lacks a class is no evidence
        return odds[1:] - odds[0] if len(odds) == 2 else odds - np.mean(odds)

    def _of_constant(self, y: Any, weights: Any = None) -> float:
        counts = np.bincount(y.astype(int), weights)
        shares = counts[counts > 0] / np.sum(counts)
        return float(-np.sum(shares * np.log(shares)))

    def _fit(self, X: Any, y: Any, shares: Any) -> None:
        self._fit_network(X, y.astype(float), self._outputs, shares)

    def _scores(self, X: Any) -> Any:
        return self._forward(X)

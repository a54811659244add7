"""Step 3 of the lecture, the best function: the solvers that estimators share."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from nn.errors import require, require_count
from nn.estimators.checks import ConvergenceWarning, warn
from nn.estimators.conventions import Estimator
from nn.losses import l2
from nn.module import Module
from nn.newton import Newton
from nn.objective import Objective
from nn.optimisers import SGD, Adagrad, Adam, Optimiser, RMSProp
from nn.training import train

OPTIMISERS: dict[str, type[Optimiser]] = {
    "gradient descent": SGD,
    "adagrad": Adagrad,
    "rmsprop": RMSProp,
    "adam": Adam,
}

LEAST, MOST = 1e-150, 1e150  # numbers whose squares fit in floats, with room for sums and weights
ASLEEP = 1000.0  # times `tol`: a steeper slope, in units of its column, means that descent is not at rest


@dataclass(eq=False, repr=False, kw_only=True)
class ByGradient(Estimator):
    """The parameters of training, and training itself.

    `l2` is λ of the penalty (λ/2)‖w‖² on the mean loss; biases are exempt. `solver` is the name of an optimiser
    (gradient descent, adagrad, rmsprop, adam), in some estimators newton or exact, or an `nn.Optimiser` of your own
    with its own rate. `rate` is η, a number or a schedule. `max_iter` is the number of passes over the rows, each in
    one step, or in batches of `batch_size` rows in an order drawn from `random_state`. Training stops after a full step
    that finds every
    |∂L/∂θ| ≤ `tol`. `verbose` shows a progress bar. A ConvergenceWarning says that the loss has grown, or that full
    steps have not come to rest.
    """

    l2: float = 0.0
    solver: Any = "adagrad"
    rate: Any = 0.1
    batch_size: int | None = None
    max_iter: int = 1000
    tol: float = 1e-6
    random_state: Any = None
    verbose: bool = False

    SOLVERS = (*OPTIMISERS,)
    RESTS = True  # whether descent at a constant rate comes to rest; at the kinks of a loss it does not

    def _objective(self, loss: Callable[[Any, Any, Any], Any], functions: Module) -> Objective:
        """The mean loss over rows, and the penalty on weights, as a function of the parameters."""
        if self.l2:
            return Objective(lambda model, x, y: loss(model, x, y) + l2(model, self.l2), functions)
        return Objective(loss, functions)

    def _best(self, objective: Any, theta: Any, X: Any, y: Any, each: Any = None) -> Any:
        """Return the best parameters, starting from θ; stores `history_` and `n_iter_`."""
        if self.solver == "newton":
            newton = Newton(steps=self.max_iter, progress=self.verbose)
            theta, self.history_ = newton.minimise(objective, theta, X, y), newton.history
            if not newton.converged:
                why = "of separable classes there is none without l2"
                warn(f"no minimum within {len(self.history_)} steps; {why}", ConvergenceWarning)
        else:
            steps = self.max_iter * -(-len(X) // (self.batch_size or len(X)))
            theta, self.history_ = train(
                objective, theta, X, y,
                optimiser=self._optimiser(steps), passes=self.max_iter, batch=self.batch_size, tol=self.tol,
                rng=generator(self.random_state), progress=self.verbose, each=each,
            )  # fmt: skip
            self._require_rest(objective, theta, X, y)
        self.n_iter_ = max(len(self.history_), 1)
        return theta

    def _require_rest(self, objective: Any, theta: Any, X: Any, y: Any) -> None:
        """Warn if descent stopped before reaching the minimum."""
        first, last = self.history_[0], self.history_[-1]
        if last > first:
            warn(f"the loss has grown from {first:.4g} to {last:.4g}: take a smaller rate", ConvergenceWarning)
        elif self.RESTS and self.batch_size is None:
            slopes = np.abs(objective.value_and_grad(theta, X, y)[1])
            steepest = float(np.max(slopes, initial=0.0))
            if len(self.history_) == self.max_iter and steepest > self.tol:
                told = f"after {self.max_iter} steps the largest |∂L/∂θ| is {steepest:.2g}, tol is {self.tol:g}"
                warn(f"not at rest: {told}", ConvergenceWarning)
            elif (small := self._asleep(slopes, X)) is not None:
                told = f"for numbers as small as those of column {self._named(small)}: scale the features"
                warn(f"a rest that is none: tol = {self.tol:g} stops descent {told}", ConvergenceWarning)

    def _asleep(self, slopes: Any, X: Any) -> int | None:
        """A column of numbers so small that slopes within `tol` are still steep in its units."""
        most = np.max(np.abs(X), axis=0)
        unit = np.clip(most, np.sqrt(self.l2), 1.0)
        steep = np.max(slopes.reshape(-1, len(unit)), axis=0) > ASLEEP * self.tol * unit
        return int(np.argmax(steep & (most > 0))) if np.any(steep & (most > 0)) else None

    def _require_squares(self, X: Any) -> None:
        """Raise ValueError for a column whose squares, which descent uses, do not fit in floats."""
        most = np.max(np.abs(X), axis=0)
        for j in np.flatnonzero((most > 0) & ((most < LEAST) | (most > MOST))):
            told = f"the largest number of column {self._named(j)} is {most[j]:.1g}: floats do not hold its square"
            raise ValueError(f"{told}, and descent is made of squares: scale the features")

    def _optimiser(self, steps: int) -> Optimiser:
        if isinstance(self.solver, Optimiser):
            return deepcopy(self.solver)
        return OPTIMISERS[self.solver](rate=self._schedule(steps))

    def _schedule(self, steps: int) -> Any:
        """The rate schedule for the whole training."""
        return self.rate

    def _require_sensible(self) -> None:
        """Raise ValueError for a parameter out of range; by convention the constructor checks none."""
        if not isinstance(self.solver, Optimiser) and self.solver not in self.SOLVERS:
            raise ValueError(
                f"solver must be one of {', '.join(self.SOLVERS)}, or an nn.Optimiser, got {self.solver!r}"
            )
        require_sensible(self)


def require_sensible(estimator: Any) -> None:
    """Raise ValueError for a parameter out of range, among those that several estimators share.

    >>> from nn import LinearRegression
    >>> require_sensible(LinearRegression())
    """
    params = estimator.get_params()
    for name in ("max_iter", "batch_size"):
        if name in params and (params[name] is not None or name == "max_iter"):
            require_count(name, params[name], 1)
    for name in ("l2", "tol"):
        if name in params:
            value = params[name]
            require(name, value, isinstance(value, Real) and 0 <= float(value) < np.inf, "0 or more and finite")
    rate = params["rate"]
    require(
        "rate", rate, callable(rate) or (isinstance(rate, Real) and 0 < float(rate) < np.inf), "above 0, or a schedule"
    )


def generator(random_state: Any) -> np.random.Generator:
    """A generator from a scikit-learn random state: None, a seed, a RandomState or a Generator."""
    if isinstance(random_state, np.random.RandomState):
        random_state = random_state.randint(2**31)
    return np.random.default_rng(random_state)

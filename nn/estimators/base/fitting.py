"""Step 3 of the lecture, finding the best function: the solvers that estimators share."""

from __future__ import annotations

from collections import deque
from copy import deepcopy
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from nn.errors import require, require_count
from nn.estimators.base.conventions import Estimator
from nn.estimators.data.checks import ConvergenceWarning, warn
from nn.lbfgs import LBFGS
from nn.newton import Newton, NoCurvature
from nn.optimisers import SGD, Adagrad, Adam, Optimiser, RMSProp
from nn.training import listed, train

OPTIMISERS: dict[str, type[Optimiser]] = {
    "gradient descent": SGD,
    "adagrad": Adagrad,
    "rmsprop": RMSProp,
    "adam": Adam,
}

LONGER = 10  # steps of lbfgs per step of newton: each takes a gradient, not a Hessian
SMALLEST, LARGEST = 1e-150, 1e150  # numbers whose squares fit in floats, with room for sums and weights


@dataclass(eq=False, repr=False, kw_only=True)
class ByGradient(Estimator):
    """Base of estimators trained by gradients: the parameters of training, and training itself.

    `l2` is λ of the penalty (λ/2)‖w‖² on the mean loss; biases are exempt. `solver` is the name of an optimiser
    (gradient descent, adagrad, rmsprop, adam), in some estimators newton, lbfgs or exact, or an `nn.Optimiser` of your
    own with its own rate. `rate` is η, a number or a schedule. `max_iter` is the number of passes over the rows, each
    in one step, or in batches of `batch_size` rows in an order drawn from `random_state`. Descent stops after a pass in
    which every |∂L/∂θ| ≤ `tol`, relative to what it could be at the start. newton takes at most `max_iter` steps, and
    lbfgs, whose steps are cheap, ten times as many. `verbose` shows a progress bar. `callbacks`, one function of
    `theta_` and the loss or several, are called before every step, as in `nn.train`. `backend` and `threads` are those
    of `autograd.compile`; auto is NumPy where machine code would not pay. A ConvergenceWarning says that a fit ended
    short of the minimum, and why.
    """

    l2: float = 0.0
    solver: Any = "adagrad"
    rate: Any = 0.1
    batch_size: int | None = None
    max_iter: int = 1000
    tol: float = 1e-6
    random_state: Any = None
    verbose: bool = False
    callbacks: Any = None
    backend: str = "auto"
    threads: int | None = None

    SOLVERS = (*OPTIMISERS,)

    @property
    def _goes_on(self) -> bool:
        """Whether a fit begins where the last one ended."""
        return getattr(self, "warm_start", False)

    def _best(self, objective: Any, theta: Any, X: Any, *rows: Any, each: Any = None, until: Any = None) -> Any:
        """Step 3: return the best parameters, starting from θ; store `history_` and `n_iter_`."""
        solver, each = self._chosen(theta, X), listed(self.callbacks if each is None else each)
        if solver in ("newton", "lbfgs"):
            theta = self._minimised(solver, objective, theta, X, *rows, each=each)
        else:
            steps = self.max_iter * -(-len(X) // (self.batch_size or len(X)))
            steep = np.nan_to_num(self._steepness(objective, theta, X, *rows))  # for NaN, training raises the error
            theta, self.history_ = train(
                objective, theta, X, *rows,
                optimiser=self._optimiser(steps), passes=self.max_iter, batch=self.batch_size, tol=self.tol * steep,
                rng=generator(self.random_state), progress=self.verbose, each=each, until=until,
            )  # fmt: skip
            if until is None:
                self._require_rest(self.tol * steep, objective, theta, X, *rows)
        self.n_iter_ = max(len(self.history_), 1)
        return theta

    def _minimised(self, solver: str, objective: Any, theta: Any, X: Any, y: Any, *, each: Any) -> Any:
        """The minimum by second derivatives, exact or estimated from gradients; warn if there is none."""
        proof: list[str] = []
        path = deque([theta], maxlen=2)  # the last steps
        search: Newton | LBFGS

        def proven(theta: Any) -> bool:
            for callback in each:
                callback(theta, search.history[-1])
            path.append(theta)
            proof[:] = filter(None, [self._endless(objective, theta, X, y)])
            return bool(proof)

        if solver == "newton":
            search = Newton(steps=self.max_iter, progress=self.verbose)
            try:
                theta = search.minimise(objective, theta, X, y, until=proven, flat=objective.flat)
            except NoCurvature:  # with weights of many sizes, rounding hides the curvature of rows that weigh little
                if self.solver != "auto":
                    raise
                return self._minimised("lbfgs", objective, path[-1], X, y, each=each)
        else:
            search = LBFGS(steps=LONGER * self.max_iter, progress=self.verbose)
            theta = search.minimise(objective, theta, X, y, until=proven, scale=objective.scale)
        self.history_ = search.history
        if proof:
            warn(f"no minimum: {proof[0]}", ConvergenceWarning)
        elif not search.converged:
            told = (
                f"the loss is {self.history_[-1]:.6g} and still falls, by {_fall(self.history_):.2g} in the last step"
            )
            warn(f"no minimum within {len(self.history_)} steps: {told}", ConvergenceWarning)
        else:
            rests = self._require_end(objective, theta - path[0], X)
            if rests and solver == "lbfgs":  # lbfgs expects little from a direction that is nearly flat
                self._require_minimum(objective, theta, X, y)
        return theta

    def _chosen(self, theta: Any, X: Any) -> Any:
        """The solver for these parameters and rows."""
        return self.solver

    def _endless(self, objective: Any, theta: Any, X: Any, y: Any) -> str:
        """A proof that the loss has no minimum, if θ shows it; otherwise ""."""
        return ""

    def _require_end(self, objective: Any, moved: Any, X: Any) -> bool:
        """Whether the last steps were short; if not, warn that the loss is at its least while the weights grow."""
        return True

    def _steepness(self, objective: Any, theta: Any, *rows: Any) -> float:
        """The slope that `tol` is relative to: the steepest at the start."""
        return float(np.max(np.abs(objective.value_and_grad(theta, *rows)[1]), initial=0.0))

    def _require_rest(self, tol: float, objective: Any, theta: Any, *rows: Any) -> None:
        """Warn if descent stopped before reaching the minimum."""
        first, last = self.history_[0], self.history_[-1]
        if last > first:
            warn(f"the loss has grown from {first:.4g} to {last:.4g}: take a smaller rate", ConvergenceWarning)
            return
        ran_out = len(self.history_) == self.max_iter
        at_rest = self.batch_size is not None or not ran_out
        steepest = 0.0 if at_rest else float(np.max(np.abs(objective.value_and_grad(theta, *rows)[1]), initial=0.0))
        if steepest > tol:
            told = f"after {self.max_iter} steps the largest |∂L/∂θ| is {steepest:.2g}, tol stands for {tol:.2g}"
            warn(f"not at rest: {told}", ConvergenceWarning)
        else:
            self._require_minimum(objective, theta, *rows)

    def _require_minimum(self, objective: Any, theta: Any, *rows: Any) -> None:
        """Warn if the point of rest is not the minimum."""

    def _require_squares(self, X: Any) -> None:
        """Raise ValueError for a column whose squares, which descent uses, do not fit in floats."""
        most = np.max(np.abs(X), axis=0)
        for j in np.flatnonzero((most > 0) & ((most < SMALLEST) | (most > LARGEST))):
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
        """Raise ValueError for a parameter out of range; by convention the constructor does not check."""
        if not isinstance(self.solver, Optimiser) and self.solver not in self.SOLVERS:
            raise ValueError(
                f"solver must be one of {', '.join(self.SOLVERS)}, or an nn.Optimiser, got {self.solver!r}"
            )
        require_sensible(self)


def _fall(history: list[float]) -> float:
    return history[-2] - history[-1] if len(history) > 1 else history[-1]


def require_sensible(estimator: Any) -> None:
    """Raise ValueError for a parameter out of range, among those shared by several estimators.

    >>> from nn import LinearRegression
    >>> require_sensible(LinearRegression())
    """
    params = estimator.get_params()
    for name in ("max_iter", "batch_size"):
        if name in params and (params[name] is not None or name == "max_iter"):
            require_count(name, params[name], 1)
    for name in ("l1", "l2", "tol"):
        if name in params:
            value = params[name]
            require(name, value, isinstance(value, Real) and 0 <= float(value) < np.inf, "0 or more and finite")
    for name in ("fit_intercept", "warm_start", "early_stopping"):
        if name in params:
            require(name, params[name], isinstance(params[name], (bool, np.bool_)), "True or False")
    rate = params["rate"]
    require(
        "rate", rate, callable(rate) or (isinstance(rate, Real) and 0 < float(rate) < np.inf), "above 0, or a schedule"
    )


def generator(random_state: Any) -> np.random.Generator:
    """A generator from a scikit-learn random state: None, a seed, a RandomState or a Generator."""
    if isinstance(random_state, np.random.RandomState):
        random_state = random_state.randint(2**31)
    return np.random.default_rng(random_state)

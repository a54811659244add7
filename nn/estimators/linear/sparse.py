"""Weights of exactly 0: the penalty λ₁Σ|w|, by proximal Newton steps (Lee, Sun and Saunders, 2014)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from nn.estimators.data.checks import ConvergenceWarning, warn
from nn.estimators.data.units import in_units
from nn.estimators.linear.linear import LinearEstimator
from nn.estimators.scores import LinearObjective
from nn.line_search import LEAST_DECREASE

SOLVERS = ("exact", "auto", "newton")  # of the linear models: with λ₁ > 0 they all mean this method
LOST = 1e-15  # relative to the loss: a promised decrease lost in rounding
HIDDEN = 1e-10  # relative to the loss: a promised decrease that rounding hides if no step achieves it
SWEEPS = 10_000  # of coordinate descent; each is followed by an exact step, so few are needed
ROUND = float(np.finfo(float).eps)
REGULAR = 1e-6  # relative to the largest pivot: with smaller ones, a Hessian counts as singular
EASED = 1e-12  # relative to λ₁: a slope above λ₁ by no more than this moves no weight from 0


class SparseObjective(LinearObjective):
    """A `LinearObjective` plus Σ λⱼ|wⱼ|; where w is 0, the penalty adds slope 0, the mean of both sides.

    >>> objective = SparseObjective(lambda z, y: (z - y) ** 2, 1, np.array([0.0]), intercept=False).with_kinks([0.5])
    >>> objective.value_and_grad(np.array([1.0]), np.array([[1.0], [2.0]]), np.array([3.0, 3.0]))
    (3.0, array([-3.5]))
    """

    kinks: Any = 0.0

    def with_kinks(self, kinks: Any) -> Self:
        """Set λⱼ for every column; return the objective."""
        kinks = np.asarray(kinks, dtype=float)
        self.kinks = np.tile(np.append(kinks, 0.0) if self.intercept else kinks, self.outputs)
        return self

    def __reduce__(self) -> Any:
        _, of = super().__reduce__()
        return _unpickled, (*of, self.kinks)

    def value(self, theta: Any, X: Any, y: Any) -> float:
        """The mean loss over rows, plus both penalties."""
        return super().value(theta, X, y) + float(self.kinks @ np.abs(theta))

    def value_and_grad(self, theta: Any, X: Any, y: Any) -> tuple[float, Any]:
        """The loss and its gradient with respect to the weights."""
        loss, g = self.smooth(theta, X, y)
        return loss + float(self.kinks @ np.abs(theta)), g + self.kinks * np.sign(theta)

    def smooth(self, theta: Any, X: Any, y: Any) -> tuple[float, Any]:
        """The loss without the kinked penalty, and its gradient."""
        return super().value_and_grad(theta, X, y)


def _unpickled(loss: Any, outputs: int, penalty: Any, intercept: bool, shares: Any, *rest: Any) -> SparseObjective:
    backend, threads, kinks = rest
    own = penalty[:-1] if intercept else penalty
    options = {"intercept": intercept, "shares": shares, "backend": backend, "threads": threads}
    objective = SparseObjective(loss, outputs, own, **options)
    objective.kinks = kinks
    return objective


@dataclass(eq=False, repr=False, kw_only=True)
class Sparse(LinearEstimator):
    """A linear estimator that also takes `l1`, λ₁ of a penalty λ₁Σ|w|, which sets weights to exactly 0.

    Both penalties together are the elastic net: scikit-learn's `ElasticNet`, which halves the squared error, with
    `alpha` and `l1_ratio` corresponds to `l1 = 2·alpha·l1_ratio`, `l2 = 2·alpha·(1 - l1_ratio)`.
    """

    l1: float = 0.0

    def _fit_linear(self, X: Any, y: Any, outputs: int, shares: Any) -> tuple[Any, Any]:
        if not self.l1:
            return super()._fit_linear(X, y, outputs, shares)
        self._require_sensible()
        if self.solver not in SOLVERS:
            raise ValueError(f"l1 > 0 needs one of the solvers {', '.join(SOLVERS)}, got {self.solver!r}")
        units = in_units(X, self.fit_intercept, least=max(math.sqrt(self.l2), float(self.l1)), shares=shares)
        objective = self._kinked(outputs, units.penalty(self.l2, 2), units.penalty(self.l1, 1), shares)
        W, b = self._start(outputs, X.shape[1])
        V = np.ldexp(W, units.exponent)
        theta = self._joined(V, b + (V @ units.centre).astype(float))
        search = ProximalNewton(objective, units.A, y, self.max_iter)
        V, b = self._parts(search.minimised(theta, self._listening(units, outputs)), outputs)
        self.history_, self.n_iter_ = search.history, len(search.history)
        if search.promised > HIDDEN * search.history[-1]:
            told = f"the loss is {search.history[-1]:.6g}, and the next step promises {search.promised:.2g} less"
            warn(f"no minimum within {self.n_iter_} steps: {told}", ConvergenceWarning)
        W, b = self._of_columns(units, V, b, 0, np.max(np.abs(units.A @ V.T)))
        l1, l2 = np.full(X.shape[1], float(self.l1)), np.full(X.shape[1], float(self.l2))
        self.objective_ = self._kinked(outputs, l2, l1, shares)
        self.theta_ = self._joined(W, b)
        return W, b

    def _kinked(self, outputs: int, penalty: Any, kinks: Any, shares: Any) -> SparseObjective:
        options = {"shares": shares, "threads": self.threads}
        backend = "numpy" if self.backend == "auto" else self.backend
        objective = SparseObjective(
            self._loss, outputs, penalty, intercept=self.fit_intercept, backend=backend, **options
        )
        return objective.with_kinks(kinks)


class ProximalNewton:
    """θ ← the minimum of the loss's quadratic at θ plus Σ λⱼ|θⱼ|, or a point on the way there where the loss decreases.

    A step moves only weights that are not 0 and those whose slope exceeds their λ, and uses only their Hessian. The
    decrease `promised` by the last step shows how far the minimum is.
    """

    def __init__(self, objective: SparseObjective, X: Any, y: Any, steps: int) -> None:
        self.objective, self.X, self.y, self.steps = objective, X, y, steps
        self.history: list[float] = []
        self.promised = np.inf

    def minimised(self, theta: Any, each: Any = ()) -> Any:
        """The parameters of least loss; `history` holds the loss at the start of every step, and `each` receives it."""
        kinks = self.objective.kinks
        loss, g = self._at(theta)
        for _ in range(self.steps):
            self.history.append(loss)
            for callback in each:
                callback(theta, loss)
            free = (theta != 0) | (np.abs(g) > kinks * (1 + EASED))
            H, own = self._curvature(theta, free)
            aim = theta.copy()
            aim[own] = nearest(H, g[own], theta[own], kinks[own])
            moved = aim - theta
            slope = float(g @ moved + kinks @ (np.abs(aim) - np.abs(theta)))  # of the loss along the step, at most
            self.promised = -slope / 2
            if self.promised <= LOST * abs(loss):
                return aim
            size, further = 1.0, self._at(aim)
            while not further[0] <= loss + LEAST_DECREASE * size * slope:
                size /= 2
                if size < LOST**0.5:
                    return theta
                further = self._at(theta + size * moved)
            theta, (loss, g) = theta + size * moved if size < 1 else aim, further
        return theta

    def _at(self, theta: Any) -> tuple[float, Any]:
        """The loss with all penalties, and the gradient of its smooth part."""
        smooth, g = self.objective.smooth(theta, self.X, self.y)
        return smooth + float(self.objective.kinks @ np.abs(theta)), g

    def _curvature(self, theta: Any, free: Any) -> tuple[Any, Any]:
        """The Hessian of the free weights, and their places."""
        whole, d = self.objective, self.X.shape[1]
        by_score = free.reshape(whole.outputs, -1)
        columns = by_score[:, :d].any(axis=0)
        kept = np.append(columns, True) if whole.intercept else columns
        part = LinearObjective(
            whole.compiled.function, whole.outputs, whole.penalty[:d][columns], intercept=whole.intercept,
            shares=whole.shares, backend=whole.compiled.options.backend, threads=whole.compiled.options.threads,
        )  # fmt: skip
        here = theta.reshape(whole.outputs, -1)[:, kept].ravel()
        # The scores are those of all weights: the free weights' columns give them, since other weights are 0.
        H = part.hessian(here, self.X[:, columns], self.y)
        return H, np.flatnonzero(np.tile(kept, whole.outputs))


def nearest(H: Any, g: Any, theta: Any, kinks: Any) -> Any:
    """The minimum over v of g·(v - θ) + ½(v - θ)·H(v - θ) + Σ λⱼ|vⱼ|.

    Coordinate descent finds the signs; the minimum with those signs solves a linear system. A step towards it ends
    where a weight reaches 0.

    >>> nearest(np.eye(2), np.array([-3.0, -1.0]), np.zeros(2), np.array([2.0, 2.0])).tolist()
    [1.0, 0.0]
    """
    v, slopes = theta.copy(), g.copy()  # slopes of the quadratic at v
    curved = np.flatnonzero(np.diag(H) > 0)
    for _ in range(SWEEPS):
        signs = np.sign(v)
        for j in curved:
            aim = v[j] - slopes[j] / H[j, j]
            least = kinks[j] / H[j, j]
            new = aim - least if aim > least else aim + least if aim < -least else 0.0
            if new != v[j]:
                slopes += H[:, j] * (new - v[j])
                v[j] = new
        whole = False
        while not whole:
            v, whole = _among_signs(H, g, theta, v, kinks)
        slopes = g + H @ (v - theta)
        if (np.sign(v) == signs).all() and _rests(v, slopes, kinks):
            break
    return v


def _among_signs(H: Any, g: Any, theta: Any, v: Any, kinks: Any) -> tuple[Any, bool]:
    """The minimum with weights of these signs, and True; or the first point on the way where one is 0, and False."""
    own = np.flatnonzero((v != 0) | (kinks == 0))
    signs = np.sign(v[own])
    slope = g[own] + H[own] @ (v - theta) + kinks[own] * signs
    step, ends = _solved(H[np.ix_(own, own)], -slope, kinks[own])
    crossed = (signs * (v[own] + step if ends else step) < 0) & (kinks[own] > 0)
    moved = v.copy()
    if not crossed.any():
        moved[own] += step if ends else 0.0
        return moved, True
    shares = np.where(crossed, -v[own] / np.where(crossed, step, 1.0), np.inf)
    first = int(np.argmin(shares))
    moved[own] += shares[first] * step
    moved[own[first]] = 0.0
    return moved, False


def _solved(H: Any, slope: Any, kinks: Any) -> tuple[Any, bool]:
    """H⁻¹·slope, and True; or, if the quadratic has no minimum, a direction in which it falls forever, and False."""
    try:
        pivots = np.diag(np.linalg.cholesky(H))
        if np.min(pivots, initial=1.0) > REGULAR * np.max(pivots, initial=0.0):
            return np.linalg.solve(H, slope), True
    except np.linalg.LinAlgError:
        pass
    curvatures, axes = np.linalg.eigh(H)
    flat = curvatures <= ROUND * len(H) * curvatures[-1]
    along = axes.T @ slope
    if np.linalg.norm(along[flat]) > REGULAR * np.linalg.norm(kinks):  # a fall that is not only due to the kinks
        return axes[:, flat] @ along[flat], False
    return axes[:, ~flat] @ (along[~flat] / curvatures[~flat]), True


def _rests(v: Any, slopes: Any, kinks: Any) -> bool:
    """Whether every weight that is 0 stays there."""
    return bool((np.abs(slopes[v == 0]) <= kinks[v == 0] * (1 + EASED)).all())

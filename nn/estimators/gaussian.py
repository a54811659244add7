"""The Gaussian classifier: a maximum-likelihood density per class, and the posterior by Bayes' rule.

With a shared covariance the posterior of two classes is σ(w·x + b), where, as the lecture derives,
w = Σ⁻¹(μ₁ - μ₀) and b = -½ μ₁ᵀΣ⁻¹μ₁ + ½ μ₀ᵀΣ⁻¹μ₀ + ln(P₁/P₀).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi
from typing import Any, Self

import numpy as np

from autograd import Value, dot, exp, sum
from nn.errors import require_one_of
from nn.estimators.base.conventions import Estimator, Probabilistic
from nn.estimators.base.fitting import require_sensible
from nn.estimators.data.basis import ALIKE, SMALLEST, independence
from nn.estimators.data.checks import ConvergenceWarning, warn
from nn.estimators.data.shrinking import require_shrinkage, shrunk
from nn.estimators.data.units import ROUNDING, Units, extremes, in_units, less_means
from nn.module import Module
from nn.objective import Objective
from nn.optimisers import SGD
from nn.training import train

SINGULAR = 1e-13  # of a covariance of columns of variance 1: the least curvature
FARTHEST = 1e150  # in standard deviations, so that squares do not overflow


class Gaussian(Module):
    """ln N(x; μ, Σ) in d dimensions, as ln|A| - ½‖A(x - μ)‖² - ½ d ln 2π, with A lower triangular and Σ⁻¹ = AᵀA.

    The diagonal of A is exp(s), so any parameters give a density; `like` is a Gaussian whose A this one shares.

    >>> round(Gaussian(2)([0.0, 0.0]).data + log(2 * pi), 12)
    0.0
    """

    def __init__(self, d: int, like: Gaussian | None = None) -> None:
        self.mean = [Value(0.0) for _ in range(d)]
        self.s: list[Value] = like.s if like else [Value(0.0) for _ in range(d)]
        self.below: list[list[Value]] = like.below if like else [[Value(0.0) for _ in range(i)] for i in range(d)]

    def __call__(self, x: Any) -> Any:
        away = [xi - m for xi, m in zip(x, self.mean)]
        z = [dot([*row, exp(s)], away[: len(row) + 1]) for row, s in zip(self.below, self.s)]
        return sum(self.s) - 0.5 * dot(z, z) - 0.5 * len(z) * log(2 * pi)

    def moments(self) -> tuple[Any, Any]:
        """μ and Σ."""
        A = np.diag(np.exp([s.data for s in self.s]))
        for i, row in enumerate(self.below):
            A[i, :i] = [a.data for a in row]
        inverse = np.linalg.inv(A)
        return np.array([m.data for m in self.mean]), inverse @ inverse.T


class Gaussians(Module):
    """The log-density of every class, with one shared covariance or one each.

    >>> len(Gaussians(3, 2, shared=True)([0.0, 0.0])), len(Gaussians(3, 2, shared=True).parameters())
    (3, 9)
    """

    def __init__(self, classes: int, d: int, shared: bool) -> None:
        first = Gaussian(d)
        self.classes = [first, *[Gaussian(d, like=first if shared else None) for _ in range(classes - 1)]]

    def __call__(self, x: Any) -> list[Any]:
        return [density(x) for density in self.classes]


@dataclass(eq=False, repr=False, kw_only=True)
class GaussianClassifier(Probabilistic, Estimator):
    """A Gaussian per class: with a shared covariance, so that the boundary is linear, or with separate ones.

    `means_` (K, d), `covariance_` (d, d) or (K, d, d) and `class_prior_` (K) maximise the likelihood: covariances
    divide by the number of rows. `priors` are those of the sorted classes, by default their shares of the rows. With
    `covariance="shared"`, `coef_` and `intercept_` are the w and b of the posterior. `solver` is exact, or gradient
    ascent on the log-likelihood, with momentum, in units of the spread within classes (`rate`, `max_iter`, `tol`);
    ascent needs classes less than about twenty spreads apart and columns that are not nearly collinear. Raises
    ValueError, naming the columns, if a covariance is singular. `shrinkage`, a share from 0 to 1, or "auto", that of
    Ledoit and Wolf, draws the covariance of each class towards a multiple of the unit matrix, as in scikit-learn; few
    rows are then enough.

    >>> model = GaussianClassifier().fit([[0.0], [2.0], [4.0], [6.0]], ["a", "a", "b", "b"])
    >>> model.means_.ravel().tolist(), model.coef_.round(12).tolist(), model.intercept_.round(12).tolist()
    ([1.0, 5.0], [[4.0]], [-12.0])
    """

    covariance: str = "shared"
    priors: Any = None
    shrinkage: Any = None
    solver: str = "exact"
    rate: Any = 0.05
    max_iter: int = 10000
    tol: float = 1e-9
    verbose: bool = False

    FUNCTIONS = "P(class | x) by Bayes' rule, from N(x; μ, Σ) of each class, with {covariance} Σ"
    GOODNESS = "the likelihood of the rows; L is its -ln, by row"
    EXACTLY = "μ is the mean of each class, Σ the covariance"

    def fit(self, X: Any, y: Any) -> Self:  # type: ignore[override]  # no weights
        """Learn from rows of features X, (n, d), and a class y per row; return the estimator."""
        return super().fit(X, y)

    def _fit(self, X: Any, y: Any, shares: Any) -> None:
        self._require_sensible()
        counts = np.bincount(y)
        self.class_prior_ = self._priors(counts)
        units = in_units(X)
        groups = [units.A[y == k] for k in range(len(counts))]
        ends = [extremes(group) for group in groups]
        within = [less_means(group, ends=both) for group, both in zip(groups, ends)]
        scatters = np.array([away.T @ away for away, _, _ in within])
        if self.shrinkage:
            each = [shrunk(away, self.shrinkage, units.exponent) for away, _, _ in within]
            used = counts[:, np.newaxis, np.newaxis] * each
            self._require_shrunk(used)
        else:
            self._require_regular(units, ends, within, scatters)
            used = scatters
        means, S = self._moments(within, used) if self.solver == "exact" else self._ascended(units, y, within)
        self.means_ = np.ldexp(means + units.centre, units.exponent).astype(float)
        self.covariance_ = self._of_columns(units, S[0] if self.covariance == "shared" else S)
        vars(self).pop("coef_", None)
        vars(self).pop("intercept_", None)
        if self.covariance == "shared":
            self.coef_, self.intercept_ = self._linear(units, means, S[0])
        if self.solver == "exact":
            self.history_, self.n_iter_ = [self._reached(units, S, counts, scatters)], 1

    def _moments(self, within: Any, scatters: Any) -> tuple[Any, Any]:
        """The maximum of the likelihood in closed form: the means, and the covariances, a single one if shared."""
        means = np.array([mean for _, mean, _ in within], dtype=float)
        counts = np.array([len(away) for away, _, _ in within])
        if self.covariance == "shared":
            return means, scatters.sum(axis=0)[np.newaxis] / counts.sum()
        return means, scatters / counts[:, np.newaxis, np.newaxis]

    def _reached(self, units: Units, S: Any, counts: Any, scatters: Any) -> float:
        """-Σ ln N / n at the maximum, where the squares of a class's rows, in standard deviations, have the mean d."""
        d, n = len(units.exponent), counts.sum()
        shares = counts / n if len(S) > 1 else np.ones(1)
        logarithms = np.linalg.slogdet(S)[1] + 2 * log(2) * np.sum(units.exponent)
        squares = np.trace(np.linalg.solve(S, scatters), axis1=1, axis2=2).sum() / n if self.shrinkage else d
        return float(shares @ logarithms + squares + d * log(2 * pi)) / 2

    def _ascended(self, units: Units, y: Any, within: Any) -> tuple[Any, Any]:
        """The same maximum by the lecture's three steps: densities; likelihood of the rows; gradient ascent."""
        spread = np.sqrt(np.mean([np.mean(away**2, axis=0) for away, _, _ in within], axis=0))
        model = Gaussians(len(self.classes_), len(spread), self.covariance == "shared")
        objective = Objective(lambda model, x, own: -dot(own, model(x)), model)
        theta, self.history_ = train(
            objective, objective.parameters, units.A / spread, self._own(y).astype(float),
            optimiser=SGD(rate=self.rate, momentum=0.9), passes=self.max_iter, tol=self.tol, progress=self.verbose,
        )  # fmt: skip
        objective.store(theta)
        unit = float(np.sum(np.log(spread) + units.exponent * log(2)))  # densities are per unit of x
        self.history_ = [loss + unit for loss in self.history_]
        self.n_iter_ = len(self.history_)
        if self.n_iter_ == self.max_iter:
            warn(f"no maximum of the likelihood within {self.max_iter} steps", ConvergenceWarning)
        means, covariances = zip(*(density.moments() for density in model.classes))
        if self.covariance == "shared":
            covariances = covariances[:1]
        return spread * np.array(means), np.outer(spread, spread) * np.array(covariances)

    def _of_columns(self, units: Units, covariance: Any) -> Any:
        """Covariances in the original units; ValueError if a variance does not fit in floats."""
        with np.errstate(over="ignore", under="ignore"):
            held = np.ldexp(covariance, units.exponent[:, np.newaxis] + units.exponent)
        variances = np.diagonal(held, axis1=-2, axis2=-1).reshape(-1, len(units.exponent))
        lost = ~np.all((variances >= np.finfo(float).tiny) & (variances < np.inf), axis=0)
        if lost.any():
            told = f"the variance of column {self._named(np.argmax(lost))} is beyond the range of floats"
            raise ValueError(f"{told}: scale the features")
        return held

    def _linear(self, units: Units, means: Any, S: Any) -> tuple[Any, Any]:
        """w and b of each class's score, or of the difference of two; centred on the mean of means, to keep digits."""
        centre, spread = means.mean(axis=0), np.sqrt(np.diag(S))
        m = (means - centre) / spread
        V = np.linalg.solve(S / spread / spread[:, np.newaxis], m.T).T
        b = np.log(self.class_prior_) - np.sum(V * m, axis=1) / 2
        if len(V) == 2:
            V, b = V[1:] - V[:1], b[1:] - b[:1]
        W, held = units.weights(V / spread)
        if not held.all():
            raise ValueError(f"the weight of column {self._named(np.argmin(held))} is beyond the range of floats")
        return W, (b - (V / spread) @ (centre + units.centre)).astype(float)

    def _scores(self, X: Any) -> Any:
        if self.covariance_.ndim == 2:
            return X @ self.coef_.T + self.intercept_
        z = np.log(self.class_prior_) + np.column_stack([self._log_density(X, k) for k in range(len(self.means_))])
        return z[:, 1:] - z[:, :1] if z.shape[1] == 2 else z

    def _log_density(self, X: Any, k: int) -> Any:
        """ln N(x; μₖ, Σₖ) of every row."""
        covariance = self.covariance_ if self.covariance_.ndim == 2 else self.covariance_[k]
        spread = np.sqrt(np.diag(covariance))
        factor = np.linalg.cholesky(covariance / spread / spread[:, np.newaxis])
        with np.errstate(over="ignore", invalid="ignore"):
            z = np.linalg.solve(factor, ((X - self.means_[k]) / spread).T)
        farthest = np.max(np.abs(z))
        if not farthest <= FARTHEST:
            raise ValueError(f"a row of X is {farthest:.1g} standard deviations off: its density has no logarithm")
        return -np.sum(np.log(np.diag(factor) * spread)) - np.sum(z * z, axis=0) / 2 - X.shape[1] / 2 * log(2 * pi)

    # --- checks

    def _require_sensible(self) -> None:
        require_one_of("covariance", self.covariance, ("shared", "separate"))
        require_one_of("solver", self.solver, ("exact", "gradient ascent"))
        require_shrinkage(self.shrinkage)
        if self.shrinkage and self.solver != "exact":
            raise ValueError("shrinkage needs solver='exact': a shrunk covariance is not the likeliest one")
        require_sensible(self)

    def _require_shrunk(self, scatters: Any) -> None:
        """Raise ValueError if a covariance is singular despite its shrinkage."""
        for S in scatters.sum(axis=0)[np.newaxis] if self.covariance == "shared" else scatters:
            if np.isfinite(S).all() and not (np.diag(S) > 0).all():
                constant = self._named(np.argmin(np.diag(S)))
                raise ValueError(f"a covariance is singular in spite of its shrinkage: column {constant} is constant")
            if np.isfinite(S).all() and independence(S) < SINGULAR:
                raise ValueError("a covariance is singular in spite of its shrinkage: take a larger one")

    def _priors(self, counts: Any) -> Any:
        if self.priors is None:
            return counts / counts.sum()
        priors = np.asarray(self.priors, dtype=float)
        if priors.shape != counts.shape or not (priors > 0).all() or abs(priors.sum() - 1) > 1e-8:
            raise ValueError(f"priors must be {len(counts)} numbers above 0 that add up to 1, got {self.priors!r}")
        return priors

    def _require_regular(self, units: Units, ends: list[Any], within: list[Any], scatters: Any) -> None:
        """Raise ValueError if a covariance is singular: too few rows, or linearly dependent columns."""
        d, spare = len(units.exponent), 1
        # The magnitudes that rounding is relative to: those of the original numbers, and those less the column means.
        sizes = np.array([np.max(np.abs([*both, *(both + units.centre)]), axis=0) for both in map(np.array, ends)])
        groups, moved = [[away] for away, _, _ in within], np.array([most for _, _, most in within])
        who = [f"the covariance of class {label!r}" for label in self.classes_.tolist()]
        if self.covariance == "shared":
            who, spare, groups = ["the shared covariance"], len(within), [[away for away, _, _ in within]]
            sizes, moved, scatters = sizes.max(axis=0)[None], moved.max(axis=0)[None], scatters.sum(axis=0)[None]
        for group, size, most, scatter, whose in zip(groups, sizes, moved, scatters, who):
            rows = int(np.sum([len(away) for away in group]))
            if rows < d + spare:
                need = f"it needs {d + spare} samples at least, n_samples = {rows}"
                raise ValueError(f"{whose} of {d} features is singular: {need}")
            constant = np.flatnonzero(most <= ROUNDING * size)
            if len(constant):
                raise ValueError(f"{whose} is singular: column {self._named(constant[0])} is constant")
            dependent = [] if clearly_regular(scatter) else collinear(np.vstack(group))
            if dependent:
                columns = ", ".join(self._named(i) for i in dependent)
                raise ValueError(f"{whose} is singular: columns {columns} are collinear")


def clearly_regular(scatter: Any) -> bool:
    """Whether AᵀA shows that the columns of A are far from collinear; closer, rounding hides what A itself shows.

    >>> clearly_regular(np.array([[2.0, 1.0], [1.0, 2.0]])), clearly_regular(np.ones((2, 2)))
    (True, False)
    """
    if np.sqrt(np.diag(scatter)).min() < SMALLEST:
        return False
    return independence(scatter) > ALIKE**2 * len(scatter)


def collinear(away: Any) -> list[int]:
    """The centred columns in a linear combination that is 0; among several combinations, the most exact one.

    >>> collinear(np.array([[1.0, 0.0, 1.0], [-1.0, 0.0, -1.0], [0.0, 1.0, 1.0], [0.0, -1.0, -1.0]]))
    [0, 1, 2]
    """
    scaled = away / np.max(np.abs(away), axis=0)
    _, singular, axes = np.linalg.svd(scaled / np.linalg.norm(scaled, axis=0), full_matrices=False)
    if singular[-1] > 1e-10 * singular[0]:
        return []
    return [int(i) for i in np.flatnonzero(np.abs(axes[-1]) > 1e-6)]

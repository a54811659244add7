"""The Gaussian classifier: a density for every class, of greatest likelihood, and the posterior by Bayes.

With a shared covariance the posterior of two classes is σ(w·x + b), where, as the lecture derives,
w = Σ⁻¹(μ₁ - μ₀) and b = -½ μ₁ᵀΣ⁻¹μ₁ + ½ μ₀ᵀΣ⁻¹μ₀ + ln(P₁/P₀).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi
from typing import Any

import numpy as np

from autograd import Value, dot, exp, sum
from nn.errors import require_one_of
from nn.estimators.checks import ConvergenceWarning, warn
from nn.estimators.conventions import Estimator, Probabilistic
from nn.estimators.fitting import require_sensible
from nn.estimators.least_squares import is_constant
from nn.module import Module
from nn.objective import Objective
from nn.optimisers import SGD
from nn.training import train

FARTHEST = 1e150  # in standard deviations, so that squares do not overflow


class Gaussian(Module):
    """ln N(x; μ, Σ) in d dimensions, as ln|A| - ½‖A(x - μ)‖² - ½ d ln 2π, with A lower triangular and Σ⁻¹ = AᵀA.

    The diagonal of A is exp(s), so that whatever the parameters are, it is a density; `like` is one to share A with.

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
    """The log-density of every class, with one covariance for all of them or one each.

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
    """A Gaussian for every class: with a shared covariance, and so a linear boundary, or with separate ones.

    `means_` (K, d), `covariance_` (d, d) or (K, d, d), `class_prior_` (K), of greatest likelihood: covariances divide
    by the number of rows. `priors` are those of the classes in their order, by default their shares. With
    `covariance="shared"` `coef_` and `intercept_` are the w and b of the posterior. `solver`: exact, or gradient ascent
    on the log-likelihood, with momentum, in units of the spread within classes (`rate`, `max_iter`, `tol`); that needs
    classes less than some twenty spreads apart and columns that are not nearly collinear. ValueError, naming the
    columns, where a covariance is singular.

    >>> model = GaussianClassifier().fit([[0.0], [2.0], [4.0], [6.0]], ["a", "a", "b", "b"])
    >>> model.means_.ravel().tolist(), model.coef_.round(12).tolist(), model.intercept_.round(12).tolist()
    ([1.0, 5.0], [[4.0]], [-12.0])
    """

    covariance: str = "shared"
    priors: Any = None
    solver: str = "exact"
    rate: Any = 0.05
    max_iter: int = 10000
    tol: float = 1e-9
    verbose: bool = False

    def _fit(self, X: Any, y: Any) -> None:
        self._require_sensible()
        counts = np.bincount(y)
        self.class_prior_ = self._priors(counts)
        self._require_regular(X, y, counts)
        means, covariances = self._moments(X, y) if self.solver == "exact" else self._ascended(X, y)
        self.means_, self.covariance_ = means, covariances[0] if self.covariance == "shared" else covariances
        vars(self).pop("coef_", None)
        vars(self).pop("intercept_", None)
        if self.covariance == "shared":
            self.coef_, self.intercept_ = self._linear()
        if self.solver == "exact":
            densities = np.column_stack([self._log_density(X, k) for k in range(len(counts))])
            self.history_, self.n_iter_ = [-float(np.mean(densities[np.arange(len(y)), y]))], 1

    def _moments(self, X: Any, y: Any) -> tuple[Any, Any]:
        """The maximum of the likelihood in closed form: means, and covariances, one where they are shared."""
        groups = [X[y == k] for k in range(len(self.classes_))]
        means = np.array([rows.mean(axis=0) for rows in groups])
        scatters = np.array([(rows - m).T @ (rows - m) for rows, m in zip(groups, means)])
        if self.covariance == "shared":
            return means, scatters.sum(axis=0)[np.newaxis] / len(X)
        return means, scatters / np.array([len(rows) for rows in groups])[:, np.newaxis, np.newaxis]

    def _ascended(self, X: Any, y: Any) -> tuple[Any, Any]:
        """The same maximum by the lecture's three steps: densities; the likelihood of the rows; gradient ascent."""
        centre = X.mean(axis=0)
        within = np.sqrt(np.mean([X[y == k].var(axis=0) for k in range(len(self.classes_))], axis=0))
        model = Gaussians(len(self.classes_), X.shape[1], self.covariance == "shared")
        objective = Objective(lambda model, x, own: -dot(own, model(x)), model)
        theta, self.history_ = train(
            objective, objective.parameters, (X - centre) / within, self._own(y).astype(float),
            optimiser=SGD(rate=self.rate, momentum=0.9), passes=self.max_iter, tol=self.tol, progress=self.verbose,
        )  # fmt: skip
        objective.store(theta)
        self.n_iter_ = len(self.history_)
        if self.n_iter_ == self.max_iter:
            warn(f"no maximum of the likelihood within {self.max_iter} steps", ConvergenceWarning)
        means, covariances = zip(*(density.moments() for density in model.classes))
        if self.covariance == "shared":
            covariances = covariances[:1]
        return centre + within * np.array(means), np.outer(within, within) * np.array(covariances)

    def _linear(self) -> tuple[Any, Any]:
        """w and b of every class's score, or of the difference of two; around the mean of the means, to keep digits."""
        centre = self.means_.mean(axis=0)
        m = self.means_ - centre
        W = np.linalg.solve(self.covariance_, m.T).T
        b = np.log(self.class_prior_) - np.sum(W * m, axis=1) / 2
        if len(W) == 2:
            W, b = W[1:] - W[:1], b[1:] - b[:1]
        return W, b - W @ centre

    def _scores(self, X: Any) -> Any:
        if self.covariance_.ndim == 2:
            return X @ self.coef_.T + self.intercept_
        z = np.log(self.class_prior_) + np.column_stack([self._log_density(X, k) for k in range(len(self.means_))])
        return z[:, 1:] - z[:, :1] if z.shape[1] == 2 else z

    def _log_density(self, X: Any, k: int) -> Any:
        """ln N(x; μₖ, Σₖ) of every row."""
        factor = np.linalg.cholesky(self.covariance_ if self.covariance_.ndim == 2 else self.covariance_[k])
        z = np.linalg.solve(factor, (X - self.means_[k]).T)
        if np.max(np.abs(z)) > FARTHEST:
            raise ValueError(
                f"a row of X is {np.max(np.abs(z)):.1g} standard deviations off: its density has no logarithm"
            )
        return -np.sum(np.log(np.diag(factor))) - np.sum(z * z, axis=0) / 2 - X.shape[1] / 2 * log(2 * pi)

    # --- what can be wrong

    def _require_sensible(self) -> None:
        require_one_of("covariance", self.covariance, ("shared", "separate"))
        require_one_of("solver", self.solver, ("exact", "gradient ascent"))
        require_sensible(self)

    def _priors(self, counts: Any) -> Any:
        if self.priors is None:
            return counts / counts.sum()
        priors = np.asarray(self.priors, dtype=float)
        if priors.shape != counts.shape or not (priors > 0).all() or abs(priors.sum() - 1) > 1e-8:
            raise ValueError(f"priors must be {len(counts)} numbers above 0 that add up to 1, got {self.priors!r}")
        return priors

    def _require_regular(self, X: Any, y: Any, counts: Any) -> None:
        """ValueError where a covariance is singular: too few rows, or columns that depend on each other."""
        d, names = X.shape[1], list(getattr(self, "feature_names_in_", range(X.shape[1])))
        own = [X[y == k] for k in range(len(counts))]
        groups = [(rows, rows - rows.mean(axis=0)) for rows in own]
        who, spare = [f"the covariance of class {label!r}" for label in self.classes_.tolist()], 1
        if self.covariance == "shared":
            groups = [(np.vstack(own), np.vstack([away for _, away in groups]))]
            who, spare = ["the shared covariance"], len(counts)
        for (rows, away), whose in zip(groups, who):
            if len(rows) < d + spare:
                need = f"it needs {d + spare} samples at least, n_samples = {len(rows)}"
                raise ValueError(f"{whose} of {d} features is singular: {need}")
            constant = np.flatnonzero(is_constant(rows, away))
            if len(constant):
                raise ValueError(f"{whose} is singular: column {names[constant[0]]} is constant")
            dependent = collinear(away)
            if dependent:
                columns = ", ".join(str(names[i]) for i in dependent)
                raise ValueError(f"{whose} is singular: columns {columns} are collinear")


def collinear(away: Any) -> list[int]:
    """Of columns less their means those of which a combination is 0; of several such those of the most exact one.

    >>> collinear(np.array([[1.0, 0.0, 1.0], [-1.0, 0.0, -1.0], [0.0, 1.0, 1.0], [0.0, -1.0, -1.0]]))
    [0, 1, 2]
    """
    scaled = away / np.max(np.abs(away), axis=0)
    _, singular, axes = np.linalg.svd(scaled / np.linalg.norm(scaled, axis=0), full_matrices=False)
    if singular[-1] > 1e-10 * singular[0]:
        return []
    return [int(i) for i in np.flatnonzero(np.abs(axes[-1]) > 1e-6)]

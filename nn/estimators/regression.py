"""Regression: y = b + Σ wᵢxᵢ, by least squares; powers of the features give more complex models of the same kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nn.errors import require_count
from nn.estimators.checks import targets
from nn.estimators.conventions import Regressor
from nn.estimators.inference import Inference
from nn.estimators.linear import LinearEstimator
from nn.estimators.sparse import Sparse
from nn.losses import squared_error


@dataclass(eq=False, repr=False, kw_only=True)
class LinearRegression(Regressor, Inference, Sparse):
    """y = b + w·x of least mean squared error, with penalties (λ/2)‖w‖² and λ₁Σ|w|; `coef_` is w, `intercept_` b.

    `solver` is exact (a QR decomposition of scaled columns), newton, lbfgs, or an optimiser with its `rate` and
    `max_iter`. Under gradient descent, features of very different scale need very different rates: standardise them,
    or use adagrad.

    >>> model = LinearRegression().fit([[1.0], [2.0], [3.0]], [3.0, 5.0, 7.0])
    >>> print(f"y = {model.intercept_:.3f} + {model.coef_[0]:.3f}·x")
    y = 1.000 + 2.000·x
    """

    solver: Any = "exact"

    SOLVERS = ("exact", "newton", "lbfgs", *LinearEstimator.SOLVERS)

    @staticmethod
    def _loss(z: Any, y: Any) -> Any:
        """Step 2, the goodness of a function."""
        return squared_error(z, y)

    def _fit(self, X: Any, y: Any, shares: Any) -> None:
        W, b = self._fit_linear(X, y, 1, shares)
        self.coef_, self.intercept_ = W[0], float(b[0])

    def _encoded(self, y: Any) -> Any:
        return targets(y, len(y))

    def _dispersion(self, loss: float, rows: int, weights: int) -> tuple[float, int | None]:
        """The squared error is a negative log-likelihood times 2σ², with σ² from the residuals."""
        if rows <= weights:
            raise ValueError(f"no standard errors: {weights} weights, and no more than {rows} rows")
        return 2 * loss * rows / (rows - weights), rows - weights

    def _predict(self, X: Any) -> Any:
        return X @ self.coef_ + self.intercept_


@dataclass(eq=False, repr=False, kw_only=True)
class PolynomialRegression(LinearRegression):
    """`LinearRegression` on the powers x, x², … up to `degree` of every feature; `coef_` is for x₁, x₁², …, x₂, x₂², ….

    >>> model = PolynomialRegression(degree=2).fit([[0.0], [1.0], [2.0], [3.0]], [1.0, 4.0, 9.0, 16.0])
    >>> print(f"y = {model.intercept_:.3f} + {model.coef_[0]:.3f}·x + {model.coef_[1]:.3f}·x²")
    y = 1.000 + 2.000·x + 1.000·x²
    """

    degree: int = 2

    def _fit(self, X: Any, y: Any, shares: Any) -> None:
        require_count("degree", self.degree, 1)
        self.degree_ = self.degree
        super()._fit(self._powers(X), y, shares)

    def _predict(self, X: Any) -> Any:
        return super()._predict(self._powers(X))

    def _powers(self, X: Any) -> Any:
        with np.errstate(over="ignore"):
            powers = (X[:, :, np.newaxis] ** np.arange(1, self.degree_ + 1)).reshape(len(X), -1)
        if not np.isfinite(powers).all():
            raise ValueError(f"x to the power of {self.degree_} overflows: scale the features")
        return powers

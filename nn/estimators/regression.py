"""Regression: y = b + Σ wᵢxᵢ by least squares; powers of the features give more complex models of the same kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nn.errors import require_count
from nn.estimators.base.conventions import Regressor
from nn.estimators.data.checks import targets
from nn.estimators.linear.inference import Inference
from nn.estimators.linear.linear import LinearEstimator
from nn.estimators.linear.sparse import Sparse
from nn.losses import over_outputs, squared_error


@dataclass(eq=False, repr=False, kw_only=True)
class LinearRegression(Inference, Regressor, Sparse):
    """y = b + w·x of least mean squared error, with penalties (λ/2)‖w‖² and λ₁Σ|w|; `coef_` is w, `intercept_` b.

    If y has several numbers per row, (n, k), `coef_` is (k, d) and `intercept_` (k).

    `solver` is exact (a QR decomposition of scaled columns), newton, lbfgs, or an optimiser with its `rate` and
    `max_iter`. Under gradient descent, features of very different scale need very different rates: standardise them,
    or use adagrad.

    >>> model = LinearRegression().fit([[1.0], [2.0], [3.0]], [3.0, 5.0, 7.0])
    >>> print(f"y = {model.intercept_:.3f} + {model.coef_[0]:.3f}·x")
    y = 1.000 + 2.000·x
    """

    solver: Any = "exact"

    SOLVERS = ("exact", "newton", "lbfgs", *LinearEstimator.SOLVERS)

    FUNCTIONS = "y = b + w·x"
    GOODNESS = "the mean of (b + w·x - y)²"
    EXACTLY = "least squares by a QR decomposition: where ∂L/∂w = 0"

    @staticmethod
    def _loss(z: Any, y: Any) -> Any:
        """Step 2, the goodness of a function."""
        return over_outputs(squared_error, z, y)

    def _fit(self, X: Any, y: Any, shares: Any) -> None:
        outputs = y.reshape(len(y), -1).shape[1]
        W, b = self._fit_linear(X, y, outputs, shares)
        self.coef_ = W[0] if y.ndim == 1 else W
        self.intercept_: Any = float(b[0]) if y.ndim == 1 else b

    def _encoded(self, y: Any) -> Any:
        return targets(y, len(y))

    def _dispersion(self, loss: float, rows: int, weights: int) -> tuple[float, int | None]:
        """The factor 2σ² from a negative log-likelihood to the squared error, with σ² from the residuals."""
        if rows <= weights:
            raise ValueError(f"no standard errors: {weights} weights, and no more than {rows} rows")
        return 2 * loss * rows / (rows - weights), rows - weights

    def _predict(self, X: Any) -> Any:
        return X @ self.coef_.T + self.intercept_


@dataclass(eq=False, repr=False, kw_only=True)
class PolynomialRegression(LinearRegression):
    """`LinearRegression` on the powers x, x², … up to `degree` of every feature; `coef_` is for x₁, x₁², …, x₂, x₂², ….

    >>> model = PolynomialRegression(degree=2).fit([[0.0], [1.0], [2.0], [3.0]], [1.0, 4.0, 9.0, 16.0])
    >>> print(f"y = {model.intercept_:.3f} + {model.coef_[0]:.3f}·x + {model.coef_[1]:.3f}·x²")
    y = 1.000 + 2.000·x + 1.000·x²
    """

    degree: int = 2

    FUNCTIONS = "y = b + Σ wₖ·xᵏ of every feature x, for k from 1 to {degree}"
    GOODNESS = "the mean of (ŷ - y)²"

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

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        """The names of the powers, in the order of `coef_` and in scikit-learn's notation.

        >>> PolynomialRegression(degree=3).fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 8.0]).get_feature_names_out(["cp"])
        array(['cp', 'cp^2', 'cp^3'], dtype=object)
        """
        names = self._column_names() if input_features is None else [str(name) for name in input_features]
        if len(names) != self.n_features_in_:
            raise ValueError(f"input_features has {len(names)} names, and X has {self.n_features_in_} columns")
        if input_features is not None and self._names is not None and names != [str(name) for name in self._names]:
            raise ValueError("input_features is not equal to feature_names_in_")
        powers = ["", *(f"^{k}" for k in range(2, self.degree_ + 1))]
        return np.array([name + power for name in names for power in powers], dtype=object)

    def _design(self, X: Any) -> Any:
        return self._powers(X)

    def _design_names(self) -> list[str]:
        return list(self.get_feature_names_out())

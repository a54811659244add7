"""The uncertainty of the weights of a linear likelihood, for columns of any scale and offset."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from nn.estimators.base.conventions import Estimator
from nn.estimators.data.checks import column
from nn.estimators.data.units import in_units
from nn.estimators.scores import LinearObjective
from nn.summary import Summary, checked, of_likelihood

KEPT = 2**17  # numbers, a megabyte: a model keeps up to this many of its rows for `summary`


class Inference(Estimator):
    """A linear estimator whose goodness is a likelihood; `summary` gives the uncertainty of its weights."""

    if TYPE_CHECKING:  # of the linear models that it is mixed into
        l1: float
        l2: float
        fit_intercept: bool
        objective_: LinearObjective
        theta_: Any
        classes_: Any

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn from rows of features X, (n, d), and a target y per row; return the estimator.

        A row with a `sample_weight` of 2 counts as two rows, a row with 0 does not count.
        """
        super().fit(X, y, sample_weight)  # type: ignore[misc]  # of the estimator it is mixed into
        small = np.asarray(y).size * self.n_features_in_ <= KEPT
        self._rows = _held(X, small), _held(y, small)
        return self

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_rows"}

    def summary(self, X: Any = None, y: Any = None, *, covariance: str = "hessian", level: float = 0.95) -> Summary:
        """Estimates, standard errors, z, p and confidence intervals, from the rows of the fit.

        A small data set is kept with the model; a large one is found as long as your program holds it. Otherwise, as
        for a model loaded from a file, pass X and y again.

        The covariance is that of the exact Hessian or, with "sandwich", also uses the rows' gradients, which is valid
        even if the likelihood is not the true one. For more than two classes, weights are relative to those of the
        first class. Raises ValueError with a penalty, with weights of rows, or if some weights are not determined.
        """
        if X is None and y is None and self.__sklearn_is_fitted__():
            X, y = (rows() for rows in vars(self).get("_rows", (_gone, _gone)))
            if X is None or y is None:
                raise ValueError("the rows of the fit are not held any longer: summary(X, y) takes them again")
        array = self._design(self._learned(X))
        if self.l2 or self.l1:
            raise ValueError("no standard errors: a penalty moves the estimates; fit with l1=0, l2=0")
        fitted = self.objective_
        if fitted.outputs > 1 and not hasattr(self, "classes_"):
            raise ValueError("no standard errors of several outputs at once: fit one column of y at a time")
        if fitted.shares is not None:
            raise ValueError("no standard errors: what a weight of a row means for them is not known; repeat the rows")
        units = in_units(array, fitted.intercept)
        W = self.theta_.reshape(fitted.outputs, -1)
        d, free = array.shape[1], fitted.outputs - 1 if fitted.outputs > 1 else 1
        back = np.zeros((W.shape[1], W.shape[1]))  # from weights in units to those of the columns
        back[:d, :d] = np.diag(np.ldexp(1.0, -units.exponent))
        if fitted.intercept:
            back[d, :d], back[d, d] = -units.centre, 1.0
        scaled = LinearObjective(fitted.compiled.function, fitted.outputs, np.zeros(d), intercept=fitted.intercept)
        V = np.ldexp(W[:, :d], units.exponent)
        V = (
            np.column_stack([V, W[:, d:] + (V @ units.centre)[:, np.newaxis][:, : W.shape[1] - d]])
            .astype(float)
            .ravel()
        )
        targets = self._encoded(column(y, len(array)))
        columns = np.column_stack([units.A, np.ones((len(array), int(fitted.intercept)))])

        def curved() -> tuple[Any, Any]:
            """The Hessian at V, and the gradient for every row."""
            slopes = len(array) * scaled.slopes(V, units.A, targets)[1].reshape(len(array), -1)
            by_row = (slopes[:, -free:, np.newaxis] * columns[:, np.newaxis]).reshape(len(array), -1)
            return scaled.hessian(V, units.A, targets)[-by_row.shape[1] :, -by_row.shape[1] :], by_row

        H, by_row = curved()
        of_likelihood(H, by_row, len(array), covariance, self._terms(free))  # raises unless it is near a minimum
        step = np.linalg.solve(H, by_row.mean(axis=0))  # a search by gradients ends with half of the digits
        V[-len(step) :] -= step
        found = of_likelihood(*curved(), len(array), covariance, self._terms(free))
        every = np.kron(np.eye(free), back)
        estimate = (W[1:] - W[:1] if fitted.outputs > 1 else W).ravel() - every @ step
        scale, freedom = self._dispersion(scaled.value(V, units.A, targets), len(array), len(estimate))
        if covariance == "sandwich":
            scale, freedom = 1.0, None
        return Summary(self._terms(free), estimate, scale * every @ found @ every.T, freedom, checked(level))

    def _design(self, X: Any) -> Any:
        """The columns that the weights multiply."""
        return X

    def _design_names(self) -> list[str]:
        return self._column_names()

    def _encoded(self, y: Any) -> Any:
        """The targets in the form that the loss takes."""
        raise NotImplementedError

    def _dispersion(self, loss: float, rows: int, weights: int) -> tuple[float, int | None]:
        """The factor of the covariance, if it is estimated from the rows, and its degrees of freedom."""
        return 1.0, None

    def _terms(self, scores: int) -> tuple[str, ...]:
        """The names of the weights."""
        names = self._design_names()
        own = [*names, "intercept"] if self.fit_intercept else names
        if scores == 1:
            return tuple(own)
        return tuple(f"{label}: {name}" for label in self.classes_[1:] for name in own)


def _held(rows: Any, small: bool) -> Callable[[], Any]:
    """A function that returns the rows: a small set is kept, a large one is found as long as someone else holds it."""
    try:
        return (lambda: rows) if small else weakref.ref(rows)
    except TypeError:  # a list, which has no weak references
        return _gone


def _gone() -> None:
    """Return None, in place of rows that nobody holds any more."""

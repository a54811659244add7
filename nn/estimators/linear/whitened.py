"""Weights turned so that the Hessian is about the unit matrix, while the columns stay unchanged."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.estimators.data.basis import independence
from nn.estimators.scores import BENT, LinearObjective, in_cache
from nn.lbfgs import LBFGS
from nn.newton import LARGEST_HESSIAN

EVERY = 16  # rows: one of every 16 shows roughly where the minimum is, and the Hessian there
ENOUGH = 20 * EVERY  # rows for each weight, so that a sample is reliable
FEW = 40  # steps on the sample
BOUND = 0.01  # relative to the bound on the curvature: the sample's Hessian may lack more
LIKE = 4.0  # times the mean square of a column in the sample: with more, the sample does not represent it
ALIKE = 1e-4  # the least eigenvalue of columns of length 1: with less, rounding in w·x + b would cost over two digits
SMALLEST, LARGEST = 1e-200, 1e200  # squares of columns


class Whitened:
    """A linear goodness as a function of θ, where the weights are θ·turn.

    >>> goodness = LinearObjective(lambda z, y: (z - y) ** 2, 1, np.array([0.0]), intercept=False)
    >>> turned = Whitened(goodness, np.array([[0.5]]))
    >>> turned.value_and_grad(np.array([2.0]), np.array([[1.0], [2.0]]), np.array([3.0, 3.0]))
    (2.5, array([-2.]))
    """

    scale = 1.0  # about the inverse Hessian

    def __init__(self, goodness: LinearObjective, turn: Any) -> None:
        self.goodness, self.turn = goodness, turn

    def value_and_grad(self, theta: Any, X: Any, y: Any) -> tuple[float, Any]:
        """The loss and its gradient with respect to θ."""
        loss, g = self.goodness.value_and_grad(self.weights(theta), X, y)
        return loss, (g.reshape(self.goodness.outputs, -1) @ self.turn.T).ravel()

    def scores(self, theta: Any, X: Any) -> Any:
        """z of every row: (n,) for one score, otherwise (n, outputs)."""
        return self.goodness.scores(self.weights(theta), X)

    def weights(self, theta: Any) -> Any:
        """The weights of the columns, as one flat array."""
        return (theta.reshape(self.goodness.outputs, -1) @ self.turn).ravel()

    def coordinates(self, weights: Any) -> Any:
        """θ for these weights of the columns."""
        return np.linalg.solve(self.turn.T, weights.reshape(self.goodness.outputs, -1).T).T.ravel()


def whitened(goodness: LinearObjective, weights: Any, X: Any, y: Any) -> tuple[Whitened, Any] | None:
    """The goodness in a basis for these rows, and weights to start from, better than the given ones if possible.

    None if a column is far from 0, constant, or nearly a mixture of others.
    """
    if X.shape[1] >= len(X):
        return None
    if goodness.outputs == 1 and len(weights) <= LARGEST_HESSIAN and len(X) >= ENOUGH * len(weights):
        return _told_by_some(goodness, weights, X, y)
    bound = _bound(goodness, products(X, goodness.shares, goodness.intercept))
    return None if bound is None else (Whitened(goodness, _root(bound)), weights)


def _told_by_some(goodness: LinearObjective, weights: Any, X: Any, y: Any) -> tuple[Whitened, Any] | None:
    """The same from a sample of the rows, whose minimum and Hessian are close to those of all rows."""
    some = slice(None, None, EVERY)
    few, Xs, ys = goodness.of(some), X[some].copy(), y[some]
    gram = products(Xs, few.shares, few.intercept)
    bound = _bound(few, gram)
    if bound is None or np.any(np.einsum("ij,ij->j", X, X) > LIKE * len(X) * np.diag(gram)[: X.shape[1]]):
        return None
    turned, search = Whitened(few, _root(bound)), LBFGS(steps=FEW)
    theta = search.minimise(turned, turned.coordinates(weights), Xs, ys, scale=turned.scale)
    if not search.converged:
        return Whitened(goodness, turned.turn), weights
    found = turned.weights(theta)
    if not weights.any() or goodness.value(found, X, y) < goodness.value(weights, X, y):
        weights = found
    once = few if goodness.compiled.options.backend == "llvm" else goodness.of(some, "numpy")  # not worth machine code
    return Whitened(goodness, _root(once.hessian(weights, Xs, ys) + BOUND * bound)), weights


def _bound(goodness: LinearObjective, gram: Any) -> Any:
    """A bound on the Hessian, from products of columns; None where their sizes or directions make it unreliable."""
    squares = np.diag(gram)
    if not ((squares > SMALLEST) & (squares < LARGEST)).all():
        return None
    if independence(gram) < ALIKE:
        return None
    return BENT * gram + np.diag(goodness.penalty)


def _root(hessian: Any) -> Any:
    """A turn for which turn · Hessian · turnᵀ is the unit matrix."""
    return np.linalg.inv(np.linalg.cholesky(hessian))


def products(X: Any, shares: Any, intercept: bool) -> Any:
    """The mean over rows of x·xᵀ, where x has an additional 1 for the intercept.

    >>> products(np.array([[1.0], [3.0]]), None, True).tolist()
    [[5.0, 2.0], [2.0, 1.0]]
    """
    d = X.shape[1]
    gram = np.zeros((d + intercept, d + intercept))
    with np.errstate(all="ignore"):
        for rows in in_cache(X):
            x, ones = X[rows], np.ones(rows.stop - rows.start)
            own, ones = (x, ones) if shares is None else (shares[rows, np.newaxis] * x, shares[rows])
            gram[:d, :d] += x.T @ own
            if intercept:
                gram[d] += np.append(ones @ x, ones.sum())
    if intercept:
        gram[:d, d] = gram[d, :d]
    return gram / len(X) if shares is None else gram

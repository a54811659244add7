"""Puts columns in units of their own: subtracts centres and divides by powers of two, which is exact.

Results computed on them depend on neither scale nor offset, and their squares neither overflow nor underflow.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

ROUNDING = 2 * float(np.finfo(float).eps)  # of the largest number of a column: one that varies less is constant
LARGE = 2**20  # numbers: the mean of more takes too long in extended precision
SEEN = 1e-9  # relative to the largest weight, in units of the columns: less changes no prediction


class Units(NamedTuple):
    """Columns X = 2**exponent · (A + centre): A has numbers from -1 to 1, all 0 for a constant column.

    `rounded` tells which columns count as constant because they vary by no more than rounding.

    >>> in_units(np.array([[1e200], [3e200]])).A.round(3).tolist()
    [[-0.653], [0.653]]
    """

    X: Any
    A: Any
    centre: Any
    exponent: Any
    rounded: Any

    def of(self, columns: Any) -> Units:
        """These columns, chosen by an array of truth values."""
        return self if columns.all() else Units(*(part[..., columns] for part in self))

    def exactly(self, rows: slice) -> Any:
        """A in extended precision: with centres that are not rounded to floats."""
        return np.ldexp(self.X[rows].astype(np.longdouble), -self.exponent) - self.centre

    def weights(self, V: Any, exponent: Any = 0) -> tuple[Any, Any]:
        """The weights of the original columns, and for each column whether its weights fit in floats.

        V holds the weights of A, in units of 2**exponent for each score.
        """
        exponents = np.reshape(exponent, (-1, 1)) - self.exponent
        with np.errstate(over="ignore", under="ignore"):
            W = np.ldexp(V, exponents).astype(float)
            lost = np.abs(np.ldexp(W, -exponents) - V)
        return W, np.all(lost <= SEEN * np.max(np.abs(V), initial=0.0), axis=0)


def in_units(X: Any, centred: bool = True, least: float = 0.0, shares: Any = None) -> Units:
    """The columns of X in their units, with or without their means; no unit is much less than `least`.

    With `shares`, the rows' in the mean, which add up to 1.

    >>> units = in_units(np.array([[0.1, 1.0], [0.1, 2.0], [0.1, 3.0]]))
    >>> units.A.tolist(), units.exponent.tolist()
    ([[0.0, -0.5], [0.0, 0.0], [0.0, 0.5]], [-3, 1])
    """
    largest, same = _extremes(X)
    most = np.frexp(largest)[1]
    A = _shifted(X, -most)
    mean, rounded = np.zeros(X.shape[1], dtype=np.longdouble), np.zeros(X.shape[1], dtype=bool)
    if centred:
        level, largest = A[0].copy(), np.ldexp(largest, -most)
        A, mean = less_means(A, shares)
        moved = _extremes(A)[0]
        constant = same | (moved <= ROUNDING * largest)
        A[:, constant], mean[same], rounded = 0.0, level[same], constant & ~same
        largest = np.where(constant, 0.0, moved)
    else:
        largest = np.ldexp(largest, -most)
    exponent = most + np.frexp(largest)[1]
    if least:
        exponent = np.maximum(exponent, np.frexp(least)[1])
    return Units(X, _shifted(A, most - exponent, out=A), np.ldexp(mean, most - exponent), exponent, rounded)


def _shifted(X: Any, by: Any, out: Any = None) -> Any:
    """X times 2**by, column by column."""
    if np.max(np.abs(by), initial=0) < 1000:
        return np.multiply(X, np.ldexp(1.0, by), out=out)
    return np.ldexp(X, by, out=out)


def _extremes(X: Any) -> tuple[Any, Any]:
    """For every column its largest number, without its sign, and whether all are the same."""
    high, low = np.max(X, axis=0), np.min(X, axis=0)
    return np.maximum(np.abs(high), np.abs(low)), high == low


def less_means(X: Any, shares: Any = None) -> tuple[Any, Any]:
    """Columns less their means, each correct to one rounding, and the means in extended precision.

    >>> away, mean = less_means(np.array([[0.0, 1.0], [1.0, 1.0]]))
    >>> away.tolist(), mean.astype(float).tolist()
    ([[-0.5, 0.0], [0.5, 0.0]], [0.5, 1.0])
    """
    if X.size < LARGE or shares is not None:
        mean = X.mean(axis=0, dtype=np.longdouble)
        if shares is not None:
            mean = mean + shares @ (X - mean)
        near = mean.astype(float)
        return (X - near) - (mean - near).astype(float), mean
    near = X.mean(axis=0)
    away = X - near
    rest = np.ones(len(X)) @ away / len(X)  # the rounding of `near`, which a sum near 0 shows
    away -= rest
    return away, near + rest.astype(np.longdouble)


def exponents(X: Any) -> Any:
    """For every column the least e for which all its numbers are less than 2**e; 0 for a column of zeros.

    >>> exponents(np.array([[0.0, 3.0], [0.0, -5.0]])).tolist()
    [0, 3]
    """
    return np.frexp(_extremes(X)[0])[1]

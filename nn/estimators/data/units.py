"""Puts columns in their own units: subtracts centres and divides by powers of two, which is exact.

Results computed from them do not depend on scale or offset, and their squares neither overflow nor underflow.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

ROUNDING = 2 * float(np.finfo(float).eps)  # of the largest number of a column: one that varies less counts as constant
SAFE = 400  # binary digits of the exponent: with fewer, the square of a number fits in floats, with room for sums
LARGE = 2**11  # numbers: for more, extended precision takes over twice as long, and floats round only the spread
WIDE = 2048  # numbers that fit in the fastest memory
SEEN = 1e-9  # relative to the largest weight, in units of the columns: a smaller loss changes no prediction


class Units(NamedTuple):
    """Columns X = 2**exponent · (A + centre), where A has numbers from -1 to 1, all 0 for a constant column.

    `rounded` marks the columns that count as constant because they vary by no more than rounding.

    >>> in_units(np.array([[1e200], [3e200]])).A.round(3).tolist()
    [[-0.653], [0.653]]
    """

    X: Any
    A: Any
    centre: Any
    exponent: Any
    rounded: Any

    def of(self, columns: Any) -> Units:
        """The columns chosen by an array of truth values."""
        return self if columns.all() else Units(*(part[..., columns] for part in self))

    def exactly(self, rows: slice) -> Any:
        """A in extended precision, with centres that are not rounded to floats."""
        return np.ldexp(self.X[rows].astype(np.longdouble), -self.exponent) - self.centre

    def penalty(self, factor: Any, power: int) -> Any:
        """The factors of |v|**power for weights v of A that penalise the original weights by `factor`."""
        return np.ldexp(float(factor), -power * self.exponent)

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
    """The columns of X in their units, less their means if `centred`; no unit is much less than `least`.

    `shares` are the rows' shares in the mean, which add up to 1.

    >>> units = in_units(np.array([[0.1, 1.0], [0.1, 2.0], [0.1, 3.0]]))
    >>> units.A.tolist(), units.exponent.tolist()
    ([[0.0, -0.5], [0.0, 0.0], [0.0, 0.5]], [-3, 1])
    """
    high, low = extremes(X)
    size = np.frexp(np.maximum(np.abs(high), np.abs(low)))[1]
    safe = np.max(np.abs(size), initial=0) < SAFE  # sums and squares then fit in floats unchanged
    first = 0 * size if safe else size
    A = X if safe else _shifted(X, -first)
    high, low = _shifted(high, -first), _shifted(low, -first)
    mean, rounded = np.zeros(X.shape[1], dtype=np.longdouble), np.zeros(X.shape[1], dtype=bool)
    largest = np.maximum(np.abs(high), np.abs(low))
    if centred:
        level, same = A[0].copy(), high == low
        A, mean, moved = less_means(A, shares, (high, low))
        constant = same | (moved <= ROUNDING * largest)
        if constant.any():
            A[:, constant], mean[same] = 0.0, level[same]
        largest, rounded = np.where(constant, 0.0, moved), constant & ~same
    exponent = np.where(largest > 0, first + np.frexp(largest)[1], size)
    if least:
        exponent = np.maximum(exponent, np.frexp(least)[1])
    A = _shifted(A, first - exponent, out=None if A is X else A)
    return Units(X, A, np.ldexp(mean, first - exponent), exponent, rounded)


def _shifted(X: Any, by: Any, out: Any = None) -> Any:
    """X times 2**by, column by column."""
    if np.max(np.abs(by), initial=0) < 1000:
        return _with_row(np.multiply, X, np.ldexp(1.0, by), out)
    return np.ldexp(X, by, out=out)


def extremes(X: Any) -> tuple[Any, Any]:
    """The largest and the smallest number of every column.

    >>> [side.tolist() for side in extremes(np.array([[0.0, 3.0], [2.0, -5.0]]))]
    [[2.0, 3.0], [0.0, -5.0]]
    """
    return _down(np.maximum, X), _down(np.minimum, X)


def _down(reduced: np.ufunc, X: Any) -> Any:
    """Reduce every column, with many rows side by side: NumPy is slow along short rows."""
    wide, whole = _side_by_side(X)
    if wide is not None:
        X = np.concatenate([reduced.reduce(wide, axis=0).reshape(-1, X.shape[1]), X[whole:]])
    return reduced.reduce(X, axis=0)


def _with_row(operation: np.ufunc, X: Any, row: Any, out: Any = None) -> Any:
    """Combine X with one number for each column, with many rows side by side."""
    out = np.empty_like(X, dtype=np.result_type(X, row)) if out is None else out
    (wide, whole), (into, _) = _side_by_side(X), _side_by_side(out)
    if wide is None or into is None:
        return operation(X, row, out=out)
    operation(wide, np.tile(row, wide.shape[1] // len(row)), out=into)
    operation(X[whole:], row, out=out[whole:])
    return out


def _side_by_side(X: Any) -> tuple[Any, int]:
    """X with as many rows side by side as fit in the fastest memory, or None, and the number of rows in it."""
    d = X.shape[-1]
    many = WIDE // d
    if X.ndim < 2 or many < 2 or len(X) < many or not X.flags.c_contiguous:
        return None, 0
    whole = len(X) - len(X) % many
    return X[:whole].reshape(-1, many * d), whole


def less_means(X: Any, shares: Any = None, ends: Any = None) -> tuple[Any, Any, Any]:
    """Columns less their means, up to rounding; the means, in extended precision; the largest distance from each mean.

    `ends` are the `extremes` of X. The operations keep the order of a column, so they stay at its ends.

    >>> away, mean, largest = less_means(np.array([[0.0, 1.0], [1.0, 1.0]]))
    >>> away.tolist(), mean.astype(float).tolist(), largest.tolist()
    ([[-0.5, 0.0], [0.5, 0.0]], [0.5, 1.0], [0.5, 0.0])
    """
    kind = np.longdouble if X.size < LARGE else np.float64
    shares = np.full(len(X), kind(1) / len(X)) if shares is None else shares.astype(kind)
    near = shares @ X
    away = _with_row(np.subtract, X, near)
    rest = shares @ away  # the rounding of `near`, which shows in a sum near 0
    sides = [end - near for end in ends or extremes(X)]
    if np.any(np.abs(rest) > np.finfo(float).eps / 4 * np.minimum(*np.abs(sides))):
        away, sides = _with_row(np.subtract, away, rest, out=away), [side - rest for side in sides]
    else:
        rest = 0 * rest
    largest = np.maximum(*np.abs(sides)).astype(float)
    return away.astype(float, copy=False), near + rest.astype(np.longdouble), largest

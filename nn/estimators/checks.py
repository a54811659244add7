"""Data as estimators take them: arrays of finite floats, a row for each example; else an error says what is wrong."""

from __future__ import annotations

import math
import sys
import warnings
from functools import cache
from typing import Any

import numpy as np


class NotFittedError(ValueError, AttributeError):
    """An estimator was asked before it has learned.

    >>> issubclass(NotFittedError, ValueError)
    True
    """


class DataConversionWarning(UserWarning):
    """Data had another shape than they should have, and were taken all the same.

    >>> issubclass(DataConversionWarning, UserWarning)
    True
    """


class ConvergenceWarning(UserWarning):
    """A solver that ends at a minimum has not reached it.

    >>> issubclass(ConvergenceWarning, UserWarning)
    True
    """


def as_in_sklearn(own: Any) -> Any:
    """A class that is both this one and scikit-learn's of its name, where scikit-learn is loaded.

    >>> issubclass(as_in_sklearn(NotFittedError), NotFittedError)
    True
    """
    theirs = getattr(sys.modules.get("sklearn.exceptions"), own.__name__, own)
    return own if theirs is own else _both(own, theirs)


@cache
def _both(own: Any, theirs: Any) -> Any:
    body = {"__module__": own.__module__, "__doc__": own.__doc__, "__reduce__": lambda self: (own, self.args)}
    return type(own.__name__, (own, theirs), body)


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the line that called this package."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "nn":
        frame, level = frame.f_back, level + 1
    warnings.warn(message, as_in_sklearn(category), stacklevel=level)


def features(X: Any) -> tuple[Any, list[str] | None]:
    """X as an array of finite floats, rows by features, and the names of its columns if it is a table of named ones."""
    if hasattr(X, "tocsr") or hasattr(X, "tocsc"):
        raise TypeError("Sparse data was passed for X, but dense data is required: use X.toarray()")
    columns = getattr(X, "columns", None)
    names = list(columns) if columns is not None and all(isinstance(name, str) for name in columns) else None
    array = _floats("X", X)
    if array.ndim != 2:
        raise ValueError(
            f"Expected 2D array for X, got {array.ndim}D array of shape {array.shape} instead. Reshape your data: "
            "X.reshape(-1, 1) if it has one feature, X.reshape(1, -1) if it has one row."
        )
    for count, what in zip(array.shape, ("sample", "feature")):
        if count == 0:
            raise ValueError(f"Found array with 0 {what}(s) (shape={array.shape}) while a minimum of 1 is required.")
    _require_finite("X", array, names)
    return array, names


def targets(y: Any, rows: int) -> Any:
    """y as an array of finite floats, one for each row."""
    array = _floats("y", column(y, rows))
    _require_finite("y", array, None)
    return array


def labels(y: Any, rows: int) -> tuple[Any, Any]:
    """The classes in their order, two at least, and for each row the number of its class."""
    array = column(y, rows)
    if array.dtype.kind == "O" and _missing(array).any():
        raise ValueError(f"Input y contains NaN: no class in row {int(np.flatnonzero(_missing(array))[0])}")
    if array.dtype.kind == "f":
        _require_finite("y", array, None)
        if np.any(array != np.floor(array)):
            raise ValueError(
                f"Unknown label type: continuous. y holds {array[array != np.floor(array)][0]}, not a class"
            )
    try:
        classes, codes = np.unique(array, return_inverse=True)
    except TypeError as error:
        raise ValueError(f"Unknown label type: classes of y that cannot be put in order: {error}") from None
    if len(classes) < 2:
        raise ValueError(f"y has 1 class, {classes.tolist()[0]!r}: a classifier needs two")
    return classes, codes


def column(y: Any, rows: int) -> Any:
    """y as an array of one dimension, with a value for each row.

    >>> column(["a", "b"], 2).shape
    (2,)
    """
    if y is None:
        raise ValueError("requires y to be passed, but the target y is None")
    array = np.asarray(y)
    if array.ndim == 2 and array.shape[1] == 1:
        message = "A column-vector y was passed when a 1d array was expected: use y.ravel()"
        warn(message, DataConversionWarning)
        array = array.ravel()
    if array.ndim != 1:
        raise ValueError(f"y should be a 1d array, got an array of shape {array.shape} instead")
    if len(array) != rows:
        raise ValueError(f"X has {rows} rows, y has {len(array)}")
    if array.dtype.kind == "c":
        raise ValueError("Complex data not supported: y is complex")
    return array


def _floats(what: str, data: Any) -> Any:
    array = np.asarray(data)
    if array.dtype.kind == "c":
        raise ValueError(f"Complex data not supported: {what} is complex")
    if array.dtype.kind == "O":
        array = np.where(_missing(array), math.nan, array)
    return array.astype(float)


@np.vectorize(otypes=[bool])
def _missing(value: Any) -> Any:
    """Whether a value is None, pandas' NA, or NaN."""
    return value is None or type(value).__name__ == "NAType" or (isinstance(value, float) and math.isnan(value))


def _require_finite(what: str, array: Any, names: list[str] | None) -> None:
    if np.isfinite(array).all():
        return
    place = [int(i) for i in np.argwhere(~np.isfinite(array))[0]]
    bad = array[tuple(place)]
    found = "NaN" if np.isnan(bad) else "infinity or a value too large for dtype('float64')"
    column = "" if len(place) == 1 else f", column {place[1] if names is None else repr(names[place[1]])}"
    raise ValueError(f"Input {what} contains {found}: {bad} in row {place[0]}{column}")

"""Checks the data of estimators: arrays of finite floats, one row per example; otherwise an error says why not."""

from __future__ import annotations

import math
import sys
import warnings
from datetime import date, timedelta
from functools import cache
from numbers import Number
from typing import Any

import numpy as np


class NotFittedError(ValueError, AttributeError):
    """An estimator was used before `fit`.

    >>> issubclass(NotFittedError, ValueError)
    True
    """


class DataConversionWarning(UserWarning):
    """Data of an unexpected shape were accepted.

    >>> issubclass(DataConversionWarning, UserWarning)
    True
    """


class ConvergenceWarning(UserWarning):
    """A solver stopped before reaching the minimum.

    >>> issubclass(ConvergenceWarning, UserWarning)
    True
    """


def as_in_sklearn(own: Any) -> Any:
    """A class that derives from this class and scikit-learn's class of the same name, if scikit-learn is loaded.

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


def features(X: Any) -> tuple[Any, list[Any] | None]:
    """X as an array of finite floats, rows by features, and the column names if X is a table with named columns."""
    _require_dense("X", X)
    names = _names(X)
    array = floats("X", _unmasked("X", X, names), names)
    if array.ndim != 2:
        raise ValueError(
            f"Expected 2D array for X, got {array.ndim}D array of shape {array.shape} instead. Reshape your data: "
            "X.reshape(-1, 1) if it has one feature, X.reshape(1, -1) if it has one row."
        )
    for count, what in zip(array.shape, ("sample", "feature")):
        if count == 0:
            raise ValueError(f"Found array with 0 {what}(s) (shape={array.shape}) while a minimum of 1 is required.")
    require_finite("X", array, names)
    return array, names


def targets(y: Any, rows: int) -> Any:
    """y as an array of finite floats, one per row, or several."""
    array = floats("y", column(y, rows, several=True), None)
    require_finite("y", array, None)
    return array


def labels(y: Any, rows: int) -> tuple[Any, Any]:
    """The sorted classes, at least two, and the class number of each row."""
    array = classes_of(y, rows)
    try:
        classes, codes = numbered(array)
    except TypeError as error:
        raise ValueError(f"Unknown label type: classes of y that cannot be put in order: {error}") from None
    if len(classes) < 2:
        raise ValueError(f"y has 1 class, {classes.tolist()[0]!r}: a classifier needs two")
    return classes, codes


def numbered(array: Any) -> tuple[Any, Any]:
    """The sorted values of an array, and the number of each entry's value; whole numbers in a narrow range are counted.

    >>> [part.tolist() for part in numbered(np.array([7, 5, 7, 9]))]
    [[5, 7, 9], [1, 0, 1, 2]]
    """
    near = array.dtype.kind == "i" and len(array) and int(array.max()) - int(array.min()) < len(array)
    if not near:
        return np.unique(array, return_inverse=True)
    places = np.subtract(array, array.min(), dtype=np.intp)
    is_there = np.bincount(places) > 0
    return (np.flatnonzero(is_there) + array.min()).astype(array.dtype), (np.cumsum(is_there) - 1)[places]


def classes_of(y: Any, rows: int) -> Any:
    """y as an array with a class per row: strings, whole numbers, or anything sortable; no class may be missing."""
    array = column(y, rows)
    kind = array.dtype.kind
    missing = list(map(_is_missing, array.astype(object))) if kind in "mMOT" else []
    if any(missing):
        raise ValueError(f"Input y contains NaN: no class in row {missing.index(True)}")
    reals = [v for v in array.tolist() if isinstance(v, (float, np.floating))] if kind == "O" else array
    if kind in "fO" and len(reals):
        numbers = np.asarray(reals, dtype=float)
        require_finite("y", numbers, None)
        if np.any(numbers != np.floor(numbers)):
            raise ValueError(
                f"Unknown label type: continuous. y holds {numbers[numbers != np.floor(numbers)][0]}, not a class"
            )
    return array


def column(y: Any, rows: int, several: bool = False) -> Any:
    """y as a one-dimensional array with a value per row; with `several`, it may have two dimensions.

    >>> column(["a", "b"], 2).shape
    (2,)
    """
    if y is None:
        raise ValueError("requires y to be passed, but the target y is None")
    _require_dense("y", y)
    array = _unmasked("y", y, None)
    if array.dtype.kind in "US" and isinstance(y, (list, tuple)):  # NumPy also converts numbers and NaN to text
        given = np.asarray(y, dtype=object)
        array = array if all(isinstance(value, (str, bytes)) for value in given.ravel()) else given
    if array.ndim == 2 and array.shape[1] == 1:
        message = "A column-vector y was passed when a 1d array was expected: use y.ravel()"
        warn(message, DataConversionWarning)
        array = array.ravel()
    if array.ndim != 1 and not (several and array.ndim == 2 and array.shape[1]):
        told = f"y should be a 1d array, got an array of shape {array.shape} instead"
        raise ValueError(told if several or array.ndim != 2 else f"{told}: of one column per class, y.argmax(axis=1)")
    if len(array) != rows:
        raise ValueError(f"X has {rows} rows, y has {len(array)}")
    if array.dtype.kind == "c":
        raise ValueError("Complex data not supported: y is complex")
    return array


def _require_dense(what: str, data: Any) -> None:
    if hasattr(data, "tocsr") or hasattr(data, "tocsc"):
        raise TypeError(f"Sparse data was passed for {what}, but dense data is required: use {what}.toarray()")


def _names(X: Any) -> list[Any] | None:
    """The column names of a table, or None if they only count the columns: 0, 1, 2, …."""
    columns = getattr(X, "columns", None)
    names = None if columns is None or callable(columns) else list(columns)
    if names is None or names == list(range(len(names))):
        return None
    if len({isinstance(name, str) for name in names}) > 1:
        raise TypeError(
            "Feature names are only supported if all input features have string names, but X has text and other names: "
            "use X.columns = X.columns.astype(str)"
        )
    return names


def _unmasked(what: str, data: Any, names: list[Any] | None) -> Any:
    """Data as an array; ValueError if a mask hides some of it, which an array would expose."""
    if not isinstance(data, np.ma.MaskedArray):
        return np.asarray(data)
    mask = np.ma.getmaskarray(data)
    if mask.any():
        place = _place(what, np.argwhere(mask)[0], names)
        raise ValueError(f"Input {what} contains NaN: it is masked in {place}; fill it, or leave the row out")
    return np.asarray(data)


def floats(what: str, array: Any, names: list[Any] | None) -> Any:
    kind = array.dtype.kind
    if kind == "c":
        raise ValueError(f"Complex data not supported: {what} is complex")
    if array.dtype.names:
        raise TypeError(f"{what} has fields: write np.column_stack([s[name] for name in s.dtype.names]) of them")
    if kind in "mMUSTO":
        numbers = np.empty(array.shape)
        for place, value in np.ndenumerate(array):
            try:
                numbers[place] = _float(value)
            except (TypeError, ValueError, OverflowError) as error:
                told = f"{error}: {what} in {_place(what, place, names)}"
                raise (TypeError(told) if isinstance(error, TypeError) else ValueError(told)) from None
        return numbers
    with np.errstate(over="ignore"):  # infinity raises its own error
        return array.astype(float, copy=False)


def _float(value: Any) -> float:
    """The number in a cell, NaN if it is missing; TypeError or ValueError if it is not a number."""
    if _is_missing(value):
        return math.nan
    if isinstance(value, (str, bytes)):
        raise ValueError(
            f"could not convert string to float: {str(value)!r:.60} is text; astype(float) makes numbers of digits"
        )
    if isinstance(value, (np.datetime64, np.timedelta64, date, timedelta)):
        raise TypeError(
            f"a feature must be a number, not a date or a time: {value!s:.60}; use, say, the days since a fixed date"
        )
    if isinstance(value, complex):
        raise ValueError(f"Complex data not supported: {value}")
    return float(value)


def _is_missing(value: Any) -> bool:
    """Whether a value is None, pandas' NA or NaT, NumPy's NaT, or NaN of any kind."""
    if value is None or type(value).__name__ in ("NAType", "NaTType", "MaskedConstant"):
        return True
    return isinstance(value, (Number, np.generic)) and bool(value != value)


def _place(what: str, place: Any, names: list[Any] | None) -> str:
    if not len(place):
        return "place of a table: pass rows of numbers, such as a list of lists"
    row, *rest = (int(i) for i in place)
    return f"row {row}" + "".join(f", column {i if names is None else repr(names[i])}" for i in rest[:1])


def require_finite(what: str, array: Any, names: list[Any] | None) -> None:
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(np.sum(array)) or np.isfinite(array).all():  # a sum needs no memory
            return
    place = np.argwhere(~np.isfinite(array))[0]
    bad = array[tuple(place)]
    found = "NaN" if np.isnan(bad) else "infinity or a value too large for dtype('float64')"
    raise ValueError(f"Input {what} contains {found}: {bad} in {_place(what, place, names)}")

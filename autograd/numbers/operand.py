"""A number that takes part in NumPy's arithmetic: NumPy passes its functions on to `autograd.arrays`."""

from __future__ import annotations

import sys

from autograd.forks import at_work
from autograd.numbers.kinds import LAZY_KINDS, instead
from autograd.refusals import is_tracing, lifting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PYTHONS_OWN = {"builtins", "datetime", "decimal"}


class NumPyOperand:
    """A scalar other than a float: NumPy functions of it, and of arrays with it, are handled by this package."""

    __slots__ = ()

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return arrays().apply_ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return arrays().apply_function(function, args, kwargs)


class NumPyAttribute:
    """An attribute of numbers that follow NumPy, also in a trace: that of an array which holds only this number.

    In lifted code all numbers have `astype`, since the Value that np.floor returns for a float is not known as NumPy's.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, x: Any, owner: type) -> Any:
        if x is None:
            return self
        if not (x.follows_numpy or is_tracing() or (self.name == "astype" and lifting.get())):
            raise no_attribute(x, self.name)
        return arrays().attribute_of(x, self.name)


def no_attribute(x: Any, name: str) -> AttributeError:
    """The error for an attribute of arrays that Python's numbers lack."""
    kind = type(x).__name__
    told = f"{kind!r} object has no attribute {name!r}, as a float has none; {kind}(numpy.float64(x)) has it"
    return AttributeError(told, name=name, obj=x)


def is_of_pandas(x: Any) -> bool:
    """Whether x is a Series, a DataFrame or an index."""
    return type(x).__module__.partition(".")[0] == "pandas"


def fields_of(x: Any) -> str:
    """The advice on what to pass in place of a structured array or one of its records; "" for others."""
    names = getattr(getattr(x, "dtype", None), "names", None)
    return ": pass a dict of arrays, as in {name: s[name] for name in s.dtype.names}" if names else ""


def beside_other(operation: Any, x: Any, y: Any, of_numpy: bool = False) -> Any:
    """x ∘ y, where one is not a number. Where NumPy is followed, a list becomes an array, as with a numpy.float64.

    NotImplemented lets another class answer; Python's own classes know no other numbers, so they are refused with
    advice.
    """
    other = y if isinstance(x, NumPyOperand) else x
    if of_numpy and isinstance(other, (list, tuple)):
        array = arrays().holding(other)
        return operation(x, array) if other is y else operation(array, y)
    asks_for_int = operation.__name__ == "multiply" and hasattr(other, "__getitem__")  # as [0.0] * n does
    if type(other).__module__ in PYTHONS_OWN and not asks_for_int:
        raise TypeError(instead(other))
    return NotImplemented


def over_axes(function: Any, xs: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Apply a function of a sequence along axes of an array; None means all axes."""
    return arrays().over_axes(function, xs, axis, keepdims)


def over_rows(function: Any, xs: Any, axis: int | None) -> Any:
    """Apply a function that keeps the length of a sequence along an axis of an array."""
    return arrays().over_rows(function, xs, axis)


def numpys_bool(x: bool) -> Any:
    """A truth as a NumPy bool, whose ~ is `not`."""
    return sys.modules["numpy"].True_ if x else sys.modules["numpy"].False_


def arrays() -> Any:
    """The package `autograd.arrays`, imported when it is first needed."""
    if not _loaded:
        with at_work:
            _loaded.append(__import__(LAZY_KINDS["numpy"], fromlist=["enter"]))
    return _loaded[0]


_loaded: list[Any] = []

"""The classes of numbers and strings in lifted code, where a Value is a float."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy

from autograd.arrays.origins import as_numpys, is_of_numpy
from autograd.lifting.stand_ins.python_names import entered, is_lifted, text
from autograd.lifting.stand_ins.rounding import TO_INT, is_traced_whole
from autograd.primitives.operators import Scalar
from autograd.symbols import Condition


class _Real(type):
    """The metaclass of `float` and `int` in lifted code: a Value is a float there."""

    original: type

    def __instancecheck__(cls, x: Any) -> bool:
        if isinstance(x, cls.original) or not is_lifted(x) or cls.original is str:
            return isinstance(x, cls.original)
        return cls.original not in (builtins.int, builtins.float) or (cls.original is INT.original) == is_traced_whole(
            x
        )

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, cls.original)

    def __eq__(cls, other: Any) -> bool:
        return other is cls or other is cls.original

    def __hash__(cls) -> int:
        return hash(cls.original)

    def __repr__(cls) -> str:
        return repr(cls.original)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        x = entered(args[0]) if args else 0
        if args and is_lifted(x):
            return CALLED[cls.original](x)
        own = getattr(type(x), f"__{cls.original.__name__}__", None)
        if type(own) is FunctionType and len(args) == 1 and not kwargs:  # it may return a Value
            return cls(own(x))
        return cls.original(*args, **kwargs)


def _to_float(x: Any) -> Any:
    return x.pythons() if isinstance(x, Scalar) and not is_traced_whole(x) else x


def _to_numpys(x: Any) -> Any:
    return as_numpys(x) if isinstance(x, Scalar) else x


CALLED: dict[type, Callable[[Any], Any]] = {float: _to_float, int: TO_INT, numpy.float64: _to_numpys}


def original(base: Any) -> Any:
    """The original class behind a replacement, such as `float`; any other base itself."""
    return base.original if isinstance(base, _Real) else base


def abstract(kind: type) -> type:
    """A class of numbers in lifted code, to which a Value belongs."""
    return _Real(kind.__name__, (), {"original": kind})


class FLOAT(float, metaclass=_Real):
    """`float` in lifted code: a Value stays a Value."""

    original = float
    dtype = numpy.dtype(float)


class FLOAT64(float, metaclass=_Real):
    """`numpy.float64` in lifted code: a Value follows NumPy from here on."""

    original = numpy.float64
    dtype = numpy.dtype(float)


class INT(int, metaclass=_Real):
    """`int` in lifted code: the whole part of the number, whose derivative is 0."""

    original = int
    dtype = numpy.dtype(int)


class _Text(_Real):
    def __call__(cls, *args: Any, **options: Any) -> Any:
        return text(str)(*args, **options)


class TEXT(str, metaclass=_Text):
    """`str` in lifted code: the text of a Value is that of its number."""

    original = str
    dtype = numpy.dtype(str)


class _Type(type):
    """The metaclass of `type` in lifted code."""

    def __instancecheck__(cls, x: Any) -> bool:
        return isinstance(x, type)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if len(args) != 1 or kwargs:
            return type(*args, **kwargs)
        kind = args[0].__class__ if is_lifted(args[0]) else type(args[0])
        if kind is Condition:
            return bool
        if kind is builtins.float or kind is numpy.float64 or is_lifted(args[0]):
            if is_traced_whole(args[0]):
                return INT
            return FLOAT64 if is_of_numpy(args[0]) is True else FLOAT
        return INT if kind is builtins.int else TEXT if kind is builtins.str else kind


class TYPE(type, metaclass=_Type):
    """`type` in lifted code: `type(x) is float` holds for a Value."""


for _kind, _name in ((FLOAT, "float"), (FLOAT64, "float64"), (INT, "int"), (TEXT, "str"), (TYPE, "type")):
    _kind.__name__ = _kind.__qualname__ = _name

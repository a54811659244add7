"""The table of stand-ins: the replacements for functions of Python, NumPy and SciPy in lifted code.

On plain numbers each one calls the original.
"""

from __future__ import annotations

import builtins
import functools
import math
import numbers
import statistics
import sys
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import numpy

from autograd.lifting.stand_ins import numpy_names, python_names
from autograd.lifting.stand_ins.copies import COPIES
from autograd.lifting.stand_ins.dispatching import single_dispatch
from autograd.lifting.stand_ins.number_classes import FLOAT, FLOAT64, INT, TEXT, TYPE, abstract
from autograd.lifting.stand_ins.scipy_names import Distribution, as_numpys, on_floats
from autograd.lifting.stand_ins.splines import interpolator
from autograd.lifting.stand_ins.statistics_names import STATISTICS
from autograd.refusals import is_library

BUILTINS: dict[str, Any] = {**python_names.BUILTINS, "float": FLOAT, "int": INT, "str": TEXT, "type": TYPE}
OWN: dict[Any, Any] = {
    **{getattr(builtins, name): ours for name, ours in BUILTINS.items()},
    **{getattr(math, name): ours for name, ours in python_names.MATH.items() if hasattr(math, name)},
    **{getattr(statistics, name): ours for name, ours in STATISTICS.items() if hasattr(statistics, name)},
    **COPIES,
    numpy.float64: FLOAT64,
    numpy.finfo: numpy_names.finfo,
    numpy.vectorize: numpy_names.Vectorized,
    functools.singledispatch: single_dispatch,
    **{kind: abstract(kind) for kind in (numbers.Number, numbers.Real, numpy.floating, numpy.number)},
}
ORIGINALS = {id(ours): users for users, ours in OWN.items()}


class LibraryView:
    """A view of a Python, NumPy or SciPy module, with replacements, for one call of a lifted function."""

    def __init__(self, module: ModuleType) -> None:
        self.__dict__.update(_module=module)

    def __getattr__(self, name: str) -> Any:
        found = self.__dict__[name] = stand_in_of(getattr(self._module, name))
        return found

    def __setattr__(self, name: str, value: Any) -> None:
        raise TypeError(f"lift: f sets {self._module.__name__}.{name}, which is outside of f")

    def __repr__(self) -> str:
        return repr(self._module)


FOREIGN = {"jax", "matplotlib", "numba", "pandas", "torch"}  # too large to be read, and not on plain numbers


def is_foreign(module: str | None) -> bool:
    """Whether a module's functions stay unchanged; those of `statistics` are plain Python, and are read."""
    if module == "statistics":
        return False
    return is_library(module) or (module or "").partition(".")[0] in FOREIGN


VIEWED = {
    "builtins", "copy", "dataclasses", "functools", "math", "numbers", "numpy", "numpy.fft", "numpy.linalg", "scipy",
}  # fmt: skip


def stand_in_of(x: Any) -> Any:
    """The replacement for x, of any library; x itself if there is none."""
    if type(x) is ModuleType:
        return LibraryView(x) if x.__name__ in VIEWED or x.__name__.startswith("scipy.") else x
    if isinstance(x, (BuiltinFunctionType, FunctionType, type)):
        found = OWN.get(x)
        if found is not None:
            return found
    if type(x) is numpy.vectorize:  # of a user's function, which the reader lifts
        return x
    home = getattr(x, "__module__", None) or ""
    is_function = callable(x) and hasattr(x, "__name__") and not isinstance(x, type)  # not a Polynomial
    if isinstance(x, numpy.ufunc) or (home.startswith("numpy") and is_function):
        return numpy_names.function(x)
    if home.startswith("scipy."):
        return _of_scipy(x)
    return x


AS_NUMPYS = {"det", "inv", "norm", "solve"}  # functions of `scipy.linalg`


def _of_scipy(x: Any) -> Any:
    name = getattr(x, "__name__", "")
    if name in numpy_names.SPECIAL and getattr(sys.modules.get("scipy.special"), name, None) is x:
        return numpy_names.SPECIAL[name]
    if (getattr(x, "__module__", None) or "").startswith("scipy.interpolate"):
        return interpolator(x)
    if name in AS_NUMPYS and x.__module__.startswith("scipy.linalg"):
        return as_numpys(x, numpy_names.function(getattr(numpy.linalg, name)))
    if (x.__module__.startswith("scipy.sparse") or not isinstance(x, type)) and callable(x) and name:
        return on_floats(x)
    if x is getattr(sys.modules.get("scipy.stats"), "norm", None):
        return numpy_names.NORM
    return Distribution(x) if hasattr(x, "rvs") and not isinstance(x, type) else x

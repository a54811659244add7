"""SciPy's interpolators in lifted code: piecewise polynomials whose coefficients are plain numbers."""

from __future__ import annotations

import functools
import importlib
import math
from types import FunctionType
from typing import Any

import numpy

from autograd.arrays import holding, lists
from autograd.arrays.axes import mapped
from autograd.arrays.calculus import polyval
from autograd.arrays.scalars import choose, either
from autograd.lifting.stand_ins.numpy_names import entered
from autograd.lifting.stand_ins.python_names import is_lifted
from autograd.lifting.stand_ins.scipy_names import on_floats
from autograd.primitives.operators import core


def interpolator(x: Any) -> Any:
    """The replacement for a class, a function or an object of `scipy.interpolate`."""
    if isinstance(x, (type, FunctionType)):
        return functools.wraps(x)(lambda *args, **named: interpolator(on_floats(x)(*args, **named)))
    scipys = importlib.import_module("scipy.interpolate")
    if isinstance(x, scipys.BSpline) and numpy.ndim(x.c) == 1:
        return Spline(x, scipys.PPoly.from_spline(x))
    if isinstance(x, scipys.PPoly) and x.c.ndim == 2:
        return Spline(x, x)
    return on_floats(x.__call__) if callable(x) else x


class Spline:
    """A piecewise polynomial; at a breakpoint it has the slope on its right."""

    def __init__(self, original: Any, pieces: Any) -> None:
        self._original, self._pieces = original, pieces

    def __call__(self, x: Any, nu: int = 0, extrapolate: Any = None) -> Any:
        numbers = numpy.asarray(entered(x), dtype=object)
        if not any(map(is_lifted, numbers.flat)):
            return self._original(x, nu, extrapolate)
        if nu:
            return self.derivative(nu)(x, 0, extrapolate)
        beyond = self._pieces.extrapolate if extrapolate is None else extrapolate
        found = mapped(lambda v: self._at(v, beyond), numbers)
        return holding(found) if numpy.ndim(found) else found

    def _at(self, v: Any, beyond: Any) -> Any:
        """The value at a number; if not `beyond`, it is NaN outside of the breakpoints."""
        breaks = self._pieces.x.tolist()
        first, last = breaks[0], breaks[-1]
        if beyond == "periodic":
            v = first + (v - first) % (last - first)
        if not lists.is_traced([v]):
            place = numpy.searchsorted(breaks, core(v), side="right") - 1
            found = self._piece(min(max(int(place), 0), len(breaks) - 2), v)
        else:
            found = self._piece(len(breaks) - 2, v)
            for i in reversed(range(len(breaks) - 2)):
                found = choose(v < breaks[i + 1], self._piece(i, v), found)
        return found if beyond else choose(either(v < first, v > last), math.nan, found)

    def _piece(self, i: int, v: Any) -> Any:
        return polyval(self._pieces.c[:, i], v - float(self._pieces.x[i]))

    def integrate(self, a: Any, b: Any, extrapolate: Any = None) -> Any:
        """The integral from a to b."""
        whole = self.antiderivative()
        return whole(b, 0, extrapolate) - whole(a, 0, extrapolate)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._original, name)
        if name in ("derivative", "antiderivative"):
            return lambda *order: interpolator(found(*order))
        return on_floats(found) if callable(found) else found

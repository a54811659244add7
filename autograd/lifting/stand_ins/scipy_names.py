"""SciPy functions that lifted code does not replace: they compute on floats, and errors say what to write instead."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

import numpy

from autograd.arrays import ScalarArray
from autograd.arrays.axes import as_plain, plain
from autograd.arrays.scalar_array import each_part
from autograd.lifting.stand_ins.plain import is_plain_call
from autograd.refusals import LOST, OF_OBJECTS, TraceError, is_tracing, note, refusing

NEWTON = "find it on the plain numbers, autograd.detach(x), then take one step of Newton's method"
INSTEAD = {
    "bisect brentq brenth fsolve newton ridder root root_scalar toms748": f"For a root, {NEWTON} on f(x) = 0",
    "least_squares minimize minimize_scalar": f"For a minimum, {NEWTON} on grad(f)(x) = 0",
    "curve_fit leastsq": f"For a minimum, {NEWTON} on the gradient of the squared error",
    "dblquad fixed_quad quad quad_vec tplquad": "For an integral, sum over nodes: np.polynomial.legendre.leggauss",
    "odeint solve_bvp solve_ivp": "For a differential equation, write the steps of a Runge–Kutta method in a loop",
    "cumulative_trapezoid simpson trapezoid": "For an integral, use np.trapezoid or np.cumsum",
    "Akima1DInterpolator CubicSpline PchipInterpolator": (
        "Its data are plain numbers, only the point may carry a derivative: for data of Values use np.interp"
    ),
    "RegularGridInterpolator UnivariateSpline interp1d": "Use np.interp, or CubicSpline, which is differentiated",
    "eigh eigvalsh lstsq qr": "Use NumPy's function of that name, np.linalg.qr",
    "expm": "Write out its series, or scale A and square the result",
    "cho_factor cho_solve solve_banded solve_toeplitz solve_triangular spsolve": "Use np.linalg.solve",
    "lu pinv svd svdvals": "Use np.linalg.solve, qr or eigh",
    "bsr_array bsr_matrix coo_array coo_matrix csc_array csc_matrix csr_array csr_matrix diags dia_matrix lil_matrix": (
        "Make the matrix dense, as np.diag does"
    ),
    "filtfilt lfilter sosfilt": "Write its recursion in a loop, or np.convolve with its impulse response",
    "convolve fftconvolve oaconvolve": "Use np.convolve",
    "dct dst fft ifft rfft irfft": "Multiply by the matrix of its cosines and sines",
    "gaussian_filter1d uniform_filter1d convolve1d correlate1d": "Use np.convolve with its weights",
}
ALTERNATIVES = {name: text for names, text in INSTEAD.items() for name in names.split()}


# The errors that SciPy raises for an argument that holds a Value; C code that ignored one raises a SystemError.
OF_ARGUMENTS = (TypeError, ValueError, AttributeError, SystemError, NotImplementedError, RuntimeError)


def as_floats(x: Any) -> Any:
    """Convert an array that f made, such as np.eye(3), to floats for SciPy if it holds no Value."""
    return as_plain(x.view(numpy.ndarray)) if isinstance(x, ScalarArray) and plain(x) else x


def on_floats(function: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a function of floats: a number that carries derivatives raises a TypeError that names the function.

    >>> from scipy.optimize import bisect
    >>> from autograd import grad, lift
    >>> grad(lift(lambda a: bisect(lambda t: t * t - a, 0.0, 3.0)))(2.0)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    TypeError: scipy.optimize.bisect computes on floats, and a gradient would be lost. For a root, find it ...
    """

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            args, kwargs = each_part(as_floats, args), each_part(as_floats, kwargs)
            called = functools.partial(function, *args, **kwargs)
            return refusing(called) if is_tracing() else called()
        except Exception as error:  # of any kind: a lost derivative may lie behind it
            data = [x for x in (*args, *kwargs.values()) if not callable(x)]
            by_data = isinstance(error, OF_ARGUMENTS) and not is_plain_call(function, data, {})
            if not (by_data or _is_lost(error)):
                raise
        raise _refusal(function)

    return guarded


def as_numpys(function: Callable[..., Any], numpys: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of `scipy.linalg`, or NumPy's, with fewer options, if a number carries derivatives."""

    @functools.wraps(function)
    def either(*args: Any, **options: Any) -> Any:
        if is_plain_call(function, args, options):
            return function(*args, **options)
        return numpys(*args, **options)

    return either


class Distribution:
    """A distribution of `scipy.stats` that lifted code does not replace: its methods compute on floats."""

    def __init__(self, distribution: Any) -> None:
        self._distribution = distribution

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._distribution, name)
        return on_floats(found) if callable(found) else found

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return Distribution(self._distribution(*args, **kwargs))


OF_LOST = (LOST, "'Value' object", "'NumPyValue' object", "array of floats", *OF_OBJECTS)


def _is_lost(error: BaseException | None) -> bool:
    """Whether the error, or one that caused it, comes from a number that carries derivatives."""
    while error is not None:
        text = str(error)
        if isinstance(error, TraceError) or any(part in text for part in OF_LOST):
            return True
        error = error.__cause__ or error.__context__
    return False


def _public_home(function: Any) -> str:
    """The module from which users import a function: `scipy.integrate` if `scipy.integrate._ivp.ivp` defines it."""
    parts, name = function.__module__.split("."), function.__name__
    homes = [".".join(parts[: k + 1]) for k in range(len(parts))]
    for home in homes:
        if getattr(getattr(sys.modules.get(home), name, None), "__module__", None) == function.__module__:
            return home
    return ".".join(part for part in parts if not part.startswith("_"))


def _refusal(function: Any) -> TypeError:
    """Return the error, which is also noted, so that no `except` in a traced function can hide it."""
    home = _public_home(function)
    owner = getattr(function, "__self__", None)  # of a method: a distribution, frozen or not
    own = type(owner).__name__ if function.__name__ == "__call__" else function.__name__
    name = ".".join(filter(None, [getattr(getattr(owner, "dist", owner), "name", ""), own]))
    advice = ALTERNATIVES.get(own, "Write it with functions that differentiate")
    error = TypeError(f"{home}.{name} computes on floats, and a {LOST}. {advice}")
    note(error)
    return error

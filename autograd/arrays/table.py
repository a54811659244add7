"""The table of NumPy functions other than ufuncs, each with its replacement, and the refusals of all others."""

from __future__ import annotations

from collections.abc import Callable

from autograd.refusals import COPY, lifting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

IMPLEMENTATIONS: dict[Any, Callable[..., Any]] = {}  # by NumPy function: its replacement, on bare arrays

# The refused functions, and what to write instead.
INSTEAD = {
    "gcd lcm bitwise_count left_shift right_shift packbits unpackbits": "it is of whole numbers",
    "nextafter spacing frexp": "it has no derivative; take it of the plain numbers, by autograd.detach(x)",
    "bincount": "it counts; for sums of x by place use weights=x, or np.add.at(np.zeros(n), places, x)",
    "histogram histogram2d histogramdd histogram_bin_edges unique unique_all unique_counts "
    "unique_inverse unique_values intersect1d setdiff1d setxor1d union1d isin": (
        "it counts, and its derivative is 0; take it of plain numbers, x.data of each"
    ),
    "eig eigvals": "eigenvalues may be complex; for a symmetric matrix use np.linalg.eigh or eigvalsh",
    "fft ifft rfft irfft fft2 ifft2 fftn": "it gives complex numbers; take the products with cosines and sines",
    "roots": "find a root of the plain numbers, then take one step of Newton's method on Values",
    "polyfit": "use np.linalg.lstsq(np.vander(x, degree + 1), y)",
    "argpartition": "use np.argsort(x)",
    "lexsort": "use np.argsort(x)",
    "einsum_path": "leave it out, np.einsum needs no path here",
    "angle iscomplex sort_complex": "numbers here are real: leave out the call",
    "save savez savez_compressed savetxt": "save the plain numbers: np.array([v.data for v in x])",
    "apply_over_axes": "call the function once for each axis",
    "tensorsolve tensorinv": "reshape to matrices, and use np.linalg.solve or inv",
}
ALTERNATIVES = {name: text for names, text in INSTEAD.items() for name in names.split()}


def implements(*functions: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function of bare arrays as the replacement for these NumPy functions."""

    def declare(ours: Callable[..., Any]) -> Callable[..., Any]:
        for function in functions:
            IMPLEMENTATIONS[function] = ours
        return ours

    return declare


def no_value(array: Any, before: str = "") -> TypeError:
    """The error for writing a Value into an array of plain numbers."""
    remedy = COPY if lifting.get() else "make it with dtype=object, or let autograd.lift(f) make it so"
    return TypeError(f"{before}an array of {array.dtype} takes no Value: {remedy}")


def refused(function: Any) -> TypeError:
    """The error for a NumPy function that takes no Values, with what to write instead."""
    name = function.__name__
    home = (getattr(function, "__module__", None) or "numpy").replace("numpy", "np", 1) + "."
    advice = ALTERNATIVES.get(name, "write it with functions that do, or take it of the plain numbers, x.data of each")
    return TypeError(f"{home}{name} is not supported on arrays of Values: {advice}")

"""What `lift` cannot reach is refused in words, and libraries that compute on floats say what to write instead."""

import math
import operator
from enum import Enum
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, interpolate, linalg, ndimage, optimize, signal, sparse, special, stats
from scipy.spatial import distance

from autograd import compile, grad, jvp, lift


def deletes(x: Any) -> Any:
    global temporary
    temporary = x
    del temporary
    return x


def stores(x: Any) -> Any:
    y = DATA.copy()
    y[0] = x
    return y.sum()


class Side(Enum):
    UP = 1

    def at(self, x: Any) -> Any:
        return math.exp(x)


DATA = np.array([1.0, 2.0])
REFUSED: list[tuple[Any, str]] = [
    (lift(lambda x: Side.UP.at(x)), "use autograd.exp.* since autograd.lift does not reach this code"),
    (lift(deletes), "deletes the global name temporary: assign None"),
    (lift(lambda x: setattr(math, "tau", x)), "outside of f"),
    (lambda x: lift(3.0), "f must be a function"),
    (lift(lambda x: np.array([1, 2]).__setitem__(0, x)), "is not an int"),
    (lift(stores), r"takes no Value: copy it with np\.array\(x\)"),
    (lift(lambda x: operator.isub(DATA.copy(), x)), r"takes no Value: copy it with np\.array\(x\)"),
    (lift(lambda x: np.copyto(DATA.copy(), x)), r"takes no Value: copy it with np\.array\(x\)"),
    (lift(lambda x: np.fft.fft([x, 1.0])), "np.fft.fft is not supported .* cosines"),
    (lift(lambda x: integrate.quad(lambda t: x * t, 0, 1)[0]), "scipy.integrate.quad .* nodes"),
    (lift(lambda x: optimize.brentq(lambda t: t - x, 0, 2)), "scipy.optimize.brentq .* Newton"),
    (lift(lambda x: optimize.minimize(lambda t: (t[0] - x) ** 2, [0.0]).x[0]), "scipy.optimize.minimize .* Newton"),
    (lift(lambda x: linalg.svdvals([[x, 1.0], [1.0, x]])[0]), "scipy.linalg.svdvals computes on floats"),
    (lift(lambda x: stats.skew([x, 1.0, 2.0])), "scipy.stats.skew computes on floats"),
    (lift(lambda x: stats.expon.pdf(0.5, scale=x)), "scipy.stats.expon.pdf computes on floats"),
    (lift(lambda x: stats.t(4.0).logpdf(x)), "scipy.stats.t.logpdf computes on floats"),
    (lift(lambda x: distance.cdist([[x, 1.0]], [[0.0, 0.0]])[0, 0]), "scipy.spatial.distance.cdist computes on floats"),
    (lift(lambda x: interpolate.interp1d([0.0, 2.0], [1.0, 3.0])(x)), "scipy.interpolate.interp1d .* CubicSpline"),
    (lift(lambda x: interpolate.CubicSpline([0.0, 2.0], [1.0, x])(1.0)), "CubicSpline .* plain numbers"),
    (lift(lambda x: optimize.fsolve(lambda t: t - x, 0.0)[0]), "scipy.optimize.fsolve .* Newton"),
    (lift(lambda x: signal.lfilter([1.0], [1.0, -0.5], [x, 1.0])[1]), "scipy.signal.lfilter .* in a loop"),
    (lift(lambda x: sparse.csr_matrix([[x, 1.0]]).sum()), "csr_matrix .* dense"),
    (lift(lambda x: optimize.minimize_scalar(lambda t: (t - x) ** 2).x), "scipy.optimize.minimize_scalar .* Newton"),
]


@pytest.mark.parametrize(("f", "message"), REFUSED)
def test_what_is_refused_says_why(f: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        grad(f)(1.0)


# SciPy's functions that call one of the user's: each is named as users import it, with what to write instead.
CALLING: dict[str, tuple[Any, str]] = {
    "integrate.solve_ivp": (lambda x: integrate.solve_ivp(lambda t, y: -x * y, (0, 1), [1.0]).y[0, -1], "Runge"),
    "integrate.odeint": (lambda x: integrate.odeint(lambda y, t: -x * y, 1.0, [0.0, 1.0])[1, 0], "Runge"),
    "integrate.quad": (lambda x: integrate.quad(lambda t: t * x, 0, 1)[0], "leggauss"),
    "integrate.quad_vec": (lambda x: integrate.quad_vec(lambda t: t * x, 0, 1)[0], "leggauss"),
    "integrate.dblquad": (lambda x: integrate.dblquad(lambda a, b: a * x, 0, 1, 0, 1)[0], "leggauss"),
    "optimize.brentq": (lambda x: optimize.brentq(lambda t: t - x, 0, 2), "Newton"),
    "optimize.fsolve": (lambda x: optimize.fsolve(lambda t: t - x, 0.5)[0], "Newton"),
    "optimize.root": (lambda x: optimize.root(lambda t: t - x, 0.5).x[0], "Newton"),
    "optimize.root_scalar": (lambda x: optimize.root_scalar(lambda t: t - x, bracket=(0, 2)).root, "Newton"),
    "optimize.minimize": (lambda x: optimize.minimize(lambda t: (t[0] - x) ** 2, [0.0]).x[0], "Newton"),
    "optimize.minimize_scalar": (lambda x: optimize.minimize_scalar(lambda t: (t - x) ** 2).x, "Newton"),
    "optimize.least_squares": (lambda x: optimize.least_squares(lambda t: t - x, [0.5]).x[0], "Newton"),
    "optimize.curve_fit": (lambda x: optimize.curve_fit(lambda t, a: a * t * x, [1.0, 2], [1.0, 2])[0][0], "Newton"),
}


@pytest.mark.parametrize("name", CALLING)
@pytest.mark.parametrize("way", [grad, compile], ids=["grad", "compile"])
def test_a_function_of_scipys_is_named_as_it_is_imported(way: Any, name: str) -> None:
    f, advice = CALLING[name]
    with pytest.raises(TypeError, match=rf"^scipy\.{name} computes on floats.*{advice}"):
        way(lift(f))(0.7)


IN_LIBRARIES: list[Any] = [
    lambda x: np.linalg.svd(np.array([[x, 1.0], [1.0, x]]))[1][0],
    lambda x: np.fft.fft([x, 1.0]).real[0],
    lambda x: optimize.brentq(lambda t: t - x, 0, 2),
    lambda x: special.logsumexp([x, 1.0]),
    lambda x: pd.Series([x, 1.0]).mean(),
    lambda x: pd.Series([x, 1.0]).rolling(2).mean().iloc[-1],
    lambda x: (sparse.csr_matrix(np.eye(2)) @ np.array([x, 1.0]))[0],
    lambda x: np.isnan([x, 1.0])[0],
    lambda x: np.logaddexp([x, 1.0], 0.0)[0],
    lambda x: ndimage.gaussian_filter1d([x, 1.0], 1.0)[0],
    lambda x: linalg.solve([[x, 1.0], [1.0, 2.0]], [1.0, x])[0],
    lambda x: signal.lfilter([1.0], [1.0, -0.5], [x, 1.0])[1],
    lambda x: abs(x + 1j),
    lambda x: np.log(np.array([x, 1.0]))[0],
    lambda x: np.random.default_rng(0).normal(np.multiply(x, np.ones(2)))[0],
]
WAYS: list[Any] = [lambda f: grad(f)(1.0), lambda f: jvp(f, (1.0,), (1.0,)), lambda f: compile(f)(1.0)]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("f", IN_LIBRARIES)
def test_an_error_inside_a_library_says_what_to_do(f: Any, way: Any) -> None:
    with pytest.raises(Exception) as caught:  # each library has its own
        way(f)
    notes = [str(caught.value), *getattr(caught.value, "__notes__", [])]
    advice = (
        "lift(f)",
        "a draw has no",
        "where(condition",
        "x.to_numpy()",
        "M.toarray()",
        "keep the real and the imaginary part",
    )
    assert any(text in note for note in notes for text in advice)


def test_scipy_on_floats_is_its_own() -> None:
    assert lift(lambda x: x * stats.t(4.0).cdf(stats.expon.ppf(0.3)))(2.0) == 2.0 * stats.t.cdf(
        stats.expon.ppf(0.3), 4.0
    )
    assert list(grad(lift(lambda x: np.sum((sparse.csr_matrix(np.eye(2)) * 3.0).toarray() @ x)))(np.ones(2))) == [
        3.0,
        3.0,
    ]
    assert grad(lift(lambda x: x * ndimage.gaussian_filter(np.ones((3, 3)), 1.0)[1, 1]))(2.0) == pytest.approx(1.0)
    f = lift(lambda x: x * optimize.brentq(lambda t: t * t - 2.0, 0.0, 2.0))
    assert grad(f)(3.0) == compile(f).value_and_grad(3.0)[1] == optimize.brentq(lambda t: t * t - 2.0, 0.0, 2.0)
    with pytest.raises(ValueError, match="different signs"):
        grad(lift(lambda x: x * optimize.brentq(lambda t: t * t + 2.0, 0.0, 2.0)))(3.0)

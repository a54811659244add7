"""How many digits the models get right, against NIST's certified values and exact references; how long fits take."""

import json
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import least_squares
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

import nn
from autograd import compile, exp, jacobian
from benchmarks import first_fits, fits

FOLDER = Path(__file__).parent / "data" / "nist"


class Certified(NamedTuple):
    """A NIST data set: rows, certified parameters, and two starting points if it is nonlinear."""

    X: Any
    y: Any
    parameters: list[float]
    starts: list[list[float]]


def certified(name: str) -> Certified:
    """Load the set of this name."""
    facts = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    table = np.loadtxt(FOLDER / f"{name}.csv", delimiter=",", skiprows=1)
    return Certified(table[:, 1:], table[:, 0], facts["certified"]["values"], [facts["start1"], facts["start2"]])


def digits(got: Any, wanted: Any) -> float:
    """The number of digits in which all numbers agree: -log₁₀ of the largest relative error, NIST's LRE."""
    return float(-np.log10(max(np.max(np.abs(np.asarray(got) / np.asarray(wanted) - 1)), 1e-16)))


# --- NIST

LINEAR = {"Norris": 12, "Longley": 10}  # target digits

NONLINEAR: dict[str, tuple[int, Callable[[Sequence[Any], Any], Any]]] = {
    "Misra1a": (9, lambda b, x: b[0] * (1 - exp(-b[1] * x))),
    "Thurber": (
        7,
        lambda b, x: (b[0] + b[1] * x + b[2] * x**2 + b[3] * x**3) / (1 + b[4] * x + b[5] * x**2 + b[6] * x**3),
    ),
}


def linear(name: str) -> float:
    """The digits of LinearRegression's exact solver."""
    X, y, parameters, _ = certified(name)
    model = nn.LinearRegression().fit(X, y)
    return digits([model.intercept_, *model.coef_], parameters)


JACOBIANS: dict[str, Callable[..., Any]] = {"the engine's": jacobian, "a compiled": lambda f: compile(f).jacobian}


def nonlinear(name: str, start: int, which: str) -> float:
    """The digits of SciPy's solver with one of these Jacobians, from one of the two starting points."""
    X, y, parameters, starts = certified(name)
    model = NONLINEAR[name][1]

    def residuals(b: Sequence[Any]) -> Any:
        return np.array([model(b, x) - yi for x, yi in zip(X[:, 0].tolist(), y.tolist())])

    found = least_squares(
        lambda b: residuals(b.tolist()), starts[start], jac=JACOBIANS[which](residuals),
        method="lm", x_scale=1.0, xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=1000,
    )  # fmt: skip
    return digits(found.x, parameters)


# --- classifiers


def logistic(l2: float) -> float:
    """The largest coefficient difference from scikit-learn, both converged, on standardised data."""
    X, y = load_breast_cancer(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    strength = 1 / (l2 * len(X))
    reference = LogisticRegression(C=strength, solver="newton-cholesky", tol=1e-14, max_iter=1000).fit(X, y)
    model = nn.LogisticRegression(l2=l2).fit(X, y)
    apart = [model.coef_ - reference.coef_, model.intercept_ - reference.intercept_]
    return max(float(np.max(np.abs(difference))) for difference in apart)


def moments(X: Any, y: Any, covariance: str) -> tuple[Any, Any]:
    """Maximum-likelihood means and covariances, computed in Fractions."""
    groups = [[[Fraction(v) for v in x] for x in X[y == k].tolist()] for k in np.unique(y)]
    means = [[sum(column) / len(rows) for column in zip(*rows)] for rows in groups]
    d = range(X.shape[1])
    scatters = [
        [[sum((r[i] - m[i]) * (r[j] - m[j]) for r in rows) for j in d] for i in d] for rows, m in zip(groups, means)
    ]
    if covariance == "shared":
        found: Any = [[sum(scatter[i][j] for scatter in scatters) / len(X) for j in d] for i in d]
    else:
        found = [[[v / len(rows) for v in row] for row in scatter] for rows, scatter in zip(groups, scatters)]
    return np.array(means, dtype=float), np.array(found, dtype=float)


def gaussian(covariance: str, solver: str) -> float:
    """The largest error of a mean or a covariance, in standard deviations, against exact arithmetic."""
    X, y = load_iris(return_X_y=True)
    means, covariances = moments(X, y, covariance)
    model = nn.GaussianClassifier(covariance=covariance, solver=solver).fit(X, y)
    spread = np.sqrt(np.diagonal(covariances, axis1=-2, axis2=-1))
    apart = (model.covariance_ - covariances) / (spread[..., :, np.newaxis] * spread[..., np.newaxis, :])
    return max(float(np.max(np.abs((model.means_ - means) / spread))), float(np.max(np.abs(apart))))


def main() -> None:
    """Print the table."""
    print("digits that all parameters have right")
    for name, least in LINEAR.items():
        print(f"    {name}, linear, exact: {linear(name):.1f}, target ≥ {least}")
    for name, (least, _) in NONLINEAR.items():
        for which in JACOBIANS:
            both = ", ".join(f"{nonlinear(name, start, which):.1f}" for start in (0, 1))
            print(f"    {name}, nonlinear, by {which} Jacobian, from both starts: {both}, target ≥ {least}")
    print("logistic regression, breast cancer data, standardised: largest difference of a coefficient")
    for l2 in (1.0, 0.01, 1e-4):
        print(f"    l2 = {l2:g}: {logistic(l2):.1e}, target ≤ 1e-08")
    print("Gaussian classifier, iris data: largest error of a mean or covariance, in standard deviations")
    for solver, most in (("exact", 1e-12), ("gradient ascent", 1e-6)):
        for covariance in ("shared", "separate"):
            print(f"    {solver}, {covariance} covariance: {gaussian(covariance, solver):.1e}, target ≤ {most:.0e}")
    fits.main()
    first_fits.main()

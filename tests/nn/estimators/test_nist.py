"""NIST's certified values: linear by LinearRegression, nonlinear by the engine's Jacobian in SciPy's solver."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import least_squares

from autograd import exp, jacobian
from nn import LinearRegression

FOLDER = Path(__file__).parents[2] / "data" / "nist"


def certified(name: str) -> tuple[dict, np.ndarray, np.ndarray]:
    """What NIST says of a set, its predictors and its y."""
    facts = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    table = np.loadtxt(FOLDER / f"{name}.csv", delimiter=",", skiprows=1)
    assert table.shape == (facts["n_obs"], 1 + len(facts["predictors"]))
    return facts, table[:, 1:], table[:, 0]


def digits(got, wanted) -> float:
    """The number of digits that all agree in: -log₁₀ of the largest relative error, NIST's LRE."""
    return -np.log10(max(np.max(np.abs(np.asarray(got) / np.asarray(wanted) - 1)), 1e-16))


@pytest.mark.parametrize(("name", "least"), [("Norris", 12), ("Longley", 10)])
def test_linear_regression_has_the_certified_digits(name: str, least: float) -> None:
    facts, X, y = certified(name)
    model = LinearRegression().fit(X, y)
    assert digits([model.intercept_, *model.coef_], facts["certified"]["values"]) >= least
    assert digits(np.sum((y - model.predict(X)) ** 2), facts["certified"]["rss"]) >= 9


MODELS = {
    "Misra1a": (9, lambda b, x: b[0] * (1 - exp(-b[1] * x))),
    "Thurber": (
        7,
        lambda b, x: (b[0] + b[1] * x + b[2] * x**2 + b[3] * x**3) / (1 + b[4] * x + b[5] * x**2 + b[6] * x**3),
    ),
}


@pytest.mark.parametrize("start", ["start1", "start2"])
@pytest.mark.parametrize("name", MODELS)
def test_nonlinear_least_squares_by_the_engines_jacobian(name: str, start: str) -> None:
    least, model = MODELS[name]
    facts, X, y = certified(name)

    def residuals(b):
        return np.array([model(b, x) - yi for x, yi in zip(X[:, 0].tolist(), y.tolist())])

    found = least_squares(
        lambda b: residuals(b.tolist()), facts[start], jac=jacobian(residuals),
        method="lm", x_scale="jac", xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=1000,
    )  # fmt: skip
    assert digits(found.x, facts["certified"]["values"]) >= least

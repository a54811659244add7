"""Searches in a basis that some of the rows tell: the minimum is that of all rows, and nothing copies them."""

import tracemalloc
import warnings

import numpy as np
import pytest

import nn
from nn.estimators.linear.whitened import whitened
from tests.nn.estimators.rows import drawn, outlier

ROWS, COLUMNS = 8000, 4


KINDS = {
    "as drawn": lambda X, z, y: (X, y),
    "off 0": lambda X, z, y: (X + 5, y),
    "far from 0": lambda X, z, y: (X + 1e6, y),
    "of many scales": lambda X, z, y: (X * [1e-6, 1.0, 1e3, 1e9], y),
    "a constant": lambda X, z, y: (X * [1, 1, 1, 0] + [0, 0, 0, 7], y),
    "collinear": lambda X, z, y: (X @ [[1, 0, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0], [0, 0, 0, 1]], y),
    "in order": lambda X, z, y: (X[np.argsort(z)], y[np.argsort(z)]),
    "rare class": lambda X, z, y: (X, z > np.quantile(z, 0.999)),
    "rare values": lambda X, z, y: ((X > 2).astype(float), y),
    "an outlier that some rows show": lambda X, z, y: (outlier(X, (16, 0), 1e6), y),
    "an outlier that they do not show": lambda X, z, y: (outlier(X, (1, 0), 1e6), y),
    "one class in the rows that tell": lambda X, z, y: (X, y & (np.arange(ROWS) % 16 > 0)),
}
OUT = ("far from 0", "a constant", "collinear", "an outlier that they do not show")  # no such basis


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("weigh", [False, True])
def test_the_minimum_is_that_of_all_rows(kind, weigh) -> None:
    X, y = KINDS[kind](*drawn(ROWS))
    weights = np.random.default_rng(1).uniform(0, 1, size=ROWS) if weigh else None
    losses = []
    for solver in ("lbfgs", "newton"):
        model = nn.LogisticRegression(l2=1e-3, solver=solver).fit(X, y, sample_weight=weights)
        losses.append(model.objective_.value(model.theta_, X, y.astype(float)))
    assert losses[0] == pytest.approx(losses[1], rel=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_a_basis_unless_rounding_or_an_outlier_speaks_against_it(kind) -> None:
    X, y = KINDS[kind](*drawn(ROWS))
    model = nn.LogisticRegression(l2=1e-3).fit(X, y)
    found = whitened(model.objective_, np.zeros(COLUMNS + 1), X, y.astype(float))
    assert (found is None) == (kind in OUT)


@pytest.mark.parametrize("kind", ["as drawn", "off 0", "of many scales", "in order"])
def test_the_hessian_at_the_minimum_is_about_the_unit_matrix(kind) -> None:
    X, y = KINDS[kind](*drawn(ROWS))
    model = nn.LogisticRegression(l2=1e-3).fit(X, y)
    turned, start = whitened(model.objective_, np.zeros(COLUMNS + 1), X, y.astype(float))
    hessian = turned.turn @ model.objective_.hessian(model.theta_, X, y.astype(float)) @ turned.turn.T
    assert np.all(np.abs(np.linalg.eigvalsh(hessian) - 1) < 0.5)
    assert turned.weights(turned.coordinates(start)) == pytest.approx(start, rel=1e-9)


def test_more_columns_than_rows_need_no_matrix_of_columns_by_columns() -> None:
    X = np.random.default_rng(0).normal(size=(60, 3000))
    model = nn.LogisticRegression(l2=1.0, solver="lbfgs").fit(X[:5], [0, 1, 0, 1, 1])
    tracemalloc.start()
    model.fit(X, np.arange(60) % 2)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * X.nbytes


def test_the_rows_are_not_copied() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100_000, 20))
    y = X @ rng.normal(size=20) + rng.logistic(size=len(X)) > 0
    nn.LogisticRegression().fit(X, y)  # compiles
    tracemalloc.start()
    nn.LogisticRegression().fit(X, y)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < X.nbytes / 2


@pytest.mark.parametrize("kind", ["as drawn", "off 0", "far from 0"])
def test_a_warm_start_begins_where_the_last_fit_ended(kind) -> None:
    X, y = KINDS[kind](*drawn(ROWS))
    model = nn.LogisticRegression(l2=1e-3, solver="lbfgs", warm_start=True).fit(X, y)
    first, steps = model.history_[-1], model.n_iter_
    model.fit(X, y)
    assert model.history_[0] == pytest.approx(first, rel=1e-9)
    assert model.n_iter_ < steps


@pytest.mark.parametrize("solver", ["lbfgs", "newton"])
def test_separable_rows_are_told(solver) -> None:
    X, z, _ = drawn(ROWS)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        nn.LogisticRegression(solver=solver).fit(X, z > 0)
    assert "every row is on its own side" in str(told[0].message)


@pytest.mark.parametrize("solver", ["auto", "lbfgs"])
@pytest.mark.parametrize("offset", [0.0, 175.0])
@pytest.mark.parametrize("weight", [40.0, 400.0])
def test_a_direction_that_an_outlier_makes_flat_is_told(solver, offset, weight) -> None:
    X, _, y = drawn(ROWS)
    X, weights = X + offset, np.ones(ROWS)
    X[1, 2], y[1], weights[1] = 1e9, True, weight
    losses = []
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for name in ("newton", solver):
            model = nn.LogisticRegression(solver=name, fit_intercept=False).fit(X, y, sample_weight=weights)
            losses.append(model.history_[-1])
    known = any("solver='newton' reaches it" in str(warning.message) for warning in told)
    assert known or losses[1] <= losses[0] * (1 + 1e-9)

"""The largest margin of many rows: those far from it are set aside, and the duality gap is that of all rows."""

import numpy as np
import pytest

import nn
from nn.estimators.linear import margins
from tests.nn.estimators.rows import drawn, outlier

ROWS = 6000


KINDS = {
    "as drawn": lambda X, z, y: (X, y),
    "off 0": lambda X, z, y: (X + 50, y),
    "in order": lambda X, z, y: (X[np.argsort(z)], y[np.argsort(z)]),
    "separable": lambda X, z, y: (X, z > 0),
    "separable, a wide margin": lambda X, z, y: (X[np.abs(z) > 2], z[np.abs(z) > 2] > 0),
    "nearly separable": lambda X, z, y: (X, (z > 0) ^ (np.arange(ROWS) % 997 == 5)),
    "no order at all": lambda X, z, y: (X, np.random.default_rng(1).random(ROWS) < 0.5),
    "rare class": lambda X, z, y: (X, z > np.quantile(z, 0.999)),
    "a row of one class": lambda X, z, y: (X, np.arange(ROWS) == 17),
    "one class in the rows that tell": lambda X, z, y: (X, y & (np.arange(ROWS) % 16 > 0)),
    "an outlier": lambda X, z, y: (outlier(X, 1, 1e3), y),
    "an outlier that some rows show": lambda X, z, y: (outlier(X, 16, 1e3), y),
    "alike": lambda X, z, y: (np.round(X), y),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("l2", [1e-4, 1e-2, 1.0, 100.0])
@pytest.mark.parametrize("weigh", [False, True])
def test_the_gap_of_all_rows_is_closed(kind, l2, weigh) -> None:
    X, y = KINDS[kind](*drawn(ROWS))
    weights = np.random.default_rng(1).uniform(0.1, 1, size=len(X)) if weigh else np.ones(len(X))
    model = nn.LinearSVM(l2=l2).fit(X, y, sample_weight=weights)
    signs, shares = 2.0 * y - 1.0, weights / weights.sum()
    z = X @ model.coef_[0] + model.intercept_[0]
    loss = shares @ np.maximum(0, 1 - signs * z) + l2 / 2 * np.sum(model.coef_**2)
    pulls = model.dual_coef_[0] / len(y)
    A = X - X.mean(axis=0)
    bound = np.sum(np.abs(pulls)) - np.sum((pulls @ A) ** 2) / (2 * l2)
    assert np.all(signs * pulls >= 0)
    assert np.all(np.abs(pulls) <= shares * (1 + 1e-12))
    assert abs(np.sum(pulls)) <= 1e-11 * np.sum(np.abs(pulls))
    assert loss == pytest.approx(bound, rel=1e-9, abs=1e-12)


def test_most_rows_are_looked_at_in_few_steps(monkeypatch) -> None:
    rows = []

    def counted(problem, *rest):
        found = interior(problem, *rest)
        rows.append(len(problem.B) * found.steps)
        return found

    interior = margins._interior
    monkeypatch.setattr(margins, "_interior", counted)
    X, _, y = drawn(ROWS)
    nn.LinearSVM(l2=0.01).fit(X, y)
    many = sum(rows)
    rows.clear()
    monkeypatch.setattr(margins, "MANY", np.inf)
    nn.LinearSVM(l2=0.01).fit(X, y)
    assert many < 0.5 * sum(rows)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_at_last_as_few_rows_as_there_are_weights_are_on_their_margins(seed, fit_intercept) -> None:
    rng = np.random.default_rng(seed)
    n, d = rng.integers(20, 400), rng.integers(1, 12)
    X = rng.normal(size=(n, d))
    y = (X @ rng.normal(size=d) + rng.normal(size=n) > 0.3).astype(int)
    y[:2] = 0, 1
    model = nn.LinearSVM(l2=0.02, fit_intercept=fit_intercept).fit(X, y)
    pulls = np.abs(model.dual_coef_)
    assert np.sum((pulls > 0) & (pulls < 1)) <= d + fit_intercept
    assert model.gap_ <= 1e-12 * model.history_[0]


@pytest.mark.parametrize("places", [2, 3, 5])
@pytest.mark.parametrize("columns", [1, 2, 3])
@pytest.mark.parametrize("l2", [0.0, 1e-8])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.filterwarnings("ignore:not at the minimum")  # such a gap is told
def test_rows_that_are_alike_are_no_error(places, columns, l2, fit_intercept) -> None:
    for seed in range(5):
        rng = np.random.default_rng(seed)
        X = rng.integers(0, 2, size=(places, columns))[rng.integers(0, places, size=2100)].astype(float)
        y = X.sum(axis=1) + rng.logistic(size=len(X)) > 3.0 * (seed % 2)
        model = nn.LinearSVM(l2=l2, fit_intercept=fit_intercept).fit(X, y)
        z = X @ model.coef_[0] + model.intercept_[0]
        loss = np.mean(np.maximum(0, 1 - (2.0 * y - 1.0) * z)) + l2 / 2 * np.sum(model.coef_**2)
        assert loss == pytest.approx(model.history_[-1], rel=1e-9)
        assert loss <= 2 * min(np.mean(y), np.mean(~y)) * (1 + 1e-9) or not fit_intercept

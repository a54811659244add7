"""L1 and the elastic net: scikit-learn's weights, and the optimum by the conditions of Karush, Kuhn and Tucker."""

import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import ElasticNet

import nn
from tests.nn.estimators.test_optimum import SCENARIOS

REACHED = 1e-9  # relative to the least loss


def short(model, X, y) -> float:
    """How far a loss may be from its minimum, relative to it: by convexity, from the least subgradient.

    No best Σ|w| is more than the loss / λ₁. Columns are centred, as is exact for numbers without an offset.
    """
    objective, theta = model.objective_, model.theta_
    _, g = objective.smooth(theta, X, y)
    kinks, loss = objective.kinks, objective.value(theta, X, y)
    least = np.where(theta != 0, g + kinks * np.sign(theta), np.sign(g) * np.maximum(np.abs(g) - kinks, 0))
    return float((np.abs(least) @ np.abs(theta) + np.max(np.abs(least)[kinks > 0]) * loss / model.l1) / loss)


@pytest.mark.parametrize("name", [name for name in SCENARIOS if "1e6" not in name and "offset" not in name])
@pytest.mark.parametrize("l1", [1e-6, 1e-2, 1.0])
def test_weights_meet_the_conditions_of_the_optimum(name: str, l1: float) -> None:
    X, y, l2 = SCENARIOS[name]
    for model, target in (
        (nn.LinearRegression(l1=l1, l2=l2), y),
        (nn.LogisticRegression(l1=l1, l2=l2), y > np.mean(y)),
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            model.fit(X, target)
        assert short(model, X, target.astype(float)) < REACHED


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 1), st.floats(0.1, 1))
@settings(max_examples=15)
def test_the_elastic_net_is_scikit_learn_s_in_any_units(seed: int, alpha: float, ratio: float) -> None:
    rng = np.random.default_rng(seed)
    X, weight = rng.normal(size=(30, 8)) + 3, rng.uniform(size=30)
    y = X[:, 0] - 2 * X[:, 1] + rng.normal(size=30)
    theirs = ElasticNet(alpha=alpha, l1_ratio=ratio, tol=1e-13, max_iter=10**5).fit(X, y, sample_weight=weight)
    model = nn.LinearRegression(l1=2 * alpha * ratio, l2=2 * alpha * (1 - ratio)).fit(X, y, sample_weight=weight)
    np.testing.assert_allclose(model.coef_, theirs.coef_, atol=1e-9)
    assert ((model.coef_ == 0) == (theirs.coef_ == 0)).all()
    assert model.intercept_ == pytest.approx(theirs.intercept_, abs=1e-8)


def test_three_classes_share_columns_and_a_copy_knows_the_goodness() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 12))
    y = np.argmax(X[:, :3] + rng.gumbel(size=(80, 3)), axis=1)
    model = nn.LogisticRegression(l1=0.02).fit(X, y)
    assert short(model, X, y.astype(float)) < REACHED
    assert 0 < np.sum(model.coef_ == 0) < model.coef_.size
    copied = pickle.loads(pickle.dumps(model)).objective_
    assert (
        copied.value(model.theta_, X, y)
        == model.objective_.value(model.theta_, X, y)
        == pytest.approx(model.history_[-1])
    )


def test_all_weights_are_0_from_the_largest_slope_on() -> None:
    X, y, _ = SCENARIOS["λ = 0"]
    most = np.max(np.abs(2 * (X - X.mean(axis=0)).T @ (y - y.mean()) / len(y)))
    assert not nn.LinearRegression(l1=most * (1 + 1e-9)).fit(X, y).coef_.any()
    assert np.sum(nn.LinearRegression(l1=most * 0.999).fit(X, y).coef_ != 0) == 1


def test_it_says_what_does_not_go_with_it() -> None:
    for model, message in (
        (nn.LinearRegression(l1=0.1, solver="adam"), "l1 > 0 needs one of the solvers exact, auto, newton, got 'adam'"),
        (nn.LinearRegression(l1=-1.0), "l1 must be 0 or more and finite, got -1.0"),
    ):
        with pytest.raises(ValueError, match=message):
            model.fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 3.0])
    with pytest.warns(nn.ConvergenceWarning, match="no minimum within 1 steps: .* the next step promises"):
        nn.LogisticRegression(l1=0.01, max_iter=1).fit([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1])

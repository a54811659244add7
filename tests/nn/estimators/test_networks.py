"""Networks as estimators: what they consist of, what they can learn, and that a seed decides."""

from functools import partial

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits, load_iris

import nn

pytestmark = pytest.mark.filterwarnings("ignore:the loss still falls")


def test_a_classifier_predicts_by_the_softmax_of_its_network() -> None:
    X, y = load_iris(return_X_y=True)
    model = nn.MLPClassifier(hidden=(5, 4), activation="tanh", random_state=0, max_iter=20).fit(X, y)
    assert [len(layer.neurons) for layer in model.model_.layers] == [5, 4, 3]
    z = np.array([[v.data for v in model.model_(row)] for row in X[:5].tolist()])
    np.testing.assert_allclose(model.decision_function(X[:5]), z, rtol=1e-12)
    odds = np.exp(z)
    np.testing.assert_allclose(model.predict_proba(X[:5]), odds / odds.sum(axis=1, keepdims=True), rtol=1e-12)


def test_a_regressor_predicts_the_output_of_its_network() -> None:
    X = np.linspace(-1, 1, 20).reshape(-1, 1)
    model = nn.MLPRegressor(hidden=(3,), random_state=0, max_iter=5).fit(X, np.sin(3 * X.ravel()))
    np.testing.assert_allclose(model.predict(X), [model.model_(row).data for row in X.tolist()], rtol=1e-12)


@pytest.mark.parametrize("activation", ["relu", "tanh", "softplus"])
def test_a_curve_is_learned(activation: str) -> None:
    X = np.linspace(-2, 2, 80).reshape(-1, 1)
    y = np.sin(2 * X.ravel())
    model = nn.MLPRegressor(hidden=(16, 16), activation=activation, max_iter=400, random_state=1).fit(X, y)
    assert model.score(X, y) > 0.98
    assert model.history_[-1] < 0.1 * model.history_[0]


def test_digits_are_told_apart() -> None:
    X, y = load_digits(return_X_y=True)
    X = X / 16
    train, test = slice(0, 1200), slice(1200, None)
    model = nn.MLPClassifier(hidden=(16,), max_iter=30, random_state=0).fit(X[train], y[train])
    assert model.score(X[test], y[test]) > 0.88


def test_a_seed_decides() -> None:
    X, y = load_iris(return_X_y=True)

    def probabilities(seed):
        return nn.MLPClassifier(random_state=seed, max_iter=5).fit(X, y).predict_proba(X)

    assert np.array_equal(probabilities(0), probabilities(0))
    assert not np.array_equal(probabilities(0), probabilities(1))
    generator = np.random.RandomState(0)
    assert not np.array_equal(probabilities(generator), probabilities(generator)), "a RandomState goes on"


def test_the_penalty_shrinks_weights() -> None:
    X, y = load_iris(return_X_y=True)
    free, held = (nn.MLPClassifier(l2=l2, max_iter=100, random_state=0).fit(X, y) for l2 in (0.0, 1.0))
    size = [sum(w.data**2 for w in model.model_.weights()) for model in (free, held)]
    assert size[1] < 0.1 * size[0]


@pytest.mark.parametrize("hidden", [16, (0,), (-2,), (2.5,)])
def test_hidden_layers_that_make_no_sense(hidden) -> None:
    with pytest.raises(ValueError, match="hidden must be"):
        nn.MLPRegressor(hidden=hidden).fit([[0.0], [1.0]], [0.0, 1.0])


def test_initial_weights_are_those_of_the_modules() -> None:
    X, y = [[0.0], [1.0]], [-1e3, 1e3]
    for init in ("uniform", "xavier", "he"):
        optimiser = nn.SGD(rate=1e-300)
        model = nn.MLPRegressor(init=init, hidden=(3,), solver=optimiser, max_iter=1, random_state=0).fit(X, y)
        wanted = nn.MLP(1, [3, 1], init=init, rng=np.random.default_rng(0))
        weights = ([w.data for w in network.weights()] for network in (model.model_, wanted))
        np.testing.assert_allclose(*weights, rtol=1e-15)


@pytest.mark.filterwarnings("ignore::nn.ConvergenceWarning")
def test_a_network_starts_at_the_best_constant() -> None:
    X, still = [[0.0], [1.0], [2.0], [3.0]], {"solver": nn.SGD(rate=1e-300), "max_iter": 1, "random_state": 0}
    for model, y, outputs in (
        (nn.MLPRegressor, [1.0, 1.0, 1.0, 5.0], [2.0]),
        (nn.MLPRegressor, [[1.0, 2.0], [1.0, 2.0], [1.0, 2.0], [5.0, 6.0]], [2.0, 3.0]),
        (nn.MLPClassifier, ["a", "a", "a", "b"], [-np.log(3)]),
        (partial(nn.MLPClassifier, class_weight={"b": 6.0}), ["a", "a", "a", "b"], [np.log(2)]),
        (nn.MLPClassifier, ["a", "a", "b", "c"], np.array([2, -1, -1]) * np.log(2) / 3),
    ):
        network = model(**still).fit(X, y).model_
        np.testing.assert_allclose([neuron.b.data for neuron in network.layers[-1].neurons], outputs, rtol=1e-12)


def test_a_last_step_to_infinity_is_an_error() -> None:
    X, y = load_iris(return_X_y=True)
    model = nn.MLPClassifier(solver="gradient descent", rate=1e160, max_iter=1, batch_size=None, random_state=0)
    with pytest.raises(nn.Diverged):
        model.fit(X, y)
    for batch_size in (None, 32):
        with pytest.raises(nn.Diverged, match="at step 0: the loss is"):
            nn.MLPRegressor(batch_size=batch_size).fit(X, 1e308 * (y - 1.0))


def test_early_stopping_keeps_the_network_of_least_loss_on_held_out_rows() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 4))
    y, number = np.where(X[:, 0] + rng.normal(size=60) > 0, "a", "b"), X[:, 0] + rng.normal(size=60)
    options = {"early_stopping": True, "validation_fraction": 0.2, "n_iter_no_change": 5, "rate": 0.05}
    for model, target, weight in (
        (nn.MLPClassifier(random_state=0, l2=0.01, **options), y, None),
        (nn.MLPRegressor(random_state=0, **options), np.column_stack([number, X[:, 1]]), rng.uniform(size=60)),
    ):
        model.fit(X, target, sample_weight=weight)
        held = model.held_out_history_
        assert len(held) == model.n_iter_ == int(np.argmin(held)) + 1 + 5 < model.max_iter
        again = clone(model).set_params(max_iter=int(np.argmin(held)) + 1, n_iter_no_change=500)
        with pytest.warns(nn.ConvergenceWarning, match="the loss of held-out rows still falls"):
            again.fit(X, target, sample_weight=weight)
        assert np.array_equal(again.theta_, model.theta_)
    without = {"class_weight": {"c": 0.0}, "max_iter": 2}
    with pytest.warns(nn.ConvergenceWarning):
        model = nn.MLPClassifier(random_state=0, **options | without).fit(X, np.where(X[:, 1] > 1, "c", y))
    assert "c" not in model.predict(X)


def test_early_stopping_says_what_it_cannot_hold_out() -> None:
    objective = nn.Objective(lambda line, x, y: nn.squared_error(line(x), y), nn.Linear(1))
    with pytest.raises(nn.Diverged, match="the loss is nan"):
        nn.EarlyStopping(objective, [[float("nan")]], [0.0])(np.zeros(2))
    stopping = nn.EarlyStopping(objective, [[1.0]], [0.0], patience=1)
    assert [stopping(np.zeros(2)), stopping(np.zeros(2))] == [False, True]
    with pytest.raises(ValueError, match="it has stopped a training, after 2 passes: make a new EarlyStopping"):
        stopping(np.zeros(2))
    for options, message in (
        ({}, "leaves none of one: it has too few"),
        ({"validation_fraction": 1.0}, "validation_fraction must be between 0 and 1, got 1.0"),
        ({"n_iter_no_change": 0}, "patience must be a whole number"),
    ):
        X, y = ([[0.0], [1.0], [2.0]], [0, 1, 1]) if not options else ([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])
        with pytest.raises(ValueError, match=message):
            nn.MLPClassifier(early_stopping=True, **options).fit(X, y)

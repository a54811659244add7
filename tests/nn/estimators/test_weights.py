"""Weights of rows and classes, and fits that begin where the last one ended."""

import numpy as np
import pytest
from sklearn.base import clone, is_classifier

import nn

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3)) + [0.0, 5.0, 0.0]
SCORE = X @ [1.0, -1.0, 0.5] + 5 + RNG.normal(size=40)
TIMES = RNG.integers(0, 4, size=40)

WEIGHED = [
    nn.LinearRegression(),
    nn.LinearRegression(l2=0.1),
    nn.LinearRegression(solver="newton"),
    nn.PolynomialRegression(),
    nn.RegressionClassifier(),
    nn.RegressionClassifier(solver="lbfgs", l2=0.1),
    nn.LogisticRegression(l2=0.01),
    nn.LogisticRegression(solver="lbfgs", l2=0.01),
    nn.LinearSVM(l2=0.1),
    nn.MLPClassifier(hidden=(2,), activation="tanh", batch_size=None, max_iter=20, random_state=0),
    nn.MLPRegressor(hidden=(2,), activation="tanh", batch_size=None, max_iter=20, random_state=0, l2=0.1),
]
pytestmark = pytest.mark.filterwarnings("ignore:not at rest", "ignore:the loss still falls")


def targets(estimator, classes: int):
    return (SCORE // 1.5).astype(int).clip(0, classes - 1) if is_classifier(estimator) else SCORE


def outputs(model):
    return model.decision_function(X) if is_classifier(model) else model.predict(X)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("estimator", WEIGHED, ids=repr)
def test_a_row_that_weighs_two_is_two_rows(estimator, classes: int) -> None:
    y = targets(estimator, classes)
    weighed = clone(estimator).fit(X, y, sample_weight=2.5 * TIMES)
    repeated = clone(estimator).fit(np.repeat(X, TIMES, axis=0), np.repeat(y, TIMES))
    np.testing.assert_allclose(outputs(weighed), outputs(repeated), rtol=1e-6, atol=1e-6)
    assert weighed.history_[-1] == pytest.approx(repeated.history_[-1], rel=1e-9)
    score = weighed.score(np.repeat(X, TIMES, axis=0), np.repeat(y, TIMES))
    assert weighed.score(X, y, sample_weight=2.5 * TIMES) == pytest.approx(score, rel=1e-12)


@pytest.mark.parametrize("estimator", [e for e in WEIGHED if "class_weight" in e.get_params()], ids=repr)
def test_a_class_weighs_as_its_rows(estimator) -> None:
    y = targets(estimator, 3)
    own = clone(estimator).set_params(class_weight={0: 2.0, 2: 0.5}).fit(X, y, sample_weight=TIMES)
    rows = clone(estimator).fit(X, y, sample_weight=TIMES * np.array([2.0, 1.0, 0.5])[y])
    np.testing.assert_allclose(outputs(own), outputs(rows), rtol=1e-7, atol=1e-9)
    balanced = clone(estimator).set_params(class_weight="balanced").fit(X, y)
    alike = clone(estimator).fit(X, y, sample_weight=(1 / np.bincount(y))[y])
    np.testing.assert_allclose(outputs(balanced), outputs(alike), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(
    ("params", "weights", "message"),
    [
        ({}, [-1.0] * 40, "sample_weight must be 0 or more, got -1.0"),
        ({}, [0.0] * 40, "sample_weight must not be all zero"),
        ({}, [1.0] * 39, r"sample_weight must have one number for each of the 40 rows, got \(39,\)"),
        ({}, [float("nan")] * 40, "sample_weight contains NaN"),
        ({"class_weight": {7: 1.0}}, None, r"class_weight names 7, and the classes are \[0, 1\]"),
        ({"class_weight": "equal"}, None, "class_weight must be None, 'balanced', or a weight by class, got 'equal'"),
        ({"class_weight": {0: -1.0}}, None, "class_weight must hold finite numbers of 0 or more"),
    ],
)
def test_weights_that_make_no_sense(params, weights, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        nn.LogisticRegression(**params).fit(X, (SCORE > 0).astype(int), sample_weight=weights)


@pytest.mark.parametrize("solver", ["newton", "lbfgs"])
@pytest.mark.parametrize("classes", [2, 3])
def test_a_warm_start_begins_where_the_last_fit_ended(solver: str, classes: int) -> None:
    y = targets(nn.LogisticRegression(), classes)
    model = nn.LogisticRegression(solver=solver, l2=0.01, warm_start=True).fit(X * [1, 1e3, 1], y)
    first, cold = model.coef_, model.n_iter_
    assert model.fit(X * [1, 1e3, 1], y).n_iter_ <= 2 < cold
    np.testing.assert_allclose(model.coef_, first, rtol=1e-5)
    model.fit(X[:, :2], y)
    assert model.coef_.shape[1] == 2, "other columns: a cold start"


def test_a_warm_network_goes_on() -> None:
    y = SCORE
    short = nn.MLPRegressor(max_iter=10, random_state=0, warm_start=True, batch_size=None)
    before = short.fit(X, y).history_
    after = short.fit(X, y).history_
    assert after[0] < before[-1], "and not from the start"


def test_the_objective_stays_after_a_fit() -> None:
    y = (SCORE > 0).astype(float)
    model = nn.LogisticRegression(l2=0.1).fit(X, y)
    objective = model.objective_
    assert objective.value(model.theta_, X, y) == pytest.approx(model.history_[-1], rel=1e-12)
    assert np.max(np.abs(objective.value_and_grad(model.theta_, X, y)[1])) < 1e-9
    assert np.linalg.eigvalsh(objective.hessian(model.theta_, X, y))[0] > 0
    network = nn.MLPClassifier(max_iter=3, random_state=0).fit(X, y)
    assert network.objective_.value(network.theta_, X, y) < network.history_[0]


def test_all_networks_of_a_shape_share_one_program() -> None:
    y, programs = SCORE, set()
    for l2, seed, rate in ((0.0, 0, 0.01), (0.1, 1, 0.02)):
        model = nn.MLPRegressor(hidden=(3,), l2=l2, random_state=seed, rate=rate, max_iter=2).fit(X, y)
        programs.add(id(model.objective_.compiled.program))
    assert len(programs) == 1


@pytest.mark.filterwarnings("ignore::nn.ConvergenceWarning")
@pytest.mark.parametrize(
    "estimator",
    [
        nn.LogisticRegression(l2=0.01),
        nn.LogisticRegression(solver="lbfgs", l2=0.01),
        nn.LogisticRegression(l1=0.01),
        nn.LogisticRegression(solver="adam", max_iter=5),
        nn.LinearRegression(l1=0.1),
        nn.LinearRegression(solver="newton", fit_intercept=False),
        nn.LinearSVM(solver="adagrad", max_iter=5),
        nn.Perceptron(max_iter=5, random_state=0),
        nn.MLPRegressor(max_iter=5, batch_size=None, random_state=0),
    ],
    ids=repr,
)
def test_callbacks_are_told_the_weights_and_the_loss_before_every_step(estimator) -> None:
    y, told, losses = targets(estimator, 3), [], []
    notes = [lambda theta, loss: told.append(np.array(theta)), lambda theta, loss: losses.append(loss)]
    model = clone(estimator).set_params(callbacks=notes).fit(X * [1.0, 1e3, 1.0], y)
    assert losses == pytest.approx(model.history_[: len(losses)])
    assert len(losses) in (model.n_iter_, model.n_iter_ - 1), "lbfgs takes no step from the minimum"
    known = np.asarray(getattr(model, "_target", lambda y: y)(y), dtype=float)
    for theta, loss in zip(told, losses):
        assert model.objective_.value(theta, X * [1.0, 1e3, 1.0], known) == pytest.approx(loss)
    alone = clone(estimator).set_params(callbacks=notes[1]).fit(X * [1.0, 1e3, 1.0], y)
    assert losses == losses[: len(losses) // 2] * 2
    assert alone.history_ == model.history_


def test_callbacks_that_would_not_be_called() -> None:
    y = SCORE > 0
    for model in (nn.LinearSVM(callbacks=print), nn.LinearRegression(callbacks=[print])):
        with pytest.raises(ValueError, match="solver='exact' takes none: take another"):
            model.fit(X, y)
    for wrong in (3, ["loss"]):
        with pytest.raises(TypeError, match="callbacks must be functions of θ and the loss"):
            nn.LogisticRegression(l2=0.1, callbacks=wrong).fit(X, y)


def test_the_goodness_of_weighed_rows_is_that_of_those_that_count() -> None:
    X, y, weights = np.array([[0.0], [1.0], [2.0], [3.0], [9.0]]), np.array([0.0, 1, 0, 1, 1]), [1, 1, 1, 2, 0]
    model = nn.LogisticRegression().fit(X, y, sample_weight=weights)
    assert model.objective_.value(model.theta_, X[:4], y[:4]) == pytest.approx(model.history_[-1])
    for ask in (model.objective_.value, model.objective_.value_and_grad, model.objective_.hessian):
        with pytest.raises(ValueError, match="weighs its 4 rows, those of the fit whose weight is not 0"):
            ask(model.theta_, X, y)

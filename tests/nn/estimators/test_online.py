"""`partial_fit`: rows in parts, from where the last part ended."""

import pickle

import numpy as np
import pytest
from sklearn.datasets import load_iris

import nn

X, NUMBERS = load_iris(return_X_y=True)
X, NAMES = (X[::5] - X.mean(0)) / X.std(0), np.array(["a", "b", "c"])[NUMBERS[::5]]
PASSES = 4
MODELS = {
    "perceptron": (nn.Perceptron, {"random_state": 0}),
    "weighted perceptron": (nn.Perceptron, {"random_state": 0, "class_weight": {"a": 3.0}}),
    "classifier": (nn.MLPClassifier, {"random_state": 0, "batch_size": None}),
    "classifier in batches": (nn.MLPClassifier, {"random_state": 0, "batch_size": 7, "hidden": (3,)}),
    "weighted network": (nn.MLPClassifier, {"random_state": 0, "class_weight": {"a": 3.0}, "hidden": (3,)}),
    "regressor": (nn.MLPRegressor, {"random_state": 0, "batch_size": None, "solver": nn.Adam(rate=0.02)}),
}


def known(model, y):
    return {} if isinstance(model, nn.MLPRegressor) else {"classes": np.unique(y)}


@pytest.mark.filterwarnings("ignore::nn.ConvergenceWarning")
@pytest.mark.parametrize("name", MODELS)
def test_passes_over_all_rows_are_those_of_a_fit(name: str) -> None:
    kind, params = MODELS[name]
    y = X[:, 3] if kind is nn.MLPRegressor else NAMES
    weights = np.linspace(1, 2, len(X))
    parts = kind(**params)
    for _ in range(PASSES):
        parts.partial_fit(X, y, **known(parts, y), sample_weight=weights)
        parts = pickle.loads(pickle.dumps(parts))
    whole = kind(**params, max_iter=PASSES).fit(X, y, sample_weight=weights)
    assert parts.history_ == whole.history_
    assert parts.n_iter_ == PASSES
    if kind is not nn.Perceptron:  # which keeps the best of its steps in a fit
        np.testing.assert_array_equal(parts.theta_, whole.theta_)
    again = parts.fit(X, y).predict(X)
    np.testing.assert_array_equal(again, kind(**params).fit(X, y).predict(X))


def test_a_part_may_lack_classes() -> None:
    model = nn.MLPClassifier(random_state=0)
    for part in [np.char.equal(NAMES, name) for name in "abc"] * 30:
        model.partial_fit(X[part], NAMES[part], classes=["c", "b", "a"])
    assert model.score(X, NAMES) > 0.9
    assert not hasattr(nn.LogisticRegression(), "partial_fit")


def test_weights_are_relative_to_those_of_the_first_part() -> None:
    classes, first, second = ["a", "b", "c"], slice(0, 20), slice(20, 30)

    def taught(of_first, of_second, rates=(0.1, 0.1), **params):
        solver = nn.SGD(rate=lambda step: rates[step])
        model = nn.MLPClassifier(random_state=0, hidden=(3,), batch_size=None, solver=solver, **params)
        model.partial_fit(X[first], NAMES[first], classes, sample_weight=of_first)
        return model.partial_fit(X[second], NAMES[second], sample_weight=of_second).theta_

    twice = taught(None, None, rates=(0.1, 0.2))
    for weighed in (
        taught(None, np.full(10, 2.0)),
        taught(np.full(20, 3.0), np.full(10, 6.0)),
        taught(None, None, class_weight={"c": 2.0}),
    ):
        np.testing.assert_allclose(weighed, twice, rtol=1e-12)
    half = np.repeat([1.0, 0.0], 5)
    np.testing.assert_allclose(taught(None, 2 * half), taught(None, half, rates=(0.1, 0.2)), rtol=1e-12)


def test_a_perceptron_goes_on_from_its_last_fit() -> None:
    model = nn.Perceptron(random_state=0, warm_start=True).fit(X[:20], NAMES[:20])
    before = model.coef_.copy()
    np.testing.assert_array_equal(model.fit(X[:20], NAMES[:20]).coef_, before)


ERRORS = {
    "no classes": ("classes must be passed", lambda model: model.partial_fit(X, NAMES)),
    "other classes": ("not those of", lambda model: fitted(nn.Perceptron()).partial_fit(X, NAMES, ["a", "z"])),
    "unknown": ("'c' in row 20", lambda model: model.partial_fit(X, NAMES, classes=["a", "b"])),
    "columns": ("expecting 4", lambda model: fitted(nn.Perceptron()).partial_fit(X[:, 1:], NAMES)),
    "stopping": ("all rows", lambda model: fitted(nn.MLPClassifier(early_stopping=True))),
    "balanced": ("give a dict, {class: weight}", lambda model: fitted(nn.Perceptron(class_weight="balanced"))),
    "no row counts": (
        "no row counts: class_weight={'a': 0.0}",
        lambda model: nn.Perceptron(class_weight={"a": 0.0}).partial_fit(X[:9], NAMES[:9], ["a", "b"]),
    ),
}


def fitted(model):
    return model.partial_fit(X, NAMES, classes=["a", "b", "c"])


@pytest.mark.parametrize("name", ERRORS)
def test_errors_leave_the_model_as_it_was(name: str) -> None:
    told, call = ERRORS[name]
    model = nn.Perceptron(random_state=0)
    with pytest.raises(ValueError, match=told):
        call(model)
    np.testing.assert_array_equal(fitted(model).coef_, fitted(nn.Perceptron(random_state=0)).coef_)

"""Every estimator in scikit-learn's conformance suite and tools, and with invalid input."""

import pickle
import subprocess
import sys
import unittest
import warnings

import numpy as np
import pandas
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.datasets import load_diabetes, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import estimator_checks_generator

import nn
from nn import estimators
from nn.estimators.base.fitting import ByGradient
from tests.profiles import DEEP

CLASSIFIERS = [
    nn.GaussianClassifier(),
    nn.GaussianClassifier(covariance="separate"),
    nn.LinearSVM(),
    nn.LogisticRegression(),
    nn.LogisticRegression(solver="adam", l2=0.01),
    nn.MLPClassifier(),
    nn.Perceptron(),
    nn.RegressionClassifier(),
]
REGRESSORS = [
    nn.LinearRegression(),
    nn.LinearRegression(solver="adagrad", rate=20.0),
    nn.MLPRegressor(),
    nn.PolynomialRegression(),
]
ALL = CLASSIFIERS + REGRESSORS
LINEAR = [e for e in ALL if "fit_intercept" in e.get_params()]
SHORT = 50  # steps of a fit in scikit-learn's checks, which fit fifty times: its own estimators take 5


def data(estimator):
    """Standardised rows of a real data set that suits the estimator, and their targets."""
    X, y = load_iris(return_X_y=True) if is_classifier(estimator) else load_diabetes(return_X_y=True)
    return StandardScaler().fit_transform(X), y


def test_no_estimator_is_forgotten() -> None:
    assert {type(e).__name__ for e in ALL} == set(estimators.__all__)


@pytest.mark.parametrize("estimator", ALL, ids=repr)
@pytest.mark.filterwarnings("ignore")  # scikit-learn provokes warnings, and checks for them itself
def test_an_estimator_passes_the_checks_of_scikit_learn(estimator) -> None:
    failures = []
    short = {} if DEEP or "max_iter" not in estimator.get_params() else {"max_iter": SHORT}
    for instance, check in estimator_checks_generator(clone(estimator).set_params(**short)):
        try:
            check(instance)
        except unittest.SkipTest:
            continue
        except Exception as error:
            failures.append(f"{check}: {error!r}")
    assert failures == []


@pytest.mark.parametrize("estimator", ALL, ids=repr)
def test_an_estimator_works_in_the_tools_of_scikit_learn(estimator) -> None:
    X, y = data(estimator)
    assert is_classifier(estimator) != is_regressor(estimator)
    pipeline = make_pipeline(StandardScaler(), clone(estimator))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scores = cross_val_score(pipeline, X, y, cv=3)
        assert scores.shape == (3,)
        assert scores.mean() > (0.7 if is_classifier(estimator) else 0.3), scores
        name = "max_iter" if "max_iter" in estimator.get_params() else "l2"
        search = GridSearchCV(clone(estimator), {name: [50, 100]}, cv=2).fit(X, y)
    assert search.best_params_[name] in (50, 100)
    assert search.best_estimator_.predict(X).shape == y.shape


@pytest.mark.parametrize("estimator", ALL, ids=repr)
def test_a_copy_predicts_the_same(estimator) -> None:
    X, y = data(estimator)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = (
            clone(estimator).set_params(**{"random_state": 0} if hasattr(estimator, "random_state") else {}).fit(X, y)
        )
    copied = pickle.loads(pickle.dumps(fitted))
    assert np.array_equal(copied.predict(X), fitted.predict(X))
    assert len(fitted.history_) == fitted.n_iter_ or fitted.n_iter_ == 1
    assert all(np.isfinite(loss) for loss in fitted.history_)


@pytest.mark.parametrize(
    ("estimator", "text"),
    [
        (nn.LinearRegression(), "LinearRegression()"),
        (nn.LogisticRegression(l2=0.1, max_iter=100), "LogisticRegression(l2=0.1)"),
        (nn.PolynomialRegression(degree=3), "PolynomialRegression(degree=3)"),
        (nn.MLPClassifier(hidden=(4, 4)), "MLPClassifier(hidden=(4, 4))"),
        (clone(nn.MLPClassifier()), "MLPClassifier()"),
    ],
)
def test_an_estimator_shows_what_was_chosen(estimator, text: str) -> None:
    assert repr(estimator) == text


# --- invalid input

X3 = [[0.0, 1.0], [1.0, 0.0], [2.0, 2.0], [3.0, 1.0], [4.0, 4.0], [5.0, 1.0]]
y3 = [0, 1, 0, 1, 0, 1]
ERRORS = {
    "NaN": (lambda e: e.fit([[0.0, float("nan")], *X3[1:]], y3), ValueError, "X contains NaN: nan in row 0, column 1"),
    "infinity": (lambda e: e.fit([*X3[:5], [float("inf"), 1.0]], y3), ValueError, "infinity.*: inf in row 5, column 0"),
    "named NaN": (
        lambda e: e.fit(pandas.DataFrame({"hp": [1.0, 2.0], "cp": [1.0, float("nan")]}), [0, 1]),
        ValueError,
        "nan in row 1, column 'cp'",
    ),
    "text as numbers": (
        lambda e: e.fit(X3, list("abcdef") if is_regressor(e) else np.eye(3)[[0, 1, 2, 0, 1, 2]]),
        ValueError,
        r"could not convert string to float: 'a' is text; .* y in row 0|of one column per class, y.argmax\(axis=1\)",
    ),
    "missing y": (lambda e: e.fit(X3, ["a", None, "b", "a", "b", "a"]), ValueError, "contains NaN|could not convert"),
    "missing X": (
        lambda e: e.fit(pandas.DataFrame({"hp": pandas.array([1, None], dtype="Int64")}), [0, 1]),
        ValueError,
        "X contains NaN: nan in row 1, column 'hp'",
    ),
    "NaN in y": (lambda e: e.fit(X3, [0, 1, float("nan"), 1, 0, 1]), ValueError, "y contains NaN: nan in row 2"),
    "one dimension": (lambda e: e.fit([1.0, 2.0], [0, 1]), ValueError, r"Expected 2D array .* X.reshape\(-1, 1\)"),
    "rows": (lambda e: e.fit(X3, y3[:5]), ValueError, "X has 6 rows, y has 5"),
    "no rows": (lambda e: e.fit(np.empty((0, 2)), []), ValueError, "0 sample"),
    "no y": (lambda e: e.fit(X3, None), ValueError, "requires y"),
    "not fitted": (lambda e: e.predict(X3), NotFittedError, "not fitted yet: call fit first"),
    "columns": (lambda e: e.fit(X3, y3).predict([[1.0]]), ValueError, "X has 1 features, but .* is expecting 2"),
    "unknown parameter": (lambda e: e.set_params(lambda_=1), ValueError, "Invalid parameter 'lambda_'"),
    "scikit-learn's": (lambda e: e.set_params(C=1), ValueError, r"Invalid parameter 'C' .*write l2=1/\(C·rows\)"),
    "scikit-learn's parameter": (
        lambda e: type(e)(hidden_layer_sizes=(3,), C=1.0),
        TypeError,
        r"no (C=: write l2=1/\(C·rows\)|hidden_layer_sizes=: write hidden)|unexpected keyword argument",
    ),
    "text": (lambda e: e.fit([["a", "b"], ["c", "d"]], [0, 1]), ValueError, "could not convert string to float"),
}


@pytest.mark.parametrize("estimator", ALL, ids=repr)
@pytest.mark.parametrize("what", ERRORS)
@pytest.mark.filterwarnings("ignore:no minimum", "ignore:not at rest")
def test_what_makes_no_sense_is_an_error_that_says_so(estimator, what: str) -> None:
    call, error, message = ERRORS[what]
    with pytest.raises(error, match=message):
        call(clone(estimator))


@pytest.mark.parametrize("estimator", ALL, ids=repr)
@pytest.mark.filterwarnings("ignore")
def test_a_fit_that_fails_leaves_the_estimator_as_it_was(estimator) -> None:
    model = clone(estimator)
    with pytest.raises(ValueError, match="NaN"):
        model.fit([[float("nan"), 1.0]] * 6, y3)
    with pytest.raises(NotFittedError):
        model.predict(X3)
    X, y = data(estimator)
    model.fit(X, y)
    before, known = model.predict(X), set(vars(model))
    bad = [0] * 6 if is_classifier(estimator) else [float("inf")] * 6
    with pytest.raises(ValueError, match=r"1 class|infinity"):
        model.fit(X3, bad)
    assert np.array_equal(model.predict(X), before)
    assert set(vars(model)) == known


def test_errors_are_ones_own_and_scikit_learns() -> None:
    for caught in (nn.NotFittedError, NotFittedError):
        with pytest.raises(caught):
            nn.LinearRegression().predict(X3)
    with pytest.raises(nn.NotFittedError) as caught_error:
        nn.LinearRegression().predict(X3)
    assert str(pickle.loads(pickle.dumps(caught_error.value))) == str(caught_error.value)


def test_a_warning_points_at_the_line_that_called() -> None:
    with pytest.warns(UserWarning, match="no minimum|not at rest|feature names") as caught:
        nn.LogisticRegression().fit([[0.0], [1.0]], [0, 1])
        nn.LinearRegression(solver="adagrad", max_iter=3).fit([[0.0], [1.0]], [0.0, 100.0])
        nn.LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0]).predict(pandas.DataFrame({"x": [1.0]}))
    assert [warning.filename for warning in caught] == [__file__] * 3


@pytest.mark.parametrize("estimator", [e for e in ALL if hasattr(e, "solver") and e.solver != "exact"], ids=repr)
def test_scores_take_a_column_as_what_it_is(estimator) -> None:
    X, y = data(estimator)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = clone(estimator).fit(X, y)
        assert model.score(X, y.reshape(-1, 1)) == model.score(X, y)
    with pytest.raises(ValueError, match="rows, y has"):
        model.score(X, y[:-1])


@pytest.mark.parametrize("solver", ["gradient descent", "adagrad", "rmsprop", "adam"])
def test_a_solver_is_the_optimiser_of_its_name(solver: str) -> None:
    X, y = data(nn.LinearRegression())
    optimiser = {"gradient descent": nn.SGD, "adagrad": nn.Adagrad, "rmsprop": nn.RMSProp, "adam": nn.Adam}[solver]
    with pytest.warns(nn.ConvergenceWarning, match="not at rest: after 3 steps"):
        by_name = nn.LinearRegression(solver=solver, rate=0.2, max_iter=3).fit(X, y)
        by_class = nn.LinearRegression(solver=optimiser(rate=0.2), max_iter=3).fit(X, y)
    assert np.array_equal(by_name.coef_, by_class.coef_)


def test_a_loss_that_grows_is_told() -> None:
    X, y = data(nn.LinearRegression())
    with pytest.warns(nn.ConvergenceWarning, match=r"the loss has grown from .* to .*: take a smaller rate"):
        nn.LinearRegression(solver="gradient descent", rate=1.5, max_iter=50).fit(X, y)


def test_no_parameter_is_set_if_one_is_unknown() -> None:
    model = nn.LinearRegression()
    with pytest.raises(ValueError, match="Invalid parameter 'lambda_'"):
        model.set_params(l2=2.0, lambda_=1.0)
    assert model.l2 == 0.0


@pytest.mark.parametrize("estimator", CLASSIFIERS, ids=repr)
def test_one_class_and_numbers_between_classes_are_errors(estimator) -> None:
    with pytest.raises(ValueError, match="y has 1 class, 'a': a classifier needs two"):
        clone(estimator).fit(X3, ["a"] * 6)
    with pytest.raises(ValueError, match=r"continuous\. y holds 0\.5"):
        clone(estimator).fit(X3, [0.0, 0.5, 1.0, 1.0, 0.0, 1.0])


@pytest.mark.parametrize("estimator", [e for e in ALL if isinstance(e, ByGradient)], ids=repr)
@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"solver": "newtn"}, "solver must be one of .*, got 'newtn'"),
        ({"l2": -1.0}, "l2 must be 0 or more and finite, got -1.0"),
        ({"warm_start": "no"}, "warm_start must be True or False, got 'no'"),
        ({"tol": -1.0}, "tol must be 0 or more and finite, got -1.0"),
        ({"max_iter": 2.5}, "max_iter must be a whole number"),
        ({"batch_size": "auto"}, "batch_size must be a whole number"),
        ({"rate": None}, "rate must be above 0, or a schedule, got None"),
        ({"l2": float("nan")}, "l2 must be 0 or more and finite, got nan"),
        ({"max_iter": 0}, "max_iter must be a whole number, 1 or more, got 0"),
        ({"batch_size": 0}, "batch_size must be a whole number, 1 or more, got 0"),
        ({"solver": "adam", "rate": -1.0}, "rate must be above 0, or a schedule, got -1.0"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_an_error_at_fit(estimator, params, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        clone(estimator).set_params(**params).fit(X3, y3)


def test_named_columns_are_held_to_their_names() -> None:
    table = pandas.DataFrame({"hp": [1.0, 2.0, 3.0], "cp": [1.0, 0.0, 2.0]})
    model = nn.LinearRegression().fit(table, [1.0, 2.0, 3.0])
    assert model.feature_names_in_.tolist() == ["hp", "cp"]
    model.predict(table)
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(table[["cp", "hp"]])
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        model.predict(table.to_numpy())
    model.fit(table.to_numpy(), [1.0, 2.0, 3.0])
    assert not hasattr(model, "feature_names_in_")
    with pytest.warns(UserWarning, match="X has feature names, but LinearRegression was fitted without"):
        model.predict(table)


@pytest.mark.parametrize(
    "estimator",
    [
        nn.LinearRegression(solver="gradient descent"),
        nn.MLPRegressor(solver="gradient descent", activation="linear", random_state=0),
    ],
)
def test_divergence_is_an_error(estimator) -> None:
    X, y = load_diabetes(return_X_y=True, scaled=False)
    with pytest.raises(nn.Diverged, match=r"step \d+: the loss is .* with learning rate η = "):
        clone(estimator).fit(X, y)


@pytest.mark.filterwarnings("ignore:not at rest")
def test_an_optimiser_of_ones_own_is_left_as_it_is() -> None:
    X, y = data(nn.LinearRegression())
    optimiser = nn.SGD(rate=0.1, momentum=0.5)
    first = nn.LinearRegression(solver=optimiser, max_iter=50).fit(X, y)
    second = nn.LinearRegression(solver=optimiser, max_iter=50).fit(X, y)
    assert optimiser.steps == 0
    assert np.array_equal(first.coef_, second.coef_)
    assert first.n_iter_ == 50


def test_scikit_learn_is_not_needed() -> None:
    code = """
import sys
sys.modules["sklearn"] = None
import nn
try:
    nn.LinearRegression().predict([[1.0]])
except nn.estimators.data.checks.NotFittedError as error:
    print(nn.LinearRegression().fit([[1.0], [2.0]], [1.0, 2.0]).predict([[3.0]]).round(9), error)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("[3.] This LinearRegression instance is not fitted yet")


@pytest.mark.filterwarnings("ignore:the loss still falls")
def test_a_progress_bar_is_shown_on_request(capsys) -> None:
    X, y = data(nn.LogisticRegression())
    for model in (
        nn.LogisticRegression(verbose=True, l2=0.1),
        nn.MLPClassifier(verbose=True, max_iter=3, random_state=0),
    ):
        model.fit(X, y)
        assert "loss " in capsys.readouterr().err
    nn.MLPClassifier(max_iter=3, random_state=0).fit(X, y)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("estimator", ALL, ids=repr)
def test_an_estimator_tells_its_three_steps(estimator, capsys) -> None:
    model = clone(estimator)
    model.explain_steps()
    told = capsys.readouterr().out.splitlines()
    assert [line[:2] for line in told] == ["1 ", "2 ", "3 "]
    assert all(len(line) > 40 for line in told)
    assert "{" not in "".join(told)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X3, y3).explain_steps()
    *same, found = capsys.readouterr().out.splitlines()
    assert same == told
    assert f"L = {model.history_[-1]:.6g} after" in found

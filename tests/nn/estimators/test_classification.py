"""Linear classifiers: against converged references, at their optimum, and where the lecture says that they fail."""

import numpy as np
import pytest
import sklearn.linear_model
import sklearn.svm
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.preprocessing import StandardScaler

import nn
from tests.profiles import costly


def standardised(load):
    X, y = load(return_X_y=True)
    return StandardScaler().fit_transform(X), y


def converged(X, y, l2: float):
    """scikit-learn's logistic regression with the same penalty."""
    return sklearn.linear_model.LogisticRegression(
        C=1 / (l2 * len(X)), solver="newton-cholesky", tol=1e-14, max_iter=1000
    ).fit(X, y)


@pytest.mark.parametrize("l2", [1.0, 0.01, 1e-4])
def test_logistic_regression_is_the_converged_reference(l2: float) -> None:
    X, y = standardised(load_breast_cancer)
    reference = converged(X, y, l2)
    model = nn.LogisticRegression(l2=l2).fit(X, y)
    assert np.max(np.abs(model.coef_ - reference.coef_)) <= 1e-8
    assert np.max(np.abs(model.intercept_ - reference.intercept_)) <= 1e-8
    np.testing.assert_allclose(model.predict_proba(X), reference.predict_proba(X), atol=1e-9)
    # At the optimum the gradient, derived by hand, is 0.
    error = expit(X @ model.coef_[0] + model.intercept_[0]) - y
    assert np.max(np.abs(X.T @ error / len(X) + l2 * model.coef_[0])) <= 1e-14
    assert abs(error.mean()) <= 1e-14


@pytest.mark.parametrize("l2", [1.0, 0.01])
def test_of_three_classes_it_is_the_reference_too(l2: float) -> None:
    X, y = standardised(load_iris)
    reference = converged(X, y, l2)
    model = nn.LogisticRegression(l2=l2).fit(X, y)
    assert np.max(np.abs(model.coef_ - reference.coef_)) <= 1e-8
    np.testing.assert_allclose(model.predict_proba(X), reference.predict_proba(X), atol=1e-9)


@pytest.mark.parametrize("load", [load_breast_cancer, load_iris])
@pytest.mark.parametrize("solver", [nn.SGD(rate=0.5, momentum=0.9), nn.Adam(rate=nn.schedules.InverseTime(0.3))])
def test_gradient_descent_finds_what_newton_finds(load, solver) -> None:
    X, y = standardised(load)
    newton = nn.LogisticRegression(l2=0.1).fit(X, y)
    model = nn.LogisticRegression(l2=0.1, solver=solver, max_iter=5000, tol=1e-8).fit(X, y)
    assert model.n_iter_ < 5000
    np.testing.assert_allclose(model.coef_, newton.coef_, atol=1e-6)


def test_separable_classes_have_no_best_function_and_it_says_so() -> None:
    X, y = [[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1]
    with pytest.warns(
        UserWarning,
        match="no minimum: every row is on its own side, so the loss falls .* without end; l2 > 0 gives it one",
    ):
        model = nn.LogisticRegression().fit(X, y)
    assert model.predict(X).tolist() == y
    assert np.isfinite(model.coef_).all()
    assert nn.LogisticRegression(l2=1e-3).fit(X, y).n_iter_ < 30


@pytest.mark.parametrize("solver", ["newton", "lbfgs"])
def test_classes_of_which_some_rows_can_be_told_apart_have_none_either(solver: str) -> None:
    of_ends = [
        (1, -1.3, 3), (0.9, -0.9, 1), (-2, 1.7, 2), (0.1, 1.2, 0), (-0.5, 0.7, 3), (-0.9, -0.5, 2), (-0.3, 2.6, 0),
        (-0.8, 0.3, 3), (0.1, 0.7, 0), (0.3, 0.5, 3), (1.5, -0.4, 3), (1.5, -0.5, 3), (-1.6, 0.9, 2), (0.7, -0.8, 0),
        (-0.8, 0.7, 2),
    ]  # fmt: skip
    X, y = [[u, v, u, 2.0, 2 * u] for u, v, _ in of_ends], [label for *_, label in of_ends]
    with pytest.warns(UserWarning, match="no minimum: the last steps have moved .* and the weights grow without end"):
        nn.LogisticRegression(solver=solver).fit(X, y)


def test_weights_over_nine_decades_are_no_error() -> None:
    X = [
        [-0.2, -0.7, -0.1, -0.3], [-0.2, 2.5, 0.1, 0.4], [-1.8, 1.1, 0.6, 0.7], [2.0, -0.2, -0.2, -1.9],
        [-0.2, -0.1, -2.1, -2.1], [0.2, -1.6, 0.4, 0.0], [-0.5, -0.6, 1.2, 2.4], [1.8, -2.1, -0.3, -0.1],
        [-0.8, -0.4, 0.1, 0.2], [-1.3, 1.3, 0.2, 0.1],
    ]  # fmt: skip
    y, weights = [1, 0, 0, 0, 2, 1, 1, 2, 0, 0], [4.7e4, 8e-4, 5.6e3, 0.4, 3.8e-5, 2.5e4, 0.32, 1.5e3, 3.8e4, 5.9e-4]
    with pytest.warns(UserWarning, match="every row is on its own side"):
        model = nn.LogisticRegression().fit(X, y, sample_weight=weights)
    assert model.predict(X).tolist() == y
    with pytest.raises(ValueError, match="Newton needs curvature"):
        nn.LogisticRegression(solver="newton").fit(X, y, sample_weight=weights)


@given(st.integers(0, 200), st.sampled_from([2, 3]))
def test_labels_and_their_order_change_names_alone(seed: int, classes: int) -> None:
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(40, 2)), rng.integers(0, classes, 40)
    y[:classes] = np.arange(classes)
    names = np.array(["b", "c", "a"])[:classes]
    for make in (lambda: nn.LogisticRegression(l2=0.1), nn.RegressionClassifier, nn.GaussianClassifier):
        numbered, named = make().fit(X, y), make().fit(X, names[y])
        assert named.classes_.tolist() == sorted(names.tolist())
        assert np.mean(names[numbered.predict(X)] == named.predict(X)) == 1.0


@pytest.mark.parametrize("classes", [2, 3])
def test_a_regression_classifier_is_least_squares_on_plus_and_minus_one(classes: int) -> None:
    X, y = standardised(load_iris)
    X, y = X[y < classes], y[y < classes]
    targets = 2.0 * (y[:, None] == np.arange(classes)) - 1.0
    targets = targets[:, 1:] if classes == 2 else targets
    design = np.column_stack([X, np.ones(len(X))])
    wanted = np.linalg.lstsq(design, targets, rcond=None)[0]
    model = nn.RegressionClassifier().fit(X, y)
    np.testing.assert_allclose(model.coef_, wanted[:-1].T, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(model.intercept_, wanted[-1], rtol=1e-9, atol=1e-12)
    by_newton = nn.RegressionClassifier(solver="newton").fit(X, y)
    np.testing.assert_allclose(by_newton.coef_, model.coef_, rtol=1e-8, atol=1e-10)


@pytest.mark.filterwarnings("ignore:not at rest")
def test_points_far_on_the_right_side_bend_the_regression_and_not_the_rest() -> None:
    """The lecture's cautionary tale: rows far beyond the boundary are "too correct"."""
    rng = np.random.default_rng(0)
    near = rng.normal(scale=0.3, size=(60, 2)) + np.repeat([[-1.0, 0.0], [1.0, 0.0]], 30, axis=0)
    far = rng.normal(scale=0.3, size=(30, 2)) + [60.0, 0.0]
    X, y = np.vstack([near, far]), np.repeat([0, 1, 1], 30)
    assert nn.RegressionClassifier().fit(near, y[:60]).score(near, y[:60]) == 1.0
    assert nn.RegressionClassifier().fit(X, y).score(X, y) < 0.9
    for model in (nn.LogisticRegression(l2=1e-4), nn.LinearSVM(l2=1e-4), nn.Perceptron(random_state=0)):
        assert model.fit(X, y).score(X, y) > 0.98, model


@pytest.mark.filterwarnings("ignore:not at rest")
@costly(10, deep=1000)
@given(st.integers(0, 100))
def test_a_perceptron_ends_where_separable_rows_are_all_right(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(60, 2))
    y = (X @ rng.normal(size=2) > 0).astype(int)
    X = X + 0.2 * np.outer(2 * y - 1, [1.0, 1.0])  # no row on the boundary
    model = nn.Perceptron(random_state=seed).fit(X, y)
    if model.n_iter_ < model.max_iter:
        assert model.score(X, y) == 1.0
        assert model.history_[-1] == 0.0


@pytest.mark.filterwarnings("ignore:not at rest")
@costly(8)
@given(st.integers(0, 30))
def test_of_rows_that_no_plane_separates_a_perceptron_gets_most_right(seed: int) -> None:
    rng = np.random.default_rng(seed)
    y = np.arange(80) % 2
    X = rng.normal(size=(80, 3)) + y[:, None] * [1.5, 0.0, 0.0]
    model = nn.Perceptron(random_state=seed).fit(X, y)
    assert model.score(X, y) >= nn.RegressionClassifier().fit(X, y).score(X, y) - 0.03


@pytest.mark.parametrize("l2", [0.1, 0.01])
def test_a_support_vector_machine_reaches_the_reference(l2: float) -> None:
    X, y = standardised(load_breast_cancer)

    def cost(w, b):
        return np.mean(np.maximum(0, 1 - (2 * y - 1) * (X @ w + b))) + l2 / 2 * w @ w

    model = nn.LinearSVM(l2=l2).fit(X, y)
    reference = sklearn.svm.SVC(kernel="linear", C=1 / (l2 * len(X)), tol=1e-10).fit(X, y)
    least = cost(reference.coef_[0], reference.intercept_[0])
    reached = cost(model.coef_[0], model.intercept_[0])
    assert least * (1 - 1e-6) <= reached <= least * (1 + 1e-9)
    assert model.history_[-1] == pytest.approx(reached, rel=1e-12)
    assert 0 <= model.gap_ <= 1e-10 * reached + 1e-15


def test_xor_needs_a_hidden_layer() -> None:
    X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    assert nn.LogisticRegression().fit(X, y).score(X, y) <= 0.75
    for seed in range(5):
        assert nn.MLPClassifier(hidden=(8,), max_iter=1000, random_state=seed).fit(X, y).score(X, y) == 1.0


@pytest.mark.parametrize(("scale", "offset"), [(1e8, 0.0), (1.0, 1e6), (100.0, 5.2e6), (1e6, 1.6e9)])
@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_logistic_regression_finds_it_whatever_the_units(scale: float, offset: float, l2: float) -> None:
    rng = np.random.default_rng(0)
    Z = rng.normal(size=(60, 2))
    y = (Z @ [1.0, 2.0] + rng.normal(size=60) > 0).astype(int)
    X = Z * [scale, 1.0] + [offset, 0.0]
    model, plain = nn.LogisticRegression(l2=l2).fit(X, y), nn.LogisticRegression(l2=l2).fit(Z, y)
    if l2 == 0:
        np.testing.assert_allclose(model.predict_proba(X), plain.predict_proba(Z), atol=1e-4)
    elif scale == 1.0:
        np.testing.assert_allclose(model.coef_, plain.coef_, rtol=1e-4)


def test_a_pocket_holds_the_first_of_the_best_steps_and_the_last_is_among_them() -> None:
    X, y = [[-1.0], [1.0]], [0, 1]
    for seed in range(20):
        model = nn.Perceptron(random_state=seed, max_iter=1, rate=100.0).fit(X, y)
        assert model.score(X, y) == 1.0, "one step of this rate gets there"


@pytest.mark.filterwarnings("ignore:not at the minimum")
def test_the_rate_of_a_support_vector_machine_falls_over_all_steps() -> None:
    X, y = standardised(load_breast_cancer)
    model = nn.LinearSVM(solver="adam", batch_size=100, max_iter=100, random_state=0)
    fitted = nn.LinearSVM(
        solver=nn.Adam(rate=nn.schedules.Cosine(0.1, steps=600)), batch_size=100, max_iter=100, random_state=0
    )
    assert np.array_equal(model.fit(X, y).coef_, fitted.fit(X, y).coef_)

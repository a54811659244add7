"""Every estimator at every scale and offset of its columns: the right model, or an error that names the column."""

import warnings
from fractions import Fraction

import numpy as np
import pytest
import sklearn.linear_model
from scipy.special import expit
from sklearn.base import clone

import nn
from benchmarks.models import certified
from nn.estimators.data.units import WIDE, extremes, in_units
from nn.estimators.linear.least_squares import _triangle
from nn.newton import LARGEST_HESSIAN
from tests.nn.estimators.test_conventions import ALL
from tests.nn.estimators.test_regression import exact

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 2))
Y = X @ [1.0, -2.0] + 3.0 + 0.1 * RNG.normal(size=60)
LABELS = (Y + RNG.normal(size=60) > 3.0).astype(int)
SCALES = [1e-300, 1e-170, 1e-155, 1e-8, 1e8, 1e155, 1e170, 1e300]

FREE_OF_SCALE = [
    nn.LinearRegression(),
    nn.LinearRegression(solver="newton"),
    nn.RegressionClassifier(),
    nn.RegressionClassifier(solver="newton"),
    nn.LogisticRegression(),
]


@pytest.mark.parametrize("estimator", FREE_OF_SCALE, ids=repr)
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("beside", [1.0, None])
def test_units_of_a_column_change_nothing(estimator, scale: float, beside: float | None) -> None:
    units = np.array([scale, beside or scale])
    y = Y if isinstance(estimator, nn.LinearRegression) else LABELS
    plain, other = clone(estimator).fit(X, y), clone(estimator).fit(X * units, y)
    np.testing.assert_allclose(other.coef_ * units, plain.coef_, rtol=1e-9)
    np.testing.assert_allclose(other.intercept_, plain.intercept_, rtol=1e-9)
    assert np.mean(other.predict(X * units) != plain.predict(X)) < (1.1 if y is Y else 0.01)
    assert other.score(X * units, y) == pytest.approx(plain.score(X, y), abs=1e-9)


@pytest.mark.parametrize("scale", [1e-300, 1e-170, 1e170, 1e300])
def test_units_of_y_change_nothing(scale: float) -> None:
    plain, other = nn.LinearRegression().fit(X, Y), nn.LinearRegression().fit(X, Y * scale)
    np.testing.assert_allclose(other.coef_ / scale, plain.coef_, rtol=1e-12)
    assert other.score(X, Y * scale) == pytest.approx(plain.score(X, Y), abs=1e-12)


@pytest.mark.parametrize("covariance", ["shared", "separate"])
@pytest.mark.parametrize("scale", SCALES)
def test_a_gaussian_is_the_same_or_says_which_variance_no_float_holds(covariance: str, scale: float) -> None:
    model = nn.GaussianClassifier(covariance=covariance)
    if 1e-150 < scale < 1e150:
        plain = clone(model).fit(X, LABELS).predict_proba(X)
        np.testing.assert_allclose(model.fit(X * [scale, 1], LABELS).predict_proba(X * [scale, 1]), plain, rtol=1e-9)
    else:
        with pytest.raises(ValueError, match="the variance of column 0 is beyond the range of floats: scale the feat"):
            model.fit(X * [scale, 1], LABELS)


@pytest.mark.parametrize("estimator", ALL, ids=repr)
@pytest.mark.parametrize("scale", SCALES)
def test_no_scale_ends_in_nan_or_in_zeros_without_a_word(estimator, scale: float) -> None:
    y = Y if hasattr(estimator, "score") and not hasattr(estimator, "decision_function") else LABELS
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            model = clone(estimator).fit(X * scale, y)
        except (ValueError, nn.Diverged) as error:
            assert "column 0" in str(error) or "diverged" in str(error) or "overflows" in str(error), error
            return
    assert np.isfinite(np.asarray(model.predict(X * scale), dtype=float)).all()
    moved = scale == 1e-8 or scale == 1e8 or told or np.any(getattr(model, "coef_", 1.0))
    assert moved, "weights of 0, without a word"


OFFSETS = [(1.7e9, 0.3), (1e9, 0.3), (-1e11, 1.0), (1e15, 1e4)]


@pytest.mark.parametrize(("offset", "spread"), OFFSETS)
@pytest.mark.parametrize("estimator", FREE_OF_SCALE, ids=repr)
def test_a_column_far_from_0_is_no_constant(estimator, offset: float, spread: float) -> None:
    t = offset + spread * RNG.uniform(size=(80, 1))
    away = t - offset
    y = 3 * away[:, 0] if isinstance(estimator, nn.LinearRegression) else (away[:, 0] + away[::-1, 0] > spread) * 1
    near, far = clone(estimator).fit(away, y), clone(estimator).fit(t, y)
    np.testing.assert_allclose(far.coef_, near.coef_, rtol=1e-8)


def test_least_squares_is_exact_whatever_the_offset_and_the_units() -> None:
    t = np.column_stack([1.7e9 + RNG.uniform(0, 0.3, 40), 1e-8 * RNG.normal(size=40), 1e8 * RNG.normal(size=40) + 1e9])
    y = RNG.normal(size=40)
    model = nn.LinearRegression().fit(t, y)
    assert model.coef_.dtype == float
    np.testing.assert_allclose([*model.coef_, model.intercept_], exact(t.tolist(), y.tolist(), 0, True), rtol=1e-13)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(1, 3), (WIDE // 3, 3), (WIDE // 3 + 1, 3), (5 * WIDE, 2), (3, WIDE), (7, WIDE + 1)])
def test_units_are_the_same_for_few_rows_and_for_many_side_by_side(shape: tuple[int, int], order: str) -> None:
    rows = np.asarray(np.random.default_rng(1).normal(size=shape) * 10 + 3, order=order)
    for got, wanted in zip(extremes(rows), (rows.max(axis=0), rows.min(axis=0))):
        np.testing.assert_array_equal(got, wanted)
    before, units = rows.copy(), in_units(rows)
    np.testing.assert_array_equal(rows, before)
    np.testing.assert_allclose(np.ldexp(units.A, units.exponent), rows - rows.mean(axis=0), atol=1e-13)
    assert np.max(np.abs(units.A)) <= 1


@pytest.mark.parametrize("apart", [1.0, 1e-3, 1e-6, 1e-10])
def test_a_triangle_keeps_the_digits_of_columns_nearly_alike(apart: float) -> None:
    A = RNG.normal(size=(50, 3))
    A[:, 2] = A[:, 1] + apart * A[:, 2]
    own, wanted = _triangle(A, np.zeros(3)), np.linalg.qr(A, mode="r")
    np.testing.assert_allclose(np.abs(np.diag(own)), np.abs(np.diag(wanted)), rtol=1e-8)


@pytest.mark.parametrize("name", ["Norris", "Longley"])
def test_least_squares_has_every_digit_of_the_data(name: str) -> None:
    rows, y, *_ = certified(name)
    model = nn.LinearRegression().fit(rows, y)
    wanted = exact(rows.tolist(), y.tolist(), 0, True)
    np.testing.assert_allclose([*model.coef_, model.intercept_], wanted, rtol=1e-15)


@pytest.mark.parametrize("estimator", FREE_OF_SCALE, ids=repr)
def test_a_column_of_rounding_is_told(estimator) -> None:
    noise = 0.1 + np.spacing(0.1) * (np.arange(60) % 2)
    with pytest.warns(
        UserWarning, match="column 1 varies by no more than the rounding of its numbers: its weight is 0"
    ):
        model = clone(estimator).fit(np.column_stack([X[:, 0], noise]), LABELS)
    assert np.ravel(model.coef_)[1] == 0.0


def test_a_prediction_lost_in_rounding_is_told() -> None:
    t = 1e15 + np.arange(20.0).reshape(-1, 1) / 4
    with pytest.warns(UserWarning, match="column 0 is so far from 0, for its spread, that rounding shows"):
        model = nn.LinearRegression().fit(t, np.arange(20.0))
    np.testing.assert_allclose(model.coef_, [4.0], rtol=1e-12)


def test_a_weight_that_no_float_holds_is_an_error() -> None:
    with pytest.raises(ValueError, match="the weight of column 0 is beyond the range of floats: scale the features"):
        nn.LinearRegression().fit(X * 1e-300, Y * 1e100)
    with pytest.raises(ValueError, match="the weight of column 1 is beyond the range of floats: scale the features"):
        nn.LinearRegression().fit(X * [1.0, 1e300], Y * 1e-100)


def test_a_prediction_that_no_float_holds_is_an_error() -> None:
    model = nn.LinearRegression().fit(X, Y)
    with pytest.raises(ValueError, match="the prediction of row 1 of X is beyond the range of floats"):
        model.predict([[0.0, 0.0], [0.0, 1.7e308]])
    with pytest.raises(ValueError, match="the score of row 0 of X is beyond the range of floats"):
        nn.LogisticRegression().fit(X, LABELS).predict_proba([[1e308, -1.7e308]])


def test_descent_does_not_rest_before_it_has_begun() -> None:
    with pytest.warns(nn.ConvergenceWarning, match="not at rest: after 100 steps"):
        model = nn.LinearRegression(solver="adagrad", fit_intercept=False, max_iter=100).fit(1e-8 * X[:, :1], Y)
    assert model.coef_[0] > 0


@pytest.mark.parametrize("l2", [1e-3, 0.3])
@pytest.mark.parametrize(("n", "d"), [(30, 80), (30, 400), (80, 30)])
def test_a_penalty_is_ridge_regression(n: int, d: int, l2: float) -> None:
    rng = np.random.default_rng(d)
    rows, y = rng.normal(size=(n, d)) + 5.0, rng.normal(size=n)
    ridge = sklearn.linear_model.Ridge(alpha=n * l2 / 2, solver="svd").fit(rows, y)
    for solver in ("exact", "newton"):
        model = nn.LinearRegression(l2=l2, solver=solver).fit(rows, y)
        np.testing.assert_allclose(model.coef_, ridge.coef_, rtol=1e-8, atol=1e-10)


# --- many features


@pytest.mark.parametrize("classes", [2, 3])
def test_without_a_hessian_it_is_the_converged_reference_too(classes: int) -> None:
    rng = np.random.default_rng(0)
    rows, y, l2 = rng.normal(size=(150, LARGEST_HESSIAN + 50)), np.arange(150) % classes, 0.1
    model = nn.LogisticRegression(l2=l2, solver="newton").fit(rows, y)
    reference = sklearn.linear_model.LogisticRegression(
        C=1 / (l2 * 150), solver="newton-cholesky", tol=1e-14, max_iter=1000
    ).fit(rows, y)
    assert model.n_iter_ < 20
    error = model.predict_proba(rows) - np.eye(classes)[y]
    slopes = error.T @ rows / 150 + l2 * model.coef_ if classes > 2 else error[:, 1] @ rows / 150 + l2 * model.coef_
    assert np.max(np.abs(slopes)) <= 1e-14, "written out by hand"
    np.testing.assert_allclose(model.coef_, reference.coef_, atol=1e-10)
    np.testing.assert_allclose(model.predict_proba(rows), reference.predict_proba(rows), atol=1e-10)


def test_many_features_are_neither_traced_nor_squared(monkeypatch) -> None:
    """10⁴ features, whose Hessian would take 800 MB."""
    rng = np.random.default_rng(0)
    rows, y = rng.normal(size=(20, 10_000)), np.arange(20) % 2
    hessian, sizes = nn.estimators.scores.LinearObjective.hessian, []
    monkeypatch.setattr(
        nn.estimators.scores.LinearObjective,
        "hessian",
        lambda self, theta, X, y: sizes.append(len(theta)) or hessian(self, theta, X, y),
    )
    for model in (nn.LogisticRegression(l2=0.1), nn.LinearRegression(l2=0.1), nn.LinearRegression()):
        assert model.fit(rows, y).score(rows, y) > 0.9
    with pytest.warns(nn.ConvergenceWarning, match="every row is on its own side"):
        assert nn.LogisticRegression(max_iter=10).fit(rows, y).score(rows, y) == 1.0
    assert max(sizes) <= 21, "no more than rows, and the intercept"


def test_newton_without_a_hessian_names_what_it_cannot_do() -> None:
    many = nn.Linear(LARGEST_HESSIAN + 1, bias=False, rng=0)
    rows = np.random.default_rng(0).normal(size=(4, LARGEST_HESSIAN + 1))
    for loss, message in (
        (
            lambda model, x, y: -((model(x) - y) ** 2),
            "Newton is for convex losses; here the Hessian has a curvature of -",
        ),
        (lambda model, x, y: model(x) * y, "Newton needs curvature"),
    ):
        objective = nn.Objective(loss, many)
        with pytest.raises(ValueError, match=message):
            nn.Newton().minimise(objective, objective.parameters, rows, np.ones(4))


def test_the_engines_derivatives_of_scores_are_those_of_the_model() -> None:
    rows, y = X[:7], np.arange(7.0) % 3
    model = nn.Linear(2, 3, bias=False, rng=0)
    whole = nn.Objective(lambda model, x, y: nn.cross_entropy(model(x), y) + nn.l2(model, 0.5), model)
    parts = nn.estimators.scores.LinearObjective(nn.cross_entropy, 3, np.full(2, 0.5), intercept=False)
    theta, v = whole.parameters, np.arange(6.0)
    np.testing.assert_allclose(parts.value(theta, rows, y), whole.value(theta, rows, y), rtol=1e-13)
    np.testing.assert_allclose(parts.value_and_grad(theta, rows, y)[1], whole.value_and_grad(theta, rows, y)[1])
    np.testing.assert_allclose(parts.hessian(theta, rows, y), whole.hessian(theta, rows, y), atol=1e-14)
    np.testing.assert_allclose(parts.hvp(theta, rows, y, tangents=v), whole.hvp(theta, rows, y, tangents=v), atol=1e-13)


@pytest.mark.parametrize("solver", ["newton", "lbfgs", "auto"])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("rows", [60, 6000])
def test_a_penalty_that_leaves_nothing_of_small_numbers_is_told(solver: str, fit_intercept: bool, rows: int) -> None:
    with pytest.warns(UserWarning, match="so small that the penalty keeps their weights at 0"):
        model = nn.LogisticRegression(solver=solver, l2=0.1, fit_intercept=fit_intercept)
        model.fit(np.resize(X, (rows, 2)) * 1e-240, np.resize(LABELS, rows))
    assert not np.any(model.coef_)


@pytest.mark.parametrize("sizes", [[1e-6, 1e6], [1.0, 1e12], [1.0, 1e14], [1e-3, 1e200], [1e-200, 1e200]], ids=str)
@pytest.mark.parametrize("l2", [1e-12, 1e-8, 1e-4, 1.0])
@pytest.mark.parametrize("rows", [60, 8000])
def test_no_column_is_lost_beside_a_much_larger_one(sizes: list[float], l2: float, rows: int) -> None:
    rng = np.random.default_rng(0)
    Z = rng.normal(size=(rows, 2))
    y = Z @ [1.0, -2.0] + rng.logistic(size=rows) > 0
    for solver in ("newton", "lbfgs"):
        model = nn.LogisticRegression(l2=l2, solver=solver).fit(Z * sizes, y)
        v = model.coef_[0] * sizes
        slopes = Z.T @ (expit(Z @ v + model.intercept_[0]) - y) / rows + l2 * model.coef_[0] / sizes
        assert np.all(np.abs(slopes) * np.minimum(1, np.array(sizes) / l2**0.5) < 1e-6)
    losses = []
    for units in (np.array(sizes), np.minimum(sizes, 1e6 * l2**0.5)):  # in larger ones, a penalty is as good as none
        model = nn.LinearSVM(l2=l2).fit(Z * units, y)
        z = Z @ (model.coef_[0] * units) + model.intercept_[0]
        losses.append(np.mean(np.maximum(0, 1 - (2 * y - 1) * z)) + np.sum((model.coef_ * l2**0.5) ** 2) / 2)
        assert model.gap_ <= 1e-9 * losses[-1]
    assert losses[0] == pytest.approx(losses[1], rel=1e-9)


def test_columns_that_rounding_may_hide_are_told() -> None:
    with pytest.warns(UserWarning, match="some of them collinear: rounding may hide small ones, scale the features"):
        nn.LogisticRegression(l2=1.0).fit(np.column_stack([X, X[:, 0] * 1e14, X[:, 0] * 1e14]), LABELS)


NUMBERS = [
    (nn.LogisticRegression(), {"l2": 1.0}),
    (nn.LogisticRegression(solver="lbfgs", fit_intercept=False), {"l2": 2.0}),
    (nn.LogisticRegression(), {"l1": 1.0, "l2": 2.0}),
    (nn.LogisticRegression(solver="adam", max_iter=20), {"l2": 2.0, "rate": 1.0, "tol": 0.0}),
    (nn.LinearRegression(), {"l2": 2.0}),
    (nn.LinearRegression(solver="newton"), {"l2": 2.0}),
    (nn.LinearRegression(), {"l1": 1.0, "l2": 2.0}),
    (nn.RegressionClassifier(), {"l2": 2.0}),
    (nn.RegressionClassifier(), {"l1": 1.0}),
    (nn.LinearSVM(), {"l2": 1.0}),
    (nn.LinearSVM(solver="adam", max_iter=20), {"l2": 1.0, "rate": 2.0}),
    (nn.Perceptron(random_state=0, max_iter=20), {"l2": 1.0, "tol": 0.0}),
    (nn.MLPClassifier(random_state=0, max_iter=3), {"l2": 1.0, "rate": 1.0}),
    (nn.MLPRegressor(random_state=0, max_iter=3), {"l2": 1.0, "rate": 1.0}),
    (nn.GaussianClassifier(), {"shrinkage": 1.0}),
]


@pytest.mark.parametrize("kind", [int, np.int32, np.uint8, np.float16, np.float32, np.longdouble, Fraction])
@pytest.mark.parametrize(("estimator", "params"), NUMBERS, ids=repr)
@pytest.mark.parametrize("units", [[1.0, 1.0], [1e6, 1e-6]])
@pytest.mark.filterwarnings("ignore")
def test_a_parameter_is_a_number_of_any_type(estimator, params: dict, kind, units: list[float]) -> None:
    y = Y if isinstance(estimator, (nn.LinearRegression, nn.MLPRegressor)) else LABELS
    plain = clone(estimator).set_params(**params).fit(X * units, y)
    other = clone(estimator).set_params(**{name: kind(value) for name, value in params.items()}).fit(X * units, y)
    assert np.array_equal(other.predict(X * units), plain.predict(X * units))
    for name in {"theta_", "coef_", "covariance_"} & vars(plain).keys():
        assert np.array_equal(getattr(other, name), getattr(plain, name)), name


def test_columns_that_rounding_confuses_without_an_intercept_are_named() -> None:
    rng = np.random.default_rng(0)
    u = rng.normal(size=(200, 2))
    y = (u.sum(axis=1) + 1 + rng.logistic(size=200) > 0).astype(int)
    for offset in (1e2, 1e6):
        x = u[:, 0] + offset
        X = np.column_stack([x, 3.3 * x + 1, u[:, 1]])  # of which two make up an intercept
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            nn.LogisticRegression(fit_intercept=False).fit(X, y)
        assert ["so nearly collinear" in str(warning.message) for warning in caught] == [True] * (offset > 1e3)

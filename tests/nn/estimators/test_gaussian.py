"""The Gaussian classifier: the exact maximum of the likelihood, the posterior by Bayes' rule, singular covariances."""

import mpmath
import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import multivariate_normal
from sklearn.covariance import shrunk_covariance
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

import nn
from benchmarks.models import moments
from nn.estimators.gaussian import Gaussian

COVARIANCES = ("shared", "separate")


def some_rows(seed: int = 0, classes: int = 2, d: int = 2, n: int = 60):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % classes
    mix = rng.normal(size=(classes, d, d))
    X = np.einsum("nd,nde->ne", rng.normal(size=(n, d)), mix[y]) + rng.normal(scale=2, size=(classes, d))[y]
    return X, y


@pytest.mark.parametrize("covariance", COVARIANCES)
@pytest.mark.parametrize("load", [load_iris, load_breast_cancer])
def test_moments_are_the_exact_maximum_likelihood(load, covariance: str) -> None:
    X, y = load(return_X_y=True)
    X = X[:, :5]
    means, covariances = moments(X, y, covariance)
    model = nn.GaussianClassifier(covariance=covariance).fit(X, y)
    np.testing.assert_allclose(model.means_, means, rtol=1e-12)
    scale = np.sqrt(np.einsum("...i,...j->...ij", *[np.diagonal(covariances, axis1=-2, axis2=-1)] * 2))
    assert np.max(np.abs(model.covariance_ - covariances) / scale) <= 1e-12
    assert model.class_prior_ == pytest.approx(np.bincount(y) / len(y), rel=1e-15)
    each = np.broadcast_to(model.covariance_, (len(means), *covariances.shape[-2:]))
    told = [multivariate_normal(model.means_[k], own).logpdf(X[y == k]) for k, own in enumerate(each)]
    assert model.history_ == pytest.approx([-np.mean(np.concatenate(told))], rel=1e-12)


@pytest.mark.parametrize("covariance", COVARIANCES)
@pytest.mark.parametrize(("classes", "d"), [(2, 1), (2, 3), (3, 2)])
def test_gradient_ascent_finds_the_same_maximum(classes: int, d: int, covariance: str) -> None:
    X, y = some_rows(classes=classes, d=d)
    X = X * np.array([1.0, 100.0, 0.01])[:d] + 5.0
    exact = nn.GaussianClassifier(covariance=covariance).fit(X, y)
    found = nn.GaussianClassifier(covariance=covariance, solver="gradient ascent").fit(X, y)
    np.testing.assert_allclose(found.means_, exact.means_, rtol=1e-6, atol=1e-6 * X.std(axis=0).min())
    np.testing.assert_allclose(found.covariance_ / exact.covariance_, 1.0, atol=1e-6)
    assert found.history_[-1] == pytest.approx(exact.history_[-1], rel=1e-9)


@given(st.integers(0, 50), st.sampled_from(COVARIANCES), st.sampled_from([2, 3]), st.sampled_from([None, "given"]))
def test_the_posterior_is_bayes(seed: int, covariance: str, classes: int, priors) -> None:
    X, y = some_rows(seed, classes)
    given_priors = None if priors is None else np.array([0.2, 0.5, 0.3])[:classes] / np.sum([0.2, 0.5, 0.3][:classes])
    model = nn.GaussianClassifier(covariance=covariance, priors=given_priors).fit(X, y)
    covariances = [model.covariance_] * classes if covariance == "shared" else model.covariance_
    likelihood = [multivariate_normal(m, S).pdf(X) for m, S in zip(model.means_, covariances)]
    joint = np.column_stack(likelihood) * model.class_prior_
    posterior = joint / joint.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict_proba(X), posterior, rtol=1e-8, atol=1e-14)
    if given_priors is not None:
        assert np.array_equal(model.class_prior_, given_priors)


def test_with_a_shared_covariance_the_posterior_is_a_sigmoid_of_the_lectures_w_and_b() -> None:
    X, y = some_rows(3, d=3)
    model = nn.GaussianClassifier().fit(X, y)
    with mpmath.workdps(40):
        inverse = mpmath.matrix(model.covariance_.tolist()) ** -1
        m0, m1 = (mpmath.matrix(m.tolist()) for m in model.means_)
        P0, P1 = model.class_prior_
        w = inverse * (m1 - m0)
        b = -(m1.T * inverse * m1)[0] / 2 + (m0.T * inverse * m0)[0] / 2 + mpmath.log(P1 / P0)
    np.testing.assert_allclose(model.coef_[0], np.array(w.tolist(), dtype=float).ravel(), rtol=1e-12)
    assert model.intercept_[0] == pytest.approx(float(b), rel=1e-12)
    np.testing.assert_allclose(
        model.predict_proba(X)[:, 1], expit(X @ model.coef_[0] + model.intercept_[0]), rtol=1e-12
    )
    assert not hasattr(nn.GaussianClassifier(covariance="separate").fit(X, y), "coef_")
    assert not hasattr(model.set_params(covariance="separate").fit(X, y), "coef_"), "nothing is left of an earlier fit"


def test_a_density_is_that_of_its_moments() -> None:
    density = Gaussian(3, like=Gaussian(3))
    rng = np.random.default_rng(0)
    for p in density.parameters():
        p.data = float(rng.normal(scale=0.5))
    mean, covariance = density.moments()
    for x in rng.normal(size=(5, 3)):
        assert density(x.tolist()).data == pytest.approx(multivariate_normal(mean, covariance).logpdf(x), rel=1e-12)


def test_an_ascent_that_has_not_arrived_says_so() -> None:
    X, y = some_rows()
    with pytest.warns(UserWarning, match="no maximum of the likelihood within 5 steps"):
        nn.GaussianClassifier(solver="gradient ascent", max_iter=5).fit(X, y)
    with pytest.raises(nn.Diverged, match="with learning rate η = 50"):
        nn.GaussianClassifier(solver="gradient ascent", rate=50.0).fit(X, y)


def table(**columns):
    return pandas.DataFrame(columns)


SIX = np.random.default_rng(1).normal(size=(30, 3))
LABELS = ["Water", "Normal"] * 15
SINGULAR = [
    (
        table(hp=SIX[:, 0], attack=SIX[:, 1], speed=SIX[:, 2], total=SIX[:, 0] + SIX[:, 1]),
        {},
        "the shared covariance is singular: columns hp, attack, total are collinear",
    ),
    (
        table(hp=SIX[:, 0], same=np.full(30, 7.0)),
        {},
        "the shared covariance is singular: column same is constant",
    ),
    (
        np.column_stack([SIX, 2 * SIX[:, 1] + 5]),
        {"covariance": "separate"},
        "the covariance of class 'Normal' is singular: columns 1, 3 are collinear",
    ),
    (
        np.column_stack([SIX, 1e-9 * SIX[:, 2]]),
        {"solver": "gradient ascent"},
        "the shared covariance is singular: columns 2, 3 are collinear",
    ),
]


@pytest.mark.parametrize(("X", "params", "message"), SINGULAR)
def test_a_singular_covariance_is_an_error_that_names_the_columns(X, params, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        nn.GaussianClassifier(**params).fit(X, LABELS)


def test_too_few_rows_are_an_error_that_says_how_many() -> None:
    X, y = SIX[:7], [0, 0, 0, 0, 0, 1, 1]
    nn.GaussianClassifier().fit(X, y)
    with pytest.raises(
        ValueError, match="class 1 of 3 features is singular: it needs 4 samples at least, n_samples = 2"
    ):
        nn.GaussianClassifier(covariance="separate").fit(X, y)
    with pytest.raises(ValueError, match="shared covariance of 3 features is singular: it needs 5 samples"):
        nn.GaussianClassifier().fit(X[-4:], y[-4:])


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"covariance": "diagonal"}, "covariance must be one of shared, separate, got 'diagonal'"),
        ({"solver": "newton"}, "solver must be one of exact, gradient ascent, got 'newton'"),
        ({"priors": [0.5, 0.6]}, "priors must be 2 numbers above 0 that add up to 1"),
        ({"priors": [1.0]}, "priors must be 2 numbers"),
        ({"max_iter": -1}, "max_iter must be a whole number, 1 or more, got -1"),
        ({"tol": -1.0}, "tol must be 0 or more"),
        ({"rate": 0.0}, "rate must be above 0"),
        ({"priors": [0.0, 1.0]}, "priors must be 2 numbers above 0"),
    ],
)
def test_parameters_that_make_no_sense(params, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        nn.GaussianClassifier(**params).fit(SIX, LABELS)


@pytest.mark.parametrize("value", [0.1, 0.3, 0.7, 1.1, 1e6 + 0.1, 0.0])
@pytest.mark.parametrize("beside", [None, 1e-4, 1e15])
def test_a_constant_column_is_one_whatever_its_rounding(value: float, beside: float | None) -> None:
    X = np.full((30, 1), value) if beside is None else np.column_stack([np.full(30, value), beside * SIX[:, 0]])
    with pytest.raises(ValueError, match="is singular: column 0 is constant"):
        nn.GaussianClassifier().fit(X, LABELS)


@pytest.mark.parametrize("scale", [1e-140, 1e-15, 1e15, 1e140])
@pytest.mark.parametrize("covariance", COVARIANCES)
def test_units_change_nothing(scale: float, covariance: str) -> None:
    X, y = some_rows()
    plain = nn.GaussianClassifier(covariance=covariance).fit(X, y)
    other = nn.GaussianClassifier(covariance=covariance).fit(X * [scale, 1.0], y)
    np.testing.assert_allclose(other.predict_proba(X * [scale, 1.0]), plain.predict_proba(X), rtol=1e-9, atol=1e-15)


def test_columns_that_are_nearly_collinear_are_legal() -> None:
    X = np.column_stack([SIX, SIX[:, 0] + 1e-7 * SIX[::-1, 1]])
    assert nn.GaussianClassifier().fit(X, LABELS).coef_.shape == (1, 4)


def test_a_row_farther_than_squares_reach_is_an_error() -> None:
    model = nn.GaussianClassifier(covariance="separate").fit(SIX, LABELS)
    with pytest.raises(ValueError, match="standard deviations off"):
        model.predict_proba([[1e155, 0.0, 0.0]])


def test_far_off_means_cost_no_digits() -> None:
    X, y = some_rows()
    plain, far = nn.GaussianClassifier().fit(X, y), nn.GaussianClassifier().fit(X + 1e7, y)
    np.testing.assert_allclose(far.coef_, plain.coef_, rtol=1e-6)
    np.testing.assert_allclose(far.predict_proba(X + 1e7), plain.predict_proba(X), atol=1e-5)


@given(st.integers(0, 2**32 - 1), st.one_of(st.floats(0.01, 1), st.just("auto")), st.integers(1, 12))
@settings(max_examples=20)
def test_shrinkage_is_scikit_learn_s(seed: int, shrinkage, d: int) -> None:
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(14, d)) * 10.0 ** rng.integers(-3, 3, d), np.arange(14) % 3 * 2 // 3
    X[:, 0] += y
    theirs = LinearDiscriminantAnalysis("lsqr", shrinkage=shrinkage, store_covariance=True).fit(X, y)
    shared = nn.GaussianClassifier(shrinkage=shrinkage).fit(X, y)
    np.testing.assert_allclose(shared.covariance_, theirs.covariance_, rtol=1e-9)
    np.testing.assert_allclose(shared.decision_function(X), theirs.decision_function(X), rtol=1e-6, atol=1e-8)
    if shrinkage != "auto":
        separate = nn.GaussianClassifier(covariance="separate", shrinkage=shrinkage).fit(X, y)
        for k, S in enumerate(separate.covariance_):
            np.testing.assert_allclose(S, shrunk_covariance(np.cov(X[y == k].T, ddof=0).reshape(d, d), shrinkage))


def test_shrinkage_says_what_it_cannot_do() -> None:
    X, y = [[0.0, 1.0], [1.0, 1.0], [2.0, 1.0], [3.0, 1.0]], [0, 0, 1, 1]
    assert nn.GaussianClassifier(shrinkage=0.5).fit(X, y).score(X, y) == 1
    for shrinkage, message in (
        (1.5, "shrinkage must be None, 'auto', or a number from 0 to 1, got 1.5"),
        ("much", "shrinkage must be None"),
        (0, "column 1 is constant"),
    ):
        with pytest.raises(ValueError, match=message):
            nn.GaussianClassifier(shrinkage=shrinkage).fit(X, y)
    with pytest.raises(ValueError, match="a covariance is singular in spite of its shrinkage: column 0 is constant"):
        nn.GaussianClassifier(covariance="separate", shrinkage=0.5).fit([[0.0], [1.0], [2.0]], [0, 1, 1])
    with pytest.raises(ValueError, match="shrinkage needs solver='exact'"):
        nn.GaussianClassifier(shrinkage=0.5, solver="gradient ascent").fit(X, y)


@given(st.integers(0, 50), st.sampled_from(COVARIANCES), st.sampled_from([None, 0.3]))
@settings(max_examples=10)
def test_its_history_is_minus_the_mean_log_likelihood(seed: int, covariance: str, shrinkage) -> None:
    X, y = some_rows(seed)
    X = X * [1.0, 1e3] + 7.0
    model = nn.GaussianClassifier(covariance=covariance, shrinkage=shrinkage).fit(X, y)
    covariances = np.broadcast_to(model.covariance_, (2, 2, 2))
    told = [multivariate_normal(m, S).logpdf(row) for row, m, S in zip(X, model.means_[y], covariances[y])]
    assert model.history_[-1] == pytest.approx(-np.mean(told), rel=1e-9)

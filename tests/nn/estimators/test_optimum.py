"""Never short in silence: whatever the data, an estimator reaches the optimum of its goodness, or warns, truly."""

import warnings

import numpy as np
import pytest
from scipy.special import expit, logsumexp
from sklearn.base import clone, is_classifier

import nn

REACHED = 1e-9  # relative to the least loss


def _scenarios():
    """Rows and λ by name; y is a noisy function of three columns unless the name says otherwise."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(90, 3))
    score = X @ [1.0, -2.0, 0.5]
    noisy, clean = score + 2 * rng.normal(size=90), score + 3 * np.sign(score)
    rare = np.concatenate([rng.normal(size=(2002, 2)), [[2.0, 2.0], [3.0, 0.0]]])
    wide = rng.normal(size=(30, 60))
    third = np.arange(90) >= 60
    mixed = np.array([1e-6, 1.0, 1e6])
    return {
        "numbers of 1e-6": (1e-6 * X, noisy, 0.0),
        "numbers of 1e6": (1e6 * X, noisy, 1e-3),
        "numbers of 1e-6 to 1e6": (X * mixed, noisy, 0.0),
        "numbers of 1e-6 to 1e6, penalised": (X * mixed, noisy, 1e-3),
        "an offset of 1e6": (X + 1e6, noisy, 0.0),
        "an offset of 1e8": (X + 1e8, noisy, 1e-3),
        "collinear": (np.column_stack([X, X[:, 0] + X[:, 1]]), noisy, 0.0),
        "nearly collinear": (np.column_stack([X, X[:, 0] + 1e-6 * rng.normal(size=90)]), noisy, 0.0),
        "a constant column": (np.column_stack([X, np.full(90, 7.0)]), noisy, 1e-3),
        "separable": (X, clean, 0.0),
        "in part separable": (np.column_stack([X, third]), np.where(third, 5.0, noisy), 0.0),
        "imbalanced": (rare, np.append(np.full(2002, -1.0) + 0.01 * rng.normal(size=2002), [1.0, 1.0]), 0.0),
        "λ = 0": (X, noisy, 0.0),
        "λ = 1e-6": (X, noisy, 1e-6),
        "λ = 1": (X, noisy, 1.0),
        "λ = 1e6": (X, noisy, 1e6),
        "more columns than rows": (wide, wide[:, 0] + rng.normal(size=30), 1e-3),
        "more columns than rows, λ = 0": (wide, wide[:, 0] + rng.normal(size=30), 0.0),
    }


SCENARIOS = _scenarios()
LINEAR = [
    nn.LinearRegression(),
    nn.LinearRegression(solver="newton"),
    nn.LinearRegression(solver="adagrad", rate=1.0, max_iter=200),
    nn.RegressionClassifier(),
    nn.RegressionClassifier(solver="adam", max_iter=250),
    nn.LogisticRegression(),
    nn.LogisticRegression(solver="adam", max_iter=250),
    nn.LinearSVM(),
    nn.LinearSVM(solver="adam", max_iter=250),
]

ENDLESS = ("separable", "in part separable", "more columns than rows, λ = 0")  # the likelihood has no maximum


def goodness(estimator, z, y):
    """Step 2 of the lecture by hand, in extended precision: the mean loss of scores z, (n,) or (n, K)."""
    if isinstance(estimator, nn.LinearRegression):
        return np.mean((z - y) ** 2)
    if isinstance(estimator, nn.LogisticRegression):
        z = np.column_stack([np.zeros(len(y)), z]) if z.ndim == 1 else z
        return np.mean(logsumexp(z - z[np.arange(len(y)), y][:, None], axis=1))
    signs = 2.0 * y - 1.0 if z.ndim == 1 else 2.0 * (y[:, None] == np.arange(z.shape[1])) - 1.0
    losses = (z - signs) ** 2 if isinstance(estimator, nn.RegressionClassifier) else np.maximum(0, 1 - signs * z)
    return np.mean(losses.reshape(len(y), -1).sum(axis=1))


def reached(model, X, y) -> float:
    """The loss of a fitted linear model, and its penalty."""
    W, b = np.atleast_2d(model.coef_), np.ravel(model.intercept_)
    centre = X.mean(axis=0)
    z = (X.astype(np.longdouble) - centre) @ W.T.astype(np.longdouble) + (b + W @ centre.astype(np.longdouble))
    return float(goodness(model, z[:, 0] if len(b) == 1 else z, y) + model.l2 / 2 * np.sum(W**2))


def least(estimator, X, y) -> float:
    """The least loss there is, by Newton's method in an orthonormal basis of the centred columns."""
    A = X.astype(np.longdouble) - X.mean(axis=0, dtype=np.longdouble)
    scale = np.maximum(np.max(np.abs(A), axis=0), np.sqrt(estimator.l2) or 1e-300)
    scale = np.ones_like(scale) if A.shape[1] > len(A) else scale  # a penalty on all alike keeps to the span of rows
    U, s, Vt = np.linalg.svd((A / scale).astype(float), full_matrices=False)
    U, back = U[:, s > 1e-13 * s[0]], (Vt / scale.astype(float))[s > 1e-13 * s[0]] / s[s > 1e-13 * s[0], None]
    U = np.column_stack([U, np.ones(len(y))])
    pull = estimator.l2 * (back @ back.T)
    pull = np.pad(pull, (0, 1))
    square = not isinstance(estimator, nn.LogisticRegression)
    t = y if isinstance(estimator, nn.LinearRegression) else 2.0 * y - 1.0 if square else y.astype(float)

    def cost(v):
        z = U @ v
        return goodness(estimator, z, y) + v @ pull @ v / 2

    v = np.zeros(U.shape[1])
    for _ in range(60):
        before, z = v, U @ v
        p = expit(z)
        slope, curve = (2 * (z - t), np.full(len(z), 2.0)) if square else (p - t, p * (1 - p))
        step = np.linalg.lstsq(
            U.T @ (curve[:, None] * U) / len(z) + pull, U.T @ slope / len(z) + pull @ v, rcond=1e-15
        )[0]
        size = 1.0
        while size > 1e-3 and not cost(v - size * step) <= cost(v):
            size /= 2
        v = v - size * step if size > 1e-3 else v
        if np.max(np.abs(U @ (v - before))) < 1e-10:
            break
    return float(cost(v))


def lower_bound(model, X, y) -> float:
    """The dual of a support vector machine at `dual_coef_`: no weights have a lower loss."""
    A = X.astype(np.longdouble) - X.mean(axis=0, dtype=np.longdouble)
    signs = 2.0 * y - 1.0
    pulls = model.dual_coef_[0] * signs  # α: from 0 to 1, and as much on either side
    assert np.all((pulls >= 0) & (pulls <= 1))
    assert abs(np.sum(model.dual_coef_[0])) <= 1e-12 * np.sum(pulls)
    w = model.dual_coef_[0] @ A / len(y)
    return float(np.mean(pulls) - (np.sum(w**2) / (2 * model.l2) if model.l2 else 0.0))


def fitted(estimator, X, y):
    """The model, and what it said."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            model = estimator.fit(X, y)
        except (nn.Diverged, ValueError) as error:
            return None, str(error)
    return model, "; ".join(str(warning.message) for warning in told)


@pytest.mark.parametrize("estimator", LINEAR, ids=repr)
@pytest.mark.parametrize("name", SCENARIOS)
def test_the_optimum_or_a_word(estimator, name: str) -> None:
    X, score, l2 = SCENARIOS[name]
    y = (score > 0).astype(int) if is_classifier(estimator) else score
    model, told = fitted(clone(estimator).set_params(l2=l2), X, y)
    if told:
        assert model is None or name in ENDLESS or "ada" in str(estimator.solver), told
        return
    bound = lower_bound(model, X, y) if isinstance(model, nn.LinearSVM) else least(model, X, y)
    start = goodness(model, np.zeros(len(y)), y)
    assert bound * (1 - REACHED) <= reached(model, X, y) <= bound * (1 + REACHED) + 1e-14 * start, told


SAID = {
    "every row is on its own side": (nn.LogisticRegression(), "separable"),
    "the last steps have moved the log odds of row": (nn.LogisticRegression(), "in part separable"),
    "no minimum within 2 steps: the loss is .* and still falls": (nn.LogisticRegression(max_iter=2), "λ = 0"),
    "at rest, and not at the minimum": (nn.RegressionClassifier(solver="adam"), "nearly collinear"),
    "not at the minimum after 2 passes": (nn.LinearRegression(solver="adam", max_iter=2, batch_size=30), "λ = 0"),
    "of no use: .* take a smaller rate": (nn.MLPRegressor(max_iter=1, rate=1.0, random_state=0), "λ = 0"),
    "scale the features, since column 0": (nn.MLPClassifier(max_iter=1, random_state=0), "numbers of 1e6"),
    "its least may be": (nn.LinearSVM(solver="adam", max_iter=20), "λ = 1"),
    "not at the minimum: .* with steps enough": (nn.LinearSVM(max_iter=2), "λ = 1"),
    "some rows are still on the wrong side": (nn.Perceptron(max_iter=20, random_state=0), "λ = 0"),
    "the loss still falls, from": (nn.MLPRegressor(max_iter=10, random_state=0), "λ = 0"),
}


@pytest.mark.parametrize("what", SAID)
def test_what_a_fit_that_ends_short_says(what: str) -> None:
    estimator, name = SAID[what]
    X, score, l2 = SCENARIOS[name]
    with pytest.warns(nn.ConvergenceWarning, match=what):
        clone(estimator).set_params(l2=l2).fit(X, (score > 0).astype(int) if is_classifier(estimator) else score)


def test_lbfgs_rests_where_rounding_hides_what_is_left() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        X = rng.normal(size=(6, 4))
        y = 1e12 + 1e6 * rng.normal(size=6)
        model = nn.LinearRegression(solver="lbfgs", l2=0.1).fit(X, y)
        assert len(model.history_) < 200
        assert model.history_[-1] == pytest.approx(nn.LinearRegression(l2=0.1).fit(X, y).history_[-1], rel=1e-9)

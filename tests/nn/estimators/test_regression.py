"""Regression: exact solutions in exact arithmetic, the penalty, and solvers that agree."""

from fractions import Fraction

import numpy as np
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import PolynomialFeatures

import nn

whole = st.integers(-50, 50)


def exact(X, y, l2, fit_intercept):
    """w and b in Fractions, from the normal equations of mean squared error plus (λ/2)‖w‖², by elimination."""
    rows = [[Fraction(v) for v in x] + [Fraction(1)] * fit_intercept for x in X]
    n, d = len(rows), len(rows[0])
    A = [[sum(r[i] * r[j] for r in rows) for j in range(d)] for i in range(d)]
    for i in range(d - fit_intercept):
        A[i][i] += n * Fraction(l2) / 2
    c = [sum(r[i] * Fraction(v) for r, v in zip(rows, y)) for i in range(d)]
    for i in range(d):
        pivot = next((k for k in range(i, d) if A[k][i] != 0), None)
        if pivot is None:
            return None
        A[i], A[pivot], c[i], c[pivot] = A[pivot], A[i], c[pivot], c[i]
        for k in range(d):
            if k != i:
                f = A[k][i] / A[i][i]
                A[k] = [u - f * v for u, v in zip(A[k], A[i])]
                c[k] -= f * c[i]
    return [float(c[i] / A[i][i]) for i in range(d)]


@given(st.data(), st.integers(1, 3), st.sampled_from([0, 0.5, 8]), st.booleans())
def test_the_exact_solver_is_exact(data, d: int, l2: float, fit_intercept: bool) -> None:
    rows = data.draw(st.lists(st.lists(whole, min_size=d, max_size=d), min_size=d + 2, max_size=8))
    y = data.draw(st.lists(whole, min_size=len(rows), max_size=len(rows)))
    wanted = exact(rows, y, l2, fit_intercept)
    model = nn.LinearRegression(l2=l2, fit_intercept=fit_intercept).fit(rows, y)
    if wanted is not None:
        got = [*model.coef_, model.intercept_][: len(wanted)]
        np.testing.assert_allclose(got, wanted, rtol=1e-8, atol=1e-10)
    residual = np.array(y) - model.predict(rows)
    slopes = np.array(rows).T @ residual - len(rows) * l2 / 2 * model.coef_
    assert np.abs(slopes).max() <= 1e-8 * (1 + np.abs(rows).max()) * (1 + np.abs(y).max()) * len(rows)
    if fit_intercept:
        assert abs(residual.sum()) <= 1e-9 * (1 + np.abs(y).max()) * len(rows)
    else:
        assert model.intercept_ == 0.0


def test_of_many_solutions_one_is_given() -> None:
    X = [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]
    model = nn.LinearRegression().fit(X, [1.0, 2.0, 3.0])
    np.testing.assert_allclose(model.coef_, [0.5, 0.5])
    np.testing.assert_allclose(nn.LinearRegression().fit([[1.0, 2.0]], [7.0]).predict([[1.0, 2.0]]), [7.0])


@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize(
    "solver",
    [
        "newton",
        nn.SGD(rate=0.1),
        nn.SGD(rate=0.02, momentum=0.9),
        nn.Adagrad(rate=1.0),
        nn.Adam(rate=nn.schedules.InverseTime(0.3)),
    ],
)
def test_every_solver_finds_the_same(solver, fit_intercept: bool, l2: float) -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(50, 3))
    y = X @ [1.0, -2.0, 3.0] + 4.0 + rng.normal(size=50)
    wanted = nn.LinearRegression(l2=l2, fit_intercept=fit_intercept).fit(X, y)
    model = nn.LinearRegression(solver=solver, l2=l2, fit_intercept=fit_intercept, max_iter=5000, tol=1e-9).fit(X, y)
    np.testing.assert_allclose(model.coef_, wanted.coef_, rtol=1e-6)
    assert model.intercept_ == pytest.approx(wanted.intercept_, rel=1e-6)
    assert model.history_[-1] == pytest.approx(wanted.history_[-1], rel=1e-9)


@given(st.integers(1, 6), st.integers(1, 3))
def test_a_polynomial_is_found_again(degree: int, d: int) -> None:
    rng = np.random.default_rng(degree)
    X = rng.uniform(-1, 1, size=(60, d))
    w = rng.normal(size=(d, degree))
    y = 3.0 + sum(w[j, k - 1] * X[:, j] ** k for j in range(d) for k in range(1, degree + 1))
    model = nn.PolynomialRegression(degree=degree).fit(X, y)
    np.testing.assert_allclose(model.coef_, w.ravel(), rtol=1e-6, atol=1e-9)
    assert model.intercept_ == pytest.approx(3.0, rel=1e-7)
    assert model.score(X, y) == pytest.approx(1.0)


def test_r_squared_of_a_constant() -> None:
    model = nn.LinearRegression().fit([[0.0], [1.0]], [2.0, 2.0])
    assert model.score([[0.0], [1.0]], [2.0, 2.0]) == 1.0
    assert model.score([[0.0], [1.0]], [3.0, 3.0]) == 0.0
    assert model.score([[0.0], [1.0]], [1.0, 3.0]) == pytest.approx(0.0)


def test_a_degree_below_one_is_an_error() -> None:
    with pytest.raises(ValueError, match="degree must be a whole number, 1 or more, got 0"):
        nn.PolynomialRegression(degree=0).fit([[0.0], [1.0]], [2.0, 2.0])


@pytest.mark.parametrize("constant", [0.0, 0.1, 0.3, 1.1, 1e6 + 0.1, -1e-9])
@pytest.mark.parametrize("l2", [0.0, 0.1])
@pytest.mark.parametrize("model", [nn.LinearRegression, nn.PolynomialRegression])
def test_a_constant_column_is_left_alone(model, constant: float, l2: float) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=20)
    y = 2 * x + 5 + 0.01 * rng.normal(size=20)
    wanted = model(l2=l2).fit(x.reshape(-1, 1), y)
    got = model(l2=l2).fit(np.column_stack([np.full(20, constant), x]), y)
    d = len(wanted.coef_)
    np.testing.assert_allclose(got.coef_[:d], 0.0, atol=1e-25)
    np.testing.assert_allclose(got.coef_[d:], wanted.coef_, rtol=1e-10)
    assert got.intercept_ == pytest.approx(wanted.intercept_, rel=1e-10)


@pytest.mark.parametrize("scale", [1e-150, 1e-15, 1e15, 1e150])
@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_a_column_of_another_scale_costs_no_other_one(scale: float, l2: float) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(30, 2))
    y = X @ [1.0, 2.0] + 7.0
    model = nn.LinearRegression(l2=l2).fit(X * [scale, 1.0], y)
    if l2 == 0 or scale > 1:  # a penalty removes a tiny column's large weight
        np.testing.assert_allclose(model.coef_[0] * scale, 1.0, rtol=1e-9 if l2 == 0 else 0.2)
    assert model.intercept_ == pytest.approx(7.0, abs=0.5)
    assert model.score(X * [scale, 1.0], y) > 0.6


def test_a_strong_penalty_leaves_the_mean() -> None:
    model = nn.LinearRegression(l2=1e28).fit([[1.0], [2.0], [3.0]], [3.0, 5.0, 7.0])
    assert model.intercept_ == pytest.approx(5.0)
    assert model.coef_[0] == pytest.approx(0.0, abs=1e-20)


def test_the_refinement_keeps_digits_of_a_nearly_collinear_design() -> None:
    X = np.vander(np.linspace(0, 1, 21), 9)[:, :-1]
    w = np.arange(1.0, 9.0)
    model = nn.LinearRegression().fit(X, X @ w + 1.0)
    np.testing.assert_allclose(model.coef_, w, rtol=2e-9)


@pytest.mark.parametrize(
    ("params", "X", "message"),
    [
        ({"degree": 2.5}, [[1.0], [2.0]], "degree must be a whole number, 1 or more, got 2.5"),
        ({"degree": "2"}, [[1.0], [2.0]], "degree must be a whole number"),
        ({"degree": 2}, [[1e200], [2.0]], "x to the power of 2 overflows: scale the features"),
    ],
)
def test_powers_that_make_no_sense(params, X, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        nn.PolynomialRegression(**params).fit(X, [1.0, 2.0])


def test_the_degree_that_was_learned_is_the_one_that_predicts() -> None:
    model = nn.PolynomialRegression(degree=2).fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 4.0]).set_params(degree=3)
    np.testing.assert_allclose(model.predict([[3.0]]), [9.0])


@pytest.mark.parametrize(("scale", "offset"), [(1e9, 0.0), (1.0, 1e6), (100.0, 5e6), (1e-9, 0.0)])
def test_newton_finds_it_whatever_the_units(scale: float, offset: float) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 2)) * [scale, 1.0] + [offset, 0.0]
    y = X @ [1 / scale, 2.0] + rng.normal(size=60)
    model, exact = (nn.LinearRegression(solver=solver).fit(X, y) for solver in ("newton", "exact"))
    np.testing.assert_allclose(model.predict(X), exact.predict(X), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("options", [{}, {"l2": 0.1}, {"l1": 0.1}, {"solver": "newton"}], ids=repr)
def test_several_outputs_are_as_many_regressions(options) -> None:
    rng = np.random.default_rng(0)
    X, weight = rng.normal(size=(40, 3)), rng.uniform(size=40)
    Y = X @ rng.normal(size=(3, 2)) + [1e-3, 1e3] * rng.normal(size=(40, 2))
    for kind in (nn.LinearRegression, nn.PolynomialRegression):
        together = kind(**options).fit(X, Y, sample_weight=weight)
        single = [kind(**options).fit(X, y, sample_weight=weight) for y in Y.T]
        np.testing.assert_allclose(together.coef_, [model.coef_ for model in single], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(together.predict(X), np.transpose([model.predict(X) for model in single]), rtol=1e-9)
        assert together.score(X, Y) == pytest.approx(np.mean([m.score(X, y) for m, y in zip(single, Y.T)]))
    with pytest.raises(ValueError, match=r"y has the shape \(40,\), and predictions have \(40, 2\)"):
        together.score(X, Y[:, 0])


def test_powers_have_the_names_of_scikit_learn() -> None:
    X = pandas.DataFrame({"hp": [1.0, 2.0, 3.0, 5.0, 6.0, 7.0], "cp": [2.0, 7.0, 1.0, 8.0, 2.0, 8.0]})
    y = [1.0, 2.0, 4.0, 8.0, 5.0, 7.0]
    model = nn.PolynomialRegression().fit(X, y)
    theirs = PolynomialFeatures(2, include_bias=False).fit(X).get_feature_names_out()
    assert set(model.get_feature_names_out()) == {name for name in theirs if " " not in name}
    assert model.summary(X, y).names == (*model.get_feature_names_out(), "intercept")
    assert nn.PolynomialRegression(degree=1).fit(X.to_numpy(), y).get_feature_names_out().tolist() == ["x0", "x1"]
    with pytest.raises(ValueError, match="input_features is not equal to feature_names_in_"):
        model.get_feature_names_out(["cp", "hp"])
    with pytest.raises(ValueError, match="input_features has 1 names, and X has 2 columns"):
        model.get_feature_names_out(["cp"])

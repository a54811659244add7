"""Standard errors, z, p and confidence intervals: statsmodels' numbers, and what no fit can tell."""

import pickle

import numpy as np
import pytest

import nn
from autograd import exp

ROWS = np.array(
    [
        *[(1, 5, 0, 1.5, 0), (2, 3, 0, 2.0, 1), (3, 8, 1, 4.5, 2), (4, 1, 0, 1.0, 1), (5, 9, 1, 7.5, 4)],
        *[(6, 2, 1, 3.0, 2), (7, 7, 0, 6.0, 3), (8, 4, 1, 6.5, 6), (9, 6, 1, 8.0, 5), (10, 0, 0, 4.0, 4)],
        *[(11, 5, 1, 9.5, 9), (12, 2, 0, 7.0, 6)],
    ]
)
X, LABELS, NUMBERS, COUNTS = ROWS[:, :2], ROWS[:, 2].astype(int), ROWS[:, 3], ROWS[:, 4]

# From statsmodels 0.15: the estimate, its standard error, z or t, p, and the interval of 95 %, for x0, x1, intercept.
REFERENCE = {
    ("logistic", "hessian"): [
        (0.19747715198, 0.204547094232, 0.965436114948, 0.334326419797, -0.203427785858, 0.598382089817),
        (0.506750667918, 0.297502977309, 1.70334654295, 0.0885032353324, -0.0763444529015, 1.08984578874),
        (-3.49328857355, 2.28730663625, -1.52724978723, 0.12669891032, -7.97632720219, 0.989750055099),
    ],
    ("logistic", "sandwich"): [
        (0.19747715198, 0.154030029167, 1.28206917214, 0.199818382063, -0.104416157726, 0.499370461685),
        (0.506750667918, 0.291276185489, 1.73976003931, 0.0819011619655, -0.0641401651951, 1.07764150103),
        (-3.49328857355, 2.04930255556, -1.70462314804, 0.088264731315, -7.50984777588, 0.523270628787),
    ],
    ("linear", "hessian"): [
        (0.687034131032, 0.0607487948429, 11.3094281592, 1.2736014271e-06, 0.549610809647, 0.824457452417),
        (0.660567169198, 0.0771481461318, 8.56232070787, 1.28132101912e-05, 0.486045937829, 0.835088400567),
        (-2.28651291823, 0.612038483548, -3.73589730008, 0.00465488027821, -3.6710401577, -0.901985678766),
    ],
    ("linear", "sandwich"): [
        (0.687034131032, 0.0525989079111, 13.0617565709, 5.44565729711e-39, 0.5839421659, 0.790126096164),
        (0.660567169198, 0.0629369006878, 10.4957054126, 9.03999361029e-26, 0.537213110551, 0.783921227845),
        (-2.28651291823, 0.505223817447, -4.52574253087, 6.01838160352e-06, -3.27673340456, -1.2962924319),
    ],
    ("poisson", "hessian"): [
        (0.22746119823, 0.0575018174467, 3.9557218942, 7.63038861129e-05, 0.114759706989, 0.340162689471),
        (0.113444310504, 0.0665454081802, 1.70476541668, 0.0882381838447, -0.0169822928654, 0.243870913874),
        (-0.95773477013, 0.696560397161, -1.3749486391, 0.169147368403, -2.32296806162, 0.407498521363),
    ],
    ("poisson", "sandwich"): [
        (0.22746119823, 0.0253022456864, 8.98976324272, 2.47763575898e-19, 0.177869707957, 0.277052688504),
        (0.113444310504, 0.0216381713531, 5.24278640061, 1.58169607024e-07, 0.0710342739609, 0.155854347048),
        (-0.95773477013, 0.290430671364, -3.29763645703, 0.000975022846671, -1.52696842601, -0.388501114251),
    ],
}


def poisson():
    """A likelihood in natural code, and its minimum."""
    line = nn.Linear(2, rng=0)
    objective = nn.Objective(lambda line, x, y: exp(line(x)) - y * line(x), line)
    objective.store(nn.Newton().minimise(objective, 0 * objective.parameters, X, COUNTS))
    return objective


@pytest.mark.parametrize(("kind", "covariance"), REFERENCE)
def test_it_is_the_table_of_statsmodels(kind: str, covariance: str) -> None:
    if kind == "poisson":
        found = nn.summary(poisson(), X, COUNTS, covariance=covariance)
    else:
        model, y = (nn.LogisticRegression(), LABELS) if kind == "logistic" else (nn.LinearRegression(), NUMBERS)
        found = model.fit(X, y).summary(X, y, covariance=covariance)
    got = np.column_stack([found.estimate, found.error, found.z, found.p, found.low, found.high])
    np.testing.assert_allclose(got, REFERENCE[kind, covariance], rtol=1e-9)


@pytest.mark.parametrize("covariance", ["hessian", "sandwich"])
def test_units_and_offsets_of_columns_change_no_z(covariance: str) -> None:
    for model, y in ((nn.LogisticRegression(), LABELS), (nn.LinearRegression(), NUMBERS)):
        plain, other = (model.fit(A, y).summary(A, y, covariance=covariance) for A in (X, X * [1e-6, 1e6] + [1, 1e8]))
        np.testing.assert_allclose(other.z[:2], plain.z[:2], rtol=1e-6)
        np.testing.assert_allclose(other.error[:2] * [1e-6, 1e6], plain.error[:2], rtol=1e-6)


@pytest.mark.parametrize("covariance", ["hessian", "sandwich"])
@pytest.mark.parametrize("classes", [2, 3])
def test_a_search_by_gradients_costs_it_no_digits(classes: int, covariance: str) -> None:
    rng = np.random.default_rng(0)
    A = rng.normal(size=(6000, 3)) + 1
    y = np.argmax(A @ rng.normal(size=(3, classes)) + rng.gumbel(size=(6000, classes)), axis=1)
    newton, lbfgs = (
        nn.LogisticRegression(solver=solver).fit(A, y).summary(A, y, covariance=covariance)
        for solver in ("newton", "lbfgs")
    )
    np.testing.assert_allclose(lbfgs.estimate, newton.estimate, rtol=1e-10)
    np.testing.assert_allclose(lbfgs.error, newton.error, rtol=1e-10)


def test_of_three_classes_weights_are_relative_to_the_first() -> None:
    y = np.array(["a", "b", "c"])[(np.arange(12) * 5) % 3]
    model = nn.LogisticRegression().fit(X, y)
    found = model.summary(X, y)
    assert found.names[:3] == ("b: x0", "b: x1", "b: intercept")
    two = nn.LogisticRegression().fit(X, np.where(y == "a", "b", "a"))  # renamed: the order of classes is another
    assert two.summary(X, np.where(y == "a", "b", "a")).names == ("x0", "x1", "intercept")
    np.testing.assert_allclose(found.estimate[:2], model.coef_[1] - model.coef_[0])


def test_it_says_what_no_fit_can_tell() -> None:
    model = nn.LogisticRegression(l2=0.1).fit(X, LABELS)
    with pytest.raises(ValueError, match="a penalty moves the estimates; fit with l1=0, l2=0"):
        model.summary(X, LABELS)
    twice = np.column_stack([X, X[:, 0]])
    with pytest.raises(ValueError, match=r"is singular, so these are not determined together: x0, x2$"):
        nn.LogisticRegression().fit(twice, LABELS).summary(twice, LABELS)
    constant = np.column_stack([X, np.ones(len(X))])
    with pytest.raises(ValueError, match="the loss has no curvature in x2"):
        nn.LogisticRegression().fit(constant, LABELS).summary(constant, LABELS)
    objective = poisson()
    with pytest.raises(ValueError, match="of them away from a minimum on these rows: train longer"):
        nn.summary(objective, X, COUNTS, theta=objective.parameters + 1.0)
    with pytest.raises(TypeError, match="the data of its rows, x, y, and parameters as theta=; got 3 arrays"):
        nn.summary(objective, objective.parameters, X, COUNTS)
    with pytest.raises(ValueError, match="covariance must be one of hessian, sandwich, got 'robust'"):
        nn.summary(objective, X, COUNTS, covariance="robust")


def test_it_reads_as_a_table() -> None:
    found = nn.summary(poisson(), X, COUNTS, level=0.9)
    assert str(found).splitlines()[0].split() == ["estimate", "standard", "error", "z", "p", "5", "%", "95", "%"]
    assert len(str(found).splitlines()) == 4
    assert found._repr_html_().count("<tr>") == 4


def test_it_finds_the_rows_of_the_fit_while_they_are_held(monkeypatch) -> None:
    for model, y in ((nn.LogisticRegression(), LABELS), (nn.LinearRegression(), NUMBERS)):
        given = str(model.fit(X, y).summary(X, y))
        assert str(model.fit(X.tolist(), y.tolist()).summary()) == given
        with pytest.raises(ValueError, match=r"not held any longer: summary\(X, y\) takes them again"):
            pickle.loads(pickle.dumps(model)).summary()
        with monkeypatch.context() as m:
            m.setattr("nn.estimators.linear.inference.KEPT", 0)
            assert str(model.fit(X, y).summary()) == given
            with pytest.raises(ValueError, match="not held any longer"):
                model.fit(X.copy(), y).summary()
    with pytest.raises(nn.NotFittedError):
        nn.LinearRegression().summary()

"""Water against Normal: the lecture's split and moments, the order of accuracies, and XOR by a hidden layer."""

import re

import numpy as np
import pytest
from scipy.stats import multivariate_normal

import nn
from demos import pokemon_types
from demos.lecture import read
from tests.demos.telling import assert_figures, assert_names_the_cure, told


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def printed(folder) -> str:
    return told("pokemon_types", folder)


@pytest.fixture(scope="module")
def training():
    rows = [row for row in read("pokemon_stats.csv") if row["Type 1"] in pokemon_types.TYPES and int(row["#"]) < 400]
    return pokemon_types.Table(rows, pokemon_types.SIX).numbers, np.array([row["Type 1"] for row in rows])


def shares(line: str, printed: str) -> list[float]:
    """The percentages on the one line that starts like this."""
    (rest,) = re.findall(rf"^{re.escape(line)} .*%.*$", printed, flags=re.M)
    return [float(share) for share in re.findall(r"(\S+)%", rest)]


def test_the_split_and_the_moments_are_the_slides(printed) -> None:
    assert re.search(r"train, .*: 79 Water, 61 Normal\ntest +: 33 Water, 37 Normal\n", printed)
    assert "Water   P = 0.564  μ = (75.0, 71.3)  Σ = (874, 327; 327, 929)\n" in printed
    assert "Normal  P = 0.436  μ = (55.6, 59.8)  Σ = (468, 198; 198, 553)\n" in printed
    assert "Σ = (697, 271; 271, 765)\n" in printed  # 79/140 of the one, 61/140 of the other


def test_points_far_on_the_right_side_bend_a_regression_only(printed) -> None:
    before, after = shares("two groups", printed), shares("and points far off", printed)
    assert before[0] - after[0] > 5
    assert before[1] == after[1]


def test_accuracies_are_in_the_lecture_s_order(printed) -> None:
    first = printed.split("All eighteen types")[0]
    table = {name: shares(name, first) for name in ("always Water", *pokemon_types.MODELS)}
    assert table.pop("always Water") == [56.4, 47.1, 56.4, 47.1]
    assert all(abs(two - 50) < 5 < six - 50 for _, two, _, six in table.values())
    separate, shared = table["Gaussian, separate Σ"], table["Gaussian, shared Σ"]
    assert separate[3] == 64.3  # of the test rows, as on the slides
    assert separate[2] > shared[2] > 70
    assert shared[3] > separate[3] + 10
    assert table["regression on ±1"] == shared


def test_regression_and_the_shared_gaussian_find_one_direction(training) -> None:
    X, y = training
    w, v = (model.fit(X, y).coef_[0] for model in (nn.RegressionClassifier(), nn.GaussianClassifier()))
    assert w @ v / (np.linalg.norm(w) * np.linalg.norm(v)) == pytest.approx(1, abs=1e-12)


def test_the_posterior_is_bayes_of_the_two_gaussians(training) -> None:
    X, y = training
    for covariance in ("shared", "separate"):
        model = nn.GaussianClassifier(covariance=covariance).fit(X, y)
        covariances = np.broadcast_to(model.covariance_, (2, 6, 6))
        joint = [
            P * multivariate_normal(mean, S).pdf(X) for P, mean, S in zip(model.class_prior_, model.means_, covariances)
        ]
        np.testing.assert_allclose(model.predict_proba(X)[:, 1], joint[1] / (joint[0] + joint[1]), rtol=1e-10)


def test_the_sum_of_the_stats_is_named_as_what_is_singular(printed) -> None:
    names = ", ".join(("Total", *pokemon_types.SIX))
    assert f"ValueError: the shared covariance is singular: columns {names} are collinear\n" in printed


def test_the_printed_w_and_b_are_those_of_the_models(printed, training) -> None:
    X, y = training
    for name, model in (
        ("Gaussian, shared Σ", nn.GaussianClassifier()),
        ("logistic regression", nn.LogisticRegression()),
    ):
        model.fit(X, y)
        told = [f"{number:9.4f}" for number in (model.intercept_[0], *model.coef_[0])]
        assert f"{name:22}{''.join(told)}\n" in printed


def test_squared_error_with_a_sigmoid_is_flat_far_from_its_target(printed) -> None:
    slopes = re.findall(r"^ +(\S+) +(\d\.\d{5}) +(-\S+) +(-\S+)$", printed, flags=re.M)
    assert len(slopes) == 6
    for z, sigma, entropy, squared in slopes:
        sigma = 1 / (1 + np.exp(-float(z)))
        assert float(entropy) == pytest.approx(sigma - 1, abs=1e-6)
        assert float(squared) == pytest.approx(2 * (sigma - 1) ** 2 * -sigma, abs=1e-6)
    first, last = re.search(r"^squared error +(\S+) → +(\S+)$", printed, flags=re.M).groups()
    assert first == last == "0.500000"


def test_the_standard_errors_are_those_of_the_fisher_information(printed, training) -> None:
    X, y = training
    model = nn.LogisticRegression().fit(X, y)
    P, A = model.predict_proba(X)[:, 1], np.column_stack([X, np.ones(len(X))])
    errors = np.sqrt(np.diag(np.linalg.inv(A.T @ (A * (P * (1 - P))[:, None]))))
    for name, w, error in zip(pokemon_types.SIX, model.coef_[0], errors):
        assert f"{name:8}{w:9.4f}{error:9.4f}" in printed


def test_of_eighteen_types_a_softmax_tells_more_than_a_guess(printed) -> None:
    guess, softmax = (
        shares("always Water", printed.split("All eighteen types")[1]),
        shares("softmax of 18 scores", printed),
    )
    assert softmax[1] > guess[1] + 5
    assert softmax[0] > softmax[1]


def test_xor_needs_a_hidden_layer(printed) -> None:
    assert "logistic regression: accuracy 50%" in printed
    good = int(re.search(r"accuracy 100% from (\d+) of 10", printed)[1])
    assert 1 <= good < 10
    corners = re.findall(r"^ (\d)  (\d)   (\d) +(\S+) +(\S+) +(\S+) +(\S+)$", printed, flags=re.M)
    assert len(corners) == 4
    for x1, x2, y, line, _, _, network in corners:
        assert int(y) == int(x1) ^ int(x2)
        assert float(line) == 0.5
        assert abs(float(network) - int(y)) < 0.05


def test_every_figure_is_saved_and_named(printed, folder) -> None:
    names = [
        "regression",
        "gaussians",
        "boundaries",
        "posterior",
        "squared_error",
        "standard_errors",
        "eighteen",
        "xor",
    ]
    assert_figures(pokemon_types, printed, folder, names)


def test_a_missing_matplotlib_is_named_with_its_cure(monkeypatch) -> None:
    assert_names_the_cure(pokemon_types, monkeypatch)

"""The lecture's regression: it reproduces the slides' figures, shows overfitting, and saves every plot."""

import re

import numpy as np
import pytest

from demos import pokemon_cp
from demos.lecture import read
from tests.demos.telling import assert_figures, assert_names_the_cure, told


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def printed(folder) -> str:
    return told("pokemon_cp", folder)


def numbers(pattern: str, printed: str) -> list[list[float]]:
    """The numbers in the groups of this pattern, for every line that starts with it."""
    return [[float(group) for group in found.groups()] for found in re.finditer(rf"^ *{pattern}", printed, flags=re.M)]


def test_the_slides_errors_come_out_and_degree_5_overfits(printed) -> None:
    rows = np.array(numbers(r"(\d) +(\d+\.\d) +(\d+\.\d) +(\d+\.\d) +(\d+\.\d)$", printed))
    degree, slides, average, ten, rest = rows.T
    assert degree.tolist() == [1, 2, 3, 4, 5]
    assert slides.tolist() == average.tolist() == [31.9, 15.4, 15.3, 14.9, 12.8]
    np.testing.assert_allclose(ten, np.sqrt(10) * average, atol=0.2)
    assert (np.diff(ten) < 0).all()
    assert rest.argmin() in (1, 2)
    assert rest[4] > 5 * rest[2]
    assert "degree 1: y = -188.4 + 2.7·x" in printed


def test_gradient_descent_comes_to_the_exact_solution(printed) -> None:
    (descended,), (exact,) = (
        numbers(rf"{how} +(-\d+\.\d+) +(\d+\.\d+)$", printed) for how in ("gradient descent", "exact")
    )
    np.testing.assert_allclose(descended, exact, rtol=1e-8)
    np.testing.assert_allclose(exact, [-188.433197, 2.66945497], rtol=1e-8)  # NumPy's polyfit
    losses = [loss for _, loss in numbers(r"step +(\d+) .*L = +(\d+\.\d+)$", printed)]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] == pytest.approx(31.927532**2 * 10, rel=1e-6)


def test_in_cp_gradient_descent_gets_stuck_in_the_valley_and_adagrad_does_not(printed) -> None:
    ((_, stuck),) = numbers(r"SGD.*w = (\S+), b = (\S+)$", printed)
    ((_, there),) = numbers(r"Adagrad.*w = (\S+), b = (\S+)$", printed)
    assert abs(stuck + 120) < 5
    assert there == pytest.approx(-188.4, abs=0.5)


def test_learning_rates_crawl_arrive_or_diverge(printed) -> None:
    steps = [step for (step,) in numbers(r"within 1 % of the least loss after (\d+) steps$", printed)]
    assert len(steps) == 3
    assert steps[1] < steps[2] < steps[0]
    assert len(re.findall(r"nn\.Diverged: training diverged at step \d+: .* η = 1\.5 ", printed)) == 1


def test_the_species_explains_and_everything_overfits(printed) -> None:
    rows = numbers(r"[a1][a-zCP²,· ]* +(\d+) +(\d+\.\d) +(\d+\.\d)$", printed.replace("species, species·CP", "as"))
    parameters, train, test = np.array(rows).T
    assert parameters.tolist() == [2, 3, 8, 18]
    assert (np.diff(train) < 0).all()
    assert test.argmin() == 2
    assert test[3] > test[0]
    eevee = numbers(r"Eevee +(\S+) +(\S+) +(\S+)$", printed)[0][2]
    others = [
        row[2]
        for name in ("Pidgey", "Weedle", "Caterpie")
        for row in numbers(rf"{name} +(\S+) +(\S+) +(\S+)$", printed)
    ]
    assert eevee > 10 * max(others)


def test_regularisation_trades_training_error_for_test_error(printed) -> None:
    part = printed.partition("Regularisation")[2]
    strength, train, test, length = np.array(numbers(r"(0|1e-\d+|0\.\d+|1|10) +(\S+) +(\S+) +(\d+)$", part)).T
    assert strength.tolist() == pytest.approx(pokemon_cp.LADDER)
    assert (np.diff(train) > 0).all()
    assert (np.diff(length) < 0).all()
    assert 0 < test.argmin() < len(test) - 1
    assert f"λ = {strength[test.argmin()]:g} is best" in part


def test_every_figure_is_saved_and_named(printed, folder) -> None:
    names = ["loss_surface", "learning_rates", "degrees", "species", "regularisation"]
    assert_figures(pokemon_cp, printed, folder, names)


def test_a_missing_matplotlib_is_named_with_its_cure(monkeypatch) -> None:
    assert_names_the_cure(pokemon_cp, monkeypatch)


def test_the_ten_rows_are_those_of_the_whole_table() -> None:
    rows = read("pokemon_cp.csv")
    for row in read("pokemon_cp_slide10.csv"):
        whole = rows[int(row.pop("row")) - 1]
        assert row == {name: whole[name] for name in row}

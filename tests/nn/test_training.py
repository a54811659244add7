"""Training: what it converges to, its batches, and that it stops at any number that is not finite."""

import random
import sys
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import exp
from nn import Diverged, Newton, Objective, train
from tests.profiles import costly


def line(d: int = 1) -> Objective:
    return Objective(lambda model, x, y: nn.squared_error(model(x), y), nn.Linear(d))


def rows(n: int = 40, d: int = 1, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    return X, X @ np.arange(1, d + 1) + 0.5 + rng.normal(scale=0.1, size=n)


def least_squares(X, y):
    return np.linalg.lstsq(np.column_stack([X, np.ones(len(X))]), y, rcond=None)[0]


@pytest.mark.parametrize(
    "optimiser",
    [
        lambda: nn.SGD(rate=0.2),
        lambda: nn.SGD(rate=0.05, momentum=0.8),
        lambda: nn.SGD(rate=0.05, momentum=0.8, nesterov=True),
        lambda: nn.Adagrad(rate=2.0),
        lambda: nn.Adam(rate=nn.schedules.InverseTime(0.5)),
        lambda: nn.RMSProp(rate=nn.schedules.Exponential(0.3, factor=0.97)),
        lambda: nn.AdamW(rate=nn.schedules.InverseTime(0.5), decay=0.0),
    ],
)
def test_gradient_descent_finds_the_least_squares(optimiser) -> None:
    X, y = rows()
    theta, history = train(line(), np.zeros(2), X, y, optimiser=optimiser(), passes=2000, tol=1e-9)
    np.testing.assert_allclose(theta, least_squares(X, y), rtol=1e-7)
    assert history[-1] < history[0]


@pytest.mark.parametrize("batch", [1, 7, 40, 100])
def test_a_pass_sees_every_row_once(batch: int) -> None:
    X, y = rows()
    seen = []
    theta, history = train(
        line(), np.zeros(2), X, y,
        optimiser=nn.SGD(rate=0.01), passes=3, batch=batch, rng=1, each=lambda theta, loss: seen.append(loss),
    )  # fmt: skip
    assert len(history) == 3
    assert len(seen) == 3 * -(-40 // batch)
    again, _ = train(line(), np.zeros(2), X, y, optimiser=nn.SGD(rate=0.01), passes=3, batch=batch, rng=1)
    assert np.array_equal(theta, again), "the same seed, the same training"
    if batch < 40:
        other, _ = train(line(), np.zeros(2), X, y, optimiser=nn.SGD(rate=0.01), passes=3, batch=batch, rng=2)
        assert not np.array_equal(theta, other)


def test_several_callbacks_see_every_step() -> None:
    seen: list[list[float]] = [[], []]
    X, y = rows(n=4)
    notes = [lambda theta, loss, log=log: log.append(loss) for log in seen]
    train(line(), np.zeros(2), X, y, optimiser=nn.SGD(rate=0.01), passes=3, each=notes)
    assert len(seen[0]) == 3
    assert seen[0] == seen[1]


def test_passes_have_orders_of_their_own() -> None:
    X = np.arange(6.0).reshape(-1, 1)
    objective = Objective(lambda model, x, y: model(x) - y, nn.Linear(1))  # its gradient is the mean x of the batch
    orders, last = [], [np.zeros(2)]

    def note(theta, loss) -> None:
        orders.append(float((last[0] - theta)[0]))
        last[0] = theta

    train(objective, np.zeros(2), X, X[:, 0], optimiser=nn.SGD(rate=1.0), passes=2, batch=1, rng=0, each=note)
    moves = np.array(orders[1:])
    assert sorted(moves[:6]) == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert list(moves[:5]) != list(moves[6:]), "a new order in the second pass"


def test_the_loss_of_a_pass_is_the_mean_over_its_rows() -> None:
    X, y = rows(n=10)
    _, history = train(line(), np.zeros(2), X, y, optimiser=nn.SGD(rate=1e-12), passes=1, batch=3, rng=0)
    assert history[0] == pytest.approx(np.mean(y**2), rel=1e-9)


@pytest.mark.parametrize("rate", [1.5, 3.0, 1e6, 1e200])
@pytest.mark.parametrize("batch", [None, 4])
def test_divergence_names_the_step_the_loss_and_the_rate(rate: float, batch: int | None) -> None:
    X, y = rows()
    with pytest.raises(Diverged, match=r"diverged at step \d+: the loss is .* with learning rate η = ") as caught:
        train(line(), np.zeros(2), X, y, optimiser=nn.SGD(rate=rate), passes=10000, batch=batch, rng=0)
    assert caught.value.rate == rate
    assert caught.value.step >= 1
    assert f"{rate:.6g}" in str(caught.value)


def test_a_gradient_that_is_not_finite_stops_training_too() -> None:
    objective = Objective(lambda model, x: abs(model(x)) ** 0.5, nn.Linear(1))
    with pytest.raises(Diverged, match="diverged at step 0: the gradient is not finite, the loss is 0, "):
        train(objective, np.zeros(2), [[1.0]], optimiser=nn.SGD())


def test_lbfgs_goes_on_where_the_squares_of_gradients_underflow() -> None:
    objective = Objective(lambda model, x, y: exp(-model(x) * y), nn.Linear(1, rng=0))
    lbfgs = nn.LBFGS(steps=600)
    lbfgs.minimise(objective, objective.parameters, [[1.0], [-2.0]], [1.0, -1.0])
    assert not lbfgs.converged and lbfgs.history[-1] < 1e-130


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_rows_that_are_not_finite_stop_training_at_once(bad: float) -> None:
    X, y = rows()
    y[3] = bad
    for minimise in (partial(train, optimiser=nn.SGD()), Newton().minimise):
        with pytest.raises(ValueError, match=f"row 3 of the data is not finite, nor is its loss, {bad}"):
            minimise(line(), np.zeros(2), X, y)


@pytest.mark.parametrize(
    ("objective", "theta", "optimiser", "error", "message"),
    [
        (nn.Linear(1), [0.0, 0.0], nn.SGD(), TypeError, "takes an nn.Objective, got Linear"),
        (line(), [0.0, 0.0], nn.LBFGS(), TypeError, "got LBFGS: it has LBFGS.minimise"),
        (Objective(lambda model, x, y: x * y, nn.Module()), [], nn.SGD(), ValueError, "no parameters to train"),
    ],
)
def test_what_cannot_be_trained_is_an_error(objective, theta, optimiser, error, message: str) -> None:
    with pytest.raises(error, match=message):
        train(objective, theta, *rows(), optimiser=optimiser)


def test_a_progress_bar_shows_the_loss(capsys) -> None:
    X, y = rows()
    train(line(), np.zeros(2), X, y, optimiser=nn.SGD(), passes=5, progress=True)
    Newton(progress=True).minimise(line(), np.zeros(2), X, y)
    shown = capsys.readouterr().err
    assert "5/5" in shown
    assert "loss " in shown


def test_without_tqdm_a_progress_bar_is_an_error_that_says_so(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "tqdm", None)
    X, y = rows()
    with pytest.raises(ImportError, match="pip install tqdm"):
        train(line(), np.zeros(2), X, y, optimiser=nn.SGD(), progress=True)


def test_the_point_after_the_last_step_is_looked_at_too() -> None:
    X, y = rows()
    for rate in (1e160, 1e308):
        with pytest.raises(Diverged, match=r"at step [01]: "):
            train(line(), np.zeros(2), X, y, optimiser=nn.SGD(rate=rate), passes=1)


@pytest.mark.parametrize("batch", [None, 40, 41])
def test_all_rows_at_once_end_where_the_steepest_slope_is_below_tol(batch: int | None) -> None:
    X, y = rows()
    X = X * 30  # so that the slopes along w and b differ
    optimiser = nn.SGD(rate=5e-4)
    theta, history = train(line(), np.zeros(2), X, y, optimiser=optimiser, passes=30_000, batch=batch, tol=1e-3)
    assert 1 < len(history) < 30_000
    assert 0.9e-3 < np.max(np.abs(line().value_and_grad(theta, X, y)[1])) <= 1e-3


def test_batches_stop_after_a_pass_that_finds_all_of_them_at_rest() -> None:
    X, y, still = np.ones((2, 1)), [0.05, 1.0], nn.SGD(rate=1e-9)  # the slopes of the rows at 0 are 0.1 and 2
    for tol, passes in ((None, 5), (1.0, 5), (2.5, 1)):
        assert len(train(line(), np.zeros(2), X, y, optimiser=still, passes=5, batch=1, tol=tol).history) == passes


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        (([[1.0]], [1.0]), {"batch": 0}, "batch must be a whole number, 1 or more, got 0"),
        (([[1.0]], [1.0]), {"batch": -5}, "batch must be a whole number"),
        (([[1.0]], [1.0]), {"passes": -3}, "passes must be a whole number, 0 or more, got -3"),
        (([[1.0]], [1.0]), {"tol": -1.0}, "tol must be 0 or more, got -1.0"),
        (([[1.0]], [1.0, 2.0]), {"batch": 1}, r"the same number of rows, at least 1; got \[1, 2\]"),
        ((np.empty((0, 1)), []), {}, r"got \[0\]"),
        ((), {}, "got no data"),
    ],
)
def test_data_and_options_that_make_no_sense(data, options, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        train(line(), np.zeros(2), *data, optimiser=nn.SGD(), **options)


# --- Newton


@costly(30, deep=1000)
@given(st.integers(1, 4), st.integers(0, 1000))
def test_newton_solves_least_squares_in_one_step(d: int, seed: int) -> None:
    X, y = rows(n=20, d=d, seed=seed)
    newton = Newton()
    theta = newton.minimise(line(d), np.zeros(d + 1), X, y)
    np.testing.assert_allclose(theta, least_squares(X, y), rtol=1e-9)
    assert newton.converged
    assert len(newton.history) <= 3


def test_newton_searches_where_a_whole_step_is_too_far() -> None:
    objective = Objective(lambda model, x: (model(x) ** 2 + 1) ** 0.5, nn.Linear(1, bias=False))
    newton = Newton()
    theta = newton.minimise(objective, np.array([3.0]), [[1.0]])  # a full step from x leads to -x³
    assert theta == pytest.approx([0.0], abs=1e-8)
    assert newton.converged
    assert all(later < earlier for earlier, later in pairwise(newton.history))


def test_newton_leaves_flat_directions_alone() -> None:
    objective = Objective(lambda model, x, y: nn.squared_error(model(x), y), nn.Linear(2, bias=False))
    X = np.array([[1.0, 1.0], [2.0, 2.0]])
    theta = Newton().minimise(objective, np.array([3.0, 1.0]), X, X[:, 0])
    np.testing.assert_allclose(theta, [1.5, -0.5], rtol=1e-12)


def test_newton_refuses_a_loss_that_is_not_convex() -> None:
    objective = Objective(lambda model, x: -(model(x) ** 2), nn.Linear(1, bias=False))
    with pytest.raises(ValueError, match="convex losses; here the Hessian has a curvature of -2"):
        Newton().minimise(objective, np.array([1.0]), [[1.0]])


def test_the_hessian_of_an_objective_is_that_of_the_engine() -> None:
    random.seed(2)
    objective = Objective(lambda model, x, y: nn.cross_entropy(model(x), y), nn.MLP(2, [3, 2], activation="tanh"))
    X, y = rows(n=5, d=2)[0], np.array([0.0, 1.0, 1.0, 0.0, 1.0])
    theta = objective.parameters
    H = objective.hessian(theta, X, y)
    np.testing.assert_allclose(H, objective.compiled.hessian(theta, X, y, reduce="mean"), rtol=1e-10, atol=1e-14)
    assert H.shape == (17, 17)


def test_newton_decreases_a_loss_by_what_its_slope_promises() -> None:
    objective = Objective(lambda model, x: (model(x) ** 2 + 1e-3) ** 0.5, nn.Linear(1, bias=False))
    start = np.array([0.0447])  # a full step from here hardly decreases the loss
    newton = Newton()
    newton.minimise(objective, start, [[1.0]])
    decrease, slope = newton.history[0] - newton.history[1], objective.value_and_grad(start, [[1.0]])[1]
    curvature = objective.hessian(start, [[1.0]])
    assert decrease >= 1e-4 * float(slope[0] ** 2 / curvature[0, 0]) * 0.5**4


@pytest.mark.parametrize("loss", [nn.hinge, nn.perceptron_loss, lambda z, y: abs(z - y), lambda z, y: z])
def test_newton_refuses_a_slope_without_curvature(loss) -> None:
    X, y = rows(d=2)
    objective = Objective(lambda model, x, y: loss(model(x), y), nn.Linear(2))
    with pytest.raises(ValueError, match="Newton needs curvature"):
        Newton().minimise(objective, [0.3, -0.2, 0.1], X, np.sign(y))


def test_newton_refuses_what_bends_down_a_little() -> None:
    objective = Objective(lambda model, x: model(x) ** 2, nn.Linear(2, bias=False))
    bent = Objective(
        lambda model, x: model.neurons[0].w[0] ** 2 - 1e-3 * model.neurons[0].w[1] ** 2, nn.Linear(2, bias=False)
    )
    Newton().minimise(objective, [1.0, 1.0], [[1.0, 2.0], [2.0, 1.0]])
    with pytest.raises(ValueError, match="convex"):
        Newton().minimise(bent, [1.0, 1.0], [[1.0, 1.0]])

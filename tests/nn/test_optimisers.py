"""Optimisers, step by step against each paper's published update, in the paper's own notation."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Value
from nn import schedules
from tests.profiles import costly

Gradient = Callable[[float], float]


def gradient_descent(x: float, g: Gradient, eta: float) -> Iterator[float]:
    while True:
        x = x - eta * g(x)
        yield x


def polyak(x: float, g: Gradient, eta: float, mu: float) -> Iterator[float]:
    """Polyak 1964, as in Sutskever et al. 2013, equations 1 and 2: v ← μv - ε∇f(θ), θ ← θ + v."""
    v = 0.0
    while True:
        v = mu * v - eta * g(x)
        x = x + v
        yield x


def nesterov(x: float, g: Gradient, eta: float, mu: float) -> Iterator[float]:
    """Sutskever et al. 2013, equations 3 and 4: v ← μv - ε∇f(θ + μv), θ ← θ + v; yields the look-ahead θ + μv."""
    v = 0.0
    while True:
        v = mu * v - eta * g(x + mu * v)
        x = x + v
        yield x + mu * v


def adagrad(x: float, g: Gradient, eta: float, delta: float) -> Iterator[float]:
    """Duchi, Hazan, Singer 2011, figure 1, diagonal: H = δI + diag(s), x ← x - η H⁻¹ g."""
    s = 0.0
    while True:
        s = s + g(x) ** 2
        x = x - eta * g(x) / (delta + sqrt(s))
        yield x


def rmsprop(x: float, g: Gradient, eta: float, rho: float, eps: float) -> Iterator[float]:
    """Tieleman and Hinton 2012, slide 29: MeanSquare(w, t) = 0.9 MeanSquare(w, t-1) + 0.1 (∂E/∂w)²."""
    square = 0.0
    while True:
        d = g(x)
        square = rho * square + (1 - rho) * d**2
        x = x - eta * d / (sqrt(square) + eps)
        yield x


def adam(
    x: float, g: Gradient, alpha: float, beta1: float, beta2: float, eps: float, decay: float = 0.0
) -> Iterator[float]:
    """Kingma and Ba 2015, algorithm 1; with a decay, Loshchilov and Hutter 2019, algorithm 2, line 12."""
    m = v = 0.0
    t = 0
    while True:
        t = t + 1
        d = g(x)
        m = beta1 * m + (1 - beta1) * d
        v = beta2 * v + (1 - beta2) * d**2
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        x = x - alpha * m_hat / (sqrt(v_hat) + eps) - alpha * decay * x
        yield x


# the tested optimiser, and the paper's update with the same settings
PUBLISHED = {
    "SGD": (lambda p=(): nn.SGD(p, rate=0.1), lambda x, g: gradient_descent(x, g, 0.1)),
    "momentum": (lambda p=(): nn.SGD(p, rate=0.1, momentum=0.8), lambda x, g: polyak(x, g, 0.1, 0.8)),
    "Nesterov": (lambda p=(): nn.SGD(p, rate=0.1, momentum=0.8, nesterov=True), lambda x, g: nesterov(x, g, 0.1, 0.8)),
    "Adagrad": (lambda p=(): nn.Adagrad(p, rate=0.5), lambda x, g: adagrad(x, g, 0.5, 1e-10)),
    "RMSProp": (lambda p=(): nn.RMSProp(p, rate=0.05), lambda x, g: rmsprop(x, g, 0.05, 0.9, 1e-8)),
    "Adam": (lambda p=(): nn.Adam(p, rate=0.2), lambda x, g: adam(x, g, 0.2, 0.9, 0.999, 1e-8)),
    "Adam, other moments": (
        lambda p=(): nn.Adam(p, rate=0.2, betas=(0.5, 0.7), epsilon=0.1),
        lambda x, g: adam(x, g, 0.2, 0.5, 0.7, 0.1),
    ),
    "AdamW": (lambda p=(): nn.AdamW(p, rate=0.2, decay=0.3), lambda x, g: adam(x, g, 0.2, 0.9, 0.999, 1e-8, 0.3)),
}


def slope(x: float) -> float:
    """The slope of (x - 1)⁴/4 + x²/2: nonlinear, so that an update at the wrong point shows."""
    return (x - 1) ** 3 + x


@pytest.mark.parametrize("name", PUBLISHED)
@costly(25)
@given(start=st.lists(st.floats(-2, 2), min_size=1, max_size=3))
def test_every_step_is_the_published_one(name: str, start: list[float]) -> None:
    make, published = PUBLISHED[name]
    optimiser, theta = make(), np.array(start)
    papers = [published(x, slope) for x in start]
    for _ in range(30):
        theta = optimiser.update(theta, np.array([slope(x) for x in theta.tolist()]))
        assert theta == pytest.approx([next(paper) for paper in papers], rel=1e-9, abs=1e-12)
    assert optimiser.steps == 30


@pytest.mark.parametrize("name", PUBLISHED)
def test_values_move_as_arrays_do(name: str) -> None:
    make, _ = PUBLISHED[name]
    w, b = Value(2.0), Value(-1.0)
    on_values, on_arrays, theta = make([w, b]), make(), np.array([2.0, -1.0])
    for _ in range(10):
        on_values.zero_grad()
        cost = (w * b - 1) ** 2 + w * w
        cost.backward()
        theta = on_arrays.update(theta, [w.grad, b.grad])
        on_values.step()
        assert [w.data, b.data] == theta.tolist()


def test_the_rate_follows_its_schedule() -> None:
    optimiser, theta = nn.SGD(rate=schedules.StepDecay(1.0, every=2, factor=0.5)), np.zeros(1)
    moves = []
    for _ in range(5):
        before, theta = theta, optimiser.update(theta, [-1.0])
        moves.append(float((theta - before)[0]))
    assert moves == [1.0, 1.0, 0.5, 0.5, 0.25]
    assert optimiser.current_rate == 0.25


def test_an_update_leaves_what_it_is_given() -> None:
    theta, g = np.ones(2), np.ones(2)
    for make, _ in PUBLISHED.values():
        optimiser = make()
        for _ in range(3):
            optimiser.update(theta, g)
        assert theta.tolist() == g.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.SGD(rate=0.0), "rate must be above 0 and finite, got 0.0"),
        (lambda: nn.Adam(rate=float("nan")), "rate must be above 0 and finite, got nan"),
        (lambda: nn.Adam(rate=float("inf")), "rate must be above 0 and finite, got inf"),
        (lambda: nn.SGD(momentum=1.0), r"momentum must be in \[0, 1\), got 1.0"),
        (lambda: nn.SGD(nesterov=True), "momentum must be above 0 for nesterov"),
        (lambda: nn.Adam(betas=(1.0, 0.9)), r"betas must be two numbers in \[0, 1\)"),
        (lambda: nn.RMSProp(rho=1.5), r"rho must be in \[0, 1\), got 1.5"),
        (lambda: nn.Adagrad(epsilon=0.0), "epsilon must be above 0, got 0.0"),
        (lambda: nn.AdamW(decay=-1.0), "decay must be 0 or more, got -1.0"),
        (lambda: nn.SGD(rate=lambda t: -1.0).update([1.0], [1.0]), "the rate at step 0 must be 0 or more and finite"),
        (lambda: nn.SGD().update([1.0], [1.0, 2.0]), r"parameters of shape \(1,\), a gradient of shape \(2,\)"),
        (lambda: nn.SGD().step(), r"SGD\(rate=0.1, .* has no parameters to move: make SGD\(model.parameters"),
        (lambda: nn.Adam([1.0]), "moves Values, as model.parameters.* gives them; got 1.0"),
        (lambda: nn.Adam(nn.Neuron(1)), r"moves Values, .* got ReLUNeuron\(1\)"),
        (lambda: schedules.Cosine(0.1, steps=0), "steps must be a whole number, 1 or more, got 0"),
        (lambda: schedules.Linear(0.1, steps=2.5), "steps must be a whole number, 1 or more, got 2.5"),
        (lambda: schedules.Linear(0.1, steps=2, last=-1.0), "last must be 0 or more, got -1.0"),
        (lambda: schedules.StepDecay(0.1, every=0), "every must be a whole number, 1 or more, got 0"),
        (lambda: schedules.Exponential(0.1, factor=-1.0), r"factor must be in \(0, 1\], got -1.0"),
        (lambda: schedules.InverseTime(-0.1), "rate must be above 0 and finite, got -0.1"),
        (lambda: schedules.InverseTime(0.1, power=0), "power must be above 0, got 0"),
        (lambda: schedules.Warmup(schedules.InverseTime(0.1), steps=0), "steps must be a whole number"),
    ],
)
def test_what_makes_no_sense_is_an_error(call, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()


@pytest.mark.parametrize("make", [nn.Adam, nn.Adagrad, nn.RMSProp])
def test_an_optimiser_is_for_one_shape(make) -> None:
    optimiser = make()
    optimiser.update([1.0, 2.0], [1.0, 1.0])
    with pytest.raises(ValueError, match=r"has moved parameters of shape \(2,\), not \(1,\): make a new one"):
        optimiser.update([1.0], [1.0])


@pytest.mark.parametrize("make", [nn.SGD, nn.Adam, nn.Adagrad, nn.RMSProp])
@pytest.mark.parametrize("g", [float("nan"), float("inf"), 1e200])
def test_a_step_out_of_the_finite_numbers_is_not_taken(make, g: float) -> None:
    w = Value(1e300)
    w.grad = -g
    optimiser = make([w], rate=1e200)
    with pytest.raises(nn.Diverged, match="at step 0: the step to new parameters is not finite"):
        optimiser.step()
    assert w.data == 1e300
    assert optimiser.steps == 0


def test_an_optimiser_says_what_it_is() -> None:
    assert repr(nn.SGD(rate=0.5)) == "SGD(rate=0.5, momentum=0.0, nesterov=False)"
    assert repr(nn.Newton(steps=3)) == "Newton(steps=3)"


@pytest.mark.parametrize(
    "schedule",
    [
        schedules.StepDecay(0.5, every=3),
        schedules.Exponential(0.5),
        schedules.InverseTime(0.5),
        schedules.Linear(0.5, steps=20),
        schedules.Cosine(0.5, steps=20),
    ],
    ids=lambda schedule: type(schedule).__name__,
)
def test_a_schedule_starts_at_its_rate_and_never_rises(schedule) -> None:
    rates = [schedule(t) for t in range(40)]
    assert rates[0] == 0.5
    assert all(later <= earlier for earlier, later in pairwise(rates))
    assert all(rate >= 0 for rate in rates)
    warm = [schedules.Warmup(schedule, steps=4)(t) for t in range(44)]
    assert warm[:4] == [0.125, 0.25, 0.375, 0.5]
    assert warm[4:] == rates


# --- states and clipping

EVERY = [nn.SGD(momentum=0.5), nn.Adagrad(), nn.RMSProp(), nn.Adam(), nn.AdamW(decay=0.1)]


@pytest.mark.parametrize("optimiser", EVERY, ids=repr)
def test_a_loaded_state_continues_to_the_bit(optimiser) -> None:
    theta, slopes = np.array([1.0, -2.0]), np.random.default_rng(0).normal(size=(6, 2))
    for g in slopes[:3]:
        theta = optimiser.update(theta, g)
    other = type(optimiser)(**{name: value for name, value in vars(optimiser).items() if name in OPTIONS})
    other.load_state_dict(optimiser.state_dict())
    for g in slopes[3:]:
        one, two = optimiser.update(theta, g), other.update(theta, g)
        assert one.tolist() == two.tolist()
        theta = one


OPTIONS = ("rate", "momentum", "rho", "betas", "epsilon", "decay")


def test_a_state_of_another_optimiser_is_refused_and_nothing_is_loaded() -> None:
    adam = nn.Adam([Value(0.0)])
    adam.update([1.0], [1.0])
    before, longer = adam.state_dict(), nn.Adam()
    longer.update([1.0, 2.0], [1.0, 1.0])
    for state, error in (({}, KeyError), (nn.SGD().state_dict(), ValueError), (longer.state_dict(), ValueError)):
        with pytest.raises(error):
            adam.load_state_dict(state)
    assert adam.state_dict() == before


@given(
    g=st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=5),
    norm=st.sampled_from([None, 1e-3, 2.0, 1e200]),
    value=st.sampled_from([None, 0.5, 1e9]),
)
def test_a_clipped_gradient_keeps_to_its_bounds_and_its_direction(g: list[float], norm, value) -> None:
    moved = -nn.SGD(rate=1.0, clip_norm=norm, clip_value=value).update(np.zeros(len(g)), g)
    cut = np.clip(g, -(value or np.inf), value or np.inf)
    largest = np.max(np.abs(cut))
    length = largest * np.linalg.norm(cut / (largest or 1.0))
    wanted = cut if norm is None or length <= norm else cut * (norm / length)
    np.testing.assert_allclose(moved, wanted, rtol=1e-12, atol=1e-300)


def test_a_bound_that_clips_nothing_sensible_is_an_error() -> None:
    with pytest.raises(ValueError, match="clip_norm must be above 0, got 0"):
        nn.Adam(clip_norm=0)
    assert repr(nn.SGD(clip_norm=2.0)) == "SGD(rate=0.1, clip_norm=2.0, momentum=0.0, nesterov=False)"

"""Losses: values, derivatives checked by the kit, over rows, and compiled; penalties leave biases alone."""

import math
from functools import partial

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Value, compile, grad, log_sigmoid
from autograd.engine.graph import Graph
from autograd.testing import check_gradients
from tests.profiles import costly

finite = st.floats(-30, 30)


def multiclass(z, y):
    """By definition, in plain floats: -ln of the softmax's member."""
    return math.log(math.fsum(math.exp(v - z[y]) for v in z))


# the loss, valid z and y, and the loss by its definition
LOSSES = {
    "squared error": (nn.squared_error, finite, finite, lambda z, y: (z - y) ** 2),
    "cross entropy": (
        nn.cross_entropy,
        finite,
        st.sampled_from([0, 1, 0.25]),
        lambda z, y: y * math.log1p(math.exp(-z)) + (1 - y) * math.log1p(math.exp(z)),
    ),
    "cross entropy of three": (
        nn.cross_entropy,
        st.lists(finite, min_size=3, max_size=3),
        st.integers(0, 2),
        multiclass,
    ),
    "hinge": (nn.hinge, finite, st.sampled_from([-1, 1]), lambda z, y: max(0.0, 1 - y * z)),
    "perceptron": (nn.perceptron_loss, finite, st.sampled_from([-1, 1]), lambda z, y: max(0.0, -y * z)),
    "zero-one": (nn.zero_one, finite, st.sampled_from([-1, 1]), lambda z, y: float(y * z <= 0)),
    "zero-one of three": (
        nn.zero_one,
        st.lists(finite, min_size=3, max_size=3),
        st.integers(0, 2),
        lambda z, y: float(max(z) > z[y]),
    ),
}


@pytest.mark.parametrize("name", LOSSES)
@given(data=st.data())
def test_a_loss_is_its_definition(name: str, data) -> None:
    loss, zs, ys, definition = LOSSES[name]
    z, y = data.draw(zs), data.draw(ys)
    assert loss(z, y) == pytest.approx(definition(z, y), rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("name", LOSSES)
@given(data=st.data())
def test_a_loss_over_rows_is_the_mean(name: str, data) -> None:
    loss, zs, ys, definition = LOSSES[name]
    rows = data.draw(st.lists(st.tuples(zs, ys), min_size=1, max_size=5))
    z, y = [z for z, _ in rows], [y for _, y in rows]
    wanted = math.fsum(definition(*row) for row in rows) / len(rows)
    assert loss(z, y) == pytest.approx(wanted, rel=1e-12, abs=1e-15)
    assert loss(np.array(z), np.array(y)) == pytest.approx(wanted, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", LOSSES)
def test_compiled_it_is_the_same_on_one_path(name: str) -> None:
    loss, _, _, definition = LOSSES[name]
    rng = np.random.default_rng(3)
    many = "three" in name
    z = rng.normal(scale=5, size=(40, 3) if many else 40)
    y = rng.integers(0, 3, 40) if many else rng.choice([0, 1, 0.25] if "entropy" in name else [-1, 1], 40)
    fast = compile(lambda z, y: loss(list(z) if many else z, y), rows=("z", "y"), paths=0)
    wanted = [definition(*row) for row in zip(z.tolist(), y.tolist())]
    np.testing.assert_allclose(fast(z, y), wanted, rtol=1e-12, atol=1e-15)
    _, slopes = fast.value_and_grad(z, y)
    eager = [grad(lambda z, y=y: loss(z, y))(z) for z, y in zip(z.tolist(), y.tolist())]
    np.testing.assert_allclose(slopes, eager, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", [name for name in LOSSES if "zero" not in name])
@costly(40, deep=1000)
@given(data=st.data())
def test_its_derivative_is_right(name: str, data) -> None:
    loss, zs, ys, _ = LOSSES[name]
    z, y = data.draw(zs), data.draw(ys)
    check_gradients(lambda z: loss(z, y), z)


@pytest.mark.parametrize(("z", "y", "wanted"), [(800.0, 0, 800.0), (-800.0, 1, 800.0), (40.0, 1, math.exp(-40))])
def test_saturated_it_neither_overflows_nor_cancels(z: float, y: int, wanted: float) -> None:
    assert nn.cross_entropy(z, y) == pytest.approx(wanted, rel=1e-14)
    assert nn.cross_entropy([0.0, z], y) == pytest.approx(wanted, rel=1e-14, abs=1e-15)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.squared_error([1.0], [1.0, 2.0]), "as many predictions as targets"),
        (lambda: nn.hinge([], []), "at least one"),
        (lambda: nn.cross_entropy([0.0, 1.0], 2), "from 0 to 1, got 2"),
        (lambda: nn.cross_entropy([0.0, 1.0], 0.5), "from 0 to 1, got 0.5"),
        (lambda: nn.cross_entropy(0.0, -1), "the target must be from 0 to 1, got -1"),
        (lambda: nn.cross_entropy(0.5, [1]), r"one prediction, and targets of shape \(1,\)"),
        (lambda: nn.cross_entropy([0.5, 1.0], np.array([[1], [0]])), r"pass y without its last axis, y\[:, 0\]"),
        (lambda: nn.hinge([1.0, 2.0], [1, 0]), "the target must be -1 or 1, got 0"),
        (lambda: nn.perceptron_loss(Value(1.0), Value(2.0)), "the target must be -1 or 1, got 2.0"),
        (lambda: nn.zero_one(1.0, 0), "the target must be -1 or 1, got 0"),
        (lambda: nn.cross_entropy([0.0, 1.0], "cat"), "a target must be a number, got 'cat': number the classes"),
        (lambda: nn.hinge(0.0, None), "a target must be a number, got None"),
    ],
)
def test_what_does_not_fit_is_an_error(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("loss", "z", "y"),
    [
        (nn.cross_entropy, [0.0, 1.0, 2.0], 3.0),
        (nn.cross_entropy, [0.0, 1.0, 2.0], 0.5),
        (nn.cross_entropy, [0.0, 1.0, 2.0], -1.0),
        (nn.zero_one, [0.0, 1.0, 2.0], 3.0),
        (nn.zero_one, [0.0, 1.0, 2.0], 0.5),
        (nn.zero_one, 0.5, 0.0),
        (nn.cross_entropy, 0.0, -1.0),
        (nn.hinge, 0.5, 0.0),
        (nn.perceptron_loss, 0.5, 2.0),
    ],
)
def test_compiled_a_target_that_is_none_makes_the_loss_nan_and_training_names_it(loss, z, y: float) -> None:
    fast = compile(lambda z, y: loss(z, y), rows=("y",))
    assert np.isnan(fast(z, [y]))
    objective = nn.Objective(lambda model, x, y: loss(model(x), y), nn.Linear(1, 3 if isinstance(z, list) else 1))
    for minimise in (partial(nn.train, optimiser=nn.SGD()), nn.LBFGS().minimise, nn.Newton().minimise):
        with pytest.raises(ValueError, match=rf"(target|class) must be .*, got {y}\n\(row 1\)"):
            minimise(objective, objective.parameters, [[1.0], [2.0]], [1.0, y])


@given(st.lists(finite, min_size=1, max_size=4), finite, st.floats(0, 10))
def test_penalties_leave_biases_alone(w: list[float], b: float, strength: float) -> None:
    neuron = nn.Neuron(len(w), nonlin=False)
    neuron.w, neuron.b = [Value(v) for v in w], Value(b)
    for penalty, value, slope in (
        (nn.l1, strength * math.fsum(map(abs, w)), [strength * ((v > 0) - (v < 0)) for v in w]),
        (nn.l2, strength / 2 * math.fsum(v * v for v in w), [strength * v for v in w]),
    ):
        neuron.zero_grad()
        cost = penalty(neuron, strength)
        assert cost.data == pytest.approx(value, rel=1e-13, abs=1e-300)
        cost.backward()
        assert [p.grad for p in neuron.w] == pytest.approx(slope, rel=1e-13, abs=1e-300)
        assert not neuron.b.has_grad


@pytest.mark.parametrize("y", [0, 1, 0.0, 1.0, True])
def test_the_cross_entropy_of_a_certain_target_is_one_logarithm(y) -> None:
    z = Value(0.3, label="z")
    loss = nn.cross_entropy(z, y)
    assert [v.op.name for v in Graph(loss).nodes if v.op and v.op.name != "negative"] == ["log_sigmoid"]
    assert loss.data == -y * log_sigmoid(0.3) - (1 - y) * log_sigmoid(-0.3)
    assert nn.cross_entropy(1e400 if y else -1e400, y) == 0.0


@given(finite, st.floats(0, 1))
def test_the_cross_entropy_of_an_uncertain_target_has_all_its_digits(z: float, y: float) -> None:
    with mpmath.workdps(50):
        softplus = lambda z: mpmath.log1p(mpmath.exp(z))  # noqa: E731
        wanted = float(y * softplus(-mpmath.mpf(z)) + (1 - mpmath.mpf(y)) * softplus(mpmath.mpf(z)))
    assert nn.cross_entropy(z, y) == pytest.approx(wanted, rel=1e-15)

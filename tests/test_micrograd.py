"""micrograd's users: its tests and its demo run here with only their imports changed, and give its numbers."""

import random
from types import ModuleType
from typing import Any

import micrograd.engine
import micrograd.nn
import numpy as np
import pytest

import autograd
import nn

ENGINES = (micrograd.engine.Value, autograd.Value)


def sanity_check(Value: Any) -> tuple[Any, ...]:
    x = Value(-4.0)
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    y = h + q + q * x
    y.backward()
    return x, y


def more_ops(Value: Any) -> tuple[Any, ...]:
    a = Value(-4.0)
    b = Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    return a, b, g


@pytest.mark.parametrize("program", [sanity_check, more_ops])
def test_its_tests(program: Any) -> None:
    theirs, ours = (program(value) for value in ENGINES)
    for v, w in zip(theirs, ours, strict=True):
        assert w.data == pytest.approx(v.data, rel=1e-14)
        assert w.grad == pytest.approx(v.grad, rel=1e-14)


def moons(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Two interleaved half circles, as the demo takes from scikit-learn, with targets ±1."""
    rng = np.random.default_rng(1337)
    t = np.pi * rng.random(n)
    upper = rng.random(n) < 0.5
    points = np.where(upper[:, None], np.c_[np.cos(t), np.sin(t)], np.c_[1 - np.cos(t), 0.5 - np.sin(t)])
    return points + rng.normal(0, 0.1, (n, 2)), np.where(upper, -1, 1)


def demo(engine: ModuleType, network: ModuleType) -> tuple[str, list[float], list[Any]]:
    """The demo notebook: the model as text, the loss at each step, the parameters at the end."""
    Value, MLP = engine.Value, network.MLP
    random.seed(1337)
    X, y = moons(20)
    model = MLP(2, [16, 16, 1])

    def loss() -> tuple[Any, float]:
        inputs = [list(map(Value, xrow)) for xrow in X]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(y, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        alpha = 1e-4
        reg_loss = alpha * sum(p * p for p in model.parameters())
        total_loss = data_loss + reg_loss
        accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(y, scores, strict=True)]
        return total_loss, sum(accuracy) / len(accuracy)

    losses = []
    for k in range(3):
        total_loss, _ = loss()
        model.zero_grad()
        total_loss.backward()
        learning_rate = 1.0 - 0.9 * k / 100
        for p in model.parameters():
            p.data -= learning_rate * p.grad
        losses.append(total_loss.data)
    return repr(model), losses, model.parameters()


def test_its_demo() -> None:
    (text, losses, parameters), (our_text, our_losses, our_parameters) = (
        demo(micrograd.engine, micrograd.nn),
        demo(autograd, nn),  # type: ignore[arg-type]
    )
    assert our_text == text
    assert our_losses == pytest.approx(losses, rel=1e-9)
    assert [p.data for p in our_parameters] == pytest.approx([p.data for p in parameters], rel=1e-7)

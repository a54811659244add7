"""Two moons: micrograd's network separates them in seconds, and the figure is saved."""

import importlib.util
import random
import re

import numpy as np
import pytest

import autograd
import nn
from demos import moons
from tests.demos.telling import told


def test_the_moons_are_told_apart(tmp_path) -> None:
    printed = told("moons", tmp_path)
    accuracies = [float(share) for share in re.findall(r"accuracy = +(\S+)%", printed)]
    assert len(accuracies) == 11
    assert accuracies[-1] > 99
    assert "1,000 points on two moons, 337 parameters" in printed
    assert float(re.search(r"in (\S+) s\n", printed)[1]) < 10
    assert printed.endswith("moons.png\n")
    assert (tmp_path / "moons.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_a_missing_matplotlib_is_named_with_its_cure(monkeypatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"pip install -e '\.\[demos\]'"):
        moons.main()


def test_the_moons_are_balanced_and_do_not_touch_without_noise() -> None:
    x, y = moons.moons(1000, 0.0, np.random.default_rng(0))
    assert x.shape == (1000, 2)
    assert y.sum() == 0
    upper, lower = x[y < 0], x[y > 0]
    np.testing.assert_allclose(np.hypot(*upper.T), 1)
    np.testing.assert_allclose(np.hypot(*(lower - [1.0, 0.5]).T), 1)
    assert np.linalg.norm(upper[:, None] - lower, axis=2).min() > 0.2


def test_the_network_is_nn_s_and_its_gradient_the_engine_s() -> None:
    random.seed(0)
    layers = moons.initial()
    random.seed(0)
    network = nn.MLP(2, moons.SIZES)
    x, y = moons.moons(6, 0.1, np.random.default_rng(0))
    scores = [network(list(map(float, row))) for row in x]
    np.testing.assert_allclose(autograd.compile(moons.score, rows=("x",))(layers, x), [s.data for s in scores])

    hinge = autograd.mean([(1 - yi * s).relu() for s, yi in zip(scores, y.tolist())])
    C = hinge + moons.ALPHA * autograd.sum([p * p for p in network.parameters()])
    C.backward()
    fast = autograd.compile(moons.cost, rows=("x", "y"))
    value, gradients = fast.value_and_grad(layers, x, y, reduce="mean")
    assert value == pytest.approx(C.data, rel=1e-12)
    for layer, (dw, db) in zip(network.layers, gradients):
        np.testing.assert_allclose(dw, [[w.grad for w in n.w] for n in layer.neurons], rtol=1e-11, atol=1e-15)
        np.testing.assert_allclose(db, [n.b.grad for n in layer.neurons], rtol=1e-11, atol=1e-15)

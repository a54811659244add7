"""The interface between models and the compiler, with the eager engine as the reference."""

import random

import numpy as np
import pytest

from autograd import log1p, tanh
from nn import MLP, Module, Neuron, Objective


class Shared(Module):
    """Two neurons that share their weights."""

    def __init__(self) -> None:
        self.first = Neuron(3, nonlin=False)
        self.second = Neuron(3)
        self.second.w = self.first.w

    def __call__(self, x):
        return self.first(x) + tanh(self.second(x))


def reference(loss, modules, *rows):
    """The mean loss and its gradient by the eager engine, row by row."""
    parameters = list({p: None for module in modules for p in module.parameters()})
    for p in parameters:
        p.zero_grad()
    total = 0.0
    for row in zip(*rows):
        cost = loss(*modules, *row) / len(rows[0])
        cost.backward()
        total += cost.data
    return total, np.array([p.grad for p in parameters])


def squared(model, x, y):
    return (model(x) - y) ** 2


def logistic(model, other, x, y):
    return log1p(((model(x) + other(x)) * -y).exp())


CASES = {
    "MLP": (squared, lambda: [MLP(3, [4, 4, 1])]),
    "a neuron": (squared, lambda: [Neuron(3)]),
    "shared weights": (squared, lambda: [Shared()]),
    "two modules": (logistic, lambda: [MLP(3, [2, 1]), Neuron(3, nonlin=False)]),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("n", [1, 5, 3000])
def test_compiled_is_what_the_engine_computes(case: str, n: int) -> None:
    loss, make = CASES[case]
    random.seed(4)
    modules = make()
    rng = np.random.default_rng(n)
    X, Y = rng.normal(size=(n, 3)), np.sign(rng.normal(size=n))
    objective = Objective(loss, *modules)
    before = objective.parameters
    value, gradient = objective.value_and_grad(before, X, Y)
    wanted, slopes = reference(loss, modules, X.tolist(), Y.tolist())
    np.testing.assert_allclose(value, wanted, rtol=1e-11)
    np.testing.assert_allclose(gradient, slopes, rtol=1e-10, atol=1e-13)
    assert objective.value(before, X, Y, reduce=None).shape == (n,)
    assert np.array_equal(objective.parameters, before)


def test_parameters_are_stored_on_request() -> None:
    neuron = Neuron(2, nonlin=False)
    objective = Objective(squared, neuron)
    objective.store([1.0, 2.0, 3.0])
    assert objective.parameters.tolist() == [1.0, 2.0, 3.0]
    assert neuron([1.0, 1.0]).data == 6.0
    for wrong in ([1.0], np.ones((3, 1))):
        with pytest.raises(ValueError, match="3 parameters"):
            objective.store(wrong)
        with pytest.raises(ValueError, match="3 parameters"):
            objective.value(wrong, [[1.0, 2.0]], [1.0])
    with pytest.raises(TypeError, match="the data of a row"):
        Objective(lambda model: 0.0, neuron)


def test_defaults_are_no_data_and_any_name_will_do() -> None:
    neuron = Neuron(1, nonlin=False)
    losses = [lambda model, x, theta, s=s: s * (model(x) - theta) ** 2 for s in (1.0, 3.0)]
    one, three = (Objective(loss, neuron).value([1.0, 0.0], [[1.0]], [0.0]) for loss in losses)
    assert (one, three) == (1.0, 3.0)
    with pytest.raises(TypeError, match="each by a name of its own"):
        Objective(lambda model, *rows: model(rows[0]), neuron)

    def told(model, x):
        return model(x)

    with pytest.raises(ValueError, match=r"^told: "):
        Objective(told, neuron).value_and_grad([1.0, 0.0], [[1.0]], reduce="median")

"""Modules: the state that can be saved and loaded, and which parameters are weights."""

import numpy as np
import pytest

from autograd import Value, relu, softmax
from nn import MLP, Activation, Layer, Linear, Module, Neuron, Sequential

MODELS = {
    "neuron": lambda rng: Neuron(3, activation="tanh", rng=rng),
    "layer": lambda rng: Layer(3, 2, activation="tanh", rng=rng),
    "mlp": lambda rng: MLP(3, [4, 2], init="he", rng=rng),
    "sequential": lambda rng: Sequential(
        Linear(3, 4, rng=rng), Activation(relu), Linear(4, 2, bias=False, rng=rng), softmax
    ),
}


def numbers(result) -> list[float]:
    return [v.data for v in result] if isinstance(result, list) else [result.data]


@pytest.mark.parametrize("name", MODELS)
def test_a_loaded_state_computes_the_same(name: str) -> None:
    first, second = MODELS[name](1), MODELS[name](2)
    x = [0.5, -1.0, 2.0]
    assert numbers(first(x)) != numbers(second(x))
    second.load_state_dict(first.state_dict())
    assert numbers(first(x)) == numbers(second(x))
    assert second.state_dict() == first.state_dict()
    assert not set(first.parameters()) & set(second.parameters())


@pytest.mark.parametrize(
    ("state", "error", "message"),
    [
        ({"w[0]": 1.0}, KeyError, "missing b"),
        ({"w[0]": 1.0, "b": 0.0, "w[1]": 2.0}, KeyError, r"unknown w\[1\]"),
        ({"w[1]": 2.0}, KeyError, r"missing b, w\[0\]; unknown w\[1\]"),
        ({"w[0]": 1.0, "b": "two"}, TypeError, "str"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(state, error, message) -> None:
    neuron = Neuron(1, rng=0)
    before = neuron.state_dict()
    with pytest.raises(error, match=message):
        neuron.load_state_dict(state)
    assert neuron.state_dict() == before


def test_a_module_without_a_call_says_what_to_define() -> None:
    class Torchlike(Module):
        def forward(self, x: float) -> float:
            return x

    with pytest.raises(TypeError, match="Torchlike cannot be called: define its __call__, in place of forward"):
        Torchlike()(1.0)


def test_weights_are_the_parameters_that_are_no_biases() -> None:
    model = MLP(2, [3, 1])
    biases = [neuron.b for layer in model.layers for neuron in layer.neurons]
    assert {*model.weights(), *biases} == set(model.parameters())
    assert not set(model.weights()) & set(biases)

    class Odd(Module):
        def __init__(self) -> None:
            self.b, self.bb, self.table = [Value(1.0)], Value(2.0), {"b": Value(3.0)}

    odd = Odd()
    assert odd.weights() == [odd.bb, odd.table["b"]]


def test_arrays_of_values_are_parameters_and_a_bias_may_be_called_so() -> None:
    class Net(Module):
        def __init__(self) -> None:
            self.w, self.bias = np.array([[Value(1.0), Value(2.0)]]), Value(3.0)

    net = Net()
    assert net.state_dict() == {"w[0][0]": 1.0, "w[0][1]": 2.0, "bias": 3.0}
    assert net.weights() == list(net.w.flat)

"""Neurons, layers and networks: their shapes, their graph, their errors."""

import copy
import pickle
import random
from functools import partial

import numpy as np
import pytest

from autograd import Value, softmax, tanh
from nn import MLP, Activation, Layer, Linear, Module, Neuron, Sequential
from nn.layers import ACTIVATIONS


@pytest.mark.parametrize(
    ("nin", "nouts", "parameters"),
    [(2, [16, 16, 1], 337), (4, [1, 1], 7), (3, [2], 8), (1, [1], 2)],
)
def test_a_network_has_its_parameters_and_one_result_per_output(nin: int, nouts: list[int], parameters: int) -> None:
    model = MLP(nin, nouts)
    assert len(model.parameters()) == parameters
    result = model([0.5] * nin)
    assert isinstance(result, Value) if nouts[-1] == 1 else len(result) == nouts[-1]


@pytest.mark.parametrize(
    ("module", "inputs"),
    [(Neuron(2), [1.0]), (Neuron(2), [1.0, 2.0, 3.0]), (Layer(2, 3), [1.0]), (MLP(4, [1, 1]), [1.0] * 3)],
)
def test_a_wrong_number_of_inputs_is_an_error(module: Module, inputs: list[float]) -> None:
    with pytest.raises(ValueError, match=r"takes \d inputs, got \d"):
        module(inputs)  # type: ignore[operator]


@pytest.mark.parametrize("make", [Neuron, Linear, partial(MLP, nouts=[3, 1])])
def test_a_single_input_may_be_a_number(make) -> None:
    module, x = make(1, rng=0), Value(0.5)
    assert module(x).data == module(0.5).data == module(np.float64(0.5)).data == module([0.5]).data
    with pytest.raises(ValueError, match="takes 2 inputs, got 1"):
        make(2, rng=0)(0.5)


def test_a_neuron_is_one_dot_and_its_activation() -> None:
    neuron = Neuron(2)
    a = neuron([1.0, 2.0])
    assert str(a.op) == "relu"
    (z,) = a.inputs
    assert str(z.op) == "dot"
    assert z.inputs[:2] == tuple(neuron.w)
    assert z.inputs[4] is neuron.b
    assert z.partials == (1.0, 2.0, neuron.w[0].data, neuron.w[1].data, 1.0)


def test_inputs_of_a_layer_are_shared_and_never_differentiated() -> None:
    a, b = Layer(2, 2, nonlin=False)([1.0, 2.0])
    assert a.inputs[2] is b.inputs[2]
    (a + b).backward()
    assert a.inputs[2].is_constant
    assert not a.inputs[2].has_grad


def test_zero_grad_forgets() -> None:
    model = MLP(2, [2, 1])
    model([1.0, 2.0]).backward()
    assert all(p.has_grad for p in model.parameters())
    model.zero_grad()
    assert not any(p.has_grad for p in model.parameters())


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_computes_the_same_and_shares_nothing(copied) -> None:
    model = MLP(2, [3, 1])
    other = copied(model)
    assert other([0.1, 0.2]).data == model([0.1, 0.2]).data
    assert not set(model.parameters()) & set(other.parameters())


def test_names_are_paths() -> None:
    model = MLP(2, [3, 1])
    names = dict(model.named_parameters())
    assert len(names) == len(model.parameters()) == 13
    assert names["layers.0.neurons.2.w[1]"] is model.layers[0].neurons[2].w[1]
    assert dict(model.named_modules())["layers.1.neurons.0"] is model.layers[1].neurons[0]
    assert dict(Neuron(2).named_parameters()).keys() == {"w[0]", "w[1]", "b"}


def test_shared_and_nested_members_are_listed_once() -> None:
    class Net(Module):
        def __init__(self) -> None:
            self.first = Neuron(1)
            self.again = self.first
            self.table = {"deep": [[Neuron(1)]]}
            self.scale = Value.constant(2.0)
            self.itself = self

    net = Net()
    assert [name for name, _ in net.named_parameters()] == [
        "first.w[0]",
        "first.b",
        "table.deep.0.0.w[0]",
        "table.deep.0.0.b",
    ]


def test_modules_come_in_the_order_of_their_numbers() -> None:
    names = [name for name, _ in Layer(1, 12).named_modules()]
    assert names == ["", *[f"neurons.{i}" for i in range(12)]]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_is_the_function_of_that_name(activation: str) -> None:
    neuron = Neuron(2, activation=activation, rng=0)
    z = Neuron(2, nonlin=False, rng=0)([0.5, -0.25]).data
    assert neuron([0.5, -0.25]).data == ACTIVATIONS[activation](z)
    assert Neuron(2, activation=ACTIVATIONS[activation], rng=0)([0.5, -0.25]).data == ACTIVATIONS[activation](z)
    wanted = [ACTIVATIONS[activation](z), ACTIVATIONS[activation](1.0)]
    assert Activation(activation)([z, 1.0]) == wanted
    assert Activation(activation)(([z], np.array([[1.0]]))) == [[wanted[0]], [[wanted[1]]]]


@pytest.mark.parametrize(("init", "limit"), [("uniform", 1.0), ("xavier", (6 / 500) ** 0.5), ("he", (6 / 200) ** 0.5)])
@pytest.mark.parametrize(
    "make", [lambda seed: seed, np.int64, random.Random, np.random.default_rng, np.random.RandomState]
)
def test_weights_fill_the_interval_of_their_initialisation(init: str, limit: float, make) -> None:
    layer = Layer(200, 300, init=init, rng=make(5))
    w = np.array([[w.data for w in neuron.w] for neuron in layer.neurons])
    assert 0.999 * limit < np.max(np.abs(w)) <= limit
    assert abs(np.mean(w)) < 0.01 * limit
    assert abs(np.var(w) / (limit**2 / 3) - 1) < 0.02
    assert len(set(w.flat)) == w.size, "one stream for all neurons"
    assert np.array_equal(w, [[w.data for w in neuron.w] for neuron in Layer(200, 300, init=init, rng=make(5)).neurons])
    assert all(neuron.b.data == 0.0 for neuron in layer.neurons)


def test_a_seed_of_random_gives_micrograds_weights() -> None:
    random.seed(7)
    drawn = [random.uniform(-1, 1) for _ in range(2 * 3 + 3)]
    random.seed(7)
    model = MLP(2, [3, 1])
    assert [w.data for w in model.weights()] == drawn


def test_a_neuron_without_bias() -> None:
    neuron = Neuron(2, nonlin=False, bias=False, rng=0)
    assert neuron([0.0, 0.0]).data == 0.0
    assert [name for name, _ in neuron.named_parameters()] == ["w[0]", "w[1]"]


def test_steps_of_a_sequence_follow_each_other() -> None:
    first, second = Linear(2, 1, rng=0), Linear(1, 2, rng=1)
    model = Sequential(first, Activation("tanh"), second, softmax)
    wanted = softmax(second(tanh(first([0.5, 1.0]))))
    assert [v.data for v in model([0.5, 1.0])] == [v.data for v in wanted]
    assert len(model.parameters()) == 3 + 4


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Neuron(2, activation="rellu"), "activation must be one of relu, .*, got 'rellu'"),
        (lambda: Neuron(2, nonlin=False, activation="rellu"), "activation must be one of relu"),
        (lambda: Neuron(-1), "nin must be a whole number, 0 or more, got -1"),
        (lambda: Linear(2, 0), "nout must be a whole number, 1 or more, got 0"),
        (lambda: MLP(2, [2, 1], init="zeros"), "init must be one of uniform, xavier, he, got 'zeros'"),
    ],
)
def test_an_unknown_name_is_an_error_that_lists_the_known(make, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("module", "text"),
    [
        (Neuron(2), "ReLUNeuron(2)"),
        (Neuron(2, activation="leaky_relu"), "LeakyReLUNeuron(2)"),
        (Neuron(2, activation=tanh), "tanhNeuron(2)"),
        (Linear(1, 2), "Linear of [LinearNeuron(1), LinearNeuron(1)]"),
        (Sequential(Linear(1, 1), Activation("tanh")), "Sequential(Linear of [LinearNeuron(1)], Activation(Tanh))"),
    ],
)
def test_a_module_says_what_it_is(module: Module, text: str) -> None:
    assert repr(module) == text

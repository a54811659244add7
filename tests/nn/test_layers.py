"""Neurons, layers and networks: their shapes, their graph, their errors."""

import copy
import pickle

import pytest

from autograd import Value
from nn import MLP, Layer, Module, Neuron


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

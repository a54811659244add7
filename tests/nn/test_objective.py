"""The interface between models and the compiler, with the eager engine as the reference."""

import pickle
import random

import numpy as np
import pytest

from autograd import TraceError, Value, gradients, log, log1p, tanh
from nn import MLP, Embedding, Module, Neuron, Objective, squared_error


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


class Plain(Module):
    """A module whose result depends on what it holds besides its parameter."""

    def __init__(self) -> None:
        self.w, self.training, self.scale, self.name = Value(2.0), True, 1.0, "identity"
        self.shifts, self.table, self.fixed = [0.0], {"factor": 1.0}, Value.constant(1.0)
        self.array, self.function = np.ones(2), float.__pos__
        self.inside: Module | None = None

    def __call__(self, x):
        z = self.w * x * self.scale * self.table["factor"] * self.fixed * self.array[0] + self.shifts[0]
        z = z if self.training else -z
        return z + (1.0 if self.inside is not None and self.inside.training else 0.0)


CHANGES = {
    "a truth": lambda m: setattr(m, "training", False),
    "a truth behind setattr": lambda m: vars(m).update(training=False),
    "a number": lambda m: setattr(m, "scale", 3.0),
    "in a list": lambda m: m.shifts.__setitem__(0, 3.0),
    "in a dict": lambda m: m.table.update(factor=3.0),
    "a constant": lambda m: setattr(m.fixed, "data", 3.0),
    "in an array": lambda m: m.array.__setitem__(0, 3.0),
    "inside another module": lambda m: setattr(m.inside, "training", False),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_a_module_holds_is_what_its_program_does(what: str) -> None:
    module = Plain()
    module.inside = Plain()
    objective = Objective(lambda module, x: module(x), module)
    before = objective.value([2.0, 2.0], [1.0])
    assert objective.value([2.0, 2.0], [1.0]) == before
    first = objective.compiled
    assert objective.compiled is first, "nothing has changed"
    CHANGES[what](module)
    after = objective.value([2.0, 2.0], [1.0])
    assert after == module(1.0).data != before


class Random(Module):
    """A module with a generator of its own."""

    def __init__(self) -> None:
        self.w, self.rng = Value(1.0), random.Random(0)

    def __call__(self, x):
        return self.w * x * self.rng.random()


OUTSIDE = np.random.default_rng(0)


@pytest.mark.parametrize("draw", [random.random, np.random.random, lambda: OUTSIDE.random()])
def test_random_numbers_of_a_trace_are_refused(draw) -> None:
    own = np.random.default_rng(0)
    for loss, module in (
        (lambda neuron, x: neuron(x) * draw(), Neuron(1)),
        (lambda neuron, x: neuron(x) * own.random(), Neuron(1)),
        (lambda module, x: module(x), Random()),
    ):
        objective = Objective(loss, module)
        with pytest.raises(TraceError, match="the loss draws random numbers, which would be the same in every call"):
            objective.value(objective.parameters, np.array([[1.0]]))


def test_options_of_an_objective_are_those_of_compile_and_survive_a_copy() -> None:
    objective = Objective(squared, Neuron(1), backend="numpy", threads=1)
    copied = pickle.loads(pickle.dumps(objective))
    for one in (objective, copied):
        assert (one.compiled.options.backend, one.compiled.options.threads) == ("numpy", 1)
    with pytest.raises(ValueError, match="backend must be"):
        Objective(squared, Neuron(1), backend="jax").compiled  # noqa: B018


def test_a_loss_that_handles_errors_and_branches() -> None:
    def loss(neuron, x, y):
        z = neuron(x)
        try:
            error = log(z - y)
        except ValueError:
            error = 2.0 * z
        return error if z > 1.0 else -error * error

    neuron, theta = Neuron(1, nonlin=False), np.array([1.0, 0.5])
    objective = Objective(loss, neuron)
    objective.store(theta)
    x, y = np.array([[0.1], [2.0], [-3.0], [0.7]]), np.array([0.0, 1.0, 1.0, 0.5])
    total = sum(loss(neuron, list(row), target) for row, target in zip(x, y))
    value, slope = objective.value_and_grad(theta, x, y, reduce="sum")
    assert value == pytest.approx(total.data, rel=1e-14)
    np.testing.assert_allclose(slope, gradients(total, neuron.parameters()), rtol=1e-14)


def test_an_index_of_rows_gathers_what_comparisons_choose() -> None:
    def effect(b, group, y):
        return squared_error(b(group)[0], y)

    b, (group, y) = Embedding(3, 1, rng=0), (np.array([0, 2, 2, 1]), np.array([1.0, 2.0, 4.0, 5.0]))
    compared, gathered = Objective(effect, b), Objective(effect, b, index=["group"])
    theta = gathered.parameters
    np.testing.assert_allclose(
        gathered.value_and_grad(theta, group, y)[1], compared.value_and_grad(theta, group, y)[1], rtol=1e-15
    )
    with pytest.raises(IndexError, match=r"the index group .* \(from 3\) in row 0, and there are 3"):
        gathered.value(gathered.parameters, [3], [1.0])
    with pytest.raises(IndexError, match=r"\(from -1\) in row 1"):
        gathered.value(list(gathered.parameters), [0, -1], [1.0, 1.0])
    with pytest.raises(IndexError, match="out of bounds"):
        compared.value(theta, [-1], [1.0])


@pytest.mark.parametrize("kind", [list, np.array, lambda rows: {"rows": [tuple(map(tuple, rows)), rows]}])
def test_whole_numbers_of_a_row_choose_from_a_module_s_own_lists(kind) -> None:
    class Levels(Module):
        def __init__(self) -> None:
            self.slope, self.ragged = kind([[Value(0.1 * k), Value(1.0)] for k in range(4)]), [[Value(3.0)], []]

        def __call__(self, k, x):
            (a, b), last = (self.slope["rows"][1] if isinstance(self.slope, dict) else self.slope)[k], self.ragged[0]
            return a * x + b - last[-1]

    def loss(levels, k, x, y):
        return squared_error(levels(k, x), y)

    levels, rows = Levels(), (np.array([3, 0, 3]), np.array([1.0, 2.0, 3.0]), np.zeros(3))
    wanted = reference(loss, [levels], *rows)
    for index in ((), ("k",)):
        objective = Objective(loss, levels, index=index)
        value, slopes = objective.value_and_grad(objective.parameters, *rows)
        np.testing.assert_allclose([value, *slopes], np.hstack(wanted), rtol=1e-14)

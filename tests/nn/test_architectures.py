"""Layers for sequences and images, LayerNorm and Dropout: NumPy's numbers and derivatives, eager and compiled."""

import numpy as np
import pytest

from autograd import TraceError, Value, compile, draw, gradients
from nn import GRU, LSTM, RNN, Attention, Conv2d, Dropout, Embedding, LayerNorm, Linear, Objective, Sequential
from nn.recurrent import Recurrent

rng = np.random.default_rng(3)


# --- references: the parameters in order, complex for complex-step derivatives, and one input


def sigma(z):
    return 1 / (1 + np.exp(-z))


def layer_norm(theta, x):
    w, b = theta.reshape(2, -1)
    apart = x - x.mean()
    return w * apart / np.sqrt((apart * apart).mean() + 1e-5) + b


def convolution(inputs, outputs, size, stride, padding):
    def reference(theta, x):
        w, b = theta[:-outputs].reshape(outputs, inputs, size, size), theta[-outputs:]
        x = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
        rows, columns = (range(0, n - size + 1, stride) for n in x.shape[1:])
        window = [[x[:, r : r + size, c : c + size] for c in columns] for r in rows]
        return np.moveaxis(np.array([[(w * v).sum((1, 2, 3)) + b for v in line] for line in window]), 2, 0)

    return reference


def recurrent(gates, size, step):
    def reference(theta, xs):
        rows, nin = gates * size, xs.shape[1]
        ends = np.cumsum([rows * nin, rows, rows * size])
        W, b, U, c = np.split(theta, ends)
        W, U, state, outputs = W.reshape(rows, nin), U.reshape(rows, size), np.zeros((2, size)), []
        for x in xs:
            state = step((W @ x + b).reshape(gates, size), (U @ state[0] + c).reshape(gates, size), *state)
            outputs.append(state[0])
        return np.array(outputs)

    return reference


def gru(x, u, h, _):
    r, z = sigma(x[0] + u[0]), sigma(x[1] + u[1])
    return (1 - z) * np.tanh(x[2] + r * u[2]) + z * h, h


def lstm(x, u, h, c):
    i, f, o = (sigma(x[k] + u[k]) for k in (0, 1, 3))
    c = f * c + i * np.tanh(x[2] + u[2])
    return o * np.tanh(c), c


def attention(size, heads, causal):
    def reference(theta, xs):
        key, output, query, value = theta.reshape(4, size, size + 1)
        q, k, v = (xs @ W[:, :-1].T + W[:, -1] for W in (query, key, value))
        found = []
        for h in np.split(np.arange(size), heads):
            scores = np.exp(q[:, h] @ k[:, h].T / np.sqrt(size / heads))
            scores = np.tril(scores) if causal else scores
            found.append(scores / scores.sum(1, keepdims=True) @ v[:, h])
        return np.hstack(found) @ output[:, :-1].T + output[:, -1]

    return reference


LAYERS = {
    "LayerNorm": (LayerNorm(4), rng.normal(size=4), layer_norm),
    "Conv2d": (Conv2d(2, 3, 2, rng=0), rng.normal(size=(2, 4, 5)), convolution(2, 3, 2, 1, 0)),
    "Conv2d, strided": (Conv2d(1, 2, 3, stride=2, padding=1, rng=0), rng.normal(size=(1, 5, 6)),
                        convolution(1, 2, 3, 2, 1)),
    "RNN": (RNN(2, 3, rng=0), rng.normal(size=(4, 2)), recurrent(1, 3, lambda x, u, h, _: (np.tanh(x[0] + u[0]), h))),
    "GRU": (GRU(2, 3, rng=0), rng.normal(size=(4, 2)), recurrent(3, 3, gru)),
    "LSTM": (LSTM(2, 3, rng=0), rng.normal(size=(4, 2)), recurrent(4, 3, lstm)),
    "Attention": (Attention(4, heads=2, rng=0), rng.normal(size=(3, 4)), attention(4, 2, False)),
    "Attention, causal": (Attention(2, causal=True, rng=0), rng.normal(size=(3, 2)), attention(2, 1, True)),
}  # fmt: skip


def output(module, x):
    """The result as an array; of a recurrent layer, that of all steps."""
    return np.array(module(x)[0] if isinstance(module, Recurrent) else module(x), dtype=object)


def weighted(module, x):
    """One number that depends on every number of the result, each in its own way."""
    z = output(module, x).ravel()
    return sum(z * np.cos(np.arange(len(z))))


@pytest.mark.parametrize("name", LAYERS)
def test_values_and_derivatives_are_those_of_numpy(name: str) -> None:
    module, x, reference = LAYERS[name]
    parameters = module.parameters()
    theta = np.array([p.data for p in parameters])
    wanted = reference(theta, x)
    np.testing.assert_allclose(np.vectorize(lambda v: v.data)(output(module, x)), wanted, rtol=1e-13, atol=1e-15)
    weights = np.cos(np.arange(wanted.size))
    inputs = np.array([Value(v) for v in x.ravel()]).reshape(x.shape)
    found = gradients(weighted(module, inputs), [*parameters, *inputs.ravel()])
    both, h = np.concatenate([theta, x.ravel()]), 1e-30j

    def along(k):
        moved = both + h * (np.arange(len(both)) == k)
        return (weights @ reference(moved[: len(theta)], moved[len(theta) :].reshape(x.shape)).ravel()).imag / h.imag

    np.testing.assert_allclose(found, [along(k) for k in range(len(both))], rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("name", LAYERS)
def test_compiled_layers_are_the_eager_ones(name: str) -> None:
    module, x, _ = LAYERS[name]
    objective = Objective(weighted, module)
    X = np.array([x, 0.5 * x, -x])
    loss, slopes = objective.value_and_grad(objective.parameters, X, reduce="sum")
    costs = [weighted(module, row) for row in X]
    np.testing.assert_allclose(loss, sum(c.data for c in costs), rtol=1e-12)
    wanted = np.sum([gradients(c, module.parameters()) for c in costs], axis=0)
    np.testing.assert_allclose(slopes, wanted, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("name", LAYERS)
def test_layers_are_drawn(name: str) -> None:
    module, x, _ = LAYERS[name]
    assert type(module).__name__ in str(module)
    assert "</svg>" in draw(weighted(module, x), names=module).svg()


def test_parameters_have_names_and_biases_are_no_weights() -> None:
    names = [name for name, _ in Sequential(LayerNorm(1), LSTM(1, 1), Conv2d(1, 1, 1)).named_parameters()]
    assert names[:2] == ["steps.0.weight[0]", "steps.0.bias[0]"]
    assert names[-2:] == ["steps.2.weight[0][0][0][0]", "steps.2.bias[0]"]
    assert {"steps.1.weight_input[3][0]", "steps.1.weight_state[0][0]", "steps.1.bias_state[3]"} < set(names)
    assert len(GRU(2, 3).weights()) == 9 * (2 + 3)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: LayerNorm(3)([1.0]), ValueError, "takes 3 inputs, got 1"),
        (lambda: LayerNorm(2)([[1.0, 2.0]]), TypeError, r"LayerNorm\(2\) takes a list of numbers, got rows of them"),
        (lambda: Dropout(rng=0)(np.ones((2, 2))), TypeError, "takes a list of numbers, got rows of them"),
        (lambda: RNN(1, 3)([1.0]), TypeError, r"RNN\(1, 3\) takes a list of numbers, got 1.0"),
        (lambda: LSTM(1, 2)([[1.0]], [0.0, 0.0]), TypeError, r"LSTM\(1, 2\) takes a list of numbers, got 0.0"),
        (lambda: Conv2d(2, 1, 3)([[[1.0]]]), ValueError, r"takes 2 channels .* got the shape \(1, 1, 1\)"),
        (lambda: Conv2d(1, 1, 3)([[[1.0]]]), ValueError, r"at least 3 rows and columns, got the shape \(1, 1, 1\)"),
        (lambda: Conv2d(1, 1, 1)([[[1.0], [1.0, 2.0]]]), ValueError, "channels of rows of one length"),
        (lambda: Conv2d(1, 1, 0), ValueError, "size must be a whole number"),
        (lambda: RNN(2, 3)([]), ValueError, r"RNN\(2, 3\) takes a sequence of steps, and there are none"),
        (
            lambda: Attention(2)([]),
            ValueError,
            r"Attention\(2, heads=1\) takes a sequence of tokens, and there are none",
        ),
        (lambda: RNN(2, 3)([[1.0]]), ValueError, r"RNN\(2, 3\) takes 2 inputs a step, got 1"),
        (lambda: GRU(1, 3)([[1.0]], [0.0]), ValueError, "takes 3 numbers as its state, got 1"),
        (lambda: LSTM(1, 0), ValueError, "size must be"),
        (lambda: Attention(4, heads=3), ValueError, "heads must be a divisor of the size, 4"),
        (lambda: Attention(2)([[1.0, 2.0], [1.0]]), ValueError, "tokens of 2 numbers, token 1 has 1"),
        (lambda: Embedding(3, 2)(3), IndexError, "tokens 0 to 2, got 3"),
        (lambda: Embedding(3, 2)(-1), IndexError, "tokens 0 to 2, got -1"),
        (lambda: Embedding(3, 2)(0.5), TypeError, "whole number, got 0.5"),
        (lambda: Embedding(3, 2)([1, 2]), TypeError, r"takes one token, got \[1, 2\]"),
        (lambda: Dropout(1.0), ValueError, r"p must be in \[0, 1\)"),
        (lambda: Dropout()([1.0], [0.1, 0.2]), ValueError, "one random number for each of 1 numbers, got 2"),
    ],
)
def test_a_wrong_shape_is_an_error(call, error, words: str) -> None:
    with pytest.raises(error, match=words):
        call()


# --- dropout


def test_dropout_keeps_the_mean_and_draws_anew() -> None:
    dropout = Dropout(0.25, rng=0)
    drawn = np.array([dropout([3.0] * 50) for _ in range(200)])
    assert set(drawn.ravel()) == {0.0, 4.0}
    assert abs(drawn.mean() - 3.0) < 0.05
    assert len({tuple(row) for row in drawn}) > 190


def test_compiled_dropout_takes_the_random_numbers_of_each_row() -> None:
    model = Sequential(Linear(3, 2, rng=0), dropout := Dropout(0.5, rng=1))
    frozen = Objective(lambda model, x: sum(model(x)), model)
    with pytest.raises(TraceError, match=r"pass those of the row, as in dropout\(x, u\)"):
        frozen.value(frozen.parameters, np.ones((2, 3)))
    linear = model.steps[0]
    objective = Objective(lambda linear, x, u: sum(dropout(linear(x), u)), linear)
    X, u = np.ones((4, 3)), np.array([[0.1, 0.9], [0.9, 0.1], [0.1, 0.2], [0.7, 0.8]])
    z = [v.data for v in linear([1.0] * 3)]
    found = objective.value(objective.parameters, X, u, reduce=None)
    np.testing.assert_allclose(found, [2 * z[1], 2 * z[0], 0.0, 2 * sum(z)])
    assert [v.data for v in model.eval()([1.0] * 3)] == z
    assert model.train() is model
    assert dropout.training


# --- embedding


def test_an_embedding_is_gathered_and_scattered() -> None:
    embedding, tokens, y = Embedding(100, 3, rng=0), np.array([7, 2, 7, 99]), rng.normal(size=4)

    def loss(weight, token, y):
        embedding = Embedding(100, 3)
        embedding.weight = weight
        return (sum(v * v for v in embedding(token)) - y) ** 2

    table = np.array([[v.data for v in row] for row in embedding.weight])
    fast = compile(loss, rows=("token", "y"), index=("token",))
    value, slopes = fast.value_and_grad(table, tokens, y, reduce="sum")
    total = sum(loss(embedding.weight, token, target) for token, target in zip(tokens.tolist(), y))
    np.testing.assert_allclose(value, total.data, rtol=1e-13)
    np.testing.assert_allclose(slopes.ravel(), gradients(total, embedding.parameters()), rtol=1e-12)
    assert fast.program.size < 20  # no comparisons

"""Backpropagation as the lecture draws it: forward pass times backward pass, on a network small enough to read.

Two inputs, two hidden layers of two sigmoid neurons and an output layer of two, with the lecture's weights; the cost
is the squared error. Letters: x input, w weight, b bias, z = w·x + b pre-activation, a = σ(z) activation, y output,
t target, C cost.
"""

from autograd import Value, dot, draw, explain, sigmoid

# The weights and the bias of every neuron, layer by layer.
LAYERS = [
    [([1.0, -2.0], 1.0), ([-1.0, 1.0], 0.0)],
    [([2.0, -1.0], 0.0), ([-2.0, -1.0], 0.0)],
    [([3.0, -1.0], -2.0), ([-1.0, 4.0], 2.0)],
]
INPUTS = [1.0, -1.0]
TARGETS = [1.0, 0.0]
PICTURE = "backprop.svg"
REVERSED = "backprop_reversed.svg"
PAGE = "backprop.html"


def layer(number: int, neurons: list[tuple[list[float], float]], a: list[Value], out: str) -> list[Value]:
    """The activations of one layer, with every Value labelled by its place: w21₁ is weight 1 of neuron 1 of layer 2."""
    activations = []
    for i, (weights, bias) in enumerate(neurons, start=1):
        w = [Value(weight, label=f"w{number}{i}{'₁₂'[j]}") for j, weight in enumerate(weights)]
        z = dot(w, a, Value(bias, label=f"b{number}{i}"))
        z.label = f"z{number}{i}"
        activation = sigmoid(z)
        activation.label = f"y{i}" if out == "y" else f"a{number}{i}"
        activations.append(activation)
    return activations


def network() -> Value:
    """The cost of the network on its only example."""
    a = [Value.constant(x, label=f"x{i}") for i, x in enumerate(INPUTS, start=1)]
    for number, neurons in enumerate(LAYERS, start=1):
        a = layer(number, neurons, a, out="y" if number == len(LAYERS) else "a")
    targets = [Value.constant(t, label=f"t{i}") for i, t in enumerate(TARGETS, start=1)]
    errors = [(y - t) ** 2 for y, t in zip(a, targets, strict=True)]
    cost = errors[0] + errors[1]
    cost.label = "C"
    return cost


def main() -> None:
    """Print both passes, and save the pictures and the page."""
    cost = network()
    cost.backward()
    print(explain(cost))
    drawing = draw(cost, view="network")
    reversed_network = draw(cost, view="network", direction="backward")
    print(f"\nThe network, with both passes on it: {drawing.save(PICTURE)}")
    print(f"The reversed network of the backward pass: {reversed_network.save(REVERSED)}")
    print(f"Both passes, step by step, in a browser: {drawing.save(PAGE)}")


if __name__ == "__main__":
    main()

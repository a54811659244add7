"""A training step of a small GPT written on scalars, for any class of scalars, and the shortest class that runs it."""

import math
import random
from itertools import pairwise
from typing import Any

WIDTH, HEADS, VOCABULARY, TOKENS = 16, 4, 27, 10
HEAD = WIDTH // HEADS


class Scalar:
    """A scalar with reverse mode in the fewest lines, as courses write it: operations keep their local derivatives."""

    __slots__ = ("children", "data", "grad", "local_grads")

    def __init__(self, data: float, children: tuple[Any, ...] = (), local_grads: tuple[float, ...] = ()) -> None:
        self.data = data
        self.grad = 0.0
        self.children = children
        self.local_grads = local_grads

    def __add__(self, other: Any) -> Any:
        other = other if isinstance(other, Scalar) else Scalar(other)
        return Scalar(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other: Any) -> Any:
        other = other if isinstance(other, Scalar) else Scalar(other)
        return Scalar(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, n: float) -> Any:
        return Scalar(self.data**n, (self,), (n * self.data ** (n - 1),))

    def exp(self) -> Any:
        return Scalar(math.exp(self.data), (self,), (math.exp(self.data),))

    def log(self) -> Any:
        return Scalar(math.log(self.data), (self,), (1 / self.data,))

    def relu(self) -> Any:
        return Scalar(max(0.0, self.data), (self,), (float(self.data > 0.0),))

    def __neg__(self) -> Any:
        return self * -1.0

    def __sub__(self, other: Any) -> Any:
        return self + (-other)

    def __truediv__(self, other: Any) -> Any:
        return self * other**-1

    __radd__, __rmul__ = __add__, __mul__

    def backward(self) -> None:
        order: list[Any] = []
        seen = set()

        def visit(v: Any) -> None:
            if v not in seen:
                seen.add(v)
                for child in v.children:
                    visit(child)
                order.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            for child, local in zip(v.children, v.local_grads):
                child.grad += local * v.grad


def linear(W: Any, x: Any) -> Any:
    return [sum(w * v for w, v in zip(row, x)) for row in W]


def normalised(x: Any) -> Any:
    scale = (sum(v * v for v in x) / len(x) + 1e-5) ** -0.5
    return [v * scale for v in x]


def softmax(z: Any) -> Any:
    largest = max(v.data for v in z)
    exps = [(v - largest).exp() for v in z]
    total = sum(exps)
    return [e / total for e in exps]


def training_step(value: Any) -> Any:
    """The loss of one text, forward and backward, on one class of scalars: the same numbers for each."""
    rng = random.Random(1)

    def matrix(rows: int, columns: int) -> Any:
        return [[value(rng.gauss(0.0, 0.2)) for _ in range(columns)] for _ in range(rows)]

    tokens, places, out = matrix(VOCABULARY, WIDTH), matrix(TOKENS, WIDTH), matrix(VOCABULARY, WIDTH)
    Q, K, V, mix = (matrix(WIDTH, WIDTH) for _ in range(4))
    up, down = matrix(4 * WIDTH, WIDTH), matrix(WIDTH, 4 * WIDTH)
    text = [rng.randrange(VOCABULARY) for _ in range(TOKENS + 1)]
    parameters = [v for W in (tokens, places, out, Q, K, V, mix, up, down) for row in W for v in row]

    def attended(q: Any, keys: Any, values: Any, h: int) -> Any:
        """One head: the values of earlier tokens, weighted by how well their keys fit the query."""
        here = slice(h * HEAD, (h + 1) * HEAD)
        weights = softmax([sum(a * b for a, b in zip(q[here], k[here])) / HEAD**0.5 for k in keys])
        return [sum(w * v for w, v in zip(weights, column)) for column in zip(*(v[here] for v in values))]

    def step() -> Any:
        keys: list[Any] = []
        values: list[Any] = []
        losses = []
        for place, (token, target) in enumerate(pairwise(text)):
            x = normalised([a + b for a, b in zip(tokens[token], places[place])])
            y = normalised(x)
            keys.append(linear(K, y))
            values.append(linear(V, y))
            q = linear(Q, y)
            heads = [v for h in range(HEADS) for v in attended(q, keys, values, h)]
            x = [a + b for a, b in zip(x, linear(mix, heads))]
            hidden = [v.relu() for v in linear(up, normalised(x))]
            x = [a + b for a, b in zip(x, linear(down, hidden))]
            losses.append(-softmax(linear(out, x))[target].log())
        loss = sum(losses) / len(losses)
        for p in parameters:
            p.grad = 0.0
        loss.backward()
        return loss

    return step

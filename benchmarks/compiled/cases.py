"""The problems, with the same numbers for everyone; the peers' processes load this file, so it needs only NumPy."""

from dataclasses import dataclass
from typing import Any

import numpy as np

RATE = 1e-3  # learning rate: small enough that thousands of steps stay finite


@dataclass(frozen=True)
class Network:
    """A full-batch gradient step of MLP(2, [width, width, 1]) with the mean squared error."""

    width: int
    activation: str
    rows: int
    kind = "network"

    def __str__(self) -> str:
        return f"gradient step of MLP(2, [{self.width}, {self.width}, 1]), {self.activation}, N = {self.rows:,}"

    def parameters(self) -> list[Any]:
        """W1, b1, W2, b2, W3, b3; W[j, i] connects input i to neuron j."""
        rng = np.random.default_rng(1)
        shapes = [(self.width, 2), (self.width, self.width), (1, self.width)]
        layers = [(rng.normal(size=(j, i)) * np.sqrt(2 / i), rng.normal(size=j) * 0.1) for j, i in shapes]
        return [array for layer in layers for array in layer]

    def data(self) -> list[Any]:
        """X with N rows and two columns, Y with N numbers."""
        X = np.random.default_rng(2).uniform(-1, 1, (self.rows, 2))
        return [X, np.sin(3 * X[:, 0]) * X[:, 1]]


@dataclass(frozen=True)
class Options:
    """Price and first-order Greeks of European calls, one per row."""

    rows: int
    kind = "options"
    ranges = ((50, 150), (50, 150), (0.1, 2), (0, 0.1), (0.1, 0.6))

    def __str__(self) -> str:
        return f"Black–Scholes price and five Greeks, N = {self.rows:,}"

    def parameters(self) -> list[Any]:
        """None: every argument has a number per row."""
        return []

    def data(self) -> list[Any]:
        """S, K, T, r and sigma, made in place: the process that measures memory must not have used more than this."""
        rng = np.random.default_rng(3)
        columns = [np.empty(self.rows) for _ in self.ranges]
        for column, (low, high) in zip(columns, self.ranges, strict=True):
            rng.random(out=column)
            column *= high - low
            column += low
        return columns


CASES: dict[str, Network | Options] = {
    "16 relu small": Network(16, "relu", 100),
    "16 relu": Network(16, "relu", 10_000),
    "64 relu": Network(64, "relu", 10_000),
    "16 tanh": Network(16, "tanh", 10_000),
    "16 sigmoid": Network(16, "sigmoid", 10_000),
    "options": Options(1_000_000),
}

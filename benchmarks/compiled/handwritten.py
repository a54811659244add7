"""What a good NumPy programmer writes: both passes by hand, results in place, shared terms computed once."""

from typing import Any

import numpy as np
from scipy.special import expit, ndtr

from benchmarks.compiled.cases import RATE, Network, Options
from benchmarks.compiled.turns import Job

ACTIVATIONS: dict[str, Any] = {
    "relu": lambda z: np.maximum(z, 0, out=z),
    "tanh": lambda z: np.tanh(z, out=z),
    "sigmoid": lambda z: expit(z, out=z),
}
SLOPES: dict[str, Any] = {  # from the activation a
    "relu": lambda a: a > 0,
    "tanh": lambda a: 1 - a * a,
    "sigmoid": lambda a: a - a * a,
}


def value_and_grad(activation: str, parameters: list[Any], X: Any, Y: Any) -> tuple[Any, list[Any]]:
    """The mean squared error and its gradient."""
    W1, b1, W2, b2, W3, b3 = parameters
    h, slope = ACTIVATIONS[activation], SLOPES[activation]
    a1 = X @ W1.T
    a1 += b1
    h(a1)
    a2 = a1 @ W2.T
    a2 += b2
    h(a2)
    error = a2 @ W3[0]
    error += b3[0]
    error -= Y
    value = error @ error / len(Y)
    error *= 2 / len(Y)
    dW3, db3 = (error @ a2)[None], error.sum(keepdims=True)
    d2 = error[:, None] * W3
    d2 *= slope(a2)
    d1 = d2 @ W2
    d1 *= slope(a1)
    return value, [d1.T @ X, d1.sum(axis=0), d2.T @ a1, d2.sum(axis=0), dW3, db3]


def network(case: Network, parameters: list[Any], rows: list[Any]) -> Job:
    """One full-batch step."""

    def step() -> None:
        _, gradients = value_and_grad(case.activation, parameters, *rows)
        for p, g in zip(parameters, gradients, strict=True):
            p -= RATE * g

    def evaluate() -> list[Any]:
        value, gradients = value_and_grad(case.activation, parameters, *rows)
        return [value, *gradients]

    return Job(evaluate, step)


def greeks(S: Any, K: Any, T: Any, r: Any, sigma: Any) -> list[Any]:
    """The price and its derivatives with respect to S, K, T, r and sigma."""
    root = np.sqrt(T)
    spread = sigma * root
    d1 = np.log(S / K)
    d1 += (r + sigma * sigma / 2) * T
    d1 /= spread
    by_S = ndtr(d1)
    by_K = ndtr(d1 - spread)
    by_K *= np.exp(-r * T)
    np.negative(by_K, out=by_K)
    strike = K * by_K  # minus the discounted strike times the probability of exercise
    price = S * by_S
    price += strike
    d1 *= d1
    d1 *= -0.5
    density = np.exp(d1, out=d1)
    density *= S
    density /= np.sqrt(2 * np.pi)
    by_T = density * sigma
    by_T /= 2 * root
    by_T -= r * strike
    by_r = np.negative(strike, out=strike)
    by_r *= T
    by_sigma = density
    by_sigma *= root
    return [price, by_S, by_K, by_T, by_r, by_sigma]


def options(case: Options, parameters: list[Any], rows: list[Any]) -> Job:
    """Price and Greeks of every row."""
    return Job(lambda: greeks(*rows), lambda: greeks(*rows))

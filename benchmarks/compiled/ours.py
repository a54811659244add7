"""Our contestant: scalar code for one row, compiled."""

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import autograd
from autograd import exp, log, normal_cdf, relu, sigmoid, sqrt, tanh
from benchmarks.compiled.cases import RATE, Network, Options
from benchmarks.compiled.turns import Job

ACTIVATIONS = {"relu": relu, "tanh": tanh, "sigmoid": sigmoid}


def loss_of(activation: str) -> Callable[..., Any]:
    """The squared error of a network on one row, in plain loops over scalars."""
    h = ACTIVATIONS[activation]

    def loss(W1: Any, b1: Any, W2: Any, b2: Any, W3: Any, b3: Any, x: Any, y: Any) -> Any:
        a = x
        for W, b in ((W1, b1), (W2, b2)):
            z = [sum(w * v for w, v in zip(row, a, strict=True)) + c for row, c in zip(W, b, strict=True)]
            a = [h(v) for v in z]
        return (sum(w * v for w, v in zip(W3[0], a, strict=True)) + b3[0] - y) ** 2

    return loss


def price(S: Any, K: Any, T: Any, r: Any, sigma: Any) -> Any:
    """The Black–Scholes price of a call option."""
    d1 = (log(S / K) + (r + sigma**2 / 2) * T) / (sigma * sqrt(T))
    d2 = d1 - sigma * sqrt(T)
    return S * normal_cdf(d1) - K * exp(-r * T) * normal_cdf(d2)


def network(case: Network, parameters: list[Any], rows: list[Any], backend: str = "auto") -> Job:
    """One full-batch step."""
    fast = autograd.compile(loss_of(case.activation), rows=("x", "y"), backend=backend)
    everything = tuple(range(len(parameters)))

    def value_and_grad() -> Any:
        return fast.value_and_grad(*parameters, *rows, argnums=everything, reduce="mean")

    def step() -> None:
        _, gradients = value_and_grad()
        for p, g in zip(parameters, gradients, strict=True):
            p -= RATE * g

    def evaluate() -> list[Any]:
        value, gradients = value_and_grad()
        return [value, *gradients]

    return Job(evaluate, step)


def greeks(backend: str = "auto") -> Callable[..., list[Any]]:
    """A function of S, K, T, r and sigma that returns the price and its derivatives, row by row."""
    fast = autograd.compile(price, rows=("S", "K", "T", "r", "sigma"), backend=backend)

    def both(*columns: Any) -> list[Any]:
        value, gradients = fast.value_and_grad(*columns, argnums=(0, 1, 2, 3, 4), reduce=None)
        return [value, *gradients]

    return both


def options(case: Options, parameters: list[Any], rows: list[Any], backend: str = "auto") -> Job:
    """Price and Greeks of every row."""
    both = greeks(backend)
    return Job(lambda: both(*rows), lambda: both(*rows))


on_numpy = SimpleNamespace(network=partial(network, backend="numpy"), options=partial(options, backend="numpy"))

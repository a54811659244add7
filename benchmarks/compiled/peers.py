"""The peers, each in a separate process, run by the Python of their environment: peers.py NAME.

Requests and answers are lines of JSON: {"case", "path"} prepares a case and saves its value and gradients at the path,
{"calls"} takes a turn. The first line gives the peer's version, or says that it is not installed.
"""

import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from cases import CASES, RATE, Network, Options

sys.path.append(str(Path(__file__).parents[2]))  # last: the environment has an autograd of its own

from benchmarks.compiled.turns import Job, first_call
from benchmarks.serving import Absent, Prepared, in_turns, serve


class PyTorch:
    """Eager, float64, with its default number of threads."""

    package = "torch"
    most_rows = sys.maxsize

    def network(self, case: Network, parameters: list[Any], rows: list[Any]) -> Job:
        import torch

        *weights, X, Y = (torch.from_numpy(array) for array in (*parameters, *rows))
        h = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}[case.activation]
        for p in weights:
            p.requires_grad_()
        W1, b1, W2, b2, W3, b3 = weights
        linear = torch.nn.functional.linear

        def loss() -> Any:
            a = h(linear(h(linear(X, W1, b1)), W2, b2))
            return torch.nn.functional.mse_loss(linear(a, W3, b3)[:, 0], Y)

        def step() -> None:
            for p in weights:
                p.grad = None
            loss().backward()
            with torch.no_grad():
                for p in weights:
                    p -= RATE * p.grad

        def evaluate() -> list[Any]:
            value = loss()
            return [t.detach().numpy() for t in (value, *torch.autograd.grad(value, weights))]

        return Job(evaluate, step)

    def options(self, case: Options, parameters: list[Any], rows: list[Any]) -> Job:
        import torch

        leaves = [torch.from_numpy(array).requires_grad_() for array in rows]

        def greeks() -> list[Any]:
            value = price(*leaves, torch.log, torch.sqrt, torch.exp, torch.special.ndtr)
            return [value.detach(), *torch.autograd.grad(value.sum(), leaves)]

        return Job(lambda: [t.numpy() for t in greeks()], greeks)


class JAX:
    """jit, float64."""

    package = "jax"
    most_rows = sys.maxsize

    def __init__(self) -> None:
        import jax

        jax.config.update("jax_enable_x64", True)

    def network(self, case: Network, parameters: list[Any], rows: list[Any]) -> Job:
        import jax
        import jax.numpy as jnp

        weights, (X, Y) = [jnp.array(p) for p in parameters], [jnp.array(array) for array in rows]
        h = {"relu": jax.nn.relu, "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid}[case.activation]

        def loss(weights: Any, X: Any, Y: Any) -> Any:
            W1, b1, W2, b2, W3, b3 = weights
            a = h(h(X @ W1.T + b1) @ W2.T + b2)
            return jnp.mean(((a @ W3.T + b3)[:, 0] - Y) ** 2)

        both = jax.jit(jax.value_and_grad(loss))

        @jax.jit
        def update(weights: Any, X: Any, Y: Any) -> Any:
            value, gradients = jax.value_and_grad(loss)(weights, X, Y)
            return value, [p - RATE * g for p, g in zip(weights, gradients, strict=True)]

        def step() -> None:
            nonlocal weights
            _, weights = jax.block_until_ready(update(weights, X, Y))

        def evaluate() -> list[Any]:
            value, gradients = both(weights, X, Y)
            return [np.asarray(array) for array in (value, *gradients)]

        return Job(evaluate, step)

    def options(self, case: Options, parameters: list[Any], rows: list[Any]) -> Job:
        import jax
        import jax.numpy as jnp

        columns = [jnp.array(array) for array in rows]

        @jax.jit
        def greeks(*columns: Any) -> Any:
            functions = (jnp.log, jnp.sqrt, jnp.exp, jax.scipy.special.ndtr)
            value, pull_back = jax.vjp(lambda *c: price(*c, *functions), *columns)
            return [value, *pull_back(jnp.ones_like(value))]

        def evaluate() -> list[Any]:
            return [np.asarray(array) for array in greeks(*columns)]

        return Job(evaluate, lambda: jax.block_until_ready(greeks(*columns)))


class HIPS:
    """NumPy with a tape."""

    package = "autograd"
    most_rows = sys.maxsize

    def network(self, case: Network, parameters: list[Any], rows: list[Any]) -> Job:
        import autograd.numpy as anp
        from autograd.differential_operators import value_and_grad
        from autograd.scipy.special import expit

        X, Y = rows
        h = {"relu": lambda z: anp.maximum(z, 0), "tanh": anp.tanh, "sigmoid": expit}[case.activation]

        def loss(weights: Any) -> Any:
            W1, b1, W2, b2, W3, b3 = weights
            a = h(anp.dot(h(anp.dot(X, W1.T) + b1), W2.T) + b2)
            return anp.mean(((anp.dot(a, W3.T) + b3)[:, 0] - Y) ** 2)

        both = value_and_grad(loss)

        def step() -> None:
            _, gradients = both(parameters)
            for p, g in zip(parameters, gradients, strict=True):
                p -= RATE * g

        def evaluate() -> list[Any]:
            value, gradients = both(parameters)
            return [value, *gradients]

        return Job(evaluate, step)

    def options(self, case: Options, parameters: list[Any], rows: list[Any]) -> Job:
        import autograd.numpy as anp
        from autograd.differential_operators import make_vjp
        from autograd.scipy.stats import norm

        def values(*columns: Any) -> Any:
            return price(*columns, anp.log, anp.sqrt, anp.exp, norm.cdf)

        ones = np.ones(len(rows[0]))

        def greeks() -> list[Any]:
            pull_back, value = make_vjp(values, (0, 1, 2, 3, 4))(*rows)
            return [value, *pull_back(ones)]

        return Job(greeks, greeks)


class CasADi:
    """Scalar expressions (SX), differentiated, run by its virtual machine, and mapped over the rows on every core."""

    package = "casadi"
    most_rows = sys.maxsize

    def network(self, case: Network, parameters: list[Any], rows: list[Any]) -> Job:
        import casadi as ca

        h = {
            "relu": lambda z: ca.fmax(z, 0),
            "tanh": ca.tanh,
            "sigmoid": lambda z: 1 / (1 + ca.exp(-z)),
        }[case.activation]
        weights = [ca.SX.sym("p", *(p.shape if p.ndim == 2 else (len(p), 1))) for p in parameters]
        W1, b1, W2, b2, W3, b3 = weights
        x, y, flat = ca.SX.sym("x", 2), ca.SX.sym("y"), ca.veccat(*weights)
        loss = (W3 @ h(W2 @ h(W1 @ x + b1) + b2) + b3 - y) ** 2
        row = ca.Function("row", [flat, x, y], [loss, ca.gradient(loss, flat)])
        count = len(rows[1])
        both = row.map("both", "thread", count, [0], [0, 1], {"max_num_threads": os.cpu_count()})
        X, Y = ca.DM(rows[0].T), ca.DM(rows[1]).T
        p = ca.DM(np.concatenate([array.ravel("F") for array in parameters]))

        def step() -> None:
            nonlocal p
            p -= RATE / count * both(p, X, Y)[1]

        def evaluate() -> list[Any]:
            value, gradient = both(p, X, Y)
            ends = np.cumsum([array.size for array in parameters])[:-1]
            parts = np.split(gradient.full().ravel() / count, ends)
            shaped = [part.reshape(array.shape, order="F") for part, array in zip(parts, parameters, strict=True)]
            return [float(value) / count, *shaped]

        return Job(evaluate, step)

    def options(self, case: Options, parameters: list[Any], rows: list[Any]) -> Job:
        import casadi as ca

        names = [ca.SX.sym(name) for name in ("S", "K", "T", "r", "sigma")]
        value = price(*names, ca.log, ca.sqrt, ca.exp, lambda d: (1 + ca.erf(d / np.sqrt(2))) / 2)
        row = ca.Function("row", names, [value, *(ca.gradient(value, name) for name in names)])
        greeks = row.map(len(rows[0]), "thread", os.cpu_count())
        columns = [ca.DM(array).T for array in rows]
        return Job(lambda: [d.full().ravel() for d in greeks(*columns)], lambda: greeks(*columns))


class Micrograd:
    """A scalar engine in Python; what would take minutes is measured on a hundred rows, scaled, and marked so."""

    package = "micrograd"
    most_rows = 100

    def network(self, case: Network, parameters: list[Any], rows: list[Any]) -> Job:
        from micrograd.nn import MLP

        if case.activation != "relu":
            raise Absent(f"it has no {case.activation}")
        if case.width > 16:
            raise Absent("a hundred rows take it about 15 s a step")
        model = MLP(2, [case.width, case.width, 1])
        for layer, W, b in zip(model.layers, parameters[::2], parameters[1::2], strict=True):
            for neuron, weights, bias in zip(layer.neurons, W, b, strict=True):
                neuron.b.data = float(bias)
                for w, number in zip(neuron.w, weights, strict=True):
                    w.data = float(number)
        X, Y = (array.tolist() for array in rows)

        def value() -> Any:
            loss = sum((model(x) - y) ** 2 for x, y in zip(X, Y, strict=True)) / len(Y)
            model.zero_grad()
            loss.backward()
            return loss

        def step() -> None:
            value()
            for p in model.parameters():
                p.data -= RATE * p.grad

        def evaluate() -> list[Any]:
            arrays = [np.array(value().data)]
            for layer in model.layers:
                arrays.append(np.array([[w.grad for w in neuron.w] for neuron in layer.neurons]))
                arrays.append(np.array([neuron.b.grad for neuron in layer.neurons]))
            return arrays

        return Job(evaluate, step)

    def options(self, case: Options, parameters: list[Any], rows: list[Any]) -> Job:
        raise Absent("it has no log and no exp")


PEERS: dict[str, Any] = {"PyTorch": PyTorch, "JAX": JAX, "HIPS": HIPS, "CasADi": CasADi, "micrograd": Micrograd}


def price(S: Any, K: Any, T: Any, r: Any, sigma: Any, log: Any, sqrt: Any, exp: Any, normal_cdf: Any) -> Any:
    """The Black–Scholes price of a call option, with the peer's own functions."""
    spread = sigma * sqrt(T)
    d1 = (log(S / K) + (r + sigma**2 / 2) * T) / spread
    return S * normal_cdf(d1) - K * exp(-r * T) * normal_cdf(d1 - spread)


def prepare(peer: Any, key: str) -> Prepared:
    """Build a case, with fewer rows if the peer is so slow that its seconds are scaled."""
    case = CASES[key]
    rows = [array[: peer.most_rows] for array in case.data()]
    job, arrays, seconds = first_call(getattr(peer, case.kind), case, case.parameters(), rows)
    return Prepared(job, arrays, seconds, len(rows[0]), case.rows / len(rows[0]))


if __name__ == "__main__":
    peer = PEERS[sys.argv[1]]
    serve(peer.package, lambda: in_turns(partial(prepare, peer())))

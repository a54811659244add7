"""RNN, GRU and LSTM: a state carried along a sequence by `autograd.scan`, with each step written as a formula."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any

import numpy as np

from autograd import Value, dot, scan, sigmoid, tanh
from nn.errors import numbers_of, require_count
from nn.initialising import matrix, stream, vector
from nn.module import Module


class Recurrent(Module):
    """The base of recurrent layers: a sequence gives the outputs of all steps, as an array, and the last state.

    A sequence is a list or array with `nin` numbers for each step. The state is a list of `size` numbers, zero at the
    start unless a call passes one. A subclass sets `gates`, the number of gates, and defines `step`. Parameters are
    drawn from ±1/√size, and their rows ordered by gate, as in PyTorch. Raises ValueError for steps without `nin`
    numbers, a sequence without steps, and a state without `size` numbers.

    >>> class Sums(Recurrent):
    ...     gates = 1
    ...     def step(self, h, x):
    ...         h = [hi + zi for hi, zi in zip(h, self.from_input(x)[0])]
    ...         return h, h
    >>> outputs, state = Sums(2, 3, rng=0)([[0.0, 1.0], [2.0, 3.0]])
    >>> outputs.shape, state[0] is outputs[1][0]
    ((2, 3), True)
    """

    gates: int

    def __init__(self, nin: int, size: int, *, rng: Any = None) -> None:
        require_count("nin", nin, 1)
        require_count("size", size, 1)
        source, limit, rows = stream(rng), 1 / sqrt(size), self.gates * size
        self.weight_input, self.bias_input = matrix(source, rows, nin, limit), vector(source, rows, limit)
        self.weight_state, self.bias_state = matrix(source, rows, size, limit), vector(source, rows, limit)

    def step(self, state: Any, x: Sequence[Any]) -> tuple[Any, list[Any]]:
        """The next state, and the output."""
        raise NotImplementedError

    def start(self) -> Any:
        """The state before the first step."""
        return [0.0] * len(self.weight_state[0])

    def from_input(self, x: Sequence[Any]) -> list[list[Any]]:
        """Wx + b for the numbers of each gate."""
        return self._by_gate(self.weight_input, x, self.bias_input)

    def from_state(self, h: Sequence[Any]) -> list[list[Any]]:
        """Uh + c for the numbers of each gate."""
        return self._by_gate(self.weight_state, h, self.bias_state)

    def _by_gate(self, weight: list[list[Any]], x: Sequence[Any], bias: list[Any]) -> list[list[Any]]:
        x = numbers_of(self, x)
        if len(x) != len(weight[0]):
            what = "inputs a step" if weight is self.weight_input else "numbers as its state"
            raise ValueError(f"{self!r} takes {len(weight[0])} {what}, got {len(x)}")
        z = [dot(w, x, b) for w, b in zip(weight, bias)]
        size = len(z) // self.gates
        return [z[k : k + size] for k in range(0, len(z), size)]

    def __call__(self, xs: Any, state: Any = None) -> tuple[Any, Any]:
        def one(state: Any, x: Any) -> tuple[Any, Any]:
            state, output = self.step(state, x)
            return state, np.array(output, dtype=object)

        steps = xs if hasattr(xs, "shape") else list(xs)
        if not len(steps):
            raise ValueError(f"{self!r} takes a sequence of steps, and there are none")
        state, outputs = scan(one, self.start() if state is None else state, steps)
        return outputs, state

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.weight_input[0])}, {len(self.weight_state[0])})"


def called(name: str, k: int, x: Any) -> Any:
    """The k-th number of a gate or state, labelled for tables and pictures."""
    if isinstance(x, Value):
        x.label = f"{name}[{k}]"
    return x


class RNN(Recurrent):
    """h ← tanh(Wx + b + Uh + c): Elman's network (1990).

    >>> RNN(2, 3, rng=0)([[0.0, 1.0], [2.0, 3.0]])[0].shape
    (2, 3)
    """

    gates = 1

    def step(self, state: Any, x: Sequence[Any]) -> tuple[Any, list[Any]]:
        """The new h, as state and as output."""
        h = [tanh(z + u) for z, u in zip(*self.from_input(x), *self.from_state(state))]
        return h, h


class GRU(Recurrent):
    """h ← (1 - z)·n + z·h with gates r = σ(…), z = σ(…) and n = tanh(Wx + b + r·(Uh + c)) (Cho et al., 2014).

    >>> GRU(2, 3, rng=0)([[0.0, 1.0], [2.0, 3.0]])[0].shape
    (2, 3)
    """

    gates = 3

    def step(self, state: Any, x: Sequence[Any]) -> tuple[Any, list[Any]]:
        """The new h, as state and as output."""
        h = []
        rows = zip(state, *self.from_input(x), *self.from_state(state))
        for k, (before, xr, xz, xn, hr, hz, hn) in enumerate(rows):
            r, z = called("r", k, sigmoid(xr + hr)), called("z", k, sigmoid(xz + hz))
            n = called("n", k, tanh(xn + r * hn))
            h.append(called("h", k, (1 - z) * n + z * before))
        return h, h


class LSTM(Recurrent):
    """c ← f·c + i·g and h ← o·tanh(c), with gates i, f, o = σ(…) and g = tanh(…); the state is (h, c).

    Hochreiter and Schmidhuber, 1997, with the forget gate of Gers et al., 2000.

    >>> outputs, (h, c) = LSTM(2, 3, rng=0)([[0.0, 1.0], [2.0, 3.0]])
    >>> outputs.shape, len(h), len(c)
    ((2, 3), 3, 3)
    """

    gates = 4

    def start(self) -> Any:
        """The initial h and c, both 0."""
        return super().start(), super().start()

    def step(self, state: Any, x: Sequence[Any]) -> tuple[Any, list[Any]]:
        """The new state (h, c), and the output h."""
        h, c = [], []
        rows = zip(state[1], *self.from_input(x), *self.from_state(state[0]))
        for k, (before, xi, xf, xg, xo, hi, hf, hg, ho) in enumerate(rows):
            i = called("i", k, sigmoid(xi + hi))
            f = called("f", k, sigmoid(xf + hf))
            g = called("g", k, tanh(xg + hg))
            o = called("o", k, sigmoid(xo + ho))
            c.append(called("c", k, f * before + i * g))
            h.append(called("h", k, o * tanh(c[-1])))
        return (h, c), h

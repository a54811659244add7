"""Attention: each token of a sequence gets a mean of all values, weighted by how well their keys match its query."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any

from autograd import dot, group, softmax
from nn.errors import require, require_count
from nn.initialising import stream
from nn.layers import Linear
from nn.module import Module


class Attention(Module):
    """Self-attention, softmax(q·k/√d)·v for each of `heads`, followed by a linear layer (Vaswani et al., 2017).

    A sequence is a list or array of tokens, each of `size` numbers; the result has the same shape. Queries, keys and
    values are linear in the tokens, and each head takes `size / heads` of their numbers. With `causal`, a token attends
    only to itself and the tokens before it. Weights use Glorot initialisation; biases start at 0. Raises ValueError if
    `heads` does not divide `size`, for tokens of another size, and for an empty sequence.

    >>> tokens = Attention(4, heads=2, rng=0)([[1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 1.0, 1.0], [2.0, 1.0, 0.0, 0.0]])
    >>> len(tokens), len(tokens[0])
    (3, 4)
    """

    def __init__(self, size: int, *, heads: int = 1, causal: bool = False, rng: Any = None) -> None:
        require_count("size", size, 1)
        require_count("heads", heads, 1)
        require("heads", heads, size % heads == 0, f"a divisor of the size, {size}")
        source = stream(rng)
        self.query, self.key, self.value, self.output = (
            Linear(size, size, init="xavier", rng=source) for _ in range(4)
        )
        self.size, self.heads, self.causal = size, heads, causal

    @group
    def __call__(self, xs: Sequence[Sequence[Any]]) -> list[list[Any]]:
        tokens = [list(x) for x in xs]
        if not tokens:
            raise ValueError(f"{self!r} takes a sequence of tokens, and there are none")
        for t, x in enumerate(tokens):
            if len(x) != self.size:
                raise ValueError(f"{self!r} takes tokens of {self.size} numbers, token {t} has {len(x)}")
        queries, keys, values = ([layer.activations(x) for x in tokens] for layer in (self.query, self.key, self.value))
        width = self.size // self.heads
        heads = [
            self._head(*[[x[low : low + width] for x in side] for side in (queries, keys, values)])
            for low in range(0, self.size, width)
        ]
        return [self.output.activations([x for head in heads for x in head[t]]) for t in range(len(tokens))]

    def _head(self, queries: list[Any], keys: list[Any], values: list[Any]) -> list[list[Any]]:
        """The weighted mean of the values, for each token."""
        scale, found = 1 / sqrt(len(keys[0])), []
        for t, q in enumerate(queries):
            seen = t + 1 if self.causal else len(keys)
            weights = softmax([dot(q, k) * scale for k in keys[:seen]])
            found.append([dot(weights, column) for column in zip(*values[:seen])])
        return found

    def __repr__(self) -> str:
        return f"Attention({self.size}, heads={self.heads}{', causal=True' * self.causal})"

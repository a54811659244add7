"""Embedding: a vector of parameters for each token."""

from __future__ import annotations

import numbers
from math import sqrt
from typing import Any

from autograd import Value
from nn.errors import require_count
from nn.initialising import matrix, stream
from nn.module import Module

FAR = 10**15  # beyond all tokens: modulo it, a traced token below 0 is out of range, and does not count from the end


class Embedding(Module):
    """Look up the vector of a token, a whole number from 0 to `count` - 1: a row of `size` parameters.

    The parameters are drawn from `rng` with mean 0 and variance 1, as in PyTorch, but uniformly. In compiled code, name
    the argument that holds the tokens in `index=` of `compile` or `nn.Objective`: otherwise each row is chosen by
    comparing the token with all. Raises IndexError for a token out of range, TypeError for one that is not a whole
    number, or for several.

    >>> embedding = Embedding(10, 3, rng=0)
    >>> len(embedding(7)), embedding(7)[0] is embedding.weight[7][0]
    (3, True)
    """

    def __init__(self, count: int, size: int, *, rng: Any = None) -> None:
        require_count("count", count, 1)
        require_count("size", size, 1)
        self.weight: Any = matrix(stream(rng), count, size, sqrt(3))

    def __call__(self, token: Any) -> list[Any]:
        number = token.data if isinstance(token, Value) else token
        if isinstance(number, numbers.Real):
            k = int(float(number))
            if k != number:
                raise TypeError(f"{self!r}: a token is a whole number, got {number}")
            if not 0 <= k < len(self.weight):
                raise IndexError(f"{self!r} has the tokens 0 to {len(self.weight) - 1}, got {number}")
            return list(self.weight[k])
        if not isinstance(token, Value):
            raise TypeError(f"{self!r} takes one token, got {token!r:.60}: [embedding(t) for t in tokens] takes more")
        return list(self.weight[token % FAR])

    def __repr__(self) -> str:
        return f"Embedding({len(self.weight)}, {len(self.weight[0])})"

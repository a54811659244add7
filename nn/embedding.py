"""Embedding: a vector of parameters for each token."""

from __future__ import annotations

import numbers
from math import sqrt
from typing import Any

from autograd import Value, scan
from nn.errors import require_count
from nn.initialising import matrix, stream
from nn.module import Module


class Embedding(Module):
    """The vector of a token, a whole number from 0 up to `count`: a row of `size` parameters.

    The parameters are drawn from `rng` with mean 0 and variance 1, as in PyTorch, but uniformly. In compiled code, name
    the argument of the tokens in `index=`, of `compile` or `nn.Objective`: else each is chosen by comparisons with all.
    Raises IndexError for a token that does not exist, TypeError for one that is not a whole number.

    >>> embedding = Embedding(10, 3, rng=0)
    >>> len(embedding(7)), embedding(7)[0] is embedding.weight[7][0]
    (3, True)
    """

    def __init__(self, count: int, size: int, *, rng: Any = None) -> None:
        require_count("count", count, 1)
        require_count("size", size, 1)
        self.weight = matrix(stream(rng), count, size, sqrt(3))

    def __call__(self, token: Any) -> list[Any]:
        number = token.data if isinstance(token, Value) else token
        if isinstance(number, numbers.Real):
            k = int(float(number))
            if k != number:
                raise TypeError(f"{self!r}: a token is a whole number, got {number}")
            if not 0 <= k < len(self.weight):
                raise IndexError(f"{self!r} has the tokens 0 to {len(self.weight) - 1}, got {number}")
            return list(self.weight[k])
        # arrays, unlike lists, let an index of rows choose
        _, columns = scan(lambda _, row: (None, list(row)), None, list(self.weight))
        return [column[token] for column in columns]

    def __repr__(self) -> str:
        return f"Embedding({len(self.weight)}, {len(self.weight[0])})"

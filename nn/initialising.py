"""Initial numbers of parameters: the source of random numbers, and vectors and matrices of Values."""

from __future__ import annotations

import operator
import random
from typing import Any

from autograd import Value


def stream(rng: Any) -> Any:
    """The source of random numbers: a seed becomes a generator, None the module `random`.

    >>> stream(0).uniform(0.0, 1.0) == stream(0).uniform(0.0, 1.0)
    True
    """
    if rng is None:
        return random
    return random.Random(operator.index(rng)) if hasattr(rng, "__index__") else rng


def vector(source: Any, size: int, limit: float) -> list[Value]:
    """Values drawn from [-limit, limit]; zeros for a limit of 0.

    >>> [x.data for x in vector(None, 2, 0.0)]
    [0.0, 0.0]
    """
    return [Value(source.uniform(-limit, limit) if limit else 0.0) for _ in range(size)]


def matrix(source: Any, rows: int, columns: int, limit: float) -> list[list[Value]]:
    """A matrix, as rows of such Values.

    >>> len(matrix(stream(0), 3, 2, 0.5))
    3
    """
    return [vector(source, columns, limit) for _ in range(rows)]

"""Dropout: in training, each number is set to zero with probability p."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import TraceError, Value, group, where
from nn.errors import numbers_of, require
from nn.initialising import stream
from nn.module import Module


class Dropout(Module):
    """In training, set each number of x to zero with probability `p` and divide the others by 1 - p; else return x.

    Each number of x has a random number u in [0, 1), and becomes zero if u < p. A call draws the u from `rng` (a seed,
    or an object with `uniform`), or takes them: `dropout(x, u)`. Compiled code repeats what was traced, so it cannot
    draw: pass the u of each row with its x, and draw new ones by `noise` for each step. `model.train()` and
    `model.eval()` set `training`. Raises ValueError for a p outside [0, 1) and a wrong number of u, TraceError for a
    trace without u.

    >>> dropout = Dropout(0.5, rng=0)
    >>> dropout([1.0, 2.0, 3.0], [0.2, 0.7, 0.9]), dropout.noise(4, 3).shape
    ([0.0, 4.0, 6.0], (4, 3))
    >>> dropout.training = False
    >>> dropout([1.0, 2.0, 3.0])
    [1.0, 2.0, 3.0]
    """

    def __init__(self, p: float = 0.5, *, rng: Any = None) -> None:
        require("p", p, 0 <= p < 1, "in [0, 1)")
        self.p, self.rng, self.training = p, stream(rng), True

    def noise(self, *shape: int) -> Any:
        """An array of new random numbers in [0, 1); for all rows of a step, its shape is (rows, numbers of x)."""
        drawn = [self.rng.uniform(0.0, 1.0) for _ in range(math.prod(shape))]
        return np.array(drawn).reshape(shape)

    @group
    def __call__(self, x: Sequence[Any], u: Sequence[Any] | None = None) -> list[Any]:
        x = numbers_of(self, x)
        if not self.training or self.p == 0:
            return x
        if u is None:
            if not all(isinstance(v.data if isinstance(v, Value) else v, numbers.Real) for v in x):
                raise TraceError(
                    f"{self!r} would draw its random numbers once, while it is traced: pass those of the row, as in "
                    "dropout(x, u) with new u = dropout.noise(rows, numbers) for each call, or call model.eval() first"
                )
            u = self.noise(len(x))
        if len(u) != len(x):
            raise ValueError(f"{self!r} takes one random number for each of {len(x)} numbers, got {len(u)}")
        return [where(ui >= self.p, xi / (1 - self.p), 0.0) for xi, ui in zip(x, u)]

    def __repr__(self) -> str:
        return f"Dropout({self.p})"

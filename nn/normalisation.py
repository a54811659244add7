"""LayerNorm: the numbers of one row, shifted and scaled to mean 0 and variance 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import Value, group, mean, sqrt
from nn.errors import numbers_of, require, require_count
from nn.module import Module


class LayerNorm(Module):
    """y = w·(x - μ)/√(σ² + ε) + b, with the mean μ and the variance σ² of the numbers of x (Ba et al., 2016).

    As in PyTorch, the variance divides by the number of inputs, w starts at 1 and b at 0. Raises ValueError unless
    there are `size` inputs.

    >>> [round(y.data, 3) for y in LayerNorm(3)([1.0, 2.0, 6.0])]
    [-0.926, -0.463, 1.389]
    """

    def __init__(self, size: int, *, epsilon: float = 1e-5) -> None:
        require_count("size", size, 1)
        require("epsilon", epsilon, epsilon >= 0, "0 or more")
        self.weight, self.bias = [Value(1.0) for _ in range(size)], [Value(0.0) for _ in range(size)]
        self.epsilon = epsilon

    @group
    def __call__(self, x: Sequence[Any]) -> list[Any]:
        x = numbers_of(self, x)
        if len(x) != len(self.weight):
            raise ValueError(f"{self!r} takes {len(self.weight)} inputs, got {len(x)}")
        mu = mean(x)
        apart = [xi - mu for xi in x]
        scale = sqrt(mean([d * d for d in apart]) + self.epsilon)
        return [w * (d / scale) + b for w, d, b in zip(self.weight, apart, self.bias)]

    def __repr__(self) -> str:
        return f"LayerNorm({len(self.weight)})"

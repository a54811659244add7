"""Reduces a function of many outputs to their weighted sum, which depends on every derivative."""

from __future__ import annotations

import functools
import math
import operator
import random
from dataclasses import is_dataclass
from typing import Any

from autograd.primitives.operators import Scalar
from autograd.testing.arguments.arguments import closed, closer, opened
from autograd.trees import CONTAINERS, flatten, unflatten


def is_structure(result: Any) -> bool:
    """Whether a function returned several numbers, or an array, rather than one number."""
    return isinstance(result, CONTAINERS) or is_dataclass(result) or bool(getattr(result, "ndim", 0))


class Weights:
    """A weight for each output, drawn when the first outputs are seen, and the same in every run.

    The weights differ, so that errors of two outputs do not cancel, and are relative to the sizes of the outputs, so
    that a large output hides no small one.
    """

    def __init__(self, of_one: bool = False) -> None:
        self.of_one = of_one  # whether a single output gets a weight too: the `dy` that a backward pass must use
        self.numbers: list[float] = []

    def sum(self, result: Any) -> Any:
        """The weighted sum of the outputs."""
        outputs = flatten(opened(result), "the result of f")
        if not outputs:
            raise ValueError("f returned no number")
        if not self.numbers:
            chance = random.Random(len(outputs))
            self.numbers = [chance.choice((-1.0, 1.0)) * chance.uniform(0.5, 1.0) / _size(x) for x in outputs]
        if len(outputs) != len(self.numbers):
            raise ValueError(f"f returned {len(outputs)} numbers, and {len(self.numbers)} before")
        terms = (w * x for w, x in zip(self.numbers, outputs))
        return functools.reduce(operator.add, terms)

    def like(self, result: Any) -> Any:
        """The weights in the structure and of the kind of the outputs: the `dy` of a backward pass."""
        self.sum(result)
        return closed(closer(result), unflatten(opened(result), iter(self.numbers)))

    def applies(self, result: Any) -> bool:
        """Whether this result needs weights."""
        return self.of_one or is_structure(result)


def _size(x: Any) -> float:
    """The size of an output, rounded up to a power of two."""
    while isinstance(x, Scalar):
        x = x.inside()
    size = abs(float(x))
    return 2.0 ** math.frexp(size)[1] if size > 0.0 and math.isfinite(size) else 1.0

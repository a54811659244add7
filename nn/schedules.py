"""Learning rate schedules: η as a function of the number of steps taken, from 0; any such function will do.

>>> [Cosine(1.0, steps=4)(t) for t in (0, 4)]
[1.0, 0.0]
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from nn.errors import require, require_count, require_rate

__all__ = ["Cosine", "Exponential", "InverseTime", "Linear", "Schedule", "StepDecay", "Warmup"]

Schedule = Callable[[int], float]


@dataclass(frozen=True)
class StepDecay:
    """η, multiplied by `factor` after every `every` steps.

    >>> [StepDecay(1.0, every=2, factor=0.5)(t) for t in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    rate: float
    every: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        require_rate(self.rate)
        require_count("every", self.every, 1)
        require("factor", self.factor, 0 < self.factor <= 1, "in (0, 1]")

    def __call__(self, step: int) -> float:
        return self.rate * self.factor ** (step // self.every)


@dataclass(frozen=True)
class Exponential:
    """η·factorᵗ.

    >>> Exponential(1.0, factor=0.5)(3)
    0.125
    """

    rate: float
    factor: float = 0.99

    def __post_init__(self) -> None:
        require_rate(self.rate)
        require("factor", self.factor, 0 < self.factor <= 1, "in (0, 1]")

    def __call__(self, step: int) -> float:
        return self.rate * self.factor**step


@dataclass(frozen=True)
class InverseTime:
    """η / (t + 1)ᵖ: the lecture's η/√(t + 1) for p = ½, Robbins and Monro's (1951) for p = 1.

    >>> InverseTime(1.0)(3), InverseTime(1.0, power=1)(3)
    (0.5, 0.25)
    """

    rate: float
    power: float = 0.5

    def __post_init__(self) -> None:
        require_rate(self.rate)
        require("power", self.power, self.power > 0, "above 0")

    def __call__(self, step: int) -> float:
        return float(self.rate / (step + 1) ** self.power)


@dataclass(frozen=True)
class _Until:
    """A change from `rate` to `last` within `steps` steps, constant at `last` afterwards."""

    rate: float
    steps: int
    last: float = 0.0

    def __post_init__(self) -> None:
        require_rate(self.rate)
        require_count("steps", self.steps, 1)
        require("last", self.last, self.last >= 0, "0 or more")

    def _done(self, step: int) -> float:
        """The fraction of `steps` taken."""
        return min(step / self.steps, 1.0)


@dataclass(frozen=True)
class Linear(_Until):
    """Linear from η to `last` in `steps` steps, constant at `last` afterwards.

    >>> [Linear(1.0, steps=2, last=0.5)(t) for t in range(4)]
    [1.0, 0.75, 0.5, 0.5]
    """

    def __call__(self, step: int) -> float:
        done = self._done(step)
        return (1 - done) * self.rate + done * self.last


@dataclass(frozen=True)
class Cosine(_Until):
    """Half a cosine from η to `last` in `steps` steps (Loshchilov and Hutter, 2017).

    >>> [round(Cosine(1.0, steps=2)(t), 12) for t in range(4)]
    [1.0, 0.5, 0.0, 0.0]
    """

    def __call__(self, step: int) -> float:
        return self.last + (self.rate - self.last) * (1 + math.cos(math.pi * self._done(step))) / 2


@dataclass(frozen=True)
class Warmup:
    """Linear up to the first rate of another schedule in `steps` steps, then that schedule.

    >>> [Warmup(Linear(1.0, steps=2), steps=2)(t) for t in range(5)]
    [0.5, 1.0, 1.0, 0.5, 0.0]
    """

    then: Schedule
    steps: int

    def __post_init__(self) -> None:
        require_count("steps", self.steps, 1)

    def __call__(self, step: int) -> float:
        return self.then(0) * (step + 1) / self.steps if step < self.steps else self.then(step - self.steps)

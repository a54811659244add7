"""A line search: a step along a direction, halved until the loss decreases as its slope promises (Armijo, 1966)."""

from __future__ import annotations

from typing import Any

import numpy as np

LEAST_DECREASE = 1e-4  # the least share of the decrease that the slope promises
SHORTEST = 1e-10


def halved(
    objective: Any, theta: Any, direction: Any, loss: float, promised: float, rows: Any, slack: float = 0.0
) -> tuple[float, float, Any] | None:
    """The first s of 1, ½, ¼, … at which the loss has decreased enough, with loss and gradient there; or None.

    The loss there may be larger by `slack`, to allow for rounding.
    """
    size = 1.0
    while size > SHORTEST:
        further, g = objective.value_and_grad(theta + size * direction, *rows)
        if further <= loss - LEAST_DECREASE * size * promised + slack and np.isfinite(g).all():
            return size, further, g
        size /= 2
    return None

"""L-BFGS for smooth losses: Newton's method with a Hessian estimated from the last gradients."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from nn.errors import require_count
from nn.line_search import halved
from nn.training import as_rows, require_finite, require_valid, shown

LOST = 1e-15  # relative to the loss: a promised decrease lost in rounding
HIDDEN = 1e-11  # relative to the loss: a promised decrease that rounding hides if no step achieves it
STILL = 20  # steps without a new least loss: rounding hides what they promise
EXACT = 1e-9  # relative to the loss: the decrease that such steps may promise at a minimum
ROUND = 4 * float(np.finfo(float).eps)
TINY = 1e-290  # the least square of a change of the gradient that still has digits


class LBFGS:
    """θ ← θ - s·Hg, where H approximates the inverse Hessian from the last `memory` steps (Liu and Nocedal, 1989).

    A step needs one gradient, or a few where s is halved until the loss decreases as its slope promises. It suits
    smooth losses with more parameters than `Newton` can take. It stops when the promised decrease is lost in the
    rounding of the loss. Raises Diverged if the loss is not finite at the start.

    >>> from nn import Neuron, Objective, squared_error
    >>> neuron = Neuron(1, nonlin=False)
    >>> objective = Objective(lambda neuron, x, y: squared_error(neuron(x), y), neuron)
    >>> lbfgs = LBFGS()
    >>> lbfgs.minimise(objective, objective.parameters, [[1.0], [2.0], [3.0]], [3.0, 5.0, 7.0]).round(6)
    array([2., 1.])
    >>> lbfgs.converged
    True
    """

    def __init__(self, *, steps: int = 1000, memory: int = 10, progress: bool = False) -> None:
        require_count("steps", steps, 1)
        require_count("memory", memory, 1)
        self.steps, self.memory, self.progress = steps, memory, progress
        self.history: list[float] = []
        self.converged = False

    def __repr__(self) -> str:
        return f"LBFGS(steps={self.steps}, memory={self.memory})"

    def minimise(
        self, objective: Any, theta: Any, *rows: Any, until: Callable[[Any], bool] | None = None, scale: Any = None
    ) -> Any:
        """Return the parameters of least loss; `history` holds the loss at the start of every step.

        It also stops where `until(θ)` is true. `scale`, an estimate of the inverse Hessian's diagonal, speeds it up.
        """
        self.history, self.converged = [], False
        rows, _ = as_rows(rows)
        pairs: deque[tuple[Any, Any, float]] = deque(maxlen=self.memory)
        theta = np.asarray(theta, dtype=float)
        loss, g = objective.value_and_grad(theta, *rows)
        require_valid(objective, theta, rows, loss)
        require_finite(loss, g, 0, None)
        scale = 1 / max(float(np.linalg.norm(g)), 1e-300) if scale is None else scale
        least, since = np.inf, 0  # the least loss, and how many steps ago
        for _ in shown(self.steps, self.progress, self.history):
            self.history.append(loss)
            least, since = (loss, 0) if loss < least else (least, since + 1)
            direction = -_product(pairs, g, scale)
            promised = -float(g @ direction)
            if since >= STILL:
                self.converged = promised <= EXACT * abs(loss)
                break
            if promised <= LOST * (abs(loss) + 1e-300):
                self.converged = True
                if pairs and np.linalg.norm(direction) < np.linalg.norm(pairs[-1][0]):
                    theta = theta + direction  # steps are falling to 0, and no loss shows this one
                break
            if until is not None and until(theta):
                self.converged = True
                break
            found = halved(objective, theta, direction, loss, promised, rows, slack=ROUND * abs(loss))
            if found is None:
                self.converged = promised <= HIDDEN * abs(loss)
                if self.converged or not pairs:
                    break
                pairs.clear()  # its knowledge of the Hessian is from another place
                continue
            size, loss, slope = found
            moved, bent = size * direction, slope - g
            theta, g = theta + moved, slope
            if bent @ moved > ROUND * (bent @ bent) > TINY:
                pairs.append((moved, bent, 1 / float(bent @ moved)))
        return theta


def _product(pairs: Any, g: Any, scale: Any) -> Any:
    """H·g, by two loops over the pairs of steps and changes of the gradient."""
    weights = []
    for moved, bent, share in reversed(pairs):
        weights.append(share * float(moved @ g))
        g = g - weights[-1] * bent
    if pairs:
        moved, bent, share = pairs[-1]
        scale = scale / (share * float(bent @ (scale * bent)))
    g = scale * g
    for moved, bent, share in pairs:
        g = g + (weights.pop() - share * float(bent @ g)) * moved
    return g

"""Newton's method for convex losses, on the exact Hessian of the engine."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.objective import Objective
from nn.training import Diverged, shown

LEAST_DECREASE = 1e-4  # of what the slope promises (Armijo, 1966)


class Newton:
    """θ ← θ - s·H⁻¹g, with s halved from 1 until the loss decreases as its slope promises.

    Ends when the decrease that a step promises is lost in the rounding of the loss, after one last step: convergence is
    quadratic. Directions in which the loss is flat are left alone. ValueError where the loss is not convex.

    >>> from nn import Neuron, squared_error
    >>> neuron = Neuron(1, nonlin=False)
    >>> objective = Objective(lambda neuron, x, y: squared_error(neuron(x), y), neuron)
    >>> newton = Newton()
    >>> newton.minimise(objective, objective.parameters, [[1.0], [2.0], [3.0]], [3.0, 5.0, 7.0]).round(12)
    array([2., 1.])
    >>> newton.converged
    True
    """

    def __init__(self, *, steps: int = 100, progress: bool = False) -> None:
        self.steps, self.progress = steps, progress
        self.history: list[float] = []
        self.converged = False

    def minimise(self, objective: Objective, theta: Any, *rows: Any) -> Any:
        """The parameters of least loss; `history` has the loss at the start of every step."""
        self.history, self.converged = [], False
        theta = np.asarray(theta, dtype=float)
        for step in shown(self.steps, self.progress, self.history):
            loss, g = objective.value_and_grad(theta, *rows)
            if not np.isfinite(loss) or not np.isfinite(g).all():
                raise Diverged(step, loss, 1.0)
            self.history.append(loss)
            direction = -_solved(objective.hessian(theta, *rows), g)
            promised = -float(g @ direction)
            if promised <= 1e-15 * (abs(loss) + 1e-300):
                self.converged = True
                return theta + direction
            theta = self._searched(objective, theta, direction, loss, promised, rows)
        return theta

    def _searched(
        self, objective: Objective, theta: Any, direction: Any, loss: float, promised: float, rows: Any
    ) -> Any:
        """The farthest of the points θ + s·direction, s = 1, ½, ¼, …, where the loss has decreased."""
        s = 1.0
        while s > 1e-10:
            if objective.value(theta + s * direction, *rows) <= loss - LEAST_DECREASE * s * promised:
                return theta + s * direction
            s /= 2
        return theta


def _solved(hessian: Any, g: Any) -> Any:
    """H⁻¹g, of least norm where H is singular."""
    curvatures, axes = np.linalg.eigh((hessian + hessian.T) / 2)
    most = max(float(np.max(np.abs(curvatures), initial=0.0)), 1e-300)
    if len(curvatures) and curvatures[0] < -1e-8 * most:
        raise ValueError(f"Newton is for convex losses; here the Hessian has an eigenvalue of {curvatures[0]:.3g}")
    floor = len(g) * np.finfo(float).eps * most
    weights = np.divide(1.0, curvatures, out=np.zeros_like(curvatures), where=curvatures > floor)
    return axes @ (weights * (axes.T @ g))

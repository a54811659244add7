"""Newton's method for convex losses, on the exact Hessian of the engine."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.errors import require_count
from nn.objective import Objective
from nn.training import as_rows, require_finite, shown

LEAST_DECREASE = 1e-4  # of what the slope promises (Armijo, 1966)
FLAT = 1e-6  # of the steepest slope met: what may lie along directions without curvature


class Newton:
    """θ ← θ - s·H⁻¹g, with s halved from 1 until the loss decreases as its slope promises.

    Ends when the decrease that a step promises is lost in the rounding of the loss, after one last step: convergence is
    quadratic. Directions in which the loss is level are left alone. ValueError where the loss is not convex, or has a
    slope without curvature, as a hinge loss does; Diverged where it is not finite.

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
        require_count("steps", steps, 1)
        self.steps, self.progress = steps, progress
        self.history: list[float] = []
        self.converged = False

    def __repr__(self) -> str:
        return f"Newton(steps={self.steps})"

    def minimise(self, objective: Objective, theta: Any, *rows: Any) -> Any:
        """The parameters of least loss; `history` has the loss at the start of every step."""
        self.history, self.converged = [], False
        theta = np.asarray(theta, dtype=float)
        rows, _ = as_rows(rows)
        steepest = 0.0  # slope so far
        for step in shown(self.steps, self.progress, self.history):
            loss, g = objective.value_and_grad(theta, *rows)
            require_finite(loss, g, step, None)
            self.history.append(loss)
            steepest = max(steepest, float(np.linalg.norm(g)))
            direction = -_solved(objective.hessian(theta, *rows), g, steepest)
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


def _solved(hessian: Any, g: Any, steepest: float) -> Any:
    """H⁻¹g, of least norm where H is singular, in units in which the curvature along every parameter is 1."""
    unit = 1 / np.sqrt(np.where(np.diag(hessian) > 0, np.diag(hessian), 1.0))
    scaled = unit[:, np.newaxis] * ((hessian + hessian.T) / 2) * unit
    curvatures, axes = np.linalg.eigh(scaled)
    most = float(np.max(np.abs(curvatures), initial=0.0))
    if len(curvatures) and curvatures[0] < -1e-8 * most:
        raise ValueError(f"Newton is for convex losses; here the Hessian has a curvature of {curvatures[0]:.3g}")
    along = axes.T @ (unit * g)
    curved = curvatures > len(g) * np.finfo(float).eps * most
    if np.linalg.norm((axes[:, ~curved] @ along[~curved]) / unit) > FLAT * steepest:
        raise ValueError("Newton needs curvature: the loss has a slope along which it has none; use an optimiser")
    return unit * (axes @ np.divide(along, curvatures, out=np.zeros_like(along), where=curved))

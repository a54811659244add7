"""Newton's method for convex losses, with the exact Hessian from the engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nn.errors import require_count
from nn.line_search import halved
from nn.training import as_rows, require_finite, require_valid, shown

FLAT = 1e-6  # relative to the steepest slope so far: the slope allowed in directions without curvature
BLUR = 1e-8  # relative to the loss: a slope this steep, times FLAT, is due to rounding
BENT = 1e-8  # relative to the largest curvature: a larger one, even if negative, is not due to rounding
LARGEST_HESSIAN = 256  # parameters: for more, no Hessian is formed
ROUND = float(np.finfo(float).eps)
EXACT = 1e-8  # relative to the slope: the residual of conjugate gradients in the last steps
LOST = 1e-15  # relative to the loss: a promised decrease lost in rounding
HIDDEN = 1e-12  # relative to the loss: a promised decrease that rounding hides if no step achieves it
CLOSE = 1e-9  # relative to the loss: a promised decrease of a step that may be the last
GONE = 1e-20  # relative to the loss: the most that the step after it may promise
NOTHING = 1e-28  # relative to the first loss: the remains of squared rounding errors


class NoCurvature(ValueError):
    """The loss has a slope in a direction in which it has no curvature."""


class Newton:
    """θ ← θ - s·H⁻¹g, with s halved from 1 until the loss decreases as its slope promises.

    It stops after one last step once the promised decrease is lost in the rounding of the loss. It stops earlier where
    steps converge quadratically: the decreases then show what the next step would promise, and it can use the last
    Hessian. With more than 256 parameters no Hessian is formed: conjugate gradients compute H⁻¹g from Hessian-vector
    products, only as exactly as the step needs (Eisenstat and Walker, 1996). θ does not move along directions in which
    the loss is flat. Raises ValueError if the loss is not convex, or has a slope without curvature, as a hinge loss
    does; Diverged if it is not finite.

    >>> from nn import Neuron, Objective, squared_error
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
        self._flat: Any = None  # directions in which the loss has no curvature
        self._hessian: Any = None

    def __repr__(self) -> str:
        return f"Newton(steps={self.steps})"

    def minimise(
        self, objective: Any, theta: Any, *rows: Any, until: Callable[[Any], bool] | None = None, flat: Any = None
    ) -> Any:
        """Return the parameters of least loss; `history` holds the loss at the start of every step.

        It also stops where `until(θ)` is true. The columns of `flat` are directions in which the loss may be flat: each
        step checks them, which is faster than finding them.
        """
        self.history, self.converged, self._flat = [], False, flat
        theta = np.asarray(theta, dtype=float)
        rows, _ = as_rows(rows)
        loss, g = objective.value_and_grad(theta, *rows)
        require_valid(objective, theta, rows, loss)
        steepest, before = BLUR * abs(loss), 0.0  # the steepest slope so far, and the last step's
        last = np.inf  # the decrease that the last step promised
        for step in shown(self.steps, self.progress, self.history):
            require_finite(loss, g, step, None)
            self.history.append(loss)
            if until is not None and until(theta):
                self.converged = True
                return theta
            slope = float(np.linalg.norm(g))
            steepest, share, before = max(steepest, slope), slope / (before or slope or 1.0), slope
            direction = -self._solution(objective, theta, g, steepest, share, rows)
            promised = -float(g @ direction)
            next_one = promised * (promised / last) ** 2  # its promise, if steps converge quadratically
            last, known = promised, len(theta) <= LARGEST_HESSIAN  # whether there is a Hessian
            sure = known and promised <= CLOSE * abs(loss) and next_one <= GONE * abs(loss)
            if promised > LOST * (abs(loss) + 1e-300) and not sure:
                found = halved(objective, theta, direction, loss, promised, rows)
                if found is not None:
                    size, loss, g = found
                    theta = theta + size * direction
                    continue
                if promised > HIDDEN * abs(loss) + NOTHING * abs(self.history[0]):
                    break
            self.converged = True
            if known:
                theta = theta + direction
                return theta - self._chord(objective, theta, steepest, rows) if sure else theta
            return theta - self._solution(objective, theta, g, steepest, 0.0, rows)
        return theta

    def step(self, objective: Any, theta: Any, *rows: Any) -> tuple[Any, float]:
        """H⁻¹g, and the decrease of the loss that it promises: near the minimum, the distance from it."""
        _, g = objective.value_and_grad(theta, *rows)
        step = self._solution(objective, theta, g, np.inf, 0.0, rows)
        return step, 0.5 * float(g @ step)

    def _solution(self, objective: Any, theta: Any, g: Any, steepest: float, share: float, rows: Any) -> Any:
        """H⁻¹g; if no Hessian is formed, the ratio of this slope to the last one sets the accuracy."""
        if len(theta) <= LARGEST_HESSIAN:
            self._hessian = objective.hessian(theta, *rows)
            solution, self._flat = _solved(self._hessian, g, steepest, self._flat)
            return solution
        exactness = float(np.clip(share**2, EXACT, 0.1))
        return _by_conjugate_gradients(lambda v: objective.hvp(theta, *rows, tangents=v), g, steepest, exactness)

    def _chord(self, objective: Any, theta: Any, steepest: float, rows: Any) -> Any:
        """H⁻¹g with the Hessian of the last step."""
        _, g = objective.value_and_grad(theta, *rows)
        return _solved(self._hessian, g, steepest, self._flat)[0]


def _solved(hessian: Any, g: Any, steepest: float, flat: Any) -> tuple[Any, Any]:
    """H⁻¹g, of least norm if H is singular, in units in which every parameter has curvature 1; and flat directions.

    The directions given or found before, as columns, are likely to be flat. With the projection onto them added, H is
    regular and needs no eigenvalues, which take ten times as long.
    """
    diagonal = hessian.diagonal()
    unit = 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    scaled, slope = unit[:, np.newaxis] * ((hessian + hessian.T) / 2) * unit, unit * g
    small = ROUND * len(g)
    if flat is not None:
        axes = flat / unit[:, np.newaxis]
        if np.abs(scaled @ axes).max() <= small * np.abs(axes).max():
            onto = axes @ np.linalg.solve(axes.T @ axes, axes.T)
            scaled, along = scaled + onto, onto @ slope
            _require_curvature(np.linalg.norm(along / unit), steepest)
            slope = slope - along
    if _clearly_convex(scaled):
        return unit * np.linalg.solve(scaled, slope), flat
    curvatures, axes = np.linalg.eigh(scaled)
    most = float(np.max(np.abs(curvatures), initial=0.0))
    _require_convex(curvatures[0] if len(curvatures) else 0.0, most)
    along = axes.T @ slope
    curved = curvatures > small * most
    _require_curvature(np.linalg.norm((axes[:, ~curved] @ along[~curved]) / unit), steepest)
    solution = axes @ np.divide(along, curvatures, out=np.zeros_like(along), where=curved)
    return unit * solution, None if curved.all() else unit[:, np.newaxis] * axes[:, ~curved]


def _clearly_convex(scaled: Any) -> bool:
    """Whether all curvatures are clearly above 0: Cholesky's factor then exists even with less on the diagonal."""
    less = scaled.copy()
    less.flat[:: len(scaled) + 1] -= BENT * len(scaled)
    try:
        np.linalg.cholesky(less)
    except np.linalg.LinAlgError:
        return False
    return True


def _by_conjugate_gradients(product: Callable[[Any], Any], g: Any, steepest: float, exactness: float) -> Any:
    """H⁻¹g from products H·v alone, to a relative residual of `exactness` (Hestenes and Stiefel, 1952).

    If H is singular, it has least norm: the search starts at 0 and moves along combinations of g, Hg, H²g, ….
    """
    solution, residual = np.zeros_like(g), np.array(g)
    p, square, most = residual, float(residual @ residual), 0.0
    known = ROUND * np.sqrt(len(g)) * steepest if exactness <= EXACT else 0.0  # how exact g itself is
    enough = max(exactness * np.sqrt(square), known)
    for _ in range(len(g)):
        if np.sqrt(square) <= enough:
            break
        curved = product(p)
        curvature = float(p @ curved) / float(p @ p)
        most = max(most, abs(curvature))
        _require_convex(curvature, most)
        if curvature <= BENT * most:  # a flat direction, or the rounded remains of one, has grown along p
            _require_curvature(np.sqrt(square) if curvature <= ROUND * len(g) * most else 0.0, steepest)
            break
        s = square / float(p @ curved)
        solution, residual = solution + s * p, residual - s * curved
        before, square = square, float(residual @ residual)
        p = residual + square / before * p
    return solution


def _require_convex(least: float, most: float) -> None:
    if least < -BENT * most:
        raise ValueError(f"Newton is for convex losses; here the Hessian has a curvature of {least:.3g}")


def _require_curvature(slope: Any, steepest: float) -> None:
    if slope > FLAT * steepest:
        raise NoCurvature(
            "Newton needs curvature: the loss has a slope in a direction without curvature; use an optimiser"
        )

"""The largest margin: a support vector machine by an interior-point method, whose duality gap says when to stop."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

CLOSE = 1e-11  # relative to the loss: the duality gap to stop at
NEAR = 1e-6  # relative to the loss: a gap so large needs no bound yet
LOST = 1e-14  # relative to the loss: what rounding makes of the gap is more
NOTHING = 1e-16  # relative to the loss at w = 0: a gap lost in rounding
BALANCED = 1e-12  # relative to the pulls of either side
RIDGE = 1e-15
SHORT = 0.995  # of the way to the nearest bound, which no step reaches
STEPS = 100  # two or three dozen are enough, whatever the data


class Margin(NamedTuple):
    """Weights v, pulls α of the rows, their loss, and a bound: no weights have a lower loss.

    α is 0 for a row beyond its margin and `costs` for one inside; rows between are support vectors, too.
    """

    v: Any
    pulls: Any
    loss: float
    bound: float
    steps: int


def largest_margin(B: Any, penalty: Any, costs: Any, steps: int = STEPS) -> Margin:
    """Minimise Σ costsᵢ·max(0, 1 - Bᵢv) + ½ Σ penaltyⱼvⱼ², by steps of Mehrotra's (1992) through the interior.

    B holds rows times their signs, in columns that are not nearly collinear (Ferris and Munson, 2003).

    >>> signs, rows = np.array([[-1.0], [-1.0], [1.0], [1.0]]), np.array([[-2.0], [-1.0], [1.0], [2.0]])
    >>> margin = largest_margin(signs * rows, np.array([0.01]), np.full(4, 0.25))
    >>> margin.v.round(6).tolist(), round(margin.loss - margin.bound, 9)
    ([1.0], 0.0)
    """
    v, slack, spare = np.zeros(B.shape[1]), np.full(len(B), 2.0), np.ones(len(B))  # B·v + slack - spare = 1
    pulls, rest = costs / 2, costs / 2  # rest = costs - pulls, without its rounding
    found = Margin(v, 0 * pulls, float(np.sum(costs)), 0.0, 0)
    for step in range(steps + 1):
        margins = B @ v
        loss = float(costs @ np.maximum(0, 1 - margins) + 0.5 * np.sum(penalty * v * v))
        if loss <= found.loss:
            found = found._replace(v=v, loss=loss)
        found = found._replace(steps=step)
        products = float(spare @ pulls + slack @ rest)  # the gap of weights and pulls in balance
        if products <= NEAR * found.loss or step == steps:
            balanced = _balanced(B[:, penalty == 0], pulls, rest)
            bound = _dual(B, balanced, penalty)
            if bound > found.bound:
                found = found._replace(pulls=balanced, bound=bound)
        close = found.loss - found.bound <= CLOSE * found.loss + NOTHING * np.sum(costs)
        if close or products <= LOST * found.loss:
            break
        weight = 1 / (slack / rest + spare / pulls)
        curvature = (B.T * weight) @ B + np.diag(penalty)
        unbalanced, off = penalty * v - B.T @ pulls, margins + slack - spare - 1

        def towards(of_spare: Any, of_slack: Any) -> Any:
            """The step that brings spare·pulls and slack·rest to these changes of them, and the rest to balance."""
            h = of_spare / pulls - of_slack / rest - off  # noqa: B023
            dv = _solved(curvature, B.T @ (weight * h) - unbalanced)  # noqa: B023
            dp = weight * (h - B @ dv)  # noqa: B023
            return dv, dp, (of_slack + slack * dp) / rest, (of_spare - spare * dp) / pulls  # noqa: B023

        mean = products / (2 * len(B))
        dv, dp, dslack, dspare = towards(-spare * pulls, -slack * rest)
        size = _longest((pulls, dp), (rest, -dp), (slack, dslack), (spare, dspare))
        ahead = (spare + size * dspare) @ (pulls + size * dp) + (slack + size * dslack) @ (rest - size * dp)
        centre = mean * (float(ahead) / (2 * len(B)) / mean) ** 3
        dv, dp, dslack, dspare = towards(centre - spare * pulls - dspare * dp, centre - slack * rest + dslack * dp)
        size = SHORT * _longest((pulls, dp), (rest, -dp), (slack, dslack), (spare, dspare))
        v, pulls, rest = v + size * dv, pulls + size * dp, rest - size * dp
        slack, spare = slack + size * dslack, spare + size * dspare
    return found


def _balanced(free: Any, pulls: Any, rest: Any) -> Any:
    """The pulls, moved least in units of their room, so that they balance in columns without penalty."""
    room = np.minimum(pulls, rest)
    moved = room * (free @ np.linalg.lstsq((free.T * room) @ free, free.T @ pulls, rcond=None)[0])
    return pulls - moved if np.all((moved <= pulls) & (-moved <= rest)) else pulls


def _dual(B: Any, pulls: Any, penalty: Any) -> float:
    """The loss that no weights undercut; 0 while the pulls are not in balance in directions without penalty."""
    pull, held = B.T @ pulls, penalty > 0
    if np.any(np.abs(pull[~held]) > BALANCED * (np.abs(B[:, ~held]).T @ pulls)):
        return 0.0
    return float(np.sum(pulls) - 0.5 * np.sum(pull[held] ** 2 / penalty[held]))


def _longest(*pairs: tuple[Any, Any]) -> float:
    """The longest step, at most 1, that keeps every number, all above 0, at 0 or more."""
    with np.errstate(divide="ignore", over="ignore"):
        return 1 / max(1.0, *[float(np.max(-d / x, initial=0.0)) for x, d in pairs])


def _solved(H: Any, r: Any) -> Any:
    """H⁻¹r, in units in which H has ones on its diagonal; RIDGE keeps it regular where rounding does not."""
    unit = 1 / np.sqrt(np.diag(H))
    return unit * np.linalg.solve(unit[:, np.newaxis] * H * unit + RIDGE * np.eye(len(H)), unit * r)

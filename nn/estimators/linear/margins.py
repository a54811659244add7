"""The largest margin: a support vector machine by an interior-point method that stops when the duality gap closes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

CLOSE = 1e-11  # relative to the loss: the duality gap to stop at
NEAR = 1e-9  # relative to the loss: a larger gap needs no bound yet
LOST = 1e-14  # relative to the loss: rounding moves the gap by more than this
NOTHING = 1e-16  # relative to the loss at w = 0: a gap lost in rounding
BALANCED = 1e-12  # relative to the pulls of each side
FREE = 1e-16  # relative to the costs: for a smaller penalty on a column of length 1, rounding hides its pulls
RIDGE = 1e-15
FIRST_PULL = 0.15  # relative to their costs: the pulls to start from; most rows end beyond their margins, with none
SHORT = 0.999  # of the way to the nearest bound, which no step reaches
STEPS = 100  # one or two dozen are enough, whatever the data
MANY = 2048  # rows: with fewer, every step uses all of them
EVERY = 16  # rows: one of every 16 shows roughly where the margins are
SETTLED = 2e-3  # relative to the loss: for a smaller gap nearly all rows are on their final sides
TURNS = 3
ABOUT = 1e-3  # relative to the loss: the gap allowed for a first guess
ROUNDS = ((0.3, ABOUT), (0.15, LOST), (0.1, LOST), (0.1, LOST))  # shares of rows near their margins, and gaps


class Margin(NamedTuple):
    """Weights v, the pulls α of the rows, their loss, and a bound, which no weights undercut.

    α is 0 for a row beyond its margin and equals `costs` for a row inside; rows in between are support vectors, too.
    """

    v: Any
    pulls: Any
    loss: float
    bound: float
    steps: int


class Inside(NamedTuple):
    """Rows that are inside their margins in every step: Σ costsᵢBᵢ and Σ costsᵢ. Their loss is cost - pull·v."""

    pull: Any
    cost: float


class Problem(NamedTuple):
    """The minimisation of Σ costsᵢ·max(0, 1 - Bᵢv) + ½ Σ penaltyⱼvⱼ² plus the loss of the rows inside."""

    B: Any
    penalty: Any
    costs: Any
    inside: Inside

    @property
    def whole(self) -> float:
        """The loss at v = 0."""
        return float(np.sum(self.costs)) + self.inside.cost

    @property
    def is_free(self) -> Any:
        """Which columns have no penalty."""
        return self.penalty <= FREE * self.whole

    def with_weights(self, found: Margin, v: Any, margins: Any) -> Margin:
        """The margin found so far, with these weights if their loss is no higher."""
        losses = self.costs @ np.maximum(0, 1 - margins) + v @ (0.5 * self.penalty * v - self.inside.pull)
        loss = float(losses) + self.inside.cost
        return found._replace(v=v, loss=loss) if loss <= found.loss else found

    def with_pulls(self, found: Margin, pulls: Any) -> Margin:
        """The margin found so far, with these pulls if their bound is higher."""
        bound = _dual(self, pulls)
        return found._replace(pulls=pulls, bound=bound) if bound > found.bound else found


def largest_margin(B: Any, penalty: Any, costs: Any, steps: int = STEPS) -> Margin:
    """Minimise Σ costsᵢ·max(0, 1 - Bᵢv) + ½ Σ penaltyⱼvⱼ².

    B holds rows times their signs, in columns that are not nearly collinear. With many rows, a sample shows which are
    far from their margins, and on which side: the others form a smaller problem, whose solution shows whether that was
    right.

    >>> signs, rows = np.array([[-1.0], [-1.0], [1.0], [1.0]]), np.array([[-2.0], [-1.0], [1.0], [2.0]])
    >>> margin = largest_margin(signs * rows, np.array([0.01]), np.full(4, 0.25))
    >>> margin.v.round(6).tolist(), round(margin.loss - margin.bound, 9)
    ([1.0], 0.0)
    """
    whole, none = float(np.sum(costs)), Inside(np.zeros(B.shape[1]), 0.0)
    if len(B) >= MANY:
        some = slice(None, None, EVERY)
        short = 1 - B @ _interior(Problem(B[some], penalty, costs[some] * EVERY, none), steps, ABOUT).v
        wrong = np.zeros(len(B), dtype=bool)
        for share, enough in ROUNDS:
            far = np.abs(short)
            near = wrong | (far <= np.quantile(far, share))
            inside = ~near & (short > 0)
            rest = Inside(costs[inside] @ B[inside], float(np.sum(costs[inside])))
            found = _interior(Problem(B[near], penalty, costs[near], rest), steps, enough)
            short = 1 - B @ found.v
            wrong = ~near & (inside != (short > 0))
            if not wrong.any() and _is_closed(found, whole):
                pulls = np.where(inside, costs, 0.0)
                pulls[near] = found.pulls
                return found._replace(pulls=pulls)
    return _interior(Problem(B, penalty, costs, none), steps, LOST)


def _interior(problem: Problem, steps: int, enough: float) -> Margin:
    """The margin by Mehrotra's steps (1992) through the interior (Ferris and Munson, 2003)."""
    problem = problem._replace(B=np.asfortranarray(problem.B))  # NumPy scales rows faster in this memory order
    B, costs, whole, v = problem.B, problem.costs, problem.whole, np.zeros(problem.B.shape[1])
    # Spare and slack, B·v + slack - spare = 1, and their duals: the pulls and costs - pulls, without its rounding.
    state = np.array([[np.ones(len(B)), np.full(len(B), 2.0)], [FIRST_PULL * costs, (1 - FIRST_PULL) * costs]])
    found = Margin(v, 0 * costs, whole, 0.0, 0)
    for step in range(steps + 1):
        margins = B @ v
        found = problem.with_weights(found, v, margins)._replace(steps=step)
        products = float(np.vdot(*state))  # the gap if weights and pulls are in balance
        if products <= SETTLED * found.loss:
            found = _settled(problem, found, state, margins)
        if products <= NEAR * found.loss or step == steps:
            found = problem.with_pulls(found, np.minimum(_balanced(problem, *state[1]), costs))
        if _is_closed(found, whole) or products <= enough * found.loss:
            break
        with np.errstate(divide="ignore", over="ignore"):
            v, state = _further(problem, v, state, margins, products)
    return found


def _settled(problem: Problem, found: Margin, state: Any, margins: Any) -> Margin:
    """The margin found so far, or a better one: the solution if every row stays beyond its margin, inside, or on it.

    A row on its margin gives an equation and has its own pull, so all form one linear system. Rows that its solution
    finds on another side move there, a few times (Hintermüller, Ito and Kunisch, 2003).
    """
    B, penalty, costs, inside = problem
    (spare, slack), (pulls, rest) = state
    on = (spare * costs < pulls) & (slack * costs < rest)
    within = ~on & (margins < 1)
    d = B.shape[1]
    for _ in range(TURNS):
        count = np.count_nonzero(on)
        if not 0 < count <= d:
            break
        system = np.zeros((d + count, d + count))
        system[:d, :d], system[:d, d:], system[d:, :d] = np.diag(penalty), -B[on].T, B[on]
        try:
            solution = np.linalg.solve(system, np.append(costs[within] @ B[within] + inside.pull, np.ones(count)))
        except np.linalg.LinAlgError:
            break
        v, pulls = solution[:d], np.where(within, costs, 0.0)
        pulls[on] = solution[d:]
        margins = B @ v
        found = problem.with_pulls(problem.with_weights(found, v, margins), np.clip(pulls, 0, costs))
        if _is_closed(found, problem.whole):
            break
        short, stays = margins < 1, (pulls >= 0) & (pulls <= costs)
        on, within = np.where(on, stays, within != short), np.where(on, pulls > costs, within & short)
    return found


def _further(problem: Problem, v: Any, state: Any, margins: Any, products: float) -> tuple[Any, Any]:
    """v and the state after a step; a trial step decides how far to turn towards the centre."""
    B, penalty, _, inside = problem
    rooms, forces = state
    ratios = rooms / forces
    weight = 1 / (ratios[0] + ratios[1])
    solved = _solver(B * np.sqrt(weight)[:, np.newaxis], penalty)
    pulled, off = inside.pull - penalty * v, margins + rooms[1] - rooms[0] - 1

    def towards(moved: Any) -> Any:
        """The step that adds forces·moved to rooms·forces and balances the rest: of v, and of the state."""
        h = moved[0] - moved[1] - off
        dv = solved((weight * h + forces[0]) @ B + pulled)
        change = weight * (h - B @ dv)
        change = np.array([change, -change])
        return dv, np.array([moved - ratios * change, change])

    mean = products / rooms.size
    _, ahead = towards(-rooms)
    there = state + _longest(state, ahead) * ahead
    centre = mean * (float(np.vdot(there[0], there[1])) / products) ** 3
    dv, dstate = towards((centre - ahead[0] * ahead[1]) / forces - rooms)
    size = SHORT * _longest(state, dstate)
    return v + size * dv, state + size * dstate


def _is_closed(found: Margin, whole: float) -> bool:
    """Whether the duality gap is closed, relative to the loss here and at v = 0."""
    return bool(found.loss - found.bound <= CLOSE * found.loss + NOTHING * whole)


def _balanced(problem: Problem, pulls: Any, rest: Any) -> Any:
    """The pulls, moved as little as possible in units of their room, so that columns without penalty balance."""
    is_free = problem.is_free
    free, room = problem.B[:, is_free], np.minimum(pulls, rest)
    lacks = free.T @ pulls + problem.inside.pull[is_free]
    moved = room * (free @ np.linalg.lstsq((free.T * room) @ free, lacks, rcond=None)[0])
    return pulls - moved if np.all((moved <= pulls) & (-moved <= rest)) else pulls


def _dual(problem: Problem, pulls: Any) -> float:
    """The loss that no weights undercut; 0 while the pulls do not balance in directions without penalty."""
    B, penalty, _, inside = problem
    pull, is_free = B.T @ pulls + inside.pull, problem.is_free
    held = ~is_free
    if np.any(np.abs(pull[is_free]) > BALANCED * (np.abs(B[:, is_free]).T @ pulls + np.abs(inside.pull[is_free]))):
        return 0.0
    return float(np.sum(pulls) + inside.cost - 0.5 * np.sum(pull[held] ** 2 / penalty[held]))


def _longest(state: Any, step: Any) -> float:
    """The longest step, at most 1, that keeps every number, all above 0, at 0 or more."""
    return 1 / max(1.0, -float((step / state).min()))


def _solver(root: Any, penalty: Any) -> Callable[[Any], Any]:
    """r ↦ (rootᵀ·root + penalty)⁻¹r, in units of a diagonal of ones; RIDGE keeps it regular where rounding does not."""
    H = root.T @ root
    diagonal = H.diagonal() + penalty
    unit = 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    scaled = unit[:, np.newaxis] * H * unit
    scaled.flat[:: len(H) + 1] = 1 + RIDGE
    try:
        inverse = np.linalg.inv(scaled)
    except np.linalg.LinAlgError:  # a few rows near their margins, all alike, span fewer directions
        inverse = np.linalg.pinv(scaled, hermitian=True)

    def solved(r: Any) -> Any:
        r = unit * r
        x = inverse @ r
        return unit * (x + inverse @ (r - scaled @ x))

    return solved

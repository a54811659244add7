"""Gradient descent over rows: step by step, in batches, with its history; it never goes on from what is not finite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from nn.objective import Objective
from nn.optimisers import Optimiser


class Diverged(ArithmeticError):
    """Training has left the finite numbers: the step, the loss and the learning rate η with which it did.

    >>> print(Diverged(3, float("inf"), 0.5))
    training diverged at step 3: the loss is inf with learning rate η = 0.5 (smaller, or features standardised?)
    """

    def __init__(self, step: int, loss: float, rate: float) -> None:
        super().__init__(step, loss, rate)
        self.step, self.loss, self.rate = step, loss, rate

    def __str__(self) -> str:
        return (
            f"training diverged at step {self.step}: the loss is {self.loss:.6g} with learning rate "
            f"η = {self.rate:.6g} (smaller, or features standardised?)"
        )


class Trained(NamedTuple):
    """What training ends with: the parameters, and the loss of every pass over the rows."""

    theta: Any
    history: list[float]


def train(
    objective: Objective,
    theta: Any,
    *rows: Any,
    optimiser: Optimiser,
    passes: int = 100,
    batch: int | None = None,
    tol: float | None = None,
    rng: Any = None,
    progress: bool = False,
    each: Callable[[Any, float], None] | None = None,
) -> Trained:
    """Gradient descent from θ: `passes` times over the rows, all at once, or in batches of `batch` in random order.

    A pass over all rows at once that finds every |∂L/∂θᵢ| ≤ `tol` is the last one. `each(theta, loss)` is called before
    every step. Raises `Diverged` where loss, gradient or parameters are not finite.

    >>> from nn import SGD, Neuron, squared_error
    >>> objective = Objective(lambda neuron, x, y: squared_error(neuron(x), y), Neuron(1, nonlin=False, rng=0))
    >>> X, y = [[-1.0], [0.0], [1.0]], [-1.0, 1.0, 3.0]
    >>> theta, history = train(objective, objective.parameters, X, y, optimiser=SGD(rate=0.5), tol=1e-9)
    >>> theta.round(6)
    array([2., 1.])
    """
    theta, rows = np.asarray(theta, dtype=float), tuple(np.asarray(r) for r in rows)
    rng, history = np.random.default_rng(rng), list[float]()
    n = len(rows[0])
    for _ in shown(passes, progress, history):
        losses = []
        for chosen in _batches(n, batch, rng):
            rate = optimiser.current_rate
            loss, g = objective.value_and_grad(theta, *(rows if chosen is None else [r[chosen] for r in rows]))
            if not np.isfinite(loss) or not np.isfinite(g).all():
                raise Diverged(optimiser.steps, loss, rate)
            if each is not None:
                each(theta, loss)
            losses.append((loss, n if chosen is None else len(chosen)))
            if chosen is None and tol is not None and np.max(np.abs(g), initial=0.0) <= tol:
                return Trained(theta, [*history, loss])
            theta = optimiser.update(theta, g)
            if not np.isfinite(theta).all():
                raise Diverged(optimiser.steps, loss, rate)
        history.append(sum(loss * size for loss, size in losses) / n)
    return Trained(theta, history)


def shown(passes: int, progress: bool, history: list[float]) -> Iterator[int]:
    """The numbers of the passes; with `progress` under a bar that shows the latest loss."""
    if not progress:
        yield from range(passes)
        return
    try:
        from tqdm import tqdm
    except ImportError:
        raise ImportError("a progress bar needs tqdm: pip install tqdm, or verbose=False") from None
    with tqdm(range(passes), desc="training", unit="pass") as bar:
        for k in bar:
            yield k
            if history:
                bar.set_postfix_str(f"loss {history[-1]:.6g}", refresh=False)


def _batches(n: int, batch: int | None, rng: Any) -> Iterator[Any]:
    """The rows of every step in one pass; None is all of them, as they are."""
    if batch is None or batch >= n:
        yield None
        return
    order = rng.permutation(n)
    for start in range(0, n, batch):
        yield order[start : start + batch]

"""Gradient descent over rows, in full steps or batches, with a history; it stops at any number that is not finite."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from nn.errors import Diverged, require, require_count
from nn.objective import Objective
from nn.optimisers import Optimiser


class Trained(NamedTuple):
    """The result of training: the parameters, and the mean loss of every pass over the rows.

    >>> Trained(np.zeros(2), [0.5]).history
    [0.5]
    """

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
    each: Callable[[Any, float], None] | Sequence[Callable[[Any, float], None]] | None = None,
    until: Callable[[Any], bool] | None = None,
) -> Trained:
    """Train by gradient descent from θ: `passes` passes over the rows, in full or in random batches of `batch` rows.

    Training stops after a pass in which every |∂L/∂θᵢ| ≤ `tol` at every step, or after one for which `until(theta)` is
    true, such as an `EarlyStopping`. `each(theta, loss)`, one function or several, is called before every step. The
    optimiser moves θ and ignores its own parameters. Raises `Diverged` if the loss, the gradient or the parameters are
    not finite, including after the last step; the error of a row whose target is invalid or whose data are not finite;
    TypeError for a model in place of its objective; ValueError if there are no parameters.

    >>> from nn import SGD, Neuron, squared_error
    >>> objective = Objective(lambda neuron, x, y: squared_error(neuron(x), y), Neuron(1, nonlin=False, rng=0))
    >>> X, y = [[-1.0], [0.0], [1.0]], [-1.0, 1.0, 3.0]
    >>> theta, history = train(objective, objective.parameters, X, y, optimiser=SGD(rate=0.5), tol=1e-9)
    >>> theta.round(6)
    array([2., 1.])
    """
    _require_kinds(objective, optimiser)
    theta = np.asarray(theta, dtype=float)
    if theta.ndim != 1:
        got = f"an array of shape {theta.shape}: write train(objective, objective.parameters, X, y, optimiser=...)"
        raise TypeError(f"train takes the parameters, a flat array, before the rows, got {got}")
    if theta.size == 0:
        raise ValueError("there are no parameters to train: those of a module are the Values that it holds")
    rows, n = as_rows(rows)
    require_count("passes", passes, 0)
    if batch is not None:
        require_count("batch", batch, 1)
    require("tol", tol, tol is None or tol >= 0, "0 or more")
    callbacks = listed(each)
    rng, history, least = np.random.default_rng(rng), list[float](), -1.0 if tol is None else tol
    for _ in shown(passes, progress, history):
        losses, rests = [], True
        for chosen in _batches(n, batch, rng):
            taken = rows if chosen is None else tuple([r[chosen] for r in rows])
            loss, g = objective.value_and_grad(theta, *taken)
            require_valid(objective, theta, taken, loss)
            require_finite(loss, g, optimiser.steps, optimiser)
            for callback in callbacks:
                callback(theta, loss)
            losses.append((loss, n if chosen is None else len(chosen)))
            rests = rests and bool(np.max(np.abs(g), initial=0.0) <= least)
            if rests and chosen is None:
                return Trained(theta, [*history, loss])
            theta = _moved(optimiser, theta, g, loss)
        history.append(sum(loss * size for loss, size in losses) / n)
        if rests or (until is not None and until(theta)):
            break
    if history:
        require_finite(objective.value(theta, *rows), 0.0, optimiser.steps, optimiser)
    return Trained(theta, history)


def listed(each: Any) -> list[Callable[[Any, float], None]]:
    """Callbacks as a list, from one function, several, or None; TypeError for anything else.

    >>> listed(print), listed(None)
    ([<built-in function print>], [])
    """
    given = [] if each is None else [each] if callable(each) else each
    if not isinstance(given, Sequence) or not all(map(callable, given)):
        raise TypeError(f"callbacks must be functions of θ and the loss, one or a list of them, got {each!r}")
    return list(given)


def _require_kinds(objective: Any, optimiser: Any) -> None:
    """Raise TypeError for a model in place of its objective, or for anything but an optimiser with steps."""
    if not hasattr(objective, "value_and_grad"):
        given = type(objective).__name__
        raise TypeError(f"train takes an nn.Objective, got {given}: write nn.Objective(loss, model), loss(model, x, y)")
    if not hasattr(optimiser, "update"):
        given = type(optimiser).__name__
        own = f": it has {given}.minimise(objective, theta, *rows)" if hasattr(optimiser, "minimise") else ""
        raise TypeError(f"train takes the steps of an optimiser, such as nn.Adam(rate=0.01), got {given}{own}")


def as_rows(rows: Sequence[Any]) -> tuple[tuple[Any, ...], int]:
    """The data as arrays, and their number of rows; ValueError if there are none or the numbers differ.

    >>> as_rows([[1.0, 2.0], [[3.0], [4.0]]])[1]
    2
    """
    arrays = tuple(np.asarray(r) for r in rows)
    counts = sorted({len(r) if r.ndim else 0 for r in arrays})
    if len(counts) != 1 or counts[0] == 0:
        raise ValueError(f"training needs arrays with the same number of rows, at least 1; got {counts or 'no data'}")
    return arrays, counts[0]


def require_valid(objective: Any, theta: Any, rows: Sequence[Any], loss: float) -> None:
    """If a loss is not finite, raise the error of the first such row, for a wrong target or for its data.

    >>> from nn import Neuron, cross_entropy
    >>> objective = Objective(lambda neuron, x, y: cross_entropy(neuron(x), y), Neuron(1))
    >>> require_valid(objective, [0.0, 0.0], as_rows([[[1.0], [2.0]], [1, -1]])[0], float("nan"))
    Traceback (most recent call last):
        ...
    ValueError: the target must be from 0 to 1, got -1
    (row 1)
    """
    if np.isfinite(loss) or not isinstance(objective, Objective):  # other objectives have checked their data
        return
    for i in np.flatnonzero(~np.isfinite(objective.value(theta, *rows, reduce=None)))[:1].tolist():
        try:
            objective.loss(*objective.modules, *[r[i] for r in rows])
        except ValueError as error:
            error.add_note(f"(row {i})")
            raise
        if not all(np.isfinite(np.asarray(r[i], dtype=float)).all() for r in rows):
            raise ValueError(f"row {i} of the data is not finite, nor is its loss, {loss}: leave such rows out")


def require_finite(loss: float, g: Any, step: int, optimiser: Optimiser | None) -> None:
    """Raise Diverged, with the optimiser's rate, unless loss and gradient are finite.

    >>> require_finite(0.5, np.ones(3), 0, None)
    """
    if np.isfinite(loss) and np.isfinite(g).all():
        return
    rate = None if optimiser is None else optimiser.current_rate
    raise Diverged(step, loss, rate, "the gradient" if np.isfinite(loss) else "")


def _moved(optimiser: Optimiser, theta: Any, g: Any, loss: float) -> Any:
    try:
        return optimiser.update(theta, g)
    except Diverged as error:
        raise Diverged(error.step, loss, error.rate, error.what) from None


def shown(passes: int, progress: bool, history: list[float]) -> Iterator[int]:
    """The pass numbers; with `progress`, with a bar that shows the latest loss."""
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
    """The row numbers for every step of one pass; None means all rows in order."""
    if batch is None or batch >= n:
        yield None
        return
    order = rng.permutation(n)
    for start in range(0, n, batch):
        yield order[start : start + batch]

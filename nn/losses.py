"""Losses: the goodness of a function on one row, or its mean over rows; and penalties on weights.

z is the model's output (a number, or a list with one per class), y the target. If y is a sequence, so is z, and the
loss is the mean over the rows. An invalid target raises ValueError. Compiled code cannot check targets; there the loss
is NaN, and `train` raises the error of the row.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np

from autograd import Value, abs, dot, floor, log_sigmoid, logsumexp, mean, relu, sum, where
from nn.module import Module


def _over_rows(loss: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Extend a loss of one row to its mean over rows."""

    @wraps(loss)
    def averaged(z: Any, y: Any) -> Any:
        if not isinstance(y, (Sequence, np.ndarray)) or isinstance(y, str):
            return loss(z, y)
        if not isinstance(z, (Sequence, np.ndarray)):
            told = f"one prediction, and targets of shape {np.shape(y)}: pass y without its last axis, y[:, 0]"
            raise ValueError(f"{loss.__name__}: {told}")
        if len(z) != len(y) or len(y) == 0:
            raise ValueError(
                f"{loss.__name__}: there must be as many predictions as targets, at least one; got {len(z)}, {len(y)}"
            )
        return mean([averaged(zi, yi) for zi, yi in zip(z, y)])

    return averaged


@_over_rows
def squared_error(z: Any, y: Any) -> Any:
    """(z - y)².

    >>> squared_error([1.0, 2.0], [1.0, 4.0])
    2.0
    """
    return (z - y) ** 2


def over_outputs(loss: Callable[[Any, Any], Any], z: Any, y: Any) -> Any:
    """The loss of one output, or the sum over several.

    >>> over_outputs(squared_error, [1.0, 2.0], [1.0, 4.0])
    4.0
    """
    if isinstance(z, (Sequence, np.ndarray)):
        return sum([loss(zk, yk) for zk, yk in zip(z, y)])
    return loss(z, y)


@_over_rows
def cross_entropy(z: Any, y: Any) -> Any:
    """-log of the probability of the target.

    z is one logit and y in [0, 1], or z has a logit per class and y is the class number, from 0. y is not a one-hot
    row: a list of logits with a list of targets means as many yes-or-no questions, and the loss is their mean.

    >>> cross_entropy(0.0, 1), cross_entropy([0.0, 0.0, 0.0], 2)
    (0.6931471805599453, 1.0986122886681096)
    """
    if isinstance(z, (Sequence, np.ndarray)):
        own = _of_class(z, y)
        return logsumexp([zk - own for zk in z])
    y = _target(y, lambda y: y * (1 - y) >= 0, "from 0 to 1")
    if not isinstance(y, Value) and y in (0, 1):  # a traced Value takes one path for both
        return -log_sigmoid(z if y == 1 else -z)
    m, q = where(y < 0.5, -z, z), where(y < 0.5, y, 1 - y)  # the logit of the likelier answer, and the other's share
    return q * m - log_sigmoid(m)


@_over_rows
def hinge(z: Any, y: Any) -> Any:
    """max(0, 1 - y·z), the loss of a support vector machine, for y = ±1 (Cortes and Vapnik, 1995).

    >>> hinge(0.25, -1)
    1.25
    """
    return relu(1 - _sign(y) * z)


@_over_rows
def perceptron_loss(z: Any, y: Any) -> Any:
    """max(0, -y·z), for y = ±1: how far z is on the wrong side (Rosenblatt, 1958).

    >>> perceptron_loss(0.25, -1)
    0.25
    """
    return relu(-_sign(y) * z)


@_over_rows
def zero_one(z: Any, y: Any) -> Any:
    """1 for a mistake, otherwise 0: the lecture's count of mistakes, or their share over rows; its derivative is 0.

    z is one score and y = ±1 (z = 0 is a mistake), or z has a score per class and y is the number of the class.

    >>> zero_one([2.0, -1.0, 0.5], [1, 1, -1])
    0.6666666666666666
    """
    if isinstance(z, (Sequence, np.ndarray)):
        own = _of_class(z, y)
        above = sum([where(zk > own, 1.0, where(zk <= own, 0.0, math.nan)) for zk in z])
        return where(above > 0, 1.0, above)
    margin = _sign(y) * z
    return where(margin > 0, 0.0, where(margin <= 0, 1.0, math.nan))


def l1(module: Module, strength: float) -> Any:
    """λ Σ|w| over the weights of a module, without its biases.

    >>> from nn import Neuron
    >>> neuron = Neuron(2)
    >>> neuron.load_state_dict({"w[0]": 3.0, "w[1]": -4.0, "b": 9.0})
    >>> l1(neuron, 0.5).data, l2(neuron, 0.5).data
    (3.5, 6.25)
    """
    return strength * sum([abs(w) for w in module.weights()])


def l2(module: Module, strength: float) -> Any:
    """(λ/2) Σw² over the weights of a module, without its biases.

    >>> from nn import Neuron
    >>> l2(Neuron(0), 0.5)
    0.0
    """
    w = module.weights()
    return 0.5 * strength * dot(w, w)


def _of_class(z: Any, y: Any) -> Any:
    """The score of the target's class."""
    number = _number(y)
    if isinstance(number, numbers.Real):
        if number not in range(len(z)):
            raise ValueError(f"a class must be a whole number from 0 to {len(z) - 1}, got {number}")
        return z[int(float(number))]
    is_class = (y == floor(y)) & (y >= 0) & (y < len(z))
    own = sum([where(y == k, zk, 0.0) for k, zk in enumerate(z)])
    return where(is_class, own, math.nan)


def _number(y: Any) -> Any:
    """The number of a target; ValueError for the name of a class, or for None."""
    if y is None or isinstance(y, str):
        raise ValueError(f"a target must be a number, got {y!r}: number the classes from 0")
    return y.data if isinstance(y, Value) else y


def _sign(y: Any) -> Any:
    return _target(y, lambda y: y * y == 1, "-1 or 1")


def _target(y: Any, holds: Callable[[Any], Any], what: str) -> Any:
    """Return the target if it is valid; a traced target becomes NaN where it is not."""
    number = _number(y)
    if not isinstance(number, numbers.Real):
        return where(holds(y), y, math.nan)
    if not holds(number):
        raise ValueError(f"the target must be {what}, got {number}")
    return y

"""Operations on sequences: each is one node with an edge from every number in the sequence."""

from __future__ import annotations

import builtins
import math
import operator

from autograd.numbers import constant, select
from autograd.numbers.kernels import vectors
from autograd.numbers.kinds import leading_kind
from autograd.numbers.operand import over_rows
from autograd.primitives.arithmetic import quotient, ratio
from autograd.primitives.calling import OTHERWISE
from autograd.primitives.domains import Kink
from autograd.primitives.evaluating import are_floats
from autograd.primitives.exponential import exp, log, sqrt
from autograd.primitives.table import primitive
from autograd.symbols import texts

__all__ = ["dot", "log_softmax", "logsumexp", "mean", "norm", "prod", "softmax", "sum"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from autograd.numbers import Number, Vector
    from autograd.primitives.arithmetic import Partials


# --- the local derivatives of a sequence, one for each member -----------------------------------


def _each_first(xs: Vector) -> list[Vector]:
    """For each member, the sequence with that member moved to the front."""
    return [(x, *xs[:i], *xs[i + 1 :]) for i, x in enumerate(xs)]


def directions(xs: Vector) -> tuple[Number, ...]:
    """xᵢ / norm(x) for every i."""
    return vectors.directions(xs) if are_floats((xs,)) else tuple(map(direction, _each_first(xs)))


def softmaxes(xs: Vector) -> tuple[Number, ...]:
    """exp(xᵢ) / Σ exp(xⱼ) for every i."""
    return vectors.softmax(xs) if are_floats((xs,)) else tuple(map(softmax_first, _each_first(xs)))


def products_of_others(xs: Vector) -> tuple[Number, ...]:
    """The product of all xⱼ with j ≠ i for every i, from running products of both ends: no division by zero."""
    if are_floats((xs,)):
        return vectors.products_of_others(xs)
    if leading_kind(xs).lift is not None:  # the running products below may underflow where prod does not
        return tuple(prod((*xs[:i], *xs[i + 1 :])) for i in range(len(xs)))
    products: list[Number] = [1] * len(xs)
    left: Number = 1
    right: Number = 1
    for i in range(len(xs)):
        products[i] = products[i] * left
        left = left * xs[i]
        products[-1 - i] = products[-1 - i] * right
        right = right * xs[-1 - i]
    return tuple(products)


# --- textbook formulas --------------------------------------------------------------------------


def _sum(xs: Vector) -> Number:
    return builtins.sum(xs[1:], start=xs[0])


def _logsumexp(xs: Vector) -> Number:
    m = builtins.max(xs)
    return m + log(builtins.sum(exp(x - m) for x in xs))


def _softmax_first(xs: Vector) -> Number:
    m = builtins.max(xs)
    return exp(xs[0] - m) / builtins.sum(exp(x - m) for x in xs)


def _direction(xs: Vector) -> Number:
    z = norm(xs)
    return select(z == 0, 0.0, ratio(xs[0], z))


# --- the rows -----------------------------------------------------------------------------------


@primitive(text=texts.sum_text, kernel=vectors.total, precise=_sum, rational=True, symbol="Σ", vectors=("xs",))
def sum(xs: Vector) -> Partials:
    """The sum of a sequence, rounded once; 0 for an empty one. Of an array, along `axis` or over all.

    >>> sum([0.1] * 10)
    1.0
    >>> import numpy
    >>> sum(numpy.ones((2, 3)), axis=0)
    array([2., 2., 2.])
    """
    return (1.0,) * len(xs)


@primitive(kernel=vectors.mean, precise=lambda xs: _sum(xs) / len(xs), rational=True, vectors=("xs",))
def mean(xs: Vector) -> Partials:
    """The mean of a sequence; ValueError for an empty one.

    >>> mean([1.0, 2.0, 6.0])
    3.0
    """
    return (constant("1", xs[0]) / len(xs),) * len(xs)


@primitive(kernel=vectors.product, precise=math.prod, rational=True, symbol="Π", vectors=("xs",))
def prod(xs: Vector) -> Partials:
    """The product of a sequence; 1 for an empty one.

    >>> prod([2.0, 3.0, 4.0])
    24.0
    """
    return products_of_others(xs)


@primitive(
    text=texts.dot_text,
    kernel=vectors.dot,
    precise=lambda w, x, b: builtins.sum(map(operator.mul, w, x), start=b),
    rational=True,
    symbol="·",
    vectors=("w", "x"),
)
def dot(w: Vector, x: Vector, b: Number = 0) -> Partials:
    """Σ wᵢxᵢ + b, the pre-activation z of a neuron; ValueError if the lengths differ.

    >>> dot([1.0, 2.0], [3.0, 4.0], 0.5)
    11.5
    """
    return (*x, *w, 1.0)


ZERO_VECTOR = ("x = 0", lambda xs: not any(xs), ((0.0, 0.0),), (0.0, 0.0))


@primitive(
    kernel=vectors.norm,
    precise=lambda xs: sqrt(builtins.sum(x * x for x in xs)),
    symbol="‖·‖",
    vectors=("xs",),
    kinks=(Kink(*ZERO_VECTOR, sides="partials"),),
)
def norm(xs: Vector) -> Partials:
    """The Euclidean norm of a vector, without intermediate overflow.

    >>> norm([3.0, 4.0])
    5.0
    """
    return directions(xs)


OTHERWISE["hypot"] = lambda *xs: norm(xs)


@primitive(kernel=vectors.logsumexp, precise=_logsumexp, vectors=("xs",))
def logsumexp(xs: Vector) -> Partials:
    """log Σ exp(xᵢ), without overflow; ValueError for an empty sequence.

    >>> logsumexp([1000.0, 1000.0])
    1000.6931471805599
    """
    return softmaxes(xs)


# --- functions composed of primitives: one node for each member of the result -------------------


def softmax(xs: Any, axis: int | None = None) -> Any:
    """exp(xᵢ) / Σ exp(xⱼ) for every i, without overflow: a list, or an array if xs is one, along `axis` or over all.

    >>> softmax([0.0, 0.0])
    [0.5, 0.5]
    """
    return _each(softmax_first, xs, axis)


def log_softmax(xs: Any, axis: int | None = None) -> Any:
    """log(softmax(xs)), without overflow: a list, or an array if xs is one, along `axis` or over all.

    >>> log_softmax([1000.0, 0.0])
    [0.0, -1000.0]
    """
    return _each(log_softmax_first, xs, axis)


def _each(first: Any, xs: Any, axis: int | None) -> Any:
    if hasattr(xs, "dtype"):
        return over_rows(lambda row: _each(first, row, None), xs, axis)
    members = list(xs)
    return [first([x, *members[:i], *members[i + 1 :]]) for i, x in enumerate(members)]


@primitive(
    text="softmax({})",
    kernel=lambda xs: vectors.softmax(xs)[0],
    precise=_softmax_first,
    symbol="softmax",
    vectors=("xs",),
)
def softmax_first(xs: Vector, *, z: Number) -> Partials:
    """exp(x₁) / Σ exp(xⱼ), the first member of the softmax.

    >>> softmax_first([0.0, 0.0])
    0.5
    """
    _, *others = softmaxes(xs)
    return (z * softmax_rest(xs), *[-z * q for q in others])


@primitive(
    text=texts.Formula(lambda xs: 1 - softmax_first(xs)),
    kernel=vectors.softmax_rest,
    precise=lambda xs: sum(softmaxes(xs)[1:]),
    vectors=("xs",),
)
def softmax_rest(xs: Vector, *, z: Number) -> Partials:
    """1 - softmax_first(xs), accurate where softmax_first is nearly 1.

    >>> softmax_rest([0.0, 0.0])
    0.5
    """
    p, *others = softmaxes(xs)
    return (-p * z, *[p * q for q in others])


@primitive(
    text="log_softmax({})",
    kernel=vectors.log_softmax_first,
    precise=lambda xs: xs[0] - _logsumexp(xs),
    symbol="log softmax",
    vectors=("xs",),
)
def log_softmax_first(xs: Vector) -> Partials:
    """x₁ - log Σ exp(xⱼ).

    >>> log_softmax_first([1000.0, 0.0])
    0.0
    """
    _, *others = softmaxes(xs)
    return (softmax_rest(xs), *[-q for q in others])


@primitive(
    text=texts.direction_text,
    kernel=lambda xs: vectors.directions(xs)[0],
    precise=_direction,
    vectors=("xs",),
    kinks=(Kink(*ZERO_VECTOR, sides="value"),),
)
def direction(xs: Vector) -> Partials:
    """x₁ / ‖x‖, and 0 for the zero vector: the local derivative of a norm.

    >>> direction([3.0, 4.0])
    0.6
    """
    x, *others = xs
    z, rest = norm(xs), norm(others)
    partials = (quotient(rest, rest, z, 3.0), *[-quotient(x, y, z, 3.0) for y in others])
    return tuple(select(z == 0, 0.0, p) for p in partials)

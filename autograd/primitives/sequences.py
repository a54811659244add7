"""Operations on sequences: each is one node, with an edge from every number in the sequence."""

from __future__ import annotations

from autograd import numbers
from autograd.numbers import select
from autograd.primitives.table import Kink, primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from autograd.numbers import Number, Vector
    from autograd.primitives.arithmetic import Result


@primitive(symbol="Σ", vectors=("xs",))
def sum(xs: Vector) -> Result:
    """The sum of a sequence, rounded once; 0 for an empty one.

    >>> sum([0.1] * 10)
    1.0
    """
    return numbers.sum(xs), (1.0,) * len(xs)


@primitive(vectors=("xs",))
def mean(xs: Vector) -> Result:
    """The mean of a sequence; ValueError for an empty one.

    >>> mean([1.0, 2.0, 6.0])
    3.0
    """
    if len(xs) == 0:
        raise ValueError("the mean of no numbers")
    return numbers.mean(xs), (numbers.constant("1", xs[0]) / len(xs),) * len(xs)


@primitive(symbol="Π", vectors=("xs",))
def prod(xs: Vector) -> Result:
    """The product of a sequence; 1 for an empty one.

    >>> prod([2.0, 3.0, 4.0])
    24.0
    """
    return numbers.prod(xs), numbers.products_of_others(xs)


@primitive(symbol="·", vectors=("w", "x"))
def dot(w: Vector, x: Vector, b: Number = 0) -> Result:
    """Σ wᵢxᵢ + b, the pre-activation z of a neuron; ValueError where the lengths differ.

    >>> dot([1.0, 2.0], [3.0, 4.0], 0.5)
    11.5
    """
    return numbers.dot(w, x, b), (*x, *w, 1.0)


ZERO_VECTOR = ("x = 0", lambda xs: not any(xs), ((0.0, 0.0),), (0.0, 0.0))


@primitive(symbol="‖·‖", vectors=("xs",), kinks=(Kink(*ZERO_VECTOR, sides="partials"),))
def norm(xs: Vector) -> Result:
    """The Euclidean length of a vector, without overflow on the way.

    >>> norm([3.0, 4.0])
    5.0
    """
    return numbers.norm(xs), numbers.directions(xs)


@primitive(vectors=("xs",))
def logsumexp(xs: Vector) -> Result:
    """log Σ exp(xᵢ), without overflow; ValueError for an empty sequence.

    >>> logsumexp([1000.0, 1000.0])
    1000.6931471805599
    """
    if len(xs) == 0:
        raise ValueError("the logsumexp of no numbers")
    return numbers.logsumexp(xs), numbers.softmaxes(xs)


# --- functions composed of primitives: one node for each member of the result -------------------


def softmax(xs: Any) -> Any:
    """exp(xᵢ) / Σ exp(xⱼ) for every i, without overflow: a list, or an array where xs is one.

    >>> softmax([0.0, 0.0])
    [0.5, 0.5]
    """
    return _each(softmax_first, xs)


def log_softmax(xs: Any) -> Any:
    """log(softmax(xs)), without overflow: a list, or an array where xs is one.

    >>> log_softmax([1000.0, 0.0])
    [0.0, -1000.0]
    """
    return _each(log_softmax_first, xs)


def _each(first: Any, xs: Any) -> Any:
    members = list(xs)
    result = [first([x, *members[:i], *members[i + 1 :]]) for i, x in enumerate(members)]
    if not hasattr(xs, "dtype"):
        return result
    import numpy

    return numpy.array(result, dtype=float if all(type(z) is float for z in result) else object)


@primitive(symbol="softmax", vectors=("xs",))
def softmax_first(xs: Vector) -> Result:
    """exp(x₁) / Σ exp(xⱼ): its own member of the softmax, first, against the others.

    >>> softmax_first([0.0, 0.0])
    0.5
    """
    p, *others = numbers.softmaxes(xs)
    return p, (p * numbers.softmax_rest(xs), *[-p * q for q in others])


@primitive(vectors=("xs",))
def softmax_rest(xs: Vector) -> Result:
    """1 - softmax_first(xs), accurate where that is nearly 1.

    >>> softmax_rest([0.0, 0.0])
    0.5
    """
    p, *others = numbers.softmaxes(xs)
    z = numbers.softmax_rest(xs)
    return z, (-p * z, *[p * q for q in others])


@primitive(symbol="log softmax", vectors=("xs",))
def log_softmax_first(xs: Vector) -> Result:
    """x₁ - log Σ exp(xⱼ).

    >>> log_softmax_first([1000.0, 0.0])
    0.0
    """
    _, *others = numbers.softmaxes(xs)
    return numbers.log_softmax_first(xs), (numbers.softmax_rest(xs), *[-q for q in others])


@primitive(vectors=("xs",), kinks=(Kink(*ZERO_VECTOR, sides="value"),))
def direction(xs: Vector) -> Result:
    """x₁ / ‖x‖, and 0 for the zero vector: the local derivative of a norm.

    >>> direction([3.0, 4.0])
    0.6
    """
    x, *others = xs
    z, rest = numbers.norm(xs), numbers.norm(others)
    partials = (numbers.quotient(rest, rest, z, 3.0), *[-numbers.quotient(x, y, z, 3.0) for y in others])
    return numbers.direction(xs), tuple(select(z == 0, 0.0, p) for p in partials)

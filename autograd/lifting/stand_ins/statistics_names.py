"""`statistics` on Values: functions that sum exact fractions or are written in C; the rest is read, like user code."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from typing import Any

from autograd import primitives as p
from autograd.arrays import lists
from autograd.arrays.origins import of_python
from autograd.arrays.scalars import choose, number
from autograd.lifting.stand_ins.python_names import is_lifted, of_sequence


def _about(xs: list[Any], mean: Any) -> list[Any]:
    """The deviations from a mean, which may be given."""
    return lists.deviations(xs) if mean is None else [x - mean for x in xs]


def _free(xs: list[Any], less: int) -> int:
    """The number of data points less the one that the mean takes up."""
    if len(xs) <= less:
        raise statistics.StatisticsError(f"at least {less + 1} data points are needed")
    return len(xs) - less


def _variance(xs: list[Any], mean: Any, less: int) -> Any:
    return lists.total([d * d for d in _about(xs, mean)]) / _free(xs, less)


def _deviation(xs: list[Any], mean: Any, less: int) -> Any:
    """The deviation as a norm: 0 with derivatives 0 where all numbers are equal."""
    return p.norm(_about(xs, mean)) / math.sqrt(_free(xs, less))


def _spread(measure: Callable[..., Any], less: int) -> Callable[..., Any]:
    return lambda xs, xbar=None, mu=None: measure(xs, mu if xbar is None else xbar, less)


def _shares(xs: list[Any], weights: Any, error: str) -> list[Any]:
    """The weights of numbers, which are 1 if none are given."""
    shares = [1] * len(xs) if weights is None else list(weights)
    if len(shares) != len(xs):
        raise statistics.StatisticsError(error)
    return shares


def _check(xs: list[Any], shares: list[Any]) -> None:
    """Raise the error of Python's harmonic mean, which checks the numbers up to the first that makes it 0."""
    zero = next((i for i, x in enumerate(xs) if x == 0 and shares[i] != 0), None)
    if any(x < 0 for x in shares + xs[:zero]):
        raise statistics.StatisticsError("harmonic mean does not support negative values")
    if zero is None and not any(shares):
        raise statistics.StatisticsError("Weighted sum must be positive")


def _harmonic_mean(data: Any, weights: Any = None) -> Any:
    """The harmonic mean, which is 0 if a number is: its slope is that from above."""
    xs = list(map(number, data))
    shares = _shares(xs, weights, "Number of weights does not match data size")
    if not any(map(is_lifted, xs + shares)):
        return statistics.harmonic_mean(xs, None if weights is None else shares)
    if not lists.is_traced(xs + shares):
        _check(xs, shares)
    if len(xs) == 1 and weights is None:
        return xs[0]
    zeros = [choose(x == 0, w, 0.0) for x, w in zip(xs, shares)]
    inverse = lists.total([choose(x == 0, 0.0, w / choose(x == 0, 1.0, x)) for x, w in zip(xs, shares)])
    weight = lists.total(zeros)
    has_zero, every = weight > 0, lists.total(shares)
    least = lists.total([w * x for w, x in zip(zeros, xs)]) * every / choose(has_zero, weight, 1.0) ** 2
    return choose(has_zero, least, every / choose(has_zero, 1.0, inverse))


def _fmean(data: Any, weights: Any = None) -> Any:
    """The mean by `math.fsum` and a division, so that it is a Python number."""
    xs, given = list(data), weights if weights is None else list(weights)
    if not any(map(is_lifted, (*xs, *(given or ())))):
        return statistics.fmean(xs, given)
    if given is None:
        return of_python(lists.mean(xs), xs)
    shares = _shares(xs, given, "data and weights must be the same length")
    weight = lists.total(shares)
    if not lists.is_traced([weight]) and weight == 0:
        raise statistics.StatisticsError("sum of weights must be non-zero")
    return of_python(lists.total([w * x for w, x in zip(shares, xs)]) / weight, xs)


def _normal_quantile(q: Any, mean: Any, deviation: Any) -> Any:
    return mean + deviation * p.normal_icdf(q)


STATISTICS: dict[str, Callable[..., Any]] = {
    name: of_sequence(getattr(statistics, name), function)
    for name, function in {
        "mean": lists.mean, "median": lists.median,
        "stdev": _spread(_deviation, 1), "pstdev": _spread(_deviation, 0),
        "variance": _spread(_variance, 1), "pvariance": _spread(_variance, 0),
        "_mean_stdev": lambda xs: (lists.mean(xs), _deviation(xs, None, 1)),  # called by NormalDist.from_samples
    }.items()
} | {
    "fmean": _fmean, "harmonic_mean": _harmonic_mean,
    "_normal_dist_inv_cdf": _normal_quantile,  # called by NormalDist.inv_cdf
    "_sqrtprod": lambda x, y: p.sqrt(x * y),  # called by `correlation` from Python 3.13 on
}  # fmt: skip

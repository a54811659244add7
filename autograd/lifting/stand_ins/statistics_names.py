"""`statistics` on Values: what sums exact fractions or is written in C; the rest is read, like the user's code."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from typing import Any

from autograd import primitives as p
from autograd.arrays import lists
from autograd.arrays.origins import of_python
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
    """As a norm: 0 with derivatives 0 where all numbers are equal."""
    return p.norm(_about(xs, mean)) / math.sqrt(_free(xs, less))


def _spread(measure: Callable[..., Any], less: int) -> Callable[..., Any]:
    return lambda xs, xbar=None, mu=None: measure(xs, mu if xbar is None else xbar, less)


def _harmonic_mean(xs: list[Any], weights: Any = None) -> Any:
    weights = [1] * len(xs) if weights is None else weights
    if not lists.is_traced(xs) and any(x < 0 for x in xs):
        raise statistics.StatisticsError("harmonic mean does not support negative values")
    return sum(weights) / lists.total([w / x for w, x in zip(weights, xs, strict=True)])


def _fmean(data: Any, weights: Any = None) -> Any:
    """`math.fsum` and a division, so that it is one of Python's numbers."""
    xs, shares = list(data), None if weights is None else list(weights)
    if not any(map(is_lifted, (*xs, *(shares or ())))):
        return statistics.fmean(xs, shares)
    if shares is None:
        return of_python(lists.mean(xs), xs)
    return of_python(lists.total([w * x for w, x in zip(shares, xs, strict=True)]) / lists.total(shares), xs)


def _normal_quantile(q: Any, mean: Any, deviation: Any) -> Any:
    return mean + deviation * p.normal_icdf(q)


STATISTICS: dict[str, Callable[..., Any]] = {
    name: of_sequence(getattr(statistics, name), function)
    for name, function in {
        "mean": lists.mean, "median": lists.median, "harmonic_mean": _harmonic_mean,
        "stdev": _spread(_deviation, 1), "pstdev": _spread(_deviation, 0),
        "variance": _spread(_variance, 1), "pvariance": _spread(_variance, 0),
        "_mean_stdev": lambda xs: (lists.mean(xs), _deviation(xs, None, 1)),  # what NormalDist.from_samples calls
    }.items()
} | {
    "fmean": _fmean,
    "_normal_dist_inv_cdf": _normal_quantile,  # what NormalDist.inv_cdf calls
    "_sqrtprod": lambda x, y: p.sqrt(x * y),  # what `correlation` calls from Python 3.13 on
}  # fmt: skip

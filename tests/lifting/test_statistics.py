"""`statistics` in lifted code gives what it gives on floats, and raises what it raises there."""

import itertools
import statistics as st
from collections.abc import Callable
from typing import Any

import pytest

from autograd import compile, lift, value_and_grad
from tests.lifting.test_math import assert_as_on_floats

POINTS = [0.0, 1.0, -1.0, 0.5, 2.5, -3.0]
WRITTEN: dict[str, Callable[..., Any]] = {
    "harmonic mean": lambda x, y: st.harmonic_mean([x, y, 2.0]),
    "of one": lambda x, y: st.harmonic_mean([x]) + y,
    "of the first": lambda x, y: st.harmonic_mean([x, y, 2.0], weights=[1, 0, 2]),
    "of none": lambda x, y: st.harmonic_mean([x, y], weights=[0, 0]),
    "harmonic weights": lambda x, y: st.harmonic_mean([1.0, 2.0, 4.0], [x, y, 1.0]),
    "weights of two": lambda x, y: st.harmonic_mean([x, y], weights=[1]),
    "a generator": lambda x, y: st.harmonic_mean(v for v in (x, y)),
    "geometric mean": lambda x, y: st.geometric_mean([x, y]),
    "weights": lambda x, y: st.fmean([1.0, 2.0], weights=[x, y]),
    "zero weights": lambda x, y: st.fmean([x, y], weights=[0, 0]),
    "one weight": lambda x, y: st.fmean([x, y], weights=[1]),
    "data": lambda x, y: st.mean(data=[x, y]) + st.variance(data=[x, y, 1.0]) + st.median(data=(x, y)),
    "fmean": lambda x, y: st.fmean(data=[x, y]) + st.stdev(data=iter([x, y, 3.0]), xbar=y),
    "correlation": lambda x, y: st.correlation([x, y, 1.0], [1, 2, 4]) if x != y else st.mode([x, y]),
    "quantiles": lambda x, y: tuple(st.quantiles([x, y, 2.0], method="inclusive")) + (st.median_grouped([x, y, 1.0]),),
}


@pytest.mark.parametrize("f", WRITTEN.values(), ids=list(WRITTEN))
def test_as_on_floats(f: Callable[..., Any]) -> None:
    for x, y in itertools.product(POINTS, POINTS):
        assert_as_on_floats(f, x, y)


@pytest.mark.parametrize("weights", [None, (1, 2, 3)])
@pytest.mark.parametrize("numbers", [(0.0, 1.0, 2.0), (0.5, 0.0, 3.0), (1.0, 2.0, 4.0)])
def test_a_harmonic_mean_beside_zero_has_the_slope_from_above(numbers: Any, weights: Any) -> None:
    def f(x: Any, y: Any, z: Any) -> Any:
        return st.harmonic_mean([x, y, z], weights)

    step = 1e-8
    value, slopes = value_and_grad(lift(f), argnums=(0, 1, 2))(*numbers)
    above = [f(*[v + step * (i == k) for k, v in enumerate(numbers)]) for i in range(3)]
    assert value == f(*numbers)
    assert slopes == pytest.approx([(v - f(*numbers)) / step for v in above], rel=1e-6)
    assert compile(lift(f), backend="numpy").value_and_grad(*numbers, argnums=(0, 1, 2)) == (value, slopes)

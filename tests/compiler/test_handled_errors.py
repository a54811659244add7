"""What a handler asks of an error, and the matrices that np.linalg refuses: compiled code takes the way of floats."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import grad, lift
from tests.compiler.backends import both


def arc(v: Any) -> Any:
    try:
        return math.acos(v / 3)
    except ValueError as error:
        return v * v if "domain" in str(error) else 99.0


def reciprocal(v: Any) -> Any:
    try:
        return 1 / v
    except ZeroDivisionError as error:
        return 7.0 * v + (2.0 if "zero" in str(error) else 99.0)


def growth(v: Any) -> Any:
    try:
        return math.exp(v)
    except OverflowError as error:
        return v if error.args else 99.0


def power(v: Any) -> Any:
    try:
        return v**400.0
    except OverflowError as error:
        return v if error.args else 99.0


def likelihood(v: Any) -> Any:
    try:
        return np.log(np.diag(np.linalg.cholesky(np.array([[v, 2.0], [2.0, 2.5]])))).sum()
    except np.linalg.LinAlgError:
        return 3.0 * v


def with_jitter(v: Any) -> Any:
    j, K = 0.0, np.array([[v, 2.0], [2.0, 2.5]])
    while True:
        try:
            L = np.linalg.cholesky(K + j * np.eye(2))
            break
        except np.linalg.LinAlgError:
            j = max(2 * j, 1.0)
    return np.log(np.diag(L)).sum()


def inverted(v: Any) -> Any:
    try:
        return np.linalg.inv(np.array([[v, 2.0], [2.0, 2.0]]))[0, 1]
    except np.linalg.LinAlgError as error:
        return 3.0 * v if "Singular" in str(error) else 99.0


def solved(v: Any) -> Any:
    try:
        x = np.linalg.solve(np.array([[v, 2.0], [2.0, 2.0]]), np.array([1.0, v]))
    except np.linalg.LinAlgError:
        return 3.0 * v
    return x[0] * x[1]


HANDLING: list[tuple[Callable[[Any], Any], list[float]]] = [
    (arc, [1.0, 4.0, -5.0]), (reciprocal, [2.0, 0.0]), (growth, [1.0, 1000.0]), (power, [1.0, 10.0]),
    (likelihood, [4.0, 1.0, 2.0]), (with_jitter, [4.0, 1.0, -3.0]), (inverted, [4.0, 2.0]), (solved, [2.0, 3.0]),
]  # fmt: skip


@both
@pytest.mark.parametrize(("f", "rows"), HANDLING, ids=lambda x: getattr(x, "__name__", ""))
def test_a_handler_sees_the_error_of_floats(compile: Any, f: Any, rows: list[float]) -> None:
    wanted = [f(v) for v in rows], [grad(lift(f))(v) for v in rows]
    np.testing.assert_allclose(compile(lift(f), rows=("v",)).value_and_grad(rows), wanted, rtol=1e-12)
    alone = compile(lift(f))
    for v, value, slope in zip(rows, *wanted):
        np.testing.assert_allclose(alone.value_and_grad(v), (value, slope), rtol=1e-12)


def test_the_harmonic_mean_of_negative_numbers_is_refused_as_on_floats() -> None:
    def f(v: Any) -> Any:
        try:
            return statistics.harmonic_mean([v, 2.0])
        except statistics.StatisticsError:
            return 5.0 * v

    for v in (-1.0, 3.0):
        assert autograd.value_and_grad(lift(f))(v)[0] == pytest.approx(f(v), rel=1e-15)
    assert grad(lift(f))(-1.0) == 5.0

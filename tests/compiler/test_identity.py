"""`is` between numbers of which branches, `max` and `min` choose one: as it is for the floats of each row."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from autograd import lift, value_and_grad
from tests.compiler.branching import POINTS, agrees, is_close

START = 1.5


def best_so_far(a: Any, b: Any) -> Any:
    best = None
    for x in (a, b, 0.3):
        if best is None or x > best:
            best = x
    return best * (2 if best is a else 3 if best is b else 1)


def others_than_the_best(a: Any, b: Any) -> Any:
    scores = [a, b, a * b]
    best = max(scores)
    return sum(max(0, 3 * x + 9 - best) for x in scores if x is not best)


def by_a_key(a: Any, b: Any) -> Any:
    items = [a, b, a - b]
    nearest = min(items, key=lambda x: (x - 0.4) ** 2)
    return [x is nearest for x in items].index(True) * a + b


def of_two_choices(a: Any, b: Any) -> Any:
    low, high = (a, b) if a < b else (b, a)
    return a * (low is min(a, b)) + b * (high is not low)


def of_a_sentinel(a: Any, b: Any) -> Any:
    best = math.inf
    for x in (a, b):
        if 0 < x < best:
            best = x
    return -a if best is math.inf else best


def of_a_constant(a: Any, b: Any) -> Any:
    x = START if a > 0.5 else b
    return x * (2 if x is START else 1)


def of_an_item(a: Any, b: Any) -> Any:
    items = [a, b]
    return max(items) * (2 if max(items) is items[0] else 1)


WRITTEN = [
    best_so_far, others_than_the_best, by_a_key, of_two_choices, of_a_sentinel, of_a_constant, of_an_item,
]  # fmt: skip


@pytest.mark.parametrize("f", WRITTEN)
def test_identity_of_a_chosen_number(f: Callable[..., Any]) -> None:
    agrees(f, "numpy")


@pytest.mark.parametrize("f", WRITTEN)
def test_in_lifted_code(f: Callable[..., Any]) -> None:
    """Also eagerly: a number that wins is itself."""
    agrees(lift(f), "numpy")
    for point in POINTS:
        for argnums in (0, 1, (0, 1)):
            assert is_close(value_and_grad(lift(f), argnums)(*point)[:1], (f(*point),))

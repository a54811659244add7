"""Rules with a planted error, and the mismatch that a check of them raises."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from autograd import exp
from autograd.testing import GradientMismatch, check_gradients


def mismatch_of(f: Callable[..., Any], *point: Any, **options: Any) -> GradientMismatch:
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(f, *point, **options)
    return caught.value


def plain(x: Any) -> Any:
    """The plain number inside a number of any kind: results computed from it have no derivative."""
    return getattr(x, "data", x)


def sign_slip(x: Any) -> Any:
    return x * x, (-2 * x,)


def swapped(x: Any, y: Any) -> Any:
    return x * y, (x, y)


def forgotten_edge(x: Any, y: Any) -> Any:
    return x * y, (y, None)


def one_in_a_million(x: Any, y: Any) -> Any:
    return x * y, (y, x * (1 + 1e-6))


def dropped_term(x: Any) -> Any:
    return x * exp(x), (exp(x),)


def not_a_number(x: Any) -> Any:
    return x * x, (x * math.nan,)


def unequal_sum(xs: Any) -> Any:
    return xs[0] + xs[1] + xs[2], (1.0, 1.0, 1.5)


def wrong_beside_its_corner(x: Any) -> Any:
    return abs(x), (2.0 if x > 0 else -2.0 if x < 0 else 0.0,)

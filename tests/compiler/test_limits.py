"""Compiled code where arithmetic has limits: at infinity, and at zeros of either sign."""

from itertools import product
from math import inf, nan

import numpy as np
import pytest

from autograd import clip, log_softmax, logsumexp, maximum, minimum, norm, relu, softmax, value_and_grad
from tests.compiler.backends import both

SEQUENCES = {
    "logsumexp": logsumexp,
    "norm": norm,
    "softmax": lambda xs: softmax(list(xs))[0],
    "softmax of the last": lambda xs: softmax(list(xs))[-1],
    "log_softmax": lambda xs: log_softmax(list(xs))[0],
}


@both
@pytest.mark.parametrize("op", SEQUENCES)
@pytest.mark.parametrize("n", [2, 3])
def test_sequences_have_the_limits_of_the_engine(compile, op: str, n: int) -> None:
    f = SEQUENCES[op]
    rows = list(product([0.5, -2.0, 1.2e308, inf, -inf, nan, 0.0], repeat=n))
    values, gradients = compile(lambda xs: f(xs), rows="xs").value_and_grad(rows)
    for row, value, gradient in zip(rows, values, gradients):
        wanted, slopes = value_and_grad(f)(list(row))
        np.testing.assert_allclose([value, *gradient], [wanted, *slopes], rtol=1e-12, err_msg=f"at {row}")


CHOICES = {
    "maximum": lambda a, b, c: maximum(a, b),
    "minimum": lambda a, b, c: minimum(a, b),
    "clip": clip,
    "relu": lambda a, b, c: relu(a),
    "of a constant": lambda a, b, c: maximum(0.0, a),
    "with a constant": lambda a, b, c: minimum(a, -0.0),
}


@both
@pytest.mark.parametrize("choice", CHOICES)
def test_of_two_zeros_it_takes_the_one_that_the_engine_takes(compile, choice: str) -> None:
    f = CHOICES[choice]
    rows = list(product([0.0, -0.0, 1.0, nan], repeat=3))
    found = compile(lambda row: f(*row), rows="row")(rows)
    np.testing.assert_array_equal(found, wanted := [f(*row) for row in rows])
    np.testing.assert_array_equal(np.signbit(found), np.signbit(wanted))

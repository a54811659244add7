"""Compiled code at the limits of arithmetic: at infinity, and at zeros of either sign."""

import operator
from itertools import product
from math import inf, nan

import numpy as np
import pytest

import autograd
from autograd import clip, log_softmax, logsumexp, maximum, minimum, norm, relu, softmax, value_and_grad, where
from autograd.compiler.derivatives.backward import differentiated
from autograd.compiler.rolling.sequences import hides_infinity
from autograd.compiler.tracing.trace import trace
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
@pytest.mark.parametrize("rest", [(), (0.5,), (0.25, 0.5) * 4, (0.0,) * 7], ids=lambda rest: str(len(rest) + 2))
def test_sequences_have_the_limits_of_the_engine(compile, op: str, rest: tuple[float, ...]) -> None:
    f = SEQUENCES[op]
    rows = [row + rest for row in product([0.5, -2.0, 1.2e308, 1e-300, inf, -inf, nan, 0.0], repeat=2)]
    rows += [row[::-1] for row in rows]
    values, gradients = compile(lambda xs: f(xs), rows="xs").value_and_grad(rows)
    for row, value, gradient in zip(rows, values, gradients):
        wanted, slopes = value_and_grad(f)(list(row))
        np.testing.assert_allclose([value, *gradient], [wanted, *slopes], rtol=1e-12, err_msg=f"at {row}")


@both
@pytest.mark.parametrize("op", SEQUENCES)
@pytest.mark.parametrize("x", [inf, -inf, nan, 1.5])
def test_a_number_that_is_in_a_sequence_twice_counts_twice(compile, op: str, x: float) -> None:
    def f(x):
        return SEQUENCES[op]([x, x, 1.0])

    np.testing.assert_allclose(compile(f).value_and_grad(x), value_and_grad(f)(x), rtol=1e-12)


COMPARED = {
    "softmax": lambda x, p, q: where(softmax([x, 0.0])[0] > 0.5, p, q),
    "log_softmax": lambda x, p, q: minimum(where(log_softmax([x, 0.0])[0] > -1, p * p, q), 50.0),
    "a slope": lambda x, p, q: where(norm([x, p]) > 3.0, p, p * q),
}


@both
@pytest.mark.parametrize("f", COMPARED.values(), ids=COMPARED)
@pytest.mark.parametrize("x", [inf, -inf, nan, 1.0, -1.0])
def test_what_a_comparison_hides_has_the_limits_of_the_engine(compile, f, x: float) -> None:
    wanted = value_and_grad(f, argnums=(1, 2))(x, 3.0, 4.0)
    assert compile(f).value_and_grad(x, 3.0, 4.0, argnums=(1, 2)) == wanted


def eight_members(x):
    p = softmax([x, *(0.3 * k for k in range(8))])
    return p[0] * p[1] + p[2]


@both
@pytest.mark.parametrize("x", [inf, -inf, nan, 800.0, 1.0])
def test_the_members_of_a_softmax_have_the_limits_of_the_engine_together(compile, x: float) -> None:
    np.testing.assert_allclose(compile(eight_members).value_and_grad(x), value_and_grad(eight_members)(x), rtol=1e-12)


def test_the_members_of_a_softmax_compare_nothing_that_could_hide_infinity() -> None:
    assert not hides_infinity(differentiated(trace(eight_members, (1.0,)), [0]))


SIDES = {
    "a constant": lambda c, w: where(c, 0.7, w * w),
    "a number": lambda c, w: where(c, w, w * w),
    "the other way round": lambda c, w: where(c, w * w, 3.0),
}


@both
@pytest.mark.parametrize("compared", [operator.gt, operator.ge, operator.lt, operator.le, operator.eq, operator.ne])
@pytest.mark.parametrize("side", SIDES.values(), ids=SIDES)
def test_the_side_that_nan_does_not_select(compile, compared, side) -> None:
    def f(w, x):
        return side(compared(x, 0.5), w)

    rows = [nan, 1.0, 0.0, 0.5, inf, -inf]
    value, slope = compile(f, rows=("x",)).value_and_grad(3.0, rows)
    wanted = [value_and_grad(f)(3.0, x) for x in rows]
    assert list(zip(value, slope)) == wanted
    assert compile(f).value_and_grad(3.0, nan) == wanted[0]


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


EXTREMES = {
    "max": autograd.lift(lambda x: max(x[0], x[1], x[2])),
    "min": autograd.lift(lambda x: min(list(x))),
    "np.max": lambda x: np.max(x),
    "np.min": lambda x: np.min(x),
}


@both
@pytest.mark.parametrize("f", EXTREMES.values(), ids=EXTREMES)
def test_numbers_that_are_the_extreme_share_its_slope_and_so_do_those_that_are_nan(compile, f) -> None:
    rows = np.array(list(product([1.0, 2.0, nan], repeat=3)))
    values, slopes = compile(f, rows="x").value_and_grad(rows)
    for row, value, slope in zip(rows, values, slopes):
        np.testing.assert_array_equal([value, *slope], np.hstack(value_and_grad(f)(row)), f"at {row}")
        np.testing.assert_allclose(slope.sum(), 1.0)


@both
@pytest.mark.parametrize(
    "f",
    [
        lambda x: autograd.sqrt(x[0] * where(x[0] > 0, 1.0, 0.0)),
        lambda x: autograd.sqrt(x[0] * (x[0] > 0)) + x[1],
        lambda x: autograd.sqrt(maximum(x[0], 0.0 * x[1])),
        lambda x: autograd.sqrt(relu(x[0])) * x[1],
        lambda x: autograd.sqrt(clip(x[0], 0.0, 3.0)) * x[1],
    ],
)
@pytest.mark.parametrize("x", [-1.0, 1.0])
def test_an_infinite_adjoint_passes_a_factor_of_0_but_no_absent_edge(compile, f, x: float) -> None:
    point = np.array([x, 2.0])
    np.testing.assert_array_equal(compile(f).value_and_grad(point)[1], autograd.grad(f)(point))

"""The law of extremes: compiled first and second derivatives equal the engine's over the whole range of floats.

Every public operation is tested at 0, at subnormal numbers, at 1e±100, 1e±150 and 1e±300, at whole exponents whose
parity a subtraction loses, at infinity and NaN: for numbers, infinities and NaN.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from itertools import product
from math import inf, nan
from typing import Any

import numpy as np
import pytest

from autograd import grad, hessian, hvp, log_softmax, norm, softmax, value_and_grad
from autograd.primitives import TABLE
from tests.compiler.backends import both
from tests.operations import OPERATIONS

SIZES = (1e100, 1e150, 1e300, 1e-100, 1e-150, 1e-300, 1e-310, 5e-324)
ENDS = (0.0, 1.0, -1.0, 0.5, -3.0, 2.0, inf, -inf, nan, *SIZES, *(-x for x in SIZES))
MOST = 90  # points per operation of several numbers, sampled from all


def on_numbers(name: str) -> tuple[Callable[[Any], Any], int]:
    """An operation as a function of a list of operands, and the number of these."""
    row = TABLE[name]
    if name == "dot":
        return lambda p: row.function([p[0], p[1]], [p[2], p[3]], p[4]), 5
    if row.vectors:
        return lambda p: row.function(list(p)), 2
    count = len(row.parameters)
    return lambda p: row.function(*[p[i] for i in range(count)]), count


FUNCTIONS = {name: on_numbers(name) for name in OPERATIONS} | {
    "softmax": (lambda p: softmax(list(p))[0], 2),
    "log_softmax": (lambda p: log_softmax(list(p))[1], 2),
    "norm of three": (lambda p: norm(list(p)), 3),
    "quotient of a norm": (lambda p: p[0] / norm(list(p)), 2),
}


def points(name: str, count: int) -> list[list[float]]:
    """Operands where the engine has derivatives to compare with."""
    every = [list(p) for p in product(ENDS, repeat=min(count, 3))]
    rng = random.Random(name)
    drawn = every if len(every) <= MOST else rng.sample(every, MOST)
    return [p + [rng.choice(ENDS) for _ in range(count - len(p))] for p in drawn]


def close(got: Any, wanted: Any, size: Any = None) -> bool:
    """Equal up to the rounding of terms of that size; a subnormal number may lose digits, and NaN may spread."""
    x, y = np.ravel(np.asarray(got, float)), np.ravel(np.asarray(wanted, float))
    with np.errstate(all="ignore"):
        near = (x == y) | (np.abs(x - y) <= 1e-11 * np.abs(y if size is None else size) + 1e-307)
    return bool(np.all(near | np.isnan(x)) and (np.isnan(x).any() == np.isnan(y).any()))


@cache
def known(name: str) -> list[tuple[list[float], Any, Any]]:
    """The points where the engine has derivatives, its gradients and its Hessians: once for both executors."""
    f, count = FUNCTIONS[name]
    found = []
    for p in points(name, count):
        try:
            matrix = hessian(f)(p)
        except (ValueError, ArithmeticError):
            continue
        found.append((p, grad(f)(p), matrix))
    return found


@both
@pytest.mark.parametrize("name", FUNCTIONS)
def test_compiled_derivatives_are_the_engines(compile: Any, name: str) -> None:
    f, count = FUNCTIONS[name]
    fast = compile(f)
    for p, gradient, matrix in known(name):
        got = fast.value_and_grad(p)[1]
        assert close(got, gradient), f"gradient of {name} at {p}: got {got}, wanted {gradient}"
        got = fast.hessian(p)
        assert close(got, matrix), f"hessian of {name} at {p}: got {got}, wanted {matrix}"
    finite = [(p, matrix) for p, _, matrix in known(name) if np.isfinite(matrix).all()]
    vector = [1.0, -0.5, 2.0, 0.25, -1.0][:count]
    products = compile(f, rows="p").hvp(np.array([p for p, _ in finite]), tangents=np.array([vector] * len(finite)))
    for (p, matrix), got in zip(finite, products):
        wanted = hvp(f, (p,), (vector,))
        size = np.abs(matrix) @ np.abs(vector)
        assert close(got, wanted, size), f"hvp of {name} at {p}: got {got}, wanted {wanted}"


EXPONENTS = (
    1e300,
    -1e300,
    1e100,
    2.0**53,
    2.0**53 + 2,
    9007199254740991.0,
    4503599627370497.0,
    400.0,
    401.0,
    0.5,
    -1.0,
)
BASES = (1.0, -1.0, 0.5, -0.5, 1e-10, 1 + 1e-15, -1e10, 0.0)


@both
@pytest.mark.parametrize("n", EXPONENTS)
def test_powers_with_exponents_of_any_size(compile: Any, n: float) -> None:
    def f(x: Any) -> Any:
        return x**n

    fast = compile(f)
    for x in BASES:
        try:
            wanted = [*value_and_grad(f)(x), hessian(f)(x)]
        except (ValueError, ArithmeticError):
            continue
        got = [*fast.value_and_grad(x), fast.hessian(x)]
        assert close(got, wanted), f"{x}**{n}: got {got}, wanted {wanted}"


@both
def test_one_row_at_zero_beside_others(compile: Any) -> None:
    rows = np.array([0.0, 2.0, 0.5, 1e-300])
    found = compile(lambda p, x: x**p, rows=("x",)).hessian(1.5, rows)
    np.testing.assert_allclose(found, [hessian(lambda p, x: x**p)(1.5, x) for x in rows.tolist()], rtol=1e-13)

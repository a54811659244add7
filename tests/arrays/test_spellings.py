"""What other libraries call an operation: the same function, and on Values ours."""

from __future__ import annotations

import importlib
import math
import random
from typing import Any

import numpy as np
import pytest

from autograd import Value, grad, lift, primitive
from autograd.arrays import holding
from autograd.primitives import SPELLINGS, Primitive
from tests.compiler.backends import both

special = pytest.importorskip("scipy.special")
LIMITS = {"power": 3.0, "gamma": 100.0, "exp2": 500.0}  # of operands, where the library's results leave the floats
POSITIVE = {"power", "xlogy", "xlog1py"}  # whose values are NaN elsewhere


def library_function(spelling: str) -> Any:
    home, _, name = spelling.rpartition(".")
    return getattr(importlib.import_module(home), name, None)  # math.cbrt is new in 3.11


def operands(row: Primitive) -> list[float]:
    """Numbers in the row's domain, near 1 or up to a limit; whole where they are plain."""
    rng = random.Random(row.name)
    found = []
    for i, name in enumerate(row.parameters):
        low, high = row.domain[i].ends() if row.domain else (-math.inf, math.inf)
        most = LIMITS.get(row.name, 5.0)
        low, high = max(low, 0.01 if row.name in POSITIVE else -most), min(high, most)
        found.append(float(rng.randint(0, 3)) if name in row.plain else rng.uniform(low, high))
    return found


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_spelling_is_that_of_the_same_function(spelling: str) -> None:
    row, theirs = SPELLINGS[spelling], library_function(spelling)
    if theirs is None:
        pytest.skip("this Python has no such function")
    for _ in range(20):
        numbers = operands(row)
        assert row.function(*numbers) == pytest.approx(float(theirs(*numbers)), rel=1e-12)


@pytest.mark.parametrize("spelling", [x for x in SPELLINGS if not x.startswith("math.")])
def test_a_ufunc_of_values_is_the_operation(spelling: str) -> None:
    row, theirs = SPELLINGS[spelling], library_function(spelling)
    numbers = operands(row)
    values = [x if name in row.plain else Value(x) for name, x in zip(row.parameters, numbers)]
    for found in (theirs(*values), theirs(*[holding(np.array([v], dtype=object)) for v in values])[0]):
        assert found.data == row.function(*numbers)


def test_a_users_operation_takes_the_place_of_a_ufunc(table: Any) -> None:
    def slope(x: Any) -> Any:
        return (np.log(x) / (1 - x),)

    with pytest.raises(TypeError, match="exprel"):
        special.exprel(Value(0.5))
    primitive(kernel=special.exprel, spellings="scipy.special.exprel")(slope)
    for f in (special.exprel, lift(lambda x: special.exprel(np.array([x, 0.7]))[0])):
        assert grad(f)(0.5) == 2 * math.log(0.5)
    assert grad(lambda xs: special.exprel(xs)[0])(np.array([0.5, 0.7])).tolist() == [2 * math.log(0.5), 0.0]
    primitive(kernel=lambda x: 3.0, spellings="scipy.special.exprel")(slope)  # the newer of two
    assert special.exprel(Value(0.5)).data == 3.0


def test_ours_stay_ours(table: Any) -> None:
    primitive(kernel=math.sin, spellings="numpy.exp")(lambda x: (x,))
    assert np.exp(Value(0.0)).data == 1.0


@both
def test_an_operation_that_is_defined_again_is_compiled_again(table: Any, compile: Any) -> None:
    def defined(c: float, **options: Any) -> None:
        def tripled(x: Any) -> Any:
            return (c + 0 * x,)

        primitive(kernel=lambda x: c * x, **options)(tripled)

    defined(2.0, spellings="scipy.special.zetac")
    spelled, method = compile(lambda x: special.zetac(x) * 1.0), compile(lambda x: x.tripled() * 1.0)
    assert spelled(3.0) == method(3.0) == 6.0
    defined(5.0, spellings="scipy.special.zetac")
    assert spelled.value_and_grad(3.0) == method.value_and_grad(3.0) == (15.0, 5.0)
    defined(7.0)
    assert method(3.0) == 21.0
    with pytest.raises(TypeError, match="zetac"):
        special.zetac(Value(0.5))

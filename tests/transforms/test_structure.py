"""Structures are paired by key, not by the order of their dicts."""

from typing import Any

import numpy as np
import pytest

from autograd import detach, grad, hvp, jacobian, jvp, no_grad, vjp
from autograd.testing import check_gradients


def test_dicts_are_paired_by_key() -> None:
    point, other = {"a": 1.0, "b": 2.0}, {"b": 1.0, "a": 0.0}
    assert jvp(lambda p: p["a"] + 10 * p["b"], (point,), (other,)) == (21.0, 10.0)
    assert hvp(lambda p: p["a"] ** 2 + 10 * p["b"] ** 2, (point,), (other,)) == {"a": 0.0, "b": 20.0}
    assert vjp(lambda x: {"a": x, "b": 2 * x}, 2.0)[1](other) == (2.0,)


def held(x: Any) -> Any:
    with no_grad():
        factor = x * x
    return factor * x


def shared_data(x: Any) -> Any:
    return x * x.data + x.detach()


@pytest.mark.parametrize(("f", "slope"), [(held, 9.0), (shared_data, 3.0)])
def test_both_modes_hold_constant_what_f_holds_constant(f: Any, slope: float) -> None:
    assert grad(f)(3.0) == slope
    assert jvp(f, (3.0,), (1.0,))[1] == slope
    assert jacobian(lambda x: [f(x)])(3.0) == [slope]
    assert jacobian(lambda x: [f(x)] * 3)(3.0) == [slope] * 3


@pytest.mark.parametrize("f", [5, None, "sin"])
def test_f_must_be_a_function(f: Any) -> None:
    with pytest.raises(TypeError, match="f must be a function"):
        grad(f)


@pytest.mark.parametrize(
    "call",
    [
        lambda m: vjp(lambda a: a * a, np.ones(3))[1](m),
        lambda m: jvp(lambda a: a * a, (m,), (np.ones(3),)),
        lambda m: vjp(lambda x: m, 2.0)[0],
        lambda m: detach(m),
        lambda m: grad(lambda a: a.sum())(m),
        lambda m: check_gradients(lambda a: a[0] * a[2], m),
    ],
)
def test_a_masked_entry_is_no_number(call) -> None:
    with pytest.raises(TypeError, match=r"\[1\] is a MaskedConstant, masked; expected a number"):
        call(np.ma.array([1.0, 2.0, 3.0], mask=[0, 1, 0]))

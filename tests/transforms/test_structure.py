"""Structures are paired by key, not by the order of their dicts."""

from typing import Any

import pytest

from autograd import grad, hvp, jacobian, jvp, no_grad, vjp


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

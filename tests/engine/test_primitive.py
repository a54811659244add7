"""A user's own operations: they must meet the rules' requirements, and never interfere with the built-in ones."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value, explain, grad, gradients, primitive
from autograd.primitives import TABLE


@pytest.fixture(autouse=True)
def table_as_it_was() -> Iterator[None]:
    before = dict(TABLE)
    yield
    TABLE.clear()
    TABLE.update(before)


def too_few(x: Any, y: Any) -> Any:
    return x * y, (y,)


def too_many(x: Any) -> Any:
    return x, (1.0, 1.0)


def no_tuple(x: Any) -> Any:
    return 2 * x, 2.0


def value_alone(x: Any) -> Any:
    return 2 * x


@pytest.mark.parametrize("rule", [too_few, too_many, no_tuple, value_alone], ids=lambda rule: rule.__name__)
def test_a_rule_that_owes_something_is_named(rule: Any) -> None:
    operation = primitive(rule)
    operands = [2.0] * rule.__code__.co_argcount
    for arguments in (operands, [Value(x) for x in operands]):
        with pytest.raises(TypeError, match=f"primitive {rule.__name__}: its rule must return"):
            operation(*arguments)


def test_a_built_in_name_can_be_used_again_and_changes_no_built_in() -> None:
    @primitive
    def sin(x: Any) -> Any:
        """Not the sine."""
        return 2 * x, (2.0,)

    assert grad(sin)(1.0) == 2.0
    assert sin(Value(3.0)).data == 6.0
    assert grad(grad(autograd.cos))(1.0) == -math.cos(1.0)
    assert Value(1.0).sin().data == math.sin(1.0)


def test_what_a_rule_returns_becomes_a_float() -> None:
    @primitive
    def numpys(x: Any) -> Any:
        """The sine, by NumPy."""
        return np.sin(x), (np.cos(x),)

    y = numpys(Value(1.0))
    assert type(y.data) is type(y.partials[0]) is float


def test_a_rule_for_floats_alone_is_explained_by_its_numbers() -> None:
    @primitive
    def piecewise(x: Any) -> Any:
        """A branch that symbols cannot take."""
        return (math.sin(x), (math.cos(x),)) if x > 0 else (0.0, (0.0,))

    x = Value(1.0, label="x")
    assert "∂v1/∂x = 0.5403" in str(explain(piecewise(x)))
    assert gradients(piecewise(x), x) == math.cos(1.0)


def test_a_domain_for_each_operand() -> None:
    with pytest.raises(ValueError, match="one domain for each of its operands"):

        @primitive(domain="[0, inf]")
        def two(x: Any, y: Any) -> Any:
            """Two operands."""
            return x + y, (1.0, 1.0)

    @primitive(domain="[0, inf]", vectors=("xs",))
    def total(xs: Any) -> Any:
        """Of what is not negative."""
        return autograd.sum(xs), (1.0,) * len(xs)

    assert total([1.0, 2.0]) == total([Value(1.0), 2.0]).data == 3.0
    with pytest.raises(ValueError, match=r"outside the domain \[0, inf\]"):
        total([Value(1.0), -1.0])


@pytest.mark.parametrize("rule", [math.sin, lambda: (1.0, ()), lambda *xs: (1.0, ()), lambda x, *, n: (x, (n,))])
def test_what_cannot_be_a_rule_is_refused(rule: Any) -> None:
    with pytest.raises(TypeError, match="primitive"):
        primitive(rule)


def test_one_sequence_may_be_named_by_itself() -> None:
    @primitive(vectors="xs")
    def first(xs: Any) -> Any:
        """The first of them."""
        return xs[0], (1.0, *[0.0] * (len(xs) - 1))

    assert first([Value(3.0), 4.0]).data == 3.0
    with pytest.raises(TypeError, match="which are not its parameters"):
        primitive(vectors="ys")(first.__wrapped__)

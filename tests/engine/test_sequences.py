"""Operations on sequences: every kind of sequence is accepted, and a user's operation may take several."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value, dot, grad, jvp, primitive
from autograd.primitives import TABLE

FORMS: dict[str, Callable[[list[Any]], Iterable[Any]]] = {
    "list": list,
    "tuple": tuple,
    "generator": lambda xs: (x for x in xs),
    "array": np.array,
}


@pytest.mark.parametrize("w_form", FORMS)
@pytest.mark.parametrize("x_form", FORMS)
def test_any_sequence_will_do(w_form: str, x_form: str) -> None:
    w, x = [Value(1.0), Value(2.0)], [3.0, 4.0]
    z = dot(FORMS[w_form](w), FORMS[x_form](x), 0.5)
    z.backward()
    assert z.data == 11.5
    assert [v.grad for v in w] == x
    assert autograd.sum(FORMS[w_form](w)).data == 3.0


@pytest.fixture
def scaled() -> Iterable[Callable[..., Any]]:
    @primitive(vectors=("w", "x"))
    def scaled(c: Any, w: Any, x: Any) -> Any:
        """c · Σ wᵢxᵢ."""
        s = autograd.dot(w, x, 0.0)
        return c * s, (s, *[c * v for v in x], *[c * v for v in w])

    yield scaled
    del TABLE["scaled"]


def test_a_users_own_operation_on_two_sequences(scaled: Callable[..., Any]) -> None:
    def f(c: Any) -> Any:
        return scaled(c, [c, 1.0], (v for v in (c, c)))  # c³ + c²

    assert f(2.0) == f(Value(2.0)).data == 12.0
    assert grad(f)(2.0) == jvp(f, (2.0,), (1.0,))[1] == 16.0
    assert grad(grad(f))(2.0) == 14.0


def test_sequences_of_different_lengths_are_an_error(scaled: Callable[..., Any]) -> None:
    for c in (2.0, Value(2.0)):
        with pytest.raises(ValueError, match="scaled: sequences of different lengths"):
            scaled(c, [1.0, 2.0], [3.0])
    with pytest.raises(ValueError, match="dot: sequences of different lengths"):
        dot([Value(1.0), Value(2.0)], [Value(3.0)])


def test_a_long_sequence_is_not_printed_whole() -> None:
    with pytest.raises(ValueError, match=r"refuse\(1\.0, 1\.0, 1\.0, … 100 operands\): no"):

        @primitive(vectors=("xs",))
        def refuse(xs: Any) -> Any:
            """Nothing."""
            raise ValueError("no")

        try:
            refuse([Value(1.0) for _ in range(100)])
        finally:
            del TABLE["refuse"]

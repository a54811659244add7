"""A text with which lifted code computes is that of the number, however the text is made, eagerly and compiled."""

# ruff: noqa: UP031, UP032 - what is tested

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from autograd import Value, compile, grad, jvp, lift, value_and_grad

POINTS = [1.5, -0.125, 2.0625]


@dataclass
class Pair:
    left: Any
    right: Any = 1


TEXTS: dict[str, Callable[[Any], str]] = {
    "str": lambda x: str(x),
    "repr": lambda x: repr(x),
    "!r": lambda x: f"{x!r}|{x!a}|{x=}",
    "%r": lambda x: "%r %s %s" % (x, x, (x,)),
    "format": lambda x: "{!r:>12} {}".format(x, [x]),
    "list": lambda x: f"{[x, 1]} {(x,)} {[[x]]}",
    "dict": lambda x: f"{ {x: x} } { {x} }",
    "repr of a list": lambda x: repr([x, round(x), x > 1]),
    "ascii": lambda x: ascii(x) + ascii([x]),
    "method": lambda x: x.__repr__() + x.__str__(),
    "object": lambda x: f"{Pair(x)} {Pair(2, [x * x])!r}",
    "class": lambda x: f"{type(x)} {type(x).__name__} {type(x).__qualname__} {type(int(x))} {type(str(x))} {[float]}",
    "join": lambda x: ",".join(map(repr, [x, 2 * x])),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))
def test_the_text_of_a_number(text: Callable[[Any], str]) -> None:
    def f(x: Any) -> Any:
        return x * len(text(x)) + {wanted: x * x}.get(text(x), 0.0)

    fast = compile(lift(f), backend="numpy")
    for x in POINTS:
        wanted = text(x)
        assert lift(text)(Value(x)) == wanted  # type: ignore[arg-type]  # any number
        slope = len(wanted) + 2 * x
        assert value_and_grad(lift(f))(x) == (f(x), slope) == jvp(lift(f), (x,), (1.0,))
        assert compile(lift(f), backend="numpy").value_and_grad(x) == (f(x), slope) == fast.value_and_grad(x)


def test_the_text_of_a_number_of_numpys() -> None:
    def f(x: Any) -> Any:
        return x[0] * len(repr(x[0]) + f"{x[0]!r} {x[0]}")

    wanted = len("np.float64(1.5)np.float64(1.5) 1.5") if repr(np.float64(1.5)) != "1.5" else len("1.51.5 1.5")
    assert grad(lift(f))(np.array([1.5, 2.0])).tolist() == [wanted, 0.0]


def test_outside_of_lifted_code_a_value_says_that_it_is_one() -> None:
    assert repr(Value(1.5)) == str(Value(1.5)) == "Value(data=1.5, grad=0.0)"

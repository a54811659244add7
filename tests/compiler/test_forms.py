"""Calls whose arguments are lists, tuples and dicts: taken apart by a function written for their form."""

import copy
from typing import NamedTuple

import numpy as np
import pytest

from tests.compiler.backends import both


class Layer(NamedTuple):
    W: object
    b: object


def neuron(layer, row):
    """Whatever holds them: two weights, a bias, and a row of two numbers and one."""
    (w, b), (x, y) = (part.values() if isinstance(part, dict) else part for part in (layer, row))
    return (sum(wi * xi for wi, xi in zip(w, x)) + (b if not isinstance(b, tuple) else b[0]) - y) ** 2


W, X, Y = np.array([0.5, -2.0]), np.array([[1.0, 2.0], [3.0, 4.0], [0.0, 1.0]]), np.array([1.0, 0.0, 2.0])
FORMS = {
    "a tuple of arrays": (((W, 1.0)), (X, Y)),
    "lists of numbers": ([[0.5, -2.0], (1.0,)], (X.tolist(), Y.tolist())),
    "whole numbers": ([(1, 2), 3], (X, [1, 2, 3])),
    "a named tuple": (Layer([0.5, -2], (1.0,)), (X, Y)),
    "dicts": ({"w": W, "b": 1.0}, {"x": X, "y": Y}),
    "other keys": ({"b": W, "w": 1.0}, {"x": X, "y": Y}),
    "arrays of other kinds": ((W.astype(np.float32), 1), (X, Y)),
}


@both
def test_every_form_is_told_from_the_others_and_read_alike_again(compile, monkeypatch) -> None:
    """In turn, so that the functions written for other forms are asked first."""
    fast = compile(neuron, rows=("row",))
    first = {name: fast.value_and_grad(*args, argnums=(0, 1), reduce="sum") for name, args in FORMS.items()}
    for name, args in copy.deepcopy(FORMS).items():
        value, gradients = fast.value_and_grad(*args, argnums=(0, 1), reduce="sum")
        alone = compile(neuron, rows=("row",)).value_and_grad(*args, argnums=(0, 1), reduce="sum")
        assert repr((value, gradients)) == repr(first[name]) == repr(alone), name
    assert {type(layer) for _, (layer, _) in first.values()} == {tuple, list, dict, Layer}
    monkeypatch.setattr("autograd.compiler.calls.compiled.read", lambda *_: pytest.fail("the form was not remembered"))
    for name in FORMS.keys() - {"arrays of other kinds"}:
        fast.value_and_grad(*FORMS[name], argnums=(0, 1), reduce="sum")


NOT_OF_THE_FORM = {
    "a part with other rows": ((W, 1.0), (X, Y[:2])),
    "text": ((W, "1.0"), (X, Y)),
    "ragged rows": ((W, 1.0), ([[1.0, 2.0], [3.0]], Y)),
    "one part too few": ((W,), (X, Y)),
}


@both
@pytest.mark.parametrize("name", NOT_OF_THE_FORM)
def test_a_form_that_is_known_checks_as_much(compile, name: str) -> None:
    fast = compile(neuron, rows=("row",))
    for args in FORMS.values():
        fast(*args)
    with pytest.raises((TypeError, ValueError)):
        fast(*NOT_OF_THE_FORM[name])

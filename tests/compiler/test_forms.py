"""Calls whose arguments are lists, tuples and dicts: taken apart by a function written for their form."""

import copy
from typing import Any, NamedTuple

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


class Point(NamedTuple):
    x: float
    y: float


ROWS_OF: dict[str, tuple[Any, list[Any]]] = {
    "lists that are joined": (lambda row: sum(v * v for v in row + [1.0]), [[1.0, 2.0], [3.0, 4.0]]),
    "lists that are repeated": (lambda row: len(row + row) * row[0] * row[1], [[1.0, 2.0], [3.0, 4.0]]),
    "tuples": (lambda row: sum(v * v for v in (*row, 2.0)) + len(row + (1.0,)), [(1.0, 2.0), (3.0, 4.0)]),
    "named tuples": (lambda row: row.x * row.y, [Point(1.0, 2.0), Point(3.0, 4.0)]),
    "lists of lists": (lambda row: sum(a * b for a, b in row + [[1.0, 2.0]]), [[[1.0, 2.0], [3.0, 4.0]]] * 2),
    "lists of arrays": (lambda row: sum((2.0 * v).sum() for v in row * 2), [[np.ones(2), np.ones(2)]] * 3),
    "arrays": (lambda row: (row + [1.0, 2.0]).sum(), [np.array([1.0, 2.0]), np.array([3.0, 5.0])]),
}


@both
def test_f_sees_a_row_of_a_list_as_the_list_has_it(compile) -> None:
    for name, (f, rows) in ROWS_OF.items():
        fast = compile(f, rows=("row",))
        for _ in range(3):  # read, then taken apart by what was written for this form
            assert fast(rows).tolist() == [f(row) for row in rows], name
        assert compile(f)(rows[0]) == f(rows[0]), name


@both
def test_rows_of_other_kinds_are_told_apart(compile) -> None:
    fast = compile(lambda row: sum(v * v for v in row + row), rows=("row",))
    for _ in range(2):
        assert fast([[1.0, 2.0]]).tolist() == [10.0]
        assert fast([np.array([1.0, 2.0])]).tolist() == [20.0]
        assert fast(np.array([[1.0, 2.0]])).tolist() == [20.0]

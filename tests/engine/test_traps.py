"""What would give wrong numbers in silence is an error or a warning."""

import copy
import pickle
import warnings
from collections.abc import Callable
from typing import Any

import pytest

import autograd
from autograd import Value, gradients, no_grad


def in_place(w: list[Value]) -> None:
    for i in range(len(w)):
        w[i] -= 0.1 * w[i].grad


def replaced(w: list[Value]) -> None:
    w[:] = [v - 0.1 * v.grad for v in w]


def added(w: list[Value]) -> None:
    w[:] = [v + -0.1 * v.grad for v in w]


def on_data(w: list[Value]) -> None:
    for v in w:
        v.data -= 0.1 * v.grad


def new_leaves(w: list[Value]) -> None:
    w[:] = [Value(v.data - 0.1 * v.grad) for v in w]


UPDATES = [(in_place, True), (replaced, True), (added, True), (on_data, False), (new_leaves, False)]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("zeroed", [True, False])
@pytest.mark.parametrize(("update", "grows"), UPDATES)
def test_a_graph_that_grows_is_noticed_once(
    update: Callable[[list[Value]], None], grows: bool, zeroed: bool, count: int
) -> None:
    w = [Value(1.0 + i) for i in range(count)]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(10):
            C = autograd.sum([(v * 3.0 - 1.0) ** 2 for v in w])
            if zeroed:
                for v in w:
                    v.zero_grad()
            C.backward()
            update(w)
    assert [str(warning.message).partition("w.data")[1] for warning in caught] == ["w.data"] * grows
    assert all(warning.filename == __file__ for warning in caught)


def test_other_loops_are_not_taken_for_it() -> None:
    x = Value(2.0)
    shifted = x - 1.0
    again = shifted - 2.0
    for _ in range(5):
        (shifted * again).backward()  # one graph, many passes
    for power in range(2, 6):
        ((x - 1.0) ** power).backward()  # the same leaf, many graphs


SEARCHES: list[tuple[Callable[[list[Value], Value], Any], Any]] = [
    (lambda values, v: v in values, True),
    (lambda values, v: values.index(v), 0),
    (lambda values, v: values.count(v), 2),
    (lambda values, v: [p for p in values if p not in [v]], []),
    (lambda values, v: v in tuple(values), True),
]


@pytest.mark.parametrize("make", [lambda: Value(0.0), lambda: Value(0.0) * 1.0])
@pytest.mark.parametrize(("search", "found"), SEARCHES)
def test_a_search_that_finds_an_equal_value_warns(
    search: Callable[[list[Value], Value], Any], found: Any, make: Callable[[], Value]
) -> None:
    a, b = make(), make()
    with pytest.warns(RuntimeWarning, match="use `is`, or a set"):
        assert search([a, b], b) == found


QUIET: list[Callable[[Value, Value], Any]] = [
    lambda a, b: a == b,
    lambda a, b: a in (0.0, 1.0),
    lambda a, b: a in [a, b],
    lambda a, b: b in {a},
    lambda a, b: [a, b].index(a),
    lambda a, b: a + b == b,
    lambda a, b: a != b,
    lambda a, b: autograd.where(a == b, a, b),
]


@pytest.mark.parametrize("use", QUIET)
def test_other_comparisons_do_not_warn(use: Callable[[Value, Value], Any]) -> None:
    use(Value(0.0), Value(0.0))


@pytest.mark.parametrize("label", [(), (Value(1.0),), 0, 1.5, Value(0.0), ["x"], None])
@pytest.mark.parametrize("make", [Value, Value.constant])
def test_a_label_is_a_string(make: Any, label: Any) -> None:
    with pytest.raises(TypeError, match=r"Value\.node.*autograd\.micrograd"):
        make(1.0, label)


class Label(str):
    """A string of another type."""


def test_a_label_that_was_set_is_a_string_too() -> None:
    x = Value(1.0)
    x.label = 3  # type: ignore[assignment]
    for show in (autograd.draw, autograd.explain):
        with pytest.raises(TypeError, match="a label must be a string, got int 3"):
            show(x * 2.0)


def test_a_constructor_that_forgets_its_parents_is_named() -> None:
    class Weight(Value):
        def __init__(self, data: float) -> None:
            self.data = data

    with pytest.raises(TypeError, match=r"call super\(\).__init__\(data\) first"):
        Weight(2.0)


def test_a_label_of_another_string_type_becomes_a_string() -> None:
    assert type(Value(1.0, Label("w")).label) is str


def test_backward_on_what_was_not_recorded_is_an_error() -> None:
    x = Value(2.0)
    with no_grad():
        y = x * x
    for unrecorded in (y, copy.copy(y), pickle.loads(pickle.dumps(y))):
        with pytest.raises(RuntimeError, match="no_grad"):
            unrecorded.backward()
    (y * x).backward()
    assert (x.grad, y.grad) == (4.0, 2.0)  # as a leaf of another graph it is one
    Value(1.0).backward()
    y.detach().backward()


class Parameter(Value):
    """A subclass whose constructor takes other arguments, with an attribute and a slot of its own."""

    __slots__ = ("__secret", "extra")

    def __init__(self, low: float, high: float) -> None:
        super().__init__((low + high) / 2, label="p")
        self.range = [low, high]
        self.extra = self.__secret = "kept"

    def secret(self) -> str:
        return self.__secret


@pytest.mark.parametrize("made", [copy.copy, copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))])
def test_a_copy_of_a_subclass_is_one_of_it(made: Callable[[Any], Any]) -> None:
    p = Parameter(1.0, 3.0)
    (p * 2.0).backward()
    p.moment: Any = 0.5
    q = made(p)
    assert type(q) is Parameter and q is not p
    assert (q.data, q.grad, q.label, q.range, q.extra, q.moment) == (2.0, 2.0, "p", [1.0, 3.0], "kept", 0.5)
    assert q.secret() == "kept"
    assert gradients(q * q, q) == 4.0
    q.label = "q"
    assert p.label == "p" and (made is copy.copy or q.range is not p.range)


def test_a_node_from_outside() -> None:
    x, y = Value(3.0), Value(4.0)
    z = Value.node(7.5, [x, 2.0, y, x], [1.0, 5.0, None, 0.5], op="mystery")
    C = z * z
    C.backward()
    assert (z.data, x.grad, y.grad) == (7.5, 15.0 * 1.5, 0.0)
    assert [v.is_constant for v in z.inputs] == [False, True, False, False]
    assert "mystery(" in str(autograd.explain(C)) and "mystery" in autograd.draw(C).source
    with no_grad():
        assert Value.node(1.0, [x], [1.0]).inputs == ()


REFUSED: list[tuple[Callable[[Value], Any], type[Exception], str]] = [
    (lambda x: Value.node(1.0, [x], [1.0, 2.0]), ValueError, "one local derivative per input, got 2 for 1 inputs"),
    (lambda x: Value.node("1", [x], [1.0]), TypeError, "number"),  # type: ignore[arg-type]
    (lambda x: Value.node(1.0, [x], ["1"]), TypeError, "number"),  # type: ignore[list-item]
    (lambda x: gradients(Value.node(9.0, [x], [6.0], "square"), x, create_graph=True), TypeError, "square.*@primitive"),
    (lambda x: autograd.hessian(lambda x: Value.node(9.0, [x], [6.0]))(3.0), TypeError, "@primitive"),
    (lambda x: autograd.compile(lambda x: Value.node(9.0, [x], [6.0]))(3.0), TypeError, "@primitive"),
    (lambda x: autograd.jvp(lambda x: Value.node(9.0, [x], [6.0]), (3.0,), (1.0,)), TypeError, "Dual"),
]


@pytest.mark.parametrize(("use", "error", "message"), REFUSED)
def test_what_a_node_from_outside_cannot_do_is_an_error(
    use: Callable[[Value], Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        use(Value(3.0))

"""A copy of a leaf is a leaf; the result of an operation cannot be copied."""

import copy
import pickle
import threading
from fractions import Fraction

import pytest

from autograd import Value, compile, detach, grad, hessian, jvp, no_grad, vjp


def pickled(protocol):
    return lambda x: pickle.loads(pickle.dumps(x, protocol))


COPIES = {"copy": copy.copy, "deepcopy": copy.deepcopy}
COPIES |= {f"pickle {protocol}": pickled(protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)}


def differentiated():
    x = Value(2.0, label="x")
    (x * 3.0).backward()
    return x


LEAVES = [
    lambda: Value(1.5),
    lambda: Value(1.5, label="w"),
    differentiated,
    lambda: Value(Fraction(1, 3), label="third"),
    lambda: Value.constant(2.0, label="two"),
    lambda: (Value(2.0) * 3.0).detach(),
]


@pytest.mark.parametrize("made", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("leaf", LEAVES)
def test_a_copy_of_a_leaf_keeps_what_it_is(made, leaf):
    v = leaf()
    w = made(v)
    assert w is not v
    assert type(w.data) is type(v.data)
    assert (w.data, w.grad, w.has_grad, w.label) == (v.data, v.grad, v.has_grad, v.label)
    assert (w.is_constant, w.inputs, w.partials, w.op) == (v.is_constant, (), (), None)


@pytest.mark.parametrize("made", COPIES.values(), ids=COPIES)
def test_a_copy_is_apart_from_the_original(made):
    v = differentiated()
    w = made(v)
    (w * w).backward()
    assert (v.grad, w.grad) == (3.0, 7.0)
    w.data = 5.0
    w.zero_grad()
    assert (v.data, v.grad) == (2.0, 3.0)
    assert (v * w).inputs == (v, w)


@pytest.mark.parametrize("made", [copy.deepcopy, pickled(pickle.HIGHEST_PROTOCOL)], ids=["deepcopy", "pickle"])
def test_what_was_shared_stays_shared(made):
    shared, other = Value(1.0, label="shared"), Value(1.0)
    model = {"layers": [[shared, other], (shared,)], "tied": shared}
    again = made(model)
    assert again["layers"][0][0] is again["layers"][1][0] is again["tied"]
    assert again["layers"][0][1] is not again["tied"]
    assert again["tied"] is not shared


class Locked(Value):
    """What leaves an attribute out of its copies."""

    def __init__(self, data):
        super().__init__(data)
        self.momentum, self.lock = 0.5, threading.Lock()

    def __getstate__(self):
        return {name: x for name, x in self.__dict__.items() if name != "lock"}


class Updated(Value):
    """What takes its attributes itself."""

    def __init__(self, data):
        super().__init__(data)
        self.momentum = 0.5

    def __setstate__(self, state):
        self.__dict__.update(state)


@pytest.mark.parametrize("kind", [Locked, Updated])
@pytest.mark.parametrize("made", COPIES.values(), ids=COPIES)
def test_a_subclass_says_what_its_copies_have(made, kind):
    again = made(kind(2.0))
    assert (type(again), again.data, vars(again)) == (kind, 2.0, {"momentum": 0.5})


@pytest.mark.parametrize("made", COPIES.values(), ids=COPIES)
def test_a_result_is_not_copied(made):
    x = Value(2.0)
    for result in (x * x, x.tanh(), -x, +x):
        with pytest.raises(TypeError, match=r"detach\(\)"):
            made(result)
        assert made(result.detach()).data == result.data


@pytest.mark.parametrize("made", COPIES.values(), ids=COPIES)
def test_a_result_without_a_graph_is_a_leaf(made):
    with no_grad():
        y = Value(2.0) * 3.0
    assert made(y).data == 6.0


TRANSFORMS = {
    "grad": lambda f: grad(f)(2.0),
    "vjp": lambda f: vjp(f, 2.0),
    "jvp": lambda f: jvp(f, (2.0,), (1.0,)),
    "hessian": lambda f: hessian(f)(2.0),
    "jvp of jvp": lambda f: jvp(lambda x: jvp(f, (x,), (1.0,))[1], (2.0,), (1.0,)),
    "compile": lambda f: compile(f)(2.0),
}


@pytest.mark.parametrize("made", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("transform", TRANSFORMS.values(), ids=TRANSFORMS)
def test_an_input_of_a_transform_is_not_copied(transform, made):
    """A copy would be a new leaf, and the derivative would be lost."""
    with pytest.raises(TypeError, match="its derivative would be lost"):
        transform(lambda x: made(x) * x)


@pytest.mark.parametrize("made", COPIES.values(), ids=COPIES)
def test_what_is_detached_is_copied(made):
    for name, transform in TRANSFORMS.items():
        if name != "compile":
            assert transform(lambda x: made(detach(x)) * x) is not None

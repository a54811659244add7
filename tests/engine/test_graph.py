"""The recorded graph: what a node keeps, that it cannot be corrupted, and that it is freed."""

import gc
import time
import weakref

import pytest
from hypothesis import given

import autograd
from autograd import Value, gradients, hessian, hvp, jacobian, jvp, no_grad, value_and_grad, vjp
from autograd.engine.graph import Graph
from autograd.testing.programs import programs
from autograd.transforms.dual import Dual
from tests.engine.path_sums import OPERATIONS, bits
from tests.engine.path_sums import partials as partials_of


@pytest.fixture(scope="module")
def frozen():
    """What earlier tests have left is not searched again and again: half a second each time."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def counted(frozen):
    """Turn the garbage collector off, so that only reference counting frees."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@given(programs())
def test_a_node_keeps_its_operands_in_order_and_a_partial_for_each(program):
    values = program.recorded()
    first = len(program.inputs)
    for v, (name, operands), partials in zip(values[first:], program.steps, partials_of(program)):
        assert v.op is OPERATIONS[name].row
        assert len(v.inputs) == len(operands)
        assert all(found is values[i] for found, i in zip(v.inputs, operands))
        assert [bits(0.0 if p is None else p) for p in v.partials] == [bits(p) for p in partials]
    for leaf in values[:first]:
        assert (leaf.op, leaf.inputs, leaf.partials, leaf.grad, leaf.has_grad) == (None, (), (), 0.0, False)


@given(programs())
def test_data_changed_afterwards_does_not_corrupt_an_earlier_graph(program):
    values = program.recorded()
    leaves = values[: len(program.inputs)]
    data, wanted = [v.data for v in values], gradients(values[-1], leaves)
    for v in values:
        v.data = v.data + 1.0
    assert [bits(g) for g in gradients(values[-1], leaves)] == [bits(g) for g in wanted]
    assert [bits(v.data) for v in values] == [bits(x + 1.0) for x in data]


CHANGED = [
    lambda x, y: x * y,
    lambda x, y: autograd.sin(x) * 2.0,
    lambda x, y: x**2 + y,
    lambda x, y: x + y,
    lambda x, y: autograd.log(x * y),
    lambda x, y: autograd.dot([x, y], [y, x], 1.0),
]


@pytest.mark.parametrize("f", CHANGED)
@pytest.mark.parametrize("changed", [5.0, -5.0])
def test_create_graph_over_changed_data_is_an_error(f, changed):
    x, y = Value(2.0), Value(3.0)
    C = f(x, y)
    before = gradients(C, [x, y], create_graph=True)
    x.data = changed
    with pytest.raises(ValueError, match="changed after it was computed"):
        gradients(C, [x, y], create_graph=True)
    x.data = 2.0
    assert gradients(C, [x, y], create_graph=True) == before


REPEATS = [
    (lambda x: x * x, 2, 6.0),
    (lambda x: x + x, 2, 2.0),
    (lambda x: x - x, 2, 0.0),
    (lambda x: x / x, 2, 0.0),
    (lambda x: autograd.dot([x, x], [x, x], x), 5, 13.0),
    (lambda x: autograd.prod([x, x, x]), 3, 27.0),
    (lambda x: autograd.maximum(x, x), 2, 1.0),
]


@pytest.mark.parametrize("f, edges, wanted", REPEATS)
def test_repeats_are_kept(f, edges, wanted):
    x = Value(3.0)
    C = f(x)
    assert len(C.inputs) == edges
    assert all(v is x for v in C.inputs)
    C.backward()
    assert x.grad == pytest.approx(wanted, abs=1e-15)


CONSTANTS = [
    lambda x: x * 2.0,
    lambda x: 2.0 * x,
    lambda x: x**2,
    lambda x: 2**x,
    lambda x: autograd.dot([1.0, x], [x, 2.0], 3),
    lambda x: autograd.clip(x, 0, 9.0),
    lambda x: x * Value.constant(2.0, label="two"),
]


@pytest.mark.parametrize("f", CONSTANTS)
def test_constants_are_shown_and_never_differentiated(f):
    x = Value(3.0)
    C = f(x)
    constants = [v for v in C.inputs if v is not x]
    assert constants
    assert all(v.is_constant and v in Graph(C).nodes for v in constants)
    C.backward()
    C.backward()
    assert [(v.grad, v.has_grad) for v in constants] == [(0.0, False)] * len(constants)
    assert gradients(C, constants) == [0.0] * len(constants)
    assert [g.data for g in gradients(C, constants, create_graph=True)] == [0.0] * len(constants)
    assert not x.is_constant


def nested(x):
    return autograd.tanh(x * x) + autograd.relu(x) * autograd.where(x > 0, x, 1.0)


def failing(x):
    try:
        return autograd.log(nested(x) - 100.0)
    except ValueError:
        return x * 1.0


def switched_off(x):
    with no_grad():
        return nested(x)


USES = [
    lambda f: (f(Value(2.0)) * 1.0).backward(),
    lambda f: gradients(f(x := Value(2.0)), x, create_graph=True),
    lambda f: Graph(f(Value(2.0))).adjoints(),
    lambda f: str(autograd.explain(f(Value(2.0)))),
    lambda f: autograd.grad(f)(2.0),
    lambda f: autograd.grad(autograd.grad(f))(2.0),
    lambda f: value_and_grad(f)(2.0),
    lambda f: jvp(f, (Value(2.0),), (Value(1.0),)),
    lambda f: hvp(f, (2.0,), (1.0,)),
    lambda f: autograd.grad(lambda y: jvp(f, (y,), (1.0,))[1])(2.0),
    lambda f: vjp(f, 2.0)[1](1.0),
    lambda f: jacobian(lambda x: [f(x), f(x)])(2.0),
    lambda f: hessian(f)(2.0),
]


def values_in(x):
    """The Values inside a number, if any."""
    if isinstance(x, Dual):
        return values_in(x.primal) + values_in(x.tangent)
    return [x] if isinstance(x, Value) else []


@pytest.mark.parametrize("f", [nested, failing, switched_off])
@pytest.mark.parametrize("use", USES)
def test_freed_by_reference_counting_alone(counted, use, f):
    seen = []

    def watched(x):
        y = f(x)
        seen.extend(weakref.ref(v) for v in values_in(x) + values_in(y))
        return y

    gc.collect()
    use(watched)
    assert seen
    assert not any(ref() is not None for ref in seen)
    assert gc.collect() == 0


def test_a_long_chain_is_built_differentiated_and_freed(counted):
    """A million nodes: nothing recurses, and nothing takes more than a moment."""
    start = time.perf_counter()
    x = Value(1.0)
    y = x
    for _ in range(500_000):
        y = -y + x  # two nodes; the values are 0, 1, 0, 1, …
    y.backward()
    assert (y.data, x.grad) == (1.0, 1.0)
    assert gradients(y, x) == 1.0
    last, first = weakref.ref(y), weakref.ref(x)
    del x, y
    assert last() is None and first() is None
    assert time.perf_counter() - start < 60.0


def test_a_long_chain_has_a_second_derivative():
    def chain(x, length=20_000):
        for _ in range(length):
            x = autograd.sin(x)
        return x

    assert autograd.grad(autograd.grad(chain))(0.0) == 0.0
    assert hvp(chain, (0.0,), (1.0,)) == 0.0


# --- a user's own operation ---------------------------------------------------------------------


@pytest.fixture
def cube(table):
    @autograd.primitive(symbol="³")
    def cube(x):
        """x³."""
        return x * x * x, (3 * x * x,)

    return cube


def test_a_users_primitive_gets_everything(cube):
    np = pytest.importorskip("numpy")
    x = Value(2.0, label="x")
    C = cube(x)
    assert (C.op.name, C.data, gradients(C, x)) == ("cube", 8.0, 12.0)
    assert gradients(x.cube(), x) == 12.0
    assert cube(2) == 8.0 and type(cube(2)) is float
    assert jvp(cube, (2.0,), (1.0,)) == (8.0, 12.0)
    assert jvp(lambda v: v.cube(), (2.0,), (1.0,)) == (8.0, 12.0)
    assert autograd.grad(autograd.grad(cube))(2.0) == 12.0
    assert autograd.grad(autograd.grad(autograd.grad(cube)))(2.0) == 6.0
    assert hvp(cube, (2.0,), (1.0,)) == 12.0
    assert list(autograd.grad(lambda a: np.sum(cube(a)))(np.array([1.0, 2.0]))) == [3.0, 12.0]
    assert list(cube(np.array([1.0, 2.0]))) == [1.0, 8.0]
    graph = Graph(C)
    (edge,) = graph.edges(C)
    assert "x" in graph.formula(C)
    assert graph.local_derivative(edge) == "3·x·x"
    assert cube.__doc__ == "x³."


def test_a_users_derivative_holds_in_every_mode_and_order(table):
    """A derivative that is not that of the value: a straight-through estimator of a step."""

    @autograd.primitive
    def through(x):
        return autograd.floor(x), (1.0,)

    def square(x):
        return through(x) ** 2

    def forward(f):
        return lambda x: jvp(f, (x,), (1.0,))[1]

    for first in (autograd.grad, forward):
        assert first(square)(2.5) == 4.0
        for second in (autograd.grad, forward):
            assert second(first(square))(2.5) == 2.0
    assert jvp(autograd.grad(square), (2.5,), (1.0,)) == (4.0, 2.0)


def test_a_users_primitive_may_raise_on_floats_and_has_a_domain(table):
    @autograd.primitive(domain="(0, inf]")
    def inverse(x):
        return 1 / x, (-1 / (x * x),)

    assert autograd.grad(inverse)(2.0) == -0.25
    for f in (inverse, autograd.grad(inverse), lambda x: jvp(inverse, (x,), (1.0,))):
        with pytest.raises(ValueError, match=r"inverse\(-1\.0\).*\(0, inf\]"):
            f(-1.0)


def test_a_users_primitive_over_a_sequence(table):
    @autograd.primitive(vectors=("xs",))
    def squares(xs):
        return sum(x * x for x in xs), tuple(2 * x for x in xs)

    assert autograd.grad(squares)([1.0, 2.0]) == [2.0, 4.0]
    assert jvp(squares, ([1.0, 2.0],), ([1.0, 1.0],)) == (5.0, 6.0)
    assert hessian(squares)([1.0, 2.0]) == [[2.0, 0.0], [0.0, 2.0]]

"""The backward pass: what accumulates, what does not, and what it leaves alone."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, gradients, no_grad
from autograd.engine.graph import Graph
from autograd.engine.value import clock
from autograd.testing.programs import programs
from tests.engine.path_sums import bits


def a_graph():
    """x, y, the interior z = x·y and the output C = z² + x, at which ∂C/∂x = 2xy² + 1 = 37 and ∂C/∂y = 2x²y = 24."""
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    z = x * y
    return x, y, z, z**2 + x


def test_leaves_accumulate_and_interior_nodes_do_not():
    x, y, z, C = a_graph()
    C.backward()
    assert (x.grad, y.grad, z.grad, C.grad) == (37.0, 24.0, 12.0, 1.0)
    z.backward()
    assert (x.grad, y.grad, z.grad, C.grad) == (40.0, 26.0, 1.0, 1.0)
    C.backward()
    assert (x.grad, y.grad, z.grad, C.grad) == (77.0, 50.0, 12.0, 1.0)


def test_a_leaf_accumulates_over_graphs():
    x = Value(2.0)
    for i in range(1, 6):
        (x * float(i)).backward()
        assert x.grad == i * (i + 1) / 2


def test_the_output_may_be_a_leaf():
    x = Value(2.0)
    x.backward()
    x.backward(3.0)
    assert x.grad == 4.0
    assert gradients(x, x) == 1.0


def test_a_constant_output_is_not_differentiated():
    k = Value.constant(2.0)
    k.backward()
    assert (k.grad, k.has_grad) == (0.0, False)
    assert gradients(k, k) == gradients(k, k, create_graph=True).data == 0.0


def test_has_grad_and_zero_grad():
    x, y, z, C = a_graph()
    nodes = (x, y, z, C)
    assert [(v.grad, v.has_grad) for v in nodes] == [(0.0, False)] * 4
    z.backward()
    assert [v.has_grad for v in nodes] == [True, True, True, False]
    x.zero_grad()
    assert (x.grad, x.has_grad, y.grad) == (0.0, False, 2.0)
    (0.0 * x).backward()
    assert (x.grad, x.has_grad) == (0.0, True)


@pytest.mark.parametrize("seed", [2.0, -1, 0.5, 0.0, True, math.inf])
def test_a_seed_is_the_adjoint_of_the_output(seed):
    x, y, z, C = a_graph()
    C.backward(seed)
    assert (C.grad, z.grad, x.grad, y.grad) == tuple(float(seed) * g for g in (1.0, 12.0, 37.0, 24.0))


@pytest.mark.parametrize("seed", ["1", None, Value(1.0), [1.0]], ids=repr)
def test_a_seed_that_is_no_plain_number_is_an_error_and_touches_nothing(seed):
    x, y, z, C = a_graph()
    with pytest.raises(TypeError):
        C.backward(seed)
    assert not any(v.has_grad for v in (x, y, z, C))


@given(programs(), st.data())
def test_gradients_touches_no_grad(program, data):
    values = program.recorded()
    values[data.draw(st.integers(0, len(values) - 1))].backward()
    before = [(v.grad, v.has_grad) for v in values]
    gradients(values[-1], values)
    gradients(values[-1], values, create_graph=True)
    Graph(values[-1]).adjoints()
    autograd.explain(values[-1])
    autograd.grad(lambda x: values[-1] * x)(1.0)
    assert [(bits(v.grad), v.has_grad) for v in values] == [(bits(g), has) for g, has in before]


@given(programs())
def test_the_public_view_has_the_adjoints_of_the_pass(program):
    values = program.recorded()
    graph = Graph(values[-1])
    adjoints = graph.adjoints()
    values[-1].backward()
    assert all(bits(adjoints[v]) == bits(v.grad) for v in graph.nodes if not v.is_constant)


@given(
    st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99), st.sampled_from([0, 1, 15, 17, 300, 3000])), max_size=60)
)
def test_nodes_may_be_far_apart_on_the_clock(operations):
    """Each operation multiplies two of the Values before it, after so many ticks: derivatives of a product."""
    values, powers = [Value(1.0), Value(-1.0)], [(1, 0), (0, 1)]
    for i, j, ticks in operations:
        for _ in range(ticks):
            next(clock)
        i, j = i % len(values), j % len(values)
        values.append(values[i] * values[j])
        powers.append((powers[i][0] + powers[j][0], powers[i][1] + powers[j][1]))
    (x, y, *_), (a, b) = values, powers[-1]
    sign = (-1.0) ** (b % 2)
    wanted = [a * sign, -b * sign]
    values[-1].backward()
    assert [x.grad, y.grad] == pytest.approx(wanted) == gradients(values[-1], [x, y])


@pytest.mark.parametrize("create_graph", [False, True])
def test_what_is_not_reached_has_derivative_0(create_graph):
    x, other = Value(2.0), Value(3.0)
    later = x * 5.0
    (later + other).backward()  # leftovers of an earlier pass must not appear here
    C = autograd.maximum(x * x, other - 9.0)
    found = gradients(C, [x, other, later, C], create_graph=create_graph)
    assert found == [4.0, 0.0, 0.0, 1.0]
    assert all(type(g) is (Value if create_graph else float) for g in found)


@pytest.mark.parametrize("create_graph", [False, True])
def test_gradients_of_interior_nodes_and_containers(create_graph):
    x, _, z, C = a_graph()
    assert gradients(C, z, create_graph=create_graph) == 12.0
    assert gradients(C, [z, x], create_graph=create_graph) == [12.0, 37.0]
    found = gradients(C, (x, z, x), create_graph=create_graph)
    assert isinstance(found, tuple) and list(found) == [37.0, 12.0, 37.0]
    assert gradients(C, [], create_graph=create_graph) == []


@pytest.mark.parametrize("output, inputs, named", [
    (1.0, Value(1.0), "output"),
    (Value(1.0), 1.0, "inputs"),
    (Value(1.0), [Value(1.0), "w"], "inputs"),
    (Value(1.0), {"w": Value(1.0)}, "inputs"),
])  # fmt: skip
def test_what_is_no_value_is_named(output, inputs, named):
    with pytest.raises(TypeError, match=f"gradients: {named} must be"):
        gradients(output, inputs)


def test_create_graph_gives_derivatives_of_every_order():
    x = Value(2.0)
    y = x**5
    for wanted in (80.0, 160.0, 240.0, 240.0, 120.0, 0.0, 0.0):
        plain = gradients(y, x)
        y = gradients(y, x, create_graph=True)
        assert (y.data, plain) == (wanted, wanted)


def test_a_recorded_gradient_can_be_part_of_a_cost():
    """A gradient penalty: C = y + (∂y/∂x)² for y = w·x², so ∂C/∂w = x² + 8wx²."""
    w, x = Value(3.0), Value(2.0)
    y = w * x * x
    C = y + gradients(y, x, create_graph=True) ** 2
    C.backward()
    assert (w.grad, x.grad) == (4.0 + 96.0, 12.0 + 8 * 9.0 * 2.0)


# --- not recording ------------------------------------------------------------------------------


def test_no_grad_as_a_context():
    x = Value(2.0)
    with no_grad():
        y = x * x
        with no_grad():
            assert (x * y).inputs == ()
        assert autograd.sin(x).inputs == ()
        assert autograd.dot([x], [x]).inputs == ()
    assert (y.data, y.inputs, y.op) == (4.0, (), None)
    (x * y).backward()
    assert (x.grad, y.grad) == (4.0, 2.0)


def test_no_grad_ends_with_an_exception():
    x = Value(2.0)
    with pytest.raises(ZeroDivisionError), no_grad():
        x / 0.0
    assert (x * x).inputs == (x, x)


def test_no_grad_as_a_decorator():
    @no_grad()
    def square(x, *, scale=1.0):
        """x²."""
        return scale * x * x

    x = Value(3.0)
    assert (square(x, scale=2.0).data, square(x).inputs) == (18.0, ())
    assert (square.__name__, square.__doc__) == ("square", "x².")
    assert (x * x).inputs == (x, x)

    @no_grad()
    def countdown(n):
        return square(Value(1.0)) if n == 0 else countdown(n - 1)

    assert countdown(5).inputs == ()


def test_transforms_inside_no_grad_give_floats():
    x = Value(3.0)
    with no_grad():
        assert autograd.grad(lambda y: x * y * y)(2.0) == 12.0
        assert type(autograd.grad(lambda y: x * y * y)(2.0)) is float
        assert autograd.grad(autograd.grad(lambda y: y**3))(2.0) == 12.0
        assert autograd.hvp(lambda y: y**3, (2.0,), (1.0,)) == 12.0


def test_no_grad_inside_a_transform_makes_a_constant():
    def f(x):
        with no_grad():
            y = x * x
        return x * y

    assert autograd.grad(f)(3.0) == 9.0


def test_detach():
    x, _, z, C = a_graph()
    C.backward()
    z.label = "z"
    d = z.detach()
    assert (d.data, d.label, d.inputs, d.has_grad, d.is_constant) == (6.0, "z", (), False, False)
    x.zero_grad()
    (d * x).backward()
    assert (d.grad, x.grad, z.grad) == (2.0, 6.0, 12.0)

"""Failure: a Value raises where the float raises, says what failed, and its local derivatives never raise."""

import math
import operator
from itertools import product
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

import autograd
from autograd import Value, grad, gradients, jvp
from autograd.engine.graph import Graph
from tests.engine.path_sums import OPERATIONS, bits

# --- f(Value) raises if and only if f(float) raises ---------------------------------------------


def real_power(x, y):
    """x ** y; where Python leaves the reals, a Value raises ValueError."""
    z = x**y
    if isinstance(z, complex):
        raise ValueError("not a real number")
    return z


PYTHON = {
    **{f.__name__: (f, 2) for f in (operator.add, operator.sub, operator.mul, operator.truediv, real_power)},
    **{f.__name__: (f, 2) for f in (operator.floordiv, operator.mod, max, min)},
    **{f.__name__: (f, 1) for f in (operator.neg, operator.pos, abs)},
    "square": (lambda x: x**2, 1),
    "root": (lambda x: real_power(x, 0.5), 1),
    "inverse": (lambda x: x**-1, 1),
    "power of two": (lambda x: 2**x, 1),
    "divmod": (lambda x, y: divmod(x, y)[1], 2),
    "branch on order": (lambda x, y: x - y if x < y else y * x, 2),
    "branch on equality": (lambda x, y: x + y if x == y else x / y, 2),
    "branch on truth": (lambda x, y: y if x else -y, 2),
    "branch on nan": (lambda x: x + 1.0 if x != x else x, 1),
}
LIBRARY = {name: (operation.function, operation.arity) for name, operation in OPERATIONS.items()}
ANY = PYTHON | LIBRARY
WILD = st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, 1 / 3, 710.0, -745.0, 1e200, 5e-324, math.inf, math.nan])
WILD |= st.floats() | st.floats(-10.0, 10.0)


class Wild(NamedTuple):
    """Steps on arbitrary floats: which leaves are Values, and which are plain numbers."""

    leaves: tuple[float, ...]
    is_value: tuple[bool, ...]
    steps: tuple[tuple[str, tuple[int, ...]], ...]

    def outcome(self, inputs):
        """The bits of every value, or how far it got and the type of the exception."""
        values = list(inputs)
        try:
            for name, operands in self.steps:
                values.append(ANY[name][0](*[values[i] for i in operands]))
        except (ValueError, ArithmeticError) as error:
            return len(values), type(error)
        return [bits(plain(v)) for v in values]


def plain(x):
    while not isinstance(x, (int, float)):
        x = x.inside()
    return x


@st.composite
def wild_programs(draw):
    leaves = draw(st.lists(WILD, min_size=1, max_size=3))
    is_value = [True, *(draw(st.booleans()) for _ in leaves[1:])]
    steps = []
    for at in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(tuple(ANY)))
        index = st.integers(0, len(leaves) + at - 1)
        steps.append((name, tuple(draw(index) for _ in range(ANY[name][1]))))
    return Wild(tuple(leaves), tuple(is_value), tuple(steps))


@given(wild_programs())
def test_a_value_raises_where_the_float_does_and_takes_the_same_branches(program):
    wanted = program.outcome(program.leaves)
    event("raises" if isinstance(wanted, tuple) else "returns")
    mixed = [Value(x) if is_value else x for x, is_value in zip(program.leaves, program.is_value)]
    assert program.outcome(mixed) == wanted
    assert program.outcome([Value(x) for x in program.leaves]) == wanted
    found = []

    def forward(x):
        found.append(program.outcome([x, *program.leaves[1:]]))
        return x

    jvp(forward, program.leaves[:1], (1.0,))
    grad(forward)(program.leaves[0])
    jvp(grad(forward), program.leaves[:1], (1.0,))
    assert found == [wanted] * 3


# --- what the message says ----------------------------------------------------------------------

MESSAGES = [
    (autograd.log, (-1.0,), ValueError),
    (autograd.log, (0.0,), ValueError),
    (autograd.log1p, (-1.0,), ValueError),
    (autograd.sqrt, (-1.0,), ValueError),
    (autograd.asin, (1.5,), ValueError),
    (autograd.acosh, (0.5,), ValueError),
    (autograd.atanh, (1.0,), ValueError),
    (autograd.sin, (math.inf,), ValueError),
    (autograd.exp, (1000.0,), OverflowError),
    (autograd.cosh, (-1000.0,), OverflowError),
    (autograd.divide, (1.0, 0.0), ZeroDivisionError),
    (autograd.floor_divide, (1.0, 0.0), ZeroDivisionError),
    (autograd.mod, (1.0, 0.0), ZeroDivisionError),
    (autograd.power, (0.0, -1.0), ZeroDivisionError),
    (autograd.power, (1e200, 2.0), OverflowError),
    (autograd.power, (-8.0, 1 / 3), ValueError),
]


@pytest.mark.parametrize("function, operands, error", MESSAGES, ids=lambda x: getattr(x, "__name__", None))
def test_a_message_names_the_operation_the_operands_and_the_label(function, operands, error):
    with pytest.raises(error) as on_floats:
        function(*operands)
    name = function.__name__
    assert str(on_floats.value).startswith(f"{name}({', '.join(map(repr, operands))}): ")
    labels = "uv"[: len(operands)]
    with pytest.raises(error) as on_values:
        function(*[Value(x, label=label) for x, label in zip(operands, labels)])
    shown = ", ".join(f"{label}={x!r}" for label, x in zip(labels, operands))
    assert str(on_values.value).startswith(f"{name}({shown}): ")
    with pytest.raises(error, match=name):
        jvp(function, operands, (1.0,) * len(operands))
    with pytest.raises(error, match=name):
        grad(function)(*operands)


OPERATORS = [
    (lambda x, y: x / y, (1.0, 0.0), ZeroDivisionError, "divide(u=1.0, v=0.0)"),
    (lambda x, y: 1 / y, (1.0, 0.0), ZeroDivisionError, "divide(1.0, v=0.0)"),
    (lambda x, y: x / 0, (1.0, 0.0), ZeroDivisionError, "divide(u=1.0, 0.0)"),
    (lambda x, y: x**y, (-8.0, 1 / 3), ValueError, "power(u=-8.0, v=0.333"),
    (lambda x, y: x ** (1 / 3), (-8.0, 0.0), ValueError, "power(u=-8.0, 0.333"),
    (lambda x, y: (-8.0) ** y, (0.0, 0.5), ValueError, "power(-8.0, v=0.5)"),
    (lambda x, y: x**-1, (0.0, 0.0), ZeroDivisionError, "power(u=0.0, -1.0)"),
    (lambda x, y: autograd.dot([x, y], [y], 1.0), (1.0, 1.0), ValueError, "dot: sequences of different lengths"),
    (lambda x, y: autograd.mean([]), (1.0, 1.0), ValueError, "mean"),
]


@pytest.mark.parametrize("f, operands, error, message", OPERATORS)
def test_a_message_of_an_operator(f, operands, error, message):
    with pytest.raises(error) as raised:
        f(*[Value(x, label=label) for x, label in zip(operands, "uv")])
    assert message in str(raised.value)


def test_an_exception_leaves_the_graph_as_it_was():
    x = Value(2.0)
    y = x * x
    with pytest.raises(ValueError):
        autograd.log(-y)
    y.backward()
    assert x.grad == 4.0


# --- local derivatives never raise --------------------------------------------------------------

INFINITE = [
    (autograd.sqrt, 0.0, 0.0, math.inf),
    (autograd.cbrt, 0.0, 0.0, math.inf),
    (autograd.asin, 1.0, math.pi / 2, math.inf),
    (autograd.asin, -1.0, -math.pi / 2, math.inf),
    (autograd.acos, 1.0, 0.0, -math.inf),
    (autograd.acosh, 1.0, 0.0, math.inf),
    (lambda x: x**0.5, 0.0, 0.0, math.inf),
    (lambda x: x**1.5, 0.0, 0.0, 0.0),
    (lambda x: 0.0**x, 2.0, 0.0, 0.0),
]


@pytest.mark.parametrize("f, x, value, slope", INFINITE)
def test_the_value_stands_and_the_derivative_is_infinite(f, x, value, slope):
    v = Value(x)
    y = f(v)
    y.backward()
    assert (y.data, v.grad) == (value, slope)
    assert jvp(f, (x,), (1.0,)) == (value, slope)
    assert gradients(f(v), v, create_graph=True).data == slope


EDGES = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -2.0, 5e-324, 1e-200, 1e200, 709.0, -745.0, math.inf, -math.inf, math.nan)
FEW_EDGES = (0.0, 1.0, -2.0, 0.5, 1e200, math.inf, math.nan)


def points(operation):
    """Operands at every edge; sequences, which have many operands, only with equal ones."""
    if operation.arity == 1:
        return [(x,) for x in EDGES]
    if operation.arity <= 3:
        return list(product(EDGES if operation.arity == 2 else FEW_EDGES, repeat=operation.arity))
    return [(x,) * operation.arity for x in EDGES]


def orders(function, point, order):
    """The derivative of an order as a recorded graph: each the sum over the operands of the one before."""
    leaves = [Value(x) for x in point]
    y = function(*leaves)
    for _ in range(order):
        total = Value(0.0)
        for g in gradients(y, leaves, create_graph=True):
            total = total + g
        y = total
    return y


@pytest.mark.parametrize("name", OPERATIONS)
def test_local_derivatives_never_raise(name):
    operation = OPERATIONS[name]
    evaluated = 0
    for point in points(operation):
        try:
            operation.function(*point)
        except (ValueError, ArithmeticError):
            continue
        evaluated += 1
        grad(operation.function)(*point)
        jvp(operation.function, point, (1.0,) * len(point))
        orders(operation.function, point, 2 if operation.arity > 2 else 3)
    assert evaluated > 3


# A side that is not selected is not read, nor is the condition's own value.
NAN_IS_NOT_READ = {("where", 0), ("where", 1), ("where", 2), ("leaky_relu", 1)}
LINEAR = {"negative", "positive", "degrees", "radians"}


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_nan_stays_a_nan(name):
    operation = OPERATIONS[name]
    for at, x in product(range(operation.arity), (0.5, 2.0, -0.5)):
        if (name, at) not in NAN_IS_NOT_READ:
            leaves = [Value(math.nan if i == at else x) for i in range(operation.arity)]
            if any(x not in interval for interval in operation.row.domain):
                continue
            y = operation.function(*leaves)
            assert math.isnan(y.data)
            if operation.arity == 1 and name not in LINEAR:
                assert math.isnan(gradients(y, leaves[0]))


@pytest.mark.parametrize("x", [math.inf, math.nan])
@pytest.mark.parametrize("function", [math.floor, math.ceil, round, math.trunc], ids=lambda f: f.__name__)
def test_whole_numbers_of_what_has_none(function, x):
    with pytest.raises((OverflowError, ValueError)) as on_float:
        function(x)
    with pytest.raises(on_float.type):
        function(Value(x))


def test_numpy_floats_raise_as_python_floats_do():
    with pytest.raises(ZeroDivisionError):
        np.float64(1.0) / Value(0.0)
    with pytest.raises(ZeroDivisionError):
        Value(1.0) / np.float64(0.0)


def test_the_view_of_a_graph_says_what_was_asked_of_what():
    with pytest.raises(TypeError, match=r"float 1\.0"):
        Graph(1.0)

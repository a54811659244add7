"""The laws of differentiation, on generated programs with shared nodes."""

from fractions import Fraction

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

from autograd import Value, grad, gradients, jvp
from autograd.testing.laws import LAWS
from autograd.testing.programs import SampleProgram, SampleStep, programs
from tests.engine.path_sums import COMMUTATIVE, EPSILON, bits, is_finite, path_sums, reverse, second_order_sizes

# Each product and each sum on a path rounds once; a rule's own rounding at second order adds a few units.
FIRST_ORDER, SECOND_ORDER = 4, 64
UNDERFLOW = 1e-250  # below this, the error of a sum has no bound


def directions(program):
    """The unit vectors, one per leaf."""
    count = len(program.inputs)
    return [tuple(float(i == j) for j in range(count)) for i in range(count)]


def slack(program, size, factor):
    return factor * (len(program.steps) + 2) * EPSILON * size + UNDERFLOW


@pytest.mark.parametrize("name", LAWS)
@given(program=programs(), data=st.data())
def test_the_law_of(name, program, data):
    LAWS[name](program, data.draw)


@given(programs())
def test_reverse_is_the_sum_over_paths(program):
    exact, size = path_sums(program)
    for got, wanted, bound in zip(reverse(program), exact, size):
        assert abs(Fraction(got) - wanted) <= slack(program, bound, FIRST_ORDER), (got, float(wanted))


@given(programs())
def test_forward_is_the_sum_over_paths(program):
    exact, size = path_sums(program)
    for direction, wanted, bound in zip(directions(program), exact, size):
        value, got = jvp(program, program.inputs, direction)
        assert bits(value) == bits(program(*program.inputs))
        assert abs(Fraction(got) - wanted) <= slack(program, bound, FIRST_ORDER), (got, float(wanted))


@given(programs())
def test_backward_leaves_what_gradients_returns(program):
    values = program.recorded()
    wanted = gradients(values[-1], values)
    assert not any(v.has_grad for v in values)
    values[-1].backward()
    assert [bits(v.grad) for v in values] == [bits(g) for g in wanted]


@given(programs(), st.data())
def test_a_derivative_keeps_its_value_inside_another(program, data):
    """At kinks too: a value differentiated by an outer transform has the local derivatives of the table."""
    direction = data.draw(st.sampled_from(directions(program)))
    argnums = tuple(range(len(program.inputs)))
    exact, sizes = path_sums(program)
    pushed = jvp(grad(program, argnums), program.inputs, direction)[0]
    pulled = grad(lambda *leaves: jvp(program, leaves, direction)[0], argnums)(*program.inputs)
    again = tuple(jvp(lambda *x: jvp(program, x, direction)[0], program.inputs, u)[1] for u in directions(program))
    for found in (pushed, pulled, again):
        for got, wanted, size in zip(found, exact, sizes):
            assert abs(Fraction(got) - wanted) <= slack(program, size, FIRST_ORDER), (got, float(wanted))


@given(programs(size=6), st.data())
def test_second_order_is_one_whatever_the_modes(program, data):
    direction = data.draw(st.sampled_from(directions(program)))
    sizes = second_order_sizes(program, direction)
    assume(is_finite(sizes))
    argnums = tuple(range(len(program.inputs)))

    def along(*leaves):
        return jvp(program, leaves, direction)[1]

    def derivative(*leaves):
        gradient = grad(program, argnums)(*leaves)
        return sum(t * g for t, g in zip(direction, gradient))

    by_modes = {
        "forward over reverse": jvp(grad(program, argnums), program.inputs, direction)[1],
        "reverse over reverse": grad(derivative, argnums)(*program.inputs),
        "reverse over forward": grad(along, argnums)(*program.inputs),
        "forward over forward": tuple(jvp(along, program.inputs, unit)[1] for unit in directions(program)),
        "a recorded backward pass": recorded_again(program, direction),
    }
    event("curved" if any(sizes) else "flat")
    reference = by_modes["reverse over reverse"]
    for modes, found in by_modes.items():
        for got, wanted, size in zip(found, reference, sizes):
            assert abs(got - wanted) <= slack(program, size, SECOND_ORDER), (modes, got, wanted)


def recorded_again(program, direction):
    values = program.recorded()
    leaves = values[: len(program.inputs)]
    first = gradients(values[-1], leaves, create_graph=True)
    return gradients(sum((t * g for t, g in zip(direction, first)), Value(0.0)), leaves)


@given(programs(), st.data())
def test_interior_grads_are_those_of_the_last_pass(program, data):
    values = program.recorded()
    other = values[data.draw(st.integers(0, len(values) - 1))]
    other.backward()
    values[-1].backward()
    for v, wanted in zip(values, gradients(values[-1], values)):
        if v.inputs and wanted != 0:
            assert bits(v.grad) == bits(wanted)


@given(programs())
def test_linear_in_the_number_of_outputs(program):
    """The gradients of the outputs of one graph do not disturb each other, in whatever order they are computed."""
    values = program.recorded()
    leaves = values[: len(program.inputs)]
    forwards = [gradients(v, leaves) for v in values]
    backwards = [gradients(v, leaves) for v in reversed(values)]
    assert [list(map(bits, g)) for g in forwards] == [list(map(bits, g)) for g in reversed(backwards)]


@given(programs((*COMMUTATIVE, "sin", "divide")), st.data())
def test_swapped_operands_change_no_bit(program, data):
    places = [i for i, step in enumerate(program.steps) if step.op in COMMUTATIVE]
    assume(places)
    place = data.draw(st.sampled_from(places))
    name, operands = program.steps[place]
    swapped = SampleProgram(
        program.inputs, (*program.steps[:place], SampleStep(name, operands[::-1]), *program.steps[place + 1 :])
    )
    assert all_bits(swapped.values(*program.inputs)) == all_bits(program.values(*program.inputs))
    assert all_bits(reverse(swapped)) == all_bits(reverse(program))


def all_bits(numbers):
    """Bits except the sign of a zero: neither 0 nor -0 is the greater, and `maximum` takes the first."""
    return [bits(x + 0.0) for x in numbers]


RATIONAL = (
    "add",
    "subtract",
    "multiply",
    "negative",
    "divide",
    "mean",
    "sum",
    "prod",
    "dot",
    "relu",
    "maximum",
    "clip",
)


def is_rational(program):
    return {step.op for step in program.steps} <= set(RATIONAL)


@given(programs(RATIONAL, size=6).filter(is_rational))
def test_on_fractions_the_modes_agree_without_a_bound(program):
    fractions = [Fraction(x).limit_denominator(50) for x in program.inputs]
    try:
        values = program.values(*map(Value, fractions))
    except ZeroDivisionError:  # a divisor that was not quite 0 as a float
        assume(False)
    found = gradients(values[-1], values[: len(fractions)])
    for i, by_reverse in enumerate(found):
        by_forward = jvp(program, fractions, tuple(int(i == j) for j in range(len(fractions))))[1]
        assert by_reverse == by_forward
        assert isinstance(by_reverse, Fraction) or by_reverse == 0

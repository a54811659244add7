"""A Value among Python's numbers: what it accepts, what it mixes with, how it compares and prints."""

import datetime
import itertools
import math
import operator
from decimal import Decimal
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, gradients, jvp
from autograd.symbols import Symbol
from autograd.transforms.forward import Dual
from tests.engine.path_sums import bits

KEPT_AS_FLOAT = [2, True, False, 2.5, np.float64(0.1), np.float32(0.1), np.float16(0.5), np.int8(-3), np.uint64(2**63),
                 np.bool_(True), 10**20, -0.0, math.inf]  # fmt: skip


@pytest.mark.parametrize("data", KEPT_AS_FLOAT, ids=repr)
def test_data_becomes_a_float(data):
    v = Value(data)
    assert type(v.data) is float
    assert bits(v.data) == bits(data)
    v.data = 7
    assert type(v.data) is float


@pytest.mark.parametrize("data", [Fraction(1, 3), mpmath.mpf(1) / 3, Symbol("x")], ids=repr)
def test_data_is_kept(data):
    found = Value(data).data
    assert found is data or (type(found) is type(data) and found == data)


REFUSED = [
    (1j, ".real"),
    (datetime.timedelta(1), ".total_seconds()"),
    (datetime.date(2020, 1, 1), ".days"),
    (np.timedelta64(1, "D"), "divide it by a unit"),
    (math.sin, "call it"),
    ("1.0", "float(...)"),
    (b"1", "float(...)"),
    (None, "return"),
    (Decimal(1), "fractions.Fraction"),
    ([1.0], "each element"),
    ((1.0,), "each element"),
    (np.ones(2), "[Value(x) for x in array]"),
    (np.array(1.0), "x.item()"),
    (Value(1.0), "detach()"),
]


@pytest.mark.parametrize("data, advice", REFUSED, ids=lambda x: type(x).__name__)
def test_refused_data_is_told_what_to_do_instead(data, advice):
    name = type(data).__name__
    with pytest.raises(TypeError, match=f"got {name} ") as raised:
        Value(data)
    assert advice in str(raised.value)
    v = Value(1.0)
    with pytest.raises(TypeError):
        v.data = data
    assert v.data == 1.0


OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow]
OTHERS = [3, 3.0, True, Fraction(1, 3), np.float64(3.0), np.float32(3.0), np.int64(3), np.bool_(True)]


ORDERINGS = [operator.lt, operator.le, operator.gt, operator.ge]
OF_PYTHON = [x for x, _ in REFUSED if not isinstance(x, (np.ndarray, np.generic, Value))]


@pytest.mark.parametrize("other", OF_PYTHON, ids=lambda x: type(x).__name__)
def test_operators_say_what_to_do_with_what_is_no_number(other):
    kinds = [Value(2.0), Dual(2.0, 1.0, 0)] + ([] if isinstance(other, (list, tuple)) else [Value(Symbol("x"))])
    for function, x in itertools.product((*OPERATORS, *ORDERINGS), kinds):
        if function is operator.mul and hasattr(other, "__getitem__"):
            continue  # [0.0] * n asks for an int
        for left, right in ((x, other), (other, x)):
            if function is operator.mod and isinstance(left, (str, bytes)):
                continue  # formats
            with pytest.raises(TypeError, match=f"expected one real number, got {type(other).__name__} "):
                function(left, right)
    assert (Value(2.0) == other) is False


class Knowing:
    """Another class, which knows Values."""

    def __rmul__(self, other):
        return other.data, "mine"

    def __gt__(self, other):
        return "less"


def test_another_class_may_answer():
    assert Value(2.0) * Knowing() == (2.0, "mine")
    assert (Value(2.0) < Knowing()) == "less"
    with pytest.raises(TypeError, match="unsupported operand"):
        Value(2.0) + Knowing()


def test_some_functions_take_as_many_operands_as_pythons_own():
    x, y, z = 2.0, -3.0, 6.0
    for operands in ((), (y,), (x, y, z)):
        assert autograd.hypot(*operands) == math.hypot(*operands)
        assert autograd.hypot(*map(Value, operands)) == math.hypot(*operands)
    assert autograd.grad(autograd.hypot, (0, 1, 2))(x, y, z) == pytest.approx((2 / 7, -3 / 7, 6 / 7), rel=1e-15)
    assert autograd.log(z, x) == autograd.log(Value(z), x) == math.log(z, x)
    assert autograd.round(2.567, 1) == autograd.round(Value(2.567), 1) == 2.6
    found = autograd.grad(autograd.log, (0, 1))(z, x)
    assert found == pytest.approx((1 / z / math.log(x), -math.log(z) / math.log(x) ** 2 / x), rel=1e-15)


@pytest.mark.parametrize("other", OTHERS, ids=lambda x: type(x).__name__)
@pytest.mark.parametrize("function", OPERATORS, ids=lambda f: f.__name__)
def test_plain_numbers_mix_on_either_side(function, other):
    for left, right in ((Value(2.5), other), (other, Value(2.5))):
        found = function(left, right)
        assert type(found) is Value
        data = function(*(float(x.data if isinstance(x, Value) else x) for x in (left, right)))
        assert bits(found.data) == bits(data)
        assert [type(v.data) for v in found.inputs] == [float, float]
        assert [v.is_constant for v in found.inputs] == [not isinstance(x, Value) for x in (left, right)]
        dual = jvp(lambda v: function(*(v if isinstance(x, Value) else x for x in (left, right))), (2.5,), (1.0,))  # noqa: B023
        assert bits(dual[0]) == bits(data)


@pytest.mark.parametrize("function", OPERATORS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("other", ["a", None, [1.0], 1j, object()], ids=lambda x: type(x).__name__)
def test_what_is_no_number_does_not_mix(function, other):
    for operands in ((Value(2.0), other), (other, Value(2.0))):
        if function is operator.mod and isinstance(operands[0], str):
            continue  # string formatting, which takes any operand
        with pytest.raises(TypeError):
            function(*operands)


FRACTIONS = [
    (lambda x: 3 * x, Fraction(3)),
    (lambda x: x * x / 7 + 1, Fraction(2, 21)),
    (lambda x: 1 / x, Fraction(-9)),
    (lambda x: x**3, Fraction(1, 3)),
    (lambda x: x**-1, Fraction(-9)),
    (lambda x: 2 - x, Fraction(-1)),
    (lambda x: (5 * x) % 1, Fraction(5)),
    (lambda x: abs(-x), Fraction(1)),
    (lambda x: autograd.dot([x, x], [1, x], 2), Fraction(5, 3)),
]


@pytest.mark.parametrize("f, wanted", FRACTIONS)
def test_fractions_stay_exact(f, wanted):
    x = Value(Fraction(1, 3))
    y = f(x)
    y.backward()
    assert (type(y.data), y.data) == (Fraction, f(Fraction(1, 3)))
    assert (type(x.grad), x.grad) == (Fraction, wanted)


def test_high_precision_stays_high():
    with mpmath.workdps(50):
        x = Value(mpmath.mpf(1))
        y = autograd.exp(x) / 3
        y.backward()
        assert abs(x.grad - mpmath.e / 3) < mpmath.mpf(10) ** -49


LOSES_A_GRADIENT = [math.sin, math.exp, math.sqrt, float, complex, lambda v: math.pow(v, 2), lambda v: math.atan2(1, v)]


@pytest.mark.parametrize("f", LOSES_A_GRADIENT)
def test_a_gradient_is_never_dropped_in_silence(f):
    with pytest.raises(TypeError, match=r"autograd\.\w+\(v\).*v\.data"):
        f(Value(1.0))
    with pytest.raises(TypeError, match=r"autograd\.\w+\(v\)"):
        jvp(f, (1.0,), (1.0,))


def test_a_value_is_no_int():
    for use in (int, lambda v: [1, 2, 3][v], lambda v: range(v)):
        with pytest.raises(TypeError):
            use(Value(1.0))


COMPARISONS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]
NUMBERS = st.floats() | st.integers() | st.sampled_from([0.0, -0.0, 1.0, math.nan, math.inf, True])


@given(NUMBERS, NUMBERS)
def test_comparisons_and_truth_are_those_of_the_data(x, y):
    x = float(x) if abs(x) < 2**1023 else 1.0
    v, w = Value(x), Value(float(y) if abs(y) < 2**1023 else 1.0)
    for compare in COMPARISONS:
        for other in (w, w.data, y, np.float64(w.data)):
            plain = other.data if isinstance(other, Value) else other
            assert bool(compare(v, other)) is bool(compare(x, plain))
            assert bool(compare(other, v)) is bool(compare(plain, x))
    assert bool(v) is bool(x)
    assert jvp(lambda u: 1.0 if u else 0.0, (x,), (1.0,)) == (float(bool(x)), 0.0)


def test_comparison_with_what_is_no_number():
    assert (Value(1.0) == "a") is False
    assert (Value(1.0) != None) is True  # noqa: E711
    with pytest.raises(TypeError):
        Value(1.0) < "a"  # noqa: B015


def test_hash_is_identity():
    v, w = Value(1.0), Value(1.0)
    assert v == w
    assert len({v, w, v}) == 2
    assert {v: "v", w: "w"}[v] == "v"


ROUNDINGS = [round, math.floor, math.ceil, math.trunc, operator.pos, operator.neg, abs]


@pytest.mark.parametrize("x", [-2.5, -1.5, -0.5, -0.2, 0.0, 0.5, 1.5, 2.5, 1e300])
@pytest.mark.parametrize("function", ROUNDINGS, ids=lambda f: f.__name__)
def test_roundings_and_signs(function, x):
    v = Value(x)
    found = function(v)
    assert found.data == function(x)
    slope = {"pos": 1.0, "neg": -1.0, "abs": math.copysign(1.0, x) if x else 0.0}.get(function.__name__, 0.0)
    assert gradients(found, v) == slope


@pytest.mark.parametrize("x, y", [(7.5, 2.0), (-7.5, 2.0), (7.5, -2.0)])
def test_divmod(x, y):
    for found in (divmod(Value(x), y), divmod(x, Value(y)), divmod(Value(x), Value(y))):
        assert tuple(v.data for v in found) == divmod(x, y)


def test_rounding_to_digits_gives_a_plain_number():
    assert round(Value(1.256), 2) == 1.26


@pytest.mark.parametrize("x", [2.0, -0.0, 2.5, math.inf, math.nan])
def test_whether_a_number_is_whole_is_what_a_float_says(x):
    assert Value(x).is_integer() is x.is_integer()


@pytest.mark.parametrize("spec", ["", ".3f", "8.2e", "+", "g", "%", "08.3f"])
def test_a_format_is_that_of_the_data(spec):
    assert format(Value(1.25), spec) == format(1.25, spec)


def test_repr_shows_data_grad_and_label():
    x = Value(1.5, label="x")
    (x * 2).backward()
    assert repr(x) == "Value(data=1.5, grad=2.0, label='x')"


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6))
def test_python_functions_on_values(xs):
    values = [Value(x) for x in xs]
    assert bits(sum(values).data if xs else 0.0) == bits(sum_in_order(xs))
    assert max(values) is values[xs.index(max(xs))]
    assert [v.data for v in sorted(values)] == sorted(xs)
    assert math.prod(values).data == math.prod(xs)


def sum_in_order(xs):
    """What `sum` returned before Python 3.12, which compensates rounding for floats only."""
    total = 0.0
    for x in xs:
        total += x
    return total

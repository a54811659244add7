"""The methods with their rules in line: they are up to date, and do what the rules do, to the bit."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from autograd import Value, no_grad
from autograd.engine import inline
from autograd.engine.inline import numpy_values, values
from autograd.engine.inline.generating import MODULES, ROOM, InlineModule, written
from autograd.engine.inline.replaced import BINARY, SLOW, UNARY, VECTORS
from autograd.engine.value import NumPyValue
from autograd.symbols import Symbol
from autograd.symbols.expressions import Expression

NUMBERS = st.one_of(
    st.floats(), st.integers(-3, 3).map(float), st.sampled_from([1e-320, 1e154, -1e200, 710.0, 0.5, -0.0])
)
OPERANDS = st.one_of(NUMBERS, NUMBERS.map(numpy.float64), st.fractions())
PLAIN = st.one_of(OPERANDS, st.integers(-4, 4), st.just(10**400), st.booleans())


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.file)
def test_they_are_up_to_date(module: InlineModule) -> None:
    text = (ROOM / module.file).read_text(encoding="utf-8")
    assert text == written(module), "python -m autograd.engine.inline.generating"


def bits(x: Any) -> Any:
    return x.hex() if type(x) is float else x


def outcome(method: Callable[..., Any], *operands: Any) -> Any:
    """All that a result has, or the exception raised."""
    try:
        with numpy.errstate(all="ignore"):
            z = method(*operands)
    except (ArithmeticError, ValueError, TypeError) as error:
        return type(error), str(error)
    if not isinstance(z, Value):
        return z
    inputs = [(bits(v.data), v.is_constant) for v in z.inputs]
    return type(z), z.op, bits(z.data), inputs, [bits(p) for p in z.partials], z.grad, z.has_grad, z.label


def is_endless(name: str, x: Any, y: Any) -> bool:
    """Whether a power is exact, and so a number of countless digits; that of x and x is one too."""
    exact = [(base, n) for base, n in ((x, y), (y, x), (x, x)) if type(base) is Fraction and not isinstance(n, float)]
    return "pow" in name and any(abs(n) > 9 for _, n in exact)


@pytest.mark.parametrize("name", UNARY)
@given(x=OPERANDS)
def test_one_operand(name: str, x: Any) -> None:
    v = Value(x)
    assert outcome(getattr(type(v), name), v) == outcome(SLOW[name], v)


@pytest.mark.parametrize("name", BINARY)
@given(x=OPERANDS, y=OPERANDS)
@example(x=3.0, y=0.0)
@example(x=3.0, y=numpy.float64(0.0))
@example(x=numpy.float64(1e200), y=1e200)
@example(x=1e308, y=1e-308)
@example(x=math.inf, y=math.inf)
def test_two_values(name: str, x: Any, y: Any) -> None:
    assume(not is_endless(name, x, y))
    v, w = Value(x), Value(y)
    assert outcome(getattr(type(v), name), v, w) == outcome(SLOW[name], v, w)
    assert outcome(getattr(type(v), name), v, v) == outcome(SLOW[name], v, v)


@pytest.mark.parametrize("name", BINARY)
@given(x=OPERANDS, y=PLAIN)
@example(x=-2.0, y=2)
@example(x=-2.0, y=2.5)
@example(x=0.0, y=0)
@example(x=0.0, y=1)
@example(x=0.0, y=-1)
@example(x=4.0, y=0.5)
@example(x=0.0, y=0.5)
@example(x=Fraction(1, 3), y=2)
def test_a_value_and_a_plain_number(name: str, x: Any, y: Any) -> None:
    assume(not is_endless(name, x, y))
    v = Value(x)
    assert outcome(getattr(type(v), name), v, y) == outcome(SLOW[name], v, y)


@pytest.mark.parametrize("kind", [Value, NumPyValue])
@pytest.mark.parametrize("name", BINARY)
def test_two_traced_numbers_make_one_symbol(name: str, kind: type[Value], monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = kind(Symbol("x")), Value(Symbol("y"))
    made, start = [], Expression.__init__
    monkeypatch.setattr(Expression, "__init__", lambda *args, **named: (made.append(1), start(*args, **named))[1])
    z = getattr(kind, name)(x, y)
    assert len(made) == 1
    slow = SLOW[name](x, y)
    assert (type(z), z.op, str(z.data)) == (type(slow), slow.op, str(slow.data))
    assert list(map(id, z.inputs)) == list(map(id, slow.inputs))
    assert list(map(str, z.partials)) == list(map(str, slow.partials))
    with no_grad():
        assert getattr(kind, name)(x, y).inputs == ()


def test_a_plain_operand_is_one_constant_from_the_first_look_on() -> None:
    x = Value(3.0)
    y = 2.0 / x
    x.data = 5.0
    assert y.inputs[0] is y.inputs[0] and y.inputs[0].is_constant and y.inputs[1] is x
    assert y.partials == (1 / 3.0, -2.0 / 9.0)
    y.backward()
    assert x.grad == -2.0 / 9.0 and not y.inputs[0].has_grad


@st.composite
def sequences(draw: st.DrawFn) -> list[Any]:
    """Two lists of Values, here and there with plain numbers, mostly of one length and of floats."""
    of, n = draw(st.sampled_from([NUMBERS, NUMBERS, OPERANDS])), draw(st.integers(1, 5))
    lengths = (n, n - draw(st.sampled_from([0, 0, 0, 1])))
    numbers = [draw(st.lists(of, min_size=length, max_size=length)) for length in lengths]
    are_plain = draw(st.sampled_from([st.just(False), st.booleans()]))
    return [[x if draw(are_plain) else Value(x) for x in xs] for xs in numbers]


@pytest.mark.parametrize("name", VECTORS)
@given(xs=sequences(), b=OPERANDS.map(Value))
def test_sequences(name: str, xs: list[Any], b: Value) -> None:
    lists = [*xs, b] if name == "dot" else xs[:1]
    tuples = [tuple(x) if isinstance(x, list) else x for x in lists]
    for operands in (lists, tuples):
        assert outcome(inline.METHODS[Value][name], *operands) == outcome(SLOW[name], *operands)


def test_floats_are_recorded_in_line_again_after_the_last_block() -> None:
    x = Value(3.0)
    with no_grad():
        assert (values.recorded, numpy_values.recorded) == (None, None)
    assert (x * x).inputs == (x, x)
    assert (values.recorded, numpy_values.recorded) == (float, float)


@pytest.mark.parametrize("name", SLOW)
def test_nothing_is_recorded_where_recording_is_off(name: str) -> None:
    x, xs = Value(0.75), [Value(0.25), Value(0.5), Value(2.0)]
    operands = {"dot": (xs, xs, x), "sum": (xs,), "mean": (xs,)} | dict.fromkeys(UNARY, (x,))
    with no_grad():
        assert inline.METHODS[Value][name](*operands.get(name, (x, 2.0))).inputs == ()

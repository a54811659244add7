"""Programs: traced, simplified only where that is exact, printed as a person would write them, and read back."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import example, given

import autograd
from autograd import Value, relu, sin, tanh, value_and_grad, where
from autograd.compiler.backward import differentiated
from autograd.compiler.program import Program
from autograd.compiler.source import parsed
from autograd.compiler.tracing import trace
from autograd.testing.programs import Program as Generated
from autograd.testing.programs import programs


def traced(program: Generated) -> Program:
    return trace(program, program.inputs)


@given(programs())
def test_a_program_gives_the_same_bits_as_its_function(program: Generated) -> None:
    found = traced(program)(*program.inputs)
    assert found == program(*program.inputs)
    value, gradient = value_and_grad(program, tuple(range(len(program.inputs))))(*program.inputs)
    both = differentiated(traced(program), range(len(program.inputs)))
    again, slopes = both(*program.inputs)
    assert again == value
    slopes = slopes if isinstance(slopes, tuple) else (slopes,)
    np.testing.assert_allclose(slopes, gradient, rtol=1e-9, atol=1e-9)


@example(Generated((0.0, 0.0), (("clip", (1, 1, 0)), ("subtract", (0, 2)))))  # dead code came first to a constant
@given(programs())
def test_source_is_read_back_as_the_same_program(program: Generated) -> None:
    for made in (traced(program), differentiated(traced(program), [0]), differentiated(traced(program), [0], False)):
        assert parsed(made.source()) == made


@given(programs())
def test_source_is_python_that_runs(program: Generated) -> None:
    both = differentiated(traced(program), range(len(program.inputs)))
    scope = {name: getattr(autograd.primitives, name) for name in dir(autograd.primitives)}
    scope |= {name: row.function for name, row in autograd.primitives.TABLE.items()} | {
        "inf": math.inf,
        "nan": math.nan,
    }
    exec(both.source(), scope)
    assert scope[both.name](*program.inputs) == both(*program.inputs)


def test_it_reads_like_what_a_person_would_write() -> None:
    def loss(w, b, x, y):
        a = tanh(w[0] * x[0] + w[1] * x[1] + b)
        return (a - y) ** 2

    program = differentiated(trace(loss, ([1.0, 2.0], 0.5, [3.0, 4.0], 1.0)), [0, 1], guarded=False)
    assert (
        program.source()
        == """\
def loss(w, b, x, y):
    w_0, w_1 = w
    x_0, x_1 = x
    # forward pass
    v1 = w_0 * x_0
    v2 = w_1 * x_1
    v3 = v1 + v2
    v4 = v3 + b
    v5 = tanh(v4)
    v6 = v5 - y
    v7 = v6 ** 2.0
    # backward pass: dv is ∂C/∂v, dz_dv is ∂z/∂v
    dv7_dv6 = 2 * v6
    dv5_dv4 = sech2(v4)
    dv4 = dv7_dv6 * dv5_dv4  # ∂C/∂v5 · ∂v5/∂v4
    dw_1 = dv4 * x_1  # ∂C/∂v2 · ∂v2/∂w_1
    dw_0 = dv4 * x_0  # ∂C/∂v1 · ∂v1/∂w_0
    return v7, ((dw_0, dw_1), dv4)
"""
    )


SIMPLER = {
    "x + 0 keeps the sign of -0": (lambda x: x + 0.0, 1),
    "x - 0": (lambda x: x - 0.0, 0),
    "x * 1": (lambda x: x * 1.0, 0),
    "x / 1": (lambda x: x / 1.0, 0),
    "-(-x)": (lambda x: autograd.negative(-x), 0),
    "x ** 1": (lambda x: x**1, 0),
    "constants": (lambda x: x * (Value(2.0) * 3.0), 1),
    "the same twice": (lambda x: sin(x) * sin(x), 2),
    "x * 0 is NaN at infinity": (lambda x: x * 0.0, 1),
    "x - x is NaN at infinity": (lambda x: x - x, 1),
    "x / x is NaN at 0": (lambda x: x / x, 1),
    "dead code": (lambda x: (x + 1, x * 2)[1], 1),
    "order of a product": (lambda x: (2.0 * x) + (x * 2.0), 2),
    "order of a sum of three": (lambda x: ((x + 1.0) + 2.0) - (x + (1.0 + 2.0)), 4),
}


@pytest.mark.parametrize("case", SIMPLER)
def test_simplified_only_where_that_is_exact(case: str) -> None:
    f, size = SIMPLER[case]
    program = trace(f, (1.0,))
    assert program.size == size, program
    for x in (0.0, -0.0, 1.0, -3.5, math.inf, -math.inf, math.nan, 1e300, 5e-324):
        wanted, got = (_or_error(g, x) for g in (f, program))
        np.testing.assert_equal(got, wanted)
        if isinstance(got, float):
            assert math.copysign(1.0, got) == math.copysign(1.0, wanted) or got != got


def _or_error(f, x):
    try:
        result = f(x)
    except (ArithmeticError, ValueError) as error:
        return type(error)
    return result.data if isinstance(result, Value) else result


def test_inputs_that_are_equal_in_value_stay_apart() -> None:
    program = trace(lambda x, y: sin(x) + sin(y), (1.0, 1.0))
    assert program.size == 3
    assert differentiated(program, [0, 1])(0.0, math.pi / 2)[1] == pytest.approx((1.0, 0.0))


def test_it_runs_on_every_kind_of_number() -> None:
    program = trace(lambda x, y: (x * y + 1) / 3 - y**2, (1.0, 1.0))
    assert program(Fraction(1, 2), Fraction(1, 3)) == Fraction(1, 2) * Fraction(1, 3) / 3 + Fraction(1, 3) - Fraction(
        1, 9
    )
    with mpmath.workdps(40):
        x, y = mpmath.mpf(1) / 7, mpmath.mpf(2) / 3
        assert program(x, y) == (x * y + 1) / 3 - y**2
    v = Value(2.0)
    program(v, 1.0).backward()
    assert v.grad == pytest.approx(1 / 3)
    np.testing.assert_allclose(program(np.array([1.0, 2.0]), np.array([0.0, 3.0])), [1 / 3, 7 / 3 - 9])


def test_it_is_drawn() -> None:
    program = trace(lambda w, x: relu(w * x + 1), (1.0, 1.0))
    assert "relu" in str(program.draw(2.0, 3.0))


def test_wrong_arguments_are_named() -> None:
    program = trace(lambda p, x: p["w"] * x[0] + x[1], ({"w": 1.0}, [1.0, 2.0]))
    assert program({"w": 2.0}, [3.0, 4.0]) == 10.0
    with pytest.raises(TypeError, match="got 1 arguments"):
        program(1.0)
    with pytest.raises(TypeError, match="p must be a dict with the keys 'w'"):
        program({"v": 1.0}, [1.0, 2.0])
    with pytest.raises(TypeError, match="x must be a sequence of 2"):
        program({"w": 1.0}, [1.0])


def test_what_is_no_program_is_refused() -> None:
    for source in ("x = 1\n", "def f(x):\n    for i in x: pass\n    return x\n", "def f(x):\n    return y\n",
                   "def f(x):\n    v = open(x)\n    return v\n"):  # fmt: skip
        with pytest.raises(SyntaxError):
            parsed(source)


def test_a_masked_edge_meets_no_adjoint() -> None:
    program = differentiated(trace(lambda x: where(x > 0, autograd.sqrt(abs(x)), 2 * x), (1.0,)), [0])
    assert program(0.0) == (0.0, 2.0)
    assert program(4.0) == (2.0, 0.25)


def test_a_chain_of_a_hundred_thousand_operations() -> None:
    def chain(x):
        for _ in range(50_000):
            x = x * 0.5 + 1.0
        return x

    program = trace(chain, (1.0,))
    assert program.size == 100_000
    assert differentiated(program, [0])(3.0) == pytest.approx((2.0, 0.0))

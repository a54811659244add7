"""check_gradients: its verdicts, what it catches, what it accepts, what it says."""

import math
import traceback
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import autograd
from autograd import Value, exp, fmod, log, log1p, primitive, relu, sin, sqrt, tanh
from autograd.primitives import BUILT_IN, TABLE
from autograd.testing import GradientMismatch, Verdict, check_gradients
from autograd.testing.programs import SampleProgram, arity, programs
from benchmarks.mutants.faults import FAULTS
from tests.profiles import costly


def softplus(x: Any) -> Any:
    return log1p(exp(-abs(x))) + relu(x)


def frozen(x: Any) -> Any:
    """A square in which the graph sees only one factor."""
    return x * getattr(x, "data", x)


VERDICTS: list[tuple[str, Callable[..., Any], tuple[float, ...], Verdict]] = [
    ("a tiny slope", lambda x: 1e-7 * x, (3.0,), Verdict.PASS),
    ("x² at 1e9", lambda x: x**2, (1e9,), Verdict.PASS),
    ("√|x| at 1e-6", lambda x: sqrt(abs(x)), (1e-6,), Verdict.PASS),
    ("relu at its corner", relu, (0.0,), Verdict.KINK),
    ("a tie", autograd.maximum, (2.0, 2.0), Verdict.KINK),
    ("corners that cancel", softplus, (0.0,), Verdict.INTERIOR_KINK),
    ("a step", autograd.floor, (1.0,), Verdict.DISCONTINUITY),
    ("a vertical tangent", sqrt, (0.0,), Verdict.PASS),
    ("the end of a domain", autograd.asin, (1.0,), Verdict.PASS),
    ("outside the domain", log, (-1.0,), Verdict.RAISES),
    ("where Python leaves the reals", lambda x: x**0.5, (-8.0,), Verdict.RAISES),
    ("an overflow", exp, (1000.0,), Verdict.RAISES),
    ("infinity", tanh, (math.inf,), Verdict.NOT_FINITE),
    ("nothing left but rounding", lambda x: exp(x) * exp(-x), (0.7,), Verdict.PASS),
    ("a term lost beside 1", lambda x: log(1 - exp(-x)) + exp(-2 * x), (330.0,), Verdict.PASS),
    ("an entropy far out", lambda x: exp(-x) * x - (1 - exp(-x)) * log(1 - exp(-x)), (400.0,), Verdict.PASS),
    ("many periods", lambda x: sin(1e8 * x), (1.3,), Verdict.PASS),
    ("a constant", lambda x: 3.0, (1.0,), Verdict.PASS),
    ("a real power of a negative base", autograd.power, (-1.0, 0.0), Verdict.NOT_FINITE),
    ("the deep tail of a sigmoid", autograd.sigmoid, (-700.0,), Verdict.PASS),
    ("cancelling terms", lambda x: (x + 1e8) - 1e8, (1.0,), Verdict.PASS),
    ("a replay that raises", lambda x: log(1 - autograd.sigmoid(x)), (25.0,), Verdict.PASS),
    ("rounding alone decides", lambda x: log(x + sqrt(x * x + 1)), (-1e6,), Verdict.INCONCLUSIVE),
    ("terms that differ by 1e-290", lambda x: exp(x) + exp(-x), (1e-290,), Verdict.PASS),
    ("a subnormal adjoint", SampleProgram((3.0,), (("power", (0, 0)), ("erf", (1,)))), (3.0,), Verdict.PASS),
    ("a ratio that hardly changes", lambda x: autograd.atan2(autograd.erfinv(x), x), (1e-6,), Verdict.PASS),
    ("a slope far below the steps", lambda x: (x - 2.1e-235) ** 2, (0.0,), Verdict.PASS),
    ("a subnormal value", lambda x: sqrt(exp(x)), (-740.0,), Verdict.INCONCLUSIVE),
]


@pytest.mark.parametrize(("f", "point", "verdict"), [row[1:] for row in VERDICTS], ids=[row[0] for row in VERDICTS])
def test_verdicts(f: Callable[..., Any], point: tuple[float, ...], verdict: Verdict) -> None:
    assert verdict in check_gradients(f, *point, inconclusive="ok").counts


MISMATCHES: list[tuple[str, Callable[..., Any], tuple[Any, ...], dict[str, Any], str]] = [
    ("a wrong sign of a tiny slope", lambda x: 1e-7 * x, (3.0,), {"grad": lambda x: -1e-7}, "gross"),
    ("one part in a million", math.sin, (1.0,), {"grad": lambda x: math.cos(x) * (1 + 1e-6)}, "plain"),
    ("a few bounds", math.exp, (1.0,), {"grad": lambda x: math.exp(x) * (1 + 3e-8)}, "marginal"),
    ("the sign, by few digits", lambda x: np.tanh(np.float32(x)), (1.0,), {"grad": lambda x: -0.41997434}, "gross"),
    ("an infinity times zero", lambda x: sqrt(x) ** 2, (0.0,), {}, "non-finite"),
    ("a wrong slope far below the steps", lambda x: (x - 1e-235) ** 2, (0.0,), {"grad": lambda x: 2e-235}, "gross"),
    ("what the graph does not see", lambda x: x * getattr(x, "data", x), (1.5,), {}, "gross"),
    ("another value on Values", lambda x: x + isinstance(x, Value), (1.5,), {}, "value"),
    ("another exception on Values", lambda x: x.data if isinstance(x, Value) else 1 / 0, (1.5,), {}, "failure"),
    ("a corner differentiated by hand", softplus, (0.0,), {"grad": lambda x: 0.25}, "gross"),
    ("a vertical tangent that is none", lambda x: sqrt(abs(x)), (0.0,), {"grad": lambda x: math.nan}, "non-finite"),
    ("a constant but for rounding", lambda x: np.exp(x) * np.exp(-x), (0.7,), {"grad": lambda x: 7.0}, "gross"),
    (
        "a NaN where f is filled in",
        lambda x: math.sin(x) / x if x else 1.0,
        (0.0,),
        {"grad": lambda x: math.nan},
        "non-finite",
    ),
    ("infinity beside a pole", math.sqrt, (1e-15,), {"grad": lambda x: math.inf}, "non-finite"),
    ("wrong at one point alone", math.sin, (1.0,), {"grad": lambda x: math.cos(x) if x != 1.0 else 0.0}, "gross"),
    (
        "wrong at a joint",
        lambda x: x if x > 0 else math.expm1(x),
        (0.0,),
        {"grad": lambda x: 1.0 if x > 0 else math.exp(x) if x < 0 else 0.0},
        "gross",
    ),
    ("a corner outside its hull", abs, (0.0,), {"grad": lambda x: 1.5}, "gross"),
    ("beside a tie of another input", lambda x, y: abs(y) + frozen(x), (3.0, 0.0), {"modes": ["reverse"]}, "gross"),
    ("beside a tie of its own", lambda x: softplus(x) + frozen(x + 1), (0.0,), {"modes": ["reverse"]}, "gross"),
    ("the wrong side", abs, (0.0,), {"domain": "[0, inf)", "grad": lambda x: -1.0}, "gross"),
    ("at an end", lambda x: x * x if x >= 1 else 7.0, (1.0,), {"domain": "[1, 5]", "grad": lambda x: 33.0}, "gross"),
]


@pytest.mark.parametrize(
    ("f", "point", "options", "kind"), [row[1:] for row in MISMATCHES], ids=[row[0] for row in MISMATCHES]
)
def test_mismatches(f: Callable[..., Any], point: Any, options: dict[str, Any], kind: str) -> None:
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(f, *point, **options)
    assert caught.value.kind == kind
    assert f"x = {point[0]!r}" in str(caught.value)


def test_each_kind_is_raised_from_a_line_of_its_own() -> None:
    lines = {}
    for _, f, point, options, kind in MISMATCHES:
        with pytest.raises(GradientMismatch) as caught:
            check_gradients(f, *point, **options)
        lines[kind] = traceback.extract_tb(caught.value.__traceback__)[-1].lineno
    assert len(set(lines.values())) == len(lines) == 6


SMOOTH: list[tuple[Callable[[float], float], Callable[[float], float]]] = [
    (math.sin, math.cos),
    (math.exp, math.exp),
    (lambda x: x**3 - 2 * x, lambda x: 3 * x**2 - 2),
    (math.atan, lambda x: 1 / (1 + x * x)),
    (lambda x: 1 / (2 + x * x), lambda x: -2 * x / (2 + x * x) ** 2),
]


@pytest.mark.parametrize("i", range(len(SMOOTH)))
@given(st.floats(0.1, 8.0), st.sampled_from([1e-6, -1e-6, 1e-3, -2.0]))
def test_a_planted_error_is_found_and_the_right_derivative_is_not(i: int, x: float, error: float) -> None:
    f, derivative = SMOOTH[i]
    check_gradients(f, x, grad=derivative)
    if abs(derivative(x)) > 1e-2:
        with pytest.raises(GradientMismatch):
            check_gradients(f, x, grad=lambda x: derivative(x) * (1 + error))


@costly(300, deep=10_000)
@example(SampleProgram((1e-05,), (("normal_icdf", (0,)), ("floor", (1,)), ("tanh", (2,)))))
@example(SampleProgram((1e6, 3.0), (("floor_divide", (0, 1)), ("lbeta", (1, 2)))))
@example(SampleProgram((100.0,), (("sign", (0,)), ("tanh", (0,)), ("subtract", (2, 1)), ("multiply", (0, 3)))))
@given(programs())
def test_no_false_alarm(program: SampleProgram) -> None:
    check_gradients(program, *program.inputs)


def test_a_remainder_of_numbers_of_very_different_size() -> None:
    assert check_gradients(fmod, 1e290, 1e-12).counts == {Verdict.PASS: 6}  # mpmath needs the 302 digits in between


# False alarms at second order: kinks that the first derivative does not show, tiny operands.
SECOND_ORDER: list[tuple[Callable[..., Any], tuple[float, ...], Verdict]] = [
    (SampleProgram((-10.0, 0.0), (("leaky_relu", (1, 0)), ("cosh", (2,)))), (-10.0, 0.0), Verdict.INTERIOR_KINK),
    (lambda x: exp(x) / (1 + exp(x)), (1e-290,), Verdict.PASS),
    (lambda x: (autograd.maximum(x, 1.0) + autograd.minimum(x, 1.0)) ** 2, (1.0,), Verdict.PASS),
]


@pytest.mark.parametrize(("f", "point", "verdict"), SECOND_ORDER)
def test_verdicts_at_second_order(f: Callable[..., Any], point: tuple[float, ...], verdict: Verdict) -> None:
    assert verdict in check_gradients(f, *point, order=2).counts


FLOATS_ONLY: list[tuple[str, Callable[[float], float], Callable[[float], float], float, float]] = [
    ("float32 tanh", lambda x: float(np.tanh(np.float32(x))), lambda x: 1 - math.tanh(x) ** 2, -3.0, 3.0),
    ("float32 log1p", lambda x: float(np.log1p(np.float32(x))), lambda x: 1 / (1 + x), 0.01, 10.0),
    ("float32 square", lambda x: float(np.float32(x) ** 2), lambda x: 2 * x, 0.1, 5.0),
    ("ten digits", lambda x: round(math.sin(x), 10), math.cos, -10.0, 10.0),
    ("twelve digits", lambda x: round(math.sin(x), 12), math.cos, -10.0, 10.0),
    ("fast", lambda x: x * x + math.sin(1e9 * x) / 1e9, lambda x: 2 * x + math.cos(1e9 * x), 0.5, 3.0),
    ("plateaus", lambda x: np.tanh(x - 10) + np.tanh(10.0), lambda x: 1 - np.tanh(x - 10) ** 2, -1.0, 1.0),
    ("subnormal", lambda x: 1e-320 * math.sin(x), lambda x: 1e-320 * math.cos(x), -3.0, 3.0),
]


@pytest.mark.parametrize("row", FLOATS_ONLY, ids=[row[0] for row in FLOATS_ONLY])
@costly(40, deep=1000)
@given(data=st.data())
def test_a_right_derivative_of_a_coarse_function_is_not_reported(row: Any, data: st.DataObject) -> None:
    _, f, derivative, low, high = row
    check_gradients(f, data.draw(st.floats(low, high)), grad=derivative, inconclusive="ok")


@pytest.mark.parametrize("c", [1e-10, 1e-14, 1e-20, 1e-30])
def test_a_slope_too_steep_for_the_steps_is_not_reported(c: float) -> None:
    check_gradients(
        lambda x: math.sqrt(x + c), 0.0, grad=lambda x: 0.5 / math.sqrt(c), domain=(0, 1), inconclusive="ok"
    )


# Former false alarms: only the rounding of a pass, in its own order, moves their derivatives, or the sign of a zero,
# which mpmath's numbers lack.
ROUNDED = [
    SampleProgram((-1.0, -0.0), (("atan2", (1, 0)), ("minimum", (0, 2)))),
    SampleProgram(
        (0.25, 0.0, 0.25),
        (("clip", (2, 1, 0)), ("silu", (3,)), ("clip", (0, 0, 2)), ("tanh", (5,)), ("add", (0, 4)), ("atan2", (7, 6))),
    ),
    SampleProgram((3.0,), (("expm1", (0,)), ("tanh", (1,)), ("negative", (0,)), ("add", (3, 2)), ("subtract", (4, 3)))),
    SampleProgram((3.0,), (("exp", (0,)), ("tanh", (1,)), ("sigmoid", (1,)), ("add", (3, 2)), ("subtract", (4, 3)))),
    SampleProgram((3.0,), (("exp", (0,)), ("tanh", (1,)), ("negative", (1,)), ("add", (3, 2)), ("subtract", (4, 3)))),
]


@pytest.mark.parametrize("program", ROUNDED)
def test_rounding_is_no_mismatch(program: SampleProgram) -> None:
    check_gradients(program, *program.inputs)


@given(programs(size=3))
def test_no_false_alarm_at_second_order(program: SampleProgram) -> None:
    check_gradients(program, *program.inputs, order=2)


def test_no_false_alarm_at_a_kink_of_second_order() -> None:
    """The first derivative of cosh is 0 there, and hides the kink inside."""
    program = SampleProgram((-10.0, 0.0), (("leaky_relu", (1, 0)), ("cosh", (2,))))
    assert check_gradients(program, *program.inputs, order=2).counts[Verdict.INTERIOR_KINK] == 3


# functions whose values hide their rounding, because terms cancel, and their correct derivatives
CANCELLING: list[tuple[Callable[[float], Any], Callable[[float], Any]]] = [
    (lambda w: np.tanh(w - 10) + np.tanh(10.0), lambda w: 1 - np.tanh(w - 10) ** 2),
    (lambda w: math.tanh(w - 10) + math.tanh(10.0), lambda w: 1 / math.cosh(w - 10) ** 2),
    (lambda x: (x + 1e8) - 1e8, lambda x: 1.0),
    (lambda x: math.exp(x * 1e-9) - 1.0, lambda x: 1e-9 * math.exp(x * 1e-9)),
    (lambda x: max(x, 1.0), lambda x: float(x > 1.0)),
    (lambda x: np.floor(x) - 1.0, lambda x: 0.0),
]


@pytest.mark.parametrize("i", range(len(CANCELLING)))
@costly(40, deep=1000)
@given(st.sampled_from([0.0, 1e-9, 1e-3, -1e-3, 6e-134]) | st.floats(-5.0, 5.0).filter(lambda x: x % 1.0 != 0.0))
def test_no_false_alarm_where_terms_cancel(i: int, x: float) -> None:
    f, derivative = CANCELLING[i]
    check_gradients(f, x, grad=derivative, inconclusive="ok")


def test_functions_of_numpy_run_in_fifty_digits() -> None:
    with pytest.raises(GradientMismatch, match="oracle    a difference quotient in fifty digits"):
        check_gradients(lambda x: np.log(np.sum(np.exp(x))), np.zeros(2), grad=lambda x: [0.5, -0.5])


# --- arguments ----------------------------------------------------------------------------------


def test_structured_arguments_and_their_names() -> None:
    W = np.array([[1.0, 2.0], [0.3, 0.4]])

    def cost(W: Any, p: dict[str, Any]) -> Any:
        return np.sum(np.tanh(W @ np.array([1.0, 2.0]) + p["b"]))

    report = check_gradients(cost, W, {"b": 0.5})
    assert {check.what for check in report.checks} >= {"∂f/∂W[0][1]", "∂f/∂p['b']"}
    assert report.counts == {Verdict.PASS: 15}


def test_what_cannot_be_checked_says_how() -> None:
    with pytest.raises(ValueError, match=r"3 outputs × 3 inputs, got 3 numbers; .* vjp=lambda x, dy: dy \* df\(x\)"):
        check_gradients(np.exp, np.zeros(3), grad=np.exp)
    with pytest.raises(TypeError, match=r"as an integer: name what is a setting in static=, such as static="):
        check_gradients(lambda x, n: math.prod(x for _ in range(n)), 1.0, 3)
    with pytest.raises(TypeError, match="or pass grad= to check a derivative of your own"):
        check_gradients(math.exp, 1.0)


@pytest.mark.parametrize("x", [2.0, 3.0])
def test_a_value_from_outside_is_a_number_to_f(x: float) -> None:
    K = Value(3.0)
    assert set(check_gradients(lambda x: x * K, x).counts) == {Verdict.PASS}
    assert K.grad == 0.0


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((sin, 1.0), {"order": 3}, "order must be 1 or 2; got 3"),
        ((sin, 1.0), {"modes": ("sideways",)}, "modes must be some of reverse, forward"),
        ((sin, 1.0), {"modes": "reverse"}, "modes must be some of"),
        ((log, 1.0), {"domain": (2.0, 3.0)}, r"x = 1.0 is outside its domain \[2.0, 3.0\]"),
        ((sin, 1.0), {"grad": lambda x: (1.0, 2.0)}, r"∂f/∂x has shape \(2,\), x has shape \(\)"),
        ((autograd.multiply, 1.0, 2.0), {"domain": [None]}, "one for each of 2 parameters"),
    ],
)
def test_bad_arguments_are_named(arguments: tuple[Any, ...], options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_gradients(*arguments, **options)


def test_f_is_never_called_outside_its_domain() -> None:
    def f(x: Any) -> Any:
        assert 0.0 <= x <= 2.0
        return x * sqrt(x)

    for x in (0.5, 2.0, math.nextafter(2.0, 0.0)):
        assert check_gradients(f, x, domain=(0.0, 2.0), modes=("reverse",)).inconclusive == 0.0

    def square(x: Any) -> Any:
        assert x >= 0.0
        return x * x

    for x in (0.0, 1e-290, 3.0):
        assert check_gradients(square, x, domain="[0, inf)", order=2).counts == {Verdict.PASS: 6}


# --- who is to blame ----------------------------------------------------------------------------


@pytest.fixture
def square(table: Any) -> Callable[..., Any]:
    """A square whose local derivative is three times its operand."""

    @primitive
    def wrong_square(x: Any) -> Any:
        return x * x, (3 * x,)

    return wrong_square


def test_the_guilty_operation_is_named_and_its_program_runs(square: Callable[..., Any]) -> None:
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(lambda x, y: sin(x) * square(x + y), 1.0, 0.5)
    mismatch = caught.value
    assert mismatch.blame is not None
    assert (mismatch.blame.operation, mismatch.blame.kind) == ("wrong_square", "local derivative")
    assert mismatch.point == {"x": 1.0, "y": 0.5}
    for told in ("numeric", "±", "blame", "check_gradients(f, 1.0, 0.5)", "be 3.0 ± "):
        assert told in str(mismatch)
    space: dict[str, Any] = {"wrong_square": square}
    exec(mismatch.program, space)
    assert mismatch.check is not None
    assert space["x"].grad == mismatch.check.analytic


def test_a_slip_in_the_second_derivative_alone(table: Any) -> None:
    @primitive
    def cube(x: Any) -> Any:
        p = 3 * x * x
        return x * x * x, (2 * p.detach() - p if hasattr(p, "detach") else p,)

    check_gradients(lambda x: sin(cube(x)), 0.5)
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(lambda x: sin(cube(x)), 0.5, order=2)
    assert caught.value.blame is not None
    assert (caught.value.blame.operation, caught.value.blame.kind) == ("cube", "second derivative")


def test_an_overflow_is_blamed_on_the_operation_it_is_in() -> None:
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(lambda x: x * log(x), 1e-300, order=2)
    assert caught.value.blame is not None
    assert (caught.value.blame.operation, caught.value.blame.kind) == ("log", "overflow")


def test_second_derivatives_that_raise_are_a_failure_of_their_operation(table: Any) -> None:
    @primitive
    def logistic(x: Any) -> Any:
        s = autograd.sigmoid(x) if type(x) is float else 1 / (1 + autograd.exp(-x))
        return s, (s * (1 - s),)

    with pytest.raises(GradientMismatch, match="raise OverflowError") as caught:
        check_gradients(logistic, -800.0, order=2)
    assert caught.value.blame is not None
    assert (caught.value.kind, caught.value.blame.operation) == ("failure", "logistic")


@pytest.mark.parametrize("x", [2.2e-308, 1e-290])
def test_what_no_float_holds_is_said_so(table: Any, x: float) -> None:
    @primitive(domain="(0, 1)")
    def logit(x: Any) -> Any:
        return autograd.log(x / (1 - x)), (1 / (x * (1 - x)),)

    with pytest.raises(GradientMismatch, match="beyond the largest float"):
        check_gradients(logit, x, order=2)


def test_accumulation_is_blamed_where_each_operation_is_right() -> None:
    fault = next(fault for fault in FAULTS if fault.name == "= for += at leaves")
    with fault.apply(), pytest.raises(GradientMismatch) as caught:
        check_gradients(lambda x: x * (sin(x) * x), 0.5)
    assert caught.value.blame is not None
    assert caught.value.blame.kind == "accumulation"
    assert "they were not added up, or not in order" in str(caught.value)


def test_every_operation_is_written_as_source_that_runs() -> None:
    for name in sorted(BUILT_IN):
        program = SampleProgram((0.5, 0.25, 0.125), ((name, (0, 1, 2, 0, 1, 2, 0)[: arity(TABLE[name])]),))
        try:
            recorded = program.recorded()[-1]
        except (ValueError, ArithmeticError, TypeError):
            continue  # a helper of plain whole numbers, or a point outside the domain
        space: dict[str, Any] = {}
        exec(str(program).rsplit("\n", 2)[0], space)
        assert repr(space["v3"].data) == repr(recorded.data), name

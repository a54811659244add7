"""Numbers of NumPy's and of Python's: which handler takes the error of one, on floats, on Values and in traces.

Elements of an array are NumPy's, whose arithmetic gives inf and NaN; `float(x)` and `math` give Python's, which raise.
"""

import builtins
import linecache
import math
import operator
import statistics
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Value, jvp, lift, scan, value_and_grad
from autograd.primitives.operators import OF_ARRAYS
from autograd.transforms.dual import Dual
from tests.compiler.backends import both

TRIED = """
def f(x):
    try:
        y, taken = {}, 0.0
    except ZeroDivisionError:
        y, taken = 7.0, 1.0
    except OverflowError:
        y, taken = 8.0, 2.0
    except ValueError:
        y, taken = 9.0, 3.0
    return y, taken
"""

OF_ONE = """
1/{x} | {x}**-1 | {x}**-1.0 | 2.0**{x} | 1/({x} + 1.0 - 1.0) | 1/-{x} | 1/+{x} | 1/abs({x})
1/({x}*0.0) | 1/(0.0*{x}) | 1/({x} - {x}) | {x}*1e308*10 | float(1/{x}) | 1/float({x}) | float({x})**-1
1/float({x} + 0.0) | 1/-float({x}) | 1/abs(float({x})) | 1/pow({x}, 2) | pow({x}, -1)
math.sqrt({x}) | math.log({x}) | math.exp({x}) | math.exp(1000*{x}) | 1/math.sqrt({x}) | 1/math.exp({x})
math.pow({x}, -1) | math.pow({x}, 0.5) | math.exp({x})**1000 | 1/math.fabs({x}) | 1/math.modf({x})[0]
1/(math.sin({x})*0) | 1/math.degrees({x}) | math.fmod({x}, 2.0) | 1/math.copysign({x}, 1.0) | math.gamma({x})
math.floor({x}) | 1/math.ceil({x}) | 1/math.trunc({x}) | int({x}) | 1/int(2.5*{x} + 1) | round({x}) | 1/round({x})
1/np.sqrt({x}) | 1/np.float64({x}) | 1/np.float64(math.sin({x})) | 1/(np.sin({x})*0) | np.exp(1000*{x})
1/np.maximum({x}, 0.0) | (lambda v: 1/v)({x}) | [1/v for v in [{x}]][0] | 1/float(np.float64({x}))
operator.truediv(1, {x}) | operator.truediv(1, float({x})) | operator.pow({x}, -1)
"""

OF_TWO = """
{x}/{y} | {x}//{y} | {x} % {y} | divmod({x}, {y})[0] | {x}**{y} | float({x})/{y} | {y}/float({x})
float({x})//float({y}) | float({x}) % float({y}) | float({x})**{y} | 1/(float({x})*{y}) | 1/(float({x})*float({y}))
math.exp({x})/{y} | math.sqrt({x})*0/{y} | {x}/math.sqrt({y}) | 1/max({x}, {y}) | 1/max(float({x}), float({y}))
math.fmod({x}, {y}) | 1/math.hypot({x}, {y}) | 1/math.dist([{x}], [{y}]) | 1/math.atan2({x}, {y})
1/({x} if {y} > 0 else {y}) | 1/({x} if {y} > 0 else 0.0) | 1/({x} if {y} > 0 else float({x}))
1/(float({x}) if {y} > 0 else {x}) | 1/float({x} + {y}) | {y}/(1.0*{x}) | 1/sum([float({x}), float({y})])
"""

ROWS_OF_ARRAYS = """
1/x.tolist()[0] | x.tolist()[0]/x[1] | x.tolist()[0]/x.tolist()[1] | 1/x[0].item() | 1/x.item(0) | 1/x[-1] | 1/sum(x)
sum(1/v for v in x) | [1/v for v in x][0] | 1/np.sum(x) | 1/x.sum() | 1/min(x) | 1/list(x)[0]
1/tuple(x)[1] | 1/x[0:1].sum() | 1/math.fsum(x) | 1/math.prod(x) | 1/np.dot(x, x) | 1/(x @ x)
1/x.copy()[0] | 1/np.abs(x)[0]
x[0]**0.5 | (-8.0)**x[0] | pow(x[0], 0.5) | 1/x.reshape(2, 1)[0][0] | 1/x.reshape(2, 1).tolist()[0][0]
1/np.array([x[0], x[1]])[0] | 1/np.exp(x)[1] | 1/(x*x)[0]
1/sum(x.tolist()) | 1/sum([float(v) for v in x]) | 1/np.mean(x) | 1/statistics.mean(x) | 1/x[0].real
"""


def written(expression: str) -> Callable[[Any], Any]:
    """f, whose source can be read."""
    source = TRIED.format(expression)
    linecache.cache[expression] = (len(source), None, source.splitlines(True), expression)
    names = {"math": math, "np": np, "operator": operator, "statistics": statistics}
    exec(builtins.compile(source, expression, "exec"), names)
    return names["f"]


def rows_of(table: str, **names: str) -> list[str]:
    return [
        part.strip().format(**names) for line in table.strip().splitlines() for part in line.split("|") if part.strip()
    ]


def outcome(f: Callable[[Any], Any], x: Any) -> tuple[float, ...]:
    return tuple(float(v.data if isinstance(v, (Value, Dual)) else v) for v in f(x))


def eager(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """f on the Values of a gradient, with the handler that it takes."""

    def on_values(x: Any) -> Any:
        found = []
        value_and_grad(lambda x: found.extend(f(x)) or found[0] * 1.0)(x)
        return found

    return on_values


def forward(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def on_duals(x: Any) -> Any:
        found = []
        jvp(lambda x: found.extend(f(x)) or found[0] * 1.0, (x,), (x,))
        return found

    return on_duals


POINTS = [0.0, math.inf, math.nan, -1.0, -0.0, 1e308, 2.0, 1e-320]
ARRAYS = [np.array([a, b]) for a in POINTS for b in (2.0, 0.0, -1.0)]
ELEMENTS = {"x": "x[0]", "y": "x[1]"}
ROWS = [
    *[(row, POINTS) for row in rows_of(OF_ONE, x="x")],
    *[(row, [x.tolist() for x in ARRAYS]) for row in rows_of(OF_TWO, **ELEMENTS)],
    *[(row, ARRAYS) for row in rows_of(OF_ONE + OF_TWO, **ELEMENTS) + rows_of(ROWS_OF_ARRAYS)],
]
# np.float64 of Python's numbers is lifted, but not what other functions of NumPy's give of one eagerly.
ONLY_TRACED = {row for row in rows_of(OF_ONE, x="x") if "np." in row and "float64" not in row}
SHOWN = [f"{row}-{type(points[0]).__name__}" for row, points in ROWS]


def check(expression: str, points: list[Any], ways: list[Callable[[Any], Any]]) -> None:
    f = written(expression)
    ways = [way(lift(f)) for way in ways]
    for x in points:
        for way in ways:
            assert outcome(way, x) == pytest.approx(outcome(f, x), rel=1e-12, abs=0, nan_ok=True), x


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("expression", "points"), ROWS, ids=SHOWN)
@both
def test_the_same_handler_takes_the_error_in_a_trace(compile: Any, expression: str, points: list[Any]) -> None:
    check(expression, points, [compile])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("expression", "points"), ROWS, ids=SHOWN)
def test_the_same_handler_takes_the_error_on_values(expression: str, points: list[Any]) -> None:
    if type(points[0]) is not float or expression not in ONLY_TRACED:
        check(expression, points, [eager, forward])


# --- before the `try`, and in loops ---------------------------------------------------------------


def inverse(x: Any) -> Any:
    try:
        return 1 / x
    except ZeroDivisionError:
        return 7.0


def root_before(x: Any) -> Any:
    z = np.sqrt(x[0])
    return inverse(z)


def float_before(x: Any) -> Any:
    z = float(x[0])
    return inverse(z)


def of_either(x: Any) -> Any:
    z = np.sqrt(x[0]) if x[1] > 0 else float(x[0])
    return inverse(z)


def carried(x: Any) -> Any:
    s = 0.0
    for _ in range(100):
        s = 0.5 * s + x[0]
    return inverse(s)


def carried_of_math(x: Any) -> Any:
    s = 0.0
    for _ in range(100):
        s = 0.5 * s + math.sin(x[0])
    return inverse(s)


def carried_two_turns(x: Any) -> Any:
    s = t = x[0]
    for _ in range(100):
        t, s = s * 1.0, float(x[0])
    return inverse(t)


def over_elements(x: Any) -> Any:
    s = 0.0
    for v in x:
        s = 0.5 * s + v
    return inverse(s)


def in_steps(x: Any) -> Any:
    return scan(lambda s, v: (s + inverse(v), s), 0.0, x)[0]


def in_steps_that_carry(x: Any) -> Any:
    s, each = scan(lambda s, _: (0.0 * s + x[0], inverse(s)), 0.0, None, 100)
    return s + each[0] + each[1]


LOOPS = [
    root_before, float_before, of_either, carried, carried_of_math, carried_two_turns, over_elements, in_steps,
    in_steps_that_carry,
]  # fmt: skip


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("f", LOOPS, ids=lambda f: f.__name__)
@both
def test_what_is_made_before_or_in_a_loop_is_known(compile: Any, f: Callable[[Any], Any]) -> None:
    fast = compile(lift(f))
    for x in (np.zeros(100), np.ones(100)):
        assert fast(x) == f(x)


# --- the attributes of arrays ---------------------------------------------------------------------

NUMBERS = [
    (1.5, lambda x: x),
    (1.5, lambda x: 2.0 * x + 1.0),
    (np.array([1.5]), lambda x: x[0]),
    (np.array([1.5]), lambda x: 2.0 * x[0] + 1.0),
]


def after_many_steps(x: Any) -> Any:
    return scan(lambda s, _: (0.5 * s + x[0], None), 0.0, None, 100)[0]


# `astype` aside: every number has it in lifted code, where np.floor(x).astype(int) of a float's Value works as well.
@pytest.mark.parametrize("name", sorted({*OF_ARRAYS.split()} - {"astype"}))
@both
def test_a_traced_number_has_the_attributes_that_it_has_on_floats(compile: Any, name: str) -> None:
    for x, number in [*NUMBERS, (np.array([1.5]), after_many_steps)]:

        def f(x: Any, number: Callable[[Any], Any] = number) -> Any:
            y = number(x)
            return 2.0 * y if hasattr(y, name) and getattr(y, name, None) is not None else 3.0 * y

        wanted = f(x)
        assert (value_and_grad(f)(x)[0], value_and_grad(lift(f))(x)[0]) == (wanted, wanted)
        assert (compile(f)(x), compile(lift(f))(x)) == (wanted, wanted)


WHOLE: list[Callable[[Any], Any]] = [
    lambda x: np.floor(x).astype(int) * x,
    lambda x: np.rint(x).astype(float) * x,
    lambda x: (np.floor(x) + 1).astype(np.int64) * x,
    lambda x: np.array([1.0, 2.0, 3.0])[np.floor(x).astype(int)] * x,
]


@pytest.mark.parametrize("f", WHOLE)
@pytest.mark.parametrize("of", [lambda x: x, lambda x: x[0]], ids=["number", "element"])
@both
def test_a_number_that_is_made_whole_has_no_derivative(compile: Any, f: Any, of: Callable[[Any], Any]) -> None:
    def g(x: Any) -> Any:
        return f(of(x))

    for point in (2.5, 0.25, 1.75):
        x = np.array([point]) if of(np.zeros(1)).ndim == 0 else point
        wanted, slope = g(x), f(np.float64(point)) / point
        for value, gradient in (value_and_grad(lift(g))(x), compile(lift(g)).value_and_grad(x)):
            assert (value, np.ravel(gradient)[0]) == (wanted, pytest.approx(slope))


def test_whole_numbers_of_a_lifted_array() -> None:
    f = lift(lambda x: np.sum(np.floor(x).astype(int) * x))
    value, gradient = value_and_grad(f)(np.array([2.5, -0.5]))
    assert (value, gradient.tolist()) == (5.5, [2.0, -1.0])

"""Signed zeros, infinities and NaN go through every algebraic rewrite as they go through f on floats."""

import itertools
import math

import numpy as np
import pytest

import autograd
from autograd.compiler.rolling.zeros import BLIND, PASSING
from autograd.primitives import TABLE
from autograd.primitives.operators import core
from tests.compiler.backends import both

SPECIAL = [0.0, -0.0, 1.0, -1.0, 2.5, -0.5, 5e-324, -5e-324, math.inf, -math.inf, math.nan]
CONSTANTS = ["0.0", "-0.0", "1.0", "-1.0", "2.0", "0", "1", "-1", "inf", "-inf", "nan"]
FORMS = ["x + {}", "{} + x", "x - {}", "{} - x", "x * {}", "{} * x", "x / {}", "{} / x", "-(x + {})", "-x + {}"]
FORMS += ["{} - (-x)", "(x + {}) * 1.0", "1 / (x + {})", "sum([x, {}])", "maximum(x, {})", "minimum({}, x)"]
ALONE = """
x; -x; -(-x); +x; x - x; x + x; x * x; x / x; x + (-x); -x - x; x - (-x); -(x - x); (-x) * (-x); (-x) / (-x); -x * -1.0
(x + 0.0) + 0.0; (x - 0.0) + 0.0; x * 0.0 + 0.0; -(x * 0.0) + 0.0; x * 1 + 0; sum([x]); sum([x, x]); sum([x, -x])
0.0 + sum([x * 1.0]); x + (y + 0.0); (x + y) + 0.0; x * y + 0.0; x * y + y * x; sum([x * y, y * x]); abs(x) + 0.0
exp(x) * 0.0 + 0.0; where(x > 0, x, x); where(x > 0, 0.0, -0.0); where(x >= 0, x, 0.0); x ** 0; x ** 1; x ** 2; x ** 3
x % 1.0; x % -1.0; x // 1.0; dot([x, y], [0.0, -0.0]); dot([x], [1.0]); dot([x, x, y], [y, y, y]); mean([x]); norm([x])
relu(x); sqrt(x); sign(x); copysign(1.0, x + 0.0); copysign(1.0, x * y + 0.0); atan2(x + 0.0, -1.0); atan2(0.0, x + 0.0)
sum([x * 2.0, y * 3.0, x * y]); copysign(1.0, sum([a * b for a, b in zip([x, y, x], [y, x, x])])); tanh(x + 0.0)
1 / tanh(sum([x, y])); 1 / (sum([x, y]) * 2.0)
"""
FUNCTIONS = {name: getattr(autograd, name) for name in ("where", "maximum", "minimum", "dot", "mean", "norm", "relu")}
FUNCTIONS |= {name: getattr(autograd, name) for name in ("sqrt", "sign", "copysign", "atan2", "tanh", "exp")}
TEXTS = [form.replace("{}", f"({c})") for form in FORMS for c in CONSTANTS]
TEXTS += [text.strip() for text in ALONE.strip().replace("\n", ";").split(";")]
ALL = eval(f"lambda x, y: [{', '.join(TEXTS)}]", FUNCTIONS | {"inf": math.inf, "nan": math.nan})


def is_same(x: float, y: float) -> bool:
    """Whether two numbers are equal but for the last digit, and of one sign, even if they are 0."""
    if x != x or y != y:
        return x != x and y != y
    return math.isclose(x, y, rel_tol=1e-15) and math.copysign(1.0, x) == math.copysign(1.0, y)


@both
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_values_are_those_of_floats_to_the_sign_of_zero(compile) -> None:
    pairs = [(x, y) for x in SPECIAL for y in (-0.0, 0.0, -1.0)]
    xs, ys = np.array(pairs).T
    by_row = compile(ALL, rows=("x", "y"))(xs, ys)
    single = compile(ALL)
    for k, (x, y) in enumerate(pairs):
        wanted = ALL(np.float64(x), np.float64(y))
        for found in (by_row[k], single(x, y)):
            wrong = [(t, x, y, v, w) for t, v, w in zip(TEXTS, found, wanted) if not is_same(float(v), float(w))]
            assert not wrong


@both
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_derivatives_are_those_of_the_engine(compile) -> None:
    xs = np.array(SPECIAL)
    rows = compile(ALL, rows=("x",)).jacobian(xs, -1.0)
    eager = autograd.jacobian(ALL)
    for k, x in enumerate(xs):
        np.testing.assert_allclose(rows[k], eager(x, np.float64(-1.0)), rtol=1e-14, err_msg=str(x))


@pytest.mark.parametrize("op", sorted(BLIND | (PASSING & TABLE.keys())))
def test_what_operations_make_of_the_sign_of_zero(op) -> None:
    rule = TABLE[op].rule
    for others in ((), (2.0,), (-2.0,), (0.5, 3.0)):
        try:
            plus, minus = (rule(x, *others)[0] for x in (0.0, -0.0))
        except (TypeError, ValueError):
            continue
        assert plus == minus or plus != plus
        assert op not in BLIND or is_same(plus, minus)


def choosing(a, b, c):
    """What Python chooses among numbers, each of which may be NaN."""
    return [
        min(a, b, c), max(a, b, c), min([a, b, c]), max(a, b), min(a, 1.5), max(1.5, a), min(max(a, 0.5), 1.5),
        min([a, b, c], key=lambda v: -v), sum([a, b, c]),
        1.0 * any([a > 1, b > 1, c > 1]), 1.0 * all([a, b, c]), 1.0 * any([a, b]), 1.0 * (a in [b, c]),
        1.0 * (a in {1.0, 2.0}), 1.0 * (b not in [1.0, math.nan]),
        1.0 * (a < b < c), b if a else c, a or b, a and c, 1.0 * (not a),
    ]  # fmt: skip


@pytest.mark.parametrize("lift", [lambda f: f, autograd.lift], ids=["", "lift"])
def test_what_python_chooses_beside_nan(lift) -> None:
    rows = np.array(list(itertools.product([math.nan, 1.0, 2.0, 0.0], repeat=3)))
    found = autograd.compile(lift(choosing), rows=("a", "b", "c"), paths=0)(*rows.T)
    np.testing.assert_array_equal(found, [choosing(*map(float, row)) for row in rows])


def parts(x):
    """What `math` takes floats apart into."""
    mantissa, exponent = math.frexp(x)
    return [
        mantissa, 1.0 * exponent, math.ldexp(mantissa, exponent), *math.modf(x), math.remainder(x, 0.7), math.ulp(x),
        math.remainder(5.5, x), *divmod(x, 0.7), x % -0.7, math.fmod(x, 0.7), math.fmod(x, -1.5), math.copysign(x, -x),
    ]  # fmt: skip


def test_parts_of_floats_are_those_of_math() -> None:
    points = [-1.0, 0.35, -1.75, 1e308, -3e-310, math.nan]
    lifted = autograd.lift(parts)
    compiled = autograd.compile(lifted, rows=("x",), backend="numpy")(np.array(points))
    for found in (compiled, map(lifted, map(autograd.Value, points))):
        for x, row in zip(points, found):
            wrong = [(x, v, w) for v, w in zip(row, parts(x)) if not is_same(float(core(v)), w)]
            assert not wrong

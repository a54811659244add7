"""A user's operation with its own kernel: to any order, in every mode, compiled, drawn, checked."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest

import autograd
from autograd import Value, draw, explain, grad, hessian, hvp, jvp, primitive
from autograd.primitives import TABLE
from autograd.testing import GradientMismatch, check_gradients, check_primitive
from tests.compiler.backends import both

special = pytest.importorskip("scipy.special")


@pytest.fixture
def log_gamma(table: Any) -> Callable[..., Any]:
    """SciPy's log Γ, with derivatives to any order."""

    @primitive(kernel=lambda x, n: special.polygamma(n, x), precise=lambda x, n: x.context.psi(int(n), x), count="n")
    def psi(x: Any, n: Any) -> Any:
        return psi(x, n + 1), None

    @primitive(kernel=special.gammaln, precise="loggamma", domain="(0, inf]", text="log Γ({})")
    def log_gamma(x: Any) -> Any:
        return (psi(x, 0.0),)

    return log_gamma


POINTS = (0.3, 1.0, 2.5, 40.0)


@pytest.mark.parametrize("x", POINTS)
def test_derivatives_of_every_order(log_gamma: Any, x: float) -> None:
    f, wanted = log_gamma, float(special.gammaln(x))
    for n in range(4):
        assert f(x) == pytest.approx(wanted, rel=1e-14)
        f, wanted = grad(f), float(special.polygamma(n, x))
    second = float(special.polygamma(1, x))
    assert hessian(log_gamma)(x) == second == hvp(log_gamma, (x,), (1.0,))
    assert jvp(grad(log_gamma), (x,), (1.0,))[1] == second == grad(lambda y: jvp(log_gamma, (y,), (1.0,))[1])(x)


@both
def test_compiled(log_gamma: Any, compile: Any) -> None:
    xs = np.array(POINTS)
    fast = compile(lambda x: x * log_gamma(x), rows=("x",))
    values, slopes = fast.value_and_grad(xs)
    assert values.tolist() == [x * log_gamma(x) for x in POINTS]
    assert slopes == pytest.approx(special.gammaln(xs) + xs * special.digamma(xs), rel=1e-14)
    curved = compile(lambda x: log_gamma(x[0] * x[1]))
    assert np.array(curved.hessian([1.5, 2.0])) == pytest.approx(
        np.array(hessian(lambda x: log_gamma(x[0] * x[1]))([1.5, 2.0]))
    )
    assert math.isinf(fast(np.array([-1.0]))[0])  # compiled code raises nowhere


def test_written_and_drawn(log_gamma: Any) -> None:
    y = log_gamma(Value(3.0, "x") * 2)
    assert "log Γ(" in str(explain(y)) and "psi(" in str(explain(y))
    assert "log Γ(" in draw(y).source


def test_the_kit(log_gamma: Any) -> None:
    assert str(check_gradients(lambda x: log_gamma(x) * x, 2.5, order=2)) == "6 checks: 6 pass"
    check_primitive(log_gamma)


def test_the_kit_takes_plain_operands_as_they_are(table: Any) -> None:
    @primitive(kernel=lambda x, n: x**n, count="n", domain=("[0.5, 3]", "[1, 4]"))
    def whole_power(x: Any, n: Any) -> Any:
        return n * whole_power(x, n - 1), None

    @primitive(kernel=lambda x, n: x**n, count="n", domain=("[0.5, 3]", "[1, 4]"))
    def wrong_power(x: Any, n: Any) -> Any:
        return whole_power(x, n - 1), None

    check_primitive(whole_power)
    with pytest.raises(GradientMismatch, match="wrong_power"):
        check_primitive(wrong_power)


def test_the_kit_draws_whole_numbers_for_counts(table: Any, log_gamma: Any) -> None:
    psi = TABLE["psi"].function
    check_primitive(psi, domain={"x": "[0.5, 5]", "n": "[0, 3]"})
    with pytest.raises(ValueError, match="no whole number below 100 in the domain of a count"):
        check_primitive(psi, domain={"n": "(2, 3)"})


@pytest.mark.parametrize("n", [0.5, math.nan, math.inf])
def test_a_count_is_whole(log_gamma: Any, n: float) -> None:
    psi = TABLE["psi"].function
    for x in (2.0, Value(2.0)):
        with pytest.raises(ValueError, match=r"psi\(2.0, .*\): n counts, so it must be a whole number"):
            psi(x, n)
    with pytest.raises(TypeError, match="psi has no derivative in n"):
        grad(psi, 1)(2.0, 1.0)


def test_other_numbers(log_gamma: Any) -> None:
    with mpmath.workdps(40):
        exact = log_gamma(mpmath.mpf(3))
        assert exact == mpmath.loggamma(3)
        assert abs(grad(log_gamma)(mpmath.mpf(3)) - mpmath.psi(0, 3)) < 1e-38
    with pytest.raises(TypeError, match="log_gamma of a Fraction"):
        log_gamma(Fraction(1, 2))


def test_a_kernel_of_floats_alone(table: Any) -> None:
    @primitive(kernel=math.erfc)
    def mine(x: Any) -> Any:
        return (-2 / math.sqrt(math.pi) * autograd.exp(-x * x),)

    assert mine(0.5) == math.erfc(0.5)
    with pytest.raises(TypeError, match="precise="):
        mine(mpmath.mpf(1))
    assert str(check_gradients(mine, 0.5, order=2)) == "6 checks: 6 pass"


def test_a_formula_for_all_exact_numbers(table: Any) -> None:
    def square(x: Any) -> Any:
        return (2 * x,)

    made = primitive(kernel=lambda x: x * x, precise=lambda x: x * x, rational=True)(square)
    assert [f(Fraction(1, 3)) for f in (made, grad(made))] == [Fraction(1, 9), Fraction(2, 3)]
    with pytest.raises(TypeError, match=r"rational=True takes a formula in precise=, got 'cos'"):
        primitive(kernel=math.cos, precise="cos", rational=True)(square)


def test_the_value_is_at_hand(table: Any) -> None:
    @primitive(kernel=math.exp)
    def e(x: Any, *, z: Any) -> Any:
        return (z,)

    assert [f(2.0) for f in (e, grad(e), grad(grad(e)), grad(grad(grad(e))))] == [math.exp(2.0)] * 4


@both
def test_a_kernel_of_a_sequence(table: Any, compile: Any) -> None:
    @primitive(kernel=max, vectors="xs")
    def greatest(xs: Any, *, z: Any) -> Any:
        return tuple([autograd.where(x == z, 1.0, 0.0) for x in xs])

    def f(x: Any) -> Any:
        return greatest([x, 2 * x, 3.0]) * x

    assert [greatest([1.0, 3.0, 2.0]), grad(f)(1.0), grad(f)(2.0)] == [3.0, 3.0, 8.0]
    values, slopes = compile(f, rows=("x",)).value_and_grad(np.array([1.0, 2.0]))
    assert (values.tolist(), slopes.tolist()) == ([3.0, 8.0], [3.0, 8.0])


@pytest.mark.parametrize("options", [{"kernel": special.spence}, {"kernel": lambda x: 1.0, "arrays": special.spence}])
def test_many_rows_at_once(table: Any, options: Any) -> None:
    """A ufunc, or a function in `arrays=`, takes the rows together where NumPy runs them; machine code takes each."""
    made = primitive(**options)(lambda x: (autograd.log(x) / (1 - x),))
    xs = np.linspace(0.1, 0.9, 7)
    fast = autograd.compile(lambda x: x * made(x), rows=("x",), backend="numpy")
    assert fast(xs) == pytest.approx(xs * special.spence(xs), rel=1e-15)
    each = autograd.compile(lambda x: x * made(x), rows=("x",), backend="llvm")
    assert each(xs) == pytest.approx(xs * [made(x) for x in xs], rel=1e-15)


def doubled_in_place(x: Any) -> Any:
    x *= 2
    return x


def refusing(x: Any) -> Any:
    raise ValueError("no such number")


@pytest.mark.parametrize("options", [
    {"kernel": lambda x: 2 * x, "arrays": doubled_in_place}, {"kernel": lambda x: 2 * x, "arrays": refusing},
    {"kernel": np.frompyfunc(lambda x: 2 * x, 1, 1)},
], ids=["in place", "raises", "of objects"])  # fmt: skip
def test_a_function_of_arrays_that_does_not_do_leaves_it_to_the_kernel(table: Any, options: Any) -> None:
    made = primitive(**options)(lambda x: (2.0 + 0 * x,))
    fast = autograd.compile(lambda x: made(x) + x, rows=("x",), backend="numpy")
    assert fast(np.array([1.0, 2.0])).tolist() == [3.0, 6.0]


def test_one_row_that_a_kernel_refuses_is_nan(table: Any) -> None:
    made = primitive(kernel=np.frompyfunc(math.sqrt, 1, 1))(lambda x: (0.5 / made(x),))
    fast = autograd.compile(lambda x: made(x), rows=("x",), backend="numpy")
    assert fast(np.array([4.0, -1.0])).tolist() == [2.0, pytest.approx(math.nan, nan_ok=True)]


@pytest.mark.parametrize(("arrays", "got"), [(np.sum, r"one of shape \(\)"), (lambda x: None, "None")])
def test_a_function_of_arrays_gives_a_number_for_each(table: Any, arrays: Any, got: str) -> None:
    made = primitive(kernel=lambda x: x, arrays=arrays)(lambda x: (1.0 + 0 * x,))
    with pytest.raises(TypeError, match=f"arrays= must give one number for each of its operands, .*, got {got}"):
        autograd.compile(lambda x: made(x), rows=("x",), backend="numpy")(np.array([1.0, 2.0]))


@both
def test_shared_numbers_and_rows_go_together(table: Any, compile: Any) -> None:
    def gate(x: Any, y: Any) -> Any:
        found = np.array(y)
        found[x < 1] = 0.0  # arrays of one shape
        return found

    made = primitive(kernel=lambda x, y: y if x >= 1 else 0.0, arrays=gate)(lambda x, y: (0.0 * y, 1.0 + 0 * x))
    assert compile(lambda x, y: made(x, y), rows=("y",))(2.0, np.array([1.0, 3.0])).tolist() == [1.0, 3.0]


@both
@pytest.mark.parametrize("name", ["square", "σ", "f_2", "<lambda>"])  # an instruction's, Greek, like a key, none
def test_a_kernel_of_any_name(table: Any, compile: Any, name: str) -> None:
    def rule(x: Any) -> Any:
        return (2 * x,)

    rule.__name__ = name
    square = primitive(kernel=lambda x: x * x + 1.0)(rule)
    values, slopes = compile(square, rows=("x",)).value_and_grad(np.array([1.0, 3.0]))
    assert (values.tolist(), slopes.tolist()) == ([2.0, 10.0], [2.0, 6.0])


def test_an_operation_with_a_domain_is_a_local_derivative_without_raising(table: Any) -> None:
    @primitive(kernel=lambda x: abs(x) ** 1.5, domain="[-inf, inf]")
    def with_a_log(x: Any) -> Any:
        return (autograd.log(x),)

    assert math.isnan(grad(with_a_log)(-1.0)) and grad(with_a_log)(0.0) == -math.inf
    with pytest.raises(ValueError, match="log"):  # outside a rule it raises as usual
        autograd.log(-1.0)


def test_what_a_kernel_raises_names_the_operation(table: Any) -> None:
    @primitive(kernel=math.lgamma)
    def my_lgamma(x: Any) -> Any:
        return (x,)

    for x in (-1.0, Value(-1.0, "w")):
        with pytest.raises(ValueError, match=r"my_lgamma\((w=)?-1\.0\): "):
            my_lgamma(x)


@pytest.mark.parametrize(
    ("options", "rule", "message"),
    [
        ({"kernel": 3}, lambda x: (x,), "kernel= must be a function of floats"),
        ({"kernel": math.sin, "spellings": 3}, lambda x: (x,), "spellings= must be text, got 3"),
        ({"kernel": math.sin, "spellings": "numpy.sine"}, lambda x: (x,), "a ufunc of numpy or scipy.special with 1"),
        ({"kernel": math.sin, "spellings": "math.gcd"}, lambda x: (x,), "a ufunc of numpy or scipy.special with 1"),
        ({"kernel": math.sin, "spellings": "numpy.hypot"}, lambda x: (x,), "a ufunc of numpy or scipy.special with 1"),
        ({"kernel": max, "vectors": "x", "arrays": np.max}, lambda x: (1.0,), "of sequences takes no arrays="),
        ({"kernel": math.sin, "arrays": "numpy.sin"}, lambda x: (x,), "arrays= must be a function of arrays"),
        ({"kernel": math.sin}, lambda x: x, "must return (1 local derivatives,)"),
        ({"kernel": math.sin}, lambda x: (x, x), "must return (1 local derivatives,)"),
        ({}, lambda x, *, z: (x, (z,)), "the rule of a kernel may take its value as z"),
        ({"kernel": math.sin}, lambda x, *, y: (x,), "the rule of a kernel may take its value as z"),
    ],
)
def test_mistakes_are_named(table: Any, options: Any, rule: Any, message: str) -> None:
    with pytest.raises(TypeError) as caught:
        primitive(**options)(rule)(Value(1.0))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("f({})", "f(x, y - 1)"),
        ("{}·f({})", "x·f(y - 1)"),
        ("{1}·f({0})", "(y - 1)·f(x)"),
        ("f({}) + g({})", "f(x) + g(y - 1)"),
        ("|{}|^{}", "|x|^(y - 1)"),
        ("{0}² + {0}·{1}", "x² + x·(y - 1)"),
        ("", "written(x, y - 1)"),
    ],
)
def test_a_text_has_each_operand_in_its_place(table: Any, text: str, wanted: str) -> None:
    @primitive(kernel=lambda x, y: x + y, text=text)
    def written(x: Any, y: Any) -> Any:
        return 1.0, 1.0

    x, y = Value(2.0, "x"), Value(3.0, "y")
    d = y - 1
    d.label = "y - 1"
    assert f"= {wanted} " in str(explain(written(x, d)))


def test_a_text_has_no_more_places_than_operands(table: Any) -> None:
    with pytest.raises(ValueError, match="place for operand 3"):
        primitive(kernel=math.sin, text="{}{}{2}")(lambda x: (x,))


@pytest.mark.parametrize(
    "misuse",
    [
        lambda f: f(Value(2.0), 1.0),
        lambda f: f(Value(2.0), Value(1.0)),
        lambda f: grad(f)(2.0, 1.0),
        lambda f: grad(lambda a: sum(f(a, 1.0)))(np.array([2.0, 3.0])),
        lambda f: jvp(f, (2.0, 1.0), (1.0, 0.0)),
        lambda f: hessian(f)(2.0, 1.0),
        lambda f: autograd.compile(f).value_and_grad(2.0, 1.0),
    ],
)
def test_a_plain_operand_that_carries_a_derivative_is_refused(table: Any, misuse: Any) -> None:
    @primitive(kernel=special.jv, plain="order")
    def bessel_j(order: Any, x: Any) -> Any:
        return None, (bessel_j(order - 1, x) - bessel_j(order + 1, x)) / 2

    for f in (bessel_j, autograd.gammainc, autograd.gammaincc):
        with pytest.raises(TypeError, match="has no derivative in"):
            misuse(f)


@both
def test_a_plain_operand_may_be_detached(table: Any, compile: Any) -> None:
    def f(a: Any, x: Any) -> Any:
        return autograd.gammainc(autograd.detach(a), x) * a

    wanted = (autograd.gammainc(2.0, 1.0), 2.0 * math.exp(-1.0))
    assert grad(f, (0, 1))(2.0, 1.0) == pytest.approx(wanted)
    assert jvp(f, (2.0, 1.0), (1.0, 0.0))[1] == pytest.approx(wanted[0])
    assert compile(f).value_and_grad(2.0, 1.0, argnums=(0, 1))[1] == pytest.approx(wanted)

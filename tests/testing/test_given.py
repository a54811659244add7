"""A supplied derivative: accepted in the structure of the arguments, else refused by name, reported by entry."""

import math
import pickle
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from autograd import sin
from autograd.testing import GradientMismatch, Verdict, check_gradients, gradcheck
from autograd.testing.pictures import picture
from tests.profiles import costly


@pytest.mark.parametrize("form", [list, tuple, np.array])
def test_a_gradient_from_elsewhere_in_any_structure(form: Callable[..., Any]) -> None:
    report = check_gradients(lambda x: x[0] * x[1], [2.0, 3.0], grad=lambda x: form([x[1], x[0]]))
    assert report.counts == {Verdict.PASS: 2}


def softmax(z: Any) -> Any:
    return np.exp(z - np.max(z)) / np.sum(np.exp(z - np.max(z)))


def softmax_backward(dy: Any, z: Any) -> Any:
    a = softmax(z)
    return a * (dy - np.sum(dy * a))


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def normalised(x: Any) -> Any:
    return (x - np.mean(x)) / (np.mean((x - np.mean(x)) ** 2) + 1e-5) ** 0.5


def normalised_backward(dy: Any, x: Any) -> Any:
    y, s = normalised(x), (np.mean((x - np.mean(x)) ** 2) + 1e-5) ** 0.5
    return (dy - np.mean(dy) - y * np.mean(dy * y)) / s


# Written the usual way: where they saturate or cancel, floats keep nothing of the derivative.
BY_HAND: list[tuple[Callable[..., Any], Callable[..., Any], Any]] = [
    (np.tanh, lambda dy, z: dy * (1 - np.tanh(z) ** 2), "[-50, 50]"),
    (sigmoid, lambda dy, z: dy * sigmoid(z) * (1 - sigmoid(z)), "[-100, 100]"),
    (softmax, softmax_backward, "[-2, 2]"),
    (normalised, normalised_backward, "[-2, 2]"),
]


@pytest.mark.parametrize(("f", "backward", "domain"), BY_HAND)
def test_right_derivatives_by_hand_pass(f: Any, backward: Any, domain: str) -> None:
    dy = np.array([1.0, 2.0, 3.0])
    test = gradcheck(lambda z: np.sum(dy * f(z)), grad=lambda z: backward(dy, z), domain={"z": np.full(3, domain)})
    costly(25)(test)()


AT_ONE_POINT = [  # 1e-17 here, or 1e-16, and nothing beside it
    (softmax, softmax_backward, [1.0, -2.0, 1.0]),
    (softmax, softmax_backward, [1.0, -1.9999999999999998, 1.0]),
    (normalised, normalised_backward, [0.9999999999999999, -2.0, 0.9999999999999999]),
]


@pytest.mark.parametrize(("f", "backward", "z"), AT_ONE_POINT)
def test_a_slope_of_zero_whose_rounding_shows_at_one_point_alone(f: Any, backward: Any, z: list[float]) -> None:
    dy, domain = np.array([1.0, 2.0, 3.0]), [np.full(3, "[-2, 2]")]
    report = check_gradients(lambda z: np.sum(dy * f(z)), np.array(z), grad=lambda z: backward(dy, z), domain=domain)
    assert report.counts == {Verdict.PASS: 3}


def gelu(x: float) -> float:
    return x * 0.5 * (1 + math.erf(x / math.sqrt(2)))


def gelu_slope(x: float) -> float:
    return 0.5 * (1 + math.erf(x / math.sqrt(2))) + x * math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def sinc(x: float) -> float:
    return math.sin(x) / x if x else 1.0


def sinc_slope(x: float) -> float:
    return (x * math.cos(x) - math.sin(x)) / (x * x) if x else 0.0


def elu(x: float) -> float:
    return 40.0 + (x if x > 0 else math.expm1(x))


def price(s: float) -> float:
    return s * 0.5 * (1 + math.erf(math.log(s / 100) / 0.28))


def price_slope(s: float) -> float:
    d = math.log(s / 100) / 0.28
    return 0.5 * (1 + math.erf(d)) + math.exp(-d * d) / (math.sqrt(math.pi) * 0.28)


def huber(x: float) -> float:
    return math.sqrt(1 + x * x) - 1


def in_float32(x: float) -> float:
    return float(np.tanh(np.float32(x)))


# On floats only. Values of f, or of its derivative, are smooth between the jumps of internal rounding, or absorbed by
# another term; or f has a joint at 0.
FORMULAS: list[tuple[Callable[[float], float], Callable[[float], float], Any, list[float]]] = [
    (gelu, gelu_slope, "[-30, 30]", [-30.0, -10.0, -8.25, -5.0, -1.0, 2.0]),
    (sinc, sinc_slope, "[-30, 30]", [1e-3, 1.0, 20.0]),
    (elu, lambda x: 1.0 if x > 0 else math.exp(x), "[-20, 20]", [-1e-6, 0.0, 1e-6, 1e-9, 3.0]),
    (price, price_slope, "[1, 1000]", [1.0, 2.0, 10.0, 30.0, 100.0]),
    (huber, lambda x: x / math.sqrt(1 + x * x), None, [0.0, 1e-8, 1e-6, 1.0, 1e6]),
    (in_float32, lambda x: 1 - math.tanh(x) ** 2, "[-3, 3]", [-3.0, -1.0, 0.0, 0.5]),
]


@pytest.mark.parametrize("row", FORMULAS, ids=lambda row: row[0].__name__)
def test_right_formulas_pass_and_wrong_ones_do_not(row: Any) -> None:
    f, slope, domain, points = row
    gradcheck(f, grad=slope, domain=domain)()
    for x in points:
        assert check_gradients(f, x, grad=slope, domain=domain).counts.keys() <= {Verdict.PASS, Verdict.KINK}
    with pytest.raises(GradientMismatch):
        gradcheck(f, grad=lambda x: 1.2 * slope(x), domain=domain)()
    with pytest.raises(GradientMismatch, match="gross"):
        check_gradients(f, points[-1], grad=lambda x: -slope(x), domain=domain)


def test_a_staircase_may_be_one() -> None:
    report = check_gradients(lambda x: float(math.floor(x)), 12345.5, grad=lambda x: 0.0, inconclusive="ok")
    assert report.counts == {Verdict.INCONCLUSIVE: 1}


def gelu_of_jax(x: float) -> float:
    """Its tail by XLA's tanh: three of its values."""
    return float(x) * 3.885780586188048e-16 * (0.0 if x < -7.3 else 1.0 if x < -6.95 else 3.0)


# f on floats, its derivative, a point at which no digit of it is left
LOST: list[tuple[Callable[[float], float], Callable[[float], float], float]] = [
    (lambda x: (1 - math.cos(x)) / x**2, lambda x: -x / 12, 1e-9),
    (lambda x: math.sqrt(x * x + 1) - x, lambda x: x / math.sqrt(x * x + 1) - 1 or -0.5 / x**2, 2e7),
    (gelu_of_jax, lambda x: -3.411639705320098e-14, -7.125),
]


@pytest.mark.parametrize(("f", "slope", "x"), LOST)
def test_where_f_has_lost_its_digits_a_small_derivative_is_not_wrong(f: Any, slope: Any, x: float) -> None:
    assert check_gradients(f, x, grad=slope, inconclusive="ok").counts == {Verdict.INCONCLUSIVE: 1}
    with pytest.raises(GradientMismatch, match="gross"):
        check_gradients(f, x, grad=lambda x: slope(x) + 1e-4, inconclusive="ok")


@pytest.mark.parametrize("slope", [-2.0, 10.0, math.exp(0.7)])
def test_a_bound_that_allows_the_other_sign_verifies_nothing(slope: float) -> None:
    report = check_gradients(lambda y: 1e14 + math.exp(y), 0.7, grad=lambda y: slope, inconclusive="ok")
    assert report.counts == {Verdict.INCONCLUSIVE: 1}


def test_a_term_that_rounding_nearly_hides_is_known_to_fifty_digits() -> None:
    with pytest.raises(GradientMismatch, match="gross"):
        check_gradients(lambda x, y: x**3 + y, 1e5, 1.0, grad=lambda x, y: (3 * x * x, -1.0))


def test_a_derivative_with_which_neither_oracle_agrees_is_wrong() -> None:
    """To fifty digits, what f computes by mpmath's own numbers, of fifteen digits, is a staircase."""

    def f(x: Any, y: Any) -> Any:
        return x * y + float(mpmath.sin(x))

    with pytest.raises(GradientMismatch, match="gross"):
        check_gradients(f, 1.3, 2.0, grad=lambda x, y: (y + 1, x))
    check_gradients(f, 1.3, 2.0, grad=lambda x, y: (y + math.cos(x), x))


def test_a_wrong_tail_is_no_rounding() -> None:
    with pytest.raises(GradientMismatch, match="gross"):
        check_gradients(lambda x: np.exp(-x), 50.0, grad=lambda x: 0.0)


def test_a_layer_that_keeps_its_forward_pass() -> None:
    class Tanh:
        def forward(self, x: Any) -> Any:
            self.y = np.tanh(x)
            return self.y

        def backward(self, dy: Any, sign: float) -> Any:
            return sign * dy * (1 - self.y**2)

    layer, x, dy = Tanh(), np.array([0.1, 0.2, 0.3]), np.array([1.0, 2.0, 3.0])
    report = check_gradients(lambda x: np.sum(dy * layer.forward(x)), x, grad=lambda x: layer.backward(dy, 1.0))
    assert report.counts == {Verdict.PASS: 3}
    with pytest.raises(GradientMismatch, match="entries   3 of 3 entries of x are wrong"):
        check_gradients(lambda x: np.sum(dy * layer.forward(x)), x, grad=lambda x: layer.backward(dy, -1.0))


def test_a_message_outlives_the_function_it_asks() -> None:
    works = [True]
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(lambda x: x[0] * x[1] if works else None, [2.0, 3.0], grad=lambda x: [0.0, 0.0] if works else 1)
    works.clear()
    assert "numeric 3.0" in str(caught.value)


def test_what_f_raises_comes_out() -> None:
    with pytest.raises(ValueError, match="matmul"):
        check_gradients(lambda W, x: np.sum(W @ x), np.ones((2, 3)), np.ones(4), grad=lambda W, x: (W, x))


def two(w: Any, b: Any) -> Any:
    return np.sum(w) * np.sum(b)


W, b = np.ones((2, 3)), np.ones(2)
STRUCTURES: list[tuple[Callable[..., Any], tuple[Any, ...], Any, str]] = [
    (np.sum, (W,), lambda x: np.ones((3, 2)), r"∂f/∂a has shape \(3, 2\), a has shape \(2, 3\)"),
    (np.sum, (W,), lambda x: np.ones(6), r"∂f/∂a has shape \(6,\), a has shape \(2, 3\)"),
    (np.sum, (W,), lambda x: None, r"grad= returned None: is its return statement missing\?"),
    (
        two,
        (W, b),
        lambda w, b: (np.full(2, 6.0), np.full((2, 3), 2.0)),
        r"∂f/∂w has shape \(2,\), w has shape \(2, 3\)",
    ),
    (two, (W, b), lambda w, b: (np.full((2, 3), 2.0), 12.0), r"∂f/∂b has shape \(\), b has shape \(2,\)"),
    (two, (W, b), lambda w, b: (np.full((2, 3), 2.0), None), "grad= returned None for ∂f/∂b"),
    (
        two,
        (W, b),
        lambda w, b: np.full((2, 3), 2.0),
        r"a tuple of 2 parts \(∂f/∂w, ∂f/∂b\), got|∂f/∂w has shape \(3,\)",
    ),
    (two, (W, b), lambda w, b: 2.0, r"a tuple of 2 parts \(∂f/∂w, ∂f/∂b\), got 2.0"),
    (
        lambda p: p["a"],
        ({"a": 1.0},),
        lambda p: {"b": 1.0},
        "∂f/∂p must be a dict with the keys 'a', got a dict of 'b'",
    ),
    (sin, (1.0,), lambda x: 1j, "∂f/∂x must be a number, got 1j"),
]


@pytest.mark.parametrize(("f", "point", "derivative", "message"), STRUCTURES)
def test_a_gradient_in_another_structure_is_refused(f: Any, point: Any, derivative: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_gradients(f, *point, grad=derivative)


@pytest.mark.parametrize(
    ("f", "point", "derivative"),
    [
        (two, (W, b), lambda w, b: [np.full((2, 3), 2.0), [6.0, 6.0]]),
        (two, (W.tolist(), b.tolist()), lambda w, b: (np.full((2, 3), 2.0), np.full(2, 6.0))),
        (np.sum, (W,), lambda w: (np.ones((2, 3)),)),  # as torch.autograd.grad returns it
        (lambda p: p["a"] * p["b"], ({"a": 1.0, "b": 2.0},), lambda p: {"b": p["a"], "a": p["b"]}),
        (lambda x: x[0] * 2.0, ([3.0],), lambda x: [2.0]),
        (lambda x: x[0] * 2.0, ((3.0,),), lambda x: (2.0,)),
        (lambda x: float(np.sum(np.zeros(2) + x)), (1.0,), lambda x: np.float32(2.0)),
    ],
)
def test_a_gradient_in_the_structure_of_its_arguments(f: Any, point: Any, derivative: Any) -> None:
    assert set(check_gradients(f, *point, grad=derivative).counts) == {Verdict.PASS}


class Tensor:
    """A number as PyTorch and JAX return it: made only from a float, and convertible to one."""

    ndim = 0

    def __init__(self, x: Any) -> None:
        if not isinstance(x, float):
            raise RuntimeError(f"Could not infer dtype of {type(x).__name__}")
        self.x = x

    def tolist(self) -> float:
        return self.x


def test_a_number_of_another_framework() -> None:
    assert set(check_gradients(lambda x: Tensor(x * x), 1.5, grad=lambda x: Tensor(2 * x)).counts) == {Verdict.PASS}
    assert set(check_gradients(lambda x: Tensor(max(x, 0.0)), 0.0, grad=Tensor).counts) == {Verdict.KINK}
    with pytest.raises(GradientMismatch, match=r"by grad=: 4\.5; numeric 3\.0"):
        check_gradients(lambda x: Tensor(x * x), 1.5, grad=lambda x: Tensor(3 * x))


def test_what_a_failure_of_a_derivative_from_elsewhere_tells() -> None:
    def cost(w: Any, b: float) -> Any:
        return np.sum(3 * w * w) + b

    point = np.array([1.0, 0.1 + 0.2])
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(cost, point, 2.0, grad=lambda w, b: (5 * w, 1.0), domain={"w": (-5, 5)})
    message = str(caught.value)
    assert "  entries   2 of 2 entries of w are wrong; right: b" in message
    assert "again     check_gradients(cost, np.array([1.0, 0.30000000000000004]), 2.0, grad=grad, domain=" in message
    assert "the graph of this run, by this engine" in message
    assert caught.value.program.splitlines()[-1].startswith("# ∂f/∂w[0] by grad=: 5.0; numeric 6.0 ±")
    drawing = picture(caught.value)
    assert drawing is not None
    assert [box.name for box in drawing.picture.boxes if box.marks] == ["w[0]"]
    assert str(pickle.loads(pickle.dumps(caught.value))) == message

"""check_primitive: every operation of the table passes, and faults in an operation are found."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings

import autograd
from autograd import numbers, primitive
from autograd.primitives import Kink
from autograd.testing import GradientMismatch, check_primitive
from autograd.testing.pictures import picture
from tests.operations import OPERATIONS
from tests.profiles import DEEP


@pytest.fixture(autouse=True)
def examples(request: Any) -> Any:
    before = settings.get_current_profile_name()
    few = request.function in (test_every_operation_passes, test_a_smaller_domain) and not DEEP
    settings.register_profile("operations", settings(), max_examples=15 if few else 300)
    settings.load_profile("operations")
    yield
    settings.load_profile(before)


# Where float values determine a derivative. Elsewhere: all floats from 2**52 on are whole, the slope of x log x at 0
# grows like a logarithm, terms cancel to less than their rounding, or an end or the other side of a kink is near.
TELLING: dict[str, dict[str, str]] = {
    "sinc": {"x": "[-40, 40]"},
    "entropy": {"x": "[1e-300, inf]"},
    **{name: {"x": "[1e-6, 1e6]", "y": "[1e-6, 1e6]"} for name in ("beta", "lbeta")},
    "i0e": {"x": "[1e-6, inf]"},
    "erfinv": {"x": "[-0.99, 0.99]"},
    "erfcinv": {"x": "[0.01, 1.99]"},
    "normal_icdf": {"p": "[0.01, 0.99]"},
}


@pytest.mark.parametrize("name", [*OPERATIONS, "softmax_first", "log_softmax_first"])
def test_every_operation_passes(name: str) -> None:
    report = check_primitive(name, domain=TELLING.get(name))
    assert report.inconclusive <= 0.02


def lost_nan(x: Any) -> Any:
    return numbers.select(x > 0, x, 0.0), (numbers.select(x > 0, 1.0, None),)


def wrong_kink(x: Any) -> Any:
    return abs(x), (numbers.select(x >= 0, 1.0, -1.0),)


def wrong_curvature(x: Any) -> Any:
    return x * x, (2 * x.detach() if hasattr(x, "detach") else 2 * x,)


def wrong_slope(x: Any) -> Any:
    return x * x, (2 * x * (1 + 1e-6),)


def no_kink(x: Any) -> Any:
    return x * x, (2 * x,)


def root_of_one_less(x: Any) -> Any:
    a = autograd.sqrt(1 - x * x)
    return a, (-x / a,)


def hyperbolic(x: Any) -> Any:
    return (autograd.cosh(x),)


FAULTY: list[tuple[Callable[..., Any], dict[str, Any], str]] = [
    (lost_nan, {}, "the NaN has been lost"),
    (wrong_kink, {"kinks": (Kink("x = 0", lambda x: x == 0, (0.0,), (0.0,)),)}, "at its kink x = 0"),
    (wrong_curvature, {}, "second derivative"),
    (wrong_slope, {}, "local derivative"),
    (no_kink, {"kinks": (Kink("x = 0", lambda x: x == 0, (0.0,), (0.0,)),)}, "no_kink has no kink x = 0: 3 checks"),
    (hyperbolic, {"kernel": math.sinh, "precise": "cosh"}, r"is .* by its kernel, .* by precise="),
    (hyperbolic, {"kernel": math.sinh, "rational": lambda x: x * x}, r"is .* by its kernel, .* by rational="),
    (root_of_one_less, {"domain": "[-1, 1]"}, r"is ZeroDivisionError; its domain is \[-1, 1\]"),
]


@pytest.mark.parametrize(
    ("rule", "options", "message"), FAULTY, ids=[f"{row[0].__name__}-{row[2][-9:]}" for row in FAULTY]
)
def test_what_is_wrong_is_found(rule: Callable[..., Any], options: Any, message: str, table: Any) -> None:
    with pytest.raises(GradientMismatch, match=message):
        check_primitive(primitive(**options)(rule))


# a rule that is wrong where no derivative can be compared, its kinks, the mark on an edge, or on its result
DRAWN: list[tuple[Callable[..., Any], tuple[Kink, ...], list[str], list[str]]] = [
    (wrong_kink, FAULTY[1][1]["kinks"], ["is 1.0, should be 0.0 at x = 0"], []),
    (lost_nan, (), [], ["lost_nan(nan) is 0x0.0p+0: the NaN has been lost"]),
]


@pytest.mark.parametrize(("rule", "kinks", "edges", "results"), DRAWN, ids=[row[0].__name__ for row in DRAWN])
def test_what_is_wrong_is_drawn_and_written(rule: Any, kinks: Any, edges: Any, results: Any, table: Any) -> None:
    operation = primitive(kinks=kinks)(rule)
    with pytest.raises(GradientMismatch) as caught:
        check_primitive(operation)
    mismatch = caught.value
    drawing = picture(mismatch)
    assert drawing is not None
    assert [arrow.mark for arrow in drawing.picture.arrows if arrow.mark] == edges
    assert [mark for box in drawing.picture.boxes if box.kind == "operation" for mark in box.marks] == results
    space: dict[str, Any] = {rule.__name__: operation}
    exec(mismatch.program, space)
    assert repr(space["x"].data) == repr(mismatch.point["x"])
    assert f"    v1 = {rule.__name__}(x)\n" in str(mismatch)


def test_a_kernel_and_its_exact_twin_pass(table: Any) -> None:
    check_primitive(primitive(kernel=lambda x: float(math.sinh(x)), precise="sinh", domain="[-700, 700]")(hyperbolic))


def test_a_smaller_domain(table: Any) -> None:
    @primitive
    def reciprocal_root(x: Any) -> Any:
        z = 1 / autograd.sqrt(x)
        return z, (-0.5 * z / x,)

    with pytest.raises(ZeroDivisionError):
        reciprocal_root(0.0)
    check_primitive(reciprocal_root, domain={"x": (0.5, 4.0)})
    with pytest.raises(ValueError, match="no operand y"):
        check_primitive(reciprocal_root, domain={"y": (0.5, 4.0)})


@pytest.mark.parametrize(("op", "error"), [("sinus", ValueError), (math.sin, TypeError), (1.0, TypeError)])
def test_what_is_no_operation(op: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="check_primitive"):
        check_primitive(op)
